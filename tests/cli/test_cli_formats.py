"""`check --format`: every format of files, with what could not be used, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.formats import Checked, as_github, as_junit, as_ndjson, as_sarif
from sarif_shape import check_sarif
from shipped import BROKEN, REGROUNDING, RUNNING

Capture = pytest.CaptureFixture[str]
FORMATS = ("text", "json", "ndjson", "sarif", "junit", "github")
MARKER = "MARKER"


def checked(path: str, **given: Any) -> Checked:
    text = Path(path).read_text(encoding="utf-8")
    return Checked(name=path, report=kap.check(kap.loads(text), **given), text=text)


@pytest.mark.parametrize("form", FORMATS)
def test_a_good_plan_passes_in_every_format(form: str, capsys: Capture) -> None:
    assert main(["check", "--format", form, REGROUNDING]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert bool(captured.out) == (form != "github")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_same_exit_status(form: str, tmp_path: Path, capsys: Capture) -> None:
    missing = str(tmp_path / "missing.json")
    assert main(["check", "--format", form, BROKEN]) == 1
    assert main(["check", "--format", form, "--fail-on", "never", BROKEN]) == 0
    capsys.readouterr()
    assert main(["check", "--format", form, BROKEN, missing, REGROUNDING]) == 2
    captured = capsys.readouterr()
    told = "" if form == "ndjson" else f"{missing}: No such file or directory\n"
    assert captured.err == told
    assert captured.out


def test_the_command_writes_what_the_library_does(capsys: Capture) -> None:
    files = (BROKEN, REGROUNDING, RUNNING)
    for form, write in (
        ("ndjson", as_ndjson),
        ("sarif", as_sarif),
        ("junit", as_junit),
        ("github", as_github),
    ):
        main(["check", "--format", form, *files])
        assert capsys.readouterr().out == write([checked(path) for path in files])


@pytest.mark.parametrize("fail_on", [[], ["warning"], ["pending", "unknown"], ["never"]])
def test_junit_fails_what_fail_on_names(fail_on: list[str], capsys: Capture) -> None:
    options = [option for name in fail_on for option in ("--fail-on", name)]
    as_of = "2027-02-10T12:00:00-08:00"
    status = main(["check", "--format", "junit", "--as-of", as_of, *options, BROKEN, RUNNING])
    out = capsys.readouterr().out
    names = tuple(fail_on) or ("error",)
    assert out == as_junit([checked(p, as_of=as_of) for p in (BROKEN, RUNNING)], fail_on=names)
    failures = int(ET.fromstring(out.encode()).attrib["failures"])  # noqa: S314 - our own text
    assert status == (failures > 0)


def test_every_finding_is_the_same_by_every_road(capsys: Capture) -> None:
    said = {}
    for form in ("json", "ndjson", "sarif", "github"):
        main(["check", "--format", form, BROKEN])
        said[form] = capsys.readouterr().out
    (report,) = json.loads(said["json"])["reports"]
    assert json.loads(said["ndjson"]) == report
    log = json.loads(said["sarif"])
    check_sarif(log)
    messages = [finding["message"] for finding in report["findings"]]
    assert [result["message"]["text"] for result in log["runs"][0]["results"]] == messages
    assert len(said["github"].splitlines()) == len(messages)


def test_what_cannot_be_used_stands_in_each_format(tmp_path: Path, capsys: Capture) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(f'{{"schema": "kap-model/plan/1", "{MARKER}": "{MARKER}"}}', encoding="utf-8")
    name, missing = bad.as_posix(), (tmp_path / "missing.json").as_posix()
    said = {}
    for form in FORMATS:
        assert main(["check", "--format", form, str(bad), missing, str(tmp_path)]) == 2
        captured = capsys.readouterr()
        said[form] = captured.out
        assert MARKER not in captured.out + captured.err
        assert len(captured.err.splitlines()) == (0 if form == "ndjson" else 6)
    assert (said["text"], json.loads(said["json"])) == ("", {"reports": []})
    rows = [json.loads(line) for line in said["ndjson"].splitlines()]
    assert rows[0]["error"][0] == {"path": "$", "reason": "has an unknown key"}
    assert rows[1] == {
        "file": missing,
        "error": [{"path": "", "reason": "No such file or directory"}],
    }
    assert [row["file"] for row in rows] == [name, missing, tmp_path.as_posix()]
    log = json.loads(said["sarif"])
    check_sarif(log)
    notices = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notices[4]["message"]["text"] == f"{missing}: No such file or directory"
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in notices]
    assert uris[4] == f"file://{missing}"
    suites = ET.fromstring(said["junit"].encode())  # noqa: S314 - our own text
    assert [suite.attrib["errors"] for suite in suites] == ["1", "1", "1"]
    assert len(said["github"].splitlines()) == 6
    assert f"::error file={missing},line=1,endLine=1,title=" in said["github"]


def test_names_are_written_as_ci_systems_know_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plans").mkdir()
    text = Path(BROKEN).read_text(encoding="utf-8")
    (tmp_path / "plans" / "one.json").write_text(text, encoding="utf-8")
    main(["check", "--format", "github", "./plans/one.json"])
    assert "file=plans/one.json,line=1," in capsys.readouterr().out


def test_a_document_over_several_lines_is_annotated_where_its_sessions_stand(
    tmp_path: Path, capsys: Capture
) -> None:
    pretty = json.dumps(json.loads(Path(BROKEN).read_text(encoding="utf-8")), indent=2)
    path = tmp_path / "pretty.json"
    path.write_text(pretty, encoding="utf-8")
    main(["check", "--format", "sarif", str(path)])
    lines = pretty.split("\n")
    for result in json.loads(capsys.readouterr().out)["runs"][0]["results"]:
        for session, place in zip(
            result["properties"]["sessions"], result["locations"], strict=False
        ):
            region = place["physicalLocation"]["region"]
            inside = "\n".join(lines[region["startLine"] - 1 : region["endLine"]])
            assert json.loads(inside.strip().rstrip(","))["id"] == session
