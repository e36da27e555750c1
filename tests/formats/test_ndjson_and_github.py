"""Formats of one line each: NDJSON and the annotations of GitHub Actions."""

from __future__ import annotations

import json
import re

import attrs

import kap_model as kap
from kap_model.formats import Checked, as_github, as_ndjson
from plans_with_findings import BAD, CLEAN, GOOD, ONE_LINE, PRETTY, REPORT, RUNNING, WAIVED

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as a runner reads them."""

    def plain(data: str, *escapes: tuple[str, str]) -> str:
        for code, mark in (*escapes, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
            data = data.replace(code, mark)
        return data

    commands = []
    for line in text.split("\n")[:-1]:
        match = COMMAND.fullmatch(line)
        assert match is not None
        pairs = (pair.split("=", 1) for pair in match[2].split(","))
        properties = {name: plain(value, ("%3A", ":"), ("%2C", ",")) for name, value in pairs}
        commands.append((match[1], properties, plain(match[3])))
    return commands


def test_each_report_is_a_line_of_json() -> None:
    text = as_ndjson([GOOD, BAD, GOOD])
    assert text.endswith("\n")
    rows = [json.loads(line) for line in text.splitlines()]
    assert rows[0] == rows[2] == REPORT.to_dict()
    assert rows[1] == {
        "file": "plans/all.ndjson",
        "line": 7,
        "error": [
            {"path": "$.id", "reason": "must be an id, 100% so"},
            {"path": "", "reason": "cannot be read: at all"},
        ],
    }


def test_a_whole_file_that_cannot_be_used_has_no_line() -> None:
    row = json.loads(as_ndjson([attrs.evolve(BAD, line=None)]))
    assert list(row) == ["file", "error"]
    assert as_ndjson([]) == ""


def test_each_finding_is_an_annotation() -> None:
    commands = read(as_github([GOOD]))
    assert [(word, there["title"]) for word, there, _ in commands] == [
        ("warning", "DOSE-DURATION violated in plan"),
        ("warning", "EFFECT-FIT violated in plan"),
        ("error", "INTEG-EACH violated in plan"),
        ("warning", "INTEG-COUNT violated in plan"),
    ]
    for (_, there, message), finding in zip(commands, REPORT.findings, strict=True):
        assert there["file"] == "plans/one.json"
        assert message.startswith(finding.message)
        assert message.endswith(f"\nSource: {finding.citation}")
        assert ("\nDue: " in message) == (finding.due is not None)
    (start, end) = (int(commands[2][1][name]) for name in ("col", "endColumn"))
    assert json.loads(ONE_LINE[start - 1 : end])["id"] == "d1"


def test_what_stands_on_several_lines_has_no_columns() -> None:
    _, there, _ = read(as_github([attrs.evolve(GOOD, text=PRETTY)]))[2]
    assert list(there) == ["file", "line", "endLine", "title"]
    lines = PRETTY.split("\n")[int(there["line"]) - 1 : int(there["endLine"])]
    assert json.loads("\n".join(lines).rstrip(","))["id"] == "d1"


def test_pending_and_unknown_findings_are_annotations_too() -> None:
    commands = read(as_github([Checked(name="x.json", report=RUNNING)]))
    words = {there["title"].split()[1]: word for word, there, _ in commands}
    assert words == {"pending": "notice", "unknown": "warning"}
    assert len(commands) == len(RUNNING.findings)


def test_what_is_waived_is_a_notice() -> None:
    (word, there, _) = read(as_github([Checked(name="x.json", report=WAIVED)]))[2]
    assert (word, there["title"]) == ("notice", "INTEG-EACH violated, waived in plan")


def test_what_cannot_be_used_is_an_error_for_each_problem() -> None:
    commands = read(as_github([BAD]))
    assert [(word, message) for word, _, message in commands] == [
        ("error", "$.id: must be an id, 100% so"),
        ("error", "cannot be read: at all"),
    ]
    assert {there["line"] for _, there, _ in commands} == {"7"}


def test_marks_of_the_syntax_are_escaped() -> None:
    name = "a,b:c%d\r\ne.json"
    reason = "100%\r\n::error::no"
    text = as_github([Checked(name=name, problems=(kap.Problem("", reason),))])
    assert text.count("\n") == 1
    assert "\r" not in text
    assert "file=a%2Cb%3Ac%25d%0D%0Ae.json," in text
    ((word, there, message),) = read(text)
    assert (word, there["file"], message) == ("error", name, reason)


def test_a_clean_plan_has_no_annotation() -> None:
    assert CLEAN.findings == ()
    assert as_github([Checked(name="x.json", report=CLEAN)]) == ""
