"""The notebook for clinicians runs: as it stands, and where its choices contradict each other."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import kap_model as kap
from display_pages import read
from needed import needed

pytestmark = pytest.mark.recipes

needed("marimo")

NOTEBOOK = Path(__file__).parents[2] / "examples" / "explore.py"


@cache
def notebook() -> Any:
    spec = importlib.util.spec_from_file_location("explore", NOTEBOOK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def as_it_stands() -> tuple[Any, Mapping[str, Any]]:
    outputs, defs = notebook().app.run()
    return outputs, defs


def with_choices(**choices: Any) -> Mapping[str, Any]:
    """What the cells give where a clinician chooses otherwise."""
    choice = {**as_it_stands()[1]["choice"], **choices}
    _, defs = notebook().app.run(defs={"choice": choice})
    found: Mapping[str, Any] = defs
    return found


def test_the_notebook_runs_as_it_stands() -> None:
    outputs, defs = as_it_stands()
    assert defs["plan"] == kap.draft("regrounding", "2027-01-11", every="2w")
    assert defs["refusal"] == ""
    assert defs["report"].ok
    assert defs["quote"].total == kap.Money.of("3545.00", "USD")
    assert defs["estimate"].high.total == kap.Money.of("5850.00", "USD")
    assert [(step.do, step.kind, step.number) for step in defs["steps"]] == [
        *(("book", "medical-review", 1), ("book", "integration", 1)),
        *(("book", "integration", 3), ("book", "dosing", 3)),
    ]
    assert defs["standing"].as_of == "2027-02-23T04:00:00+00:00"
    shown = "".join(output.text for output in outputs if hasattr(output, "text"))
    for text in ("Explore a course", "Timeline of draft", "$3,545.00", "REVIEW-QUARTER"):
        assert text in shown


def test_choices_are_followed() -> None:
    defs = with_choices(
        practice="kingsley", start=dt.date(2027, 3, 1), dosings=7, dosing=150, every="3w"
    )
    plan = defs["plan"]
    lengths = [s.minutes for s in plan.sessions if s.kind == "dosing"]
    assert lengths == [150] * 7
    assert plan.local_start(plan.sessions[0]).date() == dt.date(2027, 3, 1)
    assert defs["report"].ok
    assert defs["quote"] is None
    assert defs["no_quote"] == ("Fees: are not published by kingsley; give a schedule of your own.")
    assert defs["estimate"] is None


def test_choices_that_contradict_the_protocol_are_named_in_plain_words() -> None:
    defs = with_choices(place="remote")
    assert defs["plan"] is None
    assert defs["refusal"] == (
        "These choices and the protocol contradict each other. A support person is needed for "
        "remote dosings: give support_person, or choose office."
    )
    assert defs["report"] is None
    assert defs["quote"] is None
    assert defs["steps"] is None
    assert with_choices(place="remote", supported=True)["report"].ok


def test_a_refusal_is_shown_in_a_box() -> None:
    shown: Callable[..., Any] = notebook().shown
    box = shown(None, 'No <course> & "more"')
    reader = read(box.text)
    assert "marimo-callout-output" in reader.tags
    assert "<course>" not in box.text
    assert shown(3, "") == 3


@pytest.mark.parametrize(("all_booked", "planned"), [(True, 8), (False, 0)])
def test_a_course_under_way_was_held_up_to_its_moment(*, all_booked: bool, planned: int) -> None:
    plan = as_it_stands()[1]["plan"]
    moment = dt.datetime(2027, 2, 10, 12, tzinfo=dt.UTC)
    course = notebook().under_way(plan, moment, all_booked=all_booked)
    states = [session.status for session in course.sessions]
    assert states == ["completed"] * 8 + ["planned"] * planned
    assert kap.check(course, "regrounding", as_of=moment).ok
