"""Rows as comma-separated text: read back they are the rows, and no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model import tables
from kap_model.testing import strategies as kst
from profiles import scaled
from shipped import BROKEN, REGROUNDING
from support import plan as plan_of
from wild_quotes import quotes

COLUMNS = ("plan", "text")
FORMULAS = (
    "=1+1",
    "+1-1",
    "-1+1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "\0x",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
)
NUMBERS = ("-25.00", "25.00", "0", "-7", "1.005")


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def plain(cell: str) -> str:
    """A cell's text, as the manual says: without the apostrophe in front."""
    return cell.removeprefix("'")


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def cell_of(value: Any) -> str:
    """The one cell of a text with one row and one column that counts."""
    (row,) = read(tables.csv_text(COLUMNS, [{"plan": "p", "text": value}]))
    return row["text"]


def test_the_text_of_a_plan() -> None:
    plan = plan_of(
        "2027-01-04 America/Los_Angeles D0~t I1x",
        {"d1.support_person": 'Ann, "the elder"', "i1.notice_hours": 5},
    )
    assert plan.to_csv() == (
        "plan,id,kind,date,start,end,minutes,place,format,status,clinician_id,clinician_role,"
        "outcome,level,route,support_person,therapist_present,notice_hours\r\n"
        "plan,d1,dosing,2027-01-04,2027-01-04T10:00:00-08:00,2027-01-04T12:00:00-08:00,120,remote,"
        'individual,planned,,,,,,"Ann, ""the elder""",true,\r\n'
        "plan,i1,integration,2027-01-05,2027-01-05T10:00:00-08:00,2027-01-05T10:50:00-08:00,50,"
        "office,individual,cancelled,,,,,,,,5\r\n"
    )


def test_what_has_no_rows_has_a_header() -> None:
    empty = kap.Plan(id="empty", timezone="UTC", sessions=())
    quote = kap.Quote(plan="empty", fees="house", currency="USD", lines=())
    good = kap.check(kap.load(REGROUNDING))
    for value, columns in (
        (empty, tables.SESSION_COLUMNS),
        (quote, tables.LINE_COLUMNS),
        (good, tables.FINDING_COLUMNS),
    ):
        text = value.to_csv()
        assert text == ",".join(columns) + "\r\n"
        assert read(text) == []


@given(kst.plans(), kst.moments())
@settings(max_examples=scaled(40))
def test_a_plan_and_a_report_are_read_back(plan: kap.Plan, as_of: Any) -> None:
    report = kap.check(plan, as_of=as_of)
    for value in (plan, report):
        back = [{key: plain(cell) for key, cell in row.items()} for row in read(value.to_csv())]
        assert back == [{key: shown(cell) for key, cell in row.items()} for row in value.to_rows()]


@given(quotes())
@settings(max_examples=scaled(40))
def test_a_quote_is_read_back_and_its_amounts_stay_numbers(quote: kap.Quote) -> None:
    back = read(quote.to_csv())
    assert back == [{key: shown(cell) for key, cell in row.items()} for row in quote.to_rows()]


def test_findings_that_say_much_are_read_back() -> None:
    report = kap.check(kap.load(BROKEN))
    assert len(report.findings) > 2
    back = read(report.to_csv())
    assert [row["message"] for row in back] == [finding.message for finding in report.findings]
    assert [row["sessions"] for row in back] == [" ".join(f.sessions) for f in report.findings]
    assert {row["waived"] for row in back} == {"false"}


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_has_an_apostrophe_before_it(text: str) -> None:
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_stays_a_number(text: str) -> None:
    assert cell_of(text) == text


@pytest.mark.parametrize("text", ["-", "--1", "-1.", "-.5", "-1e5", "-1\n", "-1,5", "+1", "-٣"])
def test_what_only_looks_like_a_number_is_text(text: str) -> None:
    assert cell_of(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=b", "1-1", "x@y", " =1", "é", "a\r\nb", 'say "hm"', "a,b"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cell_of(text) == text


def test_an_apostrophe_is_doubled_so_that_every_text_can_be_had_back() -> None:
    assert cell_of("'t Hooft") == "''t Hooft"
    assert cell_of("'=1") == "''=1"


@given(st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from(FORMULAS + NUMBERS))
def test_every_text_can_be_had_back(text: str) -> None:
    assert plain(cell_of(text)) == text


def test_values_that_are_no_text() -> None:
    assert [cell_of(value) for value in (None, True, False, 50, -3)] == [
        "",
        "true",
        "false",
        "50",
        "-3",
    ]


def test_a_support_person_is_no_formula() -> None:
    plan = plan_of("2027-01-04 D0", {"d1.support_person": "=HYPERLINK(A1)"})
    assert read(plan.to_csv())[0]["support_person"] == "'=HYPERLINK(A1)"
    line = kap.QuoteLine(
        item="@x", amount=kap.Money.of("-25.00", "USD"), payee="house", basis="-5 % of 500.00"
    )
    quote = kap.Quote(plan="p", fees="house", currency="USD", lines=[line])
    (row,) = read(quote.to_csv())
    assert (row["item"], row["amount"], row["basis"]) == ("'@x", "-25.00", "'-5 % of 500.00")


def test_rows_of_many_plans_make_one_text() -> None:
    plan = kap.load(BROKEN)
    others = [plan, attrs.evolve(plan, id="other")]
    rows = [row for one in others for row in one.to_rows()]
    text = tables.csv_text(tables.SESSION_COLUMNS, rows)
    assert text.count("\r\n") == 1 + 2 * len(plan.sessions)
    assert {row["plan"] for row in read(text)} == {plan.id, "other"}


def test_columns_are_written_as_asked_and_none_is_invented() -> None:
    rows = [{"plan": "p", "text": "t", "more": "m"}]
    assert tables.csv_text(iter(("text", "plan")), iter(rows)) == "text,plan\r\nt,p\r\n"
    with pytest.raises(KeyError):
        tables.csv_text(("absent",), rows)
