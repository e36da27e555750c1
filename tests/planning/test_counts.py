"""How many sessions of each kind a protocol allows together."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from kap_model.planning.new_sessions import (
    Counts,
    bounded_kinds,
    fewest,
    lawful_cadence,
    lawful_minutes,
    most,
)
from support import limits


def set_to(**forms: Any) -> kap.Limits:
    return limits(**forms).limits_on(None)


def between(low: int | None, high: int | None) -> dict[str, int]:
    return {word: n for word, n in (("min", low), ("max", high)) if n is not None}


@pytest.mark.parametrize(
    ("protocol", "low", "high", "bounded"),
    [
        ("core", (1, 6, 6), (3, 8, 8), {"preparation", "dosing"}),
        ("kingsley", (1, 6, 6), (3, 8, 8), {"preparation", "dosing"}),
        ("regrounding", (1, 6, 6), (2, 8, 8), {"preparation", "dosing", "integration"}),
    ],
)
def test_the_counts_of_the_built_in_practices(
    protocol: str, low: tuple[int, ...], high: tuple[int, ...], bounded: set[str]
) -> None:
    found = kap.practices.BY_NAME[protocol].protocol.limits_on(None)
    assert (fewest(found), most(found)) == (low, high)
    assert bounded_kinds(found) == bounded


@pytest.mark.parametrize(
    ("forms", "low", "high"),
    [
        ({}, (0, 0, 0), (0, 0, 0)),
        ({"preparation_count": between(2, None)}, (2, 0, 0), (2, 0, 0)),
        ({"preparation_count": between(None, 2)}, (0, 0, 0), (2, 0, 0)),
        # The integrations that come after each dosing bound the dosings.
        (
            {"dosing_count": between(1, 8), "integration_count": between(3, 9)}
            | {"integration_per_dosing": 2},
            (0, 1, 3),
            (0, 4, 9),
        ),
        (
            {"integration_count": between(None, 5), "integration_per_dosing": 2},
            (0, 0, 0),
            (0, 2, 5),
        ),
        # One integration more than each dosing asks for may come last.
        ({"dosing_count": between(1, 2), "integration_count": between(0, 9)}, (0, 1, 0), (0, 2, 9)),
        # Nothing to integrate without a dosing, unless that is no rule of the practice.
        (
            {"integration_count": between(2, 4), "integration_after_dosing": True},
            (0, 1, 2),
            (0, 1, 4),
        ),
        ({"integration_count": between(2, 4)}, (0, 0, 2), (0, 0, 4)),
        (
            {"dosing_count": between(0, 0), "integration_count": between(None, 4)}
            | {"integration_after_dosing": True},
            (0, 0, 0),
            (0, 0, 0),
        ),
        # No length is lawful, so there is no dosing at all.
        (
            {"dosing_count": between(None, 3), "dosing_minutes": between(None, 60)}
            | {"effect_minutes": 61},
            (0, 0, 0),
            (0, 0, 0),
        ),
        # At most two in fourteen days, never more than six apart: two are all.
        (
            {"dosing_count": between(1, 3), "dosing_gap_days": between(None, 6)}
            | {"dosing_frequency": {"at_most": 2, "days": 14}},
            (0, 1, 0),
            (0, 2, 0),
        ),
        (
            {"dosing_count": between(1, 3), "dosing_gap_days": between(None, 7)}
            | {"dosing_frequency": {"at_most": 2, "days": 14}},
            (0, 1, 0),
            (0, 3, 0),
        ),
    ],
)
def test_the_fewest_and_the_most_of_each_kind_together(
    forms: dict[str, Any], low: tuple[int, ...], high: tuple[int, ...]
) -> None:
    assert fewest(set_to(**forms)) == low
    assert most(set_to(**forms)) == high


@pytest.mark.parametrize(
    ("forms", "named"),
    [
        (
            {"dosing_count": between(6, None), "integration_count": between(None, 3)}
            | {"integration_per_dosing": 1},
            (
                "DOSE-COUNT (dosing_count), INTEG-EACH (integration_per_dosing), "
                "INTEG-COUNT (integration_count)"
            ),
        ),
        (
            {"dosing_count": between(1, 2), "dosing_minutes": between(60, 60)}
            | {"effect_minutes": 40, "processing_minutes": 30},
            (
                "DOSE-COUNT (dosing_count), DOSE-DURATION (dosing_minutes), "
                "EFFECT-FIT (effect_minutes, processing_minutes)"
            ),
        ),
        (
            {"dosing_count": between(3, 3), "dosing_gap_days": between(0, 6)}
            | {"dosing_frequency": {"at_most": 2, "days": 14}},
            (
                "DOSE-COUNT (dosing_count), DOSE-GAP (dosing_gap_days), "
                "DOSE-FREQUENCY (dosing_frequency)"
            ),
        ),
        (
            {"dosing_count": between(None, 0), "integration_count": between(1, None)}
            | {"integration_after_dosing": True},
            (
                "DOSE-COUNT (dosing_count), INTEG-ORDER (integration_after_dosing), "
                "INTEG-COUNT (integration_count)"
            ),
        ),
    ],
)
def test_counts_at_odds_are_refused_with_the_rules_and_limits(
    forms: dict[str, Any], named: str
) -> None:
    for ends in (fewest, most):
        with pytest.raises(kap.InvalidValue) as refused:
            ends(set_to(**forms))
        (problem,) = refused.value.problems
        assert problem.path == "protocol"
        listed = problem.reason.removeprefix("allows no such course: it would break ")
        assert sorted(listed.split(", ")) == sorted(named.split(", "))


def test_a_kind_is_bounded_by_its_own_maximum_or_by_what_it_needs() -> None:
    assert bounded_kinds(set_to()) == set()
    assert bounded_kinds(set_to(dosing_count=between(1, None))) == set()
    assert bounded_kinds(set_to(preparation_count=between(None, 1))) == {"preparation"}
    assert bounded_kinds(set_to(integration_count=between(1, 2))) == {"integration"}
    needed = set_to(integration_count=between(1, 2), integration_per_dosing=1)
    assert bounded_kinds(needed) == {"dosing", "integration"}


def test_counts_by_kind() -> None:
    counts = Counts(preparations=1, dosings=6, integrations=7)
    assert counts.by_kind() == {"preparation": 1, "dosing": 6, "integration": 7}


@pytest.mark.parametrize(
    ("forms", "kind", "expected"),
    [
        ({}, "dosing", kap.Bounds(0)),
        ({}, "consultation", kap.Bounds(0)),
        ({"therapy_minutes": between(50, 50)}, "medical-review", kap.Bounds(0)),
        ({"therapy_minutes": between(45, 60)}, "preparation", kap.Bounds(45, 60)),
        ({"therapy_minutes": between(45, None)}, "integration", kap.Bounds(45)),
        ({"therapy_minutes": between(45, 5000)}, "integration", kap.Bounds(45, 1440)),
        ({"therapy_minutes": between(1441, None)}, "integration", None),
        ({"therapy_minutes": between(0, 0)}, "preparation", None),
        ({"dosing_minutes": between(60, 120)}, "dosing", kap.Bounds(60, 120)),
        ({"dosing_minutes": between(60, 120), "effect_minutes": 70}, "dosing", kap.Bounds(70, 120)),
        (
            {"dosing_minutes": between(60, 70), "effect_minutes": 40, "processing_minutes": 30},
            "dosing",
            kap.Bounds(70, 70),
        ),
        ({"dosing_minutes": between(60, 60), "effect_minutes": 70}, "dosing", None),
        ({"processing_minutes": 1441}, "dosing", None),
    ],
)
def test_the_lawful_lengths_of_a_kind(
    forms: dict[str, Any], kind: str, expected: kap.Bounds | None
) -> None:
    assert lawful_minutes(set_to(**forms), kind) == expected


@pytest.mark.parametrize(
    ("forms", "days"),
    [
        ({}, 14),
        ({"dosing_gap_days": between(None, 7)}, 7),
        ({"dosing_gap_days": between(20, 30)}, 20),
        ({"dosing_gap_days": between(1, 30)}, 14),
        ({"dosing_frequency": {"at_most": 1, "days": 21}}, 21),
        ({"dosing_frequency": {"at_most": 2, "days": 31}}, 16),
        ({"dosing_frequency": {"at_most": 2, "days": 7}}, 14),
    ],
)
def test_the_cadence_next_to_two_weeks(forms: dict[str, Any], days: int) -> None:
    assert lawful_cadence(set_to(**forms)) == days
