"""``repair``: the smallest change of a plan that leaves no violated error."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, Final, NamedTuple

import attrs

from kap_model._time import moment_of_judgement
from kap_model.checking import ProtocolChoice, ProtocolsGiven, check, choose_protocol
from kap_model.course import Course
from kap_model.errors import PlanningError, Problem
from kap_model.plan import Plan
from kap_model.planning._repair_state import (
    ANY_TIME,
    Attempt,
    Remedy,
    RepairCandidate,
    RepairState,
    Scope,
    with_changes,
)
from kap_model.planning._repair_times import CandidateStarts
from kap_model.planning.new_sessions import refuse_closed
from kap_model.planning.results import Change, Repair
from kap_model.planning.rule_effects import remedies_for
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.timeline import is_clearing

MOST_PLANS: Final = 1_000
"""Plans that are judged before a search is given up."""
_COMPARED: Final = 1
"""Repairs of so many changes are all compared; of more, the first that is found is taken."""
_LAST: Final = 1_000_000
_FREE_MOVE: Final = 20  # a move to any time counts as so many ways out of an error
_HISTORY: Final = "is broken by what may not be changed; history cannot be mended"


def repair(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
    protocols: ProtocolsGiven = (),
) -> Repair:
    """Add, move and drop as few sessions as can be, so that no error is left violated.

    Of repairs with equally many changes the one that moves sessions by the fewest minutes is
    taken, of equal ones the first in canonical order. What was held or has begun stays, and so do
    cancelled and missed sessions and supplies. Without ``as_of`` the plan is judged as a whole,
    so that an unfinished one is completed.

    Args:
        plan: An active course.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment of judgement; what is added or moved starts then or later.
        protocols: As for :func:`~kap_model.check`.

    Raises:
        InvalidValue: The plan is not active, ``as_of`` names no instant, or the protocol is not
            known.
        PlanningError: What may not be changed breaks a rule, no change of the sessions keeps all
            rules, or none was found among the plans that a search may judge; ``conflict`` names
            the rules. Or an empty plan comes without ``as_of``.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    if not isinstance(plan, Plan):
        raise TypeError("repair() takes a Plan; kap_model.loads() makes one of a document")
    refuse_closed(plan)
    instant = None if as_of is None else moment_of_judgement(as_of)
    care, _ = choose_protocol(plan, protocol, protocols)
    scope = Scope.of(plan, care, instant)
    report = check(plan, care, as_of=instant)
    if report.ok:
        return Repair(plan=plan, report=report)
    if instant is None and not scope.course.counting:
        reason = "is needed where a plan has no sessions, for nothing else says when it begins"
        raise PlanningError([Problem("as_of", reason)])
    _refuse_history(scope, scope.course, scope.errors(report))
    attempt = _found(scope, report)
    repaired = attempt.plan(scope)
    return Repair(
        plan=repaired,
        changes=tuple(_with_rules(attempt, scope)),
        report=check(repaired, care, as_of=instant),
    )


def _refuse_history(scope: Scope, course: Course, errors: Iterable[Finding]) -> None:
    state = RepairState(scope, course, frozenset())
    broken = {error.rule for error in errors if not remedies_for(error, state)}
    if broken:
        raise _refusal(scope, broken, _HISTORY)


def _refusal(scope: Scope, rules: Iterable[str], reason: str) -> PlanningError:
    broken = set(rules)
    named = [rule for rule in (*RULE_OF_ID, *scope.protocol.house_ids) if rule in broken]
    return PlanningError([Problem(rule, reason) for rule in named], named)


def _found(scope: Scope, report: Report) -> Attempt:
    outcome = RepairSearch(scope, report).run()
    if outcome.attempt is not None:
        return outcome.attempt
    errors = scope.errors(report)
    rules = tuple(dict.fromkeys(error.rule for error in errors))
    if not outcome.is_over:
        fewer = outcome.changes - 1
        changes = "1 change" if fewer == 1 else f"{fewer} changes"
        reason = f"no repair of up to {changes} exists, and {MOST_PLANS:,} plans were tried"
        raise PlanningError([Problem("plan", reason)], rules)
    _refuse_alone(scope)
    reason = "cannot be kept together with the others, whatever is added, moved or dropped"
    raise _refusal(scope, rules, reason)


def _refuse_alone(scope: Scope) -> None:
    """Refuse what history breaks once all that may be dropped is gone."""
    gone = [s for s in scope.plan.sessions if s.id not in scope.history]
    alone = with_changes(scope.plan, tuple(Change(action="drop", before=s) for s in gone))
    report = check(alone, scope.protocol, as_of=scope.instant)
    _refuse_history(scope, Course.of(alone, scope.instant), scope.errors(report))


def _with_rules(attempt: Attempt, scope: Scope) -> Iterable[Change]:
    """Each change with the rules that would be broken without it."""
    for change in attempt.changes:
        others = tuple(other for other in attempt.changes if other is not change)
        report = check(with_changes(scope.plan, others), scope.protocol, as_of=scope.instant)
        rules = dict.fromkeys(error.rule for error in scope.errors(report))
        yield attrs.evolve(change, rules=tuple(rules))


class _JudgedPlan(NamedTuple):
    """An attempt that was judged: how it may go on, if its plan is not mended yet."""

    attempt: Attempt
    state: RepairState
    ways: tuple[Remedy, ...]
    is_mended: bool
    is_followed: bool = False


class SearchOutcome(NamedTuple):
    """What a search found.

    Attributes:
        attempt: The smallest repair; ``None`` = none was found.
        changes: How many changes it has; without one, every repair has so many or more.
        is_over: Whether everything was tried.
    """

    attempt: Attempt | None
    changes: int
    is_over: bool = True


# The state is an attempt: which sessions were changed, each once, and how; two with the same
# changes are the same, whichever came first (``Attempt.key``). Each is judged by ``check`` itself.
# Of an unlawful plan one error is taken, the one with the fewest ways out: every repair holds one
# of its remedies, so none is missed. Attempts are followed by the changes that they need at least,
# then by minutes moved. Neither ever falls on the way, so the first that is mended has the fewest.
# Starts at which only a further change helps wait until repairs of one more are looked for.
# Beyond one change the first repair is taken; comparing all would take too long. A search that has
# judged its most plans says so, and never takes that for a no. See docs/explanation/design.md,
# "Why its answers are trusted".
class RepairSearch:
    """One search for a repair."""

    def __init__(self, scope: Scope, report: Report) -> None:
        self.scope, self.report = scope, report
        self.plans_left = MOST_PLANS
        self.order = count()
        # Changes, minutes, depth, penalty, order of discovery; then what it is about.
        self.heap: list[tuple[int, int, int, int, int, _JudgedPlan | RepairCandidate]] = []
        self.seen: set[frozenset[Any]] = set()

    def run(self) -> SearchOutcome:
        """The smallest repair, if there is one."""
        self._judge(Attempt(), 0, next(self.order))
        found: list[tuple[int, Attempt]] = []
        cost = needed = 0, 0
        while self.heap:
            changes, minutes, _, penalty, order, entry = heapq.heappop(self.heap)
            needed = changes, minutes
            if found and needed > cost:
                break
            if isinstance(entry, RepairCandidate):
                if not self.plans_left:
                    return SearchOutcome(None, changes, is_over=False)
                self._judge(entry.made(self.scope), changes, order)
            elif not entry.is_mended:
                self._follow(entry, changes)
            else:
                found.append((penalty, entry.attempt))
                cost = needed
                if changes > _COMPARED:
                    break
        return SearchOutcome(self._best(found), needed[0])

    def _judge(self, attempt: Attempt, changes: int, order: int) -> None:
        """Put an attempt back at what it takes at least, unless it leads nowhere."""
        if attempt.key in self.seen:
            return
        self.seen.add(attempt.key)
        self.plans_left -= 1
        scope, plan = self.scope, attempt.plan(self.scope)
        report = check(plan, scope.protocol, as_of=scope.instant)
        settled = frozenset(change.session.id for change in attempt.changes)
        state = RepairState(scope, Course.of(plan, scope.instant), settled)
        ways = [tuple(remedies_for(error, state)) for error in scope.errors(report)]
        if not all(ways):
            return  # what may not be changed any more breaks a rule
        if ways:
            least = len(attempt.changes) + changes_needed(scope, state.course, ways)
            changes = max(changes, least)
        penalty = attempt.penalty(plan, report, scope, self.report)
        judged = _JudgedPlan(attempt, state, min(ways, key=_width, default=()), is_mended=not ways)
        entry = changes, attempt.minutes, -len(attempt.changes), penalty, order, judged
        heapq.heappush(self.heap, entry)

    def _follow(self, judged: _JudgedPlan, changes: int) -> None:
        """One more change: first those that may be the last, then those that may not."""
        attempt, depth = judged.attempt, -len(judged.attempt.changes) - 1
        for candidate in self._candidates(judged):
            entry = changes, candidate.minutes, depth, 0, next(self.order), candidate
            heapq.heappush(self.heap, entry)
        if not judged.is_followed:
            later = max(changes, len(attempt.changes) + 2)
            rest = judged._replace(is_followed=True)
            order = next(self.order)
            heapq.heappush(self.heap, (later, attempt.minutes, depth, _LAST, order, rest))

    def _candidates(self, judged: _JudgedPlan) -> Iterator[RepairCandidate]:
        times = CandidateStarts(judged.state)
        for remedy in judged.ways:
            if remedy.action == "drop":
                if not judged.is_followed:
                    yield RepairCandidate(judged.attempt, remedy)
                continue
            starts = times.starts(remedy)
            for start in starts.crowded if judged.is_followed else starts.free:
                yield RepairCandidate(judged.attempt, remedy, start)

    def _best(self, found: list[tuple[int, Attempt]]) -> Attempt | None:
        """The canonical one; of one manner, that with the least against it."""
        by_manner: dict[tuple[Any, ...], tuple[int, Any, Attempt]] = {}
        for penalty, attempt in found:
            named = attempt.in_order(self.scope)
            entry = penalty, _canonical(named.plan(self.scope)), named
            manner = attempt.manner
            if manner not in by_manner or entry[:2] < by_manner[manner][:2]:
                by_manner[manner] = entry
        best = min(by_manner.values(), key=_reluctance, default=None)
        return None if best is None else best[2]


def _reluctance(entry: tuple[int, Any, Attempt]) -> tuple[int, Any]:
    """Of repairs of one size those come first that give the fewest dosings more."""
    added = [change.session.kind for change in entry[2].changes if change.before is None]
    return added.count("dosing"), entry[1]


def _width(ways: tuple[Remedy, ...]) -> int:
    """About how many attempts remedies lead to; dosings first, for others stand around them."""
    return sum(
        1
        if way.action == "drop" or way.window.is_narrow
        else _FREE_MOVE + (way.window == ANY_TIME and way.kind != "dosing")
        for way in ways
    )


def _canonical(plan: Plan) -> tuple[tuple[int, int, str], ...]:
    return tuple((session.begins, session.rank, session.id) for session in plan.sessions)


# Two lower bounds, and the greater one is a bound too. Errors of which no change mends two need a
# change each: they are chosen greedily, which may find fewer than there are, never more. Sessions
# that are missing by their number have to be added one by one, unless the dosings that ask for
# them go, which are changes as well: the least over every number of dosings dropped counts. The
# first part takes a plan with many small errors at once as far as it has to go, the second a
# course of which little is booked; without them all plans with fewer additions would be judged.
def changes_needed(scope: Scope, course: Course, remedies: Sequence[Sequence[Remedy]]) -> int:
    """A number of changes without which a plan's errors are not mended.

    Args:
        scope: What holds throughout.
        course: The plan.
        remedies: What can mend each of its errors.
    """
    return max(_unlike(scope, remedies), _missing(scope, course, remedies))


def _unlike(scope: Scope, remedies: Sequence[Sequence[Remedy]]) -> int:
    """How many errors there are of which no change mends two."""
    chosen: list[Sequence[Remedy]] = []
    for ways in sorted(remedies, key=len):
        if not any(_meet(scope, way, other) for way in ways for had in chosen for other in had):
            chosen.append(ways)
    return len(chosen)


def _meet(scope: Scope, way: Remedy, other: Remedy) -> bool:
    """Whether one change could be both."""
    if way.action != other.action or way.kind != other.kind:
        return False
    if way.session is not None and other.session is not None:
        if way.session.id != other.session.id:
            return False
        length = way.session.ends - way.session.begins
    else:
        length = scope.minutes_of(way.kind) * 60
    if way.action == "drop":
        return True
    opens = max(way.window.opens, other.window.opens)
    return opens <= min(way.window.last_start(length), other.window.last_start(length))


def _missing(scope: Scope, course: Course, remedies: Sequence[Sequence[Remedy]]) -> int:
    """The sessions that are missing by their number, and what no added one of them mends.

    Only where nothing more can come: in an open plan what is missing is not violated.
    """
    if course.is_open:
        return 0
    booked = len(course.dosings)
    count = scope.limits.dosing_count if scope.is_error("DOSE-COUNT") else None
    least = (count.min or 0) if count and course.asks_for_more else 0
    needed = []
    for dropped in range(booked + 1):
        number = max(least, booked - dropped)
        changes = dropped + number - (booked - dropped)
        beside = _beside(scope, course, number)
        if not dropped:
            needed.append(changes + beside.total() + _unmet(scope, remedies, beside))
        else:
            needed.append(changes + beside.total())
    return min(needed)


def _unmet(scope: Scope, remedies: Sequence[Sequence[Remedy]], beside: Counter[str]) -> int:
    """How many errors ask for changes other than the sessions missing, where no dosing goes."""
    others = []
    for ways in remedies:
        left = [way for way in ways if (way.action, way.kind) != ("drop", "dosing")]
        counted = ("dosing", *(kind for kind, number in beside.items() if number))
        if left and not any(way.action == "add" and way.kind in counted for way in left):
            others.append(left)
    return _unlike(scope, others)


def _beside(scope: Scope, course: Course, dosings: int) -> Counter[str]:
    """The sessions of other kinds that a course with so many dosings misses."""
    limits = scope.limits
    wanted: Counter[str] = Counter()
    if scope.is_error("INTEG-EACH"):
        wanted["integration"] = dosings * (limits.integration_per_dosing or 0)
    count = limits.preparation_count
    if count and (dosings or course.asks_for_more) and scope.is_error("PREP-COUNT"):
        wanted["preparation"] = count.min or 0
    evaluated = limits.evaluation_first is not None and scope.is_error("MED-CLEAR")
    wanted["medical-evaluation"] = int(evaluated and dosings > 0)
    wanted["medical-review"] = max(
        _reviewed_once(scope, dosings), _reviews_for_supply(scope, dosings) if evaluated else 0
    )
    wanted.subtract(Counter(session.kind for session in course.counting))
    return +wanted


def _reviewed_once(scope: Scope, dosings: int) -> int:
    """Whether so many dosings ask for a review after the first ones."""
    after = scope.limits.review_after
    if after is None or not scope.is_error("REVIEW-AFTER") or not scope.course.asks_for_more:
        return 0
    return int(dosings >= after.dosings + (after.gate == "before-next"))


def _reviews_for_supply(scope: Scope, dosings: int) -> int:
    """The reviews that bring the medicine for so many dosings."""
    limits, course = scope.limits, scope.course
    initial, refill = limits.initial_supply, limits.refill_supply
    if initial is None or dosings <= initial or not scope.is_error("SUPPLY-BALANCE"):
        return 0
    # Without an evaluation that clears, the rule on supply does not speak.
    if course.plan.supplies is not None or not all(map(is_clearing, course.evaluations)):
        return 0
    return 1 if refill is None else -(-(dosings - initial) // refill)
