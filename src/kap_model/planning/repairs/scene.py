"""A plan on the way to its repair, and the changes of one session that it allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from kap_model._time import DAY_SECONDS, EARLIEST, LATEST, Moment
from kap_model.course import Course
from kap_model.plan import MOST_SESSIONS
from kap_model.planning.repairs.repairs import Action
from kap_model.planning.repairs.terms import Terms
from kap_model.sessions import Session


class Window(NamedTuple):
    """When a session may stand, in seconds: its first start, its last start, its last end."""

    opens: int = EARLIEST
    starts_by: int = LATEST
    ends_by: int = LATEST + DAY_SECONDS

    def last_start(self, length: int) -> int:
        """The last start of a session of so many seconds."""
        return min(self.starts_by, self.ends_by - length)

    @property
    def is_narrow(self) -> bool:
        """Whether few starts lie in it."""
        return self.opens > EARLIEST and self.last_start(0) < LATEST


ANY_TIME: Final = Window()


class Remedy(NamedTuple):
    """One way to change one session: added in a window, moved into it, or dropped.

    Attributes:
        action: What is done.
        kind: The session's kind.
        session: The session; ``None`` = it is added.
        window: Where it may stand; of no meaning where it is dropped.
    """

    action: Action
    kind: str
    session: Session | None
    window: Window


class Scene:
    """A plan on the way to its repair.

    Attributes:
        terms: What holds throughout.
        course: The plan as it is now.
        settled: The ids of the sessions that were changed on the way; each is changed once.
    """

    __slots__ = ("course", "settled", "terms")

    def __init__(self, terms: Terms, course: Course, settled: frozenset[str]) -> None:
        self.terms, self.course, self.settled = terms, course, settled

    def adding(self, kind: str, window: Window = ANY_TIME) -> list[Remedy]:
        """A session of a kind, if a window is long enough and not over."""
        since = max(window.opens, self.terms.since)
        if kind == "dosing" and not self.terms.may_dose:
            return []
        too_short = window.last_start(self.terms.minutes_of(kind) * 60) < since
        if too_short or len(self.course.plan.sessions) >= MOST_SESSIONS:
            return []
        return [Remedy("add", kind, None, window)]

    def moving(self, sessions: Iterable[Session], window: Window = ANY_TIME) -> list[Remedy]:
        """Each of some sessions that may be moved."""
        found = []
        for session in self._free(sessions):
            if session.kind == "dosing" and self.terms.dosings_go:
                continue
            since = max(window.opens, self.terms.since)
            if window.last_start(session.ends - session.begins) >= since:
                found.append(Remedy("move", session.kind, session, window))
        return found

    def dropping(self, sessions: Iterable[Session]) -> list[Remedy]:
        """Each of some sessions that may be dropped, the last first."""
        return [
            Remedy("drop", session.kind, session, ANY_TIME)
            for session in reversed(self._free(sessions))
        ]

    def changing(self, sessions: Iterable[Session]) -> list[Remedy]:
        """Each of some sessions dropped or moved."""
        given = tuple(sessions)
        return self.dropping(given) + self.moving(given)

    def supplying(self, kind: str, window: Window = ANY_TIME) -> list[Remedy]:
        """A session of a kind in a window: a new one, or another that is moved there."""
        its = [session for session in self.course.counting if session.kind == kind]
        return self.adding(kind, window) + self.moving(its, window)

    def resolve(self, moment: Moment) -> int:
        """The instant of a window's edge."""
        return self.course.timeline.zone.resolve(moment)

    def _free(self, sessions: Iterable[Session]) -> list[Session]:
        kept, settled = self.terms.history, self.settled
        return [s for s in sessions if s.id not in kept and s.id not in settled]
