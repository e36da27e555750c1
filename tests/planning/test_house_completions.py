"""Completions under house rules, beside what is booked, worked out by hand."""

from __future__ import annotations

from typing import Any, Final

import pytest

import kap_model as kap
from kap_model.forms import Allow, Count, Known, Length, Precede, Rate, Recur, Selector, Space, Span
from kap_model.planning.search import problem
from support import at, limits
from wild import CITATION

ONE: Final[dict[str, Any]] = {"dosing_count": {"min": 1}}
TWO: Final[dict[str, Any]] = {"dosing_count": {"min": 2}}

# The course from 1 January 2027 on, the limits, the house rules, and the course as completed on
# the ninth.
COMPLETIONS: Final[dict[str, tuple[str, dict[str, Any], list[Any], str]]] = {
    "a preparation that runs into the dosing is none before it": (
        "C0* P12@09:00/120 D12@10:00",
        ONE,
        [Count("preparation", min=1, before="dosing")],
        "C0* P9 P12@09:00/120 D12",
    ),
    "a second dosing, before which there are to be two preparations": (
        "C0* D12",
        TWO,
        [Count("preparation", min=2, before=Selector("dosing", nth=2))],
        "C0* P9 P10 D12 D26",
    ),
    "nothing has to come before": (
        "C0* P4*",
        ONE,
        [Precede("dosing", "preparation", min=0)],
        "C0* P4* D9",
    ),
    "a booked integration during the next dosing is none after the one before": (
        "C0* D9 I10@10:00/120 D10@11:00",
        {},
        [Space("dosing", "integration", max=1, unit="hours")],
        "C0* D9 I10/120 D10@11:00",
    ),
    "no dosing before two that are booked, for the second one counts": (
        "C0* D24 D40 R45",
        {"dosing_count": {"min": 3}},
        [Span(Selector("dosing", nth=2), "medical-review", max=10, unit="days")],
        "C0* D24 D40 R45 D54",
    ),
    "medicine is asked for once a booked evaluation has brought it": (
        "C0* E20",
        TWO | {"initial_supply": 1},
        [],
        "C0* D9 R10 E20 D23",
    ),
    "a review in the month of a dosing, and not in the next": (
        "C0* D12 R40",
        ONE,
        [Recur("medical-review", 1, policy="calendar")],
        "C0* R9 D12 R40",
    ),
    "every second dosing is to be a week from the one before it": (
        "C0* D4*t",
        {"dosing_count": {"min": 4}},
        [Space(Selector("dosing", every=2), min=5, unit="weeks")],
        "C0* D4*t D18 D32 D53",
    ),
    "a third dosing between two that are booked would be one too many": (
        "C0* D9 D15",
        {"dosing_count": {"min": 3}},
        [Rate("dosing", max=2, days=14)],
        "C0* D9 D15 D29",
    ),
    "from the second dosing to the last integration": (
        "C0* D4*t",
        TWO,
        [Span(Selector("dosing", nth=2), "integration", min=3, unit="days")],
        "C0* D4*t D18",
    ),
    "of what is booked, only what a person records is left": (
        "C0* D12",
        ONE,
        [Known("dosing", "level")],
        "C0* D12",
    ),
    "a group where formats are told apart": (
        "C0*",
        ONE | {"integration_per_dosing": 1},
        [Allow("integration", "format", ("group",)), Length("integration", min=60)],
        "C0* D9 I10/60g",
    ),
}


def care_with(settings: dict[str, Any], forms: list[Any]) -> kap.CareProtocol:
    rules = [
        kap.HouseRule(f"HOUSE-{place}", form, citation=CITATION) for place, form in enumerate(forms)
    ]
    return limits(**settings).extended("house", rules=rules)


@pytest.mark.parametrize(
    ("line", "settings", "forms", "expected"), COMPLETIONS.values(), ids=COMPLETIONS.keys()
)
def test_completions(line: str, settings: dict[str, Any], forms: list[Any], expected: str) -> None:
    care = care_with(settings, forms)
    done = kap.complete(kap.parse(f"2027-01-01 {line}"), care, as_of=at(9, "09:00"))
    assert done.plan.notation == f"2027-01-01 {expected}"


def test_a_role_that_is_not_allowed_stays_as_it_is() -> None:
    other = kap.Clinician("k-1", "nurse")
    course = kap.Plan(
        id="plan",
        timezone="UTC",
        sessions=[kap.Dosing(id="d1", start=at(12), minutes=120, clinician=other)],
    )
    care = care_with(TWO, [Allow("dosing", "role", ("therapist",))])
    done = kap.complete(course, care, as_of=at(9, "09:00"))
    assert [finding.rule for finding in done.findings] == ["HOUSE-0"]
    assert len(done.added) == 1


def test_a_call_that_has_done_its_work_names_no_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = [kap.OpenSlot(start=at(day), end=at(day, "11:00"), role="medical") for day in (10, 12)]
    said = set()
    for most in range(0, 400, 10):
        monkeypatch.setattr(problem, "MOST_WORK", most)
        with pytest.raises(kap.PlanningError) as caught:
            kap.complete(kap.parse("2027-01-01 C0*"), limits(**TWO), as_of=at(9), open_slots=slots)
        said.add(str(caught.value))
    assert len(said) > 1
    assert (
        "open_slots: do not do for all that is needed; for which kinds takes too long to tell"
        in said
    )


def test_a_booked_preparation_that_would_be_one_too_many() -> None:
    forms = [Count("preparation", max=2), Span("preparation", min=12, unit="days")]
    with pytest.raises(kap.PlanningError) as caught:
        kap.complete(
            kap.parse("2027-01-01 C0* P20 P21"), care_with({}, forms), as_of=at(9, "09:00")
        )
    assert caught.value.conflict == ("HOUSE-0", "HOUSE-1")
