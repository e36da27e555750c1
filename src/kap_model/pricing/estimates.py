"""``estimate``: the lowest and the highest price over everything that a protocol allows."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from operator import attrgetter
from typing import Any, Final, NamedTuple

from attrs import frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import EARLIEST, Instant, civil_date
from kap_model._values import Value
from kap_model.checking import ProtocolChoice, care_of
from kap_model.errors import InputError, InvalidValue, PricingError, Problem, refusal
from kap_model.fees.rates import NO_LENGTH, ByLabel, Rate, Scale, ScaleEnd, shortest
from kap_model.fees.schedule import ITEMS, SUPPLY, Fee, FeeSchedule
from kap_model.limits import Bounds, Limits
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.planning.house import in_force_reason
from kap_model.planning.layout import witness
from kap_model.planning.new_sessions import (
    CourseSize,
    bounded_kinds,
    fewest,
    lawful_cadence,
    lawful_minutes,
    most,
)
from kap_model.practices._built_in import BY_NAME
from kap_model.pricing._terms import Terms, caller_labels, make_terms, packages_by_session
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import FeesChoice, chosen_fees, published_fees, quoted
from kap_model.protocol import CareProtocol
from kap_model.sessions import (
    CLASS_OF_KIND,
    DEFAULT_PLACE,
    FORMATS,
    KINDS,
    PLACES,
    THERAPIST_KINDS,
    USUAL_MINUTES,
)

_FIRST_START: Final = dt.date(1980, 1, 1)  # of a plan: its years are 1980 to 2199
_MOST_CHOICES: Final = 256
USUAL_START: Final = dt.date(2027, 1, 4)
"""The first day of witness plans where neither protocol nor schedule ever changed."""
_ANY_INSTANT: Final = Instant(EARLIEST)


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
    allows and the schedule publishes. An item with a price and without a maximum is counted at
    its minimum in both ends, a sliding scale without an upper end at its low one, and both are
    named as open-ended; reviews are those of the default cadence.

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
        PricingError: A kind that the course needs has no fee, or none at a lawful and published
            length.
    """
    care = care_of(protocol)
    schedule = _schedule(fees, protocol)
    day = _last_change(care, schedule) if start is None else civil_date(start, "start")
    named = tuple([rule.id for rule in care.rules_on(day)])
    if named:
        raise PricingError([Problem("protocol", in_force_reason(named, "estimate"))])
    terms = make_terms(schedule, agreed=agreed, labels=labels, packages=packages, priced_on=day)
    limits = care.limits_on(day)
    low = min(_ends(care, limits, terms, day, "low"), key=attrgetter("total"))
    high = max(_ends(care, limits, terms, day, "high"), key=attrgetter("total"))
    lines = [line for end in (low, high) for line in end.lines if line.package is None]
    held = [kind for kind in KINDS if any(line.kind == kind for line in lines)]
    return Estimate(
        protocol=care.id,
        fees=schedule.id,
        low=low,
        high=high,
        unpublished=tuple(k for k in held if _has_unpublished_form(k, limits, terms, day)),
        open_ended=_open_ended(limits, terms, day),
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


def _ends(
    care: CareProtocol, limits: Limits, terms: Terms, day: dt.date, end: ScaleEnd
) -> Iterator[EstimateEnd]:
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
            made = _end(care, limits, terms._replace(labels=labels, scale_end=end), day, end)
        except InputError as error:
            refusals.append(error)
            continue
        found = True
        yield made
    if not found:
        raise refusals[0]


def _end(
    care: CareProtocol, limits: Limits, terms: Terms, day: dt.date, end: ScaleEnd
) -> EstimateEnd:
    counts = fewest(limits) if end == "low" else most(limits)
    chosen = _choose(limits, terms, day, end)
    outline = CourseSize(
        id=f"estimate-{end}",
        start=day,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(limits),
        fields=chosen.fields,
        tracks_supply=any(fee.item == SUPPLY for fee in terms.fees.fees),
    )
    plan = witness(care, outline)
    _check_prices(plan, terms, chosen.refused)
    _check_order(plan, terms, limits, chosen.costs)
    labels = tuple(sorted(terms.labels.items()))
    return EstimateEnd(plan=plan, quote=quoted(plan, terms), labels=labels)


class _Chosen(NamedTuple):
    """How a session of each kind is held in a course.

    Attributes:
        fields: The session's fields.
        costs: What it costs, of the kinds that have a price.
        refused: Why there is none, of the others.
    """

    fields: dict[str, dict[str, Any]]
    costs: dict[str, tuple[int, int]]
    refused: dict[str, InvalidValue]


def _choose(limits: Limits, terms: Terms, day: dt.date, end: ScaleEnd) -> _Chosen:
    """The cheapest or the dearest way of each kind; without a price, the usual one."""
    pick = min if end == "low" else max
    chosen = _Chosen({kind: _usual_fields(kind, limits) for kind in KINDS}, {}, {})
    for kind in KINDS:
        try:
            ways = _priced_ways(kind, limits, terms, day)
        except InvalidValue as error:
            chosen.refused[kind] = error
        else:
            _, chosen.costs[kind], chosen.fields[kind] = pick(ways, key=attrgetter("cost"))
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
    plan: Plan, terms: Terms, limits: Limits, costs: Mapping[str, tuple[int, int]]
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
            if beyond > group.count and len({costs.get(kind) for kind in free}) > 1:
                reason = "counts kinds of different prices together; only a plan can be priced"
                raise PricingError([Problem(package.id, reason)])


def _open_ended(limits: Limits, terms: Terms, day: dt.date) -> tuple[str, ...]:
    """The items with a price on a day that is counted, or scaled, without a maximum."""
    bounded = bounded_kinds(limits)
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


class _PricedWay(NamedTuple):
    """One way in which a session of a kind may be held.

    Attributes:
        own: Whether the practice states a price of its own for it.
        cost: What the practice charges, then what another payee does, in minor units; 0 where
            no amount is known.
        fields: The session's fields.
    """

    own: bool
    cost: tuple[int, int]
    fields: dict[str, Any]


def _priced_ways(kind: str, limits: Limits, terms: Terms, day: dt.date) -> list[_PricedWay]:
    """Every way in which a session of a kind is lawful and priced, the usual ones first.

    Raises:
        InvalidValue: There is none.
    """
    lawful = lawful_minutes(limits, kind)
    if lawful is None:
        raise refusal("", NO_LENGTH)
    found: list[_PricedWay] = []
    refusals: list[InvalidValue] = []
    for way in _formats(kind, limits):
        try:
            fee = terms.fees.fee_on(kind, terms.date_of(day), way.get("format"))
        except InvalidValue as error:
            refusals.append(error)
            continue
        for further in _ways(kind, limits, fee):
            try:
                found += _priced(kind, fee, terms, lawful, way | further)
            except InvalidValue as error:
                refusals.append(error)
    if not found:
        raise refusals[0]
    # Where the practice has a price of its own, a way without one is no cheaper: it is not known.
    return [way for way in found if way.own] or found


def _priced(
    kind: str, fee: Fee, terms: Terms, lawful: Bounds, fields: dict[str, Any]
) -> Iterator[_PricedWay]:
    usual, make = USUAL_MINUTES[kind], CLASS_OF_KIND[kind]
    if fee.rate is None:
        yield _PricedWay(False, (0, 0), fields | {"minutes": shortest(lawful, usual)})
        return
    rate = terms.plain_rate(fee, make(id="s", start=_ANY_INSTANT, minutes=usual, **fields))
    for minutes in rate.lengths(lawful, usual):
        session = make(id="s", start=_ANY_INSTANT, minutes=minutes, **fields)
        price = terms.charge(rate, session).amount.minor
        cost = (price, 0) if fee.payee is None else (0, price)
        yield _PricedWay(fee.payee is None, cost, fields | {"minutes": minutes})


def _has_unpublished_form(kind: str, limits: Limits, terms: Terms, day: dt.date) -> bool:
    """Whether the practice names no price for some lawful format of a kind."""
    for way in _formats(kind, limits):
        try:
            fee = terms.fees.fee_on(kind, terms.date_of(day), way.get("format"))
        except InvalidValue:
            continue
        if fee.rate is None and fee.payee is None:
            return True
    return False


def _usual_fields(kind: str, limits: Limits) -> dict[str, Any]:
    """The fields of a session of a kind whose price does not depend on them."""
    lawful, usual = lawful_minutes(limits, kind), USUAL_MINUTES[kind]
    minutes = usual if lawful is None else shortest(lawful, usual)
    return _formats(kind, limits)[0] | next(_ways(kind, limits)) | {"minutes": minutes}


def _formats(kind: str, limits: Limits) -> list[dict[str, Any]]:
    if kind not in THERAPIST_KINDS:
        return [{}]
    return [{"format": word} for word in FORMATS if word in (limits.formats or FORMATS)]


def _ways(kind: str, limits: Limits, fee: Fee | None = None) -> Iterator[dict[str, Any]]:
    """The lawful places, the usual one first, without a level and at each that has a price."""
    allowed = limits.dosing_places if kind == "dosing" else None
    places = [place for place in PLACES if place in (allowed or PLACES)]
    levels: list[str | None] = [None]
    if kind == "dosing" and fee is not None and isinstance(fee.rate, ByLabel):
        priced = [option.label for option in fee.rate.options] if fee.rate.label == "level" else []
        levels += [word for word in priced if word in (limits.dose_levels or priced)]
    for place, level in product(sorted(places, key=DEFAULT_PLACE[kind].__ne__), levels):
        way: dict[str, Any] = {"place": place}
        if level is not None:
            way["level"] = level
        if kind == "dosing" and place == "remote" and limits.support_person_when_remote:
            way["support_person"] = "recorded"
        yield way
