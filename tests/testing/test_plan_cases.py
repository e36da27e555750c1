"""Cases: a plan document with what is expected of it; strict, and silent about values."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import kap_model as kap
from copies import copies
from kap_model.testing.cases import Expectation, PlanCase, load_case
from mutations import changed_documents
from profiles import scaled
from refusals import check_fields, check_tuples, refused_at
from shipped import ACCEPTED, BROKEN, EXAMPLES, HOUSE, REGROUNDING

MARKER = "MARKER"
CATALOGUE = "must be a rule of the catalogue; kap-model rules lists them"
NEITHER = "is neither a practice (known: core, kingsley, regrounding) nor a file"
NO_TEXT = "must be 1 to 200 characters on one line, without spaces at the ends"
LINE = "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 R33 D42 I43 D56 I57 D70 I71 D84 I85"
GAP = attrs.evolve(kap.parse(LINE), protocol="kingsley")
DOCUMENTS = (kap.dumps(kap.parse("2027-01-04 C0 E2+ P7* D14 S0>3=2")), kap.dumps(kap.parse(LINE)))
KEYS = ("schema", "id", "protocol", "timezone", "sessions", "kind", "start", "minutes", "supplies")
EXPECTATION = Expectation(
    protocol=kap.practices.CORE.protocol,
    as_of="2027-02-10T12:00:00-08:00",
    waivers=kap.load_waivers(ACCEPTED),
    violated=("INTEG-EACH", "SCREEN-FIRST"),
    pending=(),
    unknown=("AGE-MIN",),
)
CASE = PlanCase(plan=GAP, expect=EXPECTATION)


def written(folder: Path, *, plan: kap.Plan = GAP, **more: Any) -> Path:
    """A file in the folder: the plan's document with more keys."""
    path = folder / "one.kap.json"
    path.write_text(json.dumps(json.loads(kap.dumps(plan)) | more), encoding="utf-8")
    return path


def refused(path: Path) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        load_case(path)
    assert MARKER not in str(caught.value)
    return [str(problem) for problem in caught.value.problems]


def told(expect: Expectation, plan: kap.Plan = GAP) -> str | None:
    return PlanCase(plan=plan, expect=expect).mismatch()


def test_a_case_is_a_frozen_value() -> None:
    for value in (EXPECTATION, CASE, PlanCase(plan=GAP)):
        for other in copies(value):
            assert other == value
            assert hash(other) == hash(value)
            assert type(other) is type(value)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        EXPECTATION.violated = ()  # type: ignore[misc]


def test_what_an_expectation_refuses() -> None:
    check_tuples(EXPECTATION, "waivers", "violated", "pending", "unknown")
    check_fields(
        EXPECTATION,
        {
            "protocol": ("protocol", "core"),
            "as_of": ("as_of", "2027-02-10T12:00:00"),
            "waivers": ("waivers", "SCREEN-FIRST"),
            "waivers[0]": ("waivers", ["SCREEN-FIRST"]),
            "violated": ("violated", "SCREEN-FIRST"),
            "violated[1]": ("violated", ["SCREEN-FIRST", "SCREEN-LAST"]),
            "pending[2]": ("pending", ["AGE-MIN", "SCREEN-FIRST", "AGE-MIN"]),
            "unknown[0]": ("unknown", [7]),
        },
    )
    check_fields(CASE, {"plan": ("plan", LINE), "expect": ("expect", {})})
    assert refused_at(Expectation, violated=[[], "AGE-MIN", "AGE-MIN"]) == [
        "violated[0]",
        "violated[2]",
    ]


def test_rules_stand_in_catalogue_order() -> None:
    assert EXPECTATION.violated == ("SCREEN-FIRST", "INTEG-EACH")


def test_reprs_show_no_client_data() -> None:
    assert repr(EXPECTATION) == "<Expectation: 2 violated, 0 pending, 1 unknown>"
    assert repr(Expectation()) == "<Expectation: 0 violated>"
    assert repr(CASE) == "<PlanCase of <Plan plan: 15 sessions>>"


def test_a_file_is_read_with_the_files_that_it_names(tmp_path: Path) -> None:
    for name, source in (("house.json", HOUSE), ("waivers.json", ACCEPTED)):
        (tmp_path / name).write_bytes(Path(source).read_bytes())
    path = written(
        tmp_path,
        expect={
            "protocol": "house.json",
            "as_of": "2027-02-10T12:00:00-08:00",
            "waivers": "../" + tmp_path.name + "/waivers.json",
            "violated": ["INTEG-EACH", "SCREEN-FIRST"],
            "pending": [],
            "unknown": ["AGE-MIN"],
        },
    )
    case = load_case(path)
    house = kap.load_protocol(HOUSE)
    assert case == PlanCase(plan=GAP, expect=attrs.evolve(EXPECTATION, protocol=house))
    assert load_case(str(path)) == case


@pytest.mark.parametrize("name", ["core", "kingsley", "regrounding"])
def test_a_practice_is_named_as_on_the_command_line(name: str, tmp_path: Path) -> None:
    case = load_case(written(tmp_path, expect={"protocol": name}))
    assert case.expect == Expectation(protocol=kap.practices.BY_NAME[name].protocol)
    report = case.check("core")
    assert (report.protocol, report.protocol_source) == (name, "argument")


def test_a_local_start_is_taken_in_the_plan_and_in_no_expectation(tmp_path: Path) -> None:
    document = json.loads(kap.dumps(GAP))
    sessions = [row | {"start": row["start"][:16]} for row in document["sessions"]]
    assert load_case(written(tmp_path, sessions=sessions)) == PlanCase(plan=GAP)
    (told,) = refused(written(tmp_path, expect={"as_of": "2027-01-04T10:00:00"}))
    assert told.startswith("$.expect.as_of: has no offset")


def test_a_plan_document_is_a_case_without_violated_findings(tmp_path: Path) -> None:
    assert load_case(REGROUNDING) == PlanCase(plan=kap.load(REGROUNDING))
    assert load_case(written(tmp_path, expect={})) == PlanCase(plan=GAP)
    report = load_case(REGROUNDING).check()
    assert report == kap.check(kap.load(REGROUNDING))
    assert load_case(REGROUNDING).check("kingsley").protocol == "kingsley"
    assert load_case(REGROUNDING).mismatch() is None
    assert "Violated, but not expected" in str(load_case(REGROUNDING).mismatch("kingsley"))


EXPECT_REFUSALS: dict[str, tuple[Any, list[str]]] = {
    "null": (None, ["$.expect: must not be null; leave the key out"]),
    "no object": ([], ["$.expect: must be an object"]),
    "an unknown key": ({MARKER: 1}, ["$.expect: has an unknown key"]),
    "a near miss": ({"violates": []}, ["$.expect: has an unknown key; did you mean violated?"]),
    "no array": ({"violated": MARKER}, ["$.expect.violated: must be an array"]),
    "null rules": (
        {"pending": None},
        ["$.expect.pending: must not be null; leave the key out"],
    ),
    "unknown and repeated rules": (
        {"violated": [MARKER, "AGE-MIN", 5, "AGE-MIN"], "unknown": [["AGE-MIN"]]},
        [
            f"$.expect.violated[0]: {CATALOGUE}",
            f"$.expect.violated[2]: {CATALOGUE}",
            "$.expect.violated[3]: must be named once",
            f"$.expect.unknown[0]: {CATALOGUE}",
        ],
    ),
    "a protocol that is no text": (
        {"protocol": 5},
        ["$.expect.protocol: must be 1 to 200 characters on one line, without spaces at the ends"],
    ),
    "a protocol that is not there": (
        {"protocol": MARKER},
        [f"$.expect.protocol: {NEITHER}"],
    ),
    "files that are not there or no files": (
        {"protocol": ".", "waivers": MARKER},
        ["$.expect.protocol: Is a directory", "$.expect.waivers: No such file or directory"],
    ),
    "files of another kind": (
        {"protocol": "one.kap.json", "waivers": "empty.json"},
        [
            "$.expect.protocol: in its file, $.schema: must be kap-model/protocol/1",
            "$.expect.waivers: in its file, $: lacks schema",
            "$.expect.waivers: in its file, $: lacks waivers",
        ],
    ),
}


@pytest.mark.parametrize(
    ("expect", "reasons"), EXPECT_REFUSALS.values(), ids=EXPECT_REFUSALS.keys()
)
def test_a_refusal_names_every_problem_and_its_place(
    expect: Any, reasons: list[str], tmp_path: Path
) -> None:
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    assert refused(written(tmp_path, expect=expect)) == reasons


@pytest.mark.parametrize("moment", [5, "2027-02-10T12:00:00", MARKER])
def test_a_moment_is_refused_as_the_library_does(moment: Any, tmp_path: Path) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        kap.check(GAP, as_of=moment)
    (reason,) = refused(written(tmp_path, expect={"as_of": moment}))
    assert reason == f"$.expect.{caught.value}"


def test_problems_of_the_plan_and_of_what_is_expected_come_together(tmp_path: Path) -> None:
    path = written(tmp_path, expect={"violated": ["X"]}, timezone="utc", exspect={}, born="1.1.80")
    reasons = refused(path)
    assert sorted(reasons) == [
        "$.born: must be a date (YYYY-MM-DD) from 1900-01-01 to 2200-12-31",
        f"$.expect.violated[0]: {CATALOGUE}",
        "$.timezone: must be a zone name of the tzdata list, such as America/Los_Angeles",
        "$: has an unknown key; did you mean expect?",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"expect": {"violated": [], "violated": []}}', "$.expect: has a key twice"),
        ('{"expect": {}, "expect": {}}', "$: has a key twice"),
    ],
)
def test_a_key_twice_is_refused(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "twice.kap.json"
    path.write_text(text, encoding="utf-8")
    assert reason in refused(path)


def test_another_kind_of_document_is_refused_for_that_alone(tmp_path: Path) -> None:
    path = written(tmp_path, schema="kap-model/fees/1", expect={"violated": ["X"]})
    assert refused(path) == ["$.schema: must be kap-model/plan/1"]


def outcome(load: Callable[[Path], Any], path: Path) -> Any:
    """What is loaded, or the lines of the refusal."""
    try:
        return load(path)
    except kap.DocumentError as error:
        return str(error)


def same_problems(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    by_library, as_case = outcome(kap.load, path), outcome(load_case, path)
    expected = PlanCase(plan=by_library) if isinstance(by_library, kap.Plan) else by_library
    assert as_case == expected


@pytest.mark.parametrize(
    "text",
    ["", "[1", '{"a": NaN}', '{"id": 1, "id": 2}', "[" * 40 + "]" * 40, "7", " " * 1_000_001],
    ids=["nothing", "cut off", "NaN", "a key twice", "deep", "a number", "large"],
)
def test_what_is_no_plan_is_refused_as_by_the_library(text: str, tmp_path: Path) -> None:
    same_problems(tmp_path / "one.kap.json", text)


@given(text=changed_documents(st.sampled_from(DOCUMENTS), KEYS))
@settings(max_examples=scaled(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bad_plan_is_refused_as_by_the_library(text: str, tmp_path: Path) -> None:
    same_problems(tmp_path / "one.kap.json", text)


def test_a_plan_that_could_not_be_written_is_refused(tmp_path: Path) -> None:
    row = {"kind": "dosing", "start": "2027-01-01T00:00:00Z", "minutes": 1}
    rows = [{"id": f"s{n}", "support_person": "a" * 200} | row for n in range(3_350)]
    plan = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": rows}
    path = tmp_path / "one.kap.json"
    path.write_text(json.dumps(plan, separators=(",", ":")), encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    assert refused(path) == ["$: must be at most 1 MB in its canonical form"]


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_case(tmp_path / "nothing.kap.json")


def test_what_is_as_expected_needs_no_words() -> None:
    assert told(Expectation(violated=["INTEG-EACH"])) is None
    assert told(Expectation(violated=["INTEG-EACH"], pending=[], unknown=[])) is None
    assert told(Expectation(), kap.load(REGROUNDING)) is None


def test_what_did_not_come_and_what_came_are_told_apart() -> None:
    expect = Expectation(violated=["DOSE-GAP", "SCREEN-FIRST"], pending=["INTEG-EACH"])
    assert told(expect) == (
        "plan: not as expected\n"
        "  protocol kingsley\n"
        "\n"
        "Expected, but not found\n"
        "  SCREEN-FIRST: not violated; it is satisfied\n"
        "  DOSE-GAP: not violated; it is not applicable\n"
        "  INTEG-EACH: not pending; it is violated\n"
        "\n"
        "Violated, but not expected\n"
        "  INTEG-EACH (error): Dosing d2 on Mon, Feb 1, 2027 has no integration after it before"
        " dosing d3\n"
        "    on Mon, Feb 15, 2027.\n"
        "    sessions: d2\n"
        "    due: Mon, Feb 15, 2027, 10:00 am\n"
        "    source: Kingsley practice page on ketamine-assisted therapy, step 4"
    )


def test_pending_and_unknown_are_exact_where_they_are_named() -> None:
    running = kap.parse("2027-01-04 America/Los_Angeles C0* E2* P7*")
    moment = "2027-01-20T09:00:00-08:00"
    assert told(Expectation(as_of=moment), running) is None
    said = told(Expectation(as_of=moment, pending=[], unknown=["AGE-MIN"]), running)
    assert said == (
        "plan: not as expected\n"
        "  protocol core\n"
        "  as of Wed, Jan 20, 2027, 9:00 am (Los Angeles)\n"
        "\n"
        "Expected, but not found\n"
        "  AGE-MIN: not unknown; it is not applicable\n"
        "\n"
        "Pending, but not expected\n"
        "  DOSE-COUNT (error): The course has 0 dosings; the limit is 6 to 8 dosings.\n"
        "    source: kap_model brief, dosing sessions\n"
        "\n"
        "Unknown, but not expected\n"
        "  RECORD-OUTCOME (warning): The outcome of medical evaluation e1 on Wed, Jan 6, 2027 is"
        " not\n"
        "    recorded.\n"
        "    sessions: e1\n"
        "    source: kap_model rule reference, RECORD-OUTCOME"
    )


def test_a_waived_finding_does_not_count() -> None:
    plan = kap.load(BROKEN)
    violated = tuple(r for r, v in kap.check(plan).rules.items() if v == "violated")
    waivers = kap.load_waivers(ACCEPTED)
    assert told(Expectation(violated=violated), plan) is None
    others = tuple(rule for rule in violated if rule != "SCREEN-FIRST")
    assert told(Expectation(violated=others, waivers=waivers), plan) is None
    said = told(Expectation(violated=violated, waivers=waivers), plan)
    assert said is not None
    assert said.splitlines()[3:] == [
        "Expected, but not found",
        "  SCREEN-FIRST: not violated; it is satisfied, for a waiver covers what was found",
    ]


def test_the_examples_are_as_they_say() -> None:
    cases = [load_case(path) for path in sorted((EXAMPLES / "cases").glob("*.kap.json"))]
    assert [case.mismatch() for case in cases] == [None] * 4
    assert {rule for case in cases for rule in case.expect.violated} == {"DOSE-GAP", "INTEG-EACH"}
    assert sum(bool(case.expect.pending) for case in cases) == 1
