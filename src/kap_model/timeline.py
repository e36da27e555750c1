"""A plan's sessions as rules see them: counting ones only, by kind, in canonical order."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter, lt
from typing import Final, Literal, TypeAlias, TypeVar, cast

from kap_model._time import Zone
from kap_model.sessions import (
    SESSION_CLASSES,
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.standing import is_clearing

State: TypeAlias = Literal["active", "completed", "discontinued"]

S = TypeVar("S", bound=Session)

_canonical: Final = attrgetter("begins", "rank", "id")


def in_canonical_order(sessions: Sequence[S]) -> tuple[S, ...]:
    """Sessions by start instant, then kind, then id."""
    if len(sessions) < 2:  # noqa: PLR2004 - nothing to order
        return tuple(sessions)
    starts = [session.begins for session in sessions]
    if all(map(lt, starts, starts[1:])):
        return tuple(sessions)
    return tuple(sorted(sessions, key=_canonical))


class Timeline:
    """The counting sessions of a plan, split by kind; cancelled and missed ones never count.

    In an active plan planned and completed sessions count, in any other state completed ones.
    Clearing contacts are those that may bring medicine; attended are the sessions with a clinician
    on record, with the role.
    """

    __slots__ = (
        "_contact_days",
        "_days",
        "_dosing_days",
        "attended",
        "clearing_evaluations",
        "clearing_reviews",
        "consultations",
        "counting",
        "dosings",
        "ends",
        "evaluations",
        "integration_starts",
        "integrations",
        "latest_completed_start",
        "preparations",
        "reviews",
        "starts",
        "zone",
    )

    def __init__(self, sessions: tuple[Session, ...], state: State, zone: Zone) -> None:
        counts = ("planned", "completed") if state == "active" else ("completed",)
        counting = tuple([s for s in sessions if s.status in counts])
        by_kind: tuple[list[Session], ...] = tuple([] for _ in SESSION_CLASSES)
        for session in counting:
            by_kind[session.rank].append(session)
        self.zone = zone
        self.counting = counting
        self.attended = [(s, s.clinician.role) for s in counting if s.clinician is not None]
        self.starts = [session.begins for session in counting]
        self.ends = [session.ends for session in counting]
        self.consultations = cast("tuple[Consultation, ...]", tuple(by_kind[0]))
        self.evaluations = cast("tuple[MedicalEvaluation, ...]", tuple(by_kind[1]))
        self.preparations = cast("tuple[Preparation, ...]", tuple(by_kind[2]))
        self.dosings = cast("tuple[Dosing, ...]", tuple(by_kind[3]))
        self.integrations = cast("tuple[Integration, ...]", tuple(by_kind[4]))
        self.reviews = cast("tuple[MedicalReview, ...]", tuple(by_kind[5]))
        self.clearing_evaluations = [e for e in self.evaluations if is_clearing(e)]
        self.clearing_reviews = [r for r in self.reviews if is_clearing(r)]
        self.integration_starts = [integration.begins for integration in self.integrations]
        self.latest_completed_start: int | None = None
        for session in reversed(counting):
            if session.status == "completed":
                self.latest_completed_start = session.begins
                break
        self._days: dict[int, int] = {}
        self._dosing_days: list[int] | None = None
        self._contact_days: list[int] | None = None

    def day(self, session: Session) -> int:
        """The ordinal of the local civil date on which a session starts."""
        begins = session.begins
        day = self._days.get(begins)
        if day is None:
            day = self._days[begins] = self.zone.day(begins)
        return day

    @property
    def dosing_days(self) -> list[int]:
        """The date of each dosing; they may step back where clocks are set over midnight."""
        if self._dosing_days is None:
            self._dosing_days = [self.day(dosing) for dosing in self.dosings]
        return self._dosing_days

    @property
    def contact_days(self) -> list[int]:
        """The dates of evaluations and reviews, each once, in order."""
        if self._contact_days is None:
            contacts = (*self.evaluations, *self.reviews)
            self._contact_days = sorted({self.day(contact) for contact in contacts})
        return self._contact_days
