"""`lint` on the command line: several protocols, every format, what fails, what cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.formats import (
    LINT_TOPICS,
    Linted,
    as_github,
    as_junit,
    as_ndjson,
    as_sarif,
)
from kap_model.planning import _feasibility
from sarif_shape import check_sarif
from shipped import HOUSE, HOUSE_RULES

Capture = pytest.CaptureFixture[str]
FORMATS = ("text", "json", "ndjson", "sarif", "junit", "github")
MARKER = "MARKER"
SOURCE = kap.Citation("House protocol", "section 3")
NEITHER = "is neither a practice (known: core, kingsley, regrounding) nor a file"


@pytest.fixture
def tight(tmp_path: Path) -> str:
    """The file of a protocol that no course keeps."""
    line = kap.Setting(limit="integration_count", value=kap.Bounds(max=5), citation=SOURCE)
    protocol = kap.practices.CORE.protocol.extended("tight", settings=[line])
    path = tmp_path / "tight.json"
    path.write_text(kap.dumps_protocol(protocol), encoding="utf-8")
    return path.as_posix()


@pytest.fixture
def idle(tmp_path: Path) -> str:
    """The file of a protocol that says something without effect."""
    protocol = kap.practices.CORE.protocol.extended("idle", severities={"DOSE-GAP": "error"})
    path = tmp_path / "idle.json"
    path.write_text(kap.dumps_protocol(protocol), encoding="utf-8")
    return path.as_posix()


def linted(choice: str) -> Linted:
    if choice in ("core", "kingsley", "regrounding"):
        protocol = getattr(kap.practices, choice.upper()).protocol
        return Linted(name=choice, lint=kap.lint(choice), protocol=protocol, built_in=True)
    protocol = kap.load_protocol(choice)
    text = Path(choice).read_text(encoding="utf-8")
    return Linted(name=choice, lint=kap.lint(protocol), protocol=protocol, text=text)


def printed(capsys: Capture, *arguments: str, status: int = 0) -> str:
    assert main(["lint", *arguments]) == status
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def refused(capsys: Capture, *arguments: str) -> tuple[str, list[str]]:
    assert main(["lint", *arguments]) == 2
    captured = capsys.readouterr()
    assert MARKER not in captured.out + captured.err
    return captured.out, captured.err.splitlines()


@pytest.mark.parametrize("name", ["core", "kingsley", "regrounding"])
def test_one_protocol(name: str, capsys: Capture) -> None:
    assert printed(capsys, name) == f"{kap.lint(name)}\n"
    assert json.loads(printed(capsys, name, "--format", "json")) == kap.lint(name).to_dict()


def test_a_protocol_that_no_course_keeps(tight: str, capsys: Capture) -> None:
    assert "integration_count: at most 5" in printed(capsys, tight, status=1)
    lint = kap.lint(kap.load_protocol(tight))
    assert json.loads(printed(capsys, tight, "--format", "json", status=1)) == lint.to_dict()


def test_several_protocols(tight: str, capsys: Capture) -> None:
    lints = [kap.lint("core"), kap.lint(kap.load_protocol(HOUSE)), kap.lint("kingsley")]
    files = ("core", HOUSE, "kingsley")
    assert printed(capsys, *files) == "\n".join(f"{lint}\n" for lint in lints)
    shown = json.loads(printed(capsys, *files, "--format", "json"))
    assert shown == {"lints": [lint.to_dict() for lint in lints]}
    printed(capsys, *files, tight, status=1)


def test_the_command_writes_what_the_library_does(tight: str, capsys: Capture) -> None:
    files = ("core", HOUSE, tight, "kingsley")
    found = [linted(name) for name in files]
    for form, expected in (
        ("ndjson", as_ndjson(found)),
        ("sarif", as_sarif(found, topics=LINT_TOPICS)),
        ("junit", as_junit(found)),
        ("github", as_github(found)),
    ):
        assert printed(capsys, *files, "--format", form, status=1) == expected


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("fail_on", "core", "kingsley", "idle_one", "tight_one"),
    [
        ([], 0, 0, 0, 1),
        (["error"], 0, 0, 0, 1),
        (["warning"], 0, 0, 1, 1),
        (["advice"], 1, 1, 1, 1),
        (["never"], 0, 0, 0, 0),
        (["advice", "never"], 0, 0, 0, 0),
    ],
)
def test_what_fail_on_names_makes_the_run_fail(
    form: str,
    fail_on: list[str],
    core: int,
    kingsley: int,
    idle_one: int,
    tight_one: int,
    idle: str,
    tight: str,
    capsys: Capture,
) -> None:
    options = ["--format", form, *(word for name in fail_on for word in ("--fail-on", name))]
    statuses = [main(["lint", name, *options]) for name in ("core", "kingsley", idle, tight)]
    assert statuses == [core, kingsley, idle_one, tight_one]
    assert capsys.readouterr().err == ""


def test_junit_fails_what_fail_on_names(idle: str, tight: str, capsys: Capture) -> None:
    out = printed(capsys, idle, tight, "--format", "junit", "--fail-on", "warning", status=1)
    assert out == as_junit([linted(idle), linted(tight)], fail_on=("warning",))
    assert ET.fromstring(out.encode()).attrib["failures"] == "2"  # noqa: S314 - our own text


@pytest.mark.parametrize("word", ["pending", "unknown", MARKER])
def test_a_protocol_is_never_pending(word: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["lint", "core", "--fail-on", word])
    assert caught.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_result_stands_on_its_line_in_the_file(capsys: Capture) -> None:
    log = json.loads(printed(capsys, HOUSE, "--format", "sarif"))
    check_sarif(log)
    result, _ = log["runs"][0]["results"]
    (location,) = result["locations"]
    region = location["physicalLocation"]["region"]
    line = Path(HOUSE).read_text(encoding="utf-8").split("\n")[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == '"regrounding"'


# --- What cannot be used -------------------------------------------------------------------------


def test_what_cannot_be_used_stands_in_each_format(tmp_path: Path, capsys: Capture) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(f'{{"schema": "kap-model/protocol/1", "limit": "{MARKER}"}}', encoding="utf-8")
    missing, folder = (tmp_path / "none.json").as_posix(), tmp_path.as_posix()
    said: dict[str, Any] = {}
    for form in FORMATS:
        said[form], err = refused(capsys, str(bad), "core", missing, folder, "--format", form)
        if form == "ndjson":
            assert err == []
        else:
            assert err == [
                f'{bad}: $: has an unknown key "limit"; did you mean limits?',
                f"{bad}: $: lacks id",
                f"{missing}: {NEITHER}",
                f"{folder}: Is a directory",
            ]
    assert said["text"] == f"{kap.lint('core')}\n"
    assert json.loads(said["json"]) == {"lints": [kap.lint("core").to_dict()]}
    rows = [json.loads(line) for line in said["ndjson"].splitlines()]
    assert rows[1] == kap.lint("core").to_dict()
    assert rows[2] == {"file": missing, "error": [{"path": "", "reason": NEITHER}]}
    assert [row.get("file") for row in rows] == [bad.as_posix(), None, missing, folder]
    log = json.loads(said["sarif"])
    check_sarif(log)
    notices = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert [notice["message"]["text"] for notice in notices][2] == f"{missing}: {NEITHER}"
    suites = ET.fromstring(said["junit"].encode())  # noqa: S314 - our own text
    assert [suite.attrib["errors"] for suite in suites] == ["1", "0", "1", "1"]
    assert len(said["github"].splitlines()) == 5  # and core's rule that never fires
    assert f"::error file={missing},line=1,endLine=1,title=" in said["github"]


def test_one_protocol_that_cannot_be_used_prints_no_half_document(capsys: Capture) -> None:
    for form in ("text", "json"):
        assert refused(capsys, "nobody", "--format", form) == ("", [f"nobody: {NEITHER}"])
    out, _ = refused(capsys, "nobody", "none", "--format", "json")
    assert json.loads(out) == {"lints": []}


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_is_empty(form: str, capsys: Capture) -> None:
    out, err = refused(capsys, "", "--format", form)
    assert err == ([] if form == "ndjson" else [f"PROTOCOL: {NEITHER}"])
    if form == "sarif":
        check_sarif(json.loads(out))


def test_what_is_no_text(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(b'{"id": "\xff"}')
    assert refused(capsys, str(path)) == ("", [f"{path}: $: must be UTF-8"])


@pytest.mark.parametrize("form", FORMATS)
def test_a_protocol_that_is_too_long_to_judge(
    form: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: Any, **__: Any) -> None:
        raise kap.PlanningError([kap.Problem("plan", "has too many possible continuations")])

    for search in ("course_for", "lawful_course"):
        monkeypatch.setattr(_feasibility, search, give_up)
    out = printed(capsys, "core", "--format", form, status=1)
    assert _feasibility.NOT_KNOWN.split(";")[0] in " ".join(out.split())


def test_names_are_written_as_ci_systems_know_them(
    tight: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Path(tight).exists()
    assert "file=tight.json,line=1," in printed(
        capsys, "./tight.json", "--format", "github", status=1
    )


def test_house_rules_are_linted(capsys: Capture) -> None:
    said = printed(capsys, HOUSE_RULES)
    assert said.rstrip() == str(kap.lint(kap.load_protocol(HOUSE_RULES)))
    assert "never fires: HOUSE-FIRST-TWO" in said
