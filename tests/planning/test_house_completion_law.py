"""Completions under house rules are those that trying everything finds.

Not compared, for a search does not look for it: sessions that are added only so that another one
has another number, or so that two others are nearer to each other.
"""

from __future__ import annotations

from itertools import combinations_with_replacement
from random import Random
from typing import Final

import pytest

from house_completions import FORMS, by_trying_all, completed, house_case
from profiles import seeds

pytestmark = pytest.mark.law
PAIRS: Final = tuple(combinations_with_replacement(FORMS, 2))


@pytest.mark.parametrize("word", FORMS)
@pytest.mark.parametrize("seed", seeds(10))
def test_one_form(word: str, seed: int) -> None:
    case = house_case(Random(f"{word} {seed}"), (word,))
    assert completed(case) == by_trying_all(case)


@pytest.mark.parametrize("seed", seeds(60))
def test_two_forms(seed: int) -> None:
    random = Random(seed)
    case = house_case(random, random.choice(PAIRS))
    assert completed(case) == by_trying_all(case)


@pytest.mark.parametrize("seed", seeds(100))
def test_what_is_not_looked_for_is_at_most_missed(seed: int) -> None:
    random = Random(seed)
    case = house_case(random, tuple(random.choices(FORMS, k=random.choice((1, 2)))), numbered=True)
    # What is found is judged by the rules; here, that nothing is over before the first that is.
    found, first = completed(case), by_trying_all(case)
    assert found is None or (first is not None and first <= found)


@pytest.mark.parametrize("seed", seeds(100))
def test_the_search_and_the_rules_agree(seed: int) -> None:
    for part in range(8):
        random = Random(f"{seed} {part}")
        case = house_case(random, tuple(random.choices(FORMS, k=2)), numbered=True)
        # Raised where the rules do not keep what the search found.
        assert completed(case) != -1
