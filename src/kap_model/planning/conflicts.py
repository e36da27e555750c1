"""What excludes what: smallest conflicts of limits and options, and how they are named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Final, TypeVar

import attrs

from kap_model.errors import InvalidValue, refusal
from kap_model.forms.facts import Known
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.wording import plural
from kap_model.limits import LIMITS, Limits, in_words
from kap_model.rules._rule import listed
from kap_model.rules.catalogue import RULES
from kap_model.sessions import NOBODY, PLACES

T = TypeVar("T", bound=Hashable)

_SUPPORTED: Final = "support_person_when_remote"


# By implicit hitting sets. Whatever is left out of a largest feasible choice corrects the whole,
# and each conflict holds something of every correction: else it would be part of that choice, and
# feasible. So a least set that hits all corrections known so far is a lower bound on the size of a
# conflict. If it is one itself, it is a smallest one; if not, it is grown to a largest feasible
# choice, which shows a correction that it does not hit, so that the next set differs. The answer
# is exact where ``feasible`` is, and the corrections are few, each asked about by halves. What a
# conflict is for is in docs/explanation/design.md, "Why its answers are trusted".
def smallest_conflict(
    items: Iterable[T], feasible: Callable[[frozenset[T]], bool]
) -> tuple[T, ...]:
    """A smallest set of items that is not feasible; of several, the first in the items' order.

    Args:
        items: What is demanded, in the order of the answer; a repeated one counts once.
        feasible: Whether a choice of items can be met together. A part of what is feasible must
            be feasible. It is asked once of each choice, and of few.

    Returns:
        The conflict: without any one of its items it is feasible.

    Raises:
        ValueError: All items together are feasible.
    """
    ordered = tuple(dict.fromkeys(items))
    answers: dict[frozenset[T], bool] = {}

    def holds(kept: frozenset[T]) -> bool:
        if kept not in answers:
            answers[kept] = feasible(kept)
        return answers[kept]

    if holds(frozenset(ordered)):
        raise ValueError("the items exclude nothing among themselves")
    corrections: list[int] = []
    size = 0
    while True:
        places = _first_hitting_set(corrections, size)
        candidate = tuple([ordered[place] for place in places])
        kept = frozenset(candidate)
        if not holds(kept):
            return candidate
        kept = _grown(kept, [item for item in ordered if item not in kept], holds)
        corrections.append(sum(1 << n for n, item in enumerate(ordered) if item not in kept))
        size = len(places)


def _grown(
    kept: frozenset[T], others: Sequence[T], holds: Callable[[frozenset[T]], bool]
) -> frozenset[T]:
    """What is kept and, one after another, each of the others that still goes with it.

    Many at once where they go together, so that few choices are asked about.
    """
    together = kept.union(others)
    if holds(together):
        return together
    if len(others) == 1:
        return kept
    half = len(others) // 2
    return _grown(_grown(kept, others[:half], holds), others[half:], holds)


def _first_hitting_set(sets: Sequence[int], size: int) -> tuple[int, ...]:
    """The least places that meet every set, none fewer than ``size``; the first in order.

    A set is an integer whose bits are its places.
    """
    while True:
        found = _hits(sets, size, 0)
        if found is not None:
            return found
        size += 1


def _hits(sets: Sequence[int], size: int, start: int) -> tuple[int, ...] | None:
    """So many places from ``start`` on that meet every set, if there are."""
    if not sets:
        return ()
    if not size:
        return None
    # Beyond the last place of some set, that set is missed.
    for place in range(start, min(places.bit_length() for places in sets)):
        missed = [places for places in sets if not places >> place & 1]
        if len(missed) < len(sets):
            rest = _hits(missed, size - 1, place + 1)
            if rest is not None:
                return (place, *rest)
    return None


def no_course(rules: Iterable[str]) -> InvalidValue:
    """The error for a protocol whose limits exclude each other, with the rules that read them."""
    broken = set(rules)
    named = [f"{r.id} ({', '.join(r.reads)})" if r.reads else r.id for r in RULES if r.id in broken]
    return refusal("protocol", f"allows no such course: it would break {', '.join(named)}")


def kept(limits: Limits, names: Collection[str]) -> Limits:
    """The limits of some names; all others are not set."""
    left_out = {spec.name: None for spec in LIMITS if spec.name not in names}
    cited = tuple((name, citation) for name, citation in limits.cited if name in names)
    return attrs.evolve(limits, **left_out, cited=cited)


def _person_needed(dosings: str, limits: Limits | None) -> str:
    """That a support person is to be given, or, by limits, another place to be chosen."""
    elsewhere = limits is not None and "office" in (limits.dosing_places or PLACES)
    other = ", or choose office" if elsewhere else ""
    return f"a support person is needed for {dosings}: give support_person{other}"


def spoken(names: tuple[str, ...], limits: Limits) -> str:
    """Limits with their values, and options by name, as a person would list them."""
    words = []
    for name in names:
        value = getattr(limits, name, None)
        figure = "" if value is True else f" ({in_words(value)})"
        plain = f"the house rule {name}" if name.isupper() else name
        words.append(plain if value is None else f"the limit {name}{figure}")
    return listed(words)


def excluded(
    names: tuple[str, ...],
    limits: Limits,
    support_person: str | None,
    house: Iterable[HouseRule] = (),
) -> str:
    """What excludes each other, or the option that is missing and how to give it.

    Args:
        names: A smallest conflict.
        limits: Those that it names.
        support_person: The option of this name.
        house: The house rules that it names.
    """
    missing = support_person in (None, NOBODY)
    if _SUPPORTED in names and missing:
        return _person_needed("remote dosings", limits)
    for rule in house:
        form = rule.form
        if isinstance(form, Known) and form.field == "support_person" and missing:
            places = form.of.place or PLACES
            return _person_needed(plural(form.of), limits if "office" not in places else None)
        if isinstance(form, Known) and len(names) == 1:
            return (
                f"the house rule {rule.id} asks beforehand for {form.asked} of {plural(form.of)}, "
                "which a draft cannot know; what a rule asks by the end can be drafted"
            )
    return spoken(names, limits) + (" exclude each other" if len(names) > 1 else " cannot be kept")
