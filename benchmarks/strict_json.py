"""Strict JSON for the hand-written loaders: what a plan document may not be, refused early."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from unicodedata import category, normalize

MOST_BYTES: Final = 1_000_000

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_UNSPOKEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS: Final = dict.fromkeys(map(ord, "\u200c\u200d"))
START: Final = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(?:Z|\+(?:0\d|1[0-3]):[0-5]\d|-(?!00:00)(?:0\d|1[0-3]):[0-5]\d|[+-]14:00)",
    re.ASCII,
)
DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EARLIEST: Final = 315_532_800  # 1980-01-01T00:00:00Z
LATEST: Final = 7_258_118_399  # 2199-12-31T23:59:59Z
MOST_SESSIONS: Final = 10_000
LARGEST: Final = 999_999_999_999
"""The largest integer of 12 digits, so that a check of the range is one of the digits too."""


def is_line(text: str) -> bool:
    """Whether a text is 1 to 200 visible characters on one line, without spaces at the ends."""
    if not 1 <= len(text) <= 200 or text != text.strip():
        return False
    if text.isascii() and text.isprintable():
        return True
    return not any(category(c) in _UNSPOKEN and ord(c) not in _JOINERS for c in text)


def says_none(text: str) -> bool:
    """Whether a text reads as ``none``, however its letters are written."""
    if text.isascii():
        return text.lower() == "none"
    return normalize("NFKC", text).translate(_JOINERS).casefold().strip() == "none"


class RepeatedKey(ValueError):
    """An object names a key twice."""


def parse_json(text: str | bytes) -> Any:
    """The values of a JSON text; a float stays one, for the reader of its place to refuse."""
    if len(text) > MOST_BYTES:
        raise ValueError("$: must be at most 1 MB")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        elif not text.isascii() and len(text.encode("utf-8")) > MOST_BYTES:
            raise ValueError("$: must be at most 1 MB")
    except UnicodeError:
        raise ValueError("$: must be UTF-8") from None
    try:
        return _DECODER.decode(text)
    except RepeatedKey:
        raise ValueError("$: names a key twice") from None
    except RecursionError:
        raise ValueError("$: is nested too deep") from None
    except ValueError:
        raise ValueError("$: must be one JSON document") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise RepeatedKey
    return made


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
