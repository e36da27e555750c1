"""Smallest conflicts: the least infeasible set, the first of several, found by few questions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import event, given, strategies as st

from kap_model.planning.conflicts import smallest_conflict

Choice = frozenset[int]


def without(*conflicts: set[int]) -> Callable[[Choice], bool]:
    """Feasible is what holds none of these conflicts."""

    def feasible(kept: Choice) -> bool:
        return not any(conflict <= kept for conflict in conflicts)

    return feasible


def by_brute_force(items: tuple[int, ...], feasible: Callable[[Choice], bool]) -> tuple[int, ...]:
    for size in range(len(items) + 1):
        for choice in combinations(items, size):
            if not feasible(frozenset(choice)):
                return choice
    raise AssertionError


@pytest.mark.parametrize(
    ("conflicts", "expected"),
    [
        ([{0, 1, 2, 3}], (0, 1, 2, 3)),
        ([{2}], (2,)),
        ([{0, 1, 2}, {1, 3}], (1, 3)),
        ([{2, 3}, {0, 1}], (0, 1)),  # of one size, the first in order
        ([{1, 2}, {0, 3}], (0, 3)),
        ([{0, 1, 2}, {0, 1, 3}, {4, 5}], (4, 5)),
        ([set()], ()),  # nothing at all is feasible
    ],
)
def test_the_smallest_of_known_conflicts(
    conflicts: list[set[int]], expected: tuple[int, ...]
) -> None:
    assert smallest_conflict(range(6), without(*conflicts)) == expected


def test_the_order_is_that_of_the_items() -> None:
    assert smallest_conflict((3, 2, 1, 0), without({0, 1}, {2, 3})) == (3, 2)
    assert smallest_conflict("bca", lambda kept: not {"a", "b"} <= kept) == ("b", "a")


def test_a_repeated_item_counts_once() -> None:
    assert smallest_conflict((0, 1, 0, 1), without({0, 1})) == (0, 1)


@pytest.mark.parametrize("items", [(), (0, 1)])
def test_what_is_feasible_as_a_whole_has_no_conflict(items: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="exclude nothing"):
        smallest_conflict(items, lambda _: True)


@given(
    st.permutations(range(7)),
    st.lists(st.sets(st.integers(0, 6), min_size=1, max_size=5), min_size=1, max_size=8),
)
def test_it_is_what_brute_force_over_all_choices_finds(
    items: list[int], conflicts: list[set[int]]
) -> None:
    feasible = without(*conflicts)
    asked: list[Choice] = []

    def noted(kept: Choice) -> bool:
        asked.append(kept)
        return feasible(kept)

    found = smallest_conflict(items, noted)
    event(f"of {len(found)}")
    assert found == by_brute_force(tuple(items), feasible)
    assert len(set(asked)) == len(asked)  # no choice twice


@pytest.mark.parametrize("conflict", [{3}, {0, 29}, {7, 13, 21}, {1, 2, 3, 28}])
def test_one_conflict_among_thirty_items_takes_few_questions(conflict: set[int]) -> None:
    asked: list[Choice] = []

    def feasible(kept: Choice) -> bool:
        asked.append(kept)
        return not conflict <= kept

    assert smallest_conflict(range(30), feasible) == tuple(sorted(conflict))
    # For each item of the conflict, one search by halves; one question at the end.
    assert len(asked) <= 12 * len(conflict) + 2
