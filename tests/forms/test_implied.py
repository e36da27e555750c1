"""Which form keeps which: what whoever keeps one of them surely keeps, and what cannot be told."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

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
from kap_model.planning.directions import direction_of_forms
from profiles import scaled
from wild import wild_moment, wild_plan
from wild_rules import SIDED, WILD, Row, wild_rule

OPPOSITE: Final = {"tighter": "looser", "looser": "tighter", "equal": "equal", "other": "other"}
MEDICAL: Final = ("medical-evaluation", "medical-review")
REMOTE: Final = Selector("dosing", place="remote")
TALKS: Final = ("preparation", "integration")


def first(number: int, kind: str = "dosing") -> Selector:
    return Selector(kind, first=number)


def nth(number: int, **given: Any) -> Selector:
    return Selector("dosing", nth=number, **given)


def days(low: int | None, high: int | None, unit: Any = "days") -> Within:
    return Within(low, high, unit=unit)


# Each row: a form before, one after, and which way the change goes.
CHANGES: Final = (
    # count: at least more, at most fewer, of what counts for both
    (Count("dosing", 4), Count("dosing", 5), "tighter"),
    (Count("dosing", None, 8), Count("dosing", None, 7), "tighter"),
    (Count("dosing", 4, 8), Count("dosing", 5, 9), "other"),
    (Count("dosing", 4), Count("dosing", None, 8), "other"),
    (Count("dosing", 0, 8), Count("dosing", None, 8), "equal"),
    (Count("dosing", 0), Count("integration", 0), "equal"),
    (Count("dosing", 4), Count(REMOTE, 4), "tighter"),
    (Count("dosing", None, 4), Count(REMOTE, None, 4), "looser"),
    (Count("dosing", 1, 4), Count(REMOTE, 1, 4), "other"),
    (Count("dosing", 60), Count("dosing", 60, sum="minutes"), "other"),
    (Count("dosing", 0), Count("dosing", 60, sum="minutes"), "tighter"),
    (Count(TALKS, 2), Count(TALKS, 2, before="dosing"), "tighter"),
    (Count(TALKS, None, 2), Count(TALKS, None, 2, before="dosing"), "looser"),
    (Count(TALKS, 1, before="dosing"), Count(TALKS, 1, before=nth(2)), "other"),
    (Count(TALKS, None, 1, before="dosing"), Count(TALKS, None, 1, before=nth(2)), "other"),
    (Count("dosing", 4), Rate("dosing", max=4, days=7), "other"),
    # order: more of them; before the first of more
    (Order("preparation", before="dosing"), Order(TALKS, before="dosing"), "tighter"),
    (Order("preparation", after="dosing"), Order(TALKS, after="dosing"), "tighter"),
    (Order("preparation", before=REMOTE), Order("preparation", before="dosing"), "tighter"),
    (Order("dosing", before=REMOTE), Order("dosing", before=("dosing", "integration")), "other"),
    (Order("preparation", after=REMOTE), Order("preparation", after="dosing"), "other"),
    (Order("preparation", before="dosing"), Order("preparation", after="dosing"), "other"),
    (Order("preparation", before="dosing"), Span("dosing", max=4, unit="weeks"), "other"),
    # precede and follow: more of them, of fewer kinds, nearer, beside more
    (Precede("dosing", "preparation"), Precede("dosing", "preparation", min=2), "tighter"),
    (Precede("dosing", "preparation", min=0), Precede("dosing", TALKS, min=0), "equal"),
    (Precede("dosing", TALKS), Precede("dosing", "preparation"), "tighter"),
    (Precede(REMOTE, "preparation"), Precede("dosing", "preparation"), "tighter"),
    (
        Precede(REMOTE, "preparation", back_to="previous"),
        Precede("dosing", "preparation", back_to="previous"),
        "other",
    ),
    (
        Precede(nth(2), "preparation", back_to="previous"),
        Precede("dosing", "preparation", back_to="previous"),
        "tighter",
    ),
    (
        Precede("dosing", "preparation"),
        Precede("dosing", "preparation", back_to="previous"),
        "tighter",
    ),
    (
        Precede("dosing", TALKS, within=days(1, 14)),
        Precede("dosing", TALKS, within=days(0, 2, "weeks")),
        "looser",
    ),
    (
        Precede("dosing", TALKS, within=days(7, 14)),
        Precede("dosing", TALKS, within=days(1, 2, "weeks")),
        "equal",
    ),
    (Precede("dosing", TALKS), Precede("dosing", TALKS, within=days(None, 14)), "tighter"),
    (
        Precede("dosing", TALKS, within=days(None, 1)),
        Precede("dosing", TALKS, within=days(None, 24, "hours")),
        "other",
    ),
    (Precede("dosing", TALKS), Follow("dosing", TALKS), "other"),
    (Follow("dosing", "integration", until="ever"), Follow("dosing", "integration"), "tighter"),
    (Follow("dosing", "integration"), Follow("dosing", "integration", min=2), "tighter"),
    (Follow(REMOTE, "integration"), Follow("dosing", "integration"), "other"),
    (
        Follow(REMOTE, "integration", until="ever"),
        Follow("dosing", "integration", until="ever"),
        "tighter",
    ),
    (Follow(first(2), "integration"), Follow(first(3), "integration"), "tighter"),
    (Follow(nth(2), "integration"), Follow(first(3), "integration"), "tighter"),
    (Follow(nth(3), "integration"), Follow(first(2), "integration"), "other"),
    # space and span: a narrower range
    (Space("dosing", min=7, unit="days"), Space("dosing", min=1, unit="weeks"), "equal"),
    (Space("dosing", min=7, unit="days"), Space("dosing", min=8, unit="days"), "tighter"),
    (Space("dosing", min=7, unit="days"), Space("dosing", max=8, unit="days"), "other"),
    (
        Space("dosing", max=8, unit="days"),
        Space("dosing", min=0, max=8, unit="days"),
        "tighter",
    ),
    (Space("dosing", max=1, unit="months"), Space("dosing", max=31, unit="days"), "other"),
    (Space(REMOTE, min=7, unit="days"), Space("dosing", min=7, unit="days"), "other"),
    (
        Space(first(2), "integration", max=48, unit="hours"),
        Space("dosing", "integration", max=24, unit="hours"),
        "tighter",
    ),
    (
        Space(REMOTE, "integration", max=24, unit="hours"),
        Space("dosing", "integration", max=24, unit="hours"),
        "other",
    ),
    (
        Space("dosing", "integration", max=24, unit="hours"),
        Space("dosing", TALKS, max=24, unit="hours"),
        "other",
    ),
    (Space("dosing", max=7, unit="days"), Span("dosing", max=7, unit="days"), "other"),
    (Span("dosing", max=9, unit="weeks"), Span("dosing", "dosing", max=8, unit="weeks"), "tighter"),
    (Span("dosing", max=9, unit="weeks"), Span("dosing", TALKS, max=9, unit="weeks"), "other"),
    (Span(first(6), max=9, unit="weeks"), Span("dosing", max=9, unit="weeks"), "other"),
    # rate: fewer, in as many days; of more
    (Rate("dosing", max=2, days=7), Rate("dosing", max=1, days=7), "tighter"),
    (Rate("dosing", max=1, days=7), Rate("dosing", max=2, days=14), "looser"),
    (Rate("dosing", max=1, days=7), Rate("dosing", max=2, days=15), "other"),
    (Rate(REMOTE, max=1, days=7), Rate("dosing", max=1, days=7), "tighter"),
    # length: fewer lengths, of more
    (Length("dosing", min=60, max=120), Length("dosing", min=60, max=119), "tighter"),
    (Length("dosing", min=60, max=61), Length("dosing", one_of=(60, 61)), "equal"),
    (Length("dosing", min=60, max=120), Length("dosing", one_of=(60, 120)), "tighter"),
    (Length("dosing", min=60, max=120), Length("dosing", one_of=(60, 121)), "other"),
    (Length("dosing", min=1), Length("integration", max=1440), "equal"),
    (Length(REMOTE, min=60), Length("dosing", min=60), "tighter"),
    # allow: fewer values, of more
    (Allow("dosing", "level", ("low", "high")), Allow("dosing", "level", "low"), "tighter"),
    (Allow("dosing", "level", "low"), Allow("dosing", "level", "high"), "other"),
    (Allow("dosing", "level", "low"), Allow("dosing", "route", "low"), "other"),
    (Allow("dosing", "place", ("office", "remote")), Allow("dosing", "place", "office"), "tighter"),
    (Allow("dosing", "place", ("office", "remote")), Count("dosing", 0), "equal"),
    (Allow(first(2), "place", "office"), Allow("dosing", "place", "office"), "tighter"),
    # known: sooner, of more
    (Known("dosing", "level", by="end"), Known("dosing", "level"), "tighter"),
    (Known("dosing", "level"), Known("dosing", "route"), "other"),
    (Known(REMOTE, "level"), Known("dosing", "level"), "tighter"),
    (Known("dosing", "level"), Allow("dosing", "level", "low"), "other"),
    # recur: more often; in parts of the year also of less, while more goes on
    (Recur(MEDICAL, 3), Recur(MEDICAL, 2), "tighter"),
    (Recur(MEDICAL, 3), Recur("medical-review", 3), "other"),
    (Recur(MEDICAL, 3, while_=REMOTE), Recur(MEDICAL, 3), "other"),
    (Recur(MEDICAL, 3), Recur(MEDICAL, 3, policy="calendar"), "other"),
    (Recur(MEDICAL, 6, policy="calendar"), Recur(MEDICAL, 3, policy="calendar"), "tighter"),
    (Recur(MEDICAL, 6, policy="calendar"), Recur(MEDICAL, 4, policy="calendar"), "other"),
    (
        Recur(MEDICAL, 3, policy="calendar", while_=REMOTE),
        Recur("medical-review", 3, policy="calendar"),
        "tighter",
    ),
)


@pytest.mark.parametrize(("before", "after", "way"), CHANGES)
def test_which_way_a_form_changes(before: Any, after: Any, way: str) -> None:
    assert direction_of_forms((before,), (after,)) == way
    assert direction_of_forms((after,), (before,)) == OPPOSITE[way]
    assert direction_of_forms((before,), (before,)) == "equal"


@pytest.mark.parametrize("form", [after for _, after, way in CHANGES if way == "tighter"][::4])
def test_a_form_that_begins_asks_for_more_than_nothing(form: Any) -> None:
    assert direction_of_forms((), (form,)) == "tighter"
    assert direction_of_forms((form,), ()) == "looser"


@pytest.mark.parametrize(
    "idle",
    [
        Count("dosing", 0),
        Precede("dosing", "preparation", min=0),
        Follow("dosing", "integration", min=0),
        Length("dosing", min=1, max=1440),
        Allow("preparation", "format", ("individual", "group")),
    ],
)
def test_a_form_that_asks_nothing_is_equal_to_none(idle: Any) -> None:
    assert direction_of_forms((), (idle,)) == "equal"


# --- Selectors -----------------------------------------------------------------------------------

WITHIN: Final = (
    (Selector("dosing"), Selector(("dosing", "integration")), (True, False)),
    (Selector("dosing", place="remote"), Selector("dosing"), (True, False)),
    (Selector("dosing", place=("office", "remote")), Selector("dosing"), (True, True)),
    (Selector("dosing", level="low"), Selector("dosing", level=("low", "high")), (True, False)),
    (Selector("dosing", route="oral"), Selector("dosing", level="low"), (False, False)),
    (Selector("dosing", format="group"), Selector("dosing"), (True, False)),
    (Selector("dosing", phase="course"), Selector("dosing"), (False, False)),
    (Selector("dosing", first=2), Selector("dosing"), (True, False)),
    (Selector("dosing", first=2), Selector("dosing", first=3), (True, False)),
    (Selector("dosing", first=2, place="remote"), Selector("dosing", first=3), (False, False)),
    (Selector("dosing", first=2, place="remote"), Selector("dosing"), (True, False)),
    (Selector("dosing", nth=3), Selector("dosing", first=3), (True, False)),
    (Selector("dosing", nth=4), Selector("dosing", first=3), (False, False)),
    (Selector("dosing", every=2), Selector("dosing", first=3), (False, False)),
    (Selector("dosing", nth=3), Selector("dosing", nth=2), (False, False)),
    (Selector("dosing", every=6), Selector("dosing", every=3), (True, False)),
    (Selector("dosing", every=4), Selector("dosing", every=3), (False, False)),
    (Selector("dosing", nth=6), Selector("dosing", every=3), (True, False)),
    (Selector("dosing", first=6), Selector("dosing", every=3), (False, False)),
    (Selector("dosing", from_=3), Selector("dosing", from_=2), (True, False)),
    (Selector("dosing", nth=2), Selector("dosing", from_=2), (True, False)),
    (Selector("dosing", nth=1), Selector("dosing", from_=2), (False, False)),
    (Selector("dosing", every=3), Selector("dosing", from_=2), (True, False)),
    (Selector("dosing", first=3), Selector("dosing", from_=2), (False, False)),
)


@pytest.mark.parametrize(("selector", "other", "both_ways"), WITHIN)
def test_what_a_selector_selects_another_selects_too(
    selector: Selector, other: Selector, both_ways: tuple[bool, bool]
) -> None:
    assert (selector.is_within(other), other.is_within(selector)) == both_ways
    assert selector.is_within(selector)


# --- Laws ----------------------------------------------------------------------------------------


SIDES: Final = {"below": "error", "above": "warning"}


def varied(random: Random, row: Row) -> Row:
    """A row of the same form, most keys as they were and one or two drawn anew."""
    anew = WILD[row["form"]](random)
    keys = {*anew, *row} - {"id", "form", "severity", "citation"}
    changed = dict(row)
    for key in random.sample(sorted(keys), min(len(keys), random.choice((1, 1, 2)))):
        changed.pop(key, None)
        if key in anew:
            changed[key] = anew[key]
    return changed


def protocol_of(row: Row) -> kap.CareProtocol | None:
    document = {"schema": "kap-model/protocol/1", "id": "own", "limits": {}, "rules": [row]}
    try:
        return kap.loads_protocol(json.dumps(document))
    except kap.DocumentError:
        return None  # keys of two rows need not go together


def found_in(plan: kap.Plan, care: kap.CareProtocol, as_of: Any) -> set[tuple[str, bool]]:
    """On which sides something is found, told by severity, and whether it is violated."""
    findings = kap.check(plan, care, as_of=as_of).findings
    own = [finding for finding in findings if finding.rule == "HOUSE-1"]
    sides = {(finding.severity, True) for finding in own}
    return sides | {(finding.severity, False) for finding in own if finding.verdict == "violated"}


def forms_of(rule: kap.HouseRule) -> tuple[RuleForm, ...]:
    return (rule.form,) if isinstance(rule.form, RuleForm) else ()


@pytest.mark.law
@pytest.mark.parametrize("form", WILD)
def test_what_is_found_is_found_under_a_tighter_form(form: str) -> None:
    random = Random(form)
    found, tighter = 0, 0
    for _ in range(scaled(1200)):
        row = wild_rule(random, form=form) | {"severity": SIDES if form in SIDED else "error"}
        before, after = protocol_of(row), protocol_of(varied(random, row))
        if before is None or after is None:
            continue
        ((loose,), (tight,)) = before.rules, after.rules
        if direction_of_forms(forms_of(loose), forms_of(tight)) not in ("tighter", "equal"):
            continue
        for _ in range(4):
            plan = wild_plan(random)
            as_of = wild_moment(random, plan)
            few, many = found_in(plan, before, as_of), found_in(plan, after, as_of)
            assert few <= many, (loose.form, tight.form, plan.notation)
            found, tighter = found + bool(few), tighter + (few < many)
    assert found
    assert tighter
