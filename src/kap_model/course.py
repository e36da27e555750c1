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
from kap_model.timeline import (
    Event,
    MedicalContact,
    Standing,
    Standings,
    Timeline,
    event_of,
    standings_as_planned,
)


@frozen(eq=False, repr=False)
class Course:
    """A plan's counting sessions, and what is known of them at ``as_of``.

    Attributes:
        plan: The whole plan: supplies, state, sessions that do not count.
        as_of: The moment of judgement in seconds since 1970 UTC, or ``None``.
        is_open: The plan is active and ``as_of`` is given: sessions may still be added.
        known_until: A planned session that ended by then is unrecorded.
        timeline: The counting sessions, split and dated.
        as_of_day: The ordinal of the civil date of ``as_of``, or ``None``.
        standings: The medical standing by instant.
    """

    plan: Plan
    as_of: int | None
    timeline: Timeline
    is_open: bool
    known_until: int | None
    as_of_day: int | None
    standings: Standings

    @classmethod
    def of(cls, plan: Plan, as_of: int | None) -> Course:
        """A plan at a moment, or without one."""
        timeline: Timeline = plan.timeline
        known_until = timeline.latest_completed_start
        if as_of is None:
            standings = timeline.fact(standings_as_planned)
            return cls(plan, None, timeline, False, known_until, None, standings)
        # Up to as_of, a completed session that bears witness starts at or before it.
        standings = Standings(timeline.contacts, as_of, as_of)
        is_open, day = plan.state == "active", timeline.zone.day(as_of)
        return cls(plan, as_of, timeline, is_open, as_of, day, standings)

    @property
    def counting(self) -> tuple[Session, ...]:
        """All counting sessions, in canonical order."""
        return self.timeline.counting

    @property
    def consultations(self) -> tuple[Consultation, ...]:
        """The counting consultations, in canonical order."""
        return self.timeline.consultations

    @property
    def evaluations(self) -> tuple[MedicalEvaluation, ...]:
        """The counting medical evaluations, in canonical order."""
        return self.timeline.evaluations

    @property
    def preparations(self) -> tuple[Preparation, ...]:
        """The counting preparations, in canonical order."""
        return self.timeline.preparations

    @property
    def dosings(self) -> tuple[Dosing, ...]:
        """The counting dosings, in canonical order."""
        return self.timeline.dosings

    @property
    def integrations(self) -> tuple[Integration, ...]:
        """The counting integrations, in canonical order."""
        return self.timeline.integrations

    @property
    def reviews(self) -> tuple[MedicalReview, ...]:
        """The counting medical reviews, in canonical order."""
        return self.timeline.reviews

    @property
    def first_dosing(self) -> Dosing | None:
        """The first of the dosings, or ``None``."""
        dosings = self.timeline.dosings
        return dosings[0] if dosings else None

    def day(self, session: Session) -> int:
        """The ordinal of the civil date of a session, in the plan's zone."""
        return self.timeline.day(session)

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
