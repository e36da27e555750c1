"""The task of completing one course: what it lacks, the times to search, and the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import Any, Final, NamedTuple

import attrs
from attrs import frozen

from kap_model._time import DAY_SECONDS, EARLIEST, EPOCH_DAY, NEVER, DayEdge, Instant, day_of_age
from kap_model.checking import check, deciding_date, limits_of
from kap_model.course import Course
from kap_model.fees.schedule import FeeSchedule
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.choices import Given, choices_for, folded, forms_of, is_spaced, only
from kap_model.planning.conflicts import kept
from kap_model.planning.moves import beyond
from kap_model.planning.new_sessions import (
    SessionFields,
    are_lawful,
    is_supported,
    new_ids,
    published_minutes,
    usual_fields,
    with_sessions,
)
from kap_model.planning.results import Completion
from kap_model.planning.rule_effects import forms_asked, review_to_come, what_ends
from kap_model.planning.search.asked import forms_in
from kap_model.planning.search.problem import Added, SearchProblem, Work, last_day_for
from kap_model.planning.search.search import FEW
from kap_model.planning.search.times import (
    DAYTIME,
    USUAL_TIME,
    WHOLE_DAY,
    FreeTimes,
    OpenDays,
    free_times,
)
from kap_model.planning.spreading import after_dosings, find_by
from kap_model.planning.wishes import (
    ANYTHING,
    SPREAD_OR_ANYTHING,
    Hours,
    Wish,
    most_usual,
    usual_delay,
    usual_lengths,
    usual_pace,
    wishes_for_completion,
)
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import CLASS_OF_KIND, KINDS, MEDICAL_KINDS, NOBODY, Place, Session
from kap_model.slots import ROLES, OpenSlot, SlotRole, role_of
from kap_model.timeline import Timeline, in_canonical_order
from kap_model.usual import Usual

_ONLY_OWED: Final = {
    "refused": "The medical partner has turned the client down",
    "stopped": "The medical partner has stopped treatment",
    "pending": "The medical partner's decision is pending",
    "unrecorded": "The medical partner's decision is not recorded",
}
_OPEN_END: Final = NEVER - 1
"""A day without end by which a contact has to come all the same."""


def course_problem(course: Course, limits: Limits, report: Report) -> SearchProblem:
    """Everything that a course lacks by the limits and by what was found of it.

    A halted course, and one whose standing is pending or unrecorded, lacks the integrations of the
    dosings that were held, and nothing else.
    """
    timeline, since = course.timeline, _since(course)
    known = _known(report)
    common: dict[str, Any] = {
        "limits": limits,
        "booked": course.counting,
        "since": since,
        "since_day": timeline.zone.day(since),
        "day_of": {session.id: course.day(session) for session in course.counting},
        "known": known,
        "choices": (),
    }
    if course.standing.state not in ("clear", "none"):
        held = frozenset(dosing.id for dosing in course.dosings if course.is_held(dosing))
        return SearchProblem(**common, owed=held)
    first_supply, refill_from, refill_by = _refills(course, report)
    return SearchProblem(
        **common,
        **_clearance(course),
        preparations=(limits.preparation_count and limits.preparation_count.min) or 0,
        integrations=(limits.integration_count and limits.integration_count.min) or 0,
        dosings=_dosings_lacking(course, limits, report),
        born_day=_old_enough(course, limits),
        arrivals=first_supply,
        review_by=_next_review(course, limits),
        refill_from=refill_from,
        refill_by=refill_by,
        clearing=frozenset(review.id for review in timeline.clearing_reviews),
        issue_by=_issue_by(report, timeline),
    )


def _since(course: Course) -> int:
    return EARLIEST if course.as_of is None else course.as_of


def _known(report: Report) -> frozenset[tuple[str, tuple[str, ...]]]:
    """What booked sessions break already: the rule, and the sessions in question."""
    violated = [finding for finding in report.findings if finding.verdict == "violated"]
    return frozenset((finding.rule, finding.sessions) for finding in violated)


def _clearance(course: Course) -> dict[str, Any]:
    """From when dosings may be held, and medicine is there."""
    clearing = course.timeline.clearing_evaluations
    cleared = course.standings.clear_from
    return {
        "has_evaluation": bool(course.evaluations),
        "cleared": NEVER if cleared is None else cleared,
        "evaluated": min((e.ends for e in clearing), default=NEVER),
        "supplied": clearing[0].ends if clearing else NEVER,
    }


def _dosings_lacking(course: Course, limits: Limits, report: Report) -> int:
    bounds, found = limits.dosing_count, len(course.dosings)
    lacking = max(0, ((bounds and bounds.min) or 0) - found)
    if found or not limits.integration_after_dosing:
        return lacking
    # What waits for a first dosing asks for it too.
    least = (limits.integration_count and limits.integration_count.min) or 0
    waits = any(f.rule == "INTEG-ORDER" and f.verdict == "pending" for f in report.findings)
    return max(lacking, 1) if waits or least > len(course.integrations) else lacking


def _old_enough(course: Course, limits: Limits) -> int:
    """The day from which a first evaluation may be; it has been where there is one."""
    return 0 if course.evaluations else day_of_age(course.plan.born, limits.minimum_age)


def _refills(course: Course, report: Report) -> tuple[tuple[tuple[int, int], ...] | None, int, int]:
    """The arrivals of tracked supplies, and the days within which a review is asked for."""
    if course.plan.supplies is None:
        return None, 0, NEVER
    arrivals, covered = [], 0
    received = [(s.received, s.dosings) for s in course.plan.supplies if s.received is not None]
    for day, dosings in sorted(received):
        covered += dosings
        arrivals.append((day.toordinal(), covered))
    windows = [
        (finding.breach.opens, finding.breach.closes)
        for finding in report.findings
        if finding.rule == "REFILL-REVIEW" and finding.verdict == "pending"
    ]
    opens = [edge.day for edge, _ in windows if isinstance(edge, DayEdge)]
    closes = [edge.day for _, edge in windows if isinstance(edge, DayEdge)]
    return tuple(arrivals), max(opens, default=0), min(closes, default=NEVER)


def _issue_by(report: Report, timeline: Timeline) -> int:
    """When an evaluation has to be over for the first medicine that waits for it."""
    closes = [
        timeline.zone.resolve(finding.breach.closes)
        for finding in report.findings
        if finding.rule == "SUPPLY-ISSUED"
        and finding.verdict == "pending"
        and finding.breach.closes is not None
    ]
    return min(closes, default=NEVER)


def _next_review(course: Course, limits: Limits) -> int:
    """The day by which the next medical contact is to be booked.

    A review that is overdue is still to come, on any day.
    """
    to_come, today = review_to_come(course, limits), course.as_of_day
    if to_come is None:
        return NEVER
    return _OPEN_END if today is not None and to_come.due < today else to_come.due


class DatedLimits(NamedTuple):
    """Limits that hold for a course that begins within some days.

    Attributes:
        limits: The limits.
        house: The house rules.
        usual: What is usual then.
        since: The first day for new sessions.
        first_by: The last day for the first new session.
        is_now: Whether they hold for the course as it is.
    """

    limits: Limits
    house: tuple[HouseRule, ...]
    usual: Usual
    since: int
    first_by: int
    is_now: bool


class Solution(NamedTuple):
    """New sessions at their times."""

    sessions: tuple[Added, ...]
    review_by: int
    """The day by which the next medical contact is among them."""


@frozen(kw_only=True, eq=False)
class Task:
    """A course to be completed, with what may be chosen."""

    plan: Plan
    care: CareProtocol
    as_of: int
    every: int | None
    slots: tuple[OpenSlot, ...] | None
    fees: FeeSchedule | None
    minutes: Mapping[str, int]
    place: Place | None
    support_person: str | None
    delay: int | None
    work: Work = attrs.field(factory=Work)
    """What is left for all its searches together."""
    course: Course = attrs.field(init=False)
    limits: Limits = attrs.field(init=False)
    house: tuple[HouseRule, ...] = attrs.field(init=False)
    report: Report = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        course = Course.of(self.plan, self.as_of)
        object.__setattr__(self, "course", course)
        object.__setattr__(self, "limits", limits_of(self.care, course))
        object.__setattr__(self, "house", self.care.rules_on(deciding_date(course)))
        object.__setattr__(self, "report", self.judged(self.plan))

    def judged(self, plan: Plan) -> Report:
        """What a plan keeps, now."""
        return check(plan, self.care, as_of=self.plan.zone.text(self.as_of))

    @property
    def gets_all(self) -> bool:
        """Whether the course goes on, so that everything that it lacks may be booked."""
        return self.course.standing.state in ("clear", "none")

    def fields(self, limits: Limits, usual: Usual | None) -> SessionFields:
        """The fields of new sessions, of usual and published lengths where that is wished for."""
        lengths: dict[str, int] = {}
        if usual is not None:
            day = dt.date.fromordinal(self.plan.zone.day(self.as_of))
            lengths = published_minutes(limits, self.fees, day) | usual_lengths(limits, usual)
        return usual_fields(
            limits,
            minutes=lengths | dict(self.minutes),
            place=self.place,
            support_person=self.support_person,
        )

    def problem(
        self, limits: Limits, house: tuple[HouseRule, ...], fields: SessionFields
    ) -> SearchProblem:
        """What the course lacks by some of its limits and house rules."""
        said = tuple(forms_of(house))
        forms, spaced = [form for _, form in said], is_spaced(self.limits, self.house)
        problem = course_problem(self.course, folded(limits, forms), self.report)
        given = Given(
            kinds=frozenset(self.minutes), place=self.place, support_person=self.support_person
        )
        return attrs.evolve(
            problem,
            rules=(*forms_in(limits, spaced=spaced), *said),
            choices=choices_for(limits, forms, fields, given),
            work=self.work,
            facts=frozenset({"support_person"} if self.support_person is not None else ()),
        )

    def solution(self) -> Solution | None:
        """The new sessions of usual and published lengths, else of other lawful ones."""
        is_plain = self.fees is None and not self.care.usual
        return self.solved() if is_plain else self.solved(as_usual=True) or self.solved()

    def solved(
        self,
        names: frozenset[str] | None = None,
        free: frozenset[str] = frozenset(),
        *,
        as_usual: bool = False,
    ) -> Solution | None:
        """The new sessions by the limits of some names; those of the free kinds stand anywhere."""
        for dated in self._dated_limits():
            limits = dated.limits if names is None else kept(dated.limits, names)
            house = dated.house if names is None else only(dated.house, names)
            shaped = folded(limits, [form for _, form in forms_of(house)])
            fields = self.fields(shaped, dated.usual if as_usual else None)
            problem = self.problem(limits, house, fields)
            problem = attrs.evolve(problem, first_by=dated.first_by)
            kinds = tuple(self._new_kinds(problem))
            nobody = fields["dosing"].get("support_person") == NOBODY
            if "dosing" in kinds and nobody and not is_supported(limits, fields):
                continue
            if not are_lawful(shaped, fields, kinds):
                continue
            found = self._found(problem, dated, free, usual=names is None and not free)
            if found is not None:
                return Solution(found[0], found[1])
        return None

    def _found(
        self, problem: SearchProblem, dated: DatedLimits, free: frozenset[str], *, usual: bool
    ) -> tuple[tuple[Added, ...], int] | None:
        """The new sessions, as usual ones where that is wished, and by when a review is there."""
        problems = [problem]
        if problem.arrivals:
            # Medicine whose arrival is recorded is waited for, where there is time.
            problems.append(attrs.evolve(problem, arrivals=()))
        if problem.review_by != NEVER:
            # A review that treatment going on asks for, though no rule may in the end.
            problems += [attrs.evolve(one, review_by=NEVER) for one in problems]
        for one in problems:
            found = self._searched(one, dated, free, usual=usual)
            if found or (found is not None and dated.is_now):
                return found, one.review_by
        return None

    def _searched(
        self, problem: SearchProblem, dated: DatedLimits, free: frozenset[str], *, usual: bool
    ) -> tuple[Added, ...] | None:
        """The new sessions of one search, or of those for ever less usual ones."""
        least = self.every or 0
        delay = usual_delay(problem.limits, dated.usual) if self.delay is None else self.delay
        wished = usual_pace(problem.limits, dated.usual) if self.every is None else least
        wishes = wishes_for_completion(
            delay, asked=self.delay is not None, slots=self.slots is not None
        )
        times = cache(partial(self._times, attrs.evolve(problem, every=wished), dated, free))

        def find(wish: Wish, every: int) -> tuple[Added, ...] | None:
            days = wish.delay if self.delay is None else self.delay
            one = attrs.evolve(problem, every=every, delay=days)
            most = None if wish == ANYTHING else FEW
            return find_by(wish, one, times(wish.hours, days), most)

        if not usual:  # whether there is any at all
            found = (find(wish, least) for wish in SPREAD_OR_ANYTHING)
            return next((one for one in found if one is not None), None)
        return most_usual(wishes, (least, wished if problem.dosings else least), find)

    def _dated_limits(self) -> Iterator[DatedLimits]:
        """The limits that may be in force, by the date on which the course begins."""
        counting, changes = self.course.counting, self.care.changes
        today = self.plan.zone.day(self.as_of)
        if not changes or (counting and counting[0].begins < self.as_of):
            usual = self.care.usual_on(deciding_date(self.course))
            yield DatedLimits(self.limits, self.house, usual, today, NEVER, is_now=True)
            return
        booked = self.course.day(counting[0]) if counting else NEVER
        edges = [0, *(day.toordinal() for day in changes), NEVER]
        for since, until in pairwise(edges):
            first_by = NEVER if booked < until else until - 1
            if since <= booked and first_by >= today:
                day = dt.date.fromordinal(since) if since else changes[0] - dt.timedelta(days=1)
                begun = today if booked == NEVER else booked
                limits, usual = self.care.limits_on(day), self.care.usual_on(day)
                house = self.care.rules_on(day)
                yield DatedLimits(
                    limits, house, usual, max(since, today), first_by, is_now=since <= begun < until
                )

    def _new_kinds(self, problem: SearchProblem) -> Iterator[str]:
        """The therapist's kinds of which there will be new sessions."""
        if problem.dosings:
            yield "dosing"
        if problem.dosings or any(f.rule.startswith("INTEG-") for f in self.report.findings):
            yield "integration"
        pending = (f.rule for f in self.report.findings if f.verdict == "pending")
        if problem.owed is None and "PREP-COUNT" in pending:
            yield "preparation"

    def _times(
        self,
        problem: SearchProblem,
        dated: DatedLimits,
        free: frozenset[str],
        hours: Hours,
        delay: int,
    ) -> Mapping[str, FreeTimes]:
        """When sessions of each kind may start; those of the free kinds need no open slot."""
        booked, zone = self.course.counting, self.plan.zone
        opens, open_days = (
            max(self.as_of, zone.first_instant(dated.since)),
            self._open_days(problem),
        )
        if self.slots is not None and not free:
            return self._in_slots(opens)
        self.work.pay_for_days(open_days.first, open_days.last)
        if hours == "once":
            usual = FreeTimes(open_days.one_a_day(USUAL_TIME, booked, opens))
        else:
            span = DAYTIME if hours == "day" else WHOLE_DAY
            usual = FreeTimes(open_days.hours(span, booked, opens))
        found: dict[str, FreeTimes] = dict.fromkeys(KINDS, usual)
        if hours == "once" and not delay and not free:
            found["integration"] = after_dosings(usual, problem, zone.day)
        if self.slots is not None:
            bound = self._in_slots(opens)
            found |= {kind: bound[kind] for kind in KINDS if kind not in free}
        return found

    def _in_slots(self, opens: int) -> dict[str, FreeTimes]:
        """What bookings leave of the open slots from an instant on, by kind."""
        by_role: dict[SlotRole, FreeTimes] = {}
        for role in ROLES:
            spans = [(s.begins, s.ends, s.ends) for s in self.slots or () if s.is_for(role)]
            free = free_times(spans, self.course.counting, opens, self.plan.zone)
            by_role[role] = FreeTimes(free)
        return {kind: by_role[role_of(kind)] for kind in KINDS}

    def _open_days(self, problem: SearchProblem) -> OpenDays:
        """Every day from now to the last that may be needed."""
        zone, course = self.plan.zone, self.course
        first = zone.day(self.as_of)
        days = [first, *(course.day(s) for s in course.counting)]
        days += [problem.born_day] if problem.born_day < NEVER else []
        days += [day for day, _ in problem.arrivals or ()]
        days += [slot.ends // DAY_SECONDS + EPOCH_DAY for slot in self.slots or ()]
        last = last_day_for(problem, max(days))
        return OpenDays(zone=zone, first=first, last=last)

    def completion(self, found: Solution) -> Completion:
        """The completed plan, judged by the rules themselves."""
        fresh = new_ids(self.plan)
        added = [
            CLASS_OF_KIND[placed.kind](
                id=fresh(placed.kind), start=Instant(placed.begins), **placed.session.fields
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
        if finding.verdict != "pending":
            return False
        form = forms_asked(self.limits, self.house).get(finding.rule)
        return what_ends(finding, self.plan, form) is None

    def _is_open(self, finding: Finding) -> bool:
        """Whether something is missing that sessions can bring."""
        return finding.verdict == "pending" and not self._is_fact(finding)

    def _reason(self) -> str | None:
        said = _ONLY_OWED.get(self.course.standing.state)
        return said and f"{said}, so only integrations that are owed are added."
