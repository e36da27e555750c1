"""When the sessions of a sequence may stand at the earliest, by how far apart they have to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from kap_model._time import HOUR_SECONDS, NEVER, first_day_of_part, last_day_of_part
from kap_model.forms.distances import Unit, first_within, later_day
from kap_model.planning.search.times import FreeTimes

MINUTE: Final = 60


class Placed(NamedTuple):
    """A new session at its earliest time.

    Attributes:
        variant: Which of the new sessions that there may be.
        begins, ends: In seconds.
        day: The date's ordinal.
        last: The latest start: its free times beyond do not count, for a booked session comes
            next there.
        last_day: The latest date.
    """

    variant: int
    begins: int
    ends: int
    day: int
    last: int = NEVER
    last_day: int = NEVER


class Anchor(NamedTuple):
    """A session that others are held to: a new one by its place, or a booked one by its times.

    Attributes:
        place: Among the new sessions; -1 = it is booked.
        begins, ends: Of a booked one, in seconds; ``day``: its date.
    """

    place: int
    begins: int = 0
    ends: int = 0
    day: int = 0


class Link(NamedTuple):
    """How far a session lies from another one before it.

    Attributes:
        sort: Which end of which distance, a key of ``_LEAST``.
        earlier, later: The two sessions.
        number: Of units.
        unit: ``hours``, ``days``, ``weeks`` or ``months``.
    """

    sort: str
    earlier: Anchor
    later: Anchor
    number: int
    unit: Unit = "days"


def at_least(earlier: Anchor, later: Anchor, number: int, unit: Unit = "days") -> Link:
    """The later session is so far from the earlier one, or farther."""
    return Link("hours" if unit == "hours" else "dates", earlier, later, number, unit)


def after_rest(earlier: Anchor, later: Anchor, minutes: int) -> Link:
    """The later session starts so many minutes after the end of the earlier one, or later."""
    return Link("minutes", earlier, later, minutes)


def at_most(earlier: Anchor, later: Anchor, number: int, unit: Unit = "days") -> Link:
    """The later session is so far from the earlier one, or nearer."""
    return Link("in hours" if unit == "hours" else "by date", earlier, later, number, unit)


def beyond(earlier: Anchor, later: Anchor, months: int) -> Link:
    """The later session's date comes after the one that is so many months after the earlier's."""
    return Link("beyond", earlier, later, months, "months")


def in_one_part(earlier: Anchor, later: Anchor, months: int) -> list[Link]:
    """Both sessions are in one part of the calendar year."""
    return [Link("part", earlier, later, months), Link("its part", earlier, later, months)]


def in_later_part(earlier: Anchor, later: Anchor, months: int) -> Link:
    """The later session is in a later part of the calendar year."""
    return Link("next part", earlier, later, months)


_Least = Callable[[Any, Any, int, Unit], "tuple[int, int]"]
# The first start and the first date that a link leaves to one of its sessions.
_LEAST: Final[Mapping[str, _Least]] = {
    "hours": lambda a, _, n, __: (a.ends + n * HOUR_SECONDS, 0),
    "minutes": lambda a, _, n, __: (a.ends + n * MINUTE, 0),
    "dates": lambda a, _, n, unit: (0, later_day(a.day, n, unit)),
    "in hours": lambda a, b, n, _: (b.begins - n * HOUR_SECONDS - (a.ends - a.begins), 0),
    "by date": lambda _, b, n, unit: (0, first_within(b.day, n, unit)),
    "beyond": lambda a, _, n, __: (0, later_day(a.day, n, "months") + 1),
    "part": lambda a, _, n, __: (0, first_day_of_part(a.day, n)),
    "its part": lambda _, b, n, __: (0, first_day_of_part(b.day, n)),
    "next part": lambda a, _, n, __: (0, last_day_of_part(a.day, n) + 1),
}
_RAISES_LATER: Final = {sort: sort not in ("in hours", "by date", "its part") for sort in _LEAST}
"""Whether it is the later session that a link leaves so much to."""


class Timing(NamedTuple):
    """The new sessions of a sequence, each as early as all that links them allows."""

    placed: tuple[Placed, ...] = ()
    links: tuple[Link, ...] = ()

    def time_of(self, anchor: Anchor) -> Anchor | Placed:
        """When a session is, as far as is known."""
        return anchor if anchor.place < 0 else self.placed[anchor.place]

    def day_of(self, anchor: Anchor) -> int:
        """The date on which a session is, as far as is known."""
        return anchor.day if anchor.place < 0 else self.placed[anchor.place].day


# A sequence says which session comes after which. All that it leaves open is when, and every link
# bounds one of two starts from below by the other: a least distance the later one's, a greatest
# distance the earlier one's; so does the order itself, and free times, by the next one that is
# left. Bounds only rise with what they come from, so that raising whatever is too early, again and
# again, ends with the earliest time of every session at once, if there is one: no sequence of
# times that keeps all links has any session earlier. (Links of dates are of this kind too, for the
# date so many months after another never falls as that one rises.) So no time needs to be tried.
class Clockwork:
    """Finds times for sequences of new sessions, among the free times of each."""

    def __init__(self, times: tuple[FreeTimes, ...], lengths: tuple[int, ...]) -> None:
        self.times, self.lengths = times, lengths
        self.raised = 0
        """How often a session was raised so far: most of the work of a search."""

    def first(self, variant: int, start: int, day: int) -> tuple[int, int] | None:
        """The first start and its date of a session from an instant and a date on."""
        times, length = self.times[variant], self.lengths[variant]
        place = max(times.first_from(start), times.first_on(day))
        while place < len(times):
            free = times.times[place]
            begins = max(free.opens, start)
            if begins <= free.last and begins + length <= free.closes:
                return begins, free.day
            place += 1
        return None

    def with_next(
        self,
        timing: Timing,
        variant: int,
        since: tuple[int, int],
        until: tuple[int, int],
        links: list[Link],
    ) -> Timing | None:
        """A sequence with one more session at its end; ``None`` = it can have no times.

        Args:
            timing: The sequence.
            variant: The session.
            since: It is at this instant and on this date or later.
            until: It starts at this instant and on this date or before.
            links: What holds it to others, and those to one another.
        """
        own, (start, day) = len(timing.placed), since
        for link in links:
            if link.later.place == own and _RAISES_LATER[link.sort]:
                least = timing.time_of(link.earlier)
                begins, its_day = _LEAST[link.sort](least, least, link.number, link.unit)
                start, day = max(start, begins), max(day, its_day)
        found = self.first(variant, start, day)
        if found is None or found[0] > until[0] or found[1] > until[1]:
            return None
        ends = found[0] + self.lengths[variant]
        placed = Placed(variant, found[0], ends, found[1], *until)
        longer = Timing((*timing.placed, placed), timing.links)
        return self.with_links(longer, links) if links else longer

    def with_links(self, timing: Timing, links: list[Link]) -> Timing | None:
        """A sequence that is held to more; ``None`` = it can have no times."""
        kept = [link for link in links if link.earlier.place >= 0 or link.later.place >= 0]
        made = Timing(timing.placed, (*timing.links, *kept)) if kept else timing
        if all(self._holds(made, link) for link in links):
            return made
        return self._settled(made)

    def _holds(self, timing: Timing, link: Link) -> bool:
        earlier, later = timing.time_of(link.earlier), timing.time_of(link.later)
        begins, day = _LEAST[link.sort](earlier, later, link.number, link.unit)
        raised = later if _RAISES_LATER[link.sort] else earlier
        return raised.begins >= begins and raised.day >= day

    def _settled(self, timing: Timing) -> Timing | None:
        """All sessions raised until every link holds."""
        self.raised += max(0, len(timing.links) - _FREE_LINKS) // _LINKS
        rise = _Rise(self, timing)
        for link in timing.links:
            if not rise.follow(link):
                return None
        placed = rise.settled()
        return None if placed is None else Timing(placed, timing.links)


_FREE_LINKS: Final = 400
_LINKS: Final = 4
"""To look at so many links, beyond those of a usual course, is as much work as to raise a session.
"""
_ENOUGH: Final = 3
"""A session that was raised so often may be on a circle of links that never settles."""
_LEAP_CYCLE: Final = range(737_000, 737_000 + 1_461)


# A sequence that cannot have times shows it by rising for ever: a circle of links gains time with
# each turn. It would end with the last free time, after as many turns as there are days; so when
# a session rises again and again, the links that raised it are followed back, and where they come
# round to it with a gain in days that no calendar can take back, there is no such sequence.
class _Rise:
    """Sessions on their way to the earliest times that keep all links."""

    def __init__(self, clockwork: Clockwork, timing: Timing) -> None:
        self.clockwork, self.placed = clockwork, list(timing.placed)
        self.moved: list[int] = []
        """Sessions that were raised, and whose links are still to be followed."""
        self.times = [0] * len(self.placed)
        self.raised_by = [(-1, 0)] * (len(self.placed) + 1)
        """What raised a session last: another one, and by how many days more at least.

        The last item is what raises a booked one: nothing.
        """
        self.links: list[list[Link]] = [[] for _ in self.placed]
        for link in timing.links:
            source = link.earlier if _RAISES_LATER[link.sort] else link.later
            if source.place >= 0:
                self.links[source.place].append(link)

    def settled(self) -> tuple[Placed, ...] | None:
        """The times that are found; ``None`` = there are none."""
        while self.moved:
            place = self.moved.pop()
            for link in self.links[place]:
                if not self.follow(link):
                    return None
            one = self.placed[place]
            late = place + 1 < len(self.placed) and self.placed[place + 1].begins < one.ends
            if late and not self._raise(place + 1, one.ends, 0, (place, self._apart(place))):
                return None
        return tuple(self.placed)

    def _apart(self, place: int) -> int:
        """By how many days at least the session after one follows it."""
        times = self.clockwork.times
        its = times[self.placed[place].variant]
        return 1 if its.one_a_day and its is times[self.placed[place + 1].variant] else 0

    def _time_of(self, anchor: Anchor) -> Placed | Anchor:
        return anchor if anchor.place < 0 else self.placed[anchor.place]

    def follow(self, link: Link) -> bool:
        """Raise what a link leaves later; whether that can be."""
        sort, earlier, later, number, unit = link
        one, other = self._time_of(earlier), self._time_of(later)
        begins, day = _LEAST[sort](one, other, number, unit)
        if _RAISES_LATER[sort]:
            if other.begins >= begins and other.day >= day:
                return True
            place, source = later.place, earlier.place
        else:
            if one.begins >= begins and one.day >= day:
                return True
            place, source = earlier.place, later.place
        return place >= 0 and self._raise(place, begins, day, (source, _gain(link)))

    def _raise(self, place: int, start: int, day: int, by: tuple[int, int]) -> bool:
        one = self.placed[place]
        found = self.clockwork.first(one.variant, max(start, one.begins), max(day, one.day))
        if found is None or found[0] > one.last or found[1] > one.last_day:
            return False
        begins, its_day = found
        variant, last, last_day = one.variant, one.last, one.last_day
        ends = begins + self.clockwork.lengths[variant]
        self.placed[place] = Placed(variant, begins, ends, its_day, last, last_day)
        self.times[place] += 1
        self.clockwork.raised += 1
        self.raised_by[place] = by
        if self.times[place] % _ENOUGH == 0 and self._gains_for_ever(place):
            return False
        self.moved.append(place)
        return True

    def _gains_for_ever(self, place: int) -> bool:
        """Whether what raised a session comes round to it with a gain."""
        at, gained = place, 0
        for _ in self.placed:
            at, gain = self.raised_by[at]
            gained += gain
            if at == place:
                return gained > 0
        return False


@cache
def _days_of(number: int, unit: Unit) -> tuple[int, int]:
    """The fewest and the most days of so many units."""
    if unit != "months":
        days = later_day(1, number, unit) - 1
        return days, days
    spans = [later_day(day, number, unit) - day for day in _LEAP_CYCLE]
    return min(spans), max(spans)


def _gain(link: Link) -> int:
    """By how many days at least a link raises one session's date beyond another's."""
    sort, _, _, number, unit = link
    if sort == "in hours":
        return -(number // _HOURS + 3)
    if sort in ("dates", "beyond"):
        return _days_of(number, unit)[0] + (sort == "beyond")
    if sort == "by date":
        return -_days_of(number, unit)[1]
    return -_days_of(number, "months")[1] if sort in ("part", "its part") else 0


_HOURS: Final = 24
