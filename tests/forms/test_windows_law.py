"""What precede and follow find by a search of a window, a naive look at every session finds too."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import kap_model as kap
from house import concerned
from kap_model.forms import Follow, Precede, Selector, Within
from profiles import seeds
from wild import wild_plan

UNITS: tuple[Any, ...] = ("hours", "days", "weeks", "months")
KINDS = ("consultation", "medical-evaluation", "preparation", "dosing", "integration")


def wild_within(random: Random) -> Within | None:
    low, high = sorted((random.randrange(5), random.randrange(60)))
    unit = random.choice(UNITS)
    some = Within(low, high, unit=unit), Within(low, unit=unit), Within(max=high, unit=unit)
    return random.choice((None, *some))


def naive(form: Any, course: kap.Course, *, ahead: bool) -> list[tuple[str, ...]]:
    base, chosen = form.each.base_of(course), form.each.of(course)
    found: list[tuple[str, ...]] = []
    for session in chosen:
        place = list(base).index(session)
        neighbor = None
        if ahead and form.until == "next":
            neighbor = next(iter(base[place + 1 :]), None)
        if not ahead and form.back_to == "previous":
            neighbor = base[place - 1] if place else None
        number = 0
        for other in form.by.of(course):
            first, last = (session, other) if ahead else (other, session)
            fits = first.ends <= last.begins
            if neighbor is not None:
                fits &= other.ends <= neighbor.begins if ahead else other.begins >= neighbor.ends
            if form.within is not None:
                fits &= form.within.holds(course, first, last)
            number += fits
        if number < form.min:
            found.append((session.id,))
    return found


@pytest.mark.law
@pytest.mark.parametrize("part", seeds(10))
def test_the_search_of_a_window_misses_nothing(part: int) -> None:
    for seed in range(part * 300, part * 300 + 300):
        random = Random(seed)
        plan = wild_plan(random)
        course = kap.Course.of(plan, None)
        ordinal: dict[str, Any] = random.choice(({}, {"every": 2}, {"from_": 2}, {"first": 2}))
        each, by = Selector("dosing", **ordinal), random.sample(KINDS, 2)
        given: dict[str, Any] = {"min": random.randrange(1, 3), "within": wild_within(random)}
        before = Precede(each, by, back_to=random.choice(("any", "previous")), **given)
        assert concerned(before, plan) == naive(before, course, ahead=False)
        after = Follow(each, by, until=random.choice(("next", "ever")), **given)
        if after.until == "next" or course.asks_for_more:
            assert concerned(after, plan) == naive(after, course, ahead=True)
