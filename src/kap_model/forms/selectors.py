"""Selectors: which sessions a form speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

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

if TYPE_CHECKING:
    from kap_model.course import Course

Phase: TypeAlias = Literal["course", "maintenance"]
PHASES: Final[tuple[Phase, ...]] = ("course", "maintenance")
ORDINALS: Final = ("first", "nth", "every", "from_")
KINDS_WITH: Final[dict[str, tuple[str, ...]]] = {
    "format": THERAPIST_KINDS,
    "level": ("dosing",),
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


def _levels(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    levels = (value,) if isinstance(value, str) else as_tuple(value, "level")
    check_labels(levels, "level")
    if not levels:
        raise refusal("level", "must name at least one")
    return levels


@frozen
class Selector(Value):
    """Counting sessions of a kind, or of several, and as needed of a place, a format, a level.

    Attributes:
        kind: A kind or several, kept in canonical order.
        place: Only sessions held there, in one of these places.
        format: Only sessions held so; a session of a kind without a format is not selected.
        level: Only dosings for which one of these levels is recorded.
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
    phase: Phase | None = field(default=None, kw_only=True)
    first: int | None = field(default=None, kw_only=True)
    nth: int | None = field(default=None, kw_only=True)
    every: int | None = field(default=None, kw_only=True)
    from_: int | None = field(default=None, kw_only=True)

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

    @property
    def has_ordinal(self) -> bool:
        """Whether it selects by number among its base."""
        return any(getattr(self, name) is not None for name in ORDINALS)

    def base_of(self, course: Course) -> Sequence[Session]:
        """The sessions of a course that it selects, its ordinal left out, in canonical order."""
        if self.phase == "maintenance":
            return ()
        sessions: Sequence[Session]
        if len(self.kind) == 1:
            sessions = _SESSIONS_OF[self.kind[0]](course)
        else:
            sessions = [session for session in course.counting if session.kind in self.kind]
        for name in ("place", "format", "level"):
            words = getattr(self, name)
            if words is not None:
                sessions = [one for one in sessions if getattr(one, name, None) in words]
        return sessions

    def places_in(self, base: Sequence[Session]) -> range:
        """The places in its base of the sessions that it selects."""
        places = range(len(base))
        if self.first is not None:
            return places[: self.first]
        if self.nth is not None:
            return places[self.nth - 1 : self.nth]
        if self.every is not None:
            return places[self.every - 1 :: self.every]
        return places if self.from_ is None else places[self.from_ - 1 :]

    def of(self, course: Course) -> Sequence[Session]:
        """The sessions of a course that it selects, in canonical order."""
        base = self.base_of(course)
        places = self.places_in(base)
        return base if len(places) == len(base) else [base[place] for place in places]

    def first_of(self, course: Course) -> Session | None:
        """The first session of a course that it selects."""
        selected = self.of(course)
        return selected[0] if selected else None


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
