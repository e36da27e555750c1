"""The README and the manual are true: every example in them runs, generated pages are fresh."""

from __future__ import annotations

import doctest
import importlib.util
import io
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from kap_model.cli import main

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return [body for found, body in FENCE.findall(text) if found == language]


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples(page: Path) -> None:
    source = "\n".join(blocks(page, "pycon"))
    examples = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted == len(examples.examples)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_terminal_examples(
    page: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for block in blocks(page, "console"):
        for command, shown in re.findall(
            r"^\$ kap-model (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
        ):
            said = ""
            for part in command.split(" | kap-model "):
                monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(said.encode())))
                main(shlex.split(part))
                said = capsys.readouterr().out
            assert said == shown


def test_the_readme_has_examples() -> None:
    assert len(blocks(ROOT / "README.md", "pycon")) >= 5
    assert blocks(ROOT / "README.md", "console")


def test_generated_pages_are_fresh() -> None:
    made = generator()
    for name, page in made.PAGES.items():
        written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert written == page(), f"run docs/generate.py: {name} is stale"


def test_every_fence_is_closed() -> None:
    for page in PAGES:
        opened = page.read_text(encoding="utf-8").count("\n```")
        assert opened % 2 == 0, page
