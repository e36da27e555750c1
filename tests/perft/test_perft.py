"""Golden counts: the lawful courses, by brute force through ``check`` and by an automaton.

A word is a course written as letters, an event a day: preparations, dosings, integrations and
medical reviews after a consultation and an evaluation.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import product

import pytest

import kap_model as kap
from kap_model.practices import KINGSLEY
from oracle import judge
from profiles import sampled

pytestmark = pytest.mark.law

CLASSES: dict[str, type[kap.Session]] = {
    "C": kap.Consultation,
    "E": kap.MedicalEvaluation,
    "P": kap.Preparation,
    "D": kap.Dosing,
    "I": kap.Integration,
    "R": kap.MedicalReview,
}


# A word is an event a day, and the page states no pace; one that allows any asks nothing of it.
ANY_PACE = KINGSLEY.protocol.extended(
    "any-pace",
    settings=[
        kap.Setting(
            limit="dosing_gap_days", value=kap.Bounds(0), citation=kap.Citation("test", "any pace")
        )
    ],
)


@cache
def session(letter: str, day: int) -> kap.Session:
    cls = CLASSES[letter]
    start = kap.parse(f"2027-01-04 C{day}").sessions[0].start
    return cls(id=f"{letter}{day}", start=start, minutes=120 if letter == "D" else 30)


def plan_of(word: str) -> kap.Plan:
    days = [session(letter, day) for day, letter in enumerate("CE" + word)]
    return kap.Plan(id="word", timezone="UTC", sessions=days)


def is_lawful(word: str) -> bool:
    return kap.check(plan_of(word), ANY_PACE).findings == ()


def automaton(word: str) -> bool:
    """The same courses by counting letters, one at a time, with no clock and no rule."""
    preparations = dosings = gap = 0
    reviewed = False
    for letter in word:
        if letter == "P":
            preparations += 1
            if dosings:
                return False
        elif letter == "D":
            if dosings and not gap:
                return False
            if dosings == 2 and not reviewed:
                return False
            dosings, gap = dosings + 1, 0
        elif letter == "I":
            gap += 1
            if not dosings:
                return False
        elif dosings >= 2:
            reviewed = True
    return 1 <= preparations <= 3 and 6 <= dosings <= 8 and gap >= 1 and reviewed


def gaps(most: int, letters: int) -> list[str]:
    """A gap of 1 to ``most`` integrations, with so many reviews anywhere among them."""
    words = set()
    for count in range(1, most + 1):
        for places in product(range(count + 1), repeat=letters):
            gap = ["I"] * count
            for place in sorted(places, reverse=True):
                gap.insert(place, "R")
            words.add("".join(gap))
    return sorted(words)


def courses(most: int, elsewhere: tuple[int, ...], margin: int = 0) -> list[str]:
    """Courses with one review in the gap after the second dosing; ``margin`` oversteps counts."""
    second = gaps(most, 1)
    other = [gap for reviews in elsewhere for gap in gaps(most, reviews)]
    words = []
    for preparations in range(1 - margin, 4 + margin):
        for dosings in range(6 - margin, 9 + margin):
            choices = [second if number == 1 else other for number in range(dosings)]
            words += [
                "P" * preparations + "".join("D" + gap for gap in chosen)
                for chosen in product(*choices)
            ]
    return words


@pytest.mark.parametrize(
    ("most", "elsewhere", "golden"), [(1, (0,), 18), (2, (0,), 3_360), (1, (0, 1), 18_954)]
)
def test_golden_counts(most: int, elsewhere: tuple[int, ...], golden: int) -> None:
    words = set(courses(most, elsewhere))
    assert sum(map(automaton, words)) == golden
    assert sum(map(is_lawful, words)) == golden


def test_closed_form() -> None:
    """3 * g2 * sum over d = 6..8 of M^(d-1), with g2 = M(M+3)/2."""
    for most in (1, 2):
        second = most * (most + 3) // 2
        total = 3 * second * sum(most ** (dosings - 1) for dosings in (6, 7, 8))
        assert total == len(set(courses(most, (0,))))


def test_one_step_beyond() -> None:
    """Courses one short and one over in each count, and with the review in another gap."""
    near = set(courses(1, (0,), margin=1))
    moved = {
        "P" + "".join("DI" + ("R" if number == place else "") for number in range(dosings))
        for dosings in (6, 8)
        for place in range(dosings)
    }
    for word in sorted(near | moved):
        assert is_lawful(word) == automaton(word), word
    assert {automaton(word) for word in near} == {True, False}
    assert {automaton(word) for word in moved} == {True, False}


LONGEST = 7


@pytest.mark.parametrize("length", range(LONGEST + 1))
def test_every_short_word_against_the_oracle(length: int) -> None:
    limits = {
        "preparation_count": {"min": 1, "max": 2},
        "dosing_count": {"min": 2, "max": 3},
        "integration_per_dosing": 1,
        "review_after": {"dosings": 1, "gate": "before-next"},
        "initial_supply": 2,
        "evaluation_first": True,
        "preparation_before_dosing": True,
        "integration_after_dosing": True,
    }
    protocol = kap.loads_protocol(
        json.dumps(
            {
                "schema": "kap-model/protocol/1",
                "id": "short",
                "limits": {
                    name: [{"value": value, "citation": {"source": "a test", "where": "here"}}]
                    for name, value in limits.items()
                },
            }
        )
    )
    for letters in sampled(product("PDIR", repeat=length), 7 if length == LONGEST else 1):
        plan = plan_of("".join(letters))
        expected, _ = judge(json.loads(kap.dumps(plan)), limits)
        found = [
            (f.rule, f.verdict, list(f.sessions), f.opens, f.due)
            for f in kap.check(plan, protocol).findings
        ]
        assert found == [
            (f["rule"], f["verdict"], f["sessions"], f["opens"], f["due"]) for f in expected
        ]
