"""Watches of ``space``, ``span`` and ``recur``."""

from __future__ import annotations

from collections.abc import Callable

from kap_model._time import add_months, last_day_of_part
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.planning.search._watch import (
    Distance,
    Memory,
    Met,
    Picked,
    Watch,
    Ways,
    as_it_was,
    how_far,
    is_fixed,
    overlaps,
)
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
            links = self._after_pair(was, met, comes=comes)
            last = pair = None
        elif comes and last is not None and pair is None and not overlaps(last, met.anchor):
            if met.anchor.place >= 0 or is_base:
                links, last = self._held(last, name, met.anchor, met.name), None
            else:
                pair = (met.anchor, met.name)
        if links is None:
            return []
        if is_base:
            last, name, pair = (met.anchor, met.name, None) if chosen else (None, None, None)
        return [((number, tos, last, name, pair), links)]

    def _after_pair(self, was: Memory, met: Met, *, comes: bool) -> list[Link] | None:
        """What holds a booked pair, now that the next one says whether it is one."""
        _, _, last, name, pair = was
        if met.anchor.place >= 0 or pair[0].ends <= met.anchor.begins:
            return self._held(last, name, *pair)
        return self._held(last, name, met.anchor, met.name) if comes else []

    def _in_a_row(self, was: Memory, met: Met) -> Ways:
        number, _, last, name, _ = was
        if not self.from_.holds(met):
            return as_it_was(was)
        number, chosen = self.from_.next(number)
        if not chosen:
            return as_it_was((number, 0, last, name, None))
        links = [] if last is None else self._held(last, name, met.anchor, met.name)
        return [] if links is None else [((number, 0, met.anchor, met.name, None), links)]

    def _held(
        self, last: Anchor, name: str | None, other: Anchor, its_name: str | None
    ) -> list[Link] | None:
        links = self.distance.links(last, other)
        if links is None and is_fixed(last, other) and not self.breaks(name, its_name):
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
                if longest is not None and first is not None and not self.known:
                    fixed = first == last or is_fixed(first, met.anchor)
                    links = [] if fixed else [at_most(first, met.anchor, longest, self.form.unit)]
        return [((number, tos, first, first_name, last, last_name, passed), links)]

    def whole(self, was: Memory) -> list[list[Link]]:
        _, _, first, first_name, last, last_name, _ = was
        form = self.form
        if first is None or last is None:
            return [[]]
        names = (first_name,) if first == last else (first_name, last_name)
        if is_fixed(first, last):
            too_long = form.max is not None and how_far(first, last, form.max, form.unit) > 0
            if too_long and self.breaks(*names):
                return []
            return [] if self._is_short(first, last) and self.lacks(*names) else [[]]
        if first == last:
            return [[]] if not form.min or not self.lacks(*names) else []
        links = [] if form.max is None else [at_most(first, last, form.max, form.unit)]
        if form.min is not None and self.owed is None:
            links.append(at_least(first, last, form.min, form.unit))
        return [links]

    def _is_short(self, first: Anchor, last: Anchor) -> bool:
        least = self.form.min
        return least is not None and how_far(first, last, least, self.form.unit) < 0

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
        held = held and (not is_fixed(first, last) or self._is_short(first, last))
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
        if last is not None and self.form.min is not None:
            ranks = (*ranks, -timing.day_of(last))
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
        ofs, whiles, contact, goes, pairs, waits, before, _ = was
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
        ofs, whiles, contact, goes, pairs, waits, before, _ = was
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
        chosen = False
        if self.of.holds(met):
            ofs, chosen = self.of.next(ofs)
        if chosen:
            held = self._seen(contact, waiting, met)
            if held is None:
                return []
            links, contact, waiting = held, met.anchor, ()
        if not self.while_.holds(met):
            return [((ofs, whiles, contact, waiting), links)]
        whiles, goes_on = self.while_.next(whiles)
        over = met.anchor.place < 0 and self._part(met.anchor) < self.today
        if chosen or over or not goes_on:
            return [((ofs, whiles, contact, waiting), links)]
        ways: Ways = [((ofs, whiles, contact, (*waiting, met.anchor)), links)]
        if contact is None:
            return ways
        if is_fixed(contact, met.anchor):
            same = self._part(contact) == self._part(met.anchor)
            return [((ofs, whiles, contact, waiting), links)] if same else ways
        more = in_one_part(contact, met.anchor, self.months)
        return [((ofs, whiles, contact, waiting), links + more), *ways]

    def _seen(
        self, contact: Anchor | None, waiting: tuple[Anchor, ...], met: Met
    ) -> list[Link] | None:
        """What holds a contact to what waits for it; ``None`` = it is in another part."""
        links: list[Link] = []
        if met.only == self.place and contact is not None and not waiting:
            links.append(in_later_part(contact, met.anchor, self.months))
        for one in waiting:
            if not is_fixed(one, met.anchor):
                links += in_one_part(one, met.anchor, self.months)
            elif self._part(one) != self._part(met.anchor):
                return None
        return links

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
