"""What courses of strategies are laid out on: a protocol, and a plain course that keeps it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Final

import attrs
from attrs import frozen

from kap_model._time import FIRST_DATE
from kap_model.checking import ProtocolChoice, care_of, check, limits_of
from kap_model.course import Course
from kap_model.errors import InvalidValue, PlanningError, Problem
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning._feasibility import some_course
from kap_model.planning.layout import lay_out
from kap_model.planning.linting import lint
from kap_model.planning.new_sessions import Counts, CourseSize, fewest, lawful_cadence, usual_fields
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.protocol import CareProtocol

FIRST: Final = dt.date(2027, 1, 4)
"""Where plain courses begin."""
EARLIEST: Final = dt.date(1980, 1, 2)
LATEST: Final = dt.date(2199, 3, 1)
SUPPORT: Final = ("spouse", "friend", "neighbour")
_ADULT: Final = 18


@frozen
class Ground:
    """What courses are laid out on.

    Attributes:
        care: The protocol that judges them.
        spare: A plain lawful course, for what cannot be laid out otherwise.
        timezone: The zone of plain courses.
        named: What plans may say of their protocol and fees, the plainest first.
    """

    care: CareProtocol
    spare: Plan
    timezone: str
    named: tuple[tuple[str | None, str | None], ...]

    @classmethod
    def of(cls, protocol: ProtocolChoice) -> Ground:
        """The ground for a protocol, a practice, or a built-in practice's name.

        Raises:
            InvalidValue: It is none of these.
            PlanningError: No course keeps the protocol; ``conflict`` names the limits.
        """
        care = care_of(protocol)
        practice = BY_NAME.get(protocol) if isinstance(protocol, str) else protocol
        known = practice if isinstance(practice, Practice) else None
        zone_name = "UTC" if known is None else known.timezone
        spare = plain_course(care, zone_name)
        if spare is None:
            raise _unsatisfiable(care)
        named: tuple[tuple[str | None, str | None], ...] = ((None, None),)
        if known is not None and BY_NAME.get(known.id) is known:
            fees = known.id if known.fees is not None else None
            named = ((known.id, fees), (known.id, None))
        protocol_name, fees_name = named[0]
        spare = attrs.evolve(spare, protocol=protocol_name, fees=fees_name)
        return cls(care, spare, zone_name, named)


def _unsatisfiable(care: CareProtocol) -> PlanningError:
    """The error that names the limits in conflict, where limits are what conflicts."""
    for stretch in lint(care).stretches:
        names = tuple(limit.limit for limit in stretch.conflict)
        if names:
            reason = f"allows no course; {', '.join(names)}: {stretch.reason}"
            return PlanningError([Problem("protocol", reason)], names)
    reason = "allows no course in which every fact that it asks for can be recorded"
    return PlanningError([Problem("protocol", reason)])


@lru_cache(maxsize=128)
def plain_course(care: CareProtocol, zone_name: str) -> Plan | None:
    """A lawful course with nothing in it that the protocol does not ask for, if there is one."""
    for start in _plain_starts(care):
        limits = care.limits_on(start)
        found = laid_out(limits, _plainest(limits, start, zone_name)) or some_course(limits, start)
        if found is not None:
            plan = grown_up(attrs.evolve(found, id="plan"), limits)
            if not check(plan, care).findings:
                return plan
    return None


def _plain_starts(care: CareProtocol) -> list[dt.date]:
    changes_of = [day for day in care.changes if EARLIEST <= day <= LATEST]
    # The latest date leaves the most room for an age, the earliest for a long course.
    return [FIRST, *changes_of, EARLIEST, dt.date(2190, 1, 1)]


def _plainest(limits: Limits, start: dt.date, zone_name: str) -> CourseSize | None:
    try:
        counts = fewest(limits)
    except InvalidValue:
        return None
    return outline_of(limits, start, counts, timezone=zone_name)


def outline_of(limits: Limits, start: dt.date, counts: Counts, **given: Any) -> CourseSize:
    """An outline with the usual pace and lengths where nothing else is given."""
    usual: dict[str, Any] = {
        "every": lawful_cadence(limits),
        "traits": usual_fields(limits, support_person=SUPPORT[0]),
    }
    return CourseSize(id="plan", start=start, **counts._asdict(), **{**usual, **given})


def laid_out(limits: Limits, outline: CourseSize | None) -> Plan | None:
    if outline is None:
        return None
    try:
        return lay_out(limits, outline)
    except InvalidValue:
        return None


def grown_up(plan: Plan, limits: Limits) -> Plan:
    """A plan whose client is old enough, where the protocol asks for an age."""
    if limits.minimum_age is None or not plan.sessions:
        return plan
    year = plan.local_start(plan.sessions[0]).year - limits.minimum_age
    born = max(FIRST_DATE, dt.date(max(year - _ADULT, 1), 1, 1))
    return attrs.evolve(plan, born=born)


def limits_at(care: CareProtocol, plan: Plan) -> Limits:
    """The limits that judge a plan."""
    return limits_of(care, Course.of(plan, None))
