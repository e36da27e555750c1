"""Lints of protocols in every format: what is said, how loud it is, and on which line it stands."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given, settings

import kap_model as kap
from copies import copies
from formats.test_ndjson_and_github import read
from kap_model.formats import (
    FAIL_ON,
    LINT_TOPICS,
    Linted,
    as_github,
    as_junit,
    as_ndjson,
    as_sarif,
    fails,
)
from kap_model.formats._judged import Note, level
from kap_model.formats._places import Region, line_name, protocol_places
from kap_model.planning import _feasibility
from kap_model.testing import strategies as kst
from profiles import scaled
from refusals import refused_at
from sarif_shape import check_sarif
from support import SOURCE, dated, limits

TIGHT = """\
{
  "schema": "kap-model/protocol/1",
  "extends": "kingsley",
  "limits": {
    "integration_count": [
      {"citation": {"source": "House \\"{[", "where": "2"}, "value": {"max": 8}},
      {"value": {"max": 5},
       "citation": {"source": "Page", "where": "since"},
       "si\\u006ece": "2027-07-01"},
      {"value": {"max": 5}, "since": "2028-07-01", "citation": {"source": "Page", "where": "since"}}
    ],
    "dosing_places": [{"value": ["remote", "office"], "citation": {"source": "H", "where": "id"}}],
    "processing_minutes": [{"value": "off", "citation": {"source": "House", "where": "4"}}]
  },
  "severities": {"EXCLUSION": "error", "MED-CLEAR": "error"},
  "id": "tight"
}
"""
PROTOCOL = kap.loads_protocol(TIGHT)
LINT = kap.lint(PROTOCOL)
GOOD = Linted(name="protocols/tight.json", lint=LINT, protocol=PROTOCOL, text=TIGHT)
BUILT_IN = Linted(
    name="kingsley",
    lint=kap.lint("kingsley"),
    protocol=kap.practices.KINGSLEY.protocol,
    built_in=True,
)
BAD = Linted(name="protocols/bad.json", problems=(kap.Problem("$.id", "must be an id"),))
LOST = Linted(name="core", problems=(kap.Problem("", "is not known"),), built_in=True)


def cut(region: Region, text: str = TIGHT) -> str:
    """The text of a region of the document."""
    lines = text.split("\n")[region.line - 1 : region.end_line]
    lines[-1] = lines[-1][: region.end_column - 1]
    lines[0] = lines[0][region.column - 1 :]
    return "\n".join(lines)


def notes(linted: Linted) -> list[Note]:
    assert linted.judgement is not None
    return list(linted.judgement.notes)


def sarif(*linted: Linted) -> Any:
    log = json.loads(as_sarif(linted, topics=LINT_TOPICS))
    check_sarif(log)
    (run,) = log["runs"]
    return run


def suites(*linted: Linted, fail_on: tuple[str, ...] = ("error",)) -> ET.Element:
    return ET.fromstring(as_junit(linted, fail_on=fail_on).encode())  # noqa: S314 - our own text


def only(protocol: kap.CareProtocol) -> list[Note]:
    return notes(Linted(name="own", lint=kap.lint(protocol), protocol=protocol))


# --- Places --------------------------------------------------------------------------------------


def test_the_place_of_each_line_is_its_object() -> None:
    found = {name: cut(region) for name, region in protocol_places(TIGHT).items()}
    lines = json.loads(TIGHT)["limits"]
    for limit, index, name in (
        ("integration_count", 0, "integration_count"),
        ("integration_count", 1, "integration_count/2027-07-01"),
        ("integration_count", 2, "integration_count/2028-07-01"),
        ("dosing_places", 0, "dosing_places"),
        ("processing_minutes", 0, "processing_minutes"),
    ):
        assert json.loads(found.pop(name)) == lines[limit][index]
    assert found == {
        None: '"tight"',
        "extends": '"kingsley"',
        "EXCLUSION": '"error"',
        "MED-CLEAR": '"error"',
    }


@settings(max_examples=scaled(25))
@given(kst.protocols())
def test_every_line_of_every_protocol_is_found(protocol: kap.CareProtocol) -> None:
    text = json.dumps(json.loads(kap.dumps_protocol(protocol)), indent=1, ensure_ascii=False)
    expected = {
        line_name(line.limit, None if line.since is None else line.since.isoformat())
        for line in protocol.settings
    }
    stated = {
        line_name(f"usual.{line.name}", None if line.since is None else line.since.isoformat())
        for line in protocol.usual
    }
    usual = {"usual"} if stated else set()
    found = set(protocol_places(text))
    assert found == {None, *expected, *protocol.severity_of, *stated, *usual}


def test_a_house_rule_stands_in_its_line() -> None:
    cite = {"citation": {"source": "House protocol", "where": "section 3"}}
    most: Any = {"form": "count", "of": "integration"}
    rules = [
        {"id": "HOUSE-MOST", **most, "max": 8, **cite},
        {"id": "HOUSE-MOST", **most, "max": 5, **cite, "since": "2027-01-01"},
        {"id": "HOUSE-NONE", **most, "min": 0, **cite},
    ]
    raw = {"schema": "kap-model/protocol/1", "id": "own", "extends": "core", "rules": rules}
    text = json.dumps(raw)
    protocol = kap.loads_protocol(text)
    one = Linted(name="own.json", lint=kap.lint(protocol), protocol=protocol, text=text)
    places = protocol_places(text)
    assert json.loads(cut(places["rules.HOUSE-MOST"], text)) == rules[0]
    conflict, never = (note for note in notes(one) if "HOUSE" in note.message)
    assert [note.topic for note in (conflict, never)] == ["CONFLICT", "NEVER-FIRES"]
    assert conflict.parts[-1] == "rules.HOUSE-MOST/2027-01-01"
    assert conflict.details[-1][0] == "house rule"
    assert json.loads(cut(one.regions(conflict)[0][1], text)) == rules[1]
    assert json.loads(cut(one.regions(never)[0][1], text)) == rules[2]


def test_a_stretch_that_is_not_decided_has_a_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: Any, **__: Any) -> None:
        raise kap.PlanningError([kap.Problem("plan", "has too many courses")])

    for search in ("course_for", "lawful_course"):
        monkeypatch.setattr(_feasibility, search, give_up)
    one = Linted(name="p.json", lint=kap.lint(PROTOCOL), protocol=PROTOCOL, text=TIGHT)
    (note,) = [note for note in notes(one) if note.topic == "UNDECIDED"]
    assert (note.message, note.severity) == (f"{_feasibility.NOT_KNOWN}.", "error")
    check_sarif(json.loads(as_sarif([one], topics=LINT_TOPICS)))


def test_a_usual_value_stands_in_its_line_or_by_itself() -> None:
    cited = {"citation": {"source": "House protocol", "where": "section 3"}}
    length_line = {"value": 30, **cited}
    usual = {"minutes": {"dosing": [length_line]}, "dosings": 9}
    text = json.dumps(
        {"schema": "kap-model/protocol/1", "id": "own", "extends": "core", "usual": usual}
    )
    protocol = kap.loads_protocol(text)
    one = Linted(name="own.json", lint=kap.lint(protocol), protocol=protocol, text=text)
    dosings, length = notes(one)[:2]
    assert [note.parts for note in (dosings, length)] == [
        ["usual.dosings"],
        ["usual.minutes.dosing"],
    ]
    ((_, region),) = one.regions(length)
    assert json.loads(cut(region, text)) == length_line
    ((_, region),) = one.regions(dosings)
    assert json.loads(cut(region, text)) == usual


# --- Notes ---------------------------------------------------------------------------------------


def test_what_is_said_worst_first() -> None:
    assert [(note.topic, note.severity, note.message) for note in notes(GOOD)] == [
        (
            "CONFLICT",
            "error",
            (
                "No course that begins from Thu, Jul 1, 2027 on keeps dosing_count (6 to 8), "
                "integration_per_dosing (1) and integration_count (at most 5) together."
            ),
        ),
        (
            "NO-EFFECT",
            "warning",
            "integration_count since Sat, Jul 1, 2028 repeats the line before it.",
        ),
        ("NO-EFFECT", "warning", "EXCLUSION has a severity set, and is off throughout."),
        ("NEVER-FIRES", "advice", "MODALITY can never fire: every place and format is allowed."),
        (
            "ADDS-NOTHING",
            "advice",
            "EFFECT-FIT adds nothing: where it fires, DOSE-DURATION fires too.",
        ),
    ]
    assert [level(note) for note in notes(GOOD)] == ["error", "warning", "warning", "note", "note"]
    severities = {topic.id: topic.severity for topic in LINT_TOPICS}
    assert all(severities[note.topic] == note.severity for note in notes(GOOD))


def test_what_is_said_of_some_dates_says_which() -> None:
    lines = {None: ["office"], "2027-01-01": ["office", "remote"], "2028-01-01": ["office"]}
    dated = [
        kap.Setting(limit="dosing_places", value=tuple(value), since=since, citation=SOURCE)
        for since, value in lines.items()
    ]
    (note,) = only(kap.CareProtocol(id="own", settings=dated))
    when = "For courses that begin from Fri, Jan 1, 2027 to Fri, Dec 31, 2027, "
    assert note.message == f"{when}MODALITY can never fire: every place and format is allowed."
    assert note.parts == ["dosing_places/2027-01-01"]
    assert note.values["stretches"] == ["2027-01-01"]
    again = attrs.evolve(dated[2], value=("office", "remote"), since="2029-01-01")
    (note,) = only(kap.CareProtocol(id="own", settings=[*dated, again]))
    assert note.message.startswith(
        "For courses that begin from Fri, Jan 1, 2027 to Fri, Dec 31, 2027 or from Mon, Jan "
        "1, 2029 on, "
    )
    assert note.parts == ["dosing_places/2027-01-01", "dosing_places/2029-01-01"]


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        (
            {"dosing_count": {"min": 10_001}},
            (
                "No course keeps dosing_count (at least 10001): this takes more sessions than the "
                "10,000 that a plan holds."
            ),
        ),
        (
            {"dosing_count": {"min": 6}, "dosing_gap_days": {"min": 20_000}},
            (
                "No course keeps dosing_count (at least 6) and dosing_gap_days (at least 20000): "
                "this takes more days than there are until the end of 2199."
            ),
        ),
        (
            {"dosing_count": {"min": 1}, "dosing_minutes": {"max": 0}},
            "No course keeps dosing_count (at least 1) and dosing_minutes (at most 0) together.",
        ),
    ],
)
def test_a_conflict_says_why(forms: dict[str, Any], message: str) -> None:
    assert [note.message for note in only(limits(**forms))] == [message]


def test_a_line_is_not_in_force_before_its_date_though_it_is_the_first() -> None:
    dated = kap.Setting(
        limit="dosing_places",
        value=("office", "remote"),
        since="2030-01-01",
        citation=SOURCE,
    )
    first, note = only(kap.CareProtocol(id="own", settings=[dated]))
    assert (first.topic, first.severity, first.parts) == (
        "FIRST-LINE",
        "advice",
        ["dosing_places/2030-01-01"],
    )
    assert note.message == (
        "For courses that begin from Tue, Jan 1, 2030 on, MODALITY can never fire: every place and "
        "format is allowed."
    )
    assert note.parts == ["dosing_places/2030-01-01"]


def test_what_leans_on_another_limit_stands_in_its_line() -> None:
    lines = dated("consultation_first", {None: True, "2027-01-01": "off"})
    protocol = kap.CareProtocol(id="own", settings=lines)
    text = kap.dumps_protocol(protocol)
    one = Linted(name="own.json", lint=kap.lint(protocol), protocol=protocol, text=text)
    (note,) = notes(one)
    assert (note.topic, note.severity, note.parts) == ("LEANS-ON", "advice", ["consultation_first"])
    assert note.message == (
        "consultation_first says nothing of a course without a medical evaluation, and nothing "
        "asks for one."
    )
    assert note.values["kind"] == "leans"
    assert json.loads(cut(one.regions(note)[0][1], text))["value"] is True


def test_a_protocol_without_faults() -> None:
    own = kap.practices.CORE.protocol.extended(
        "own", settings=[kap.Setting(limit="formats", value=("individual",), citation=SOURCE)]
    )
    core = Linted(name="core.json", lint=kap.lint(own), protocol=own)
    assert notes(core) == []
    assert sarif(core)["results"] == []
    assert as_github([core]) == ""
    assert suites(core).attrib["failures"] == "0"


# --- The value -----------------------------------------------------------------------------------


def test_it_is_a_value() -> None:
    for value in (GOOD, BUILT_IN, BAD):
        assert all(one == value and hash(one) == hash(value) for one in copies(value))
    assert repr(GOOD) == f"<Linted {LINT!r}>"
    assert repr(BAD) == "<Linted 1 problems>"


def test_a_lint_stands_beside_its_protocol() -> None:
    assert refused_at(Linted, name="x", lint=LINT) == ["protocol"]
    assert refused_at(Linted, name="x", protocol=PROTOCOL) == ["protocol"]


def test_what_makes_a_run_fail() -> None:
    failing = {name: [n.topic for n in notes(GOOD) if fails(n, (name,))] for name in FAIL_ON}
    assert failing["error"] == ["CONFLICT"]
    assert failing["warning"] == ["CONFLICT", "NO-EFFECT", "NO-EFFECT"]
    assert failing["advice"] == [note.topic for note in notes(GOOD)]
    assert failing["never"] == failing["pending"] == failing["unknown"] == []


# --- Formats -------------------------------------------------------------------------------------


def test_ndjson_is_the_lint_by_itself() -> None:
    rows = [json.loads(line) for line in as_ndjson([GOOD, BAD, BUILT_IN]).splitlines()]
    assert rows[0] == LINT.to_dict()
    assert rows[1] == {
        "file": "protocols/bad.json",
        "error": [{"path": "$.id", "reason": "must be an id"}],
    }
    assert rows[2] == kap.lint("kingsley").to_dict()


def test_sarif_describes_what_a_lint_looks_at() -> None:
    driver = sarif()["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [topic.id for topic in LINT_TOPICS]
    for described, topic in zip(driver["rules"], LINT_TOPICS, strict=True):
        assert described["shortDescription"]["text"] == topic.says
        assert described["help"]["text"] == f"{topic.says}\n{topic.why}"
    levels = [rule["defaultConfiguration"]["level"] for rule in driver["rules"]]
    assert levels == ["error", "error", "warning", "note", "note", "note", "note"]


def test_a_result_stands_on_the_line_that_can_be_mended() -> None:
    results = sarif(GOOD)["results"]
    found = []
    for result in results:
        (location,) = result["locations"]
        there = location["physicalLocation"]
        assert there["artifactLocation"] == {"uri": "protocols/tight.json"}
        region = Region(*there["region"].values())
        found.append((location["logicalLocations"][0]["fullyQualifiedName"], cut(region)))
    lines = json.loads(TIGHT)["limits"]
    assert [name for name, _ in found] == [
        "tight/integration_count/2027-07-01",
        "tight/integration_count/2028-07-01",
        "tight/EXCLUSION",
        "tight/dosing_places",
        "tight/effect_minutes",
    ]
    assert json.loads(found[0][1]) == lines["integration_count"][1]
    assert json.loads(found[1][1]) == lines["integration_count"][2]
    assert json.loads(found[3][1]) == lines["dosing_places"][0]
    # What is set elsewhere stands where the file says whose it is.
    assert (found[2][1], found[4][1]) == ('"error"', '"kingsley"')
    others = [one["logicalLocations"][0]["name"] for one in results[0]["relatedLocations"]]
    assert others == ["dosing_count", "integration_per_dosing"]


def test_a_result_holds_the_values() -> None:
    conflict, remark, _, silent, covered = (one["properties"] for one in sarif(GOOD)["results"])
    before, after = LINT.stretches
    assert conflict == {
        "protocol": "tight",
        "severity": "error",
        "stretches": ["2027-07-01"],
        "conflict": [limit.to_dict() for limit in after.conflict],
        "reason": after.reason,
    }
    assert remark == {"protocol": "tight", "severity": "warning", **LINT.remarks[0].to_dict()}
    about = {"protocol": "tight", "severity": "advice", "stretches": [None, "2027-07-01"]}
    told = {key: value for key, value in before.never[0].to_dict().items() if value is not None}
    assert silent == about | told
    assert covered == about | before.covered[0].to_dict()


def test_fingerprints_stay_when_lines_move_and_dates_change() -> None:
    later = TIGHT.replace("2027-07-01", "2027-08-01").replace("\n", "\n\n")
    protocol = kap.loads_protocol(later)
    moved = Linted(name="other.json", lint=kap.lint(protocol), protocol=protocol, text=later)
    prints = [
        [result["partialFingerprints"]["kapModelFinding/v1"] for result in sarif(one)["results"]]
        for one in (GOOD, moved)
    ]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == len(prints[0])


def test_what_stands_in_no_file_has_no_place() -> None:
    run = sarif(BUILT_IN, LOST)
    never, covered = run["results"]
    assert never["locations"] == [
        {
            "logicalLocations": [
                {
                    "name": "dosing_places",
                    "fullyQualifiedName": "kingsley/dosing_places",
                    "kind": "object",
                }
            ]
        }
    ]
    assert all("physicalLocation" not in one for one in covered["locations"])
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice == {"level": "error", "message": {"text": "core: is not known"}}
    commands = read(as_github([BUILT_IN, LOST]))
    assert [(word, there) for word, there, _ in commands] == [
        ("notice", {"title": "NEVER-FIRES in kingsley"}),
        ("notice", {"title": "ADDS-NOTHING in kingsley"}),
        ("error", {"title": "document not usable"}),
    ]
    assert commands[2][2] == "core: is not known"
    assert list(suites(BUILT_IN).iter("property")) == []


def test_a_note_without_a_part_stands_at_the_protocol() -> None:
    whole = notes(GOOD)[0]._replace(parts=[])
    ((part, region),) = GOOD.regions(whole)
    assert (part, cut(region)) == (None, '"tight"')
    silent = notes(BUILT_IN)[0]._replace(parts=[])
    assert BUILT_IN.regions(silent) == [(None, (1, 1, 1, 1))]


def test_an_annotation_names_the_limits_with_their_sources() -> None:
    commands = read(as_github([GOOD, BAD]))
    assert [(word, there["title"]) for word, there, _ in commands] == [
        ("error", "CONFLICT in tight"),
        ("warning", "NO-EFFECT in tight"),
        ("warning", "NO-EFFECT in tight"),
        ("notice", "NEVER-FIRES in tight"),
        ("notice", "ADDS-NOTHING in tight"),
        ("error", "document not usable"),
    ]
    _, there, message = commands[0]
    assert (there["file"], there["line"], there["endLine"]) == ("protocols/tight.json", "7", "9")
    assert message.splitlines()[1:] == [
        "Limit: dosing_count: 6 to 8 (kap_model brief, dosing sessions)",
        (
            "Limit: integration_per_dosing: 1 (Kingsley practice page on ketamine-assisted "
            "therapy, step 4)"
        ),
        "Limit: integration_count: at most 5 (Page, since)",
    ]


def test_a_protocol_is_a_suite_and_what_a_lint_looks_at_a_case() -> None:
    root = suites(GOOD, BUILT_IN, BAD)
    assert [suite.attrib["name"] for suite in root] == ["tight", "kingsley", "protocols/bad.json"]
    assert {name: root.attrib[name] for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "15",
        "failures": "1",
        "errors": "1",
        "skipped": "0",
    }
    for suite in root[:2]:
        cases = [case.attrib["name"] for case in suite.iter("testcase")]
        assert cases == [topic.id for topic in LINT_TOPICS]
    properties = {one.attrib["name"]: one.attrib["value"] for one in root.iter("property")}
    assert properties == {"file": "protocols/tight.json"}
    (failure,) = root.iter("failure")
    conflict = notes(GOOD)[0]
    assert failure.attrib == {"message": conflict.message, "type": "error"}
    assert (failure.text or "").splitlines()[:2] == [
        f"error: {conflict.message}",
        "  limit: dosing_count: 6 to 8 (kap_model brief, dosing sessions)",
    ]


@pytest.mark.parametrize("name", ["error", "warning", "advice", "never"])
def test_a_failure_is_what_fail_on_names(name: str) -> None:
    (suite,) = suites(GOOD, fail_on=(name,))
    failing = [
        one.attrib["name"] for one in suite.iter("testcase") if one.find("failure") is not None
    ]
    assert failing == list(dict.fromkeys(n.topic for n in notes(GOOD) if fails(n, (name,))))


@settings(max_examples=scaled(12))
@given(kst.protocols())
def test_a_lint_of_any_protocol_can_be_written(protocol: kap.CareProtocol) -> None:
    text = kap.dumps_protocol(protocol)
    one = Linted(name="p.json", lint=kap.lint(protocol), protocol=protocol, text=text)
    assert one.lint is not None
    said = notes(one)
    assert any(fails(note, ("error",)) for note in said) is not one.lint.ok
    assert len(sarif(one)["results"]) == len(read(as_github([one]))) == len(said)
    assert len(suites(one)[0].findall("testcase")) == len(LINT_TOPICS)
    # Every line is in the document, so nothing stands where the protocol names itself.
    assert all(part in protocol_places(text) for note in said for part, _ in one.regions(note))
