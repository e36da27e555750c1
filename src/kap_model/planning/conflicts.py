"""Smallest conflicts: the fewest of some demands that cannot be met together.

By implicit hitting sets. Whatever is left out of a largest feasible choice corrects the whole;
each conflict holds something of every correction. The least set that hits all corrections known
so far either is a conflict, and so a smallest one, or shows a correction that is not known yet.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


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
