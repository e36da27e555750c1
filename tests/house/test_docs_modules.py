"""The manual names all that the modules beside the package itself offer."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import kap_model as kap

pytestmark = pytest.mark.installed


PAGE = Path(__file__).parents[2] / "docs" / "reference" / "api.md"


@pytest.mark.parametrize(
    "home",
    [
        "authoring",
        "batch",
        "coverage",
        "calendars",
        "tables",
        "formats",
        "documents.schemas",
        "testing.cases",
    ],
)
def test_each_public_name_of_a_module_is_explained(home: str) -> None:
    module = import_module(f"kap_model.{home}")
    page = PAGE.read_text(encoding="utf-8")
    section = page.split(f"\n## `kap_model.{home}`\n")[1].split("\n## ")[0]
    shown = re.search(r"^As `kap\.NAME` above: (.+)\.$", section, re.MULTILINE)
    named = re.findall(r"`(\w+)`", shown[1]) if shown else []
    assert {*named} <= {*vars(kap)["__all__"]}
    named += re.findall(rf"^### `{home}\.(\w+)`$", section, re.MULTILINE)
    named += re.findall(r"^- `(\w+)(?:: | = )[^`]+`: \S", section, re.MULTILINE)
    public = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__
    ]
    assert public
    assert {*public} <= {*named}
    assert len({*named}) == len(named)
    assert all(hasattr(module, name) for name in named)
