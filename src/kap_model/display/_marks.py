"""Sessions and findings as marks that need no colour, and the legend that says what they mean.

A kind is told by shape, letter and colour, a status by filling and strokes, and a finding by a
sign, a number, an outline and a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from kap_model._time import Zone
from kap_model.display._geometry import PITCH, RIGHT, Spot
from kap_model.display._html import (
    INK,
    ON_HUE,
    PENDING_HUE,
    SATISFIED_HUE,
    UNKNOWN_HUE,
    VIOLATED_HUE,
    WARNING_HUE,
    Attribute,
    Markup,
    element,
    joined,
    number,
)
from kap_model.report import Finding
from kap_model.rules._rule import count, noun
from kap_model.sessions import STATUSES, Kind, Session, Status

_STROKES: Final[dict[Status, str]] = {
    "cancelled": "M-11 11L11 -11",
    "no-show": "M-11 11L11 -11M-11 -11L11 11",
}
_BADGE: Final = 14
_LARGEST: Final = 99
_MOST_TOLD: Final = 8
_LETTER: Final = 6.6
_LINE: Final = 28
_START: Final = 20


@frozen
class Look:
    """How sessions of a kind are drawn.

    Attributes:
        letter: As in the notation.
        hue: Of the shape.
        shape: The corners of the shape around (0, 0), as a path.
        dip: How far below the middle its letter stands.
    """

    letter: str
    hue: str
    shape: str
    dip: float = 0


LOOKS: Final[dict[Kind, Look]] = {
    "consultation": Look("C", "#6a7687", "M-10 0A10 10 0 0 1 10 0A10 10 0 0 1 -10 0Z"),
    "medical-evaluation": Look("E", "#3175cf", "M-9 -9H9V9H-9Z"),
    "preparation": Look("P", "#14828a", "M0 -11L11 9H-11Z", 2.5),
    "dosing": Look("D", "#c45120", "M0 -12L12 0L0 12L-12 0Z"),
    "integration": Look("I", "#278647", "M-5.5 -10H5.5L11 0L5.5 10H-5.5L-11 0Z"),
    "medical-review": Look("R", "#c73f95", "M-5 -11H5V-6H11V6H5V11H-5V6H-11V-6H-5Z"),
}
"""By shape, letter and colour, so that no one of them is needed."""

HUES: Final = (
    *(look.hue for look in LOOKS.values()),
    VIOLATED_HUE,
    WARNING_HUE,
    PENDING_HUE,
    UNKNOWN_HUE,
    SATISFIED_HUE,
)


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


ERROR: Final = Sign("!", "violated", VIOLATED_HUE, None)
LESSER: Final = Sign("!", "violated, no error", WARNING_HUE, "none")
UNKNOWN: Final = Sign("?", "unknown: to be recorded", UNKNOWN_HUE, "5 2")
PENDING: Final = Sign("\u2026", "pending: still to come", PENDING_HUE, "2 2")
WAIVED: Final = Sign("~", "waived", INK, "1 3")
SIGNS: Final = (ERROR, LESSER, UNKNOWN, PENDING, WAIVED)
"""The worst first."""


@frozen
class Marked:
    """A finding with its number in the list."""

    number: int
    finding: Finding

    @property
    def sign(self) -> Sign:
        """How it is marked."""
        finding = self.finding
        if finding.waived:
            return WAIVED
        if finding.verdict == "violated":
            return ERROR if finding.severity == "error" else LESSER
        return UNKNOWN if finding.verdict == "unknown" else PENDING

    @property
    def label(self) -> str:
        """``!3``, as the picture has it."""
        return f"{self.sign.mark}{self.number}"

    @property
    def tag(self) -> Markup:
        """The mark as a table has it."""
        frame = f"background:{self.sign.hue};color:{ON_HUE}"
        if self.sign.outline is not None:
            line = {"none": "solid", "5 2": "dashed"}.get(self.sign.outline, "dotted")
            frame = f"outline:1.5px {line} {self.sign.hue};outline-offset:-1px"
        return element(
            "span",
            self.label,
            style=f"display:inline-block;padding:0 5px;font-weight:700;font-size:12px;{frame}",
        )


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


def words(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 12,
    anchor: str | None = None,
    weight: str | None = None,
    opacity: float | None = None,
    fill: str = INK,
) -> Markup:
    """A text in the picture."""
    return element(
        "text",
        text,
        x=x,
        y=y,
        font_size=size,
        text_anchor=anchor,
        font_weight=weight,
        fill_opacity=None if opacity is None else str(opacity),
        fill=fill,
        stroke="none",
    )


def path(
    d: str,
    *,
    stroke: str = INK,
    width: float = 1,
    fill: str = "none",
    **others: Attribute,
) -> Markup:
    """A line or an outline."""
    return element("path", d=d, fill=fill, stroke=stroke, stroke_width=width, **others)


def shape(kind: Kind, status: Status) -> Markup:
    """The mark of a session around (0, 0)."""
    look = LOOKS[kind]
    held = status == "completed"
    parts = [
        path(
            look.shape,
            stroke=look.hue,
            width=2,
            fill=look.hue if held else "none",
            stroke_linejoin="round",
            stroke_dasharray="3 2" if status in _STROKES else None,
        )
    ]
    if status in _STROKES:
        parts.append(path(_STROKES[status], width=2, stroke_linecap="round"))
    if status != "no-show":
        ink = ON_HUE if held else INK
        parts.append(
            words(look.letter, 0, 4 + look.dip, size=11, anchor="middle", weight="700", fill=ink)
        )
    return joined(parts)


def badge(sign: Sign, text: str) -> Markup:
    """What stands over a mark that findings name, around (0, 0)."""
    half = (6.2 * (len(text) + text.count("\u2026") * 0.6) + 6) / 2
    filled = sign.outline is None
    frame = element(
        "rect",
        x=-half,
        y=-_BADGE / 2,
        width=2 * half,
        height=_BADGE,
        fill=sign.hue if filled else "none",
        stroke=sign.hue,
        stroke_width=1.2,
        stroke_dasharray=sign.outline,
    )
    ink = ON_HUE if filled else INK
    return joined([frame, words(text, 0, 3.7, size=10.5, anchor="middle", weight="700", fill=ink)])


def at(x: float, y: float, *children: str) -> Markup:
    """A group that stands somewhere."""
    return element("g", *children, transform=f"translate({number(x)} {number(y)})")


def spot_mark(
    spot: Spot, y: float, kind: Kind, zone: Zone, marked: Mapping[str, Sequence[Marked]]
) -> Markup:
    """A session, or several, with the findings that name them; says all of it when pointed at."""
    own = distinct(one for session in spot.sessions for one in marked.get(session.id, ()))
    told = element("title", _told(spot.sessions, zone, own))
    above = [at(0, -20, badge(*badge_text(own)))] if own else []
    if len(spot.sessions) == 1:
        return at(spot.x, y, told, shape(kind, spot.sessions[0].status), *above)
    return at(spot.x, y, told, _box(spot.sessions, LOOKS[kind].hue), *above)


def _box(sessions: Sequence[Session], hue: str) -> Markup:
    """Filled where all of them were held."""
    held = all(session.status == "completed" for session in sessions)
    edge = number(PITCH / 2 - 1.5)
    frame = path(
        f"M-{edge} -9H{edge}V9H-{edge}Z", stroke=hue, width=1.5, fill=hue if held else "none"
    )
    ink = ON_HUE if held else INK
    told = f"{len(sessions)}"
    return joined([frame, words(told, 0, 4, size=11, anchor="middle", weight="700", fill=ink)])


def _told(sessions: Sequence[Session], zone: Zone, own: Sequence[Marked]) -> str:
    session = sessions[0]
    if len(sessions) == 1:
        said = (
            f"{noun(session)} {session.id}, {zone.spoken(session.begins)}, "
            f"{count(session.minutes, 'minute')}, {session.place}, {session.status}"
        )
    else:
        last = zone.spoken(sessions[-1].begins)
        said = (
            f"{count(len(sessions), f'{noun(session)} session')}, "
            f"{zone.spoken(session.begins)} to {last}"
        )
    named = [f"{one.label} {one.finding.rule} {one.sign.says}" for one in own[:_MOST_TOLD]]
    return "; ".join([said, *named])


def legend(
    sessions: Sequence[Session],
    marked: Iterable[Marked],
    remarks: Sequence[str],
    top: float,
) -> tuple[Markup, float]:
    """Statuses and signs in lines, then remarks.

    Returns:
        What is drawn, and how far down it reaches.
    """
    drawn: list[Markup] = []
    x, y = float(_START), top + 20
    for mark, text in [*_statuses(sessions), *_signs(marked)]:
        width = 22 + len(text) * _LETTER + 22
        if x + width > RIGHT:
            x, y = float(_START), y + _LINE
        drawn.append(at(x, y, mark, words(text, 18, 4)))
        x += width
    bottom = y + 18 if drawn else top + 6
    for remark in remarks:
        drawn.append(words(remark, _START - 10, bottom + 10))
        bottom += 20
    return joined(drawn), bottom


def _statuses(sessions: Sequence[Session]) -> Iterator[tuple[Markup, str]]:
    used = {session.status for session in sessions}
    for status in STATUSES:
        if status in used:
            yield _example(sessions, status), status


def _example(sessions: Sequence[Session], status: str) -> Markup:
    """The first session of a status stands for all."""
    session = next(session for session in sessions if session.status == status)
    shown: Status = session.status
    return shape(session.kind, shown)


def _signs(marked: Iterable[Marked]) -> Iterator[tuple[Markup, str]]:
    used = {one.sign for one in marked}
    for sign in SIGNS:
        if sign in used:
            yield badge(sign, sign.mark), sign.says
