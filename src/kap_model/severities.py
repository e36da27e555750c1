"""Severities: how much a finding matters, and on which side of a limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, cast

from kap_model._values import as_tuple, check_choice
from kap_model.errors import refusal

Severity: TypeAlias = Literal["error", "warning", "advice"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
"""The severities, worst first."""

Side: TypeAlias = Literal["below", "above"]
SIDES: Final[tuple[Side, ...]] = ("below", "above")
"""The sides of a limit with two ends."""

SidePairs: TypeAlias = tuple[tuple[Side, Severity], ...]
StatedSeverity: TypeAlias = Severity | SidePairs
"""One severity, or one for below and one for above."""


def stated_severity(value: object, path: str) -> StatedSeverity:
    """A severity, or one for each side, given as a mapping or as pairs.

    Raises:
        InvalidValue: It is neither.
    """
    if isinstance(value, str):
        check_choice(value, path, SEVERITIES)
        return cast("Severity", value)
    given: Any = value.items() if isinstance(value, Mapping) else value
    pairs = as_tuple(given, path)
    if any(type(pair) is not tuple or len(pair) != 2 for pair in pairs):  # noqa: PLR2004 - a pair
        raise refusal(path, "must be a severity, or one for below and one for above")
    if len(pairs) != len(SIDES) or set(dict(pairs)) != set(SIDES):
        raise refusal(path, "must name below and above")
    for side, severity in pairs:
        check_choice(severity, f"{path}.{side}", SEVERITIES)
    return cast("SidePairs", tuple(sorted(pairs, reverse=True)))


def severity_on(stated: StatedSeverity, side: Side | None) -> Severity:
    """The severity of a finding on a side, or of one without sides."""
    return stated if isinstance(stated, str) else dict(stated)[side or "below"]


def severity_words(stated: StatedSeverity) -> str:
    """``error``, ``below error, above warning``."""
    if isinstance(stated, str):
        return stated
    return ", ".join(f"{side} {severity}" for side, severity in stated)


def severity_json(stated: StatedSeverity) -> str | dict[str, str]:
    """As documents say it: a word, or an object with a word for each side."""
    return stated if isinstance(stated, str) else dict(stated)
