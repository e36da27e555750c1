"""The watch of what a course costs: that all its new sessions cost so much, or no more."""

from __future__ import annotations

from collections.abc import Callable

from kap_model.forms.selectors import Selector
from kap_model.planning.search._watch import Memory, Met, Picked, Watch, Ways, as_it_was
from kap_model.planning.search.problem import Prices
from kap_model.planning.search.timing import Link, Timing


# What the sessions to come cost is bounded by kind and number, so that a course that is too dear,
# or can no longer become dear enough, is dropped at once and not at its end.
class PriceWatch(Watch):
    """What all sessions so far cost, and how many of each kind there are; all of them are new."""

    form: Prices

    def _prepare(self, picked: Callable[[Selector], Picked]) -> None:
        self.kinds = sorted(self.form.ahead)
        self.empty = (0, (0,) * len(self.kinds))

    def meet(self, was: Memory, met: Met) -> Ways:
        prices, (amount, numbers) = self.form, was
        kind = prices.kinds[met.choice]
        place = self.kinds.index(kind)
        # Where the dearest course is sought, more than there have to be do not make it dearer.
        last = len(prices.ahead[kind]) - 1
        is_counted = prices.least is None or numbers[place] < last
        if is_counted and numbers[place] >= prices.free.get(kind, 0):
            amount += prices.costs[met.choice]
        number = min(numbers[place] + 1, max(last, prices.free.get(kind, 0)))
        numbers = (*numbers[:place], number, *numbers[place + 1 :])
        return as_it_was((amount, numbers)) if self._is_within(amount, numbers) else []

    def _is_within(self, amount: int, numbers: tuple[int, ...]) -> bool:
        for kind, number in zip(self.kinds, numbers, strict=True):
            ahead = self.form.ahead[kind]
            amount += ahead[min(number, len(ahead) - 1)]
        least, most = self.form.least, self.form.most
        return (least is None or amount >= least) and (most is None or amount <= most)

    def whole(self, was: Memory) -> list[list[Link]]:
        least = self.form.least
        return [[]] if least is None or was[0] >= least else []

    def compared(self, was: Memory, timing: Timing) -> tuple[Memory, tuple[int, ...]]:
        amount, numbers = was
        return numbers, (amount if self.form.least is None else -amount,)
