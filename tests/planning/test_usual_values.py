"""Lint: usual values that a limit excludes, on both sides of each boundary."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from kap_model.planning.linting import Remark, lint
from support import SOURCE, dated, limits


def usual(name: str, value: Any, since: str | None = None) -> kap.UsualValue:
    return kap.UsualValue(name=name, value=value, since=since, citation=SOURCE)


def remarks(base: kap.CareProtocol, *lines: kap.UsualValue) -> list[Remark]:
    found = lint(base.extended("own", usual=lines)).remarks
    return [remark for remark in found if remark.subject.startswith("usual.")]


def excluding(base: kap.CareProtocol, **values: Any) -> list[tuple[str, str]]:
    """The usual values that limits exclude, each with the limit; ``__`` in a name is a dot."""
    lines = [usual(name.replace("__", "."), value) for name, value in values.items()]
    found = remarks(base, *lines)
    return [(each.subject, each.says.split(" which ")[1].split(" ")[0]) for each in found]


TWICE_A_WEEK = {"dosing_frequency": {"at_most": 2, "days": 7}}
ONE_EACH = {"integration_per_dosing": 1}
BOUNDARIES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = [
    ({"preparation_count": {"min": 1, "max": 3}}, {"preparations": 3}, {"preparations": 4}, ""),
    ({"preparation_count": {"min": 1}}, {"preparations": 1}, {"preparations": 0}, ""),
    ({"dosing_count": {"min": 6, "max": 8}}, {"dosings": 6}, {"dosings": 5}, ""),
    ({"dosing_gap_days": {"max": 7}}, {"every": "1w"}, {"every": "8d"}, ""),
    ({"dosing_gap_days": {"min": 14}}, {"every": "2w"}, {"every": "13d"}, ""),
    ({"dosing_minutes": {"min": 90}}, {"minutes__dosing": 90}, {"minutes__dosing": 89}, ""),
    (
        {"therapy_minutes": {"max": 60}},
        {"minutes__preparation": 60},
        {"minutes__preparation": 61},
        "",
    ),
    (
        {"therapy_minutes": {"min": 50}},
        {"minutes__integration": 50},
        {"minutes__integration": 49},
        "",
    ),
    (TWICE_A_WEEK, {"every": 4}, {"every": 3}, ""),
    ({"effect_minutes": 90}, {"minutes__dosing": 90}, {"minutes__dosing": 89}, ""),
    (
        {"effect_minutes": 90, "processing_minutes": 30},
        {"minutes__dosing": 120},
        {"minutes__dosing": 119},
        "processing_minutes",
    ),
    (
        {"processing_minutes": 30},
        {"minutes__dosing": 30},
        {"minutes__dosing": 29},
        "",
    ),
    (ONE_EACH, {"integrations_each": 1}, {"integrations_each": 0}, ""),
    (
        {"integration_count": {"max": 12}},
        {"integrations_each": 2, "dosings": 6},
        {"integrations_each": 2, "dosings": 7},
        "",
    ),
    (
        {"dosing_count": {"min": 6}, "integration_count": {"max": 6}},
        {"integrations_each": 1},
        {"integrations_each": 2},
        "integration_count",
    ),
    (
        {"integration_count": {"max": 2}},
        {"integrations_each": 2},
        {"integrations_each": 3},
        "",
    ),
    (
        {"dosing_count": {"max": 6}, "integration_count": {"max": 6}},
        {"integrations_each": 6},
        {"integrations_each": 7},
        "integration_count",
    ),
]


@pytest.mark.parametrize(("given", "kept", "excluded", "limit"), BOUNDARIES)
def test_a_usual_value_that_a_limit_excludes(
    given: dict[str, Any], kept: dict[str, Any], excluded: dict[str, Any], limit: str
) -> None:
    base = limits(**given)
    assert excluding(base, **kept) == []
    ((_, told),) = excluding(base, **excluded)
    assert told == (limit or next(iter(given)))


@pytest.mark.parametrize(("most", "count"), [(2, 0), (3, 1)])
def test_a_frequency_binds_who_may_have_more_dosings_than_it_admits(most: int, count: int) -> None:
    base = limits(dosing_count={"max": most}, **TWICE_A_WEEK)
    assert len(excluding(base, every=3)) == count


@pytest.mark.parametrize(
    ("given", "days", "count"),
    [
        # Ending on Monday at midnight, one hour from its end is on Tuesday: none on Wednesday.
        ({"dosing_minutes": {"max": 120}, "integration_window_hours": 22}, 2, 0),
        ({"dosing_minutes": {"max": 120}, "integration_window_hours": 21}, 2, 1),
        ({"dosing_minutes": {"max": 120}, "integration_window_hours": 1}, 1, 0),
        ({"dosing_minutes": {"max": 2000}, "integration_window_hours": 24}, 3, 0),
        ({"integration_window_hours": 24}, 3, 0),
        ({"integration_window_hours": 23}, 3, 1),
        ({"dosing_minutes": {"min": 60}, "integration_window_hours": 23}, 3, 1),
    ],
)
def test_a_day_on_which_no_integration_is_in_time(
    given: dict[str, Any], days: int, count: int
) -> None:
    found = excluding(limits(**given), integration_days=days)
    assert found == [("usual.integration_days", "integration_window_hours")] * count


def test_what_no_limit_speaks_of_is_not_excluded() -> None:
    assert excluding(limits(minimum_age=18), minutes__consultation=5, every=1, dosings=50) == []
    assert excluding(limits(integration_window_hours=12), dosings=6) == []
    assert excluding(limits(dosing_frequency={"at_most": 2, "days": 7}), dosings=6) == []


def test_a_remark_says_the_value_the_limit_and_its_date() -> None:
    base = limits(dosing_count={"min": 6, "max": 8})
    (remark,) = remarks(base, usual("dosings", 9, "2027-01-01"))
    assert remark.to_dict() == {
        "kind": "no-effect",
        "subject": "usual.dosings",
        "since": "2027-01-01",
        "says": "is 9, which dosing_count (6 to 8) excludes",
    }
    shown = str(lint(base.extended("own", usual=[usual("every", "2w"), usual("dosings", 5)])))
    assert shown.endswith("no effect\n    usual.dosings is 5, which dosing_count (6 to 8) excludes")


def test_a_value_and_a_limit_meet_only_where_both_are_in_force() -> None:
    lines = dated("dosing_count", {None: {"max": 8}, "2027-07-01": {"max": 6}})
    base = kap.CareProtocol(id="own", settings=lines)
    (late,) = remarks(base, usual("dosings", 7), usual("dosings", "off", "2028-01-01"))
    assert (late.since, late.says) == (None, "is 7, which dosing_count (at most 6) excludes")
    assert remarks(base, usual("dosings", 7), usual("dosings", "off", "2027-07-01")) == []
    assert remarks(base, usual("dosings", 7), usual("dosings", 6, "2027-07-01")) == []
    assert len(remarks(base, usual("dosings", 9))) == 2


def test_lines_that_are_never_in_force_or_repeat_are_remarked() -> None:
    found = remarks(
        kap.CareProtocol(id="own"),
        usual("dosings", 6),
        usual("dosings", 7, "1970-01-01"),
        usual("dosings", 7, "2027-01-01"),
        usual("dosings", 8, "2200-06-01"),
        usual("every", "2w"),
    )
    assert [(each.since and each.since.year, each.says.split(":")[0]) for each in found] == [
        (None, "is never in force"),
        (2027, "repeats the line before it"),
        (2200, "is never in force"),
    ]


def test_a_line_from_beyond_all_courses_excludes_nothing() -> None:
    base = limits(dosing_count={"max": 8})
    (late,) = remarks(base, usual("dosings", 6), usual("dosings", 9, "2200-06-01"))
    assert late.says.startswith("is never in force")
