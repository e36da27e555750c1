"""Drafts follow house rules: what pages ask, as a clinician would plan it."""

from __future__ import annotations

from typing import Any, Final

import pytest

import kap_model as kap
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
from wild import CITATION

START: Final = "2027-01-11"
USUAL: Final = "C0 E2 P7 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85"
SOMEBODY: Final = {"support_person": "recorded"}

# Under the protocol of Kingsley: six dosings two weeks apart, a review after the second.
DRAFTS: Final[dict[str, tuple[list[Any], dict[str, Any], str]]] = {
    "nothing": ([], {}, USUAL),
    "at most nine weeks": (
        [Span("dosing", max=9, unit="weeks")],
        {},
        "C0 E2 P7 D14 I15 D26 I27 R28 D38 I39 D50 I51 D62 I63 D74 I75",
    ),
    "at least twenty weeks": (
        [Span("dosing", min=20, unit="weeks")],
        {},
        "C0 E2 P7 D14 I15 D28 I29 R62 D63 I64 D77 I78 D91 I92 D154 I155",
    ),
    "an integration one to three days later": (
        [Follow("dosing", "integration", within=Within(min=1, max=3, unit="days"))],
        {},
        USUAL,
    ),
    "an integration not before 36 hours": (
        [Follow("dosing", "integration", within=Within(min=36, unit="hours"))],
        {},
        "C0 E2 P7 D14 I16 D28 I30 R31 D42 I44 D56 I58 D70 I72 D84 I86",
    ),
    "two integrations after the first dosing": (
        [Follow(Selector("dosing", first=1), "integration", min=2)],
        {},
        "C0 E2 P7 D14 I15 I16 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "a preparation one to two weeks before the first dosing": (
        [
            Precede(
                Selector("dosing", nth=1), "preparation", within=Within(min=7, max=14, unit="days")
            )
        ],
        {},
        USUAL,
    ),
    "a preparation within three days before the first dosing": (
        [Precede(Selector("dosing", nth=1), "preparation", within=Within(max=3, unit="days"))],
        {},
        "C0 E2 P11 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "an evaluation before preparation": (
        [Order("medical-evaluation", before="preparation")],
        {},
        USUAL,
    ),
    "ten sessions of therapy in all": (
        [Count(("preparation", "integration"), min=10)],
        {},
        "C0 E2 P7 P8 P9 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85 I86",
    ),
    "six hundred minutes of therapy": (
        [Count(("preparation", "integration"), min=600, sum="minutes")],
        {},
        "C0 E2 P7 P8 P9 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85 I86 I87 I88",
    ),
    "a support person at the first two": (
        [Known(Selector("dosing", first=2), "support_person")],
        SOMEBODY,
        "C0 E2 P7 D14s I15 D28s I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "a thousand minutes of dosings": (
        [Count("dosing", min=1000, sum="minutes")],
        {},
        "C0 E2 P7 D14/167 I15 D28/167 I29 R30 D42/167 I43 D56/167 I57 D70/167 I71 D84/167 I85",
    ),
    "800 minutes of dosings, neither more nor less": (
        [Count("dosing", min=800, max=800, sum="minutes")],
        {},
        "C0 E2 P7 D14/134 I15 D28/134 I29 R30 D42/133 I43 D56/133 I57 D70/133 I71 D84/133 I85",
    ),
    "at most two hours of integrations": (
        [Count("integration", max=120, sum="minutes")],
        {},
        "C0 E2 P7 D14 I15/20 D28 I29/20 R30 D42 I43/20 D56 I57/20 D70 I71/20 D84 I85/20",
    ),
    "a first dosing 150 days after the evaluation": (
        [Space("medical-evaluation", "dosing", min=150, unit="days")],
        {},
        "C0 E2 P7 R76 D152 I153 D166 I167 R168 D180 I181 D194 I195 D208 I209 D222 I223",
    ),
    "a preparation five months before the first dosing": (
        [Precede(Selector("dosing", nth=1), "preparation", within=Within(min=5, unit="months"))],
        {},
        "C0 P7 E83 D158 I159 D172 I173 R174 D186 I187 D200 I201 D214 I215 D228 I229",
    ),
    "preparations of an hour or more, integrations of fifty minutes": (
        [Length("preparation", one_of=(60, 90)), Length("integration", min=50, max=50)],
        {},
        "C0 E2 P7/60 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "a long first dosing": (
        [
            Length(Selector("dosing", first=1), min=180),
            Length(Selector("dosing", from_=2), max=130),
        ],
        {},
        "C0 E2 P7 D14/180 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "the first two at home": (
        [Allow(Selector("dosing", first=2), "place", ("remote",))],
        SOMEBODY,
        "C0 E2 P7 D14~s I15 D28~s I29 R30 D42 I43 D56 I57 D70 I71 D84 I85",
    ),
    "a review before each third dosing": (
        [Precede(Selector("dosing", every=3), "medical-review", back_to="previous")],
        {},
        "C0 E2 P7 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71 R72 D84 I85",
    ),
    "a preparation each month, and none after the first dosing": (
        [Recur("preparation", 1)],
        {},
        "C0 E2 P13 D14 I15 D20 I21 R22 D26 I27 D32 I33 D38 I39 D44 I45",
    ),
    "a review in each calendar month": (
        [Recur("medical-review", 1, policy="calendar")],
        {},
        "C0 E2 P7 D14 I15 R16 D28 I29 R30 D42 I43 R44 D56 I57 D70 I71 R72 R80 D84 I85",
    ),
    "the last two integrations in a group": (
        [Count(Selector("integration", format="group"), min=2)],
        {},
        "C0 E2 P7 D14 I15 D28 I29 R30 D42 I43 D56 I57 D70 I71g D84 I85g",
    ),
    "a consultation before each preparation": ([Precede("preparation", "consultation")], {}, USUAL),
    "weekly, at most twice in seven days": (
        [Rate("dosing", max=2, days=7), Space("dosing", max=1, unit="weeks")],
        {},
        "C0 E2 P7 D14 I15 D21 I22 R23 D28 I29 D35 I36 D42 I43 D49 I50",
    ),
}

REFUSED: Final[dict[str, tuple[list[Any], tuple[str, ...]]]] = {
    "at most twice a week, and at most three days apart": (
        [Rate("dosing", max=2, days=7), Space("dosing", max=3, unit="days")],
        ("dosing_count", "HOUSE-0", "HOUSE-1"),
    ),
    "three weeks in all, and a week between": (
        [Span("dosing", max=3, unit="weeks"), Space("dosing", min=1, unit="weeks")],
        ("dosing_count", "HOUSE-0", "HOUSE-1"),
    ),
    "the first two at home, where limits say the office": (
        [Allow(Selector("dosing", first=2), "place", ("remote",))],
        ("dosing_places", "HOUSE-0"),
    ),
    "ten dosings beside a limit of eight": (
        [Count("dosing", min=10)],
        ("dosing_count", "HOUSE-0"),
    ),
    "a dosing after each": ([Follow("dosing", "dosing")], ("HOUSE-0",)),
    "a support person whom nobody names": (
        [Known(Selector("dosing", first=2), "support_person")],
        ("HOUSE-0",),
    ),
}


def care_with(forms: list[Any]) -> kap.CareProtocol:
    rules = [
        kap.HouseRule(f"HOUSE-{place}", form, citation=CITATION) for place, form in enumerate(forms)
    ]
    return kap.practices.KINGSLEY.protocol.extended("house", rules=rules)


@pytest.mark.parametrize(("forms", "options", "line"), DRAFTS.values(), ids=DRAFTS.keys())
def test_drafts(forms: list[Any], options: dict[str, Any], line: str) -> None:
    drafted = kap.draft(care_with(forms), START, **options)
    assert drafted.notation == f"{START} {line}"
    assert all(f.verdict == "unknown" for f in kap.check(drafted, care_with(forms)).findings)


@pytest.mark.parametrize(("forms", "conflict"), REFUSED.values(), ids=REFUSED.keys())
def test_the_smallest_conflict_names_house_rules(
    forms: list[Any], conflict: tuple[str, ...]
) -> None:
    care = care_with(forms)
    if "dosing_places" in conflict:
        office = kap.Setting(limit="dosing_places", value=("office",), citation=CITATION)
        care = care.extended("office", settings=[office])
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft(care, START)
    assert caught.value.conflict == conflict


def test_a_refusal_says_what_was_not_looked_for() -> None:
    near = Space("dosing", max=3, unit="days")
    numbered = Follow(Selector("dosing", from_=1), "dosing")
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft(care_with([Rate("dosing", max=1, days=7), near]), START)
    assert str(caught.value).endswith(
        "exclude each other; no session was added only so that two others are nearer to each other"
    )
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft(care_with([numbered]), START)
    assert str(caught.value).endswith(
        "cannot be kept; no session was added only so that another one has another number"
    )


@pytest.mark.parametrize(
    ("form", "options", "said"),
    [
        (
            Known(Selector("dosing", place="remote"), "support_person"),
            {"place": "remote"},
            "a support person is needed for remote dosings: give support_person, or choose office",
        ),
        (
            Known(Selector("dosing", place="remote"), "support_person"),
            {"place": "remote", "support_person": "none"},
            "a support person is needed for remote dosings: give support_person, or choose office",
        ),
        (
            Known("dosing", "support_person"),
            {},
            "a support person is needed for dosings: give support_person",
        ),
        (
            Known("dosing", "level"),
            {},
            (
                "the house rule HOUSE-0 asks beforehand for the dose level of dosings, which a "
                "draft cannot know; what a rule asks by the end can be drafted"
            ),
        ),
    ],
)
def test_what_is_missing_is_named_and_how_to_give_it(
    form: Any, options: dict[str, Any], said: str
) -> None:
    rules = [kap.HouseRule("HOUSE-0", form, citation=CITATION)]
    protocol = kap.practices.KINGSLEY.protocol.extended("house", rules=rules)
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft(protocol, START, **options)
    assert [problem.reason for problem in caught.value.problems] == [said]
    if isinstance(form, Known) and form.field == "support_person":
        given: dict[str, Any] = options | SOMEBODY
        drafted = kap.draft(protocol, START, **given)
        assert kap.check(drafted, protocol).ok
