"""Repairs under a house rule of each form."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from house import HOUSE, house
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
from support import SOURCE, at, plan

NUMBERED = Count(Selector("dosing", from_=2), max=0)
EARLIER_DAYS = Precede("dosing", "preparation", within=Within(1, 2, unit="days"))
EARLIER_HOURS = Precede("dosing", "preparation", within=Within(24, 48, unit="hours"))
LATER_DAYS = Follow("dosing", "integration", within=Within(1, 2, unit="days"))
LATER_HOURS = Follow("dosing", "integration", until="ever", within=Within(24, 48, unit="hours"))
FIRST_AFTER = Space("dosing", "integration", max=24, unit="hours")
EACH_QUARTER = Recur("medical-review", 3, policy="calendar")


def changes(form: Any, line: str) -> list[tuple[str, str, str | None]]:
    made = kap.repair(plan(line), house(form))
    assert made.report.ok
    assert all(change.rules == (HOUSE,) for change in made.changes)
    if made.changes:
        assert f"because {HOUSE}: " in " ".join(str(made).split())
    rows = [(change, change.after) for change in made.changes]
    return [
        (
            change.action,
            change.session.id,
            None if after is None else made.plan.zone.text(after.begins),
        )
        for change, after in rows
    ]


@pytest.mark.parametrize(
    ("form", "line", "row"),
    [
        (Count("preparation", max=1), "P0 P1", ("drop", "p2", None)),
        (Count("preparation", max=1, before="dosing"), "P0* P1 D2", ("drop", "p2", None)),
        (
            Count("preparation", min=1, before="dosing"),
            "P3 D2",
            ("add", "p2", "2027-01-02T10:00:00+00:00"),
        ),
        (Count("integration", min=1), "D2", ("add", "i1", "2027-01-03T09:10:00+00:00")),
        (NUMBERED, "D2 D3", ("drop", "d2", None)),
        (Order("preparation", before="dosing"), "D0 P2", ("drop", "p1", None)),
        (Order("integration", after="dosing"), "I0", ("drop", "i1", None)),
        (EARLIER_DAYS, "P0* D5", ("drop", "d1", None)),
        (EARLIER_HOURS, "P0* D5", ("drop", "d1", None)),
        (Precede("dosing", "medical-review", back_to="previous"), "R0 D1 D3", ("drop", "d2", None)),
        (LATER_DAYS, "D0 D5 I6", ("add", "i2", "2027-01-02T10:00:00+00:00")),
        (LATER_HOURS, "D0 I5", ("add", "i2", "2027-01-02T12:00:00+00:00")),
        (Space("dosing", min=3, unit="days"), "D0 D2", ("drop", "d2", None)),
        (Space("dosing", max=3, unit="days"), "D0 D9", ("drop", "d2", None)),
        (FIRST_AFTER, "D0 I3", ("drop", "i1", None)),
        (Rate("dosing", max=1, days=3), "D0 D2", ("drop", "d2", None)),
        (Span("dosing", max=1, unit="weeks"), "D0 D9", ("drop", "d2", None)),
        (Span("dosing", min=1, unit="weeks"), "D0 D3", ("add", "d3", "2027-01-18T10:00:00+00:00")),
        (Length("dosing", min=130), "D0", ("drop", "d1", None)),
        (Allow("dosing", "place", "office"), "D0~", ("drop", "d1", None)),
        (Known("dosing", "clinician"), "D0", ("drop", "d1", None)),
        (Recur("medical-review", 1), "R0 D1 D40", ("drop", "d2", None)),
        (EACH_QUARTER, "D0", ("drop", "d1", None)),
        (EACH_QUARTER, "D0* D1", ("add", "r1", "2027-01-01T12:00:00+00:00")),
    ],
)
def test_one_change_mends_it(form: Any, line: str, row: tuple[str, str, str | None]) -> None:
    assert changes(form, line) == [row]


def test_history_is_named_by_the_rule_that_it_breaks() -> None:
    rules = [
        kap.HouseRule("HOUSE-B", Length("dosing", min=130), citation=SOURCE),
        kap.HouseRule("HOUSE-A", Allow("dosing", "place", "remote"), citation=SOURCE),
    ]
    care = kap.CareProtocol(id="own", rules=rules)
    with pytest.raises(kap.PlanningError, match="history") as caught:
        kap.repair(plan("D0*"), care, as_of=at(3))
    assert caught.value.conflict == ("HOUSE-B", "HOUSE-A")


def test_what_is_added_is_held_as_the_rule_asks() -> None:
    wanted = Selector("dosing", level="low", route="oral", place="remote")
    care = house(Follow(Selector("dosing", nth=1), wanted, until="ever"))
    (change,) = kap.repair(plan("D0*"), care).changes
    held: Any = change.session
    assert (change.action, held.place, held.level, held.route) == ("add", "remote", "low", "oral")
