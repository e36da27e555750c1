"""The first instant at which one more session may lawfully start."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kap_model._time import LATEST, DayEdge, Instant, Moment
from kap_model.checking import check
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.planning.additions import identity, new_ids, with_sessions
from kap_model.planning.steps.needs import Need
from kap_model.planning.steps.turns import Turns
from kap_model.planning.traits import RECORDED, usual_fields
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import CLASS_OF_KIND, Session

_MINUTE: Final = 60


class Found(NamedTuple):
    """An earliest start, if there is one, and the rules that bind it or stand in its way."""

    start: Instant | None
    rules: frozenset[str]


class _Trial(NamedTuple):
    """What one session in one place would bring about: the report, and the rules in its way."""

    after: Report
    hurdles: frozenset[str]


class EarliestStarts:
    """Finds lawful starts in one course: each trial is a check, and few are made.

    A trial that is not lawful names the rules that are in its way; the next one is made where
    the last of them can change its mind (:class:`~kap_model.planning.steps.turns.Turns`).
    """

    def __init__(self, course: Course, care: CareProtocol, before: Report, as_of: Instant) -> None:
        self.course, self.care, self.as_of = course, care, as_of
        self.turns = Turns(course, care)
        self.fresh_id = new_ids(course.plan)
        self.ids: dict[str, str] = {}
        self.trials: dict[tuple[str, int], _Trial] = {}
        self.violated = _violated(before)
        self.windows = {(identity(f), f.breach.closes) for f in before.findings}

    def find(self, need: Need) -> Found:
        """The first start from ``as_of`` on that is lawful and answers a need in its window."""
        start: int | None = max(self.as_of, self._opens(need))
        closes = self._closes(need)
        least: frozenset[str] | None = None
        while start is not None:
            start = self._free_from(need.kind, start)
            if start > LATEST or (closes is not None and start >= closes):
                break
            hurdles = self._hurdles(need, start)
            if not hurdles:
                return Found(Instant(start), self._bound_by(need, start))
            if least is None or len(hurdles) <= len(least):
                least = hurdles
            start = self._next(need.kind, start, hurdles)
        return Found(None, least or frozenset({"NO-OVERLAP"}))

    def _opens(self, need: Need) -> int:
        return self.as_of if need.opens is None else self._resolve(need.opens)

    def _closes(self, need: Need) -> int | None:
        """The instant by which a session has to start; one whose date was missed still may."""
        if need.due is None:
            return need.until
        closes = self._resolve(need.due)
        return closes if closes > self.as_of else None

    def _resolve(self, moment: Moment) -> int:
        return self.course.timeline.zone.resolve(moment)

    def _free_from(self, kind: str, start: int) -> int:
        """The first instant from a start on at which a session overlaps no other."""
        length = self._minutes(kind, start) * 60
        for session in self.course.counting:
            if session.begins >= start + length:
                break
            start = max(start, session.ends)
        return start

    def _bound_by(self, need: Need, start: int) -> frozenset[str]:
        if start == self.as_of:
            return frozenset()
        earlier = max(self.as_of, start - _MINUTE)
        too_early = need.rules if earlier < self._opens(need) else ()
        return self._hurdles(need, earlier).union(too_early)

    def _hurdles(self, need: Need, start: int) -> frozenset[str]:
        """The rules that keep a session from standing there, or from answering the need."""
        trial = self._trial(need.kind, start)
        return trial.hurdles.union(f.rule for f in need.findings if _stays(f, trial.after))

    def _in_the_way(self, session: Session, after: Report) -> Iterator[str]:
        """The rules that a session would break, or that would ask for something before it."""
        for name in _violated(after) - self.violated:
            yield name[0]
        for finding in after.findings:
            closes = finding.breach.closes
            if finding.verdict == "pending" and closes is not None:
                before_it = self._ends_before(closes, session)
                if before_it and (identity(finding), closes) not in self.windows:
                    yield finding.rule

    def _ends_before(self, closes: Moment, session: Session) -> bool:
        with_its_day = isinstance(closes, DayEdge) and closes.day == self.course.day(session)
        return with_its_day or self._resolve(closes) <= session.begins

    def _next(self, kind: str, start: int, hurdles: frozenset[str]) -> int | None:
        """Where the last of the hurdles may fall; ``None`` where one of them never does."""
        latest = start
        minutes, limits = self._minutes(kind, start), self._limits(start)
        for rule in hurdles:
            turn = self.turns.after(start, rule, minutes, limits)
            if turn is None:
                return None
            latest = max(latest, turn)
        return latest

    def _limits(self, start: int) -> Limits:
        """The limits in force once a session starts there."""
        first = self.turns.first
        at = start if first is None else min(start, first)
        return self.care.limits_on(dt.date.fromordinal(self.course.timeline.zone.day(at)))

    def _minutes(self, kind: str, start: int) -> int:
        minutes: int = usual_fields(self._limits(start))[kind]["minutes"]
        return minutes

    def _trial(self, kind: str, start: int) -> _Trial:
        trial = self.trials.get((kind, start))
        if trial is None:
            session = self._session(kind, start)
            longer = with_sessions(self.course.plan, (*self.course.plan.sessions, session))
            as_of = dt.datetime.fromtimestamp(self.as_of, dt.UTC)
            after = check(longer, self.care, as_of=as_of)
            trial = _Trial(after, frozenset(self._in_the_way(session, after)))
            self.trials[kind, start] = trial
        return trial

    def _session(self, kind: str, start: int) -> Session:
        """A session of a kind in the shortest form that the limits allow, if they allow any."""
        if kind not in self.ids:
            self.ids[kind] = self.fresh_id(kind)
        fields = usual_fields(self._limits(start), support_person=RECORDED)[kind]
        return CLASS_OF_KIND[kind](id=self.ids[kind], start=Instant(start), **fields)


def _violated(report: Report) -> Counter[tuple[Any, ...]]:
    return Counter(identity(f) for f in report.findings if f.verdict == "violated")


def _stays(finding: Finding, after: Report) -> bool:
    """Whether a finding is still there, and asks for as much as before."""
    same = [one for one in after.findings if one.rule == finding.rule]
    known = identity(finding), finding.breach.facts
    return any((identity(one), one.breach.facts) == known for one in same)
