"""Hooks for pre-commit, and the page about CI: what they name is there, what they run works."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from kap_model.cli import main
from kap_model.testing import pytest_plugin
from kap_model.testing.cases import load_case
from shipped import BROKEN, EXAMPLES, FEES, HOUSE, KINGSLEY, REGROUNDING, RUNNING

pytest_plugins = ("pytester",)

ROOT: Final = EXAMPLES.parent
HOOKS: Final = ROOT / ".pre-commit-hooks.yaml"
PAGE: Final = ROOT / "docs" / "how-to" / "check-in-ci.md"
NOW: Final = "2027-02-10T20:00:00Z"
INSTALL: Final = 'pip install "kap-model[test] @ git+'
CLOCK: Final = 'echo "NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)" >> "$GITHUB_ENV"'

Capture = pytest.CaptureFixture[str]
of_hooks = pytest.mark.skipif(
    not HOOKS.exists(), reason="no checkout: hooks are installed from the repository"
)


def hooks() -> dict[str, dict[str, str]]:
    """The hooks by id: plain keys and values, one on each line."""
    found: dict[str, dict[str, str]] = {}
    for block in HOOKS.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        assert lines[0].startswith("- id: ")
        assert all(line.startswith("  ") for line in lines[1:])
        pairs = dict(line[2:].split(": ", 1) for line in lines)
        found[pairs.pop("id")] = pairs
    return found


def words(flow: str) -> list[str]:
    """A list that is written on one line."""
    assert flow[0] + flow[-1] == "[]"
    return [word.strip().strip('"') for word in flow[1:-1].split(",") if word]


def command(hook: str, *files: str) -> list[str]:
    """What pre-commit hands over to ``kap-model``."""
    given = hooks()[hook]
    program, *arguments = shlex.split(given["entry"])
    assert program == "kap-model"
    return [*arguments, *words(given.get("args", "[]")), *files]


def blocks(language: str) -> list[str]:
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@of_hooks
def test_hooks_have_what_pre_commit_asks_for() -> None:
    found = hooks()
    assert list(found) == ["kap-check", "kap-lint"]
    for hook in found.values():
        assert {"name", "entry", "language", "files", "types"} <= set(hook)
        assert hook["language"] == "python"
        assert words(hook["types"]) == ["json"]


@of_hooks
@pytest.mark.parametrize(
    ("hook", "name", "taken"),
    [
        ("kap-check", "plans/c-17.plan.json", True),
        ("kap-check", "plans/c-17.json", False),
        ("kap-check", "plans/c-17.plan.json.bak", False),
        ("kap-check", "cases/running.kap.json", False),
        ("kap-lint", "house.protocol.json", True),
        ("kap-lint", "protocols/house.json", False),
        ("kap-lint", "plans/c-17.plan.json", False),
    ],
)
def test_hooks_take_files_by_their_names(hook: str, name: str, taken: bool) -> None:  # noqa: FBT001 - a row's outcome
    assert (re.search(hooks()[hook]["files"], name) is not None) == taken


@of_hooks
def test_the_hook_of_plans_fails_where_one_is_wrong(capsys: Capture) -> None:
    assert main(command("kap-check", REGROUNDING, KINGSLEY)) == 0
    assert main(command("kap-check", REGROUNDING, BROKEN)) == 1
    assert main(command("kap-check", HOUSE, REGROUNDING)) == 2
    assert "rg-plan-0042: Follows the protocol" in capsys.readouterr().out


@of_hooks
def test_the_hook_of_protocols_fails_where_none_can_keep_one(
    tmp_path: Path, capsys: Capture
) -> None:
    relaxed = tmp_path / "relaxed.protocol.json"
    relaxed.write_text('{"schema": "kap-model/protocol/1", "id": "relaxed"}', encoding="utf-8")
    assert main(command("kap-lint", HOUSE, str(relaxed))) == 0
    tight = tmp_path / "tight.protocol.json"
    tight.write_text(
        '{"schema": "kap-model/protocol/1", "id": "tight", "extends": "core", "limits":'
        ' {"integration_count": [{"value": {"max": 5},'
        ' "citation": {"source": "House protocol", "where": "section 3"}}]}}',
        encoding="utf-8",
    )
    assert main(command("kap-lint", HOUSE, str(tight))) == 1
    assert "tight: not ok" in capsys.readouterr().out


@pytest.fixture
def practice(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as the page names its files."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    for source, name in (
        (REGROUNDING, "plans/c-17.plan.json"),
        (RUNNING, "plans/c-31.plan.json"),
        (HOUSE, "protocols/house.protocol.json"),
        (FEES, "fees/house.json"),
    ):
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(source, path)
    (case,) = blocks("json")
    (pytester.path / "cases").mkdir()
    (pytester.path / "cases" / "running.kap.json").write_text(case, encoding="utf-8")
    return pytester.path


def shell_words(line: str, folder: Path) -> Iterator[str]:
    """A command's words as a shell hands them over."""
    for word in shlex.split(line.replace("$NOW", NOW)):
        if "*" not in word:
            yield word
            continue
        names = sorted(path.relative_to(folder).as_posix() for path in folder.glob(word))
        assert names
        yield from names


def run_pytest(pytester: pytest.Pytester, line: str) -> None:
    options = ["-p", "no:cacheprovider", *shlex.split(line)[1:]]
    result = pytester.runpytest_inprocess(*options, plugins=[pytest_plugin])
    result.assert_outcomes(passed=1)


def test_the_case_of_the_page_is_the_example(practice: Path) -> None:
    case = practice / "cases" / "running.kap.json"
    example = EXAMPLES / "cases" / "running.kap.json"
    assert case.read_text(encoding="utf-8") == example.read_text(encoding="utf-8")
    assert load_case(case).expect.pending


@of_hooks
@pytest.mark.usefixtures("practice")
def test_the_hooks_of_the_page_are_there(capsys: Capture) -> None:
    config = blocks("yaml")[0]
    assert re.findall(r"- id: (\S+)", config) == list(hooks())
    (arguments,) = re.findall(r"args: (\[.*\])", config)
    assert main(["check", *words(arguments), "plans/c-17.plan.json"]) == 0
    assert "protocol house (as asked)" in capsys.readouterr().out


def test_the_workflow_of_the_page_runs(
    practice: Path, pytester: pytest.Pytester, capsys: Capture
) -> None:
    lines = re.findall(r"- run: (.*)", blocks("yaml")[1])
    seen = []
    for line in lines:
        program, *arguments = shell_words(line.partition(" > ")[0], practice)
        seen.append(program)
        if program == "kap-model":
            assert main(arguments) == 0
            assert capsys.readouterr().out
        elif program == "pytest":
            run_pytest(pytester, line)
        else:
            assert line.startswith(INSTALL) or line == CLOCK
    assert seen == ["pip", "echo", *["kap-model"] * 4, "pytest"]


@pytest.mark.usefixtures("practice")
def test_the_commands_of_the_page_run(pytester: pytest.Pytester) -> None:
    (script,) = blocks("sh")
    first, second = script.splitlines()
    run_pytest(pytester, first)
    run_pytest(pytester, second)
