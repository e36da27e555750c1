"""The command line: ``kap-model check`` and its companions.

Results go to stdout, everything else to stderr. Exit status: 2 where an input or argument was
unusable or a result could not be written, else 1 where there are findings that ``--fail-on`` names,
else 0; 3 is a bug of ours, 130 an interrupt.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from kap_model.cli._command import Result

# A run waits for nothing that it does not use: --version for no command, a command for no other.
BUG: Final = 3
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the outer door: an uncaught bug would exit with 1
        import traceback
        from pathlib import PurePath

        # An error's own text may quote health data, so only its kind and place are shown.
        frames = traceback.extract_tb(bug.__traceback__)
        places = "; ".join(f"{PurePath(f.filename).name}:{f.lineno}" for f in frames)
        _write(sys.stderr, f"kap-model: a bug of ours, {type(bug).__name__} at {places}\n")
        return BUG


def _run(arguments: Sequence[str] | None) -> int:
    from kap_model.cli._parser import parse_arguments

    parsed = parse_arguments(arguments)
    result: Result | Generator[Result, None, None] = parsed.run(parsed)
    if not isinstance(result, Generator):
        return _printed((result,))
    with closing(result):
        return _printed(result)


def _printed(pieces: Iterable[Result]) -> int:
    """Print each piece as it comes; returns the status of those that were printed."""
    from kap_model.cli._command import GOOD, UNUSABLE

    status = GOOD
    for piece in pieces:
        status = max(status, piece.status)
        _write(sys.stderr, "".join(f"{line}\n" for line in piece.complaints))
        failure = _write(sys.stdout, piece.output)
        if isinstance(failure, BrokenPipeError):
            break
        if failure is not None:
            _write(sys.stderr, f"stdout: {failure.strerror or 'cannot be written'}\n")
            return UNUSABLE
    return status


def _write(stream: TextIO, text: str) -> OSError | None:
    """Why a text could not be delivered; a reader that has gone is no failure of ours."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # The interpreter must not complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None
