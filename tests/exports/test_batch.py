"""Many plans at once: lines and rows, the same findings by every road."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

import kap_model as kap
from copies import copies
from kap_model.batch import ROW_COLUMNS, LineResult, check_lines, check_rows
from kap_model.formats import Checked, as_ndjson
from kap_model.tables import REPORT_COLUMNS

MARKER = "MARKER"
WHOLE = kap.parse("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85")
BROKEN = kap.parse("2027-01-04 C0 E2 P7 D14 D28 I29")
GOOD_LINE = kap.dumps(WHOLE)
BAD_LINE = f'{{"schema": "kap-model/plan/1", "{MARKER}": "{MARKER}"}}'
NAIVE = "2027-01-04T10:00:00"


def test_a_result_for_each_line_in_order() -> None:
    lines: list[str | bytes] = [kap.dumps(BROKEN), BAD_LINE, GOOD_LINE.encode(), "{", "[]\r\n"]
    results = list(check_lines(lines, "regrounding"))
    assert [result.line for result in results] == [1, 2, 3, 4, 5]
    assert results[0].report == kap.check(BROKEN, "regrounding")
    assert results[2].report == kap.check(WHOLE, "regrounding")
    assert results[0].problems == ()
    assert results[0].to_dict() == kap.check(BROKEN, "regrounding").to_dict()
    for result in (results[1], results[3], results[4]):
        assert result.report is None
        assert list(result.to_dict()) == ["line", "error"]
        assert MARKER not in str(result.to_dict()) + repr(result)
    assert results[1].to_dict() == {
        "line": 2,
        "error": [
            {"path": "$", "reason": "has an unknown key"},
            {"path": "$", "reason": "lacks id"},
            {"path": "$", "reason": "lacks timezone"},
            {"path": "$", "reason": "lacks sessions"},
        ],
    }


def test_blank_lines_are_counted_and_skipped() -> None:
    lines: list[str | bytes] = ["\n", GOOD_LINE, b" \t\r\n", "", "\u00a0\n", b""]
    assert [(one.line, one.report is None) for one in check_lines(lines)] == [(2, False), (5, True)]
    assert list(check_lines([])) == []


def test_lines_are_read_as_they_are_asked_for() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        for read in itertools.count(1):  # noqa: B007 - counted from outside
            yield GOOD_LINE

    results = check_lines(endless())
    assert read == 0
    assert [next(results).line, next(results).line] == [1, 2]
    assert read == 2


def test_every_argument_of_check_is_taken() -> None:
    as_of = "2027-01-20T00:00:00Z"
    waiver = kap.Waiver(rule="INTEG-EACH", reason="As agreed.", by="t-1", on="2027-01-01")
    given: dict[str, Any] = {"as_of": as_of, "waivers": [waiver]}
    for protocol in (None, "kingsley", kap.practices.CORE, kap.practices.REGROUNDING.protocol):
        (result,) = check_lines([kap.dumps(BROKEN)], protocol, **given)
        assert result.report == kap.check(BROKEN, protocol, **given)


def test_waivers_may_come_from_an_iterator() -> None:
    waiver = kap.Waiver(rule="INTEG-EACH", reason="As agreed.", by="t-1", on="2027-01-01")
    results = list(check_lines([kap.dumps(BROKEN)] * 2, waivers=iter([waiver])))
    assert results[0].report == results[1].report
    assert results[0].report is not None
    assert any(finding.waived for finding in results[0].report.findings)


@pytest.mark.parametrize("verb", [check_lines, check_rows])
@pytest.mark.parametrize(
    "given",
    [{"protocol": "house"}, {"as_of": NAIVE}, {"waivers": "x"}],
)
def test_what_every_line_would_meet_is_refused_at_once(verb: Any, given: dict[str, Any]) -> None:
    with pytest.raises(kap.InvalidValue):
        verb([GOOD_LINE], **given)


@pytest.mark.parametrize("lines", [GOOD_LINE, GOOD_LINE.encode(), None, 7])
def test_what_is_no_sequence_of_lines_is_refused(lines: Any) -> None:
    with pytest.raises(kap.InvalidValue, match="must be a sequence of lines"):
        check_lines(lines)


def test_a_line_that_is_no_text_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match=r"^a document is text or bytes"):
        list(check_lines([7]))  # type: ignore[list-item]


def test_a_result_is_a_value() -> None:
    good, bad = check_lines([GOOD_LINE, BAD_LINE])
    for result in (good, bad):
        assert all(one == result and hash(one) == hash(result) for one in copies(result))
    assert repr(good) == f"<LineResult 1: {good.report!r}>"
    assert repr(bad) == "<LineResult 2: 4 problems>"
    assert LineResult(line=2, problems=bad.problems) == bad


def test_lines_and_ndjson_say_the_same() -> None:
    (result,) = check_lines([kap.dumps(BROKEN)])
    line = as_ndjson([Checked(name="x", report=kap.check(BROKEN))])
    assert json.loads(line) == result.to_dict()


def test_each_finding_is_a_row() -> None:
    report = kap.check(BROKEN, "regrounding", as_of="2027-03-01T00:00:00Z")
    rows = list(
        check_rows([{"document": kap.dumps(BROKEN)}], "regrounding", as_of="2027-03-01T00:00:00Z")
    )
    assert len(rows) == len(report.findings) > 1
    for row, finding in zip(rows, report.findings, strict=True):
        assert tuple(row) == ROW_COLUMNS
        said = finding.to_dict()
        del said["values"], said["waiver"]
        citation, sessions = said.pop("citation"), said.pop("sessions")
        about = {k: v for k, v in report.to_dict().items() if k in REPORT_COLUMNS}
        assert row == {"row": 0, "error": None} | about | said | citation | {
            "sessions": " ".join(sessions)
        }
        assert all(isinstance(value, (str, bool, int, type(None))) for value in row.values())
    assert any(row["sessions"] for row in rows)


def test_every_document_comes_out() -> None:
    rows = list(
        check_rows(
            [
                {"document": GOOD_LINE, "clinic": "a"},
                {"document": BAD_LINE, "clinic": "b"},
                {"document": None, "clinic": "c"},
                {"document": kap.dumps(BROKEN).encode(), "clinic": "d"},
            ],
            keep=["clinic"],
        )
    )
    assert [row["row"] for row in rows[:3]] == [0, 1, 2]
    assert {row["row"] for row in rows[3:]} == {3}
    assert [row["clinic"] for row in rows[:4]] == ["a", "b", "c", "d"]
    assert {tuple(row) for row in rows} == {("clinic", *ROW_COLUMNS)}
    clean = {key: value for key, value in rows[0].items() if value is not None}
    assert clean == {
        "clinic": "a",
        "row": 0,
        "plan": "plan",
        "protocol": "core",
        "protocol_source": "default",
        "ok": True,
        "confirmed": True,
        "state": "follows",
    }
    errors = [{k: v for k, v in row.items() if v is not None} for row in rows[1:3]]
    assert errors == [
        {
            "clinic": "b",
            "row": 1,
            "error": "$: has an unknown key\n$: lacks id\n$: lacks timezone\n$: lacks sessions",
        },
        {"clinic": "c", "row": 2, "error": "must be text or bytes"},
    ]


def test_documents_stand_in_the_column_that_is_asked_for() -> None:
    both = {"plan": BAD_LINE, "document": GOOD_LINE, "json": kap.dumps(BROKEN)}
    assert next(check_rows([both]))["ok"] is True
    assert next(check_rows([{"plan": GOOD_LINE}]))["ok"] is True
    assert next(check_rows([both], column="json"))["ok"] is False
    assert next(check_rows([both], column="plan"))["error"] is not None


@pytest.mark.parametrize(
    ("row", "given", "reason"),
    [
        ({"text": GOOD_LINE}, {}, "lacks document or plan"),
        ({"document": GOOD_LINE}, {"column": "json"}, "lacks a column that is asked for"),
        ({"document": GOOD_LINE}, {"keep": ["clinic"]}, "lacks a column that is asked for"),
    ],
)
def test_a_column_that_is_not_there_is_named(
    row: dict[str, str], given: dict[str, Any], reason: str
) -> None:
    rows = check_rows([{"document": GOOD_LINE, "json": GOOD_LINE, "clinic": "a"}, row], **given)
    next(rows)
    with pytest.raises(kap.InvalidValue) as caught:
        next(rows)
    assert caught.value.problems == (kap.Problem("rows[1]", reason),)


@pytest.mark.parametrize("row", [5, None, GOOD_LINE, [GOOD_LINE], {"document"}])
def test_a_row_that_is_no_mapping_is_named(row: Any) -> None:
    rows = check_rows([{"document": GOOD_LINE}, row])
    assert next(rows)["ok"] is True
    with pytest.raises(kap.InvalidValue) as caught:
        next(rows)
    reason = "must be a mapping of columns to values"
    assert caught.value.problems == (kap.Problem("rows[1]", reason),)


@pytest.mark.parametrize("keep", ["clinic", ["rule"], ["clinic", "plan"]])
def test_kept_columns_are_columns_of_the_input(keep: Any) -> None:
    with pytest.raises(kap.InvalidValue, match="keep"):
        check_rows([], keep=keep)


def test_rows_are_read_as_they_are_asked_for() -> None:
    rows = check_rows({"document": GOOD_LINE, "n": n} for n in itertools.count())
    assert [next(rows)["row"], next(rows)["row"]] == [0, 1]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_end_is_no_part_of_the_document(end: str) -> None:
    largest = GOOD_LINE + " " * (1_000_000 - len(GOOD_LINE))
    for raw in (largest + end, (largest + end).encode()):
        (result,) = kap.check_lines([raw])
        assert result.report is not None
    (refused,) = kap.check_lines(["{" + end])
    assert refused.problems == problems_of("{")


def problems_of(text: str) -> tuple[kap.Problem, ...]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads(text)
    return caught.value.problems


@kap.rule(
    "HOUSE-BRIEF",
    "A course is brief.",
    why="The house is small.",
    severity="warning",
    cites=(kap.Citation("House protocol", "section 9"),),
)
def brief(course: kap.Course, _limits: kap.Limits) -> list[kap.Breach]:
    return [kap.Breach("violated", course.counting, _too_long)]


def _too_long(_voice: Any) -> kap.Words:
    return kap.Words("The course is long.")


def test_own_rules_are_asked_too() -> None:
    rules = (*kap.RULES, brief)
    alone = kap.check(WHOLE, rules=rules)
    assert [finding.rule for finding in alone.findings] == ["HOUSE-BRIEF"]
    (line,) = check_lines([GOOD_LINE], rules=iter(rules))
    assert line.report is not None
    assert line.report.to_dict() == alone.to_dict()
    (row,) = check_rows([{"plan": GOOD_LINE}], rules=rules)
    assert (row["rule"], row["severity"]) == ("HOUSE-BRIEF", "warning")
    unknown: Any = ["HOUSE-BRIEF"]
    for verb in (check_lines, check_rows):
        with pytest.raises(kap.InvalidValue, match=r"rules\[0\]: must be a Rule"):
            verb([], rules=unknown)


def test_lines_and_rows_take_local_starts_of_their_own_zones() -> None:
    row = {"id": "d1", "kind": "dosing", "start": "2027-03-15T10:00", "minutes": 120}
    document = {"schema": "kap-model/plan/1", "id": "p", "sessions": [row]}
    zones = ("America/Los_Angeles", "Europe/Berlin", "nowhere")
    lines = [json.dumps(document | {"timezone": zone}) for zone in zones]
    offsets = ("-07:00", "+01:00")
    plans = [
        kap.loads(line.replace("T10:00", f"T10:00:00{offset}"))
        for line, offset in zip(lines, offsets, strict=False)
    ]
    *told, refused = check_lines(lines)
    assert [result.report for result in told] == [kap.check(plan) for plan in plans]
    assert [problem.path for problem in refused.problems] == ["$.timezone"]
    rows = list(check_rows([{"document": line} for line in lines]))
    assert {row["row"] for row in rows if row["error"] is None} == {0, 1}
