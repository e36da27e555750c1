"""The fewest appointments: which needs share one, of which kind, and how many it takes."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from house import house
from kap_model.forms import Count, Follow, Order, Precede, Recur, Selector, Span
from kap_model.planning.needs import common
from kap_model.planning.next_steps import next_steps
from support import SOURCE, at, on, plan

NOW = at(0)


def booked(line: str, care: kap.CareProtocol, as_of: str = NOW) -> list[kap.Step]:
    return [step for step in next_steps(plan(line), care, as_of=as_of) if step.do == "book"]


def housed(*forms: Any) -> kap.CareProtocol:
    rules = [kap.HouseRule(f"HOUSE-{n}", form, citation=SOURCE) for n, form in enumerate(forms)]
    return kap.CareProtocol(id="own", rules=rules)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Selector("dosing"), Selector("dosing"), Selector("dosing")),
        (Selector(("dosing", "integration")), Selector("dosing"), Selector("dosing")),
        (Selector("dosing"), Selector("integration"), None),
        (Selector("dosing", nth=2), Selector("dosing", nth=2), Selector("dosing", nth=2)),
        (Selector("dosing", nth=2), Selector("dosing"), None),
        (Selector("dosing"), Selector("dosing", first=2), None),
        (
            Selector("dosing", place="office"),
            Selector("dosing", format="group"),
            Selector("dosing", place="office", format="group"),
        ),
        (
            Selector("dosing", level=["low", "high"]),
            Selector("dosing", level=["high", "other"]),
            Selector("dosing", level="high"),
        ),
        (Selector("dosing", place="office"), Selector("dosing", place="remote"), None),
        (
            Selector("dosing", phase="course"),
            Selector("dosing"),
            Selector("dosing", phase="course"),
        ),
        (Selector("dosing", phase="course"), Selector("dosing", phase="maintenance"), None),
        # Of the kinds that have a format, none is left.
        (Selector(("dosing", "consultation"), format="group"), Selector("consultation"), None),
    ],
)
def test_what_two_selectors_both_select(one: Selector, other: Selector, both: Any) -> None:
    assert common(one, other) == both
    assert common(other, one) == both


@pytest.mark.parametrize(
    ("forms", "line", "expected"),
    [
        # A remote one does for both, and one in a group for none of them.
        (
            [
                Follow("dosing", "integration"),
                Follow("dosing", Selector("integration", place="remote")),
            ],
            "D3",
            [("integration", 1, ["HOUSE-0", "HOUSE-1"])],
        ),
        (
            [
                Follow("dosing", Selector("integration", place="office")),
                Follow("dosing", Selector("integration", place="remote")),
            ],
            "D3",
            [("integration", 1, ["HOUSE-0"]), ("integration", 1, ["HOUSE-1"])],
        ),
        # What either kind ends joins what one kind alone does.
        (
            [
                Follow("dosing", ("medical-evaluation", "medical-review")),
                Follow("dosing", "medical-evaluation"),
            ],
            "D3",
            [("medical-evaluation", 1, ["HOUSE-0", "HOUSE-1"])],
        ),
        ([Precede("dosing", "preparation", min=3)], "P1 D9", [("preparation", 2, ["HOUSE-0"])]),
        ([Follow("dosing", "integration", min=3)], "D3 I4", [("integration", 2, ["HOUSE-0"])]),
        ([Count("integration", 3)], "D1 I2", [("integration", 2, ["HOUSE-0"])]),
        # Towards the third dosing it takes two more.
        ([Count(Selector("dosing", from_=3), 1)], "D1", [("dosing", 2, [])]),
        ([Count(Selector("dosing", every=2), 2)], "D1", [("dosing", 3, [])]),
        ([Count(Selector("dosing", first=2), 3)], "D1", [("dosing", 1, [])]),
        # 150 minutes take three sessions of 50.
        ([Count("preparation", 150, sum="minutes")], "C0", [("preparation", 3, [])]),
        ([Count("preparation", 151, sum="minutes")], "C0", [("preparation", 4, [])]),
    ],
)
def test_how_many_and_for_what(forms: Any, line: str, expected: Any) -> None:
    found = [
        (step.kind, step.number, sorted(finding.rule for finding in step.findings))
        for step in booked(line, housed(*forms))
    ]
    assert found == expected


@pytest.mark.parametrize(
    ("form", "line"),
    [
        (Follow("dosing", Selector("medical-review", nth=2)), "D3 R5"),
        (Span("dosing", min=8, unit="weeks"), "D1 D10"),
        (Order(("integration", "dosing"), after="dosing"), "I5"),
        (Count("preparation", 100, sum="minutes", before="dosing"), "P1 D5"),
    ],
)
def test_what_depends_on_where_it_stands_is_not_listed_as_ended(form: Any, line: str) -> None:
    (step,) = booked(line, house(form))
    assert (step.findings, len(step.helps)) == ((), 1)
    assert step.why.startswith("Counts toward ")


def test_lines_that_a_session_before_all_others_would_bring() -> None:
    """A review before the first session brings the course under earlier lines."""
    lines = [
        kap.HouseRule("HOUSE-A", Count("integration", 1), since=on(5), citation=SOURCE),
        kap.HouseRule("HOUSE-A", Count("integration", 1, 9), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=lines)
    (step,) = booked("D9", care)
    assert (step.findings, [finding.rule for finding in step.helps]) == ((), ["HOUSE-A"])
    (step,) = booked("D9", care, at(5, "00:00"))
    assert ([finding.rule for finding in step.findings], step.helps) == (["HOUSE-A"], ())


@pytest.mark.parametrize(
    ("wanted", "message", "said"),
    [
        (Selector("integration"), "Book an integration", None),
        (
            Selector("integration", place="remote", format=["individual", "group"]),
            "Book a remote integration",
            {"place": ["remote"], "format": ["individual", "group"]},
        ),
        (Selector("integration", nth=1), "Book an integration", None),
    ],
)
def test_how_it_is_to_be_held(wanted: Selector, message: str, said: Any) -> None:
    (step,) = booked("D3", house(Follow("dosing", wanted)))
    assert step.message.startswith(message)
    assert step.to_dict()["wanted"] == said


def test_several_that_are_held_in_a_way() -> None:
    (step,) = booked("D3", house(Count(Selector("dosing", level="low"), 2)))
    assert step.message == "Book 2 dosings of level low."


class TestSafety:
    """No dosing is booked where the medical decision is unfavorable or awaited."""

    CARE = housed(Follow("integration", ("dosing", "medical-review")))
    ALONE = housed(Follow("integration", "dosing"), Count(Selector("dosing", level="low"), 3))

    @pytest.mark.parametrize(("outcome", "kinds"), [("+", ["dosing"]), ("?", ["medical-review"])])
    def test_another_kind_is_booked_instead(self, outcome: str, kinds: list[str]) -> None:
        found = booked(f"E1{outcome} I2*", self.CARE, at(3))
        assert [step.kind for step in found] == kinds
        level = housed(Follow("integration", Selector(("dosing", "integration"), level="low")))
        assert [step.kind for step in booked(f"E1{outcome} I2*", level, at(3))] == [
            kind for kind in kinds if kind == "dosing"
        ]

    @pytest.mark.parametrize(("outcome", "number"), [("+", 2), ("?", 0), ("-", 0), ("*", 0)])
    def test_nothing_is_booked_for_which_only_a_dosing_does(
        self, outcome: str, number: int
    ) -> None:
        found = booked(f"E1{outcome} I2*", self.ALONE, at(3))
        assert [step.kind for step in found] == ["dosing"] * number

    def test_a_halted_course_owes_no_other_kind(self) -> None:
        for by, kinds in (("integration", ["integration"]), ("medical-review", [])):
            found = booked("E1+ D2* R4-", housed(Follow("dosing", by)), at(5))
            assert [step.kind for step in found] == kinds
        assert booked("E1+ D2* R4- D9", housed(Precede("dosing", "integration")), at(5)) == []
        assert booked("E1+ D2* R4- D9", housed(Recur("integration", 3)), at(5)) == []
