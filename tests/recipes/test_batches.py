"""The recipes of batches run as the manual prints them, and every road gives the same findings."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

import kap_model as kap
from kap_model.batch import ROW_COLUMNS
from kap_model.cli import main
from kap_model.tables import FINDING_COLUMNS, REPORT_COLUMNS
from needed import needed
from recipe_pages import python_blocks, run
from shipped import REGROUNDING

pytestmark = pytest.mark.recipes

pd = needed("pandas")

MARKER: Final = "MARKER"
POOL, FRAMES, BAG, DASK_FRAME, SPARK = python_blocks("check-in-batches.md")

COURSES: Final = (
    "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
    "2027-01-04 C0 E2 P7 D14 D28 I29",
    "2027-01-04 America/Los_Angeles discontinued C0* E2- P7* D14*t",
    "2027-01-04 C0* E2 P7 D14/300 I15",
)
PLAN_OF: Final = '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": [%s]}'
BAD: Final = (
    "{",
    "[]",
    "7",
    '"text"',
    f'{{"schema": "kap-model/plan/1", "{MARKER}": "{MARKER}"}}',
    '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": "none"}',
    '{"schema": "kap-model/plan/1", "id": "p", "id": "p", "timezone": "UTC", "sessions": []}',
    PLAN_OF % '{"id": "c1", "kind": "dosing", "start": "2027-01-04T10:00:00", "minutes": 50.0}',
    '{"schema": "kap-model/plan/2"}',
)
BLANK: Final = ("", " \t")
GOOD: Final = tuple(kap.dumps(kap.parse(line)).strip() for line in COURSES)
LINES: Final = (*GOOD, *BLANK, *BAD, kap.dumps(kap.load(REGROUNDING)).strip(), *GOOD[:2], "{")
SPOKEN: Final = [number for number, line in enumerate(LINES) if line.strip()]

Said: TypeAlias = dict[int, Any]
"""What is said of each line, by its number from 0: its plan and findings, or its error."""


def one_by_one() -> Said:
    said: Said = {}
    for number, line in enumerate(LINES):
        if not line.strip():
            continue
        try:
            plan = kap.loads(line)
        except kap.DocumentError as error:
            said[number] = [(one.path, one.reason) for one in error.problems]
        else:
            said[number] = kap.check(plan).to_dict()
    return said


def plain(result: dict[str, Any]) -> Any:
    """What a line of NDJSON says, without its number and file."""
    if "error" in result:
        return [(one["path"], one["reason"]) for one in result["error"]]
    return {name: value for name, value in result.items() if name != "line"}


def as_rows(said: Said) -> Said:
    """The same in the columns of rows."""
    return {number: rows_of(what) for number, what in said.items()}


def rows_of(said: Any) -> list[dict[str, Any]]:
    if isinstance(said, list):
        return [{"error": "\n".join(f"{path}: {reason}" for path, reason in said)}]
    about = {k: v for k, v in said.items() if k in REPORT_COLUMNS and v is not None}
    rows = []
    for finding in said["findings"]:
        row = {k: v for k, v in finding.items() if k in FINDING_COLUMNS and k != "sessions"}
        row |= about | finding["citation"] | {"sessions": " ".join(finding["sessions"])}
        rows.append({k: v for k, v in row.items() if v is not None})
    return rows or [about]


def by_number(frame: Any) -> Said:
    """What rows of a frame say of each line that is not blank."""
    said: Said = {}
    for row in frame.to_dict("records"):
        found = {k: v for k, v in row.items() if k not in ("row", "number") and not pd.isna(v)}
        said.setdefault(row["number"], []).append(found)
    for number, line in enumerate(LINES):
        if not line.strip():
            assert said.pop(number) == [{"error": blank_error(line)}]
    return said


def blank_error(line: str) -> str:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads(line)
    return str(caught.value)


@pytest.fixture(scope="module")
def said() -> Said:
    return one_by_one()


@pytest.fixture(scope="module")
def plans() -> Any:
    return pd.DataFrame({"number": range(len(LINES)), "document": LINES})


@pytest.fixture(scope="module")
def frames(plans: Any) -> dict[str, Any]:
    """What the block of frames defines, which the blocks after it use."""
    names = {"plans": plans}
    run(FRAMES, names)
    return names


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    distributed = needed("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        yield


def file_of_lines(tmp_path: Path) -> str:
    path = tmp_path / "plans.ndjson"
    path.write_bytes("\n".join(LINES).encode())
    return path.as_posix()


def test_the_set_is_mixed(said: Said) -> None:
    assert list(said) == SPOKEN
    assert sum(isinstance(what, list) for what in said.values()) == len(BAD) + 1
    assert {what["ok"] for what in said.values() if isinstance(what, dict)} == {True, False}
    assert MARKER not in str(said)


def test_lines(said: Said) -> None:
    results = {result.line - 1: plain(result.to_dict()) for result in kap.check_lines(LINES)}
    assert results == said


def test_rows(said: Said) -> None:
    rows = list(
        kap.check_rows(({"document": line, "n": n} for n, line in enumerate(LINES)), keep=["n"])
    )
    assert [row["row"] for row in rows] == [row["n"] for row in rows]
    found = by_number(pd.DataFrame(rows).rename(columns={"n": "number"}).astype(object))
    assert found == as_rows(said)


@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")], ids=str)
def test_the_command_line(
    said: Said, jobs: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file_of_lines(tmp_path), *jobs]) == 2
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {n: plain(one) for n, one in zip(SPOKEN, results, strict=True)} == said
    lines = [one["line"] - 1 for one in results if "error" in one]
    assert lines == [number for number, what in said.items() if isinstance(what, list)]


def test_the_command_line_reads_a_stream(
    said: Said, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(LINES).encode())))
    assert main(["check", "-"]) == 2
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {n: plain(one) for n, one in zip(SPOKEN, results, strict=True)} == said


def test_a_pool_of_processes(said: Said, tmp_path: Path) -> None:
    script = tmp_path / "check_file.py"
    assert "SIZE = 500" in POOL
    script.write_text(POOL.replace("SIZE = 500", "SIZE = 3"), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own interpreter and page
        [sys.executable, "-W", "error", script, file_of_lines(tmp_path)],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["line"] - 1: plain(one) for one in results} == said
    assert len(results) == len(said)


def test_pandas(said: Said, plans: Any, frames: dict[str, Any]) -> None:
    found = frames["findings"](plans)
    assert tuple(found.columns) == ("number", *ROW_COLUMNS)
    assert by_number(found) == as_rows(said)


def test_a_part_without_plans_or_findings_has_the_same_types(
    plans: Any, frames: dict[str, Any]
) -> None:
    findings: Callable[[Any], Any] = frames["findings"]
    types = findings(plans).dtypes
    for part in (plans.head(0), plans.head(1), plans.tail(1)):
        assert findings(part).dtypes.equals(types)


def test_polars(said: Said, plans: Any) -> None:
    polars = needed("polars")
    frame = polars.DataFrame(plans.to_dict("list"))
    rows = list(kap.check_rows(frame.iter_rows(named=True), keep=["number"]))
    found = polars.DataFrame(rows, infer_schema_length=None).to_dicts()
    assert by_number(pd.DataFrame(found).astype(object)) == as_rows(said)


@pytest.mark.usefixtures("cluster")
def test_a_bag_of_dask(said: Said) -> None:
    names: dict[str, Any] = {"lines": LINES}
    run(BAG, names)
    assert names["results"].npartitions > 1
    results = names["results"].compute()
    assert {n: plain(one) for n, one in zip(SPOKEN, results, strict=True)} == said


@pytest.mark.usefixtures("cluster")
def test_a_frame_of_dask(said: Said, frames: dict[str, Any]) -> None:
    names = dict(frames)
    run(DASK_FRAME, names)
    assert names["found"].npartitions > 1
    found = names["found"].compute()
    assert found.dtypes.equals(names["findings"](names["plans"]).dtypes)
    assert by_number(found) == as_rows(said)


class SparkFrame:
    """What the recipe asks of a Spark frame: pandas frames in, pandas frames out."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self.schema = ""

    def mapInPandas(  # noqa: N802 - Spark's own name
        self, function: Callable[[Iterator[Any]], Iterator[Any]], schema: str
    ) -> Any:
        self.schema = schema
        parts = (self.frame.iloc[start : start + 5] for start in range(0, len(self.frame), 5))
        return pd.concat(list(function(parts)), ignore_index=True)


def test_the_function_for_spark(said: Said, plans: Any, frames: dict[str, Any]) -> None:
    frame = SparkFrame(plans)
    names = dict(frames, plans=frame)
    run(SPARK, names)
    assert by_number(names["found"]) == as_rows(said)
    columns = [column.split() for column in frame.schema.split(", ")]
    assert [name for name, _ in columns] == [f"`{name}`" for name in names["found"].columns]
    assert {kind for _, kind in columns} == {"string", "long", "boolean"}
    assert not list(names["findings_of_frames"](iter(())))


def test_a_column_that_is_no_text_is_the_same_error_by_every_frame(
    frames: dict[str, Any],
) -> None:
    frame = pd.DataFrame({"number": [0, 1], "document": [None, 7]}, dtype=object)
    found = frames["findings"](frame)
    assert list(found["error"]) == ["must be text or bytes"] * 2
