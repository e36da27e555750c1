"""What a completion is, as the contract says it, and a search that tries every small one.

``check`` alone is the judge. The search is exhaustive over starts to which any completion can be
moved without losing anything: the start of a slot, ``as_of``, a local midnight, the end of another
session, and, where integrations have a window, a dosing as early as that window allows.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import attrs

import kap_model as kap
from completion_cases import Case, Room
from kap_model._time import add_months
from kap_model.course import Course
from kap_model.limits import Bounds, Limits
from kap_model.planning.moves import beyond
from kap_model.planning.new_sessions import lawful_minutes
from kap_model.sessions import CLASS_OF_KIND, USUAL_MINUTES

MEDICAL: Final = ("medical-evaluation", "medical-review")
KINDS: Final = (
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)
# A violated finding of these that names an added session is there whatever comes later.
FINAL: Final = {
    "NO-OVERLAP",
    "MED-CLEAR",
    "PREP-ORDER",
    "DOSE-DURATION",
    "EFFECT-FIT",
    "DOSE-GAP",
    "DOSE-FREQUENCY",
    "INTEG-ORDER",
    "INTEG-WINDOW",
    "THERAPY-LENGTH",
}


class TooLarge(Exception):
    """The case has more candidates than a test has time for."""


class Answer(NamedTuple):
    """The earliest finish of any completion, in seconds; ``None`` = there is none.

    Where nothing has to be added the finish is 0.
    """

    asked: bool
    """Whether a next medical review is required while treatment goes on."""
    with_review: int | None
    """Of the completions that hold it; of all, where it is not asked for."""
    without: int | None
    """Of those that do not, where it is asked for; looked for only where no other is found."""

    @property
    def exists(self) -> bool:
        return self.with_review is not None or self.without is not None

    @property
    def finish(self) -> int | None:
        return self.without if self.with_review is None else self.with_review


class Task:
    """What a case asks for, before anything is added."""

    def __init__(self, case: Case, delay: int = 0, rest: int = 0) -> None:
        self.plan, self.protocol, self.every = case.plan, case.protocol, case.days_apart
        self.delay = delay
        self.as_of, self.rooms = case.instant, case.rooms
        self.limits: Limits = self.protocol.limits_on(None)
        self.before = self.judge(self.plan)
        self.course = Course.of(self.plan, self.as_of)
        hours, each = self.limits.integration_window_hours, self.limits.integration_per_dosing
        least = rest if hours is None else min(rest, hours * 60)
        self.rest = least * 60 if each or hours is not None else 0
        self.owed_only = self.course.standing.state not in ("none", "clear")
        self.dosings = 0 if self.owed_only else self._dosings_lacking()
        self.review = None if self.owed_only else self._next_review()

    def judge(self, plan: kap.Plan) -> kap.Report:
        return kap.check(plan, self.protocol, as_of=utc(self.as_of))

    def _dosings_lacking(self) -> int:
        booked = len(self.course.dosings)
        lacking = max(0, ((self.limits.dosing_count or Bounds(0)).min or 0) - booked)
        if lacking or booked or not self.limits.integration_after_dosing:
            return lacking
        waits = any(
            f.rule == "INTEG-ORDER" and f.verdict == "pending" for f in self.before.findings
        )
        asked = (self.limits.integration_count or Bounds(0)).min or 0
        return int(waits or asked > len(self.course.integrations))

    def _next_review(self) -> tuple[int, int] | None:
        """The last contact's day and the day by which the next is due, if one is asked for."""
        every, course = self.limits.review_every, self.course
        if every is None or every.policy != "rolling":
            return None
        fewest = (self.limits.dosing_count or Bounds(0)).min or 0
        to_come = any(d.begins > self.as_of for d in course.dosings)
        if not to_come and len(course.dosings) >= fewest:
            return None
        days = [
            (course.day(s), s.begins > self.as_of) for s in (*course.evaluations, *course.reviews)
        ]
        held = [day for day, later in days if not later]
        begun = [course.day(d) for d in course.dosings if d.begins <= self.as_of]
        if not held and not begun:
            return None
        last = max(held) if held else min(begun)
        due = add_months(last, every.months)
        if any(later and day <= due for day, later in days):
            return None
        return last, due

    def holds_review(self, added: tuple[kap.Session, ...]) -> bool:
        if self.review is None:
            return True
        last, due = self.review
        return any(s.kind in MEDICAL and last < self.course.day(s) <= due for s in added)

    def minutes(self, kind: str) -> int | None:
        """The length of a new session; ``None`` = no length is lawful."""
        usual = USUAL_MINUTES[kind]
        lawful = lawful_minutes(self.limits, kind)
        if lawful is None:
            return None
        return lawful.min or (usual if lawful.max is None else min(usual, lawful.max))

    def place(self, kind: str) -> str:
        if kind in MEDICAL:
            return "remote"
        allowed = self.limits.dosing_places
        return "remote" if kind == "dosing" and allowed == ("remote",) else "office"

    # -- what a completion is ---------------------------------------------------------------------

    def faults(self, added: tuple[kap.Session, ...]) -> list[str]:
        """Why a plan with these sessions is no completion; empty where it is one."""
        completed = attrs.evolve(self.plan, sessions=(*self.plan.sessions, *added))
        return [
            *self._faults_of_sessions(added),
            *self._faults_of_counts(added),
            *self.faults_of_wishes(added),
            *self._faults_of_findings(completed),
        ]

    def _faults_of_sessions(self, added: tuple[kap.Session, ...]) -> Iterator[str]:
        for session in added:
            if session.status != "planned":
                yield f"{session.id} is {session.status}"
            if session.begins < self.as_of:
                yield f"{session.id} starts before as_of"
            if self.rooms is not None and not any(
                room.takes(session.kind)
                and room.begins <= session.begins
                and session.ends <= room.ends
                for room in self.rooms
            ):
                yield f"{session.id} is in no slot"
            if session.kind == "dosing":
                for other in (*self.course.dosings, *added):
                    if other.kind != "dosing" or other.id == session.id:
                        continue
                    if abs(self.course.day(other) - self.course.day(session)) < self.every:
                        yield f"{session.id} and {other.id} are too close"

    def faults_of_wishes(self, added: tuple[kap.Session, ...]) -> Iterator[str]:
        """What is too soon after a dosing: in seconds after its end, or in days after its date."""
        day = self.course.day
        for dosing in (*self.course.dosings, *added):
            if dosing.kind != "dosing":
                continue
            told = (*self.course.integrations, *added) if dosing in added else added
            for other in told:
                soon = 0 <= other.begins - dosing.ends < self.rest
                if soon and (other.kind == "integration" or dosing in added):
                    yield f"{other.id} is too soon after {dosing.id}"
        for session in added:
            if session.kind == "integration":
                before = [d for d in (*self.course.dosings, *added) if d.kind == "dosing"]
                days = [day(d) for d in before if d.begins < session.begins]
                if days and day(session) < max(days) + self.delay:
                    yield f"{session.id} is on a day too soon"

    def _faults_of_counts(self, added: tuple[kap.Session, ...]) -> Iterator[str]:
        counts = Counter(session.kind for session in added)
        if counts["dosing"] != self.dosings:
            yield f"{counts['dosing']} dosings, not {self.dosings}"
        if counts["consultation"] > 1 or counts["medical-evaluation"] > 1:
            yield "a consultation or an evaluation twice"
        if self.owed_only and set(counts) - {"integration"}:
            yield "more than integrations while treatment is halted or undecided"

    def _faults_of_findings(self, completed: kap.Plan) -> Iterator[str]:
        after = self.judge(completed)
        for finding in beyond(self.before, after):
            if finding.verdict == "violated":
                yield f"breaks {finding!r}"
        for finding in after.findings:
            if finding.verdict == "pending" and self._must_end(finding):
                yield f"leaves {finding!r}"

    def _must_end(self, finding: kap.Finding) -> bool:
        if self.owed_only:
            return finding.rule == "INTEG-EACH" and self.course.is_held(finding.breach.sessions[0])
        return not self.for_people(finding)

    def for_people(self, finding: kap.Finding) -> bool:
        """Whether only a person can end a pending finding."""
        if finding.rule == "SUPPORT-PERSON":
            return True
        tracked = self.plan.supplies is not None
        return tracked and finding.rule in ("SUPPLY-BALANCE", "PREP-AFTER-SUPPLY")


def utc(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


# -- the search ------------------------------------------------------------------------------------


class Search:
    """Sessions placed one after another, in order of time, in every way."""

    def __init__(self, task: Task, budget: int, prune: bool = True) -> None:  # noqa: FBT001, FBT002
        assert task.rooms is not None
        self.task, self.budget, self.prune = task, budget, prune
        self.rooms: tuple[Room, ...] = task.rooms
        self.most = _most(task) if prune else _more(task)
        self.starts = _base_starts(task, self.rooms)
        self.pushed = _pushed_starts(task, self.starts)
        self.best: dict[bool, int] = {}
        self.nodes = 0
        self.seen: set[tuple[Any, ...]] = set()
        self.there = [s.begins for s in task.course.counting]

    def answer(self) -> Answer:
        self._from(())
        asked = self.task.review is not None
        return Answer(asked, self.best.get(True), self.best.get(False))

    def _from(self, added: tuple[kap.Session, ...]) -> None:
        self.nodes += 1
        if self.nodes > self.budget:
            raise TooLarge
        if self.prune and added:
            name = self._future(added)
            if name in self.seen:
                return
            self.seen.add(name)
        finish = added[-1].ends if added else 0
        if finish >= self.best.get(True, math.inf):
            return
        if added and self.prune and self._is_lost(added):
            return
        if not self.task.faults(added):
            held = self.task.holds_review(added)
            self.best[held] = min(finish, self.best.get(held, finish))
            if held:
                return
        for start, kind in self._next(added):
            self._from((*added, self._session(kind, start, len(added))))

    def _future(self, added: tuple[kap.Session, ...]) -> tuple[Any, ...]:
        """All that later sessions can depend on: order, the dates that rules read, the last end."""
        waiting = 0
        if self.task.limits.integration_window_hours is not None or self.task.rest:
            waiting = max((s.ends for s in added if s.kind == "dosing"), default=0)
        order = tuple(
            (
                s.kind,
                self.task.course.day(s) if s.kind in ("dosing", *MEDICAL) else 0,
                bisect_left(self.there, s.begins),
            )
            for s in added
        )
        return order, added[-1].ends, waiting

    def _session(self, kind: str, start: int, number: int) -> kap.Session:
        minutes = self.task.minutes(kind)
        assert minutes is not None
        return _made(kind, start, minutes, self.task.place(kind), f"new{number}")

    def _next(self, added: tuple[kap.Session, ...]) -> list[tuple[int, str]]:
        """Where the next session may stand, the earliest first."""
        earliest = added[-1].ends if added else self.task.as_of
        counts, found = Counter(s.kind for s in added), []
        for kind in KINDS:
            minutes = self.task.minutes(kind)
            if minutes is None or counts[kind] >= self.most[kind]:
                continue
            dosings = [s for s in (*self.task.course.dosings, *added) if s.kind == "dosing"]
            rested = [s.ends + self.task.rest for s in dosings]
            starts = {earliest, *self.starts, *rested}
            starts |= set(self.pushed if kind == "dosing" else ())
            for start in starts:
                end = start + minutes * 60
                if start < earliest or not self._is_free(start, end):
                    continue
                if not any(
                    r.takes(kind) and r.begins <= start and end <= r.ends for r in self.rooms
                ):
                    continue
                if self._has_use(kind, start, added) and self._is_wished(kind, start, added):
                    found.append((start, kind))
        return sorted(found)

    def _is_wished(self, kind: str, start: int, added: tuple[kap.Session, ...]) -> bool:
        more = (*added, self._session(kind, start, len(added)))
        return not any(self.task.faults_of_wishes(more))

    def _is_free(self, start: int, end: int) -> bool:
        """An overlap with what is there is a new finding, for the first that overlaps has none."""
        return all(end <= s.begins or s.ends <= start for s in self.task.course.counting)

    def _has_use(self, kind: str, start: int, added: tuple[kap.Session, ...]) -> bool:
        if not self.prune or kind not in ("consultation", *MEDICAL):
            return True
        so_far = sorted([*added, *self._until(start)], key=lambda s: s.begins)
        # The first evaluation is what a consultation, and an evaluation, are asked for.
        if kind != "medical-review":
            return not any(s.kind == "medical-evaluation" for s in so_far)
        if self._is_dated:
            return True
        # Nothing asks for one but what has been since the last dosing.
        last = next((s.kind for s in reversed(so_far) if s.kind in ("dosing", kind)), kind)
        return last == "dosing" or self.task.limits.refill_supply is not None

    @property
    def _is_dated(self) -> bool:
        """Whether the dates of reviews matter, and not only what they come after."""
        return self.task.limits.review_every is not None or self.task.plan.supplies is not None

    def _until(self, instant: int) -> list[kap.Session]:
        return [s for s in self.task.plan.sessions if s.begins <= instant]

    def _is_lost(self, added: tuple[kap.Session, ...]) -> bool:
        """Whether what stands up to the last added session cannot be mended by later ones."""
        task, now = self.task, added[-1].begins
        report = task.judge(attrs.evolve(task.plan, sessions=(*self._until(now), *added)))
        ours = {s.id for s in added}
        for finding in report.findings:
            if finding.verdict == "violated":
                if finding.rule in FINAL and ours.intersection(finding.sessions):
                    return True
            elif finding.verdict == "pending" and not task.owed_only:
                closes = finding.breach.closes
                if closes is None or task.for_people(finding):
                    continue
                if finding.rule == "INTEG-ORDER" and task.course.dosings:
                    continue  # a booked dosing that comes later has made it a finding before
                if task.plan.zone.resolve(closes) <= now:
                    return True
        return False


@lru_cache(maxsize=4096)
def _made(kind: str, start: int, minutes: int, place: str, id: str) -> kap.Session:
    cls: Any = CLASS_OF_KIND[kind]
    session: kap.Session = cls(id=id, start=utc(start), minutes=minutes, place=place)
    return session


def _most(task: Task) -> dict[str, int]:
    """How many of each kind can be of use."""
    limits, course = task.limits, task.course
    dosings = len(course.dosings) + task.dosings
    each = limits.integration_per_dosing or int(limits.integration_window_hours is not None)
    number = max(each * dosings, (limits.integration_count or Bounds(0)).min or 0)
    if task.owed_only:
        return dict.fromkeys(KINDS, 0) | {"integration": number}
    evaluation = int(bool(limits.evaluation_first or limits.preparation_after_supply))
    return {
        "consultation": int(bool(limits.consultation_first)),
        "medical-evaluation": evaluation,
        "preparation": (limits.preparation_count or Bounds(0)).min or 0,
        "dosing": task.dosings,
        "integration": number,
        "medical-review": _most_reviews(task, dosings),
    }


def _more(task: Task) -> dict[str, int]:
    """More than can be of use, to see that it is of none."""
    most = _most(task)
    if task.owed_only:
        return most | {"integration": most["integration"] + 1}
    once = {"consultation": 1, "medical-evaluation": 1, "dosing": task.dosings}
    return {kind: number + 1 for kind, number in most.items()} | once


def _most_reviews(task: Task, dosings: int) -> int:
    limits = task.limits
    number = int(limits.review_after is not None)
    if task.plan.supplies is not None:
        number += int(bool(limits.refill_needs_review))
    elif limits.initial_supply is not None and dosings > limits.initial_supply:
        beyond_first = dosings - limits.initial_supply
        number += 1 if limits.refill_supply is None else -(-beyond_first // limits.refill_supply)
    if limits.review_every is not None and (task.rooms or task.course.counting):
        ends = max([r.ends for r in task.rooms or ()] + [s.ends for s in task.course.counting])
        days = max(0, ends - task.as_of) // 86_400 + 31
        span = 28 * limits.review_every.months if limits.review_every.policy == "rolling" else 89
        number += 1 + days // span
    return number


def _base_starts(task: Task, rooms: tuple[Room, ...]) -> tuple[int, ...]:
    zone, ends = task.plan.zone, [s.ends for s in task.course.counting]
    found = {task.as_of, *ends}
    for room in rooms:
        found.add(room.begins)
        for day in range(zone.day(room.begins) + 1, zone.day(room.ends) + 1):
            found.add(zone.first_instant(day))
    return tuple(sorted(start for start in found if start >= task.as_of))


def _pushed_starts(task: Task, starts: tuple[int, ...]) -> tuple[int, ...]:
    """A dosing as early as the window of an integration that cannot come earlier allows."""
    hours, minutes = task.limits.integration_window_hours, task.minutes("dosing")
    if hours is None or minutes is None:
        return ()
    waiting = {*starts, *(i.begins for i in task.course.integrations)}
    # A review may stand in front of the integration.
    waiting |= {start + USUAL_MINUTES["medical-review"] * 60 for start in starts}
    return tuple(start - hours * 3600 - minutes * 60 for start in sorted(waiting))


def solve(
    case: Case, budget: int = 4000, *, prune: bool = True, delay: int = 0, rest: int = 0
) -> Answer:
    """The earliest finish of any completion of a case.

    ``delay`` is in days from a dosing's date, ``rest`` in minutes from its end.

    Raises:
        TooLarge: There is too much to try.
    """
    return Search(Task(case, delay, rest), budget, prune).answer()
