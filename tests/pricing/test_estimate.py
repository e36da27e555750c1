"""``estimate``: both ends with their lines, what is open-ended or missing, and what is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

import attrs
import pytest

import kap_model as kap
from copies import copies
from fees_support import by, fee, flat, schedule, usd
from kap_model.documents.protocols import limit_value
from kap_model.fees import (
    Adjustment,
    FeeSchedule,
    FirstPart,
    Hourly,
    Package,
    Periodic,
    Scale,
    Share,
    Tier,
    Tiered,
    Together,
)
from support import SOURCE, limits

CORE = kap.practices.CORE.protocol
REGROUNDING = kap.practices.REGROUNDING.protocol
PARTNER = "Journey Clinical"
HELD = ("preparation", "dosing", "integration")


def house(*changed: Any, **given: Any) -> FeeSchedule:
    """A schedule for every kind; fees for a kind replace its usual one."""
    usual = [
        fee("consultation"),
        fee("medical-evaluation", payee=PARTNER),
        fee("preparation", flat("150.00")),
        fee("dosing", flat("400.00")),
        fee("integration", flat("100.00")),
        fee("medical-review", payee=PARTNER),
    ]
    items = {one.item for one in changed}
    return schedule(*[one for one in usual if one.item not in items], *changed, **given)


def only(*fees: Any, **given: Any) -> FeeSchedule:
    """A schedule in which just these cost anything."""
    free = [fee(kind, flat("0.00")) for kind in HELD if kind not in {one.item for one in fees}]
    return house(*free, *fees, **given)


def over(base: kap.CareProtocol, **forms: Any) -> kap.CareProtocol:
    lines = [
        kap.Setting(
            limit=name, value="off" if form == "off" else limit_value(name, form), citation=SOURCE
        )
        for name, form in forms.items()
    ]
    return base.extended("extended", settings=lines)


def hourly(amount: str, low: int | None = None, high: int | None = None) -> Hourly:
    return Hourly(amount=usd(amount), published=None if low is None else kap.Bounds(low, high))


def tiers(**amounts: str) -> Tiered:
    """``tiers(m60="100.00")``."""
    return Tiered(
        tiers=[Tier(minutes=int(name[1:]), amount=usd(text)) for name, text in amounts.items()]
    )


def ends(estimate: kap.Estimate) -> tuple[str, str]:
    return estimate.low.total.text, estimate.high.total.text


def lengths(end: kap.EstimateEnd, kind: str = "dosing") -> set[int]:
    return {session.minutes for session in end.plan.sessions if session.kind == kind}


def of_dosing(rate: Any, **forms: Any) -> kap.Estimate:
    """The estimate of one dosing at a rate, all else free."""
    one = {"dosing_count": {"min": 1, "max": 1}, "preparation_count": "off"} | forms
    return kap.estimate(over(CORE, **one), only(fee("dosing", rate)))


# --- The built-in practices ----------------------------------------------------------------------


def test_regrounding_costs_from_3545_to_5850() -> None:
    estimate = kap.estimate("regrounding")
    assert ends(estimate) == ("3545.00", "5850.00")
    assert estimate.low.counts == {
        "consultation": 1,
        "medical-evaluation": 1,
        "preparation": 1,
        "dosing": 6,
        "integration": 6,
        "medical-review": 1,
    }
    assert estimate.high.counts == estimate.low.counts | {
        "preparation": 2,
        "dosing": 8,
        "integration": 8,
    }
    assert (lengths(estimate.low), lengths(estimate.high)) == ({90}, {120})


def test_both_ends_are_reached_by_plans_without_violated_findings() -> None:
    estimate = kap.estimate("regrounding")
    for end in (estimate.low, estimate.high):
        report = kap.check(end.plan, "regrounding")
        assert [one for one in report.findings if one.verdict == "violated"] == []
        assert kap.quote(end.plan, "regrounding") == end.quote


def test_medical_lines_are_named_without_amount() -> None:
    estimate = kap.estimate("regrounding")
    for end in (estimate.low, estimate.high):
        lines = {line.kind: line for line in end.lines}
        for kind in ("medical-evaluation", "medical-review"):
            assert (lines[kind].amount, lines[kind].payee) == (None, PARTNER)
        assert (lines["consultation"].amount, lines["consultation"].payee) == (None, "regrounding")


def test_an_estimate_as_json_values() -> None:
    estimate = kap.estimate("regrounding")
    made = estimate.to_dict()
    assert list(made) == ["currency", "complete", "missing", "open_ended", "low", "high"]
    assert made["currency"] == "USD"
    assert made["complete"] is False
    assert made["missing"] == ["consultation"]
    assert made["open_ended"] == []
    for name, end in (("low", estimate.low), ("high", estimate.high)):
        assert list(made[name]) == ["total", "counts", "lines"]
        assert made[name]["total"] == end.total.text
        assert list(made[name]["counts"]) == list(end.counts)
        assert made[name]["lines"] == end.quote.to_dict()["lines"]
    assert made["low"]["lines"][3] == {
        "session": "d1",
        "kind": "dosing",
        "date": "2027-01-18",
        "minutes": 90,
        "item": "dosing",
        "amount": "375.00",
        "payee": "regrounding",
        "claimable": None,
        "basis": "90 min at 250.00 per hour",
    }


def test_a_practice_or_its_protocol_and_schedule_give_the_same() -> None:
    practice = kap.practices.REGROUNDING
    by_name = kap.estimate("regrounding")
    assert kap.estimate(practice) == by_name
    assert kap.estimate(practice.protocol, "regrounding") == by_name
    assert kap.estimate(practice.protocol, practice.fees) == by_name
    assert (by_name.protocol, by_name.fees) == ("regrounding", "regrounding")


def test_a_practice_of_ones_own_brings_its_prices() -> None:
    own = kap.Practice(
        id="house", title="House", protocol=CORE, published=lambda: kap.Published(fees=house())
    )
    assert kap.estimate(own) == kap.estimate(CORE, house())


@pytest.mark.parametrize("name", ["core", "kingsley"])
def test_a_practice_without_fees_is_estimated_by_a_schedule_of_ones_own(name: str) -> None:
    assert ends(kap.estimate(name, house())) == ("3150.00", "4450.00")


# --- Which way of holding a session --------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "forms", "expected", "low", "high"),
    [
        (flat("50.00"), {}, ("50.00", "50.00"), 60, 60),
        (flat("50.00", 90), {}, ("50.00", "50.00"), 90, 90),
        (flat("50.00", 45), {}, ("50.00", "50.00"), 60, 60),
        (flat("50.00", 240), {}, ("50.00", "50.00"), 180, 180),
        (flat("50.00", 240), {"dosing_minutes": "off"}, ("50.00", "50.00"), 240, 240),
        (flat("50.00"), {"dosing_minutes": "off"}, ("50.00", "50.00"), 120, 120),
        (flat("50.00"), {"dosing_minutes": {"max": 80}}, ("50.00", "50.00"), 80, 80),
        (hourly("60.00"), {}, ("60.00", "180.00"), 60, 180),
        (hourly("60.00", 90, 120), {}, ("90.00", "120.00"), 90, 120),
        (hourly("60.00", 30, 240), {}, ("60.00", "180.00"), 60, 180),
        (hourly("60.00", 90), {}, ("90.00", "180.00"), 90, 180),
        (hourly("60.00", 90, 100), {"dosing_minutes": "off"}, ("90.00", "100.00"), 90, 100),
        (hourly("60.00"), {"dosing_minutes": {"min": 60, "max": 9999}}, ("60.00", "1440.00"), 60,
         1440),
        (hourly("60.00"), {"effect_minutes": 70}, ("70.00", "180.00"), 70, 180),
        (Hourly(amount=usd("60.00"), increment=50), {}, ("100.00", "200.00"), 60, 180),
        # The longer tier is the cheaper: the ends of the lengths are not the ends of the price.
        (tiers(m60="90.00", m120="40.00", m180="70.00"), {}, ("40.00", "90.00"), 120, 60),
        (tiers(m60="90.00", m120="40.00"), {"dosing_minutes": {"min": 61, "max": 119}},
         ("40.00", "40.00"), 61, 61),
        (tiers(m60="90.00", m120="40.00"), {"dosing_minutes": {"max": 90}},
         ("90.00", "90.00"), 60, 60),
        (tiers(m130="90.00"), {"dosing_minutes": "off"}, ("90.00", "90.00"), 130, 130),
        (FirstPart(minutes=90, first=usd("70.00"), rest=usd("20.00")), {},
         ("70.00", "90.00"), 90, 91),
        (FirstPart(minutes=60, first=usd("70.00"), rest=usd("0.00")), {},
         ("70.00", "70.00"), 60, 60),
        (FirstPart(minutes=30, first=usd("70.00"), rest=usd("20.00")), {},
         ("90.00", "90.00"), 60, 60),
        (FirstPart(minutes=1440, first=usd("70.00"), rest=usd("20.00")), {"dosing_minutes": "off"},
         ("70.00", "70.00"), 1440, 1440),
        (Scale(low=usd("30.00"), high=usd("80.00")), {}, ("30.00", "80.00"), 60, 60),
    ],
    ids=str,
)  # fmt: skip
def test_lengths_range_over_what_is_lawful_and_published(
    rate: Any, forms: dict[str, Any], expected: tuple[str, str], low: int, high: int
) -> None:
    estimate = of_dosing(rate, **forms)
    assert ends(estimate) == expected
    assert (lengths(estimate.low), lengths(estimate.high)) == ({low}, {high})


def test_formats_range_over_what_the_protocol_allows() -> None:
    fees = only(
        fee("integration", flat("100.00")), fee("integration", flat("30.00"), format="group")
    )
    both = kap.estimate(CORE, fees)
    assert ends(both) == ("180.00", "800.00")
    assert {line.basis for line in both.low.lines if line.kind == "integration"} == {
        "30.00 per session, per person"
    }
    alone = over(CORE, formats=["individual"])
    assert ends(kap.estimate(alone, fees)) == ("600.00", "800.00")
    assert ends(kap.estimate(over(CORE, formats=["group"]), fees)) == ("180.00", "240.00")
    groups = only(fee("integration", flat("30.00"), format="group"))
    assert ends(kap.estimate(over(CORE, formats="off"), groups)) == ("180.00", "240.00")


def test_places_range_over_what_the_protocol_allows_and_the_schedule_prices() -> None:
    at = by("place", office=flat("10.00"), remote=flat("20.00"))
    supported = of_dosing(at, support_person_when_remote=True)
    assert ends(supported) == ("10.00", "20.00")
    (dosing,) = [one for one in supported.high.plan.sessions if isinstance(one, kap.Dosing)]
    assert (dosing.place, dosing.support_person) == ("remote", "recorded")
    assert ends(of_dosing(at, dosing_places=["remote"])) == ("20.00", "20.00")
    assert ends(of_dosing(by("place", remote=flat("20.00")))) == ("20.00", "20.00")
    consultation = only(fee("consultation", at))
    assert ends(kap.estimate(CORE, consultation)) == ("10.00", "20.00")


def test_levels_range_over_what_the_protocol_knows_and_the_schedule_prices() -> None:
    levels = by("level", low=flat("10.00"), moderate=flat("20.00"), high=flat("30.00"))
    assert ends(of_dosing(levels)) == ("10.00", "30.00")
    known = of_dosing(levels, dose_levels=["low", "moderate"])
    assert ends(known) == ("10.00", "20.00")
    (dosing,) = [one for one in known.high.plan.sessions if isinstance(one, kap.Dosing)]
    assert dosing.level == "moderate"


def test_a_scale_is_taken_at_both_ends_or_as_agreed() -> None:
    scale = Scale(low=usd("200.00"), high=usd("300.00"))
    fees = only(fee("dosing", scale))
    assert ends(kap.estimate(CORE, fees)) == ("1200.00", "2400.00")
    agreed = kap.estimate(CORE, fees, agreed={"dosing": usd("250.00")})
    assert ends(agreed) == ("1500.00", "2000.00")


def test_a_label_is_chosen_once_for_all_kinds_and_reported() -> None:
    fees = only(
        fee("dosing", by("route", oral=flat("100.00"), nasal=flat("110.00"))),
        fee("integration", by("route", oral=flat("50.00"), nasal=flat("10.00"))),
    )
    estimate = kap.estimate(CORE, fees)
    assert ends(estimate) == ("720.00", "1200.00")
    assert (estimate.low.labels, estimate.high.labels) == (
        (("route", "nasal"),),
        (("route", "oral"),),
    )
    chosen = kap.estimate(CORE, fees, labels={"route": "nasal"})
    assert ends(chosen) == ("720.00", "960.00")
    assert chosen.high.labels == (("route", "nasal"),)
    for end in (estimate.low, estimate.high):
        assert kap.quote(end.plan, fees, labels=dict(end.labels)).total == end.total


def test_a_choice_that_some_kind_does_not_price_is_left_out() -> None:
    fees = only(
        fee("dosing", by("route", oral=flat("100.00"), nasal=flat("1.00"))),
        fee("integration", by("route", oral=flat("50.00"))),
    )
    estimate = kap.estimate(CORE, fees)
    assert ends(estimate) == ("900.00", "1200.00")
    with pytest.raises(kap.PricingError, match=r"^integration: route must be one of oral$"):
        kap.estimate(CORE, fees, labels={"route": "nasal"})


def test_what_another_payee_bills_is_not_in_the_ends_but_ranges_likewise() -> None:
    fees = only(
        fee("dosing", hourly("60.00", 60, 120), payee=PARTNER),
        fee("dosing", flat("20.00"), format="group"),
    )
    own = over(CORE, formats=["individual", "group"])
    estimate = kap.estimate(own, fees)
    # What the practice does not bill is no price of its own, and so no cheaper way.
    assert ends(estimate) == ("120.00", "160.00")
    lows = [line for line in estimate.low.lines if line.kind == "dosing"]
    assert {line.payee for line in lows} == {"house"}
    alone = kap.estimate(over(CORE, formats=["individual"]), fees)
    assert alone.high.quote.subtotals[PARTNER] == usd("960.00")


def test_a_form_without_a_price_is_no_cheaper_one() -> None:
    """Group dosings that a partner bills, or that nobody prices, are not dosings for nothing."""
    own = over(CORE, formats=["individual", "group"])
    priced = only(fee("dosing", flat("300.00")))
    for group in (fee("dosing", format="group", payee=PARTNER), fee("dosing", format="group")):
        mixed = attrs.evolve(priced, fees=[*priced.fees, group])
        assert ends(kap.estimate(own, mixed)) == ends(kap.estimate(own, priced))
    assert "dosing" in kap.estimate(own, mixed).missing
    assert "dosing" not in kap.estimate(own, priced).missing


def test_choices_of_labels_are_bounded() -> None:
    def of(number: int) -> FeeSchedule:
        options = [kap.fees.Option(label=f"o{n}", rate=flat("1.00")) for n in range(4)]
        return only(
            *(
                fee(
                    "course", kap.fees.ByLabel(label=f"label-{n}", options=options), name=f"fee {n}"
                )
                for n in range(number)
            )
        )

    assert ends(kap.estimate(CORE, of(3))) == ("3.00", "3.00")
    with pytest.raises(kap.InvalidValue, match=r"^labels: must be given for some of label-0, "):
        kap.estimate(CORE, of(5))
    given = {"label-0": "o1", "label-1": "o1"}
    assert ends(kap.estimate(CORE, of(5), labels=given)) == ("5.00", "5.00")


# --- Beside the sessions -------------------------------------------------------------------------


def package(
    price: str | None,
    always: bool = True,  # noqa: FBT001, FBT002 - reads as a switch
    together: Iterable[Together] = (),
    **counts: int,
) -> Package:
    return Package(
        id="course",
        name="the course",
        price=None if price is None else usd(price),
        counts=tuple(counts.items()),
        together=together,
        always=always,
        citation=SOURCE,
    )


def either(count: int, *kinds: str) -> Together:
    return Together(kinds=kinds, count=count)


def test_packages_hold_the_first_sessions_and_the_rest_has_its_single_price() -> None:
    fees = only(fee("dosing", flat("100.00")), packages=[package("500.00", dosing=7)])
    assert ends(kap.estimate(CORE, fees)) == ("500.00", "600.00")
    offered = only(fee("dosing", flat("100.00")), packages=[package("500.00", False, dosing=7)])
    assert ends(kap.estimate(CORE, offered)) == ("600.00", "800.00")
    assert ends(kap.estimate(CORE, offered, packages=["course"])) == ("500.00", "600.00")


def test_a_kind_within_a_package_needs_no_single_price() -> None:
    fees = [one for one in house().fees if one.item not in ("dosing", "integration")]
    whole = schedule(*fees, packages=[package("900.00", dosing=8, integration=8)])
    assert ends(kap.estimate(CORE, whole)) == ("1050.00", "1350.00")
    short = schedule(*fees, packages=[package("900.00", dosing=7, integration=8)])
    with pytest.raises(kap.PricingError, match=r"^dosing: has no fee in the schedule house$"):
        kap.estimate(CORE, short)


@pytest.mark.parametrize(
    ("together", "counts", "expected"),
    [
        # 1 preparation and 6 integrations, to 3 and 8, at 100.00 and 10.00 each
        ((), {}, ("160.00", "380.00")),
        ([either(7, "preparation", "integration")], {}, ("0.00", "40.00")),
        ([either(6, "integration", "preparation")], {}, ("10.00", "50.00")),
        ([either(2, "preparation", "integration")], {}, ("50.00", "180.00")),
        ([either(3, "preparation"), either(8, "integration")], {}, ("0.00", "0.00")),
        ([either(4, "preparation", "integration")], {"integration": 3}, ("0.00", "40.00")),
        ([either(4, "preparation", "integration")], {"preparation": 3}, ("20.00", "40.00")),
        ([either(99, "consultation", "medical-review")], {}, ("160.00", "380.00")),
    ],
)
def test_what_counts_together_fills_by_date_after_what_counts_alone(
    together: Iterable[Together], counts: dict[str, int], expected: tuple[str, str]
) -> None:
    prices = (fee("preparation", flat("100.00")), fee("integration", flat("10.00")))
    inside = package("0.00", True, together, **counts)
    assert ends(kap.estimate(CORE, only(*prices, packages=[inside]))) == expected


@pytest.mark.parametrize(("count", "dosing"), [(11, "100.00"), (3, "10.00"), (12, "100.00")])
def test_the_order_of_what_counts_together_never_decides_in_silence(
    count: int, dosing: str
) -> None:
    """6 to 8 dosings and their integrations: beyond the places, either may fall inside."""
    prices = (fee("dosing", flat(dosing)), fee("integration", flat("10.00")))
    inside = package("0.00", True, [either(count, "dosing", "integration")])
    fees = only(*prices, packages=[inside])
    if dosing == "10.00":
        assert ends(kap.estimate(CORE, fees)) == ("90.00", "130.00")
        return
    with pytest.raises(kap.PricingError, match=r"^course: counts kinds of different prices"):
        kap.estimate(CORE, fees)


@pytest.mark.parametrize(("count", "expected"), [(16, ("0.00", "0.00")), (17, ("0.00", "0.00"))])
def test_kinds_of_different_prices_that_all_fall_inside_have_no_order(
    count: int, expected: tuple[str, str]
) -> None:
    prices = (fee("dosing", flat("100.00")), fee("integration", flat("10.00")))
    inside = package("0.00", True, [either(count, "dosing", "integration")])
    assert ends(kap.estimate(CORE, only(*prices, packages=[inside]))) == expected


def test_kinds_that_count_together_need_no_single_price() -> None:
    fees = [one for one in house().fees if one.item not in HELD]
    whole = schedule(*fees, packages=[package("900.00", together=[either(19, *HELD)])])
    assert ends(kap.estimate(CORE, whole)) == ("900.00", "900.00")
    short = schedule(*fees, packages=[package("900.00", together=[either(18, *HELD)])])
    with pytest.raises(kap.PricingError, match=r"^integration: has no fee in the schedule house$"):
        kap.estimate(CORE, short)


def test_a_package_without_a_price_leaves_both_ends_incomplete() -> None:
    fees = only(
        fee("consultation", flat("0.00")),
        fee("dosing", flat("100.00")),
        packages=[package(None, dosing=7)],
    )
    estimate = kap.estimate(CORE, fees)
    assert ends(estimate) == ("0.00", "100.00")
    assert (estimate.missing, estimate.complete) == (("dosing",), False)
    for end in (estimate.low, estimate.high):
        assert (end.lines[-1].item, end.lines[-1].amount) == ("the course", None)
        inside = [line for line in end.lines if line.basis.startswith("included in the course")]
        assert {(line.amount, line.basis) for line in inside} == {
            (None, "included in the course, not published")
        }
    assert str(estimate).endswith("  not complete: no price is published for dosing")


def test_what_an_unpriced_package_holds_together_is_missing_though_no_course_has_it() -> None:
    fees = only(
        fee("consultation", flat("0.00")),
        packages=[package(None, together=[either(2, "medical-review", "preparation")])],
    )
    without = over(CORE, preparation_count="off")
    assert kap.estimate(without, fees).missing == ("preparation", "medical-review")


def test_an_extra_without_a_price_is_missing_only_where_it_is_taken() -> None:
    fees = only(fee("consultation", flat("0.00")), packages=[package(None, False)])
    assert kap.estimate(CORE, fees).complete
    taken = kap.estimate(CORE, fees, packages=["course"])
    assert (taken.missing, ends(taken)) == (("course",), ("0.00", "0.00"))


def test_adjustments_apply_to_both_ends() -> None:
    off = Adjustment(name="off", share=Share(percent="-10"), citation=SOURCE)
    fees = only(fee("dosing", flat("100.00")), adjustments=[off])
    assert ends(kap.estimate(CORE, fees)) == ("540.00", "720.00")


def test_priced_supplies_are_written_down_and_lawful() -> None:
    protocol = over(CORE, refill_supply=3)
    estimate = kap.estimate(protocol, only(fee("supply", flat("40.00"))))
    assert ends(estimate) == ("120.00", "120.00")
    assert estimate.open_ended == ("integration", "supply")
    for end in (estimate.low, estimate.high):
        assert [supply.dosings for supply in end.plan.supplies or ()] == [2, 3, 3][: len(end.lines)]
        assert kap.check(end.plan, protocol).ok
    assert kap.estimate(protocol, house()).low.plan.supplies is None


def test_a_price_by_the_month_follows_the_course_at_the_default_cadence() -> None:
    monthly = Periodic(amount=usd("10.00"), every="month")
    estimate = kap.estimate(CORE, only(fee("course", monthly)))
    # 4 January to 30 March, and to 27 April.
    assert ends(estimate) == ("30.00", "40.00")
    assert estimate.high.lines[-1].basis == "4 months at 10.00 per month"


def test_a_membership_ranges_over_its_periods() -> None:
    paid = by(
        "paid",
        weekly=Periodic(amount=usd("4.00"), every="week"),
        yearly=Periodic(amount=usd("50.00"), every="year"),
        once=flat("55.00"),
    )
    estimate = kap.estimate(CORE, only(fee("course", paid)))
    # 13 and 17 begun weeks.
    assert ends(estimate) == ("50.00", "68.00")
    assert (estimate.low.labels, estimate.high.labels) == (
        (("paid", "yearly"),),
        (("paid", "weekly"),),
    )
    assert estimate.low.lines[-1].basis == "1 year at 50.00 per year"
    once = kap.estimate(CORE, only(fee("course", paid)), labels={"paid": "once"})
    assert ends(once) == ("55.00", "55.00")


# --- Open-ended, missing, dated ------------------------------------------------------------------


def test_what_has_a_price_and_no_maximum_is_held_at_its_minimum_and_named() -> None:
    estimate = kap.estimate("kingsley", house())
    assert estimate.open_ended == ("integration",)
    assert (estimate.low.counts["integration"], estimate.high.counts["integration"]) == (6, 8)
    bounded = over(CORE, integration_count={"max": 9})
    assert kap.estimate(bounded, house()).open_ended == ()
    assert kap.estimate(bounded, house()).high.counts["integration"] == 9
    unbounded = over(CORE, dosing_count={"min": 5}, preparation_count={"min": 2})
    open_ended = kap.estimate(unbounded, house())
    assert open_ended.open_ended == HELD
    assert open_ended.low.counts == open_ended.high.counts
    assert ends(open_ended) == ("2800.00", "2800.00")


OPEN = Scale(low=usd("200.00"))


def test_a_scale_without_an_upper_end_counts_its_low_end_and_is_named() -> None:
    bounded = over(CORE, integration_count={"max": 8})
    estimate = kap.estimate(bounded, only(fee("dosing", OPEN)))
    assert ends(estimate) == ("1200.00", "1600.00")
    assert estimate.open_ended == ("dosing",)
    assert {line.basis for line in estimate.high.lines if line.kind == "dosing"} == {
        "lowest of 200.00 or more"
    }


def test_a_scale_with_an_upper_end_ends_there() -> None:
    bounded = over(CORE, integration_count={"max": 8})
    estimate = kap.estimate(
        bounded, only(fee("dosing", Scale(low=usd("200.00"), high=usd("300.00"))))
    )
    assert ends(estimate) == ("1200.00", "2400.00")
    assert estimate.open_ended == ()


def test_an_agreed_price_ends_a_scale_without_an_upper_end() -> None:
    bounded = over(CORE, integration_count={"max": 8})
    fees = only(fee("dosing", OPEN), fee("preparation", Scale(low=usd("1.00"))))
    estimate = kap.estimate(bounded, fees, agreed={"dosing": usd("500.00")})
    assert ends(estimate) == ("3001.00", "4003.00")
    assert estimate.open_ended == ("preparation",)


@pytest.mark.parametrize(
    ("labels", "expected", "open_ended"),
    [
        ({}, ("600.00", "1600.00"), ("dosing",)),
        ({"route": "nasal"}, ("1200.00", "1600.00"), ("dosing",)),
        ({"route": "oral"}, ("600.00", "800.00"), ()),
    ],
)
def test_a_label_may_choose_a_scale_without_an_upper_end_or_another_rate(
    labels: dict[str, str], expected: tuple[str, str], open_ended: tuple[str, ...]
) -> None:
    bounded = over(CORE, integration_count={"max": 8})
    fees = only(fee("dosing", by("route", oral=flat("100.00"), nasal=OPEN)))
    estimate = kap.estimate(bounded, fees, labels=labels)
    assert (ends(estimate), estimate.open_ended) == (expected, open_ended)


def test_a_scale_that_is_dearer_than_the_low_end_of_an_open_one_is_the_high_end() -> None:
    bounded = over(CORE, integration_count={"max": 8}, formats=["individual", "group"])
    closed = Scale(low=usd("1.00"), high=usd("300.00"))
    fees = only(fee("dosing", OPEN), fee("dosing", closed, format="group"))
    estimate = kap.estimate(bounded, fees)
    assert ends(estimate) == ("6.00", "2400.00")
    assert estimate.open_ended == ("dosing",)


def test_priced_medical_contacts_are_open_ended_and_counted_as_laid_out() -> None:
    fees = house(fee("medical-evaluation", flat("7.00")), fee("medical-review", flat("5.00")))
    monthly = over(CORE, review_every={"months": 1})
    estimate = kap.estimate(monthly, fees)
    assert estimate.open_ended == ("medical-evaluation", "integration", "medical-review")
    assert (estimate.low.counts["medical-review"], estimate.high.counts["medical-review"]) == (2, 3)
    assert ends(estimate) == ("3167.00", "4472.00")


def test_a_kind_that_no_course_has_is_named_but_asks_for_no_length() -> None:
    fees = house(fee("consultation", hourly("60.00")))
    estimate = kap.estimate(over(CORE, consultation_first="off"), fees)
    assert estimate.open_ended == ("consultation", "integration")
    assert estimate.low.counts["consultation"] == 0


def test_what_no_line_in_force_prices_is_not_open_ended() -> None:
    fees = house(
        fee("integration", flat("100.00")),
        fee("integration", payee=PARTNER, since=dt.date(2027, 6, 1)),
        fee("supply", flat("5.00"), name="kit", since=dt.date(2027, 9, 1)),
    )
    later = kap.estimate(CORE, fees, start="2027-09-01")
    assert later.open_ended == ("supply",)
    with pytest.raises(kap.PricingError, match="has no fee so early"):
        kap.estimate(CORE, fees, start="2027-05-31")
    without_kits = attrs.evolve(fees, fees=fees.fees[:-1])
    assert kap.estimate(CORE, without_kits, start="2027-05-31").open_ended == ("integration",)


def test_an_estimate_is_complete_where_every_price_is_published_at_both_ends() -> None:
    whole = house(fee("consultation", flat("0.00")))
    assert kap.estimate(CORE, whole).complete
    assert kap.estimate(CORE, whole).missing == ()
    group = house(fee("dosing"), fee("dosing", flat("90.00"), format="group"))
    mixed = kap.estimate(over(CORE, formats=["individual", "group"]), group)
    for end in (mixed.low, mixed.high):
        assert end.quote.missing == ("consultation",)
        assert {line.amount for line in end.lines if line.kind == "dosing"} == {usd("90.00")}
    assert mixed.missing == ("consultation", "dosing")
    assert not mixed.complete


def test_a_course_starts_on_the_date_of_the_last_change() -> None:
    raised = house(fee("dosing", flat("400.00")), fee("dosing", flat("500.00"), since="2027-05-03"))
    assert ends(kap.estimate(CORE, raised)) == ("3750.00", "5250.00")
    assert kap.estimate(CORE, raised).low.plan.sessions[0].start.date() == dt.date(2027, 5, 3)
    before = kap.estimate(CORE, raised, start="2027-05-02")
    assert ends(before) == ("3150.00", "4450.00")
    changed = CORE.extended(
        "changed",
        settings=[
            kap.Setting(
                limit="dosing_count", value=kap.Bounds(1, 2), since="2028-02-01", citation=SOURCE
            )
        ],
    )
    assert ends(kap.estimate(changed, raised)) == ("750.00", "1650.00")
    assert kap.estimate(changed, raised).low.plan.sessions[0].start.date() == dt.date(2028, 2, 1)
    assert kap.estimate(changed, raised, start="2027-05-03").low.counts["dosing"] == 6
    unchanged = kap.estimate(CORE, house()).low.plan
    assert unchanged.sessions[0].start.date() == dt.date(2027, 1, 4)


def test_changes_before_any_plan_can_start_are_all_in_force() -> None:
    old = house(fee("dosing", flat("400.00"), since="1955-01-01"))
    estimate = kap.estimate(CORE, old)
    assert ends(estimate) == ("3150.00", "4450.00")
    assert estimate.low.plan.sessions[0].start.date() == dt.date(1980, 1, 1)


# --- Refusals ------------------------------------------------------------------------------------


def refused(*arguments: Any, error: type[kap.InputError] = kap.InvalidValue, **given: Any) -> str:
    with pytest.raises(kap.InputError) as caught:
        kap.estimate(*arguments, **given)
    assert type(caught.value) is error
    return str(caught.value)


ODDS = "protocol: allows no such course: it would break "


@pytest.mark.parametrize(
    ("forms", "named"),
    [
        (
            {"integration_count": {"max": 3}},
            (
                "DOSE-COUNT (dosing_count), INTEG-EACH (integration_per_dosing), "
                "INTEG-COUNT (integration_count)"
            ),
        ),
        (
            {"dosing_minutes": {"min": 60, "max": 60}, "effect_minutes": 70},
            (
                "DOSE-COUNT (dosing_count), DOSE-DURATION (dosing_minutes), "
                "EFFECT-FIT (effect_minutes, processing_minutes)"
            ),
        ),
        (
            {"dosing_gap_days": {"max": 3}, "dosing_frequency": {"at_most": 1, "days": 7}},
            (
                "DOSE-COUNT (dosing_count), DOSE-GAP (dosing_gap_days), "
                "DOSE-FREQUENCY (dosing_frequency)"
            ),
        ),
        ({"therapy_minutes": {"min": 1441}}, "THERAPY-LENGTH (therapy_minutes)"),
    ],
)
def test_limits_that_exclude_each_other_are_named_with_their_rules(
    forms: dict[str, Any], named: str
) -> None:
    text = refused(over(CORE, **forms), house())
    assert text.startswith(ODDS)
    assert sorted(re.split(r"(?<=\)), ", text.removeprefix(ODDS))) == sorted(
        re.split(r"(?<=\)), ", named)
    )


@pytest.mark.parametrize("limit", ["initial_supply", "refill_supply"])
def test_a_supply_for_no_dosing_cannot_be_a_limit(limit: str) -> None:
    with pytest.raises(kap.InvalidValue, match=r"^value: must be an integer from 1 to"):
        kap.Setting(limit=limit, value=0, citation=SOURCE)


@pytest.mark.parametrize(
    ("fees", "reason"),
    [
        (
            house(fee("preparation", hourly("60.00"))),
            "preparation: is priced by the hour; its shortest and longest length must be published",
        ),
        (
            house(fee("preparation", hourly("60.00", 50))),
            "preparation: is priced by the hour; its shortest and longest length must be published",
        ),
        (
            house(fee("dosing", hourly("60.00", 30, 45))),
            "dosing: has prices for no length that the protocol allows",
        ),
        (
            house(fee("dosing", tiers(m45="60.00"))),
            "dosing: has prices for no length that the protocol allows",
        ),
        (
            house(fee("dosing", flat("60.00"), format="group")),
            "dosing: has no fee in the schedule house",
        ),
        (
            house(fee("dosing", by("level", high=flat("60.00")))),
            "dosing: level must be one of high",
        ),
        (
            house(fee("dosing", flat("60.00"), since="2027-01-02")),
            "dosing: has no fee so early in the schedule house",
        ),
        (
            schedule(*house().fees[1:3], *house().fees[4:]),
            (
                "consultation: has no fee in the schedule house\n"
                "dosing: has no fee in the schedule house"
            ),
        ),
        (
            schedule(*house().fees[:-1]),
            "medical-review: has no fee in the schedule house",
        ),
    ],
)
def test_a_kind_that_cannot_be_priced_is_named(fees: FeeSchedule, reason: str) -> None:
    known = over(CORE, dose_levels=["low"], formats=["individual"])
    assert refused(known, fees, start="2027-01-01", error=kap.PricingError) == reason


def test_a_schedule_must_come_from_somewhere() -> None:
    assert refused("kingsley") == (
        "fees: are not published by kingsley; give a schedule of your own"
    )
    assert refused(kap.practices.CORE) == (
        "fees: are not published by core; give a schedule of your own"
    )
    assert refused(CORE) == "fees: must be given, for a protocol states no prices"
    assert refused(CORE, "core").startswith("fees: are not published by core")
    assert (
        refused(CORE, 3)
        == "fees: must be a FeeSchedule, a Practice or one of core, kingsley, regrounding"
    )


@pytest.mark.parametrize("protocol", ["nowhere", None, 3])
def test_an_unknown_protocol_is_refused(protocol: Any) -> None:
    assert refused(protocol, house()) == (
        "protocol: must be a CareProtocol or one of core, kingsley, regrounding"
    )


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"labels": {"cover": "insured"}}, "labels"),
        ({"labels": {"route": "rectal"}}, "labels.route"),
        ({"packages": ["other"]}, "packages[0]"),
        ({"agreed": {"preparation": usd("5.00")}}, "agreed.preparation"),
        ({"agreed": {"nothing": usd("5.00")}}, "agreed"),
        ({"agreed": {"dosing": kap.Money.of("5.00", "EUR")}}, "agreed.dosing"),
        ({"start": "2027-13-01"}, "start"),
        ({"start": "1979-12-31"}, "start"),
        ({"start": "2199-12-01"}, "start"),
    ],
    ids=str,
)
def test_a_word_that_the_schedule_does_not_know_is_refused(
    given: dict[str, Any], path: str
) -> None:
    fees = house(
        fee("dosing", by("route", oral=Scale(low=usd("1.00"), high=usd("9.00")))),
    )
    assert refused(CORE, fees, **given).partition(":")[0] == path


def test_an_agreed_price_outside_the_scale_is_refused() -> None:
    fees = house(fee("dosing", Scale(low=usd("1.00"), high=usd("9.00"))))
    text = refused(CORE, fees, agreed={"dosing": usd("10.00")}, error=kap.PricingError)
    assert text == "dosing: agreed must be Money within the sliding scale"


# --- As a value ----------------------------------------------------------------------------------


def test_an_estimate_is_the_same_twice_and_in_every_copy() -> None:
    fees = house(fee("dosing", by("route", oral=flat("1.00"), nasal=flat("2.00"))))
    estimate, again = kap.estimate(CORE, fees), kap.estimate(CORE, fees)
    assert estimate == again
    assert hash(estimate) == hash(again)
    assert str(estimate) == str(again)
    for copy in copies(estimate):
        assert copy == estimate
        assert copy.to_dict() == estimate.to_dict()


def test_an_estimate_is_frozen_and_its_repr_brief() -> None:
    estimate = kap.estimate("regrounding")
    for value, name in ((estimate, "protocol"), (estimate.low, "plan")):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, name, None)
    assert repr(estimate) == "<Estimate regrounding by regrounding>"
    assert repr(estimate.low) == "<EstimateEnd: 16 lines>"


# --- As text -------------------------------------------------------------------------------------

TEXT = """\
regrounding, priced by regrounding: $3,545.00 to $5,850.00

  lowest
    1 x consultation, 50 min                -  not published
    1 x medical-evaluation, 30 min          -  billed by Journey Clinical
    1 x preparation, 50 min           $185.00  185.00 per session of 50 min
    6 x dosing, 90 min              $2,250.00  90 min at 250.00 per hour
    6 x integration, 50 min         $1,110.00  185.00 per session of 50 min
    1 x medical-review, 30 min              -  billed by Journey Clinical
                                    ---------
                                    $3,545.00

  highest
    1 x consultation, 50 min                -  not published
    1 x medical-evaluation, 30 min          -  billed by Journey Clinical
    2 x preparation, 50 min           $370.00  185.00 per session of 50 min
    8 x dosing, 120 min             $4,000.00  120 min at 250.00 per hour
    8 x integration, 50 min         $1,480.00  185.00 per session of 50 min
    1 x medical-review, 30 min              -  billed by Journey Clinical
                                    ---------
                                    $5,850.00

  not complete: no price is published for consultation"""


def test_an_estimate_as_text() -> None:
    assert str(kap.estimate("regrounding")) == TEXT


def test_the_amounts_of_a_text_add_up_and_others_bills_stand_beside() -> None:
    off = Adjustment(name="sliding discount", share=Share(percent="-12.5"), citation=SOURCE)
    fees = house(
        fee("medical-review", flat("80.00"), payee=PARTNER),
        fee("dosing", by("route", oral=hourly("210.00"), nasal=flat("99.99"))),
        packages=[package("275.00", preparation=2)],
        adjustments=[off],
    )
    estimate = kap.estimate(over(CORE, review_every={"months": 1}), fees)
    text = str(estimate)
    assert re.search(rf"2 x medical-review, 30 min +-  \$160\.00 billed by {PARTNER}: 80\.00", text)
    assert re.search(rf"3 x medical-review, 30 min +-  \$240\.00 billed by {PARTNER}: 80\.00", text)
    assert "  lowest, route nasal\n" in text
    assert "  highest, route oral\n" in text
    assert text.endswith(
        "  open-ended, counted at the least: integration, medical-review\n"
        "  not complete: no price is published for consultation"
    )
    for block, end in zip(text.split("\n\n")[1:3], (estimate.low, estimate.high), strict=True):
        rows = re.findall(r"(?m)  (-?)\$([\d,]+)\.(\d\d)(?:  |$)", block)
        *parts, total = [int(sign + whole.replace(",", "") + cents) for sign, whole, cents in rows]
        assert sum(parts) == total == end.total.minor


def test_a_text_without_notes_ends_with_the_total() -> None:
    fees = house(fee("consultation"), fee("dosing"), fee("integration"))
    protocol = limits(preparation_count={"min": 1, "max": 2})
    assert str(kap.estimate(protocol, fees)).endswith("-------\n" + " " * 29 + "$300.00")


def test_a_course_without_any_session_costs_nothing() -> None:
    estimate = kap.estimate(limits(), house())
    assert ends(estimate) == ("0.00", "0.00")
    assert set(estimate.high.counts.values()) == {0}
    assert "$0.00 to $0.00" in str(estimate)
