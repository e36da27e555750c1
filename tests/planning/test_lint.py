"""Lint: a witness, or the smallest set of limits in conflict; what is silent, what is off."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from itertools import combinations
from typing import Any, NoReturn

import attrs
import pytest
from hypothesis import event, given, settings, strategies as st

import kap_model as kap
from copies import copies
from kap_model.documents.protocols import limit_value
from kap_model.forms import (
    Count,
    Known,
    Length,
    Order,
    Precede,
    Rate,
    Selector,
    Span,
    Within,
)
from kap_model.forms._form import RuleForm
from kap_model.planning import _feasibility, linting
from kap_model.planning._feasibility import (
    NOT_KNOWN,
    NOT_SMALLEST,
    TOGETHER,
    TOO_LONG,
    TOO_MANY,
    Demand,
    course_for,
)
from kap_model.planning.linting import Lint, Remark, Stretch, lint
from kap_model.planning.search.problem import Work
from kap_model.practices import PRACTICES
from kap_model.testing import strategies as kst
from profiles import scaled
from refusals import refused_at
from support import SOURCE, dated, limits

CORE = kap.practices.CORE.protocol
NOTHING = kap.CareProtocol(id="nothing")
NO_PLAN = kap.Plan(id="none", timezone="UTC", sessions=())
NOTHING_OF_ITS_OWN = limits(dosing_count={"min": 3})


def over(base: kap.CareProtocol, **forms: Any) -> kap.CareProtocol:
    lines = [
        kap.Setting(limit=name, value=limit_value(name, form), citation=SOURCE)
        for name, form in forms.items()
    ]
    return base.extended("own", settings=lines)


def only(protocol: kap.CareProtocol) -> Stretch:
    (stretch,) = lint(protocol).stretches
    return stretch


def names(stretch: Stretch) -> list[str]:
    return [one.name for one in stretch.conflict]


def open_findings(plan: kap.Plan | None, protocol: kap.CareProtocol) -> list[str]:
    assert plan is not None
    found = kap.check(plan, protocol).findings
    return [str(one) for one in found if one.verdict in ("violated", "pending")]


def begins(plan: kap.Plan | None) -> dt.date:
    assert plan is not None
    return plan.sessions[0].start.date()


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_every_built_in_practice_has_a_witness(practice: kap.Practice) -> None:
    found = lint(practice)
    assert found == lint(practice.id) == lint(practice.protocol)
    (stretch,) = found.stretches
    assert found.ok
    assert stretch.satisfiable
    assert stretch.since is None
    assert begins(stretch.witness) == dt.date(2027, 1, 4)
    assert kap.check(kap.parse(stretch.course or ""), practice.protocol).findings == ()
    assert (stretch.conflict, stretch.reason, found.remarks) == ((), None, ())


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_what_is_off_is_what_does_not_apply(practice: kap.Practice) -> None:
    verdicts = kap.check(kap.parse("2027-01-04 C0"), practice.protocol).rules
    expected = [rule for rule, verdict in verdicts.items() if verdict == "not-applicable"]
    assert list(only(practice.protocol).off) == expected


def test_a_protocol_of_nothing_is_kept_by_a_course_of_nothing() -> None:
    stretch = only(NOTHING)
    assert stretch.satisfiable
    assert stretch.course == ""
    assert set(stretch.off) == {rule.id for rule in kap.RULES if rule.reads}


SAME_DAY = {"min": 0, "max": 0}
COURSE = {"dosing_count": {"min": 6, "max": 8}, "integration_per_dosing": 1}
CONFLICTS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"dosing_minutes": {"max": 60}, "effect_minutes": 70},
        "dosing_count dosing_minutes effect_minutes",
        TOGETHER,
    ),
    (
        {"dosing_minutes": {"max": 90}, "effect_minutes": 70, "processing_minutes": 30},
        "dosing_count dosing_minutes effect_minutes processing_minutes",
        TOGETHER,
    ),
    ({"dosing_minutes": {"max": 0}}, "dosing_count dosing_minutes", TOGETHER),
    ({"dosing_minutes": {"min": 1441}}, "dosing_count dosing_minutes", TOGETHER),
    ({"processing_minutes": 1441}, "dosing_count processing_minutes", TOGETHER),
    (
        {"integration_count": {"max": 5}},
        "dosing_count integration_per_dosing integration_count",
        TOGETHER,
    ),
    (
        {"dosing_gap_days": {"max": 6}, "dosing_frequency": {"at_most": 2, "days": 14}},
        "dosing_count dosing_gap_days dosing_frequency",
        TOGETHER,
    ),
    (
        {"dosing_gap_days": {"min": 0, "max": 1}, "dosing_frequency": {"at_most": 1, "days": 2}},
        "dosing_count dosing_gap_days dosing_frequency",
        TOGETHER,
    ),
    (
        {"preparation_count": {"min": 1}, "therapy_minutes": {"min": 1441}},
        "preparation_count therapy_minutes",
        TOGETHER,
    ),
    (
        {"dosing_count": {"max": 0}, "integration_count": {"min": 1}}
        | {"integration_after_dosing": True},
        "dosing_count integration_count integration_after_dosing",
        TOGETHER,
    ),
    ({"dosing_count": {"min": 10_001}}, "dosing_count", TOO_MANY),
    ({"preparation_count": {"min": 10_001}}, "preparation_count", TOO_MANY),
    (
        {"preparation_count": {"min": 6_000}, "integration_count": {"min": 6_000}},
        "preparation_count integration_count",
        TOO_MANY,
    ),
    ({"integration_per_dosing": 1_700}, "dosing_count integration_per_dosing", TOO_MANY),
    # Without a least distance or a frequency, more than two a week are close together.
    ({"dosing_gap_days": {"max": 3}}, "dosing_count dosing_gap_days", TOGETHER),
    ({"dosing_gap_days": {"min": 20_000}}, "dosing_count dosing_gap_days", TOO_LONG),
    (
        {"dosing_frequency": {"at_most": 2, "days": 50_000}},
        "dosing_count dosing_frequency",
        TOO_LONG,
    ),
]


@pytest.mark.parametrize(("forms", "named", "reason"), CONFLICTS)
@pytest.mark.parametrize("base", [NOTHING, CORE], ids=["alone", "over core"])
def test_the_smallest_set_of_limits_in_conflict_is_named(
    base: kap.CareProtocol, forms: dict[str, Any], named: str, reason: str
) -> None:
    protocol = over(base, **COURSE | forms)
    found = lint(protocol)
    (stretch,) = found.stretches
    assert not found.ok
    assert not stretch.satisfiable
    assert (stretch.witness, stretch.course) == (None, None)
    assert names(stretch) == named.split()
    assert stretch.reason == reason
    for limit in stretch.conflict:
        assert isinstance(limit, kap.LimitAtOdds)
        in_force = protocol.limits_on(None)
        assert limit.value == getattr(in_force, limit.limit)
        assert limit.citation == in_force.citations[limit.limit]


@pytest.mark.parametrize(
    "forms",
    [
        {"dosing_minutes": {"max": 70}, "effect_minutes": 70},
        {"integration_count": {"max": 6}},
        {"dosing_gap_days": {"max": 7}, "dosing_frequency": {"at_most": 2, "days": 14}},
        {"dosing_gap_days": {"min": 10_000}, "review_every": {"months": 120}},
        {"dosing_gap_days": {"min": 0, "max": 1}},
        {"dosing_gap_days": {"max": 4}},
        {"review_every": {"months": 1, "policy": "calendar"}},
        {"dosing_minutes": {"max": 1440}, "effect_minutes": 1440},
    ],
)
def test_at_the_edge_there_is_a_witness(forms: dict[str, Any]) -> None:
    protocol = over(CORE, **COURSE | forms)
    assert open_findings(only(protocol).witness, protocol) == []


@pytest.mark.parametrize(
    ("forms", "named"),
    [
        (
            {"dosing_gap_days": SAME_DAY, "dosing_minutes": {"min": 300}},
            ["dosing_count", "dosing_minutes", "dosing_gap_days"],
        ),
        ({"dosing_gap_days": SAME_DAY, "dosing_minutes": {"min": 120}}, []),
        ({"dosing_gap_days": SAME_DAY, "dosing_minutes": {"max": 120}}, []),
        (
            {"dosing_gap_days": {"min": 0, "max": 1}, "integration_per_dosing": 40}
            | {"therapy_minutes": {"min": 60}},
            ["dosing_count", "integration_per_dosing", "therapy_minutes", "dosing_gap_days"],
        ),
        # Of any length, they are as short as may be.
        ({"dosing_gap_days": {"min": 0, "max": 1}, "integration_per_dosing": 40}, []),
        ({"dosing_count": {"max": 0}, "dosing_minutes": {"max": 0}, "formats": ["group"]}, []),
    ],
)
def test_days_hold_so_many_minutes(forms: dict[str, Any], named: list[str]) -> None:
    protocol = over(NOTHING, **COURSE | forms)
    stretch = only(protocol)
    assert names(stretch) == named
    if not named:
        assert open_findings(stretch.witness, protocol) == []


def test_of_two_conflicts_the_smaller_is_named_and_then_the_other() -> None:
    forms = {"integration_count": {"max": 5}, "dosing_gap_days": {"min": 20_000}}
    assert names(only(over(CORE, **forms))) == ["dosing_count", "dosing_gap_days"]
    del forms["dosing_gap_days"]
    assert names(only(over(CORE, **forms))) == [
        "dosing_count",
        "integration_per_dosing",
        "integration_count",
    ]


def test_of_two_smallest_conflicts_the_first_in_the_reference_is_named() -> None:
    protocol = over(CORE, dosing_gap_days={"min": 20_000}, dosing_minutes={"max": 0})
    assert names(only(protocol)) == ["dosing_count", "dosing_minutes"]


def test_other_formats_and_places_are_no_conflict() -> None:
    protocol = over(
        CORE,
        formats=["group"],
        dosing_places=["remote"],
        support_person_when_remote=True,
        therapy_minutes={"max": 30},
    )
    assert open_findings(only(protocol).witness, protocol) == []
    assert lint(protocol).ok


# --- House rules ---------------------------------------------------------------------------------

DAYS: Any = {"unit": "days"}
REMOTE = Selector("dosing", place="remote")


def housed(*forms: RuleForm, base: kap.CareProtocol = CORE, **given: Any) -> kap.CareProtocol:
    """A protocol with the house rules ``HOUSE-A``, ``HOUSE-B`` and so on."""
    rules = [
        kap.HouseRule(f"HOUSE-{chr(65 + n)}", form, citation=SOURCE) for n, form in enumerate(forms)
    ]
    return base.extended("housed", rules=rules, **given)


@pytest.mark.parametrize(
    ("kept_by", "broken_by", "named"),
    [
        (
            [Count("integration", max=6)],
            [Count("integration", max=5)],
            "dosing_count integration_per_dosing HOUSE-A",
        ),
        (
            [Span("dosing", max=5, **DAYS), Rate("dosing", max=1, days=1)],
            [Span("dosing", max=4, **DAYS), Rate("dosing", max=1, days=1)],
            "dosing_count HOUSE-A HOUSE-B",
        ),
        (
            [Length("dosing", max=60)],
            [Length("dosing", max=59)],
            "dosing_count dosing_minutes HOUSE-A",
        ),
        (
            [Count("dosing", min=480, sum="minutes"), Length("dosing", one_of=[80])],
            [Count("dosing", min=650, sum="minutes"), Length("dosing", one_of=[80])],
            "dosing_count HOUSE-A HOUSE-B",
        ),
        (
            [Order("preparation", after="medical-evaluation")],
            [Order("integration", before="medical-evaluation")],
            "dosing_count integration_per_dosing evaluation_first HOUSE-A",
        ),
    ],
)
def test_house_rules_have_a_witness_or_stand_in_the_smallest_conflict(
    kept_by: list[RuleForm], broken_by: list[RuleForm], named: str
) -> None:
    well, ill = housed(*kept_by), housed(*broken_by)
    assert open_findings(only(well).witness, well) == []
    stretch = only(ill)
    assert not lint(ill).ok
    assert (names(stretch), stretch.undecided) == (named.split(), False)
    assert stretch.reason == TOGETHER
    assert_smallest(names(stretch), Demand(limits=ill.limits_on(None), house=ill.rules))
    asked = {rule.id: rule.sentence for rule in ill.rules}
    for one in stretch.conflict:
        if isinstance(one, kap.RuleAtOdds):
            assert one.to_dict() == {
                "rule": one.rule,
                "asks": asked[one.rule],
                "citation": SOURCE.to_dict(),
            }
            assert f"{one.rule}: " in str(lint(ill))
            assert repr(one) == f"<RuleAtOdds {one.rule}>"


def test_a_conflict_says_what_the_search_did_not_look_for() -> None:
    ordinal = Precede(Selector("dosing", nth=3), by="medical-review", within=Within(max=5, **DAYS))
    stretch = only(housed(ordinal, Count("medical-review", max=0), base=NOTHING_OF_ITS_OWN))
    assert names(stretch) == ["dosing_count", "HOUSE-A", "HOUSE-B"]
    assert (stretch.reason or "").endswith("only so that another one has another number")


def test_a_witness_states_what_people_record() -> None:
    levels = dated("dose_levels", {None: ["low", "high"]})
    protocol = housed(Known("dosing", "level"), settings=levels)
    stretch = only(protocol)
    assert open_findings(stretch.witness, protocol) == []
    course = stretch.course or ""
    assert kap.loads(course) == stretch.witness
    assert stretch.to_dict()["witness"] == course == course.strip()


def gives_up(*_: Any, **__: Any) -> NoReturn:
    raise kap.PlanningError([kap.Problem("plan", "has too many possible continuations")])


def test_a_stretch_that_the_search_gives_up_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    for search in ("course_for", "lawful_course"):
        monkeypatch.setattr(_feasibility, search, gives_up)
    found = lint(CORE)
    (stretch,) = found.stretches
    assert (found.ok, stretch.satisfiable, stretch.undecided) == (False, False, True)
    assert (stretch.conflict, stretch.reason) == ((), NOT_KNOWN)
    assert repr(stretch) == "<Stretch: undecided>"
    assert str(found).splitlines()[1] == "  courses that begin at any time: not known"


def stub(monkeypatch: pytest.MonkeyPatch, kept: Callable[[tuple[str, ...]], bool | None]) -> None:
    """Let the search find what it is told to; ``None`` = it gives up."""

    def some(asked: _feasibility.Demand, _: dt.date, **__: Any) -> kap.Plan | None:
        asked.work.left -= 1
        answer = kept(asked.names)
        if answer is None:
            gives_up()
        return NO_PLAN if answer else None

    monkeypatch.setattr(_feasibility, "course_for", some)


ASKED = ("dosing_count", "dosing_minutes", "HOUSE-A", "HOUSE-B")


def asked_for() -> kap.CareProtocol:
    base = limits(dosing_count={"min": 3}, dosing_minutes={"max": 60})
    return housed(Length("dosing", max=50), Rate("dosing", max=1, days=2), base=base)


def test_a_conflict_is_known_although_the_whole_protocol_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = {"dosing_count", "HOUSE-B"}
    stub(monkeypatch, lambda names: None if set(ASKED) == set(names) else not named <= set(names))
    stretch = only(asked_for())
    assert (names(stretch), stretch.reason) == (["dosing_count", "HOUSE-B"], TOGETHER)


def test_a_conflict_is_found_among_few_where_no_smallest_one_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = {"dosing_count", "HOUSE-B"}

    def few(names: tuple[str, ...]) -> bool | None:
        return False if named <= set(names) else None if len(names) > 1 else True

    stub(monkeypatch, few)
    stretch = only(asked_for())
    assert (names(stretch), stretch.reason) == (["dosing_count", "HOUSE-B"], TOGETHER)


def test_a_conflict_need_not_be_the_smallest_where_too_much_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub(monkeypatch, lambda names: False if len(names) > 2 else None)
    stretch = only(asked_for())
    assert len(names(stretch)) == 3
    assert stretch.reason == TOGETHER + NOT_SMALLEST


def test_without_work_a_conflict_of_all_is_not_called_the_smallest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(linting, "Work", lambda _: Work(0))
    stub(monkeypatch, lambda _: False)
    stretch = only(asked_for())
    assert (names(stretch), stretch.reason) == (list(ASKED), TOGETHER + NOT_SMALLEST)


def test_what_was_given_up_at_first_is_looked_for_with_all_that_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub(monkeypatch, lambda names: None if len(names) == len(ASKED) else True)
    protocol = asked_for()
    assert open_findings(only(protocol).witness, protocol) == []


def test_dates_of_house_rules_make_stretches_and_remarks() -> None:
    form = Rate("dosing", max=1, days=7)
    lines: Any = {
        None: "off",
        "2027-01-01": form,
        "2028-01-01": form,
        "2029-01-01": "off",
        "2200-03-01": form,
    }
    rules = [
        kap.HouseRule("HOUSE-A", what, since=since, citation=SOURCE)
        for since, what in lines.items()
    ]
    found = lint(CORE.extended("own", rules=rules, severities={"HOUSE-A": "advice"}))
    assert [one["since"] for one in found.to_dict()["stretches"]] == [
        None,
        "2027-01-01",
        "2029-01-01",
    ]
    assert ["HOUSE-A" in one.off for one in found.stretches] == [True, False, True]
    assert ["DOSE-CLOSE" in one.off for one in found.stretches] == [False, True, False]
    told = [(one.subject, str(one.since), one.says.split(":")[0]) for one in found.remarks]
    assert told == [
        ("rules.HOUSE-A", "None", "unsets what no line before it sets"),
        ("rules.HOUSE-A", "2028-01-01", "repeats the line before it"),
        ("rules.HOUSE-A", "2200-03-01", "is never in force"),
    ]
    never = CORE.extended("own", rules=rules[:1], severities={"HOUSE-A": "advice"})
    assert lint(never).remarks[1].says == "has a severity set, and is off throughout"


def test_a_fact_that_only_a_person_records_is_no_conflict() -> None:
    protocol = over(CORE, minimum_age=18)
    (finding,) = kap.check(only(protocol).witness or kap.parse("2027-01-04 C0"), protocol).findings
    assert (finding.rule, finding.verdict) == ("AGE-MIN", "unknown")


# --- Dates ---------------------------------------------------------------------------------------


def test_each_stretch_of_a_dated_protocol_is_judged_alone() -> None:
    lines = dated("integration_count", {None: {"max": 8}, "2027-06-01": {"max": 5}})
    protocol = CORE.extended("own", settings=lines)
    found = lint(protocol)
    before, after = found.stretches
    assert not found.ok
    assert (before.since, after.since) == (None, dt.date(2027, 6, 1))
    assert before.satisfiable
    assert begins(before.witness) == dt.date(2027, 1, 4)
    assert names(after) == ["dosing_count", "integration_per_dosing", "integration_count"]


def test_a_witness_begins_within_its_stretch() -> None:
    lines = dated("dosing_count", {None: {"min": 1}, "2020-02-03": {"min": 2}})
    protocol = CORE.extended("own", settings=lines)
    before, after = lint(protocol).stretches
    assert begins(before.witness) == dt.date(2020, 2, 2)
    assert begins(after.witness) == dt.date(2020, 2, 3)
    for stretch in (before, after):
        assert open_findings(stretch.witness, protocol) == []


def test_a_course_of_two_centuries_begins_early() -> None:
    protocol = limits(dosing_count={"min": 5}, dosing_gap_days={"min": 16_000})
    assert begins(only(protocol).witness) == dt.date(1980, 1, 1)
    lines = dated("dosing_gap_days", {"1990-01-01": {"min": 1}, "2100-01-01": {"min": 16_000}})
    late = lint(limits(dosing_count={"min": 5}).extended("late", settings=lines))
    assert [stretch.satisfiable for stretch in late.stretches] == [True, True, False]
    assert late.stretches[2].reason == TOO_LONG


def test_on_the_last_days_a_course_is_as_dense_as_may_be() -> None:
    lines = dated("preparation_count", {None: {"max": 3}, "2199-12-30": {"min": 5}})
    protocol = kap.CareProtocol(id="own", settings=lines)
    _, after = lint(protocol).stretches
    assert after.witness is not None
    assert len(after.witness.sessions) == 5
    assert open_findings(after.witness, protocol) == []


@pytest.mark.parametrize(
    ("since", "stretches", "remarks"),
    [
        ("1979-12-31", [None], [("dosing_count", None)]),
        ("1980-01-01", [None], []),  # west of Greenwich a course may begin on the day before
        ("1980-01-02", [None, "1980-01-02"], []),
        ("2199-12-31", [None, "2199-12-31"], []),
        ("2200-01-01", [None], []),  # east of it, on the day after
        ("2200-01-02", [None], [("dosing_count", "2200-01-02")]),
    ],
)
def test_lines_at_the_ends_of_the_calendar(
    since: str, stretches: list[str | None], remarks: list[tuple[str, str | None]]
) -> None:
    lines = dated("dosing_count", {None: {"max": 8}, since: {"max": 9}})
    found = lint(kap.CareProtocol(id="own", settings=lines))
    assert [one["since"] for one in found.to_dict()["stretches"]] == stretches
    told = [(one["subject"], one["since"]) for one in found.to_dict()["remarks"]]
    assert told == remarks
    assert all("never in force" in remark.says for remark in found.remarks)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ({"2200-06-01": {"min": 1}}, "never in force"),
        ({"2027-01-01": "off", "2027-06-01": {"min": 1}}, "unsets what no line before it sets"),
    ],
)
def test_a_limit_is_not_set_before_its_first_date(lines: dict[str | None, Any], says: str) -> None:
    found = lint(kap.CareProtocol(id="own", settings=dated("dosing_count", lines)))
    assert says in found.remarks[0].says
    assert "DOSE-COUNT" in found.stretches[0].off


def test_dates_on_which_nothing_changes_make_no_stretch() -> None:
    lines = dated("dosing_count", {"2027-01-01": {"min": 1}, "2028-01-01": {"min": 1}})
    found = lint(kap.CareProtocol(id="own", settings=lines))
    assert [stretch.since for stretch in found.stretches] == [None, dt.date(2027, 1, 1)]
    assert found.remarks[0] == Remark(
        subject="dosing_count", since=dt.date(2028, 1, 1), says="repeats the line before it"
    )


def test_the_same_value_from_another_source_is_a_stretch_of_its_own() -> None:
    (line,) = dated("dosing_count", {"2027-01-01": {"min": 1}})
    again = attrs.evolve(line, since="2028-01-01", citation=kap.Citation("another page", "here"))
    found = lint(kap.CareProtocol(id="own", settings=[line, again]))
    days = [None, dt.date(2027, 1, 1), dt.date(2028, 1, 1)]
    assert [stretch.since for stretch in found.stretches] == days
    assert [remark.kind for remark in found.remarks] == ["first-line"]


# --- Severities ----------------------------------------------------------------------------------


def test_severities_without_effect_are_remarked() -> None:
    severities: dict[str, Any] = dict.fromkeys(("OWN-RULE", "DOSE-GAP", "DOSE-COUNT"), "advice")
    found = lint(limits(dosing_count={"min": 1}, severities=severities))
    assert [(remark.subject, remark.says) for remark in found.remarks] == [
        ("DOSE-GAP", "has a severity set, and is off throughout"),
        ("OWN-RULE", "is no rule of the catalogue; each check must give it"),
    ]
    assert found.ok


def test_a_rule_that_is_on_for_some_time_is_not_off_throughout() -> None:
    lines = dated("dosing_gap_days", {None: "off", "2027-01-01": {"min": 1}})
    severities: Any = {"DOSE-GAP": "advice"}
    found = lint(kap.CareProtocol(id="own", settings=lines, severities=severities))
    assert found.remarks == ()


# --- The value -----------------------------------------------------------------------------------


def example() -> Lint:
    """A stretch that is kept and one that is not, silent rules of both sorts, a remark."""
    lines = (
        *dated("integration_count", {None: {"max": 8}, "2027-06-01": {"max": 5}}),
        *dated("dosing_places", {None: ["office", "remote"]}),
    )
    severities: Any = {"DOSE-LEVEL": "advice"}
    base = kap.practices.KINGSLEY.protocol
    return lint(base.extended("own", settings=lines, severities=severities))


TEXT = """\
own: not ok
  courses that begin before Tue, Jun 1, 2027: satisfiable
    a lawful course: 2027-01-04 C0 E2 P7 D14 I15 D28 I29 R41 D42 I43 D56 I57 D70 I71 D84 I85
    never fires: MODALITY; every place and format is allowed
    adds nothing: EFFECT-FIT; where it fires, DOSE-DURATION fires too
    off: PREP-AFTER-SUPPLY, SUPPORT-PERSON, DOSE-LEVEL, DOSE-GAP, DOSE-FREQUENCY, DOSE-ROUTE,
      INTEG-WINDOW, THERAPY-LENGTH, AGE-MIN, EXCLUSION
  courses that begin from Tue, Jun 1, 2027 on: not satisfiable
    conflict: no course keeps them together
      dosing_count: 6 to 8 (kap_model brief, dosing sessions)
      integration_per_dosing: 1 (Kingsley practice page on ketamine-assisted therapy, step 4)
      integration_count: at most 5 (a practice's own page, the limit under test)
    never fires: MODALITY; every place and format is allowed
    adds nothing: EFFECT-FIT; where it fires, DOSE-DURATION fires too
    off: PREP-AFTER-SUPPLY, SUPPORT-PERSON, DOSE-LEVEL, DOSE-GAP, DOSE-FREQUENCY, DOSE-ROUTE,
      INTEG-WINDOW, THERAPY-LENGTH, AGE-MIN, EXCLUSION
  no effect
    DOSE-LEVEL has a severity set, and is off throughout"""


def test_a_lint_is_read_line_by_line() -> None:
    found = example()
    course = found.stretches[0].course
    assert course is not None
    shown = str(found).splitlines()
    expected = TEXT.splitlines()
    witness = expected.index(next(line for line in expected if "a lawful course" in line))
    assert shown[witness].startswith("    a lawful course: 2027-01-04 ")
    assert shown[:witness] + shown[witness + 1 :] == expected[:witness] + expected[witness + 1 :]


def test_the_other_words_of_a_lint() -> None:
    assert str(lint(NOTHING)).splitlines()[:3] == [
        "nothing: ok",
        "  courses that begin at any time: satisfiable",
        "    a lawful course: one without sessions",
    ]
    every: dict[str | None, Any] = {None: {"min": 1}, "2027-01-01": {"min": 2}}
    lines = dated("dosing_count", every | {"2028-01-01": {"min": 1}, "2200-03-01": "off"})
    shown = str(lint(kap.CareProtocol(id="own", settings=lines))).splitlines()
    assert "  courses that begin from Fri, Jan 1, 2027 to Fri, Dec 31, 2027: satisfiable" in shown
    told = " ".join(line.strip() for line in shown[-2:])
    assert told == (
        "dosing_count since Sat, Mar 1, 2200 is never in force: no course begins before 1980 or "
        "after 2199"
    )
    switched = limits(therapist_present=True, dosing_count={"max": 8})
    assert not any(line.lstrip().startswith("never") for line in str(lint(switched)).splitlines())


def test_where_all_rules_are_on_none_is_off() -> None:
    protocol = over(
        kap.practices.REGROUNDING.protocol,
        dosing_gap_days={"min": 1},
        dosing_frequency={"at_most": 1, "days": 1},
        integration_window_hours=72,
        minimum_age=18,
        routes=["oral"],
    )
    assert only(protocol).off == ("DOSE-CLOSE",)  # for the practice states a pace
    assert "off: DOSE-CLOSE" in str(lint(protocol))


def test_a_lint_as_json() -> None:
    raw = example().to_dict()
    assert json.loads(json.dumps(raw)) == raw
    before, after = raw.pop("stretches")
    assert raw == {
        "protocol": "own",
        "ok": False,
        "remarks": [
            {
                "kind": "no-effect",
                "subject": "DOSE-LEVEL",
                "since": None,
                "says": "has a severity set, and is off throughout",
            }
        ],
    }
    assert list(before) == list(after)
    assert (before["satisfiable"], before["conflict"], before["reason"]) == (True, [], None)
    assert kap.parse(before["witness"]).sessions
    assert (after["since"], after["satisfiable"]) == ("2027-06-01", False)
    assert (after["witness"], after["reason"]) == (None, TOGETHER)
    assert after["conflict"][2] == {
        "limit": "integration_count",
        "value": "at most 5",
        "citation": SOURCE.to_dict(),
    }
    assert after["never"] == [
        {"rule": "MODALITY", "reason": "every place and format is allowed", "covered_by": None}
    ]
    assert after["covered"] == [
        {
            "rule": "EFFECT-FIT",
            "reason": "where it fires, DOSE-DURATION fires too",
            "covered_by": "DOSE-DURATION",
        }
    ]
    assert after["off"] == list(example().stretches[1].off)


def test_a_lint_is_a_value_and_no_truth() -> None:
    found = example()
    with pytest.raises(TypeError, match=r"lint\.ok"):
        bool(found)
    before, after = found.stretches
    remark, silent = found.remarks[0], after.never[0]
    for value in (found, before, after, after.conflict[0], remark, silent):
        assert all(other == value and hash(other) == hash(value) for other in copies(value))
    listed = Lint(protocol="own", stretches=[before, after], remarks=[remark])
    assert listed == found


def test_representations_show_counts_and_ids() -> None:
    found = example()
    before, after = found.stretches
    assert repr(found) == "<Lint own: 2 stretches>"
    assert repr(before) == "<Stretch: satisfiable>"
    assert repr(after) == "<Stretch since 2027-06-01: 3 in conflict>"
    assert repr(after.conflict[0]) == "<LimitAtOdds dosing_count>"


@pytest.mark.parametrize("protocol", ["", "unknown", None, 5, kap.Limits()])
def test_what_is_no_protocol_is_refused(protocol: Any) -> None:
    assert refused_at(lint, protocol) == ["protocol"]


# --- Laws ----------------------------------------------------------------------------------------


def pinned(limits: kap.Limits) -> kap.CareProtocol:
    lines = [
        kap.Setting(limit=name, value=getattr(limits, name), citation=citation)
        for name, citation in limits.cited
    ]
    return kap.CareProtocol(id="pinned", settings=lines)


def assert_smallest(named: list[str], asked: Demand, start: dt.date = dt.date(1980, 1, 1)) -> None:
    """No course keeps them together; without any one of them some course does."""
    assert course_for(asked.only(named), start) is None
    for left_out in named:
        rest = [name for name in named if name != left_out]
        assert course_for(asked.only(rest), start) is not None, f"{rest} exclude each other"


@settings(max_examples=scaled(60))
@given(kst.protocols())
def test_every_protocol_has_witnesses_or_conflicts_without_one_limit_too_many(
    protocol: kap.CareProtocol,
) -> None:
    found = lint(protocol)
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
    assert str(found)
    for stretch in found.stretches:
        event("satisfiable" if stretch.satisfiable else f"conflict of {len(stretch.conflict)}")
        start = stretch.since or dt.date(1980, 1, 1)
        limits_then = protocol.limits_on(start)
        if stretch.witness is not None:
            # A course without sessions has no date of its own.
            judge = protocol if stretch.course else pinned(limits_then)
            assert open_findings(stretch.witness, judge) == []
            if stretch.course:
                assert protocol.limits_on(begins(stretch.witness)) == limits_then
            continue
        assert_smallest(names(stretch), Demand(limits=limits_then), start)


@st.composite
def tight_protocols(draw: st.DrawFn) -> kap.CareProtocol:
    """A few limits that leave little room together."""
    low, high = draw(st.integers(1, 3)), draw(st.integers(0, 4))
    choices: dict[str, list[Any]] = {
        "dosing_count": [{"min": low}, {"min": low, "max": low}, {"max": 0}],
        "integration_per_dosing": [1, 2],
        "integration_count": [{"max": high}, {"min": high}],
        "integration_after_dosing": [True],
        "dosing_minutes": [{"max": 60}, {"min": 90}],
        "effect_minutes": [45, 70],
        "processing_minutes": [15],
        "dosing_gap_days": [{"max": 3}, {"min": 2}],
        "dosing_frequency": [{"at_most": 1, "days": 3}, {"at_most": 1, "days": 7}],
    }
    return limits(**{name: draw(st.sampled_from(forms)) for name, forms in choices.items()})


@settings(max_examples=scaled(30))
@given(tight_protocols())
def test_the_conflict_is_what_brute_force_over_all_sets_of_limits_finds(
    protocol: kap.CareProtocol,
) -> None:
    stretch, asked = only(protocol), Demand(limits=protocol.limits_on(None))
    event(f"conflict of {len(stretch.conflict)}")
    for size in range(len(asked.names) + 1):
        for choice in combinations(asked.names, size):
            if course_for(asked.only(choice), dt.date(1980, 1, 1)) is None:
                assert names(stretch) == list(choice)
                return
    assert stretch.satisfiable


@settings(max_examples=scaled(40))
@given(kst.protocols(dated=False), st.randoms())
def test_dropping_limits_never_makes_a_protocol_unsatisfiable(
    protocol: kap.CareProtocol, random: Any
) -> None:
    kept = [line for line in protocol.settings if random.random() < 0.8]
    fewer = attrs.evolve(protocol, settings=kept)
    assert lint(fewer).ok or not lint(protocol).ok
