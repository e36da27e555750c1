"""The naive reading of house rules: cases worked by hand, and the catalogue said by forms."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from random import Random
from typing import Any

import pytest

import kap_model as kap
from forms_oracle import FORMS, SIDED, judge_rules, lines_in_force, reading_date, verdict_of
from oracle import judge
from profiles import seeds
from wild import wild_moment, wild_plan
from wild_rules import KINDS, WILD, has_ordinal, kinds_of, wild_lines, wild_rule, wild_rules

Told = tuple[str, str, str, str | None, str | None]
BOTH = ["medical-evaluation", "medical-review"]


def plan_of(line: str, **given: dict[str, Any]) -> dict[str, Any]:
    """The document of a plan in one line; what a line cannot say is given by session id."""
    plan: dict[str, Any] = json.loads(kap.dumps(kap.parse(line)))
    for session in plan["sessions"]:
        session.update(given.get(session["id"], {}))
    return plan


def told(
    line: str | dict[str, Any],
    form: str,
    as_of: str | None = None,
    limits: dict[str, Any] | None = None,
    **keys: Any,
) -> list[Told]:
    """Verdict, severity, sessions, opens and due of each finding."""
    plan = plan_of(line) if isinstance(line, str) else line
    row = {"id": "HOUSE-1", "form": form, **{key.rstrip("_"): keys[key] for key in keys}}
    (found,) = judge_rules(plan, [row], as_of=as_of, limits=limits)
    return [
        (f["verdict"], f["severity"], " ".join(f["sessions"]), f["opens"], f["due"]) for f in found
    ]


# --- count ------------------------------------------------------------------------------------


def test_count_before_a_first() -> None:
    line = "2027-01-04 P0 P7 D14 P15"
    keys: dict[str, Any] = {"of": "preparation", "min": 3, "before": "dosing"}
    due = "2027-01-18T10:00:00+00:00"
    assert told(line, "count", **keys) == [("violated", "error", "d1", None, due)]
    early, late = "2027-01-18T09:59:59Z", "2027-01-18T10:00:00Z"
    assert told(line, "count", early, **keys) == [("pending", "error", "d1", None, due)]
    assert told(line, "count", late, **keys) == [("violated", "error", "d1", None, due)]


def test_count_takes_what_ends_as_the_first_starts() -> None:
    keys: dict[str, Any] = {"of": "preparation", "min": 1, "before": {"kind": "dosing", "from": 2}}
    assert told("2027-01-04 D0 P7@09:10 D7", "count", **keys) == []
    assert told("2027-01-04 D0 P7@09:11 D7", "count", **keys) == [
        ("violated", "error", "d2", None, "2027-01-11T10:00:00+00:00")
    ]


def test_count_beyond_the_maximum() -> None:
    line, sides = "2027-01-04 D0 D7 D8x D14", {"below": "error", "above": "advice"}
    assert told(line, "count", of="dosing", max=1, severity=sides) == [
        ("violated", "advice", "d2 d4", None, None)
    ]
    assert told(line, "count", of="dosing", max=359, sum="minutes") == [
        ("violated", "error", "d1 d2 d4", None, None)
    ]
    assert told(line, "count", of="dosing", max=360, sum="minutes") == []


def test_count_that_nobody_is_asked_for() -> None:
    as_of = "2027-02-01T00:00:00Z"
    assert told("2027-01-04 D0*", "count", as_of, of="dosing", min=2) == [
        ("pending", "error", "", None, None)
    ]
    assert told("2027-01-04 completed D0*", "count", of="dosing", min=2) == [
        ("violated", "error", "", None, None)
    ]
    assert told("2027-01-04 discontinued D0*", "count", of="dosing", min=2) == []
    assert told("2027-01-04 E0- D7", "count", of="dosing", min=2) == []  # halted
    assert told("2027-01-04 E0- D7", "count", of="preparation", min=1, before="dosing") == [
        ("violated", "error", "d1", None, "2027-01-11T10:00:00+00:00")
    ]


def test_count_of_minutes() -> None:
    line, kinds = "2027-01-04 P0 D7 I8", ["preparation", "integration"]
    assert told(line, "count", of=kinds, min=100, sum="minutes") == []
    assert told(line, "count", of=kinds, min=101, sum="minutes") == [
        ("violated", "error", "", None, None)
    ]
    maintenance = {"kind": "dosing", "phase": "maintenance"}
    assert told(line, "count", of=maintenance, max=0) == []
    assert told(line, "count", of={"kind": "dosing", "phase": "course"}, max=0) == [
        ("violated", "error", "d1", None, None)
    ]


# --- order ------------------------------------------------------------------------------------


def test_order_before_a_first() -> None:
    keys: dict[str, Any] = {"each": "preparation", "before": "dosing", "severity": "warning"}
    assert told("2027-01-04 P0 P7@09:10 D7 P7@09:11 P14", "order", **keys) == [
        ("violated", "warning", "p3", None, None),
        ("violated", "warning", "p4", None, None),
    ]
    assert told("2027-01-04 P0 P14", "order", **keys) == []  # there is no X


def test_order_after_a_first() -> None:
    keys: dict[str, Any] = {"each": "integration", "after": "dosing"}
    assert told("2027-01-04 I0 D7 I7@11:59 I7@12:00", "order", **keys) == [
        ("violated", "error", "i1", None, None),
        ("violated", "error", "i2", None, None),
    ]
    assert told("2027-01-04 I0 I1", "order", "2027-01-04T10:00:00Z", **keys) == [
        ("violated", "error", "i1", None, "2027-01-04T10:00:00+00:00"),
        ("pending", "error", "i2", None, "2027-01-05T10:00:00+00:00"),
    ]


def test_order_passes_over_the_first_itself() -> None:
    keys: dict[str, Any] = {"each": ["dosing", "integration"], "after": "dosing"}
    assert told("2027-01-04 D0 D0@11:00 I0@12:00", "order", **keys) == [
        ("violated", "error", "d2", None, None)
    ]
    keys = {"each": "dosing", "before": {"kind": "dosing", "nth": 2}}
    assert told("2027-01-04 D0 D7 D14", "order", **keys) == [
        ("violated", "error", "d3", None, None)
    ]


# --- precede ----------------------------------------------------------------------------------


def test_precede_at_any_time() -> None:
    keys: dict[str, Any] = {"each": {"kind": "medical-evaluation", "nth": 1}, "by": "consultation"}
    due = "2027-01-11T10:00:00+00:00"
    assert told("2027-01-04 C0 E7", "precede", **keys) == []
    assert told("2027-01-04 E7 C8 E9", "precede", **keys) == [
        ("violated", "error", "e1", None, due)
    ]
    assert told("2027-01-04 E7", "precede", "2027-01-11T09:59:59Z", **keys) == [
        ("pending", "error", "e1", None, due)
    ]
    assert told("2027-01-04 C0 E7", "precede", min=2, **keys) == [
        ("violated", "error", "e1", None, due)
    ]


@pytest.mark.parametrize(("day", "fits"), [(5, False), (6, True), (13, True), (14, False)])
def test_precede_one_to_two_weeks(day: int, fits: bool) -> None:  # noqa: FBT001 - a case
    # The dosing is on Sunday 24 January: two weeks reach it from the 10th, one from the 17th.
    within = {"min": 1, "max": 2, "unit": "weeks"}
    keys: dict[str, Any] = {
        "each": {"kind": "dosing", "first": 1},
        "by": "preparation",
        "within": within,
    }
    line = f"2027-01-04 P{day} D20"
    late = ("violated", "error", "d1", "2027-01-10", "2027-01-17")
    soon = ("pending", "error", "d1", "2027-01-10", "2027-01-17")
    assert told(line, "precede", "2027-01-17T23:59:59Z", **keys) == ([] if fits else [soon])
    assert told(line, "precede", "2027-01-18T00:00:00Z", **keys) == ([] if fits else [late])


def test_precede_by_hours() -> None:
    keys: dict[str, Any] = {
        "each": "dosing",
        "by": "preparation",
        "within": {"min": 24, "max": 48, "unit": "hours"},
    }
    assert told("2027-01-04 P0@09:10 D1", "precede", **keys) == []
    assert told("2027-01-04 P0@09:11 D1", "precede", **keys) == [
        ("violated", "error", "d1", "2027-01-03T10:00:00+00:00", "2027-01-04T10:00:00+00:00")
    ]


def test_precede_back_to_the_previous_of_the_base() -> None:
    keys: dict[str, Any] = {
        "each": {"kind": "dosing", "from": 2},
        "by": "medical-review",
        "back_to": "previous",
    }
    finding = ("2027-01-11T12:00:00+00:00", "2027-01-18T10:00:00+00:00")
    assert told("2027-01-04 D0 R1 D7 D14", "precede", **keys) == [
        ("violated", "error", "d3", *finding)
    ]
    assert told("2027-01-04 D0 R1 D7 D14", "precede", "2027-01-01T00:00:00Z", **keys) == [
        ("pending", "error", "d3", *finding)
    ]
    each: dict[str, Any] = {**keys, "each": "dosing"}
    assert [f[2] for f in told("2027-01-04 R0 D7 D14", "precede", **each)] == ["d2"]


def test_precede_months_clamp_and_edges_meet() -> None:
    # 31 March: two months reach it from 31 January, one does not pass it up to 28 February.
    keys: dict[str, Any] = {
        "each": "dosing",
        "by": "preparation",
        "within": {"min": 1, "max": 2, "unit": "months"},
    }
    assert told("2027-03-31 D0", "precede", **keys) == [
        ("violated", "error", "d1", "2027-01-31", "2027-02-28")
    ]
    # The day before ends as a dosing at midnight starts: the dosing's start is named.
    keys["within"] = {"min": 1, "unit": "days"}
    assert told("2027-01-18 D0@00:00", "precede", **keys) == [
        ("violated", "error", "d1", None, "2027-01-18T00:00:00+00:00")
    ]
    # With a minimum of none the window closes with the dosing, not with its day.
    keys["within"] = {"min": 0, "max": 0, "unit": "days"}
    assert told("2027-01-18 D0 P0@11:00", "precede", **keys) == [
        ("violated", "error", "d1", "2027-01-18", "2027-01-18T10:00:00+00:00")
    ]


# --- follow -----------------------------------------------------------------------------------


def test_follow_on_the_next_days() -> None:
    keys: dict[str, Any] = {
        "each": "dosing",
        "by": "integration",
        "within": {"min": 1, "max": 3, "unit": "days"},
    }
    window = ("2027-01-05", "2027-01-07")
    for line in ("2027-01-04 D0 I1@00:00", "2027-01-04 D0 I3@23:59"):
        assert told(line, "follow", **keys) == []
    for line in ("2027-01-04 D0 I0@13:00", "2027-01-04 D0 I4@00:00", "2027-01-04 D0"):
        assert told(line, "follow", "2027-01-07T23:59:59Z", **keys) == [
            ("pending", "error", "d1", *window)
        ]
        assert told(line, "follow", "2027-01-08T00:00:00Z", **keys) == [
            ("violated", "error", "d1", *window)
        ]


def test_follow_until_the_next() -> None:
    keys: dict[str, Any] = {
        "each": "dosing",
        "by": "integration",
        "within": {"min": 1, "max": 3, "unit": "days"},
    }
    # d2 comes on 6 January at 10:00, before the window of d1 closes with the 7th.
    assert told("2027-01-04 D0 D2 I3", "follow", **keys) == [
        ("violated", "error", "d1", "2027-01-05", "2027-01-06T10:00:00+00:00")
    ]
    assert told("2027-01-04 D0 I1 D9 D10 I12", "follow", **keys) == [
        ("violated", "error", "d2", "2027-01-14", "2027-01-14T10:00:00+00:00")
    ]
    # An ordinal does not hide the next session of the base.
    each = {"kind": "dosing", "nth": 1}
    assert told("2027-01-04 D0 D7 I8", "follow", each=each, by="integration") == [
        ("violated", "error", "d1", "2027-01-04T12:00:00+00:00", "2027-01-11T10:00:00+00:00")
    ]


def test_follow_at_some_time() -> None:
    keys: dict[str, Any] = {
        "each": {"kind": "dosing", "nth": 2},
        "by": "medical-review",
        "until": "ever",
    }
    as_of = "2028-01-01T00:00:00Z"
    assert told("2027-01-04 D0* D7* D14*", "follow", as_of, **keys) == [
        ("pending", "error", "d2", "2027-01-11T12:00:00+00:00", None)
    ]
    assert told("2027-01-04 D0* D7* D14* R15", "follow", as_of, **keys) == []
    assert told("2027-01-04 discontinued D0* D7*", "follow", as_of, **keys) == []
    assert told("2027-01-04 D0* D7* E8-", "follow", as_of, **keys) == []


def test_follow_what_ended_early() -> None:
    keys: dict[str, Any] = {"each": "dosing", "by": "integration"}
    assert told("2027-01-04 discontinued D0* D7* I8", "follow", **keys) == [
        ("violated", "error", "d1", "2027-01-04T12:00:00+00:00", "2027-01-11T10:00:00+00:00"),
        ("violated", "advice", "d2", "2027-01-11T12:00:00+00:00", None),
    ]
    assert told("2027-01-04 D0* E1-", "follow", "2027-01-10T00:00:00Z", **keys) == [
        ("pending", "error", "d1", "2027-01-04T12:00:00+00:00", None)
    ]


def test_follow_by_hours_over_a_change_of_clocks() -> None:
    line = "2027-03-12 America/Los_Angeles D0 I3"
    keys: dict[str, Any] = {
        "each": "dosing",
        "by": "integration",
        "within": {"max": 48, "unit": "hours"},
    }
    assert told(line, "follow", **keys) == [
        ("violated", "error", "d1", "2027-03-12T12:00:00-08:00", "2027-03-14T13:00:00-07:00")
    ]
    keys["within"] = {"min": 48, "max": 70, "unit": "hours"}
    assert told(line, "follow", **keys) == []  # 69 hours later


# --- space ------------------------------------------------------------------------------------


def test_space_between_neighbors() -> None:
    sides = {"below": "error", "above": "warning"}
    keys: dict[str, Any] = {
        "from_": "dosing",
        "min": 5,
        "max": 14,
        "unit": "days",
        "severity": sides,
    }
    assert told("2027-01-04 D0 D4 D9 D23 D38", "space", **keys) == [
        ("violated", "error", "d1 d2", None, None),
        ("violated", "warning", "d4 d5", None, None),
    ]
    every = {"kind": "dosing", "every": 2}
    assert told("2027-01-04 D0 D3 D6 D9", "space", from_=every, max=5, unit="days") == [
        ("violated", "error", "d2 d4", None, None)
    ]


def test_space_to_another_kind() -> None:
    keys: dict[str, Any] = {"from_": "dosing", "to": "integration", "max": 24, "unit": "hours"}
    assert told("2027-01-04 D0 I0@11:00 I1@12:00", "space", **keys) == []
    assert told("2027-01-04 D0 I0@11:00 I1@12:01", "space", **keys) == [
        ("violated", "error", "d1 i2", None, None)
    ]
    # Between d1 and d2 there is no integration: nothing.
    assert told("2027-01-04 D0 D1 I2@12:01", "space", **keys) == [
        ("violated", "error", "d2 i1", None, None)
    ]


def test_space_overlapping_and_clamped() -> None:
    overlapping = "2027-01-04 D0 D0@11:00"
    assert told(overlapping, "space", from_="dosing", min=0, unit="hours") == [
        ("violated", "error", "d1 d2", None, None)
    ]
    assert told(overlapping, "space", from_="dosing", max=0, unit="hours") == []
    assert told(overlapping, "space", from_="dosing", min=0, unit="days") == []
    keys: dict[str, Any] = {"from_": "dosing", "to": "dosing", "min": 1, "unit": "months"}
    assert told("2027-01-31 D0 D28", "space", **keys) == []
    assert told("2027-01-31 D0 D27", "space", **keys) == [
        ("violated", "error", "d1 d2", None, None)
    ]


def test_space_from_some_to_all_of_a_kind() -> None:
    # After the remote d1 the next dosing is d2 at the office, 3 days later; d3 is 7 days later.
    keys: dict[str, Any] = {
        "from_": {"kind": "dosing", "place": "remote"},
        "to": "dosing",
        "unit": "days",
    }
    line = "2027-01-04 D0~ D3 D7~"
    assert told(line, "space", min=4, **keys) == [("violated", "error", "d1 d2", None, None)]
    # An office dosing that overlaps the next remote one is passed over for that one.
    line = "2027-01-04 D0~ D7@09:00 D7~"
    assert told(line, "space", min=8, **keys) == [("violated", "error", "d1 d3", None, None)]


# --- rate -------------------------------------------------------------------------------------


def test_rate_in_seven_days() -> None:
    # The seven days that end on the 10th, the 11th and the 15th hold three dosings each.
    line = "2027-01-04 D0 D3 D6 D7 D11"
    assert told(line, "rate", of="dosing", max=2, days=7, severity="advice") == [
        ("violated", "advice", "d3", None, None),
        ("violated", "advice", "d4", None, None),
        ("violated", "advice", "d5", None, None),
    ]
    assert told("2027-01-04 D0 D3 D7 D10", "rate", of="dosing", max=2, days=7) == []


def test_rate_in_one_day() -> None:
    assert told("2027-01-04 D0 D0@13:00 D1", "rate", of="dosing", max=1, days=1) == [
        ("violated", "error", "d2", None, None)
    ]


def test_rate_at_the_edge_of_the_days() -> None:
    assert told("2027-01-04 D0 D7", "rate", of="dosing", max=1, days=7) == []
    assert told("2027-01-04 D0 D7", "rate", of="dosing", max=1, days=8) == [
        ("violated", "error", "d2", None, None)
    ]
    remote = {"kind": "dosing", "place": "remote"}
    assert told("2027-01-04 D0 D1~", "rate", of=remote, max=1, days=8) == []


# --- span -------------------------------------------------------------------------------------


def test_span_of_at_most_four_weeks() -> None:
    keys: dict[str, Any] = {"from_": "dosing", "max": 4, "unit": "weeks"}
    assert told("2027-01-04 D0 D10 D28", "span", **keys) == []
    assert told("2027-01-04 D0 D10 D29", "span", **keys) == [
        ("violated", "error", "d1 d3", None, None)
    ]


def test_span_of_at_least_a_month() -> None:
    sides = {"below": "advice", "above": "warning"}
    keys: dict[str, Any] = {"from_": "dosing", "min": 1, "unit": "months", "severity": sides}
    assert told("2027-01-31 D0 D28", "span", **keys) == []  # 28 February
    assert told("2027-01-31 D0 D27", "span", "2030-01-01T00:00:00Z", **keys) == [
        ("pending", "advice", "d1 d2", None, None)
    ]
    assert told("2027-01-31 completed D0* D27*", "span", **keys) == [
        ("violated", "advice", "d1 d2", None, None)
    ]
    assert told("2027-01-31 discontinued D0* D27*", "span", **keys) == []


def test_span_of_one_session_of_none_and_backward() -> None:
    keys: dict[str, Any] = {"min": 1, "unit": "days"}
    assert told("2027-01-04 D0", "span", from_="dosing", **keys) == [
        ("violated", "error", "d1", None, None)
    ]
    assert told("2027-01-04 D0", "span", from_="dosing", to="integration", **keys) == []
    backward: dict[str, Any] = {"from_": "integration", "to": "dosing", "unit": "days"}
    assert told("2027-01-04 D0 I5", "span", min=0, **backward) == [
        ("violated", "error", "i1 d1", None, None)
    ]
    assert told("2027-01-04 D0 I5", "span", max=0, **backward) == []


# --- length -----------------------------------------------------------------------------------


def test_length_within_a_range() -> None:
    line = "2027-01-04 D0/119 D7/120 D14/180 D21/181"
    assert told(line, "length", of="dosing", min=120, max=180) == [
        ("violated", "error", "d1", None, None),
        ("violated", "error", "d4", None, None),
    ]


def test_length_one_of_a_few() -> None:
    assert told("2027-01-04 P0/50 P1/60 I2/80", "length", of="preparation", one_of=[50, 80]) == [
        ("violated", "error", "p2", None, None)
    ]


def test_length_that_differs_by_place() -> None:
    remote = {"kind": ["preparation", "integration"], "place": "remote"}
    assert told("2027-01-04 P0/60 P1/60~ I2/51~", "length", of=remote, max=50) == [
        ("violated", "error", "p2", None, None),
        ("violated", "error", "i1", None, None),
    ]


# --- allow ------------------------------------------------------------------------------------


def test_allow_a_place_and_a_format() -> None:
    assert told("2027-01-04 D0~ D7", "allow", of="dosing", field="place", values=["office"]) == [
        ("violated", "error", "d1", None, None)
    ]
    # A review has no format; what is not written is individual.
    kinds = ["preparation", "dosing", "medical-review"]
    assert told("2027-01-04 P0 D1g R2", "allow", of=kinds, field="format", values=["group"]) == [
        ("violated", "error", "p1", None, None)
    ]


def test_allow_a_level() -> None:
    plan = plan_of("2027-01-04 D0 D7 D14", d1={"level": "low"}, d2={"level": "high"})
    assert told(plan, "allow", of="dosing", field="level", values=["low", "moderate"]) == [
        ("violated", "error", "d2", None, None)
    ]


def test_allow_a_role() -> None:
    nurse = {"clinician": {"id": "k", "role": "nurse"}}
    plan = plan_of("2027-01-04 D0 D7 D14", d2=nurse)
    assert told(plan, "allow", of="dosing", field="role", values=["therapist"]) == [
        ("violated", "error", "d2", None, None)
    ]


# --- known ------------------------------------------------------------------------------------


def test_known_by_the_end() -> None:
    plan = plan_of("2027-01-04 D0* D7*t D14 D21", d4={"therapist_present": False})
    keys: dict[str, Any] = {"of": "dosing", "field": "therapist_present", "by": "end"}
    found = [("unknown", "error", "d1", None, None), ("violated", "error", "d4", None, None)]
    assert told(plan, "known", "2027-01-18T11:59:59Z", **keys) == found
    unrecorded = ("unknown", "error", "d3", None, None)  # it ends on the 18th at 12:00
    found.insert(1, unrecorded)
    assert told(plan, "known", "2027-01-18T12:00:00Z", **keys) == found


def test_known_by_the_start() -> None:
    keys: dict[str, Any] = {"of": {"kind": "dosing", "place": "remote"}, "field": "support_person"}
    line, due = "2027-01-04 D0~ D7~s D14 D21~", "2027-01-25T10:00:00+00:00"
    assert told(line, "known", "2027-01-04T10:00:00Z", **keys) == [
        ("unknown", "error", "d1", None, None),
        ("pending", "error", "d4", None, due),
    ]
    assert told(line, "known", **keys) == [
        ("violated", "error", "d1", None, "2027-01-04T10:00:00+00:00"),
        ("violated", "error", "d4", None, due),
    ]


def test_known_as_lacking_or_as_anything() -> None:
    plan = plan_of("2027-01-04 D0~ D7~", d1={"support_person": "none"}, d2={"level": "none"})
    assert told(plan, "known", of="dosing", field="support_person") == [
        ("violated", "error", "d1", None, None),
        ("violated", "error", "d2", None, "2027-01-11T10:00:00+00:00"),
    ]
    assert told(plan, "known", of="dosing", field="level", by="end") == []
    second = {"kind": "dosing", "nth": 2}
    assert told(plan, "known", of=second, field="level") == []
    assert told(plan, "known", of=second, field="clinician") == [
        ("violated", "error", "d2", None, "2027-01-11T10:00:00+00:00")
    ]


# --- recur ------------------------------------------------------------------------------------


def test_recur_rolling() -> None:
    # E on 4 January, so the next contact by 4 April; d3 is on 14 April.
    line = "2027-01-04 E0+ D7 D40 D100"
    keys: dict[str, Any] = {"of": BOTH, "months": 3}
    assert told(line, "recur", **keys) == [("violated", "error", "d3", "2027-01-05", "2027-04-04")]
    assert told(line, "recur", "2027-04-04T23:59:59Z", **keys) == [
        ("pending", "error", "d3", "2027-01-05", "2027-04-04")
    ]
    assert told(line + " R90", "recur", **keys) == []
    # A review on the 5th is too late, but no dosing stands before it.
    assert told(line + " R91", "recur", **keys) == [
        ("violated", "error", "", "2027-01-05", "2027-04-04")
    ]
    # Without a contact the months count from the first dosing.
    assert told("2027-01-31 D0 D28", "recur", of="medical-review", months=1) == []
    assert told("2027-01-31 D0 D29", "recur", of="medical-review", months=1) == [
        ("violated", "error", "d2", "2027-02-01", "2027-02-28")
    ]


def test_recur_by_the_calendar() -> None:
    keys: dict[str, Any] = {"of": "medical-review", "months": 2, "policy": "calendar"}
    # 5 March is in the second sixth of the year, 28 February in the first.
    assert told("2027-01-04 R0 D7 D55 D60", "recur", **keys) == [
        ("violated", "error", "d3", None, "2027-04-30")
    ]
    assert told("2027-01-04 R0 D7 D55 D60 R100", "recur", **keys) == []
    keys["months"] = 12
    assert told("2026-12-30 R0 D1", "recur", **keys) == []
    assert told("2026-12-30 R0 D1 D2", "recur", "2027-12-31T23:59:59Z", **keys) == [
        ("pending", "error", "d2", None, "2027-12-31")
    ]


def test_recur_while_something_else() -> None:
    keys: dict[str, Any] = {"of": "medical-review", "months": 2, "while_": "integration"}
    assert told("2027-01-04 R0 I10 D50 I70", "recur", **keys) == [
        ("violated", "error", "i2", "2027-01-05", "2027-03-04")
    ]
    assert told("2027-01-04 R0 I10 D70", "recur", **keys) == []


def test_recur_goes_on_while_dosings_are_owed() -> None:
    line, as_of, owed = "2027-01-04 R0 D7", "2027-04-01T00:00:00Z", {"dosing_count": {"min": 3}}
    keys: dict[str, Any] = {"of": "medical-review", "months": 2}
    assert told(line, "recur", as_of, **keys) == []
    assert told(line, "recur", as_of, owed, **keys) == [
        ("violated", "error", "", "2027-01-05", "2027-03-04")
    ]
    for other in ({"kind": "dosing", "phase": "course"}, ["dosing", "integration"]):
        assert told(line, "recur", as_of, owed, while_=other, **keys) == []


# --- Selectors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("dosing", "d1 d3 d4 d5"),
        (["preparation", "medical-review"], "p1 r1"),
        ({"kind": "dosing", "first": 2}, "d1 d3"),
        ({"kind": "dosing", "nth": 5}, ""),
        ({"kind": "dosing", "every": 2}, "d3 d5"),
        ({"kind": "dosing", "from": 3}, "d4 d5"),
        ({"kind": "dosing", "place": "remote", "nth": 2}, "d4"),
        ({"kind": ["preparation", "medical-review"], "place": ["remote"]}, "r1"),
        ({"kind": ["preparation", "dosing", "medical-review"], "format": "individual"}, "p1 d1 d4"),
        ({"kind": ["preparation", "dosing"], "level": ["low", "high"]}, "d1 d3"),
        ({"kind": "dosing", "route": "oral"}, "d1"),
        ({"kind": ["preparation", "dosing"], "phase": "course", "first": 1}, "p1"),
        ({"kind": "dosing", "phase": "maintenance"}, ""),
    ],
)
def test_selectors(selector: Any, chosen: str) -> None:
    line = "2027-01-04 P0 D7~ D8x D14g D21~ D28g R29"  # d2 is canceled and keeps no number
    plan = plan_of(
        line, d1={"level": "low", "route": "oral"}, d3={"level": "high"}, d5={"level": "other"}
    )
    found = told(plan, "count", of=selector, max=0)
    assert " ".join(f[2] for f in found) == chosen


# --- Lines in force ---------------------------------------------------------------------------


def test_the_line_in_force() -> None:
    lines = [
        {"id": "B-1", "form": "rate", "since": "2027-02-01"},
        {"id": "A-1", "form": "span"},
        {"id": "B-1", "form": "off", "since": "2027-03-01"},
        {"id": "A-1", "form": "order", "since": "2027-02-15"},
    ]

    def forms(day: dt.date | None) -> list[tuple[str, str]]:
        return [(line["id"], line["form"]) for line in lines_in_force(lines, day)]

    assert forms(dt.date(2027, 1, 31)) == [("A-1", "span")]
    assert forms(dt.date(2027, 2, 1)) == [("B-1", "rate"), ("A-1", "span")]
    assert forms(dt.date(2027, 2, 28)) == [("B-1", "rate"), ("A-1", "order")]
    assert forms(dt.date(2027, 3, 1)) == [("A-1", "order")]
    assert forms(None) == [("A-1", "order")]


def test_the_date_by_which_lines_are_read() -> None:
    day = "2027-06-01T03:00:00Z"
    zone = "America/Los_Angeles"
    assert reading_date(plan_of(f"2027-01-04 {zone} D0x D7"), day) == dt.date(2027, 1, 11)
    assert reading_date(plan_of(f"2027-01-04 {zone} D0x"), day) == dt.date(2027, 5, 31)
    assert reading_date(plan_of(f"2027-01-04 {zone} D0x"), None) is None


# --- Severities and verdicts ------------------------------------------------------------------


def test_who_has_the_last_word_on_a_severity() -> None:
    plan = plan_of("2027-01-04 discontinued D0* D7*")
    row: dict[str, Any] = {"id": "HOUSE-1", "form": "follow", "each": "dosing", "by": "integration"}
    row["severity"] = "warning"
    (found,) = judge_rules(plan, [row], severities={"HOUSE-1": "error"})
    assert [f["severity"] for f in found] == ["error", "advice"]
    assert verdict_of(found) == "violated"
    assert verdict_of([]) == "satisfied"


# --- The catalogue in forms (11.4) ------------------------------------------------------------


def limits_and_rules(random: Random) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Named limits, and the house rules that say each rule of the catalogue that reads them."""

    def bounds(top: int) -> dict[str, int]:
        low, high = sorted((random.randrange(top), random.randrange(top)))
        return random.choice(({"min": low}, {"max": high}, {"min": low, "max": high}))

    course = {"kind": "dosing", "phase": "course"}
    therapy = ["preparation", "dosing", "integration"]
    n, gate = random.randrange(1, 4), random.choice(("before-next", "any-time"))
    policy = random.choice(("rolling", "calendar"))
    limits: dict[str, Any] = {
        "consultation_first": True,
        "medical_roles": ["medical-provider"],
        "therapist_roles": ["therapist", "low"],
        "preparation_count": bounds(4),
        "preparation_before_dosing": True,
        "dosing_count": bounds(6),
        "dosing_minutes": bounds(180),
        "effect_minutes": 60,
        "processing_minutes": random.choice((20, 60)),
        "dosing_places": ["office"],
        "formats": ["individual"],
        "therapist_present": True,
        "support_person_when_remote": True,
        "dose_levels": ["low", "moderate"],
        "routes": ["oral", "sublingual"],
        "dosing_gap_days": bounds(20),
        "dosing_frequency": {"at_most": random.randrange(1, 3), "days": random.randrange(1, 20)},
        "integration_per_dosing": random.randrange(1, 3),
        "integration_after_dosing": True,
        "integration_count": bounds(6),
        "integration_window_hours": random.randrange(1, 90),
        "therapy_minutes": bounds(100),
        "review_after": {"dosings": n, "gate": gate},
        "review_every": {"months": 3 if policy == "calendar" else n, "policy": policy},
    }
    effect = limits["effect_minutes"] + limits["processing_minutes"]
    frequency = limits["dosing_frequency"]
    review: dict[str, Any] = {"each": {"kind": "dosing", "nth": n}, "until": "ever"}
    review["form"] = "follow"
    if gate == "before-next":
        review = {"each": {"kind": "dosing", "nth": n + 1}, "back_to": "previous"}
        review["form"] = "precede"
    said: dict[str, list[dict[str, Any]]] = {
        "SCREEN-FIRST": [
            {
                "form": "precede",
                "each": {"kind": "medical-evaluation", "nth": 1},
                "by": "consultation",
            }
        ],
        "ROLE-SCOPE": [
            {"form": "allow", "of": BOTH, "field": "role", "values": limits["medical_roles"]},
            {"form": "allow", "of": therapy, "field": "role", "values": limits["therapist_roles"]},
        ],
        "PREP-COUNT": [
            {"form": "count", "of": "preparation", "before": "dosing"} | limits["preparation_count"]
        ],
        "PREP-ORDER": [
            {
                "form": "order",
                "each": {"kind": "preparation", "phase": "course"},
                "before": "dosing",
            }
        ],
        "DOSE-COUNT": [{"form": "count", "of": course} | limits["dosing_count"]],
        "DOSE-DURATION": [{"form": "length", "of": "dosing"} | limits["dosing_minutes"]],
        "EFFECT-FIT": [{"form": "length", "of": "dosing", "min": effect}],
        "MODALITY": [
            {"form": "allow", "of": "dosing", "field": "place", "values": ["office"]},
            {"form": "allow", "of": therapy, "field": "format", "values": ["individual"]},
        ],
        "THERAPIST-PRESENT": [
            {"form": "known", "of": "dosing", "field": "therapist_present", "by": "end"}
        ],
        "SUPPORT-PERSON": [
            {
                "form": "known",
                "of": {"kind": "dosing", "place": "remote"},
                "field": "support_person",
                "by": "start",
            }
        ],
        "DOSE-LEVEL": [
            {"form": "allow", "of": "dosing", "field": "level", "values": limits["dose_levels"]}
        ],
        "DOSE-ROUTE": [
            {"form": "allow", "of": "dosing", "field": "route", "values": limits["routes"]}
        ],
        "DOSE-GAP": [
            {"form": "space", "from": "dosing", "to": course, "unit": "days"}
            | limits["dosing_gap_days"]
        ],
        "DOSE-FREQUENCY": [
            {
                "form": "rate",
                "of": "dosing",
                "max": frequency["at_most"],
                "days": frequency["days"],
            }
        ],
        "INTEG-EACH": [
            {
                "form": "follow",
                "each": "dosing",
                "by": "integration",
                "min": limits["integration_per_dosing"],
            }
        ],
        "INTEG-ORDER": [{"form": "order", "each": "integration", "after": "dosing"}],
        "INTEG-COUNT": [
            {"form": "count", "of": {"kind": "integration", "phase": "course"}}
            | limits["integration_count"]
        ],
        "INTEG-WINDOW": [
            {
                "form": "space",
                "from": "dosing",
                "to": "integration",
                "max": limits["integration_window_hours"],
                "unit": "hours",
            }
        ],
        "THERAPY-LENGTH": [
            {"form": "length", "of": ["preparation", "integration"]} | limits["therapy_minutes"]
        ],
        "REVIEW-AFTER": [{**review, "by": "medical-review"}],
        "REVIEW-QUARTER": [{"form": "recur", "of": BOTH, **limits["review_every"]}],
    }
    return limits, said


@pytest.mark.law
@pytest.mark.parametrize("seed", seeds(5))
def test_two_naive_readings_of_the_catalogue_agree(seed: int) -> None:
    random = Random(seed)
    seen: Counter[str] = Counter()
    named: set[str] = set()
    for _ in range(300):
        plan = wild_plan(random)
        moment = wild_moment(random, plan)
        as_of = None if moment is None else moment.isoformat()
        document = json.loads(kap.dumps(plan))
        limits, said = limits_and_rules(random)
        named |= set(said)
        expected: dict[str, list[Any]] = defaultdict(list)
        for f in judge(document, limits, as_of=as_of)[0]:
            expected[f["rule"]].append((f["verdict"], f["sessions"], f["opens"], f["due"]))
        for rule_id, rules in said.items():
            rows = [{"id": rule_id, **rule} for rule in rules]
            found = [
                (f["verdict"], f["sessions"], f["opens"], f["due"])
                for findings in judge_rules(document, rows, as_of=as_of, limits=limits)
                for f in findings
            ]
            if rule_id == "MODALITY":  # two rules, one finding a session
                ids = [f[1] for f in expected[rule_id]]
                assert sorted({f[1][0] for f in found}) == sorted(id for (id,) in ids)
            else:
                assert found == expected[rule_id], (rule_id, rows)
            seen[rule_id] += len(found)
    assert set(seen) == named
    assert all(seen.values())


# --- The generator ----------------------------------------------------------------------------

KEYS = {
    "count": {"of", "min", "max", "before", "sum"},
    "order": {"each", "before", "after"},
    "precede": {"each", "by", "min", "back_to", "within"},
    "follow": {"each", "by", "min", "until", "within"},
    "space": {"from", "to", "min", "max", "unit"},
    "rate": {"of", "max", "days"},
    "span": {"from", "to", "min", "max", "unit"},
    "length": {"of", "min", "max", "one_of"},
    "allow": {"of", "field", "values"},
    "known": {"of", "field", "by"},
    "recur": {"of", "months", "policy", "while"},
}
SELECTORS = ("of", "before", "after", "each", "by", "from", "to", "while")


def test_rows_of_every_form_and_key() -> None:
    random, keys = Random(1), defaultdict[str, set[str]](set)
    words, selector_keys = defaultdict[str, set[Any]](set), set[str]()
    for row in wild_rules(random, 4000):
        keys[row["form"]] |= set(row) - {"id", "form", "citation"}
        for name in ("unit", "back_to", "until", "policy", "sum", "by", "field"):
            if isinstance(row.get(name), str):
                words[name].add(row[name])
        words["within"].add(row.get("within", {}).get("unit"))
        for name in SELECTORS:
            if isinstance(row.get(name), dict):
                selector_keys |= set(row[name])
    common = {"severity", "says", "why", "action"}
    assert dict(keys) == {form: KEYS[form] | common for form in FORMS}
    assert set(WILD) == set(FORMS)
    assert selector_keys == {
        *("kind", "place", "format", "level", "route", "phase"),
        *("first", "nth", "every", "from"),
    }
    assert words["unit"] == words["within"] - {None} == {"hours", "days", "weeks", "months"}
    assert words["back_to"] == {"any", "previous"}
    assert words["until"] == {"next", "ever"}
    assert words["policy"] == {"rolling", "calendar"}
    assert words["sum"] == {"sessions", "minutes"}
    assert words["by"] >= {"start", "end"}
    assert words["field"] >= {"place", "format", "level", "route", "role", "clinician"}


def test_rows_are_valid() -> None:
    random = Random(2)
    for row in wild_rules(random, 3000):
        for window in (row, row.get("within", {"max": 0})):
            assert window.get("min", 0) <= window.get("max", 10_000)
        if row["form"] in ("count", "space", "span"):
            assert {"min", "max"} & set(row)
        if row["form"] == "length":
            assert ("one_of" in row) != bool({"min", "max"} & set(row))
        if row["form"] == "order":
            assert ("before" in row) != ("after" in row)
        if row["form"] == "span":
            assert row["unit"] != "hours"
        if row["form"] == "space" and has_ordinal(row.get("to")):
            assert not set(kinds_of(row["to"])) & set(kinds_of(row["from"]))
        if row["form"] == "recur" and row.get("policy") == "calendar":
            assert row["months"] in (1, 2, 3, 4, 6, 12)
        if row["form"] not in SIDED:
            assert isinstance(row.get("severity", "error"), str)
        for name in SELECTORS:
            selector = row.get(name)
            if selector is None or (row["form"] == "known" and name == "by"):
                continue
            kinds = kinds_of(selector)
            assert set(kinds) <= set(KINDS)
            assert len(set(kinds)) == len(kinds) >= 1
            if isinstance(selector, dict):
                assert len({"first", "nth", "every", "from"} & set(selector)) <= 1
                assert not {"level", "route"} & set(selector) or "dosing" in kinds
                with_format = {"preparation", "dosing", "integration"}
                assert "format" not in selector or set(kinds) & with_format


def test_lines_of_one_id_have_different_dates() -> None:
    random = Random(3)
    for _ in range(200):
        lines = wild_lines(random, 4)
        dates = [(line["id"], line.get("since")) for line in lines]
        assert len(set(dates)) == len(dates)
        for line in lines:
            if line["form"] == "off":
                assert set(line) <= {"id", "form", "since", "citation"}
    assert any(line["form"] == "off" for line in lines_of_many(random))


def lines_of_many(random: Random) -> list[dict[str, Any]]:
    return [line for _ in range(50) for line in wild_lines(random, 4)]


@pytest.mark.law
@pytest.mark.parametrize("form", FORMS)
def test_wild_rows_speak_of_wild_plans(form: str) -> None:
    """Each form finds something often, and nothing often, with each verdict that it has."""
    random, seen = Random(4), Counter[str]()
    for _ in range(400):
        plan = wild_plan(random)
        moment = wild_moment(random, plan)
        rows = [wild_rule(random, form=form)]
        as_of = None if moment is None else moment.isoformat()
        (found,) = judge_rules(json.loads(kap.dumps(plan)), rows, as_of=as_of)
        seen.update(f["verdict"] for f in found)
        seen["nothing"] += not found
    missing = form in ("count", "order", "precede", "follow", "span", "known", "recur")
    assert seen["nothing"] > 40
    assert seen["violated"] > 20
    assert bool(seen["pending"]) == missing
    assert bool(seen["unknown"]) == (form == "known")
