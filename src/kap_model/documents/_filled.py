"""The swift way from a plan document's sessions to values.

Sessions, of which there are many, are filled field by field and then frozen, which is faster than a
frozen class's own constructor. Where one says more than is usual, its class's checks judge it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import attrs

from kap_model._time import CLOCK_LENGTH, instant, zone
from kap_model._values import IDENTIFIER, opened
from kap_model.sessions import (
    DEFAULT_PLACE,
    LONGEST_MINUTES,
    PLACES,
    SESSION_CLASSES,
    STATUSES,
    Clinician,
    Session,
)


def once(raw: Any) -> dict[str, Any]:
    """An object that names each key once."""
    if type(raw) is not dict:
        raise TypeError("not an object that names each key once")
    return raw


class _Frame(NamedTuple):
    """How a session of one kind is filled: its class, an open twin, and what is usual."""

    cls: type[Session]
    open: type[Session]
    place: str
    others: tuple[tuple[str, Any], ...]
    """Each other field of the class by its key, with its default."""


_BASE: Final = attrs.fields_dict(Session)


def _frame(cls: type[Session]) -> _Frame:
    fields = [each for each in attrs.fields(cls) if each.name not in _BASE]
    others = tuple([(each.alias, each.default) for each in fields])
    return _Frame(cls, opened(cls), DEFAULT_PLACE[cls.kind], others)


_FRAMES: Final = {cls.kind: _frame(cls) for cls in SESSION_CLASSES}


def session_of(raw: Any, timezone: Any) -> Session:
    """The session of a document's object, which is taken apart.

    Raises:
        InvalidValue: A value cannot be.
        TypeError: It is no object that names each key once, or a key does not belong there.
        KeyError: A key is missing, or the kind is not known.
    """
    if type(raw) is not dict:
        raise TypeError("not an object that names each key once")
    take = raw.pop
    cls, blank, place, others = _FRAMES[take("kind")]
    made: Any = blank.__new__(blank)
    made.id = name = take("id")
    start = take("start")
    if type(start) is str and len(start) <= CLOCK_LENGTH:
        start = zone(timezone).local(start)
    made.begins = begins = instant(start)
    made.minutes = minutes = take("minutes")
    made.place = place = take("place", place)
    made.status = status = take("status", "planned")
    made.clinician = made.notice_hours = None
    if raw:
        _fill_others(made, others, raw)
        made.__attrs_post_init__()
    else:
        for key, default in others:
            setattr(made, key, default)
        swift = type(name) is str and type(minutes) is int and 1 <= minutes <= LONGEST_MINUTES
        if not (swift and IDENTIFIER.fullmatch(name) and place in PLACES and status in STATUSES):
            made.__attrs_post_init__()  # which refuses it
        made.ends = begins + minutes * 60
    made.__class__ = cls
    frozen: Session = made
    return frozen


def _fill_others(made: Any, others: tuple[tuple[str, Any], ...], raw: dict[str, Any]) -> None:
    """Set what a document says beyond the usual of a session that is being filled."""
    if None in raw.values():
        raise TypeError("null")
    if "clinician" in raw:
        made.clinician = Clinician(**once(raw.pop("clinician")))
    made.notice_hours = raw.pop("notice_hours", None)
    for key, default in others:
        setattr(made, key, raw.pop(key, default))
    if raw:
        raise TypeError("a key that does not belong there")
