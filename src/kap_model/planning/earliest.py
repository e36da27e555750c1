"""The first instant at which an appointment is lawful and does what it is for."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from kap_model._time import LATEST, DayEdge, Instant, Moment
from kap_model.checking import check
from kap_model.forms.facts import Known
from kap_model.forms.house_rules import HouseRule, forms_by_id
from kap_model.forms.selectors import Selector
from kap_model.limits import Limits
from kap_model.planning.fitted import Fitting
from kap_model.planning.moves import identity
from kap_model.planning.needs import Asking, kinds_of
from kap_model.planning.new_sessions import new_ids, with_sessions
from kap_model.planning.rule_effects import Turns
from kap_model.planning.visits import Visit
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import RECORDED, Kind, Session

_MINUTE: Final = 60


class Found(NamedTuple):
    """An earliest start, if there is one, and the rules that bind it or stand in its way."""

    start: Instant | None
    rules: frozenset[str]


class _Sought(NamedTuple):
    """A session of a kind for a visit."""

    kind: Kind
    visit: Visit

    @property
    def key(self) -> tuple[str, Selector]:
        """What decides how it is held."""
        return self.kind, self.visit.wanted


class _Trial(NamedTuple):
    """What one session in one place would bring about: the report, and the rules in its way."""

    after: Report
    hurdles: frozenset[str]


class EarliestStarts:
    """Finds lawful starts in one course: each trial is a check, and few are made.

    A trial that is not lawful names the rules that are in its way; the next one is made where
    the last of them can change its mind (:class:`~kap_model.planning.rule_effects.Turns`).
    """

    def __init__(self, asking: Asking, care: CareProtocol, as_of: Instant) -> None:
        self.asking, self.course, self.care, self.as_of = asking, asking.course, care, as_of
        self.turns = Turns(self.course, care)
        self.fresh_id = new_ids(self.course.plan)
        self.ids: dict[str, str] = {}
        self.trials: dict[tuple[str, Selector, int], _Trial] = {}
        self.fittings: dict[tuple[Limits, tuple[HouseRule, ...]], Fitting] = {}
        before = asking.report
        self.violated = _violated(before)
        self.windows = {self._window(finding) for finding in before.findings}

    def best(self, visit: Visit) -> tuple[Kind, Found]:
        """The first of a visit's kinds that has a start, and that start."""
        tried = []
        for kind in kinds_of(visit.wanted):
            found = self.find(visit, kind)
            if found.start is not None:
                return kind, found
            tried.append((kind, found))
        return tried[0]

    def find(self, visit: Visit, kind: Kind) -> Found:
        """The first start from ``as_of`` on that is lawful and does what a visit is for."""
        sought = _Sought(kind, visit)
        start: int | None = max(self.as_of, self._opens(visit))
        closes = self._closes(visit)
        least: frozenset[str] | None = None
        while start is not None:
            start = self._free_from(sought, start)
            if start > LATEST or (closes is not None and start > closes):
                break
            hurdles = self._hurdles(sought, start)
            if not hurdles:
                return Found(Instant(start), self._bound_by(sought, start))
            if least is None or len(hurdles) <= len(least):
                least = hurdles
            start = self._next(sought, start, hurdles)
        return Found(None, least or frozenset({"NO-OVERLAP"}))

    def _opens(self, visit: Visit) -> int:
        return self.as_of if visit.opens is None else visit.opens

    def _closes(self, visit: Visit) -> int | None:
        """The last instant at which a session may start."""
        if visit.closes is None:
            return None if visit.until is None else visit.until - 1
        closes = self._resolve(visit.closes)
        # At the very instant a window of hours is still open: whether it is, a trial says.
        return closes - isinstance(visit.closes, DayEdge)

    def _resolve(self, moment: Moment) -> int:
        return self.course.timeline.zone.resolve(moment)

    def _free_from(self, sought: _Sought, start: int) -> int:
        """The first instant from a start on at which a session overlaps no other."""
        length = self._minutes(sought, start) * 60
        for session in self.course.counting:
            if session.begins >= start + length:
                break
            start = max(start, session.ends)
        return start

    def _bound_by(self, sought: _Sought, start: int) -> frozenset[str]:
        if start == self.as_of:
            return frozenset()
        earlier = max(self.as_of, start - _MINUTE)
        too_early = [
            need.rule
            for need in sought.visit.needs
            if need.opens is not None and earlier < self._resolve(need.opens)
        ]
        return self._hurdles(sought, earlier).union(too_early)

    def _hurdles(self, sought: _Sought, start: int) -> frozenset[str]:
        """The rules that keep a session from standing there, or from answering the need."""
        trial = self._trial(sought, start)
        before = self.asking.report
        left = [
            need.rule
            for need in sought.visit.needs
            if need.finding is not None and _stays(need.finding, before, trial.after)
        ]
        return trial.hurdles.union(left)

    def _in_the_way(self, session: Session, after: Report) -> Iterator[str]:
        """The rules that a session would break, or that would ask for something before it.

        What is to be known of it by its start is a fact: it is recorded, not booked.
        """
        for name in _violated(after) - self.violated:
            yield name[0]
        forms = forms_by_id(after.house_rules)
        for finding in after.findings:
            closes = finding.breach.closes
            if finding.verdict == "pending" and closes is not None:
                before_it = self._ends_before(closes, session)
                a_fact = isinstance(forms.get(finding.rule), Known)
                if before_it and not a_fact and self._window(finding) not in self.windows:
                    yield finding.rule

    def _window(self, finding: Finding) -> tuple[tuple[Any, ...], int | None]:
        """A finding and where its window closes, whatever closes it."""
        closes = finding.breach.closes
        return identity(finding), None if closes is None else self._resolve(closes)

    def _ends_before(self, closes: Moment, session: Session) -> bool:
        with_its_day = isinstance(closes, DayEdge) and closes.day == self.course.day(session)
        return with_its_day or self._resolve(closes) <= session.begins

    def _next(self, sought: _Sought, start: int, hurdles: frozenset[str]) -> int | None:
        """Where the last of the hurdles may fall; ``None`` where one of them never does."""
        latest = start
        minutes, limits = self._minutes(sought, start), self._limits(start)
        forms = forms_by_id(self.care.rules_on(self._deciding_date(start)))
        for rule in hurdles:
            turn = self.turns.after(start, rule, minutes, limits, forms.get(rule))
            if turn is None:
                return None
            latest = max(latest, turn)
        return latest

    def keeps_lines(self, start: int) -> bool:
        """Whether a course is judged by the same dated lines with a session there."""
        first = self.turns.first
        if first is None:
            return True
        now = dt.date.fromordinal(self.course.timeline.zone.day(first))
        return self.care.stage_on(self._deciding_date(start)) == self.care.stage_on(now)

    def _deciding_date(self, start: int) -> dt.date:
        """The date that says which lines are in force once a session starts there."""
        first = self.turns.first
        at = start if first is None else min(start, first)
        return dt.date.fromordinal(self.course.timeline.zone.day(at))

    def _limits(self, start: int) -> Limits:
        """The limits in force once a session starts there."""
        return self.care.limits_on(self._deciding_date(start))

    def _minutes(self, sought: _Sought, start: int) -> int:
        return self._session(sought, start).minutes

    def _trial(self, sought: _Sought, start: int) -> _Trial:
        key = *sought.key, start
        if key not in self.trials:
            session = self._session(sought, start)
            longer = with_sessions(self.course.plan, (*self.course.plan.sessions, session))
            as_of = dt.datetime.fromtimestamp(self.as_of, dt.UTC)
            after = check(longer, self.care, as_of=as_of)
            self.trials[key] = _Trial(after, frozenset(self._in_the_way(session, after)))
        return self.trials[key]

    def _session(self, sought: _Sought, start: int) -> Session:
        """A session of a kind in the shortest form that is allowed, if any is."""
        kind = sought.kind
        if kind not in self.ids:
            self.ids[kind] = self.fresh_id(kind)
        day = self._deciding_date(start)
        key = self.care.limits_on(day), self.care.rules_on(day)
        if key not in self.fittings:
            self.fittings[key] = Fitting(key[0], forms_by_id(key[1]).values(), RECORDED)
        return self.fittings[key].session(
            self.course.plan, self.ids[kind], kind, start, sought.visit.wanted
        )


def _violated(report: Report) -> Counter[tuple[Any, ...]]:
    return Counter(identity(f) for f in report.findings if f.verdict == "violated")


def _stays(finding: Finding, before: Report, after: Report) -> bool:
    """Whether a finding is still there, and asks for as much as before."""
    same = [one for one in after.findings if one.rule == finding.rule]
    form = forms_by_id(before.house_rules).get(finding.rule)
    if form is not None and form == forms_by_id(after.house_rules).get(finding.rule):
        return any(form.stays(finding.breach, one.breach) for one in same)
    known = identity(finding), finding.breach.facts
    return any((identity(one), one.breach.facts) == known for one in same)
