"""``allowed``: the findings that one more session creates and ends."""

from __future__ import annotations

import pickle
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.planning.moves import Move, allowed, beyond
from kap_model.testing import strategies as kst
from profiles import scaled
from support import SOURCE, at, limits, plan
from wild import wild_moment, wild_plan, wild_protocol


def one(token: str, id: str = "new", **facts: Any) -> Any:
    """A session in notation, under an id of its own."""
    return attrs.evolve(plan(token).sessions[0], id=id, **facts)


def names(findings: tuple[kap.Finding, ...]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(finding.rule, finding.verdict, finding.sessions) for finding in findings]


EACH = limits(integration_per_dosing=1)


def test_a_dosing_that_asks_for_more_is_ok() -> None:
    move = allowed(plan("D14"), one("D28"), EACH, as_of=at(0))
    assert move.ok
    assert names(move.created) == [("INTEG-EACH", "pending", ("new",))]
    assert move.settled == ()
    assert [session.id for session in move.plan.sessions] == ["d1", "new"]


def test_an_integration_settles_what_the_dosing_asked_for() -> None:
    move = allowed(plan("D14 D28"), one("I28@09:10"), EACH, as_of=at(0))
    assert move.ok
    assert names(move.settled) == [("INTEG-EACH", "pending", ("d1",))]
    assert move.created == ()


def test_a_minute_later_it_settles_nothing_and_overlaps() -> None:
    move = allowed(plan("D14 D28"), one("I28@09:11"), EACH, as_of=at(0))
    assert not move.ok
    assert names(move.created) == [("NO-OVERLAP", "violated", ("new", "d2"))]
    assert move.settled == ()


def test_a_warning_leaves_it_ok() -> None:
    care = limits(dosing_minutes={"min": 60})
    assert names(allowed(plan("C0"), one("D14/59"), care).created) == [
        ("DOSE-DURATION", "violated", ("new",))
    ]
    assert allowed(plan("C0"), one("D14/59"), care).ok
    strict = limits(dosing_minutes={"min": 60}, severities={"DOSE-DURATION": "error"})
    assert not allowed(plan("C0"), one("D14/59"), strict).ok


def test_without_a_moment_what_is_missing_is_missing() -> None:
    move = allowed(plan("D14"), one("D28"), EACH)
    assert names(move.created) == [("INTEG-EACH", "violated", ("new",))]
    assert not move.ok


def test_the_plan_names_the_protocol() -> None:
    course = attrs.evolve(plan("C0 E1 D14"), protocol="kingsley")
    short = one("D28/60")
    assert "DOSE-DURATION" in {found.rule for found in allowed(course, short, as_of=at(0)).created}
    by_core = allowed(course, short, "core", as_of=at(0)).created
    assert "DOSE-DURATION" not in {found.rule for found in by_core}


def test_as_json() -> None:
    move = allowed(plan("D14 D28"), one("I28@09:11"), EACH, as_of=at(0))
    (created,) = move.created
    assert move.to_dict() == {"ok": False, "created": [created.to_dict()], "settled": []}


def test_a_move_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match=r"ask move\.ok"):
        bool(allowed(plan("C0"), one("P3")))


def test_a_move_is_a_value() -> None:
    move = allowed(plan("D14"), one("D28"), EACH, as_of=at(0))
    assert pickle.loads(pickle.dumps(move)) == move  # noqa: S301 - our own bytes
    assert hash(move) == hash(attrs.evolve(move, created=list(move.created)))
    assert repr(move) == "<Move in plan: 1 created, 0 settled>"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"plan": "plan"}, "plan: must be a Plan"),
        ({"created": ["x"]}, "created[0]: must be a Finding"),
        ({"settled": [None]}, "settled[0]: must be a Finding"),
        ({"settled": "x"}, "settled: must be a sequence"),
    ],
)
def test_a_move_of_other_things_is_refused(fields: dict[str, Any], problem: str) -> None:
    given: dict[str, Any] = {"plan": plan("C0")} | fields
    with pytest.raises(kap.InvalidValue) as error:
        Move(**given)
    assert str(error.value) == problem


@pytest.mark.parametrize(
    ("line", "session", "as_of", "problem"),
    [
        ("completed D14", one("I15"), None, "plan: is completed; only an active course"),
        ("discontinued D14", one("I15"), None, "plan: is discontinued; only an active course"),
        ("D14", one("I15*"), None, "session.status: must be planned"),
        ("D14", one("I15x"), None, "session.status: must be planned"),
        ("D14", one("I15", id="d1"), None, "session.id: is in use in the plan"),
        ("D14 S0>1=2", one("I15", id="s1"), None, "session.id: is in use in the plan"),
        ("D14", one("I15"), at(15, "10:00:01"), "session.start: must not be before as_of"),
        ("D14", "I15", None, "session: must be a session of one of the six kinds"),
        ("D14", plan("S0>1=2 C0").supplies, None, "session: must be a session of one of the six"),
    ],
)
def test_what_is_refused(line: str, session: Any, as_of: str | None, problem: str) -> None:
    course = plan(f"2027-01-01 {line}" if line[0].islower() else line)
    if course.supplies:
        used = attrs.evolve(course.supplies[0], id="s1")
        course = attrs.evolve(course, supplies=[used])
    with pytest.raises(kap.InvalidValue) as error:
        allowed(course, session, as_of=as_of)
    assert str(error.value).startswith(problem)


def test_a_session_may_start_at_the_moment_itself() -> None:
    assert allowed(plan("C0"), one("P3"), as_of=at(3)).ok


def test_a_plan_is_asked_for() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="takes a Plan"):
        allowed(nothing, one("P3"))


CLEARED = limits(evaluation_first=True)
LENIENT = limits(evaluation_first=True, severities={"MED-CLEAR": "warning"})
SILENT = limits(dosing_count={"max": 8})


class TestTurnedDown:
    """Nobody turned down is ever booked for a dosing with ok."""

    @pytest.mark.parametrize("line", ["E1-", "E1+ R2-", "E1+ D3* R5- E6", "E1+ R2- R4"])
    def test_the_rule_says_so(self, line: str) -> None:
        move = allowed(plan(line), one("D14"), CLEARED, as_of=at(7))
        assert not move.ok
        assert [finding.rule for finding in move.created] == ["MED-CLEAR"]

    @pytest.mark.parametrize("care", [SILENT, LENIENT])
    @pytest.mark.parametrize("line", ["E1-", "E1+ R2-"])
    def test_where_no_rule_says_so_it_is_refused(self, line: str, care: kap.CareProtocol) -> None:
        with pytest.raises(kap.InvalidValue) as error:
            allowed(plan(line), one("D14"), care, as_of=at(7))
        assert str(error.value).startswith("session: must not be a dosing: the medical partner")

    def test_a_dosing_before_the_refusal_is_refused_too(self) -> None:
        with pytest.raises(kap.InvalidValue, match="must not be a dosing"):
            allowed(plan("E1+ R20-"), one("D14"), CLEARED)

    def test_other_sessions_are_welcome(self) -> None:
        assert allowed(plan("E1-"), one("E14"), SILENT, as_of=at(7)).ok

    def test_an_open_question_is_no_refusal(self) -> None:
        move = allowed(plan("E1?"), one("D14"), CLEARED, as_of=at(7))
        assert names(move.created) == [("MED-CLEAR", "unknown", ("e1", "new"))]
        assert move.ok

    def test_cleared_again(self) -> None:
        assert allowed(plan("E1- E3+"), one("D14"), SILENT, as_of=at(7)).ok

    @given(st.randoms(use_true_random=False))
    @settings(max_examples=scaled(150))
    def test_of_any_course(self, random: Random) -> None:
        course = attrs.evolve(wild_plan(random), state="active")
        as_of = wild_moment(random, course)
        standing = kap.Course.of(course, None if as_of is None else int(as_of.timestamp()))
        start = course.sessions[-1].begins if course.sessions else one("D14").begins
        dosing = one("D14", start=start)
        if not standing.is_halted or (as_of is not None and start < as_of.timestamp()):
            return
        try:
            move = allowed(course, dosing, wild_protocol(random), as_of=as_of)
        except kap.InvalidValue:
            return
        assert not move.ok


def is_halted_with(course: kap.Plan, session: kap.Session, as_of: Any) -> bool:
    longer = attrs.evolve(course, sessions=[*course.sessions, session])
    return kap.Course.of(longer, None if as_of is None else int(as_of.timestamp())).is_halted


@given(kst.plans(max_sessions=8), kst.protocols(), kst.moments(), kst.sessions("new"))
@settings(max_examples=scaled(60))
def test_created_and_settled_are_what_changes(
    course: kap.Plan, care: kap.CareProtocol, as_of: Any, session: kap.Session
) -> None:
    try:
        move = allowed(course, session, care, as_of=as_of)
    except kap.InvalidValue:
        assert (
            course.state != "active"
            or session.status != "planned"
            or (as_of is not None and session.start < as_of)
            or (session.kind == "dosing" and is_halted_with(course, session, as_of))
        )
        return
    before, after = kap.check(course, care, as_of=as_of), kap.check(move.plan, care, as_of=as_of)
    kept = len(before.findings) - len(move.settled)
    assert len(after.findings) == kept + len(move.created)
    assert move.created == beyond(before, after)
    assert set(course.sessions) | {session} == set(move.plan.sessions)


def test_a_citation_stays_with_a_created_finding() -> None:
    (created,) = allowed(plan("D14"), one("D28"), EACH, as_of=at(0)).created
    assert created.citation == SOURCE
