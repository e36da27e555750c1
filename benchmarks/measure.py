"""How things are measured: in turns, so that a noisy machine is noisy to all of them alike."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

Work: TypeAlias = Callable[[], object]


def race(works: dict[str, Work], rounds: int, slice_ms: float) -> dict[str, list[float]]:
    """CPU microseconds of one call, of each work, in each round: A B C, A B C, ….

    Each work is called often enough to fill a slice of a round.
    """
    calls = {name: calls_in(work, slice_ms) for name, work in works.items()}
    figures: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            figures[name].append(timed(work, calls[name]))
    return figures


def timed(work: Work, calls: int) -> float:
    """CPU microseconds of one call, over so many calls."""
    repeat = range(calls)
    gc.collect()
    gc.disable()
    started = time.process_time_ns()
    for _ in repeat:
        work()
    elapsed = time.process_time_ns() - started
    gc.enable()
    return elapsed / calls / 1000


def calls_in(work: Work, slice_ms: float) -> int:
    """How many calls fill a slice, after a warm-up."""
    for _ in range(3):
        work()
    once = min(timed(work, 1) for _ in range(3))
    return max(1, round(slice_ms * 1000 / max(once, 0.1)))


def ratio(over: list[float], under: list[float], scale: float = 1.0) -> float:
    """The median over rounds of one figure against the other of the same round."""
    return statistics.median(a / b * scale for a, b in zip(over, under, strict=True))


def bytes_each(make: Callable[[], Any], count: int) -> float:
    """What one made value keeps allocated, by tracemalloc, as the mean of many."""
    make()
    gc.collect()
    tracemalloc.start()
    kept: list[Any] = [None] * count
    before = tracemalloc.get_traced_memory()[0]
    for index in range(count):
        kept[index] = make()
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / count


_CHILD = """
import json, sys, time
def resident():
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["VmHWM"].split()[0]) * 1024 / 1e6
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
memory, started = resident(), time.process_time_ns()
{statement}
elapsed = time.process_time_ns() - started
names = {names!r}
print(json.dumps([elapsed / 1e6, resident() - memory, [n for n in names if n in sys.modules]]))
"""


@dataclass(frozen=True)
class Import:
    """The CPU milliseconds and megabytes of a statement in a fresh interpreter."""

    milliseconds: float
    megabytes: float
    loaded: list[str]


def _run(script: str, environment: dict[str, str]) -> Any:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return json.loads(done.stdout)


def process_milliseconds(arguments: tuple[str, ...], runs: int) -> float:
    """The median CPU milliseconds of whole Python processes that read compiled modules."""
    with TemporaryDirectory() as cache:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        return statistics.median([_process(arguments, environment) for _ in range(runs + 1)][1:])


def _process(arguments: tuple[str, ...], environment: dict[str, str]) -> float:
    before = os.times()
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    after = os.times()
    used = after.children_user - before.children_user
    return (used + after.children_system - before.children_system) * 1000


def fresh(statement: str, names: tuple[str, ...], runs: int) -> Import:
    """The median of several fresh interpreters, and which modules of some names they loaded.

    They read compiled modules, as those of an installed package are; a first one compiles them.
    """
    script = _CHILD.format(statement=statement, names=names)
    with TemporaryDirectory() as cache:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}
        results = [_run(script, environment) for _ in range(runs + 1)][1:]
    return Import(
        milliseconds=statistics.median(result[0] for result in results),
        megabytes=statistics.median(result[1] for result in results),
        loaded=sorted({name for result in results for name in result[2]}),
    )
