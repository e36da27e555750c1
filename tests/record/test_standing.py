"""The medical standing: every event from every standing, who decided, and what halts a course."""

from __future__ import annotations

import itertools

import pytest

import kap_model as kap
from support import SOURCE, Row, at, findings, limits, pending, plan, unknown, violated

CLEARANCE = limits(evaluation_first=True)
MINIMUM = limits(dosing_count={"min": 2})

FROM = {
    "none": "",
    "clear by E": "E1+",
    "clear by R": "E1+ R2+",
    "refused": "E1-",
    "stopped": "E1+ R2-",
    "pending by E": "E1?",
    "pending by R": "E1+ R2?",
    "unrecorded by E": "E1*",
    "unrecorded by R": "E1+ R2*",
}
EVENTS = ("E+", "E-", "E?", "E*", "E", "R-", "R+", "R?", "R*", "R")
NEW_PENDING = "pending new"
NEW_UNRECORDED = "unrecorded new"
TABLE = {
    #                   E+           E-             E?             E*              E
    #                   R-             R+             R?             R*              R
    "none": (
        ("clear new", "refused new", NEW_PENDING, NEW_UNRECORDED, "clear new"),
        ("stopped new", "none", "none", "none", "none"),
    ),
    "clear by E": (
        ("clear new", "refused new", NEW_PENDING, NEW_UNRECORDED, "clear e1"),
        ("stopped new", "clear new", NEW_PENDING, NEW_UNRECORDED, "clear e1"),
    ),
    "clear by R": (
        ("clear new", "refused new", NEW_PENDING, NEW_UNRECORDED, "clear r1"),
        ("stopped new", "clear new", NEW_PENDING, NEW_UNRECORDED, "clear r1"),
    ),
    "refused": (
        ("clear new", "refused new", "refused e1", "refused e1", "refused e1"),
        ("refused e1", "refused e1", "refused e1", "refused e1", "refused e1"),
    ),
    "stopped": (
        ("clear new", "refused new", "stopped r1", "stopped r1", "stopped r1"),
        ("stopped new", "clear new", "stopped r1", "stopped r1", "stopped r1"),
    ),
    "pending by E": (
        ("clear new", "refused new", NEW_PENDING, "pending e1", "pending e1"),
        ("stopped new", "pending e1", "pending e1", "pending e1", "pending e1"),
    ),
    "pending by R": (
        ("clear new", "refused new", NEW_PENDING, "pending r1", "pending r1"),
        ("stopped new", "clear new", NEW_PENDING, "pending r1", "pending r1"),
    ),
    "unrecorded by E": (
        ("clear new", "refused new", NEW_PENDING, NEW_UNRECORDED, "unrecorded e1"),
        ("stopped new", "unrecorded e1", NEW_PENDING, "unrecorded e1", "unrecorded e1"),
    ),
    "unrecorded by R": (
        ("clear new", "refused new", NEW_PENDING, NEW_UNRECORDED, "unrecorded r1"),
        ("stopped new", "clear new", NEW_PENDING, NEW_UNRECORDED, "unrecorded r1"),
    ),
}
CELLS = [
    (start, event, expected)
    for start, halves in TABLE.items()
    for event, expected in zip(EVENTS, itertools.chain(*halves), strict=True)
]


def told(_voice: object, state: str) -> kap.Words:
    return kap.Words(state)


@kap.rule(
    "STANDING",
    "The standing after all contacts, and its decider.",
    why="A rule is given both.",
    severity="advice",
    cites=(SOURCE,),
)
def tell(course: kap.Course, _limits: kap.Limits) -> list[kap.Breach]:
    decider = course.standing.decider
    sessions = () if decider is None else (decider,)
    return [kap.Breach("unknown", sessions, told, (course.standing.state,))]


def standing(line: str, as_of: str | None = None) -> str:
    """The standing after all contacts and the decider's id: ``clear e1``."""
    (found,) = kap.check(plan(line), limits(), as_of=as_of, rules=(tell,)).findings
    return " ".join((found.message, *found.sessions))


@pytest.mark.parametrize(("start", "event", "expected"), CELLS)
def test_every_event_from_every_standing(start: str, event: str, expected: str) -> None:
    before = FROM[start]
    number = before.count(event[0]) + 1
    line = f"{before} {event[0]}9{event[1:]}"
    assert standing(line) == expected.replace("new", f"{event[0].lower()}{number}")


@pytest.mark.parametrize(("start", "event", "expected"), CELLS)
def test_a_dosing_is_judged_by_the_standing(start: str, event: str, expected: str) -> None:
    line = f"{FROM[start]} {event[0]}9{event[1:]} D14"
    decider = expected.rpartition(" ")[2]
    if decider == "new":
        decider = f"{event[0].lower()}{FROM[start].count(event[0]) + 1}"
    verdicts = {
        "none": [violated("error", "d1", due=at(14))],
        "clear": [],
        "refused": [violated("error", decider, "d1")],
        "stopped": [violated("error", decider, "d1")],
        "pending": [unknown("error", decider, "d1")],
        "unrecorded": [unknown("error", decider, "d1")],
    }
    assert findings(line, CLEARANCE, "MED-CLEAR") == verdicts[expected.partition(" ")[0]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E1? R2- R3+", "pending e1"),
        ("E1* R2- R3+", "unrecorded e1"),
        ("R2- R3+", "none"),
        ("R2- R3+ R4?", "none"),
        ("R2- R3+ R4-", "stopped r3"),
        ("R2- E3? R4+", "pending e1"),
        ("E1+ R2- E3? R4+", "pending e2"),
        ("E1+ R2- E3* R4+", "unrecorded e2"),
        ("E1+ R2? E3* R4+", "unrecorded e2"),
        ("E1+ R2? E3? R4+", "pending e2"),
        ("E1* R2? R3+", "unrecorded e1"),
        ("E1? R2- R3+ R4+", "pending e1"),
        ("E1+ R2- R3+ R4?", "pending r3"),
        ("E1+ R2? R3* R4+", "clear r3"),
        ("E1+ R2* E3* R4+", "unrecorded e2"),
        ("E1+ R2- R3- R4+", "clear r3"),
        ("E1+ R2- R3? R4+", "clear r3"),
        ("E1- E2? E3+", "clear e3"),
        ("E1- R2- E3? R4+", "refused e1"),
        ("E1+ E2- R3+ R4?", "refused e2"),
    ],
)
def test_a_review_that_continues_gives_back_what_the_evaluations_say(
    line: str, expected: str
) -> None:
    assert standing(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E1+ E1-", "refused e2"),
        ("E1- E1+", "refused e1"),
        ("E1? E1+", "pending e1"),
        ("E1* E1+", "unrecorded e1"),
        ("E1? E1*", "pending e1"),
        ("E1? E1", "pending e1"),
        ("E1- E1?", "refused e1"),
        ("E1+ R1-", "stopped r1"),
        ("E1- R1+", "refused e1"),
        ("E1+ R1+", "clear r1"),
        ("E1@09:50/40+ R1@10:00/30+", "clear r1"),
        ("E1@10:00/30+ R1@09:50/40+", "clear e1"),
        ("E1@10:00/30+ R1@09:50/40?", "pending r1"),
        ("E1@10:00/30? E1@09:50/40?", "pending e1"),
        ("E1? E1?", "pending e2"),
        ("E0+ R1- R1+", "stopped r1"),
        ("E0+ R1? R1*", "pending r1"),
        ("E0+ R1- R1?", "stopped r1"),
        ("E1* R1?", "pending r1"),
        ("E1@10:00/30* R1@09:50/40?", "pending r1"),
        ("E1@10:00/30 R1@09:50/40?", "pending r1"),
    ],
)
def test_among_equal_ends_the_more_favourable_comes_first(line: str, expected: str) -> None:
    assert standing(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E1@08:00/300+ E1@09:00/30-", "clear e1"),
        ("E1@08:00/300- E1@09:00/30+", "refused e1"),
        ("E1@08:00/300? E1@09:00/30+", "pending e1"),
        ("E0+ R1@08:00/300+ R1@09:00/30-", "clear r1"),
    ],
)
def test_contacts_are_walked_by_their_end(line: str, expected: str) -> None:
    assert standing(line) == expected


@pytest.mark.parametrize(
    ("line", "as_of", "expected"),
    [
        ("E9+", at(5), "clear e1"),
        ("E1- E9+", at(5), "refused e1"),
        ("E1? E9+", at(5), "pending e1"),
        ("E1* E9+", at(5), "unrecorded e1"),
        ("E1+ R2- E9+", at(5), "stopped r1"),
        ("E1+ E9+", at(5), "clear e1"),
        ("E1- E9+", at(9, "09:59:59"), "refused e1"),
        ("E1- E9+", at(9, "10:00:00"), "clear e2"),
        ("E1+ R2- R9+", at(5), "stopped r1"),
        ("E1+ R2? R9+", at(5), "pending r1"),
        ("E1+ R2* R9+", at(5), "unrecorded r1"),
        ("E1+ R9+", at(5), "clear e1"),
        ("E1+ R2- R9+", at(9, "09:59:59"), "stopped r1"),
        ("E1+ R2- R9+", at(9, "10:00:00"), "clear r2"),
        ("E1- E9+ R12+", at(5), "refused e1"),
        ("E1+ E9-", at(5), "refused e2"),
        ("E1+ E9?", at(5), "pending e2"),
        ("E1+ R9-", at(5), "stopped r1"),
        ("E1+ R9?", at(5), "pending r1"),
        ("E1+ E9*", at(5), "unrecorded e2"),
        ("E1+ R9*", at(5), "unrecorded r1"),
    ],
)
def test_a_favourable_outcome_after_as_of_is_still_to_come(
    line: str, as_of: str, expected: str
) -> None:
    assert standing(line, as_of) == expected


@pytest.mark.parametrize(
    ("line", "as_of", "expected"),
    [
        ("E1", None, "clear e1"),
        ("E1", at(1, "10:29:59"), "clear e1"),
        ("E1", at(1, "10:30:00"), "unrecorded e1"),
        ("E1 C1@10:29*", None, "clear e1"),
        ("E1 C1@10:30*", None, "unrecorded e1"),
        ("E1 C5*", at(0), "clear e1"),
        ("E1 C5*", at(5), "unrecorded e1"),
        ("E1 C5!", None, "clear e1"),
        ("E1 C5x", None, "clear e1"),
        ("E1 C5", None, "clear e1"),
        ("E1 R2+", None, "unrecorded e1"),
        ("E1+ R5", at(5, "10:29:59"), "clear e1"),
        ("E1+ R5", at(5, "10:30:00"), "unrecorded r1"),
        ("E1+ R5 D9*", None, "unrecorded r1"),
        ("E1- E5", at(9), "refused e1"),
        ("E1+ R2- R5", at(9), "stopped r1"),
    ],
)
def test_a_booking_that_is_over_is_presumed_no_longer(
    line: str, as_of: str | None, expected: str
) -> None:
    assert standing(line, as_of) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E1x", "none"),
        ("E1!", "none"),
        ("E1+ R2x", "clear e1"),
        ("completed E1", "none"),
        ("completed E1+ R5", "clear e1"),
        ("discontinued E1+ R5-", "stopped r1"),
        ("completed E1*", "unrecorded e1"),
    ],
)
def test_counting_contacts_only(line: str, expected: str) -> None:
    assert standing(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("E1@09:30+ D1", []),
        ("E1@09:31+ D1", [violated("error", "d1", due=at(1))]),
        ("E0+ R1@09:30- D1", [violated("error", "r1", "d1")]),
        ("E0+ R1@09:31- D1", []),
        ("E0- E1@09:30+ D1", []),
        ("E0- E1@09:31+ D1", [violated("error", "e1", "d1")]),
    ],
)
def test_at_an_instant_the_contacts_count_that_have_ended(line: str, expected: list[Row]) -> None:
    assert findings(line, CLEARANCE, "MED-CLEAR") == expected


@pytest.mark.parametrize(
    ("line", "as_of", "expected"),
    [
        ("D14", None, [violated("error")]),
        ("E1+ D14", None, [violated("error")]),
        ("E1? D14", None, [violated("error")]),
        ("E1* D14", None, [violated("error")]),
        ("E1+ R20? D14", None, [violated("error")]),
        ("E1+ R20* D14", None, [violated("error")]),
        ("E1- D14", None, []),
        ("E1+ R20- D14", None, []),
        ("E1+ R20- D14", at(5), []),
        ("E1+ D14 E40-", at(5), []),
        ("E1+ R20- R30 D14", None, []),
        ("E1+ R20- R30+ D14", None, [violated("error")]),
        ("E1+ R20- R30+ D14", at(25), []),
        ("E1- E9+ D14", at(5), []),
        ("E1- E9+ D14", at(9), [pending("error")]),
        ("completed E1- D14*", None, []),
        ("completed E1+ R20- D14*", None, []),
    ],
)
def test_a_refused_or_stopped_course_is_halted(
    line: str, as_of: str | None, expected: list[Row]
) -> None:
    assert findings(line, MINIMUM, "DOSE-COUNT", as_of) == expected


@pytest.mark.parametrize(
    ("limit", "rule", "line", "severity"),
    [
        ("preparation_count", "PREP-COUNT", "C0", "error"),
        ("dosing_count", "DOSE-COUNT", "C0", "error"),
        ("integration_count", "INTEG-COUNT", "C0", "warning"),
    ],
)
def test_minima_ask_nothing_of_a_halted_course(
    limit: str, rule: str, line: str, severity: str
) -> None:
    protocol = limits(**{limit: {"min": 2}})
    assert findings(f"{line} E1+", protocol, rule) == [violated(severity)]
    assert findings(f"{line} E1-", protocol, rule) == []
    assert findings(f"{line} E1+ R2-", protocol, rule) == []
