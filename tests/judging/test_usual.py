"""Usual values: dated, cited lines that no rule reads."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings

import kap_model as kap
from fees_support import refused
from kap_model.testing import strategies as kst
from kap_model.usual import USUALS, days_of, pace_of
from profiles import scaled
from support import SOURCE

ANOTHER = kap.Citation("House protocol, revised", "section 3")


def usual(name: str, value: Any, since: str | None = None) -> kap.UsualValue:
    return kap.UsualValue(name=name, value=value, since=since, citation=SOURCE)


def care(*lines: kap.UsualValue) -> kap.CareProtocol:
    return kap.CareProtocol(id="house", usual=lines)


def test_what_is_stated_is_read_by_name() -> None:
    found = care(
        usual("minutes.preparation", 60),
        usual("integration_days", 0),
        usual("every", "2w"),
        usual("integrations_each", 2),
        usual("preparations", 3),
        usual("dosings", 6),
    ).usual_on(None)
    assert (found.every, found.preparations, found.dosings) == (14, 3, 6)
    assert (found.integrations_each, found.integration_days) == (2, 0)
    assert found.minutes == (("preparation", 60),)
    assert found.minutes_of == {"preparation": 60}
    assert list(found.values) == [name for name, _ in found.cited]
    assert found.values["minutes.preparation"] == 60
    assert found.citations["integration_days"] == SOURCE
    assert repr(found) == "<Usual: 6 stated>"


def test_what_is_not_stated_is_none() -> None:
    nothing = kap.practices.CORE.protocol.usual_on(None)
    assert nothing == kap.Usual()
    assert {nothing.every, nothing.preparations, nothing.dosings} == {None}
    assert {nothing.integrations_each, nothing.integration_days} == {None}
    assert (nothing.minutes, nothing.values, nothing.cited) == ((), {}, ())


def test_a_value_is_stated_from_its_date_on_and_never_before() -> None:
    dated = care(
        usual("every", "off", "2028-01-01"),
        usual("every", "10d", "2027-07-01"),
        usual("every", "1w", "2027-03-01"),
    )
    for day, days in (
        ("2027-02-28", None),
        ("2027-03-01", 7),
        ("2027-06-30", 7),
        ("2027-07-01", 10),
        ("2028-01-01", None),
    ):
        assert dated.usual_on(dt.date.fromisoformat(day)).every == days
    assert dated.usual_on(None).every is None
    assert dated.changes == ()


def test_lines_add_to_those_of_the_base_and_replace_them_date_by_date() -> None:
    base = care(usual("dosings", 6), usual("every", "2w"))
    again = kap.UsualValue(name="dosings", value=8, citation=ANOTHER)
    later = usual("every", "1w", "2027-07-01")
    made = base.extended("more", usual=[later, again])
    assert made.usual_on(dt.date(2027, 6, 30)).values == {"every": 14, "dosings": 8}
    assert made.usual_on(None).every == 7
    assert made.usual_on(None).citations["dosings"] == ANOTHER
    assert base.usual_on(None).values == {"every": 14, "dosings": 6}


def test_no_rule_reads_it() -> None:
    plan = kap.parse("2027-01-04 C0 E2 P7 D14 I15")
    core = kap.practices.CORE.protocol
    other = core.extended("core", usual=[usual("dosings", 2), usual("minutes.dosing", 5)])
    assert kap.check(plan, other).findings == kap.check(plan, core).findings


BOUNDS = [(spec.name, spec.lowest, spec.highest) for spec in USUALS]


@pytest.mark.parametrize(("name", "lowest", "highest"), BOUNDS)
def test_the_bounds_of_each_value(name: str, lowest: int, highest: int) -> None:
    assert usual(name, lowest).value == lowest
    assert usual(name, highest).value == highest
    for value in (lowest - 1, highest + 1, True, None, 2.0, "5"):
        assert refused(usual, name, value).path == "value"


def test_the_bounds_are_those_that_plans_and_options_have() -> None:
    found = {name: (lowest, highest) for name, lowest, highest in BOUNDS}
    assert found.pop("every") == (1, 366)
    assert found.pop("dosings") == (1, 10_000)
    assert found.pop("integration_days") == (0, 365)
    assert {found.pop(name) for name in ("preparations", "integrations_each")} == {(0, 10_000)}
    assert set(found.values()) == {(1, 1440)}
    assert len(found) == 6


@pytest.mark.parametrize(
    ("pace", "days", "written"),
    [("2w", 14, "2w"), ("14d", 14, "2w"), (10, 10, "10d"), ("0052w", 364, "52w"), (1, 1, "1d")],
)
def test_a_pace_is_kept_in_days(pace: Any, days: int, written: str) -> None:
    assert usual("every", pace).value == days_of(pace) == days
    assert pace_of(days) == written


@pytest.mark.parametrize("pace", ["367d", "53w", "0d", "2 w", "w", "2m", 0, 367, 2.0])
def test_what_is_no_pace_is_refused(pace: Any) -> None:
    assert refused(usual, "every", pace) == kap.Problem(
        "value", "must be days or weeks, such as 10d or 2w, up to 366 days"
    )


def test_what_cannot_be_a_line_is_refused() -> None:
    assert refused(usual, "pace", 3).path == "name"
    assert refused(usual, "minutes", 3).path == "name"
    assert refused(usual, "dosings", 3, "2027-02-30").path == "since"
    assert refused(kap.UsualValue, name="dosings", value=3, citation="me").path == "citation"


def test_each_value_is_stated_once_on_a_date() -> None:
    one, twice = usual("dosings", 6), usual("dosings", 7)
    problem = kap.Problem("usual", "must state each usual value once on a date")
    assert refused(care, one, twice) == problem
    assert refused(care().extended, "more", usual=[one, twice]) == problem
    later = usual("dosings", 7, "2027-01-01")
    assert care(later, one).usual == (one, later)


def test_what_are_no_lines_is_refused() -> None:
    assert refused(care, usual("dosings", 6), {"dosings": 6}).path == "usual[1]"
    assert refused(kap.CareProtocol, id="house", usual={"dosings": 6}).path == "usual"


WORDS = [("every", 14, "2 weeks"), ("every", 7, "1 week"), ("every", 10, "10 days")]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        *WORDS,
        ("integration_days", 1, "1 day"),
        ("integration_days", 7, "7 days"),
        ("minutes.dosing", 1, "1 minute"),
        ("minutes.dosing", 180, "180 minutes"),
        ("dosings", 6, "6"),
    ],
)
def test_a_value_in_words(name: str, value: int, words: str) -> None:
    (spec,) = [spec for spec in USUALS if spec.name == name]
    assert spec.in_words(value) == words


@given(kst.protocols(), kst.usual_values(dated=False))
@settings(max_examples=scaled(30))
def test_a_later_line_hides_no_earlier_day(
    protocol: kap.CareProtocol, line: kap.UsualValue
) -> None:
    day = dt.date(2100, 1, 1)
    late = kap.UsualValue(name=line.name, value=line.value, since=day, citation=SOURCE)
    made = protocol.extended("later", usual=[late])
    assert made.usual_on(day - dt.timedelta(1)) == protocol.usual_on(day - dt.timedelta(1))
    stated = None if line.value == "off" else line.value
    assert made.usual_on(day).values.get(line.name) == made.usual_on(None).values.get(line.name)
    assert made.usual_on(day).values.get(line.name) == stated
