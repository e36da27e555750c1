"""``next_steps``: what comes next, from when on, until when, and which rules say so."""

from __future__ import annotations

import json
import pickle
from typing import Any, NamedTuple

import attrs
import pytest

import kap_model as kap
from kap_model._time import LATEST, Instant, day_end, zone
from kap_model.planning.next_steps import next_steps
from kap_model.planning.rule_effects import starts_of
from kap_model.planning.steps import NextSteps, Step
from support import SOURCE, at, dated, limits, on, plan

NOTHING = limits()


class Row(NamedTuple):
    """A step as the tables write it; ``kind`` is what is booked, else what is done."""

    kind: str | None
    earliest: str | None
    due: str | None
    rules: tuple[str, ...]
    sessions: tuple[str, ...] = ()


def what(step: Step) -> str | None:
    return step.kind if step.do == "book" else step.do


def rows(steps: NextSteps, *, required: bool) -> list[Row]:
    """The required or the optional steps but for what is booked; every one can be read aloud."""
    found = [step for step in steps if step.required is required and step.do != "attend"]
    assert all(step.message.endswith(".") for step in found)
    assert all(step.why.endswith(".") for step in found if step.do == "book")
    return [
        Row(what(step), form["earliest"], form["due"], tuple(form["rules"]), step.sessions)
        for step, form in zip(found, [step.to_dict() for step in found], strict=True)
    ]


def required(line: str | kap.Plan, care: Any, as_of: str) -> list[Row]:
    course = plan(line) if isinstance(line, str) else line
    return rows(next_steps(course, care, as_of=as_of), required=True)


def optional(line: str, care: Any, as_of: str) -> list[tuple[str | None, str | None]]:
    found = rows(next_steps(plan(line), care, as_of=as_of, optional=True), required=False)
    assert all(row.due is None for row in found)
    return [(row.kind, row.earliest) for row in found]


NOW = at(0)


class TestOneStepForEachPendingFinding:
    """One required step for each pending finding, of the kind that ends it."""

    @pytest.mark.parametrize(
        ("forms", "line", "row"),
        [
            (
                {"consultation_first": True},
                "E4",
                Row("consultation", NOW, at(4), ("SCREEN-FIRST",), ("e1",)),
            ),
            (
                {"evaluation_first": True},
                "D14",
                Row("medical-evaluation", NOW, at(14), ("MED-CLEAR",), ("d1",)),
            ),
            (
                {"evaluation_first": True},
                "C0 S4>6=2",
                Row("medical-evaluation", at(0, "10:50"), on(4), ("SUPPLY-ISSUED", "NO-OVERLAP")),
            ),
            (
                {"preparation_count": {"min": 1}},
                "D14",
                Row("preparation", NOW, at(14), ("PREP-COUNT",), ("d1",)),
            ),
            (
                {"preparation_count": {"min": 1}},
                "C4",
                Row("preparation", NOW, None, ("PREP-COUNT",)),
            ),
            (
                {"preparation_after_supply": True},
                "P7",
                Row("medical-evaluation", NOW, at(7), ("PREP-AFTER-SUPPLY",), ("p1",)),
            ),
            (
                {"preparation_after_supply": True},
                "P7 S-",
                Row("record", None, on(7), ("PREP-AFTER-SUPPLY",), ("p1",)),
            ),
            (
                {"initial_supply": 1},
                "E1 D14 D28",
                Row(
                    "medical-review",
                    at(14, "12:00"),
                    at(28),
                    ("SUPPLY-BALANCE", "NO-OVERLAP"),
                    ("d2",),
                ),
            ),
            (
                {"initial_supply": 1},
                "E1 D14 S-",
                Row("record", None, on(14), ("SUPPLY-BALANCE",), ("d1",)),
            ),
            (
                {"refill_needs_review": True},
                "C4 S2>4=2 S30>32=2",
                Row("medical-review", at(3, "00:00"), on(30), ("REFILL-REVIEW",)),
            ),
            (
                {"review_after": {"dosings": 1, "gate": "before-next"}},
                "D14 D28",
                Row(
                    "medical-review",
                    at(14, "12:00"),
                    at(28),
                    ("REVIEW-AFTER", "NO-OVERLAP"),
                    ("d2",),
                ),
            ),
            (
                {"review_after": {"dosings": 1, "gate": "any-time"}},
                "D14",
                Row(
                    "medical-review", at(14, "12:00"), None, ("REVIEW-AFTER", "NO-OVERLAP"), ("d1",)
                ),
            ),
            (
                {"review_every": {"months": 1, "policy": "rolling"}},
                "E1 D14 D45",
                Row("medical-review", at(2, "00:00"), on(32), ("REVIEW-QUARTER",), ("d2",)),
            ),
            (
                {"review_every": {"months": 3, "policy": "calendar"}},
                "D14",
                Row("medical-review", NOW, on(89), ("REVIEW-QUARTER",), ("d1",)),
            ),
            ({"dosing_count": {"min": 1}}, "C4", Row("dosing", NOW, None, ("DOSE-COUNT",))),
            (
                {"integration_after_dosing": True},
                "I15",
                Row("dosing", NOW, at(15), ("INTEG-ORDER",), ("i1",)),
            ),
            (
                {"integration_per_dosing": 1},
                "D14 D28 I29",
                Row("integration", at(14, "12:00"), at(28), ("INTEG-EACH", "NO-OVERLAP"), ("d1",)),
            ),
            (
                {"integration_per_dosing": 1},
                "D14",
                Row("integration", at(14, "12:00"), None, ("INTEG-EACH", "NO-OVERLAP"), ("d1",)),
            ),
            (
                {"integration_count": {"min": 1}},
                "C4",
                Row("integration", NOW, None, ("INTEG-COUNT",)),
            ),
            (
                {"support_person_when_remote": True},
                "D14~",
                Row("record", None, at(14), ("SUPPORT-PERSON",), ("d1",)),
            ),
        ],
    )
    def test_of_each_rule(self, forms: dict[str, Any], line: str, row: Row) -> None:
        assert required(line, limits(**forms), NOW) == [row]

    def test_of_one_window_as_one(self) -> None:
        care = limits(evaluation_first=True, preparation_after_supply=True)
        assert required("P14 D14", care, NOW) == [
            Row(
                "medical-evaluation",
                NOW,
                at(14),
                ("MED-CLEAR", "PREP-AFTER-SUPPLY"),
                ("d1", "p1"),
            )
        ]

    def test_of_two_windows_that_meet_as_one(self) -> None:
        care = limits(evaluation_first=True)
        (row,) = required("D14 D28", care, NOW)
        assert (row.due, row.sessions) == (at(14), ("d1", "d2"))

    def test_of_two_windows_apart_as_two(self) -> None:
        care = limits(integration_per_dosing=1)
        assert [row.due for row in required("D14 D28 D42 I43", care, NOW)] == [at(28), at(42)]

    def test_of_two_supplies_as_one(self) -> None:
        care = limits(refill_needs_review=True)
        (row,) = required("S2>4=2 S30>32=2 S30>33=1 C1", care, NOW)
        assert row.due == on(30)

    def test_a_part_of_what_is_missing_is_a_step_too(self) -> None:
        care = limits(preparation_count={"min": 3})
        assert required("P1 D14", care, NOW) == [
            Row("preparation", NOW, at(14), ("PREP-COUNT",), ("d1",))
        ]

    def test_a_window_that_is_over_asks_for_nothing(self) -> None:
        care = limits(preparation_count={"min": 1})
        steps = next_steps(plan("D14"), care, as_of=at(14))
        assert rows(steps, required=True) == []
        assert [finding.rule for finding in steps.findings] == ["PREP-COUNT"]
        assert required("D14", care, at(14, "09:59:59")) != []


class TestRecords:
    """Facts that only people have come as records, merged by the session that lacks them."""

    CARE = limits(therapist_present=True, support_person_when_remote=True, minimum_age=18)

    def test_of_one_session_as_one(self) -> None:
        assert required("D14~", self.CARE, at(14, "12:00")) == [
            Row(
                "record",
                None,
                at(14, "12:00"),
                ("THERAPIST-PRESENT", "SUPPORT-PERSON", "RECORD-OUTCOME", "AGE-MIN"),
                ("d1",),
            )
        ]

    def test_of_two_sessions_as_two(self) -> None:
        found = required("P1 I15*", NOTHING, at(16))
        assert found == [Row("record", None, at(1, "10:50"), ("RECORD-OUTCOME",), ("p1",))]
        assert len(required("P1 I15", NOTHING, at(16))) == 2

    def test_is_overdue_once_the_session_is_over(self) -> None:
        first, *_ = next_steps(plan("P1 I15"), NOTHING, as_of=at(1, "10:50"))
        assert (first.do, first.urgency, first.why) == ("record", "overdue", "")
        assert first.message == "Record for preparation p1 on Sat, Jan 2, 2027: what became of it."
        (age,) = [
            step
            for step in next_steps(plan("D14"), limits(minimum_age=18), as_of=at(1))
            if step.do == "record"
        ]
        assert (age.due, age.urgency) == (None, "later")

    def test_a_session_is_to_be_recorded_once_it_is_over(self) -> None:
        assert required("P1", NOTHING, at(1, "10:49:59")) == []
        assert len(required("P1", NOTHING, at(1, "10:50"))) == 1

    def test_before_bookings_where_both_have_no_date(self) -> None:
        care = limits(integration_count={"min": 5})
        assert [row.kind for row in required("P1", care, at(2))] == ["record", "integration"]

    def test_before_bookings_due_at_once(self) -> None:
        care = limits(support_person_when_remote=True, preparation_count={"min": 1})
        assert [row.kind for row in required("D14~", care, NOW)] == ["record", "preparation"]


QUARTERLY = limits(
    review_every={"months": 3, "policy": "rolling"}, dosing_count={"min": 6, "max": 8}
)
COURSE = "E1+ D14* D28* D42*"  # the evaluation on 2 January: a contact is due by 2 April, day 91


def reviews(line: str, as_of: str, care: Any = QUARTERLY) -> list[tuple[str | None, str | None]]:
    found = required(line, care, as_of)
    return [(row.earliest, row.due) for row in found if row.kind == "medical-review"]


class TestTheNextMedicalReview:
    """The next medical review with its due date while treatment goes on."""

    def test_months_after_the_last_contact(self) -> None:
        assert reviews(COURSE, at(50)) == [(at(50), on(91))]
        assert reviews(COURSE + " R60*", at(61)) == [(at(61), "2027-06-02")]

    def test_the_last_second_in_time(self) -> None:
        steps = next_steps(plan(COURSE), QUARTERLY, as_of=at(91, "23:59:59"))
        review = next(step for step in steps if step.kind == "medical-review")
        assert (review.do, review.urgency) == ("book", "today")
        assert review.due == day_end(plan("C91").timeline.day(plan("C91").sessions[0]))
        assert review.earliest == plan("C91@23:59").sessions[0].begins + 59
        assert steps.findings == ()

    def test_the_first_second_too_late(self) -> None:
        steps = next_steps(plan(COURSE), QUARTERLY, as_of=at(92, "00:00"))
        (row, *_) = rows(steps, required=True)
        assert row == Row("medical-review", at(92, "00:00"), on(91), ("REVIEW-QUARTER",))
        assert steps.steps[0].urgency == "overdue"
        assert [finding.rule for finding in steps.findings] == ["REVIEW-QUARTER"]

    def test_a_contact_that_is_booked_in_time_is_enough(self) -> None:
        assert reviews(COURSE + " R91@23:59", at(50)) == []
        assert reviews(COURSE + " E91", at(50)) == []
        assert reviews(COURSE + " R92@00:00", at(50)) == [(at(50), on(91))]
        assert reviews(COURSE + " R60x", at(50)) == [(at(50), on(91))]

    def test_not_on_the_day_of_the_last_contact(self) -> None:
        assert reviews("E1+ D14", at(1, "12:00")) == [(at(2, "00:00"), on(91))]

    def test_the_first_dosing_where_there_is_no_contact(self) -> None:
        assert reviews("D14*", at(14, "12:00")) == [(at(15, "00:00"), "2027-04-15")]
        assert reviews("D14", at(13)) == []
        assert reviews("D14", at(14)) == [(at(15, "00:00"), "2027-04-15")]
        assert reviews("C0*", at(13)) == []

    def test_a_contact_to_come_is_no_contact_yet(self) -> None:
        assert reviews("E20", at(13)) == []
        assert reviews("E20", at(20)) == [(at(21, "00:00"), "2027-04-21")]

    def test_until_the_last_dosing_has_begun(self) -> None:
        six = "E1* D14* D28* D42* D56* D70* D84"
        assert reviews(six, at(84, "09:59:59")) == [(at(84, "12:00"), on(91))]
        assert reviews(six, at(84)) == []
        unset = limits(review_every={"months": 3, "policy": "rolling"})
        assert reviews(COURSE, at(50), unset) == []
        assert reviews(COURSE + " D60", at(50), unset) == [(at(50), on(91))]

    def test_one_step_with_the_finding_of_the_same_window(self) -> None:
        found = required(COURSE + " D100", QUARTERLY, at(50))
        assert [row for row in found if row.kind == "medical-review"] == [
            Row("medical-review", at(50), on(91), ("REVIEW-QUARTER",), ("d4",))
        ]

    def test_none_by_calendar_or_where_the_limit_is_off(self) -> None:
        calendar = limits(review_every={"months": 3, "policy": "calendar"})
        assert reviews("E1* D14", at(10), calendar) == []
        assert reviews("E1* D14", at(10), NOTHING) == []


CLEARED = limits(evaluation_first=True, dosing_count={"min": 6, "max": 8}, integration_per_dosing=1)


class TestAnOpenDecision:
    """While the standing is pending or unrecorded, recording the decision is the first step."""

    @pytest.mark.parametrize(
        ("line", "decider", "rules"),
        [
            ("E1?", "e1", ("MED-CLEAR",)),
            ("E1", "e1", ("MED-CLEAR", "RECORD-OUTCOME")),
            ("E1*", "e1", ("MED-CLEAR", "RECORD-OUTCOME")),
            ("E1+ D3* R4?", "r1", ("MED-CLEAR",)),
            ("E1+ D3* R4", "r1", ("MED-CLEAR", "RECORD-OUTCOME")),
        ],
    )
    def test_comes_first_and_no_dosing_is_listed(
        self, line: str, decider: str, rules: tuple[str, ...]
    ) -> None:
        steps = next_steps(plan(line), CLEARED, as_of=at(7))
        first = rows(steps, required=True)[0]
        assert first == Row("record", None, None, rules, (decider,))
        assert "dosing" not in [step.kind for step in steps]
        assert steps.steps[0].urgency == "stopped"
        assert not steps.halted

    def test_is_due_when_a_booked_dosing_begins(self) -> None:
        first, *others = next_steps(plan("E1? D14 I15 D20"), CLEARED, as_of=at(7))
        assert first.to_dict()["due"] == at(14)
        assert first.why.endswith("no dosing is held: d1 and d2 wait.")
        assert [(step.do, step.sessions) for step in others if step.do == "attend"] == [
            ("attend", ("i1",))
        ]
        (alone, *_) = next_steps(plan("E1? D14"), CLEARED, as_of=at(7))
        assert alone.why.endswith("no dosing is held: d1 waits.")

    def test_before_a_review_that_is_overdue(self) -> None:
        care = kap.practices.CORE.protocol
        steps = next_steps(plan("E1+ D14* R16?"), care, as_of=at(200))
        assert [what(step) for step in steps][:3] == ["record", "record", "medical-review"]
        assert [step.urgency for step in steps][:3] == ["stopped", "overdue", "overdue"]
        assert [step.sessions for step in steps][:3] == [("r1",), ("d1",), ()]

    def test_with_what_else_the_same_session_lacks(self) -> None:
        steps = next_steps(plan("E1? D14"), CLEARED, as_of=at(7))
        assert rows(steps, required=True)[0].rules == ("MED-CLEAR",)
        assert [finding.rule for finding in steps.steps[0].findings] == ["MED-CLEAR"]

    def test_without_a_rule_that_waits_for_it(self) -> None:
        steps = next_steps(plan("E1? I2"), limits(integration_after_dosing=True), as_of=at(1))
        assert rows(steps, required=True) == [Row("record", None, None, (), ("e1",))]
        assert steps.steps[0].message == (
            "Record for medical evaluation e1 on Sat, Jan 2, 2027: what is decided."
        )

    def test_decided_again(self) -> None:
        steps = next_steps(plan("E1? E2+"), CLEARED, as_of=at(7))
        assert "dosing" in [step.kind for step in steps.required]


class TestAHaltedCourse:
    """A halted course is wound up: cancel, tell, integrations owed, and records."""

    CARE = kap.practices.REGROUNDING.protocol
    REFUSED = (
        "2027-01-11 America/Los_Angeles C0* E2- P7* D14*t I15* D28*t I29* R30 D42 I43 D56 D70 D84"
    )

    def test_in_order(self) -> None:
        line = "C0* E1+ P3* D14*t I15 D28*t R29- D42~ I44 P50"
        steps = next_steps(plan(line), self.CARE, as_of=at(30))
        assert steps.halted
        assert [(what(s), s.kind, s.number, s.sessions) for s in steps] == [
            ("cancel", "dosing", 1, ("d3",)),
            ("cancel", "preparation", 1, ("p2",)),
            ("record", "integration", 1, ("i1",)),
            ("integration", "integration", 1, ("d2",)),
            ("attend", "integration", 1, ("i2",)),
        ]
        assert [s.urgency for s in steps] == ["stopped", "stopped", "overdue", "later", "later"]
        assert next_steps(plan(line), self.CARE, as_of=at(30), optional=True) == steps

    def test_what_is_canceled_and_told(self) -> None:
        steps = next_steps(kap.parse(self.REFUSED), "kingsley", as_of="2027-02-09T20:00:00Z")
        assert steps.headline == (
            "STOP. The medical provider found this client not eligible (e1, Wed, Jan 13, 2027)."
        )
        cancel, tell, *others = steps
        assert (cancel.do, cancel.kind, cancel.number) == ("cancel", "dosing", 4)
        assert cancel.sessions == ("d3", "d4", "d5", "d6")
        assert {(f.rule, f.sessions) for f in cancel.findings} == {
            ("MED-CLEAR", ("e1", dosing)) for dosing in cancel.sessions
        }
        assert cancel.message == (
            "Cancel the 4 dosings still booked: d3 Mon, Feb 22, 2027 · d4 Mon, Mar 8, 2027 · "
            "d5 Mon, Mar 22, 2027 · d6 Mon, Apr 5, 2027."
        )
        assert (tell.do, tell.kind, tell.number, tell.sessions) == (
            "tell",
            "dosing",
            2,
            ("d1", "d2"),
        )
        assert tell.message == (
            "Tell the medical provider: 2 dosings were held after that decision "
            "(d1 Mon, Jan 25, 2027 · d2 Mon, Feb 8, 2027)."
        )
        assert tell.rules == ("MED-CLEAR",)
        assert [(step.do, step.sessions) for step in others] == [
            ("attend", ("r1",)),
            ("attend", ("i3",)),
        ]

    def test_a_dosing_before_the_decision_is_not_told(self) -> None:
        line = "E1+ D14* I15* R16- D{} I29*"
        early = next_steps(plan(line.format("16@10:29*")), NOTHING, as_of=at(30))
        assert [step.do for step in early] == []
        late = next_steps(plan(line.format("16@10:30*")), NOTHING, as_of=at(30))
        assert [(step.do, step.sessions, step.rules) for step in late] == [("tell", ("d2",), ())]
        assert late.steps[0].message.startswith("Tell the medical provider: 1 dosing was held")
        assert late.headline is not None
        assert late.headline.startswith("STOP. The medical provider stopped treatment (r1")

    def test_a_dosing_in_course_is_canceled_until_it_is_over(self) -> None:
        line = "E1+ D14 R14@09:00-"
        care = limits(integration_per_dosing=1)
        assert [row.kind for row in required(line, care, at(14, "11:59:59"))] == ["cancel"]
        assert [row.kind for row in required(line, care, at(14, "12:00"))] == [
            "tell",
            "record",
            "integration",
        ]

    def test_medicine_is_recorded_for_dosings_that_were_held(self) -> None:
        care = limits(initial_supply=1)
        line = "E1+ D14* R14@18:00- D16 S-"
        found = required(line, care, at(14, "19:00"))
        assert [(row.kind, row.sessions) for row in found] == [
            ("cancel", ("d2",)),
            ("record", ("d1",)),
        ]

    @pytest.mark.parametrize("line", ["E1-", "E1+ R2-", "E1- R2+", "E1- E9 R12"])
    def test_never_a_dosing(self, line: str) -> None:
        care = limits(dosing_count={"min": 6})
        steps = next_steps(plan(line), care, as_of=at(7), optional=True)
        assert {step.do for step in steps} <= {"attend"}


class TestAPlanThatIsNotActive:
    """``cancel`` for each session that is booked, no refusal, and nothing to book."""

    LINE = "2027-01-01 {} C0* E2+ P7* D14*t I15 D28 I29 R30 D42 I43"

    @pytest.mark.parametrize("state", ["completed", "discontinued"])
    def test_cancels_what_is_booked(self, state: str) -> None:
        course = plan(self.LINE.format(state))
        steps = next_steps(course, "kingsley", as_of=at(28, "09:59"), optional=True)
        assert [(s.do, s.kind, s.number, s.sessions) for s in steps] == [
            ("cancel", "dosing", 2, ("d2", "d3")),
            ("cancel", "integration", 2, ("i2", "i3")),
            ("cancel", "medical-review", 1, ("r1",)),
            ("record", "integration", 1, ("i1",)),
        ]
        assert steps.headline == f"Treatment has ended: the plan is {state}."
        assert steps.state == state
        assert all(f.rule == "RECORD-OUTCOME" for step in steps for f in step.findings)

    def test_a_session_is_recorded_once_it_is_over(self) -> None:
        course = plan("2027-01-01 completed C0* P7")
        (step,) = next_steps(course, NOTHING, as_of=at(7, "10:49:59"))
        assert (step.do, step.sessions) == ("cancel", ("p1",))
        (step,) = next_steps(course, NOTHING, as_of=at(7, "10:50"))
        assert (step.do, step.sessions) == ("record", ("p1",))

    def test_nothing_is_left(self) -> None:
        steps = next_steps(plan("2027-01-01 completed C0* P7*"), NOTHING, as_of=at(9))
        assert steps.steps == ()


class TestWhatIsBooked:
    """Booked sessions to come are ``attend`` steps, in order with what is missing."""

    def test_tomorrows_review(self) -> None:
        line = TestAHaltedCourse.REFUSED.replace("E2-", "E2+")
        first, *_ = next_steps(kap.parse(line), "kingsley", as_of="2027-02-09T20:00:00Z")
        assert (first.do, first.kind, first.sessions) == ("attend", "medical-review", ("r1",))
        assert first.urgency == "week"
        assert first.message == (
            "Attend medical follow-up r1 on Wed, Feb 10, 2027, 10:00 am (30 minutes, by "
            "telehealth)."
        )

    @pytest.mark.parametrize(
        ("line", "as_of", "do"),
        [
            ("P3", at(3, "10:00"), ["attend"]),
            ("P3", at(3, "10:49:59"), ["attend"]),
            ("P3", at(3, "10:50"), ["record"]),
            ("P3*", at(2), []),
            ("P3x", at(2), []),
        ],
    )
    def test_until_it_is_over(self, line: str, as_of: str, do: list[str]) -> None:
        steps = next_steps(plan(line), NOTHING, as_of=as_of)
        assert [step.do for step in steps if step.rules != ("RECORD-OUTCOME", "X")][: len(do)] == do

    @pytest.mark.parametrize(
        ("as_of", "urgency"),
        [
            (at(2, "23:59:59"), "week"),
            (at(3, "00:00"), "today"),
            (at(3, "10:00"), "today"),
            ("2026-12-28T00:00:00Z", "week"),
            ("2026-12-27T23:59:59Z", "later"),
        ],
    )
    def test_how_soon(self, as_of: str, urgency: str) -> None:
        (step,) = next_steps(plan("P3"), NOTHING, as_of=as_of)
        assert step.urgency == urgency
        assert step.earliest == step.due == plan("P3").sessions[0].begins


class TestTheFewestAppointments:
    """Findings that one session ends are one step; what takes several, one step with a number."""

    def test_one_review_for_all(self) -> None:
        line = TestAHaltedCourse.REFUSED.replace("E2-", "E2+").replace("R30 ", "")
        care = kap.practices.KINGSLEY.protocol
        steps = next_steps(kap.parse(line), care, as_of="2027-02-09T20:00:00Z")
        (review,) = [step for step in steps if step.kind == "medical-review"]
        assert [(f.rule, f.sessions) for f in review.findings] == [
            ("SUPPLY-BALANCE", ("d3",)),
            ("SUPPLY-BALANCE", ("d4",)),
            ("SUPPLY-BALANCE", ("d5",)),
            ("SUPPLY-BALANCE", ("d6",)),
            ("REVIEW-AFTER", ("d3",)),
        ]
        assert review.to_dict()["contacts"] == [{"rule": "REVIEW-QUARTER", "due": "2027-04-13"}]
        assert review.message == (
            "Book a medical follow-up by Mon, Feb 22, 2027, 10:00 am (before dosing d3)."
        )
        assert review.why == (
            "One visit settles: medicine for dosings d3, d4, d5 and d6 · follow-up before dosing "
            "d3 · the medical contact due Tue, Apr 13, 2027."
        )

    def test_several_dosings_as_one(self) -> None:
        care = limits(dosing_count={"min": 6})
        (step,) = [s for s in next_steps(plan("D1*t D8 D15"), care, as_of=at(2)) if s.do == "book"]
        assert (step.kind, step.number, step.due) == ("dosing", 3, None)
        assert step.message.startswith("Book 3 dosings")

    def test_what_others_serve_too_is_not_booked_twice(self) -> None:
        care = limits(integration_per_dosing=1, integration_count={"min": 6})
        found = [s for s in next_steps(plan("D1*t D8 D15"), care, as_of=at(2)) if s.do == "book"]
        assert sum(step.number for step in found) == 6
        assert [[f.rule for f in step.findings] for step in found] == [
            ["INTEG-EACH"],
            ["INTEG-EACH"],
            [],
            ["INTEG-EACH"],
        ]
        assert all([f.rule for f in step.helps] == ["INTEG-COUNT"] for step in found)
        assert found[2].number == 3
        assert found[2].why == (
            "Counts toward the number of integrations that the protocol asks for."
        )

    def test_more_for_one_than_for_another(self) -> None:
        care = limits(initial_supply=2, refill_supply=2)
        line = "E1+ D2*t D4*t D14 D15 D16 D17"
        found = [s for s in next_steps(plan(line), care, as_of=at(10)) if s.do == "book"]
        assert [(s.kind, s.to_dict()["due"]) for s in found] == [
            ("medical-review", at(14)),
            ("medical-review", at(16)),
        ]
        assert [[f.sessions for f in s.findings] for s in found] == [[("d3",), ("d4",)], []]
        assert [[f.sessions for f in s.helps] for s in found] == [[("d5",), ("d6",)]] * 2

    def test_two_for_one_window(self) -> None:
        care = limits(integration_per_dosing=2)
        (step, *_) = next_steps(plan("D1*t D8 I9 I10"), care, as_of=at(2))
        assert (step.do, step.number, step.to_dict()["due"]) == ("book", 2, at(8))
        assert step.message == ("Book 2 integrations by Sat, Jan 9, 2027, 10:00 am.")

    def test_a_missed_contact_with_what_is_to_come(self) -> None:
        care = limits(
            review_every={"months": 3, "policy": "rolling"}, initial_supply=2, evaluation_first=True
        )
        steps = next_steps(plan("E1+ D2*t D4*t D120 D121"), care, as_of=at(100))
        (review,) = [step for step in steps if step.do == "book"]
        assert (review.urgency, review.to_dict()["due"]) == ("overdue", on(91))
        assert [f.sessions for f in review.findings] == [("d3",), ("d4",)]
        assert review.message == "Book a medical follow-up now: it was due by Fri, Apr 2, 2027."

    def test_windows_that_meet_without_room_are_booked_apart(self) -> None:
        care = limits(evaluation_first=True, preparation_after_supply=True)
        line = "C0@10:00/120 P0@12:20 C0@13:10/40 D0@14:30"
        found = [s for s in next_steps(plan(line), care, as_of=at(0, "11:00")) if s.do == "book"]
        assert [(s.earliest is None, s.due_rules) for s in found] == [
            (True, ("PREP-AFTER-SUPPLY",)),
            (False, ("MED-CLEAR",)),
        ]


class TestThePace:
    """A new dosing says the practice's own pace, or that none is set."""

    NONE = "No pace is set: ask the medical provider how far apart dosings should be."

    def said(self, care: kap.CareProtocol, line: str = "C0* D1*t") -> str | None:
        (step,) = [s for s in next_steps(plan(line), care, as_of=at(2)) if s.kind == "dosing"]
        return step.pace

    def usual(self, **given: Any) -> kap.CareProtocol:
        own = kap.UsualValue(name="every", value="2w", citation=SOURCE)
        return limits(dosing_count={"min": 6}, **given).extended("own", usual=[own])

    def test_none(self) -> None:
        assert self.said(limits(dosing_count={"min": 6})) == self.NONE

    def test_the_usual_one(self) -> None:
        assert self.said(self.usual()) == (
            "Pace: usually 2 weeks after the last one (Sat, Jan 16, 2027); no least distance is "
            "set."
        )
        assert self.said(self.usual(), "C0*") == (
            "Pace: usually 2 weeks apart; no least distance is set."
        )

    def test_the_limits(self) -> None:
        care = self.usual(dosing_gap_days={"min": 7}, dosing_frequency={"at_most": 2, "days": 7})
        assert self.said(care, "C0*") == (
            "Pace: usually 2 weeks apart; at least 7 days apart; at most 2 in any 7 consecutive "
            "days."
        )

    def test_house_rules(self) -> None:
        rule = kap.HouseRule(
            "HOUSE-PACE", kap.forms.Space("dosing", min=6, unit="days"), citation=SOURCE
        )
        other = kap.HouseRule("HOUSE-OTHER", kap.forms.Count("dosing", max=9), citation=SOURCE)
        care = limits(dosing_count={"min": 6}).extended("own", rules=[rule, other])
        said = self.said(care)
        assert said is not None
        assert said.startswith("Pace: ")
        assert said.endswith("(HOUSE-PACE).")

    def test_of_nothing_else(self) -> None:
        care = limits(integration_per_dosing=1)
        assert [s.pace for s in next_steps(plan("D1*t"), care, as_of=at(2))] == [None]


class TestOptionalSteps:
    """At most one optional step for each kind with room below its maximum."""

    CARE = limits(
        preparation_count={"max": 2}, dosing_count={"max": 2}, integration_count={"max": 2}
    )

    def test_of_every_kind_with_room(self) -> None:
        assert optional("E1+ P3", self.CARE, at(2)) == [
            ("preparation", at(2)),
            ("dosing", at(2)),
            ("integration", at(2)),
            ("medical-review", at(2)),
        ]

    def test_none_at_the_maximum(self) -> None:
        line = "E1+ P2 P3 D14 D28 I29 I30"
        assert optional(line, self.CARE, at(1, "12:00")) == [("medical-review", at(1, "12:00"))]

    def test_none_beside_a_required_step_of_the_kind(self) -> None:
        care = limits(dosing_count={"min": 1, "max": 2}, integration_count={"min": 1, "max": 2})
        assert [kind for kind, _ in optional("E1+", care, at(2))] == [
            "preparation",
            "medical-review",
        ]

    def test_preparations_until_the_first_dosing_begins(self) -> None:
        assert ("preparation", at(13)) in optional("D14", NOTHING, at(13))
        assert "preparation" not in dict(optional("D14", NOTHING, at(14)))

    def test_a_preparation_needs_time_before_the_first_dosing(self) -> None:
        assert ("preparation", at(14, "09:10")) in optional("D14", NOTHING, at(14, "09:10"))
        assert "preparation" not in dict(optional("D14", NOTHING, at(14, "09:10:01")))

    def test_a_review_where_there_is_something_to_review(self) -> None:
        assert "medical-review" not in dict(optional("C0", NOTHING, at(1)))
        assert "medical-review" in dict(optional("C0 E5", NOTHING, at(1)))
        assert "medical-review" in dict(optional("C0 D5", NOTHING, at(1)))

    def test_none_without_a_lawful_start(self) -> None:
        care = limits(integration_per_dosing=1, dosing_count={"max": 8})
        assert "dosing" not in dict(optional("D14*", care, at(15)))
        assert ("dosing", at(16)) in optional("D14* I15*", care, at(16))


def dosing(line: str | kap.Plan, as_of: str, **forms: Any) -> tuple[str | None, tuple[str, ...]]:
    """The start of a required dosing, and the rules that bind it."""
    care = limits(**{"dosing_count": {"min": 30}, **forms})
    steps = next_steps(plan(line) if isinstance(line, str) else line, care, as_of=as_of)
    (step,) = [step for step in steps if step.kind == "dosing" and step.do == "book"]
    assert step.due_rules == ("DOSE-COUNT",)
    return step.to_dict()["earliest"], step.earliest_rules


class TestTheEarliestStart:
    """The first instant at which a session of the kind is lawful, and the rules that bind it."""

    def test_the_moment_itself(self) -> None:
        assert dosing("C0", at(3, "08:07:06")) == (at(3, "08:07:06"), ())

    def test_after_the_session_that_is_going_on(self) -> None:
        assert dosing("P3", at(3, "10:20")) == (at(3, "10:50"), ("NO-OVERLAP",))
        assert dosing("P3", at(3, "10:49:30")) == (at(3, "10:50"), ("NO-OVERLAP",))
        assert dosing("P3", at(3, "10:50")) == (at(3, "10:50"), ())

    def test_before_the_next_session_if_there_is_time(self) -> None:
        sixty = {"dosing_minutes": {"min": 60}}
        assert dosing("P3", at(3, "09:00"), **sixty) == (at(3, "09:00"), ())
        assert dosing("P3", at(3, "09:00:01"), **sixty) == (at(3, "10:50"), ("NO-OVERLAP",))
        assert dosing("P3 P3@11:49/10 P3@13:00", at(3, "09:01"), **sixty)[0] == at(3, "11:59")

    def test_a_gap_in_days(self) -> None:
        gap = {"dosing_gap_days": {"min": 7}}
        assert dosing("D14*", at(15), **gap) == (at(21, "00:00"), ("DOSE-GAP",))
        assert dosing("D14* D27", at(15), **gap) == (at(34, "00:00"), ("DOSE-GAP",))
        assert dosing("D14* D28", at(15), **gap) == (at(21, "00:00"), ("DOSE-GAP",))

    def test_a_longest_gap_to_the_next_dosing(self) -> None:
        gap = {"dosing_gap_days": {"max": 7}}
        assert dosing("D28", at(15), **gap) == (at(21, "00:00"), ("DOSE-GAP",))
        assert dosing("D14*", at(22, "00:00"), **gap) == (None, ("DOSE-GAP",))
        assert dosing("D14*", at(21, "23:59"), **gap) == (at(21, "23:59"), ())

    def test_a_frequency(self) -> None:
        often = {"dosing_frequency": {"at_most": 1, "days": 5}}
        assert dosing("D14*", at(15), **often) == (at(19, "00:00"), ("DOSE-FREQUENCY",))

    def test_medicine_that_arrives(self) -> None:
        supply = {"initial_supply": 9}
        assert dosing("C0 S2>4=2", at(2), **supply) == (at(4, "00:00"), ("SUPPLY-BALANCE",))
        assert dosing("C0 S2>=2", at(2), **supply) == (None, ("SUPPLY-BALANCE",))

    def test_an_evaluation_and_an_age(self) -> None:
        first = {"evaluation_first": True, "minimum_age": 18}
        young = plan("E3", {"born": "2009-01-03"})
        assert dosing(young, at(2), **first) == (
            at(3, "10:30"),
            ("MED-CLEAR", "NO-OVERLAP"),
        )
        alone = plan("C0", {"born": "2008-02-29"})
        assert dosing(alone, "2025-06-01T00:00:00Z", minimum_age=18) == (
            "2026-03-01T00:00:00+00:00",
            ("AGE-MIN",),
        )
        assert dosing(alone, at(2), minimum_age=1000) == (None, ("AGE-MIN",))

    def test_the_medicine_of_the_evaluation(self) -> None:
        each = {"integration_per_dosing": 1, "initial_supply": 1}
        assert dosing("E3 D14 I15 R16", at(2), **each)[0] == at(2)
        assert dosing("E1+ D14* I15 R16", at(14, "13:00"), **each) == (
            at(16, "10:30"),
            ("SUPPLY-BALANCE", "NO-OVERLAP"),
        )

    def test_an_integration_within_hours(self) -> None:
        hours = {"integration_window_hours": 24}
        assert dosing("I15", at(2), **hours) == (at(14, "08:00"), ("INTEG-WINDOW",))

    def test_a_review_after_so_many(self) -> None:
        gate = {"review_after": {"dosings": 1, "gate": "before-next"}}
        assert dosing("D14* R20", at(15), **gate) == (
            at(20, "10:30"),
            ("REVIEW-AFTER", "NO-OVERLAP"),
        )

    def test_a_contact_in_time(self) -> None:
        monthly = {"review_every": {"months": 1, "policy": "rolling"}}
        week = monthly | {"dosing_gap_days": {"min": 7}}
        assert dosing("E1+ D14* D28*", at(29), **monthly) == (at(29), ())
        assert dosing("E1+ D14* D28*", at(29), **week) == (None, ("REVIEW-QUARTER",))
        assert dosing("E1+ D14* D28* R32", at(29), **week)[0] == at(35, "00:00")
        assert dosing("D60 R70", at(29), **monthly)[0] == at(29)

    def test_the_last_day_of_a_quarter_without_a_contact(self) -> None:
        calendar = {"review_every": {"months": 3, "policy": "calendar"}}
        assert dosing("C0", at(88), **calendar) == (at(88), ())
        assert dosing("C0", at(89), **calendar) == (at(90, "00:00"), ("REVIEW-QUARTER",))

    def test_no_lawful_form(self) -> None:
        none = {"dosing_minutes": {"max": 60}, "effect_minutes": 90}
        assert dosing("C0", at(2), **none) == (None, ("DOSE-DURATION",))

    def test_the_form_that_the_limits_allow(self) -> None:
        remote = {
            "dosing_places": ["remote"],
            "support_person_when_remote": True,
            "formats": ["group"],
            "dosing_minutes": {"max": 60},
        }
        assert dosing("C1@11:00", at(1), **remote) == (at(1), ())

    def test_a_limit_in_force_from_a_date(self) -> None:
        """The earliest session of a course says which limits judge it."""
        care = kap.CareProtocol(
            id="own",
            settings=[
                *dated("dosing_count", {None: {"min": 1}}),
                *dated("dosing_places", {None: ["office"], on(9): ["remote"]}),
                *dated("dosing_minutes", {None: {"max": 60}, on(9): {"max": 90}}),
                *dated("effect_minutes", {None: 70}),
            ],
        )
        steps = next_steps(plan("C5 C6*"), care, as_of=at(6))
        assert [s.earliest for s in steps if s.kind == "dosing"] == [None]
        empty = kap.Plan(id="plan", timezone="UTC", sessions=())
        (step,) = [s for s in next_steps(empty, care, as_of=at(6)) if s.kind == "dosing"]
        assert step.to_dict()["earliest"] == at(9, "00:00")

    def test_a_window_without_free_time(self) -> None:
        care = limits(integration_per_dosing=1)
        line = "D14@10:00 P14@12:00 D14@13:00"
        (first, _) = required(line, care, at(0))
        assert first == Row(
            "integration", None, at(14, "13:00"), ("INTEG-EACH", "NO-OVERLAP"), ("d1",)
        )

    def test_an_integration_that_would_come_late(self) -> None:
        care = limits(integration_per_dosing=1, integration_window_hours=72)
        assert required("D14*", care, at(17, "12:00"))[0].earliest == at(17, "12:00")
        late = required("D14*", care, at(17, "12:00:01"))
        assert late[0].earliest is None
        assert late[0].rules == ("INTEG-EACH", "INTEG-WINDOW")

    def test_days_that_come_twice(self) -> None:
        """At St John's 2006-10-29 00:01 was followed by 2006-10-28 23:01."""
        where = zone("America/St_Johns")
        day = where.day(plan("2006-10-29 America/St_Johns C0").sessions[0].begins)
        assert [where.text(start) for start in starts_of(where, day)] == [
            "2006-10-29T00:00:00-02:30",
            "2006-10-28T23:01:00-03:30",
            "2006-10-29T00:00:00-03:30",
        ]
        assert starts_of(where, day + 1) == [where.first_instant(day + 1)]

    def test_a_day_that_comes_twice_is_tried_twice(self) -> None:
        """The dosing may stand on 28 October only, and the first minute of the 29th is free."""
        line = "2006-10-27 America/St_Johns D1@10:00 P1@13:00/660 P2@00:30"
        gap = {"dosing_gap_days": {"min": 0, "max": 0}, "dosing_minutes": {"min": 10}}
        found = dosing(plan(line), "2006-10-29T02:30:00Z", **gap)
        assert found == ("2006-10-28T23:01:00-03:30", ("DOSE-GAP",))

    def test_the_end_of_the_calendar(self) -> None:
        last = plan("2199-12-31 C0@23:00/120")
        assert dosing(last, "2199-12-31T23:30:00Z") == (None, ("NO-OVERLAP",))
        assert dosing(plan("C0"), "2199-12-31T23:59:59Z")[0] == "2199-12-31T23:59:59+00:00"
        assert int(plan("C0").zone.first_instant(last.timeline.day(last.sessions[0]))) < LATEST


class TestTheOrder:
    """What stops, what is overdue, the soonest due, null last; optional ones at the end."""

    def test_of_a_course(self) -> None:
        line = "C0* E1+ P7* D14*t I15 D28 D42~"
        steps = next_steps(plan(line), "regrounding", as_of=at(16), optional=True)
        assert [(what(s), s.number, s.to_dict()["due"], s.required) for s in steps] == [
            ("record", 1, at(15, "10:50"), True),
            ("attend", 1, at(28), True),
            ("record", 1, at(42), True),
            ("integration", 1, at(42), True),
            ("medical-review", 1, at(42), True),
            ("attend", 1, at(42), True),
            ("dosing", 3, None, True),
            ("integration", 3, None, True),
            ("integration", 1, None, True),
        ]

    def test_what_is_allowed_only_where_it_is_asked_for(self) -> None:
        steps = next_steps(plan("E1+ P3"), NOTHING, as_of=at(2))
        assert [step.do for step in steps] == ["attend"]
        steps = next_steps(plan("E1+ P3"), NOTHING, as_of=at(2), optional=True)
        assert [step.required for step in steps] == [True, False, False, False, False]


class TestTheResult:
    STEPS = next_steps(plan("C0* E1+ P7* D14*t D28"), "core", as_of=at(15))

    def test_as_json(self) -> None:
        made = self.STEPS.to_dict()
        assert list(made) == [
            *("plan", "protocol", "protocol_source", "as_of", "state", "halted", "stopped_by"),
            *("headline", "steps", "findings"),
        ]
        keys = [
            *(
                "do",
                "kind",
                "wanted",
                "number",
                "sessions",
                "earliest",
                "due",
                "urgency",
                "required",
            ),
            *("rules", "earliest_rules", "due_rules", "message", "why", "pace", "findings"),
            *("helps", "contacts"),
        ]
        assert [list(form) for form in made["steps"]] == [keys] * len(self.STEPS)
        assert json.loads(json.dumps(made)) == made

    def test_in_the_plans_zone(self) -> None:
        course = plan("2027-01-04 America/Los_Angeles D14 D28")
        steps = next_steps(course, limits(integration_per_dosing=1), as_of="2027-01-04T00:00:00Z")
        made = steps.to_dict()["steps"][1]
        finding = made.pop("findings")
        assert [one["rule"] for one in finding] == ["INTEG-EACH"]
        assert made == {
            "do": "book",
            "kind": "integration",
            "wanted": None,
            "number": 1,
            "sessions": ["d1"],
            "earliest": "2027-01-18T12:00:00-08:00",
            "due": "2027-02-01T10:00:00-08:00",
            "urgency": "later",
            "required": True,
            "rules": ["INTEG-EACH", "NO-OVERLAP"],
            "earliest_rules": ["INTEG-EACH", "NO-OVERLAP"],
            "due_rules": ["INTEG-EACH"],
            "message": "Book an integration from Mon, Jan 18, 2027, 12:00 pm, by Mon, Feb 1, 2027, "
            "10:00 am.",
            "why": "For integration after dosing d1.",
            "pace": None,
            "helps": [],
            "contacts": [],
        }

    def test_iterates_over_its_steps(self) -> None:
        assert tuple(self.STEPS) == self.STEPS.steps
        assert len(self.STEPS) == len(self.STEPS.steps)
        assert {*self.STEPS.required, *self.STEPS.optional} == {*self.STEPS}

    def test_neither_true_nor_false(self) -> None:
        with pytest.raises(TypeError, match=r"len\(next_steps\.steps\)"):
            bool(self.STEPS)

    def test_values(self) -> None:
        assert pickle.loads(pickle.dumps(self.STEPS)) == self.STEPS  # noqa: S301 - our own bytes
        assert hash(self.STEPS) == hash(attrs.evolve(self.STEPS, steps=list(self.STEPS)))
        assert repr(self.STEPS) == f"<NextSteps of plan: {len(self.STEPS)} steps>"
        assert repr(self.STEPS.steps[0]) == "<Step book integration INTEG-EACH>"

    def test_the_protocol_and_the_moment(self) -> None:
        assert (self.STEPS.protocol, self.STEPS.protocol_source) == ("core", "argument")
        named = attrs.evolve(plan("C0"), protocol="kingsley")
        assert next_steps(named, as_of=at(1)).protocol_source == "plan"
        assert self.STEPS.instant == plan("C15").sessions[0].begins
        assert next_steps(plan("C0"), as_of="2027-01-16T10:00:00.9Z").instant == self.STEPS.instant

    def test_a_citation_stays_with_a_finding(self) -> None:
        steps = next_steps(plan("D14"), limits(evaluation_first=True), as_of=NOW)
        assert steps.steps[0].findings[0].citation == SOURCE


class TestRefusals:
    def test_the_moment_is_asked_for(self) -> None:
        with pytest.raises(kap.InvalidValue) as error:
            next_steps(plan("C0"))
        assert str(error.value) == "as_of: must be given: what comes next depends on the moment"

    def test_optional_is_a_switch(self) -> None:
        wrong: Any = 1
        with pytest.raises(kap.InvalidValue, match="optional: must be true or false"):
            next_steps(plan("C0"), as_of=at(1), optional=wrong)

    def test_a_naive_moment(self) -> None:
        with pytest.raises(kap.InvalidValue, match="as_of: has no offset"):
            next_steps(plan("C0"), as_of="2027-01-01T10:00:00")

    def test_no_plan(self) -> None:
        nothing: Any = None
        with pytest.raises(TypeError, match="takes a Plan"):
            next_steps(nothing, as_of=at(1))

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"do": "rest"}, "do: must be one of cancel"),
            ({"kind": None}, "kind: must be one of consultation"),
            ({"number": 0}, "number: must be"),
            ({"wanted": "dosing"}, "wanted: must be"),
            ({"urgency": "soon"}, "urgency: must be one of stopped"),
            ({"do": "attend"}, "concerns: must be the session to attend"),
            ({"pace": 7}, "pace: must be text"),
            ({"because": 7}, "because: must be text"),
            ({"contacts": [("X", "soon")]}, "contacts: must be an instant or a day's edge"),
            ({"helps": ["x"]}, "helps[0]: must be a Finding"),
            ({"concerns": ["x"]}, "concerns[0]: must be"),
            ({"kind": "rest"}, "kind: must be one of consultation"),
            ({"earliest": 5}, "earliest: must be an instant"),
            ({"due": "2027-01-01"}, "due: must be an instant or a day's edge"),
            ({"required": 1}, "required: must be true or false"),
            ({"timezone": "Mars"}, "timezone: must be a zone name"),
            ({"due_rules": ["NO RULE"]}, "rules: must be 1 to 64"),
            ({"earliest_rules": "MED-CLEAR"}, "rules: must be a sequence"),
            ({"concerns": "d1"}, "concerns: must be a sequence"),
            ({"findings": ["x"]}, "findings[0]: must be a Finding"),
        ],
    )
    def test_a_step_of_other_things(self, fields: dict[str, Any], problem: str) -> None:
        given: dict[str, Any] = {"do": "book", "kind": "dosing", "timezone": "UTC"} | fields
        with pytest.raises(kap.InvalidValue) as error:
            Step(**given)
        assert str(error.value).startswith(problem)

    def test_steps_of_other_things(self) -> None:
        wrong: Any = ["x"]
        with pytest.raises(kap.InvalidValue, match=r"steps\[0\]: must be a Step"):
            attrs.evolve(TestTheResult.STEPS, steps=wrong)


class TestText:
    """What to do, when and why, grouped by how soon, with dates that a person would say."""

    def test_of_a_course(self) -> None:
        line = "C0* E1+ P7* D14*t I15* D28*t I29 D42~ I43"
        care = limits(
            review_every={"months": 1, "policy": "rolling"},
            integration_per_dosing=1,
            support_person_when_remote=True,
            dosing_count={"min": 2, "max": 8},
        )
        assert str(next_steps(plan(line), care, as_of=at(35), optional=True)) == TEXT

    def test_of_a_halted_course(self) -> None:
        text = str(next_steps(plan("E1-"), NOTHING, as_of=at(2)))
        assert text == (
            "plan: next steps as of Sun, Jan 3, 2027, 10:00 am (UTC)\n"
            "  protocol under-test\n"
            "STOP. The medical provider found this client not eligible (e1, Sat, Jan 2, 2027).\n"
            "\n"
            "Nothing to do."
        )

    def test_what_canceling_undoes_is_not_said_again(self) -> None:
        steps = next_steps(plan("E1- D2* D9"), limits(evaluation_first=True), as_of=at(5))
        left = str(steps).partition("not undone by any step\n")[2]
        assert "dosing d1" in left.lower()
        assert "dosing d2" not in left.lower()
        assert len(steps.findings) == 2

    def test_no_lawful_start(self) -> None:
        care = limits(dosing_count={"min": 1}, evaluation_first=True)
        step = next_steps(plan("C0"), care, as_of=at(2)).steps[-1]
        assert step.message == (
            "Book a dosing, but first do what MED-CLEAR asks: as things stand no time is possible."
        )
        assert step.why == "For the number of dosings that the protocol asks for."
        care = limits(evaluation_first=True)
        steps = next_steps(plan("C0@13:20 D0@14:00"), care, as_of=at(0, "13:40"))
        (step,) = [step for step in steps if step.do == "book"]
        assert step.message == (
            "Book a medical evaluation, but first do what NO-OVERLAP asks: as things stand no time "
            "is possible; wanted by Fri, Jan 1, 2027, 2:00 pm (before dosing d1)."
        )

    @pytest.mark.parametrize(
        ("forms", "line", "why"),
        [
            ({"consultation_first": True}, "E4", "For consultation before medical evaluation e1."),
            (
                {"review_after": {"dosings": 1, "gate": "any-time"}},
                "D14",
                "For follow-up after dosing d1.",
            ),
            ({"preparation_count": {"min": 1}}, "D14", "For preparation before dosing d1."),
            (
                {"preparation_count": {"min": 1}},
                "C4",
                (
                    "For PREP-COUNT: The course has 0 preparations; the limit is at least 1 "
                    "preparation."
                ),
            ),
            (
                {"refill_needs_review": True},
                "C4 S2>4=2 S30>32=2",
                "For follow-up before the refill.",
            ),
        ],
    )
    def test_what_is_settled(self, forms: dict[str, Any], line: str, why: str) -> None:
        steps = next_steps(plan(line), limits(**forms), as_of=NOW)
        assert next(step.why for step in steps if step.do == "book") == why


TEXT = """\
plan: next steps as of Fri, Feb 5, 2027, 10:00 am (UTC)
  protocol under-test

Overdue
1. Record for integration i2 on Sat, Jan 30, 2027: what became of it. [RECORD-OUTCOME]
2. Book a medical follow-up now: it was due by Tue, Feb 2, 2027.
   For the medical contact due Tue, Feb 2, 2027. [REVIEW-QUARTER]

Within 7 days
3. Record for dosing d3 on Fri, Feb 12, 2027: who supports the client there, by Fri, Feb 12,
   2027, 10:00 am.
   Dosing d3 on Fri, Feb 12, 2027 is remote and names no support person. [SUPPORT-PERSON]
4. Attend dosing d3 on Fri, Feb 12, 2027, 10:00 am (120 minutes, by telehealth).

Later
5. Attend integration i3 on Sat, Feb 13, 2027, 10:00 am (50 minutes, in person).

Allowed, and nothing asks for it
6. A dosing may be booked.
   There is room for one more, and nothing asks for it.
   No pace is set: ask the medical provider how far apart dosings should be.
7. An integration may be booked.
   There is room for one more, and nothing asks for it.

Violated already, and not undone by any step
  REVIEW-QUARTER (error): There is no medical contact after Sat, Jan 2, 2027 and by Tue, Feb 2,
    2027, while treatment goes on."""


def test_a_step_may_be_made_by_hand() -> None:
    step = Step(
        do="book",
        kind="medical-review",
        earliest=Instant(0),
        due=Instant(60),
        due_rules=["REVIEW-QUARTER"],
        timezone="UTC",
    )
    assert step.rules == ("REVIEW-QUARTER",)
    assert step.message == "Book a medical follow-up by Thu, Jan 1, 1970, 12:01 am."
    assert step.why == ""
    assert Step(do="record", timezone="UTC").message == "Record for it: what is decided."
