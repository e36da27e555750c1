"""In which ways sessions may be held by a protocol, and what each costs by a schedule."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import Any, Final, NamedTuple

from attrs import frozen

from kap_model._time import EARLIEST, Instant
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.rates import NO_LENGTH, ByLabel, Hourly, PlainRate, Tiered, shortest
from kap_model.fees.schedule import Fee
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.facts import Allow, Length
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Bounds, Limits
from kap_model.planning.choices import (
    Given,
    choices_for,
    folded,
    forms_of,
    told_apart,
    with_facts,
)
from kap_model.planning.new_sessions import lawful_minutes
from kap_model.planning.search.asked import selects
from kap_model.planning.search.problem import NewSession, Work
from kap_model.pricing._terms import Terms
from kap_model.protocol import CareProtocol
from kap_model.sessions import (
    CLASS_OF_KIND,
    DEFAULT_PLACE,
    FORMATS,
    LONGEST_MINUTES,
    PLACES,
    RECORDED,
    THERAPIST_KINDS,
    USUAL_MINUTES,
)

ROUTE: Final = "route"
_ANY_INSTANT: Final = Instant(EARLIEST)
_NO_WAY: Final = "has prices for no session that the house rules allow"


@frozen(kw_only=True, eq=False)
class WhatIsAsked:
    """What a protocol asks of courses that begin on a date.

    Attributes:
        care: The protocol.
        day: The date.
        plain: Its limits.
        house: Its house rules.
        work: What may be done to find courses.
    """

    care: CareProtocol
    day: dt.date
    plain: Limits
    house: tuple[HouseRule, ...]
    work: Work

    @cached_property
    def forms(self) -> list[RuleForm]:
        """The forms of the house rules."""
        return [form for _, form in forms_of(self.house)]

    @cached_property
    def limits(self) -> Limits:
        """The limits with what house rules say of plain kinds."""
        return folded(self.plain, self.forms)

    @property
    def says_routes(self) -> bool:
        """Whether house rules depend on the route by which medicine is taken."""
        selectors = [selector for form in self.forms for selector in form.selectors]
        by_field = any(isinstance(form, Allow) and form.field == ROUTE for form in self.forms)
        return by_field or any(selector.route is not None for selector in selectors)


class PricedWay(NamedTuple):
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

    def session(self, kind: str) -> NewSession:
        """A session that is held so."""
        return NewSession(kind, self.fields)


def priced_ways(
    kind: str, asked: WhatIsAsked, terms: Terms, *, between: bool = True
) -> list[PricedWay]:
    """Every way in which a session of a kind is lawful and priced, the usual ones first.

    Args:
        kind: The kind.
        asked: What the protocol asks.
        terms: The prices.
        between: Whether lengths between the published ends are tried where a sum is bounded.

    Raises:
        InvalidValue: There is none.
    """
    if lawful_minutes(asked.limits, kind) is None:
        raise refusal("", NO_LENGTH)
    found: list[PricedWay] = []
    refusals: list[InvalidValue] = []
    for way in formats(kind, asked.limits):
        try:
            fee = terms.fees.fee_on(kind, terms.date_of(asked.day), way.get("format"))
        except InvalidValue as error:
            refusals.append(error)
            continue
        for further in ways(kind, asked.limits, fee):
            try:
                sums = _sums(kind, way | further, asked, terms) if between else ()
                found += _priced(kind, fee, terms, asked, way | further, [*sums])
            except InvalidValue as error:
                refusals.append(error)
    if not found:
        raise refusals[0]
    # Where the practice has a price of its own, a way without one is no cheaper: it is not known.
    return [way for way in found if way.own] or found


def best_ways(kind: str, asked: WhatIsAsked, terms: Terms, end: str) -> list[PricedWay]:
    """Of the ways of a kind those that house rules tell apart, each the cheapest or the dearest.

    Raises:
        InvalidValue: There is none.
    """
    sign = 1 if end == "low" else -1
    # Among equals the order stays, so that the usual way comes first.
    given = sorted(
        priced_ways(kind, asked, terms), key=lambda way: (sign * way.cost[0], sign * way.cost[1])
    )
    recorded = [
        way._replace(fields=dict(with_facts(way.session(kind), asked.plain, asked.forms).fields))
        for way in given
    ]
    found = told_apart(asked.forms, recorded, lambda way: way.session(kind))
    if not found:
        raise refusal("", _NO_WAY)
    return found


def _priced(
    kind: str,
    fee: Fee,
    terms: Terms,
    asked: WhatIsAsked,
    fields: dict[str, Any],
    sums: Sequence[range],
) -> Iterator[PricedWay]:
    usual, make = USUAL_MINUTES[kind], CLASS_OF_KIND[kind]
    if kind == "dosing" and ROUTE in terms.labels and asked.says_routes:
        fields = fields | {ROUTE: terms.labels[ROUTE]}
    lawful = _lawful_lengths(NewSession(kind, {"minutes": usual, **fields}), asked)
    if fee.rate is None:
        for ranges in lawful:
            yield PricedWay(False, (0, 0), fields | {"minutes": shortest(ranges[0], usual)})
        return
    rate = terms.plain_rate(fee, make(id="s", start=_ANY_INSTANT, minutes=usual, **fields))
    for minutes in _published(rate, lawful, usual, sums):
        session = make(id="s", start=_ANY_INSTANT, minutes=minutes, **fields)
        price = terms.charge(rate, session).amount.minor
        cost = (price, 0) if fee.payee is None else (0, price)
        yield PricedWay(fee.payee is None, cost, fields | {"minutes": minutes})


Ranges = Sequence[Bounds]
"""The lengths that a session may have where it stands, in order."""


def _lawful_lengths(new: NewSession, asked: WhatIsAsked) -> list[Ranges]:
    """The lengths of a session by limits and house rules, for each number that it may have."""
    lawful = lawful_minutes(asked.limits, new.kind)
    given: list[Ranges] = [[Bounds(0) if lawful is None else lawful]]
    forms = [form for form in asked.forms if isinstance(form, Length)]
    for form in forms:
        if selects(form.of, new.kind, new.field):
            held = [made for ranges in given if (made := _within(ranges, form))]
            given = [*given, *held] if form.of.has_ordinal else held
    if not given:
        raise refusal("", NO_LENGTH)
    return given


def _within(ranges: Ranges, form: Length) -> Ranges:
    """The part of lengths that a form allows."""
    if form.one_of is not None:
        return [Bounds(n, n) for n in sorted(form.one_of) if any(one.holds(n) for one in ranges)]
    found = []
    for one in ranges:
        low = max(one.min or 0, form.min or 0)
        ends = [end for end in (one.max, form.max) if end is not None]
        if not ends or low <= min(ends):
            found.append(Bounds(low, min(ends, default=None)))
    return found


def _published(
    rate: PlainRate, lawful: Iterable[Ranges], usual: int, sums: Sequence[range]
) -> Iterator[int]:
    """The published lengths of a rate, for each set of lawful ones.

    Raises:
        InvalidValue: There is none.
    """
    found: dict[int, None] = {}
    refusals = []
    for ranges in lawful:
        its: dict[int, None] = {}
        for one in ranges:
            try:
                its |= dict.fromkeys(rate.lengths(one, usual))
            except InvalidValue as error:
                refusals.append(error)
        if isinstance(rate, Tiered):
            stated = dict.fromkeys(n for n in its if n in {t.minutes for t in rate.tiers})
            its = stated or dict.fromkeys([*its][:1])
        if isinstance(rate, Hourly) and its:
            between = [n for n in range(min(its), max(its)) if any(n in sum for sum in sums)]
            its |= dict.fromkeys(n for n in between if any(one.holds(n) for one in ranges))
        found |= its
    if not found:
        raise refusals[0]
    yield from found


# A sum of minutes may be met exactly by one session of a length between the ends, where prices go
# by the hour. All others are then as short or as long as may be, so that lengths of one remainder
# by what divides these are all that can matter.
def _sums(kind: str, fields: dict[str, Any], asked: WhatIsAsked, terms: Terms) -> Iterator[range]:
    """Lengths with which a session may fill what a house rule allows of minutes in all."""
    new = NewSession(kind, {"minutes": 0, **fields})
    for form in asked.forms:
        if not isinstance(form, Count) or form.sum != "minutes":
            continue
        if selects(form.of, new.kind, new.field):
            step = math.gcd(*[n for one in form.of.kind for n in _ends(one, asked, terms)])
            for end in (form.min, form.max):
                if end is not None:
                    yield range(end % step, LONGEST_MINUTES + 1, step)


def _ends(kind: str, asked: WhatIsAsked, terms: Terms) -> set[int]:
    """The lengths of a kind at the ends of what is published, else the usual one."""
    try:
        found = priced_ways(kind, asked, terms, between=False)
    except InvalidValue:
        return {USUAL_MINUTES[kind]}
    return {way.fields["minutes"] for way in found}


def has_unpublished_form(kind: str, asked: WhatIsAsked, terms: Terms) -> bool:
    """Whether the practice names no price for some lawful format of a kind."""
    for way in formats(kind, asked.limits):
        try:
            fee = terms.fees.fee_on(kind, terms.date_of(asked.day), way.get("format"))
        except InvalidValue:
            continue
        if fee.rate is None and fee.payee is None:
            return True
    return False


def usual_ways(kind: str, asked: WhatIsAsked) -> list[PricedWay]:
    """How sessions of a kind whose price does not depend on it may be held, the usual way first."""
    limits = asked.limits
    lawful, usual = lawful_minutes(limits, kind), USUAL_MINUTES[kind]
    minutes = usual if lawful is None else shortest(lawful, usual)
    fields = formats(kind, limits)[0] | next(ways(kind, limits)) | {"minutes": minutes}
    if not asked.house:
        return [PricedWay(False, (0, 0), fields)]
    given = Given(support_person=RECORDED, recorded=True)
    choices = choices_for(limits, asked.forms, {kind: fields}, given)
    return [PricedWay(False, (0, 0), dict(new.fields)) for new in choices]


def formats(kind: str, limits: Limits) -> list[dict[str, Any]]:
    """The lawful formats, as fields."""
    if kind not in THERAPIST_KINDS:
        return [{}]
    return [{"format": word} for word in FORMATS if word in (limits.formats or FORMATS)]


def ways(kind: str, limits: Limits, fee: Fee | None = None) -> Iterator[dict[str, Any]]:
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
            way["support_person"] = RECORDED
        yield way
