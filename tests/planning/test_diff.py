"""Diff: what changes for a client who moves from one protocol to another."""

from __future__ import annotations

import datetime as dt
import json
from html import unescape
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import event, given, settings

import kap_model as kap
from copies import copies
from kap_model.limits import LIMIT_OF_NAME
from kap_model.planning.changes import SeverityChange
from kap_model.planning.differences import Difference, diff
from kap_model.planning.directions import direction
from kap_model.testing import strategies as kst
from profiles import scaled, seeds
from refusals import refused_at
from support import SOURCE, dated, limits
from wild import wild_moment, wild_plan, wild_value

Moment = dt.datetime | None
OPPOSITE = {"tighter": "looser", "looser": "tighter", "equal": "equal", "other": "other"}
LINE = "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
HOUSES = kst.protocols(house=True)
ELSEWHERE = kap.Citation("another page", "another step")


def changes(found: Difference) -> dict[str, tuple[str, str]]:
    return {change.limit: (change.change, change.direction) for change in found.limits}


# --- By hand -------------------------------------------------------------------------------------


def test_the_built_in_practices_compared() -> None:
    found = diff("core", "kingsley")
    assert changes(found) == {
        "dosing_minutes": ("changed", "tighter"),
        "effect_minutes": ("added", "tighter"),
        "review_after": ("added", "tighter"),
    }
    assert (found.before, found.after, found.on) == ("core", "kingsley", None)
    assert found.switched_on == ("EFFECT-FIT", "REVIEW-AFTER")
    assert found.switched_off == ()
    assert found.cited_anew == ("preparation_count", "integration_per_dosing", "review_every")
    (severity,) = found.severities
    assert (severity.rule, severity.before, severity.after) == ("SCREEN-FIRST", None, "warning")
    assert not found.same
    assert (found.plan, found.gained, found.lost) == (None, (), ())
    assert found == diff(kap.practices.CORE, kap.practices.KINGSLEY.protocol)


def test_a_limit_that_is_added() -> None:
    (change,) = diff(limits(), limits(dosing_count={"min": 6, "max": 8})).limits
    assert (change.before, change.after) == (None, kap.Bounds(6, 8))
    assert (change.cited_before, change.cited_after) == (None, SOURCE)
    assert change.rules == ("DOSE-COUNT",)
    assert change.says == "dosings in the course: 6 to 8, before: none"
    assert change.change == "added"


def test_a_limit_that_is_removed() -> None:
    (change,) = diff(limits(therapist_present=True), limits()).limits
    assert (change.before, change.after) == (True, None)
    assert (change.cited_before, change.cited_after) == (SOURCE, None)
    assert change.says == "the therapist is present during each dosing: no, before: yes"
    assert (change.change, change.direction) == ("removed", "looser")


def test_rules_are_switched_only_where_none_of_their_limits_was_set() -> None:
    one, both = limits(effect_minutes=70), limits(effect_minutes=70, processing_minutes=30)
    assert diff(one, both).switched_on == ()
    assert diff(limits(), both).switched_on == ("EFFECT-FIT",)
    assert diff(both, limits()).switched_off == ("EFFECT-FIT",)
    assert diff(both, limits()).switched_on == ()


def test_severities_that_differ() -> None:
    before = limits(severities={"DOSE-GAP": "advice", "NO-OVERLAP": "warning"})
    after = limits(severities={"DOSE-GAP": "advice", "NO-OVERLAP": "error", "AGE-MIN": "error"})
    found = diff(before, after)
    assert found.severities == (
        SeverityChange(rule="AGE-MIN", before=None, after="error"),
        SeverityChange(rule="NO-OVERLAP", before="warning", after="error"),
    )
    assert not found.same
    assert found.limits == ()


def test_another_source_is_told_and_is_no_difference() -> None:
    before = limits(dosing_count={"min": 6})
    after = attrs.evolve(
        before, id="other", settings=[attrs.evolve(s, citation=ELSEWHERE) for s in before.settings]
    )
    found = diff(before, after)
    assert found.same
    assert found.cited_anew == ("dosing_count",)
    assert diff(before, before).cited_anew == ()


def dated_protocol() -> kap.CareProtocol:
    lines = dated("dosing_count", {None: {"min": 6}, "2027-06-01": {"min": 4}})
    return kap.CareProtocol(id="dated", settings=lines)


@pytest.mark.parametrize(
    ("on", "after"), [(None, 4), ("2027-06-01", 4), ("2027-05-31", 6), (dt.date(2026, 1, 1), 6)]
)
def test_the_limits_of_a_date_are_compared(on: Any, after: int) -> None:
    found = diff(limits(), dated_protocol(), on=on)
    assert found.limits[0].after == kap.Bounds(after)
    assert found.on == (dt.date.fromisoformat(on) if isinstance(on, str) else on)


# --- With a client's plan ------------------------------------------------------------------------


def test_what_a_client_gains_and_loses() -> None:
    plan = kap.parse(f"{LINE.replace('D84', 'D84/60').replace('I85', 'I85/60')}")
    found = diff("kingsley", "regrounding", plan=plan)
    assert found.plan == "plan"
    assert found.on == dt.date(2027, 1, 4)
    assert [str(f.rule) for f in found.gained] == ["THERAPY-LENGTH"]
    assert [f.rule for f in found.lost] == ["DOSE-DURATION", "EFFECT-FIT"]
    assert found.gained[0].sessions == ("i6",)


@pytest.mark.parametrize(("start", "gains"), [("2027-05-31", 1), ("2027-06-01", 0)])
def test_a_plan_is_judged_by_the_limits_of_its_first_session(start: str, gains: int) -> None:
    plan = kap.parse(f"{start} D0 D1 D2 D3")
    found = diff(limits(), dated_protocol(), plan=plan)
    assert found.on == dt.date.fromisoformat(start)
    assert len(found.gained) == gains
    assert diff(limits(), dated_protocol(), plan=plan, on="2027-06-01").gained == ()
    assert len(diff(limits(), dated_protocol(), plan=plan, on="2027-05-31").gained) == 1


def test_a_plan_without_sessions_is_judged_by_the_moment_else_by_the_latest_limits() -> None:
    plan = kap.Plan(id="empty", timezone="UTC", sessions=())
    before, after = limits(), dated_protocol()
    assert diff(before, after, plan=plan).on is None
    (finding,) = diff(before, after, plan=plan).gained
    assert finding.required == "at least 4 dosings"
    found = diff(before, after, plan=plan, as_of="2027-05-31T23:59:59Z")
    assert found.on == dt.date(2027, 5, 31)
    assert [(f.required, f.verdict) for f in found.gained] == [("at least 6 dosings", "pending")]


def test_a_plan_whose_sessions_do_not_count_has_no_date() -> None:
    plan = kap.parse("2027-01-04 D0x")
    assert diff(limits(), dated_protocol(), plan=plan).on is None


# --- Refusals ------------------------------------------------------------------------------------


def test_what_cannot_be_compared_is_refused() -> None:
    unknown: Any = "unknown"
    plan = kap.parse(LINE)
    assert refused_at(diff, unknown, "core") == ["a"]
    assert refused_at(diff, "core", unknown) == ["b"]
    assert refused_at(diff, "core", "core", on="2027-13-01") == ["on"]
    assert refused_at(diff, "core", "core", as_of="2027-01-01T00:00:00Z") == ["as_of"]
    assert refused_at(diff, "core", "core", plan=plan, as_of="2027-01-01T00:00:00") == ["as_of"]
    own = limits(severities={"OWN-RULE": "error"})
    assert refused_at(diff, "core", own, plan=plan) == ["severities"]
    assert diff("core", own).severities[0].rule == "OWN-RULE"


@pytest.mark.parametrize("plan", [LINE, {}, False])
def test_a_plan_is_a_plan(plan: Any) -> None:
    with pytest.raises(TypeError, match="loads"):
        diff("core", "core", plan=plan)


# --- The value -----------------------------------------------------------------------------------


def example() -> Difference:
    before = limits(
        dosing_minutes={"min": 60, "max": 120},
        formats=["individual"],
        initial_supply=2,
        severities={"NO-OVERLAP": "warning"},
    )
    lines = [
        *limits(dosing_minutes={"min": 90, "max": 180}, formats=["individual", "group"]).settings,
        kap.Setting(limit="initial_supply", value=2, citation=ELSEWHERE),
        *limits(dose_levels=["low"], preparation_count={"min": 0}).settings,
    ]
    after = kap.CareProtocol(id="new", settings=lines)
    return diff(before, after, plan=kap.parse("2027-01-04 E0 D1/60g D2/150 D2/150"))


TEXT = """\
under-test -> new: they differ
  limits on Mon, Jan 4, 2027
  preparation_count (allows the same): preparations before the first dosing: at least 0, before:
    none
    read by PREP-COUNT
    source: a practice's own page, the limit under test
  dosing_minutes (differs): the length of a dosing session in minutes: 90 to 180, before: 60 to
    120
    read by DOSE-DURATION
    source: a practice's own page, the limit under test; before: a practice's own page, the
    limit under test
  formats (looser): formats of the therapist's sessions: individual, group, before: individual
    read by MODALITY
    source: a practice's own page, the limit under test; before: a practice's own page, the
    limit under test
  dose_levels (tighter): dose levels, lowest first: low, before: none
    read by DOSE-LEVEL
    source: a practice's own page, the limit under test
  switched on: PREP-COUNT, DOSE-LEVEL
  same value, other source: initial_supply
  severity of NO-OVERLAP: warning -> the rule's own
  + DOSE-DURATION (warning, violated): Dosing d1 on Tue, Jan 5, 2027 lasts 60 minutes; the limit
    is 90 to 180 minutes.
  - DOSE-DURATION (warning, violated): Dosing d2 on Wed, Jan 6, 2027 lasts 150 minutes; the
    limit is 60 to 120 minutes.
  - DOSE-DURATION (warning, violated): Dosing d3 on Wed, Jan 6, 2027 lasts 150 minutes; the
    limit is 60 to 120 minutes.
  - MODALITY (error, violated): Dosing d1 on Tue, Jan 5, 2027 is held in a group; the protocol
    allows sessions held individually."""


def test_a_difference_is_read_line_by_line() -> None:
    assert str(example()).splitlines() == TEXT.splitlines()


def test_the_other_words_of_a_difference() -> None:
    assert str(diff("core", "core")) == "core -> core: no difference"
    found = str(diff("core", "core", plan=kap.parse(LINE)))
    assert found.splitlines()[-1] == "  plan: the same findings"
    removed = str(diff(limits(dosing_count={"min": 1}), limits()))
    assert removed.splitlines()[1:] == [
        "  dosing_count (looser): dosings in the course: none, before: at least 1",
        "    read by DOSE-COUNT",
        "    before: a practice's own page, the limit under test",
        "  switched off: DOSE-COUNT",
    ]


def test_a_difference_as_json() -> None:
    raw = example().to_dict()
    assert json.loads(json.dumps(raw)) == raw
    assert sorted(raw) == sorted(["same", *(field.name for field in attrs.fields(Difference))])
    assert (raw["before"], raw["after"], raw["on"], raw["same"], raw["plan"]) == (
        *("under-test", "new", "2027-01-04", False),
        "plan",
    )
    assert raw["limits"][3] == {
        "limit": "dose_levels",
        "change": "added",
        "direction": "tighter",
        "before": None,
        "after": "low",
        "cited_before": None,
        "cited_after": SOURCE.to_dict(),
        "rules": ["DOSE-LEVEL"],
        "says": "dose levels, lowest first: low, before: none",
    }
    assert raw["limits"][1]["before"] == "60 to 120"
    assert raw["limits"][1]["cited_before"] == SOURCE.to_dict()
    assert raw["severities"] == [{"rule": "NO-OVERLAP", "before": "warning", "after": None}]
    assert [finding["rule"] for finding in raw["lost"]] == ["DOSE-DURATION"] * 2 + ["MODALITY"]
    assert raw["switched_on"] == ["PREP-COUNT", "DOSE-LEVEL"]
    assert diff("core", "core").to_dict()["on"] is None
    removed = diff(limits(dosing_count={"min": 1}), limits()).to_dict()["limits"][0]
    assert (removed["before"], removed["after"], removed["cited_after"]) == (
        *("at least 1", None),
        None,
    )


def test_a_difference_is_a_value_and_no_truth() -> None:
    found = example()
    with pytest.raises(TypeError, match=r"difference\.same"):
        bool(found)
    for value in (found, found.limits[0], found.severities[0]):
        assert all(other == value and hash(other) == hash(value) for other in copies(value))
    assert repr(found) == "<Difference under-test to new: 4 limits>"
    assert repr(found.limits[0]) == "<LimitChange preparation_count added>"
    assert attrs.evolve(found, gained=list(found.gained)) == found


# --- Directions ----------------------------------------------------------------------------------

B, F, E, A = kap.Bounds, kap.Frequency, kap.ReviewEvery, kap.ReviewAfter
DIRECTIONS: list[tuple[str, Any, Any, str]] = [
    ("dosing_count", B(6, 8), B(6, 7), "tighter"),
    ("dosing_count", B(6, 8), B(7, 9), "other"),
    ("dosing_count", B(6, 8), B(7), "other"),
    ("dosing_count", None, B(0), "equal"),
    ("dosing_count", B(max=8), B(0, 8), "equal"),
    ("dosing_gap_days", None, B(0), "tighter"),  # dates step back where clocks do
    ("dosing_gap_days", B(max=8), B(0, 8), "tighter"),
    ("integration_per_dosing", 1, 2, "tighter"),
    ("effect_minutes", None, 1, "tighter"),
    ("processing_minutes", 30, 20, "looser"),
    ("minimum_age", None, 0, "tighter"),
    ("minimum_age", 18, 21, "tighter"),
    ("initial_supply", 2, 1, "tighter"),
    ("refill_supply", 2, None, "looser"),
    ("integration_window_hours", 24, 48, "looser"),
    ("evaluation_first", None, True, "tighter"),
    ("evaluation_first", True, True, "equal"),
    ("medical_roles", ("a",), ("a", "b"), "looser"),
    ("medical_roles", ("a",), ("b",), "other"),
    ("dose_levels", ("a", "b"), ("b", "a"), "equal"),
    ("exclusions", ("a",), ("a", "b"), "tighter"),
    ("exclusions", ("a",), None, "looser"),
    ("dosing_places", None, ("remote", "office"), "equal"),
    ("dosing_places", None, ("office",), "tighter"),
    ("formats", ("group",), None, "looser"),
    ("dosing_frequency", F(1, 7), F(2, 14), "looser"),
    ("dosing_frequency", F(1, 7), F(2, 15), "other"),
    ("dosing_frequency", F(2, 14), F(2, 15), "tighter"),
    ("dosing_frequency", None, F(2, 14), "tighter"),
    ("review_every", E(3), E(2), "tighter"),
    ("review_every", E(3), E(3, "calendar"), "other"),
    ("review_every", E(3, "calendar"), E(1, "calendar"), "equal"),
    ("review_after", A(1, "any-time"), A(2, "any-time"), "other"),
    ("review_after", A(2, "any-time"), A(2, "before-next"), "other"),
    ("review_after", A(2, "any-time"), None, "looser"),
]


@pytest.mark.parametrize(("limit", "before", "after", "expected"), DIRECTIONS)
def test_which_way_a_limit_changes(limit: str, before: Any, after: Any, expected: str) -> None:
    assert direction(limit, before, after) == expected
    assert direction(limit, after, before) == OPPOSITE[expected]


@pytest.mark.parametrize("seed", seeds(6))
def test_what_breaks_a_limit_breaks_a_tighter_one(seed: int) -> None:
    random, told = Random(seed), 0
    specs = list(LIMIT_OF_NAME.values())
    for _ in range(120):
        plan, spec = wild_plan(random), random.choice(specs)
        pair = [
            random.choice((None, *[wild_value(random, spec.cls, spec.name)] * 4)) for _ in range(2)
        ]
        as_of = wild_moment(random, plan)
        before, after = (
            kap.CareProtocol(
                id="p",
                settings=[]
                if value is None
                else [kap.Setting(limit=spec.name, value=value, citation=SOURCE)],
            )
            for value in pair
        )
        way = direction(spec.name, *pair)
        loose, tight = (before, after) if way in ("tighter", "equal") else (after, before)
        if way == "other":
            continue
        known, found = (
            # DOSE-CLOSE gives way to a pace that is stated.
            {f.rule for f in kap.check(plan, care, as_of=as_of).findings} - {"DOSE-CLOSE"}
            for care in (tight, loose)
        )
        assert found <= known
        if way == "equal":
            assert found == known
        told += found < known
    assert told


# --- House rules -------------------------------------------------------------------------------


def pace(days: int, **given: Any) -> kap.HouseRule:
    sound: dict[str, Any] = {"citation": SOURCE}
    form = kap.forms.Space("dosing", min=days, unit="days")
    return kap.HouseRule("HOUSE-PACE", form, **sound | given)


def housed(*rules: kap.HouseRule, **given: Any) -> kap.CareProtocol:
    return kap.CareProtocol(id="housed", rules=rules, **given)


def test_a_house_rule_that_begins_and_one_that_ends() -> None:
    found = diff(housed(), housed(pace(7)))
    (change,) = found.house_rules
    assert (change.rule, change.change, change.before) == ("HOUSE-PACE", "added", None)
    assert change.says == "Consecutive dosings are at least 7 days apart. (error)"
    assert not found.same
    told = f"house rule HOUSE-PACE (added): {change.says}"
    assert told in str(found)
    assert "HOUSE-PACE (added)" in found._repr_html_()
    (back,) = diff(housed(pace(7)), housed()).house_rules
    assert (back.change, back.after) == ("removed", None)
    assert back.says == f"before: {change.says}"


@pytest.mark.parametrize(
    ("other", "part", "way", "told"),
    [
        (pace(8), "form", "tighter", "(tighter)"),
        (pace(6), "form", "looser", "(looser)"),
        (pace(7, severity="warning"), "severity", "equal", "(other severity)"),
        (pace(7, says="They are a week apart."), "says", "equal", "(other sentence)"),
    ],
    ids=["tighter", "looser", "severity", "sentence"],
)
def test_a_house_rule_that_changes(other: kap.HouseRule, part: str, way: str, told: str) -> None:
    found = diff(housed(pace(7)), housed(other))
    (change,) = found.house_rules
    assert (change.change, change.before, change.after) == ("changed", pace(7), other)
    after, _, before = change.says.partition("; before: ")
    assert after != before
    assert change.to_dict() == {
        "rule": "HOUSE-PACE",
        "change": "changed",
        "direction": way,
        "parts": [part],
        "judges": part != "says",
        "before": before,
        "after": after,
        "since_before": None,
        "since_after": None,
        "cited_before": SOURCE.to_dict(),
        "cited_after": SOURCE.to_dict(),
        "says": change.says,
    }
    assert found.to_dict()["house_rules"] == [change.to_dict()]
    assert found.same == (part == "says")
    assert f"house rule HOUSE-PACE {told}" in str(found)


def test_a_house_rule_of_other_words_is_told_and_judges_alike() -> None:
    other = pace(7, why="It is so.", action="Move one.", citation=ELSEWHERE)
    found = diff(housed(pace(7, why="It was so.")), housed(other))
    (change,) = found.house_rules
    assert (found.same, change.judges, change.parts) == (True, False, ("why", "action"))
    assert change.says == (
        "Consecutive dosings are at least 7 days apart. (error) why: It is so. action: Move one.; "
        "before: Consecutive dosings are at least 7 days apart. (error) why: It was so. "
        "action: none"
    )
    first, second = str(found).splitlines()[:2]
    assert first == "housed -> housed: they judge alike, and word house rules otherwise"
    assert second.startswith("  house rule HOUSE-PACE (other reason and action): ")
    assert not diff(housed(pace(7)), housed(attrs.evolve(other, severity="advice"))).same


def test_a_house_rule_that_is_only_cited_anew_makes_no_difference() -> None:
    found = diff(housed(pace(7)), housed(pace(7, citation=ELSEWHERE)))
    assert (found.same, found.house_rules, found.cited_anew) == (True, (), ("HOUSE-PACE",))
    assert diff(housed(pace(7)), housed(pace(7))).cited_anew == ()


def off(since: str | None = "2028-01-01", **given: Any) -> kap.HouseRule:
    sound: dict[str, Any] = {"citation": SOURCE}
    return kap.HouseRule("HOUSE-PACE", "off", since=since, **sound | given)


def test_a_house_rule_that_is_turned_off() -> None:
    found = diff(housed(pace(7)), housed(pace(7), off(citation=ELSEWHERE)))
    (change,) = found.house_rules
    assert (change.change, change.direction, change.parts) == ("removed", "looser", ("form",))
    assert change.says == (
        "off since Sat, Jan 1, 2028; before: Consecutive dosings are at least 7 days apart. (error)"
    )
    told = change.to_dict()
    assert (told["since_after"], told["cited_after"]) == ("2028-01-01", ELSEWHERE.to_dict())
    (back,) = diff(housed(pace(7), off()), housed(pace(7))).house_rules
    assert (back.change, back.direction) == ("added", "tighter")
    assert diff(housed(off(None)), housed()).house_rules == ()
    assert diff(housed(off(None)), housed(off(None, citation=ELSEWHERE))).cited_anew == ()
    assert diff(housed(pace(7)), housed(pace(7), off()), on="2027-12-31").same


# --- Dates ---------------------------------------------------------------------------------------


def test_the_same_from_another_date_is_a_difference_of_dates() -> None:
    since = housed(pace(7, since="2027-01-01"))
    found = diff(housed(pace(7)), since)
    assert (found.same, found.house_rules) == (False, ())
    (change,) = found.dates
    asked = "Consecutive dosings are at least 7 days apart. (error)"
    assert change.to_dict() == {
        "subject": "HOUSE-PACE",
        "since": None,
        "until": "2027-01-01",
        "before": asked,
        "after": None,
        "says": f"none; before: {asked}",
    }
    assert found.to_dict()["dates"] == [change.to_dict()]
    assert repr(change) == "<DatesChange HOUSE-PACE>"
    told = "HOUSE-PACE, for courses that begin before Fri, Jan 1, 2027: "
    assert told in str(found)
    assert told in found._repr_html_()
    assert diff(housed(pace(7)), since, on="2027-01-01").same
    assert diff(housed(pace(7)), since, plan=kap.parse(LINE)).dates == ()


def test_each_run_of_dates_that_differs_otherwise_is_told() -> None:
    before = housed(pace(7), pace(14, since="2028-01-01"), off("2029-01-01"))
    after = housed(pace(7), off("2027-06-01"), pace(14, since="2028-06-01"))
    assert [
        (c.beginning, c.before is None, c.after is None) for c in diff(before, after).dates
    ] == [
        ("from Tue, Jun 1, 2027 to Fri, Dec 31, 2027", False, True),
        ("from Sat, Jan 1, 2028 to Wed, May 31, 2028", False, True),
    ]


def test_what_differs_alike_on_all_dates_is_told_once() -> None:
    one = limits(dosing_count={"min": 4})
    lines = dated("dosing_count", {None: {"min": 6}, "2027-06-01": {"min": 6}})
    found = diff(one, kap.CareProtocol(id="dated", settings=lines))
    assert (list(changes(found)), found.dates) == (["dosing_count"], ())
    assert diff(dated_protocol(), dated_protocol()).dates == ()


def test_the_dates_of_limits_and_of_what_is_usual() -> None:
    found = diff(limits(dosing_count={"min": 4}), dated_protocol())
    assert (found.same, found.limits) == (False, ())
    begun = "dosing_count, for courses that begin before Tue, Jun 1, 2027"
    assert str(found).splitlines()[1:] == [f"  {begun}: at least 6; before: at least 4"]
    lines = [
        kap.UsualValue(name="every", value=value, since=since, citation=SOURCE)
        for value, since in ((7, None), (14, "2027-01-01"), ("off", "2028-01-01"))
    ]
    found = diff(housed(), housed(usual=lines))
    assert found.same
    begun = "  usual.every, for courses that begin"
    assert str(found).splitlines() == [
        "housed -> housed: they judge alike, and call other things usual",
        f"{begun} before Fri, Jan 1, 2027: 1 week; before: none",
        f"{begun} from Fri, Jan 1, 2027 to Fri, Dec 31, 2027: 2 weeks;",
        "    before: none",
    ]


def test_house_rules_are_compared_and_judge_as_on_a_date() -> None:
    levels = [
        kap.Setting(limit="dose_levels", value=("low",), citation=SOURCE),
        kap.Setting(limit="dose_levels", value=("high",), since="2029-01-01", citation=SOURCE),
    ]
    high = kap.HouseRule(
        "HOUSE-HIGH",
        kap.forms.Rate(kap.forms.Selector("dosing", level="high"), max=1, days=7),
        citation=SOURCE,
    )
    dated_rules = housed(
        pace(21), off(), high, settings=levels, severities={"HOUSE-PACE": "advice"}
    )
    plan = kap.parse(LINE)
    for day, rules in (
        ("2027-12-31", ["HOUSE-HIGH", "HOUSE-PACE"]),
        ("2028-01-01", ["HOUSE-HIGH"]),
    ):
        found = diff(housed(), dated_rules, plan=plan, on=day)
        assert [change.rule for change in found.house_rules] == rules
        assert ("HOUSE-PACE" in {f.rule for f in found.gained}) == ("HOUSE-PACE" in rules)


# --- Laws ----------------------------------------------------------------------------------------


@settings(max_examples=scaled(30))
@given(HOUSES, kst.plans(), kst.moments())
def test_a_protocol_does_not_differ_from_itself(
    protocol: kap.CareProtocol, plan: kap.Plan, as_of: Moment
) -> None:
    found = diff(protocol, protocol, plan=plan, as_of=as_of)
    assert found.same
    told = found.to_dict()
    assert not any(value for value in told.values() if isinstance(value, list))
    assert diff(protocol, protocol).same


@settings(max_examples=scaled(40))
@given(HOUSES, HOUSES, kst.plans(), kst.moments())
def test_the_way_back_mirrors_the_way(
    a: kap.CareProtocol, b: kap.CareProtocol, plan: kap.Plan, as_of: Moment
) -> None:
    there, back = diff(a, b, plan=plan, as_of=as_of), diff(b, a, plan=plan, as_of=as_of)
    event("same" if there.same else "differs")
    assert (there.same, there.on, there.cited_anew) == (back.same, back.on, back.cited_anew)
    assert (there.switched_on, there.switched_off) == (back.switched_off, back.switched_on)
    assert (there.gained, there.lost) == (back.lost, back.gained)
    assert [(c.rule, c.before, c.after) for c in there.house_rules] == [
        (c.rule, c.after, c.before) for c in back.house_rules
    ]
    assert [(c.rule, c.before, c.after) for c in there.severities] == [
        (c.rule, c.after, c.before) for c in back.severities
    ]
    for change, mirrored in zip(there.limits, back.limits, strict=True):
        assert (change.limit, change.rules) == (mirrored.limit, mirrored.rules)
        assert (change.before, change.cited_before) == (mirrored.after, mirrored.cited_after)
        assert (change.after, change.cited_after) == (mirrored.before, mirrored.cited_before)
        assert change.direction == OPPOSITE[mirrored.direction]


@settings(max_examples=scaled(40))
@given(HOUSES, HOUSES, kst.plans(), kst.moments())
def test_what_is_gained_and_lost_leads_from_one_report_to_the_other(
    a: kap.CareProtocol, b: kap.CareProtocol, plan: kap.Plan, as_of: Moment
) -> None:
    found = diff(a, b, plan=plan, as_of=as_of)
    before, after = kap.check(plan, a, as_of=as_of), kap.check(plan, b, as_of=as_of)
    kept = len(before.findings) - len(found.lost)
    assert kept == len(after.findings) - len(found.gained)
    assert set(found.gained) <= set(after.findings)
    assert {f.rule for f in found.lost} <= {f.rule for f in before.findings}
    if found.same:
        assert found.gained == found.lost == ()


def test_a_change_of_a_house_rule_prints_its_id_and_what_became_of_it() -> None:
    rule = kap.HouseRule(
        "HOUSE-AFTER", kap.forms.Follow("dosing", "integration"), citation=kap.Citation("a", "b")
    )
    after = kap.CareProtocol(id="a", rules=[rule])
    (change,) = kap.diff(kap.CareProtocol(id="a"), after).house_rules
    assert repr(change) == "<HouseRuleChange HOUSE-AFTER added>"


# --- Usual values --------------------------------------------------------------------------------


def usually(*lines: tuple[str, Any, str | None], source: kap.Citation = SOURCE) -> kap.CareProtocol:
    stated = [
        kap.UsualValue(name=name, value=value, since=since, citation=source)
        for name, value, since in lines
    ]
    return kap.CareProtocol(id="usually", usual=stated)


def test_usual_values_that_begin_end_and_change_are_told_and_judge_nothing() -> None:
    before = usually(("every", "2w", None), ("dosings", 6, None))
    after = usually(("every", "10d", None), ("minutes.dosing", 180, None))
    found = diff(before, after)
    assert [(each.name, each.change) for each in found.usual] == [
        ("every", "changed"),
        ("dosings", "removed"),
        ("minutes.dosing", "added"),
    ]
    pace, dosings, length = found.usual
    assert pace.says == "from one dosing to the next: 10 days, before: 2 weeks"
    assert (dosings.before, dosings.after, dosings.cited_after) == (6, None, None)
    assert length.says == "the length of a dosing: 180 minutes, before: not stated"
    assert length.cited_before is None
    assert length.cited_after == SOURCE
    assert repr(pace) == "<UsualChange every changed>"
    assert found.same
    assert not found.limits
    assert not found.cited_anew


def test_usual_values_are_compared_on_a_date_and_by_their_source() -> None:
    before, after = usually(("every", "2w", None)), usually(("every", "1w", "2027-07-01"))
    assert [each.after for each in diff(before, after, on="2027-06-30").usual] == [None]
    assert [each.after for each in diff(before, after, on="2027-07-01").usual] == [7]
    other = kap.Citation("House protocol, revised", "section 9")
    anew = diff(before, usually(("every", "2w", None), ("dosings", 6, None), source=other))
    assert anew.cited_anew == ("usual.every",)
    assert [each.name for each in anew.usual] == ["dosings"]


def test_usual_values_as_text_and_json() -> None:
    found = diff(usually(("dosings", 6, None)), usually(("every", "2w", None)))
    assert str(found).splitlines() == [
        "usually -> usually: they judge alike, and call other things usual",
        "  usual every (added): from one dosing to the next: 2 weeks, before: not stated",
        f"    source: {SOURCE}",
        "  usual dosings (removed): dosings in the course: not stated, before: 6",
        f"    before: {SOURCE}",
    ]
    pace, dosings = found.to_dict()["usual"]
    assert pace == {
        "name": "every",
        "change": "added",
        "before": None,
        "after": 14,
        "cited_before": None,
        "cited_after": SOURCE.to_dict(),
        "says": "from one dosing to the next: 2 weeks, before: not stated",
    }
    assert (dosings["change"], dosings["cited_before"]) == ("removed", SOURCE.to_dict())
    assert dosings["cited_after"] is None
    page = unescape(found._repr_html_())
    assert f"2 weeks, before: not stated (source: {SOURCE})" in page
    assert f"not stated, before: 6 (before: {SOURCE})" in page
