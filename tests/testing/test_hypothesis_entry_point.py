"""The entry point for Hypothesis: the library's types are drawn after nothing but its import."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import attrs
import pytest
from hypothesis import Phase, given, settings, strategies as st

import kap_model as kap
from kap_model import _first_use
from kap_model.sessions import KINDS
from kap_model.testing import _hypothesis, strategies as kst

pytestmark = pytest.mark.installed

SRC = Path(kap.__file__).parents[1]
TYPES: tuple[type, ...] = tuple(kst._STRATEGIES)
HOMES = {cls.__name__: cls.__module__ for cls in TYPES}
each_type = pytest.mark.parametrize("cls", TYPES, ids=lambda c: c.__name__)
few = settings(max_examples=8, phases=[Phase.generate], database=None)

# A distribution that says nothing but the entry point, as an installed wheel would.
METADATA = "Metadata-Version: 2.1\nName: entry\nVersion: 1\n"
ENTRY = "[hypothesis]\nkap_model = kap_model.testing._hypothesis:register\n"
SMALL = {"kap_model.testing", "kap_model.testing._hypothesis", "kap_model._first_use"}


def child(entry: Path, text: str, *arguments: str, **environment: str) -> str:
    """What a fresh interpreter prints that has the entry point."""
    said = subprocess.run(  # noqa: S603 - our own interpreter, our own text
        [sys.executable, "-W", "error", "-c", text, *arguments],
        env={"PYTHONPATH": f"{entry}:{SRC}", "PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr == ""
    return said.stdout


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the path of modules in which the entry point is installed."""
    path = tmp_path_factory.mktemp("entry")
    info = path / "entry-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA)
    (info / "entry_points.txt").write_text(ENTRY)
    return path


LOADED = """
import sys
for name in sys.argv[1:]:
    __import__(name)
print(*sorted(name for name in sys.modules if name.partition(".")[0] == "kap_model"))
"""


def test_hypothesis_loads_a_small_module_and_no_class(entry: Path) -> None:
    alone = child(entry, LOADED, "kap_model").split()
    with_hypothesis = child(entry, LOADED, "hypothesis").split()
    assert {*with_hypothesis} == {*alone} | SMALL
    assert child(entry, LOADED, "hypothesis", HYPOTHESIS_NO_PLUGINS="1").split() == []


# Strategies would load every class, so they are not made here.
REACHED = """
import json, sys
from importlib import import_module

way, order, homes = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
public = {"FeeSchedule": "kap_model.fees"}
classes = {}
if order == "first":
    import hypothesis
if way != "home":
    import kap_model
if order == "between":
    import hypothesis
for name, home in homes.items():
    if way == "attribute":
        classes[name] = getattr(import_module(public.get(name, "kap_model")), name)
    elif way == "from":
        exec(f"from {public.get(name, 'kap_model')} import {name}", classes)
    else:
        classes[name] = getattr(import_module(home), name)
import hypothesis
from hypothesis import strategies as st
from kap_model.testing import _hypothesis

_hypothesis._strategy_of = lambda cls: st.just(cls.__qualname__)
for name in homes:
    print(name, st.from_type(classes[name]))
print("strategies", "kap_model.testing.strategies" in sys.modules)
"""


@pytest.mark.parametrize("way", ["attribute", "from", "home"])
@pytest.mark.parametrize("order", ["first", "between", "last"])
def test_no_class_is_forgotten(entry: Path, way: str, order: str) -> None:
    said = child(entry, REACHED, way, order, json.dumps(HOMES)).splitlines()
    assert said == [*(f"{name} just('{name}')" for name in HOMES), "strategies False"]


DRAWN = """
import hypothesis
import kap_model as kap
from hypothesis import HealthCheck, given, settings, strategies as st

# However busy the machine is, and whatever was drawn before.
few = settings(
    max_examples=3, database=None, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)

def price(plan: kap.Plan, amount: kap.Money) -> tuple[kap.Plan, kap.Money]:
    return plan, amount

mine = kap.Citation("mine", "here")
st.register_type_strategy(kap.Citation, st.just(mine))

@few
@given(st.from_type(kap.CareProtocol), st.from_type(kap.Money), st.builds(price))
def draw(protocol, amount, both):
    assert type(protocol) is kap.CareProtocol
    assert type(both[0]) is kap.Plan
    assert type(amount) is type(both[1]) is kap.Money
    kap.check(both[0], protocol)

@few
@given(st.from_type(kap.Citation))
def draw_mine(citation):
    assert citation is mine

draw()
draw_mine()
print("drawn")
"""


@pytest.mark.parametrize("first", ["hypothesis", "kap_model", "kap_model.plan"])
def test_types_are_drawn_and_what_a_project_registers_stays(entry: Path, first: str) -> None:
    assert child(entry, f"import {first}\n{DRAWN}") == "drawn\n"


def test_strategies_register_the_types_where_the_entry_point_is_off(entry: Path) -> None:
    text = (
        "import kap_model as kap\nfrom hypothesis import strategies as st\n"
        "print('kap_model.testing' in __import__('sys').modules)\n"
        "from kap_model.testing import strategies\nprint(st.from_type(kap.Clinician))"
    )
    said = child(entry, text, HYPOTHESIS_NO_PLUGINS="1").splitlines()
    assert said[0] == "False"
    assert said[1].startswith("builds(Clinician, id=just('k-1')")


EVERY_CLASS = """
import pkgutil, sys
from importlib import import_module
import kap_model
for module in pkgutil.walk_packages(kap_model.__path__, "kap_model."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
from kap_model import _first_use
from kap_model.testing import _hypothesis
print(*sorted(cls.__name__ for cls in _first_use._made if cls.__name__ in _hypothesis.NAMES))
"""


def test_the_names_are_those_of_the_types_and_of_no_other_class(entry: Path) -> None:
    assert sorted(HOMES) == sorted(_hypothesis.NAMES)
    assert child(entry, EVERY_CLASS).split() == sorted(HOMES)


def test_classes_of_a_project_are_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[type] = []
    monkeypatch.setattr(_first_use, "_listeners", [])
    for _ in range(2):
        _first_use.on_each_class(heard.append)
    assert len({*heard}) == len(heard)
    known = len(heard)

    @attrs.frozen
    class Citation(kap.Citation):
        pass

    assert heard[known:] == []
    assert Citation not in heard
    assert kap.Citation in heard


@runtime_checkable
class Judges(Protocol):
    def limits_on(self, day: Any) -> kap.Limits: ...


def test_a_protocol_that_a_type_meets_is_drawn_by_it() -> None:
    asked: Any = Judges

    @few
    @given(st.from_type(asked))
    def draw(value: Any) -> None:
        assert type(value) is kap.CareProtocol

    draw()


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
