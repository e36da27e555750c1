"""Options that commands share."""

from __future__ import annotations

import argparse
import re
from typing import Final

NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``."""
    parser.add_argument("--format", choices=("text", "json"), default="text")


def number(text: str) -> int:
    """A whole number, in plain digits."""
    if NUMBER.fullmatch(text) is None:
        raise argparse.ArgumentTypeError("must be a whole number")
    return int(text)
