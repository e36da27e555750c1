"""``complete`` finds the completion that is over first, or names what is in the way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random
from typing import Any, Final

import attrs
import pytest

import kap_model as kap
from completion_cases import Case, wild_case
from completion_oracle import Answer, Search, Task, TooLarge, solve, utc
from kap_model.errors import InvalidValue, PlanningError
from kap_model.planning.completing import complete
from kap_model.planning.moves import identity
from kap_model.planning.results import Completion
from kap_model.slots import OpenSlot
from profiles import seeds

ONE: Final[dict[str, Any]] = {
    "dosing_count": {"min": 1},
    "integration_per_dosing": 1,
    "evaluation_first": True,
}
TWO: Final = ONE | {"dosing_count": {"min": 2}}
BARE: Final[dict[str, Any]] = {"dosing_count": {"min": 1}}
MONTHLY: Final = {"review_every": {"months": 1, "policy": "rolling"}}
NOTHING: Final = "nothing"

# The end of the last session that is added, worked out by hand; None = there is no completion.
# Evaluation and review last 30 minutes, a dosing 120, all others 50.
TELLING: Final[tuple[tuple[str, Case, str | None], ...]] = (
    (
        "evaluation, dosing and integration fill the slot",
        Case("", ONE, "8", ("10@10:00-13:20",)),
        "10@13:20",
    ),
    ("a minute too short", Case("", ONE, "8", ("10@10:00-13:19",)), None),
    (
        "nothing starts before as_of",
        Case("", ONE, "10@10:30", ("10@10:00-13:50",)),
        "10@13:50",
    ),
    ("a minute of the slot is over", Case("", ONE, "10@10:31", ("10@10:00-13:50",)), None),
    ("nothing is needed", Case("C0* E2+ D5* I6*", ONE, "8", ()), NOTHING),
    ("there is no time at all", Case("C0* E2+ D5*", ONE, "8", ()), None),
    (
        "the medical partner's slot",
        Case("", ONE, "8", ("m 10@10:00-10:30", "t 10@11:00-14:00")),
        "10@13:50",
    ),
    (
        "the medical partner's slot is too short",
        Case("", ONE, "8", ("m 10@10:00-10:29", "t 10@11:00-14:00")),
        None,
    ),
    (
        "the evaluation would come after the dosing",
        Case("", ONE, "8", ("t 10@08:00-12:00", "m 11@09:00-09:30")),
        None,
    ),
    (
        "a client is in one session at a time",
        Case("", ONE, "8", ("m 10@10:00-10:30", "t 10@10:00-12:50")),
        None,
    ),
    (
        "a consultation that is too late is not made up for",
        Case("E2+", BARE | {"evaluation_first": True, "consultation_first": True}, "8")._replace(
            slots=("10@10:00-12:00",)
        ),
        "10@12:00",
    ),
    (
        "a consultation before the evaluation that is still to come",
        Case(
            "E12 D13", BARE | {"evaluation_first": True, "consultation_first": True}, "8"
        )._replace(slots=("12@09:00-10:00",)),
        "12@09:50",
    ),
    (
        "a preparation up to the minute at which the dosing starts",
        Case("E2+ D12", BARE | {"preparation_count": {"min": 1}}, "8", ("12@09:10-10:00",)),
        "12@10:00",
    ),
    (
        "a preparation that would run into the dosing",
        Case("E2+ D12", BARE | {"preparation_count": {"min": 1}}, "8", ("12@09:11-10:10",)),
        None,
    ),
    (
        "days apart, one too few",
        Case("D5*", {"dosing_count": {"min": 2}}, "8", ("11@10:00-12:00",), "1w"),
        None,
    ),
    (
        "days apart",
        Case("D5*", {"dosing_count": {"min": 2}}, "8", ("12@10:00-12:00",), "1w"),
        "12@12:00",
    ),
    (
        "a dosing that waits for midnight",
        Case("D5*", {"dosing_count": {"min": 2}}, "8", ("11@21:00-12@02:00",), "7d"),
        "12@02:00",
    ),
    (
        "days apart from a dosing that comes later too",
        Case("D5* D16", {"dosing_count": {"min": 3}}, "8", ("11@10:00-12:00",), 6),
        None,
    ),
    (
        "between two dosings, with an integration before the next",
        Case(
            "E2+ D5* I6* D16 I17",
            TWO | {"dosing_count": {"min": 3}},
            "8",
            ("10@10:00-12:00", "15@23:10-16@00:00"),
            5,
        ),
        "16@00:00",
    ),
    (
        "between two dosings, the integration only after the next",
        Case(
            "E2+ D5* I6* D16 I17",
            TWO | {"dosing_count": {"min": 3}},
            "8",
            ("10@10:00-12:00", "18@10:00-12:00"),
            5,
        ),
        None,
    ),
    (
        "a gap a day too long",
        Case(
            "D5*",
            {"dosing_count": {"min": 2}, "dosing_gap_days": {"max": 4}},
            "8",
            ("10@10:00-12:00",),
        ),
        None,
    ),
    (
        "a dosing on the last day of the longest gap",
        Case(
            "D6*",
            {"dosing_count": {"min": 2}, "dosing_gap_days": {"max": 4}},
            "8",
            ("10@10:00-12:00",),
        ),
        "10@12:00",
    ),
    (
        "a dosing later than need be, for its integration",
        Case(
            "E2+",
            ONE | {"integration_window_hours": 1},
            "8",
            ("10@08:00-10:30", "10@11:30-12:20"),
        ),
        "10@12:20",
    ),
    (
        "an integration a minute too late for its dosing",
        Case(
            "E2+",
            ONE | {"integration_window_hours": 1},
            "8",
            ("10@08:00-10:30", "10@11:31-12:30"),
        ),
        None,
    ),
    (
        "an integration soon enough, though only a booked one that comes late would be asked for",
        Case(
            "E2+ I17@12:00",
            {"dosing_count": {"min": 1}, "integration_window_hours": 1},
            "10",
            ("11@15:00-12@15:00",),
        ),
        "11@18:50",
    ),
    (
        "a review before the next dosing",
        Case(
            "E2+ D5* I6*",
            TWO | {"review_after": {"dosings": 1, "gate": "before-next"}},
            "8",
            ("m 10@09:30-10:00", "t 10@10:00-12:50"),
        ),
        "10@12:50",
    ),
    (
        "a review only after the next dosing",
        Case(
            "E2+ D5* I6*",
            TWO | {"review_after": {"dosings": 1, "gate": "before-next"}},
            "8",
            ("t 10@10:00-12:50", "m 10@13:00-13:30"),
        ),
        None,
    ),
    (
        "a review at any time",
        Case(
            "E2+ D5* I6*",
            TWO | {"review_after": {"dosings": 1, "gate": "any-time"}},
            "8",
            ("t 10@10:00-12:50", "m 10@13:00-13:30"),
        ),
        "10@13:30",
    ),
    (
        "a review brings the medicine",
        Case("E2+ D5* I6*", TWO | {"initial_supply": 1}, "8", ("10@10:00-13:20",)),
        "10@13:20",
    ),
    (
        "no time for the review that brings the medicine",
        Case("E2+ D5* I6*", TWO | {"initial_supply": 1}, "8", ("10@10:00-13:19",)),
        None,
    ),
    (
        "medicine that is tracked is for people to see to",
        Case("E2+ S-", BARE | {"initial_supply": 1}, "8", ("10@10:00-12:00",)),
        "10@12:00",
    ),
    # The evaluation was on 3 January, so the next contact is due on 3 February, day 33.
    (
        "the next review while treatment goes on",
        Case("E2+ D5*", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("t 10@10:00-12:00", "m 33@10:00-10:30")
        ),
        "33@10:30",
    ),
    (
        "a booked review is the next one, and none is added before it",
        Case("E2+ D5* R20", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("m 9@10:00-10:30", "t 10@10:00-12:00")
        ),
        "10@12:00",
    ),
    (
        "a review before a booked one makes no contact last longer",
        Case("E2+ D5* R20", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("m 9@10:00-10:30", "t 60@10:00-12:00")
        ),
        None,
    ),
    (
        "the next review cannot be had in time",
        Case("E2+ D5*", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("t 10@10:00-12:00", "m 34@10:00-10:30")
        ),
        "10@12:00",
    ),
    (
        "the next review is booked",
        Case("E2+ D5* R33", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("t 10@10:00-12:00", "m 20@10:00-10:30")
        ),
        "10@12:00",
    ),
    (
        "no next review where treatment is over",
        Case("E2+ D5*", ONE | MONTHLY, "8")._replace(
            slots=("t 10@10:00-12:00", "m 20@10:00-10:30")
        ),
        "10@10:50",
    ),
    (
        "a dosing beyond the due date asks for the review itself",
        Case("E2+ D5*", {"dosing_count": {"min": 2}} | MONTHLY, "8")._replace(
            slots=("t 34@10:00-12:00", "m 35@10:00-10:30")
        ),
        None,
    ),
    (
        "a contact in each quarter with a dosing",
        Case(
            "2027-03-18 C0* E2+",
            BARE | {"review_every": {"months": 3, "policy": "calendar"}},
            "8",
            ("t 14@10:00-12:00", "m 20@10:00-10:30"),
        ),
        "20@10:30",
    ),
    (
        "a dosing on the last day of a quarter that has its contact",
        Case(
            "2027-03-18 C0* E2+",
            BARE | {"review_every": {"months": 3, "policy": "calendar"}},
            "8",
            ("t 13@22:00-14@00:00", "t 14@10:00-12:00"),
        ),
        "14@00:00",
    ),
    (
        "an integration that waits for a first dosing",
        Case("I13", {"integration_after_dosing": True}, "8", ("13@08:00-10:00",)),
        "13@10:00",
    ),
    (
        "an integration before which no dosing ends",
        Case("I13", {"integration_after_dosing": True}, "8", ("13@08:01-12:00",)),
        None,
    ),
    (
        "integrations for each dosing beyond their maximum",
        Case("E2+", TWO | {"integration_count": {"max": 1}}, "8", ("10@00:00-20@00:00",)),
        None,
    ),
    (
        "an evaluation on the eighteenth birthday",
        Case(
            "",
            BARE | {"evaluation_first": True, "minimum_age": 18},
            "8",
            ("11@20:00-12@10:00",),
            born=dt.date(2009, 1, 13),
        ),
        "12@02:30",
    ),
    (
        "four days with one dosing at most",
        Case(
            "D9*",
            {"dosing_count": {"min": 2}, "dosing_frequency": {"at_most": 1, "days": 4}},
            "10",
            ("12@10:00-12:00", "13@10:00-12:00"),
        ),
        "13@12:00",
    ),
    (
        "a slot on the night on which clocks are set forward",
        Case("2027-03-01 America/Los_Angeles E2+", ONE, "8", ("13@00:00-03:50",)),
        "13@03:50",
    ),
    (
        "that slot, a minute shorter",
        Case("2027-03-01 America/Los_Angeles E2+", ONE, "8", ("13@00:00-03:49",)),
        None,
    ),
    (
        "a booking in the middle of a slot",
        Case("C10@10:30", BARE, "8", ("10@10:00-13:20",)),
        "10@13:20",
    ),
    ("a cancelled booking", Case("C10@10:30x", BARE, "8", ("10@10:00-13:20",)), "10@12:00"),
    (
        "a preparation once a clearance can have brought the medicine",
        Case(
            "",
            BARE | {"preparation_count": {"min": 1}, "preparation_after_supply": True},
            "8",
            ("10@10:00-13:20",),
        ),
        "10@13:20",
    ),
    (
        "treatment was stopped: the integration that is owed",
        Case("E2+ D5* R6-", TWO, "8", ("10@10:00-20:00",)),
        "10@10:50",
    ),
    (
        "treatment was stopped: none is owed for a dosing that is only booked",
        Case("E2- D12", TWO, "8", ("10@10:00-20:00", "12@12:00-20:00")),
        NOTHING,
    ),
    (
        "treatment was stopped: no time for the integration that is owed",
        Case("E2+ D5* R6-", TWO, "8", ("m 10@10:00-20:00",)),
        None,
    ),
    ("the evaluation is pending", Case("E2?", TWO, "8", ("10@10:00-20:00",)), NOTHING),
    ("the evaluation is unrecorded", Case("E2", TWO, "8", ("10@10:00-20:00",)), NOTHING),
)
NAMES: Final = [name for name, _, _ in TELLING]


def finish(case: Case, text: str | None) -> int | None:
    return None if text is None else 0 if text == NOTHING else case.at(text)


@pytest.mark.parametrize(("case", "expected"), [row[1:] for row in TELLING], ids=NAMES)
def test_the_search_finds_what_was_worked_out_by_hand(case: Case, expected: str | None) -> None:
    answer = solve(case, 20_000, rest=60)
    found = answer if answer.exists else solve(case, 20_000)
    assert found.finish == finish(case, expected)


@pytest.mark.law
@pytest.mark.parametrize("seed", seeds(2))
def test_the_search_leaves_out_nothing_of_use(seed: int) -> None:
    random, seen = Random(1 - seed), Counter[bool]()
    for _ in range(60):
        case = wild_case(random)
        case = case._replace(slots=(case.slots or ())[:2])
        try:
            everything = solve(case, 1500, prune=False)
        except TooLarge:
            continue
        answer = solve(case)
        assert (answer.exists, answer.finish) == (everything.exists, everything.finish), str(case)
        seen[answer.exists] += 1
    assert min(seen[True], seen[False]) > 10


# -- the verb --------------------------------------------------------------------------------------


def completed(case: Case, **options: Any) -> Completion:
    slots = None
    if case.rooms is not None:
        slots = [
            OpenSlot(start=utc(room.begins), end=utc(room.ends), role=room.role)
            for room in case.rooms
        ]
    return complete(
        case.plan,
        case.protocol,
        as_of=utc(case.instant),
        every=case.every,
        open_slots=slots,
        **options,
    )


def finish_of(completion: Completion) -> int:
    return max((session.ends for session in completion.added), default=0)


def keeps_the_contract(case: Case, completion: Completion) -> Task:
    """What is added is a completion, and what stands beside it is what the contract says."""
    task, plan, added = Task(case), case.plan, completion.added
    assert task.faults(added) == [], str(case)
    # Nothing that was there is moved, dropped or changed; the rest of the plan is as it was.
    assert completion.plan == attrs.evolve(plan, sessions=(*plan.sessions, *added))
    before = [f for f in task.before.findings if f.verdict == "violated"]
    assert list(map(identity, completion.findings)) == list(map(identity, before)), str(case)
    assert (completion.reason is not None) is task.owed_only, str(case)
    left = [
        finding
        for finding in task.judge(completion.plan).findings
        if finding.verdict == "unknown"
        or (finding.verdict == "pending" and task.for_people(finding))
    ]
    assert set(map(identity, left)) <= set(map(identity, completion.needs)), str(case)
    return task


def adds_nothing_needless(task: Task, added: tuple[kap.Session, ...]) -> bool:
    """Each added session is there for a reason: without it something would be missing."""
    rests = (tuple(other for other in added if other is not session) for session in added)
    return all(task.faults(rest) or not task.holds_review(rest) for rest in rests)


# What is wished of the integrations after a dosing, the most usual first: days, minutes.
WISHES: Final = ((1, 60), (0, 180), (0, 60), (0, 0))


def asked(case: Case, delay: int | None) -> Answer:
    """What the first wish that can be had gives; an option is kept by all of them."""
    hours = case.forms.get("integration_window_hours")
    usual = 1 if hours is None or hours > 12 else 0
    wishes = [(days, rest) for days, rest in WISHES if days <= (usual if delay is None else delay)]
    answers = (solve(case, delay=days, rest=rest) for days, rest in wishes)
    return next((answer for answer in answers if answer.with_review is not None), solve(case))


def agrees(case: Case, answer: Answer, **options: Any) -> str:
    """Compare the verb with the search; what became of the case."""
    try:
        completion = completed(case, **options)
    except PlanningError as error:
        problems = error.problems
    else:
        return agrees_on(case, answer, completion)
    assert problems, str(case)
    assert not answer.exists, f"{case}: there is one, over at {utc(answer.finish or 0)}"
    return "refused"


def agrees_on(case: Case, answer: Answer, completion: Completion) -> str:
    task = keeps_the_contract(case, completion)
    assert answer.exists, f"{case}: the search found none, {completion.added}"
    held = task.holds_review(completion.added)
    assert held or answer.with_review is None, f"{case}: the next review can be held"
    if "min" in case.forms.get("integration_count", {}):
        assert finish_of(completion) >= (answer.finish or 0), str(case)
    else:
        assert finish_of(completion) == answer.finish, str(case)
    assert held is (answer.with_review is not None)
    assert adds_nothing_needless(task, completion.added), str(case)
    if task.owed_only:
        return "owed" if completion.added else "halted"
    return "found" if completion.added else "nothing"


@pytest.mark.parametrize(("case", "expected"), [row[1:] for row in TELLING], ids=NAMES)
def test_the_verb_finds_what_was_worked_out_by_hand(case: Case, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(PlanningError) as caught:
            completed(case)
        assert caught.value.problems
    else:
        completion = completed(case)
        keeps_the_contract(case, completion)
        assert finish_of(completion) == finish(case, expected)


@pytest.mark.law
@pytest.mark.parametrize("seed", seeds(6))
def test_the_verb_agrees_with_the_search(seed: int) -> None:
    """If a completion exists it is found, and none is over earlier; if not, it is refused."""
    random, seen = Random(seed), Counter[str]()
    for _ in range(50):
        case = wild_case(random)
        delay = random.choice((None, 0))
        try:
            answer = asked(case, delay)
        except TooLarge:
            continue
        if not answer.exists or not needs_another_evaluation(case):
            seen[agrees(case, answer, integration_delay=delay)] += 1
    # Agreement says little where nothing is found.
    assert min(seen["refused"], seen["found"], seen["nothing"]) >= 3


def needs_another_evaluation(case: Case) -> bool:
    """Whether every completion evaluates again a client whose evaluation is held or booked."""
    task = Task(case)
    if not task.course.evaluations:
        return False
    search = Search(task, 20_000)
    search.most["medical-evaluation"] = 0
    return not search.answer().exists


@pytest.mark.parametrize("state", ["completed", "discontinued"])
def test_a_closed_course_is_refused(state: Any) -> None:
    case = Case("C0* E2+", ONE, "8", ("10@10:00-20:00",))
    closed = attrs.evolve(case.plan, state=state)
    with pytest.raises(InvalidValue):
        complete(closed, case.protocol, as_of=utc(case.instant))


@pytest.mark.law
def test_without_slots_there_is_always_time() -> None:
    """As within one slot that has no end, a course is completed where its limits allow it."""
    random, found = Random(7), 0
    for _ in range(25):
        case = wild_case(random)._replace(slots=None)
        try:
            completion = completed(case)
        except PlanningError:
            with pytest.raises(PlanningError):
                completed(case._replace(slots=("10@00:00-200@00:00",)))
        else:
            found += len(keeps_the_contract(case, completion).faults(completion.added)) == 0
    assert found > 10


@pytest.mark.parametrize(
    ("line", "forms", "conflict"),
    [
        ("E2+", {"integration_count": {"max": 1}}, {"integration_per_dosing", "integration_count"}),
        ("E2+ D5* I6*", {"dosing_gap_days": {"max": 2}}, {"dosing_gap_days"}),
        ("E2+ D5* I6*", {"dosing_minutes": {"max": 90}, "effect_minutes": 91}, {"effect_minutes"}),
    ],
)
def test_limits_that_leave_no_time_at_all_are_named(
    line: str, forms: dict[str, Any], conflict: set[str]
) -> None:
    with pytest.raises(PlanningError) as caught:
        completed(Case(line, TWO | forms, "8"))
    assert conflict <= set(caught.value.conflict)


def test_treatment_that_was_stopped_gets_no_dosing() -> None:
    """No verb ever adds a dosing where the decider is unfavourable."""
    for line in ("E2-", "E2+ D5* R6-", "E2+ D5* R6- D12", "E2+ R6-", "E2- R6+", "E2- E12"):
        completion = completed(Case(line, TWO, "8", ("10@10:00-20:00", "12@12:00-20:00")))
        assert {session.kind for session in completion.added} <= {"integration"}
        assert completion.reason


def test_the_place_and_the_support_person_are_those_that_are_given() -> None:
    case = Case("E2+", ONE | {"support_person_when_remote": True}, "8", ("10@10:00-20:00",))
    with_nobody = completed(case, place="remote")
    assert [f.rule for f in with_nobody.needs if f.verdict == "pending"] == ["SUPPORT-PERSON"]
    supported = completed(case, place="remote", support_person="sister")
    assert supported.needs == ()
    assert [(s.kind, s.place) for s in supported.added] == [
        ("dosing", "remote"),
        ("integration", "remote"),
    ]
