"""The fields of new sessions: lengths, places and formats that the limits allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kap_model.errors import InvalidValue
from kap_model.fees.rates import ByLabel, Periodic, shortest
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Limits
from kap_model.planning.outline import USUAL_MINUTES, lawful_minutes
from kap_model.sessions import DEFAULT_PLACE, KINDS, MEDICAL_KINDS, NOBODY, Place

Traits = Mapping[str, Mapping[str, Any]]
"""The fields of new sessions by kind, ``minutes`` among them."""

WITH_FORMAT: Final = ("preparation", "dosing", "integration")
"""What the therapist holds alone or in a group, in canonical order."""


RECORDED: Final = "recorded"
"""Who is there at a remote dosing that is tried out only."""


def usual_fields(
    limits: Limits,
    *,
    minutes: Mapping[str, int] | None = None,
    place: Place | None = None,
    support_person: str | None = None,
) -> Traits:
    """The fields of new sessions: what is given, else the shortest lawful and usual ones.

    A place is the therapist's sessions'; medical sessions stay where both pages hold them.
    """
    given = minutes or {}
    traits: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        lawful, usual = lawful_minutes(limits, kind), USUAL_MINUTES[kind]
        length = usual if lawful is None else shortest(lawful, usual)
        fields: dict[str, Any] = {"minutes": given.get(kind, length)}
        if place is not None and kind not in MEDICAL_KINDS:
            fields["place"] = place
        elif kind == "dosing" and limits.dosing_places == ("remote",):
            fields["place"] = "remote"
        if kind in WITH_FORMAT and limits.formats == ("group",):
            fields["format"] = "group"
        traits[kind] = fields
    if support_person is not None and traits["dosing"].get("place") == "remote":
        traits["dosing"]["support_person"] = support_person
    return traits


def published_minutes(limits: Limits, fees: FeeSchedule | None, day: dt.date) -> dict[str, int]:
    """The shortest lengths that are lawful and for which a price is published on a date."""
    if fees is None:
        return {}
    found = {kind: _published(limits, fees, kind, day) for kind in WITH_FORMAT}
    return {kind: minutes for kind, minutes in found.items() if minutes is not None}


def _published(limits: Limits, fees: FeeSchedule, kind: str, day: dt.date) -> int | None:
    lawful = lawful_minutes(limits, kind)
    try:
        rate = fees.fee_on(kind, day).rate
        if lawful is None or rate is None or isinstance(rate, (ByLabel, Periodic)):
            return None  # no price, or none that depends on the length alone
        return min(rate.lengths(lawful, USUAL_MINUTES[kind]))
    except InvalidValue:
        return None  # not priced on that date, or at no lawful length


def are_lawful(limits: Limits, traits: Traits, kinds: Iterable[str]) -> bool:
    """Whether the therapist's sessions of these kinds may have their lengths and places."""
    return not any(_breaks(limits, kind, traits[kind]) for kind in kinds)


def is_supported(limits: Limits, traits: Traits) -> bool:
    """Whether a remote dosing names somebody, where the limits ask for it."""
    fields = traits["dosing"]
    if not limits.support_person_when_remote or fields.get("place") != "remote":
        return True
    return fields.get("support_person") not in (None, NOBODY)


def _breaks(limits: Limits, kind: str, fields: Mapping[str, Any]) -> bool:
    minutes = fields["minutes"]
    if kind != "dosing":
        return limits.therapy_minutes is not None and not limits.therapy_minutes.holds(minutes)
    place = fields.get("place", DEFAULT_PLACE[kind])
    if limits.dosing_places is not None and place not in limits.dosing_places:
        return True
    if limits.dosing_minutes is not None and not limits.dosing_minutes.holds(minutes):
        return True
    least: int = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    return bool(minutes < least)
