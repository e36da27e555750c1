"""Strict JSON: the traps of the standard parser, each closed; nothing of the text is echoed."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from attrs import frozen

from kap_model.errors import DocumentError, Problem

MOST_BYTES: Final = 1_000_000
MOST_NESTING: Final = 32
MOST_DIGITS: Final = 12

_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS: Final = re.compile(r"[\[{]|[\]}]")


@frozen
class Malformed:
    """A number that JSON can spell and no document may hold; refused where it stands."""

    reason: str


class RepeatedKeys(dict[str, Any]):
    """An object that names a key twice; refused where it stands."""


_NOT_WHOLE: Final = Malformed("must be written as an integer, without a fraction or exponent")
_NOT_FINITE: Final = Malformed("must be a finite number")
_TOO_LONG: Final = Malformed(f"must have at most {MOST_DIGITS} digits")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else RepeatedKeys(made)


def _integer(text: str) -> int | Malformed:
    return int(text) if len(text.lstrip("-")) <= MOST_DIGITS else _TOO_LONG


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=lambda _: _NOT_WHOLE,
    parse_constant=lambda _: _NOT_FINITE,
)


def refuse(reason: str, path: str = "$") -> DocumentError:
    """The error for a text that is refused as a whole."""
    return DocumentError((Problem(path, reason),))


def parse(text: str | bytes) -> Any:
    """The values of a JSON text.

    Raises:
        DocumentError: Too large, not UTF-8, not JSON, or nested too deep.
    """
    text = _decoded(text)
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        problem = refuse(f"must be one JSON document; it stops being JSON at {place}")
    except RecursionError:
        if _nesting(text) <= MOST_NESTING:
            raise
        problem = refuse(f"must be nested at most {MOST_NESTING} deep")
    raise problem


def refuse_deep_nesting(text: str | bytes) -> None:
    """Refuse a text whose brackets nest too deep.

    Every lawful document is far shallower, so only a refused one is looked at.
    """
    if _nesting(_decoded(text)) > MOST_NESTING:
        raise refuse(f"must be nested at most {MOST_NESTING} deep")


def write(values: Any) -> str:
    """Canonical JSON text: one line, ``, `` and ``: ``, no ASCII escaping, a final newline."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n"


def _decoded(text: str | bytes) -> str:
    if not isinstance(text, (str, bytes)):
        raise TypeError("a document is text or bytes")
    if len(text) > MOST_BYTES:
        raise refuse("must be at most 1 MB")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        elif not text.isascii() and len(text.encode("utf-8")) > MOST_BYTES:
            raise refuse("must be at most 1 MB")
    except UnicodeError:
        raise refuse("must be UTF-8") from None
    if text.startswith("\ufeff"):
        raise refuse("must start without a byte order mark")
    return text


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
