"""What a break is given: a plain lawful course, its limits, and a way to choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import attrs
from attrs import frozen

from kap_model._time import DAY_SECONDS, Instant
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan, Supply
from kap_model.planning.new_sessions import new_ids, usual_fields
from kap_model.sessions import (
    CLASS_OF_KIND,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.testing._lawful import recorded, swapped, without
from kap_model.testing._searched import FIRST, SUPPORT

T = TypeVar("T")


class Unbreakable(Exception):
    """There is nothing in this course, or in its limits, to break a rule with."""


class Pick(Protocol):
    """Chooses one of some values, the simplest first."""

    def __call__(self, options: Sequence[T], /) -> T:
        """One of at least one value."""
        ...


@frozen(eq=False)
class BreakContext:
    """A course of which one rule is to be broken.

    Attributes:
        plan: A lawful course, all of it planned.
        limits: Those that judge it.
        pick: Chooses one of some values.
    """

    plan: Plan
    limits: Limits
    pick: Pick

    def one(self, options: Iterable[T]) -> T:
        """One of some values.

        Raises:
            Unbreakable: There is none.
        """
        given = tuple(options)
        if not given:
            raise Unbreakable
        return self.pick(given)

    def first(self, options: Iterable[T]) -> T:
        """The first of some values.

        Raises:
            Unbreakable: There is none.
        """
        for option in options:
            return option
        raise Unbreakable

    def given(self, value: T | None) -> T:
        """A limit, or an end of one.

        Raises:
            Unbreakable: It is not set.
        """
        return self.first(() if value is None else (value,))

    def some(self, options: Iterable[T]) -> list[T]:
        """From one of some values on, every so many: at least one of them.

        Raises:
            Unbreakable: There is none.
        """
        given = tuple(options)
        first = self.one(range(len(given)))
        return list(given[first :: self.pick((len(given), 2, 1))])

    @property
    def evaluations(self) -> tuple[MedicalEvaluation, ...]:
        """The evaluations in order."""
        return self.plan.timeline.evaluations

    @property
    def preparations(self) -> tuple[Preparation, ...]:
        """The preparations in order."""
        return self.plan.timeline.preparations

    @property
    def dosings(self) -> tuple[Dosing, ...]:
        """The dosings in order."""
        return self.plan.timeline.dosings

    @property
    def integrations(self) -> tuple[Integration, ...]:
        """The integrations in order."""
        return self.plan.timeline.integrations

    @property
    def reviews(self) -> tuple[MedicalReview, ...]:
        """The reviews in order."""
        return self.plan.timeline.reviews

    @property
    def supplies(self) -> tuple[Supply, ...]:
        """The tracked supplies in order; none where they are not tracked."""
        return self.plan.supplies or ()

    @property
    def tracked_supplies(self) -> tuple[Supply, ...]:
        """The same, at least one.

        Raises:
            Unbreakable: There is none.
        """
        self.first(self.supplies)
        return self.supplies

    @property
    def over(self) -> int:
        """The instant at which the last session ends; without one, some day begins."""
        nothing = self.plan.zone.first_instant(FIRST.toordinal())
        return max([session.ends for session in self.plan.sessions], default=nothing)

    def between(self, earlier: Session, following: Session | None) -> list[Integration]:
        """The integrations after a session and before another."""
        closes = None if following is None else following.begins
        return [
            i
            for i in self.integrations
            if i.begins >= earlier.ends and (closes is None or i.begins < closes)
        ]

    def following(self, dosing: Dosing) -> Dosing | None:
        """The next dosing, if there is one."""
        place = self.dosings.index(dosing) + 1
        return self.dosings[place] if place < len(self.dosings) else None

    def day(self, session: Session) -> dt.date:
        """The civil date of a session."""
        return dt.date.fromordinal(self.plan.zone.day(session.begins))

    def made(self, kind: str, begins: int, **given: Any) -> Session:
        """A new session with the usual fields of its kind."""
        usual = usual_fields(self.limits, support_person=SUPPORT[0])[kind]
        fields = {"id": new_ids(self.plan)(kind), **usual, **given}
        return CLASS_OF_KIND[kind](start=Instant(begins), **fields)

    def appended(self, kind: str, count: int, days: int = 1) -> Plan:
        """The course with so many more sessions of a kind at its end, days apart."""
        plan, begins = self.plan, self.over
        for _ in range(count):
            begins += days * DAY_SECONDS
            fresh = attrs.evolve(self, plan=plan).made(kind, begins)
            plan = swapped(plan, [fresh])
        return plan

    def recorded_until(self, instant: int) -> BreakContext:
        """The same course, with all that ends by an instant held and recorded."""
        held = [recorded(s) for s in self.plan.sessions if s.ends <= instant]
        return attrs.evolve(self, plan=swapped(self.plan, held))

    def tracked(self) -> BreakContext:
        """The same course with supplies that cover it, as its reviews refill them."""
        if self.plan.supplies or not self.dosings:
            return self
        first = self.evaluations[0] if self.evaluations else self.plan.sessions[0]
        total, issued = len(self.dosings), self.day(first)
        initial = self.limits.initial_supply or total
        supplies = [Supply(id="rx1", issued=issued, received=issued, dosings=initial)]
        after = [r for r in self.reviews if r.begins >= self.dosings[0].ends]
        if initial < total and after:
            refilled = self.day(after[0])
            rest = total - initial
            supplies.append(Supply(id="rx2", issued=refilled, received=refilled, dosings=rest))
        return attrs.evolve(self, plan=attrs.evolve(self.plan, supplies=supplies))

    def with_sessions(self, *sessions: Session) -> Plan:
        """The course with these sessions, instead of those that have their ids."""
        return swapped(self.plan, sessions)

    def without(self, *sessions: Session) -> Plan:
        """The course without these sessions."""
        return without(self.plan, sessions)

    def with_supplies(self, supplies: Iterable[Supply]) -> Plan:
        """The course with other supplies."""
        return attrs.evolve(self.plan, supplies=tuple(supplies))


Break: TypeAlias = Callable[[BreakContext], Plan]
"""Makes a course that is meant to break one rule and no other; the rules say whether it does."""


def outside(bounds: Bounds, lowest: int, reach: int) -> tuple[int, ...]:
    """Numbers below and above a range, the nearest first, none below ``lowest``."""
    below = range((bounds.min or 0) - 1, max(lowest, (bounds.min or 0) - reach) - 1, -1)
    above = () if bounds.max is None else range(bounds.max + 1, bounds.max + reach)
    return (*below, *above)
