"""House rules that no plan can break, or that break only where another rule does."""

from __future__ import annotations

from typing import Any

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
)
from kap_model.forms._form import RuleForm
from kap_model.planning.linting import lint
from kap_model.planning.silent_rules import ASKS_NOTHING, ITSELF, NO_SUCH_SESSION
from support import SOURCE, dated

NOTHING = kap.CareProtocol(id="nothing")
DAYS: Any = {"unit": "days"}
REMOTE = Selector("dosing", place="remote")
FIRST = Selector("dosing", nth=1)
LATER = Selector("dosing", phase="maintenance")
FARTHER = "are farther apart"


def housed(form: RuleForm, **given: Any) -> kap.CareProtocol:
    rule = kap.HouseRule("HOUSE-A", form, citation=SOURCE)
    return NOTHING.extended("housed", rules=[rule], **given)


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (Follow("dosing", by="integration", min=0), ASKS_NOTHING),
        (Follow("dosing", by="integration"), None),
        (Precede("dosing", by="preparation", min=0), ASKS_NOTHING),
        (Count("dosing", min=0), ASKS_NOTHING),
        (Count("dosing", min=1), None),
        (Count("dosing", max=10_000), "10,000 sessions"),
        (Count("dosing", max=9_999), None),
        (Count(FIRST, max=1), "at most 1 sessions"),
        (Count(FIRST, max=0), None),
        (Count(Selector("dosing", first=3), max=3), "at most 3 sessions"),
        (Count(Selector("dosing", first=3), max=2), None),
        (Count(Selector("dosing", every=4), max=2_500), "at most 2,500 sessions"),
        (Count(Selector("dosing", every=4), max=2_499), None),
        (Count(Selector("dosing", from_=4), max=9_997), "at most 9,997 sessions"),
        (Count(Selector("dosing", from_=4), max=9_996), None),
        (Count("dosing", max=1_000_000, sum="minutes"), None),
        (Count(Selector("dosing", first=2), max=2_880, sum="minutes"), "at most 2,880 minutes"),
        (Count(Selector("dosing", first=2), max=2_879, sum="minutes"), None),
        (Rate("dosing", max=10_000, days=2), "10,000"),
        (Rate("dosing", max=9_999, days=2), None),
        (Length("dosing", min=1), "every length"),
        (Length("dosing", min=2), None),
        (Length("dosing", max=1_440), "every length"),
        (Length("dosing", max=1_439), None),
        (Length("dosing", one_of=[1, 1440]), None),
        (Allow("dosing", "place", ["office", "remote"]), "every value"),
        (Allow("dosing", "place", ["office"]), None),
        (Allow("dosing", "level", ["low"]), None),
        (Known(Selector("dosing", nth=10_001), "level"), NO_SUCH_SESSION),
        (Known(Selector("dosing", nth=10_000), "level"), None),
        (Known(LATER, "level"), NO_SUCH_SESSION),
        (Order("preparation", before=Selector("dosing", every=10_001)), NO_SUCH_SESSION),
        (Order("preparation", after="dosing"), None),
        (Order(FIRST, before="dosing"), ITSELF),
        (Order(FIRST, after="dosing"), ITSELF),
        (Order(Selector("dosing", first=1), before=Selector("dosing", first=3)), ITSELF),
        (Order(Selector("dosing", first=2), before="dosing"), None),
        (Order(FIRST, before=Selector("dosing", nth=2)), None),
        (Order(FIRST, before=Selector("dosing", every=2)), None),
        (Order(FIRST, before=Selector("dosing", from_=2)), None),
        (Order(FIRST, before=REMOTE), None),
        (Space("dosing", min=0, **DAYS), None),
        (Space(FIRST, min=3, **DAYS), ITSELF),
        (Space(FIRST, "integration", min=3, **DAYS), None),
        (Space("dosing", "integration", max=3, **DAYS), None),
        (Space("dosing", max=80_355, **DAYS), FARTHER),
        (Space("dosing", max=80_354, **DAYS), None),
        (Space("dosing", min=0, max=80_355, **DAYS), None),
        (Space("dosing", max=1_000_000, unit="hours"), None),
        (Span("dosing", max=11_480, unit="weeks"), FARTHER),
        (Span("dosing", max=11_479, unit="weeks"), None),
        (Span("dosing", max=1_200, unit="months"), None),
        (Span(FIRST, max=3, **DAYS), ITSELF),
        (Span(FIRST, min=3, **DAYS), None),
        (Span("dosing", Selector("dosing", from_=10_001), max=3, **DAYS), NO_SUCH_SESSION),
        (Recur("medical-review", 3, while_=Selector("dosing", nth=10_001)), NO_SUCH_SESSION),
        (Recur("medical-review", 3), None),
    ],
)
def test_a_house_rule_that_no_plan_can_break(form: RuleForm, why: str | None) -> None:
    told = [one for one in lint(housed(form)).stretches[0].never if one.rule == "HOUSE-A"]
    assert [why in one.reason for one in told if why] == ([] if why is None else [True])
    assert (told == []) is (why is None)


@pytest.mark.parametrize(
    ("form", "limit", "by"),
    [
        (Length(REMOTE, max=30), {"dosing_places": ["office"]}, "MODALITY"),
        (Length(REMOTE, max=30), {"dosing_places": ["office", "remote"]}, None),
        (Length(REMOTE, max=30), {}, None),
        (Count(REMOTE, min=1), {"dosing_places": ["office"]}, None),
        (
            Length(Selector(("dosing", "preparation"), place="remote"), max=30),
            {"dosing_places": ["office"]},
            None,
        ),
        (
            Follow(Selector("preparation", format="group"), by="dosing"),
            {"formats": ["individual"]},
            "MODALITY",
        ),
        (
            Rate(Selector("dosing", route="oral"), max=1, days=3),
            {"routes": ["nasal"]},
            "DOSE-ROUTE",
        ),
        (
            Order("integration", before=Selector("dosing", level="high")),
            {"dose_levels": ["low"]},
            "DOSE-LEVEL",
        ),
        (Known(Selector("dosing", nth=9), "level"), {"dosing_count": {"max": 8}}, "DOSE-COUNT"),
        (Known(Selector("dosing", nth=8), "level"), {"dosing_count": {"max": 8}}, None),
        (
            Length(Selector("integration", from_=5), max=30),
            {"integration_count": {"max": 4}},
            "INTEG-COUNT",
        ),
        (Length(Selector("integration", from_=5), max=30), {"dosing_count": {"max": 4}}, None),
        # Preparations after the first dosing are not those that the limit counts.
        (Length(Selector("preparation", nth=3), max=30), {"preparation_count": {"max": 2}}, None),
    ],
)
def test_a_house_rule_of_sessions_that_a_limit_excludes_adds_nothing(
    form: RuleForm, limit: dict[str, Any], by: str | None
) -> None:
    lines: list[kap.Setting] = []
    for name, value in limit.items():
        free: Any = {None: value}
        if name in ("routes", "dose_levels"):  # else the protocol would be refused
            free |= {"2100-01-01": "off"}
        lines += dated(name, free)
    stretch = lint(housed(form, settings=lines)).stretches[0]
    assert [one.covered_by for one in stretch.covered] == ([] if by is None else [by])
