"""What speaks only where another limit or rule asks for a session: each pair by a plan."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from kap_model.forms import Count, Follow, Order, Precede, Recur, Selector, Space, Span, Within
from kap_model.forms._form import RuleForm
from kap_model.planning.linting import Remark, lint
from support import SOURCE, dated, limits, plan

FIRST = Selector("dosing", nth=1)


def leans(protocol: kap.CareProtocol) -> list[str]:
    """What it says of subjects that lean on something else."""
    return [one.subject for one in lint(protocol).remarks if one.kind == "leans"]


def housed(*forms: RuleForm, **given: Any) -> kap.CareProtocol:
    rules = [
        kap.HouseRule(f"HOUSE-{chr(65 + n)}", form, citation=SOURCE) for n, form in enumerate(forms)
    ]
    return limits(**given).extended("housed", rules=rules)


# A limit, one that asks for what it speaks of, and a plan that breaks its sentence in silence.
PAIRS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"consultation_first": True}, {"evaluation_first": True}, "D0 D14"),
    ({"initial_supply": 2}, {"evaluation_first": True}, "D0 D14 D28 E30"),
    ({"refill_supply": 1}, {"initial_supply": 2}, "E0 D14 D28 R33 D42 D56"),
    ({"refill_needs_review": True}, {"initial_supply": 2}, "E0 D14 D28 D42 S0>1=6"),
    ({"preparation_before_dosing": True}, {"preparation_count": {"min": 1}}, "E0 D14"),
    ({"preparation_after_supply": True}, {"preparation_count": {"min": 1}}, "D14"),
    ({"integration_after_dosing": True}, {"integration_per_dosing": 1}, "D14 D28"),
    ({"integration_after_dosing": True}, {"integration_count": {"min": 1}}, "D14 D28"),
    ({"integration_window_hours": 24}, {"integration_per_dosing": 1}, "D14 D28"),
    ({"integration_window_hours": 24}, {"integration_count": {"min": 1}}, "D14 D28"),
]


@pytest.mark.parametrize(("limit", "other", "line"), PAIRS)
def test_a_limit_that_speaks_only_beside_another_is_remarked(
    limit: dict[str, Any], other: dict[str, Any], line: str
) -> None:
    (name,) = limit
    assert name in leans(limits(**limit))
    assert kap.check(plan(line), limits(**limit)).findings == ()
    both = limits(**limit, **other)
    assert name not in leans(both)
    assert kap.check(plan(line), both).findings != ()


def test_the_words_of_what_leans() -> None:
    lines = [
        *dated("consultation_first", {"2027-01-01": True}),
        *dated("refill_supply", {None: 2}),
        *dated("refill_needs_review", {None: True}),
        *dated("integration_after_dosing", {None: True}),
    ]
    told = lint(kap.CareProtocol(id="own", settings=lines)).remarks
    assert [(one.subject, one.says.partition(",")[0]) for one in told if one.kind == "leans"] == [
        ("integration_after_dosing", "says nothing of a course without an integration"),
        ("refill_supply", "says nothing where no supplies are written down"),
        (
            "refill_needs_review",
            "speaks only of later supplies",
        ),
        ("consultation_first", "says nothing of a course without a medical evaluation"),
    ]
    first = Remark(
        kind="leans",
        subject="initial_supply",
        says="says nothing of dosings before the first medical evaluation, and nothing asks for "
        "one before them",
    )
    assert lint(limits(initial_supply=2)).remarks == (first,)


@pytest.mark.parametrize(
    ("forms", "given", "leaning"),
    [
        ([Order("preparation", before="dosing")], {}, True),
        ([Order("preparation", before="dosing")], {"preparation_count": {"min": 1}}, False),
        ([Order("preparation", before="dosing"), Count("preparation", min=1)], {}, False),
        ([Order("preparation", before="dosing"), Count("preparation", min=0)], {}, True),
        ([Order("preparation", before="dosing"), Count("preparation", max=1)], {}, True),
        # Some of two kinds is none of one of them for certain.
        (
            [Order("preparation", before="dosing"), Count(("preparation", "integration"), min=1)],
            {},
            True,
        ),
        (
            [Order(("preparation", "integration"), after=FIRST), Count("integration", min=1)],
            {},
            False,
        ),
        ([Order("medical-review", after="dosing"), Follow("dosing", "medical-review")], {}, False),
        (
            [Order("medical-review", after="dosing"), Follow("dosing", "medical-review", min=0)],
            {},
            True,
        ),
        ([Order("medical-review", after="dosing"), Recur("medical-review", 3)], {}, False),
        (
            [Order("medical-review", after="dosing")],
            {"review_every": {"months": 3, "policy": "rolling"}},
            True,  # an evaluation would do
        ),
        ([Precede("medical-evaluation", by="consultation")], {}, True),
        ([Precede("medical-evaluation", by="consultation")], {"evaluation_first": True}, False),
        (
            [
                Precede("medical-evaluation", by="consultation"),
                Precede(FIRST, "medical-evaluation"),
            ],
            {},
            False,
        ),
        (
            [Precede("medical-evaluation", by="consultation")],
            {"preparation_after_supply": True, "preparation_count": {"min": 1}},
            False,
        ),
        (
            [
                Follow("medical-review", by="integration"),
                Order("dosing", after="medical-review"),
            ],
            {},
            False,
        ),
        ([Space("medical-review", min=7, unit="days")], {}, True),
        ([Space("dosing", "integration", min=1, unit="days")], {}, True),
        ([Space("dosing", min=1, unit="days")], {}, False),
        ([Span("consultation", "dosing", max=60, unit="days")], {}, True),
        ([Follow("dosing", "integration", within=Within(max=3, unit="days"))], {}, False),
        ([Count("medical-review", max=4)], {}, False),
    ],
)
def test_a_house_rule_that_speaks_of_what_nothing_asks_for(
    forms: list[RuleForm],
    given: dict[str, Any],
    leaning: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert ("rules.HOUSE-A" in leans(housed(*forms, **given))) is leaning


def test_an_evaluation_that_a_house_rule_asks_for_brings_the_first_supply() -> None:
    first = Precede(FIRST, "medical-evaluation")
    assert leans(housed(first, initial_supply=2)) == []
    assert leans(housed(Count("medical-evaluation", min=1), initial_supply=2)) == ["initial_supply"]


def test_what_leans_on_some_dates_is_said_once_for_each_line() -> None:
    lines = [
        *dated("evaluation_first", {"2027-01-01": True, "2028-01-01": "off"}),
        *dated("initial_supply", {None: 2, "2029-01-01": 3}),
    ]
    told = lint(kap.CareProtocol(id="own", settings=lines)).remarks
    assert [(one.subject, one.since and one.since.year) for one in told if one.kind == "leans"] == [
        ("initial_supply", None),
        ("initial_supply", 2029),
    ]


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (None, False),
        ("1980-01-01", False),
        ("1980-01-02", True),
        ("2199-12-31", True),
        ("2200-01-01", False),
    ],
)
def test_a_first_line_with_a_date_says_who_is_not_judged_by_it(
    since: str | None,
    told: bool,  # noqa: FBT001 - a row of the table
) -> None:
    lines = dated("dosing_count", {since: {"max": 8}})
    rule = kap.HouseRule("HOUSE-A", Count("dosing", max=8), since=since, citation=SOURCE)
    protocol = kap.CareProtocol(id="own", settings=lines, rules=[rule])
    found = [one for one in lint(protocol).remarks if one.kind == "first-line"]
    assert [one.subject for one in found] == ["dosing_count", "rules.HOUSE-A"] * told
    if told:
        day = protocol.changes[0]
        assert all(str(one.since) == since for one in found)
        crowd = " ".join(f"D0@{hour:02}:00/10" for hour in range(9))
        assert kap.check(kap.parse(f"{day} {crowd}"), protocol).findings
    text = str(lint(protocol))
    assert ("begins with a date" in text) is told


def test_a_line_after_one_that_is_off_is_no_first_line() -> None:
    lines = dated("dosing_count", {None: "off", "2027-01-01": {"max": 8}})
    again = dated("preparation_count", {"2027-01-01": "off", "2028-01-01": {"max": 8}})
    protocol = kap.CareProtocol(id="own", settings=[*lines, *again])
    assert [one.kind for one in lint(protocol).remarks] == ["no-effect"]


def test_a_course_begun_before_a_first_line_is_not_judged_by_it() -> None:
    lines = dated("dosing_count", {"2027-02-01": {"max": 1}})
    protocol = kap.CareProtocol(id="own", settings=lines)
    assert kap.check(kap.parse("2027-01-31 D0 D30 D60"), protocol).findings == ()
    assert kap.check(kap.parse("2027-02-01 D0 D30 D60"), protocol).findings != ()


def test_a_remark_is_of_a_known_kind() -> None:
    with pytest.raises(kap.InvalidValue, match="kind"):
        Remark(kind="other", subject="dosing_count", says="is so")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
