"""`check` on the command line: exit statuses, formats, options, and every file of the examples."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.cli._parser import COMMANDS, command_line
from shipped import (
    ACCEPTED,
    BROKEN,
    EXAMPLES,
    FEES,
    HOUSE,
    HOUSE_RULES,
    KINGSLEY,
    REGROUNDING,
    RUNNING,
    SLOTS,
)

AS_OF = "2027-02-10T12:00:00-08:00"
MARKER = "MARKER"
WHOLE = "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"


Capture = pytest.CaptureFixture[str]


def reports(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    """The reports of ``check --format json`` with these arguments."""
    main(["check", "--format", "json", *arguments])
    shown = json.loads(capsys.readouterr().out)
    assert list(shown) == ["reports"]
    found: list[dict[str, Any]] = shown["reports"]
    return found


def written(tmp_path: Path, plan: kap.Plan, name: str = "plan.json") -> str:
    path = tmp_path / name
    path.write_text(kap.dumps(plan), encoding="utf-8")
    return str(path)


def test_every_example_is_used_here() -> None:
    documents = [path for path in EXAMPLES.rglob("*.json") if path.parent.name != "cases"]
    files = {str(path) for path in documents}
    plans = {BROKEN, KINGSLEY, REGROUNDING, RUNNING}
    assert files == plans | {HOUSE, HOUSE_RULES, ACCEPTED, FEES, SLOTS}


@pytest.mark.parametrize("path", [REGROUNDING, KINGSLEY])
def test_whole_plans_are_ok_without_findings(path: str, capsys: Capture) -> None:
    assert main(["check", path]) == 0
    captured = capsys.readouterr()
    report = kap.check(kap.load(path))
    assert report.findings == ()
    assert captured.out == f"{report}\n"
    assert captured.out.splitlines()[0].endswith(": Follows the protocol")
    assert captured.err == ""


def test_house_rules_of_a_document_are_judged_with_the_catalogue(capsys: Capture) -> None:
    assert main(["check", REGROUNDING, "--protocol", HOUSE_RULES]) == 0
    assert capsys.readouterr().out.startswith(
        "rg-plan-0042: Follows the protocol\n  protocol house-rules"
    )
    ids = kap.load_protocol(HOUSE_RULES).house_ids
    (report,) = reports(capsys, REGROUNDING, "--protocol", HOUSE_RULES)
    assert report["findings"] == []
    assert tuple(report["rules"])[-len(ids) :] == ids
    assert {report["rules"][id] for id in ids} == {"satisfied"}
    assert main(["check", BROKEN, "--protocol", HOUSE_RULES]) == 1
    capsys.readouterr()
    (report,) = reports(capsys, BROKEN, "--protocol", HOUSE_RULES)
    assert {finding["rule"] for finding in report["findings"]} & set(ids)


def test_a_running_course_is_pending(capsys: Capture) -> None:
    assert main(["check", "--as-of", AS_OF, RUNNING]) == 0
    text = capsys.readouterr().out
    assert text.startswith("rg-course-0051: On track, 8 things to do\n")
    (report,) = reports(capsys, "--as-of", AS_OF, RUNNING)
    assert report["as_of"] == "2027-02-10T20:00:00+00:00"
    assert report["ok"]
    assert [(f["rule"], f["verdict"], f["sessions"]) for f in report["findings"]] == [
        ("SUPPLY-BALANCE", "pending", ["d3"]),
        ("SUPPLY-BALANCE", "pending", ["d4"]),
        ("DOSE-COUNT", "pending", []),
        ("SUPPORT-PERSON", "pending", ["d4"]),
        ("INTEG-EACH", "pending", ["d3"]),
        ("INTEG-EACH", "pending", ["d4"]),
        ("INTEG-COUNT", "pending", []),
        ("REVIEW-AFTER", "pending", ["d1"]),
    ]


def test_a_broken_course_is_violated(capsys: Capture) -> None:
    assert main(["check", BROKEN]) == 1
    capsys.readouterr()
    (report,) = reports(capsys, BROKEN)
    assert not report["ok"]
    assert [(f["rule"], f["severity"], f["sessions"]) for f in report["findings"]] == [
        ("SCREEN-FIRST", "warning", ["e1"]),
        ("SUPPLY-BALANCE", "error", ["d3"]),
        ("SUPPLY-BALANCE", "error", ["d4"]),
        ("SUPPLY-BALANCE", "error", ["d5"]),
        ("SUPPLY-BALANCE", "error", ["d6"]),
        ("SUPPLY-BALANCE", "error", ["d7"]),
        ("DOSE-DURATION", "warning", ["d1"]),
        ("SUPPORT-PERSON", "error", ["d4"]),
        ("INTEG-EACH", "error", ["d2"]),
        ("REVIEW-AFTER", "warning", ["d1"]),
        ("REVIEW-QUARTER", "error", ["d7"]),
    ]
    assert {f["verdict"] for f in report["findings"]} == {"violated"}


def test_json_has_the_shape_of_the_reports(capsys: Capture) -> None:
    found = reports(capsys, REGROUNDING, BROKEN)
    assert found == [kap.check(kap.load(path)).to_dict() for path in (REGROUNDING, BROKEN)]
    keys = [
        *("plan", "protocol", "protocol_source", "as_of", "ok", "confirmed", "rules", "findings"),
        *("state", "checked", "not_checked"),
    ]
    for report in found:
        assert list(report) == keys
        assert list(report["rules"]) == [rule.id for rule in kap.RULES]
        for finding in report["findings"]:
            assert list(finding) == [
                *("rule", "verdict", "severity", "sessions", "observed", "required"),
                *("opens", "due", "message", "citation", "waived"),
                *("title", "action", "past", "code", "values", "waiver"),
            ]
            assert list(finding["citation"]) == ["source", "where"]


def test_text_and_json_keep_any_script(tmp_path: Path, capsys: Capture) -> None:
    house = json.loads(Path(HOUSE).read_text(encoding="utf-8"))
    house["limits"]["minimum_age"][0]["citation"]["source"] = "Hausordnung für 姉"
    path = tmp_path / "house.json"
    path.write_text(json.dumps(house), encoding="utf-8")
    for form in ("text", "json"):
        main(["check", "--protocol", str(path), "--format", form, REGROUNDING])
        assert "Hausordnung für 姉" in capsys.readouterr().out


def test_a_protocol_by_name(capsys: Capture) -> None:
    (report,) = reports(capsys, "--protocol", "kingsley", REGROUNDING)
    assert (report["protocol"], report["protocol_source"]) == ("kingsley", "argument")
    (report,) = reports(capsys, REGROUNDING)
    assert (report["protocol"], report["protocol_source"]) == ("regrounding", "plan")


def test_a_protocol_from_a_file(capsys: Capture) -> None:
    assert main(["check", "--protocol", HOUSE, REGROUNDING]) == 0
    assert main(["check", "--protocol", HOUSE, "--fail-on", "unknown", REGROUNDING]) == 1
    capsys.readouterr()
    (report,) = reports(capsys, "--protocol", HOUSE, REGROUNDING)
    assert (report["protocol"], report["protocol_source"]) == ("house", "argument")
    assert [(f["rule"], f["verdict"], f["sessions"]) for f in report["findings"]] == [
        ("AGE-MIN", "unknown", ["e1"])
    ]
    assert report["rules"]["DOSE-GAP"] == "satisfied"


def test_waivers_from_a_file(capsys: Capture) -> None:
    (report,) = reports(capsys, "--waivers", ACCEPTED, BROKEN)
    assert [f["rule"] for f in report["findings"] if f["waived"]] == ["SCREEN-FIRST"]
    assert report["rules"]["SCREEN-FIRST"] == "satisfied"
    (report,) = reports(capsys, BROKEN)
    assert not any(f["waived"] for f in report["findings"])


def test_waived_findings_do_not_fail(tmp_path: Path, capsys: Capture) -> None:
    plan = written(tmp_path, kap.parse(WHOLE.replace("I15 ", "")))
    waiver = kap.Waiver(rule="INTEG-EACH", reason="As agreed.", by="t-1", on="2027-01-01")
    path = tmp_path / "waivers.json"
    path.write_text(kap.dumps_waivers((waiver,)), encoding="utf-8")
    assert main(["check", plan]) == 1
    assert main(["check", "--waivers", str(path), plan]) == 0
    assert "waived" in capsys.readouterr().out


ERROR = "2027-01-04 C0 E2 P7 D14 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
WARNING = WHOLE.replace("D84", "D84/30")
ADVICE = WHOLE.replace("C0 E2", "E2 C3")
UNKNOWN = WHOLE.replace("C0 E2", "C0* E2*")
PENDING = WHOLE.replace(" D84 I85", "")
FAILING: dict[str, set[str]] = {
    ERROR: {"error", "warning", "advice"},
    WARNING: {"warning", "advice"},
    ADVICE: {"advice"},
    UNKNOWN: {"unknown"},
    PENDING: {"pending"},
    WHOLE: set(),
}
FAIL_ON = ("error", "warning", "advice", "pending", "unknown", "never")


def test_several_protocols_are_those_that_plans_may_name(capsys: Capture, tmp_path: Path) -> None:
    names = ("house", None, "kingsley", "lost")
    plans = [attrs.evolve(kap.parse(WHOLE), protocol=name) for name in names]
    paths = [written(tmp_path, plan, f"p{n}.json") for n, plan in enumerate(plans)]
    given = ("--protocol", HOUSE, "--protocol", HOUSE_RULES)
    for jobs in ("1", "2"):
        options = (*given, "--jobs", jobs, "--format", "json", "--fail-on", "never")
        assert main(["check", *options, *paths]) == 2
        captured = capsys.readouterr()
        found = json.loads(captured.out)["reports"]
        assert [(one["protocol"], one["protocol_source"]) for one in found] == [
            ("house", "plan"),
            ("core", "default"),
            ("kingsley", "plan"),
        ]
        (line,) = captured.err.splitlines()
        assert line.startswith(f"{paths[3]}: $.protocol: names lost, which is neither")
        assert line.endswith(f"; given: house, {kap.load_protocol(HOUSE_RULES).id}")


def test_a_line_that_names_what_is_not_given_is_told_and_the_rest_goes_on(
    capsys: Capture, tmp_path: Path
) -> None:
    lines = [kap.dumps(attrs.evolve(kap.parse(WHOLE), protocol=name)) for name in ("lost", "core")]
    path = tmp_path / "plans.ndjson"
    path.write_text("".join(lines), encoding="utf-8")
    assert main(["check", str(path), "--fail-on", "never"]) == 2
    captured = capsys.readouterr()
    first, second = map(json.loads, captured.out.splitlines())
    (problem,) = first["error"]
    assert problem["path"] == "$.protocol"
    assert second["protocol"] == "core"
    assert first["line"] == 1


def test_protocols_of_one_id_are_refused(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "again.json"
    path.write_text('{"schema": "kap-model/protocol/1", "id": "house"}', encoding="utf-8")
    assert main(["check", "--protocol", HOUSE, "--protocol", str(path), REGROUNDING]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "--protocol: must have an id that no other one has\n"


@pytest.mark.parametrize(
    "line", FAILING, ids=["error", "warning", "advice", "unknown", "pending", "none"]
)
@pytest.mark.parametrize("name", FAIL_ON)
def test_what_fails_is_what_fail_on_names(
    line: str, name: str, tmp_path: Path, capsys: Capture
) -> None:
    path = written(tmp_path, kap.parse(line))
    as_of = ["--as-of", "2027-01-04T00:00:00Z"] if line == PENDING else []
    assert main(["check", *as_of, "--fail-on", name, path]) == (name in FAILING[line])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("line", "names", "status"),
    [
        (WARNING, ("error", "unknown"), 0),
        (UNKNOWN, ("error", "unknown"), 1),
        (WARNING, ("error", "warning"), 1),
        (ERROR, ("error", "never"), 0),
        (ERROR, ("pending", "unknown"), 0),
    ],
)
def test_fail_on_may_be_repeated(
    line: str, names: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    options = [option for name in names for option in ("--fail-on", name)]
    assert main(["check", *options, written(tmp_path, kap.parse(line))]) == status


@pytest.mark.parametrize("line", FAILING)
def test_only_errors_fail_by_default(line: str, tmp_path: Path) -> None:
    assert main(["check", written(tmp_path, kap.parse(line))]) == (line in (ERROR, PENDING))


def test_of_several_files_the_good_ones_are_reported_and_the_bad_ones_named(
    tmp_path: Path, capsys: Capture
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(f'{{"schema": "kap-model/plan/1", "{MARKER}": "{MARKER}"}}', encoding="utf-8")
    missing = str(tmp_path / "missing.json")
    status = main(["check", BROKEN, str(bad), missing, str(tmp_path), REGROUNDING])
    assert status == 2
    captured = capsys.readouterr()
    assert captured.out == f"{kap.check(kap.load(BROKEN))}\n\n{kap.check(kap.load(REGROUNDING))}\n"
    assert captured.err.splitlines() == [
        f"{bad}: $: has an unknown key",
        f"{bad}: $: lacks id",
        f"{bad}: $: lacks timezone",
        f"{bad}: $: lacks sessions",
        f"{missing}: No such file or directory",
        f"{tmp_path}: Is a directory",
    ]


def test_json_of_several_files_leaves_out_the_bad_ones(tmp_path: Path, capsys: Capture) -> None:
    arguments = ["check", "--format", "json", str(tmp_path / "missing.json"), REGROUNDING]
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert [report["plan"] for report in json.loads(captured.out)["reports"]] == ["rg-plan-0042"]
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["--protocol", "house"],
            "house: is neither a practice (known: core, kingsley, regrounding) nor a file",
        ),
        (["--protocol", REGROUNDING], f"{REGROUNDING}: $.schema: must be kap-model/protocol/1"),
        (["--protocol", str(EXAMPLES)], f"{EXAMPLES}: Is a directory"),
        (["--waivers", "nothing.json"], "nothing.json: No such file or directory"),
        (["--waivers", HOUSE], f"{HOUSE}: $.schema: must be kap-model/waivers/1"),
        (["--as-of", "now"], "--as-of: must be RFC 3339"),
        (["--as-of", "2027-02-10T12:00:00"], "--as-of: has no offset"),
        (["--as-of", "2027-02-30T12:00:00Z"], "--as-of: must be a time"),
        (["--as-of", "1979-01-01T00:00:00Z"], "--as-of: must lie in the years"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(
    arguments: list[str], complaint: str, capsys: Capture
) -> None:
    assert main(["check", *arguments, REGROUNDING]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert any(line.startswith(complaint) for line in captured.err.splitlines())
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check"],
        ["chek", REGROUNDING],
        ["check", "--fail-on", "errors", REGROUNDING],
        ["check", "--format", "xml", REGROUNDING],
        ["check", "--prot", "core", REGROUNDING],
        ["explain"],
        ["explain", "MODALITY", "DOSE-COUNT"],
        ["rules", "all"],
        ["--vers"],
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "usage: kap-model" in captured.err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["check", "--help"]])
def test_help_and_version_exit_with_none(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(("kap-model ", "usage: kap-model"))
    assert captured.err == ""


@pytest.mark.parametrize(
    ("break_with", "complaint"),
    [
        (OSError(), "cannot be read"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
    ids=["no reason", "a reason"],
)
def test_a_file_that_cannot_be_read_is_named_with_the_systems_reason(
    break_with: OSError, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def unreadable(_: object) -> bytes:
        raise break_with

    monkeypatch.setattr("kap_model.cli._stream.read_bytes", unreadable)
    assert main(["check", REGROUNDING]) == 2
    assert capsys.readouterr().err == f"{REGROUNDING}: {complaint}\n"


def test_a_command_is_known_before_its_module_is_loaded() -> None:
    parser = command_line()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    assert list(commands.choices) == [name for name, _, _ in COMMANDS]
    for name, command in commands.choices.items():
        assert command.prog == f"kap-model {name}"
        assert command.format_usage().startswith(f"usage: kap-model {name}")


def test_a_command_is_completed_once() -> None:
    parser = command_line()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    command = commands.choices["check"]
    command.complete()
    said = command.format_help()
    command.complete()
    assert command.format_help() == said
    assert "--fail-on" in said


def test_in_full_each_finding_is_told(capsys: Capture) -> None:
    main(["check", BROKEN])
    together = capsys.readouterr().out
    assert together.count("SUPPLY-BALANCE") == 1
    main(["check", "--full", BROKEN])
    assert capsys.readouterr().out.count("SUPPLY-BALANCE") > 1
    main(["check", "--full", "--format", "ndjson", BROKEN])
    full = capsys.readouterr().out
    main(["check", "--format", "ndjson", BROKEN])
    assert capsys.readouterr().out == full
