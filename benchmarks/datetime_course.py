"""A plan at a moment of judgement, in ordinary code: who counts, what is decided, what is over."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import kap_model as kap
from datetime_plan import Plan, Session

Breach: TypeAlias = tuple[str, tuple[Session, ...], str | None]
"""Verdict, sessions, and a severity of this side or one that no protocol overrides."""
Breaches: TypeAlias = Iterator[Breach]

DAY: Final = dt.timedelta(days=1)
FAVOUR: Final = {"eligible": 0, "continue": 0, None: 1, "pending": 2, "ineligible": 3, "stop": 3}


@dataclass(frozen=True)
class Decision:
    state: str
    decider: Session | None = None

    @property
    def adverse(self) -> bool:
        return self.state in ("refused", "stopped")

    @property
    def by_review(self) -> bool:
        return self.decider is not None and self.decider.kind == "medical-review"


class Course:
    """The counting sessions of a plan by kind, and what is known of them at ``as_of``."""

    def __init__(self, plan: Plan, limits: kap.Limits, as_of: dt.datetime | None) -> None:
        self.plan = plan
        self.limits = limits
        self.as_of = None if as_of is None else as_of.replace(microsecond=0)
        self.open = as_of is not None and plan.state == "active"
        counts = ("planned", "completed") if plan.state == "active" else ("completed",)
        self.sessions = [s for s in plan.sessions if s.status in counts]
        self.consultations = self._of("consultation")
        self.evaluations = self._of("medical-evaluation")
        self.preparations = self._of("preparation")
        self.dosings = self._of("dosing")
        self.integrations = self._of("integration")
        self.reviews = self._of("medical-review")
        self.first_dosing = self.dosings[0] if self.dosings else None
        completed = [s.start for s in self.sessions if s.status == "completed"]
        self.known_until = max(completed, default=None) if self.as_of is None else self.as_of
        self.decisions = self._walk()
        self.halted = self.decisions[-1][1].adverse
        self.asks_for_more = plan.state != "discontinued" and not self.halted

    def _of(self, kind: str) -> list[Session]:
        return [s for s in self.sessions if s.kind == kind]

    @property
    def today(self) -> dt.date | None:
        return None if self.as_of is None else self.as_of.astimezone(self.plan.zone).date()

    def held(self, session: Session) -> bool:
        return session.status == "completed" or self.unrecorded(session)

    def unrecorded(self, session: Session) -> bool:
        over = self.known_until is not None and session.end <= self.known_until
        return session.status == "planned" and over

    def starts_later(self, session: Session) -> bool:
        return self.as_of is not None and session.start > self.as_of

    def event(self, contact: Session) -> str:
        if contact.outcome is None:
            return "held" if self.held(contact) else "to come"
        if contact.outcome in ("eligible", "continue"):
            return "to come" if self.starts_later(contact) else "favourable"
        return "pending" if contact.outcome == "pending" else "unfavourable"

    def _walk(self) -> list[tuple[dt.datetime | None, Decision]]:
        now = by_evaluation = Decision("none")
        decisions: list[tuple[dt.datetime | None, Decision]] = [(None, now)]
        for contact in by_end([*self.evaluations, *self.reviews]):
            event = self.event(contact)
            if contact.kind == "medical-evaluation":
                by_evaluation = after_evaluation(by_evaluation, contact, event)
                now = after_evaluation(now, contact, event)
            else:
                now = after_review(now, contact, event, by_evaluation)
            decisions.append((contact.end, now))
        return decisions

    def decision(self, instant: dt.datetime) -> Decision:
        found = self.decisions[0][1]
        for end, decision in self.decisions[1:]:
            if end is not None and end <= instant:
                found = decision
        return found

    def decision_on(self, day: dt.date) -> Decision:
        """What is decided when a local day begins."""
        return self.decision(first_instant(day, self.plan.zone))

    def missing(self, closes: dt.datetime | None, opens: dt.datetime | None = None) -> str:
        if not self.open or self.as_of is None:
            return "violated"
        if closes is None:
            return "pending"
        in_time = closes > self.as_of and (opens is None or closes > opens)
        return "pending" if in_time else "violated"

    def missing_by_day(self, closes: dt.date, opens: dt.date | None = None) -> str:
        if not self.open:
            return "violated"
        zone = self.plan.zone
        opening = None if opens is None else first_instant(opens, zone)
        return self.missing(first_instant(closes + DAY, zone), opening)


def by_end(contacts: Iterable[Session]) -> list[Session]:
    return sorted(contacts, key=lambda s: (s.end, FAVOUR[s.outcome], *s.order))


def after_evaluation(now: Decision, evaluation: Session, event: str) -> Decision:
    if event == "favourable":
        return Decision("clear", evaluation)
    if event == "unfavourable":
        return Decision("refused", evaluation)
    if event == "pending" and not now.adverse:
        return Decision("pending", evaluation)
    if event == "held" and now.state in ("none", "clear", "unrecorded"):
        return Decision("unrecorded", evaluation)
    if event == "to come" and now.state == "none":
        return Decision("clear", evaluation)
    return now


def after_review(now: Decision, review: Session, event: str, by_evaluation: Decision) -> Decision:
    question = now.state in ("pending", "unrecorded") and now.by_review
    if event == "unfavourable" and now.state != "refused":
        return Decision("stopped", review)
    if event == "favourable" and (now.state in ("clear", "stopped") or question):
        return Decision("clear", review) if by_evaluation.state == "clear" else by_evaluation
    if event == "pending" and (now.state in ("clear", "unrecorded") or question):
        return Decision("pending", review)
    if event == "held" and (now.state == "clear" or (now.state == "unrecorded" and question)):
        return Decision("unrecorded", review)
    return now


def first_instant(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant whose local date is this day or later."""
    instant = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
    minute = dt.timedelta(minutes=1)
    if instant.astimezone(zone).hour:
        while (instant - minute).astimezone(zone).date() >= day:
            instant -= minute
    return instant


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, clamped to its end."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def below(bounds: kap.Bounds | None, number: int) -> bool:
    return bounds is not None and bounds.min is not None and number < bounds.min


def above(bounds: kap.Bounds | None, number: int) -> bool:
    return bounds is not None and bounds.max is not None and number > bounds.max


def outside(bounds: kap.Bounds | None, number: int) -> bool:
    return below(bounds, number) or above(bounds, number)
