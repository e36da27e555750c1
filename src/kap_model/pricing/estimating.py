"""``estimate``: the lowest and the highest price over everything that a protocol allows."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from operator import attrgetter
from typing import Any, Final

from kap_model._time import civil_date
from kap_model.checking import ProtocolChoice, care_of
from kap_model.errors import InputError, InvalidValue, PricingError, Problem, refusal
from kap_model.fees.rates import ByLabel, Rate, Scale, ScaleEnd
from kap_model.fees.schedule import SUPPLY, Fee, FeeSchedule
from kap_model.limits import Limits
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.planning.layout import witness
from kap_model.planning.new_sessions import CourseSize, bounded_kinds, fewest, lawful_cadence, most
from kap_model.practices import BY_NAME
from kap_model.pricing._candidates import candidates, has_unpublished_form, usual_traits
from kap_model.pricing._packages import packages_by_session
from kap_model.pricing._terms import Terms, caller_labels, make_terms
from kap_model.pricing.estimates import Estimate, EstimateEnd
from kap_model.pricing.quoting import FeesChoice, chosen_fees, published_fees, quoted
from kap_model.protocol import CareProtocol
from kap_model.sessions import KINDS

_FIRST_START: Final = dt.date(1980, 1, 1)  # of a plan: its years are 1980 to 2199
_MOST_CHOICES: Final = 256
USUAL_START: Final = dt.date(2027, 1, 4)
"""The first day of witness plans where neither protocol nor schedule ever changed."""


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
        unpublished=tuple(k for k in held if has_unpublished_form(k, limits, terms, day)),
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
    counts, pick = (fewest(limits), min) if end == "low" else (most(limits), max)
    traits: dict[str, dict[str, Any]] = {kind: usual_traits(kind, limits) for kind in KINDS}
    costs: dict[str, tuple[int, int]] = {}
    refused: dict[str, InvalidValue] = {}
    for kind in KINDS:
        try:
            found = candidates(kind, limits, terms, day)
        except InvalidValue as error:
            refused[kind] = error
        else:
            _, costs[kind], traits[kind] = pick(found, key=attrgetter("cost"))
    outline = CourseSize(
        id=f"estimate-{end}",
        start=day,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(limits),
        fields=traits,
        tracks_supply=any(fee.item == SUPPLY for fee in terms.fees.fees),
    )
    plan = witness(care, outline)
    _check_prices(plan, terms, refused)
    _check_order(plan, terms, limits, costs)
    chosen = tuple(sorted(terms.labels.items()))
    return EstimateEnd(plan=plan, quote=quoted(plan, terms), labels=chosen)


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


def _worded(kind: str, problem: Problem) -> str:
    return problem.reason if problem.path in ("", kind) else f"{problem.path} {problem.reason}"


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
