"""What the watches of forms share: sessions as they come, selectors, distances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, NamedTuple

from kap_model._time import HOUR_SECONDS
from kap_model.forms.distances import Unit, Within, later_day
from kap_model.forms.selectors import Selector
from kap_model.planning.search.timing import (
    Anchor,
    Link,
    Timing,
    at_least,
    at_most,
)

Memory = tuple[Any, ...]
"""What a watch remembers of the sessions so far."""
Names = tuple[str | None, ...]
Ways = list[tuple[Memory, list[Link]]]
"""What it remembers with one more session, and how far apart that holds sessions; several where
there is a choice, none where the rule is broken."""


class Met(NamedTuple):
    """A session that comes next, new or booked.

    Attributes:
        anchor: Where it stands.
        name: Its id; ``None`` = it is new.
        marks: The bits of the selectors that select it, their ordinals left out.
        minutes: Its length.
        only: The one watch that wants it, by its place; ``None`` = others do, or it is booked.
        choice: Its place among the choices; -1 = it is booked.
    """

    anchor: Anchor
    name: str | None
    marks: int
    minutes: int
    only: int | None = None
    choice: int = -1


class Picked:
    """A selector with its number so far."""

    __slots__ = ("bit", "every", "first", "from_", "never", "nth", "top")

    def __init__(self, selector: Selector, bit: int) -> None:
        self.bit = 0 if selector.phase == "maintenance" else bit
        self.first, self.nth, self.every, self.from_ = (
            selector.first,
            selector.nth,
            selector.every,
            selector.from_,
        )
        self.top = max(self.first or 0, self.nth or 0, (self.from_ or 0) - 1)

    def holds(self, met: Met) -> bool:
        """Whether its base selects a session."""
        return bool(met.marks & self.bit)

    def next(self, number: int) -> tuple[int, bool]:
        """The number with one more session of its base, and whether it selects that one."""
        number += 1
        if self.every is not None:
            return number % self.every, number % self.every == 0
        if self.first is not None:
            return min(number, self.top + 1), number <= self.first
        if self.nth is not None:
            return min(number, self.top + 1), number == self.nth
        if self.from_ is not None:
            return min(number, self.from_), number >= self.from_
        return 0, True

    def may_select(self, number: int) -> bool:
        """Whether it may select one that is still to come."""
        return (self.first is None and self.nth is None) or number < self.top


def overlaps(earlier: Anchor, later: Anchor) -> bool:
    """Whether two sessions overlap; only booked ones do."""
    return earlier.place < 0 and later.place < 0 and earlier.ends > later.begins


def is_fixed(*anchors: Anchor) -> bool:
    return all(anchor.place < 0 for anchor in anchors)


def how_far(earlier: Anchor, later: Anchor, number: int, unit: Unit) -> int:
    """How much later than asked a booked session is than another one; seconds or days."""
    if unit == "hours":
        return later.begins - earlier.ends - number * HOUR_SECONDS
    return later.day - later_day(earlier.day, number, unit)


class Distance:
    """A range of distances."""

    def __init__(self, lowest: int | None, highest: int | None, unit: Unit) -> None:
        self.lowest = lowest
        self.highest = highest
        self.unit: Unit = unit

    def links(self, earlier: Anchor, later: Anchor) -> list[Link] | None:
        """What holds two sessions so far apart; ``None`` = booked ones are not."""
        if earlier.place < 0 and later.place < 0:
            near = self.lowest is not None and how_far(earlier, later, self.lowest, self.unit) < 0
            far = self.highest is not None and how_far(earlier, later, self.highest, self.unit) > 0
            return None if near or far else []
        found = []
        if self.lowest is not None and (self.lowest or self.unit == "hours"):
            found.append(at_least(earlier, later, self.lowest, self.unit))
        if self.highest is not None:
            found.append(at_most(earlier, later, self.highest, self.unit))
        return found


def distance_of(within: Within) -> Distance:
    return Distance(within.min, within.max, within.unit)


class Watch(ABC):
    """One rule, asked of sessions as they come."""

    empty: Memory = ()

    def __init__(
        self, form: Any, picked: Callable[[Selector], Picked], known: frozenset[Names]
    ) -> None:
        self.form, self.known = form, known
        self.owed: frozenset[str] | None = None
        """Whether only these sessions are asked for what is missing; ``None`` = all."""
        self.place = -1
        self._prepare(picked)

    @abstractmethod
    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        """Find what the form's selectors are told by."""

    @abstractmethod
    def meet(self, was: Memory, met: Met) -> Ways:
        """What it makes of a session that comes next."""

    def whole(self, was: Memory) -> list[list[Link]]:
        """Whether nothing is missing at the end: each way in which that can be."""
        return [[]]

    def wants(self, was: Memory, coming: int) -> int:
        """The selectors of which more may be of use, with what is still to come."""
        return 0

    def brings(self, was: Memory, coming: int) -> int:
        """The selectors of which more may come to be wanted, with what is still to come."""
        return self.wants(was, coming)

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        """What has to be equal in two courses, and what is better the less it is."""
        return was, ()

    def breaks(self, *names: str | None) -> bool:
        """Whether sessions break the rule that did not break it before."""
        return names not in self.known

    def lacks(self, *names: str | None) -> bool:
        """Whether something is missing that is asked for."""
        if self.owed is not None and not (names and names[0] in self.owed):
            return False
        return names not in self.known


def as_it_was(memory: Memory) -> Ways:
    return [(memory, [])]
