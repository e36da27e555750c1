"""The prices that one session of a kind may have: every lawful, published choice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product
from typing import Any, Final, NamedTuple

from kap_model._time import EARLIEST, Instant
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.rates import NO_LENGTH, ByLabel, shortest
from kap_model.fees.schedule import Fee
from kap_model.limits import Bounds, Limits
from kap_model.planning.outline import USUAL_MINUTES, lawful_minutes
from kap_model.pricing._terms import Terms
from kap_model.sessions import CLASS_OF_KIND, DEFAULT_PLACE, FORMATS, PLACES

_ANY_INSTANT: Final = Instant(EARLIEST)
_WITH_FORMAT: Final = ("preparation", "dosing", "integration")


class Candidate(NamedTuple):
    """One way in which a session of a kind may be held.

    Attributes:
        own: Whether the practice states a price of its own for it.
        cost: What the practice charges, then what another payee does, in minor units; 0 where
            no amount is known.
        traits: The session's fields.
    """

    own: bool
    cost: tuple[int, int]
    traits: dict[str, Any]


def candidates(kind: str, limits: Limits, terms: Terms, day: dt.date) -> list[Candidate]:
    """Every way in which a session of a kind is lawful and priced, the usual ones first.

    Raises:
        InvalidValue: There is none.
    """
    lawful = lawful_minutes(limits, kind)
    if lawful is None:
        raise refusal("", NO_LENGTH)
    found: list[Candidate] = []
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
    return [candidate for candidate in found if candidate.own] or found


def has_unpublished_form(kind: str, limits: Limits, terms: Terms, day: dt.date) -> bool:
    """Whether the practice names no price for some lawful format of a kind."""
    for way in _formats(kind, limits):
        try:
            fee = terms.fees.fee_on(kind, terms.date_of(day), way.get("format"))
        except InvalidValue:
            continue
        if fee.rate is None and fee.payee is None:
            return True
    return False


def usual_traits(kind: str, limits: Limits) -> dict[str, Any]:
    """The fields of a session of a kind whose price does not depend on them."""
    lawful, usual = lawful_minutes(limits, kind), USUAL_MINUTES[kind]
    minutes = usual if lawful is None else shortest(lawful, usual)
    return _formats(kind, limits)[0] | next(_ways(kind, limits)) | {"minutes": minutes}


def _formats(kind: str, limits: Limits) -> list[dict[str, Any]]:
    if kind not in _WITH_FORMAT:
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


def _priced(
    kind: str, fee: Fee, terms: Terms, lawful: Bounds, traits: dict[str, Any]
) -> Iterator[Candidate]:
    usual, make = USUAL_MINUTES[kind], CLASS_OF_KIND[kind]
    if fee.rate is None:
        yield Candidate(False, (0, 0), traits | {"minutes": shortest(lawful, usual)})
        return
    rate = terms.plain_rate(fee, make(id="s", start=_ANY_INSTANT, minutes=usual, **traits))
    for minutes in rate.lengths(lawful, usual):
        session = make(id="s", start=_ANY_INSTANT, minutes=minutes, **traits)
        price = terms.charge(rate, session).amount.minor
        cost = (price, 0) if fee.payee is None else (0, price)
        yield Candidate(fee.payee is None, cost, traits | {"minutes": minutes})
