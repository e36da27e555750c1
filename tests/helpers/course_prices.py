"""What lawful courses cost, by trying everything: every order, distance and way of sessions.

Nothing of planning is used: ``check`` says what is lawful, and prices are added up here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, permutations, product
from typing import Any, NamedTuple

import kap_model as kap
from kap_model._time import Instant
from kap_model.sessions import CLASS_OF_KIND

START = dt.datetime(2027, 1, 4, 10, tzinfo=dt.UTC)
DAY = 24 * 3600


class Way(NamedTuple):
    """One way of holding a session, and its price in minor units."""

    fields: Mapping[str, Any]
    price: int


class Grid(NamedTuple):
    """The courses to try: numbers of each kind, days between sessions, ways of each kind."""

    numbers: Mapping[str, Sequence[int]]
    gaps: Sequence[int]
    ways: Mapping[str, Sequence[Way]]


def courses_of(grid: Grid) -> list[tuple[int, kap.Plan]]:
    """All courses of a grid, with their prices, the cheapest first."""
    found = [(price, plan) for plan, price in _courses(grid)]
    return sorted(found, key=lambda pair: pair[0])


def is_lawful(plan: kap.Plan, care: kap.CareProtocol) -> bool:
    """Whether no rule is violated."""
    return all(found.verdict != "violated" for found in kap.check(plan, care).findings)


def _courses(grid: Grid) -> Iterator[tuple[kap.Plan, int]]:
    for numbers in product(*grid.numbers.values()):
        kinds = [kind for kind, n in zip(grid.numbers, numbers, strict=True) for _ in range(n)]
        gaps = [tuple(accumulate(one, initial=0)) for one in product(grid.gaps, repeat=len(kinds))]
        days = {one[: len(kinds)] for one in gaps}
        for order in sorted(set(permutations(kinds))):
            for held in product(*[grid.ways[kind] for kind in order]):
                for on in days:
                    yield _plan(order, held, on), sum(way.price for way in held)


def _plan(order: Sequence[str], held: Sequence[Way], days: Sequence[int]) -> kap.Plan:
    first = int(START.timestamp())
    begun: dict[int, int] = {}
    sessions = []
    for number, (kind, way, day) in enumerate(zip(order, held, days, strict=True)):
        begins = begun.get(day, first + day * DAY)
        begun[day] = begins + way.fields["minutes"] * 60
        sessions.append(CLASS_OF_KIND[kind](id=f"s{number}", start=Instant(begins), **way.fields))
    return kap.Plan(id="tried", timezone="UTC", sessions=sessions)
