"""The command line: ``kap-model check``, ``explain`` and ``rules``.

Results go to stdout, everything else to stderr. Exit status: 2 where an input or argument was
unusable, else 1 where there are findings that ``--fail-on`` names, else 0; 3 is a bug of ours.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

from kap_model.cli._arguments import parse_arguments

BUG: Final = 3
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the outer door: an uncaught bug would exit with 1
        # An error's own text may quote health data, so only its kind and place are shown.
        frames = traceback.extract_tb(bug.__traceback__)
        places = "; ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in frames)  # noqa: PTH119 - names only
        print(f"kap-model: a bug of ours, {type(bug).__name__} at {places}", file=sys.stderr)
        return BUG


def _run(arguments: Sequence[str] | None) -> int:
    parsed = parse_arguments(arguments)
    result = parsed.run(parsed)
    for line in result.complaints:
        print(line, file=sys.stderr)
    try:
        sys.stdout.write(result.output)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has gone; the interpreter must not complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(result.status)
