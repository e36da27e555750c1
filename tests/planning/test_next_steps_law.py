"""Laws of next steps, each tried by brute force through ``check``."""

from __future__ import annotations

import datetime as dt
import json
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.planning.next_steps import next_steps
from kap_model.planning.steps import DOES, NextSteps, Step
from kap_model.testing import strategies as kst
from profiles import scaled, seeds
from stepping_oracle import Oracle
from wild import CITATION, wild_moment, wild_plan, wild_protocol
from wild_rules import WILD, wild_rule

pytestmark = pytest.mark.law

WORDS_OFF = [
    kap.Setting(limit=name, value="off", citation=CITATION) for name in ("dose_levels", "routes")
]
LAWFUL = (
    "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
    "2027-01-04 C0 E2 P3 P4 D14 I15 D14@18:00/60 R15@12:00 I16 D28 I29 R30 D42 I43 R44 D56 I57",
    "2006-10-02 America/St_Johns C0 E2 P7 D20 I21 D26@09:00 I27@00:30 R28 D30 I31 D40 I41 D50 I51",
    "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85 S2>4=2 S33>35=6",
)


def middle_of_a_course(random: Random) -> tuple[kap.Plan, kap.CareProtocol, dt.datetime]:
    """A lawful course on its way: the past recorded, some of what is to come not booked yet."""
    course = kap.parse(random.choice(LAWFUL))
    moment = random.choice([s.begins for s in course.sessions]) + random.choice((-7200, 0, 3000))
    sessions = []
    for session in course.sessions:
        if session.ends <= moment:
            sessions.append(recorded(random, session))
        elif random.random() < 0.6:
            sessions.append(session)
    care = random.choice(kap.practices.PRACTICES).protocol
    supplies = course.supplies if random.random() < 0.7 else None
    course = attrs.evolve(course, sessions=sessions, supplies=supplies)
    return course, care, dt.datetime.fromtimestamp(moment, dt.UTC)


def recorded(random: Random, session: Any) -> Any:
    if session.kind == "medical-evaluation":
        return attrs.evolve(session, status="completed", outcome="eligible")
    if session.kind == "medical-review":
        outcome = random.choice(("continue", "continue", "continue", "stop", "pending"))
        return attrs.evolve(session, status="completed", outcome=outcome)
    if session.kind == "dosing":
        return attrs.evolve(session, status="completed", therapist_present=True)
    return attrs.evolve(session, status=random.choice(("completed", "completed", "planned")))


def wild_course(random: Random) -> tuple[kap.Plan, kap.CareProtocol, dt.datetime]:
    """Any active course, under any protocol, at a moment on or near one of its edges."""
    course = attrs.evolve(wild_plan(random), state="active")
    moment = wild_moment(random, course)
    return course, wild_protocol(random), moment or dt.datetime(2027, 1, 9, 12, tzinfo=dt.UTC)


def bookings(steps: NextSteps) -> list[Step]:
    return [step for step in steps if step.do == "book"]


def housed(random: Random, *forms: str) -> tuple[kap.Plan, kap.CareProtocol, dt.datetime]:
    """A course as before, under house rules of these forms beside its limits or alone."""
    make = random.choice((middle_of_a_course, wild_course))
    course, care, as_of = make(random)
    rows = [wild_rule(random, f"HOUSE-{n}", form=form) for n, form in enumerate(forms)]
    document = {"schema": "kap-model/protocol/1", "id": "own", "limits": {}, "rules": rows}
    own = kap.loads_protocol(json.dumps(document))
    if random.random() < 0.5:
        care = care.extended("own", settings=WORDS_OFF, rules=own.rules)
    else:
        care = own
    return course, care, as_of


def any_form(random: Random) -> tuple[kap.Plan, kap.CareProtocol, dt.datetime]:
    return housed(random, random.choice(tuple(WILD)))


def any_two_forms(random: Random) -> tuple[kap.Plan, kap.CareProtocol, dt.datetime]:
    return housed(random, *random.choices(tuple(WILD), k=2))


COURSES = [middle_of_a_course, wild_course, any_form, any_two_forms]


@pytest.mark.parametrize("make", COURSES)
@pytest.mark.parametrize("seed", seeds(12))
class TestEarliest:
    """The first instant at which a session is lawful, and answers what asks for it."""

    def test_is_lawful_and_nothing_before_it_is(self, make: Any, seed: int) -> None:
        course, care, as_of = make(Random(seed))
        oracle = Oracle(course, care, as_of)
        first = min((d.begins for d in course.timeline.dosings), default=None)
        for step in bookings(next_steps(course, care, as_of=as_of, optional=True)):
            if step.earliest is not None:
                assert oracle.is_lawful(step, step.earliest)
                assert oracle.is_answered(step, step.earliest)
            for start in oracle.grid(step):
                if step.earliest is not None and start >= step.earliest:
                    break
                if step.kind == "preparation" and not step.required and first and start >= first:
                    break
                assert not (oracle.is_lawful(step, start) and oracle.is_answered(step, start))

    def test_is_bound_by_the_rules_that_it_names(self, make: Any, seed: int) -> None:
        course, care, as_of = make(Random(seed))
        oracle = Oracle(course, care, as_of)
        for step in bookings(next_steps(course, care, as_of=as_of, optional=True)):
            if step.earliest is None:
                assert step.required
                assert step.earliest_rules
                continue
            assert bool(step.earliest_rules) is (step.earliest > oracle.now)
            if step.earliest - 60 >= oracle.now:
                broken = oracle.created(step, step.earliest - 60)
                assert broken <= set(step.earliest_rules) <= broken | set(step.due_rules)

    def test_due_is_where_the_window_closes(self, make: Any, seed: int) -> None:
        course, care, as_of = make(Random(seed))
        oracle = Oracle(course, care, as_of)
        for step in bookings(next_steps(course, care, as_of=as_of, optional=True)):
            if step.due is not None and step.urgency != "overdue":
                # A window of hours is still open at its last instant.
                closes = course.zone.resolve(step.due) + isinstance(step.due, int)
                for start in (closes, closes + 3600, closes + 86_400):
                    assert oracle.remains(step, start)

    def test_anywhere_in_the_window_all_is_ended(self, make: Any, seed: int) -> None:
        """A ``book`` step, taken anywhere in its window, ends every finding that it lists."""
        course, care, as_of = make(Random(seed))
        oracle = Oracle(course, care, as_of)
        for step in bookings(next_steps(course, care, as_of=as_of)):
            if step.earliest is not None and step.findings and step.urgency != "overdue":
                starts = [t for t in oracle.grid(step) if oracle.is_within(step, t)]
                for start in starts:
                    assert oracle.ended(step, [start] * step.number)
                if step.number > 1 and starts:
                    assert not oracle.ended(step, starts[:1] * (step.number - 1))


@pytest.mark.parametrize("make", COURSES)
@pytest.mark.parametrize("seed", seeds(60))
def test_what_every_list_keeps(make: Any, seed: int) -> None:
    course, care, as_of = make(Random(seed))
    steps = next_steps(course, care, as_of=as_of, optional=True)
    keeps_its_order(course, steps)
    keeps_to_one_optional_step(steps)
    has_a_step_for_each_pending_finding(course, care, as_of, steps)
    attends_what_is_booked(course, steps)
    respects_the_standing(course, steps)
    assert next_steps(course, care, as_of=as_of).steps == steps.required


def keeps_its_order(course: kap.Plan, steps: NextSteps) -> None:
    """What stops, what is overdue, the soonest due, null last; optional ones at the end."""

    def place(step: Step) -> tuple[float, ...]:
        due = float("inf") if step.due is None else course.zone.resolve(step.due)
        first = {"stopped": 0, "overdue": 1}.get(step.urgency, 2)
        return not step.required, first, due, DOES.index(step.do)

    assert [place(step) for step in steps] == sorted(place(step) for step in steps)


def keeps_to_one_optional_step(steps: NextSteps) -> None:
    """At most one for each kind with room, and none beside a required step of the kind."""
    kinds = [step.kind for step in steps.optional]
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) <= {"preparation", "dosing", "integration", "medical-review"}
    assert not {step.kind for step in steps.required if step.do == "book"} & set(kinds)
    assert all(step.due is None and step.earliest is not None for step in steps.optional)


def has_a_step_for_each_pending_finding(
    course: kap.Plan, care: kap.CareProtocol, as_of: dt.datetime, steps: NextSteps
) -> None:
    report = kap.check(course, care, as_of=as_of)
    violated = tuple(f for f in report.findings if f.verdict == "violated")
    assert steps.findings == violated
    answered = {finding for step in steps for finding in step.findings}
    standing = kap.Course.of(course, steps.instant).standing
    for finding in report.findings:
        if finding.verdict == "unknown":
            canceled = {id for step in steps if step.do == "cancel" for id in step.sessions}
            assert finding in answered or canceled & set(finding.sessions)
        if finding.verdict == "pending" and standing.state in ("none", "clear"):
            its = [step for step in steps if finding in step.findings]
            helping = [step for step in steps if finding in step.helps]
            assert len(its) + bool(helping) == 1
            closes = finding.breach.closes
            for step in (*its, *helping):
                if closes is not None:
                    assert step.due is not None
                    assert course.zone.resolve(step.due) <= course.zone.resolve(closes)


def attends_what_is_booked(course: kap.Plan, steps: NextSteps) -> None:
    """Each session that is booked and not over is on the list once, or waits for a decision."""
    now = kap.Course.of(course, steps.instant)
    booked = [s for s in course.sessions if s.status == "planned" and s.ends > steps.instant]
    waiting = now.standing.state in ("pending", "unrecorded")
    expected = [s.id for s in booked if not (waiting and s.kind == "dosing")]
    listed = [id for step in steps if step.do in ("attend", "cancel") for id in step.sessions]
    assert sorted(listed) == sorted(expected)
    for step in steps:
        if step.do == "attend":
            assert not (now.is_halted and step.kind in ("dosing", "preparation"))


def respects_the_standing(course: kap.Plan, steps: NextSteps) -> None:
    """Safety: no dosing for whom was turned down or is not decided on; halted courses wind up."""
    now = kap.Course.of(course, steps.instant)
    assert steps.halted is now.is_halted
    if now.standing.state in ("none", "clear"):
        return
    assert not [s for s in steps if s.kind == "dosing" and s.do in ("book", "attend")]
    if now.is_halted:
        held = {session.id for session in now.counting if now.is_held(session)}
        owed = bookings(steps)
        assert {step.kind for step in owed} <= {"integration"}
        assert all(set(step.sessions) <= held and step.required for step in owed)
        after = {
            d.id for d in now.dosings if d.id in held and now.standings.at(d.begins).is_adverse
        }
        assert {id for step in steps if step.do == "tell" for id in step.sessions} == after
    else:
        decider = now.standing.decider
        assert decider is not None
        assert (steps.steps[0].do, steps.steps[0].sessions) == ("record", (decider.id,))


@pytest.mark.parametrize("state", ["completed", "discontinued"])
@pytest.mark.parametrize("seed", seeds(60))
def test_a_plan_that_is_not_active_is_wound_up(seed: int, state: Any) -> None:
    random = Random(seed)
    course, care, as_of = random.choice(COURSES)(random)
    ended = attrs.evolve(course, state=state)
    steps = next_steps(ended, care, as_of=as_of, optional=True)
    assert {step.do for step in steps} <= {"cancel", "tell", "record"}
    booked = {s.id for s in ended.sessions if s.status == "planned" and s.ends > steps.instant}
    canceled = [id for step in steps if step.do == "cancel" for id in step.sessions]
    assert set(canceled) == booked
    assert len(canceled) == len(set(canceled))


@given(kst.plans(max_sessions=10), kst.protocols(), kst.moments(), st.booleans())
@settings(max_examples=scaled(60))
def test_totality(course: kap.Plan, care: Any, as_of: Any, late: bool) -> None:  # noqa: FBT001
    """Any active course has next steps, under any protocol, at any moment."""
    active = attrs.evolve(course, state="active")
    last = dt.datetime(2199, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    moment = last if late else as_of or dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
    steps = next_steps(active, care, as_of=moment)
    assert steps.to_dict()["steps"] == [step.to_dict() for step in steps]
    assert json.loads(json.dumps(steps.to_dict())) == steps.to_dict()
    assert str(steps).startswith(f"{active.id}: next steps as of ")
    assert all(step.rules for step in steps.required if step.do == "book")


class TestRenaming:
    """Renaming ids changes nothing but the ids."""

    @given(st.randoms(use_true_random=False))
    @settings(max_examples=scaled(50))
    def test_of_sessions(self, random: Random) -> None:
        course, care, as_of = wild_course(random)
        renamed = attrs.evolve(
            course, sessions=[attrs.evolve(s, id=f"n-{s.id}") for s in course.sessions]
        )
        before = next_steps(course, care, as_of=as_of, optional=True)
        after = next_steps(renamed, care, as_of=as_of, optional=True)
        keys = ("do", "kind", "number", "earliest", "due", "urgency", "rules", "contacts", "pace")
        assert [[step.to_dict()[key] for key in keys] for step in after] == [
            [step.to_dict()[key] for key in keys] for step in before
        ]
        assert [step.sessions for step in after] == [
            tuple(f"n-{id}" for id in step.sessions) for step in before
        ]
