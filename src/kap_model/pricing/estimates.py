"""``estimate``: the lowest and the highest price over everything that a protocol allows."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from operator import attrgetter
from typing import Any, Final, NamedTuple

import attrs
from attrs import frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import RANGE_REASON, civil_date
from kap_model._values import Value
from kap_model.checking import ProtocolChoice, care_of, check
from kap_model.errors import (
    InputError,
    InvalidValue,
    PlanningError,
    PricingError,
    Problem,
    refusal,
)
from kap_model.fees.rates import ByLabel, Rate, Scale, ScaleEnd
from kap_model.fees.schedule import ITEMS, SUPPLY, Fee, FeeSchedule
from kap_model.limits import Limits
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.planning.conflicts import no_course
from kap_model.planning.drafting import Draft, blank_course, lawful_course, no_lawful_course
from kap_model.planning.extremes import Extreme, GaveUp, PricedSession
from kap_model.planning.layout import with_supplies, witness
from kap_model.planning.maxima import maxima
from kap_model.planning.new_sessions import (
    CourseSize,
    bounded_kinds,
    fewest,
    lawful_cadence,
    most,
)
from kap_model.planning.search.problem import Work
from kap_model.practices._built_in import BY_NAME
from kap_model.pricing._terms import Terms, caller_labels, make_terms, packages_by_session
from kap_model.pricing._ways import (
    ROUTE,
    PricedWay,
    WhatIsAsked,
    best_ways,
    has_unpublished_form,
    usual_ways,
)
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import FeesChoice, chosen_fees, published_fees, quoted
from kap_model.protocol import CareProtocol
from kap_model.sessions import KINDS

_FIRST_START: Final = dt.date(1980, 1, 1)  # of a plan: its years are 1980 to 2199
_MOST_CHOICES: Final = 256
USUAL_START: Final = dt.date(2027, 1, 4)
"""The first day of witness plans where neither protocol nor schedule ever changed."""
_NAMES: Final = {"low": "lowest", "high": "highest"}
_TOO_MANY: Final = (
    "has house rules that leave too many courses to tell the {end} price exactly in the time that "
    "a call may take"
)


@frozen(kw_only=True, repr=False)
class EstimateEnd(Value):
    """One end of an estimate.

    Attributes:
        plan: A plan that reaches it, without violated findings.
        quote: What that plan costs.
        labels: The choices of labels that reach it, as pairs.
    """

    plan: Plan
    quote: Quote
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> Money:
        """The practice's total."""
        return self.quote.total

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        """The priced lines."""
        return self.quote.lines

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions of each kind the plan has."""
        kinds = [session.kind for session in self.plan.sessions]
        return {kind: kinds.count(kind) for kind in KINDS}

    def to_dict(self) -> dict[str, Any]:
        """The end as JSON values."""
        return {
            "total": self.total.text,
            "counts": self.counts,
            "lines": [line.to_dict() for line in self.lines],
        }

    def __repr__(self) -> str:
        return f"<EstimateEnd: {len(self.lines)} lines>"


@frozen(kw_only=True, repr=False)
class Estimate(Value, HasText, HasPage):
    """The price range of a protocol's lawful courses at published lengths.

    Attributes:
        protocol: The protocol's id.
        fees: The schedule's id.
        low: The cheapest course.
        high: The dearest course.
        unpublished: The kinds of which some lawful form has no published price; the ends are of
            the other forms, where there are any.
        open_ended: The items with a price and without a maximum, kinds first: of their number,
            then counted at their minimum in both ends, or of their sliding scale, then counted
            at its low end.
    """

    protocol: str
    fees: str
    low: EstimateEnd
    high: EstimateEnd
    unpublished: tuple[str, ...] = ()
    open_ended: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.low.quote.currency

    @property
    def missing(self) -> tuple[str, ...]:
        """The items for which the practice publishes no price of its own."""
        found = {*self.low.quote.missing, *self.high.quote.missing, *self.unpublished}
        return tuple(item for item in ITEMS if item in found)

    @property
    def complete(self) -> bool:
        """Whether every price of the practice's own is published."""
        return not self.missing

    def to_dict(self) -> dict[str, Any]:
        """The estimate as JSON values."""
        return {
            "currency": self.currency,
            "complete": self.complete,
            "missing": list(self.missing),
            "open_ended": list(self.open_ended),
            "low": self.low.to_dict(),
            "high": self.high.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<Estimate {self.protocol} by {self.fees}>"


def estimate(
    protocol: ProtocolChoice,
    fees: FeesChoice | None = None,
    *,
    agreed: Mapping[str, Money] | None = None,
    labels: Mapping[str, str] | None = None,
    packages: Iterable[str] = (),
    start: dt.date | str | None = None,
) -> Estimate:
    """Say the lowest and the highest price of a protocol's lawful courses, with their plans.

    Every price is at least zero and no percentage takes off more than there is, so more sessions
    never cost less: the ends of the range are at the ends of the counts, and each session there
    has its cheapest or dearest form. Formats, labels and lengths vary over what the protocol
    allows and the schedule publishes. Under house rules both ends are searched for among all
    numbers, lengths and forms of sessions, those first that could cost least or most. An item with
    a price and without a maximum is counted at its minimum in both ends, a sliding scale without an
    upper end at its low one, and both are named as open-ended; reviews are those of the default
    cadence.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.
        fees: The schedule, or a practice that publishes one, or its name; absent: the practice's.
        agreed: Prices agreed on a sliding scale, by kind; the others range over their scale.
        labels: Choices of labels, such as ``{"route": "oral"}``; the others range over all.
        packages: The packages that the client takes, beside those that belong to every quote.
        start: The date of the first session, on which limits and prices are read; absent: the
            date of the last change in either, in 1980 if that was earlier.

    Raises:
        InvalidValue: There is no schedule, or the protocol allows no course.
        PlanningError: Its limits and house rules allow none; ``conflict`` is the smallest set of
            them that does.
        PricingError: A kind that the course needs has no fee, or none at a lawful and published
            length; or house rules leave too many courses for an exact answer.
    """
    care = care_of(protocol)
    schedule = _schedule(fees, protocol)
    day = _last_change(care, schedule) if start is None else civil_date(start, "start")
    asked = WhatIsAsked(
        care=care, day=day, plain=care.limits_on(day), house=care.rules_on(day), work=Work()
    )
    terms = make_terms(schedule, agreed=agreed, labels=labels, packages=packages, priced_on=day)
    low = min(_ends(asked, terms, "low"), key=attrgetter("total"))
    high = max(_ends(asked, terms, "high"), key=attrgetter("total"))
    lines = [line for end in (low, high) for line in end.lines if line.package is None]
    held = [kind for kind in KINDS if any(line.kind == kind for line in lines)]
    return Estimate(
        protocol=care.id,
        fees=schedule.id,
        low=low,
        high=high,
        unpublished=tuple(k for k in held if has_unpublished_form(k, asked, terms)),
        open_ended=_open_ended(asked, terms),
    )


def _schedule(fees: FeesChoice | None, protocol: ProtocolChoice) -> FeeSchedule:
    if fees is not None:
        return chosen_fees(fees, None)
    practice = BY_NAME[protocol] if isinstance(protocol, str) else protocol
    if isinstance(practice, CareProtocol):
        raise refusal("fees", "must be given, for a protocol states no prices")
    return published_fees(practice)


def _last_change(care: CareProtocol, schedule: FeeSchedule) -> dt.date:
    changes = [*care.changes, *(fee.since for fee in schedule.fees if fee.since is not None)]
    return max(_FIRST_START, *changes) if changes else USUAL_START


def _ends(asked: WhatIsAsked, terms: Terms, end: ScaleEnd) -> Iterator[EstimateEnd]:
    """The end of the range for each choice of labels that can be priced.

    Raises:
        InputError: None can.
    """
    open_labels = {k: v for k, v in caller_labels(terms.fees).items() if k not in terms.labels}
    if math.prod(map(len, open_labels.values())) > _MOST_CHOICES:
        raise refusal("labels", f"must be given for some of {', '.join(open_labels)}")
    refusals: list[InputError] = []
    found = False
    for words in product(*open_labels.values()):
        labels = dict(terms.labels) | dict(zip(open_labels, words, strict=True))
        try:
            made = _end(asked, terms._replace(labels=labels, scale_end=end), end)
        except InputError as error:
            refusals.append(error)
            continue
        except GaveUp:
            raise _too_many(end) from None
        found = True
        yield made
    if not found:
        try:
            reason = _reason(asked, refusals)
        except PlanningError:
            raise _too_many(end) from None
        raise reason


def _too_many(end: ScaleEnd) -> PricingError:
    return PricingError([Problem("protocol", _TOO_MANY.format(end=_NAMES[end]))])


def _reason(asked: WhatIsAsked, refusals: Sequence[InputError]) -> InputError:
    """Why no choice of labels can be priced; where no course is, what excludes what."""
    first = refusals[0]
    if not isinstance(first, _NoCourse):
        return first
    if lawful_course(asked.plain, asked.day, asked.house) is None:
        if lawful_course(asked.plain, USUAL_START, asked.house) is not None:
            return refusal("start", RANGE_REASON)
    else:
        return no_lawful_course(first.blank, "course at published lengths and prices")
    return no_lawful_course(attrs.evolve(first.blank, choices=()))


class _NoCourse(InputError):
    """House rules leave no course; what excludes what takes long to tell, and is told once."""

    def __init__(self, blank: Draft) -> None:
        super().__init__(())
        self.blank = blank


def _end(asked: WhatIsAsked, terms: Terms, end: ScaleEnd) -> EstimateEnd:
    _check_route(asked, terms)
    chosen = _choose(asked, terms, end)
    plan = _housed(asked, terms, chosen, end) if asked.house else _laid(asked, terms, chosen, end)
    _check_prices(plan, terms, chosen.refused)
    _check_order(plan, terms, asked.limits, chosen.costs)
    labels = tuple(sorted(terms.labels.items()))
    return EstimateEnd(plan=plan, quote=quoted(plan, terms), labels=labels)


def _laid(asked: WhatIsAsked, terms: Terms, chosen: _Chosen, end: ScaleEnd) -> Plan:
    """The course of the fewest or the most sessions, each held in the best way."""
    counts = fewest(asked.limits) if end == "low" else most(asked.limits)
    outline = CourseSize(
        id=f"estimate-{end}",
        start=asked.day,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(asked.limits),
        fields={kind: ways[0].fields for kind, ways in chosen.ways.items()},
        tracks_supply=_tracks_supply(terms),
    )
    return witness(asked.care, outline)


def _housed(asked: WhatIsAsked, terms: Terms, chosen: _Chosen, end: ScaleEnd) -> Plan:
    """The cheapest or the dearest course that keeps house rules too.

    Raises:
        GaveUp: There are too many courses to tell.
        InputError: There is none.
    """
    blank = attrs.evolve(blank_course(asked.plain, asked.house, asked.day), work=asked.work)
    blank = attrs.evolve(blank, plan=attrs.evolve(blank.plan, id=f"estimate-{end}"))
    free = Counter[str]()
    for package in terms.packages:
        free.update(dict(package.counts))
    extreme = Extreme(
        blank=blank,
        given={
            kind: [PricedSession(way.session(kind), _in_one(way.cost)) for way in ways]
            for kind, ways in chosen.ways.items()
        },
        free=free,
        end=end,
        is_lawful=lambda plan: not _violated(plan, asked.care),
        tracks_supply=_tracks_supply(terms),
    )
    plan = extreme.found()
    if plan is None:
        raise _NoCourse(attrs.evolve(blank, choices=extreme.choices))
    if _tracks_supply(terms) and plan.supplies is None:
        plan = with_supplies(plan, asked.plain)
    if _violated(plan, asked.care):
        raise no_course(_violated(plan, asked.care))
    return plan


def _violated(plan: Plan, care: CareProtocol) -> set[str]:
    """The rules that a plan violates."""
    return {found.rule for found in check(plan, care).findings if found.verdict == "violated"}


def _tracks_supply(terms: Terms) -> bool:
    return any(fee.item == SUPPLY for fee in terms.fees.fees)


def _in_one(cost: tuple[int, int]) -> int:
    """The practice's price and another payee's as one number, the practice's first."""
    return (cost[0] << 64) + cost[1]


def _check_route(asked: WhatIsAsked, terms: Terms) -> None:
    routes, chosen = asked.plain.routes, terms.labels.get(ROUTE)
    if routes is not None and chosen is not None and chosen not in routes:
        raise refusal(f"labels.{ROUTE}", "must be one that the protocol allows")


class _Chosen(NamedTuple):
    """How a session of each kind may be held in a course.

    Attributes:
        ways: Those that rules tell apart, the best first.
        costs: What they cost, of the kinds that have a price.
        refused: Why there is none, of the others.
    """

    ways: dict[str, list[PricedWay]]
    costs: dict[str, frozenset[tuple[int, int]]]
    refused: dict[str, InvalidValue]


def _choose(asked: WhatIsAsked, terms: Terms, end: ScaleEnd) -> _Chosen:
    """The cheapest or the dearest way of each kind; without a price, the usual one."""
    chosen = _Chosen({}, {}, {})
    for kind in KINDS:
        try:
            ways = best_ways(kind, asked, terms, end)
        except InvalidValue as error:
            chosen.refused[kind] = error
            chosen.ways[kind] = usual_ways(kind, asked)
        else:
            chosen.ways[kind] = ways
            chosen.costs[kind] = frozenset(way.cost for way in ways)
    return chosen


def _check_prices(plan: Plan, terms: Terms, refused: Mapping[str, InvalidValue]) -> None:
    """Refuse a plan with sessions that have no price and lie in no package."""
    inside = packages_by_session(plan, terms.packages)
    outside = {session.kind for session in plan.sessions if session.id not in inside}
    problems = [
        Problem(kind, _worded(kind, problem))
        for kind, error in refused.items()
        if kind in outside
        for problem in error.problems
    ]
    if problems:
        raise PricingError(problems)


def _worded(kind: str, problem: Problem) -> str:
    return problem.reason if problem.path in ("", kind) else f"{problem.path} {problem.reason}"


def _check_order(
    plan: Plan, terms: Terms, limits: Limits, costs: Mapping[str, frozenset[tuple[int, int]]]
) -> None:
    """Refuse packages that count kinds of different prices together, where not all fall inside.

    Which ones do is then a matter of their order, which lawful courses may choose; only that
    preparations come first may be settled.
    """
    first = limits.preparation_before_dosing and limits.integration_after_dosing
    held = Counter[str](session.kind for session in plan.sessions)
    for package in terms.packages:
        own = dict(package.counts)
        for group in package.together:
            beyond = sum(max(0, held[kind] - own.get(kind, 0)) for kind in group.kinds)
            free = [k for k in group.kinds if held[k] and not (first and k == "preparation")]
            told = {cost for kind in free for cost in costs.get(kind, (None,))}
            if beyond > group.count and len(told) > 1:
                reason = "counts kinds of different prices together; only a plan can be priced"
                raise PricingError([Problem(package.id, reason)])


def _open_ended(asked: WhatIsAsked, terms: Terms) -> tuple[str, ...]:
    """The items with a price on a day that is counted, or scaled, without a maximum."""
    bounded, day = bounded_kinds(asked.limits), asked.day
    if asked.house:
        ways = _choose(asked, terms, "low").ways
        choices = {kind: [way.session(kind) for way in its] for kind, its in ways.items()}
        bounded = frozenset(maxima(asked.limits, asked.forms, choices))
    found = []
    for item in (*KINDS, SUPPLY):
        rates = _rates_in_force(item, terms.fees, day)
        scaled = item not in terms.agreed and any(_has_open_scale(r, terms) for r in rates)
        if rates and (item not in bounded or scaled):
            found.append(item)
    return tuple(found)


def _has_open_scale(rate: Rate, terms: Terms) -> bool:
    rates: list[Rate] = [rate]
    if isinstance(rate, ByLabel):
        chosen = terms.labels.get(rate.label)
        rates = [option.rate for option in rate.options if chosen in (None, option.label)]
    return any(isinstance(each, Scale) and each.high is None for each in rates)


def _rates_in_force(item: str, schedule: FeeSchedule, day: dt.date) -> list[Rate]:
    latest: dict[object, Fee] = {}
    for fee in sorted(schedule.fees, key=lambda fee: fee.since or dt.date.min):
        if fee.item == item and (fee.since is None or fee.since <= day):
            latest[fee.format, fee.name if item == SUPPLY else None] = fee
    return [fee.rate for fee in latest.values() if fee.rate is not None]
