"""A course laid out by its counts, so that each limit that asks for a session finds it."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from itertools import zip_longest
from typing import Any, Final

import attrs

from kap_model._time import (
    HOUR_SECONDS,
    LAST_DATE,
    RANGE_REASON,
    Instant,
    add_months,
    last_day_of_quarter,
    zone,
)
from kap_model.checking import check
from kap_model.errors import refusal
from kap_model.limits import Limits
from kap_model.plan import MOST_SESSIONS, Plan, Supply
from kap_model.planning.conflicts import no_course
from kap_model.planning.new_sessions import LEAD_DAYS, CourseSize, letter_of
from kap_model.protocol import CareProtocol
from kap_model.sessions import CLASS_OF_KIND, USUAL_HOUR, USUAL_MINUTES, Session

_TO_EVALUATION: Final = LEAD_DAYS["medical-evaluation"]
_TO_PREPARATION: Final = LEAD_DAYS["preparation"] - _TO_EVALUATION
_TO_FIRST_DOSING: Final = LEAD_DAYS["dosing"]
_TO_ARRIVAL: Final = 3
_NEVER: Final = dt.date.max.toordinal()


def lay_out(limits: Limits, size: CourseSize) -> Plan:
    """A plan of a size, with the evaluation and the reviews that the limits ask for.

    It keeps what can be kept by where sessions stand. Whether the limits allow its counts and
    lengths is for ``check`` to say.

    Raises:
        InvalidValue: It would have more sessions than a plan may hold, or leave the calendar.
    """
    wanted = size.preparations + size.dosings + size.integrations
    if wanted > MOST_SESSIONS:
        raise refusal("sessions", "must be at most 10,000")
    days = wanted + size.dosings * size.every
    if size.start.toordinal() + days > LAST_DATE.toordinal():
        raise refusal("start", RANGE_REASON)
    return _Layout(limits, size).plan()


class _Layout:
    """One course in the making."""

    def __init__(self, limits: Limits, size: CourseSize) -> None:
        self.limits, self.size = limits, size
        self.zone = zone(size.timezone)
        self.first = size.start.toordinal()  # of the first dosing, once the intake is laid
        self.by_day: dict[int, list[Session]] = {}
        self.numbers: Counter[str] = Counter()
        self.contact_days: list[int] = []
        self.reviews: list[Session] = []
        self.dosings: list[Session] = []
        self.supplies: list[Supply] = []
        self.covered: float = math.inf

    def plan(self) -> Plan:
        """The whole course."""
        size = self.size
        self._lay_intake()
        days = [self.first + number * size.every for number in range(size.dosings)]
        if days and self._due() < self.first:
            self._review(self.first - 1)
        for day, following in zip_longest(days, days[1:]):
            self.dosings.append(self._place("dosing", day))
            self._lay_integrations(day, following)
            self._lay_reviews(day, following)
        if not days:
            self._lay_integrations(self.first - 1, None)
        return Plan(
            id=size.id,
            timezone=size.timezone,
            sessions=[session for sessions in self.by_day.values() for session in sessions],
            supplies=self.supplies if size.tracks_supply else None,
        )

    def _lay_intake(self) -> None:
        """Consultation, evaluation and preparations; then the first dosing's day is known."""
        limits, start = self.limits, self.first
        day = start
        if limits.consultation_first:
            self._place("consultation", day)
            day += _TO_EVALUATION
        issued = day
        if limits.evaluation_first or limits.preparation_after_supply:
            self._place("medical-evaluation", day)
            self.contact_days.append(day)
            day += _TO_PREPARATION
        for _ in range(self.size.preparations):
            self._place("preparation", day)
            day += 1
        self.first = max(day, start + _TO_FIRST_DOSING) if day > start else day
        if limits.initial_supply is not None:
            self.covered = limits.initial_supply
        self._supply(issued, min(issued + _TO_ARRIVAL, self.first), limits.initial_supply)

    def _lay_integrations(self, day: int, following: int | None) -> None:
        """An even share after each dosing, one a day as far as there are days; the rest last."""
        number = self.size.integrations - self.numbers["integration"]
        days = number
        if following is not None:
            days = max(following - day - 1, 1)
            share = min(self.size.integrations // self.size.dosings, days)
            number = max(share, self.limits.integration_per_dosing or 0)
        for count in range(number):
            target = day + 1 + count % days
            no_day_between = following is not None and target >= following
            if no_day_between or self._too_late(target, count):
                target = day
            self._place("integration", target)

    def _too_late(self, day: int, count: int) -> bool:
        """Whether the first integration after the latest dosing would miss its window on a day."""
        hours = self.limits.integration_window_hours
        if count or hours is None or not self.dosings:
            return False
        return self._free_from(day) - self.dosings[-1].ends > hours * HOUR_SECONDS

    def _lay_reviews(self, day: int, following: int | None) -> None:
        """What the limits ask for from a dosing to the next, each as late as may be."""
        while following is not None and (due := self._due()) < following:
            self._review(due)
        self._keep_to_quarter(day, following)
        latest = day + 1 if following is None else max(day, following - 1)
        if self._is_gate(following):
            self._review(latest)
        while following is not None and self.covered <= len(self.dosings):
            self._review(latest)

    def _is_gate(self, following: int | None) -> bool:
        """Whether the review after the first dosings has to be here, and is not yet."""
        after = self.limits.review_after
        if after is None or after.dosings > len(self.dosings):
            return False
        if (after.gate == "any-time") is not (following is None):
            return False
        if following is not None and after.dosings < len(self.dosings):
            return False
        ends = self.dosings[after.dosings - 1].ends
        return not any(review.begins >= ends for review in self.reviews)

    def _due(self) -> int:
        """The day by which a rolling review asks for the next medical contact."""
        every = self.limits.review_every
        if every is None or every.policy != "rolling":
            return _NEVER
        # Where there is no contact yet, the first dosing's day is the anchor.
        latest = self.contact_days[-1] if self.contact_days else self.first
        return add_months(latest, every.months)

    def _keep_to_quarter(self, day: int, following: int | None) -> None:
        """A review after the last dosing of a calendar quarter that has no contact yet."""
        every = self.limits.review_every
        if every is None or every.policy != "calendar":
            return
        quarter = last_day_of_quarter(day)
        if following is not None and last_day_of_quarter(following) == quarter:
            return
        if quarter not in map(last_day_of_quarter, self.contact_days):
            self._review(day)

    def _review(self, day: int) -> None:
        self.reviews.append(self._place("medical-review", day))
        self.contact_days = sorted([*self.contact_days, day])
        if self.dosings and self.covered < self.size.dosings:
            refill = self.limits.refill_supply
            self.covered = math.inf if refill is None else self.covered + refill
            self._supply(day, day, refill)

    def _supply(self, issued: int, received: int, dosings: int | None) -> None:
        self.supplies.append(
            Supply(
                id=f"rx{len(self.supplies) + 1}",
                issued=dt.date.fromordinal(issued),
                received=dt.date.fromordinal(received),
                dosings=max(1, self.size.dosings if dosings is None else dosings),
            )
        )

    def _place(self, kind: str, day: int) -> Session:
        """A session on a day, after whatever stands there."""
        self.numbers[kind] += 1
        fields: dict[str, Any] = {
            "minutes": USUAL_MINUTES[kind],
            **self.size.fields.get(kind, {}),
        }
        session = CLASS_OF_KIND[kind](
            id=f"{letter_of(kind)}{self.numbers[kind]}", start=self._free_from(day), **fields
        )
        self.by_day.setdefault(day, []).append(session)
        return session

    def _free_from(self, day: int) -> Instant:
        there = self.by_day.get(day)
        if there:
            return Instant(max(session.ends for session in there))
        opens = self.zone.at(day, USUAL_HOUR, 0)
        return Instant(self.zone.first_instant(day) if opens is None else opens)


def with_supplies(plan: Plan, limits: Limits) -> Plan:
    """A plan with the supplies that its evaluation and its reviews bring, written down.

    The first is issued with the first evaluation, else with the first session, unless there are
    neither evaluations nor dosings; each review after
    a first dosing brings another, as long as there are dosings without medicine.
    """
    day, timeline = plan.zone.day, plan.timeline
    if not timeline.dosings and not timeline.evaluations:
        return attrs.evolve(plan, supplies=())
    dosings = len(timeline.dosings)
    needing = [*timeline.dosings, *timeline.preparations]
    issued = day((timeline.evaluations or timeline.counting)[0].begins)
    arrives = min([issued + _TO_ARRIVAL, *[day(session.begins) for session in needing]])
    brought = [(issued, max(issued, arrives), limits.initial_supply)]
    covered: float = math.inf if limits.initial_supply is None else limits.initial_supply
    for review in timeline.reviews:
        if dosings and review.begins >= timeline.dosings[0].ends and covered < dosings:
            covered = math.inf if limits.refill_supply is None else covered + limits.refill_supply
            brought.append((day(review.begins), day(review.begins), limits.refill_supply))
    supplies = [
        Supply(
            id=f"rx{number}",
            issued=dt.date.fromordinal(issued),
            received=dt.date.fromordinal(received),
            dosings=max(1, dosings if given is None else given),
        )
        for number, (issued, received, given) in enumerate(brought, 1)
    ]
    return attrs.evolve(plan, supplies=supplies)


def witness(protocol: CareProtocol, size: CourseSize) -> Plan:
    """A plan of a size that breaks no rule of a protocol.

    Raises:
        InvalidValue: None was found; the rules that no course of that size keeps are named.
    """
    plan = lay_out(protocol.limits_on(size.start), size)
    report = check(plan, protocol)
    broken = {finding.rule for finding in report.findings if finding.verdict == "violated"}
    if broken:
        raise no_course(broken)
    return plan
