"""Waivers: what each field may be, when they are in force, and which findings they cover."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, settings

import kap_model as kap
from copies import copies
from kap_model.testing import strategies as kst
from profiles import scaled
from support import SOURCE

MARKER = "MARKER"


def waiver(**given: Any) -> Any:
    cls: Any = kap.Waiver
    sound = {"rule": "SCREEN-FIRST", "reason": "A referral.", "by": "t-01", "on": "2027-01-05"}
    return cls(**sound | given)


BAD: dict[str, tuple[Any, ...]] = {
    "rule": ("", "a b", None, 5),
    "plan": ("", "a b", 5, ["p"]),
    "sessions": ((), "d1", {"d1": 1}, 5, ("d1", "d1"), ("a b",), (5,)),
    "reason": ("", " a", "a\nb", "a" * 201, None, 5),
    "by": ("", "a b", None, 5),
    "on": ("", "2027-02-30", None, 5, dt.datetime(2027, 1, 5, tzinfo=dt.UTC)),
    "until": ("", "2027-01-04", 5, pendulum.datetime(2027, 2, 5)),
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in BAD.items() for value in values]
)
def test_a_wrong_field_is_refused_by_its_name(key: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        waiver(**{key: value})
    (problem,) = caught.value.problems
    assert problem.path.partition("[")[0] == key


@pytest.mark.parametrize("key", list(BAD))
@pytest.mark.parametrize("value", [f"{MARKER}\n", [f"{MARKER}\n"], {MARKER: MARKER}], ids=repr)
def test_an_error_of_the_constructor_names_no_value(key: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        waiver(**{key: value})
    assert MARKER not in f"{caught.value}{caught.value!r}"


@pytest.mark.parametrize("key", ["rule", "reason", "by", "on"])
def test_a_required_field_is_required(key: str) -> None:
    given = {"rule": "MODALITY", "reason": "r", "by": "b", "on": "2027-01-05"}
    del given[key]
    cls: Any = kap.Waiver
    with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{key}'"):
        cls(**given)


def test_sessions_stand_sorted() -> None:
    assert waiver(sessions=iter(["d2", "d10", "c1"])).sessions == ("c1", "d10", "d2")
    assert waiver(sessions=["a", "b"]) == waiver(sessions=("b", "a"))


@pytest.mark.parametrize(
    ("given_as", "day", "in_force"),
    [
        ({}, None, True),
        ({}, "2027-01-04", False),
        ({}, "2027-01-05", True),
        ({}, "2199-12-31", True),
        ({"until": "2027-02-05"}, None, False),
        ({"until": "2027-02-05"}, "2027-01-04", False),
        ({"until": "2027-02-05"}, "2027-01-05", True),
        ({"until": "2027-02-05"}, "2027-02-05", True),
        ({"until": "2027-02-05"}, "2027-02-06", False),
        ({"until": "2027-01-05"}, "2027-01-05", True),
        ({"plan": "p-1"}, "2027-01-05", True),
        ({"plan": "p-2"}, "2027-01-05", False),
        ({"plan": "p-2"}, None, False),
    ],
)
def test_when_a_waiver_is_in_force(
    given_as: dict[str, Any], day: str | None, *, in_force: bool
) -> None:
    ordinal = None if day is None else dt.date.fromisoformat(day).toordinal()
    assert waiver(**given_as).in_force("p-1", ordinal) is in_force


@pytest.mark.parametrize(
    ("named", "rule", "sessions", "covers"),
    [
        (None, "SCREEN-FIRST", (), True),
        (None, "SCREEN-FIRST", ("e1",), True),
        (None, "MODALITY", ("e1",), False),
        (["e1"], "SCREEN-FIRST", ("e1",), True),
        (["e1"], "SCREEN-FIRST", (), False),
        (["e1"], "SCREEN-FIRST", ("e2",), False),
        (["e1"], "SCREEN-FIRST", ("e1", "e2"), False),
        (["e1", "e2"], "SCREEN-FIRST", ("e1", "e2"), True),
        (["e1", "e2", "e3"], "SCREEN-FIRST", ("e2",), True),
        (["e1"], "MODALITY", ("e1",), False),
    ],
)
def test_which_findings_a_waiver_covers(
    named: list[str] | None, rule: str, sessions: tuple[str, ...], *, covers: bool
) -> None:
    plan = kap.parse("2027-01-04 E0 E1 E2")
    concerned = tuple(session for session in plan.sessions if session.id in sessions)
    assert found_by(plan, rule, concerned, waiver(sessions=named)) == [covers]


def found_by(
    plan: kap.Plan, rule: str, sessions: tuple[kap.Session, ...], *waivers: kap.Waiver
) -> list[bool]:
    """Whether a rule's one finding about these sessions is waived."""

    def function(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return [kap.Breach("violated", sessions, lambda _: kap.Words("It is so."))]

    make = kap.rule(rule, "All is well.", why="It is so.", severity="error", cites=(SOURCE,))
    report = kap.check(plan, rules=(make(function),), waivers=waivers)
    return [finding.waived for finding in report.findings]


def test_waivers_cover_one_by_one_and_not_together() -> None:
    plan = kap.parse("2027-01-04 E0 E1 E2")
    apart = [waiver(sessions=["e1"]), waiver(sessions=["e2", "e3"])]
    assert found_by(plan, "SCREEN-FIRST", plan.sessions[:2], *apart) == [False]
    assert found_by(plan, "SCREEN-FIRST", plan.sessions[1:], *apart) == [True]
    assert found_by(plan, "SCREEN-FIRST", (), *apart) == [False]
    assert found_by(plan, "SCREEN-FIRST", (), *apart, waiver()) == [True]


@settings(max_examples=scaled(30))
@given(kst.waivers())
def test_copies_are_equal(one: kap.Waiver) -> None:
    for other in (*copies(one), attrs.evolve(one)):
        assert other == one
        assert hash(other) == hash(one)


def test_a_waiver_is_frozen() -> None:
    one = waiver(sessions=["e1"])
    for field in attrs.fields(kap.Waiver):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(one, field.name, None)
    assert type(one.sessions) is tuple


def test_a_waiver_prints_its_rule_only() -> None:
    one = waiver(reason=MARKER, by=MARKER, plan=MARKER, sessions=[MARKER])
    assert repr(one) == str(one) == "<Waiver of SCREEN-FIRST>"
