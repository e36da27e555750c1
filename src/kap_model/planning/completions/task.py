"""The task of completing one course: its demands, the times to search, and the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import attrs
from attrs import frozen

from kap_model._time import DAY_SECONDS, EPOCH_DAY, NEVER, Instant
from kap_model.checking import check, limits_of
from kap_model.course import Course
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.additions import beyond, new_ids, with_sessions
from kap_model.planning.completions.completions import Completion
from kap_model.planning.completions.demands import course_demand
from kap_model.planning.pending import kind_that_ends
from kap_model.planning.search.demand import Demand
from kap_model.planning.search.ledger import Placed
from kap_model.planning.search.openings import (
    DAYTIME,
    USUAL_TIME,
    WHOLE_DAY,
    Openings,
    last_day_for,
)
from kap_model.planning.search.search import FEW, find_sessions
from kap_model.planning.search.slots import Bays, free_bays
from kap_model.planning.selection import kept
from kap_model.planning.traits import (
    Traits,
    are_lawful,
    is_supported,
    published_minutes,
    usual_fields,
)
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import CLASS_OF_KIND, KINDS, MEDICAL_KINDS, NOBODY, Place, Session
from kap_model.slots import ROLES, OpenSlot, SlotRole, role_of
from kap_model.timeline import in_canonical_order

_ONLY_OWED: Final = {
    "refused": "The medical partner has turned the client down",
    "stopped": "The medical partner has stopped treatment",
    "pending": "The medical partner's decision is pending",
    "unrecorded": "The medical partner's decision is not recorded",
}


class Term(NamedTuple):
    """Limits that hold for a course that begins within some days.

    Attributes:
        limits: The limits.
        since: The first day for new sessions.
        first_by: The last day for the first new session.
        is_now: Whether they hold for the course as it is.
    """

    limits: Limits
    since: int
    first_by: int
    is_now: bool


class Solution(NamedTuple):
    """New sessions at their times, and the fields of each kind."""

    sessions: tuple[Placed, ...]
    traits: Traits
    review_by: int
    """The day by which the next medical contact is among them."""


@frozen(kw_only=True, eq=False)
class Task:
    """A course to be completed, with what may be chosen."""

    plan: Plan
    care: CareProtocol
    as_of: int
    every: int
    slots: tuple[OpenSlot, ...] | None
    fees: FeeSchedule | None
    minutes: Mapping[str, int]
    place: Place | None
    support_person: str | None
    delay: int
    course: Course = attrs.field(init=False)
    limits: Limits = attrs.field(init=False)
    report: Report = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        course = Course.of(self.plan, self.as_of)
        object.__setattr__(self, "course", course)
        object.__setattr__(self, "limits", limits_of(self.care, course))
        object.__setattr__(self, "report", self.judged(self.plan))

    def judged(self, plan: Plan) -> Report:
        """What a plan keeps, now."""
        return check(plan, self.care, as_of=self.plan.zone.text(self.as_of))

    @property
    def gets_all(self) -> bool:
        """Whether the course goes on, so that everything that it lacks may be booked."""
        return self.course.standing.state in ("clear", "none")

    def fields(self, limits: Limits, *, published: bool) -> Traits:
        """The fields of new sessions, of published lengths where that is wished for."""
        day = dt.date.fromordinal(self.plan.zone.day(self.as_of))
        lengths = published_minutes(limits, self.fees if published else None, day)
        return usual_fields(
            limits,
            minutes=lengths | dict(self.minutes),
            place=self.place,
            support_person=self.support_person,
        )

    def demand(self, limits: Limits, traits: Traits) -> Demand:
        """What the course lacks by some of its limits."""
        minutes = {kind: fields["minutes"] for kind, fields in traits.items()}
        demand = course_demand(self.course, limits, self.report, minutes=minutes, every=self.every)
        return attrs.evolve(demand, delay=self.delay)

    def solution(self) -> Solution | None:
        """The new sessions of published lengths, where that can be, else of lawful ones."""
        return self.solved(published=True) or self.solved()

    def solved(
        self,
        names: frozenset[str] | None = None,
        free: frozenset[str] = frozenset(),
        *,
        published: bool = False,
    ) -> Solution | None:
        """The new sessions by the limits of some names; those of the free kinds stand anywhere."""
        for term in self._terms():
            limits = term.limits if names is None else kept(term.limits, names)
            traits = self.fields(limits, published=published)
            demand = attrs.evolve(self.demand(limits, traits), first_by=term.first_by)
            kinds = tuple(self._new_kinds(demand))
            nobody = traits["dosing"].get("support_person") == NOBODY
            if "dosing" in kinds and nobody and not is_supported(limits, traits):
                continue
            if not are_lawful(limits, traits, kinds):
                continue
            found = self._found(demand, term, free)
            if found is not None:
                return Solution(found[0], traits, found[1])
        return None

    def _found(
        self, demand: Demand, term: Term, free: frozenset[str]
    ) -> tuple[tuple[Placed, ...], int] | None:
        """The new sessions, and by when a review is among them."""
        wishes = [demand]
        if demand.arrivals:
            # Medicine whose arrival is recorded is waited for, where there is time.
            wishes.append(attrs.evolve(demand, arrivals=()))
        if demand.review_by != NEVER:
            # A review that treatment going on asks for, though no rule may in the end.
            wishes += [attrs.evolve(wish, review_by=NEVER) for wish in wishes]
        for wish in wishes:
            for bays, most in self._bays(wish, term, free):
                found = find_sessions(wish, bays, most)
                if found or (found is not None and term.is_now):
                    return found, wish.review_by
        return None

    def _terms(self) -> Iterator[Term]:
        """The limits that may be in force, by the date on which the course begins."""
        counting, changes = self.course.counting, self.care.changes
        today = self.plan.zone.day(self.as_of)
        if not changes or (counting and counting[0].begins < self.as_of):
            yield Term(self.limits, today, NEVER, is_now=True)
            return
        booked = self.course.day(counting[0]) if counting else NEVER
        edges = [0, *(day.toordinal() for day in changes), NEVER]
        for since, until in pairwise(edges):
            first_by = NEVER if booked < until else until - 1
            if since <= booked and first_by >= today:
                day = dt.date.fromordinal(since) if since else changes[0] - dt.timedelta(days=1)
                begun = today if booked == NEVER else booked
                limits = self.care.limits_on(day)
                yield Term(limits, max(since, today), first_by, is_now=since <= begun < until)

    def _new_kinds(self, demand: Demand) -> Iterator[str]:
        """The therapist's kinds of which there will be new sessions."""
        if demand.dosings:
            yield "dosing"
        if demand.dosings or any(f.rule.startswith("INTEG-") for f in self.report.findings):
            yield "integration"
        pending = (f.rule for f in self.report.findings if f.verdict == "pending")
        if demand.owed is None and "PREP-COUNT" in pending:
            yield "preparation"

    def _bays(
        self, demand: Demand, term: Term, free: frozenset[str]
    ) -> Iterator[tuple[Mapping[str, Bays], int | None]]:
        """The times to search, the more usual ones first, and how far; the last one to the end."""
        booked, zone = self.course.counting, self.plan.zone
        opens = max(self.as_of, zone.first_instant(term.since))
        openings = self._openings(demand)
        if self.slots is None:
            yield dict.fromkeys(KINDS, Bays(openings.one_a_day(USUAL_TIME, booked, opens))), FEW
            yield dict.fromkeys(KINDS, Bays(openings.hours(DAYTIME, booked, opens))), FEW
            yield dict.fromkeys(KINDS, Bays(openings.hours(WHOLE_DAY, booked, opens))), None
            return
        by_role: dict[SlotRole, Bays] = {}
        for role in ROLES:
            times = [(s.begins, s.ends, s.ends) for s in self.slots if s.is_for(role)]
            by_role[role] = Bays(free_bays(times, booked, opens, zone))
        found: dict[str, Bays] = {kind: by_role[role_of(kind)] for kind in KINDS}
        if free:
            usual = Bays(openings.one_a_day(USUAL_TIME, booked, opens))
            any_time = Bays(openings.hours(WHOLE_DAY, booked, opens))
            yield found | dict.fromkeys(sorted(free), usual), FEW
            found |= dict.fromkeys(sorted(free), any_time)
        yield found, None

    def _openings(self, demand: Demand) -> Openings:
        """Every day from now to the last that may be needed."""
        zone, course = self.plan.zone, self.course
        first = zone.day(self.as_of)
        days = [first, *(course.day(s) for s in course.counting)]
        days += [demand.born_day] if demand.born_day < NEVER else []
        days += [day for day, _ in demand.arrivals or ()]
        days += [slot.ends // DAY_SECONDS + EPOCH_DAY for slot in self.slots or ()]
        last = last_day_for(demand, max(days))
        return Openings(zone=zone, first=first, last=last)

    def completion(self, found: Solution) -> Completion:
        """The completed plan, judged by the rules themselves."""
        fresh = new_ids(self.plan)
        added = [
            CLASS_OF_KIND[placed.kind](
                id=fresh(placed.kind), start=Instant(placed.begins), **found.traits[placed.kind]
            )
            for placed in found.sessions
        ]
        report = self._kept_by(added)
        for session in added if self.gets_all else ():
            if session.kind in MEDICAL_KINDS:
                fewer = [other for other in added if other is not session]
                without = self._kept_by(fewer, found.review_by)
                added, report = (added, report) if without is None else (fewer, without)
        if report is None:
            raise AssertionError("the search and the rules disagree")
        return Completion(
            plan=self._plan_with(added),
            added=in_canonical_order(added),
            needs=tuple(f for f in report.findings if f.verdict == "unknown" or self._is_fact(f)),
            findings=tuple(f for f in self.report.findings if f.verdict == "violated"),
            reason=self._reason(),
        )

    def _plan_with(self, added: Sequence[Session]) -> Plan:
        return with_sessions(self.plan, [*self.plan.sessions, *added])

    def _kept_by(self, added: Sequence[Session], review_by: int = NEVER) -> Report | None:
        """What the course with these sessions keeps; ``None`` where it lacks or breaks more."""
        if review_by != NEVER and not self._is_reviewed(added, review_by):
            return None
        report = self.judged(self._plan_with(added))
        broken = any(finding.verdict == "violated" for finding in beyond(self.report, report))
        lacking = self.gets_all and any(map(self._is_open, report.findings))
        return None if broken or lacking else report

    def _is_reviewed(self, added: Sequence[Session], until: int) -> bool:
        """Whether a medical contact is booked by a day."""
        day = self.plan.zone.day
        return any(s.kind in MEDICAL_KINDS and day(s.begins) <= until for s in added)

    def _is_fact(self, finding: Finding) -> bool:
        """Whether something is missing that no session brings, but only what people record."""
        return finding.verdict == "pending" and kind_that_ends(finding, self.plan) is None

    def _is_open(self, finding: Finding) -> bool:
        """Whether something is missing that sessions can bring."""
        return finding.verdict == "pending" and not self._is_fact(finding)

    def _reason(self) -> str | None:
        said = _ONLY_OWED.get(self.course.standing.state)
        return said and f"{said}, so only integrations that are owed are added."
