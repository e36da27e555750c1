"""How much the tests try, by Hypothesis's profile.

``quick`` is what a plain ``pytest`` runs. ``full`` tries as much as the numbers in the tests say,
``nightly`` twenty times as much and anew each time, ``explore`` as much as ``full`` and anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from hypothesis import HealthCheck, settings

# Examples of a law that asks for no number of its own.
IN_FULL: Final = 100
IN_QUICK: Final = 20
IN_NIGHTLY: Final = 20 * IN_FULL
FEWEST: Final = 5

T = TypeVar("T")


def register() -> None:
    """Make the profiles known, and choose ``quick``; ``--hypothesis-profile`` chooses later."""
    settings.register_profile(
        "full",
        max_examples=IN_FULL,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    full = settings.get_profile("full")
    settings.register_profile("quick", full, max_examples=IN_QUICK)
    settings.register_profile("nightly", full, max_examples=IN_NIGHTLY, derandomize=False)
    settings.register_profile("explore", full, derandomize=False)
    settings.load_profile("quick")


def _share() -> float:
    return settings().max_examples / IN_FULL


def is_quick() -> bool:
    """Whether less is tried than the numbers in the tests say."""
    return _share() < 1


def scaled(examples: int) -> int:
    """So many examples in ``full``; a fifth of them in ``quick``, twenty times in ``nightly``."""
    return max(min(examples, FEWEST), round(examples * _share()))


def seeds(number: int) -> range:
    """So many seeds in ``full``; a fifth of them in ``quick``, twenty times in ``nightly``."""
    return range(math.ceil(number * _share()))


def sampled(cases: Iterable[T], step: int) -> Iterator[T]:
    """Every case, but in ``quick`` only each ``step``-th."""
    return islice(cases, 0, None, step if is_quick() else 1)
