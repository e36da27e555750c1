"""A course in the making: from wishes and limits to sessions, or to what excludes what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from kap_model._time import EARLIEST, NEVER, day_of_age
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.counts import Counts
from kap_model.planning.drafts.wishes import Wishes
from kap_model.planning.outline import DAYS_APART, lawful_cadence
from kap_model.planning.search.demand import Demand
from kap_model.planning.search.ledger import Placed
from kap_model.planning.search.openings import USUAL_TIME, Openings, last_day_for, weekday_of
from kap_model.planning.search.search import FEW, find_sessions
from kap_model.planning.search.slots import Bays
from kap_model.planning.traits import (
    Traits,
    are_lawful,
    is_supported,
    published_minutes,
    usual_fields,
)
from kap_model.sessions import KINDS

# As in the contract's example: evaluation after two days, preparation a week in, then medicine.
_LEAD_DAYS: Final = {"medical-evaluation": 2, "preparation": 7, "dosing": 14}
_ANY: Final = Bounds(0)


@frozen(kw_only=True)
class Manner:
    """How usual a course is to be, where nothing else is wished for.

    Attributes:
        leads: Whether the intake takes its usual days.
        cadence: Whether dosings are two weeks apart, or as near to that as is lawful.
        delay: Days from a dosing to an integration after it.
        one_a_day: Whether each day has one session.
        late: Whether no session starts before the usual time of day.
    """

    leads: bool = False
    cadence: bool = False
    delay: int = 0
    one_a_day: bool = False
    late: bool = False


MANNERS: Final = (
    Manner(leads=True, cadence=True, delay=1, one_a_day=True, late=True),
    Manner(cadence=True, delay=1, one_a_day=True, late=True),
    Manner(cadence=True, delay=1, late=True),
    Manner(cadence=True, late=True),
    Manner(cadence=True),
    Manner(),
)
"""The manners of a course, the most usual first; in the last one, whatever is possible is."""


@frozen(kw_only=True, eq=False)
class Sketch:
    """A course to be drafted: an empty plan, its limits, and the prices whose lengths count."""

    plan: Plan
    limits: Limits
    fees: FeeSchedule | None
    first: int
    """The first day that may be used."""
    opening: str | None = None
    """A kind that may come first though nothing asks for it."""

    def laid_out(self, limits: Limits, wishes: Wishes, manner: Manner) -> tuple[Placed, ...] | None:
        """The sessions of a course; ``None`` = limits and wishes exclude each other."""
        counts = lawful_counts(limits, wishes)
        if counts is None:
            return None
        traits = self.fields(limits, wishes)
        if not self._may_have(limits, traits, counts):
            return None
        demand = self._demand(limits, wishes, manner, counts, traits)
        most = None if manner == MANNERS[-1] else FEW
        return find_sessions(demand, self._bays(wishes, manner, demand), most)

    def _may_have(self, limits: Limits, traits: Traits, counts: Counts) -> bool:
        needed = [kind for kind, number in counts.by_kind().items() if number]
        supported = not counts.dosings or is_supported(limits, traits)
        return supported and are_lawful(limits, traits, needed)

    def fields(self, limits: Limits, wishes: Wishes) -> Traits:
        """The fields of the sessions, with lengths that are lawful and published."""
        lengths = published_minutes(limits, self.fees, dt.date.fromordinal(self.first))
        return usual_fields(
            limits,
            minutes=lengths | dict(wishes.minutes or {}),
            place=wishes.place,
            support_person=wishes.support_person,
        )

    def _demand(
        self, limits: Limits, wishes: Wishes, manner: Manner, counts: Counts, traits: Traits
    ) -> Demand:
        pace, start = wishes.every, wishes.start
        if pace is None:
            pace = lawful_cadence(limits, DAYS_APART) if manner.cadence else 0
        delay = manner.delay if wishes.integration_delay is None else wishes.integration_delay
        leads = _leads(limits, counts) if manner.leads else {}
        return Demand(
            limits=limits,
            since=max(EARLIEST, self.plan.zone.first_instant(self.first)),
            since_day=0,
            minutes={kind: fields["minutes"] for kind, fields in traits.items()},
            every=pace,
            delay=delay,
            preparations=counts.preparations,
            dosings=counts.dosings,
            integrations=counts.integrations,
            born_day=day_of_age(self.plan.born, limits.minimum_age),
            first_by=NEVER if start is None else start.toordinal(),
            opening=self.opening,
            earliest={kind: self.first + days for kind, days in leads.items()},
        )

    def _bays(self, wishes: Wishes, manner: Manner, demand: Demand) -> Mapping[str, Bays]:
        time = wishes.time or (USUAL_TIME if manner.late else (0, 0))
        openings = self._openings(wishes, demand)
        if manner.one_a_day:
            bays = Bays(openings.one_a_day(time, (), demand.since))
        else:
            bays = Bays(openings.hours((time, None), (), demand.since))
        found: dict[str, Bays] = dict.fromkeys(KINDS, bays)
        if wishes.weekday is not None:
            on_it = [bay for bay in bays.bays if weekday_of(bay.day) == wishes.weekday]
            found["dosing"] = Bays(on_it)
        return found

    def _openings(self, wishes: Wishes, demand: Demand) -> Openings:
        """The days on which sessions may be, as far as a course may need them."""
        first = self.first if demand.born_day == NEVER else max(self.first, demand.born_day)
        seldom = bool(wishes.working_days or wishes.closed)
        last = last_day_for(demand, first, seldom=seldom, closed=len(wishes.closed))
        return Openings(zone=self.plan.zone, first=self.first, last=last, is_open=wishes.opens())


def _intake(limits: Limits, counts: Counts) -> Iterator[str]:
    """The kinds of a course in the order in which they first come."""
    evaluates = limits.evaluation_first or (
        limits.preparation_after_supply and counts.preparations > 0
    )
    if limits.consultation_first and evaluates:
        yield "consultation"
    if evaluates:
        yield "medical-evaluation"
    if counts.preparations:
        yield "preparation"
    yield "dosing"


def first_kind(limits: Limits, wishes: Wishes) -> str | None:
    """The kind of a course's first session; ``None`` where its numbers exclude each other."""
    counts = lawful_counts(limits, wishes)
    return None if counts is None else next(_intake(limits, counts))


def _leads(limits: Limits, counts: Counts) -> dict[str, int]:
    """The usual days of each kind of the intake after the first of them."""
    kinds = list(_intake(limits, counts))
    usual = _LEAD_DAYS.get(kinds[0], 0)
    return {kind: days - usual for kind, days in _LEAD_DAYS.items() if kind in kinds}


def lawful_counts(limits: Limits, wishes: Wishes) -> Counts | None:
    """How many sessions of each kind; ``None`` = no lawful numbers go together."""
    preparations, dosings = limits.preparation_count or _ANY, limits.dosing_count or _ANY
    integrations, each = limits.integration_count or _ANY, limits.integration_per_dosing or 0
    prepared = (preparations.min or 0) if wishes.preparations is None else wishes.preparations
    wanted = (integrations.min or 0) if wishes.integrations is None else wishes.integrations
    dosed = wishes.dosings
    if dosed is None:
        waits = bool(wanted and limits.integration_after_dosing)
        dosed = max(dosings.min or 0, int(waits))
    integrated = max(wanted, dosed * each)
    if not (preparations.holds(prepared) and dosings.holds(dosed)):
        return None
    if integrations.above(integrated) or (wanted and not dosed and limits.integration_after_dosing):
        return None
    if wishes.integrations is not None and wishes.integrations != integrated:
        return None
    if integrations.below(integrated) or prepared + dosed + integrated > MOST_SESSIONS:
        return None
    return Counts(prepared, dosed, integrated)
