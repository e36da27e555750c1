"""What the search is to find, and what a course so far has come to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from attrs import field, frozen

from kap_model._time import NEVER
from kap_model.limits import Bounds, Frequency, Limits
from kap_model.planning.new_sessions import ANY_NUMBER, frequency_of
from kap_model.sessions import Session


@frozen(kw_only=True, eq=False)
class SearchProblem:
    """The task of a search: what is there, what has to come, and how it may stand.

    Instants are seconds since 1970 UTC, days are ordinals of local dates.

    Attributes:
        limits: Those that new sessions keep.
        booked: The counting sessions that stay where they are.
        since: New sessions start then or later; before it is history, which is not judged.
        since_day: Its date.
        day_of: The date of each booked session, by id.
        known: Rules that a booked session breaks already, as pairs of rule and session id.
        minutes: The length of a new session of each kind.
        every: New dosings are at least so many days from any other.
        delay: Days from a dosing to a new integration after it.
        preparations, integrations: How many the course has to reach.
        dosings: How many new ones there have to be.
        has_evaluation: Whether the course has a medical evaluation already.
        cleared: From when the client is cleared; ``evaluated``, ``supplied``: the first end of a
            clearing evaluation, and the end of the first one.
        born_day: The first day on which the client is old enough.
        arrivals: Days on which tracked supplies arrive, each with the dosings covered from then
            on; ``None`` = supply is not tracked.
        review_by: The day by which the next medical contact is due; ``refill_from`` and
            ``refill_by``: the days within which a review lets supplies be issued.
        clearing: The ids of booked reviews that bring medicine.
        issue_by: The instant by which an evaluation has to be over, for medicine to be issued.
        owed: The ids of booked dosings whose integrations are asked for; ``None`` = all.
        first_by: The last day for the first new session.
        opening: A kind that may come first though nothing asks for it; ``None`` = none.
        earliest: The first day on which a new session of a kind may stand.
    """

    limits: Limits
    booked: tuple[Session, ...] = ()
    since: int
    since_day: int
    day_of: Mapping[str, int] = field(factory=dict)
    known: frozenset[tuple[str, str]] = frozenset()
    minutes: Mapping[str, int]
    every: int = 0
    delay: int = 0
    preparations: int = 0
    integrations: int = 0
    dosings: int = 0
    has_evaluation: bool = False
    cleared: int = NEVER
    evaluated: int = NEVER
    supplied: int = NEVER
    born_day: int = 0
    arrivals: tuple[tuple[int, int], ...] | None = None
    review_by: int = NEVER
    refill_from: int = 0
    refill_by: int = NEVER
    clearing: frozenset[str] = frozenset()
    issue_by: int = NEVER
    owed: frozenset[str] | None = None
    first_by: int = NEVER
    opening: str | None = None
    earliest: Mapping[str, int] = field(factory=dict)

    each: int = field(init=False)
    """Integrations that every dosing asks for."""
    total: int = field(init=False)
    """Dosings of the whole course."""

    def __attrs_post_init__(self) -> None:
        booked = sum(session.kind == "dosing" for session in self.booked)
        object.__setattr__(self, "each", self.limits.integration_per_dosing or 0)
        object.__setattr__(self, "total", booked + self.dosings)

    @property
    def may_evaluate(self) -> bool:
        """Whether an evaluation may have to be added."""
        limits = self.limits
        prepares = self.preparations or any(s.kind == "preparation" for s in self.booked)
        # Where supplies are written down, preparations wait for them and not for an evaluation.
        inferred = self.arrivals is None and limits.preparation_after_supply
        asked = limits.evaluation_first or (inferred and prepares)
        return not self.has_evaluation and self.owed is None and bool(asked)

    @property
    def preparation_bounds(self) -> Bounds:
        """How many preparations may come before the first dosing."""
        return self.limits.preparation_count or ANY_NUMBER

    @property
    def supplied_at_once(self) -> bool:
        """Whether the first medicine is there from the start: nobody evaluates, nor has to."""
        unasked = self.limits.evaluation_first is None and not self.may_evaluate
        return self.infers_supply and unasked and self.evaluated == NEVER

    @property
    def frequency(self) -> Frequency | None:
        """The most dosings in consecutive days."""
        return frequency_of(self.limits)

    @property
    def refill(self) -> float:
        """The dosings that a review brings medicine for."""
        given = self.limits.refill_supply
        return math.inf if given is None else given

    @property
    def infers_supply(self) -> bool:
        """Whether reviews bring medicine, as no supplies are written down."""
        return self.arrivals is None and self.limits.initial_supply is not None


class Placed(NamedTuple):
    """A new session at a time.

    Attributes:
        kind: Its kind.
        begins, ends: In seconds.
        latest: The latest start that its free time would allow.
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


class NextSession(NamedTuple):
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


# A course is a sequence, for its sessions never overlap. What may come next depends on what the
# sequence has come to: these facts, and no earlier order or time. So two courses that agree in
# them have the same continuations, and many sequences are followed as one (see ``_comparison`` in
# ``search``). ``placed`` is how a course came about; it is read again only to hand the sessions
# out, and to let the last dosing stand later where a booked integration would be out of its
# window. Written as a tuple, since thousands are made: docs/explanation/design.md, "How the
# search for completions works", calls it what matters of a course so far.
class State(NamedTuple):
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
