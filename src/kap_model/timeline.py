"""A plan's sessions as rules see them: counting ones only, by kind, in canonical order."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import Final, Literal, TypeAlias, cast

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

State: TypeAlias = Literal["active", "completed", "discontinued"]

_canonical: Final = attrgetter("begins", "rank", "id")


def in_canonical_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    """Sessions by start instant, then kind, then id."""
    return tuple(sorted(sessions, key=_canonical))


class Timeline:
    """The counting sessions of a plan, split by kind; cancelled and missed ones never count.

    In an active plan planned and completed sessions count, in any other state completed ones.
    """

    __slots__ = (
        "_contact_days",
        "_days",
        "_dosing_days",
        "consultations",
        "counting",
        "dosings",
        "evaluations",
        "integration_starts",
        "integrations",
        "latest_completed_start",
        "preparations",
        "reviews",
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
        self.consultations = cast("tuple[Consultation, ...]", tuple(by_kind[0]))
        self.evaluations = cast("tuple[MedicalEvaluation, ...]", tuple(by_kind[1]))
        self.preparations = cast("tuple[Preparation, ...]", tuple(by_kind[2]))
        self.dosings = cast("tuple[Dosing, ...]", tuple(by_kind[3]))
        self.integrations = cast("tuple[Integration, ...]", tuple(by_kind[4]))
        self.reviews = cast("tuple[MedicalReview, ...]", tuple(by_kind[5]))
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
