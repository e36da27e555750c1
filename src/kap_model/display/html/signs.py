"""How findings are told apart without colour: a sign, a number, an outline and a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from kap_model.display.html import style
from kap_model.display.html.elements import Markup, element
from kap_model.report import Finding
from kap_model.sessions import Session

_LARGEST: Final = 99
_MOST_NAMED: Final = 6


@frozen
class Sign:
    """How findings of one sort are marked.

    Attributes:
        mark: What stands before the number.
        says: What it means.
        hue: Its colour.
        outline: The dashes of its frame; ``None`` = it is filled.
    """

    mark: str
    says: str
    hue: str
    outline: str | None


ERROR: Final = Sign("!", "violated", style.VIOLATED, None)
LESSER: Final = Sign("!", "violated, no error", style.WARNING, "none")
UNKNOWN: Final = Sign("?", "unknown: to be recorded", style.UNKNOWN, "5 2")
PENDING: Final = Sign("\u2026", "pending: still to come", style.PENDING, "2 2")
WAIVED: Final = Sign("~", "waived", style.INK, "1 3")
SIGNS: Final = (ERROR, LESSER, UNKNOWN, PENDING, WAIVED)
"""The worst first."""


def sign_of(finding: Finding) -> Sign:
    """How a finding is marked."""
    if finding.waived:
        return WAIVED
    if finding.verdict == "violated":
        return ERROR if finding.severity == "error" else LESSER
    return UNKNOWN if finding.verdict == "unknown" else PENDING


@frozen
class Marked:
    """A finding with its number in the list."""

    number: int
    finding: Finding

    @property
    def sign(self) -> Sign:
        """How it is marked."""
        return sign_of(self.finding)

    @property
    def label(self) -> str:
        """``!3``, as the picture has it."""
        return f"{self.sign.mark}{self.number}"


def numbered(findings: Iterable[Finding]) -> tuple[Marked, ...]:
    """Findings by number, from 1, in their order."""
    return tuple(Marked(number, finding) for number, finding in enumerate(findings, 1))


def distinct(marked: Iterable[Marked]) -> list[Marked]:
    """Each finding once; by its number, for to compare findings whole takes long."""
    return list({one.number: one for one in marked}.values())


def by_session(marked: Iterable[Marked]) -> dict[str, list[Marked]]:
    """The findings that name a session, by its id."""
    found: dict[str, list[Marked]] = {}
    for one in marked:
        for session in dict.fromkeys(one.finding.sessions):
            found.setdefault(session, []).append(one)
    return found


def badge_text(marked: Sequence[Marked]) -> tuple[Sign, str]:
    """What stands over a mark: the worst finding, and a plus where there are more."""
    worst = min(marked, key=lambda one: (SIGNS.index(one.sign), one.number))
    told = worst.label if worst.number <= _LARGEST else worst.sign.mark
    return worst.sign, told if len(marked) == 1 else f"{told}+"


def tag(one: Marked) -> Markup:
    """The mark as a table has it."""
    frame = f"background:{one.sign.hue};color:{style.ON_HUE}"
    if one.sign.outline is not None:
        line = {"none": "solid", "5 2": "dashed"}.get(one.sign.outline, "dotted")
        frame = f"outline:1.5px {line} {one.sign.hue};outline-offset:-1px"
    return element(
        "span",
        one.label,
        style=f"display:inline-block;padding:0 5px;font-weight:700;font-size:12px;{frame}",
    )


def named(sessions: Iterable[Session]) -> str:
    """Ids of sessions in running text; of many, the first ones and a number."""
    ids = list(dict.fromkeys(session.id for session in sessions))
    told = ", ".join(ids[:_MOST_NAMED])
    return told if len(ids) <= _MOST_NAMED else f"{told} and {len(ids) - _MOST_NAMED:,} more"
