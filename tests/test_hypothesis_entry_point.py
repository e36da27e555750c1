"""The entry point for Hypothesis: the library's types are drawn after nothing but its import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import kap_model as kap
from kap_model.sessions import KINDS
from kap_model.testing import _hypothesis
from kap_model.testing import strategies as kst

_hypothesis.register()  # before a strategy of this module is made

SRC = Path(kap.__file__).parents[1]
OTHERS = (kap.OpenSlot,)
each_type = pytest.mark.parametrize("cls", [*_hypothesis.TYPES, *OTHERS], ids=lambda c: c.__name__)
few = settings(max_examples=8, phases=[Phase.generate], database=None)

# A distribution that says nothing but the entry point, as an installed wheel would.
METADATA = "Metadata-Version: 2.1\nName: entry\nVersion: 1\n"
ENTRY = "[hypothesis]\nkap_model = kap_model.testing._hypothesis:register\n"
CHILD = """
import sys
import hypothesis
assert "kap_model" in sys.modules
heavy = ("kap_model.planning", "kap_model.pricing", "kap_model.documents", "cattrs", "pytest",
         "kap_model.testing._types", "kap_model.testing.strategies", "kap_model.examples")
print([name for name in heavy if name in sys.modules])
import kap_model as kap
from hypothesis import given, settings, strategies as st

def price(plan: kap.Plan, amount: kap.Money) -> tuple[kap.Plan, kap.Money]:
    return plan, amount

@settings(max_examples=3, database=None)
@given(st.from_type(kap.Plan), st.from_type(kap.Money), st.builds(price))
def draw(plan, amount, both):
    assert type(plan) is type(both[0]) is kap.Plan
    assert type(amount) is type(both[1]) is kap.Money
    kap.check(plan)

draw()
print("drawn")
"""


@each_type
def test_a_type_is_drawn(cls: Any) -> None:
    values: list[Any] = []

    @few
    @given(st.from_type(cls))
    def draw(value: Any) -> None:
        values.append(value)

    draw()
    assert values
    assert all(isinstance(value, cls) for value in values)


@few
@given(st.from_type(kap.Session))
def test_any_session_is_of_one_of_the_six_kinds(session: kap.Session) -> None:
    assert session.kind in KINDS


@few
@given(st.lists(st.from_type(kap.Session), unique_by=lambda s: s.id, max_size=4))
def test_sessions_have_ids_of_their_own(sessions: list[kap.Session]) -> None:
    assert len(kap.Plan(id="p", timezone="UTC", sessions=sessions).sessions) == len(sessions)


def _sum(plan: kap.Plan, day: kap.OpenSlot, price: kap.Money) -> tuple[object, ...]:
    return plan, day, price


@few
@given(st.builds(_sum))
def test_annotations_are_enough(values: tuple[object, ...]) -> None:
    assert [type(value) for value in values] == [kap.Plan, kap.OpenSlot, kap.Money]


def test_money_comes_in_currencies_of_different_minor_units() -> None:
    found: set[str] = set()

    @settings(few, max_examples=60)
    @given(st.from_type(kap.Money))
    def draw(amount: kap.Money) -> None:
        found.add(amount.currency)

    draw()
    assert found == {"USD", "EUR", "JPY", "KWD"}


def test_findings_are_of_many_rules() -> None:
    rules: set[str] = set()

    @settings(few, max_examples=20)
    @given(st.from_type(kap.Finding))
    def draw(finding: kap.Finding) -> None:
        rules.add(finding.rule)
        assert finding.verdict in ("violated", "unknown")

    draw()
    assert len(rules) > 5


@few
@given(kst.open_slots())
def test_slots_end_after_they_begin(slot: kap.OpenSlot) -> None:
    assert 0 < slot.ends - slot.begins <= 12 * 3600


def test_hypothesis_finds_it_and_does_not_load_what_is_heavy(tmp_path: Path) -> None:
    info = tmp_path / "entry-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY)
    said = subprocess.run(  # noqa: S603 - our own interpreter, our own text
        [sys.executable, "-W", "error", "-c", CHILD],
        env={"PYTHONPATH": f"{tmp_path}{':'}{SRC}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr == ""
    assert said.stdout == "[]\ndrawn\n"
