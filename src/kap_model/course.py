"""A plan at a moment of judgement: what a rule is given."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from kap_model.plan import Plan
from kap_model.sessions import (
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.timeline import Event, MedicalContact, Standing, Standings, Timeline, event_of


@frozen(eq=False, repr=False)
class Course:
    """A plan's counting sessions, and what is known of them at ``as_of``.

    Attributes:
        plan: The whole plan: supplies, state, sessions that do not count.
        as_of: The moment of judgement in seconds since 1970 UTC, or ``None``.
        is_open: The plan is active and ``as_of`` is given: sessions may still be added.
        known_until: A planned session that ended by then is unrecorded.
        consultations, evaluations, preparations, dosings, integrations, reviews: The counting
            sessions of each kind in canonical order; ``counting``: all of them.
        timeline: The counting sessions, split and dated.
        first_dosing: The first of ``dosings``, or ``None``.
        day: Gives the ordinal of the civil date of a session, in the plan's zone.
        as_of_day: The ordinal of the civil date of ``as_of``, or ``None``.
        standings: The medical standing by instant.
    """

    plan: Plan
    as_of: int | None
    timeline: Timeline
    is_open: bool
    known_until: int | None
    counting: tuple[Session, ...]
    consultations: tuple[Consultation, ...]
    evaluations: tuple[MedicalEvaluation, ...]
    preparations: tuple[Preparation, ...]
    dosings: tuple[Dosing, ...]
    integrations: tuple[Integration, ...]
    reviews: tuple[MedicalReview, ...]
    first_dosing: Dosing | None
    day: Callable[[Session], int]
    as_of_day: int | None
    standings: Standings

    @classmethod
    def of(cls, plan: Plan, as_of: int | None) -> Course:
        """A plan at a moment, or without one."""
        timeline: Timeline = plan.timeline
        # Up to as_of, a completed session that bears witness starts at or before it.
        known_until = timeline.latest_completed_start if as_of is None else as_of
        return cls(
            plan,
            as_of,
            timeline,
            as_of is not None and plan.state == "active",
            known_until,
            timeline.counting,
            timeline.consultations,
            timeline.evaluations,
            timeline.preparations,
            timeline.dosings,
            timeline.integrations,
            timeline.reviews,
            timeline.dosings[0] if timeline.dosings else None,
            timeline.day,
            None if as_of is None else timeline.zone.day(as_of),
            Standings(timeline.contacts, as_of, known_until),
        )

    def is_unrecorded(self, session: Session) -> bool:
        """Whether a planned session should have been recorded by now."""
        return (
            session.status == "planned"
            and self.known_until is not None
            and session.ends <= self.known_until
        )

    def is_held(self, session: Session) -> bool:
        """Whether a session is completed, or unrecorded and so taken to have happened."""
        return session.status == "completed" or self.is_unrecorded(session)

    def starts_after_as_of(self, session: Session) -> bool:
        """Whether a session starts after the moment of judgement."""
        return self.as_of is not None and session.begins > self.as_of

    def event(self, contact: MedicalContact) -> Event:
        """What a medical contact says about the standing."""
        return event_of(contact, self.as_of, self.known_until)

    @property
    def standing(self) -> Standing:
        """The standing after all counting medical contacts."""
        return self.standings.last

    @property
    def is_halted(self) -> bool:
        """Whether the medical partner turned the client down or stopped treatment."""
        return self.standing.is_adverse

    @property
    def asks_for_more(self) -> bool:
        """Whether a minimum may still ask: not of a discontinued or halted course."""
        return self.plan.state != "discontinued" and not self.is_halted

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Course):
            return NotImplemented
        return (self.plan, self.as_of) == (other.plan, other.as_of)

    def __hash__(self) -> int:
        return hash((self.plan, self.as_of))

    def __reduce__(self) -> tuple[Callable[..., Course], tuple[Plan, int | None]]:
        return Course.of, (self.plan, self.as_of)

    def __repr__(self) -> str:
        return f"<Course of {self.plan!r}>"
