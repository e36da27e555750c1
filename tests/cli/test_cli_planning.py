"""`draft`, `next`, `complete`, `repair` and `diff` on the command line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.cli import main
from shipped import BROKEN, FEES, HOUSE, REGROUNDING, RUNNING, SLOTS

Capture = pytest.CaptureFixture[str]
NOW = ("--as-of", "2027-02-10T12:00:00-08:00")
MARKER = "MARKER"
REVIEW_LATE = (
    "2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 D42 R43 I43@12:00 D56 I57 D70 I71 D84"
    " I85"
)


def printed(capsys: Capture, *arguments: str, status: int = 0) -> str:
    assert main(list(arguments)) == status
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def as_json(capsys: Capture, *arguments: str, status: int = 0) -> Any:
    return json.loads(printed(capsys, *arguments, "--format", "json", status=status))


def refused(capsys: Capture, *arguments: str) -> str:
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert MARKER not in captured.err
    return captured.err


def file_of(plan: kap.Plan, folder: Path) -> str:
    path = folder / "plan.json"
    path.write_text(kap.dumps(plan), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("practice", ["core", "kingsley", "regrounding"])
def test_a_draft_is_piped_into_a_check(
    practice: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = printed(capsys, "draft", practice, "--start", "2027-01-11")
    assert document == kap.dumps(kap.draft(practice, "2027-01-11"))
    assert document.count("\n") == 1
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(document.encode())))
    strictest = ("--fail-on", "advice", "--fail-on", "pending", "--fail-on", "unknown")
    assert printed(capsys, "check", "-", *strictest).startswith("draft: Follows the protocol\n")


def test_every_option_of_a_draft(capsys: Capture) -> None:
    document = printed(
        capsys,
        *("draft", "regrounding", "--start", "2027-01-11", "--id", "plan-0042"),
        *("--dosings", "7", "--preparations", "2", "--integrations", "8"),
        *("--dosing-minutes", "100", "--integration-delay", "2", "--every", "10d"),
        *("--weekday", "thu", "--timezone", "America/Denver", "--time", "09:30"),
        *("--place", "remote", "--support-person", "spouse"),
        *("--working-days", "mon,tue,thu,fri,sat", "--closed", "2027-02-01"),
    )
    expected = kap.draft(
        "regrounding",
        "2027-01-11",
        id="plan-0042",
        dosings=7,
        preparations=2,
        integrations=8,
        minutes={"dosing": 100},
        integration_delay=2,
        every=10,
        weekday="thu",
        timezone="America/Denver",
        time="09:30",
        place="remote",
        support_person="spouse",
        working_days=["mon", "tue", "thu", "fri", "sat"],
        closed=["2027-02-01"],
    )
    assert document == kap.dumps(expected)


def test_a_draft_by_a_protocol_document(capsys: Capture) -> None:
    plan = kap.loads(printed(capsys, "draft", HOUSE, "--start", "2027-08-02"))
    house = kap.load_protocol(HOUSE)
    assert (plan.protocol, plan.timezone) == (house.id, "UTC")
    report = kap.check(plan, protocols=[house])
    assert report.protocol_source == "plan"
    # No date of birth is known, and the house has a minimum age.
    assert [(f.rule, f.verdict) for f in report.findings] == [("AGE-MIN", "unknown")]


def test_a_draft_by_a_protocol_document_is_checked_with_its_file(
    capsys: Capture, tmp_path: Path
) -> None:
    path = tmp_path / "draft.json"
    path.write_text(printed(capsys, "draft", HOUSE, "--start", "2027-08-02"), encoding="utf-8")
    for verb in (("check",), ("next", *NOW), ("complete", *NOW), ("repair",)):
        said = refused(capsys, *verb, str(path))
        assert "protocol: names house, which is neither a built-in practice" in said
        assert "or its file with --protocol" in said
    assert "draft: Record first" in printed(capsys, "check", "--protocol", HOUSE, str(path))
    printed(capsys, "next", "--protocol", HOUSE, *NOW, str(path))


def test_lengths_and_prices_of_a_draft(capsys: Capture) -> None:
    start = ("--start", "2027-01-11")
    fees = kap.load_fees(FEES)
    plan = kap.loads(printed(capsys, "draft", "core", *start, "--fees", FEES))
    assert plan == kap.draft("core", "2027-01-11", fees=fees)
    assert plan.fees == fees.id
    named = kap.loads(printed(capsys, "draft", "core", *start, "--fees", "regrounding"))
    assert named == kap.draft("core", "2027-01-11", fees=kap.practices.REGROUNDING.fees)
    lengths = {"preparation": 55, "dosing": 90, "integration": 60}
    options = [f"--{kind}-minutes={minutes}" for kind, minutes in lengths.items()]
    plan = kap.loads(printed(capsys, "draft", "core", *start, *options))
    assert plan == kap.draft("core", "2027-01-11", minutes=lengths)
    assert {s.kind: s.minutes for s in plan.sessions if s.kind in lengths} == lengths


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--preparation-minutes", "0"), "draft: minutes.preparation: must be an integer from 1"),
        (("--integration-minutes", "1441"), "draft: minutes.integration: must be an integer"),
        (("--fees", "kingsley"), "draft: fees: are not published by kingsley"),
        (("--fees", HOUSE), "$.schema: must be kap-model/fees/1"),
        (("--fees", "nothing"), "nothing: is neither a practice"),
        (("--dosings", "9"), "draft: dosings and the limit dosing_count (6 to 8) exclude"),
        (("--place", "remote"), "draft: a support person is needed for remote dosings: give"),
        (("--every", MARKER), "--every: must be days or weeks"),
        (("--time", MARKER), "draft: time: must be a time of day"),
        (("--timezone", MARKER), "draft: timezone: must be a zone name"),
        (("--closed", MARKER), "draft: closed[0]: must be a date"),
        (("--working-days", f"mon,{MARKER}"), "draft: working_days[1]: must be one of mon"),
        (("--support-person", " "), "--support-person: must be 1 to 200 characters"),
        (("--dosing-minutes", "0"), "draft: minutes.dosing: must be an integer from 1"),
    ],
)
def test_what_a_draft_refuses(capsys: Capture, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(capsys, "draft", "regrounding", "--start", "2027-01-11", *arguments)


def test_a_draft_by_nobody(capsys: Capture) -> None:
    assert "is neither a practice" in refused(capsys, "draft", "nobody", "--start", "2027-01-11")
    assert "start: must be a date" in refused(capsys, "draft", "core", "--start", MARKER)


def test_next_steps(capsys: Capture) -> None:
    steps = kap.next_steps(kap.load(RUNNING), as_of=NOW[1])
    assert printed(capsys, "next", RUNNING, *NOW) == f"{steps}\n"
    shown = as_json(capsys, "next", RUNNING, *NOW)
    assert shown == steps.to_dict()
    assert {step["do"] for step in shown["steps"]} >= {"book", "attend"}
    optional = kap.next_steps(kap.load(REGROUNDING), as_of=NOW[1], optional=True)
    assert printed(capsys, "next", REGROUNDING, *NOW, "--optional") == f"{optional}\n"
    assert optional.optional
    assert printed(capsys, "next", REGROUNDING, *NOW) != f"{optional}\n"
    assert printed(capsys, "next", RUNNING, *NOW, "--protocol", "core") != f"{steps}\n"


def test_next_steps_of_a_stopped_course_exit_with_1(capsys: Capture, tmp_path: Path) -> None:
    course = kap.parse("2027-01-04 America/Los_Angeles C0* E2- P7 D50")
    stopped = file_of(course, tmp_path)
    for form in ("text", "json"):
        assert main(["next", stopped, *NOW, "--format", form]) == 1
        said = capsys.readouterr()
        assert "STOP. The medical provider found this client not eligible" in said.out
        assert said.err == ""


def test_next_steps_of_a_plan_that_is_not_active(capsys: Capture, tmp_path: Path) -> None:
    closed = file_of(attrs.evolve(kap.load(RUNNING), state="discontinued"), tmp_path)
    shown = as_json(capsys, "next", closed, *NOW)
    assert {step["do"] for step in shown["steps"]} == {"cancel"}


def test_closed_courses_are_refused(capsys: Capture, tmp_path: Path) -> None:
    closed = file_of(attrs.evolve(kap.load(REGROUNDING), state="completed"), tmp_path)
    for command in ("complete", "repair"):
        assert "plan: is completed" in refused(capsys, command, closed, *NOW)
    said = refused(capsys, "next", RUNNING, "--as-of", "2027-02-10T12:00:00")
    assert said.startswith("--as-of: ")


def test_complete_as_text_values_and_plan(capsys: Capture) -> None:
    made = kap.complete(kap.load(RUNNING), as_of=NOW[1])
    assert printed(capsys, "complete", RUNNING, *NOW) == f"{made}\n"
    assert as_json(capsys, "complete", RUNNING, *NOW) == made.to_dict()
    assert printed(capsys, "complete", RUNNING, *NOW, "--format", "plan") == kap.dumps(made.plan)


def test_complete_within_open_slots(capsys: Capture) -> None:
    made = kap.complete(
        kap.load(RUNNING),
        "regrounding",
        as_of=NOW[1],
        every="10d",
        open_slots=kap.load_slots(SLOTS),
        place="remote",
        support_person="spouse",
        integration_delay=1,
    )
    options = ("--protocol", "regrounding", "--slots", SLOTS, "--every", "10d")
    wishes = ("--place", "remote", "--support-person", "spouse", "--integration-delay", "1")
    shown = as_json(capsys, "complete", RUNNING, *NOW, *options, *wishes)
    assert shown == made.to_dict()
    assert {row["place"] for row in shown["added"]} == {"remote"}


def test_what_complete_refuses(capsys: Capture, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    assert "No such file" in refused(capsys, "complete", RUNNING, *NOW, "--slots", missing)
    empty = tmp_path / "slots.json"
    empty.write_text('{"schema": "kap-model/slots/1", "slots": []}', encoding="utf-8")
    said = refused(capsys, "complete", RUNNING, *NOW, "--slots", str(empty))
    assert "open_slots: have none for a needed integration, due by Mon, Mar 1, 2027" in said
    empty.write_text(f'{{"schema": "kap-model/slots/1", "open": "{MARKER}"}}', encoding="utf-8")
    assert "$: lacks slots" in refused(capsys, "complete", RUNNING, *NOW, "--slots", str(empty))


def test_repair_as_text_values_and_plan(capsys: Capture, tmp_path: Path) -> None:
    plan = kap.parse(REVIEW_LATE)
    path, made = file_of(plan, tmp_path), kap.repair(plan, "kingsley")
    options = ("repair", path, "--protocol", "kingsley")
    assert printed(capsys, *options) == f"{made}\n"
    assert as_json(capsys, *options) == made.to_dict()
    mended = printed(capsys, *options, "--format", "plan")
    assert kap.check(kap.loads(mended), "kingsley").ok


def test_a_plan_from_nowhere(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert refused(capsys, "next", "-", *NOW) == "stdin: is closed\n"


def test_history_that_cannot_be_mended(capsys: Capture) -> None:
    assert "history cannot be mended" in refused(capsys, "repair", BROKEN)


def test_diff(capsys: Capture) -> None:
    assert printed(capsys, "diff", "core", "kingsley") == f"{kap.diff('core', 'kingsley')}\n"
    house = kap.load_protocol(HOUSE)
    assert as_json(capsys, "diff", "regrounding", HOUSE) == kap.diff("regrounding", house).to_dict()
    moved = kap.diff("regrounding", house, plan=kap.load(RUNNING), as_of=NOW[1])
    shown = as_json(capsys, "diff", "regrounding", HOUSE, "--plan", RUNNING, *NOW)
    assert shown == moved.to_dict()
    assert "is neither a practice" in refused(capsys, "diff", "core", "nobody")
