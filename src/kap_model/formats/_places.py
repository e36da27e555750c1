"""Where the sessions of a plan stand in its document."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import Final, NamedTuple

_TOKENS: Final = re.compile(r'("(?:[^"\\]++|\\.)*+")(\s*:)?|[\[{]|[\]}]')
_IN_PLAN: Final = 1
_IN_SESSION: Final = 3


class Region(NamedTuple):
    """A stretch of text: lines and columns from 1, in characters; it ends before the last one."""

    line: int
    column: int
    end_line: int
    end_column: int


def places(text: str) -> dict[str | None, Region]:
    """The region of each session's object, by its id; under ``None`` that of the plan's own id.

    The text must be a plan document; of any other the answer is of no use.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return {
        named: Region(*_position(starts, begin), *_position(starts, end))
        for named, (begin, end) in _spans(text).items()
    }


def _spans(text: str) -> dict[str | None, tuple[int, int]]:
    spans: dict[str | None, tuple[int, int]] = {}
    depth = begin = 0
    section = key = ""
    session: str | None = None
    for match in _TOKENS.finditer(text):
        string, colon = match.groups()
        if colon:
            key = _read(string)
            section = key if depth == _IN_PLAN else section
        elif string:
            if key == "id" and depth == _IN_PLAN:
                spans[None] = match.span(1)
            elif key == "id" and depth == _IN_SESSION and section == "sessions":
                session = _read(string)
        elif match[0] in "[{":
            depth += 1
            begin = match.start() if depth == _IN_SESSION else begin
        else:
            if session is not None and depth == _IN_SESSION:
                spans[session] = (begin, match.end())
                session = None
            depth -= 1
    return spans


def _read(string: str) -> str:
    value: str = json.loads(string) if "\\" in string else string[1:-1]
    return value


def _position(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
