"""A plan's sessions as rules see them: counting ones only, by kind, and the standing over them.

The medical standing is what the partner has decided by a given instant: a walk over the counting
evaluations and reviews by their end. A booking never lifts what was decided, neither does a pending
answer, and a review never stands in for the evaluation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter, lt
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from attrs import field, frozen

from kap_model._time import Zone
from kap_model.sessions import (
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)

StandingState: TypeAlias = Literal["none", "clear", "refused", "stopped", "pending", "unrecorded"]
Event: TypeAlias = Literal["favourable", "unfavourable", "pending", "held", "to come"]
MedicalContact: TypeAlias = MedicalEvaluation | MedicalReview

C = TypeVar("C", bound=MedicalContact)
T = TypeVar("T")

FAVOURABLE: Final = frozenset({"eligible", "continue"})


class Standing(NamedTuple):
    """What is decided, and the session that last changed or confirmed it."""

    state: StandingState
    decider: MedicalContact | None = None

    @property
    def set_by_review(self) -> bool:
        """Whether a review is the decider."""
        return type(self.decider) is MedicalReview

    @property
    def is_adverse(self) -> bool:
        """Whether treatment was turned down or stopped."""
        return self.state in ("refused", "stopped")


NOTHING_DECIDED: Final = Standing("none")


def _favour(contact: MedicalContact) -> int:
    """The order among contacts that end together: the more favourable first."""
    outcome = contact.outcome
    if outcome is None:
        return 1
    if outcome in FAVOURABLE:
        return 0
    return 2 if outcome == "pending" else 3


def in_walking_order(contacts: Sequence[C]) -> Sequence[C]:
    """Contacts by end, then the more favourable first, then canonical order."""
    latest = 0
    for contact in contacts:
        if contact.ends <= latest:
            return sorted(contacts, key=lambda c: (c.ends, _favour(c), c.begins, c.rank, c.id))
        latest = contact.ends
    return contacts


def _after_evaluation(standing: Standing, evaluation: MedicalEvaluation, event: Event) -> Standing:
    state = standing.state
    if event == "favourable":
        return Standing("clear", evaluation)
    if event == "unfavourable":
        return Standing("refused", evaluation)
    if event == "pending" and not standing.is_adverse:
        return Standing("pending", evaluation)
    if event == "held" and state in ("none", "clear", "unrecorded"):
        return Standing("unrecorded", evaluation)
    if event == "to come" and state == "none":
        return Standing("clear", evaluation)
    return standing


def _after_review(
    standing: Standing, review: MedicalReview, event: Event, by_evaluation: Standing
) -> Standing:
    state = standing.state
    open_question = state in ("pending", "unrecorded") and standing.set_by_review
    if event == "unfavourable" and state != "refused":
        return Standing("stopped", review)
    if event == "favourable" and (state in ("clear", "stopped") or open_question):
        return Standing("clear", review) if by_evaluation.state == "clear" else by_evaluation
    if event == "pending" and (state in ("clear", "unrecorded") or open_question):
        return Standing("pending", review)
    if event == "held" and (state == "clear" or (state == "unrecorded" and open_question)):
        return Standing("unrecorded", review)
    return standing


def event_of(contact: MedicalContact, as_of: int | None, known_until: int | None) -> Event:
    """What a counting medical contact says about the standing.

    A favourable outcome of a contact that starts after ``as_of`` is taken as still to come.
    """
    outcome = contact.outcome
    if outcome is None:
        over = known_until is not None and contact.ends <= known_until
        return "held" if over or contact.status == "completed" else "to come"
    if outcome in FAVOURABLE:
        return "to come" if as_of is not None and contact.begins > as_of else "favourable"
    return "pending" if outcome == "pending" else "unfavourable"


class Standings:
    """The standing of a course after each medical contact, in walking order, found by instant.

    Attributes:
        last: The standing after all contacts.
        clear_from: The instant from which the standing is clear for good; ``None`` = it is not.
    """

    __slots__ = ("_ends", "_standings", "clear_from", "last")

    def __init__(
        self,
        contacts: Sequence[MedicalContact],
        as_of: int | None,
        known_until: int | None,
    ) -> None:
        standing = by_evaluation = NOTHING_DECIDED
        self._ends: list[int] = []
        self._standings = [standing]
        self.clear_from: int | None = None
        for contact in contacts:
            event = event_of(contact, as_of, known_until)
            if isinstance(contact, MedicalEvaluation):
                alone = standing is by_evaluation
                by_evaluation = _after_evaluation(by_evaluation, contact, event)
                standing = by_evaluation if alone else _after_evaluation(standing, contact, event)
            elif event == "to come":
                continue
            else:
                standing = _after_review(standing, contact, event, by_evaluation)
            self._ends.append(contact.ends)
            self._standings.append(standing)
            if standing.state != "clear":
                self.clear_from = None
            elif self.clear_from is None:
                self.clear_from = contact.ends
        self.last = standing

    def at(self, instant: int) -> Standing:
        """The standing after all contacts that end at or before an instant."""
        return self._standings[bisect_right(self._ends, instant)]


def is_clearing(contact: MedicalContact) -> bool:
    """Whether a contact may bring medicine: favourable, or without an outcome.

    Where that is in doubt, MED-CLEAR says so.
    """
    return contact.outcome is None or contact.outcome in FAVOURABLE


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


def _counting(
    sessions: tuple[Session, ...], state: PlanState
) -> tuple[tuple[Session, ...], Sequence[Session]]:
    """The sessions of a plan that count in its state, and the completed ones among them."""
    statuses = list(map(_STATUS, sessions))
    completed: Sequence[Session] = ()
    if "completed" in statuses:
        completed = [session for session in sessions if session.status == "completed"]
    if state != "active":
        return tuple(completed), completed
    if len(completed) + statuses.count("planned") == len(sessions):
        return sessions, completed
    return tuple([s for s in sessions if s.status in ("planned", "completed")]), completed


Fact: TypeAlias = Callable[["Timeline"], T]
"""What is so of a plan's counting sessions whatever the limits and the moment: a pure function."""
_NOT_YET: Final = object()
_BEGINS: Final = attrgetter("begins")
_STATUS: Final = attrgetter("status")
MOST_FACTS: Final = 512
"""So many facts are kept of a plan; no protocol asks for so many."""


@frozen(kw_only=True, eq=False, repr=False)
class Timeline:
    """The counting sessions of a plan, split by kind; cancelled and missed ones never count.

    In an active plan planned and completed sessions count, in any other state completed ones.

    Attributes:
        zone: Where dates come from.
        counting: All counting sessions, and those of each kind, in canonical order.
        contacts: Evaluations and reviews in the order in which the standing is walked.
        latest_completed_start: The start of the last completed session, or ``None``.
        day: Gives the ordinal of the local civil date on which a session starts.
    """

    zone: Zone
    counting: tuple[Session, ...]
    consultations: tuple[Consultation, ...]
    evaluations: tuple[MedicalEvaluation, ...]
    preparations: tuple[Preparation, ...]
    dosings: tuple[Dosing, ...]
    integrations: tuple[Integration, ...]
    reviews: tuple[MedicalReview, ...]
    contacts: tuple[MedicalContact, ...]
    latest_completed_start: int | None
    day: Callable[[Session], int]
    _facts: dict[Fact[Any], Any] = field(factory=dict, init=False)

    @classmethod
    def of(cls, sessions: tuple[Session, ...], state: PlanState, zone: Zone) -> Timeline:
        """The counting sessions of a plan in a state, with dates in a zone."""
        counting, completed = _counting(sessions, state)
        by_kind: tuple[list[Any], ...] = ([], [], [], [], [], [])
        for session in counting:
            by_kind[session.rank].append(session)
        return cls(
            zone=zone,
            counting=counting,
            consultations=tuple(by_kind[0]),
            evaluations=tuple(by_kind[1]),
            preparations=tuple(by_kind[2]),
            dosings=tuple(by_kind[3]),
            integrations=tuple(by_kind[4]),
            reviews=tuple(by_kind[5]),
            contacts=tuple(in_walking_order((*by_kind[1], *by_kind[5]))),
            latest_completed_start=completed[-1].begins if completed else None,
            day=_days_in(zone),
        )

    def fact(self, of: Fact[T]) -> T:
        """What a fact says of these sessions: worked out when it is first asked, then kept."""
        facts = self._facts
        found: Any = facts.get(of, _NOT_YET)
        if found is _NOT_YET:
            if len(facts) >= MOST_FACTS:
                facts.clear()
            facts[of] = found = of(self)
        return found  # type: ignore[no-any-return]

    @property
    def starts(self) -> tuple[int, ...]:
        """Of the counting sessions, in seconds since 1970 UTC."""
        return tuple(map(_BEGINS, self.counting))

    @property
    def clearing_evaluations(self) -> tuple[MedicalEvaluation, ...]:
        """The evaluations that may bring medicine."""
        return self.fact(_clearing_evaluations)

    @property
    def clearing_reviews(self) -> tuple[MedicalReview, ...]:
        """The reviews that may bring medicine."""
        return self.fact(_clearing_reviews)

    @property
    def dosing_days(self) -> tuple[int, ...]:
        """The date of each dosing; they may step back where clocks are set over midnight."""
        return self.fact(_dosing_days)

    @property
    def contact_days(self) -> tuple[int, ...]:
        """The dates of evaluations and reviews, each once, in order."""
        return self.fact(_contact_days)

    def __reduce__(self) -> tuple[Callable[..., Timeline], tuple[Any, ...]]:
        return Timeline.of, (self.counting, "active", self.zone)

    def __repr__(self) -> str:
        return f"<Timeline: {len(self.counting)} counting sessions>"


def _clearing_evaluations(timeline: Timeline) -> tuple[MedicalEvaluation, ...]:
    return tuple([e for e in timeline.evaluations if is_clearing(e)])


def _clearing_reviews(timeline: Timeline) -> tuple[MedicalReview, ...]:
    return tuple([r for r in timeline.reviews if is_clearing(r)])


def _dosing_days(timeline: Timeline) -> tuple[int, ...]:
    return tuple([timeline.day(dosing) for dosing in timeline.dosings])


def _contact_days(timeline: Timeline) -> tuple[int, ...]:
    return tuple(sorted({timeline.day(contact) for contact in timeline.contacts}))


def standings_as_planned(timeline: Timeline) -> Standings:
    """The standing by instant, judged without a moment: up to the last completed session."""
    return Standings(timeline.contacts, None, timeline.latest_completed_start)
