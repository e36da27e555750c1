"""The medical standing of a course: what the partner has decided by a given instant.

A walk over the counting evaluations and reviews by their end. A booking never lifts what was
decided, neither does a pending answer, and a review never stands in for the evaluation.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from kap_model.sessions import MedicalEvaluation, MedicalReview

StandingState: TypeAlias = Literal["none", "clear", "refused", "stopped", "pending", "unrecorded"]
Event: TypeAlias = Literal["favourable", "unfavourable", "pending", "held", "to come"]
MedicalContact: TypeAlias = MedicalEvaluation | MedicalReview

C = TypeVar("C", bound=MedicalContact)

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
