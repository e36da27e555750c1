"""Lawful starts by brute force: every instant of a grid is tried through ``check``."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs

import kap_model as kap
from kap_model._time import EARLIEST, LATEST, DayEdge, Instant
from kap_model.planning.results import Step

USUAL = {
    "consultation": 50,
    "medical-evaluation": 30,
    "preparation": 50,
    "dosing": 120,
    "integration": 50,
    "medical-review": 30,
}
CLASSES: dict[str, Any] = {
    "consultation": kap.Consultation,
    "medical-evaluation": kap.MedicalEvaluation,
    "preparation": kap.Preparation,
    "dosing": kap.Dosing,
    "integration": kap.Integration,
    "medical-review": kap.MedicalReview,
}


def counting(plan: kap.Plan) -> list[kap.Session]:
    return [s for s in plan.sessions if s.status in ("planned", "completed")]


def limits_at(plan: kap.Plan, care: kap.CareProtocol, start: int) -> kap.Limits:
    first = min([s.begins for s in counting(plan)] + [start])
    return care.limits_on(dt.date.fromordinal(plan.zone.day(first)))


def shortest(limits: kap.Limits, kind: str) -> int:
    lowest, highest = 0, 1440
    if kind == "dosing":
        bounds = limits.dosing_minutes
        lowest = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    else:
        bounds = limits.therapy_minutes if kind in ("preparation", "integration") else None
    if bounds is not None:
        lowest = max(lowest, bounds.min or 0)
        highest = min(highest, 1440 if bounds.max is None else bounds.max)
    if max(lowest, 1) > highest:
        return USUAL[kind]
    return lowest or min(USUAL[kind], highest)


def session(plan: kap.Plan, care: kap.CareProtocol, kind: str, start: int) -> Any:
    """A session in a form that the limits allow, if they allow one."""
    limits = limits_at(plan, care, start)
    given: dict[str, Any] = {"minutes": shortest(limits, kind)}
    if kind in ("preparation", "dosing", "integration") and limits.formats == ("group",):
        given["format"] = "group"
    if kind == "dosing" and limits.dosing_places == ("remote",):
        given |= {"place": "remote", "support_person": "sister"}
    return CLASSES[kind](id="the-new-one", start=Instant(start), **given)


def name(finding: kap.Finding) -> tuple[Any, ...]:
    breach = finding.breach
    if breach.sessions and finding.rule != "REVIEW-QUARTER":
        return finding.rule, finding.verdict, finding.sessions
    return finding.rule, finding.verdict, breach.opens, breach.closes


class Oracle:
    """One course: what a session would bring about."""

    def __init__(self, plan: kap.Plan, care: kap.CareProtocol, as_of: dt.datetime) -> None:
        self.plan, self.care, self.as_of = plan, care, as_of
        self.now = int(as_of.timestamp())
        self.before = kap.check(plan, care, as_of=as_of)
        self.tried: dict[tuple[str, int], tuple[kap.Session, kap.Report]] = {}

    def after(self, kind: str, start: int) -> tuple[kap.Session, kap.Report]:
        if (kind, start) not in self.tried:
            new = session(self.plan, self.care, kind, start)
            longer = attrs.evolve(self.plan, sessions=(*self.plan.sessions, new))
            self.tried[kind, start] = new, kap.check(longer, self.care, as_of=self.as_of)
        return self.tried[kind, start]

    def is_lawful(self, kind: str, start: int) -> bool:
        return not self.created(kind, start)

    def created(self, kind: str, start: int) -> set[str]:
        """The rules that a session would break, or that ask for something before it."""
        new, after = self.after(kind, start)
        rules = set()
        if any(s.begins < new.ends and new.begins < s.ends for s in counting(self.plan)):
            rules.add("NO-OVERLAP")
        known = Counter(map(name, self.before.findings))
        windows = {(name(f), f.breach.closes) for f in self.before.findings}
        for finding in after.findings:
            if finding.verdict == "violated":
                known[name(finding)] -= 1
                if known[name(finding)] < 0:
                    rules.add(finding.rule)
            closes = finding.breach.closes
            if finding.verdict != "pending" or closes is None:
                continue
            own_day = DayEdge(self.plan.zone.day(start), is_end=True)
            before_it = closes == own_day or self.plan.zone.resolve(closes) <= start
            if before_it and (name(finding), closes) not in windows:
                rules.add(finding.rule)
        return rules

    def remains(self, step: Step, start: int) -> bool:
        """Whether what a step answers is all still missing after a session.

        A contact up to the first dosing's date is never late: the quarters count from it.
        """
        new, after = self.after(step.kind, start)
        days = self.plan.timeline.dosing_days
        if (
            days
            and step.due_rules == ("REVIEW-QUARTER",)
            and self.plan.timeline.day(new) <= days[0]
        ):
            return True
        missing = {self._gap(f) for f in after.findings if f.verdict in ("pending", "violated")}
        return all(self._gap(finding) in missing for finding in step.findings)

    def _gap(self, finding: kap.Finding) -> tuple[Any, ...]:
        concerned = () if finding.rule == "REVIEW-QUARTER" else finding.sessions
        return finding.rule, concerned, finding.breach.opens

    def leaves(self, step: Step, start: int) -> bool:
        """Whether a session leaves some finding of a step as it is, or makes it violated."""
        _, after = self.after(step.kind, start)
        left = {
            (name(f)[:1], f.verdict, f.sessions, f.breach.opens, f.message) for f in after.findings
        }
        asked = step.findings
        return any(
            (name(f)[:1], verdict, f.sessions, f.breach.opens, f.message) in left
            for f in asked
            for verdict in ("pending", "violated")
        )

    def is_answered(self, step: Step, start: int) -> bool:
        """Whether a session of a step's kind stands in the step's window and does its part."""
        if not step.findings:
            return step.due is None or self._renews(step, start)
        opens = [f.breach.opens for f in step.findings if f.breach.opens is not None]
        if any(start < self.plan.zone.resolve(edge) for edge in opens):
            return False
        return not self.leaves(step, start)

    def _renews(self, step: Step, start: int) -> bool:
        """A review to come counts from the day after the last contact to the due date."""
        assert isinstance(step.due, DayEdge)
        if self.plan.zone.resolve(step.due) <= self.now:
            return True  # missed: any day is late
        days = [
            self.plan.zone.day(s.begins)
            for s in counting(self.plan)
            if s.kind in ("medical-evaluation", "medical-review") and s.begins <= self.now
        ]
        first = next(s for s in counting(self.plan) if s.kind == "dosing") if not days else None
        contact = self.plan.zone.day(first.begins) if first else max(days)
        opens = self.plan.zone.first_instant(contact + 1)
        return opens <= start < self.plan.zone.resolve(step.due)

    def grid(self, kind: str) -> Iterator[int]:
        """Instants on and beside every edge that could matter, and the hours of some weeks."""
        instants: set[int] = {self.now}
        edges = {e for s in self.plan.sessions for e in (s.begins, s.ends)}
        lengths = {
            shortest(limits_at(self.plan, self.care, e), kind) * 60 for e in edges | {self.now}
        }
        days = {self.plan.zone.day(e) for e in edges | {self.now}}
        for supply in self.plan.supplies or ():
            days |= {d.toordinal() for d in (supply.issued, supply.received) if d is not None}
        for day in {d + near for d in days for near in (0, 1)}:
            starts = self.plan.zone.first_instant(day)
            edges |= {starts, starts + 60, starts + 3600}
        for edge in edges:
            for length in {0} | lengths:
                instants |= {edge - length + near for near in (-1, 0, 1)}
        last = max(edges)
        instants |= set(range(self.now, min(last + 40 * 86_400, self.now + 200 * 86_400), 86_400))
        return iter(sorted(t for t in instants if max(self.now, EARLIEST) <= t <= LATEST))
