"""What a search does where there is too much to follow, and that the rules have the last word."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from kap_model.planning import _completion, spreading
from kap_model.planning.search import problem
from kap_model.planning.search.problem import Added, NewSession
from support import SOURCE, limits

NOW = "2027-01-11T00:00:00Z"
BEGUN = kap.parse("2027-01-04 C0* E2+ P4*")


def slot(start: str, end: str) -> kap.OpenSlot:
    return kap.OpenSlot(start=f"2027-{start}:00Z", end=f"2027-{end}:00Z")


def test_a_search_that_is_too_long_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem, "MOST_WORK", 1)
    monkeypatch.setattr(_completion, "FEW", 1)
    with pytest.raises(kap.PlanningError) as caught:
        kap.complete(BEGUN, as_of=NOW, open_slots=[slot("01-11T09:00", "06-30T09:00")])
    assert str(caught.value).startswith("plan: has too many possible continuations: none was found")
    assert caught.value.conflict == ()


@pytest.mark.parametrize("work", [0, 30])  # none is left, or it ends in the first search
def test_a_conflict_that_cannot_be_told_is_not_told(
    work: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "MOST_WORK", work)
    monkeypatch.setattr(_completion, "FEW", 0)
    with pytest.raises(kap.PlanningError) as drafted:
        kap.draft("core", "2027-01-11", dosings=9)
    assert str(drafted.value).startswith("draft: excludes itself, or leaves too many courses")
    protocol = limits(dosing_count={"min": 1}, dosing_places=["office"])
    with pytest.raises(kap.PlanningError) as completed:
        kap.complete(BEGUN, protocol, as_of=NOW, place="remote")
    assert str(completed.value).startswith("plan: cannot be completed, or leaves too many")
    assert drafted.value.conflict == completed.value.conflict == ()


def test_the_rules_have_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = kap.parse("2027-02-01 D0").sessions[0].begins
    alone = (Added(NewSession("dosing", {"minutes": 120}), begins),)

    def find(*_: Any) -> tuple[Added, ...]:
        return alone

    monkeypatch.setattr(spreading, "find_sessions", find)
    with pytest.raises(AssertionError, match="the search and the rules disagree"):
        kap.complete(BEGUN, as_of=NOW)
    with pytest.raises(AssertionError, match="the search and the rules disagree"):
        kap.complete(kap.parse("2027-02-01 D0"), limits(dosing_count={"min": 2}), as_of=NOW)
    with pytest.raises(AssertionError, match="the search and the rules disagree"):
        kap.draft("core", "2027-01-11")


def test_a_review_that_nothing_asks_for_is_left_out() -> None:
    protocol = limits(dosing_count={"min": 3}, review_after={"dosings": 1, "gate": "any-time"})
    slots = [slot("01-13T09:00", "01-13T11:50"), slot("01-19T09:30", "01-21T09:30")]
    made = kap.complete(
        kap.parse("2027-01-01 D5* R13@09:00"), protocol, as_of=NOW, every=1, open_slots=slots
    )
    assert {session.kind for session in made.added} == {"dosing"}
    assert len(made.added) == 2


def test_a_booked_integration_too_late_for_a_new_dosing_gets_one_before_it() -> None:
    protocol = limits(dosing_count={"min": 2}, integration_window_hours=24)
    made = kap.complete(
        kap.parse("2027-01-01 D5* I41"),
        protocol,
        as_of=NOW,
        every=1,
        open_slots=[slot("01-18T15:00", "01-18T18:20")],
    )
    assert [(s.kind, s.begins - made.added[0].begins) for s in made.added] == [
        ("dosing", 0),
        ("integration", 7200),
    ]


def test_limits_that_a_course_can_no_longer_begin_under_do_not_bind_it() -> None:
    first = kap.Setting(limit="dosing_count", value=kap.Bounds(min=5), citation=SOURCE)
    now = kap.Setting(
        limit="dosing_count", value=kap.Bounds(min=2), since="2027-01-05", citation=SOURCE
    )
    protocol = kap.CareProtocol(id="dated", settings=[first, now])
    made = kap.complete(kap.parse("2027-03-01 D0"), protocol, as_of=NOW)
    assert len(made.plan.sessions) == 2


def test_limits_that_come_after_a_course_has_begun_do_not_bind_it() -> None:
    later = kap.Setting(
        limit="dosing_count", value=kap.Bounds(min=3), since="2027-06-01", citation=SOURCE
    )
    first = kap.Setting(limit="dosing_count", value=kap.Bounds(min=2), citation=SOURCE)
    protocol = kap.CareProtocol(id="dated", settings=[first, later])
    made = kap.complete(kap.parse("2027-03-01 D0"), protocol, as_of=NOW)
    assert [session.kind for session in made.added] == ["dosing"]
    assert len(made.plan.sessions) == 2
