"""Estimates under house rules: both ends equal the least and the most over all lawful courses.

The courses are tried one by one in ``course_prices``, which shares nothing with planning.
"""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import attrs
import pytest

import kap_model as kap
from course_prices import Grid, Way, courses_of, is_lawful
from fees_support import by, fee, flat, schedule, usd
from house_completions import FORMS, house_form
from kap_model.fees import FeeSchedule, Hourly, Package, Periodic, Tier, Tiered, Together
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
from kap_model.planning.search import problem
from kap_model.pricing import estimates
from kap_model.sessions import KINDS
from profiles import scaled
from real_courses import DOCUMENTS, protocol_of
from real_practices import RECORD_OF, fees_of
from shipped import FEES, HOUSE_RULES
from support import SOURCE, limits

START = "2027-01-04"
DOSING = ("office", None), ("office", "x"), ("remote", None), ("remote", "x")


def housed(base: kap.CareProtocol, *forms: Any) -> kap.CareProtocol:
    rules = [kap.HouseRule(f"HOUSE-{n}", form, citation=SOURCE) for n, form in enumerate(forms)]
    return base.extended("own", rules=rules)


def ends(estimate: kap.Estimate) -> tuple[int, int]:
    return estimate.low.total.minor, estimate.high.total.minor


def hourly(amount: str, low: int, high: int) -> Hourly:
    return Hourly(amount=usd(amount), published=kap.Bounds(low, high))


# --- Small courses, each tried ---------------------------------------------------------------

ONE_PRICE = schedule(
    fee("consultation", flat("0.00")),
    fee("medical-evaluation", flat("0.00")),
    fee("preparation", flat("150.00")),
    fee("dosing", flat("400.00", 120)),
    fee("integration", flat("100.00")),
    fee("medical-review", flat("80.00")),
)
WAYS = schedule(
    fee("consultation", flat("0.00")),
    fee("medical-evaluation", flat("0.00")),
    fee("preparation", flat("150.00", 50)),
    fee("preparation", flat("70.00", 50), format="group"),
    fee(
        "dosing",
        by("place", office=hourly("240.00", 60, 120), remote=hourly("120.00", 60, 120)),
    ),
    fee("integration", flat("100.00", 50)),
    fee("integration", flat("40.00", 50), format="group"),
    fee("medical-review", flat("0.00")),
)
SMALL = housed(
    limits(
        preparation_count={"max": 1},
        dosing_count={"min": 1, "max": 2},
        integration_count={"max": 1},
    ),
    Count("preparation", max=1),
    Count("medical-review", max=1),
)


def small(*forms: Any) -> kap.CareProtocol:
    """One preparation, integration and review at most, one dosing or two, and further rules."""
    rules = [kap.HouseRule(f"HOUSE-OWN-{n}", form, citation=SOURCE) for n, form in enumerate(forms)]
    return SMALL.extended("small", rules=rules)


@cache
def by_days() -> list[tuple[int, kap.Plan]]:
    """Every order on every day, each kind held in one way; the cheapest first."""
    ways = {
        "preparation": [Way({"minutes": 50}, 150_00)],
        "dosing": [Way({"minutes": 120}, 400_00)],
        "integration": [Way({"minutes": 50}, 100_00)],
        "medical-review": [Way({"minutes": 30}, 80_00)],
    }
    numbers = dict.fromkeys(ways, (0, 1)) | {"dosing": (1, 2)}
    return courses_of(Grid(numbers, (0, 1, 2, 4, 7), ways))


@cache
def by_ways() -> list[tuple[int, kap.Plan]]:
    """Every order and way, a week and a day apart; the cheapest first."""
    groups = {
        kind: [Way({"minutes": 50}, single), Way({"minutes": 50, "format": "group"}, group)]
        for kind, single, group in (
            ("preparation", 150_00, 70_00),
            ("integration", 100_00, 40_00),
        )
    }
    dosings = [
        Way({"minutes": n, "place": place, "support_person": person}, n * price)
        for n in (60, 70, 90, 100, 110, 120)
        for place, person in DOSING
        for price in [4_00 if place == "office" else 2_00]
    ]
    numbers = {"preparation": (0, 1), "dosing": (1, 2), "integration": (0, 1)}
    return courses_of(Grid(numbers, (8,), groups | {"dosing": dosings}))


def tried(courses: list[tuple[int, kap.Plan]], care: kap.CareProtocol) -> tuple[int, int] | None:
    """The least and the most that a lawful course costs."""
    low = next((price for price, plan in courses if is_lawful(plan, care)), None)
    high = next((price for price, plan in reversed(courses) if is_lawful(plan, care)), None)
    return None if low is None or high is None else (low, high)


def agrees(care: kap.CareProtocol, fees: FeeSchedule, courses: list[tuple[int, kap.Plan]]) -> None:
    wanted = tried(courses, care)
    if wanted is None:
        with pytest.raises(kap.InputError):
            kap.estimate(care, fees, start=START)
        return
    estimate = kap.estimate(care, fees, start=START)
    assert ends(estimate) == wanted
    for end in (estimate.low, estimate.high):
        assert is_lawful(end.plan, care)
        assert kap.quote(end.plan, fees) == end.quote


@pytest.mark.parametrize(
    "form",
    [
        Count(("preparation", "integration"), min=1, max=1),
        Count("medical-review", min=1, before="dosing"),
        Order("preparation", before="dosing"),
        Order("integration", after="medical-review"),
        Precede("dosing", "preparation", back_to="previous"),
        Precede("dosing", "medical-review", within=Within(max=2, unit="days")),
        Follow("dosing", "integration"),
        Follow(Selector("dosing", first=1), "medical-review", within=Within(min=1, unit="days")),
        Space("dosing", min=8, unit="days"),
        Space("dosing", "integration", max=48, unit="hours"),
        Rate("dosing", max=1, days=9),
        Rate(("preparation", "dosing"), max=2, days=6),
        Span("dosing", max=6, unit="days"),
        Span("dosing", "integration", min=9, unit="days"),
        Recur("medical-review", 1, policy="calendar"),
    ],
    ids=lambda form: form.says,
)
def test_rules_of_order_and_time(form: Any) -> None:
    agrees(small(form), ONE_PRICE, by_days())


@pytest.mark.parametrize(
    "forms",
    [
        [Length("dosing", min=70, max=100)],
        [Length("dosing", one_of=[70, 110])],
        [Length(Selector("dosing", first=1), one_of=[60]), Length("dosing", max=110)],
        [Length(Selector("dosing", from_=2), min=100), Count("dosing", min=2)],
        [Length(Selector("dosing", place="remote"), max=70)],
        [Allow("dosing", "place", ["remote"])],
        [Allow(Selector("dosing", nth=1), "place", ["office"])],
        [Allow(("preparation", "integration"), "format", ["group"])],
        [Known("dosing", "support_person", by="start")],
        [Known(Selector("dosing", place="remote"), "support_person", by="start")],
        [Count(Selector("dosing", place="remote"), min=1)],
        [Count(Selector("dosing", place="office"), max=0)],
        [Count("dosing", min=150, max=190, sum="minutes")],
        [Count(("dosing", "integration"), max=230, sum="minutes")],
        [Follow(Selector("dosing", place="remote"), "integration")],
        [Order(Selector("preparation", format="individual"), after="dosing")],
        [Precede("dosing", Selector("preparation", format="group"), back_to="any")],
        [Count(Selector("dosing", place="remote"), max=1), Count("dosing", min=2)],
    ],
    ids=lambda forms: " ".join(form.says for form in forms),
)
def test_rules_of_how_sessions_are_held(forms: list[Any]) -> None:
    agrees(small(*forms), WAYS, by_ways())


@pytest.mark.law
@pytest.mark.parametrize("seed", range(scaled(24)))
def test_one_rule_of_each_form_or_two(seed: int) -> None:
    random = Random(seed)
    words = [FORMS[seed % len(FORMS)]]
    if seed % 3 == 0:
        words.append(random.choice(FORMS))
    forms = [house_form(random, word, numbered=seed % 2 == 1) for word in words]
    agrees(small(*forms), ONE_PRICE, by_days())


# --- Which numbers have a maximum ------------------------------------------------------------

FREE = limits(dosing_count={"min": 1}, dosing_minutes={"min": 60, "max": 120})


@pytest.mark.parametrize(
    ("forms", "most"),
    [
        ([Count("dosing", max=4)], 4),
        ([Count(("dosing", "integration"), max=4)], 4),
        ([Count("dosing", max=500, sum="minutes")], 4),
        ([Count(Selector("dosing", place="office"), max=3),
          Count(Selector("dosing", place="remote"), max=1)], 4),
        ([Span("dosing", max=3, unit="weeks"), Space("dosing", min=1, unit="weeks")], 4),
        ([Span(("dosing", "integration"), max=9, unit="days"),
          Space("dosing", "dosing", min=3, unit="days")], 4),
        ([Span("dosing", max=3, unit="days"), Space("dosing", min=24, unit="hours")], 4),
        ([Span("dosing", max=13, unit="days"), Rate("dosing", max=2, days=7)], 4),
        ([Span("dosing", max=13, unit="days")], 4),  # two a week, as nothing says how far apart
        ([Follow("dosing", "integration"), Count("integration", max=4)], 4),
        ([Precede("dosing", "preparation", min=2, back_to="previous"),
          Count("preparation", max=9)], 4),
    ],
)  # fmt: skip
def test_a_number_has_a_maximum_where_rules_leave_no_room(forms: list[Any], most: int) -> None:
    estimate = kap.estimate(housed(FREE, *forms), ONE_PRICE)
    assert "dosing" not in estimate.open_ended
    assert (estimate.low.counts["dosing"], estimate.high.counts["dosing"]) == (1, most)


@pytest.mark.parametrize(
    "forms",
    [
        [Count(Selector("dosing", place="office"), max=3)],
        [Count(Selector("dosing", first=3), max=3)],
        [Count("integration", max=3, before="dosing")],
        [Span("integration", max=3, unit="weeks")],
        [Span("dosing", max=3, unit="weeks"), Space("dosing", max=4, unit="days")],
        [Span("dosing", "integration", max=3, unit="weeks")],
        [Span("dosing", max=3, unit="weeks"), Space("dosing", "integration", min=2, unit="days")],
        [Follow("dosing", "integration"), Count("integration", min=2)],
        [Follow("dosing", "integration", until="ever"), Count("integration", max=2)],
        [Precede("dosing", "preparation"), Count("preparation", max=2)],
        [Follow("dosing", "integration", min=0), Count("integration", max=2)],
        [Follow(Selector("dosing", every=2), "integration"), Count("integration", max=2)],
    ],
    ids=lambda forms: " ".join(form.says for form in forms),
)
def test_a_number_without_a_maximum_is_counted_at_the_least(forms: list[Any]) -> None:
    gap = kap.Setting(limit="dosing_gap_days", value=kap.Bounds(0), citation=SOURCE)
    free = FREE.extended("own", settings=[gap])
    estimate = kap.estimate(housed(free, *forms), ONE_PRICE)
    assert "dosing" in estimate.open_ended
    assert estimate.low.counts["dosing"] == estimate.high.counts["dosing"] == 1


def test_a_limit_of_pace_bounds_a_span_too() -> None:
    gap = kap.Setting(limit="dosing_gap_days", value=kap.Bounds(7), citation=SOURCE)
    care = housed(FREE.extended("own", settings=[gap]), Span("dosing", max=3, unit="weeks"))
    assert kap.estimate(care, ONE_PRICE).high.counts["dosing"] == 4


def test_what_rules_ask_for_beyond_the_least_is_in_both_ends() -> None:
    care = housed(
        limits(dosing_count={"min": 2, "max": 3}),
        Follow(Selector("dosing", first=1), "integration", min=2),
        Order("dosing", after="consultation"),
        Precede(Selector("dosing", nth=2), "medical-review", within=Within(max=9, unit="days")),
        Count(Selector("preparation", format="group"), min=2),
    )
    estimate = kap.estimate(care, WAYS)
    assert set(estimate.open_ended) == {kind for kind in KINDS if kind != "dosing"}
    for end in (estimate.low, estimate.high):
        assert is_lawful(end.plan, care)
        assert end.counts["integration"] == 2
        assert end.counts["preparation"] == 2
        assert (end.counts["consultation"], end.counts["medical-review"]) == (1, 1)
    assert (estimate.low.counts["dosing"], estimate.high.counts["dosing"]) == (2, 3)


def test_dosings_that_only_parts_of_a_kind_ask_for() -> None:
    care = housed(
        limits(initial_supply=2, evaluation_first=True),
        Count(Selector("dosing", place="office"), min=2),
        Count(Selector("dosing", place="remote"), min=2),
    )
    estimate = kap.estimate(care, WAYS)
    assert estimate.low.counts["dosing"] == 4
    assert is_lawful(estimate.low.plan, care)


def test_a_priced_kind_beside_the_three_is_counted_up_to_its_maximum() -> None:
    care = housed(limits(), Count("consultation", min=1, max=3), Count("medical-review", max=2))
    fees = schedule(fee("consultation", flat("90.00")), fee("medical-review", flat("80.00")))
    estimate = kap.estimate(care, fees)
    assert ends(estimate) == (90_00, 3 * 90_00 + 2 * 80_00)


# --- Prices ----------------------------------------------------------------------------------


def test_routes_that_rules_leave_out_are_no_choice() -> None:
    routes = by("route", oral=flat("100.00"), intramuscular=flat("250.00"), nasal=flat("50.00"))
    fees = schedule(fee("dosing", routes))
    base = limits(dosing_count={"min": 1, "max": 1})
    care = housed(base, Allow("dosing", "route", ["oral", "intramuscular"]))
    estimate = kap.estimate(care, fees)
    assert ends(estimate) == (100_00, 250_00)
    (dosing,) = estimate.high.plan.timeline.dosings
    assert dosing.route == "intramuscular"
    limited = base.extended(
        "own",
        settings=[kap.Setting(limit="routes", value=("oral", "intramuscular"), citation=SOURCE)],
    )
    assert ends(kap.estimate(limited, fees)) == ends(estimate)
    with pytest.raises(kap.InvalidValue, match=r"^labels.route: must be one that the protocol all"):
        kap.estimate(limited, fees, labels={"route": "nasal"})
    with pytest.raises(kap.PricingError, match=r"^dosing: has prices for no session that the hou"):
        kap.estimate(care, fees, labels={"route": "nasal"})
    at_office = Allow(Selector("dosing", route="intramuscular"), "place", ["office"])
    placed = kap.estimate(housed(base, at_office, Allow("dosing", "place", ["remote"])), fees)
    assert ends(placed) == (50_00, 100_00)


def test_levels_and_tiers_are_those_that_rules_allow() -> None:
    rate = Tiered(
        tiers=[Tier(minutes=60, amount=usd("10.00")), Tier(minutes=90, amount=usd("20.00"))]
    )
    fees = schedule(fee("dosing", rate))
    base = limits(dosing_count={"min": 2, "max": 2})
    first = housed(base, Length(Selector("dosing", first=1), one_of=[75, 80]))
    assert ends(kap.estimate(first, fees)) == (20_00 + 10_00, 40_00)
    levels = schedule(fee("dosing", by("level", low=flat("10.00"), high=flat("30.00"))))
    rising = housed(base, Allow(Selector("dosing", first=1), "level", ["low"]))
    assert ends(kap.estimate(rising, levels)) == (20_00, 40_00)


def test_a_package_holds_the_first_of_a_kind_whatever_they_cost() -> None:
    package = Package(
        id="two", name="two", price=usd("300.00"), counts=(("dosing", 2),), always=True,
        citation=SOURCE,
    )  # fmt: skip
    fees = schedule(fee("dosing", hourly("60.00", 60, 120)), packages=[package])
    care = housed(
        limits(dosing_count={"min": 3, "max": 3}),
        Length(Selector("dosing", from_=3), min=80),
        Length(Selector("dosing", first=1), max=60),
    )
    estimate = kap.estimate(care, fees)
    assert ends(estimate) == (300_00 + 80_00, 300_00 + 120_00)


def test_a_package_of_kinds_together_is_refused_where_order_matters() -> None:
    together = Package(
        id="four", name="four", price=usd("9.00"), citation=SOURCE, always=True, counts=(),
        together=[Together(kinds=("dosing", "integration"), count=2)],
    )  # fmt: skip
    base = limits(dosing_count={"min": 2, "max": 2}, integration_count={"min": 1, "max": 1})
    care = housed(base, Length(Selector("dosing", first=1), max=60))
    fees = schedule(
        fee("dosing", flat("5.00")), fee("integration", flat("7.00")), packages=[together]
    )
    with pytest.raises(kap.PricingError, match="counts kinds of different prices together"):
        kap.estimate(care, fees)
    alike = schedule(
        fee("dosing", flat("7.00")), fee("integration", flat("7.00")), packages=[together]
    )
    assert ends(kap.estimate(care, alike)) == (16_00, 16_00)


def test_supplies_and_months_are_those_of_the_course_that_is_found() -> None:
    fees = schedule(
        fee("medical-evaluation", flat("0.00")),
        fee("medical-review", flat("0.00")),
        fee("dosing", flat("100.00")),
        fee("supply", flat("85.00")),
        fee("course", Periodic(amount=usd("40.00"), every="month")),
    )
    base = limits(
        dosing_count={"min": 3, "max": 3}, evaluation_first=True, initial_supply=2, refill_supply=4
    )
    care = housed(base, Precede(Selector("dosing", nth=2), "medical-review", back_to="previous"))
    estimate = kap.estimate(care, fees)
    assert [s.dosings for s in estimate.low.plan.supplies or ()] == [2, 4]
    assert ends(estimate) == (3 * 100_00 + 2 * 85_00 + 2 * 40_00,) * 2


def test_a_course_without_dosings_has_lawful_supplies() -> None:
    fees = schedule(
        fee("medical-evaluation", flat("0.00")),
        fee("preparation", flat("50.00")),
        fee("supply", flat("85.00")),
    )
    for form in (
        Count("preparation", min=1, max=2),
        Count(Selector("preparation", place="remote"), min=1),
    ):
        care = housed(limits(evaluation_first=True), form)
        estimate = kap.estimate(care, fees)
        for end in (estimate.low, estimate.high):
            assert is_lawful(end.plan, care)


def test_a_plan_that_breaks_a_rule_all_the_same_is_never_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fees = schedule(fee("dosing", flat("50.00")), fee("supply", flat("85.00")))
    care = housed(
        limits(dosing_count={"min": 3}, initial_supply=3), Known("dosing", "therapist_present"),
        Follow(Selector("dosing", nth=1), "integration", min=1),
    )  # fmt: skip
    fees = attrs.evolve(fees, fees=[*fees.fees, fee("integration", flat("1.00"))])
    assert kap.estimate(care, fees)

    def none_at_all(plan: kap.Plan, _: kap.Limits) -> kap.Plan:
        return attrs.evolve(plan, supplies=())

    monkeypatch.setattr(estimates, "with_supplies", none_at_all)
    with pytest.raises(kap.InvalidValue, match="SUPPLY-BALANCE"):
        kap.estimate(care, fees)


def test_lengths_between_need_no_price_of_other_kinds() -> None:
    care = housed(
        limits(dosing_count={"min": 2, "max": 2}),
        Count(("dosing", "integration"), max=130, sum="minutes"),
    )
    fees = schedule(fee("dosing", hourly("60.00", 60, 90)))
    assert ends(kap.estimate(care, fees)) == (120_00, 130_00)


# --- What is refused -------------------------------------------------------------------------


def test_a_contradiction_names_limits_and_house_rules() -> None:
    care = housed(kap.practices.CORE.protocol, Count("dosing", max=5), Length("dosing", min=60))
    with pytest.raises(kap.PlanningError) as caught:
        kap.estimate(care, "regrounding")
    assert caught.value.conflict == ("dosing_count", "HOUSE-0")
    assert str(caught.value) == (
        "protocol: allows no course: the limit dosing_count (6 to 8) and the house rule HOUSE-0 "
        "exclude each other"
    )


def test_a_start_that_leaves_no_time_is_named() -> None:
    care = housed(kap.practices.CORE.protocol, Follow(Selector("dosing", first=1), "integration"))
    with pytest.raises(kap.InvalidValue, match=r"^start: must lie in the years 1980 to 2199"):
        kap.estimate(care, WAYS, start="2199-12-20")


def test_what_only_published_lengths_exclude_is_named() -> None:
    care = housed(
        limits(dosing_count={"min": 2, "max": 2}, dosing_minutes={"min": 30}),
        Count("dosing", max=119, sum="minutes"),
    )
    fees = schedule(fee("dosing", hourly("60.00", 60, 90)))
    with pytest.raises(kap.PlanningError) as caught:
        kap.estimate(care, fees)
    assert caught.value.conflict == ("dosing_count", "HOUSE-0")
    assert str(caught.value).startswith(
        "protocol: allows no course at published lengths and prices: the limit dosing_count"
    )


def test_a_length_that_no_rule_leaves_is_refused_by_kind() -> None:
    base = limits(dosing_count={"min": 1}, dosing_minutes={"max": 90})
    fees = schedule(fee("dosing", flat("9.00")))
    for form in (Length("dosing", one_of=[100, 120]), Length(Selector("dosing"), min=100)):
        with pytest.raises(kap.InputError, match=r"dosing|HOUSE-0"):
            kap.estimate(housed(base, form), fees)


def test_where_there_are_too_many_courses_no_end_is_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    care = housed(kap.practices.CORE.protocol, Follow(Selector("dosing", first=1), "integration"))
    fees = WAYS
    assert kap.estimate(care, fees)
    for most, end in ((1, "lowest"), (60, "highest")):
        monkeypatch.setattr(problem, "MOST_WORK", most)
        with pytest.raises(kap.PricingError) as caught:
            kap.estimate(small(Count(("dosing", "integration"), max=230, sum="minutes")), fees)
        assert str(caught.value) == (
            f"protocol: has house rules that leave too many courses to tell the {end} price "
            "exactly in the time that a call may take"
        )


# --- Documents -------------------------------------------------------------------------------


def test_the_example_is_estimated_with_published_fees_and_with_its_own() -> None:
    care = kap.load_protocol(HOUSE_RULES)
    assert ends(kap.estimate(care, "regrounding")) == (3545_00, 5850_00)
    own = kap.estimate(care, kap.load_fees(FEES))
    assert ends(own) == (1965_63, 6004_80)
    for end in (own.low, own.high):
        assert is_lawful(end.plan, care)


PRICED = sorted(
    (document, fees) for fees, record in RECORD_OF.items() for document in DOCUMENTS
    if record.id == document
)  # fmt: skip


@pytest.mark.parametrize(("document", "fees"), PRICED, ids=str)
def test_real_practices_with_prices_are_estimated(document: str, fees: str) -> None:
    care = protocol_of(document)
    estimate = kap.estimate(care, fees_of(fees))
    assert estimate.low.total <= estimate.high.total
    for end in (estimate.low, estimate.high):
        assert is_lawful(end.plan, care)


def test_real_practices_ends() -> None:
    def of(name: str) -> tuple[str, str]:
        estimate = kap.estimate(protocol_of(name), fees_of(name))
        return estimate.low.total.text, estimate.high.total.text

    assert of("asheville-integrative") == ("200.00", "1000.00")
    assert of("innerpath-baltimore") == ("200.00", "200.00")
    assert of("roots-to-thrive") == ("5850.00", "5850.00")


def test_rules_of_a_later_date_are_not_asked() -> None:
    later = attrs.evolve(housed(kap.practices.CORE.protocol, Count("dosing", max=6)).rules[0])
    care = kap.practices.CORE.protocol.extended(
        "own", rules=[attrs.evolve(later, since="2030-01-01")]
    )
    before = kap.estimate(care, WAYS, start="2029-12-31")
    after = kap.estimate(care, WAYS, start="2030-01-01")
    assert (before.high.counts["dosing"], after.high.counts["dosing"]) == (8, 6)


def test_partners_that_each_session_asks_for_bound_the_numbers_beforehand() -> None:
    care = housed(
        kap.practices.REGROUNDING.protocol,
        Length(Selector("dosing", first=2), max=90),
        Follow(Selector("dosing", first=1), "integration", min=2),
    )
    estimate = kap.estimate(care, "regrounding")
    low, high = estimate.low.counts, estimate.high.counts
    assert (low["dosing"], low["integration"]) == (6, 7)
    assert (high["dosing"], high["integration"]) == (7, 8)
    assert ends(estimate) == (3730_00, 5100_00)


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [
        (1_000, kap.PricingError, "protocol: has house rules that leave too many courses to tell"),
        (5_000, kap.PlanningError, "protocol: excludes itself, or leaves too many courses to tell"),
        (20_000, kap.PlanningError, "protocol: allows no course: the limit dosing_count"),
    ],
)
def test_what_cannot_be_told_in_time_is_not_told(
    work: int, error: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "MOST_WORK", work)
    care = housed(kap.practices.CORE.protocol, Count("dosing", max=3))
    with pytest.raises(error, match=f"^{said}"):
        kap.estimate(care, kap.load_fees(FEES))
