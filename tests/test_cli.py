"""The command line: exit statuses, streams, formats, and every file of the examples."""

from __future__ import annotations

import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.cli import main
from kap_model.display.rule_text import rule_text

EXAMPLES = Path(__file__).parents[1] / "examples"
BROKEN = str(EXAMPLES / "broken-course.json")
KINGSLEY = str(EXAMPLES / "kingsley-plan.json")
REGROUNDING = str(EXAMPLES / "regrounding-plan.json")
RUNNING = str(EXAMPLES / "running-course.json")
HOUSE = str(EXAMPLES / "protocols" / "house.json")
ACCEPTED = str(EXAMPLES / "waivers" / "house.json")
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


def ran(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-m", "kap_model", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **given,
    )


def test_every_example_is_used_here() -> None:
    files = {str(path) for path in EXAMPLES.rglob("*") if path.is_file()}
    assert files == {BROKEN, KINGSLEY, REGROUNDING, RUNNING, HOUSE, ACCEPTED}


@pytest.mark.parametrize("path", [REGROUNDING, KINGSLEY])
def test_whole_plans_are_ok_without_findings(path: str, capsys: Capture) -> None:
    assert main(["check", path]) == 0
    captured = capsys.readouterr()
    report = kap.check(kap.load(path))
    assert report.findings == ()
    assert captured.out == f"{report}\n"
    assert captured.out.splitlines()[0].endswith(": ok")
    assert captured.err == ""


def test_a_running_course_is_pending(capsys: Capture) -> None:
    assert main(["check", "--as-of", AS_OF, RUNNING]) == 0
    text = capsys.readouterr().out
    assert text.startswith("rg-course-0051: ok\n")
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
    keys = ["plan", "protocol", "protocol_source", "as_of", "ok", "confirmed", "rules", "findings"]
    for report in found:
        assert list(report) == keys
        assert list(report["rules"]) == [rule.id for rule in kap.RULES]
        for finding in report["findings"]:
            assert list(finding) == [
                *("rule", "verdict", "severity", "sessions", "observed", "required"),
                *("opens", "due", "message", "citation", "waived"),
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
        (["--protocol", str(EXAMPLES)], f"{EXAMPLES}: is neither a practice"),
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


class Stdin(io.TextIOWrapper):
    def __init__(self, raw: bytes) -> None:
        super().__init__(io.BytesIO(raw), encoding="ascii")


def test_a_plan_from_stdin(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(Path(BROKEN).read_bytes()))
    assert main(["check", "-"]) == 1
    assert capsys.readouterr().out == f"{kap.check(kap.load(BROKEN))}\n"


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "stdin: $: must be one JSON document; it stops being JSON at line 1, column 1"),
        (b"\xff", "stdin: $: must be UTF-8"),
        (b" " * 1_000_001, "stdin: $: must be at most 1 MB"),
    ],
)
def test_what_is_no_plan_on_stdin_is_named(
    raw: bytes, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(raw))
    assert main(["check", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == complaint + "\n"


def test_a_bug_of_ours_exits_with_three_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(MARKER)

    monkeypatch.setattr("kap_model.cli._check.check", broken)
    assert main(["check", REGROUNDING]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("kap-model: a bug of ours, RuntimeError at ")
    assert "_check.py:" in captured.err
    assert MARKER not in captured.err
    assert len(captured.err.splitlines()) == 1


def test_an_interruption_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kap_model.cli._check.check", interrupted)
    assert main(["check", REGROUNDING]) == 130
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


each_rule = pytest.mark.parametrize("rule", kap.RULES, ids=lambda rule: rule.id)


@each_rule
def test_explain_as_text(rule: kap.Rule, capsys: Capture) -> None:
    assert main(["explain", rule.id]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    lines = captured.out.splitlines()
    assert lines[0] == f"{rule.id} ({rule.severity})"
    flat = " ".join(captured.out.split())
    assert rule.says in flat
    assert rule.why in flat
    for citation in rule.cites:
        assert str(citation) in flat
    for name in rule.reads:
        assert f" {name}: " in flat
    assert ("none: always on" in flat) == (not rule.reads)
    assert rule.example is not None
    for case in (rule.example.holds, rule.example.breaks):
        assert case.notation in flat
        assert case.as_of is None or case.as_of in flat
    assert max(len(line) for line in lines) <= 96


@each_rule
def test_explain_shows_what_the_broken_plan_is_told(rule: kap.Rule, capsys: Capture) -> None:
    main(["explain", rule.id])
    shown = capsys.readouterr().out.partition("A plan that breaks it")[2]
    assert any(f"  {verdict}: " in shown for verdict in ("violated", "pending", "unknown"))


@each_rule
def test_explain_as_json(rule: kap.Rule, capsys: Capture) -> None:
    assert main(["explain", rule.id, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "rule": rule.id,
        "severity": rule.severity,
        "says": rule.says,
        "why": rule.why,
        "citations": [{"source": c.source, "where": c.where} for c in rule.cites],
        "reads": list(rule.reads),
    }


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("integ-each", "did you mean INTEG-EACH?"),
        ("INTEG-EECH", "did you mean INTEG-EACH?"),
        ("zzz", "kap-model rules lists them"),
        ("", "kap-model rules lists them"),
    ],
)
def test_explain_hints_at_the_rule_that_was_meant(name: str, hint: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"RULE: must be the id of a rule; {hint}\n"


def test_rules_as_text(capsys: Capture) -> None:
    assert main(["rules"]) == 0
    text = capsys.readouterr().out
    assert text.splitlines()[0] == (
        "SCREEN-FIRST       advice   A consultation comes before the first medical evaluation."
    )
    flat = " ".join(text.split())
    for rule in kap.RULES:
        assert f"{rule.id} {rule.severity} {rule.says}" in flat
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= 96
    assert lines == [line.rstrip() for line in lines]


def test_rules_as_json(capsys: Capture) -> None:
    assert main(["rules", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)["rules"]
    assert [(row["rule"], row["severity"]) for row in shown] == [
        (rule.id, rule.severity) for rule in kap.RULES
    ]


class TestAsAProcess:
    """``python -m kap_model`` in a process of its own."""

    def test_a_good_plan(self) -> None:
        run = ran("check", REGROUNDING)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout == f"{kap.check(kap.load(REGROUNDING))}\n"

    def test_a_broken_plan_and_a_missing_one(self) -> None:
        assert ran("check", BROKEN).returncode == 1
        run = ran("check", BROKEN, "missing.json")
        assert run.returncode == 2
        assert run.stdout.startswith("rg-course-0013: not ok\n")
        assert run.stderr == "missing.json: No such file or directory\n"

    def test_stdin(self) -> None:
        run = ran("check", "-", input=Path(KINGSLEY).read_text(encoding="utf-8"))
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith("kg-plan-0007: ok\n")

    def test_output_is_utf_8_in_any_locale(self, tmp_path: Path) -> None:
        house = kap.load_protocol(HOUSE)
        cited = kap.Setting(
            limit="minimum_age", value=30, citation=kap.Citation("Hausordnung für 姉", "1")
        )
        path = tmp_path / "house.json"
        path.write_text(kap.dumps_protocol(house.extended("h", settings=[cited])), encoding="utf-8")
        environment = os.environ | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
        run = ran("check", "--protocol", str(path), REGROUNDING, env=environment)
        assert run.returncode == 0
        assert "source: Hausordnung für 姉, 1" in run.stdout

    def test_a_reader_that_has_gone_is_no_error(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            run = subprocess.run(
                [sys.executable, "-m", "kap_model", "rules"],
                stdout=gone,
                stderr=subprocess.PIPE,
                check=False,
            )
        assert run.stderr == b""
        assert run.returncode == 0

    @pytest.mark.parametrize(
        ("redirected", "status"),
        [("rules >&-", 0), (f"check {BROKEN} >&-", 1), ("check - <&-", 2), ("check x 2>&-", 2)],
    )
    def test_a_closed_stream_is_no_bug(self, redirected: str, status: int) -> None:
        run = subprocess.run(  # noqa: S603 - our own interpreter and package
            ["/bin/sh", "-c", f'exec "$0" -m kap_model {redirected}', sys.executable],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert "bug" not in run.stderr
        assert "Traceback" not in run.stderr
        assert run.returncode == status


class Gone(io.StringIO):
    """A stream that cannot be written to."""

    def __init__(self, error: OSError, path: Path) -> None:
        super().__init__()
        self.error = error
        self.file = path.open("wb")

    def write(self, _: str) -> int:
        raise self.error

    def fileno(self) -> int:
        return self.file.fileno()


@pytest.mark.parametrize(
    ("error", "status"), [(BrokenPipeError(), 0), (OSError(28, "No space left on device"), 2)]
)
def test_results_that_cannot_be_delivered(
    error: OSError, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    gone = Gone(error, tmp_path / "out")
    with gone.file:
        monkeypatch.setattr(sys, "stdout", gone)
        assert main(["rules"]) == status
        monkeypatch.undo()
    assert "Traceback" not in capsys.readouterr().err


def test_complaints_that_cannot_be_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    gone = Gone(BrokenPipeError(), tmp_path / "err")
    with gone.file:
        monkeypatch.setattr(sys, "stderr", gone)
        assert main(["check", BROKEN, "missing.json"]) == 2
        monkeypatch.undo()
    assert capsys.readouterr().out.startswith("rg-course-0013: not ok\n")


def test_streams_that_the_caller_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    statuses = [main(["check", BROKEN]), main(["check", "-"]), main(["rules"])]
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    monkeypatch.undo()
    assert statuses == [1, 2, 0]


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "argv", ["kap-model", "explain", "zzz"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("kap_model", run_name="__main__")
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("RULE: ")
    runpy.run_module("kap_model.__main__", run_name="imported")
    assert capsys.readouterr().err == ""


def test_a_rule_without_an_example_is_explained_without_one() -> None:
    rule = attrs.evolve(kap.RULES[0], example=None)
    text = rule_text(rule)
    assert text.startswith("SCREEN-FIRST (advice)\n")
    assert "A plan that" not in text


def test_an_explanation_tells_the_findings_of_its_rule_alone() -> None:
    broken = kap.Case("2027-01-04 D14/30")
    rule = kap.RULES[11]
    assert rule.example is not None
    text = rule_text(attrs.evolve(rule, example=attrs.evolve(rule.example, breaks=broken)))
    shown = text.partition("A plan that breaks it")[2]
    assert shown.count("violated: ") == 1
    assert "lasts 30 minutes" in shown


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

    monkeypatch.setattr("kap_model.cli._check.read_bytes", unreadable)
    assert main(["check", REGROUNDING]) == 2
    assert capsys.readouterr().err == f"{REGROUNDING}: {complaint}\n"
