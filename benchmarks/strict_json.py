"""Strict JSON for the hand-written loaders: what a plan document may not be, refused early."""

from __future__ import annotations

import json
import re
from typing import Any, Final

MOST_BYTES: Final = 1_000_000

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_UNSPOKEN: Final = (
    "\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff"
)
TEXT: Final = re.compile(f"[^\\s{_UNSPOKEN}](?:[^{_UNSPOKEN}]{{0,198}}[^\\s{_UNSPOKEN}])?")
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
