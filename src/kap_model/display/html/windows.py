"""What is still to come, or should have come: a bar for each window, with its dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from kap_model._time import Zone
from kap_model.display.html.elements import Markup, element, joined, number
from kap_model.display.html.geometry import LEFT, RIGHT, Span
from kap_model.display.html.marks import at, badge, path, words
from kap_model.display.html.signs import Marked, badge_text

MOST: Final = 10
"""Windows beyond these are counted, not drawn."""
HEIGHT: Final = 28
_LONGEST_NAME: Final = 20
_LETTER: Final = 6.4


@frozen
class Window:
    """The time in which something that is missing can come, or could have.

    Attributes:
        marked: The finding.
        opens, closes: In seconds since 1970 UTC; ``None`` = there is no such edge.
        says: When, in words.
    """

    marked: Marked
    opens: int | None
    closes: int | None
    says: str

    @property
    def is_over(self) -> bool:
        """Whether it can no longer be met."""
        return self.marked.finding.verdict == "violated"


def windows_of(marked: Iterable[Marked], zone: Zone, as_of: int | None) -> tuple[Window, ...]:
    """The windows of what is pending, and of what was missed between two dates."""
    found = []
    for one in marked:
        breach = one.finding.breach
        over = one.finding.verdict == "violated"
        missed = over and breach.opens is not None and breach.closes is not None
        if one.finding.verdict == "pending" or missed:
            opens = None if breach.opens is None else zone.resolve(breach.opens)
            closes = None if breach.closes is None else zone.resolve(breach.closes)
            if not over and as_of is not None:
                opens = as_of if opens is None else max(opens, as_of)
            found.append(Window(one, opens, closes, _says(one, zone, as_of)))
    return tuple(found)


def _says(one: Marked, zone: Zone, as_of: int | None) -> str:
    breach = one.finding.breach
    if breach.closes is not None:
        due = "was due" if one.finding.verdict == "violated" else "due"
        return f"{due} by {zone.spoken(breach.closes)}"
    if breach.opens is None or as_of is None or zone.resolve(breach.opens) <= as_of:
        return "at any time"
    return f"from {zone.spoken(breach.opens)} on"


def edges_of(windows: Iterable[Window]) -> list[int]:
    """The instants that a picture of them has to hold."""
    edges = [edge for window in windows for edge in (window.opens, window.closes)]
    return [edge for edge in edges if edge is not None]


def window_rows(windows: Sequence[Window], span: Span, top: float) -> Markup:
    """A row for each: sign and rule, the bar, and the date over the bar's end."""
    rows = [_row(window, span, top + HEIGHT * place) for place, window in enumerate(windows)]
    return joined(rows)


def _row(window: Window, span: Span, top: float) -> Markup:
    one = window.marked
    rule = one.finding.rule
    if len(rule) > _LONGEST_NAME:
        rule = f"{rule[: _LONGEST_NAME - 1]}\u2026"
    told = element("title", f"{one.label} {one.finding.rule} {one.sign.says}, {window.says}")
    label = words(rule, 40, top + 20, size=11.5)
    return element(
        "g", told, at(20, top + 16, badge(*badge_text([one]))), label, _bar(window, span, top)
    )


def _bar(window: Window, span: Span, top: float) -> Markup:
    left = LEFT if window.opens is None else span.x(window.opens)
    right = RIGHT if window.closes is None else span.x(window.closes)
    right = max(right, left + 4)
    hue, y = window.marked.sign.hue, top + 20
    frame = path(
        f"M{number(left)} {number(y - 4)}H{number(right)}V{number(y + 4)}H{number(left)}Z",
        stroke=hue,
        stroke_dasharray="4 3" if window.is_over else None,
    )
    parts = [frame]
    if not window.is_over:
        hatching = f"M{number(left)} {number(y)}H{number(right)}"
        parts.append(path(hatching, stroke=hue, width=8, stroke_dasharray="2 3"))
    if window.closes is None or not span.holds(window.closes):
        parts.append(_arrow(RIGHT, y, 1, hue))
    if window.opens is not None and not span.holds(window.opens):
        parts.append(_arrow(LEFT, y, -1, hue))
    return joined([*parts, _date(window.says, left, right, top + 11)])


def _date(says: str, left: float, right: float, y: float) -> Markup:
    """Over the bar's end where the bar is long enough, else over its start, else at the edge."""
    room = len(says) * _LETTER
    if right - left < room and left + room <= RIGHT:
        return words(says, left + 3, y, size=11)
    return words(says, right if right - left >= room else RIGHT, y, size=11, anchor="end")


def _arrow(x: float, y: float, way: int, hue: str) -> Markup:
    """The window goes on beyond the picture."""
    edge, tip = number(x), number(x + 9 * way)
    return path(
        f"M{edge} {number(y - 7)}L{tip} {number(y)}L{edge} {number(y + 7)}Z", stroke=hue, fill=hue
    )
