"""Where in a document stands what a format speaks of: sessions of a plan, lines of a protocol."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeAlias

_TOKENS: Final = re.compile(r'("(?:[^"\\]++|\\.)*+")(\s*:)?|[\[{]|[\]}]')
EXTENDS: Final = "extends"
USUAL: Final = "usual"
HOUSE: Final = "rules."


class Region(NamedTuple):
    """A stretch of text: lines and columns from 1, in characters; it ends before the last one."""

    line: int
    column: int
    end_line: int
    end_column: int


Places: TypeAlias = dict[str | None, Region]
Spans: TypeAlias = dict[str | None, tuple[int, int]]
Path: TypeAlias = tuple[str | int, ...]


def session_places(text: str) -> Places:
    """The region of each session's object, by its id; under ``None`` that of the plan's own id.

    The text must be a plan document; of any other the answer is of no use.
    """
    return _regions(text, _session_spans)


def protocol_places(text: str) -> Places:
    """The region of each line of a limit or house rule, of each severity, and of the base's name.

    A line is found by :func:`line_name`, a severity by its rule, the name of the protocol that is
    extended by ``extends``, a house rule's line as a limit's by its id after ``rules.``, all usual
    values by ``usual`` and each of their lines as a limit's, and
    the protocol's own id by ``None``. The text must be a protocol
    document; of any other the answer is of no use.
    """
    return _regions(text, _protocol_spans)


def line_name(limit: str, since: str | None) -> str:
    """How a limit's line of a date is called: its limit, with its date where it has one."""
    return limit if since is None else f"{limit}/{since}"


def _regions(text: str, spans_of: Callable[[str], Spans]) -> Places:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return {
        named: Region(*_position(starts, begin), *_position(starts, end))
        for named, (begin, end) in spans_of(text).items()
    }


def _session_spans(text: str) -> Spans:
    spans: Spans = {}
    session = None
    for path, begin, end in _values(text):
        match path:
            case ("id",):
                spans[None] = begin, end
            case ("sessions", _, "id"):
                session = _read(text[begin:end])
            case ("sessions", int()):
                spans[session] = begin, end
    return spans


def _protocol_spans(text: str) -> Spans:
    spans: Spans = {}
    since = rule_id = None
    for path, begin, end in _values(text):
        match path:
            case ("id",):
                spans[None] = begin, end
            case ("rules", int(), "id"):
                rule_id = _read(text[begin:end])
            case ("rules", int()):
                spans[line_name(f"{HOUSE}{rule_id}", since)] = begin, end
                since = None
            case ("extends",):
                spans[EXTENDS] = begin, end
            case ("severities", str(rule)):
                spans[rule] = begin, end
            case ("limits" | "usual" | "rules", *_, "since"):
                since = _read(text[begin:end])
            case ("limits", str(), int()) | ("usual", *_, int()):
                name = ".".join(map(str, path[:-1])).removeprefix("limits.")
                spans[line_name(name, since)] = begin, end
                since = None
            case ("usual",):
                spans[USUAL] = begin, end
    return spans


def _values(text: str) -> Iterator[tuple[Path, int, int]]:
    """Each string, object and list with its path and its ends; after what it holds.

    An index counts the objects and lists of its list.
    """
    path: list[str | int] = []
    begins: list[int] = []
    for match in _TOKENS.finditer(text):
        string, colon = match.groups()
        if colon:
            path[-1] = _read(string)
        elif string:
            yield tuple(path), *match.span(1)
        elif match[0] in "[{":
            if path and isinstance(path[-1], int):
                path[-1] += 1
            begins.append(match.start())
            path.append("" if match[0] == "{" else -1)
        else:
            path.pop()
            yield tuple(path), begins.pop(), match.end()


def _read(string: str) -> str:
    value: str = json.loads(string) if "\\" in string else string[1:-1]
    return value


def _position(starts: list[int], offset: int) -> tuple[int, int]:
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1
