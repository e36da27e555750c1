"""The built-in practices, pinned: every figure, its source, and the trace from facts to rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.citations import (
    BOTH_PAGES,
    BRIEF,
    CONTRACT,
    KINGSLEY_PAGE,
    PRESCRIBER_QUESTIONS,
    REGROUNDING_PAGE,
)
from kap_model.fees import Fee, FeeSchedule, Flat, Hourly
from kap_model.limits import LIMITS
from kap_model.plan import PRACTICE_NAMES
from kap_model.practices import CORE, KINGSLEY, PRACTICES, REGROUNDING
from kap_model.practices._built_in import BY_NAME

B = kap.Bounds
UNSET = None
ROLES = (("medical-provider",), ("therapist",))
EXCLUSIONS = ("active-substance-misuse", "uncontrolled-medical-condition")
BOTH_PLACES = ("office", "remote")
BOTH_FORMATS = ("individual", "group")
QUARTERLY = kap.ReviewEvery(3, "rolling")
AFTER = (kap.ReviewAfter(2, "before-next"), kap.ReviewAfter(1, "any-time"))
TABLE: dict[str, tuple[Any, Any, Any]] = {
    # core, kingsley, regrounding
    "preparation_count": (B(1, 3), B(1, 3), B(1, 2)),
    "dosing_count": (B(6, 8), B(6, 8), B(6, 8)),
    "integration_per_dosing": (1, 1, 1),
    "integration_count": (UNSET, UNSET, B(6, 8)),
    "dosing_minutes": (B(60, 180), B(120, 180), B(60, 120)),
    "effect_minutes": (UNSET, 70, 45),
    "processing_minutes": (UNSET, UNSET, UNSET),
    "therapy_minutes": (UNSET, UNSET, B(50, 50)),
    "dosing_gap_days": (UNSET, UNSET, UNSET),
    "dosing_frequency": (UNSET, UNSET, UNSET),
    "integration_window_hours": (UNSET, UNSET, UNSET),
    "review_every": (QUARTERLY, QUARTERLY, QUARTERLY),
    "review_after": (UNSET, *AFTER),
    "initial_supply": (2, 2, 2),
    "refill_supply": (UNSET, UNSET, UNSET),
    "refill_needs_review": (True, True, True),
    "evaluation_first": (True, True, True),
    "preparation_before_dosing": (True, True, True),
    "integration_after_dosing": (True, True, True),
    "consultation_first": (True, True, True),
    "therapist_present": (True, True, True),
    "preparation_after_supply": (UNSET, UNSET, True),
    "support_person_when_remote": (UNSET, UNSET, True),
    "medical_roles": (ROLES[0], ROLES[0], ROLES[0]),
    "therapist_roles": (ROLES[1], ROLES[1], ROLES[1]),
    "dosing_places": (BOTH_PLACES, BOTH_PLACES, BOTH_PLACES),
    "formats": (BOTH_FORMATS, BOTH_FORMATS, BOTH_FORMATS),
    "dose_levels": (UNSET, UNSET, ("low", "moderate")),
    "routes": (UNSET, UNSET, UNSET),
    "exclusions": (UNSET, UNSET, EXCLUSIONS),
    "minimum_age": (UNSET, UNSET, UNSET),
}
ROWS = [
    (practice, name, row[column])
    for name, row in TABLE.items()
    for column, practice in enumerate((CORE, KINGSLEY, REGROUNDING))
]


def test_the_table_has_every_limit() -> None:
    assert sorted(TABLE) == sorted(spec.name for spec in LIMITS)


@pytest.mark.parametrize(("practice", "limit", "value"), ROWS)
def test_every_limit_of_every_practice(practice: kap.Practice, limit: str, value: Any) -> None:
    for day in (None, dt.date(1980, 1, 1), dt.date(2027, 1, 4), dt.date(2199, 12, 31)):
        limits = practice.protocol.limits_on(day)
        assert getattr(limits, limit) == value
        assert (limit in limits.citations) == (value is not None)


def test_the_severities_that_practices_override() -> None:
    assert CORE.protocol.severities == ()
    assert KINGSLEY.protocol.severities == (("SCREEN-FIRST", "warning"),)
    assert REGROUNDING.protocol.severities == (
        ("DOSE-COUNT", (("below", "error"), ("above", "warning"))),
        ("REVIEW-AFTER", "warning"),
        ("SCREEN-FIRST", "warning"),
    )


def test_the_registry() -> None:
    assert PRACTICE_NAMES == ("core", "kingsley", "regrounding")
    assert tuple(BY_NAME) == tuple(practice.id for practice in PRACTICES) == PRACTICE_NAMES
    assert (CORE, KINGSLEY, REGROUNDING) == PRACTICES
    assert kap.practices.CORE is BY_NAME["core"]
    assert kap.practices.KINGSLEY is BY_NAME["kingsley"]
    assert kap.practices.REGROUNDING is BY_NAME["regrounding"]
    assert [practice.protocol.id for practice in PRACTICES] == list(PRACTICE_NAMES)


def test_time_zones() -> None:
    assert [practice.timezone for practice in PRACTICES] == [
        "UTC",
        "America/Los_Angeles",
        "America/Los_Angeles",
    ]


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_the_built_ins_are_in_force_throughout(practice: kap.Practice) -> None:
    assert {setting.since for setting in practice.protocol.settings} == {None}
    assert not list(practice.protocol.changes)


OWN_SOURCES = {
    "core": {BRIEF.title, BOTH_PAGES.title, KINGSLEY_PAGE.title, REGROUNDING_PAGE.title},
    "kingsley": {BRIEF.title, KINGSLEY_PAGE.title},
    "regrounding": {REGROUNDING_PAGE.title},
}


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_every_figure_is_cited_to_a_source_of_the_practice(practice: kap.Practice) -> None:
    for setting in practice.protocol.settings:
        assert setting.citation.source in OWN_SOURCES[practice.id] or is_as_core(setting)
        assert setting.citation.where


def is_as_core(setting: kap.Setting) -> bool:
    """Whether a page says nothing of it, so that it is as in core, with core's source."""
    return setting.limit == "formats" and setting in CORE.protocol.settings


def money_of(practice: kap.Practice) -> set[str]:
    """What the practice publishes about money, as its facts name it."""
    fees = () if practice.fees is None else practice.fees.fees
    named = {f"fees.{fee.item}" for fee in fees}
    return named | {f"claims.{claim.kind}" for claim in practice.claims or ()}


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_every_fact_is_used_or_says_why_not(practice: kap.Practice) -> None:
    known = {spec.name for spec in LIMITS} | {rule.id for rule in kap.RULES} | money_of(practice)
    assert practice.facts
    for fact in practice.facts:
        assert fact.says.endswith(".")
        assert fact.citation.source in OWN_SOURCES[practice.id]
        assert bool(fact.used_by) != bool(fact.unused)
        assert set(fact.used_by) <= known
        assert len(set(fact.used_by)) == len(fact.used_by)


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_no_fact_is_told_twice_from_one_place(practice: kap.Practice) -> None:
    told = [(fact.says, fact.citation) for fact in practice.facts]
    assert len(set(told)) == len(told)


USED = {use for practice in PRACTICES for fact in practice.facts for use in fact.used_by}


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_every_limit_that_a_practice_sets_is_named_by_some_fact(practice: kap.Practice) -> None:
    assert {setting.limit for setting in practice.protocol.settings} <= USED


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_every_price_and_claim_is_named_by_some_fact_of_its_practice(
    practice: kap.Practice,
) -> None:
    own = {use for fact in practice.facts for use in fact.used_by}
    assert money_of(practice) == {use for use in own if use.startswith(("fees.", "claims."))}


THERAPY = Flat(amount=kap.Money.of("185.00", "USD"), minutes=50)
DOSING = Hourly(amount=kap.Money.of("250.00", "USD"), published=B(90, 120))
PARTNER = "Journey Clinical"
FEES: list[tuple[str, Any, str | None, str]] = [
    # item, rate, payee, where the page says so
    ("consultation", None, None, "fees, which name no price for it"),
    ("medical-evaluation", None, PARTNER, "fees"),
    ("preparation", THERAPY, None, "fees"),
    ("dosing", DOSING, None, "fees"),
    ("integration", THERAPY, None, "fees"),
    ("medical-review", None, PARTNER, "step 7, inferred"),
]


def test_the_fees_of_regrounding() -> None:
    expected = [
        Fee(item=item, rate=rate, payee=payee, citation=REGROUNDING_PAGE[where])
        for item, rate, payee, where in FEES
    ]
    assert REGROUNDING.fees == FeeSchedule(id="regrounding", currency="USD", fees=expected)
    assert REGROUNDING.claims is None


def test_what_the_superbills_of_kingsley_may_claim() -> None:
    assert KINGSLEY.fees is None
    assert KINGSLEY.claims is not None
    assert {claim.kind: claim.scope for claim in KINGSLEY.claims} == {
        "medical-evaluation": "nothing",
        "preparation": "whole",
        "dosing": 60,
        "integration": "whole",
        "medical-review": "nothing",
    }


def test_core_publishes_nothing_about_money() -> None:
    assert CORE.published() == kap.Published(fees=None, claims=None)
    assert CORE.fees is None
    assert CORE.claims is None


PAGES = {KINGSLEY_PAGE.title, REGROUNDING_PAGE.title}


@pytest.mark.parametrize("rule", kap.RULES, ids=lambda rule: rule.id)
def test_every_rule_with_a_page_as_its_source_is_named_by_some_fact(rule: kap.Rule) -> None:
    sources = {citation.source for citation in rule.cites}
    assert sources <= PAGES | {BRIEF.title, CONTRACT.title, PRESCRIBER_QUESTIONS.title}
    assert rule.id in USED or sources.isdisjoint(PAGES)


@pytest.mark.parametrize("practice", [KINGSLEY, REGROUNDING], ids=repr)
def test_every_place_that_a_protocol_cites_in_a_page_has_a_fact(practice: kap.Practice) -> None:
    told = {fact.citation for fact in practice.facts}
    for setting in practice.protocol.settings:
        own = setting.citation.source in PAGES and "steps" not in setting.citation.where
        assert not own or setting.citation in told or is_as_core(setting)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"id": ""}, "id"),
        ({"id": "two words"}, "id"),
        ({"title": ""}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"timezone": "utc"}, "timezone"),
        ({"timezone": ["UTC"]}, "timezone"),
        ({"protocol": "core"}, "protocol"),
        ({"protocol": None}, "protocol"),
        ({"facts": None}, "facts"),
        ({"facts": list(CORE.facts)}, "facts"),
        ({"facts": ("A fact.",)}, "facts"),
        ({"timezone": None}, "timezone"),
        ({"published": None}, "published"),
        ({"published": kap.Published()}, "published"),
    ],
)
def test_a_practice_is_checked(given: dict[str, Any], path: str) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        attrs.evolve(CORE, **given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"says": ""}, "says"),
        ({"says": 5}, "says"),
        ({"citation": "page 5"}, "citation"),
        ({"used_by": "dosing_count", "unused": None}, "used_by"),
        ({"used_by": ("two words",), "unused": None}, "used_by[0]"),
        ({"unused": ""}, "unused"),
    ],
)
def test_a_fact_is_checked(given: dict[str, Any], path: str) -> None:
    sound: dict[str, Any] = {"says": "A fact.", "citation": BRIEF["here"], "unused": "why"}
    make: Any = kap.Fact
    assert make(**sound).unused == "why"
    with pytest.raises(kap.InvalidValue) as caught:
        make(**sound | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize("given", [{}, {"used_by": ("dosing_count",), "unused": "why"}])
def test_a_fact_has_a_use_or_a_reason_and_not_both(given: dict[str, Any]) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        kap.Fact(says="A fact.", citation=BRIEF["here"], **given)
    assert [problem.path for problem in caught.value.problems] == ["used_by"]
    assert kap.Fact(says="A fact.", citation=BRIEF["here"], unused="why").used_by == ()


def test_a_practice_of_ones_own_judges_a_plan() -> None:
    own = attrs.evolve(CORE, id="house", title="House", protocol=CORE.protocol.extended("house"))
    report = kap.check(kap.parse("2027-01-04 C0 E2 P7 D14 I15"), own)
    assert report.protocol == "house"
    assert repr(own) == "<Practice house>"
