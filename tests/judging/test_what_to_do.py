"""What a finding is called, what it says to do, and under which code, for each rule and form."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from house import judged
from kap_model.examples import plan_of, protocol_of
from kap_model.forms import (
    Allow,
    Count,
    Follow,
    Known,
    Length,
    Order,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
    Span,
    Within,
)

OF_RULES = [
    (
        "SCREEN-FIRST",
        "No consultation before medical evaluation e1",
        "Book a consultation before medical evaluation e1 (by Wed, Jan 6, 2027, 10:00 am).",
    ),
    (
        "MED-CLEAR.refused",
        "Dosing d1 has no medical clearance",
        "Cancel dosing d1 (Mon, Jan 18, 2027, 10:00 am).",
    ),
    (
        "ROLE-SCOPE",
        "Medical evaluation e1 is held by another role than the protocol asks for",
        (
            "Give medical evaluation e1 (Wed, Jan 6, 2027, 10:00 am) to a clinician with the role "
            "medical-provider."
        ),
    ),
    (
        "PREP-COUNT.below",
        "No preparation before dosing d1",
        "Book 1 to 3 more preparations before dosing d1 (by Mon, Jan 18, 2027, 10:00 am).",
    ),
    (
        "PREP-ORDER.late",
        "Preparation p2 is not over before the first dosing",
        "Move preparation p2 (Mon, Jan 18, 2027, 12:00 pm) before dosing d1, or cancel it.",
    ),
    (
        "PREP-AFTER-SUPPLY.inferred",
        "No medical clearance before preparation p1",
        "Book a medical evaluation before preparation p1 (by Wed, Jan 6, 2027, 9:10 am).",
    ),
    (
        "SUPPLY-BALANCE.inferred",
        "Not enough medicine for dosing d3",
        (
            "Book a medical review before dosing d3, for more medicine (by Mon, Feb 15, 2027, "
            "10:00 am)."
        ),
    ),
    (
        "SUPPLY-INITIAL",
        "Too much medicine issued before the first review",
        "Have medicine for at most 2 dosings issued before the first review.",
    ),
    (
        "REFILL-REVIEW",
        "No medical review before a refill is issued",
        "Book a medical review before supply s2 is issued (Thu, Jan 7, 2027 to Fri, Feb 5, 2027).",
    ),
    (
        "SUPPLY-ISSUED.none",
        "No medical evaluation before medicine is issued",
        "Book a medical evaluation before supply s1 is issued (by Tue, Jan 5, 2027).",
    ),
    (
        "DOSE-COUNT.below",
        "Fewer dosings than the protocol asks",
        "Book 1 to 3 more dosings, or end the course.",
    ),
    (
        "DOSE-DURATION",
        "Dosing d1 is too short",
        "Book dosing d1 (Mon, Jan 18, 2027, 10:00 am) for 60 to 180 minutes.",
    ),
    (
        "EFFECT-FIT",
        "Dosing d1 is too short for the effect to subside",
        "Book dosing d1 (Mon, Jan 18, 2027, 10:00 am) for at least 100 minutes.",
    ),
    (
        "MODALITY",
        "Preparation p1 is held in a way that the protocol does not allow",
        "Hold preparation p1 (Mon, Jan 11, 2027, 10:00 am) individually.",
    ),
    (
        "THERAPIST-PRESENT.lacking",
        "The therapist is not present at dosing d1",
        "Hold dosing d1 (Mon, Jan 18, 2027, 10:00 am) with the therapist present, or cancel it.",
    ),
    (
        "SUPPORT-PERSON.not-recorded",
        "No support person is named for dosing d1",
        "Name who is with the client at dosing d1, or hold it at the office.",
    ),
    (
        "DOSE-LEVEL",
        "Dosing d1 states a dose level that the protocol does not allow",
        "Plan dosing d1 (Mon, Jan 18, 2027, 10:00 am) with the dose level low or moderate.",
    ),
    (
        "DOSE-GAP.below",
        "Dosings d1 and d2 are too close together",
        "Move dosing d2 (Sun, Jan 24, 2027, 10:00 am) to at least 7 days after dosing d1.",
    ),
    (
        "DOSE-FREQUENCY",
        "Too many dosings close together at dosing d2",
        "Move dosing d2 (Sun, Jan 24, 2027, 10:00 am) to a later day, or cancel it.",
    ),
    (
        "DOSE-CLOSE.week",
        "Dosing d3 is close to the dosing before it",
        (
            "Ask the prescriber about the pace, or move dosing d3 (Sun, Jan 24, 2027, 10:00 "
            "am) to a "
            "later day."
        ),
    ),
    (
        "DOSE-ROUTE",
        "Dosing d1 states a route that the protocol does not allow",
        "Plan dosing d1 (Mon, Jan 18, 2027, 10:00 am) with the route sublingual or oral.",
    ),
    (
        "INTEG-EACH",
        "No integration after dosing d1",
        (
            "Book an integration between dosing d1 and dosing d2 (Mon, Jan 18, 2027, 12:00 pm "
            "to Mon, Feb 1, 2027, 10:00 am"
            ")."
        ),
    ),
    (
        "INTEG-ORDER.early",
        "Integration i1 comes before the first dosing is over",
        "Move integration i1 (Mon, Jan 18, 2027, 9:00 am) after dosing d1, or cancel it.",
    ),
    (
        "INTEG-COUNT.above",
        "More integrations than the protocol allows",
        "Cancel integration i8 (Thu, Apr 1, 2027, 10:00 am).",
    ),
    (
        "INTEG-WINDOW.above",
        "Integration i1 comes too late after dosing d1",
        "Move integration i1 (Thu, Jan 21, 2027, 12:01 pm) to at most 72 hours after dosing d1.",
    ),
    (
        "THERAPY-LENGTH",
        "Preparation p1 is too long",
        "Book preparation p1 (Mon, Jan 11, 2027, 10:00 am) for 50 minutes.",
    ),
    (
        "REVIEW-AFTER",
        "No medical review before dosing d3",
        (
            "Book a medical review between dosing d2 and dosing d3 (Mon, Feb 1, 2027, 12:00 "
            "pm to Mon, Feb 15, 2027, 10:00 am"
            ")."
        ),
    ),
    (
        "REVIEW-QUARTER",
        "No medical contact for more than 3 months",
        "Book a medical contact (Sun, Feb 7, 2027 to Thu, May 6, 2027).",
    ),
    (
        "NO-OVERLAP",
        "Integration i2 and medical review r1 overlap",
        "Move or cancel medical review r1 (Tue, Feb 2, 2027, 10:49 am).",
    ),
    (
        "RECORD-OUTCOME.status",
        "Nothing is recorded of consultation c1",
        "Record whether consultation c1 was held, cancelled or missed.",
    ),
    (
        "AGE-MIN.younger",
        "The client is younger than the protocol asks",
        (
            "Correct the date of birth if it is wrong; else cancel medical evaluation e1 "
            "(Wed, Jan 6, 2027, 10:00 am"
            ")."
        ),
    ),
    (
        "EXCLUSION.undecided",
        "A recorded condition speaks against treatment",
        "Ask the medical provider to decide, and record the outcome of an evaluation.",
    ),
]


def test_each_rule_is_named() -> None:
    assert [code.partition(".")[0] for code, _, _ in OF_RULES] == [rule.id for rule in kap.RULES]


@pytest.mark.parametrize(("code", "title", "action"), OF_RULES)
def test_what_a_rule_says_to_do(code: str, title: str, action: str) -> None:
    rule = next(rule for rule in kap.RULES if rule.id == code.partition(".")[0])
    assert rule.example is not None
    case, protocol = rule.example.breaks, protocol_of(rule.example)
    found = kap.check(plan_of(case), protocol, as_of=case.as_of).findings
    finding = next(one for one in found if one.rule == rule.id)
    assert (finding.code, finding.title, finding.action) == (code, title, action)


@pytest.mark.parametrize(
    ("form", "line", "as_of", "code", "title", "action"),
    [
        (
            Count("dosing", max=1),
            "D1 D2* D3",
            None,
            ".above",
            "More dosings than the protocol allows",
            "Cancel dosing d3 (Mon, Jan 4, 2027, 10:00 am).",
        ),
        (
            Count("preparation", 2, before="dosing"),
            "P1 D20",
            "2027-01-15T00:00:00Z",
            ".below",
            "Fewer preparations than the protocol asks before dosing d1",
            "Book at least 1 more preparation before dosing d1 (by Thu, Jan 21, 2027, 10:00 am).",
        ),
        (
            Count("preparation", 2, before="dosing"),
            "P1* D2*",
            "2027-01-15T00:00:00Z",
            ".below",
            "Fewer preparations than the protocol asks before dosing d1",
            None,
        ),
        (
            Count("preparation", 2, before="dosing"),
            "P1* D2",
            "2027-01-15T00:00:00Z",
            ".below",
            "Fewer preparations than the protocol asks before dosing d1",
            "Move or cancel dosing d1 (Sun, Jan 3, 2027, 10:00 am).",
        ),
        (
            Count("dosing", 100, sum="minutes"),
            "D1/60",
            None,
            ".below",
            "Less time in dosings than the protocol asks",
            "Book at least 40 minutes more of dosings, or end the course.",
        ),
        (
            Count("dosing", max=100, sum="minutes"),
            "D1/60 D2/60",
            None,
            ".above",
            "More time in dosings than the protocol allows",
            "Shorten or cancel dosing d2 (Sun, Jan 3, 2027, 10:00 am).",
        ),
        (
            Count("dosing", 3),
            "D1 D2",
            None,
            ".below",
            "Fewer dosings than the protocol asks",
            "Book at least 1 more dosing, or end the course.",
        ),
        (
            Count(Selector("dosing", place="remote"), max=0),
            "D1~",
            None,
            ".above",
            "More remote dosings than the protocol allows",
            "Cancel dosing d1 (Sat, Jan 2, 2027, 10:00 am).",
        ),
        (
            Rate("dosing", max=1, days=2),
            "D1 D2",
            None,
            "",
            "Too many dosings close together at dosing d2",
            "Move dosing d2 (Sun, Jan 3, 2027, 10:00 am) to a later day, or cancel it.",
        ),
        (
            Length("dosing", min=90),
            "D1/60",
            None,
            "",
            "Dosing d1 is too short",
            "Book dosing d1 (Sat, Jan 2, 2027, 10:00 am) for at least 90 minutes.",
        ),
        (
            Length("dosing", one_of=(60, 90)),
            "D1/70",
            None,
            "",
            "Dosing d1 does not last as long as the protocol asks",
            "Book dosing d1 (Sat, Jan 2, 2027, 10:00 am) for 60 or 90 minutes.",
        ),
        (
            Allow("dosing", "place", "office"),
            "D1~",
            None,
            "",
            "Dosing d1 is held in a place that the protocol does not allow",
            "Hold dosing d1 (Sat, Jan 2, 2027, 10:00 am) at the office.",
        ),
        (
            Allow("preparation", "format", ("individual",)),
            "P1g",
            None,
            "",
            "Preparation p1 is held in a format that the protocol does not allow",
            "Hold preparation p1 (Sat, Jan 2, 2027, 10:00 am) individually.",
        ),
        (
            Known("dosing", "level"),
            "D1",
            "2027-01-01T00:00:00Z",
            ".not-recorded",
            "The dose level of dosing d1 is not recorded",
            "Record the dose level of dosing d1 by Sat, Jan 2, 2027, 10:00 am.",
        ),
        (
            Known(Selector("dosing", place="remote"), "support_person"),
            "D1~",
            None,
            ".not-recorded",
            "No support person is named for dosing d1",
            "Name who is with the client at dosing d1, or hold it at the office.",
        ),
        (
            Known("dosing", "support_person"),
            "D1*",
            "2027-01-15T00:00:00Z",
            ".not-recorded",
            "No support person is named for dosing d1",
            "Name who is with the client at dosing d1.",
        ),
        (
            Known("dosing", "therapist_present", by="end"),
            "D1*",
            "2027-01-15T00:00:00Z",
            ".not-recorded",
            "Not recorded whether the therapist was present at dosing d1",
            "Record whether the therapist was present at dosing d1.",
        ),
        (
            Order("preparation", before="dosing"),
            "D1 P2",
            None,
            ".late",
            "Preparation p1 is not over before the first dosing",
            "Move preparation p1 (Sun, Jan 3, 2027, 10:00 am) before dosing d1, or cancel it.",
        ),
        (
            Order("integration", after="dosing"),
            "I1 D2",
            None,
            ".early",
            "Integration i1 comes before the first dosing is over",
            "Move integration i1 (Sat, Jan 2, 2027, 10:00 am) after dosing d1, or cancel it.",
        ),
        (
            Order("integration", after="dosing"),
            "I1",
            None,
            ".none",
            "No dosing before integration i1",
            "Book a dosing before integration i1 (by Sat, Jan 2, 2027, 10:00 am).",
        ),
        (
            Precede("dosing", "preparation", min=2),
            "P1 D2",
            None,
            "",
            "Only 1 preparation before dosing d1",
            "Book 1 more preparation before dosing d1 (by Sun, Jan 3, 2027, 10:00 am).",
        ),
        (
            Precede("dosing", "preparation", min=3),
            "P1 D2",
            None,
            "",
            "Only 1 preparation before dosing d1",
            "Book 2 more preparations before dosing d1 (by Sun, Jan 3, 2027, 10:00 am).",
        ),
        (
            Precede("dosing", "medical-review", min=2, back_to="previous"),
            "D1 D20",
            "2027-01-15T00:00:00Z",
            "",
            "No medical review before dosing d1",
            "Move or cancel dosing d1 (Sat, Jan 2, 2027, 10:00 am).",
        ),
        (
            Precede("dosing", "preparation", within=Within(7, 14, unit="days")),
            "D20",
            "2027-01-15T00:00:00Z",
            "",
            "No preparation before dosing d1",
            "Move or cancel dosing d1 (Thu, Jan 21, 2027, 10:00 am).",
        ),
        (
            Precede("dosing", "preparation", within=Within(7, 14, unit="days")),
            "D16",
            "2027-01-15T00:00:00Z",
            "",
            "No preparation before dosing d1",
            "Move or cancel dosing d1 (Sun, Jan 17, 2027, 10:00 am).",
        ),
        (
            Follow("dosing", "integration", within=Within(max=2, unit="days")),
            "D20",
            "2027-01-15T00:00:00Z",
            "",
            "No integration after dosing d1",
            (
                "Book an integration after dosing d1 (Thu, Jan 21, 2027, 12:00 pm to Sat, Jan "
                "23, 2027)."
            ),
        ),
        (
            Follow("dosing", "integration"),
            "D1*",
            "2027-01-15T00:00:00Z",
            "",
            "No integration after dosing d1",
            "Book an integration after dosing d1 (from Sat, Jan 2, 2027, 12:00 pm on).",
        ),
        (
            Follow("dosing", "integration"),
            "D1* D2*",
            "2027-01-15T00:00:00Z",
            "",
            "No integration after dosing d1",
            None,
        ),
        (
            Space("dosing", min=7, unit="days"),
            "D1 D2",
            None,
            ".below",
            "Dosings d1 and d2 are too close together",
            "Move dosing d2 (Sun, Jan 3, 2027, 10:00 am) to at least 7 days after dosing d1.",
        ),
        (
            Space("dosing", min=7, unit="days"),
            "D1 D2*",
            None,
            ".below",
            "Dosings d1 and d2 are too close together",
            "Move dosing d1 (Sat, Jan 2, 2027, 10:00 am) to at least 7 days before dosing d2.",
        ),
        (
            Space("dosing", max=7, unit="days"),
            "D1 D20",
            None,
            ".above",
            "Dosings d1 and d2 are too far apart",
            "Move dosing d2 (Thu, Jan 21, 2027, 10:00 am) to at most 7 days after dosing d1.",
        ),
        (
            Space("dosing", "integration", min=24, unit="hours"),
            "D1 I1@13:00",
            None,
            ".below",
            "Integration i1 comes too soon after dosing d1",
            "Move integration i1 (Sat, Jan 2, 2027, 1:00 pm) to at least 24 hours after dosing d1.",
        ),
        (
            Space("dosing", "dosing", min=24, unit="hours"),
            "D1 D1@11:00",
            None,
            ".below",
            "Dosings d1 and d2 are too close together",
            "Move dosing d2 (Sat, Jan 2, 2027, 11:00 am) to at least 24 hours after dosing d1.",
        ),
        (
            Span("dosing", max=3, unit="weeks"),
            "D1 D30",
            None,
            ".above",
            "Too long from dosing d1 to dosing d2",
            (
                "Move dosing d2 (Sun, Jan 31, 2027, 10:00 am) to at most 3 weeks after "
                "dosing d1, or "
                "cancel it."
            ),
        ),
        (
            Span("dosing", min=3, unit="weeks"),
            "D1 D10",
            None,
            ".below",
            "Too short from dosing d1 to dosing d2",
            "Book a dosing at least 3 weeks after dosing d1, or end the course.",
        ),
        (
            Recur("medical-review", 1),
            "D1 D40",
            None,
            "",
            "No medical review for more than 1 month",
            "Book a medical review (Sun, Jan 3, 2027 to Tue, Feb 2, 2027).",
        ),
        (
            Recur("medical-review", 3, policy="calendar"),
            "D1",
            None,
            "",
            "No medical review in a calendar quarter",
            "Book a medical review (by Wed, Mar 31, 2027).",
        ),
        (
            Recur("medical-review", 1),
            "D1* D50",
            "2027-03-15T00:00:00Z",
            "",
            "No medical review for more than 1 month",
            "Move or cancel dosing d2 (Sat, Feb 20, 2027, 10:00 am).",
        ),
    ],
)
def test_what_a_form_says_to_do(
    form: Any, line: str, as_of: str | None, code: str, title: str, action: str | None
) -> None:
    finding = next(one for one in judged(form, line, as_of).findings if one.rule == "HOUSE-RULE")
    assert (finding.code, finding.title, finding.action) == (f"HOUSE-RULE{code}", title, action)


AT = "2027-01-20T00:00:00Z"


@pytest.mark.parametrize(
    ("line", "as_of", "code", "action"),
    [
        (
            "C0* E2? P7 D14 I15",
            "2027-01-08T00:00:00Z",
            "MED-CLEAR.pending",
            "Ask the medical provider to decide before dosing d1, and record the outcome.",
        ),
        (
            "C0* E2* P7 D14 I15",
            "2027-01-08T00:00:00Z",
            "MED-CLEAR.unrecorded",
            "Record the outcome of medical evaluation e1.",
        ),
        ("C0* E2? P7* D14*t I15*", AT, "MED-CLEAR.pending", None),
        ("C0* E2- P7* D14*t I15*", AT, "MED-CLEAR.refused", None),
        (
            "C0* E2- P7* D14*t I15*",
            "2027-01-18T10:00:00Z",
            "MED-CLEAR.refused",
            "Record first what became of the sessions that are over.",
        ),
        (
            "C0* P7 D14",
            "2027-01-08T00:00:00Z",
            "MED-CLEAR.none",
            "Book a medical evaluation before dosing d1 (by Mon, Jan 18, 2027, 10:00 am).",
        ),
        (
            "C0* E2* P7 D14 S5>6=2",
            "2027-01-08T00:00:00Z",
            "SUPPLY-ISSUED.unrecorded-in-doubt",
            "Record the outcome of medical evaluation e1.",
        ),
        (
            "C0* E2? P7 D14 S5>6=2",
            "2027-01-08T00:00:00Z",
            "SUPPLY-ISSUED.pending-in-doubt",
            "Ask the medical provider to decide before supply s1 is issued.",
        ),
        (
            "C0* E2+ R5- P7 D14 S5>6=2",
            "2027-01-10T00:00:00Z",
            "SUPPLY-ISSUED.stopped-in-doubt",
            "Ask the medical provider which came first, medical review r1 or the supply.",
        ),
        (
            "C0* E2- P7 D14 S5>6=2",
            "2027-01-08T00:00:00Z",
            "SUPPLY-ISSUED.refused",
            "Have supply s1 issued only once the medical provider clears treatment.",
        ),
        ("C0* E2- P7* S5>6=2", AT, "SUPPLY-ISSUED.refused", None),
        ("C0* E2+ P7* D14*t I15* S2>3=2 S9>10=2", AT, "REFILL-REVIEW", None),
        (
            "C0* E2+ P7* D14*t I15 S2>3=2 S9>10=2",
            AT,
            "REFILL-REVIEW",
            "Record first what became of the sessions that are over.",
        ),
        ("C0* E2+ P7* D14*t I15* S2>3=3", AT, "SUPPLY-INITIAL", None),
        (
            "C0* E2+ P7* D14*t I15* S2>3=2 S16>17=1",
            AT,
            "SUPPLY-INITIAL",
            "Have medicine for at most 2 dosings issued before the first review.",
        ),
        (
            "C0* E2+ P7* D14 I15 S2>=2",
            "2027-01-15T00:00:00Z",
            "SUPPLY-BALANCE.tracked",
            (
                "Record the supply that arrives for dosing d1 by Mon, Jan 18, 2027, or ask for a "
                "refill."
            ),
        ),
        (
            "C0* E2+ P7* D14 I15 S2>=2",
            "2027-01-19T12:00:00Z",
            "SUPPLY-BALANCE.tracked",
            "Move or cancel dosing d1 (Mon, Jan 18, 2027, 10:00 am).",
        ),
    ],
)
def test_what_is_said_to_do_at_a_moment(
    line: str, as_of: str, code: str, action: str | None
) -> None:
    course = kap.parse(f"2027-01-04 {line}")
    found = kap.check(course, "kingsley", as_of=as_of).findings
    assert [one.action for one in found if one.code == code][:1] == [action]
