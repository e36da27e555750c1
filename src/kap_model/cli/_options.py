"""Options that commands share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Final

NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


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
