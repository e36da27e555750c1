"""What ``complete`` and its errors give: values that copy, compare, speak, and show nothing."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import kap_model as kap
from copies import copies
from kap_model.display.courses import session_row
from support import at, limits, plan

NEEDY = limits(
    dosing_count={"min": 2},
    integration_per_dosing=1,
    support_person_when_remote=True,
    review_every={"months": 3, "policy": "rolling"},
    evaluation_first=True,
)


@pytest.fixture(scope="module")
def completion() -> kap.Completion:
    course = plan("E0+ D1*t D30~", {"client": "c-17"})
    return kap.complete(course, NEEDY, as_of=at(3))


def test_a_completion_is_a_value(completion: kap.Completion) -> None:
    for copied in copies(completion):
        assert copied == completion
        assert hash(copied) == hash(completion)
        assert copied.to_dict() == completion.to_dict()
    assert completion != attrs.evolve(completion, reason="Another.")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        completion.reason = "Another."  # type: ignore[misc]  # what a frozen value refuses


def test_a_completion_is_neither_true_nor_false(completion: kap.Completion) -> None:
    with pytest.raises(TypeError) as caught:
        bool(completion)
    assert str(caught.value) == (
        "a Completion is neither true nor false; read .added, .needs or .reason"
    )


def test_a_repr_shows_counts_and_ids(completion: kap.Completion) -> None:
    assert repr(completion) == "<Completion of plan: 3 added, 1 needs>"


def test_a_completion_as_json_values(completion: kap.Completion) -> None:
    assert completion.to_dict() == {
        "plan": "plan",
        "added": [
            {
                "id": "i1",
                "kind": "integration",
                "start": "2027-01-04T10:00:00+00:00",
                "minutes": 50,
                "place": "office",
            },
            {
                "id": "r1",
                "kind": "medical-review",
                "start": "2027-01-05T10:00:00+00:00",
                "minutes": 30,
                "place": "remote",
            },
            {
                "id": "i2",
                "kind": "integration",
                "start": "2027-02-01T10:00:00+00:00",
                "minutes": 50,
                "place": "office",
            },
        ],
        "needs": [finding.to_dict() for finding in completion.needs],
        "findings": [],
        "reason": None,
    }
    assert [finding.rule for finding in completion.needs] == ["SUPPORT-PERSON"]


def test_times_are_those_of_the_plans_zone() -> None:
    course = plan("2027-01-04 America/Los_Angeles C0*")
    done = kap.complete(course, limits(dosing_count={"min": 1}), as_of="2027-01-05T00:00:00-08:00")
    (added,) = done.to_dict()["added"]
    assert added["start"] == "2027-01-05T10:00:00-08:00"
    assert "  Tue, Jan 5, 2027, 10:00 am  dosing  120 min  office" in str(done)


def test_a_completion_as_text(completion: kap.Completion) -> None:
    (need,) = completion.needs
    assert str(completion) == (
        "plan: 3 sessions to book\n"
        "  Mon, Jan 4, 2027, 10:00 am  integration     50 min  office\n"
        "  Tue, Jan 5, 2027, 10:00 am  medical-review  30 min  remote\n"
        "  Mon, Feb 1, 2027, 10:00 am  integration     50 min  office\n"
        "\n"
        "to be recorded by people\n"
        f"  {need.message} [SUPPORT-PERSON, by Sun,\n"
        "    Jan 31, 2027, 10:00 am]"
    )


def test_the_text_of_a_whole_of_a_single_and_of_a_halted_course() -> None:
    one = limits(dosing_count={"min": 1}, integration_per_dosing=1)
    assert str(kap.complete(plan("D0* I1*"), one, as_of=at(3))) == "plan: nothing to book"
    single = str(kap.complete(plan("D0*"), one, as_of=at(3)))
    assert single.startswith("plan: 1 session to book\n")
    halted = kap.complete(plan("E0- D1*"), one.extended("x", settings=CLEARED), as_of=at(3))
    (broken,) = halted.findings
    booked, history = str(halted).split("\n\nviolated before\n")
    assert booked == (
        "plan: 1 session to book\n"
        "  Mon, Jan 4, 2027, 10:00 am  integration  50 min  office\n"
        "\n"
        "The medical partner has turned the client down, so only integrations that are owed are "
        "added."
    )
    assert " ".join(history.split()) == f"{broken.message} [MED-CLEAR]"


CLEARED = limits(evaluation_first=True).settings


def test_needs_without_a_date_are_said_without_one() -> None:
    text = str(kap.complete(plan("E0 D5"), limits(evaluation_first=True), as_of=at(3)))
    assert ", by" not in text
    assert "[RECORD-OUTCOME]" in text


def test_a_row_of_a_session() -> None:
    review = plan("R0").sessions[0]
    local = plan("R0").zone
    assert session_row(review, local) == (
        "Fri, Jan 1, 2027, 10:00 am",
        "medical-review",
        "30 min",
        "remote",
    )


def test_an_open_slot_is_a_value() -> None:
    slot = kap.OpenSlot(start=at(0), end=at(1), role="medical")
    for copied in copies(slot):
        assert copied == slot
        assert hash(copied) == hash(slot)
        assert repr(copied) == repr(slot)
    assert slot != attrs.evolve(slot, role=None)
    assert attrs.evolve(slot, end=at(2)).ends == slot.ends + 86_400


def test_a_planning_error_is_an_input_error_that_copies() -> None:
    problems = (kap.Problem("draft", "place cannot be kept"), kap.Problem("plan", "is held"))
    error = kap.PlanningError(problems, iter(("place", "every")))
    assert isinstance(error, kap.InputError)
    assert isinstance(error, ValueError)
    assert error.problems == problems
    assert error.conflict == ("place", "every")
    assert str(error) == "draft: place cannot be kept\nplan: is held"
    for copied in copies(error):
        assert (copied.problems, copied.conflict) == (problems, ("place", "every"))
        assert str(copied) == str(error)
        assert repr(copied) == repr(error)


def test_a_planning_error_without_a_conflict() -> None:
    error = kap.PlanningError(iter([kap.Problem("", "cannot be kept")]))
    assert error.conflict == ()
    assert str(error) == "cannot be kept"
    for copied in copies(error):
        assert copied.conflict == ()


def test_errors_of_the_verbs_copy_too() -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (kap.draft, {"protocol": "core", "start": "2027-01-11", "dosings": 9}),
        (
            kap.complete,
            {"plan": plan("C0*"), "protocol": "core", "as_of": at(3), "open_slots": ()},
        ),
    ]
    for verb, given in calls:
        with pytest.raises(kap.PlanningError) as caught:
            verb(**given)
        error = caught.value
        assert error.conflict
        for copied in copies(error):
            assert (copied.problems, copied.conflict) == (error.problems, error.conflict)
