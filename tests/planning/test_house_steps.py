"""Next steps and moves under house rules of each form."""

from __future__ import annotations

from functools import partial as how
from typing import Any

import pytest

import kap_model as kap
from house import HOUSE, house
from kap_model._time import instant
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
from kap_model.planning.fitted import Fitting
from kap_model.planning.next_steps import next_steps
from support import SOURCE, at, limits, on, plan

NOW = at(0)


def steps(line: str, form: Any, *, required: bool = True) -> list[tuple[Any, ...]]:
    made = next_steps(plan(line), house(form), as_of=NOW, optional=not required)
    found = [one for one in made if one.required is required and one.do in ("book", "record")]
    rows = [(one, one.to_dict()) for one in found]
    return [
        (
            row["do"] if row["do"] == "record" else row["kind"],
            row["earliest"],
            row["due"],
            one.sessions,
        )
        for one, row in rows
    ]


def booked(found: kap.NextSteps) -> list[kap.Step]:
    return [step for step in found if step.do == "book"]


@pytest.mark.parametrize(
    ("form", "line", "row"),
    [
        (
            Precede("dosing", "preparation", within=Within(1, 2, unit="weeks")),
            "D30",
            ("preparation", at(16, "00:00"), on(23), ("d1",)),
        ),
        (
            Precede("dosing", "preparation", within=Within(3, 48, unit="hours")),
            "D3",
            ("preparation", at(1), at(3, "07:00"), ("d1",)),
        ),
        (
            Precede(Selector("dosing", nth=2), "medical-review", back_to="previous"),
            "D3 D10",
            ("medical-review", at(3, "12:00"), at(10), ("d2",)),
        ),
        (
            Follow("dosing", "integration", within=Within(1, 3, unit="days")),
            "D3",
            ("integration", at(4, "00:00"), on(6), ("d1",)),
        ),
        (
            Follow("dosing", "integration", within=Within(12, 24, unit="hours")),
            "D3",
            ("integration", at(4, "00:00"), at(4, "12:00"), ("d1",)),
        ),
        (
            Follow("dosing", Selector("integration", place="remote"), until="ever"),
            "D3 I4",
            ("integration", at(3, "12:00"), None, ("d1",)),
        ),
        # By its number the review that is booked may become the second.
        (
            Follow("dosing", Selector("medical-review", nth=2)),
            "D3 R5",
            ("medical-review", NOW, None, ("d1",)),
        ),
        (Count("integration", 3), "D1 I2", ("integration", NOW, None, ())),
        (
            Count("preparation", 100, sum="minutes", before="dosing"),
            "P1 D5",
            ("preparation", NOW, at(5), ("d1",)),
        ),
        (Count(Selector("dosing", from_=3), 1), "D1", ("dosing", NOW, None, ())),
        (Order("integration", after="dosing"), "I5", ("dosing", NOW, at(5), ("i1",))),
        (
            Span("dosing", min=8, unit="weeks"),
            "D1 D10",
            ("dosing", at(57, "00:00"), None, ("d1", "d2")),
        ),
        (
            Recur("medical-review", 1),
            "R(-3)*+ D(-2)*t D50",
            ("medical-review", NOW, on(28), ("d2",)),
        ),
        (
            Recur(("medical-evaluation", "medical-review"), 3, policy="calendar"),
            "D3",
            ("medical-review", NOW, on(89), ("d1",)),
        ),
        (
            Recur(("medical-evaluation", "medical-review"), 3, policy="calendar"),
            "D100",
            ("medical-review", at(90, "00:00"), on(180), ("d1",)),
        ),
        (Known("dosing", "clinician"), "D3", ("record", None, at(3), ("d1",))),
        (Order("integration", after="dosing"), "I(-1)* I5", ("dosing", NOW, at(5), ("i2",))),
    ],
)
def test_what_is_missing_is_booked_or_recorded(form: Any, line: str, row: tuple[Any, ...]) -> None:
    assert steps(line, form) == [row]


@pytest.mark.parametrize(
    ("form", "line", "kind", "earliest"),
    [
        (Space("dosing", min=10, unit="days"), "D3", "dosing", at(13, "00:00")),
        (Space("dosing", "integration", min=48, unit="hours"), "D0", "integration", at(2, "12:00")),
        (Rate("integration", max=1, days=3), "I1", "integration", at(4, "00:00")),
        (Order("integration", before="medical-review"), "R0", "integration", None),
        (Count("integration", max=1), "I3", "integration", None),
        (Allow("dosing", "place", ["remote"]), "D3~", "dosing", NOW),
        (Length("integration", min=80), "I0@11:00/80", "integration", at(0, "12:20")),
        (Known("dosing", "clinician"), "R0", "dosing", at(0, "10:30")),
        # It would take the integration of the one before.
        (
            Follow("dosing", "integration", within=Within(max=9, unit="days")),
            "D(-1)*t I3",
            "dosing",
            at(3, "10:50"),
        ),
        (Recur("medical-review", 1), "R(-40)*+ D(-39)*t R5", "dosing", None),
    ],
)
def test_where_there_is_room(form: Any, line: str, kind: str, earliest: str | None) -> None:
    found = {row[0]: row[1] for row in steps(line, form, required=False)}
    assert found.get(kind) == earliest


def test_the_next_contact_that_recurs_while_something_goes_on() -> None:
    form = Recur("consultation", 1, while_="integration")
    assert steps("C(-20)*+ I(-3)* I4".replace("*+", "*"), form) == [
        ("consultation", NOW, on(11), ())
    ]
    assert steps("I(-3)* I4", form) == [("consultation", NOW, on(28), ())]
    assert steps("I3 I60", form)[0][:3] == ("consultation", at(4, "00:00"), "2027-02-04")
    assert steps("C(-20)* C5 I(-3)* I4", form) == []
    assert steps("C(-20)* I(-3)*", form) == []
    missed = steps("C(-40)* I(-39)* I4", form)
    assert [row[:2] for row in missed] == [("consultation", NOW)]


def test_a_halted_course_owes_what_follows_what_was_held() -> None:
    line = "E(-9)*+ D(-7)*t R(-6)*- I3"
    owed = house(Follow("dosing", "integration", within=Within(max=9, unit="days")))
    (step,) = booked(next_steps(plan(line.replace(" I3", "")), owed, as_of=NOW))
    assert step.rules == (HOUSE,)
    for form in (Precede("integration", "consultation"), Follow("dosing", "consultation")):
        assert not booked(next_steps(plan(line), house(form), as_of=NOW))


def test_the_first_kind_that_has_a_start_is_booked() -> None:
    either = Follow("dosing", ("medical-evaluation", "medical-review"))
    assert steps("D3 D9", either)[0][0] == "medical-review"
    rules = [
        kap.HouseRule("HOUSE-A", either, citation=SOURCE),
        kap.HouseRule("HOUSE-B", Count("medical-review", max=0), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=rules)
    (step,) = booked(next_steps(plan("D3"), care, as_of=NOW))
    assert (step.kind, step.earliest_rules) == (
        "medical-evaluation",
        ("NO-OVERLAP", "HOUSE-A"),
    )
    none = kap.HouseRule("HOUSE-C", Count("medical-evaluation", max=0), citation=SOURCE)
    care = kap.CareProtocol(id="own", rules=[*rules, none])
    (step,) = booked(next_steps(plan("D3"), care, as_of=NOW))
    assert (step.kind, step.earliest, step.rules) == (
        "medical-review",
        None,
        ("HOUSE-B", "HOUSE-A"),
    )


def test_a_rule_that_comes_into_force_with_a_session_before_all_others() -> None:
    """The earliest session says which lines hold: what it lacks under them it lacks."""
    lines = [
        kap.HouseRule("HOUSE-A", Follow("dosing", "integration"), since=on(5), citation=SOURCE),
        kap.HouseRule("HOUSE-A", Follow("dosing", "medical-review"), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=lines)
    (step,) = booked(next_steps(plan("D9"), care, as_of=NOW))
    assert (step.kind, step.to_dict()["earliest"]) == ("integration", at(9, "12:00"))


@pytest.mark.parametrize(
    ("day", "created", "settled"), [(6, [], [HOUSE]), (7, [], []), (2, [], [])]
)
def test_a_move_is_judged_by_them(day: int, created: list[str], settled: list[str]) -> None:
    care = house(Follow("dosing", "integration", within=Within(1, 3, unit="days")))
    new = kap.Integration(id="new", start=at(day), minutes=50)
    move = kap.allowed(plan("D3 R9"), new, care, as_of=NOW)
    assert [finding.rule for finding in move.created] == created
    assert [finding.rule for finding in move.settled] == settled


def test_a_move_may_bring_a_course_under_a_line() -> None:
    lines = [
        kap.HouseRule(HOUSE, Length("preparation", min=60), since=on(0), citation=SOURCE),
        kap.HouseRule(HOUSE, "off", since=on(7), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=lines)
    for day, ok in ((5, False), (9, True)):
        new = kap.Preparation(id="new", start=at(day), minutes=50)
        assert kap.allowed(plan("D14"), new, care).ok is ok


def test_a_move_into_a_known_lapse_is_news() -> None:
    care = house(Recur("medical-review", 1))
    move = kap.allowed(
        plan("R0 D1 D50"), kap.Dosing(id="new", start=at(45), minutes=120), care, as_of=NOW
    )
    assert [finding.sessions for finding in move.created] == [("new", "d2")]
    move = kap.allowed(
        plan("R0 D1 D50"), kap.Dosing(id="new", start=at(20), minutes=120), care, as_of=NOW
    )
    assert move.created == move.settled == ()


def fitted(kind: str, *forms: Any, line: str = "", wanted: Any = None, **given: Any) -> Any:
    """How a session at noon of the third day is held: minutes, place, format, level."""
    care = limits(**given)
    fitting = Fitting(care.limits_on(None), forms)
    made: Any = fitting.session(plan(line or "C0"), "new", kind, instant(at(2, "12:00")), wanted)
    return made.minutes, made.place, getattr(made, "format", None), getattr(made, "level", None)


THERAPY = ("preparation", "integration")


@pytest.mark.parametrize(
    ("forms", "minutes"),
    [
        ([], 70),
        ([Length("integration", min=60)], 70),
        ([Length("integration", min=80)], 80),
        ([Length("integration", max=60)], 50),
        ([Length("integration", one_of=[60, 70])], 70),
        ([Length("integration", one_of=[60, 80])], 60),
    ],
)
def test_a_length_that_is_wished_gives_way_to_rules(forms: Any, minutes: int) -> None:
    fitting = Fitting(limits().limits_on(None), forms, minutes={"integration": 70})
    made = fitting.session(plan("C0"), "new", "integration", instant(at(2)))
    assert made.minutes == minutes


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (how(fitted, "integration"), (50, "office", "individual", None)),
        (how(fitted, "integration", Length(THERAPY, min=60)), (60, "office", "individual", None)),
        (how(fitted, "integration", Length(THERAPY, max=40)), (40, "office", "individual", None)),
        (how(fitted, "integration", Length(THERAPY, max=90)), (50, "office", "individual", None)),
        (how(fitted, "integration", Length("dosing", min=60)), (50, "office", "individual", None)),
        (
            how(fitted, "integration", Length(THERAPY, one_of=[45, 90])),
            (45, "office", "individual", None),
        ),
        (
            how(fitted, "integration", Length(THERAPY, one_of=[45, 90]), Length(THERAPY, min=46)),
            (90, "office", "individual", None),
        ),
        # Nothing goes together: the usual length.
        (
            how(fitted, "integration", Length(THERAPY, max=40), Length(THERAPY, min=46)),
            (50, "office", "individual", None),
        ),
        (
            how(fitted, "dosing", Length("dosing", max=40), dosing_minutes={"min": 60, "max": 90}),
            (120, "office", "individual", None),
        ),
        (
            how(
                fitted,
                "dosing",
                Length("dosing", max=40),
                dosing_minutes={"max": 60},
                effect_minutes=90,
            ),
            (120, "office", "individual", None),
        ),
        # Its number counts where it stands.
        (
            how(fitted, "integration", Length(Selector("integration", nth=2), min=75), line="I0"),
            (75, "office", "individual", None),
        ),
        (
            how(fitted, "integration", Length(Selector("integration", nth=2), min=75), line="I5"),
            (50, "office", "individual", None),
        ),
        # A place or a format that is allowed, the usual one first.
        (
            how(fitted, "dosing", Allow("dosing", "place", "remote")),
            (120, "remote", "individual", None),
        ),
        (how(fitted, "dosing", Allow("dosing", "format", "group")), (120, "office", "group", None)),
        (
            how(fitted, "dosing", Length(Selector("dosing", place="office"), min=1440, max=1441)),
            (1440, "office", "individual", None),
        ),
        (
            how(fitted, "dosing", Allow("dosing", "place", "remote"), dosing_places=["office"]),
            (120, "office", "individual", None),
        ),
        (
            how(fitted, "medical-review", Allow("medical-review", "place", "office")),
            (30, "office", None, None),
        ),
        # What is wanted says where.
        (
            how(
                fitted,
                "dosing",
                wanted=Selector("dosing", place="remote", format="group", level="low"),
            ),
            (120, "remote", "group", "low"),
        ),
        (
            how(
                fitted,
                "dosing",
                Allow("dosing", "place", "office"),
                wanted=Selector("dosing", place="remote"),
            ),
            (120, "remote", "individual", None),
        ),
    ],
)
def test_how_a_session_to_come_is_held(made: Any, expected: tuple[Any, ...]) -> None:
    assert made() == expected


def test_no_step_is_sought_after_the_last_year() -> None:
    rules = [
        kap.HouseRule("HOUSE-PACE", Space("dosing", min=20, unit="days"), citation=SOURCE),
        kap.HouseRule("HOUSE-TWO", Count("dosing", 2), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=rules)
    found = {
        as_of: [
            step.earliest is not None
            for step in kap.next_steps(kap.parse(f"{as_of} D0*"), care, as_of=f"{as_of}T20:00:00Z")
            if step.kind == "dosing"
        ]
        for as_of in ("2199-12-11", "2199-12-12")
    }
    assert found == {"2199-12-11": [True], "2199-12-12": [False]}


@pytest.mark.parametrize(
    ("form", "owed"),
    [(Follow("dosing", "integration"), True), (Precede("dosing", "integration"), False)],
)
def test_a_halted_course_owes_what_follows_and_not_what_precedes(form: Any, *, owed: bool) -> None:
    found = next_steps(plan("E0+ D1* R2- D10"), house(form), as_of=at(3))
    assert found.halted
    assert any(step.kind == "integration" for step in found) == owed
