"""Watches of ``order``, ``precede`` and ``follow``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.selectors import Selector
from kap_model.planning.search._watch import (
    Memory,
    Met,
    Picked,
    Watch,
    Ways,
    as_it_was,
    distance_of,
    overlaps,
)
from kap_model.planning.search.timing import (
    Anchor,
    Link,
    Timing,
)


class OrderWatch(Watch):
    """``order``: numbers of the sessions and of X, X, and booked sessions that are not over."""

    empty = (0, 0, None, ())
    form: Order

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.each = picked(self.form.each)
        self.is_before = self.form.before is not None
        self.other = picked(self.form.before or self.form.after or self.form.each)

    def meet(self, was: Memory, met: Met) -> Ways:
        number, xs, first, late = was
        is_first = chosen = False
        if first is None and self.other.holds(met):
            xs, is_first = self.other.next(xs)
        if self.each.holds(met):
            number, chosen = self.each.next(number)
        if is_first:
            booked = met.anchor.place < 0
            late = [name for name, ends in late if booked and ends > met.anchor.begins]
            return [] if any(map(self.breaks, late)) else as_it_was((number, xs, met.anchor, ()))
        if chosen and not self._keeps(first, met):
            return []
        if chosen and self.is_before and first is None and met.anchor.place < 0:
            late = (*late, (met.name, met.anchor.ends))
        return as_it_was((number, xs, first, late))

    def _keeps(self, first: Anchor | None, met: Met) -> bool:
        if self.is_before:
            return first is None or not self.breaks(met.name)
        if first is None:
            return not self.lacks(met.name)
        return not overlaps(first, met.anchor) or not self.breaks(met.name)

    def wants(self, was: Memory, coming: int) -> int:
        _, xs, first, _ = was
        asked = not self.is_before and first is None and coming & self.each.bit
        return self.other.bit if asked and self.other.may_select(xs) else 0

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, xs, first, late = was
        ends = first.ends if first is not None and first.place < 0 else 0
        return (number, xs, first is None, ends if not self.is_before else 0, late), ()


class PrecedeWatch(Watch):
    """``precede``: numbers, the sessions that may count, the last one of the base."""

    empty = (0, 0, (), None, 0)
    form: Precede

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.each, self.by = picked(self.form.each), picked(self.form.by)
        within = self.form.within
        self.within = None if within is None else distance_of(within)
        self.resets = self.form.back_to == "previous"

    def meet(self, was: Memory, met: Met) -> Ways:
        number, bys, found, previous, since = was
        if met.anchor.place < 0:
            since = 0
        ways: list[list[Link]] = [[]]
        is_base = self.each.holds(met)
        if is_base:
            number, chosen = self.each.next(number)
            if chosen:
                ways = self._ways_before(found, met)
            if self.resets:
                found, previous = (), met.anchor
        if self.by.holds(met):
            bys, counts = self.by.next(bys)
            if counts and not (self.resets and (is_base or self._began(previous, met))):
                found, since = self._kept((*found, met.anchor)), since + (met.name is None)
        return [((number, bys, found, previous, since), links) for links in ways]

    def _began(self, previous: Anchor | None, met: Met) -> bool:
        return previous is not None and overlaps(previous, met.anchor)

    def _kept(self, found: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
        if not self.form.min:
            return ()
        if self.within is None or self.within.lowest in (None, 0):
            fixed = [one for one in found if one.place < 0]
            if not fixed:
                return found[-self.form.min :]
        return found

    def _ways_before(self, found: tuple[Anchor, ...], met: Met) -> list[list[Link]]:
        """Each choice of those that count; they stand next to each other."""
        over = [one for one in found if not overlaps(one, met.anchor)]
        least = self.form.min
        if len(over) < least or not least:
            return [] if least and self.lacks(met.name) else [[]]
        if self.within is None:
            return [[]]
        ways = []
        for start in reversed(range(len(over) - least + 1)):
            links: list[Link] | None = []
            for one in over[start : start + least]:
                more = self.within.links(one, met.anchor)
                links = None if links is None or more is None else links + more
            if links is not None:
                ways.append(links)
        return ways if self.lacks(met.name) else [*ways, []]

    def wants(self, was: Memory, coming: int) -> int:
        number, bys, found, _, since = was
        if not coming & self.each.bit or not self.each.may_select(number):
            return 0
        if self.resets and not self.each.next(number)[1]:
            return 0  # what comes now is no longer the last when it is asked for
        enough = len(found) >= self.form.min
        if self.within is not None and enough:
            # Of those before a booked session some may be too early, and cannot come later.
            enough = since >= self.form.min
        return 0 if enough or not self.by.may_select(bys) else self.by.bit

    def brings(self, was: Memory, coming: int) -> int:
        return self.by.bit if coming & self.each.bit else 0

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, bys, found, previous, _ = was
        ends = previous.ends if previous is not None and previous.place < 0 else 0
        if self.within is None:
            return (number, bys, min(len(found), self.form.min), ends), ()
        times = tuple(timing.time_of(one).begins for one in found)
        fixed = tuple(one.place < 0 for one in found)
        if self.within.lowest in (None, 0):
            return (number, bys, len(found), fixed, ends), tuple(-time for time in times)
        return (number, bys, times, fixed, ends), ()


class FollowWatch(Watch):
    """``follow``: numbers, and the sessions after which something is still to come."""

    empty = (0, 0, ())
    form: Follow

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.each, self.by = picked(self.form.each), picked(self.form.by)
        within = self.form.within
        self.within = None if within is None else distance_of(within)
        self.ever = self.form.until == "ever"

    def meet(self, was: Memory, met: Met) -> Ways:
        number, bys, owing = was
        is_base, chosen, counts = self.each.holds(met), False, False
        if is_base:
            number, chosen = self.each.next(number)
        if self.by.holds(met):
            bys, counts = self.by.next(bys)
        ways: list[tuple[Any, list[Link]]] = [(owing, [])]
        if counts and (self.ever or not is_base):
            ways = self._counted(owing, met)
        if is_base and not self.ever:
            ways = [(kept, links) for kept, links in ways if self._is_done(kept, met.anchor)]
            ways = [((), links) for _, links in ways]
        if chosen and self.form.min:
            own = (met.anchor, met.name, 0, ())
            ways = [((*kept, own), links) for kept, links in ways]
        return [((number, bys, kept), links) for kept, links in ways]

    def _is_done(self, owing: Any, following: Anchor) -> bool:
        for _, name, found, ends in owing:
            late = 0
            if following.place < 0:
                late = sum(1 for end in ends if end > following.begins)
            if found - late < self.form.min and self.lacks(name):
                return False
        return True

    def _counted(self, owing: Any, met: Met) -> list[tuple[Any, list[Link]]]:
        """Each choice of sessions for which one more counts."""
        ways: list[tuple[Any, list[Link]]] = [((), [])]
        for one in owing:
            anchor, name, found, ends = one
            if found >= self.form.min or overlaps(anchor, met.anchor):
                ways = [((*kept, one), links) for kept, links in ways]
                continue
            more = [] if self.within is None else self.within.links(anchor, met.anchor)
            longer = (*ends, met.anchor.ends) if met.anchor.place < 0 else ends
            made = (anchor, name, found + 1, longer)
            rest = () if self.ever and found + 1 >= self.form.min else (made,)
            extended = []
            for kept, links in ways:
                if more is not None:
                    extended.append(((*kept, *rest), links + more))
                if more is None or (more and self._may_wait(anchor, met.anchor, name)):
                    extended.append(((*kept, one), links))
            ways = extended
        if met.only == self.place:
            # It is added for this alone, so it counts.
            ways = [way for way in ways if way[0] != owing]
        return ways

    def _may_wait(self, anchor: Anchor, later: Anchor, name: str | None) -> bool:
        """Whether something else may count in its place: a later one, or nothing is asked."""
        within = self.within
        return (within is not None and within.lowest not in (None, 0)) or not self.lacks(name)

    def whole(self, was: Memory) -> list[list[Link]]:
        lacking = [name for _, name, found, _ in was[2] if found < self.form.min]
        return [] if any(self.lacks(name) for name in lacking) else [[]]

    def wants(self, was: Memory, coming: int) -> int:
        _, bys, owing = was
        if not self.by.may_select(bys):
            return 0
        asked = any(found < self.form.min and self.lacks(name) for _, name, found, _ in owing)
        return self.by.bit if asked else 0

    def brings(self, was: Memory, coming: int) -> int:
        return self.by.bit if coming & self.each.bit else self.wants(was, coming)

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, bys, owing = was
        told = tuple((found, ends, self.lacks(name)) for _, name, found, ends in owing)
        if self.within is None:
            return (number, bys, told), ()
        times = tuple(timing.time_of(anchor).ends for anchor, *_ in owing)
        fixed = tuple(anchor.place < 0 for anchor, *_ in owing)
        if self.within.highest is not None:
            # Of two that wait the later has longer, but what comes after it may hold it there.
            times = (*times, *(-time for time in times))
        return (number, bys, told, fixed), times
