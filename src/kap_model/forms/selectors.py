"""Selectors: which sessions a form speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._values import (
    Value,
    as_tuple,
    below,
    check_choice,
    check_choices,
    check_integer,
    check_labels,
)
from kap_model.course import Course
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.limits import LONGEST
from kap_model.sessions import (
    FORMATS,
    KINDS,
    PLACES,
    THERAPIST_KINDS,
    Format,
    Kind,
    Place,
    Session,
)
from kap_model.timeline import Timeline

Chosen: TypeAlias = Callable[[Timeline], tuple[Session, ...]]
Phase: TypeAlias = Literal["course", "maintenance"]
PHASES: Final[tuple[Phase, ...]] = ("course", "maintenance")
ORDINALS: Final = ("first", "nth", "every", "from_")
_BASE: Final = ("kind", "place", "format", "level", "route", "phase")
KINDS_WITH: Final[dict[str, tuple[str, ...]]] = {
    "format": THERAPIST_KINDS,
    "level": ("dosing",),
    "route": ("dosing",),
}
"""The kinds that have a field; a field that is not named here is on every kind."""

_SESSIONS_OF: Final = {
    "consultation": attrgetter("consultations"),
    "medical-evaluation": attrgetter("evaluations"),
    "preparation": attrgetter("preparations"),
    "dosing": attrgetter("dosings"),
    "integration": attrgetter("integrations"),
    "medical-review": attrgetter("reviews"),
}


def _words(value: Any, path: str, choices: tuple[str, ...]) -> tuple[Any, ...]:
    """A known word or several, each once, in the order in which they are known."""
    if isinstance(value, str):
        check_choice(value, path, choices)
        return (value,)
    words = as_tuple(value, path)
    check_choices(words, path, choices)
    if not words:
        raise refusal(path, "must name at least one")
    return tuple(sorted(words, key=choices.index))


def _kinds(value: str | Iterable[str]) -> tuple[Kind, ...]:
    return _words(value, "kind", KINDS)


def _places(value: str | Iterable[str] | None) -> tuple[Place, ...] | None:
    return None if value is None else _words(value, "place", PLACES)


def _formats(value: str | Iterable[str] | None) -> tuple[Format, ...] | None:
    return None if value is None else _words(value, "format", FORMATS)


def _labels(value: str | Iterable[str], path: str) -> tuple[str, ...]:
    labels = (value,) if isinstance(value, str) else as_tuple(value, path)
    check_labels(labels, path)
    if not labels:
        raise refusal(path, "must name at least one")
    return labels


def _levels(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else _labels(value, "level")


def _routes(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if value is None else _labels(value, "route")


@frozen
class Selector(Value):
    """Counting sessions of a kind, or of several, and as needed of a place, a format and so on.

    Attributes:
        kind: A kind or several, kept in canonical order.
        place: Only sessions held there, in one of these places.
        format: Only sessions held so; a session of a kind without a format is not selected.
        level: Only dosings for which one of these levels is recorded.
        route: Only dosings for which one of these routes is recorded.
        phase: ``course``: all sessions, as long as no plan says when maintenance begins;
            ``maintenance``: none.
        first: The first so many of them.
        nth: The one with this number.
        every: The one with this number, with twice this number and so on.
        from_: The one with this number and the later ones; ``from`` in documents.

    At most one of the last four is given; they count in canonical order among what the rest
    selects, so a cancellation moves them. The *base* is the selector without it.

    Raises:
        InvalidValue: A word is not known, two ordinals are given, or no session could match.
    """

    kind: tuple[Kind, ...] = field(converter=_kinds)
    place: tuple[Place, ...] | None = field(default=None, converter=_places, kw_only=True)
    format: tuple[Format, ...] | None = field(default=None, converter=_formats, kw_only=True)
    level: tuple[str, ...] | None = field(default=None, converter=_levels, kw_only=True)
    route: tuple[str, ...] | None = field(default=None, converter=_routes, kw_only=True)
    phase: Phase | None = field(default=None, kw_only=True)
    first: int | None = field(default=None, kw_only=True)
    nth: int | None = field(default=None, kw_only=True)
    every: int | None = field(default=None, kw_only=True)
    from_: int | None = field(default=None, kw_only=True)
    is_plain: bool = field(init=False, eq=False, repr=False)
    """Whether it selects all counting sessions of its kinds."""
    base: Chosen = field(init=False, eq=False, repr=False)
    """Gives the sessions of its base in a plan."""
    chosen: Chosen = field(init=False, eq=False, repr=False)
    """Gives the sessions that it selects in a plan."""

    def __attrs_post_init__(self) -> None:
        for name, kinds in KINDS_WITH.items():
            if getattr(self, name) is not None and not set(kinds) & set(self.kind):
                raise refusal(name, f"must stand with a kind that has it: {' or '.join(kinds)}")
        if self.phase is not None:
            check_choice(self.phase, "phase", PHASES)
        given = [name for name in ORDINALS if getattr(self, name) is not None]
        for name in given:
            check_integer(getattr(self, name), name, 1, LONGEST)
        if len(given) > 1:
            raise refusal(given[1], "must be left out: at most one of first, nth, every and from")
        filtered = self.place or self.format or self.level or self.route or given
        is_plain = not filtered and self.phase != "maintenance"
        object.__setattr__(self, "is_plain", is_plain)
        without: dict[str, Any] = dict.fromkeys(given)
        base = attrs.evolve(self, **without).base if given else _base(self)
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "chosen", _numbered(self) if given else self.base)

    @property
    def has_ordinal(self) -> bool:
        """Whether it selects by number among its base."""
        return any(getattr(self, name) is not None for name in ORDINALS)

    def base_of(self, course: Course) -> Sequence[Session]:
        """The sessions of a course that it selects, its ordinal left out, in canonical order."""
        return self.base(course.timeline)

    def places_in(self, base: Sequence[object]) -> range:
        """The places in its base of the sessions that it selects."""
        places = range(len(base))
        if self.first is not None:
            return places[: self.first]
        if self.nth is not None:
            return places[self.nth - 1 : self.nth]
        if self.every is not None:
            return places[self.every - 1 :: self.every]
        return places if self.from_ is None else places[self.from_ - 1 :]

    def shares_base(self, other: Selector) -> bool:
        """Whether another selector has the same base, by the same words."""
        return all(getattr(self, name) == getattr(other, name) for name in _BASE)

    def is_within(self, other: Selector) -> bool:
        """Whether another selector surely selects all that this one does, in every plan."""
        if other.has_ordinal:
            return self.shares_base(other) and _is_numbered_within(self, other)
        return (
            self.phase == other.phase
            and set(self.kind) <= set(other.kind)
            and set(self.place or PLACES) <= set(other.place or PLACES)
            and all(
                wider is None or (words is not None and set(words) <= set(wider))
                for words, wider in (
                    (self.format, other.format),
                    (self.level, other.level),
                    (self.route, other.route),
                )
            )
        )

    def of(self, course: Course) -> Sequence[Session]:
        """The sessions of a course that it selects, in canonical order."""
        return self.chosen(course.timeline)

    def first_of(self, course: Course) -> Session | None:
        """The first session of a course that it selects."""
        selected = self.chosen(course.timeline)
        return selected[0] if selected else None

    def by_kind(self, timeline: Timeline) -> Sequence[Sequence[Session]]:
        """What it selects, for facts without order: one kind after another where it can be."""
        if self.is_plain:
            return [_SESSIONS_OF[kind](timeline) for kind in self.kind]
        return [self.chosen(timeline)]


@lru_cache(maxsize=1024)
def _base(selector: Selector) -> Chosen:
    """What finds the base of a selector in a plan; the same for all that are equal."""
    if selector.is_plain and len(selector.kind) == 1:
        return _SESSIONS_OF[selector.kind[0]]

    given = [(name, getattr(selector, name)) for name in ("place", "format", "level", "route")]
    wanted = [(name, words) for name, words in given if words is not None]

    def base(timeline: Timeline) -> tuple[Session, ...]:
        # Until a plan says when maintenance begins, all of it is the course.
        if selector.phase == "maintenance":
            return ()
        sessions: Sequence[Session] = timeline.counting
        if len(selector.kind) == 1:
            sessions = _SESSIONS_OF[selector.kind[0]](timeline)
        else:
            sessions = [session for session in sessions if session.kind in selector.kind]
        for name, words in wanted:
            sessions = [session for session in sessions if getattr(session, name, None) in words]
        return tuple(sessions)

    return partial(Timeline.fact, of=base)


@lru_cache(maxsize=1024)
def _numbered(selector: Selector) -> Chosen:
    """What finds the sessions of a selector with an ordinal in a plan."""

    def numbered(timeline: Timeline) -> tuple[Session, ...]:
        base = selector.base(timeline)
        return tuple([base[place] for place in selector.places_in(base)])

    return partial(Timeline.fact, of=numbered)


def _is_numbered_within(selector: Selector, other: Selector) -> bool:
    """Whether another selector of the same base, with an ordinal, takes all its numbers too."""
    if other.first is not None:
        most = selector.first or selector.nth
        return most is not None and most <= other.first
    if other.nth is not None:
        return selector.nth == other.nth
    if other.every is not None:
        step = selector.every or selector.nth
        return step is not None and step % other.every == 0
    least = selector.from_ or selector.nth or selector.every
    return least is not None and least >= (other.from_ or 1)


SelectorLike: TypeAlias = Selector | str | Sequence[str]


def _selector(value: SelectorLike, path: str) -> Selector:
    if type(value) is Selector:
        return value
    if not isinstance(value, str | list | tuple):
        raise refusal(path, "must be a Selector, a kind of session or several")
    try:
        return Selector(value)
    except InvalidValue as error:
        problems = [Problem(below(path, p.path), p.reason) for p in error.problems]
    raise InvalidValue(problems)


def _selector_or_none(value: SelectorLike | None, path: str) -> Selector | None:
    return None if value is None else _selector(value, path)


def of_selector(value: SelectorLike) -> Selector:
    """``of`` as a selector."""
    return _selector(value, "of")


def each_selector(value: SelectorLike) -> Selector:
    """``each`` as a selector."""
    return _selector(value, "each")


def by_selector(value: SelectorLike) -> Selector:
    """``by`` as a selector."""
    return _selector(value, "by")


def from_selector(value: SelectorLike) -> Selector:
    """``from`` as a selector."""
    return _selector(value, "from_")


def to_selector(value: SelectorLike | None) -> Selector | None:
    """``to`` as a selector, where there is one."""
    return _selector_or_none(value, "to")


def before_selector(value: SelectorLike | None) -> Selector | None:
    """``before`` as a selector, where there is one."""
    return _selector_or_none(value, "before")


def after_selector(value: SelectorLike | None) -> Selector | None:
    """``after`` as a selector, where there is one."""
    return _selector_or_none(value, "after")


def while_selector(value: SelectorLike) -> Selector:
    """``while`` as a selector."""
    return _selector(value, "while_")
