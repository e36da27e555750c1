"""The search for the smallest repair: best first, by changes, then by minutes moved.

A plan is followed by every change that can mend one of its errors: the one with the fewest ways
out. Changes that only a further one makes good wait until repairs of so many more are looked for.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import count
from typing import Any, Final, NamedTuple

from kap_model.checking import check
from kap_model.course import Course
from kap_model.plan import Plan
from kap_model.planning.repairs.attempts import Attempt, Step
from kap_model.planning.repairs.bounds import changes_needed
from kap_model.planning.repairs.remedies import remedies_for
from kap_model.planning.repairs.scene import ANY_TIME, Remedy, Scene
from kap_model.planning.repairs.starts import Calendar
from kap_model.planning.repairs.terms import Terms
from kap_model.report import Report

MOST_PLANS: Final = 5_000
"""Plans that are judged before a search is given up."""
_COMPARED: Final = 1
"""Repairs of so many changes are all compared; of more, the first that is found is taken."""
_LAST: Final = 1_000_000
_FREE_MOVE: Final = 20  # a move to any time counts as so many ways out of an error


class _Judged(NamedTuple):
    """An attempt that was judged: how it may go on, if its plan is not mended yet."""

    attempt: Attempt
    scene: Scene
    ways: tuple[Remedy, ...]
    is_mended: bool
    is_followed: bool = False


class Outcome(NamedTuple):
    """What a search found.

    Attributes:
        attempt: The smallest repair; ``None`` = none was found.
        changes: How many changes it has; without one, every repair has so many or more.
        is_over: Whether everything was tried.
    """

    attempt: Attempt | None
    changes: int
    is_over: bool = True


class Search:
    """One search for a repair."""

    def __init__(self, terms: Terms, report: Report) -> None:
        self.terms, self.report = terms, report
        self.plans_left = MOST_PLANS
        self.order = count()
        # Changes, minutes, depth, unease, order of discovery; then what it is about.
        self.heap: list[tuple[int, int, int, int, int, _Judged | Step]] = []
        self.seen: set[frozenset[Any]] = set()

    def run(self) -> Outcome:
        """The smallest repair, if there is one."""
        self._judge(Attempt(), 0, next(self.order))
        found: list[tuple[int, Attempt]] = []
        cost = needed = 0, 0
        while self.heap:
            changes, minutes, _, unease, order, entry = heapq.heappop(self.heap)
            needed = changes, minutes
            if found and needed > cost:
                break
            if isinstance(entry, Step):
                if not self.plans_left:
                    return Outcome(None, changes, is_over=False)
                self._judge(entry.made(self.terms), changes, order)
            elif not entry.is_mended:
                self._follow(entry, changes)
            else:
                found.append((unease, entry.attempt))
                cost = needed
                if changes > _COMPARED:
                    break
        return Outcome(self._best(found), needed[0])

    def _judge(self, attempt: Attempt, changes: int, order: int) -> None:
        """Put an attempt back at what it takes at least, unless it leads nowhere."""
        if attempt.key in self.seen:
            return
        self.seen.add(attempt.key)
        self.plans_left -= 1
        terms, plan = self.terms, attempt.plan(self.terms)
        report = check(plan, terms.protocol, as_of=terms.instant)
        settled = frozenset(change.session.id for change in attempt.changes)
        scene = Scene(terms, Course.of(plan, terms.instant), settled)
        ways = [tuple(remedies_for(error, scene)) for error in terms.errors(report)]
        if not all(ways):
            return  # what may not be changed any more breaks a rule
        if ways:
            least = len(attempt.changes) + changes_needed(terms, scene.course, ways)
            changes = max(changes, least)
        unease = attempt.unease(plan, report, terms, self.report)
        judged = _Judged(attempt, scene, min(ways, key=_width, default=()), is_mended=not ways)
        entry = changes, attempt.minutes, -len(attempt.changes), unease, order, judged
        heapq.heappush(self.heap, entry)

    def _follow(self, judged: _Judged, changes: int) -> None:
        """One more change: first those that may be the last, then those that may not."""
        attempt, depth = judged.attempt, -len(judged.attempt.changes) - 1
        for step in self._steps(judged):
            entry = changes, step.minutes, depth, 0, next(self.order), step
            heapq.heappush(self.heap, entry)
        if not judged.is_followed:
            later = max(changes, len(attempt.changes) + 2)
            rest = judged._replace(is_followed=True)
            order = next(self.order)
            heapq.heappush(self.heap, (later, attempt.minutes, depth, _LAST, order, rest))

    def _steps(self, judged: _Judged) -> Iterator[Step]:
        calendar = Calendar(judged.scene)
        for remedy in judged.ways:
            if remedy.action == "drop":
                if not judged.is_followed:
                    yield Step(judged.attempt, remedy)
                continue
            starts = calendar.starts(remedy)
            for start in starts.crowded if judged.is_followed else starts.free:
                yield Step(judged.attempt, remedy, start)

    def _best(self, found: list[tuple[int, Attempt]]) -> Attempt | None:
        """The canonical one; of one manner, that with the least against it."""
        by_manner: dict[tuple[Any, ...], tuple[int, Any, Attempt]] = {}
        for unease, attempt in found:
            named = attempt.in_order(self.terms)
            entry = unease, _canonical(named.plan(self.terms)), named
            manner = attempt.manner
            if manner not in by_manner or entry[:2] < by_manner[manner][:2]:
                by_manner[manner] = entry
        best = min(by_manner.values(), key=lambda entry: entry[1], default=None)
        return None if best is None else best[2]


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
