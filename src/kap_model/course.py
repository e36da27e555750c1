"""A plan at a moment of judgement: what a rule is given."""

from __future__ import annotations

from kap_model.plan import Plan
from kap_model.sessions import Dosing, Session
from kap_model.standing import FAVOURABLE, Event, MedicalContact, Standing, Standings
from kap_model.timeline import Timeline


class Course:
    """A plan's counting sessions, and what is known of them at ``as_of``.

    Attributes:
        plan: The whole plan: supplies, state, sessions that do not count.
        as_of: The moment of judgement in seconds since 1970 UTC, or ``None``.
        is_open: The plan is active and ``as_of`` is given: sessions may still be added.
        known_until: A planned session that ended by then is unrecorded.
        consultations, evaluations, preparations, dosings, integrations, reviews: The counting
            sessions of each kind in canonical order; ``counting``: all of them.
        integration_starts: The ``begins`` of ``integrations``, to search in.
        day: Gives the ordinal of the civil date of a session, in the plan's zone.
        first_dosing: The first of ``dosings``, or ``None``.
    """

    __slots__ = (
        "_as_of_day",
        "_standings",
        "as_of",
        "consultations",
        "counting",
        "day",
        "dosings",
        "evaluations",
        "first_dosing",
        "integration_starts",
        "integrations",
        "is_open",
        "known_until",
        "plan",
        "preparations",
        "reviews",
        "timeline",
    )

    def __init__(self, plan: Plan, as_of: int | None) -> None:
        timeline: Timeline = plan.timeline
        self.plan = plan
        self.as_of = as_of
        self.is_open = as_of is not None and plan.state == "active"
        # Up to as_of, a completed session that bears witness starts at or before it.
        self.known_until = timeline.latest_completed_start if as_of is None else as_of
        self.timeline = timeline
        self.counting = timeline.counting
        self.consultations = timeline.consultations
        self.evaluations = timeline.evaluations
        self.preparations = timeline.preparations
        self.dosings = timeline.dosings
        self.integrations = timeline.integrations
        self.integration_starts = timeline.integration_starts
        self.reviews = timeline.reviews
        self.first_dosing: Dosing | None = self.dosings[0] if self.dosings else None
        self.day = timeline.day
        self._as_of_day: int | None = None
        self._standings: Standings | None = None

    @property
    def as_of_day(self) -> int | None:
        """The ordinal of the civil date of ``as_of``, in the plan's zone."""
        if self.as_of is None:
            return None
        if self._as_of_day is None:
            self._as_of_day = self.timeline.zone.day(self.as_of)
        return self._as_of_day

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
        """What a medical contact says about the standing.

        A favourable outcome of a contact that starts after ``as_of`` is taken as still to come.
        """
        outcome = contact.outcome
        if outcome is None:
            until = self.known_until
            if contact.status == "completed" or (until is not None and contact.ends <= until):
                return "held"
            return "to come"
        if outcome in FAVOURABLE:
            return "to come" if self.starts_after_as_of(contact) else "favourable"
        return "pending" if outcome == "pending" else "unfavourable"

    @property
    def standings(self) -> Standings:
        """The medical standing by instant."""
        if self._standings is None:
            self._standings = Standings((*self.evaluations, *self.reviews), self.event)
        return self._standings

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
