"""Strict JSON: the traps of the standard parser, each closed; nothing of the text is echoed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from kap_model.errors import DocumentError, Problem

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES: Final = 1_000_000
MOST_NESTING: Final = 32
_LARGEST_BASE: Final = 20_000
MOST_DIGITS: Final = 12

# A string, or what follows a quote that nothing closes; possessive, so that it never looks back.
_STRINGS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_LOCAL: Final = re.compile(r'T\d\d:\d\d(?::\d\d)?"', re.ASCII)
_BRACKETS: Final = re.compile(r"[\[{]|[\]}]")


class RepeatedKeys(dict[str, Any]):
    """An object that names a key twice; refused where it stands."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else RepeatedKeys(made)


def _bounded(text: str) -> int:
    """An integer; a very long one as one that is out of every field's range."""
    return int(text) if len(text) <= MOST_DIGITS + 1 else 10**MOST_DIGITS


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
_PATIENT_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_bounded)


def read_bytes(path: str | Path) -> bytes:
    """A file's bytes, no more of them than would be refused.

    Raises:
        OSError: The file cannot be read.
    """
    if not isinstance(path, str):
        from pathlib import (
            Path,  # text needs none of it, and a plan is checked sooner than it loads
        )

        path = str(Path(path))
    with open(path, "rb") as file:  # noqa: PTH123 - likewise
        return read_limited(file)


def read_limited(file: BinaryIO) -> bytes:
    """A stream's bytes, no more of them than would be refused."""
    return file.read(MOST_BYTES + 1)


def refuse(reason: str, path: str = "$") -> DocumentError:
    """The error for a text that is refused as a whole."""
    return DocumentError((Problem(path, reason),))


def parse(text: str | bytes) -> Any:
    """The values of a JSON text.

    Raises:
        DocumentError: Too large, not UTF-8, not JSON, or nested too deep.
    """
    return _parsed(_decoded(text), _DECODER)


def _parsed(text: str, decoder: json.JSONDecoder) -> Any:
    problem = None
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        problem = f"must be one JSON document; it stops being JSON at {place}"
    except ValueError:
        pass  # the interpreter's own bound on the digits of an integer
    except RecursionError:
        if _nesting(text) <= MOST_NESTING:
            raise
        problem = f"must be nested at most {MOST_NESTING} deep"
    # Outside the handlers, so that no error carries the text along.
    if problem is not None:
        raise refuse(problem)
    return _parsed(text, _PATIENT_DECODER)


def refuse_deep_nesting(text: str | bytes) -> None:
    """Refuse a text whose brackets nest too deep.

    Every lawful document is far shallower, so only a refused one is looked at.
    """
    if _nesting(_decoded(text)) > MOST_NESTING:
        raise refuse(f"must be nested at most {MOST_NESTING} deep")


def write(values: Any) -> str:
    """Canonical JSON text: one line, ``, `` and ``: ``, no ASCII escaping, a final newline.

    Raises:
        DocumentError: The text would be too large to be read again.
    """
    text = json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n"
    if len(text.encode()) > MOST_BYTES:
        raise refuse("must be at most 1 MB in its canonical form")
    return text


def may_outgrow(text: str | bytes, a_local_time: int = 0) -> bool:
    """Whether the canonical form of a text could be too large.

    It adds at most a space after each comma and colon, five letters to each time in UTC, a newline,
    and the lines of a built-in protocol that is extended.

    Args:
        text: The text.
        a_local_time: How many letters it adds to each time without an offset, of which an object
            has one at most.
    """
    plain = text if isinstance(text, str) else text.decode()
    size = len(plain) if plain.isascii() else len(plain.encode())
    if size * 3 < MOST_BYTES:
        return False
    spaces = sum(plain.count(mark) - plain.count(f"{mark} ") for mark in ",:")
    letters = 5 * plain.count('Z"')
    if a_local_time:
        escaped = "\\u" in plain
        letters += a_local_time * (plain.count("{") if escaped else len(_LOCAL.findall(plain)))
    return size + spaces + letters + _LARGEST_BASE > MOST_BYTES


def _decoded(text: str | bytes) -> str:
    if not isinstance(text, (str, bytes)):
        raise TypeError("a document is text or bytes")
    if len(text) > MOST_BYTES:
        raise refuse("must be at most 1 MB")
    decoded = _as_utf8(text)
    # Outside the handler: a Unicode error carries the whole document along.
    if decoded is None:
        raise refuse("must be UTF-8")
    if isinstance(text, str) and not text.isascii() and len(text.encode()) > MOST_BYTES:
        raise refuse("must be at most 1 MB")
    if decoded.startswith("\ufeff"):
        raise refuse("must start without a byte order mark")
    return decoded


def _as_utf8(text: str | bytes) -> str | None:
    try:
        if isinstance(text, bytes):
            return text.decode()
        if not text.isascii():
            text.encode()
    except UnicodeError:
        return None
    return text


def _nesting(text: str) -> int:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest
