"""Courses laid out in time: lawful wherever the limits allow one, and with no review too many."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest
from hypothesis import assume, event, given, settings, strategies as st

import kap_model as kap
from kap_model.documents.protocols import limit_value
from kap_model.fees import Fee, FeeSchedule, Flat
from kap_model.planning.layout import lay_out, with_supplies, witness
from kap_model.planning.new_sessions import CourseSize
from kap_model.practices import PRACTICES
from kap_model.testing import strategies
from profiles import scaled
from support import SOURCE, limits

START = dt.date(2027, 1, 4)
KINDS = (
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)


def flat_fees(*others: str) -> FeeSchedule:
    """A dollar for each session, and for each of some other items."""
    rate = Flat(amount=kap.Money.of("1.00", "USD"))
    fees = [Fee(item=item, rate=rate, citation=SOURCE) for item in (*KINDS, *others)]
    return FeeSchedule(id="house", currency="USD", fees=fees)


def over(base: kap.CareProtocol, **forms: Any) -> kap.CareProtocol:
    lines = [
        kap.Setting(
            limit=name, value="off" if form == "off" else limit_value(name, form), citation=SOURCE
        )
        for name, form in forms.items()
    ]
    return base.extended("extended", settings=lines)


def broken(plan: kap.Plan, protocol: kap.CareProtocol) -> set[str]:
    found = kap.check(plan, protocol).findings
    return {one.rule for one in found if one.verdict == "violated"}


def without(plan: kap.Plan, session: kap.Session) -> kap.Plan:
    """The plan without a review, and without the refill that it led to."""
    kept = [one for one in plan.sessions if one.id != session.id]
    supplies = plan.supplies
    if supplies is not None:
        supplies = tuple(one for one in supplies if one.issued != session.start.date())
    return attrs.evolve(plan, sessions=kept, supplies=supplies)


def outline(dosings: int = 6, **fields: Any) -> CourseSize:
    usual = CourseSize(id="w", start=START, preparations=1, dosings=dosings, integrations=dosings)
    return attrs.evolve(usual, **fields)


def both_ends(
    protocol: kap.CareProtocol, fees: FeeSchedule
) -> tuple[kap.EstimateEnd, kap.EstimateEnd]:
    estimate = kap.estimate(protocol, fees)
    for end in (estimate.low, estimate.high):
        assert not broken(end.plan, protocol)
        assert kap.quote(end.plan, fees).total == end.total
    return estimate.low, estimate.high


@pytest.mark.parametrize("tracked", [(), ("supply",)], ids=["inferred", "tracked"])
@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_every_built_in_protocol_has_witnesses_at_both_ends(
    practice: kap.Practice, tracked: tuple[str, ...]
) -> None:
    low, high = both_ends(practice.protocol, flat_fees(*tracked))
    assert (low.counts["dosing"], high.counts["dosing"]) == (6, 8)
    for end in (low, high):
        assert (end.plan.supplies is not None) is bool(tracked)
        assert end.counts["medical-review"] == 1


HARD: list[dict[str, Any]] = [
    {"dosing_gap_days": {"min": 7, "max": 10}},
    {"dosing_gap_days": {"min": 40}},
    {"dosing_gap_days": {"min": 0, "max": 1}},
    {"dosing_frequency": {"at_most": 1, "days": 30}},
    {"dosing_frequency": {"at_most": 2, "days": 9}, "dosing_gap_days": {"max": 5}},
    {"integration_window_hours": 1},
    {"integration_window_hours": 1, "integration_per_dosing": 3, "integration_count": "off"},
    {"integration_window_hours": 24},
    {"integration_per_dosing": 20, "integration_count": "off"},
    {"integration_count": {"min": 6, "max": 400}},
    {"integration_count": {"min": 30, "max": 40}, "dosing_gap_days": {"min": 0, "max": 2}},
    {"review_every": {"months": 1}},
    {"review_every": {"months": 1}, "preparation_count": {"min": 40, "max": 70}},
    {"review_every": {"months": 1}, "dosing_gap_days": {"min": 100}},
    {"review_every": {"months": 3, "policy": "calendar"}},
    {"review_every": {"months": 3, "policy": "calendar"}, "dosing_gap_days": {"min": 60}},
    {"review_every": {"months": 3, "policy": "calendar"}, "refill_supply": 1},
    {
        "review_every": {"months": 3, "policy": "calendar"},
        "evaluation_first": "off",
        "preparation_after_supply": "off",
    },
    {"review_every": {"months": 1}, "evaluation_first": "off", "preparation_after_supply": "off"},
    {"review_after": {"dosings": 1, "gate": "before-next"}},
    {"review_after": {"dosings": 5, "gate": "before-next"}},
    {"review_after": {"dosings": 6, "gate": "before-next"}},
    {"review_after": {"dosings": 6, "gate": "any-time"}},
    {"review_after": {"dosings": 7, "gate": "any-time"}, "initial_supply": "off"},
    {"review_after": {"dosings": 9, "gate": "any-time"}},
    {"initial_supply": 1, "refill_supply": 1},
    {"initial_supply": 1, "refill_supply": 3, "review_every": {"months": 1}},
    {"initial_supply": "off", "refill_supply": 1},
    {"initial_supply": 8},
    {"evaluation_first": "off", "consultation_first": "off", "preparation_after_supply": "off"},
    {"evaluation_first": "off", "preparation_after_supply": True},
    {"evaluation_first": "off", "initial_supply": 1, "preparation_after_supply": "off"},
    {"processing_minutes": 50, "dosing_minutes": {"max": 180}},
    {"therapy_minutes": {"min": 1440}},
    {"dosing_minutes": {"min": 1440, "max": 1440}},
    {"dosing_places": ["remote"], "support_person_when_remote": True},
    {"formats": ["group"]},
    {"minimum_age": 18},
    {"dosing_count": {"min": 0, "max": 0}},
    {"dosing_count": {"min": 0, "max": 0}, "integration_after_dosing": "off"}
    | {"integration_count": {"min": 2, "max": 3}},
]


@pytest.mark.parametrize("tracked", [(), ("supply",)], ids=["inferred", "tracked"])
@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_a_satisfiable_protocol_has_witnesses_without_a_review_too_many(
    practice: kap.Practice, tracked: tuple[str, ...]
) -> None:
    for forms in HARD:
        own: dict[str, Any] = dict(forms)
        if own.get("dosing_count") == {"min": 0, "max": 0} and "integration_count" not in own:
            own["integration_count"] = "off"
        protocol = over(practice.protocol, **own)
        for end in both_ends(protocol, flat_fees(*tracked)):
            for session in end.plan.sessions:
                if session.kind == "medical-review":
                    assert broken(without(end.plan, session), protocol), forms


def numbers(highest: int) -> st.SearchStrategy[Any]:
    return st.sampled_from(("off", *range(1, highest + 1)))


@st.composite
def spaced_protocols(draw: st.DrawFn) -> kap.CareProtocol:
    """A built-in practice with other rules on when sessions are held."""
    gates = st.fixed_dictionaries(
        {"dosings": st.integers(1, 9), "gate": st.sampled_from(("before-next", "any-time"))}
    )
    every = st.fixed_dictionaries(
        {"months": st.integers(1, 4), "policy": st.sampled_from(("rolling", "calendar"))}
    )
    forms = {
        "dosing_gap_days": st.sampled_from(
            ("off", {"min": 1}, {"min": 30}, {"max": 14}, {"min": 15, "max": 20}, {"min": 95})
        ),
        "integration_window_hours": numbers(30),
        "integration_per_dosing": numbers(3),
        "integration_count": st.sampled_from(("off", {"min": 24, "max": 30})),
        "review_every": st.just("off") | every,
        "review_after": st.just("off") | gates,
        "initial_supply": numbers(3),
        "refill_supply": numbers(3),
        "processing_minutes": numbers(40),
        "preparation_count": st.sampled_from(({"min": 1, "max": 3}, {"min": 0, "max": 40})),
        "evaluation_first": st.sampled_from((True, True, "off")),
        "preparation_after_supply": st.sampled_from((True, "off")),
    }
    base = draw(st.sampled_from(PRACTICES)).protocol
    return over(base, **{name: draw(values) for name, values in forms.items()})


@given(spaced_protocols(), st.booleans())
def test_rules_on_when_sessions_are_held_never_exclude_each_other(
    protocol: kap.CareProtocol,
    tracked: bool,  # noqa: FBT001 - drawn
) -> None:
    for end in both_ends(protocol, flat_fees(*["supply"] * tracked)):
        for session in end.plan.sessions:
            if session.kind == "medical-review":
                assert broken(without(end.plan, session), protocol)


def is_crowded(found: kap.Limits) -> bool:
    """Whether dosings follow each other so closely that a day may not hold what belongs to it."""
    gap = found.dosing_gap_days
    return gap is not None and gap.max is not None and gap.max < 2


def is_satisfiable(found: kap.Limits) -> bool:
    """Whether counts, lengths and spacing leave room for the fewest dosings; the rest is timing."""
    dosings, integrations = found.dosing_count, found.integration_count
    fewest = (dosings and dosings.min) or 0
    asked = (integrations and integrations.min) or 0
    if asked and found.integration_after_dosing:
        fewest = max(fewest, 1)
    if fewest and dosings and dosings.max is not None and dosings.max < fewest:
        return False
    each = found.integration_per_dosing or 0
    if integrations and integrations.max is not None and integrations.max < fewest * each:
        return False
    effect = (found.effect_minutes or 0) + (found.processing_minutes or 0)
    longest = 1440 if found.dosing_minutes is None else (found.dosing_minutes.max or 1440)
    if fewest and effect > longest:
        return False
    often, gap = found.dosing_frequency, found.dosing_gap_days
    if often and gap and gap.max is not None and fewest > often.at_most:
        return often.at_most * gap.max >= often.days
    return True


@settings(max_examples=scaled(150))
@given(strategies.protocols(dated=False), st.booleans())
def test_any_protocol_has_witnesses_unless_its_limits_exclude_each_other(
    protocol: kap.CareProtocol,
    tracked: bool,  # noqa: FBT001 - drawn
) -> None:
    found = protocol.limits_on(None)
    assume(not is_crowded(found))
    fees = flat_fees(*["supply"] * tracked)
    event("satisfiable" if is_satisfiable(found) else "not")
    if is_satisfiable(found):
        both_ends(protocol, fees)
    else:
        with pytest.raises(kap.InvalidValue, match="protocol: allows no such course"):
            kap.estimate(protocol, fees)


@settings(max_examples=scaled(50))
@given(strategies.protocols())
def test_a_dated_protocol_is_read_on_the_date_of_its_last_change(
    protocol: kap.CareProtocol,
) -> None:
    latest = max(protocol.changes, default=START)
    assume(latest.year < 2199)
    found = protocol.limits_on(latest)
    assume(is_satisfiable(found) and not is_crowded(found))
    estimate = kap.estimate(protocol, flat_fees())
    assert not broken(estimate.low.plan, protocol)
    for session in estimate.low.plan.sessions[:1]:
        assert session.start.date() == latest


@pytest.mark.parametrize("policy", ["rolling", "calendar"])
@pytest.mark.parametrize(
    "zone", ["America/Los_Angeles", "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns"]
)
@pytest.mark.parametrize("start", ["2011-12-16", "2027-03-01", "2006-10-15"])
def test_a_course_is_lawful_in_any_zone(zone: str, start: str, policy: str) -> None:
    protocol = over(
        kap.practices.REGROUNDING.protocol, review_every={"months": 1, "policy": policy}
    )
    wanted = outline(
        timezone=zone,
        start=dt.date.fromisoformat(start),
        every=7,
        fields={"dosing": {"minutes": 90}},
    )
    plan = witness(protocol, wanted)
    assert plan.local_start(plan.sessions[0]).isoformat()[:16] == f"{start}T10:00"


def test_a_day_that_never_was_is_its_next_first_instant() -> None:
    protocol = kap.practices.CORE.protocol
    wanted = outline(timezone="Pacific/Apia", start=dt.date(2011, 12, 16))
    first = next(s for s in witness(protocol, wanted).sessions if s.kind == "dosing")
    assert first.start.in_timezone("Pacific/Apia").isoformat() == "2011-12-31T00:00:00+14:00"


def test_the_usual_course_is_laid_out_as_in_the_examples() -> None:
    plan = witness(kap.practices.REGROUNDING.protocol, outline(fields={"dosing": {"minutes": 90}}))
    assert plan.notation == (
        "2027-01-04 C0 E2 P7 D14/90 I15 D28/90 I29 R41 D42/90 I43 D56/90 I57 D70/90 I71 D84/90 I85"
    )
    assert [session.id for session in plan.sessions][:6] == ["c1", "e1", "p1", "d1", "i1", "d2"]


def test_more_integrations_are_spread_evenly_and_the_rest_comes_last() -> None:
    plan = lay_out(limits().limits_on(None), outline(2, integrations=5))
    assert plan.notation == "2027-01-04 P0 D14 I15 I16 D28 I29 I30 I31"
    crowded = lay_out(limits().limits_on(None), outline(2, integrations=8, every=2))
    assert crowded.notation == "2027-01-04 P0 D14 I15 D16 I17 I18 I19 I20 I21 I22 I23"


def test_a_course_without_dosings_starts_on_its_first_day() -> None:
    plan = lay_out(limits().limits_on(None), outline(0, preparations=0, integrations=2))
    assert plan.notation == "2027-01-04 I0 I1"
    assert lay_out(limits().limits_on(None), outline(0, preparations=0)).sessions == ()


def test_required_integrations_share_the_days_between_two_dosings() -> None:
    each = limits(integration_per_dosing=3).limits_on(None)
    plan = lay_out(each, outline(2, integrations=6, every=3))
    assert plan.notation == ("2027-01-04 P0 D14 I15 I15@10:50 I16 D17 I18 I19 I20")
    dense = lay_out(each, outline(2, integrations=6, every=1))
    assert dense.notation.startswith("2027-01-04 P0 D14 I14@12:00 I14@12:50 I14@13:40 D15 I16")


def test_tracked_supplies_arrive_before_they_are_needed() -> None:
    protocol = over(kap.practices.CORE.protocol, refill_supply=1)
    plan = witness(protocol, outline(4 + 2, tracks_supply=True))
    assert plan.supplies is not None
    assert [supply.dosings for supply in plan.supplies] == [2, 1, 1, 1, 1]
    assert plan.supplies[0].received == dt.date(2027, 1, 9)
    unlimited = witness(over(protocol, initial_supply="off"), outline(tracks_supply=True))
    assert [supply.dosings for supply in unlimited.supplies or ()] == [6]


def test_supplies_are_written_down_as_evaluation_and_reviews_bring_them() -> None:
    now = over(kap.practices.CORE.protocol, refill_supply=1).limits_on(None)
    plan = kap.parse("2027-01-04 C0 E2 P4 D14 R15 I16 D28 R29 D42 R43 I44")
    written = with_supplies(plan, now)
    assert written.supplies is not None
    told = [(s.id, str(s.issued), str(s.received), s.dosings) for s in written.supplies]
    assert told == [
        ("rx1", "2027-01-06", "2027-01-08", 2),
        ("rx2", "2027-01-19", "2027-01-19", 1),
    ]
    alone = with_supplies(kap.parse("2027-01-04 D0 D7 D14"), limits().limits_on(None))
    assert [(str(s.received), s.dosings) for s in alone.supplies or ()] == [("2027-01-04", 3)]
    for nothing in (attrs.evolve(plan, sessions=()), kap.parse("2027-01-04 C0 P1 I2")):
        assert with_supplies(nothing, now).supplies == ()


def test_more_sessions_than_a_plan_may_hold_are_refused() -> None:
    with pytest.raises(kap.InvalidValue, match=r"^sessions: must be at most 10,000$"):
        lay_out(limits().limits_on(None), outline(5000, integrations=5000))


@pytest.mark.parametrize(
    "fields",
    [
        {"every": 1_000_000},
        {"dosings": 9_000, "integrations": 0},
        {"start": dt.date(2199, 12, 1)},
        {"start": dt.date(1979, 12, 31)},
    ],
    ids=str,
)
def test_a_course_that_leaves_the_calendar_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(kap.InvalidValue, match=r"^start: must lie in the years 1980 to 2199"):
        lay_out(limits().limits_on(None), outline(**fields))


def test_a_course_that_cannot_be_names_the_rules_and_their_limits() -> None:
    with pytest.raises(kap.InvalidValue) as refused:
        witness(kap.practices.CORE.protocol, outline(5, preparations=0))
    assert str(refused.value) == (
        "protocol: allows no such course: it would break PREP-COUNT (preparation_count), "
        "DOSE-COUNT (dosing_count)"
    )
    at_once = limits(dosing_gap_days={"max": 0}).limits_on(None)
    day_long = {"dosing": {"minutes": 1440}, "integration": {"minutes": 50}}
    overlapping = lay_out(at_once, outline(2, every=1, fields=day_long))
    assert broken(overlapping, limits(dosing_gap_days={"max": 0})) >= {"DOSE-GAP", "NO-OVERLAP"}
    with pytest.raises(kap.InvalidValue, match=r"NO-OVERLAP$"):
        witness(limits(), outline(2, every=1, fields=day_long))
