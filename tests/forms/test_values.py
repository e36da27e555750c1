"""Selectors, distances and forms refuse what cannot be: where, why, and nothing echoed."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest

import kap_model as kap
from kap_model.forms import (
    Allow,
    Count,
    Follow,
    Known,
    Length,
    Order,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
    Span,
    Within,
)
from kap_model.forms._form import RuleForm
from kap_model.forms.wording import every, first_of, one_of, ordinal, those, with_article

ANY: Any = Selector
D = "dosing"
REFUSED: dict[str, tuple[Callable[[], Any], str, str]] = {
    "no kind": (lambda: Selector([]), "kind", "at least one"),
    "a kind that is none": (lambda: Selector("secret"), "kind", "must be one of"),
    "a kind that is none of several": (lambda: Selector([D, "secret"]), "kind[1]", "one of"),
    "a kind twice": (lambda: Selector([D, D]), "kind", "each once"),
    "kinds that are none": (lambda: ANY(5), "kind", "must be a sequence"),
    "a place that is none": (lambda: Selector(D, place="secret"), "place", "office, remote"),
    "no place": (lambda: Selector(D, place=[]), "place", "at least one"),
    "a format of an evaluation": (
        lambda: Selector("medical-evaluation", format="group"),
        "format",
        "a kind that has it: preparation or dosing or integration",
    ),
    "a level of a preparation": (lambda: Selector("preparation", level="low"), "level", "dosing"),
    "no level": (lambda: Selector(D, level=[]), "level", "at least one"),
    "a level that is no label": (lambda: Selector(D, level="a b"), "level[0]", "letters"),
    "a phase that is none": (lambda: ANY(D, phase="secret"), "phase", "course, maintenance"),
    "number nought": (lambda: Selector(D, nth=0), "nth", "from 1"),
    "two ordinals": (lambda: Selector(D, first=1, from_=2), "from_", "at most one of"),
    "no distance": (lambda: Within(unit="days"), "", "min, max or both"),
    "a unit that is none": (lambda: Within(1, unit=ANY), "unit", "hours, days, weeks, months"),
    "max below min": (lambda: Within(3, 1, unit="days"), "max", "not be below min"),
    "less than nothing": (lambda: Within(-1, unit="days"), "min", "from 0"),
    "a distance too far": (lambda: Within(max=1_201, unit="months"), "max", "to 1200"),
    "count of nothing": (lambda: Count(D), "", "min, max or both"),
    "count max below min": (lambda: Count(D, 3, 2), "max", "not be below min"),
    "count of a sum": (lambda: Count(D, 1, sum=ANY), "sum", "sessions, minutes"),
    "count of a stranger": (lambda: Count("secret", 1), "of.kind", "must be one of"),
    "count of something else": (lambda: Count(ANY(D).kind and ANY, 1), "of", "a Selector"),
    "rate of none": (lambda: Rate(D, max=0, days=7), "max", "from 1"),
    "rate in no days": (lambda: Rate(D, max=1, days=0), "days", "from 1"),
    "order of neither": (lambda: Order(D), "", "exactly one of before and after"),
    "order of both": (lambda: Order(D, before=D, after=D), "", "exactly one"),
    "precede by no number": (lambda: Precede(D, D, min=ANY), "min", "an integer"),
    "precede in no window": (lambda: Precede(D, D, within=ANY), "within", "must be a Within"),
    "precede back to": (lambda: Precede(D, D, back_to=ANY), "back_to", "any, previous"),
    "follow until": (lambda: Follow(D, D, until=ANY), "until", "next, ever"),
    "follow by several that are none": (
        lambda: Follow(D, [D, "secret"]),
        "by.kind[1]",
        "must be one of",
    ),
    "space of no ends": (lambda: Space(D, unit="days"), "", "min, max or both"),
    "space to an ordinal": (
        lambda: Space(D, Selector([D, "integration"], nth=2), min=1, unit="days"),
        "to",
        "no ordinal where it shares a kind",
    ),
    "span in hours": (lambda: Span(D, max=1, unit="hours"), "unit", "days, weeks, months"),
    "length of nothing": (lambda: Length(D), "", "min, max or both"),
    "length of two ways": (lambda: Length(D, min=1, one_of=[1]), "one_of", "alone"),
    "length of none": (lambda: Length(D, one_of=[]), "one_of", "at least one"),
    "length of one twice": (lambda: Length(D, one_of=[60, 60]), "one_of", "each once"),
    "length beyond a day": (lambda: Length(D, one_of=[60, 1441]), "one_of[1]", "to 1440"),
    "allow a field that is none": (lambda: Allow(D, ANY, D), "field", "place, format"),
    "allow what none has": (lambda: Allow("preparation", "level", "low"), "field", "has"),
    "allow a place that is none": (lambda: Allow(D, "place", ["secret"]), "values[0]", "office"),
    "allow no label": (lambda: Allow(D, "role", ["a b"]), "values[0]", "letters"),
    "allow nothing": (lambda: Allow(D, "role", []), "values", "at least one"),
    "know a field that is none": (lambda: Known(D, ANY), "field", "level, route, clinician"),
    "know what not all have": (
        lambda: Known([D, "preparation"], "level"),
        "field",
        "each kind of session",
    ),
    "know by": (lambda: Known(D, "level", by=ANY), "by", "start, end"),
    "recur in no months": (lambda: Recur(D, 0), "months", "from 1 to 120"),
    "recur by": (lambda: Recur(D, 3, policy=ANY), "policy", "rolling, calendar"),
    "recur in unequal parts": (
        lambda: Recur(D, 5, policy="calendar"),
        "months",
        "1, 2, 3, 4, 6 or 12",
    ),
    "while a stranger": (lambda: Recur(D, 3, while_="secret"), "while_.kind", "must be one of"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    make, path, reason = REFUSED[name]
    with pytest.raises(kap.InvalidValue) as caught:
        make()
    (problem,) = caught.value.problems
    assert problem.path == path
    assert reason in problem.reason
    assert "secret" not in str(problem)


def test_words_and_several_are_selectors_too() -> None:
    assert Count(["integration", "preparation"], 1).of == Selector(("preparation", "integration"))
    assert Count(D, 1, before=Selector(D, nth=1)).before == Selector(D, nth=1)


def test_each_form_has_its_word() -> None:
    gc.collect()  # of a class with slots its first draft lingers
    forms = RuleForm.__subclasses__()
    assert sorted(cls.form for cls in forms) == [
        *("allow", "count", "follow", "known", "length", "order"),
        *("precede", "rate", "recur", "space", "span"),
    ]
    assert {cls.form for cls in forms if cls.sided} == {"count", "space", "span"}
    assert [cls.__name__.lower() for cls in forms] == [cls.form for cls in forms]


def test_a_form_of_ones_own_has_to_say_what_it_is() -> None:
    with pytest.raises(TypeError, match="abstract"):
        RuleForm()  # type: ignore[abstract]  # what is tested


@pytest.mark.parametrize(
    ("selector", "one", "all_of_it", "first"),
    [
        (Selector(D), "dosing", "every dosing", "the first dosing"),
        (Selector(D, first=1), "dosing among the first 1", "the first dosing", "the first dosing"),
        (
            Selector(D, first=2),
            "dosing among the first 2",
            "each of the first 2 dosings",
            "the first dosing",
        ),
        (Selector(D, nth=12), "dosing that is the 12th", "the 12th dosing", "the 12th dosing"),
        (
            Selector(D, every=3),
            "dosing among every third",
            "every third dosing",
            "the third dosing",
        ),
        (
            Selector(D, from_=3),
            "dosing from the third on",
            "every dosing from the third on",
            "the third dosing",
        ),
        (
            Selector(D, phase="maintenance", place="remote", format="group"),
            "maintenance remote group dosing",
            "every maintenance remote group dosing",
            "the first maintenance remote group dosing",
        ),
        (
            Selector(D, place=["office", "remote"], format=["individual", "group"]),
            "dosing",
            "every dosing",
            "the first dosing",
        ),
    ],
)
def test_how_selectors_read(selector: Selector, one: str, all_of_it: str, first: str) -> None:
    assert (one_of(selector), every(selector), first_of(selector)) == (one, all_of_it, first)


def test_small_words() -> None:
    assert [ordinal(n) for n in (1, 10, 11, 21, 22, 23, 112)] == [
        *("first", "tenth", "11th", "21st", "22nd", "23rd", "112th")
    ]
    assert (with_article("dosing"), with_article("integration")) == ("a dosing", "an integration")
    assert those(Selector(D)) == "the dosings"
    assert those(Selector(D, nth=2)) == "the second dosing"
