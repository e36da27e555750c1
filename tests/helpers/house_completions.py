"""Courses under house rules, from a seed, and their completions by trying everything.

Every session takes one open slot whole, so that a completion is a choice of a kind for each slot.
"""

from __future__ import annotations

import datetime as dt
from itertools import pairwise, product
from random import Random
from typing import Any, NamedTuple

import attrs

import kap_model as kap
from kap_model._time import Instant
from kap_model.forms import (
    Count,
    Follow,
    Known,
    Order,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
    Span,
    Within,
)
from kap_model.planning.moves import beyond
from kap_model.sessions import CLASS_OF_KIND, KINDS
from support import limits
from wild import CITATION

AS_OF = "2027-01-12T00:00:00Z"
MINUTES: dict[str, int] = {**dict.fromkeys(KINDS, 120)}
OFTEN = ("preparation", "dosing", "integration", "medical-review")
FORMS = ("count", "order", "precede", "follow", "space", "rate", "span", "recur")


class HouseCase(NamedTuple):
    """A course with house rules and the open slots for what it lacks."""

    plan: kap.Plan
    care: kap.CareProtocol
    slots: tuple[kap.OpenSlot, ...]


class _Selectors:
    """Selectors of a seed, some by number where that is wished."""

    def __init__(self, random: Random, *, numbered: bool) -> None:
        self.random, self.numbered = random, numbered

    def one(self, kinds: tuple[str, ...] = OFTEN) -> Selector:
        random = self.random
        number: dict[str, Any] = {}
        if self.numbered and random.random() < 0.5:
            number = {random.choice(("first", "nth", "every", "from_")): random.choice((1, 2))}
        if random.random() < 0.85 or len(kinds) == 1:
            return Selector(random.choice(kinds), **number)
        return Selector(tuple(random.sample(kinds, 2)), **number)


def _within(random: Random) -> Within:
    unit = random.choice(("hours", "days", "days", "weeks"))
    low, high = random.choice((None, 1, 2)), random.choice((None, 2, 4))
    if unit == "weeks":
        return Within(max=1, unit="weeks")
    if low is None and high is None:
        high = 3
    if unit == "days":
        return Within(min=low, max=high, unit="days")
    return Within(min=low and low * 24 - 3, max=high and high * 24 + 3, unit="hours")


def _ends(random: Random, lows: Any, highs: Any) -> tuple[int | None, int | None]:
    low, high = random.choice(lows), random.choice(highs)
    return (lows[1], None) if low is None and high is None else (low, high)


def house_form(random: Random, word: str, *, numbered: bool = False) -> Any:
    """A form of a word, with figures that such courses meet.

    Args:
        random: Where it comes from.
        word: The form's word in documents.
        numbered: Whether selectors may go by number, and distances end between any two kinds.
    """
    selector = _Selectors(random, numbered=numbered).one
    if word == "count":
        # Integrations that a course asks for as a whole come last by a wish, not the earliest.
        of = selector(("preparation", "dosing", "medical-review"))
        if not numbered:
            of = Selector(of.kind[:1])
        before = random.choice((None, selector(("dosing", "medical-review"))))
        return Count(of, *_ends(random, (None, 1, 2), (None, 2, 3)), before=before)
    if word == "order":
        other = selector(("dosing", "integration", "medical-review"))
        return Order(selector(), **{random.choice(("before", "after")): other})
    if word == "precede":
        return Precede(
            selector(("dosing", "integration")),
            selector(("preparation", "medical-review", "integration")),
            min=random.choice((1, 1, 2)),
            back_to=random.choice(("any", "previous")),
            within=random.choice((None, _within(random))),
        )
    if word == "follow":
        return Follow(
            selector(("dosing", "preparation")),
            selector(("integration", "medical-review")),
            min=random.choice((1, 1, 2)),
            until=random.choice(("next", "ever")),
            within=random.choice((None, _within(random))),
        )
    if word == "space":
        low, high = _ends(random, (None, 2, 4), (None, 4, 7))
        to = random.choice((None, selector()))
        if high is not None and not numbered:
            to = None
        if to is not None and to.has_ordinal:
            to = Selector(to.kind)
        return Space(selector(), to, min=low, max=high, unit="days")
    if word == "rate":
        return Rate(selector(), max=random.choice((1, 2)), days=random.choice((2, 5)))
    if word == "span":
        low, high = _ends(random, (None, 3, 6), (None, 7, 9))
        to = random.choice((None, selector(("dosing", "integration"))))
        of = selector(("dosing", "preparation", "integration"))
        if not numbered:
            of = Selector(of.kind[:1])
        return Span(of, to, min=low, max=high, unit="days")
    return Recur(
        selector(("medical-review", "integration", "preparation")),
        1,
        policy=random.choice(("rolling", "calendar")),
        while_=selector(("dosing", "integration")) if numbered else Selector("dosing"),
    )


def house_case(random: Random, words: tuple[str, ...], *, numbered: bool = False) -> HouseCase:
    """A course with one house rule of each of these forms."""
    settings: dict[str, Any] = {"dosing_count": {"min": random.choice((1, 2, 2))}}
    if random.random() < 0.5:
        settings["integration_per_dosing"] = 1
    if random.random() < 0.2:
        settings["preparation_before_dosing"] = True
    rules = [
        kap.HouseRule(
            f"HOUSE-{place}-{word.upper()}",
            house_form(random, word, numbered=numbered),
            citation=CITATION,
        )
        for place, word in enumerate(words)
    ]
    care = limits(**settings).extended("house", rules=rules)
    days = random.sample(range(26), random.choice((0, 1, 2, 3)))
    if numbered:
        days += random.choices(days or [9], k=2)
    hours = ("08", "09", "13") if numbered else ("08", "13")
    tokens = [
        f"{random.choice('PDIRDI')}{day}@{random.choice(hours)}:00" + "*" * (day < 8)
        for day in sorted(days)
    ]
    plan = kap.Plan(id="plan", timezone="UTC", sessions=())
    if tokens:
        plan = kap.parse(f"2027-01-04 {' '.join(tokens)}")
    days = sorted(random.sample(range(8, 30), random.choice((4, 5))))
    first = dt.datetime(2027, 1, 4, 18, tzinfo=dt.UTC)
    slots = [
        kap.OpenSlot(
            start=first + dt.timedelta(days=day), end=first + dt.timedelta(days=day, hours=2)
        )
        for day in days
    ]
    return HouseCase(plan, care, tuple(slots))


def completed(case: HouseCase) -> int | None:
    """When the completion of a case is over; 0 = it needs nothing, ``None`` = there is none."""
    try:
        found = kap.complete(
            case.plan,
            case.care,
            as_of=AS_OF,
            open_slots=case.slots,
            every=1,
            minutes=MINUTES,
            integration_delay=0,
        )
    except kap.PlanningError:
        return None
    return max([session.ends for session in found.added], default=0)


def by_trying_all(case: HouseCase) -> int | None:
    """When the first completion is over of all that there are, each judged by ``check``."""
    before = kap.check(case.plan, case.care, as_of=AS_OF)
    best: int | None = None
    for kinds in product((None, *OFTEN), repeat=len(case.slots)):
        chosen = [(kind, slot) for kind, slot in zip(kinds, case.slots, strict=True) if kind]
        over = max([slot.ends for _, slot in chosen], default=0)
        if (best is None or over < best) and _is_completion(case, before, chosen):
            best = over
    return best


def _is_completion(case: HouseCase, before: kap.Report, chosen: list[Any]) -> bool:
    added = [
        CLASS_OF_KIND[kind](id=f"n{place}", start=Instant(slot.begins), minutes=120)
        for place, (kind, slot) in enumerate(chosen)
    ]
    longer = attrs.evolve(case.plan, sessions=(*case.plan.sessions, *added))
    report = kap.check(longer, case.care, as_of=AS_OF)
    facts = {rule.id for rule in case.care.rules if isinstance(rule.form, Known)}
    if any(f.verdict == "pending" and f.rule not in facts for f in report.findings):
        return False
    if any(finding.verdict == "violated" for finding in beyond(before, report)):
        return False
    new = {session.id for session in added}
    dosings = [session for session in longer.sessions if session.kind == "dosing"]
    day = longer.zone.day
    return all(
        day(one.begins) != day(other.begins)
        for one, other in pairwise(dosings)
        if {one.id, other.id} & new
    )
