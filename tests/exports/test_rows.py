"""Rows of plans, reports and quotes: what the documents say, ready for a frame."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model import tables
from kap_model.batch import ROW_COLUMNS
from kap_model.documents.plans import SESSION_KEYS
from kap_model.sessions import CLASS_OF_KIND, FORMATS, SESSION_CLASSES
from kap_model.testing import strategies as kst
from needed import needed
from profiles import scaled
from shipped import BROKEN, KINGSLEY, REGROUNDING, RUNNING
from support import plan as plan_of
from wild_quotes import quotes

EMPTY = kap.Plan(id="empty", timezone="UTC", sessions=())
GOOD = kap.load(REGROUNDING)
PLANS = (GOOD, kap.load(BROKEN), kap.load(RUNNING), kap.load(KINGSLEY), EMPTY)
NOW = "2027-02-10T12:00:00-08:00"
REPORTS = (kap.check(GOOD), *[kap.check(plan, as_of=NOW) for plan in PLANS])
FULL = plan_of(
    "2027-03-13 America/Los_Angeles C0 E1@09:00+ D1@01:30~gt I2x R3?",
    {
        "d1.level": "low",
        "d1.route": "sublingual",
        "d1.support_person": "a friend",
        "d1.clinician": kap.Clinician("k-1", "therapist"),
        "i1.notice_hours": 5,
    },
)


def test_a_session_is_a_row_with_every_key() -> None:
    consultation, dosing, evaluation, integration, review = FULL.to_rows()
    assert consultation == {
        "plan": "plan",
        "id": "c1",
        "kind": "consultation",
        "date": "2027-03-13",
        "start": "2027-03-13T10:00:00-08:00",
        "end": "2027-03-13T10:50:00-08:00",
        "minutes": 50,
        "place": "office",
        "format": None,
        "status": "planned",
        "clinician_id": None,
        "clinician_role": None,
        "outcome": None,
        "level": None,
        "route": None,
        "support_person": None,
        "therapist_present": None,
        "notice_hours": None,
    }
    assert dosing == consultation | {
        "id": "d1",
        "kind": "dosing",
        "date": "2027-03-14",
        "start": "2027-03-14T01:30:00-08:00",
        "end": "2027-03-14T04:30:00-07:00",  # two hours, of which the clocks skip one
        "minutes": 120,
        "place": "remote",
        "format": "group",
        "clinician_id": "k-1",
        "clinician_role": "therapist",
        "level": "low",
        "route": "sublingual",
        "support_person": "a friend",
        "therapist_present": True,
    }
    assert (evaluation["outcome"], evaluation["status"]) == ("eligible", "completed")
    assert (evaluation["place"], evaluation["format"]) == ("remote", None)
    assert (integration["status"], integration["notice_hours"]) == ("cancelled", 5)
    assert integration["format"] == FORMATS[0]
    assert review["outcome"] == "pending"


def test_no_field_of_a_session_is_left_out() -> None:
    fields = {a.alias for cls in SESSION_CLASSES for a in attrs.fields(cls) if a.init}
    assert fields == set(SESSION_KEYS)
    derived = {"plan", "kind", "date", "end"}
    columns = {c.removesuffix("_id").removesuffix("_role") for c in tables.SESSION_COLUMNS}
    assert columns - derived == fields


def test_a_supply_is_a_row() -> None:
    plan = kap.parse("2027-01-04 D14 S2>5=2 S0>=1")
    assert tables.supply_rows(plan) == [
        {"plan": "plan", "id": "s2", "issued": "2027-01-04", "received": None, "dosings": 1},
        {
            "plan": "plan",
            "id": "s1",
            "issued": "2027-01-06",
            "received": "2027-01-09",
            "dosings": 2,
        },
    ]
    assert [tuple(row) for row in tables.supply_rows(plan)] == [tables.SUPPLY_COLUMNS] * 2
    assert tables.supply_rows(kap.parse("2027-01-04 D14")) == []
    assert tables.supply_rows(kap.parse("2027-01-04 D14 S-")) == []


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.plan)
def test_a_finding_is_a_row(report: kap.Report) -> None:
    rows = report.to_rows()
    assert len(rows) == len(report.findings)
    about = {k: v for k, v in report.to_dict().items() if k in tables.REPORT_COLUMNS}
    for row, finding in zip(rows, report.findings, strict=True):
        assert tuple(row) == tables.FINDING_COLUMNS
        said = finding.to_dict()
        del said["values"], said["waiver"]
        citation, sessions = said.pop("citation"), said.pop("sessions")
        assert row == about | said | citation | {"sessions": " ".join(sessions)}


def test_the_reports_of_these_tests_have_findings_and_have_none() -> None:
    counts = [len(report.findings) for report in REPORTS]
    assert 0 in counts
    assert max(counts) > 2
    assert {"violated", "pending"} <= {f.verdict for report in REPORTS for f in report.findings}


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_rows_of_a_report_are_those_of_a_batch(plan: kap.Plan) -> None:
    (*batch,) = kap.check_rows([{"document": kap.dumps(plan)}], as_of=NOW)
    report = kap.check(plan, as_of=NOW)
    expected = report.to_rows() or [tables.report_row(report)]
    assert batch == [{"row": 0, **row, "error": None} for row in expected]
    assert ("row", *tables.FINDING_COLUMNS, "error") == ROW_COLUMNS


def test_a_report_without_findings_has_a_row_of_its_own_where_it_is_asked_for() -> None:
    report = kap.check(GOOD)
    row = tables.report_row(report)
    assert tuple(row) == tables.FINDING_COLUMNS
    assert {key: value for key, value in row.items() if value is not None} == {
        "plan": GOOD.id,
        "protocol": "regrounding",
        "protocol_source": "plan",
        "ok": True,
        "confirmed": True,
        "state": "follows",
    }
    assert report.to_rows() == []


def test_a_line_of_a_quote_is_a_row() -> None:
    quote = kap.quote(GOOD)
    rows = quote.to_rows()
    owner = {"plan": GOOD.id, "fees": "regrounding", "currency": "USD"}
    assert rows == [owner | line.to_dict() for line in quote.lines]
    assert {tuple(row) for row in rows} == {tables.LINE_COLUMNS}
    assert rows[0]["amount"] is None
    assert rows[2]["amount"] == "185.00"


@given(quotes())
@settings(max_examples=scaled(40))
def test_the_practice_s_own_amounts_sum_to_the_total(quote: kap.Quote) -> None:
    own = [
        Decimal(row["amount"])
        for row in quote.to_rows()
        if row["payee"] == row["fees"] and row["amount"] is not None
    ]
    assert sum(own, Decimal("0.00")) == quote.total.amount


@pytest.mark.parametrize(("currency", "amount"), [("USD", "5.00"), ("JPY", "5"), ("KWD", "5.000")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str) -> None:
    line = kap.QuoteLine(item="x", amount=kap.Money.of(amount, currency), payee="f", basis="b")
    (row,) = kap.Quote(plan="p", fees="f", currency=currency, lines=[line]).to_rows()
    assert (row["amount"], row["claimable"], row["session"]) == (amount, None, None)


def fits(row: dict[str, Any], types: tables.ColumnTypes) -> bool:
    """Whether a row has just these columns, in order, and in each what it should."""
    return tuple(row) == tuple(types) and all(
        value is None or type(value) is types[name] for name, value in row.items()
    )


@given(kst.plans(), kst.moments())
@settings(max_examples=scaled(30))
def test_rows_carry_every_session_and_agree_with_the_document(
    plan: kap.Plan, as_of: dt.datetime | None
) -> None:
    rows = plan.to_rows()
    assert all(fits(row, tables.SESSION_TYPES) for row in rows)
    again = attrs.evolve(plan, sessions=[session_of(row) for row in rows])
    assert kap.dumps(again) == kap.dumps(plan)
    for row, session in zip(rows, plan.sessions, strict=True):
        assert row["plan"] == plan.id
        assert dt.datetime.fromisoformat(str(row["end"])) == session.end
        assert row["date"] == str(row["start"])[:10]
    assert all(fits(row, tables.SUPPLY_TYPES) for row in tables.supply_rows(plan))
    assert all(fits(row, tables.FINDING_TYPES) for row in kap.check(plan, as_of=as_of).to_rows())


def session_of(row: dict[str, Any]) -> kap.Session:
    """The session of a row, by its keys alone."""
    fields = {k: v for k, v in row.items() if k in SESSION_KEYS and v is not None}
    if row["clinician_id"] is not None:
        fields["clinician"] = kap.Clinician(row["clinician_id"], row["clinician_role"])
    return CLASS_OF_KIND[row["kind"]](**fields)


@given(quotes())
@settings(max_examples=scaled(20))
def test_rows_of_lines_have_their_types(quote: kap.Quote) -> None:
    assert all(fits(row, tables.LINE_TYPES) for row in quote.to_rows())


def test_types_of_columns_cannot_be_changed() -> None:
    for types in (tables.SESSION_TYPES, tables.SUPPLY_TYPES, tables.FINDING_TYPES):
        with pytest.raises(TypeError, match="not support item assignment"):
            types["plan"] = int  # type: ignore[index]
    assert set(get_args(tables.Cell)) == {str, int, bool, type(None)}


@pytest.fixture
def pd() -> Any:
    return needed("pandas")


@pytest.fixture
def pl() -> Any:
    return needed("polars")


@pytest.mark.recipes
def test_a_frame_of_pandas(pd: Any) -> None:
    rows = [row for plan in PLANS for row in plan.to_rows()]
    frame: Any = pd.DataFrame(rows, columns=tables.SESSION_COLUMNS)
    assert tuple(frame.columns) == tables.SESSION_COLUMNS
    assert len(frame) == sum(len(plan.sessions) for plan in PLANS)
    assert frame["minutes"].dtype == "int64"
    assert all(type(text) is str for text in frame["start"])
    minutes = frame.groupby("plan")["minutes"].sum()
    assert minutes.to_dict() == {
        plan.id: sum(session.minutes for session in plan.sessions) for plan in PLANS[:-1]
    }
    starts = pd.to_datetime(frame["start"], utc=True)
    assert list(starts[: len(GOOD.sessions)]) == [session.start for session in GOOD.sessions]


@pytest.mark.recipes
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_each_plan_has_a_frame_of_pandas(pd: Any, plan: kap.Plan) -> None:
    frame: Any = pd.DataFrame(plan.to_rows(), columns=tables.SESSION_COLUMNS)
    assert tuple(frame.columns) == tables.SESSION_COLUMNS
    assert list(frame["id"]) == [session.id for session in plan.sessions]
    report = kap.check(plan, as_of=NOW)
    findings: Any = pd.DataFrame(report.to_rows(), columns=tables.FINDING_COLUMNS)
    assert list(findings["rule"]) == [finding.rule for finding in report.findings]
    assert findings["waived"].dtype == ("bool" if report.findings else "object")


@pytest.mark.recipes
@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.id)
def test_each_plan_has_a_frame_of_polars(pl: Any, plan: kap.Plan) -> None:
    frame = pl.DataFrame(plan.to_rows(), schema=tables.SESSION_TYPES)
    assert tuple(frame.columns) == tables.SESSION_COLUMNS
    assert frame.schema["minutes"] == frame.schema["notice_hours"] == pl.Int64
    assert frame.schema["therapist_present"] == pl.Boolean
    assert set(frame.schema.values()) == {pl.String, pl.Int64, pl.Boolean}
    assert frame.rows(named=True) == plan.to_rows()
    report = kap.check(plan, as_of=NOW)
    findings = pl.DataFrame(report.to_rows(), schema=tables.FINDING_TYPES)
    assert findings.rows(named=True) == report.to_rows()


@pytest.mark.recipes
def test_frames_of_polars_are_put_together(pl: Any) -> None:
    apart = pl.concat(pl.DataFrame(p.to_rows(), schema=tables.SESSION_TYPES) for p in PLANS)
    together = pl.DataFrame(
        [row for plan in PLANS for row in plan.to_rows()], schema=tables.SESSION_TYPES
    )
    assert apart.equals(together)
    minutes = apart.group_by("plan").agg(pl.col("minutes").sum())
    assert dict(minutes.iter_rows()) == {
        plan.id: sum(session.minutes for session in plan.sessions) for plan in PLANS[:-1]
    }


@pytest.mark.recipes
def test_a_group_by_of_amounts_gives_the_totals(pd: Any, pl: Any) -> None:
    made = [kap.quote(kap.load(name), "regrounding") for name in (REGROUNDING, RUNNING)]
    rows = [row for quote in made for row in quote.to_rows()]
    totals = {quote.plan: quote.total.amount for quote in made}

    frame: Any = pd.DataFrame(rows, columns=tables.LINE_COLUMNS)
    own = frame[(frame["payee"] == frame["fees"]) & frame["amount"].notna()]
    sums = own.assign(amount=own["amount"].map(Decimal)).groupby("plan")["amount"].sum()
    assert sums.to_dict() == totals

    lines = pl.DataFrame(rows, schema=tables.LINE_TYPES)
    exact = (
        lines.filter(pl.col("payee") == pl.col("fees"))
        .group_by("plan")
        .agg(pl.col("amount").cast(pl.Decimal(None, 2)).sum())
    )
    assert dict(exact.iter_rows()) == totals


def test_checking_does_not_wait_for_rows_nor_rows_of_plans_for_prices() -> None:
    program = (
        "import sys, kap_model as kap\n"
        "assert 'kap_model.tables' not in sys.modules\n"
        "kap.parse('2027-01-04 C0').to_rows()\n"
        "kap.check(kap.parse('2027-01-04 C0')).to_csv()\n"
        "assert not {'kap_model.pricing', 'pandas', 'polars', 'cattrs'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - our own program


@given(st.data())
@settings(max_examples=scaled(10))
def test_rows_are_the_caller_s_own(data: st.DataObject) -> None:
    plan = data.draw(kst.plans(max_sessions=3))
    for row in plan.to_rows():
        row.clear()
    assert len(plan.to_rows()) == len(plan.sessions)
    assert all(fits(row, tables.SESSION_TYPES) for row in plan.to_rows())
