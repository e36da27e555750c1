"""What a command gives back."""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import frozen

GOOD: Final = 0
FOUND: Final = 1
UNUSABLE: Final = 2


@frozen
class Result:
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


def json_text(values: Any) -> str:
    """Values as indented JSON with a final newline."""
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"
