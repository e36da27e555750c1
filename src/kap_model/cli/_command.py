"""What a command gives back, how it answers with one value, and options that commands share."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from kap_model.errors import InputError, Problem

if TYPE_CHECKING:
    from kap_model.formats._judged import Printable

GOOD: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2

NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_OPTIONS: Final = ("as_of", "every", "place", "priced_on", "support_person")


class Result(NamedTuple):
    """A command's whole outcome, printed when it is known, or a piece of one that comes in pieces.

    A piece is whole lines; the status of all is the highest of any.

    Attributes:
        status: The exit status.
        output: What goes to stdout.
        complaints: What goes to stderr, a line each.
    """

    status: int
    output: str = ""
    complaints: tuple[str, ...] = ()


class UnusableError(Exception):
    """An argument or file that cannot be used; its text is a line for each problem."""

    def __init__(self, name: str, error: InputError | OSError) -> None:
        self.lines: tuple[str, ...]
        if isinstance(error, OSError):
            self.lines = (f"{name}: {error.strerror or 'cannot be read'}",)
        elif name.startswith("--"):
            self.lines = tuple(f"{name}: {problem.reason}" for problem in error.problems)
        else:
            self.lines = tuple(_line(name, problem) for problem in error.problems)
        super().__init__(*self.lines)


def _line(name: str, problem: Problem) -> str:
    """What is wrong with a file, or with an option that was given beside it."""
    if problem.path in _OPTIONS:
        return f"--{problem.path.replace('_', '-')}: {problem.reason}"
    return str(problem) if problem.path == name else f"{name}: {problem}"


def answered(
    name: str, form: str, answer: Callable[[], Printable], notes: Sequence[str] = ()
) -> Result:
    """A verb's value in the form that was asked for; notes as for :func:`written`."""
    return written(name, lambda: shown(answer(), form), notes)


def shown(value: Printable, form: str) -> str:
    """A value as text or JSON."""
    return json_text(value.to_dict()) if form == "json" else f"{value}\n"


def json_text(values: Any) -> str:
    """Values as indented JSON with a final newline."""
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def written(name: str, answer: Callable[[], str], notes: Sequence[str] = ()) -> Result:
    """A text to print, or each reason why there is none.

    Args:
        name: How messages call what is asked about.
        answer: Makes the text.
        notes: Lines for stderr either way; what the answer adds to them counts.
    """
    try:
        text = answer()
    except UnusableError as error:
        return Result(UNUSABLE, complaints=(*notes, *error.lines))
    except InputError as error:
        return Result(UNUSABLE, complaints=(*notes, *UnusableError(name, error).lines))
    return Result(GOOD, text, tuple(notes))


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``."""
    parser.add_argument("--format", choices=("text", "json"), default="text")


def add_fail_on(parser: argparse.ArgumentParser, choices: Iterable[str]) -> None:
    """Add ``--fail-on``."""
    parser.add_argument(
        "--fail-on",
        action="append",
        choices=tuple(choices),
        help="what makes the exit status 1, repeatable; default: error",
    )


def fail_on_of(arguments: argparse.Namespace) -> frozenset[str]:
    """What ``--fail-on`` names."""
    return frozenset(arguments.fail_on or ("error",))


def number(text: str) -> int:
    """A whole number, in plain digits."""
    if NUMBER.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("must be a whole number")
    return int(text)
