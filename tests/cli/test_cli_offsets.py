"""What the command line says of a start whose offset is that of another date, on stderr alone."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.cli._inputs import stray_notes
from kap_model.cli._parser import COMMANDS
from kap_model.documents.plans import loads_with_strays
from shipped import RUNNING

Capture = pytest.CaptureFixture[str]
FEES: Final = ("--fees", "regrounding")
NOW: Final = ("--as-of", "2027-02-10T12:00:00-08:00")
TEXT: Final = Path(RUNNING).read_text(encoding="utf-8")
FIRST: Final[dict[str, Any]] = json.loads(TEXT)["sessions"][0]
ELSEWHERE: Final = dt.datetime.fromisoformat(FIRST["start"]).astimezone(
    dt.timezone(dt.timedelta(hours=-7))
)
STRAY: Final = TEXT.replace(FIRST["start"], ELSEWHERE.isoformat(), 1)
LOCAL: Final = TEXT.replace(f'"{FIRST["start"]}"', f'"{FIRST["start"][:16]}"{" " * 9}', 1)
NOTE: Final = (
    f"{FIRST['id']}: written as {ELSEWHERE:%H:%M} -07:00; Los Angeles is on -08:00 that day, so it "
    f"starts at {int(FIRST['start'][11:13])}:00 am. Meant {ELSEWHERE:%H:%M}? Then leave the offset "
    "out."
)
CALLS: Final = {
    "check": ("check", "FILE", *NOW),
    "check json": ("check", "FILE", "--format", "json"),
    "check sarif": ("check", "FILE", "--format", "sarif"),
    "check junit": ("check", "FILE", "--format", "junit"),
    "check github": ("check", "FILE", "--format", "github"),
    "check lines": ("check", "FILE", "--lines"),
    "check coverage": ("check", "FILE", "--coverage"),
    "next": ("next", "FILE", *NOW),
    "complete": ("complete", "FILE", *NOW),
    "repair": ("repair", "FILE", *NOW),
    "diff": ("diff", "core", "kingsley", "--plan", "FILE"),
    "quote": ("quote", "FILE", *FEES),
    "superbill": ("superbill", "FILE", *FEES, "--provider", "A. Therapist"),
    "instalments": ("instalments", "FILE", *FEES, "--parts", "3", "--first", "2027-01-04"),
    "calendar": ("calendar", "FILE", *NOW),
}
WITHOUT_A_PLAN: Final = {"explain", "rules", "schema", "estimate", "draft", "lint"}


def said(capsys: Capture, call: tuple[str, ...], path: Path, text: str) -> tuple[int, str, str]:
    """What a call ends with and writes about a plan document of this text."""
    path.write_text(text, encoding="utf-8")
    name = path.as_posix()
    status = main([name if part == "FILE" else part for part in call])
    captured = capsys.readouterr()
    return status, captured.out.replace(name, "FILE"), captured.err.replace(name, "FILE")


def test_every_command_that_reads_a_plan_is_here() -> None:
    assert {call[0] for call in CALLS.values()} == {
        name for name, _, _ in COMMANDS
    } - WITHOUT_A_PLAN


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_another_offset_is_told_on_stderr_and_changes_nothing_else(
    call: tuple[str, ...], capsys: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "plan.json"
    status, out, err = said(capsys, call, path, TEXT)
    assert said(capsys, call, path, LOCAL) == (status, out, err)
    place = "FILE:1" if "--lines" in call else "FILE"
    told = said(capsys, call, path, STRAY)
    assert told[0] == status
    assert told[1] == out
    assert sorted(told[2].splitlines()) == sorted([f"{place}: {NOTE}", *err.splitlines()])


def test_stdin_is_told_of_too_and_every_line_of_many_by_its_number(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STRAY.encode())))
    main(["quote", "-", *FEES])
    assert capsys.readouterr().err == f"stdin: {NOTE}\n"
    path = tmp_path / "plans.ndjson"
    path.write_text(TEXT + STRAY + "[]\n" + STRAY, encoding="utf-8")
    for jobs in ("1", "2"):
        assert main(["check", path.as_posix(), "--jobs", jobs]) == 2
        assert capsys.readouterr().err.splitlines() == [
            f"{path.as_posix()}:2: {NOTE}",
            f"{path.as_posix()}:4: {NOTE}",
        ]


def test_it_is_told_where_the_plan_then_cannot_be_used(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(STRAY.replace('"regrounding"', '"elsewhere"'), encoding="utf-8")
    for call in (("check", str(path)), ("next", str(path), *NOW)):
        assert main(list(call)) == 2
        lines = capsys.readouterr().err.splitlines()
        assert lines[0] == f"{path}: {NOTE}"
        assert any("elsewhere" in line for line in lines[1:])


def notes_of(*starts: str, timezone: str = "America/Los_Angeles") -> tuple[str, ...]:
    rows = [
        {"id": f"d{number}", "kind": "dosing", "start": start, "minutes": 120, "level": "MARKER"}
        for number, start in enumerate(starts, 4)
    ]
    document = {"schema": "kap-model/plan/1", "id": "MARKER", "timezone": timezone}
    plan, strays = loads_with_strays(json.dumps(document | {"sessions": rows}))
    return stray_notes("mine.json", plan.zone, strays)


@pytest.mark.parametrize(
    ("start", "timezone", "note"),
    [
        (
            "2027-03-15T10:00:00-08:00",
            "America/Los_Angeles",
            (
                "written as 10:00 -08:00; Los Angeles is on -07:00 that day, so it starts at "
                "11:00 am. Meant 10:00? Then leave the offset out."
            ),
        ),
        (
            "2027-11-08T12:30:00-07:00",
            "America/Los_Angeles",
            (
                "written as 12:30 -07:00; Los Angeles is on -08:00 that day, so it starts at "
                "11:30 am. Meant 12:30? Then leave the offset out."
            ),
        ),
        (
            "2027-03-15T23:30:15+00:00",
            "Europe/Berlin",
            (
                "written as 23:30:15 +00:00; Berlin is on +01:00 that day, so it starts on "
                "Tue, Mar 16, 2027 at 12:30:15 am. Meant 23:30:15? Then leave the offset out."
            ),
        ),
        (
            "2027-01-04T12:00:00+01:00",
            "UTC",
            (
                "written as 12:00 +01:00; UTC is on +00:00 that day, so it starts at 11:00 am. "
                "Meant 12:00? Then leave the offset out."
            ),
        ),
        (
            "2027-01-04T10:00:00+02:00",
            "America/Argentina/Buenos_Aires",
            (
                "written as 10:00 +02:00; Buenos Aires is on -03:00 that day, so it starts at "
                "5:00 am. Meant 10:00? Then leave the offset out."
            ),
        ),
        (
            "2027-03-14T02:30:00-04:00",
            "America/Los_Angeles",
            (
                "written as 02:30 -04:00; Los Angeles is on -08:00 that day, so it starts on "
                "Sat, Mar 13, 2027 at 10:30 pm."
            ),
        ),
        (
            "2027-11-07T01:30:00-06:00",
            "America/Los_Angeles",
            "written as 01:30 -06:00; Los Angeles is on -07:00 that day, so it starts at 12:30 am.",
        ),
    ],
)
def test_a_note_says_which_local_time_was_read(start: str, timezone: str, note: str) -> None:
    assert notes_of(start, timezone=timezone) == (f"mine.json: d4: {note}",)


@pytest.mark.parametrize(
    "start",
    [
        "2027-03-15T10:00:00-07:00",
        "2027-03-13T10:00:00-08:00",
        "2027-03-14T01:59:59-08:00",
        "2027-03-14T03:00:00-07:00",
        "2027-03-15T10:00:00Z",
        "2027-03-15T10:00",
        "2027-11-07T01:30:00-07:00",
        "2027-11-07T01:30:00-08:00",
    ],
)
def test_an_offset_of_the_zone_is_not_told(start: str) -> None:
    assert notes_of(start) == ()


def test_of_many_the_first_are_told_and_how_many_more_there_are() -> None:
    stray = "2027-03-15T10:00:00-08:00"
    assert len(notes_of(*[stray] * 5)) == 5
    *first, last = notes_of(*[stray] * 7)
    assert first == list(notes_of(*[stray] * 5))
    assert last == "mine.json: 2 more with another offset than Los Angeles has that day"
    assert not any("MARKER" in note for note in (*first, last))


def test_python_says_nothing_of_offsets(capsys: Capture) -> None:
    assert kap.loads(STRAY) == kap.loads(TEXT)
    assert capsys.readouterr() == ("", "")
