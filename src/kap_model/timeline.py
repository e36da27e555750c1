"""A plan's sessions as rules see them: counting ones only, by kind, in canonical order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, lt
from typing import Any, Final, Literal, TypeAlias, TypeVar

from attrs import frozen

from kap_model._zone import Zone
from kap_model.sessions import (
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.standing import MedicalContact, in_walking_order, is_clearing

PlanState: TypeAlias = Literal["active", "completed", "discontinued"]

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


def _days_in(zone: Zone) -> Callable[[Session], int]:
    day_of = zone.day
    days: dict[int, int] = {}

    def day(session: Session) -> int:
        begins = session.begins
        if begins not in days:
            days[begins] = day_of(begins)
        return days[begins]

    return day


# Nothing here is computed on demand: a class with cached properties reads all its fields slowly.
@frozen(kw_only=True, eq=False, repr=False)
class Timeline:
    """The counting sessions of a plan, split by kind; cancelled and missed ones never count.

    In an active plan planned and completed sessions count, in any other state completed ones.

    Attributes:
        zone: Where dates come from.
        counting: All counting sessions, and those of each kind, in canonical order.
        starts, ends: Of the counting sessions, in seconds since 1970 UTC.
        integration_starts: Of the integrations, to search in.
        clinician_roles: The counting sessions whose clinician is recorded, with the role.
        formats: Those in which the therapist's sessions are held.
        contacts: Evaluations and reviews in the order in which the standing is walked.
        clearing_evaluations, clearing_reviews: The contacts that may bring medicine.
        latest_completed_start: The start of the last completed session, or ``None``.
        day: Gives the ordinal of the local civil date on which a session starts.
        dosing_days: The date of each dosing; they may step back where clocks are set over midnight.
        contact_days: The dates of evaluations and reviews, each once, in order.
    """

    zone: Zone
    counting: tuple[Session, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    consultations: tuple[Consultation, ...]
    evaluations: tuple[MedicalEvaluation, ...]
    preparations: tuple[Preparation, ...]
    dosings: tuple[Dosing, ...]
    integrations: tuple[Integration, ...]
    reviews: tuple[MedicalReview, ...]
    integration_starts: tuple[int, ...]
    clinician_roles: tuple[tuple[Session, str], ...]
    formats: frozenset[str]
    contacts: tuple[MedicalContact, ...]
    clearing_evaluations: tuple[MedicalEvaluation, ...]
    clearing_reviews: tuple[MedicalReview, ...]
    latest_completed_start: int | None
    day: Callable[[Session], int]
    dosing_days: tuple[int, ...]
    contact_days: tuple[int, ...]

    @classmethod
    def of(cls, sessions: tuple[Session, ...], state: PlanState, zone: Zone) -> Timeline:
        """The counting sessions of a plan in a state, with dates in a zone."""
        counts = ("planned", "completed") if state == "active" else ("completed",)
        counting = tuple([s for s in sessions if s.status in counts])
        by_kind: tuple[list[Any], ...] = ([], [], [], [], [], [])
        for session in counting:
            by_kind[session.rank].append(session)
        completed = [s.begins for s in counting if s.status == "completed"]
        day = _days_in(zone)
        return cls(
            zone=zone,
            counting=counting,
            starts=tuple([s.begins for s in counting]),
            ends=tuple([s.ends for s in counting]),
            consultations=tuple(by_kind[0]),
            evaluations=tuple(by_kind[1]),
            preparations=tuple(by_kind[2]),
            dosings=tuple(by_kind[3]),
            integrations=tuple(by_kind[4]),
            reviews=tuple(by_kind[5]),
            integration_starts=tuple([i.begins for i in by_kind[4]]),
            clinician_roles=tuple([(s, s.clinician.role) for s in counting if s.clinician]),
            formats=frozenset([s.format for s in (*by_kind[2], *by_kind[3], *by_kind[4])]),
            contacts=tuple(in_walking_order((*by_kind[1], *by_kind[5]))),
            clearing_evaluations=tuple([e for e in by_kind[1] if is_clearing(e)]),
            clearing_reviews=tuple([r for r in by_kind[5] if is_clearing(r)]),
            latest_completed_start=completed[-1] if completed else None,
            day=day,
            dosing_days=tuple([day(d) for d in by_kind[3]]),
            contact_days=tuple(sorted({day(c) for c in (*by_kind[1], *by_kind[5])})),
        )

    def __reduce__(self) -> tuple[Callable[..., Timeline], tuple[Any, ...]]:
        return Timeline.of, (self.counting, "active", self.zone)

    def __repr__(self) -> str:
        return f"<Timeline: {len(self.counting)} counting sessions>"
