"""Sessions as marks: kind by shape, letter and colour, status by filling and strokes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kap_model._time import Zone
from kap_model.display.html import style
from kap_model.display.html.elements import Attribute, Markup, element, joined, number
from kap_model.display.html.geometry import PITCH, Spot
from kap_model.display.html.signs import Marked, Sign, badge_text, distinct
from kap_model.rules._rule import count, noun
from kap_model.sessions import Kind, Session, Status

_STROKES: Final[dict[Status, str]] = {
    "cancelled": "M-11 11L11 -11",
    "no-show": "M-11 11L11 -11M-11 -11L11 11",
}
_BADGE: Final = 14
_MOST_TOLD: Final = 8


def words(
    text: str,
    x: float,
    y: float,
    *,
    size: float = 12,
    anchor: str | None = None,
    weight: str | None = None,
    opacity: float | None = None,
    fill: str = style.INK,
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
    stroke: str = style.INK,
    width: float = 1,
    fill: str = "none",
    **others: Attribute,
) -> Markup:
    """A line or an outline."""
    return element("path", d=d, fill=fill, stroke=stroke, stroke_width=width, **others)


def shape(kind: Kind, status: Status) -> Markup:
    """The mark of a session around (0, 0)."""
    look = style.LOOKS[kind]
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
        ink = style.ON_HUE if held else style.INK
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
    ink = style.ON_HUE if filled else style.INK
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
    return at(spot.x, y, told, _box(spot.sessions, style.LOOKS[kind].hue), *above)


def _box(sessions: Sequence[Session], hue: str) -> Markup:
    """Filled where all of them were held."""
    held = all(session.status == "completed" for session in sessions)
    edge = number(PITCH / 2 - 1.5)
    frame = path(
        f"M-{edge} -9H{edge}V9H-{edge}Z", stroke=hue, width=1.5, fill=hue if held else "none"
    )
    ink = style.ON_HUE if held else style.INK
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
