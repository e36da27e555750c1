"""The Django recipe runs as the manual prints it, in a process of its own for each time zone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

import kap_model as kap
from kap_model._time import NAIVE_REASON, TIME_REASON
from needed import needed
from recipe_pages import python_blocks

pytestmark = pytest.mark.recipes

needed("django", "djmoney")

MODELS, COURSES = python_blocks("django.md")
SCENARIO: Final = Path(__file__).parents[1] / "helpers" / "django_scenario.py"
ZONES: Final = ("UTC", "Asia/Tokyo")
PROBLEMS: Final = ["$: has an unknown key", "$: lacks sessions"]
TOLD: Final = [["amount", "must be Money; make it by Money.of(value)"]]


@pytest.fixture(scope="module", params=ZONES)
def happened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("django")
    app = folder / "office"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "models.py").write_text(MODELS, encoding="utf-8")
    (app / "courses.py").write_text(COURSES, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own interpreter and page
        [sys.executable, "-W", "error", SCENARIO, folder, request.param],
        env={name: value for name, value in os.environ.items() if name != "TZ"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert "MARKER" not in done.stdout
    return json.loads(done.stdout)


def test_a_field_that_holds_a_plan_is_validated(happened: Any) -> None:
    assert happened["text"] == happened["form"] == {"document": PROBLEMS}
    assert happened["json"] == {"values": PROBLEMS}
    assert happened["text codes"] == happened["json codes"] == ["plan"]


def test_a_stored_plan_comes_back_and_is_found_by_its_text(happened: Any) -> None:
    assert (happened["same"], happened["found"], happened["draft"]) == (True, 1, True)


def test_rows_are_a_plan_in_its_own_zone(happened: Any) -> None:
    plan = kap.loads(happened["document"])
    assert [s.kind for s in plan.sessions] == [
        "consultation",
        "medical-evaluation",
        "preparation",
        "dosing",
    ]
    assert str(plan.local_start(plan.sessions[0])) == "2027-01-04 10:00:00-08:00"
    assert str(plan.local_start(plan.sessions[-1])) == "2027-01-18 23:30:00-08:00"
    report = kap.check(plan, "regrounding", as_of="2027-02-10T20:00:00Z")
    assert happened["report"] == json.loads(json.dumps(report.to_dict()))


def test_an_instant_is_the_same_in_every_zone(happened: Any) -> None:
    assert happened["same instant"] is True


def test_a_time_that_is_no_whole_instant_is_refused(happened: Any) -> None:
    assert happened["naive"] == [["start", NAIVE_REASON]]
    assert happened["aware"] == "2027-01-18T21:00:00+00:00"
    assert happened["fraction"] == [["start", TIME_REASON]]
    assert happened["whole"] == []


def test_amounts_are_taken_exactly(happened: Any) -> None:
    assert happened["type"] == "djmoney.money"
    assert happened["verdicts"] == {"s3": "equal", "s4": "over"}
    assert happened["back"] is True
    assert happened["idle zeros"] == "185.00"
    assert happened["finer"] == [["amount", "must have at most 2 decimals in USD"]]


def test_what_is_no_money_of_ours_is_told_the_way(happened: Any) -> None:
    assert happened["rate"] == TOLD
    assert happened["charge"] == TOLD
    assert happened["agreed"] == [["agreed.dosing", TOLD[0][1]]]
    assert happened["nothing"][0][0] == "amount"
