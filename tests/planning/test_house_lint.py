"""Lint under house rules of every form, alone and in pairs: a witness, or what is in conflict."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Any

import pytest

import kap_model as kap
from kap_model.forms import (
    Allow,
    Count,
    Follow,
    Known,
    Length,
    Order,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
    Span,
    Within,
)
from kap_model.forms._form import RuleForm
from kap_model.planning._feasibility import (
    NOT_KNOWN,
    NOT_SMALLEST,
    TOGETHER,
    TOO_LONG,
    TOO_MANY,
    Demand,
    answer_for,
    course_for,
)
from kap_model.planning.linting import Stretch, lint
from kap_model.planning.search.problem import Work
from profiles import sampled
from support import SOURCE, limits

CORE = kap.practices.CORE.protocol
DAYS: Any = {"unit": "days"}
WEEKS: Any = {"unit": "weeks"}
MONTHS: Any = {"unit": "months"}
HOURS: Any = {"unit": "hours"}
FIRST = Selector("dosing", nth=1)
REMOTE = Selector("dosing", place="remote")
TALKS = ("preparation", "integration")

ALONE: dict[str, list[RuleForm]] = {
    "count": [
        Count("dosing", max=7),
        Count("dosing", min=7),
        Count("integration", max=8),
        Count(TALKS, min=10),
        Count("dosing", max=400, sum="minutes"),
        Count("dosing", min=900, sum="minutes"),
        Count("dosing", min=500, max=500, sum="minutes"),
        Count("medical-review", max=1),
        Count(Selector("dosing", level="moderate"), min=1),
        Count(Selector("dosing", route="oral"), min=1),
    ],
    "order": [
        Order("consultation", before="preparation"),
        Order("preparation", after="medical-evaluation"),
        Order("integration", after=FIRST),
    ],
    "precede": [
        Precede(FIRST, by="preparation", min=2),
        Precede(Selector("dosing", every=3), by="medical-review", back_to="previous"),
        Precede(FIRST, by="preparation", within=Within(min=7, max=14, **DAYS)),
    ],
    "follow": [
        Follow("dosing", by="integration", within=Within(min=1, max=3, **DAYS)),
        Follow(FIRST, by="integration", min=2),
        Follow("dosing", by="integration", within=Within(max=24, **HOURS)),
        Follow("dosing", by="integration", min=3, within=Within(max=1, **DAYS)),
    ],
    "space": [
        Space("dosing", min=3, max=10, **DAYS),
        Space("dosing", "integration", min=12, **HOURS),
        Space("dosing", max=2, **WEEKS),
    ],
    "rate": [
        Rate("dosing", max=1, days=7),
        Rate("dosing", max=2, days=30),
        Rate("integration", max=1, days=2),
    ],
    "span": [
        Span("dosing", max=63, **DAYS),
        Span("dosing", min=3, **MONTHS),
        Span("dosing", min=400, **DAYS),
        Span("medical-evaluation", "dosing", max=2, **MONTHS),
    ],
    "length": [
        Length("dosing", max=90),
        Length("integration", one_of=[45, 90]),
        Length(REMOTE, max=60),
    ],
    "allow": [
        Allow("dosing", "place", ["remote"]),
        Allow("preparation", "format", ["group"]),
        Allow("dosing", "level", ["low"]),
    ],
    "known": [
        Known("dosing", "level"),
        Known(Selector("dosing", first=2), "support_person"),
        Known("dosing", "clinician", by="end"),
    ],
    "recur": [
        Recur("medical-review", 2),
        Recur(("medical-review", "integration"), 1, policy="calendar"),
        Recur("integration", 1),
    ],
}
ROWS = [form for forms in ALONE.values() for form in forms]


def housed(*forms: RuleForm, base: kap.CareProtocol = CORE) -> kap.CareProtocol:
    """A protocol with the house rules ``HOUSE-A``, ``HOUSE-B`` and so on."""
    rules = [
        kap.HouseRule(f"HOUSE-{chr(65 + n)}", form, citation=SOURCE) for n, form in enumerate(forms)
    ]
    return base.extended("housed", rules=rules)


def only(protocol: kap.CareProtocol) -> Stretch:
    (stretch,) = lint(protocol).stretches
    return stretch


def names(stretch: Stretch) -> list[str]:
    return [one.name for one in stretch.conflict]


def assert_kept(stretch: Stretch, protocol: kap.CareProtocol) -> None:
    """The witness breaks nothing."""
    assert stretch.witness is not None, stretch.reason
    found = kap.check(stretch.witness, protocol).findings
    assert [str(one) for one in found if one.verdict != "unknown"] == []


def assert_smallest(stretch: Stretch, protocol: kap.CareProtocol) -> None:
    """No course keeps what is named; without any one of it some course does."""
    asked = Demand(limits=protocol.limits_on(None), house=protocol.rules_on(None))
    named = names(stretch)
    assert _kept(asked, named) is None
    for left_out in named:
        rest = [name for name in named if name != left_out]
        assert _kept(asked, rest) is not None, f"{rest} exclude each other"


def _kept(asked: Demand, named: list[str]) -> kap.Plan | None:
    asked.work.left = Work().left
    return course_for(asked.only(named), dt.date(1980, 1, 1))


@pytest.mark.parametrize("form", ROWS, ids=lambda form: form.says)
def test_a_house_rule_that_a_course_can_keep_has_a_witness(form: RuleForm) -> None:
    protocol = housed(form)
    assert_kept(only(protocol), protocol)


@pytest.mark.parametrize("pair", list(sampled(list(combinations(ROWS, 2)), 9)))
def test_two_house_rules_have_a_witness_or_stand_in_a_conflict(
    pair: tuple[RuleForm, RuleForm],
) -> None:
    protocol = housed(*pair)
    stretch = only(protocol)
    if stretch.witness is not None:
        assert_kept(stretch, protocol)
    elif stretch.conflict and not (stretch.reason or "").endswith(NOT_SMALLEST):
        assert {"HOUSE-A", "HOUSE-B"} & set(names(stretch))
        assert_smallest(stretch, protocol)


def asked_twice() -> RuleForm:
    """A review before every second dosing, since the one before it."""
    return Precede(Selector("dosing", every=2), by="medical-review", back_to="previous")


@pytest.mark.parametrize(
    ("forms", "named", "reason"),
    [
        ([Count("dosing", min=9)], "dosing_count HOUSE-A", TOGETHER),
        ([Count("dosing", min=10_001)], "HOUSE-A", TOO_MANY),
        (
            [Count(("preparation", "dosing", "integration"), max=12)],
            "preparation_count dosing_count integration_per_dosing HOUSE-A",
            TOGETHER,
        ),
        (
            [Count("dosing", min=1_441, sum="minutes")],
            "dosing_count dosing_minutes HOUSE-A",
            TOGETHER,
        ),
        (
            [Count("dosing", max=359, sum="minutes")],
            "dosing_count dosing_minutes HOUSE-A",
            TOGETHER,
        ),
        (
            [Count("dosing", min=641, sum="minutes"), Length("dosing", one_of=[80])],
            "dosing_count HOUSE-A HOUSE-B",
            TOGETHER,
        ),
        (
            [Order("integration", before="medical-evaluation")],
            "dosing_count integration_per_dosing evaluation_first HOUSE-A",
            TOGETHER,
        ),
        ([Order("preparation", after="dosing")], "preparation_count HOUSE-A", TOGETHER),
        (
            [Order("dosing", before="medical-review")],
            "dosing_count initial_supply HOUSE-A",
            TOGETHER,
        ),
        (
            [Precede("dosing", by="preparation", back_to="previous")],
            "dosing_count preparation_before_dosing HOUSE-A",
            TOGETHER,
        ),
        (
            [Follow("dosing", by="medical-review"), Count("medical-review", max=5)],
            "dosing_count HOUSE-A HOUSE-B",
            TOGETHER,
        ),
        (
            [Space("dosing", min=10, **DAYS), Span("dosing", max=49, **DAYS)],
            "dosing_count HOUSE-A HOUSE-B",
            TOGETHER,
        ),
        ([Rate("dosing", max=1, days=20_000)], "dosing_count HOUSE-A", TOO_LONG),
        (
            [Span("dosing", max=4, **DAYS), Rate("dosing", max=1, days=1)],
            "dosing_count HOUSE-A HOUSE-B",
            TOGETHER,
        ),
        ([Length("dosing", max=59)], "dosing_count dosing_minutes HOUSE-A", TOGETHER),
        (
            [Allow("dosing", "place", ["remote"]), Allow("dosing", "place", ["office"])],
            "dosing_count HOUSE-A HOUSE-B",
            TOGETHER,
        ),
        (
            [Count("consultation", max=0)],
            "dosing_count evaluation_first consultation_first HOUSE-A",
            TOGETHER,
        ),
        ([Count("medical-review", max=0)], "dosing_count initial_supply HOUSE-A", TOGETHER),
    ],
)
def test_the_smallest_set_of_limits_and_house_rules_in_conflict_is_named(
    forms: list[RuleForm], named: str, reason: str
) -> None:
    protocol = housed(*forms)
    stretch = only(protocol)
    assert (" ".join(names(stretch)), stretch.reason) == (named, reason)
    assert_smallest(stretch, protocol)


@pytest.mark.parametrize(
    "forms",
    [
        [Count("dosing", min=8)],
        [Count(("preparation", "dosing", "integration"), max=13)],
        [Count("dosing", min=1_440, sum="minutes")],
        [Count("dosing", max=360, sum="minutes")],
        [Count("dosing", min=640, sum="minutes"), Length("dosing", one_of=[80])],
        [Space("dosing", min=10, **DAYS), Span("dosing", max=50, **DAYS)],
        [Span("dosing", max=5, **DAYS), Rate("dosing", max=1, days=1)],
        [Span("dosing", min=210, **DAYS), Space("dosing", max=30, **DAYS)],
        [Length("dosing", max=60)],
        [asked_twice(), Count("medical-review", max=3)],
    ],
    ids=lambda forms: " ".join(form.says for form in forms),
)
def test_at_the_edge_there_is_a_witness(forms: list[RuleForm]) -> None:
    protocol = housed(*forms)
    assert_kept(only(protocol), protocol)


@pytest.mark.parametrize(
    ("forms", "base", "given_up"),
    [
        (
            [asked_twice(), Count("medical-review", max=2)],
            CORE,
            "; no session was added only so that another one has another number",
        ),
        (
            [Space("dosing", min=10, **DAYS), Space("dosing", max=9, **DAYS)],
            CORE,
            "; no session was added only so that two others are nearer to each other",
        ),
        (
            [
                Count("dosing", max=59, sum="minutes", before=Selector("integration")),
                Count("integration", min=1),
            ],
            limits(dosing_minutes={"min": 60}, integration_after_dosing=True),
            "; of lengths only those were tried that are usual, or that share minutes evenly",
        ),
    ],
)
def test_a_conflict_says_what_the_search_did_not_look_for(
    forms: list[RuleForm], base: kap.CareProtocol, given_up: str
) -> None:
    stretch = only(housed(*forms, base=base))
    assert stretch.conflict
    assert (stretch.reason or "").endswith(given_up)


def test_a_house_rule_that_recurs_stands_in_a_conflict() -> None:
    base = limits(dosing_count={"min": 3}, dosing_gap_days={"min": 20})
    protocol = housed(Recur("medical-review", 1), Count("medical-review", max=0), base=base)
    stretch = only(protocol)
    assert names(stretch) == ["dosing_count", "dosing_gap_days", "HOUSE-A", "HOUSE-B"]
    assert_smallest(stretch, protocol)


def test_preparations_after_the_first_dosing_are_not_those_that_a_limit_counts() -> None:
    most: Any = {"preparation_count": {"max": 1}}
    several = Count("preparation", min=3)
    protocol = housed(several, base=limits(**most))
    assert_kept(only(protocol), protocol)
    strict = housed(several, base=limits(**most, preparation_before_dosing=True))
    assert names(only(strict)) == ["preparation_count", "preparation_before_dosing", "HOUSE-A"]


def test_a_limit_is_left_out_with_the_pace_that_it_states() -> None:
    # Without the frequency DOSE-CLOSE would say how close dosings may be, and conflict with it.
    base = limits(
        dosing_count={"min": 6},
        dosing_gap_days={"max": 1},
        dosing_frequency={"at_most": 1, "days": 2},
    )
    assert names(only(base)) == ["dosing_count", "dosing_gap_days", "dosing_frequency"]


def test_an_answer_takes_a_bounded_amount_of_work() -> None:
    hard = housed(
        Span("dosing", max=60, **DAYS),
        Follow("dosing", by="medical-review", within=Within(min=8, **DAYS)),
    )
    asked = Demand(limits=hard.limits_on(None), house=hard.rules_on(None), work=Work(20_000))
    answer = answer_for(asked, [dt.date(2027, 1, 4)])
    assert (answer.witness, answer.reason) == (None, NOT_KNOWN)
    assert -5_000 < asked.work.left < 5_000
