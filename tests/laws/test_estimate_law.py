"""Estimate: equals the minimum and maximum over all enumerated lawful plans.

The plans are enumerated and laid out here, by brute force and from the prose alone: every count a
little beyond the limits, every way of holding each single session, every choice of labels, every
end of a scale. ``check`` says which are lawful and ``quote`` what they cost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import event, given, settings, strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

import kap_model as kap
from kap_model.fees import (
    Adjustment,
    ByLabel,
    Fee,
    FeeSchedule,
    FirstPart,
    Flat,
    Hourly,
    Option,
    Package,
    Scale,
    Share,
    Tier,
    Tiered,
)
from profiles import scaled
from support import SOURCE

pytestmark = pytest.mark.law

START = dt.datetime(2027, 1, 4, 10, tzinfo=dt.UTC)
KINDS = ("preparation", "dosing", "integration")
CLASSES: Mapping[str, type[kap.Session]] = {
    "preparation": kap.Preparation,
    "dosing": kap.Dosing,
    "integration": kap.Integration,
}
OF_ONE_SESSION = {
    "DOSE-DURATION",
    "EFFECT-FIT",
    "MODALITY",
    "THERAPY-LENGTH",
    "SUPPORT-PERSON",
    "DOSE-LEVEL",
}
PARTNER = "Journey Clinical"
Way = Mapping[str, Any]
Counts = tuple[int, int, int]


# --- Protocols and schedules ---------------------------------------------------------------------

COUNTS = (None, (0, 1), (1, 1), (1, 2), (2, 2), (None, 1), (1, None))
LIMITS: Mapping[str, tuple[Any, ...]] = {
    "preparation_count": COUNTS,
    "dosing_count": (*COUNTS, (0, 0), (1, 2), (1, 2), (2, 2)),
    "integration_per_dosing": (None, 1, 1, 2),
    "integration_count": (None, None, (0, 2), (1, 2), (2, 3), (None, 2), (2, None), (3, 3)),
    "dosing_minutes": (None, (60, 120), (60, 180), (90, 90), (60, 60), (None, 120), (90, None)),
    "effect_minutes": (None, None, 70),
    "therapy_minutes": (None, (50, 50), (45, 60)),
    "formats": (None, ("individual",), ("group",), ("individual", "group")),
    "dosing_places": (None, ("office",), ("remote",), ("office", "remote")),
    "dose_levels": (None, ("low",), ("low", "moderate")),
    "integration_after_dosing": (None, True),
    "support_person_when_remote": (None, True),
    "evaluation_first": (None, True),
    "consultation_first": (None, True),
}
LENGTHS = (45, 50, 60, 61, 70, 90, 91, 120, 180)
"""Every length of any limit or rate below, and the minute after those that end a first part."""


def _setting(limit: str, value: Any) -> kap.Setting:
    ranged = type(value) is tuple and type(value[-1]) is not str
    given = kap.Bounds(*value) if ranged else value
    return kap.Setting(limit=limit, value=given, citation=SOURCE)


@st.composite
def small_protocols(draw: DrawFn) -> kap.CareProtocol:
    """Over ``core``, which asks for reviews and medicine too, or over nothing."""
    base = draw(st.sampled_from((kap.practices.CORE.protocol, kap.CareProtocol(id="nothing"))))
    chosen = {limit: draw(st.sampled_from(values)) for limit, values in LIMITS.items()}
    lines = [_setting(limit, "off" if value is None else value) for limit, value in chosen.items()]
    return base.extended("small", settings=lines)


def amounts() -> SearchStrategy[kap.Money]:
    return st.integers(0, 400_00).map(lambda minor: kap.Money(minor, "USD"))


def scales() -> SearchStrategy[Scale]:
    ends = st.tuples(amounts(), amounts()).map(sorted)
    return ends.map(lambda pair: Scale(low=pair[0], high=pair[1]))


@st.composite
def tiers(draw: DrawFn) -> Tiered:
    lengths = draw(st.lists(st.sampled_from((60, 90, 120, 180)), min_size=1, unique=True))
    return Tiered(tiers=[Tier(minutes=length, amount=draw(amounts())) for length in lengths])


def plain_rates() -> SearchStrategy[Any]:
    published = st.sampled_from(((45, 60), (60, 90), (90, 120), (60, 180)))
    return st.one_of(
        st.builds(Flat, amount=amounts(), minutes=st.sampled_from((None, 50, 120))),
        st.builds(
            Hourly,
            amount=amounts(),
            increment=st.sampled_from((1, 15, 60)),
            published=published.map(lambda pair: kap.Bounds(*pair)),
        ),
        tiers(),
        tiers(),
        st.builds(FirstPart, minutes=st.sampled_from((60, 90)), first=amounts(), rest=amounts()),
        scales(),
    )


@st.composite
def rates(draw: DrawFn, kind: str) -> Any:
    words: dict[str, tuple[str, ...]] = {
        "format": ("individual", "group"),
        "route": ("oral", "nasal"),
    }
    words["place"] = ("office", "remote")
    if kind == "dosing":
        words["level"] = ("low", "moderate", "high")
    label = draw(st.sampled_from((None, None, *words)))
    if label is None:
        return draw(plain_rates())
    all_words = st.just(words[label])
    chosen = draw(all_words | all_words | st.lists(st.sampled_from(words[label]), min_size=1))
    options = [Option(label=word, rate=draw(plain_rates())) for word in dict.fromkeys(chosen)]
    return ByLabel(label=label, options=options)


@st.composite
def small_schedules(draw: DrawFn) -> FeeSchedule:
    fees = [
        Fee(item="consultation", citation=SOURCE),
        Fee(item="medical-evaluation", payee=PARTNER, citation=SOURCE),
        Fee(item="medical-review", payee=PARTNER, citation=SOURCE),
    ]
    for kind in KINDS:
        if draw(st.integers(0, 29)):
            payee = draw(st.sampled_from((*(None,) * 9, PARTNER)))
            fees.append(Fee(item=kind, rate=draw(rates(kind)), payee=payee, citation=SOURCE))
        if draw(st.integers(0, 2)) == 0:
            payee = draw(st.sampled_from((None, None, PARTNER)))
            rate = draw(st.none() | plain_rates())
            fees.append(Fee(item=kind, format="group", rate=rate, payee=payee, citation=SOURCE))
    if draw(st.booleans()):
        fees.append(Fee(item="course", rate=Flat(amount=draw(amounts())), citation=SOURCE))
    contents = st.dictionaries(st.sampled_from(KINDS), st.integers(1, 3), min_size=1)
    package = st.builds(
        Package,
        id=st.just("starter"),
        name=st.just("starter"),
        price=amounts(),
        counts=contents.map(lambda held: tuple(held.items())),
        always=st.just(True),
        citation=st.just(SOURCE),
    )
    share = st.sampled_from((Share(percent="-100"), Share(percent="-12.5"), Share(percent="8.25")))
    fixed = st.integers(-50_00, 50_00).map(lambda minor: Share(amount=kap.Money(minor, "USD")))
    adjustment = st.builds(
        Adjustment, name=st.just("adjusted"), share=share | fixed, citation=st.just(SOURCE)
    )
    return FeeSchedule(
        id="house",
        currency="USD",
        fees=fees,
        packages=draw(st.lists(package, max_size=1)),
        adjustments=draw(st.lists(adjustment, max_size=2)),
    )


# --- Every plan ----------------------------------------------------------------------------------


def at(day: int, hours: int = 0) -> dt.datetime:
    return START + dt.timedelta(days=day, hours=hours)


def laid_out(
    limits: kap.Limits,
    preparations: Iterable[Way],
    dosings: Sequence[Way],
    integrations: Iterable[Way],
) -> kap.Plan:
    """A course with a review in every gap and after the last dosing, on days far apart."""
    sessions: list[kap.Session] = []
    if limits.consultation_first:
        sessions.append(kap.Consultation(id="c", start=at(0), minutes=50))
    if limits.evaluation_first:
        sessions.append(kap.MedicalEvaluation(id="e", start=at(2), minutes=30))
    for number, way in enumerate(preparations):
        sessions.append(kap.Preparation(id=f"p{number}", start=at(7 + number), **way))
    for number, way in enumerate(dosings):
        day = 20 + 14 * number
        sessions.append(kap.Dosing(id=f"d{number}", start=at(day), **way))
        sessions.append(kap.MedicalReview(id=f"r{number}", start=at(day + 12), minutes=30))
    gaps = max(len(dosings), 1)
    for number, way in enumerate(integrations):
        day = 20 + 14 * (number % gaps) + 1 + number // gaps
        sessions.append(kap.Integration(id=f"i{number}", start=at(day), **way))
    return kap.Plan(id="enumerated", timezone="UTC", sessions=sessions)


def is_lawful(plan: kap.Plan, protocol: kap.CareProtocol) -> bool:
    return all(found.verdict != "violated" for found in kap.check(plan, protocol).findings)


def lawful_ways(kind: str, protocol: kap.CareProtocol) -> list[Way]:
    """Every way of holding one session to which no rule on single sessions objects."""
    places = ("office", "remote")
    levels = (None, "low", "moderate", "high") if kind == "dosing" else (None,)
    ways: list[Way] = []
    for minutes, format, place, level in product(LENGTHS, ("individual", "group"), places, levels):
        way: dict[str, Any] = {"minutes": minutes, "format": format, "place": place}
        if kind == "dosing":
            way |= {"level": level, "support_person": "spouse" if place == "remote" else None}
        session = CLASSES[kind](id="s", start=START, **way)
        alone = kap.Plan(id="one", timezone="UTC", sessions=[session])
        found = kap.check(alone, protocol).findings
        if not any(one.verdict == "violated" and one.rule in OF_ONE_SESSION for one in found):
            ways.append(way)
    return ways


def published(kind: str, ways: list[Way], schedule: FeeSchedule, labels: Way) -> list[Way]:
    """Those of the lengths for which the schedule states prices, where it states lengths."""
    found = []
    for way in ways:
        lengths = {w["minutes"] for w in ways if {**w, "minutes": 0} == {**way, "minutes": 0}}
        rate = rate_of(kind, way, schedule, labels)
        if isinstance(rate, Hourly) and rate.published is not None:
            low, high = rate.published.min or 0, rate.published.max or 0
            if not low <= way["minutes"] <= high:
                continue
        if isinstance(rate, Tiered):
            stated = lengths & {tier.minutes for tier in rate.tiers}
            if stated and way["minutes"] not in stated:
                continue
        found.append(way)
    return found


def rate_of(kind: str, way: Way, schedule: FeeSchedule, labels: Way) -> Any:
    fees = [fee for fee in schedule.fees if fee.item == kind]
    own = [fee for fee in fees if fee.format == way["format"]]
    general = [fee for fee in fees if fee.format is None]
    for fee in own or general:
        if not isinstance(fee.rate, ByLabel):
            return fee.rate
        word = {**labels, **way}.get(fee.rate.label)
        return next((o.rate for o in fee.rate.options if o.label == word), None)
    return None


def priced_apart(kind: str, ways: list[Way], schedule: FeeSchedule, chosen: Way) -> list[Way]:
    """One way for each price: what costs the same adds nothing to the range of totals.

    A way without a price of the practice's own is no cheaper than one with it: it is not known.
    """
    single = attrs.evolve(schedule, packages=(), adjustments=())
    own: dict[int, Way] = {}
    others: dict[int | None, Way] = {}
    refused: dict[str, Way] = {}
    for way in ways:
        session = CLASSES[kind](id="s", start=START, **way)
        plan = kap.Plan(id="one", timezone="UTC", sessions=[session])
        try:
            line = kap.quote(plan, single, **chosen).lines[0]
        except kap.InputError:
            refused.setdefault("but a package may hold it", way)
            continue
        if line.amount is not None and line.payee == schedule.id:
            own.setdefault(line.amount.minor, way)
        else:
            others.setdefault(None, way)
    return [*(own or others).values(), *refused.values()]


class Grid(NamedTuple):
    """What was enumerated: the lawful counts, and the totals of those that can be priced."""

    lawful: list[Counts]
    totals: dict[Counts, list[int]]


def choices(schedule: FeeSchedule) -> Iterator[dict[str, Any]]:
    """Every choice of a route, where there is one, with every end of each scale."""
    rates = [(fee.item, fee.rate) for fee in schedule.fees]
    by_route = [r for _, r in rates if isinstance(r, ByLabel) and r.label == "route"]
    routes: list[Any] = sorted({option.label for rate in by_route for option in rate.options})
    scaled: dict[str, set[kap.Money]] = {}
    for item, rate in rates:
        for one in [o.rate for o in rate.options] if isinstance(rate, ByLabel) else [rate]:
            if isinstance(one, Scale):
                scaled.setdefault(item, set()).update(one.amounts)
    for route in routes or [None]:
        labels = {} if route is None else {"route": route}
        for ends in product(*map(sorted, scaled.values())):
            yield {"labels": labels, "agreed": dict(zip(scaled, ends, strict=True))}


def enumerated(protocol: kap.CareProtocol, schedule: FeeSchedule) -> Grid:
    ways = {kind: lawful_ways(kind, protocol) for kind in KINDS}
    lawful, limits = lawful_counts(protocol, ways), protocol.limits_on(None)
    totals: dict[Counts, list[int]] = {}
    for chosen in choices(schedule):
        stated = {k: published(k, ways[k], schedule, chosen["labels"]) for k in KINDS}
        apart = {k: priced_apart(k, stated[k] or ways[k], schedule, chosen) for k in KINDS}
        for counts in lawful:
            singles = [product(apart[k], repeat=n) for k, n in zip(KINDS, counts, strict=True)]
            for held in product(*singles):
                plan = laid_out(limits, *held)
                assert is_lawful(plan, protocol)
                try:
                    quote = kap.quote(plan, schedule, **chosen)
                except kap.InputError:
                    continue
                beyond = {line.kind for line in quote.lines if "included" not in line.basis}
                # Where no lawful length is published, only a package gives a session its price.
                if all(stated[kind] for kind in KINDS if kind in beyond):
                    totals.setdefault(counts, []).append(quote.total.minor)
    return Grid(lawful, totals)


def lawful_counts(protocol: kap.CareProtocol, ways: Mapping[str, list[Way]]) -> list[Counts]:
    """Every lawful count up to a little above any maximum; without a maximum, the fewest."""
    limits = protocol.limits_on(None)
    found: list[Counts] = []
    for counts in product(range(4), range(4), range(6)):
        if any(n and not ways[kind] for kind, n in zip(KINDS, counts, strict=True)):
            continue
        held = [ways[kind][:1] * n for kind, n in zip(KINDS, counts, strict=True)]
        if is_lawful(laid_out(limits, *held), protocol):
            found.append(counts)
    integrations = limits.integration_count
    if limits.preparation_count is None or limits.preparation_count.max is None:
        found = [c for c in found if c[0] == min(other[0] for other in found)]
    by_integrations = (
        limits.integration_per_dosing and integrations and integrations.max is not None
    )
    if not by_integrations and (limits.dosing_count is None or limits.dosing_count.max is None):
        found = [c for c in found if c[1] == min(other[1] for other in found)]
    if integrations is None or integrations.max is None:
        found = [c for c in found if c[2] == min(o[2] for o in found if o[:2] == c[:2])]
    return found


@settings(max_examples=scaled(100))
@given(small_protocols(), small_schedules())
def test_an_estimate_is_the_minimum_and_the_maximum_over_all_lawful_plans(
    protocol: kap.CareProtocol, schedule: FeeSchedule
) -> None:
    grid = enumerated(protocol, schedule)
    fewest, most = min(grid.lawful, default=None), max(grid.lawful, default=None)
    if fewest not in grid.totals or most not in grid.totals:
        event("no lawful course" if not grid.lawful else "a lawful course without a price")
        with pytest.raises(kap.InputError):
            kap.estimate(protocol, schedule)
        return
    event(f"{len(grid.lawful)} counts")
    estimate = kap.estimate(protocol, schedule)
    every = [total for totals in grid.totals.values() for total in totals]
    assert (estimate.low.total.minor, estimate.high.total.minor) == (min(every), max(every))
    for end in (estimate.low, estimate.high):
        assert is_lawful(end.plan, protocol)
