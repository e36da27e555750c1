"""The eleven forms as the search asks them: session by session, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from kap_model._time import HOUR_SECONDS, add_months, last_day_of_part
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.distances import Unit, Within, later_day
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.planning.search.timing import (
    Anchor,
    Link,
    Timing,
    at_least,
    at_most,
    beyond,
    in_later_part,
    in_one_part,
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
    """

    anchor: Anchor
    name: str | None
    marks: int
    minutes: int
    only: int | None = None


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


def _overlaps(earlier: Anchor, later: Anchor) -> bool:
    """Whether two sessions overlap; only booked ones do."""
    return earlier.place < 0 and later.place < 0 and earlier.ends > later.begins


def _is_fixed(*anchors: Anchor) -> bool:
    return all(anchor.place < 0 for anchor in anchors)


def _far(earlier: Anchor, later: Anchor, number: int, unit: Unit) -> int:
    """How much later than asked a booked session is than another one; seconds or days."""
    if unit == "hours":
        return later.begins - earlier.ends - number * HOUR_SECONDS
    return later.day - later_day(earlier.day, number, unit)


class Distance:
    """A range of distances."""

    def __init__(self, lowest: int | None, highest: int | None, unit: Unit) -> None:
        self.lowest, self.highest, self.unit = lowest, highest, unit

    def links(self, earlier: Anchor, later: Anchor) -> list[Link] | None:
        """What holds two sessions so far apart; ``None`` = booked ones are not."""
        if earlier.place < 0 and later.place < 0:
            near = self.lowest is not None and _far(earlier, later, self.lowest, self.unit) < 0
            far = self.highest is not None and _far(earlier, later, self.highest, self.unit) > 0
            return None if near or far else []
        found = []
        if self.lowest is not None and (self.lowest or self.unit == "hours"):
            found.append(at_least(earlier, later, self.lowest, self.unit))
        if self.highest is not None:
            found.append(at_most(earlier, later, self.highest, self.unit))
        return found


def _distance(within: Within) -> Distance:
    return Distance(within.min, within.max, within.unit)


class Watch:
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

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        raise NotImplementedError

    def meet(self, was: Memory, met: Met) -> Ways:
        """What it makes of a session that comes next."""
        raise NotImplementedError

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


def _ways(memory: Memory) -> Ways:
    return [(memory, [])]


class CountWatch(Watch):
    """``count``: number of the selector, number of X's, amount, names, whether X came, overlaps."""

    empty = (0, 0, 0, (), False, ())
    form: Count

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of = picked(self.form.of)
        self.before = None if self.form.before is None else picked(self.form.before)
        self.minutes = self.form.sum == "minutes"
        self.is_told = _is_told(self.form)
        """Whether the problem says how many there have to be."""

    def meet(self, was: Memory, met: Met) -> Ways:
        number, xs, amount, names, closed, late = was
        if closed:
            return _ways(was)
        if self.before is not None and self.before.holds(met):
            xs, is_first = self.before.next(xs)
            if is_first:
                return self._closed(amount, names, late, met)
        if self.of.holds(met):
            number, chosen = self.of.next(number)
            if chosen:
                size = met.minutes if self.minutes else 1
                amount, names = amount + size, (*names, met.name)
                if self.before is not None and met.anchor.place < 0:
                    late = (*late, (met.anchor.ends, size))
                if not late and self._is_above(amount) and None in self._beyond(names):
                    return []
        return _ways((number, xs, amount, names, False, late))

    def _closed(self, amount: int, names: Names, late: Any, met: Met) -> Ways:
        if met.anchor.place < 0 and late:
            over = [place for place, (ends, _) in enumerate(late) if ends > met.anchor.begins]
            if over:
                amount -= sum(late[place][1] for place in over)
                names = names[: len(names) - len(over)]
        if self.form.bounds.below(amount) and self.lacks(met.name):
            return []
        if self._is_above(amount) and self.breaks(*self._beyond(names)):
            return []
        return _ways((0, 0, 0, (), True, ()))

    def _is_above(self, amount: int) -> bool:
        return self.form.bounds.above(amount)

    def _beyond(self, names: Names) -> Names:
        return names if self.minutes else names[self.form.bounds.max :]

    def whole(self, was: Memory) -> list[list[Link]]:
        _, _, amount, names, closed, _ = was
        if closed:
            return [[]]
        if self.form.bounds.below(amount) and self.lacks():
            return []
        if self._is_above(amount) and self.breaks(*self._beyond(names)):
            return []
        return [[]]

    def wants(self, was: Memory, coming: int) -> int:
        number, _, amount, _, closed, _ = was
        if (
            self.is_told
            or closed
            or not self.form.bounds.below(amount)
            or not self.of.may_select(number)
        ):
            return 0
        return self.of.bit

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, xs, amount, names, closed, late = was
        if self.form.bounds.max is None:
            amount = min(amount, self.form.bounds.min or 0)
        return (number, xs, amount, names if self.known else (), closed, late), ()


def _is_told(form: Count) -> bool:
    kind, plain = form.of.kind, Selector(form.of.kind, phase=form.of.phase)
    first = Selector("dosing") if kind == ("preparation",) else None
    counted = kind in (("preparation",), ("dosing",), ("integration",))
    return counted and form.of == plain and form.before == first and form.sum == "sessions"


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
            return [] if any(map(self.breaks, late)) else _ways((number, xs, met.anchor, ()))
        if chosen and not self._keeps(first, met):
            return []
        if chosen and self.is_before and first is None and met.anchor.place < 0:
            late = (*late, (met.name, met.anchor.ends))
        return _ways((number, xs, first, late))

    def _keeps(self, first: Anchor | None, met: Met) -> bool:
        if self.is_before:
            return first is None or not self.breaks(met.name)
        if first is None:
            return not self.lacks(met.name)
        return not _overlaps(first, met.anchor) or not self.breaks(met.name)

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
        self.within = None if within is None else _distance(within)
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
        return previous is not None and _overlaps(previous, met.anchor)

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
        over = [one for one in found if not _overlaps(one, met.anchor)]
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
        number, bys, found, previous, since = was
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
        self.within = None if within is None else _distance(within)
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
            if found >= self.form.min or _overlaps(anchor, met.anchor):
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
        return (number, bys, told, fixed), times


class SpaceWatch(Watch):
    """``space``: numbers, the last session, and a booked pair of which one may come between."""

    empty = (0, 0, None, None, None)
    form: Space

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        form = self.form
        self.from_ = picked(form.from_)
        self.to = None if form.to is None else picked(form.to)
        self.distance = Distance(form.min, form.max, form.unit)

    def meet(self, was: Memory, met: Met) -> Ways:
        if self.to is None:
            return self._in_a_row(was, met)
        number, tos, last, name, pair = was
        links: list[Link] | None = []
        is_base, chosen, comes = self.from_.holds(met), False, False
        if self.to.holds(met):
            tos, comes = self.to.next(tos)
        if is_base:
            number, chosen = self.from_.next(number)
        if is_base and pair is not None:
            if met.anchor.place >= 0 or pair[0].ends <= met.anchor.begins:
                links = self._held(last, name, *pair)
            elif comes:
                links = self._held(last, name, met.anchor, met.name)
            last = pair = None
        elif comes and last is not None and pair is None and not _overlaps(last, met.anchor):
            if met.anchor.place >= 0 or is_base:
                links, last = self._held(last, name, met.anchor, met.name), None
            else:
                pair = (met.anchor, met.name)
        if links is None:
            return []
        if is_base:
            last, name, pair = (met.anchor, met.name, None) if chosen else (None, None, None)
        return [((number, tos, last, name, pair), links)]

    def _in_a_row(self, was: Memory, met: Met) -> Ways:
        number, _, last, name, _ = was
        if not self.from_.holds(met):
            return _ways(was)
        number, chosen = self.from_.next(number)
        if not chosen:
            return _ways((number, 0, last, name, None))
        links = [] if last is None else self._held(last, name, met.anchor, met.name)
        return [] if links is None else [((number, 0, met.anchor, met.name, None), links)]

    def _held(
        self, last: Anchor, name: str | None, other: Anchor, its_name: str | None
    ) -> list[Link] | None:
        links = self.distance.links(last, other)
        if links is None and _is_fixed(last, other) and not self.breaks(name, its_name):
            return []
        return links

    def wants(self, was: Memory, coming: int) -> int:
        _, tos, last, name, pair = was
        to = self.to
        if to is None or last is None or pair is not None or name is not None:
            return 0
        # A booked one may come too late to be the first after a new session.
        late = self.distance.highest is not None and to.bit != self.from_.bit
        return to.bit if late and coming & to.bit and to.may_select(tos) else 0

    def whole(self, was: Memory) -> list[list[Link]]:
        _, _, last, name, pair = was
        if pair is None:
            return [[]]
        links = self._held(last, name, *pair)
        return [] if links is None else [links]

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, tos, last, name, pair = was
        if last is None:
            return (number, tos), ()
        told = name if self.known else name is None
        return (number, tos, told, last.place < 0, pair), (timing.time_of(last).ends,)


class RateWatch(Watch):
    """``rate``: the number, and the last sessions, as many as are allowed."""

    empty = (0, ())
    form: Rate

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of = picked(self.form.of)

    def meet(self, was: Memory, met: Met) -> Ways:
        number, recent = was
        if not self.of.holds(met):
            return _ways(was)
        number, chosen = self.of.next(number)
        if not chosen:
            return _ways((number, recent))
        links: list[Link] = []
        if len(recent) == self.form.max and (met.name is None or self.breaks(met.name)):
            oldest = recent[0]
            if not _is_fixed(oldest, met.anchor):
                links = [at_least(oldest, met.anchor, self.form.days)]
            elif met.anchor.day - oldest.day < self.form.days:
                return []
        return [((number, (*recent, met.anchor)[-self.form.max :]), links)]

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, recent = was
        return (number, len(recent)), tuple(timing.day_of(one) for one in recent)


class SpanWatch(Watch):
    """``span``: numbers, the first and the last session, names, whether a booked one came since."""

    empty = (0, 0, None, None, None, None, False)
    form: Span

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        form = self.form
        self.from_, self.to = picked(form.from_), picked(form.to or form.from_)

    def meet(self, was: Memory, met: Met) -> Ways:
        number, tos, first, first_name, last, last_name, passed = was
        passed = passed or met.name is not None
        links: list[Link] = []
        if self.from_.holds(met):
            number, chosen = self.from_.next(number)
            if chosen and first is None:
                first, first_name = met.anchor, met.name
        if self.to.holds(met):
            tos, chosen = self.to.next(tos)
            if chosen:
                last, last_name, passed = met.anchor, met.name, False
                longest = self.form.max
                bound = longest is not None and first is not None and first != last
                if longest is not None and bound and not _is_fixed(first, last):
                    links = [at_most(first, last, longest, self.form.unit)]
        return [((number, tos, first, first_name, last, last_name, passed), links)]

    def whole(self, was: Memory) -> list[list[Link]]:
        _, _, first, first_name, last, last_name, _ = was
        form = self.form
        if first is None or last is None:
            return [[]]
        names = (first_name,) if first == last else (first_name, last_name)
        if _is_fixed(first, last):
            too_long = form.max is not None and _far(first, last, form.max, form.unit) > 0
            if too_long and self.breaks(*names):
                return []
            return [] if self._is_short(first, last) and self.lacks(*names) else [[]]
        if first == last:
            return [[]] if not form.min or not self.lacks(*names) else []
        if form.min is None or self.owed is not None:
            return [[]]
        return [[at_least(first, last, form.min, form.unit)]]

    def _is_short(self, first: Anchor, last: Anchor) -> bool:
        least = self.form.min
        return least is not None and _far(first, last, least, self.form.unit) < 0

    def wants(self, was: Memory, coming: int) -> int:
        _, tos, first, _, last, _, passed = was
        if self.form.min and first is None and self.owed is None:
            # A session before those that have to come may begin it earlier.
            both = self.from_.bit | self.to.bit
            return both if coming & both else 0
        if first is None or last is None or not self.to.may_select(tos):
            return 0
        alone = first == last and bool(self.form.min)
        # One that is booked, or stands before a booked one, may be unable to be later.
        held = passed or last.place < 0
        held = held and (not _is_fixed(first, last) or self._is_short(first, last))
        asked = alone or (held and self.form.min is not None)
        return self.to.bit if asked and self.owed is None else 0

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, tos, first, first_name, last, _, passed = was
        if first is None:
            return (number, tos, last is None), ()
        name = first_name if self.known else None
        booked = last is not None and last.place < 0
        told = (name, first.place < 0, last is None, booked, first == last, passed)
        day = timing.day_of(first)
        ranks = ((day,) if self.form.min is not None else ()) + (
            (-day,) if self.form.max is not None else ()
        )
        if booked and last is not None:
            ranks = (*ranks, -last.day)
        return (number, tos, told), ranks


class RecurWatch(Watch):
    """``recur``, rolling: what has been seen last, what waits for it, and what it was for."""

    # number of contacts, number of what goes on, last contact, whether going on, pairs of
    # contacts that count only if it goes on, a first one that waits for a contact on its date,
    # the contact before the last one where that only renews it, the last one that went on.
    empty = (0, 0, None, False, (), None, None, None)
    form: Recur

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of, self.while_ = picked(self.form.of), picked(self.form.while_)
        self.months = self.form.months
        self.today = 0
        """A lapse that was over before this day is history."""

    def meet(self, was: Memory, met: Met) -> Ways:
        ways: Ways = [(was, [])]
        if self.of.holds(met):
            ofs, chosen = self.of.next(was[0])
            ways = [((ofs, *memory[1:]), links) for memory, links in ways]
            if chosen:
                ways = [self._contact(memory, links, met) for memory, links in ways]
        if self.while_.holds(met):
            ways = [more for memory, links in ways for more in self._going_on(memory, links, met)]
        return ways

    def _contact(self, was: Memory, links: list[Link], met: Met) -> tuple[Memory, list[Link]]:
        ofs, whiles, contact, goes, pairs, waits, before, last = was
        links = list(links)
        if waits is not None:
            links += [at_least(waits, met.anchor, 0), at_most(waits, met.anchor, 0)]
        elif goes and contact is not None:
            pairs = (*pairs, (contact, met.anchor))
        if before is not None:
            links.append(beyond(before, met.anchor, self.months))
        before = contact if met.only == self.place and waits is None else None
        return (ofs, whiles, met.anchor, goes, pairs, None, before, last), links

    def _going_on(self, was: Memory, links: list[Link], met: Met) -> Ways:
        ofs, whiles, contact, goes, pairs, waits, before, last = was
        whiles, chosen = self.while_.next(whiles)
        was = (ofs, whiles, *was[2:])
        if not chosen:
            return [(was, links)]
        own = met.anchor
        if waits is not None:
            return [((*was[:7], own), links)]
        if contact is None:
            return [((ofs, whiles, own, True, (), None, before, own), links)]
        made = list(links)
        held = all(self._reaches(one, other, made) for one, other in pairs)
        held = held and self._reaches(contact, own, made, is_new=met.name is None)
        ways: Ways = []
        if held:
            ways.append(((ofs, whiles, contact, True, (), None, before, own), made))
        if not goes and not (held and len(made) == len(links)):
            # A contact later on the date of the first one still is one on or before it.
            ways.append(((ofs, whiles, contact, True, (), own, before, own), list(links)))
        return ways

    def _reaches(
        self, contact: Anchor, later: Anchor, made: list[Link], *, is_new: bool = False
    ) -> bool:
        """Whether a contact reaches as far as the next one, or is made to.

        A lapse that is history stays; it may name nothing more that goes on.
        """
        if contact.place < 0:
            due = add_months(contact.day, self.months)
            if due < self.today and not is_new:
                return True
            if later.place < 0:
                return later.day <= due
        made.append(at_most(contact, later, self.months, "months"))
        return True

    def whole(self, was: Memory) -> list[list[Link]]:
        _, _, _, _, _, waits, before, last = was
        if waits is not None:
            return []
        if before is None:
            return [[]]
        return [] if last is None else [[beyond(before, last, self.months)]]

    def wants(self, was: Memory, coming: int) -> int:
        ofs, _, contact, _, _, waits, _, _ = was
        if not self.of.may_select(ofs):
            return 0
        renews = contact is not None and coming & self.while_.bit
        return self.of.bit if waits is not None or renews else 0

    def brings(self, was: Memory, coming: int) -> int:
        return self.of.bit if coming & self.while_.bit else 0

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        ofs, whiles, contact, goes, pairs, waits, before, last = was
        key = (
            ofs,
            whiles,
            contact is None,
            contact is not None and contact.place < 0,
            goes,
            len(pairs),
            waits is None,
            before is None,
        )
        day = 0 if contact is None else -timing.day_of(contact)
        return key, (day, 0 if before is None else timing.day_of(before))


class PartWatch(Watch):
    """``recur`` in parts of the calendar year: the last contact, and what waits for one."""

    empty = (0, 0, None, ())
    form: Recur

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of, self.while_ = picked(self.form.of), picked(self.form.while_)
        self.months = self.form.months
        self.today = 0

    def meet(self, was: Memory, met: Met) -> Ways:
        ofs, whiles, contact, waiting = was
        links: list[Link] = []
        if self.of.holds(met):
            ofs, chosen = self.of.next(ofs)
            if chosen:
                if met.only == self.place and contact is not None and not waiting:
                    links.append(in_later_part(contact, met.anchor, self.months))
                for one in waiting:
                    if _is_fixed(one, met.anchor):
                        if self._part(one) != self._part(met.anchor):
                            return []
                    else:
                        links += in_one_part(one, met.anchor, self.months)
                contact, waiting = met.anchor, ()
        if not self.while_.holds(met):
            return [((ofs, whiles, contact, waiting), links)]
        whiles, chosen = self.while_.next(whiles)
        if not chosen or (met.anchor.place < 0 and self._part(met.anchor) < self.today):
            return [((ofs, whiles, contact, waiting), links)]
        ways: Ways = []
        if contact is not None and not (self.of.holds(met) and contact is met.anchor):
            if not _is_fixed(contact, met.anchor):
                more = in_one_part(contact, met.anchor, self.months)
                ways.append(((ofs, whiles, contact, waiting), links + more))
            elif self._part(contact) == self._part(met.anchor):
                return [((ofs, whiles, contact, waiting), links)]
        elif contact is not None:
            return [((ofs, whiles, contact, waiting), links)]
        ways.append(((ofs, whiles, contact, (*waiting, met.anchor)), links))
        return ways

    def _part(self, anchor: Anchor) -> int:
        return last_day_of_part(anchor.day, self.months)

    def whole(self, was: Memory) -> list[list[Link]]:
        return [] if was[3] else [[]]

    def wants(self, was: Memory, coming: int) -> int:
        ofs, _, _, waiting = was
        asked = waiting or coming & self.while_.bit
        return self.of.bit if asked and self.of.may_select(ofs) else 0

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        ofs, whiles, contact, waiting = was
        part = 0 if contact is None else last_day_of_part(timing.day_of(contact), self.months)
        waits = tuple(last_day_of_part(timing.day_of(one), self.months) for one in waiting[-1:])
        fixed = contact is not None and contact.place < 0
        return (ofs, whiles, part, fixed, waits), ()


class FactWatch(Watch):
    """``length``, ``allow``, ``known``: the number; what a session is like is said by a bit."""

    empty = (0,)
    form: Any
    broken = 0
    """The bit of sessions that are not as the form asks."""

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of = picked(self.form.of)

    def meet(self, was: Memory, met: Met) -> Ways:
        if not self.of.holds(met):
            return _ways(was)
        number, chosen = self.of.next(was[0])
        if chosen and met.marks & self.broken and self.breaks(met.name):
            return []
        return _ways((number,))


def watch_of(
    form: RuleForm, picked: Callable[[Selector], Picked], known: frozenset[Names]
) -> Watch | None:
    """How the search asks a form; ``None`` = no session's place or time matters to it."""
    if isinstance(form, Recur):
        return (RecurWatch if form.policy == "rolling" else PartWatch)(form, picked, known)
    made = _WATCHES.get(type(form))
    return None if made is None else made(form, picked, known)


_WATCHES: Final[Mapping[type[Any], type[Watch]]] = {
    Count: CountWatch,
    Order: OrderWatch,
    Precede: PrecedeWatch,
    Follow: FollowWatch,
    Space: SpaceWatch,
    Rate: RateWatch,
    Span: SpanWatch,
    Allow: FactWatch,
    Known: FactWatch,
    Length: FactWatch,
}


def selectors_of(form: Any) -> Iterable[Selector]:
    """The selectors of a form."""
    names = ("of", "each", "by", "before", "after", "from_", "to", "while_")
    return [value for n in names if isinstance(value := getattr(form, n, None), Selector)]
