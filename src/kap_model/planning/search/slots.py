"""When new sessions may be held: open slots of a therapist or a medical partner."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from kap_model._time import LATEST, Instant, instant
from kap_model._values import Value, as_tuple, check_choice
from kap_model._zone import Zone
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.sessions import MEDICAL_KINDS, Session

SlotRole: TypeAlias = Literal["therapist", "medical"]
ROLES: Final[tuple[SlotRole, ...]] = ("therapist", "medical")


def _start(value: dt.datetime | str | Instant) -> Instant:
    return instant(value, "start")


def _end(value: dt.datetime | str | Instant) -> Instant:
    return instant(value, "end")


@frozen(kw_only=True, repr=False)
class OpenSlot(Value):
    """A time in which sessions may be held.

    Attributes:
        start, end: Aware datetimes or RFC 3339 texts; kept as seconds since 1970 UTC.
        role: Whose time it is: ``therapist`` (consultation, preparation, dosing, integration),
            ``medical`` (evaluation, review), or ``None`` for both.

    Raises:
        InvalidValue: A time without an offset, an end that is not after the start, another role.
    """

    begins: Instant = field(alias="start", converter=_start)
    ends: Instant = field(alias="end", converter=_end)
    role: SlotRole | None = None

    def __attrs_post_init__(self) -> None:
        if self.role is not None:
            check_choice(self.role, "role", ROLES)
        if self.ends <= self.begins:
            raise refusal("end", "must be after the start")

    def is_for(self, role: SlotRole) -> bool:
        """Whether a role's sessions may be held in it."""
        return self.role is None or self.role == role

    def __repr__(self) -> str:
        return f"<OpenSlot {self.role or 'any role'}>"


def checked_slots(slots: Iterable[OpenSlot], path: str = "open_slots") -> tuple[OpenSlot, ...]:
    """Open slots in order of start.

    Raises:
        InvalidValue: One is no slot, or two that one role may use overlap.
    """
    given = as_tuple(slots, path)
    for index, slot in enumerate(given):
        if type(slot) is not OpenSlot:
            raise refusal(f"{path}[{index}]", "must be an OpenSlot")
    problems: dict[int, Problem] = {}
    in_order = sorted(range(len(given)), key=lambda index: (given[index].begins, index))
    for role in ROLES:
        for earlier, later in pairwise(i for i in in_order if given[i].is_for(role)):
            if given[later].begins < given[earlier].ends:
                problems[later] = Problem(f"{path}[{later}]", f"overlaps {path}[{earlier}]")
    if problems:
        raise InvalidValue([problems[index] for index in sorted(problems)])
    return tuple(given[index] for index in in_order)


def role_of(kind: str) -> SlotRole:
    """Whose slots a kind of session is held in."""
    return "medical" if kind in MEDICAL_KINDS else "therapist"


class Bay(NamedTuple):
    """A free time on one date in which a session may start.

    Attributes:
        opens, last: The first and the last start, in seconds.
        closes: When the session has to be over.
        day: The date's ordinal.
    """

    opens: int
    last: int
    closes: int
    day: int


class Bays:
    """Bays in order, found by the start that they still allow."""

    __slots__ = ("_days", "_lasts", "bays")

    def __init__(self, bays: Iterable[Bay]) -> None:
        self.bays = sorted(bays)
        self._lasts = [bay.last for bay in self.bays]
        self._days = [bay.day for bay in self.bays]

    def first_from(self, start: int) -> int:
        """The place of the first bay in which a session may start then or later."""
        return bisect_left(self._lasts, start)

    def first_on(self, day: int) -> int:
        """The place of the first bay on a date or later."""
        return bisect_left(self._days, day)

    def __len__(self) -> int:
        return len(self.bays)


def free_bays(
    times: Iterable[tuple[int, int, int]], booked: Iterable[Session], since: int, zone: Zone
) -> list[Bay]:
    """The bays of given times that bookings leave free, each on one date.

    Args:
        times: Each from its first start, before a last one, to when all has to be over.
        booked: The sessions that are there.
        since: No bay opens before.
        zone: Whose dates are meant.
    """
    busy = sorted((session.begins, session.ends) for session in booked if session.ends > since)
    bays: list[Bay] = []
    for start, before, end in times:
        opens = max(start, since)
        for begins, ends in busy:
            if ends <= opens or begins >= end:
                continue
            if begins > opens:
                bays += by_date(opens, before, begins, zone)
            opens = max(opens, ends)
        bays += by_date(opens, before, end, zone)
    return bays


def by_date(opens: int, before: int, closes: int, zone: Zone) -> Iterator[Bay]:
    """One free time, with starts before an instant, as a bay for each local date in it."""
    before = min(before, closes, LATEST + 1)
    while opens < before:
        day = zone.day(opens)
        following = zone.first_instant(day + 1)
        # Where clocks are set back over midnight a date comes twice, and its start is behind.
        ends = min(following, before) if following > opens else before
        yield Bay(opens, ends - 1, closes, day)
        opens = ends
