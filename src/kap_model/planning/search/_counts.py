"""Watches of ``count``, ``rate`` and of what each session is like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kap_model.forms.counting import Count, Rate
from kap_model.forms.selectors import Selector
from kap_model.planning.search._watch import (
    Memory,
    Met,
    Names,
    Picked,
    Watch,
    Ways,
    as_it_was,
    is_fixed,
)
from kap_model.planning.search.timing import (
    Link,
    Timing,
    at_least,
)


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
            return as_it_was(was)
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
        return as_it_was((number, xs, amount, names, False, late))

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
        return as_it_was((0, 0, 0, (), True, ()))

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


class RateWatch(Watch):
    """``rate``: the number, and the last sessions, as many as are allowed."""

    empty = (0, ())
    form: Rate

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.of = picked(self.form.of)

    def meet(self, was: Memory, met: Met) -> Ways:
        number, recent = was
        if not self.of.holds(met):
            return as_it_was(was)
        number, chosen = self.of.next(number)
        if not chosen:
            return as_it_was((number, recent))
        links: list[Link] = []
        if len(recent) == self.form.max and (met.name is None or self.breaks(met.name)):
            oldest = recent[0]
            if not is_fixed(oldest, met.anchor):
                links = [at_least(oldest, met.anchor, self.form.days)]
            elif met.anchor.day - oldest.day < self.form.days:
                return []
        return [((number, (*recent, met.anchor)[-self.form.max :]), links)]

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        number, recent = was
        return (number, len(recent)), tuple(timing.day_of(one) for one in recent)


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
            return as_it_was(was)
        number, chosen = self.of.next(was[0])
        if chosen and met.marks & self.broken and self.breaks(met.name):
            return []
        return as_it_was((number,))
