"""Repairs by hand: each error rule, what history forbids, and how a repair reads."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.errors import InvalidValue, PlanningError
from kap_model.planning import repairing
from kap_model.planning.repairing import repair
from kap_model.planning.results import Change, Repair
from support import at, limits, plan

WHOLE = "C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
HELD = "C0* E2+ P7* D14* I15*"
KINGSLEY = kap.practices.KINGSLEY.protocol
REGROUNDING = kap.practices.REGROUNDING.protocol


def told(made: Repair) -> list[tuple[str, str, str | None, str | None]]:
    """Each change with its session and its two starts, as its JSON says."""
    rows = made.to_dict()["changes"]
    return [(row["action"], row["session"], row["from"], row["to"]) for row in rows]


def repaired(
    line: str | kap.Plan,
    protocol: Any = "core",
    as_of: str | None = None,
    facts: dict[str, Any] | None = None,
) -> list[tuple[str, str, str | None, str | None]]:
    made = repair(plan(line, facts) if isinstance(line, str) else line, protocol, as_of=as_of)
    assert made.report.ok
    return told(made)


def add(session: str, day: int, clock: str = "10:00") -> tuple[str, str, str | None, str | None]:
    return "add", session, None, at(day, clock)


def drop(session: str, day: int, clock: str = "10:00") -> tuple[str, str, str | None, str | None]:
    return "drop", session, at(day, clock), None


def test_a_plan_without_errors_comes_back_as_it_was() -> None:
    given = plan(WHOLE)
    made = repair(given, "core")
    assert (made.plan, made.changes, made.minutes_moved) == (given, (), 0)
    assert made.plan is given
    assert made.to_dict() == {"plan": "plan", "changes": [], "moved_minutes": 0}
    assert str(made) == "plan: nothing to repair"
    assert repr(made) == "<Repair of plan: 0 changes>"


def test_warnings_are_left_alone() -> None:
    assert repaired(WHOLE.replace("D14", "D14/59")) == []


GAP = limits(dosing_gap_days={"min": 7}, dosing_count={"min": 3, "max": 3})
PACE = limits(dosing_frequency={"at_most": 2, "days": 7}, dosing_count={"min": 3, "max": 3})
FILLED = WHOLE.replace("D56", "D56 D57@12:00 I58")


ALONE = kap.practices.CORE.protocol.extended(
    "alone",
    settings=[
        kap.Setting(
            limit="formats", value=("individual",), citation=kap.Citation("House", "no groups")
        )
    ],
)


@pytest.mark.parametrize(
    ("line", "protocol", "changes"),
    [
        # NO-OVERLAP: what is not needed goes; what is needed moves, as little as may be.
        (f"{WHOLE} I85@10:20", "core", [drop("i7", 85, "10:20")]),
        (
            WHOLE.replace("P7", "P14@09:15"),
            "core",
            [("move", "p1", at(14, "09:15"), at(14, "09:10"))],
        ),
        # INTEG-EACH
        (WHOLE.replace("I43 ", ""), "core", [add("i6", 43)]),
        (WHOLE.replace(" I85", ""), "core", [add("i6", 85)]),
        # PREP-COUNT
        (WHOLE.replace("P7 ", ""), "core", [add("p1", 0, "10:50")]),
        # DOSE-COUNT, below and above
        (WHOLE.replace("D42 ", ""), "core", [add("d6", 42)]),
        (f"{WHOLE} D98 I99 D112 I113 D126 I127", "core", [drop("d9", 126)]),
        # DOSE-GAP and DOSE-FREQUENCY: the first minute of the day that is far enough.
        ("D0 D7 D12", GAP, [("move", "d3", at(12), at(14, "00:00"))]),
        ("D0@20:00 D3 D6@20:00", PACE, [("move", "d3", at(6, "20:00"), at(7, "00:00"))]),
        ("D0 D14 D20", GAP, [("move", "d2", at(14), at(13, "23:59"))]),
        # SUPPLY-BALANCE and REVIEW-AFTER
        (WHOLE.replace("R33 ", ""), "core", [add("r1", 14, "12:00")]),
        (WHOLE.replace("R33 ", ""), KINGSLEY, [add("r1", 28, "12:00")]),
        # MED-CLEAR without an evaluation
        (WHOLE.replace("E2 ", ""), "core", [add("e1", 0, "10:50")]),
        # MODALITY: another one of the right kind instead.
        (WHOLE.replace("I43", "I43g I44"), ALONE, [drop("i3", 43)]),
        (WHOLE.replace("P7", "P7g"), ALONE, [drop("p1", 7), add("p2", 13)]),
        # Of a practice that holds no dosings at its office.
        (
            "D0",
            limits(dosing_places=["remote"], dosing_count={"min": 2}),
            [drop("d1", 0), add("d2", 0), add("d3", 14)],
        ),
    ],
)
def test_errors_are_mended_by_the_smallest_change(
    line: str, protocol: Any, changes: list[tuple[str, str, str | None, str | None]]
) -> None:
    assert repaired(line, protocol) == changes


def test_a_lapse_of_medical_contact_is_filled_in_time() -> None:
    late = "C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D140 I141"
    made = repair(plan(late), "core")
    assert [change.action for change in made.changes] == ["add"]
    assert [change.rules for change in made.changes] == [("REVIEW-QUARTER",)]
    review = made.changes[0].session
    assert dt.date(2027, 2, 3) < review.start.date() <= dt.date(2027, 5, 3)


def test_a_calendar_quarter_gets_its_review() -> None:
    each = limits(
        review_every={"months": 3, "policy": "calendar"}, dosing_count={"min": 1, "max": 2}
    )
    assert repaired("E2 D14 D100", each) == [drop("d2", 100)]
    both = limits(review_every={"months": 3, "policy": "calendar"}, dosing_count={"min": 2})
    assert repaired("E2 D14 D100", both) == [add("r1", 90)]
    # While the quarter lasts the review is still to come.
    assert repaired("E2* D14* D100*", both, at(101)) == []
    with pytest.raises(PlanningError) as refused:
        repair(plan("E2* D14* D100*"), both, as_of=at(200))
    assert refused.value.conflict == ("REVIEW-QUARTER",)


@pytest.mark.parametrize("as_of", [None, at(8)])
def test_after_a_refusal_the_dosings_go(as_of: str | None) -> None:
    line = WHOLE.replace("E2", "E2-")
    days = (14, 28, 42, 56, 70, 84)
    gone = [drop(f"d{number}", day) for number, day in enumerate(days, 1)]
    assert repaired(line, KINGSLEY, as_of) == gone


def test_a_stop_leaves_the_dosings_that_were_held() -> None:
    line = f"{HELD} R20- D28 I29 D42 I43"
    assert repaired(line, KINGSLEY, at(21)) == [drop("d2", 28), drop("d3", 42)]


def test_no_dosing_is_added_while_the_decision_is_open() -> None:
    for outcome in ("E2?", "E2*", "E2-"):
        line = f"C0* {outcome} P7 D14 I15"
        if outcome == "E2-":
            assert repaired(line) == [drop("d1", 14)]
            continue
        with pytest.raises(PlanningError) as refused:
            repair(plan(line), "core")
        assert refused.value.conflict == ("DOSE-COUNT",)
    # Where nothing asks for a clearance, only a decision against treatment speaks.
    loose = limits(dosing_count={"min": 1})
    assert repaired("E2?", loose) == [add("d1", 2, "10:30")]
    assert repaired("E2-", loose) == []


def test_an_unfinished_course_gets_all_the_rest() -> None:
    made = repair(plan(f"{HELD} D28 I29"), KINGSLEY)
    kinds = [change.session.kind for change in made.changes]
    assert [change.action for change in made.changes] == ["add"] * 9
    assert (kinds.count("dosing"), kinds.count("integration")) == (4, 4)
    days = made.plan.timeline.dosing_days
    assert all(later - earlier >= 14 for earlier, later in pairwise(days))
    assert [s.id for s in made.plan.timeline.dosings] == [f"d{number}" for number in range(1, 7)]


@pytest.mark.parametrize(
    ("line", "rules", "as_of"),
    [
        (f"{HELD} D28* D42*", ["INTEG-EACH", "SUPPLY-BALANCE"], at(50)),
        (WHOLE.replace("I15", "I15*"), ["RECORD-OUTCOME"], at(10)),
        ("E0? D14*", ["MED-CLEAR"], at(20)),
        ("E0 E1 P2 S0>3=9", ["SUPPLY-INITIAL"], at(2)),
        ("E0- S3>4=2", ["SUPPLY-ISSUED"], at(4)),
    ],
)
def test_history_cannot_be_mended(line: str, rules: list[str], as_of: str) -> None:
    with pytest.raises(PlanningError) as refused:
        repair(plan(line), KINGSLEY, as_of=as_of)
    assert set(refused.value.conflict) >= set(rules[:1])
    assert "history cannot be mended" in str(refused.value)
    assert [problem.path for problem in refused.value.problems] == list(refused.value.conflict)


def test_what_began_stays_and_nothing_new_starts_before_then() -> None:
    # The earlier of two that overlap has begun, so the later one gives way, by what is needed.
    assert repaired("D0 P0@11:00", limits(), at(0, "10:30")) == [drop("p1", 0, "11:00")]
    two = limits(dosing_count={"min": 2})
    assert repaired("D0 D0@11:00/60", two) == [
        ("move", "d1", at(0), at(0, "09:00")),
    ]
    asked = limits(dosing_gap_days={"min": 7})
    assert repaired("D0* D5 D13", asked, at(3)) == [drop("d2", 5)]
    # A session that starts at that very moment has begun.
    line = "D0/60 I0@10:59"
    assert repaired(line, limits(), at(0, "10:58")) == [drop("i1", 0, "10:59")]
    with pytest.raises(PlanningError) as refused:
        repair(plan(line), limits(), as_of=at(0, "10:59"))
    assert refused.value.conflict == ("NO-OVERLAP",)


def test_without_a_moment_history_reaches_to_the_last_session_held() -> None:
    with pytest.raises(PlanningError) as refused:
        repair(plan("D0* D14* I15"), limits(integration_per_dosing=1))
    assert refused.value.conflict == ("INTEG-EACH",)
    assert repaired("D0* I1* D14*", limits(integration_per_dosing=1)) == [add("i2", 15)]


def test_cancelled_and_missed_sessions_are_left_alone() -> None:
    line = WHOLE.replace("I43", "I43x I44!").replace("P7", "P7x P8")
    made = repair(plan(line), "core")
    assert told(made) == [add("i8", 43)]
    left = [s for s in made.plan.sessions if s.status != "planned"]
    assert [s.id for s in left] == ["p1", "i3", "i4"]


def test_a_remote_dosing_cannot_be_given_a_support_person() -> None:
    line = "C0 E2 P7 D14/90~ I15 D28/90 I29 R33 D42/90 I43 D56/90 I57 D70/90 I71 D84/90 I85"
    made = repair(plan(line), REGROUNDING)
    assert sorted((c.action, c.session.kind) for c in made.changes) == [
        ("add", "dosing"),
        ("drop", "dosing"),
    ]
    assert all(s.place == "office" for s in made.plan.timeline.dosings)
    alone = {"d1.support_person": "none"}
    assert repaired("D14~", limits(support_person_when_remote=True), at(0), alone) == [
        drop("d1", 14)
    ]
    nowhere = limits(
        support_person_when_remote=True, dosing_places=["remote"], dosing_count={"min": 2}
    )
    with pytest.raises(PlanningError) as refused:
        repair(plan("D14~s"), nowhere)
    assert set(refused.value.conflict) >= {"DOSE-COUNT"}
    assert "whatever is added, moved or dropped" in str(refused.value)


def test_the_client_comes_of_age() -> None:
    adult = limits(minimum_age=18, evaluation_first=True, dosing_count={"min": 1})
    born = {"born": dt.date(2009, 1, 11)}
    assert repaired("E5 D20", adult, None, born) == [
        ("move", "e1", at(5), at(10, "00:00")),
    ]
    leap = {"born": dt.date(2008, 2, 29)}
    made = repaired("2026-02-20 E0 D30", adult, None, leap)
    assert made[0][3] == "2026-03-01T00:00:00+00:00"
    assert repaired("E5 D20", limits(minimum_age=18), None, born)[0][0] == "drop"


def test_medicine_and_evaluations_meet() -> None:
    cleared = limits(evaluation_first=True, review_every={"months": 3})
    # The evaluation comes before the medicine is issued.
    assert repaired("E5 D10 S2>4=2", cleared) == [add("e2", 2)]
    refill = limits(refill_needs_review=True)
    assert repaired("D0 D20 S0>1=1 S10>12=1", refill) == [add("r1", 1)]
    first = limits(initial_supply=1, dosing_count={"min": 2})
    assert repaired("E0 D5 D20 S1>2=1 S10>12=1", first) == [add("r1", 5, "12:00")]
    with pytest.raises(PlanningError):
        repair(plan("E0 S1>2=1 S10>12=1"), limits(initial_supply=1))
    arrives = limits(initial_supply=2, dosing_count={"min": 2})
    assert repaired("D5 D20 S0>1=1 S10>25=1", arrives) == [("move", "d2", at(20), at(25, "00:00"))]


ALL = (
    "SCREEN-FIRST",
    "PREP-COUNT",
    "PREP-ORDER",
    "PREP-AFTER-SUPPLY",
    "DOSE-DURATION",
    "DOSE-GAP",
    "INTEG-ORDER",
    "INTEG-COUNT",
    "INTEG-WINDOW",
    "EXCLUSION",
)
STRICT: dict[str, Any] = dict.fromkeys(ALL, "error")


@pytest.mark.parametrize(
    ("line", "forms", "changes"),
    [
        ("E2 D14", {"consultation_first": True, "evaluation_first": True}, None),
        ("P0 P1 P2 D14", {"preparation_count": {"max": 2}}, [drop("p3", 2)]),
        ("D14 P20 I30", {"preparation_before_dosing": True}, [drop("p1", 20)]),
        ("P1 E2 D14", {"preparation_after_supply": True}, [add("e2", 0)]),
        ("P1 D14 S0>2=3", {"preparation_after_supply": True}, [drop("p1", 1)]),
        ("I0 D14", {"integration_after_dosing": True}, [drop("i1", 0)]),
        ("I0", {"integration_after_dosing": True}, [drop("i1", 0)]),
        ("D0 I1 I2 I3", {"integration_count": {"max": 2}}, [drop("i3", 3)]),
        ("D0 I1", {"integration_count": {"min": 2}}, [add("i2", 1, "09:10")]),
        ("D0 I5", {"integration_window_hours": 24}, [drop("i1", 5)]),
        (
            "D0 D30@10:00",
            {"dosing_gap_days": {"max": 20}, "dosing_count": {"min": 2, "max": 2}},
            [("move", "d2", at(30), at(20, "23:59"))],
        ),
    ],
)
def test_a_protocol_that_is_stricter_is_kept(
    line: str, forms: dict[str, Any], changes: list[Any] | None
) -> None:
    made = repaired(line, limits(severities=STRICT, **forms))
    assert changes is None or made == changes
    assert len(made) == 1


def test_what_only_facts_decide_is_refused() -> None:
    listed = limits(severities=STRICT, exclusions=["house"])
    with pytest.raises(PlanningError) as refused:
        repair(plan("D0", {"conditions": ["house"]}), listed)
    assert refused.value.conflict == ("EXCLUSION",)


def test_overlaps_that_a_protocol_allows_are_left() -> None:
    loose = limits(severities={"NO-OVERLAP": "warning"}, dosing_count={"min": 2})
    assert repaired("D0 D0@11:00", loose) == []


def test_medicine_comes_with_the_first_evaluation() -> None:
    loose = limits(severities={"NO-OVERLAP": "warning"}, initial_supply=2)
    line = "E0/300 E0@10:30 D0@12:00"
    assert repaired(line, loose) == [add("e3", -1)]


def test_where_no_length_is_lawful_the_usual_one_is_added() -> None:
    short = limits(dosing_minutes={"max": 60}, effect_minutes=90, dosing_count={"min": 1})
    made = repair(plan("C0"), short)
    assert [(c.action, c.session.kind, c.session.minutes) for c in made.changes] == [
        ("add", "dosing", 120)
    ]


def test_a_course_without_a_dosing_gets_its_preparation() -> None:
    assert repaired("C0", limits(preparation_count={"min": 1})) == [add("p1", 0, "10:50")]


def test_a_quarter_whose_dosings_were_held_can_only_get_a_contact() -> None:
    each = limits(review_every={"months": 3, "policy": "calendar"})
    assert repaired("D0* D14*", each) == [add("r1", 14, "12:00")]


def test_a_dosing_that_moves_before_the_review_is_counted_with_the_first() -> None:
    late = "C0 E2 P7 D14 I15 D24@08:01 I18 R19 D20 I21 D23 I24 D26 I27 D29 I30"
    made = repair(plan(late), KINGSLEY)
    assert [(change.action, change.session.id) for change in made.changes] == [("move", "d2")]
    assert made.report.ok


def test_a_review_after_the_first_dosing_may_come_at_any_time() -> None:
    once = limits(review_after={"dosings": 1, "gate": "any-time"}, dosing_count={"min": 1})
    assert repaired("D0", once) == [add("r1", 0, "12:00")]


def test_rules_that_are_no_errors_ask_for_nothing() -> None:
    mild = limits(
        severities={"INTEG-EACH": "warning"}, integration_per_dosing=1, dosing_count={"min": 2}
    )
    made = repair(plan("D0"), mild)
    assert told(made) == [add("d2", 14)]
    assert str(made).splitlines()[0] == "plan: 1 change (times in UTC)"


def test_rules_that_cannot_be_kept_together_are_named() -> None:
    both = limits(dosing_count={"min": 2}, integration_count={"max": 1}, integration_per_dosing=1)
    strict = both.extended("strict", severities={"INTEG-COUNT": "error"})
    with pytest.raises(PlanningError) as refused:
        repair(plan("D0 I1 D14"), strict)
    assert refused.value.conflict == ("INTEG-EACH",)


def test_a_search_that_is_given_up_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "MOST_PLANS", 1)
    monkeypatch.setattr(repairing, "MOST_PLANS", 1)
    with pytest.raises(PlanningError) as refused:
        repair(plan(WHOLE.replace("I43 ", "").replace("I57 ", "")), "core")
    assert str(refused.value) == "plan: no repair of up to 1 change exists, and 1 plans were tried"
    assert refused.value.conflict == ("INTEG-EACH",)


def test_an_empty_plan_needs_a_moment() -> None:
    empty = attrs.evolve(plan("D0"), sessions=())
    with pytest.raises(PlanningError, match="as_of: is needed"):
        repair(empty, "core")
    assert repair(empty, "core", as_of=at(0)).changes == ()


def test_only_active_courses_are_repaired() -> None:
    for state in ("completed", "discontinued"):
        closed: Any = state
        with pytest.raises(InvalidValue, match="only an active course"):
            repair(attrs.evolve(plan(WHOLE), state=closed), "core")
    nothing: Any = "D0"
    with pytest.raises(TypeError, match="takes a Plan"):
        repair(nothing)


def test_steps_read_as_a_person_would_say_them() -> None:
    made = repair(
        kap.parse(
            "2027-01-04 America/Los_Angeles C0 E2 P14@09:15 D14 I15 D28 R33 R33@10:10 D42 I43 D56"
            " I57 D70 I71 D84 I85"
        ),
        "core",
    )
    assert (
        str(made)
        == """\
plan: 3 changes, 5 minutes moved (times in America/Los_Angeles)

  1. Move preparation p1 from Mon, Jan 18, 2027, 9:15 am to Mon, Jan 18, 2027, 9:10 am, because
     PREP-COUNT: The preparations before the first dosing number within the limit. NO-OVERLAP:
     No two sessions overlap.
  2. Add integration i6 on Tue, Feb 2, 2027, 10:00 am (50 minutes, at the office), because
     INTEG-EACH: After every dosing there is an integration before the next dosing.
  3. Drop medical review r2 of Sat, Feb 6, 2027, 10:10 am, because NO-OVERLAP: No two sessions
     overlap."""
    )
    row = made.to_dict()["changes"][0]
    assert row == {
        "action": "move",
        "session": "p1",
        "kind": "preparation",
        "from": "2027-01-18T09:15:00-08:00",
        "to": "2027-01-18T09:10:00-08:00",
        "rules": ["PREP-COUNT", "NO-OVERLAP"],
    }
    assert repr(made.changes[0]) == "<Change: move p1>"


def test_a_change_fits_its_action() -> None:
    session = kap.Dosing(id="d1", start=at(0), minutes=60)
    later = attrs.evolve(session, start=session.start + dt.timedelta(seconds=61))
    moved = Change(action="move", before=session, after=later)
    assert (moved.minutes_moved, moved.session) == (2, later)
    assert Change(action="drop", before=session).session is session
    wrong: Any = "swap"
    assert Change(action="drop", before=session).minutes_moved == 0
    for fields in (
        {"action": wrong, "before": session},
        {"action": "add"},
        {"action": "add", "before": session, "after": later},
        {"action": "drop", "before": session, "after": later},
        {"action": "move", "after": later},
        {"action": "add", "after": "later"},
    ):
        given: Any = fields
        with pytest.raises(InvalidValue):
            Change(**given)


def test_dosings_close_together_are_moved_apart_where_that_is_an_error() -> None:
    care = limits(dosing_count={"min": 2}, severities={"DOSE-CLOSE": "error"})
    done = kap.repair(plan("D9@08:00 D9@13:00"), care)
    assert done.report.ok
    assert len(done.changes) == 1
