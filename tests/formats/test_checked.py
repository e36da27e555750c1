"""Names, URIs, places and loudness: what the formats share."""

from __future__ import annotations

import json
from typing import Any

import pytest

import kap_model as kap
from copies import copies
from kap_model.formats import FAIL_ON, Checked, fails
from kap_model.formats._judged import level
from kap_model.formats._places import Region, session_places
from plans_with_findings import BAD, GOOD, ONE_LINE, PLAN, PRETTY, REPORT, RUNNING, WAIVED


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("plans/one.json", "plans/one.json"),
        ("stdin", "stdin"),
        ("a b/ü%#?.json", "a%20b/%C3%BC%25%23%3F.json"),
        ("12:30.json", "12%3A30.json"),
        ("/srv/a b.json", "file:///srv/a%20b.json"),
        ("C:/plans/a:b.json", "file:///C:/plans/a%3Ab.json"),
        ("undecodable-\udcff.json", "undecodable-%FF.json"),
    ],
)
def test_a_name_as_a_uri(name: str, uri: str) -> None:
    assert Checked(name=name).uri == uri


def test_a_place_has_its_line_where_there_is_one() -> None:
    assert GOOD.place == "plans/one.json"
    assert BAD.place == "plans/all.ndjson:7"


def cut(text: str, region: Region) -> str:
    """The text of a region."""
    lines = text.split("\n")[region.line - 1 : region.end_line]
    lines[-1] = lines[-1][: region.end_column - 1]
    lines[0] = lines[0][region.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize("text", [ONE_LINE, PRETTY, PRETTY.replace("\n", "\r\n")])
def test_the_place_of_each_session_is_its_object(text: str) -> None:
    found = session_places(text)
    documents = {one["id"]: one for one in json.loads(ONE_LINE)["sessions"]}
    assert {None, *documents} == set(found)
    assert cut(text, found[None]) == '"plan"'
    for session, region in found.items():
        if session is not None:
            assert json.loads(cut(text, region)) == documents[session]


def test_places_of_a_document_of_one_line_have_its_columns() -> None:
    region = session_places(ONE_LINE)["c1"]
    start = ONE_LINE.index('{"id": "c1"')
    assert region == (1, start + 1, 1, ONE_LINE.index("}") + 2)


def test_places_are_not_misled_by_what_texts_hold() -> None:
    document: dict[str, Any] = {
        "sessions": [
            {
                "clinician": {"role": "therapist", "id": "k1"},
                "support_person": 'spouse "{[" sessions: "id": \\',
                "kind": "dosing",
                "start": "2027-01-18T13:00:00Z",
                "minutes": 120,
                "id": "d1",
            }
        ],
        "supplies": [{"id": "rx", "issued": "2027-01-06", "dosings": 2}],
        "conditions": ["id"],
        "timezone": "UTC",
        "id": "p-1",
        "schema": "kap-model/plan/1",
    }
    text = json.dumps(document).replace('"id": "d1"', '"\\u0069d" :\t"d\\u0031"')
    assert [session.id for session in kap.loads(text).sessions] == ["d1"]
    found = session_places(text)
    assert set(found) == {None, "d1"}
    assert json.loads(cut(text, found["d1"])) == document["sessions"][0]
    assert cut(text, found[None]) == '"p-1"'


def test_columns_count_characters() -> None:
    text = ONE_LINE.replace('"sessions"', '"client": "c-1", "sessions"')
    shifted = session_places(text)["c1"].column - session_places(ONE_LINE)["c1"].column
    assert shifted == len('"client": "c-1", ')
    wide = '{"id": "d1", "support_person": "\U0001f600姉"}'
    region = session_places(f'{{"sessions": [{wide}]}}')["d1"]
    assert region.end_column - region.column == len(wide)


def test_a_region_in_a_file_of_lines_is_on_its_line() -> None:
    one = Checked(name="all.ndjson", report=REPORT, text=ONE_LINE, line=3)
    assert one.region("d1") == GOOD.region("d1")._replace(line=3, end_line=3)
    assert one.region() == GOOD.region()._replace(line=3, end_line=3)


def test_without_a_text_a_region_is_the_start() -> None:
    assert Checked(name="x", report=REPORT).region("d1") == (1, 1, 1, 1)
    assert Checked(name="x", report=REPORT, line=4).region() == (4, 1, 4, 1)
    assert GOOD.region("nobody") == GOOD.region()


def test_the_regions_of_a_finding_are_those_of_its_sessions() -> None:
    said = GOOD.judgement
    assert said is not None
    by_rule = {note.topic: note for note in said.notes}
    assert GOOD.regions(by_rule["INTEG-EACH"]) == [("d1", GOOD.region("d1"))]
    assert GOOD.regions(by_rule["INTEG-COUNT"]) == [(None, GOOD.region())]


def test_it_is_a_value() -> None:
    for value in (GOOD, BAD):
        assert all(one == value and hash(one) == hash(value) for one in copies(value))
    assert repr(GOOD) == f"<Checked {REPORT!r}>"
    assert repr(BAD) == "<Checked 2 problems>"


def test_how_loud_findings_are() -> None:
    levels = {(f.rule, f.verdict, f.severity): level(f) for f in REPORT.findings}
    assert levels == {
        ("DOSE-DURATION", "violated", "warning"): "warning",
        ("EFFECT-FIT", "violated", "warning"): "warning",
        ("INTEG-EACH", "violated", "error"): "error",
        ("INTEG-COUNT", "violated", "warning"): "warning",
    }
    assert {(f.verdict, level(f)) for f in RUNNING.findings} == {
        ("pending", "note"),
        ("unknown", "warning"),
    }
    advice = kap.check(kap.parse("2027-01-04 E0+ C1"), "core").findings[0]
    assert (advice.rule, advice.severity, level(advice)) == ("SCREEN-FIRST", "advice", "note")


def test_a_waived_finding_never_fails() -> None:
    waived = [finding for finding in WAIVED.findings if finding.waived]
    assert [finding.rule for finding in waived] == ["INTEG-EACH"]
    assert not any(fails(waived[0], (name,)) for name in FAIL_ON)
    other = next(finding for finding in REPORT.findings if finding.rule == "INTEG-EACH")
    assert [name for name in FAIL_ON if fails(other, (name,))] == ["error", "warning", "advice"]
    assert not fails(other, ("error", "never"))


def test_the_plan_of_these_tests_is_read_again() -> None:
    assert kap.loads(ONE_LINE) == kap.loads(PRETTY) == PLAN
