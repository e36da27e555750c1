"""The speed of checking against another version's source, both sides in turns in one run.

    python benchmarks/versions.py PATH [--rounds N]

PATH is a checkout of the other version, such as `git worktree add --detach PATH TAG` makes. Each
side runs in a process of its own, so that neither loads the other's modules; rounds take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Final

from measure import ratio

HERE: Final = Path(__file__).resolve().parents[1]
_SIDE: Final = """
import json, sys
root, ours = sys.argv[1:]
sys.path[:0] = [root + "/src", ours + "/benchmarks"]
import kap_model as kap
import plans
from measure import calls_in, timed
assert kap.__file__.startswith(root), "another kap_model came first"
drafted, running = plans.drafted(), plans.in_progress()
clean, found = kap.dumps(drafted), kap.dumps(running)
works = {
    "check, no finding, regrounding": lambda: kap.check(drafted),
    "check, no finding, core": lambda: kap.check(drafted, "core"),
    "check, as_of, 3 findings": lambda: kap.check(running, as_of=plans.AS_OF),
    "JSON to findings, no finding": lambda: kap.check(kap.loads(clean)),
    "JSON to findings, 3 findings": lambda: kap.check(kap.loads(found), as_of=plans.AS_OF),
}
calls = {name: calls_in(work, 8.0) for name, work in works.items()}
for _ in sys.stdin:
    print(json.dumps({name: timed(work, calls[name]) for name, work in works.items()}), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="The speed of checking against another version.")
    parser.add_argument("path", help="a checkout of the other version")
    parser.add_argument("--rounds", type=int, default=21, help="rounds, in which both take turns")
    chosen = parser.parse_args()
    sides = [_started(HERE), _started(Path(chosen.path).resolve())]
    rounds = [[_round(side) for side in sides] for _ in range(chosen.rounds)]
    for what in rounds[0][0]:
        ours, other = ([row[side][what] for row in rounds] for side in (0, 1))
        print(f"{what:32} {min(ours):8.1f} us {min(other):8.1f} us {ratio(ours, other):6.2f} x")
    for side in sides:
        side.communicate()


def _started(root: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", _SIDE, str(root), str(HERE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _round(side: subprocess.Popen[str]) -> dict[str, float]:
    _stream(side.stdin).write("\n")
    _stream(side.stdin).flush()
    figures: dict[str, float] = json.loads(_stream(side.stdout).readline())
    return figures


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


if __name__ == "__main__":
    main()
