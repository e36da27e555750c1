"""A course as a picture: lanes of marks over a scale of time, windows, and a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import field, frozen

from kap_model._time import Zone
from kap_model.display.html import style
from kap_model.display.html.axis import Axis, axis_of
from kap_model.display.html.elements import Markup, element, joined, number
from kap_model.display.html.geometry import LEFT, RIGHT, WIDTH, Lane, Span, lanes_of, span_of
from kap_model.display.html.legend import legend
from kap_model.display.html.marks import at, path, shape, spot_mark, words
from kap_model.display.html.signs import Marked, by_session
from kap_model.display.html.windows import (
    HEIGHT,
    MOST,
    Window,
    edges_of,
    window_rows,
    windows_of,
)
from kap_model.rules._rule import count
from kap_model.sessions import Session

NAMESPACE: Final = "http://www.w3.org/2000/svg"
_SCALE: Final = 40
_MOMENT: Final = 20
_TALL, _SHORT = 42, 30
"""A row of marks with badges over them, and one without."""
_PAD: Final = 4


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

    windows: tuple[Window, ...] = field(init=False)
    span: Span | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        windows = windows_of(self.marked, self.zone, self.as_of)
        others = edges_of(windows[:MOST])
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
    return element("div", _svg(scene, _drawn(scene), style=style.PICTURE), style=style.SCROLL)


def document(scene: Scene) -> str:
    """The picture as a file of its own: dark ink on white paper, whatever it is put on."""
    page = _drawn(scene)
    paper = element("rect", width=WIDTH, height=page.bottom, fill=style.PAPER)
    whole = _Page((paper, *page.pieces), page.bottom)
    return str(_svg(scene, whole, width=WIDTH, height=page.bottom, color=style.PAPER_INK)) + "\n"


def _svg(scene: Scene, page: _Page, **others: str | float) -> Markup:
    return element(
        "svg",
        element("title", scene.title),
        element("desc", scene.says),
        *page.pieces,
        xmlns=NAMESPACE,
        viewBox=f"0 0 {WIDTH} {number(page.bottom)}",
        role="img",
        aria_label=f"{scene.title}. {scene.says}",
        font_family=style.FONT,
        **others,
    )


def _drawn(scene: Scene) -> _Page:
    span = scene.span
    if span is None:
        return _Page((words("No sessions.", 14, 26, size=13),), 40)
    lanes = lanes_of(scene.sessions, span)
    top = _SCALE + (0 if scene.as_of is None else _MOMENT)
    rows, bottom = _lanes(lanes, scene, top)
    shown = scene.windows[:MOST]
    if shown:
        rows = [*rows, window_rows(shown, span, bottom), _rule(bottom + HEIGHT * len(shown) + 4)]
        bottom += HEIGHT * len(shown) + 4
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
    return path(f"M0 {number(y)}H{WIDTH}", stroke_opacity=str(style.FAINT))


def _scale(axis: Axis, top: float, bottom: float) -> Markup:
    """Months over weeks, or years over months, with lines down through the lanes."""
    drawn = [words(axis.unit, LEFT - 12, top + 33, size=10.5, anchor="end", opacity=0.75)]
    for tick in axis.large:
        line = f"M{number(tick.x)} {number(top + 4)}V{number(bottom)}"
        drawn.append(path(line, stroke_opacity=str(style.FAINTER)))
        if tick.label:
            drawn.append(words(tick.label, tick.x + 4, top + 15, weight="600"))
    for tick in axis.small:
        line = f"M{number(tick.x)} {number(top + 36)}V{number(top + _SCALE)}"
        drawn.append(path(line, stroke_opacity=str(2 * style.FAINT)))
        drawn.append(words(tick.label, tick.x, top + 33, size=10.5, anchor="middle", opacity=0.75))
    return joined(drawn)


def _moment(scene: Scene, span: Span, bottom: float) -> Markup:
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
    left_out = len(scene.windows) - MOST
    if left_out > 0:
        yield f"{count(left_out, 'more window')} not drawn."
