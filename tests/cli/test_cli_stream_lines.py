"""`check` by line: what is by line, results as they come, jobs, progress, ends of all kinds."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest

import kap_model as kap
from kap_model.batch import check_lines
from kap_model.cli import _stream, main
from kap_model.cli._stream import lines_of, look
from kap_model.cli.check import ignore_interrupts, in_order, with_progress
from sarif_shape import check_sarif
from shipped import BROKEN, REGROUNDING

Capture = pytest.CaptureFixture[str]
MARKER = "MARKER"
MOST = 1_000_000
MANY_LINES = (b"[" * 999 + b"\n") * (MOST // 500)
GOOD = Path(REGROUNDING).read_bytes()
FAILING = Path(BROKEN).read_bytes()
PRETTY = json.dumps(json.loads(GOOD), indent=1).encode()
BAD = b'{"schema": "kap-model/plan/1", "MARKER": "MARKER"}\n'
GOOD_REPORT = kap.check(kap.loads(GOOD)).to_dict()
FAILING_REPORT = kap.check(kap.loads(FAILING)).to_dict()


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Any:
    def given(raw: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="ascii"))

    return given


def rows(capsys: Capture) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.err == ""
    return [json.loads(line) for line in captured.out.splitlines()]


def lines_file(tmp_path: Path, raw: bytes, name: str = "plans.ndjson") -> str:
    path = tmp_path / name
    path.write_bytes(raw)
    return path.as_posix()


def ran(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-m", "kap_model", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **given,
    )


@pytest.mark.parametrize("name", ["plans.ndjson", "plans.jsonl", "PLANS.NDJSON"])
def test_a_file_of_lines_gives_one_result_a_line(
    name: str, tmp_path: Path, capsys: Capture
) -> None:
    path = lines_file(tmp_path, GOOD + BAD + b"\n" + FAILING + GOOD.rstrip(b"\n"), name)
    assert main(["check", path]) == 2
    found = rows(capsys)
    assert found[0] == found[3] == GOOD_REPORT
    assert found[2] == FAILING_REPORT
    assert (found[1]["file"], found[1]["line"]) == (path, 2)
    assert found[1]["error"][0] == {"path": "$", "reason": "has an unknown key"}
    assert MARKER not in str(found)


@pytest.mark.parametrize(("raw", "status"), [(GOOD * 2, 0), (GOOD + FAILING, 1), (b"\n \n", 0)])
def test_exit_statuses_are_those_of_files(
    raw: bytes, status: int, tmp_path: Path, capsys: Capture
) -> None:
    path = lines_file(tmp_path, raw)
    assert main(["check", path]) == status
    assert main(["check", "--fail-on", "never", path]) == 0
    assert len(rows(capsys)) == (4 if raw.strip() else 0)


def test_stdin_by_line(give: Any, capsys: Capture) -> None:
    give(GOOD + BAD + FAILING)
    assert main(["check", "-"]) == 2
    found = rows(capsys)
    assert (found[0], found[2]) == (GOOD_REPORT, FAILING_REPORT)
    assert (found[1]["file"], found[1]["line"]) == ("stdin", 2)


def test_lines_and_batch_say_the_same(tmp_path: Path, capsys: Capture) -> None:
    raw = GOOD + BAD + b"\r\n" + FAILING
    main(["check", lines_file(tmp_path, raw)])
    for row, result in zip(rows(capsys), check_lines(raw.splitlines()), strict=True):
        said = result.to_dict()
        assert {key: value for key, value in row.items() if key != "file"} == said


@pytest.mark.parametrize(
    ("raw", "by_line"),
    [
        (b"", False),
        (b"\n\n", False),
        (GOOD, False),
        (b"\n" + GOOD + b"\n\n", False),
        (PRETTY, False),
        (PRETTY.replace(b"\n", b"\r\n"), False),
        (PRETTY[:-3], False),
        (GOOD[:-9], False),
        (b"oops\n", False),
        (b"oops\noops\n", False),
        (GOOD * 2, True),
        (GOOD + b"\n \n" + GOOD, True),
        (GOOD + b"oops", True),
        (b"oops\n" + GOOD, True),
        (GOOD[:-9] + b"\n" + GOOD, True),
        (b"\xef\xbb\xbf" + GOOD * 2, True),
        (b"{}\n{}\n", True),
        (b'{"sessions": [\n{"id": "c1"}\n]', False),
        (b" " * (MOST + 1), False),
        (b" " * (MOST + 1) + b"\n", False),
        (b"[" * (MOST + 1) + b"\n" + GOOD, True),
        (b"[" * (2 * MOST + 7) + b"\n" + GOOD, True),
        (MANY_LINES, False),
        (b"[\n" * 1000 + GOOD + MANY_LINES, True),
    ],
)
def test_what_a_stream_is_shows_in_its_beginning(raw: bytes, by_line: bool) -> None:  # noqa: FBT001 - a column
    stream = io.BytesIO(raw)
    head, found = look(stream)
    assert found == by_line
    if not by_line:
        assert head[: MOST + 1] == raw[: MOST + 1]


def test_only_two_lines_are_read_to_tell() -> None:
    stream = io.BytesIO(GOOD * 9)
    head, by_line = look(stream)
    assert (head, by_line) == (GOOD * 2, True)


@pytest.mark.parametrize(
    ("raw", "results"),
    [
        (GOOD, [True]),
        (BAD + GOOD, [False, True]),
        (b"oops\noops\n", [False, False]),
        ((b"[" * 400_000 + b"\n") * 3 + GOOD, [False, False, False, True]),
        (b"", []),
    ],
    ids=["one line", "a bad line first", "nothing is JSON", "more than a document's size", "none"],
)
def test_lines_that_are_asked_for(
    raw: bytes, results: list[bool], give: Any, tmp_path: Path, capsys: Capture
) -> None:
    give(raw)
    status = main(["check", "--lines", "-"])
    given = rows(capsys)
    assert ["error" not in row for row in given] == results
    assert status == (0 if all(results) else 2)
    path = tmp_path / "lines.txt"
    path.write_bytes(raw)
    main(["check", "--lines", str(path)])
    kept = [{k: v for k, v in row.items() if k != "file"} for row in rows(capsys)]
    assert kept == [{k: v for k, v in row.items() if k != "file"} for row in given]


@pytest.mark.parametrize(
    "raw",
    [
        GOOD + BAD + FAILING,
        b"oops\n\n" + GOOD + FAILING,
        b"[" * (MOST + 5) + b"\n" + GOOD + FAILING,
        b"[\n" * 100 + GOOD + MANY_LINES,
    ],
)
def test_nothing_is_lost_by_looking(raw: bytes, give: Any) -> None:
    give(raw)
    (source,) = _stream.sources(["-"])
    seen = [(one.line, one.raw) for one in source.documents()]
    assert seen == [(one.line, one.raw) for one in lines_of(io.BytesIO(raw), "stdin")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("more", [-1, 0, 1, 2, 3, MOST, 3 * MOST])
def test_a_line_may_be_as_large_as_a_document(more: int, end: bytes) -> None:
    line = GOOD.strip() + b" " * (MOST + more - len(GOOD.strip()))
    following = [GOOD] if end else []
    found = list(lines_of(io.BytesIO(line + end + b"".join(following)), "x"))
    assert [one.line for one in found] == [1, 2][: 1 + len(following)]
    assert found[0].raw == line[: MOST + 1]
    (first, *rest) = check_lines(one.raw for one in found)
    assert (first.report is None) == (more > 0)
    assert all(one.report is not None for one in rest)


@pytest.mark.parametrize("form", ["text", "github"])
def test_other_formats_stream_too(form: str, tmp_path: Path, capsys: Capture) -> None:
    path = lines_file(tmp_path, FAILING + BAD + GOOD)
    assert main(["check", "--format", form, path]) == 2
    captured = capsys.readouterr()
    assert [line.split(": ")[0] for line in captured.err.splitlines()] == [f"{path}:2"] * 4
    if form == "text":
        good, failing = kap.check(kap.loads(GOOD)), kap.check(kap.loads(FAILING))
        assert captured.out == f"{failing}\n\n{good}\n"
    else:
        lines = captured.out.splitlines()
        assert len(lines) == len(FAILING_REPORT["findings"]) + 4
        assert {line.split(",line=")[1].split(",")[0] for line in lines} == {"1", "2"}


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_formats_of_one_piece_are_whole(form: str, tmp_path: Path, capsys: Capture) -> None:
    path = lines_file(tmp_path, FAILING + BAD + GOOD)
    assert main(["check", "--format", form, path]) == 2
    out = capsys.readouterr().out
    if form == "json":
        assert json.loads(out) == {"reports": [FAILING_REPORT, GOOD_REPORT]}
    elif form == "sarif":
        log = json.loads(out)
        check_sarif(log)
        results = log["runs"][0]["results"]
        assert len(results) == len(FAILING_REPORT["findings"])
    else:
        assert out.count("<testsuite ") == 3


def test_files_of_both_kinds_stand_in_order(tmp_path: Path, capsys: Capture) -> None:
    lines = lines_file(tmp_path, GOOD * 2)
    missing = (tmp_path / "missing.jsonl").as_posix()
    assert main(["check", BROKEN, lines, missing, BROKEN]) == 2
    found = rows(capsys)
    assert [found[0], *found[1:3], found[4]] == [
        FAILING_REPORT,
        GOOD_REPORT,
        GOOD_REPORT,
        FAILING_REPORT,
    ]
    reason = {"path": "", "reason": "No such file or directory"}
    assert found[3] == {"file": missing, "error": [reason]}


def test_stdin_is_read_once(give: Any, capsys: Capture) -> None:
    give(GOOD)
    assert main(["check", "-", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("rg-plan-0042: Follows the protocol\n")
    assert captured.err == "stdin: is read already\n"


class Failing(io.BytesIO):
    """A stream that breaks after its last line."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line:
            raise OSError(5, "Input/output error")
        return line


@pytest.mark.parametrize(("raw", "line"), [(b"", None), (GOOD, None), (GOOD * 2, 3), (GOOD * 3, 4)])
def test_a_stream_that_breaks_is_said_after_the_rest(
    raw: bytes, line: int | None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    class Stdin:
        buffer = Failing(raw)

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert main(["check", "--format", "ndjson", "-"]) == 2
    *before, last = rows(capsys)
    assert before == [GOOD_REPORT] * (0 if line is None else line - 1)
    assert last.get("line") == line
    assert last["error"] == [{"path": "", "reason": "Input/output error"}]


class Endless(io.RawIOBase):
    """Lines without an end, counted as they are read."""

    count = 0

    def readline(self, size: int | None = -1, /) -> bytes:  # noqa: ARG002 - a line at a time
        self.count += 1
        return GOOD


class Leaving(io.StringIO):
    """A reader that leaves after some writes."""

    def __init__(self, writes: int, error: BaseException, path: Path) -> None:
        super().__init__()
        self.left = writes
        self.error = error
        self.file = path.open("wb")

    def write(self, text: str) -> int:
        if text and not self.left:
            raise self.error
        self.left -= bool(text)
        return super().write(text)

    def fileno(self) -> int:
        return self.file.fileno()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BrokenPipeError(), 0),
        (OSError(28, "No space left on device"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_lines_are_read_as_results_are_written(
    error: BaseException,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    endless = Endless()

    class Stdin:
        buffer = endless

    out = Leaving(3, error, tmp_path / "out")
    with out.file:
        monkeypatch.setattr(sys, "stdin", Stdin())
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["check", "-"]) == status
        monkeypatch.undo()
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [GOOD_REPORT] * 3
    assert endless.count <= 5
    told = capsys.readouterr().err
    assert told == ("stdout: No space left on device\n" if status == 2 else "")


class Terminal(io.StringIO):
    """Where somebody watches."""

    def isatty(self) -> bool:
        return True


def screen(text: str) -> str:
    """What is left on a line of a terminal."""
    shown = ""
    for part in text.split("\r"):
        shown = part + shown[len(part) :]
    return shown.strip()


def test_progress_is_shown_where_somebody_watches_and_wiped_out() -> None:
    terminal = Terminal()
    items = with_progress(iter(range(250)), terminal)
    seen = []
    for item in items:
        seen.append(item)
        if item == 120:
            assert screen(terminal.getvalue()) == "100 documents checked"
    assert seen == list(range(250))
    assert "200 documents checked" in terminal.getvalue()
    assert screen(terminal.getvalue()) == ""


@pytest.mark.parametrize(("stream", "count"), [(io.StringIO(), 250), (Terminal(), 99)])
def test_no_progress_for_nobody_and_for_little(stream: TextIO, count: int) -> None:
    assert list(with_progress(iter(range(count)), stream)) == list(range(count))
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("form", "out", "shown"),
    [
        ("ndjson", io.StringIO, True),
        ("ndjson", Terminal, False),
        ("json", Terminal, True),
    ],
)
def test_progress_keeps_away_from_results(
    form: str,
    out: type[io.StringIO],
    shown: bool,  # noqa: FBT001 - a column
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", out())
    path = lines_file(tmp_path, GOOD * 100)
    assert main(["check", "--format", form, path]) == 0
    assert ("100 documents checked" in terminal.getvalue()) == shown
    assert screen(terminal.getvalue()) == ""


def lengths(documents: list[_stream.InputDocument]) -> list[int]:
    """A judge that other processes can find."""
    return [len(document.raw) for document in documents]


def test_processes_keep_the_order_and_look_a_bounded_way_ahead() -> None:
    read = 0

    def documents() -> Iterator[_stream.InputDocument]:
        nonlocal read
        for read in range(1, 1001):
            yield _stream.InputDocument("x", b"x" * (read % 7 or 90_000))

    answers = in_order(lengths, documents(), 2)
    assert next(answers) == 1
    assert read <= 4 * 64
    assert list(answers) == [(n % 7 or 90_000) for n in range(2, 1001)]


def test_processes_with_nothing_to_do() -> None:
    assert list(in_order(lengths, iter(()), 2)) == []


def test_what_a_run_does_not_need_is_not_loaded() -> None:
    needless = ("xml", "multiprocessing", "concurrent.futures.process", "hypothesis")
    code = f"import sys, kap_model.cli; print([n for n in {needless} if n in sys.modules])"
    run = subprocess.run(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert run.stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "loaded"),
    [
        (["--version"], "_parser"),
        (["--help"], "_parser"),
        (["rules"], "_command _parser lookups"),
        (["check", REGROUNDING], "_command _forms _inputs _parser _stream check"),
    ],
)
def test_a_run_loads_no_command_but_its_own(arguments: list[str], loaded: str) -> None:
    code = (
        "import sys\n"
        "from kap_model.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "finally:\n"
        "    ours = sorted(name for name in sys.modules if name.startswith('kap_model.cli.'))\n"
        "    print(*(name.split('.')[2] for name in ours), file=sys.stderr)\n"
    )
    run = subprocess.run(  # noqa: S603 - our own interpreter and package
        [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=True
    )
    assert run.stderr == f"{loaded}\n"


def test_jobs_change_nothing_but_the_time(tmp_path: Path, capsys: Capture) -> None:
    path = lines_file(tmp_path, (GOOD + BAD + FAILING) * 40)
    for form in ("ndjson", "junit", "text"):
        assert main(["check", "--format", form, path]) == 2
        alone = capsys.readouterr()
        assert main(["check", "--format", form, "--jobs", "2", path]) == 2
        assert capsys.readouterr() == alone


def test_processes_start_without_signal_masks_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask", raising=False)
    assert main(["check", "--jobs", "1", lines_file(tmp_path, GOOD)]) == 0
    answers = in_order(lengths, iter([_stream.InputDocument("x", b"xx")]), 2)
    assert list(answers) == [2]
    capsys.readouterr()


def test_workers_leave_interrupts_to_the_first_process() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        ignore_interrupts()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("jobs", ["0", "62", "-1", "two", "1.0", ""])
def test_jobs_are_a_number_within_bounds(jobs: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["check", "--jobs", jobs, REGROUNDING])
    assert caught.value.code == 2
    assert "--jobs" in capsys.readouterr().err


@pytest.mark.installed
class TestAsAProcess:
    """``python -m kap_model`` in a process of its own."""

    def test_results_come_before_the_end_of_the_input(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "kap_model", "check", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write(GOOD + FAILING)
            running.stdin.flush()
            assert json.loads(running.stdout.readline()) == GOOD_REPORT
            assert json.loads(running.stdout.readline()) == FAILING_REPORT
            running.stdin.close()
            assert running.stdout.read() == b""
        assert running.returncode == 1

    def test_jobs_from_stdin(self) -> None:
        run = ran("check", "-", "--jobs", "2", input=(GOOD * 150 + FAILING).decode())
        assert (run.returncode, run.stderr) == (1, "")
        plans = [json.loads(line)["plan"] for line in run.stdout.splitlines()]
        assert plans == ["rg-plan-0042"] * 150 + ["rg-course-0013"]

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_a_reader_that_has_gone_is_no_error(self, jobs: str, tmp_path: Path) -> None:
        path = lines_file(tmp_path, GOOD * 500)
        with subprocess.Popen(  # noqa: S603 - our own interpreter and package
            [sys.executable, "-m", "kap_model", "check", "--jobs", jobs, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as running:
            assert running.stdout is not None
            assert running.stderr is not None
            assert json.loads(running.stdout.readline()) == GOOD_REPORT
            running.stdout.close()
            assert running.stderr.read() == b""
        assert running.returncode == 0

    @pytest.mark.skipif(os.name != "posix", reason="needs process groups")
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_an_interrupt_is_quiet_and_leaves_whole_lines(self, jobs: str, tmp_path: Path) -> None:
        out = tmp_path / "out"
        with (
            out.open("wb") as results,
            subprocess.Popen(  # noqa: S603 - our own interpreter and package
                [sys.executable, "-m", "kap_model", "check", "--jobs", jobs, "-"],
                stdin=subprocess.PIPE,
                stdout=results,
                stderr=subprocess.PIPE,
                start_new_session=True,
                # Where the tests run in the background, interrupts are ignored, which is inherited.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
            ) as running,
        ):
            assert running.stdin is not None
            running.stdin.write(GOOD * 300)
            running.stdin.flush()
            waits = 0
            while not out.stat().st_size and waits < 600:
                time.sleep(0.1)
                waits += 1
            os.killpg(running.pid, signal.SIGINT)
            _, told = running.communicate(timeout=60)
        assert told == b""
        assert running.returncode == 130
        *lines, rest = out.read_bytes().split(b"\n")
        assert (rest, bool(lines)) == (b"", True)
        assert all(json.loads(line) == GOOD_REPORT for line in lines)
