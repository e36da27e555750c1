"""Notation: every mark read and written, and the round trip."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs
import pytest
from hypothesis import assume, example, given, settings, strategies as st

import kap_model as kap
from kap_model.testing import strategies as kst
from profiles import scaled

WHOLE_COURSE = (
    "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
)
LOS_ANGELES = "America/Los_Angeles"


def only(line: str) -> Any:
    (session,) = kap.parse(line).sessions
    return session


def session(cls: Any, id: str, start: str, minutes: int, **given: Any) -> Any:
    return cls(id=id, start=start, minutes=minutes, **given)


def test_the_example_of_a_whole_course() -> None:
    plan = kap.parse(WHOLE_COURSE)
    assert plan.id == "plan"
    assert plan.timezone == LOS_ANGELES
    assert plan.state == "active"
    assert (plan.supplies, plan.client, plan.protocol, plan.fees) == (None, None, None, None)
    assert [(s.id, plan.local_start(s).isoformat(), s.minutes) for s in plan.sessions] == [
        ("c1", "2027-01-04T10:00:00-08:00", 50),
        ("e1", "2027-01-06T10:00:00-08:00", 30),
        ("p1", "2027-01-11T10:00:00-08:00", 50),
        ("d1", "2027-01-18T10:00:00-08:00", 120),
        ("i1", "2027-01-19T10:00:00-08:00", 50),
        ("d2", "2027-02-01T10:00:00-08:00", 120),
        ("i2", "2027-02-02T10:00:00-08:00", 50),
        ("r1", "2027-02-06T10:00:00-08:00", 30),
        ("d3", "2027-02-15T10:00:00-08:00", 120),
        ("i3", "2027-02-16T10:00:00-08:00", 50),
        ("d4", "2027-03-01T10:00:00-08:00", 120),
        ("i4", "2027-03-02T10:00:00-08:00", 50),
        ("d5", "2027-03-15T10:00:00-07:00", 120),
        ("i5", "2027-03-16T10:00:00-07:00", 50),
        ("d6", "2027-03-29T10:00:00-07:00", 120),
        ("i6", "2027-03-30T10:00:00-07:00", 50),
    ]
    assert plan.notation == WHOLE_COURSE


T10 = "2027-01-04T10:00:00Z"


C, E, P, D, I, R = (  # noqa: E741 - the letters of the notation
    kap.Consultation,
    kap.MedicalEvaluation,
    kap.Preparation,
    kap.Dosing,
    kap.Integration,
    kap.MedicalReview,
)
TOKENS: dict[str, Any] = {
    "C0": session(C, "c1", T10, 50),
    "E0": session(E, "e1", T10, 30),
    "P0": session(P, "p1", T10, 50),
    "D0": session(D, "d1", T10, 120),
    "I0": session(I, "i1", T10, 50),
    "R0": session(R, "r1", T10, 30),
    "C0@00:00": session(C, "c1", "2027-01-04T00:00:00Z", 50),
    "C0@23:59": session(C, "c1", "2027-01-04T23:59:00Z", 50),
    "C0/1": session(C, "c1", T10, 1),
    "C0/1440": session(C, "c1", T10, 1440),
    "D0/50": session(D, "d1", T10, 50),
    "E0/50": session(E, "e1", T10, 50),
    "P0/30": session(P, "p1", T10, 30),
    "D0@09:05/90": session(D, "d1", "2027-01-04T09:05:00Z", 90),
    "C0*": session(C, "c1", T10, 50, status="completed"),
    "C0x": session(C, "c1", T10, 50, status="cancelled"),
    "C0!": session(C, "c1", T10, 50, status="no-show"),
    "D0*": session(D, "d1", T10, 120, status="completed"),
    "E0*": session(E, "e1", T10, 30, status="completed"),
    "E0+": session(E, "e1", T10, 30, status="completed", outcome="eligible"),
    "E0-": session(E, "e1", T10, 30, status="completed", outcome="ineligible"),
    "E0?": session(E, "e1", T10, 30, status="completed", outcome="pending"),
    "R0+": session(R, "r1", T10, 30, status="completed", outcome="continue"),
    "R0-": session(R, "r1", T10, 30, status="completed", outcome="stop"),
    "R0?": session(R, "r1", T10, 30, status="completed", outcome="pending"),
    "C0~": session(C, "c1", T10, 50, place="remote"),
    "P0~": session(P, "p1", T10, 50, place="remote"),
    "D0~": session(D, "d1", T10, 120, place="remote"),
    "I0~": session(I, "i1", T10, 50, place="remote"),
    "E0^": session(E, "e1", T10, 30, place="office"),
    "R0^": session(R, "r1", T10, 30, place="office"),
    "P0g": session(P, "p1", T10, 50, format="group"),
    "D0g": session(D, "d1", T10, 120, format="group"),
    "I0g": session(I, "i1", T10, 50, format="group"),
    "D0t": session(D, "d1", T10, 120, therapist_present=True),
    "D0s": session(D, "d1", T10, 120, support_person="recorded"),
    "E0@08:00/45-^": session(
        E,
        "e1",
        "2027-01-04T08:00:00Z",
        45,
        status="completed",
        outcome="ineligible",
        place="office",
    ),
    "R0x^": session(R, "r1", T10, 30, status="cancelled", place="office"),
    "I0!~g": session(I, "i1", T10, 50, status="no-show", place="remote", format="group"),
    "D0@13:30/90*~gts": session(
        D,
        "d1",
        "2027-01-04T13:30:00Z",
        90,
        status="completed",
        place="remote",
        format="group",
        therapist_present=True,
        support_person="recorded",
    ),
}


@pytest.mark.parametrize(("word", "expected"), TOKENS.items(), ids=TOKENS.keys())
def test_a_token_is_read_and_written(word: str, expected: kap.Session) -> None:
    assert only(f"2027-01-04 {word}") == expected
    written = kap.Plan(id="other", timezone="UTC", sessions=[attrs.evolve(expected, id="other")])
    assert written.notation == f"2027-01-04 {word}"


@pytest.mark.parametrize(
    ("spoken", "usual"),
    [
        ("C0@10:00", "C0"),
        ("C0/50", "C0"),
        ("D0/120", "D0"),
        ("D0/0120", "D0"),
        ("E0@10:00/30", "E0"),
        ("C0^", "C0"),
        ("E0~", "E0"),
        ("R0~", "R0"),
        ("E0*+", "E0+"),
        ("R0*-~", "R0-"),
        ("D00", "D0"),
        ("D(-0)", "D0"),
    ],
)
def test_what_is_usual_may_be_said_and_is_not_written(spoken: str, usual: str) -> None:
    plan = kap.parse(f"2027-01-04 {spoken}")
    assert plan == kap.parse(f"2027-01-04 {usual}")
    assert plan.notation == f"2027-01-04 {usual}"


def test_ids_are_letter_and_ordinal_in_token_order() -> None:
    plan = kap.parse("2027-01-04 D9 C0 D5 S9>=1 D7 S0>1=1")
    starts = {s.id: s.start.day - 4 for s in plan.sessions}
    assert starts == {"d1": 9, "c1": 0, "d2": 5, "d3": 7}
    assert plan.supplies is not None
    assert {s.id: s.issued.day - 4 for s in plan.supplies} == {"s1": 9, "s2": 0}
    assert plan.notation == "2027-01-04 C0 D5 D7 D9 S0>1=1 S9>=1"


@pytest.mark.parametrize(
    ("heading", "zone", "state"),
    [
        ("2027-01-04", "UTC", "active"),
        ("2027-01-04 UTC", "UTC", "active"),
        ("2027-01-04 active", "UTC", "active"),
        ("2027-01-04 completed", "UTC", "completed"),
        ("2027-01-04 discontinued", "UTC", "discontinued"),
        ("2027-01-04 America/Los_Angeles", LOS_ANGELES, "active"),
        ("2027-01-04 America/Los_Angeles completed", LOS_ANGELES, "completed"),
        ("2027-01-04 Etc/UTC discontinued", "Etc/UTC", "discontinued"),
        ("2027-01-04 EST active", "EST", "active"),
    ],
)
def test_zone_and_state(heading: str, zone: str, state: str) -> None:
    plan = kap.parse(f"{heading} C0*")
    assert (plan.timezone, plan.state) == (zone, state)
    usual = ["2027-01-04"]
    usual += [zone] if zone != "UTC" else []
    usual += [state] if state != "active" else []
    assert plan.notation == " ".join([*usual, "C0*"])


def test_a_line_without_sessions_is_read_and_cannot_be_written() -> None:
    plan = kap.parse("2027-01-04 completed S0>1=1")
    assert plan.sessions == ()
    assert plan.state == "completed"
    with pytest.raises(kap.NotationError, match="must hold a session"):
        _ = plan.notation


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("C0", None),
        ("C0 S-", []),
        ("S- C0", []),
        ("C0 S0>3=2", [("2027-01-04", "2027-01-07", 2)]),
        ("C0 S0>=2", [("2027-01-04", None, 2)]),
        ("C0 S0>0=1", [("2027-01-04", "2027-01-04", 1)]),
        ("C0 S(-2)>1=2", [("2027-01-02", "2027-01-05", 2)]),
        ("C0 S(-5)>(-2)=2", [("2026-12-30", "2027-01-02", 2)]),
        (
            "C0 S0>3=2 S30>=999999999999",
            [("2027-01-04", "2027-01-07", 2), ("2027-02-03", None, 999_999_999_999)],
        ),
    ],
)
def test_supplies(words: str, expected: list[tuple[str, str | None, int]] | None) -> None:
    plan = kap.parse(f"2027-01-04 {words}")
    rows = plan.supplies and [
        (s.issued.isoformat(), s.received and s.received.isoformat(), s.dosings)
        for s in plan.supplies
    ]
    assert (None if rows is None else list(rows)) == expected
    written = kap.parse(plan.notation)
    assert written.supplies == plan.supplies
    assert (plan.notation.endswith("S-")) == (expected == [])


def test_negative_days() -> None:
    plan = kap.parse("2027-01-04 C(-3)@09:00 D0")
    assert [s.start.isoformat() for s in plan.sessions] == [
        "2027-01-01T09:00:00+00:00",
        "2027-01-04T10:00:00+00:00",
    ]
    assert plan.notation == "2027-01-01 C0@09:00 D3"


def test_a_later_session_may_have_an_earlier_date_where_clocks_go_back_over_midnight() -> None:
    first = kap.Consultation(id="a", start="2006-10-29T00:00:30-02:30", minutes=1)
    plan = kap.Plan(
        id="p",
        timezone="America/St_Johns",
        sessions=[
            kap.Consultation(id="a", start="2006-10-29T00:00:00-02:30", minutes=1),
            kap.Dosing(id="b", start="2006-10-28T23:30:00-02:30", minutes=5),
        ],
    )
    assert plan.notation == "2006-10-28 America/St_Johns D0@23:30/5 C1@00:00/1"
    late = attrs.evolve(
        plan,
        sessions=[
            kap.Consultation(id="a", start="2006-10-29T00:00:00-02:30", minutes=1),
            kap.Dosing(id="b", start="2006-10-28T23:30:00-03:30", minutes=5),
        ],
    )
    with pytest.raises(kap.NotationError, match="second of two equal local hours"):
        _ = late.notation
    with pytest.raises(kap.NotationError, match="second that notation cannot say"):
        _ = attrs.evolve(plan, sessions=[first]).notation


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("2027-11-07 America/Los_Angeles D0@01:30", "2027-11-07T01:30:00-07:00"),
        ("2027-11-07 America/Los_Angeles D0@02:00", "2027-11-07T02:00:00-08:00"),
        ("2027-03-14 America/Los_Angeles D0@01:59", "2027-03-14T01:59:00-08:00"),
        ("2027-03-14 America/Los_Angeles D0@03:00", "2027-03-14T03:00:00-07:00"),
        ("2027-04-04 Australia/Lord_Howe D0@01:45", "2027-04-04T01:45:00+11:00"),
        ("2011-12-29 Pacific/Apia D0@23:59", "2011-12-29T23:59:00-10:00"),
        ("2011-12-29 Pacific/Apia D2@00:00", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_local_times_beside_gaps_and_in_folds(line: str, start: str) -> None:
    plan = kap.parse(line)
    assert [plan.local_start(s).isoformat() for s in plan.sessions] == [start]
    assert kap.parse(plan.notation) == plan


def test_identity_is_outside_the_notation() -> None:
    plan = kap.parse("2027-01-04 C0 S0>1=2")
    assert plan.supplies is not None
    named = attrs.evolve(
        plan,
        id="other",
        client="c-9",
        protocol="kingsley",
        fees="regrounding",
        sessions=[attrs.evolve(plan.sessions[0], id="z")],
        supplies=[attrs.evolve(plan.supplies[0], id="y")],
    )
    assert named.notation == plan.notation
    assert kap.parse(named.notation) == plan


def anonymous(plan: kap.Plan) -> Any:
    """A plan without its identity."""
    supplies = plan.supplies and Counter(attrs.evolve(s, id="x") for s in plan.supplies)
    sessions = Counter(attrs.evolve(s, id="x") for s in plan.sessions)
    return plan.timezone, plan.state, plan.born, plan.conditions, sessions, supplies


def can_be_said(plan: kap.Plan) -> bool:
    if not plan.sessions or plan.born is not None or plan.conditions is not None:
        return False
    for one in plan.sessions:
        local = plan.local_start(one)
        if local.second or local.fold or one.clinician or one.notice_hours is not None:
            return False
        if isinstance(one, kap.Dosing) and (
            one.level is not None
            or one.route is not None
            or one.therapist_present is False
            or one.support_person not in (None, "recorded")
        ):
            return False
    return True


def sayable(plan: kap.Plan) -> kap.Plan:
    """A plan without most of what notation cannot say."""
    sessions = []
    for one in plan.sessions:
        kept: dict[str, Any] = {"clinician": None, "notice_hours": None}
        if isinstance(one, kap.Dosing):
            named = "recorded" if one.support_person else None
            present = True if one.therapist_present else None
            kept |= {
                "level": None,
                "route": None,
                "support_person": named,
                "therapist_present": present,
            }
        sessions.append(attrs.evolve(one, **kept))
    return attrs.evolve(plan, born=None, conditions=None, sessions=sessions)


@given(kst.plans().map(sayable))
@settings(max_examples=scaled(50))
@example(kap.parse("2027-01-04 " + "C0 " * 12 + "C0x D0 D0* S0>=1 " + "S0>1=2 " * 11))
@example(kap.parse("1980-01-01 C0@00:00 S(-29000)>80000=1"))
@example(kap.parse("2199-12-31 R0@23:59"))
def test_parsing_what_was_printed_gives_the_same_plan_but_for_identity(plan: kap.Plan) -> None:
    assume(can_be_said(plan))
    line = plan.notation
    again = kap.parse(line)
    assert anonymous(again) == anonymous(plan)
    assert again.notation == line
    assert len(line.splitlines()) == 1


@given(kst.plans(max_sessions=3))
@settings(max_examples=scaled(50))
def test_a_plan_is_printed_exactly_where_notation_can_say_it(plan: kap.Plan) -> None:
    if can_be_said(plan):
        assert anonymous(kap.parse(plan.notation)) == anonymous(plan)
    else:
        with pytest.raises(kap.NotationError):
            _ = plan.notation


LETTERS = "CEPDIRSX0123456789@:/*x!+-?~^gts>=() "


@given(
    st.text()
    | st.text(LETTERS, max_size=40).map(lambda text: f"2027-01-04 {text}")
    | st.from_regex(
        r"\A[12][09][0-9]{2}-[01]\d-[0-3]\d( [CEPDIR][0-9]{1,3}[*x!+?~^gts-]{0,3}){0,4}\Z"
    )
    | st.from_regex(r"\A2027-03-14 America/Los_Angeles( S\(?-?\d{1,2}\)?>\d?=\d){0,3}\Z")
)
@settings(max_examples=scaled(150))
def test_any_text_is_a_plan_or_a_notation_error(text: str) -> None:
    try:
        plan = kap.parse(text)
    except kap.NotationError as error:
        problems = error.problems
    else:
        assert not plan.sessions or anonymous(kap.parse(plan.notation)) == anonymous(plan)
        return
    assert problems
    assert all(problem.reason for problem in problems)
