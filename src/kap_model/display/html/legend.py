"""What the marks of a picture mean: only of those that it has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kap_model.display.html.elements import Markup, joined
from kap_model.display.html.geometry import RIGHT
from kap_model.display.html.marks import at, badge, shape, words
from kap_model.display.html.signs import SIGNS, Marked
from kap_model.sessions import STATUSES, Session, Status

_LETTER: Final = 6.6
_LINE: Final = 28
_START: Final = 20


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
