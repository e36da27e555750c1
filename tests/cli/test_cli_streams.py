"""The command line as a process: stdin, closed streams, readers that have gone, bugs."""

from __future__ import annotations

import io
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kap_model as kap
from kap_model.cli import main
from shipped import BROKEN, HOUSE, KINGSLEY, REGROUNDING

pytestmark = pytest.mark.installed


Capture = pytest.CaptureFixture[str]
MARKER = "MARKER"


def ran(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-m", "kap_model", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **given,
    )


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

    monkeypatch.setattr("kap_model.cli.check.check", broken)
    assert main(["check", REGROUNDING]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("kap-model: a bug of ours, RuntimeError at ")
    assert "check.py:" in captured.err
    assert MARKER not in captured.err
    assert len(captured.err.splitlines()) == 1


def test_an_interruption_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kap_model.cli.check.check", interrupted)
    assert main(["check", REGROUNDING]) == 130
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


class TestAsAProcess:
    """``python -m kap_model`` in a process of its own."""

    def test_a_good_plan(self) -> None:
        run = ran("check", REGROUNDING)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout == f"{kap.check(kap.load(REGROUNDING))}\n"

    def test_a_broken_plan_and_a_missing_one(self) -> None:
        run = ran("check", BROKEN, "missing.json")
        assert run.returncode == 2
        assert run.stdout.startswith("rg-course-0013: Problem\n")
        assert run.stderr == "missing.json: No such file or directory\n"

    def test_stdin(self) -> None:
        run = ran("check", "-", input=Path(KINGSLEY).read_text(encoding="utf-8"))
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout.startswith("kg-plan-0007: Follows the protocol\n")

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
    assert capsys.readouterr().out.startswith("rg-course-0013: Problem\n")


def test_streams_that_the_caller_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    statuses = [main(["check", BROKEN]), main(["check", "-"]), main(["rules"])]
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    monkeypatch.undo()
    assert statuses == [1, 2, 0]


def test_the_package_runs_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    # pytest's own finder of modules, which a package with a plugin comes from, knows no runpy.
    finders = [f for f in sys.meta_path if type(f).__module__ != "_pytest.assertion.rewrite"]
    monkeypatch.setattr(sys, "meta_path", finders)
    monkeypatch.setattr(sys, "argv", ["kap-model", "explain", "zzz"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("kap_model", run_name="__main__")
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("RULE: ")
    runpy.run_module("kap_model.__main__", run_name="imported")
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_named() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kap_model", "rules"],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("stdout: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_protocol_may_come_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "protocol"
    os.mkfifo(pipe)
    with subprocess.Popen(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-m", "kap_model", "check", REGROUNDING, "--protocol", str(pipe)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as running:
        pipe.write_bytes(Path(HOUSE).read_bytes())
        out, _ = running.communicate()
    assert "protocol house (as asked)" in out
