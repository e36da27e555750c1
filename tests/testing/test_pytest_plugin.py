"""The pytest plugin: nothing without ``--kap-plans``; with it a test for each case."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kap_model.testing import _case_items, pytest_plugin
from shipped import EXAMPLES, HOUSE

pytestmark = pytest.mark.installed


pytest_plugins = ("pytester",)

PLUGIN = pytest_plugin.__name__
HEAVY = (
    "cattrs",
    "hypothesis",
    "kap_model.display",
    "kap_model.documents",
    "kap_model.planning",
    "kap_model.testing.cases",
    "kap_model.testing.strategies",
)
PYTHON_TEST = "def test_python():\n    assert True\n"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin is named by each run here, also where it is installed as a plugin of pytest's."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    # As an object: by name pytest would warn that it is imported already.
    return pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", *arguments, plugins=[pytest_plugin]
    )


def changed(pytester: pytest.Pytester, name: str, **keys: Any) -> Path:
    """The example with a missing integration, with other keys."""
    source = EXAMPLES / "cases" / "no-integration.kap.json"
    path = pytester.path / name
    path.parent.mkdir(exist_ok=True)
    document = json.loads(source.read_text(encoding="utf-8")) | keys
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def nothing_of_python(result: pytest.RunResult) -> None:
    for mark in ("Traceback", ".py:", "def ", "raise "):
        result.stdout.no_fnmatch_line(f"*{mark}*")


def test_without_the_flag_nothing_changes(pytester: pytest.Pytester) -> None:
    path = changed(pytester, "wrong.kap.json", expect={})
    pytester.makepyfile(PYTHON_TEST)
    run(pytester, "--kap-protocol", "nowhere").assert_outcomes(passed=1)
    result = run(pytester, "--collect-only", "-q")
    assert result.outlines[0] == "test_without_the_flag_nothing_changes.py::test_python"
    result = run(pytester, path.name)
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_the_examples_pass(pytester: pytest.Pytester) -> None:
    for name in ("cases", "protocols"):
        shutil.copytree(EXAMPLES / name, pytester.path / "examples" / name)
    pytester.makepyfile(PYTHON_TEST)
    run(pytester, "--kap-plans").assert_outcomes(passed=5)
    result = run(pytester, "--kap-plans", "--collect-only", "-q", "examples")
    assert result.outlines[:4] == [
        "examples/cases/house-gap.kap.json::case-house",
        "examples/cases/no-integration.kap.json::case-no-integration",
        "examples/cases/running.kap.json::case-running",
        "examples/cases/within-regrounding.kap.json::case-within",
    ]
    named = "examples/cases/running.kap.json"
    result = run(pytester, "--kap-plans", "-v", named, f"{named}::case-running")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"{named}::case-running PASSED*"])
    result = run(pytester, "--kap-plans", "-k", "house or within")
    result.assert_outcomes(passed=2, deselected=3)


def test_what_is_not_as_expected_is_told_in_words(pytester: pytest.Pytester) -> None:
    changed(pytester, "plans/wrong.kap.json", expect={"violated": ["DOSE-COUNT"]}, id="p.1")
    changed(pytester, "plans/good.kap.json", id="p.2")
    result = run(pytester, "--kap-plans", "-ra")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*FAILURES*",
            "* plans/wrong.kap.json *",
            "p.1: not as expected",
            "  protocol kingsley",
            "",
            "Expected, but not found",
            "  DOSE-COUNT: not violated; it is satisfied",
            "",
            "Violated, but not expected",
            "  INTEG-EACH (error): Dosing d2 on Mon, Feb 1, 2027 has no integration after it*",
            "    on Mon, Feb 15, 2027.",
            "    sessions: d2",
            "    due: Mon, Feb 15, 2027, 10:00 am",
            "    source: Kingsley practice page on ketamine-assisted therapy, step 4",
            "*short test summary info*",
            "FAILED plans/wrong.kap.json::p.1 - Failed: p.1: not as expected*",
        ],
        consecutive=True,
    )
    nothing_of_python(result)


def test_a_file_that_is_no_case_is_an_error(pytester: pytest.Pytester) -> None:
    changed(pytester, "bad.kap.json", timezone="utc", expect={"violated": ["AGE"], "until": 1})
    changed(pytester, "good.kap.json")
    result = run(pytester, "--kap-plans", "-ra", "bad.kap.json", "good.kap.json")
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "* ERROR at setup of bad.kap.json *",
            "$.timezone: must be a zone name of the tzdata list, such as America/Los_Angeles",
            "$.expect: has an unknown key",
            "$.expect.violated[[]0]: must be a rule of the catalogue; kap-model rules lists them",
            "*short test summary info*",
            "ERROR bad.kap.json::bad - Failed: $.timezone: must be a zone name*",
        ],
        consecutive=True,
    )
    nothing_of_python(result)


def test_a_file_that_cannot_be_read_is_an_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(_case_items, "load_case", refuse)
    changed(pytester, "shut.kap.json")
    result = run(pytester, "--kap-plans")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["* ERROR at setup of shut.kap.json *", "Permission denied"])


def test_a_common_protocol_stands_in_where_a_case_names_none(pytester: pytest.Pytester) -> None:
    shutil.copy(HOUSE, pytester.path / "house.json")
    changed(pytester, "own.kap.json", expect={"violated": ["INTEG-EACH"], "protocol": "core"})
    changed(pytester, "common.kap.json", expect={})
    result = run(pytester, "--kap-plans", "--kap-protocol", "house.json")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["* common.kap.json *", "*", "  protocol house"])
    result = run(pytester, "--kap-plans", "--kap-protocol", "core")
    result.stdout.fnmatch_lines(["* common.kap.json *", "*", "  protocol core"])


def test_several_common_protocols_are_those_that_plans_may_name(
    pytester: pytest.Pytester,
) -> None:
    shutil.copy(HOUSE, pytester.path / "house.json")
    changed(pytester, "named.kap.json", protocol="house", expect={})
    changed(pytester, "lost.kap.json", protocol="lost", expect={})
    given = ("--kap-protocol", "house.json", "--kap-protocol", "kingsley")
    result = run(pytester, "--kap-plans", *given, "-ra", "named.kap.json", "lost.kap.json")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["* named.kap.json *", "*", "  protocol house", "*", "*protocol: names lost, which is *"]
    )
    nothing_of_python(result)
    result = run(pytester, "--kap-plans", "named.kap.json")
    result.stdout.fnmatch_lines(["protocol: names house, which is neither a built-in practice *"])
    document = json.loads((pytester.path / "house.json").read_text(encoding="utf-8"))
    other = pytester.path / "other.json"
    other.write_text(json.dumps(document | {"limits": {}}), encoding="utf-8")
    result = run(pytester, "--kap-plans", *given, "--kap-protocol", "other.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--kap-protocol: *must have an id that no other one has"])


def test_a_common_protocol_that_cannot_be_used_is_a_usage_error(
    pytester: pytest.Pytester,
) -> None:
    changed(pytester, "plan.kap.json")
    for choice, lines in (
        (
            "kinsley",
            ["*--kap-protocol: is neither a practice (known: core, kingsley, *) nor a file"],
        ),
        ("", ["*--kap-protocol: is neither a practice*"]),
        (".", ["*--kap-protocol: Is a directory"]),
        ("plan.kap.json", ["*--kap-protocol: $.schema: must be kap-model/protocol/1"]),
    ):
        result = run(pytester, "--kap-plans", f"--kap-protocol={choice}")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines(lines)


LOADED = f"""
import sys
import pytest

def loaded(*arguments):
    status = pytest.main(["-p", "{PLUGIN}", "-p", "no:cacheprovider", "-q", *arguments])
    return [int(status), *(name for name in sys.modules if name in {HEAVY})]

print("WITHOUT", *loaded())
print("WITH", *loaded("--kap-plans"))
"""


def test_without_the_flag_hardly_anything_is_loaded(pytester: pytest.Pytester) -> None:
    changed(pytester, "plan.kap.json")
    pytester.makepyfile(test_one=PYTHON_TEST)
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
        cwd=pytester.path,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    without, with_flag = (
        line.split()[1:] for line in done.stdout.splitlines() if line.startswith("WITH")
    )
    assert without == ["0"]
    assert with_flag[0] == "0"
    assert {"kap_model.documents", "kap_model.testing.cases"} <= set(with_flag)
    assert not {"hypothesis", "kap_model.testing.strategies"} & set(with_flag)


OURS = f"""
import sys
if sys.argv[1:]:
    import pytest
    pytest.main(["-p", "{PLUGIN}", "-p", "no:cacheprovider", "-q", *sys.argv[1:]])
else:
    import kap_model
print(*sorted(name for name in sys.modules if name.partition(".")[0] == "kap_model"))
"""


def test_collecting_loads_the_plugin_and_nothing_more_of_ours(pytester: pytest.Pytester) -> None:
    def loaded(*arguments: str) -> set[str]:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", OURS, *arguments],
            capture_output=True,
            text=True,
            check=True,
            cwd=pytester.path,
        )
        return {*done.stdout.splitlines()[-1].split()}

    assert loaded("--collect-only") == loaded() | {"kap_model.testing", PLUGIN}
