"""Plans by line: lines a second by each road, and the peak memory of the command line.

    python benchmarks/batch.py [--lines N] [--rounds N] [--million]

Speeds are by the clock, since processes work side by side; CPU times are of all processes together,
and steadier where others use the machine too. Roads take turns in rounds, and a ratio is the median
over rounds. The command line's times include its start.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypeAlias

import attrs

import kap_model as kap
import plans
from measure import ratio

Road: TypeAlias = Callable[[], object]

LOOP: Final = "loads and check in a loop"
COUNTS: Final = (1_000, 10_000, 100_000)
MILLION: Final = 1_000_000
CHUNK: Final = 500
CHECK: Final = (sys.executable, "-m", "kap_model", "check", "-", "--fail-on", "never")

# The peak of the process alone: what getrusage says of a child may be of the parent it came from.
PEAK: Final = """
import resource, sys
from kap_model.cli import main
status = main(["check", "-", "--fail-on", "never", *sys.argv[1:]])
try:
    with open("/proc/self/status", encoding="ascii") as file:
        peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(status, peak, file=sys.stderr)
"""


class Taken(NamedTuple):
    """Seconds of each round."""

    clock: list[float]
    cpu: list[float]


def main() -> None:
    parser = argparse.ArgumentParser(description="Plans by line: speed and memory.")
    parser.add_argument("--lines", type=int, default=5_000, help="lines of each timed run")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of timed runs")
    parser.add_argument("--million", action="store_true", help="memory at 10^6 lines too")
    chosen = parser.parse_args()
    print_speeds(chosen.lines, chosen.rounds)
    counts = (*COUNTS, MILLION) if chosen.million else COUNTS
    print(f"\n{'peak memory of check -':40}{'one job':>12}{'two jobs':>12}{'lines/s':>12}")
    for count in counts:
        print_memory(count)


def lines() -> Iterator[str]:
    """Lines without end: a drafted course and one in progress, in turns, each with its own id."""
    drafted, running = plans.drafted(), plans.in_progress()
    made = [
        kap.dumps(attrs.evolve(plan, id=f"plan-{number:03}"))
        for number in range(50)
        for plan in (drafted, running)
    ]
    return cycle(made)


def print_speeds(count: int, rounds: int) -> None:
    given = list(islice(lines(), count))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plans.ndjson"
        file.write_text("".join(given), encoding="utf-8")
        figures = timed(roads(given, file), rounds)
    columns = f"{'lines/s':>12}{'speed':>10}{'CPU/line':>12}{'CPU':>10}"
    print(f"{f'{count:,} lines, {len(given[0]):,} bytes each':40}{columns}")
    loop = figures[LOOP]
    for name, taken in figures.items():
        speed = count / statistics.median(taken.clock)
        cpu = statistics.median(taken.cpu) / count * 1e6
        faster, dearer = ratio(loop.clock, taken.clock), ratio(taken.cpu, loop.cpu)
        print(f"{name:40}{speed:12,.0f}{faster:8.2f} x{cpu:9,.0f} us{dearer:8.2f} x")


def roads(given: list[str], file: Path) -> dict[str, Road]:
    return {
        LOOP: lambda: [kap.check(kap.loads(line)) for line in given],
        "the same, results written as JSON": lambda: [
            json.dumps(kap.check(kap.loads(line)).to_dict()) for line in given
        ],
        "check_lines": lambda: sum(1 for _ in kap.check_lines(given)),
        "check_lines, a pool of two": partial(pool_of_two, given),
        "check -": partial(command, file),
        "check - --jobs 2": partial(command, file, "--jobs", "2"),
    }


def timed(works: dict[str, Road], rounds: int) -> dict[str, Taken]:
    """What each work takes in each round, after one that is not counted."""
    figures = {name: Taken([], []) for name in works}
    for round_number in range(rounds + 1):
        for name, work in works.items():
            started, before = time.perf_counter(), cpu_seconds()
            work()
            if round_number:
                figures[name].clock.append(time.perf_counter() - started)
                figures[name].cpu.append(cpu_seconds() - before)
    return figures


def cpu_seconds() -> float:
    """Of this process, and of those that it started and that have ended."""
    return sum(os.times()[:4])


def pool_of_two(given: list[str]) -> int:
    with ProcessPoolExecutor(2) as pool:
        return sum(pool.map(judged, chunks(given)))


def chunks(given: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(given), CHUNK):
        yield given[start : start + CHUNK]


def judged(chunk: list[str]) -> int:
    """How many findings there are, so that little is sent back."""
    return sum(len(r.report.findings) for r in kap.check_lines(chunk) if r.report is not None)


def command(file: Path, *options: str) -> None:
    with file.open("rb") as stdin:
        subprocess.run(  # noqa: S603 - our own command
            [*CHECK, *options], stdin=stdin, stdout=subprocess.DEVNULL, check=True
        )


def print_memory(count: int) -> None:
    started = time.perf_counter()
    one = peak(count)
    speed = count / (time.perf_counter() - started)
    two = peak(count, "--jobs", "2")
    print(f"{f'{count:,} lines':40}{one:9.1f} MB{two:9.1f} MB{speed:12,.0f}", flush=True)


def peak(count: int, *options: str) -> float:
    """The peak megabytes of the process that reads and writes, fed through a pipe."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", PEAK, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.writelines(islice(lines(), count))
        process.stdin.close()
        status, kilobytes = process.stderr.read().split()
    assert status == "0"
    return int(kilobytes) * 1024 / 1e6


if __name__ == "__main__":
    main()
