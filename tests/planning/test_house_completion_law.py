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
