"""A course as a picture: lanes of marks over a scale of time, bars for what is due, a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import field, frozen

from kap_model._time import Zone
from kap_model.display._geometry import (
    LEFT,
    RIGHT,
    WIDTH,
    Axis,
    Lane,
    TimeSpan,
    axis_of,
    lanes_of,
    span_of,
)
from kap_model.display._html import FONT, SCROLL, Markup, element, joined, number
from kap_model.display._marks import (
    Marked,
    at,
    badge,
    badge_text,
    by_session,
    legend,
    path,
    shape,
    spot_mark,
    words,
)
from kap_model.rules._rule import count
from kap_model.sessions import Session

PAPER: Final = "#ffffff"
PAPER_INK: Final = "#1b1f24"
"""A picture that is a file of its own is drawn so, for a file knows no theme."""
MOST_WINDOWS: Final = 10
"""Windows beyond these are counted, not drawn."""

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_PICTURE: Final = "display:block;width:100%;min-width:720px;height:auto;margin:6px 0"
_FAINT: Final = 0.3
"""The opacity of lines between lanes."""
_FAINTER: Final = 0.18
"""The opacity of lines that marks stand on."""
_SCALE: Final = 40
_MOMENT: Final = 20
_TALL, _SHORT = 42, 30
"""A row of marks with badges over them, and one without."""
_PAD: Final = 4
_WINDOW_HEIGHT: Final = 28
_LONGEST_NAME: Final = 20
_LETTER: Final = 6.4


@frozen
class DueWindow:
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


def windows_of(marked: Iterable[Marked], zone: Zone, as_of: int | None) -> tuple[DueWindow, ...]:
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
            found.append(DueWindow(one, opens, closes, _says(one, zone, as_of)))
    return tuple(found)


def _says(one: Marked, zone: Zone, as_of: int | None) -> str:
    breach = one.finding.breach
    if breach.closes is not None:
        due = "was due" if one.finding.verdict == "violated" else "due"
        return f"{due} by {zone.spoken(breach.closes)}"
    if breach.opens is None or as_of is None or zone.resolve(breach.opens) <= as_of:
        return "at any time"
    return f"from {zone.spoken(breach.opens)} on"


def edges_of(windows: Iterable[DueWindow]) -> list[int]:
    """The instants that a picture of them has to hold."""
    edges = [edge for window in windows for edge in (window.opens, window.closes)]
    return [edge for edge in edges if edge is not None]


def window_rows(windows: Sequence[DueWindow], span: TimeSpan, top: float) -> Markup:
    """A row for each: sign and rule, the bar, and the date over the bar's end."""
    rows = [
        _row(window, span, top + _WINDOW_HEIGHT * place) for place, window in enumerate(windows)
    ]
    return joined(rows)


def _row(window: DueWindow, span: TimeSpan, top: float) -> Markup:
    one = window.marked
    rule = one.finding.rule
    if len(rule) > _LONGEST_NAME:
        rule = f"{rule[: _LONGEST_NAME - 1]}\u2026"
    told = element("title", f"{one.label} {one.finding.rule} {one.sign.says}, {window.says}")
    label = words(rule, 40, top + 20, size=11.5)
    return element(
        "g", told, at(20, top + 16, badge(*badge_text([one]))), label, _bar(window, span, top)
    )


def _bar(window: DueWindow, span: TimeSpan, top: float) -> Markup:
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


@frozen
class Scene:
    """What a picture shows.

    Attributes:
        title: What it is, in one line.
        sessions: In canonical order.
        zone: Where dates come from.
        marked: Findings with their numbers.
        as_of: The moment of judgement in seconds since 1970 UTC, or ``None``.
    """

    title: str
    sessions: tuple[Session, ...]
    zone: Zone
    marked: tuple[Marked, ...] = ()
    as_of: int | None = None

    windows: tuple[DueWindow, ...] = field(init=False)
    span: TimeSpan | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        windows = windows_of(self.marked, self.zone, self.as_of)
        others = edges_of(windows[:MOST_WINDOWS])
        others += [] if self.as_of is None else [self.as_of]
        span = span_of(self.sessions, others) if self.sessions or others else None
        object.__setattr__(self, "windows", windows)
        object.__setattr__(self, "span", span)

    @property
    def says(self) -> str:
        """The picture in words, for those who do not see it."""
        told = []
        for lane in () if self.span is None else lanes_of(self.sessions, self.span):
            told.append(count(lane.count, lane.kind.replace("-", " ")))
        parts = [f"Sessions by kind and date in {self.zone.name}: {', '.join(told) or 'none'}."]
        if self.marked:
            parts.append(f"{count(len(self.marked), 'finding')} marked.")
        if self.as_of is not None:
            parts.append(f"Judged as of {self.zone.spoken(self.as_of)}.")
        return " ".join(parts)


@frozen
class _Page:
    """Pieces of a picture and how far down they reach."""

    pieces: tuple[str, ...]
    bottom: float


def picture(scene: Scene) -> Markup:
    """The picture inside a page, whose colours it takes; it scrolls where it is too wide."""
    return element("div", _svg(scene, _drawn(scene), style=_PICTURE), style=SCROLL)


def document(scene: Scene) -> str:
    """The picture as a file of its own: dark ink on white paper, whatever it is put on."""
    page = _drawn(scene)
    paper = element("rect", width=WIDTH, height=page.bottom, fill=PAPER)
    whole = _Page((paper, *page.pieces), page.bottom)
    return str(_svg(scene, whole, width=WIDTH, height=page.bottom, color=PAPER_INK)) + "\n"


def _svg(scene: Scene, page: _Page, **others: str | float) -> Markup:
    return element(
        "svg",
        element("title", scene.title),
        element("desc", scene.says),
        *page.pieces,
        xmlns=_NAMESPACE,
        viewBox=f"0 0 {WIDTH} {number(page.bottom)}",
        role="img",
        aria_label=f"{scene.title}. {scene.says}",
        font_family=FONT,
        **others,
    )


def _drawn(scene: Scene) -> _Page:
    span = scene.span
    if span is None:
        return _Page((words("No sessions.", 14, 26, size=13),), 40)
    lanes = lanes_of(scene.sessions, span)
    top = _SCALE + (0 if scene.as_of is None else _MOMENT)
    rows, bottom = _lanes(lanes, scene, top)
    shown = scene.windows[:MOST_WINDOWS]
    if shown:
        rows = [
            *rows,
            window_rows(shown, span, bottom),
            _rule(bottom + _WINDOW_HEIGHT * len(shown) + 4),
        ]
        bottom += _WINDOW_HEIGHT * len(shown) + 4
    axis = axis_of(span, scene.zone)
    back = [_scale(axis, top - _SCALE, bottom)]
    if scene.as_of is not None:
        back.append(_moment(scene, span, bottom))
    below, bottom = legend(scene.sessions, scene.marked, list(_remarks(scene, lanes)), bottom)
    return _Page((*back, *rows, below), bottom)


def _lanes(lanes: Iterable[Lane], scene: Scene, top: float) -> tuple[list[Markup], float]:
    """Lanes from above, each as high as its marks and the badges over them need."""
    marked = by_session(scene.marked)
    drawn = [_rule(top)]
    for lane in lanes:
        is_marked = any(session.id in marked for spot in lane.spots for session in spot.sessions)
        height = _TALL if is_marked else _SHORT
        middle = top + _PAD + height - _SHORT / 2
        drawn.append(_lane_name(lane, middle + (lane.rows - 1) * height / 2))
        for spot in lane.spots:
            y = middle + spot.row * height
            drawn.append(spot_mark(spot, y, lane.kind, scene.zone, marked))
        top += lane.rows * height + 2 * _PAD
        drawn.append(_rule(top))
    return drawn, top


def _lane_name(lane: Lane, y: float) -> Markup:
    name = lane.kind.replace("-", " ")
    return joined(
        [
            at(20, y, shape(lane.kind, "planned")),
            words(name, 40, y + 4.5, size=13),
            words(f"{lane.count:,}", LEFT - 12, y + 4.5, size=12, anchor="end", opacity=0.75),
        ]
    )


def _rule(y: float) -> Markup:
    return path(f"M0 {number(y)}H{WIDTH}", stroke_opacity=str(_FAINT))


def _scale(axis: Axis, top: float, bottom: float) -> Markup:
    """Months over weeks, or years over months, with lines down through the lanes."""
    drawn = [words(axis.unit, LEFT - 12, top + 33, size=10.5, anchor="end", opacity=0.75)]
    for tick in axis.large:
        line = f"M{number(tick.x)} {number(top + 4)}V{number(bottom)}"
        drawn.append(path(line, stroke_opacity=str(_FAINTER)))
        if tick.label:
            drawn.append(words(tick.label, tick.x + 4, top + 15, weight="600"))
    for tick in axis.small:
        line = f"M{number(tick.x)} {number(top + 36)}V{number(top + _SCALE)}"
        drawn.append(path(line, stroke_opacity=str(2 * _FAINT)))
        drawn.append(words(tick.label, tick.x, top + 33, size=10.5, anchor="middle", opacity=0.75))
    return joined(drawn)


def _moment(scene: Scene, span: TimeSpan, bottom: float) -> Markup:
    """The moment of judgement: a dashed line and its date."""
    as_of = scene.as_of or 0
    x = span.x(as_of)
    told = f"as of {scene.zone.spoken(as_of)}"
    if as_of < span.first:
        told = f"\u2190 {told}"
    elif as_of > span.last:
        told = f"{told} \u2192"
    left = x < (LEFT + RIGHT) / 2
    line = path(f"M{number(x)} 2V{number(bottom)}", width=1.5, stroke_dasharray="6 4")
    anchor = None if left else "end"
    return joined([line, words(told, x + (6 if left else -6), 13, weight="600", anchor=anchor)])


def _remarks(scene: Scene, lanes: Sequence[Lane]) -> Iterator[str]:
    if any(lane.is_piled for lane in lanes):
        yield "A box with a number stands for so many sessions, for there is no room for each."
    left_out = len(scene.windows) - MOST_WINDOWS
    if left_out > 0:
        yield f"{count(left_out, 'more window')} not drawn."
