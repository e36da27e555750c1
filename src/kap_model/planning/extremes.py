"""The cheapest or the dearest course that keeps limits and house rules, of sessions with prices."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal, NamedTuple, TypeAlias

import attrs
from attrs import frozen

from kap_model.errors import InvalidValue, PlanningError
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.ordering import Follow
from kap_model.forms.selectors import Selector
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.choices import folded, forms_of, is_broken_at, unfolded
from kap_model.planning.draft_options import DraftOptions
from kap_model.planning.drafting import Draft, drafted
from kap_model.planning.layout import lay_out
from kap_model.planning.maxima import demanded, maxima, needed, tallies
from kap_model.planning.new_sessions import CourseSize, lawful_cadence
from kap_model.planning.search.problem import NewSession, Prices
from kap_model.sessions import KINDS, RECORDED, Session

End: TypeAlias = Literal["low", "high"]

_THERAPY: Final = ("preparation", "dosing", "integration")
_A_LOOK: Final = 10
"""The work of one set of numbers, in times of sessions that are looked at."""


class PricedSession(NamedTuple):
    """A session that may be added, and what it costs in whole numbers."""

    new: NewSession
    cost: int


Numbers: TypeAlias = dict[str, int]
"""How many sessions of each kind."""


class GaveUp(Exception):
    """Too many courses are left to tell which costs least or most."""


@frozen(kw_only=True, eq=False)
class Extreme:
    """The search for one end of what courses cost.

    Attributes:
        blank: The course to be found, with limits and house rules; its work is what may be done.
        given: For each kind how a session may be held, the one that is wished for most first.
        free: How many of each kind, from the first on, cost nothing more.
        end: Whether the cheapest or the dearest course is sought.
        is_lawful: Whether rules find nothing in a plan.
        tracks_supply: Whether courses that are laid out write supplies down.
    """

    blank: Draft
    given: Mapping[str, Sequence[PricedSession]]
    free: Mapping[str, int]
    end: End
    is_lawful: Callable[[Plan], bool]
    tracks_supply: bool = False

    @cached_property
    def forms(self) -> list[RuleForm]:
        """The forms of the house rules."""
        return [form for _, form in forms_of(self.blank.house)]

    @cached_property
    def limits(self) -> Limits:
        """The limits with what house rules say of plain kinds."""
        return folded(self.blank.limits, self.forms)

    @cached_property
    def demanding(self) -> list[RuleForm]:
        """The forms that may ask for sessions beyond those that limits ask for."""
        return [*unfolded(self.forms), *self.own]

    @cached_property
    def own(self) -> list[RuleForm]:
        """What limits ask for after each dosing, as a form."""
        each = self.limits.integration_per_dosing
        return [] if each is None else [Follow("dosing", "integration", min=each)]

    @cached_property
    def ways(self) -> dict[str, Sequence[PricedSession]]:
        """How sessions may be held; what only a pace asks for costs nothing here.

        The number of reviews without a maximum is that of the usual pace, whatever they cost.
        """
        found = dict(self.given)
        if "medical-review" not in self.most:
            found["medical-review"] = [
                PricedSession(way.new, 0) for way in self.given["medical-review"]
            ]
        return found

    @cached_property
    def unit(self) -> int:
        """What divides the cost of every course."""
        return math.gcd(*[way.cost for ways in self.ways.values() for way in ways]) or 1

    @cached_property
    def choices(self) -> tuple[NewSession, ...]:
        """Every session that may be added."""
        return tuple([way.new for ways in self.ways.values() for way in ways])

    @cached_property
    def most(self) -> dict[str, int]:
        """The most of each kind that has a maximum."""
        return maxima(self.limits, self.forms, self.by_kind)

    @cached_property
    def by_kind(self) -> dict[str, list[NewSession]]:
        """The sessions that may be added, by kind."""
        return {kind: [way.new for way in ways] for kind, ways in self.given.items()}

    @cached_property
    def firm(self) -> frozenset[str]:
        """The kinds of which no session is added but those that are counted beforehand."""
        return frozenset(self.most).intersection(_THERAPY)

    def found(self) -> Plan | None:
        """The course; ``None`` = there is none.

        Raises:
            GaveUp: There are too many to tell.
        """
        more = 0
        if "dosing" not in self.most:
            more = demanded("dosing", dict.fromkeys(KINDS, 0), self.demanding, self.by_kind)
        for further in range(1 + more):
            found = self._found(further)
            if found is not None:
                return found
        return None

    def _found(self, further: int) -> Plan | None:
        best: Plan | None = None
        cost = 0
        counted = _Counted(self, further)
        for numbers in counted:
            amount = counted.amount(numbers)
            if best is not None and not self.is_better(amount, cost):
                break
            made = self._best_of(numbers, amount, counted, None if best is None else cost)
            if made is not None:
                best, cost = made, counted.cost_of(made, numbers)
        return best

    def is_better(self, one: int, other: int) -> bool:
        """Whether one amount is nearer to the end than another."""
        return one < other if self.end == "low" else one > other

    def _best_of(
        self, numbers: Numbers, amount: int, counted: _Counted, than: int | None
    ) -> Plan | None:
        """The best course of so many sessions at least, better than an amount if one is given."""
        found = self._laid_out(numbers, amount, counted) or self._searched(numbers, amount, counted)
        step = 1 if self.end == "low" else -1
        if found is None:
            found = self._searched(numbers, None if than is None else than - step, counted)
        while found is not None and self.is_better(amount, counted.cost_of(found, numbers)):
            # By halves: what lies between the bound and what was found, in steps of all costs.
            steps = abs(counted.cost_of(found, numbers) - amount) // self.unit
            target = amount + steps // 2 * step * self.unit
            better = self._searched(numbers, target, counted)
            if better is None:
                amount = target + step * self.unit
            else:
                found = better
        return found

    def _laid_out(self, numbers: Numbers, amount: int, counted: _Counted) -> Plan | None:
        """A course of the best ways laid out evenly, if that is lawful."""
        size = CourseSize(
            id=self.blank.plan.id,
            start=self.blank.start,
            preparations=numbers["preparation"],
            dosings=numbers["dosing"],
            integrations=numbers["integration"],
            every=lawful_cadence(self.limits),
            fields={kind: counted.first_way(kind).fields for kind in KINDS},
            tracks_supply=self.tracks_supply,
        )
        try:
            plan = lay_out(self.limits, size)
        except InvalidValue:
            return None
        return plan if counted.cost_of(plan, numbers) == amount and self.is_lawful(plan) else None

    def _searched(self, numbers: Numbers, bound: int | None, counted: _Counted) -> Plan | None:
        """A course of so many sessions at least, at most or at least so dear."""
        found = self._drafted(numbers, bound, counted, frozenset())
        least = counted.ranges["preparation"][0]
        if found is not None or self.limits.preparation_before_dosing:
            return found
        if not numbers["dosing"] or numbers["preparation"] <= least:
            return found
        # Preparations beyond those that have to be before the first dosing may come later.
        return self._drafted(numbers, bound, counted, frozenset({"preparation"}))

    def _drafted(
        self, numbers: Numbers, bound: int | None, counted: _Counted, anywhere: frozenset[str]
    ) -> Plan | None:
        base = counted.base(numbers)
        further = [
            ("numbers", Count(kind, min=number))
            for kind, number in numbers.items()
            if number > base[kind] and (kind not in _THERAPY or kind in anywhere)
        ]
        options = DraftOptions(
            start=self.blank.start,
            support_person=RECORDED,
            preparations=None if anywhere else numbers["preparation"],
            dosings=numbers["dosing"],
            integrations=numbers["integration"],
        )
        blank = attrs.evolve(
            self.blank,
            choices=self.choices,
            prices=None if bound is None else counted.prices(numbers, bound),
            further=tuple(further),
        )
        try:
            return drafted(blank, options)
        except PlanningError:
            raise GaveUp from None


def _is_held(session: Session, new: NewSession, ways: Sequence[PricedSession]) -> bool:
    """Whether a session is held in one of some ways."""
    names = {name for way in ways for name in way.new.fields}
    return all(getattr(session, name) == new.field(name) for name in names)


# Every price is at least nothing, so that more sessions never cost less. What each kind costs at
# least, and at most, by the number of its sessions bounds what a course of some numbers costs, and
# numbers are visited from the best bound on. The first course that costs no worse than the next
# bound is the one.
class _Counted:
    """Numbers of sessions of each kind, those first whose courses may be the best."""

    def __init__(self, extreme: Extreme, further: int) -> None:
        self.extreme, self.limits = extreme, extreme.limits
        self.pick: Callable[[list[int]], int] = min if extreme.end == "low" else max
        self.ranges = {kind: self._range(kind, further) for kind in KINDS}
        self.tallies = tallies(extreme.forms, extreme.by_kind)
        self.costs: dict[str, list[int]] = {}
        self.asking: list[RuleForm] = [*extreme.forms, *extreme.own]

    def _range(self, kind: str, further: int) -> tuple[int, int]:
        """The fewest and the most of a kind; of one without a maximum, the fewest."""
        limits, most = self.limits, self.extreme.most.get(kind)
        if kind in _THERAPY:
            bounds = getattr(limits, f"{kind}_count")
            least = ((bounds and bounds.min) or 0) + further * (kind == "dosing")
            waits = limits.integration_after_dosing and limits.integration_count
            if kind == "dosing" and waits and waits.min:
                least = max(least, 1)
            return least, least if most is None else most
        asked = [
            form.min
            for form in self.extreme.forms
            if isinstance(form, Count) and form.of == Selector(kind) and form.min
            if form.before is None and form.sum == "sessions"
        ]
        least = max(asked, default=0)
        priced = any(way.cost for way in self.extreme.ways[kind])
        counts = self.extreme.end == "high" and priced and most is not None
        return least, most if counts and most is not None else least

    def __iter__(self) -> Iterator[Numbers]:
        low = self.extreme.end == "low"
        first = tuple([self.ranges[kind][0 if low else 1] for kind in KINDS])
        if any(least > highest for least, highest in self.ranges.values()):
            return
        heap = [(0, first)]
        seen = {first}
        work = self.extreme.blank.work
        while heap:
            work.left -= _A_LOOK
            if work.is_done:
                raise GaveUp
            _, place = heapq.heappop(heap)
            numbers = self._numbers(place)
            if self._may_be(numbers):
                yield numbers
            for index, kind in enumerate(KINDS):
                number = place[index] + (1 if low else -1)
                further = (*place[:index], number, *place[index + 1 :])
                least, highest = self.ranges[kind]
                if least <= number <= highest and further not in seen:
                    seen.add(further)
                    amount = self.amount(self._numbers(further))
                    heapq.heappush(heap, (amount if low else -amount, further))

    def _numbers(self, place: tuple[int, ...]) -> Numbers:
        numbers: Numbers = dict(zip(KINDS, place, strict=True))
        if "integration" not in self.extreme.most:
            each = self.limits.integration_per_dosing or 0
            numbers["integration"] = max(numbers["integration"], numbers["dosing"] * each)
        return numbers

    def _may_be(self, numbers: Numbers) -> bool:
        """Whether so many sessions may be a course, as far as numbers alone say so."""
        if numbers["integration"] < numbers["dosing"] * (self.limits.integration_per_dosing or 0):
            return False
        extreme = self.extreme
        if any(
            numbers[kind] < needed(kind, by, numbers[by], self.asking, extreme.by_kind)
            for kind in extreme.firm
            for by in _THERAPY
        ):
            return False
        whole = {kind: max(numbers[kind], base) for kind, base in self.base(numbers).items()}
        return all(tally.allows(whole, self.extreme.firm) for tally in self.tallies)

    def base(self, numbers: Numbers) -> Numbers:
        """The sessions of the intake that limits ask for by themselves, by kind."""
        limits = self.limits
        evaluates = bool(limits.evaluation_first and numbers["dosing"])
        evaluates |= bool(limits.preparation_after_supply and numbers["preparation"])
        found: Numbers = dict.fromkeys(KINDS, 0)
        found["medical-evaluation"] = int(evaluates)
        found["consultation"] = int(evaluates and bool(limits.consultation_first))
        return found

    def amount(self, numbers: Numbers) -> int:
        """What a course of so many sessions costs at least, or at most."""
        return sum(self._up_to(kind, n) for kind, n in self.expected(numbers).items())

    def expected(self, numbers: Numbers) -> Numbers:
        """How many of each kind such a course has, at most where the dearest is sought."""
        found = {kind: max(numbers[kind], base) for kind, base in self.base(numbers).items()}
        if self.extreme.end == "low":
            return found
        extreme = self.extreme
        for kind in KINDS:
            if kind not in extreme.firm:
                asked = demanded(kind, found, extreme.demanding, extreme.by_kind)
                found[kind] = min(asked, max(extreme.most.get(kind, asked), found[kind]))
        return found

    def _up_to(self, kind: str, number: int) -> int:
        """What the first so many sessions of a kind cost, each at its best."""
        sums = self.costs.setdefault(kind, [0])
        while len(sums) <= number:
            place = len(sums)
            free = place <= self.extreme.free.get(kind, 0)
            sums.append(sums[-1] + (0 if free else self._best_at(kind, place)))
        return sums[number]

    def _best_at(self, kind: str, place: int) -> int:
        """What the session of a number costs at its best, as far as rules by number tell."""
        ways, forms = self.extreme.ways[kind], self.extreme.forms
        fitting = [
            way
            for way in ways
            if not any(
                is_broken_at(form, way.new, place)
                for form in forms
                if isinstance(form, Allow | Known | Length)
            )
        ]
        return self.pick([way.cost for way in fitting or ways])

    def cost_of(self, plan: Plan, numbers: Numbers) -> int:
        """What the sessions of a course cost, of the dearest those that there have to be."""
        total, held, ways_of = 0, Counter[str](), self.extreme.ways
        expected = self.expected(numbers)
        for session in plan.timeline.counting:
            kind = session.kind
            held[kind] += 1
            is_counted = self.extreme.end == "low" or held[kind] <= expected[kind]
            if is_counted and held[kind] > self.extreme.free.get(kind, 0):
                ways = ways_of[kind]
                total += next(way.cost for way in ways if _is_held(session, way.new, ways))
        return total

    def first_way(self, kind: str) -> NewSession:
        """How the sessions of a kind are held at their best."""
        ways = self.extreme.ways[kind]
        best = self.pick([way.cost for way in ways])
        return next(way.new for way in ways if way.cost == best)

    def prices(self, numbers: Numbers, bound: int) -> Prices:
        """What the search is told of costs: those of each choice, and the bound on them all."""
        priced = [(kind, way.cost) for kind, ways in self.extreme.ways.items() for way in ways]
        ahead = {}
        for kind, number in self.expected(numbers).items():
            steps = [self._up_to(kind, n) for n in range(number + 1)]
            ahead[kind] = tuple([steps[-1] - step for step in steps])
        is_most = self.extreme.end == "low"
        return Prices(
            kinds=tuple([kind for kind, _ in priced]),
            costs=tuple([cost for _, cost in priced]),
            free=self.extreme.free,
            ahead=ahead,
            least=None if is_most else bound,
            most=bound if is_most else None,
        )
