"""Sessions to come: their fields, lengths and ids, how many there may be, and how far apart."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._values import as_mapping, check_choice, check_integer
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.rates import ByLabel, Periodic, shortest
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Bounds, Frequency, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.conflicts import no_course
from kap_model.rules.dosing import CLOSE, states_pace
from kap_model.sessions import (
    DEFAULT_PLACE,
    KINDS,
    LONGEST_MINUTES,
    MEDICAL_KINDS,
    NOBODY,
    THERAPIST_KINDS,
    USUAL_MINUTES,
    Place,
    Session,
)
from kap_model.usual import LONGEST_DELAY

SessionFields: TypeAlias = Mapping[str, Mapping[str, Any]]
"""The fields of new sessions by kind, ``minutes`` among them."""

DAYS_APART: Final = 14
"""Days between dosings, the default cadence."""
LEAD_DAYS: Final[Mapping[str, int]] = {"medical-evaluation": 2, "preparation": 7, "dosing": 14}
"""Days from a consultation on, as in the contract's example."""
ANY_NUMBER: Final = Bounds(0)


@frozen(kw_only=True)
class CourseSize:
    """A course without times.

    Attributes:
        id: The plan's id.
        start: The date of the first session.
        timezone: The plan's zone.
        preparations, dosings, integrations: How many of each.
        every: Days between the dates of consecutive dosings.
        fields: Further fields of the sessions of each kind, ``minutes`` among them.
        tracks_supply: Whether supplies are written down.
    """

    id: str
    start: dt.date
    timezone: str = "UTC"
    preparations: int
    dosings: int
    integrations: int
    every: int = DAYS_APART
    fields: SessionFields = field(factory=dict)
    tracks_supply: bool = False


def usual_fields(
    limits: Limits,
    *,
    minutes: Mapping[str, int] | None = None,
    place: Place | None = None,
    support_person: str | None = None,
) -> SessionFields:
    """The fields of new sessions: what is given, else the shortest lawful and usual ones.

    A place is the therapist's sessions'; medical sessions stay where both pages hold them.
    """
    given = minutes or {}
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        lawful, usual = lawful_minutes(limits, kind), USUAL_MINUTES[kind]
        length = usual if lawful is None else shortest(lawful, usual)
        fields: dict[str, Any] = {"minutes": given.get(kind, length)}
        if place is not None and kind not in MEDICAL_KINDS:
            fields["place"] = place
        elif kind == "dosing" and limits.dosing_places == ("remote",):
            fields["place"] = "remote"
        if kind in THERAPIST_KINDS and limits.formats == ("group",):
            fields["format"] = "group"
        found[kind] = fields
    if support_person is not None and found["dosing"].get("place") == "remote":
        found["dosing"]["support_person"] = support_person
    return found


def published_minutes(limits: Limits, fees: FeeSchedule | None, day: dt.date) -> dict[str, int]:
    """The shortest lengths that are lawful and for which a price is published on a date."""
    if fees is None:
        return {}
    found = {kind: _published(limits, fees, kind, day) for kind in THERAPIST_KINDS}
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


def lawful_minutes(limits: Limits, kind: str) -> Bounds | None:
    """The lawful lengths of a kind, of those that a session may have; ``None`` = there is none.

    An end that no limit states is open, so that the usual length or a fee's may stand there.
    """
    given, least = ANY_NUMBER, 0
    if kind in ("preparation", "integration"):
        given = limits.therapy_minutes or given
    elif kind == "dosing":
        given = limits.dosing_minutes or given
        least = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    lowest, highest = max(given.min or 0, least), given.max
    longest = LONGEST_MINUTES if highest is None else min(highest, LONGEST_MINUTES)
    if max(lowest, 1) > longest:
        return None
    return Bounds(lowest, None if highest is None else longest)


def are_lawful(limits: Limits, fields: SessionFields, kinds: Iterable[str]) -> bool:
    """Whether the therapist's sessions of these kinds may have their lengths and places."""
    return not any(_breaks(limits, kind, fields[kind]) for kind in kinds)


def is_supported(limits: Limits, fields: SessionFields) -> bool:
    """Whether a remote dosing names somebody, where the limits ask for it."""
    dosing = fields["dosing"]
    if not limits.support_person_when_remote or dosing.get("place") != "remote":
        return True
    return dosing.get("support_person") not in (None, NOBODY)


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


def checked_minutes(values: Mapping[str, int] | None) -> dict[str, int]:
    """Lengths by kind.

    Raises:
        InvalidValue: A kind is not known, or a length is not one of a session.
    """
    given = {} if values is None else as_mapping(values, "minutes")
    for kind, minutes in given.items():
        check_choice(kind, "minutes", KINDS)
        check_integer(minutes, f"minutes.{kind}", 1, LONGEST_MINUTES)
    return given


class Counts(NamedTuple):
    """The sessions of one course that the therapist holds."""

    preparations: int
    dosings: int
    integrations: int

    def by_kind(self) -> dict[str, int]:
        """The same by kind of session."""
        return dict(zip(THERAPIST_KINDS, self, strict=True))


def lawful_counts(
    limits: Limits,
    *,
    preparations: int | None = None,
    dosings: int | None = None,
    integrations: int | None = None,
    least: int = 0,
) -> Counts | None:
    """How many sessions of each kind, the fewest where no number is wished for.

    ``None`` = no lawful numbers go together, as far as limits on numbers say so. Where no number
    of dosings is wished for there are ``least`` or more.
    """
    found = _least(limits, preparations, dosings, integrations, least)
    prepared, dosed, integrated = found
    bounds = limits.integration_count or ANY_NUMBER
    if not (limits.preparation_count or ANY_NUMBER).holds(prepared):
        return None
    if not (limits.dosing_count or ANY_NUMBER).holds(dosed) or not bounds.holds(integrated):
        return None
    too_early = integrated and not dosed and limits.integration_after_dosing
    if too_early or integrations not in (None, integrated):
        return None
    return None if sum(found) > MOST_SESSIONS else found


def _least(
    limits: Limits,
    preparations: int | None = None,
    dosings: int | None = None,
    integrations: int | None = None,
    least: int = 0,
) -> Counts:
    """The fewest of each kind that ask for no more of another, where no number is wished for."""
    if preparations is None:
        preparations = (limits.preparation_count or ANY_NUMBER).min or 0
    if integrations is None:
        integrations = (limits.integration_count or ANY_NUMBER).min or 0
    if dosings is None:
        waits = bool(integrations and limits.integration_after_dosing)
        dosings = max((limits.dosing_count or ANY_NUMBER).min or 0, int(waits), least)
    each = limits.integration_per_dosing or 0
    return Counts(preparations, dosings, max(integrations, dosings * each))


def fewest(limits: Limits) -> Counts:
    """The fewest of each kind, which some course has together.

    Raises:
        InvalidValue: No course has lawful counts.
    """
    found = _least(limits)
    _most_dosings(limits, found.dosings)
    return found


def most(limits: Limits) -> Counts:
    """The most of each kind, which some course has together; without a maximum, the fewest.

    Raises:
        InvalidValue: No course has lawful counts.
    """
    least = _least(limits)
    highest = _most_dosings(limits, least.dosings)
    preparations, integrations = limits.preparation_count, limits.integration_count
    given = None if preparations is None else preparations.max
    number = _least(limits, dosings=highest).integrations
    # Without a dosing there is nothing to integrate.
    if highest or not limits.integration_after_dosing:
        stated = None if integrations is None else integrations.max
        number = number if stated is None else stated
    return Counts(least.preparations if given is None else given, highest, number)


def bounded_kinds(limits: Limits) -> frozenset[str]:
    """The kinds whose number has a maximum."""
    counts = {"preparation": limits.preparation_count, "integration": limits.integration_count}
    bounded = {kind for kind, given in counts.items() if given and given.max is not None}
    return frozenset(bounded | {"dosing"} if any(dosing_ceilings(limits)) else bounded)


def _most_dosings(limits: Limits, lowest: int) -> int:
    """The most dosings that every other limit leaves room for; there have to be some."""
    ceilings = dict(dosing_ceilings(limits))
    highest = min(ceilings.values(), default=lowest)
    if highest < lowest:
        asks = bool((limits.dosing_count or ANY_NUMBER).min)
        asking = {"DOSE-COUNT"} if asks else {"INTEG-ORDER", "INTEG-COUNT"}
        at_odds = {rule for rules, number in ceilings.items() if number < lowest for rule in rules}
        raise no_course(asking | at_odds)
    return highest


def dosing_ceilings(
    limits: Limits, *, paced: bool = False
) -> Iterator[tuple[tuple[str, ...], int]]:
    """The most dosings that some rules leave room for together.

    Args:
        limits: The limits.
        paced: Whether a house rule says how close dosings may be, so that DOSE-CLOSE is silent.
    """
    dosings, integrations = limits.dosing_count, limits.integration_count
    each = limits.integration_per_dosing
    if dosings is not None and dosings.max is not None:
        yield ("DOSE-COUNT",), dosings.max
    if integrations is not None and integrations.max is not None and each is not None:
        yield ("INTEG-EACH", "INTEG-COUNT"), integrations.max // each
    if lawful_minutes(limits, "dosing") is None:
        yield ("DOSE-DURATION", "EFFECT-FIT"), 0
    frequency, gap = frequency_of(limits, paced=paced), limits.dosing_gap_days
    if frequency is not None and gap is not None and gap.above(even_pace(frequency)):
        named = "DOSE-FREQUENCY" if limits.dosing_frequency is not None else "DOSE-CLOSE"
        yield ("DOSE-GAP", named), frequency.at_most


def checked_delay(days: int) -> int:
    """Days from a dosing to an integration.

    Raises:
        InvalidValue: They are not from 0 to 365.
    """
    check_integer(days, "integration_delay", 0, LONGEST_DELAY)
    return days


def frequency_of(limits: Limits, *, paced: bool = False) -> Frequency | None:
    """The most dosings in consecutive days: the limit, else what DOSE-CLOSE takes for it.

    Args:
        limits: The limits.
        paced: Whether a house rule says how close dosings may be, so that DOSE-CLOSE is silent.
    """
    if limits.dosing_frequency is not None or paced or states_pace(limits):
        return limits.dosing_frequency
    return CLOSE


def even_pace(frequency: Frequency) -> int:
    """The fewest days between evenly spaced dosings that keep a frequency."""
    return -(-frequency.days // frequency.at_most)


def lawful_cadence(limits: Limits, every: int = DAYS_APART) -> int:
    """The number of days between dosings next to a wish that the limits allow."""
    gap, frequency = limits.dosing_gap_days or ANY_NUMBER, frequency_of(limits)
    pace = 0 if frequency is None else even_pace(frequency)
    wished = max(every, gap.min or 0, pace)
    return wished if gap.max is None else min(wished, gap.max)


def with_sessions(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan with these sessions instead of its own.

    Raises:
        InvalidValue: They are too many, or an id is used twice.
    """
    return attrs.evolve(plan, sessions=tuple(sessions))


def new_ids(plan: Plan) -> Callable[[str], str]:
    """Gives ids that a plan does not use yet, as notation names them: ``d7``."""
    used = set(plan.ids)
    numbers: Counter[str] = Counter(session.kind for session in plan.sessions)

    def fresh(kind: str) -> str:
        letter = letter_of(kind)
        while True:
            numbers[kind] += 1
            name = f"{letter}{numbers[kind]}"
            if name not in used:
                used.add(name)
                return name

    return fresh


def letter_of(kind: str) -> str:
    """The letter of a kind's ids: medical ones by their second word, as in notation."""
    return kind.rpartition("-")[2][0]


def refuse_closed(plan: Plan) -> None:
    """Refuse a course to which nothing can be added.

    Raises:
        InvalidValue: The plan is completed or discontinued.
    """
    if plan.state != "active":
        raise refusal("plan", f"is {plan.state}; only an active course can be planned")
