"""How many sessions of a kind a course may have at most, by its limits and house rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeGuard

import attrs
from attrs import frozen

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.limits import Limits
from kap_model.planning.new_sessions import dosing_ceilings, frequency_of
from kap_model.planning.search.asked import selects
from kap_model.planning.search.problem import NewSession
from kap_model.sessions import KINDS

_DAYS: Final = {"days": 1, "weeks": 7, "months": 31}
"""The most days of a unit."""
_FEWEST_DAYS: Final = {"days": 1, "weeks": 7, "months": 28}
_HOURS_OF_A_DAY: Final = 24

Choices = Mapping[str, Sequence[NewSession]]
"""The sessions that may be added, by kind."""


@frozen
class CountedTogether:
    """What a form counts of a course: so much for each session of some kinds.

    Attributes:
        shortest, longest: For each kind, what one session counts at least and at most.
        least, most: What all of them together have to come to, and may come to.
    """

    shortest: Mapping[str, int]
    longest: Mapping[str, int]
    least: int | None
    most: int | None

    def allows(self, numbers: Mapping[str, int], firm: frozenset[str]) -> bool:
        """Whether so many sessions may be a course, with more of the kinds that are not firm."""
        fewest = sum(numbers[kind] * size for kind, size in self.shortest.items())
        if self.most is not None and fewest > self.most:
            return False
        if self.least is None or not firm.issuperset(self.longest):
            return True
        return sum(numbers[kind] * size for kind, size in self.longest.items()) >= self.least


def covers(selector: Selector, choices: Iterable[NewSession]) -> bool:
    """Whether a selector selects each session that may be added of a kind, whatever its number."""
    return not selector.has_ordinal and all(
        selects(selector, new.kind, new.field) for new in choices
    )


def tallies(forms: Iterable[RuleForm], choices: Choices) -> list[CountedTogether]:
    """What forms count of whole courses, as far as each session of a kind counts alike."""
    found = []
    for form in forms:
        if not isinstance(form, Count) or form.before is not None:
            continue
        kinds = [kind for kind in form.of.kind if covers(form.of, choices[kind])]
        minutes = {
            kind: [new.minutes for new in choices[kind]] if form.sum == "minutes" else [1]
            for kind in kinds
        }
        whole = len(kinds) == len(form.of.kind)
        found.append(
            CountedTogether(
                {kind: min(sizes) for kind, sizes in minutes.items()},
                {kind: max(sizes) for kind, sizes in minutes.items()},
                form.min if whole else None,
                form.max,
            )
        )
    return found


def maxima(limits: Limits, forms: Sequence[RuleForm], choices: Choices) -> dict[str, int]:
    """The most sessions of each kind that has a maximum.

    Where a session lasts, or how many hours a day has, is no maximum; neither is one of sessions
    before another.
    """
    found: dict[str, int] = {}

    def bound(kind: str, most: int | None) -> None:
        if most is not None:
            found[kind] = min(most, found.get(kind, most))

    bound("preparation", None if (given := limits.preparation_count) is None else given.max)
    bound("integration", None if (given := limits.integration_count) is None else given.max)
    for _, most in dosing_ceilings(limits, paced=_is_paced(forms)):
        bound("dosing", most)
    for tally in tallies(forms, choices):
        for kind, size in tally.shortest.items():
            bound(kind, None if tally.most is None else tally.most // size)
    for kind in KINDS:
        bound(kind, _by_parts(kind, forms, choices))
        bound(kind, _by_span(kind, limits, forms, choices))
    for _ in KINDS:  # one bound may bring another
        for kind, most in _by_partners(forms, choices, found):
            bound(kind, most)
    return found


def _by_parts(kind: str, forms: Iterable[RuleForm], choices: Choices) -> int | None:
    """The sum of what forms allow of the parts of a kind, where these are all there is of it."""
    counted = [
        form
        for form in forms
        if isinstance(form, Count)
        and form.max is not None
        and form.before is None
        and form.sum == "sessions"
        and not form.of.has_ordinal
    ]
    parts = [
        form
        for form in counted
        if any(selects(form.of, new.kind, new.field) for new in choices[kind])
    ]
    whole = all(
        any(selects(form.of, new.kind, new.field) for form in parts) for new in choices[kind]
    )
    return sum(form.max or 0 for form in parts) if parts and whole else None


def _by_span(kind: str, limits: Limits, forms: Sequence[RuleForm], choices: Choices) -> int | None:
    """As many as find room in a span at the least distances, where some form asks for one."""
    its = choices[kind]
    spans = [
        form.max * _DAYS[form.unit]
        for form in forms
        if isinstance(form, Span)
        and form.max is not None
        and covers(form.from_, its)
        and covers(form.to or form.from_, its)
    ]
    if not spans:
        return None
    days = min(spans)
    return min(_in_days(days, kind, limits, forms, its), default=None)


def _in_days(
    days: int, kind: str, limits: Limits, forms: Sequence[RuleForm], its: Sequence[NewSession]
) -> Iterator[int]:
    """The most of a kind whose dates are at most so many days apart, by each form of distance."""
    if kind == "dosing":
        frequency, gap = frequency_of(limits, paced=_is_paced(forms)), limits.dosing_gap_days
        if frequency is not None:
            yield frequency.at_most * (days // frequency.days + 1)
        if gap is not None and gap.min:
            yield days // gap.min + 1
    for form in forms:
        if isinstance(form, Rate) and covers(form.of, its):
            yield form.max * (days // form.days + 1)
        if isinstance(form, Space) and form.min and covers(form.from_, its):
            if form.to is not None and not covers(form.to, its):
                continue
            if form.unit == "hours":
                yield (days + 1) * _HOURS_OF_A_DAY // form.min + 1
            else:
                yield days // (form.min * _FEWEST_DAYS[form.unit]) + 1


def _is_paced(forms: Iterable[RuleForm]) -> bool:
    """Whether a house rule says how close dosings may be, so that DOSE-CLOSE is silent."""
    return any(form.paces_dosings for form in forms)


def _by_partners(
    forms: Iterable[RuleForm], choices: Choices, most: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """As many as there can be partners for, where each asks for some of its own."""
    for form in forms:
        if not isinstance(form, Follow | Precede) or not form.min or not _asks_of_its_own(form):
            continue
        if not all(kind in most for kind in form.by.kind):
            continue
        for kind in form.each.kind:
            if covers(form.each, choices[kind]):
                yield kind, sum(most[by] for by in form.by.kind) // form.min


def needed(kind: str, by: str, number: int, forms: Iterable[RuleForm], choices: Choices) -> int:
    """How many of a kind so many sessions of another ask for, each of its own, at least."""
    return max(_partners(kind, by, number, forms, choices))


def _partners(
    kind: str, by: str, number: int, forms: Iterable[RuleForm], choices: Choices
) -> tuple[int, int]:
    """How many of a kind are asked for after, and before, so many sessions of another."""
    asking = [form for form in forms if _is_partner(form, kind, by, choices)]
    places = range(number)

    def of(side: type[RuleForm]) -> int:
        its = [(form.each.places_in(places), form.min) for form in asking if type(form) is side]
        return sum(max((least for at, least in its if p in at), default=0) for p in places)

    return of(Follow), of(Precede)


def _is_partner(
    form: RuleForm, kind: str, by: str, choices: Choices
) -> TypeGuard[Follow | Precede]:
    """Whether a form asks for sessions of a kind, for each of another by its number alone."""
    if not isinstance(form, Follow | Precede) or not _asks_of_its_own(form):
        return False
    unnumbered = attrs.evolve(form.each, first=None, nth=None, every=None, from_=None)
    of_kinds = form.by.kind == (kind,) and form.each.kind == (by,)
    return of_kinds and covers(unnumbered, choices[by])


def _asks_of_its_own(form: Follow | Precede) -> bool:
    """Whether a session that serves one that asks for it serves no other."""
    return form.until == "next" if isinstance(form, Follow) else form.back_to == "previous"


def demanded(
    kind: str, numbers: Mapping[str, int], forms: Sequence[RuleForm], choices: Choices
) -> int:
    """How many of a kind there are in a course of so many sessions with all that forms may ask for.

    It is a bound from above: what one session may do for several is counted once where that is
    certain, and for each otherwise.
    """
    at_least, more, partners = [numbers[kind]], 0, 0
    for form in forms:
        if isinstance(form, Order) and form.after is not None and kind in form.after.kind:
            at_least.append(_top(form.after))
        elif isinstance(form, Count) and kind in form.of.kind and form.min:
            if covers(form.of, choices[kind]):
                at_least.append(form.min)
            else:
                more += form.min
        elif isinstance(form, Follow | Precede) and kind in form.by.kind:
            if _serves_all(form) and covers(form.by, choices[kind]):
                at_least.append(form.min)
            elif not any(_is_partner(form, kind, by, choices) for by in KINDS):
                more += form.min * _selected(form.each, numbers)
    for by in KINDS:
        partners += sum(_partners(kind, by, numbers[by], forms, choices))
    return max(*at_least, partners) + more


def _serves_all(form: Follow | Precede) -> bool:
    """Whether sessions that serve one that asks for them serve all."""
    shared = form.until == "ever" if isinstance(form, Follow) else form.back_to == "any"
    return shared and form.within is None


def _top(selector: Selector) -> int:
    """The number of the first session that a selector selects."""
    return selector.nth or selector.every or selector.from_ or 1


def _selected(selector: Selector, numbers: Mapping[str, int]) -> int:
    """How many a selector selects at most of so many sessions by kind."""
    base = sum(numbers[kind] for kind in selector.kind)
    return min(base, 1 if selector.nth is not None else selector.first or base)
