"""Protocols: each limit's own check, dated lines, extension, overrides."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from copies import copies
from kap_model.limits import LIMITS, OFF
from kap_model.practices import PRACTICES
from kap_model.testing import strategies as kst
from profiles import scaled

CITE = kap.Citation("House protocol", "section 1")
MARKER = "MARKER"
B, E, A, F = kap.Bounds, kap.ReviewEvery, kap.ReviewAfter, kap.Frequency


def setting(limit: Any, value: Any, since: Any = None, citation: Any = CITE) -> kap.Setting:
    return kap.Setting(limit=limit, value=value, since=since, citation=citation)


def protocol(*lines: kap.Setting, **given: Any) -> kap.CareProtocol:
    return kap.CareProtocol(id="house", settings=lines, **given)


def refused(make: Any, *args: Any, **given: Any) -> kap.Problem:
    with pytest.raises(kap.InvalidValue) as caught:
        make(*args, **given)
    (problem,) = caught.value.problems
    return problem


RANGES = (
    "preparation_count",
    "dosing_count",
    "integration_count",
    "dosing_minutes",
    "therapy_minutes",
    "dosing_gap_days",
)
INTEGERS = (
    "integration_per_dosing",
    "effect_minutes",
    "processing_minutes",
    "integration_window_hours",
    "initial_supply",
    "refill_supply",
)
SWITCHES = (
    "refill_needs_review",
    "evaluation_first",
    "preparation_before_dosing",
    "integration_after_dosing",
    "consultation_first",
    "therapist_present",
    "preparation_after_supply",
    "support_person_when_remote",
)
LABELS = ("medical_roles", "therapist_roles", "dose_levels", "routes", "exclusions")
NO_RANGE = (6, (6, 8), {"min": 6}, "6-8", True, None, F(1, 2))
NO_INTEGER = (0, -1, 1.0, "2", True, None, 1_000_001, (2,), B(2))
NO_SWITCH = (False, 1, "true", "yes", None, (True,))
NO_LABELS = ((), ["a"], "a", {"a"}, ("a", "a"), ("a b",), (5,), (("a",),), True, None)
CHECKS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    **dict.fromkeys(RANGES, ((B(6, 8), B(min=0), B(max=0), B(1, 1)), NO_RANGE)),
    **dict.fromkeys(INTEGERS, ((1, 70, 1_000_000), NO_INTEGER)),
    **dict.fromkeys(SWITCHES, ((True,), NO_SWITCH)),
    **dict.fromkeys(LABELS, ((("a",), ("low", "moderate"), ("b", "a")), NO_LABELS)),
    "minimum_age": ((0, 18), NO_INTEGER[1:]),
    "dosing_frequency": ((F(1, 7),), (2, (1, 7), {"at_most": 1, "days": 7}, B(1, 7), True)),
    "review_every": ((E(3), E(1, "calendar")), (3, {"months": 3}, A(1, "any-time"), True)),
    "review_after": ((A(1, "any-time"),), (1, {"dosings": 1}, E(3), True)),
    "dosing_places": (
        (("office",), ("remote", "office")),
        (*NO_LABELS, ("home",), ("office", "home")),
    ),
    "formats": ((("group",), ("individual", "group")), (*NO_LABELS, ("couple",))),
}


def test_every_limit_is_checked_here() -> None:
    assert sorted(CHECKS) == sorted(spec.name for spec in LIMITS)
    assert set(CHECKS) < {field.name for field in attrs.fields(kap.Limits)}


@pytest.mark.parametrize(
    ("limit", "value"), [(name, value) for name, (good, _) in CHECKS.items() for value in good]
)
def test_a_lawful_value_of_a_limit(limit: str, value: Any) -> None:
    limits = protocol(setting(limit, value)).limits_on(None)
    assert getattr(limits, limit) == value
    assert dict(limits.citations) == {limit: CITE}
    assert setting(limit, OFF).value == OFF


@pytest.mark.parametrize(
    ("limit", "value"), [(name, value) for name, (_, bad) in CHECKS.items() for value in bad]
)
def test_a_value_that_cannot_be_this_limit_is_refused(limit: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        setting(limit, value)
    for problem in caught.value.problems:
        assert problem.path.startswith("value")
        assert problem.reason.startswith("must ")


def test_all_that_is_wrong_in_a_list_of_labels_is_told_at_once() -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        setting("dosing_places", ("home", "office", "a b", "office"))
    assert [(problem.path, problem.reason) for problem in caught.value.problems] == [
        ("value[0]", "must be one of office, remote"),
        ("value[2]", "must be one of office, remote"),
        ("value", "must name each once"),
    ]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"limit": "dosing_cuont"}, "limit"),
        ({"limit": None}, "limit"),
        ({"limit": ["minimum_age"]}, "limit"),
        ({"value": 5.0}, "value"),
        ({"value": "OFF"}, "value"),
        ({"limit": "medical_roles", "value": ("a", "b c")}, "value[1]"),
        ({"since": "2027-02-30"}, "since"),
        ({"since": "1899-12-31"}, "since"),
        ({"since": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}, "since"),
        ({"since": pendulum.datetime(2027, 1, 1)}, "since"),
        ({"citation": None}, "citation"),
        ({"citation": "page 5"}, "citation"),
        ({"citation": {"source": "s", "where": "w"}}, "citation"),
    ],
)
def test_a_setting_is_refused_by_its_fields_name(given: dict[str, Any], path: str) -> None:
    sound: dict[str, Any] = {"limit": "minimum_age", "value": 18}
    assert refused(setting, **sound | given).path == path


@pytest.mark.parametrize(
    ("make", "given", "path"),
    [
        (B, {}, ""),
        (B, {"min": -1}, "min"),
        (B, {"min": 1.0}, "min"),
        (B, {"min": True}, "min"),
        (B, {"max": -1}, "max"),
        (B, {"max": "8"}, "max"),
        (B, {"max": 1_000_001}, "max"),
        (B, {"min": 8, "max": 7}, "max"),
        (E, {"months": 0}, "months"),
        (E, {"months": 121}, "months"),
        (E, {"months": 3.0}, "months"),
        (E, {"months": 3, "policy": "weekly"}, "policy"),
        (E, {"months": 3, "policy": None}, "policy"),
        (A, {"dosings": 0, "gate": "any-time"}, "dosings"),
        (A, {"dosings": True, "gate": "any-time"}, "dosings"),
        (A, {"dosings": 1, "gate": "before"}, "gate"),
        (A, {"dosings": 1, "gate": None}, "gate"),
        (F, {"at_most": 0, "days": 7}, "at_most"),
        (F, {"at_most": 1, "days": 0}, "days"),
        (F, {"at_most": 1, "days": "7"}, "days"),
        (kap.Citation, {"source": "", "where": "w"}, "source"),
        (kap.Citation, {"source": "s", "where": "w\n"}, "where"),
        (kap.Citation, {"source": None, "where": "w"}, "source"),
    ],
)
def test_a_limits_own_value_is_refused_by_its_fields_name(
    make: Any, given: dict[str, Any], path: str
) -> None:
    assert refused(make, **given).path == path


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (B(6, 8), "6 to 8"),
        (B(50, 50), "50"),
        (B(min=2), "at least 2"),
        (B(max=8), "at most 8"),
        (E(3), "every 3 months"),
        (E(1), "every month"),
        (E(3, "calendar"), "each calendar quarter with a dosing"),
        (A(2, "before-next"), "after dosing 2, before the next"),
        (A(1, "any-time"), "after dosing 1, at any time after"),
        (F(2, 7), "at most 2 in any 7 consecutive days"),
        (CITE, "House protocol, section 1"),
    ],
)
def test_values_as_text(value: object, text: str) -> None:
    assert str(value) == text


DATED = protocol(
    setting("minimum_age", 21, "2027-01-01"),
    setting("minimum_age", 18, "2027-07-01"),
    setting("dosing_count", B(6, 8)),
    setting("dosing_count", OFF, "2027-07-01"),
    setting("initial_supply", OFF),
    setting("initial_supply", 2, "2027-07-01"),
    setting("initial_supply", OFF, "2028-01-01"),
)


@pytest.mark.parametrize(
    ("day", "age", "dosings", "supply"),
    [
        ("1999-01-01", None, B(6, 8), None),
        ("2026-12-31", None, B(6, 8), None),
        ("2027-01-01", 21, B(6, 8), None),
        ("2027-06-30", 21, B(6, 8), None),
        ("2027-07-01", 18, None, 2),
        ("2027-12-31", 18, None, 2),
        ("2028-01-01", 18, None, None),
        ("2199-12-31", 18, None, None),
        (None, 18, None, None),
    ],
)
def test_the_limits_in_force_on_a_date(
    day: str | None, age: int | None, dosings: kap.Bounds | None, supply: int | None
) -> None:
    limits = DATED.limits_on(None if day is None else dt.date.fromisoformat(day))
    assert limits.minimum_age == age
    assert limits.dosing_count == dosings
    assert limits.initial_supply == supply
    set_limits = {"minimum_age"} if age else set()
    set_limits |= {"dosing_count"} if dosings else set()
    set_limits |= {"initial_supply"} if supply else set()
    assert set(limits.citations) == set_limits


def naive_value(own: kap.CareProtocol, name: str, day: dt.date | None) -> Any:
    """The last line since the date; before all of them it is not set."""
    lines = [line for line in own.settings if line.limit == name]
    lines.sort(key=lambda line: (line.since is not None, line.since or dt.date.min))
    begun = [line for line in lines if day is None or line.since is None or line.since <= day]
    return None if not begun or begun[-1].value == OFF else begun[-1].value


@settings(max_examples=scaled(40))
@given(kst.protocols(), st.none() | st.dates(dt.date(1979, 1, 1), dt.date(2200, 1, 1)))
def test_the_limits_of_any_protocol_on_any_date(own: kap.CareProtocol, day: dt.date | None) -> None:
    limits = own.limits_on(day)
    for spec in LIMITS:
        assert getattr(limits, spec.name) == naive_value(own, spec.name, day)
    for change in own.changes:
        before = own.limits_on(change - dt.timedelta(days=1))
        for spec in LIMITS:
            expected = naive_value(own, spec.name, change - dt.timedelta(days=1))
            assert getattr(before, spec.name) == expected


def test_the_dates_on_which_a_limit_changes() -> None:
    days = [dt.date(2027, 1, 1), dt.date(2027, 7, 1), dt.date(2028, 1, 1)]
    assert list(DATED.changes) == days
    assert list(protocol(setting("minimum_age", 18)).changes) == []


def test_lines_stand_by_limit_then_date() -> None:
    lines = DATED.settings
    for permuted in itertools.islice(itertools.permutations(lines), 0, 5040, 97):
        assert protocol(*permuted) == DATED
        assert protocol(*permuted).settings == lines
    assert [(line.limit, line.since and line.since.year) for line in lines] == [
        ("dosing_count", None),
        ("dosing_count", 2027),
        ("initial_supply", None),
        ("initial_supply", 2027),
        ("initial_supply", 2028),
        ("minimum_age", 2027),
        ("minimum_age", 2027),
    ]


@pytest.mark.parametrize("since", [None, "2027-07-01"])
def test_a_limit_is_set_once_on_a_date(since: str | None) -> None:
    twice = (setting("minimum_age", 18, since), setting("minimum_age", 21, since))
    expected = kap.Problem("settings", "must set each limit once on a date")
    assert refused(protocol, *twice) == expected
    assert refused(protocol().extended, "more", settings=twice) == expected


def test_extending_adds_and_replaces_lines_and_leaves_the_base_alone() -> None:
    base = protocol(
        setting("minimum_age", 21),
        setting("initial_supply", 2),
        severities={"DOSE-COUNT": "warning", "MODALITY": "advice"},
    )
    before = pickle.dumps(base)
    own = base.extended(
        "own",
        settings=[setting("minimum_age", 18), setting("initial_supply", 4, "2027-07-01")],
        severities=[("DOSE-COUNT", "error")],
    )
    assert own.id == "own"
    assert own.limits_on(None).minimum_age == 18
    assert own.limits_on(dt.date(2027, 6, 30)).initial_supply == 2
    assert own.limits_on(dt.date(2027, 7, 1)).initial_supply == 4
    assert own.severities == (("DOSE-COUNT", "error"), ("MODALITY", "advice"))
    assert pickle.dumps(base) == before
    assert base.extended("house") == base
    assert base.extended("own") != base


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_off_unsets_any_limit_of_a_built_in(practice: kap.Practice) -> None:
    limits = practice.protocol.limits_on(None)
    lines = [setting(name, OFF) for name in limits.citations]
    empty = practice.protocol.extended("empty", settings=lines).limits_on(None)
    assert dict(empty.citations) == {}
    assert all(getattr(empty, spec.name) is None for spec in LIMITS)


@pytest.mark.parametrize(
    "severities",
    [
        {"MODALITY": "error", "DOSE-COUNT": "advice"},
        [("MODALITY", "error"), ("DOSE-COUNT", "advice")],
        (("DOSE-COUNT", "advice"), ("MODALITY", "error")),
    ],
)
def test_severities_are_a_mapping_or_pairs(severities: Any) -> None:
    own = protocol(severities=severities)
    assert own.severities == (("DOSE-COUNT", "advice"), ("MODALITY", "error"))
    assert dict(own.severity_of) == {"DOSE-COUNT": "advice", "MODALITY": "error"}


@pytest.mark.parametrize(
    "severities",
    [
        {"MODALITY": "fatal"},
        {"MODALITY": "Error"},
        {"MODALITY": None},
        {"not a label": "error"},
        {5: "error"},
        [("MODALITY", "error"), ("MODALITY", "error")],
        [("MODALITY", "error", "advice")],
        ["MODALITY"],
        [["MODALITY", "error"]],
        "MODALITY",
        5,
        None,
    ],
)
def test_what_is_no_severity_is_refused(severities: Any) -> None:
    assert refused(protocol, severities=severities).path == "severities"


@pytest.mark.parametrize(
    ("severity", "path"),
    [
        ({"below": "error"}, "severities"),
        ({"below": "error", "above": "fatal"}, "severities.above"),
        ({"below": "error", "above": "advice", "beside": "advice"}, "severities"),
    ],
)
def test_severities_of_two_sides_name_both(severity: Any, path: str) -> None:
    assert refused(protocol, severities={"DOSE-COUNT": severity}).path == path
    sides = {"above": "warning", "below": "error"}
    own = protocol(severities={"DOSE-COUNT": sides, "MODALITY": "advice"})
    assert own == protocol(severities=own.severities)
    assert own.severity_of["DOSE-COUNT"] == (("below", "error"), ("above", "warning"))


@pytest.mark.parametrize("settings", ["minimum_age", {"minimum_age": 18}, 5, None])
def test_what_is_no_sequence_of_settings_is_refused(settings: Any) -> None:
    assert refused(kap.CareProtocol, id="house", settings=settings).path == "settings"


@pytest.mark.parametrize("one", [None, "minimum_age", ("minimum_age", 18), CITE])
def test_what_is_no_setting_is_refused(one: Any) -> None:
    assert refused(protocol, setting("minimum_age", 18), one).path == "settings[1]"


@pytest.mark.parametrize("id", ["", "a b", None, 5, "a" * 65])
def test_an_id_is_an_identifier(id: Any) -> None:
    assert refused(kap.CareProtocol, id=id).path == "id"
    assert refused(protocol().extended, id).path == "id"


VALUES: list[Any] = [
    B(6, 8),
    B(max=8),
    E(3),
    A(1, "any-time"),
    F(2, 7),
    CITE,
    setting("exclusions", ("a", "b"), "2027-01-01"),
    DATED,
    *PRACTICES,
    PRACTICES[1].facts[0],
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_are_frozen_hashable_and_copied(value: Any) -> None:
    for other in copies(value):
        assert other == value
        assert hash(other) == hash(value)
    for field in attrs.fields(type(value)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field.name, None)


@settings(max_examples=scaled(25))
@given(kst.protocols())
def test_any_protocol_is_hashable_and_copied(own: kap.CareProtocol) -> None:
    for other in (*copies(own), attrs.evolve(own)):
        assert other == own
        assert hash(other) == hash(own)
        assert other.changes == own.changes


def test_limits_are_frozen_hashable_and_copied() -> None:
    limits = DATED.limits_on(None)
    hash(limits)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        limits.minimum_age = 5  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    changeable: Any = limits.citations
    with pytest.raises(TypeError, match="not support item assignment"):
        changeable["minimum_age"] = CITE
    for other in copies(limits):
        assert other.minimum_age == limits.minimum_age
        assert dict(other.citations) == dict(limits.citations)


def test_what_a_protocol_derives_cannot_be_changed() -> None:
    own = protocol(setting("minimum_age", 18), severities={"MODALITY": "advice"})
    changeable: Any = own.severity_of
    with pytest.raises(TypeError, match="not support item assignment"):
        changeable["MODALITY"] = "error"
    assert dict(own.severity_of) == {"MODALITY": "advice"}


def test_a_pickle_of_an_impossible_setting_is_refused() -> None:
    payload = pickle.dumps(DATED)
    assert payload.count(b"K\x15") == 1
    with pytest.raises(kap.InvalidValue):
        pickle.loads(payload.replace(b"K\x15", b"J\xff\xff\xff\xff"))  # noqa: S301 - our own payload


def test_a_protocol_prints_its_id_and_a_count() -> None:
    assert repr(DATED) == "<CareProtocol house: 7 settings>"
    assert repr(DATED.limits_on(None)) == "<Limits: 1 set>"
    assert repr(PRACTICES[0]) == "<Practice core>"


@pytest.mark.parametrize("value", [f"{MARKER}\n", [MARKER], {MARKER: MARKER}], ids=repr)
def test_an_error_of_a_constructor_names_no_value(value: Any) -> None:
    for make in (
        lambda: setting(value, 5),
        lambda: setting("minimum_age", value),
        lambda: setting("medical_roles", (value,)),
        lambda: setting("minimum_age", 5, value),
        lambda: setting("minimum_age", 5, citation=value),
        lambda: kap.Citation(value, "w"),
        lambda: kap.CareProtocol(id=value),
        lambda: protocol(value),
        lambda: protocol(severities={"MODALITY": value}),
        lambda: protocol(severities=[(value, "error")]),
    ):
        with pytest.raises(kap.InvalidValue) as caught:
            make()
        assert MARKER not in f"{caught.value}{caught.value!r}"
