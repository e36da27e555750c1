"""``complete``: what is added to a running course, by what it lacks, where it stands, and how.

Each row is a plan, limits, the moment, and the whole plan that comes back: what was there is where
it was. Days count from Friday 1 January 2027.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pytest

import kap_model as kap
from support import at, limits, plan

MONTHLY: Final = {"months": 1, "policy": "rolling"}
QUARTERLY: Final = {"months": 3, "policy": "rolling"}
CALENDAR: Final = {"months": 3, "policy": "calendar"}
ONE: Final[dict[str, Any]] = {"min": 1}
CARED: Final[dict[str, Any]] = {
    "dosing_count": {"min": 3},
    "integration_per_dosing": 1,
    "evaluation_first": True,
}


def completed(line: str, forms: dict[str, Any], as_of: str, **options: Any) -> kap.Completion:
    """A completion whose promises have been seen to hold."""
    course, protocol = plan(line), limits(**forms)
    done = kap.complete(course, protocol, as_of=as_of, **options)
    report = kap.check(course, protocol, as_of=as_of)
    assert set(course.sessions) <= set(done.plan.sessions)
    assert set(done.added) == set(done.plan.sessions) - set(course.sessions)
    moment = dt.datetime.fromisoformat(as_of).timestamp()
    assert all(session.begins >= moment for session in done.added)
    assert set(done.findings) == {f for f in report.findings if f.verdict == "violated"}
    return done


def rules(findings: tuple[kap.Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


# For each rule that can be pending: a plan in which it is, and the completion.
PENDING: Final[dict[str, tuple[str, str, dict[str, Any], str, str]]] = {
    "a consultation": ("SCREEN-FIRST", "E5", {"consultation_first": True}, at(0), "C0 E5"),
    "an evaluation": ("MED-CLEAR", "C0* D5", {"evaluation_first": True}, at(2), "C0* E2 D5"),
    "preparations": (
        "PREP-COUNT",
        "C0* D5",
        {"preparation_count": {"min": 2}},
        at(2),
        "C0* P2 P3 D5",
    ),
    "preparations without a dosing": (
        "PREP-COUNT",
        "C0* P1*",
        {"preparation_count": {"min": 2}},
        at(2),
        "C0* P1* P2",
    ),
    "an evaluation that brings medicine": (
        "PREP-AFTER-SUPPLY",
        "C0* P5",
        {"preparation_after_supply": True},
        at(2),
        "C0* E2 P5",
    ),
    "a review that brings medicine": (
        "SUPPLY-BALANCE",
        "E0+ D1* D2* D5",
        {"initial_supply": 2},
        at(3),
        "E0+ D1* D2* R3 D5",
    ),
    "a review for each dosing": (
        "SUPPLY-BALANCE",
        "E0+ D1* D2* D5 D6 D7",
        {"initial_supply": 2, "refill_supply": 1},
        at(3),
        "E0+ D1* D2* R3 R3@10:30 R3@11:00 D5 D6 D7",
    ),
    "a review before medicine is issued": (
        "REFILL-REVIEW",
        "E0+ D1* S0>0=2 S6>7=2",
        {"refill_needs_review": True},
        at(3),
        "E0+ D1* R3 S0>0=2 S6>7=2",
    ),
    "an evaluation before medicine is issued": (
        "SUPPLY-ISSUED",
        "C0* S6>=2",
        {"evaluation_first": True},
        at(3),
        "C0* E3 S6>=2",
    ),
    "dosings": (
        "DOSE-COUNT",
        "C0* D1*",
        {"dosing_count": {"min": 3}},
        at(2),
        "C0* D1* D15 D29",
    ),
    "an integration after the last dosing": (
        "INTEG-EACH",
        "D0*",
        {"integration_per_dosing": 1},
        at(3),
        "D0* I3",
    ),
    "integrations between dosings": (
        "INTEG-EACH",
        "D0* D5",
        {"integration_per_dosing": 2},
        at(3),
        "D0* I3 I4 D5 I6 I7",
    ),
    "a dosing before an integration": (
        "INTEG-ORDER",
        "C0* I5",
        {"integration_after_dosing": True},
        at(3),
        "C0* D3 I5",
    ),
    "integrations of the course": (
        "INTEG-COUNT",
        "D0*",
        {"integration_count": {"min": 2}},
        at(3),
        "D0* I3 I4",
    ),
    "a review before the next dosing": (
        "REVIEW-AFTER",
        "D0* D5",
        {"review_after": {"dosings": 1, "gate": "before-next"}},
        at(3),
        "D0* R3 D5",
    ),
    "a review at any time": (
        "REVIEW-AFTER",
        "D0* D5*",
        {"review_after": {"dosings": 1, "gate": "any-time"}},
        at(6),
        "D0* D5* R6",
    ),
    "a review that reaches a later dosing": (
        "REVIEW-QUARTER",
        "E0+ D1* D100",
        {"review_every": QUARTERLY},
        at(3),
        "E0+ D1* R10 D100",
    ),
    "a contact in a quarter": (
        "REVIEW-QUARTER",
        "D1* D20",
        {"review_every": CALENDAR},
        at(3),
        "D0* R2 D19",
    ),
}


@pytest.mark.parametrize(
    ("rule", "line", "forms", "as_of", "whole"), PENDING.values(), ids=PENDING.keys()
)
def test_what_is_pending_is_ended(
    rule: str, line: str, forms: dict[str, Any], as_of: str, whole: str
) -> None:
    before = kap.check(plan(line), limits(**forms), as_of=as_of)
    assert (rule, "pending") in {(f.rule, f.verdict) for f in before.findings}
    done = completed(line, forms, as_of)
    assert done.plan.notation.split(" ", 1)[1] == whole
    after = kap.check(done.plan, limits(**forms), as_of=as_of)
    assert not [f for f in after.findings if f.verdict == "pending" and f.rule == rule]
    assert (done.needs, done.reason) == ((), None)


# The next medical review is booked while treatment goes on.
REVIEWS: Final[dict[str, tuple[str, dict[str, Any], str, str]]] = {
    "a dosing still to come": ("E0+ D1* D3", {}, at(2), "E0+ D1* R2 D3"),
    "a dosing that starts now is held": ("E0+ D1* D2", {}, at(2), "E0+ D1* D2"),
    "fewer dosings than there have to be": (
        "E0+ D1* D2*",
        {"dosing_count": {"min": 3}},
        at(2, "12:00"),
        "E0+ D1* D2* R3 D16",
    ),
    "as many dosings as there have to be": (
        "E0+ D1* D2*",
        {"dosing_count": {"min": 2}},
        at(2, "12:00"),
        "E0+ D1* D2*",
    ),
    "no more dosings asked for": ("E0+ D1* D2*", {}, at(2, "12:00"), "E0+ D1* D2*"),
    "booked by the due date": ("E0+ D1* D5 R31", {}, at(3), "E0+ D1* D5 R31"),
    "booked a day late": ("E0+ D1* D5 R32", {}, at(3), "E0+ D1* R3 D5 R32"),
    "treatment has not begun": ("C0* D60", {}, at(50), "C0* D60"),
    "overdue": ("E0+ D1* D60", {}, at(50, "12:00"), "E0+ D1* R51 D60"),
    "overdue, and booked on any day": ("E0+ D1* D60 R70", {}, at(50), "E0+ D1* D60 R70"),
    "counted from the first dosing": ("D0* D45", {}, at(30), "D0* R30 D45"),
    "halted": ("E0+ D1* R2- D60", {}, at(3), "E0+ D1* R2- D60"),
}


@pytest.mark.parametrize(("line", "forms", "as_of", "whole"), REVIEWS.values(), ids=REVIEWS.keys())
def test_the_next_review_is_booked(
    line: str, forms: dict[str, Any], as_of: str, whole: str
) -> None:
    done = completed(line, {"review_every": MONTHLY, **forms}, as_of)
    assert done.plan.notation.split(" ", 1)[1] == whole


def test_an_overdue_review_stays_a_finding() -> None:
    done = completed("E0+ D1* D60", {"review_every": MONTHLY}, at(50, "12:00"))
    (finding,) = done.findings
    assert (finding.rule, finding.due) == ("REVIEW-QUARTER", "2027-02-01")


def test_an_overdue_review_comes_before_a_new_dosing() -> None:
    forms: dict[str, Any] = {"review_every": MONTHLY, "dosing_count": {"min": 3}}
    done = completed("E0+ D1* D2*", forms, at(50, "12:00"))
    assert [session.kind for session in done.added] == ["medical-review", "dosing"]


@pytest.mark.parametrize(
    ("every", "whole"),
    [
        ("2w", "C0* D8* D22 D36"),
        ("14d", "C0* D8* D22 D36"),
        (14, "C0* D8* D22 D36"),
        (7, "C0* D8* D15 D22"),
        ("1w", "C0* D8* D15 D22"),
        (1, "C0* D8* D9 D15"),  # no third one within seven days, for no pace is stated
        ("366d", "C0* D8* D374 D740"),
    ],
)
def test_new_dosings_are_so_far_apart(every: int | str, whole: str) -> None:
    done = completed("C0* D8*", {"dosing_count": {"min": 3}}, at(9), every=every)
    assert done.plan.notation == f"2027-01-01 {whole}"


def test_the_pace_is_two_weeks_and_holds_on_both_sides() -> None:
    three = {"dosing_count": {"min": 3}}
    assert completed("C0* D8*", three, at(9)).plan.notation.endswith("D8* D22 D36")
    assert completed("C0* D1* D29", three, at(2)).plan.notation.endswith("D1* D15 D29")
    assert completed("C0* D1* D28", three, at(2)).plan.notation.endswith("D1* D28 D42")
    # What is booked may be nearer to each other.
    assert completed("C0* D1* D3", three, at(2)).plan.notation.endswith("D1* D3 D17")


def test_a_whole_course_from_its_first_session() -> None:
    line = "2027-01-04 America/Los_Angeles C0*"
    done = kap.complete(plan(line), "kingsley", as_of="2027-01-05T08:00:00-08:00")
    assert done.plan.notation == (
        "2027-01-04 America/Los_Angeles C0* E1 P2 D3 I4 D17 I18 R19 D31 I32 D45 I46 D59 I60 D73 I74"
    )
    assert [session.id for session in done.added][:4] == ["e1", "p1", "d1", "i1"]
    assert (done.needs, done.findings, done.reason) == ((), (), None)


def test_what_is_complete_comes_back_as_it_is() -> None:
    whole = kap.draft("kingsley", "2027-01-11")
    for as_of in ("2027-01-01T00:00:00Z", "2027-01-11T08:00:00-08:00"):
        done = kap.complete(whole, as_of=as_of)
        assert done.plan == whole
        assert (done.added, done.needs, done.findings) == ((), (), ())
        again = kap.complete(whole, as_of=as_of, open_slots=())
        assert again.plan == whole


def test_completing_twice_adds_nothing() -> None:
    forms: dict[str, Any] = {**CARED, "review_every": QUARTERLY, "preparation_count": ONE}
    first = completed("C0* E1+", forms, at(3))
    second = kap.complete(first.plan, limits(**forms), as_of=at(3))
    assert (second.plan, second.added) == (first.plan, ())


def test_the_protocol_is_the_one_that_the_plan_names_else_core() -> None:
    course = plan("C0* E1+ P2*")
    core = kap.complete(course, as_of=at(3))
    assert core.added == kap.complete(course, "core", as_of=at(3)).added
    named = plan("C0* E1+ P2*", {"protocol": "kingsley"})
    assert kap.complete(named, as_of=at(3)).plan.protocol == "kingsley"
    assert {s.minutes for s in kap.complete(named, as_of=at(3)).added if s.kind == "dosing"} == {
        120
    }
    assert {s.minutes for s in core.added if s.kind == "dosing"} == {60}


def test_ids_are_new_ones() -> None:
    course = kap.Plan(
        id="p-1",
        timezone="UTC",
        sessions=[kap.Dosing(id="i1", start=at(0), minutes=120, status="completed")],
        supplies=[kap.Supply(id="i2", issued="2027-01-01", received="2027-01-01", dosings=8)],
    )
    done = kap.complete(course, limits(integration_per_dosing=2), as_of=at(3))
    assert [session.id for session in done.added] == ["i3", "i4"]


# Refused, stopped, pending, unrecorded: integrations of dosings that were held, and the reason.
ONLY: Final = "so only integrations that are owed are added."
STANDINGS: Final[dict[str, tuple[str, str, str | None]]] = {
    "refused": ("E0- D1* D3* D9", "E0- D1* D3* I5 D9", "has turned the client down"),
    "stopped": ("E0+ D1* I2* D3* R4- D9", "E0+ D1* I2* D3* R4- I5 D9", "has stopped treatment"),
    "pending": ("E0? D1* D9", "E0? D1* I5 D9", "'s decision is pending"),
    "pending by a review": ("E0+ D1* R2? D9", "E0+ D1* R2? I5 D9", "'s decision is pending"),
    "unrecorded": ("E0 D1* D9", "E0 D1* I5 D9", "'s decision is not recorded"),
    "unrecorded by a review": (
        "E0+ D1* R2 D9",
        "E0+ D1* R2 I5 D9",
        "'s decision is not recorded",
    ),
    "an unrecorded dosing was held": ("E0- D3", "E0- D3 I5", "has turned the client down"),
    "a dosing that ends now was held": (
        "E0- D5@08:00",
        "E0- D5@08:00 I6",
        "has turned the client down",
    ),
    "a dosing that goes on was not": (
        "E0- D5@08:01",
        "E0- D5@08:01",
        "has turned the client down",
    ),
    "nothing owed": ("E0- D1* I2* D9", "E0- D1* I2* D9", "has turned the client down"),
    "a confirmed course gets all": ("E0+ D1* R2+ D9 I10", "E0+ D1* R2+ I5 R6 D9 I10 D23 I24", None),
    "so does one that is not evaluated": ("C0* D9 I10", "C0* E5 D9 I10 D23 I24 D37 I38", None),
}


@pytest.mark.parametrize(("line", "whole", "reason"), STANDINGS.values(), ids=STANDINGS.keys())
def test_what_the_medical_standing_allows(line: str, whole: str, reason: str | None) -> None:
    forms: dict[str, Any] = {**CARED, "review_every": QUARTERLY, "preparation_count": {"min": 0}}
    done = completed(line, forms, at(5))
    assert done.plan.notation.split(" ", 1)[1] == whole
    if reason is None:
        assert done.reason is None
    else:
        joint = "" if reason.startswith("'") else " "
        assert done.reason == f"The medical partner{joint}{reason}, {ONLY}"


def test_a_halted_course_gets_integrations_before_its_next_booked_dosing() -> None:
    done = completed("E0- D1* D5@11:00", CARED, at(5), open_slots=[slot(5, "09:00", "11:00")])
    assert done.plan.notation.endswith("E0- D1* I5 D5@11:00")
    assert rules(done.findings) == ["MED-CLEAR", "MED-CLEAR"]


def test_history_is_kept_and_shown() -> None:
    forms: dict[str, Any] = {**CARED, "dosing_count": {"min": 2}, "preparation_count": ONE}
    done = completed("D1* D3* E5+ P6*", forms, at(8))
    assert done.plan.notation == "2027-01-02 D0* D2* E4+ P5* I7"
    assert rules(done.findings) == ["MED-CLEAR", "MED-CLEAR", "PREP-COUNT", "INTEG-EACH"]
    assert {f.verdict for f in done.findings} == {"violated"}


def test_unlawful_bookings_are_left_where_they_are() -> None:
    forms: dict[str, Any] = {
        "dosing_gap_days": {"min": 7},
        "dosing_minutes": {"min": 60},
        "dosing_frequency": {"at_most": 1, "days": 7},
    }
    done = completed("C0* D9/30 D10 D10@11:00", forms, at(5))
    assert done.added == ()
    assert sorted(set(rules(done.findings))) == [
        "DOSE-DURATION",
        "DOSE-FREQUENCY",
        "DOSE-GAP",
        "NO-OVERLAP",
    ]
    # New ones keep what booked ones break.
    done = completed("C0* D9/30 D10", {**forms, "dosing_count": {"min": 3}}, at(5), every=1)
    assert done.plan.notation == "2027-01-01 C0* D9/30 D10 D17/60"


def test_a_new_dosing_keeps_what_is_booked_before_and_after_it() -> None:
    ordered = {"dosing_count": ONE, "preparation_before_dosing": True}
    assert completed("C0* P20", ordered, at(8)).plan.notation == "2027-01-01 C0* P20 D21"
    two = {"preparation_count": {"min": 2, "max": 2}}
    assert completed("C0* P20 P21", two, at(8)).added == ()
    dosed = {**two, **ordered}
    assert completed("C0* P20 P21", dosed, at(8)).plan.notation == "2027-01-01 C0* P20 P21 D22"


def test_too_many_preparations_that_were_there_stay() -> None:
    forms: dict[str, Any] = {"preparation_count": {"max": 2}, "dosing_count": ONE}
    done = completed("C0* P1* P2* P3*", forms, at(8))
    assert done.plan.notation == "2027-01-01 C0* P1* P2* P3* D8"
    assert rules(done.findings) == ["PREP-COUNT"]
    # Those that are to come after the new dosing do not count before it.
    done = completed("C0* P1* P2* P20", forms, at(8))
    assert done.plan.notation == "2027-01-01 C0* P1* P2* D8 P20"
    assert rules(done.findings) == ["PREP-COUNT"]


def test_a_booked_dosing_keeps_its_gap_beside_one_that_does_not() -> None:
    far = {"dosing_count": {"min": 4}, "dosing_gap_days": {"min": 7}}
    done = completed("D5* D8 D20", far, at(6))
    assert done.plan.notation == "2027-01-06 D0* D3 D15 D29"
    assert rules(done.findings) == ["DOSE-GAP"]


def test_a_whole_intake_stands_in_its_order_before_the_first_dosing() -> None:
    intake = {"consultation_first": True, "evaluation_first": True}
    forms = {**intake, "dosing_count": {"min": 2}, "integration_per_dosing": 1}
    done = completed("", {**forms, "preparation_count": ONE}, at(2))
    assert done.plan.notation == "2027-01-03 C0 E1 P2 D3 I4 D17 I18"


def test_without_an_evaluation_medicine_is_there_from_the_start() -> None:
    """The review that the first dosing asks for brings the second's, another one the third's."""
    supplied = {"initial_supply": 1, "refill_supply": 1, "dosing_count": {"min": 3}}
    gated = {**supplied, "review_after": {"dosings": 1, "gate": "any-time"}}
    assert completed("R2+ D5*", gated, at(6)).plan.notation == "2027-01-03 R0+ D3* R4 D17 R18 D31"


def test_an_integration_during_a_dosing_is_none_after_it() -> None:
    done = completed("C0* D9 I9@11:00", {"integration_per_dosing": 1}, at(8))
    assert done.plan.notation == "2027-01-01 C0* D9 I9@11:00 I10"
    assert rules(done.findings) == ["NO-OVERLAP"]


def test_late_bookings_stay_late() -> None:
    forms: dict[str, Any] = {
        "preparation_before_dosing": True,
        "consultation_first": True,
        "integration_after_dosing": True,
        "preparation_after_supply": True,
        "integration_window_hours": 24,
        "integration_per_dosing": 1,
    }
    done = completed("E1+ I2* P3* D5* P9 I10", forms, at(8))
    assert done.added == ()
    assert set(rules(done.findings)) == {
        "SCREEN-FIRST",
        "PREP-ORDER",
        "INTEG-ORDER",
        "INTEG-WINDOW",
    }


# Medicine that is written down: what only people can record comes back as a need.
SUPPLIES: Final[dict[str, tuple[str, dict[str, Any], str, list[str]]]] = {
    "none yet": ("C0* P5 S-", {"preparation_after_supply": True}, "C0* P5 S-", ["PREP-AFTER"]),
    "not arrived": (
        "C0* P5 S0>=2",
        {"preparation_after_supply": True},
        "C0* P5 S0>=2",
        ["PREP-AFTER"],
    ),
    "too few": (
        "E0+ D1* D9 S0>0=1",
        {"initial_supply": 2},
        "E0+ D1* D9 S0>0=1",
        ["SUPPLY-BALANCE"],
    ),
    "a dosing waits for what is expected": (
        "E0+ D1* S0>0=1 S2>20=1",
        {"initial_supply": 2, "dosing_count": {"min": 2}},
        "E0+ D1* D20 S0>0=1 S2>20=1",
        [],
    ),
    "beyond what is expected": (
        "E0+ D1* S0>0=1",
        {"initial_supply": 2, "dosing_count": {"min": 2}},
        "E0+ D1* D15 S0>0=1",
        ["SUPPLY-BALANCE"],
    ),
    "a preparation waits for what is expected": (
        "E0+ S0>9=2",
        {"preparation_after_supply": True, "preparation_count": ONE},
        "E0+ P9 S0>9=2",
        [],
    ),
    "no review brings what is written down": (
        "E0+ D1* D2* D9 S0>0=2",
        {"initial_supply": 2, "refill_supply": 1},
        "E0+ D1* D2* D9 S0>0=2",
        ["SUPPLY-BALANCE"],
    ),
    "no limit on supply": (
        "E0+ D1* S0>0=1",
        {"refill_needs_review": True, "dosing_count": {"min": 2}},
        "E0+ D1* D15 S0>0=1",
        [],
    ),
}


@pytest.mark.parametrize(
    ("line", "forms", "whole", "needs"), SUPPLIES.values(), ids=SUPPLIES.keys()
)
def test_supplies_are_for_people_to_record(
    line: str, forms: dict[str, Any], whole: str, needs: list[str]
) -> None:
    done = completed(line, forms, at(3))
    assert done.plan.notation.split(" ", 1)[1] == whole
    assert all(f.rule.startswith(need) for f, need in zip(done.needs, needs, strict=True))
    assert {f.verdict for f in done.needs} <= {"pending", "unknown"}


def test_the_review_of_a_refill_waits_for_the_day_after_the_first_issue() -> None:
    done = completed("E1+ S3>3=2 S6>7=2", {"refill_needs_review": True}, at(3))
    assert done.plan.notation == "2027-01-02 E0+ R3 S2>2=2 S5>6=2"


@pytest.mark.parametrize(("day", "clock"), [(4, "00:00"), (6, "23:30")])
def test_a_review_within_the_days_of_a_refill(day: int, clock: str) -> None:
    moment = at(day, clock)
    slots = [kap.OpenSlot(start=moment, end=at(7, "10:00"))]
    done = completed("E1+ S3>3=2 S6>7=2", {"refill_needs_review": True}, at(3), open_slots=slots)
    (review,) = done.added
    assert review == kap.MedicalReview(id="r1", start=moment, minutes=30)


@pytest.mark.parametrize("day", [3, 7])
def test_no_review_beside_the_days_of_a_refill(day: int) -> None:
    slots = [slot(day, "11:00", "12:00")]
    with pytest.raises(kap.PlanningError) as caught:
        kap.complete(
            plan("E1+ S3>3=2 S6>7=2"),
            limits(refill_needs_review=True),
            as_of=at(3),
            open_slots=slots,
        )
    assert caught.value.conflict == ("medical-review",)


def slot(day: int, begins: str, ends: str, role: Any = None) -> kap.OpenSlot:
    return kap.OpenSlot(start=at(day, begins), end=at(day, ends), role=role)


def test_outcomes_and_people_are_needs() -> None:
    done = completed("C0 E1+ D2* D9~", {"support_person_when_remote": True}, at(3))
    assert rules(done.needs) == ["SUPPORT-PERSON", "RECORD-OUTCOME"]
    assert [f.verdict for f in done.needs] == ["pending", "unknown"]
    assert (done.added, done.findings) == ((), ())


def test_where_new_sessions_are_held() -> None:
    forms: dict[str, Any] = {
        "dosing_count": ONE,
        "integration_per_dosing": 1,
        "support_person_when_remote": True,
        "evaluation_first": True,
    }
    rows: list[tuple[dict[str, Any], str, list[str]]] = [
        ({}, "C0* E8 D9 I10", []),
        ({"place": "office", "support_person": "recorded"}, "C0* E8 D9 I10", []),
        ({"place": "remote"}, "C0* E8 D9~ I10~", ["SUPPORT-PERSON"]),
        ({"place": "remote", "support_person": "recorded"}, "C0* E8 D9~s I10~", []),
    ]
    for options, whole, needs in rows:
        done = completed("C0*", forms, at(8), **options)
        assert done.plan.notation == f"2027-01-01 {whole}"
        assert rules(done.needs) == needs
    only = {**forms, "dosing_places": ["remote"], "formats": ["group"]}
    assert completed("C0*", only, at(8)).plan.notation == "2027-01-01 C0* E8 D9~g I10g"


def test_lengths_are_the_shortest_lawful_ones() -> None:
    forms: dict[str, Any] = {
        "therapy_minutes": {"min": 60, "max": 90},
        "preparation_count": ONE,
        "dosing_count": ONE,
        "integration_per_dosing": 1,
        "effect_minutes": 70,
        "processing_minutes": 60,
    }
    done = completed("C0*", forms, at(8))
    assert done.plan.notation == "2027-01-01 C0* P8/60 D9/130 I10/60"


def test_a_client_has_to_be_old_enough() -> None:
    rows: dict[str, tuple[dict[str, Any], str]] = {
        "C0*": ({"evaluation_first": True}, "C0* E19 D20"),
        "C0* ": ({}, "C0* D19"),
        "C0* E1+": ({"evaluation_first": True}, "C0* E1+ D8"),
    }
    for line, (forms, whole) in rows.items():
        course = plan(line.strip(), {"born": dt.date(2009, 1, 20)})
        protocol = limits(minimum_age=18, dosing_count=ONE, **forms)
        done = kap.complete(course, protocol, as_of=at(8))
        dates = [session.begins for session in done.plan.sessions]
        assert dates == [session.begins for session in plan(whole).sessions]


def test_a_completion_near_the_end_of_the_calendar() -> None:
    course = plan("2199-12-01 C0*")
    done = kap.complete(course, limits(dosing_count=ONE), as_of="2199-12-31T10:00:00Z")
    assert done.plan.notation == "2199-12-01 C0* D30"
    with pytest.raises(kap.PlanningError):
        kap.complete(course, limits(dosing_count={"min": 2}), as_of="2199-12-31T10:00:00Z", every=1)
