"""What the sessions so far have done for a course: all on which later ones depend."""

from __future__ import annotations

from typing import Any, NamedTuple

from kap_model._time import NEVER


class Placed(NamedTuple):
    """A new session at a time.

    Attributes:
        kind: Its kind.
        begins, ends: In seconds.
        latest: The latest start that its bay would allow.
    """

    kind: str
    begins: int
    ends: int
    latest: int

    @property
    def length(self) -> int:
        """In seconds."""
        return self.ends - self.begins


Track = tuple[Placed, Any] | None
"""The new sessions so far, the last one first, each with those before it."""


class Met(NamedTuple):
    """A session that comes next, new or booked.

    Attributes:
        begins, ends: In seconds; ``day``: the date's ordinal.
        name: Its id; ``None`` = it is new.
        judged: Whether it has to keep the rules: history is not judged.
    """

    begins: int
    ends: int
    day: int
    name: str | None
    judged: bool


class Ledger(NamedTuple):
    """A course so far; instants in seconds, days as ordinals.

    Attributes:
        seen: How many events of booked sessions are behind.
        now: Nothing new starts before.
        consulted: The end of the first consultation.
        cleared: From when the client is cleared for dosings.
        evaluated: The first end of a clearing evaluation; ``supplied``: the end of the first one.
        preparations, new_preparations: Before the first dosing, and those of them that are new.
        dosings, new_dosings: All so far, and those of them that are new.
        first_end: The end of the first dosing; ``gate_end``: of the one that asks for a review.
        last_id, last_day, last_end: The last dosing; its id is ``None`` where it is new.
        recent: The dates of the last dosings, as many as a frequency allows.
        integrated: Integrations since the last dosing; ``integrations``: all.
        covered: Dosings for which reviews have brought medicine.
        reviewed: Whether the review after the first dosings was held.
        refilled: Whether a review since the first issue was held.
        contact: The date of the last medical contact, or of the first dosing without one.
        owed_by: The last date for a contact that is owed.
        renews: The day after which a dosing has to come, for the last review to be of use.
        lapsed: Whether contact lapsed, so that no dosing may follow.
        placed: The new sessions.
    """

    seen: int = 0
    now: int = 0
    consulted: int = NEVER
    cleared: int = NEVER
    evaluated: int = NEVER
    supplied: int = NEVER
    preparations: int = 0
    new_preparations: int = 0
    dosings: int = 0
    new_dosings: int = 0
    first_end: int = NEVER
    gate_end: int = NEVER
    last_id: str | None = None
    last_day: int = 0
    last_end: int = 0
    recent: tuple[int, ...] = ()
    integrated: int = 0
    integrations: int = 0
    covered: float = 0
    reviewed: bool = False
    refilled: bool = False
    contact: int = 0
    owed_by: int = NEVER
    renews: int = 0
    lapsed: bool = False
    placed: Track = None
