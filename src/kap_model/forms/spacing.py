"""How far apart: one session from the next, and the first from the last."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import ClassVar, Final

from attrs import field, frozen

from kap_model._time import HOUR_SECONDS
from kap_model.breach import Breach, Voice, Words, called, count, noun, sentence
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.forms.distances import (
    Unit,
    check_distance,
    ends_of,
    is_narrower,
    later_day,
    side_of,
    surely,
    text_of,
)
from kap_model.forms.selectors import Selector, from_selector, to_selector
from kap_model.forms.wording import (
    every,
    first_to_last,
    one_of,
    plural,
    singular,
    those,
    with_article,
)
from kap_model.limits import Limits
from kap_model.sessions import Session
from kap_model.severities import Side
from kap_model.timeline import Fact, Timeline

UNITS_OF_DATES: Final[tuple[Unit, ...]] = ("days", "weeks", "months")


def _apart(
    voice: Voice, form: Space, session: Session, other: Session, days: int, side: Side
) -> Words:
    apart = count(days, "day")
    return Words(
        f"{sentence(voice.session(session))} and {voice.session(other)} are {apart} apart; "
        f"the limit is {form.limit}.",
        apart,
        form.limit,
        title=_misplaced(form, session, other, below=side == "below"),
        action=_space_out(voice, form, session, other),
        values=voice.told(
            **form.figures("min", "max", "unit"), session=session, other=other, days=days
        ),
    )


def _misplaced(form: Space, session: Session, other: Session, *, below: bool) -> str:
    if session.kind == other.kind:
        apart = "close together" if below else "far apart"
        return f"{sentence(noun(session))}s {session.id} and {other.id} are too {apart}"
    return (
        f"{sentence(called(other))} comes too {'soon' if below else 'late'} after {called(session)}"
    )


def _space_out(voice: Voice, form: Space, session: Session, other: Session) -> str | None:
    anchor, moved = (session, other) if other.status != "completed" else (other, session)
    side = "after" if moved is other else "before"
    return voice.change("Move", moved, so_that=f" to {form.limit} {side} {called(anchor)}")


def _waited(seconds: int) -> str:
    """Elapsed time; a begun minute counts whole, for what is late must not read as in time."""
    hours, minutes = divmod(-(-seconds // 60), 60)
    parts = [count(hours, "hour")] if hours else []
    parts += [count(minutes, "minute")] if minutes or not hours else []
    return " ".join(parts)


def _hours_apart(voice: Voice, form: Space, session: Session, other: Session) -> Words:
    apart, limit = other.begins - session.ends, form.limit
    waited = "before its end" if apart < 0 else _waited(apart)
    if apart < 0:
        said = f"starts before {voice.timed(session)} is over; the limit is {limit} after it."
    elif other.kind != session.kind:
        said = (
            f"is the first after {voice.session(session)} and comes {waited} after its end; "
            f"the limit is {limit}."
        )
    else:
        said = f"comes {waited} after the end of {voice.session(session)}; the limit is {limit}."
    return Words(
        f"{sentence(voice.timed(other))} {said}",
        waited,
        limit,
        title=_misplaced(form, session, other, below=apart < (form.min or 0) * HOUR_SECONDS),
        action=_space_out(voice, form, session, other),
        values=voice.told(
            **form.figures("min", "max", "unit"), session=session, other=other, seconds=apart
        ),
    )


@frozen
class Space(RuleForm):
    """Sessions that follow one another are so far apart.

    Attributes:
        from_: From which sessions; ``from`` in documents.
        to: To the first of these after each; without it, to the next that ``from_`` selects.
        min: At least so far.
        max: At most so far.
        unit: ``hours``, ``days``, ``weeks`` or ``months``.

    Raises:
        InvalidValue: Neither end is given, or ``to`` has an ordinal and shares a kind with
            ``from_``.
    """

    form: ClassVar[str] = "space"
    sided: ClassVar[bool] = True

    from_: Selector = field(converter=from_selector)
    to: Selector | None = field(default=None, converter=to_selector)
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit)
        to = self.to
        if to is not None and to.has_ordinal and set(to.kind) & set(self.from_.kind):
            raise refusal(
                "to", "must have no ordinal where it shares a kind with from; span may be meant"
            )

    @property
    def paces_dosings(self) -> bool:
        """Whether both sides are dosings."""
        return all("dosing" in one.kind for one in (self.from_, self.to) if one is not None)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each two sessions that are too near or too far."""
        breaches = []
        for session, other in _pairs(course.timeline, self.from_, self.to):
            side = side_of(course.timeline, session, other, self.min, self.max, self.unit)
            if side is not None:
                breaches.append(self._breach(course, session, other, side))
        return breaches

    def bound(self) -> RuleFunction:
        """With the nearest and the farthest two as the fact."""
        lowest, highest = surely(self.min, self.max, self.unit)
        unit = "hours" if self.unit == "hours" else "days"
        apart, find = _distances(self.from_, self.to, unit), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            nearest, farthest = course.timeline.fact(apart)
            return [] if lowest <= nearest and farthest <= highest else find(course, limits)

        return found

    def _breach(self, course: Course, session: Session, other: Session, side: Side) -> Breach:
        facts: tuple[object, ...] = (self, session, other)
        if self.unit == "hours":
            return Breach("violated", (session, other), _hours_apart, facts, side=side)
        facts = (*facts, course.day(other) - course.day(session), side)
        return Breach("violated", (session, other), _apart, facts, side=side)

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another leaves the same pairs, and maybe more, no more room."""
        if not isinstance(other, Space) or self.to != other.to or not is_narrower(other, self):
            return False
        if self.from_ == other.from_:
            return True
        same_pairs = self.to is not None and self.from_.shares_base(other.from_)
        return same_pairs and self.from_.is_within(other.from_)

    @property
    def limit(self) -> str:
        """``7 to 14 days``, ``at most 72 hours``."""
        return text_of(self.min, self.max, self.unit)

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """Its ends."""
        return ends_of(self.min, self.max, self.unit)

    @property
    def says(self) -> str:
        """Such as ``The first integration after every dosing comes at most 72 hours after it``."""
        limit = self.limit
        to = self.to or self.from_
        ordinal = self.from_.has_ordinal or to.has_ordinal
        if to == self.from_ and ordinal:
            return f"Of {those(to)}, each two that follow one another are {limit} apart."
        if singular(to) == singular(self.from_) and not ordinal:
            return f"Consecutive {plural(to)} are {limit} apart."
        return f"The first {one_of(to)} after {every(self.from_)} comes {limit} after it."


def _pairs(
    timeline: Timeline, from_: Selector, to: Selector | None
) -> Iterator[tuple[Session, Session]]:
    """Each session and the one after it whose distance is asked for."""
    if to is None:
        yield from pairwise(from_.chosen(timeline))
        return
    base, ends = from_.base(timeline), to.chosen(timeline)
    starts = [session.begins for session in ends]
    for place in from_.places_in(base):
        session = base[place]
        following = base[place + 1] if place + 1 < len(base) else None
        for index in range(bisect_left(starts, session.begins), len(ends)):
            other = ends[index]
            if following is not None and other.begins > following.begins:
                break
            if _comes_after(session, other) and (
                following is None or other is following or other.ends <= following.begins
            ):
                yield session, other
                break


@lru_cache(maxsize=1024)
def _distances(from_: Selector, to: Selector | None, unit: str) -> Fact[tuple[float, float]]:
    """The fact how far the nearest and the farthest two are apart: in seconds, else in days."""

    def distances(timeline: Timeline) -> tuple[float, float]:
        day = timeline.day
        apart = [
            other.begins - session.ends if unit == "hours" else day(other) - day(session)
            for session, other in _pairs(timeline, from_, to)
        ]
        return min(apart, default=inf), max(apart, default=-inf)

    return distances


@lru_cache(maxsize=1024)
def _length(from_: Selector, to: Selector) -> Fact[int | None]:
    """The fact how many days lie between the first of some sessions and the last of some."""

    def length(timeline: Timeline) -> int | None:
        starts, ends = from_.chosen(timeline), to.chosen(timeline)
        return timeline.day(ends[-1]) - timeline.day(starts[0]) if starts and ends else None

    return length


def _comes_after(session: Session, other: Session) -> bool:
    """Whether another session comes after: in canonical order; of another kind, once it is over."""
    if session.kind == other.kind:
        return (session.begins, session.id) < (other.begins, other.id)
    return other.begins >= session.ends


def _too_long(
    voice: Voice, form: Span, session: Session, last: Session, days: int, side: Side
) -> Words:
    found, limit, below = count(days, "day"), form.limit, side == "below"
    to = f"to {limit} after {called(session)}"
    last_kind = with_article(singular(form.to or form.from_))
    return Words(
        f"From {voice.session(session)} to {voice.session(last)} there are {found}; the limit is "
        f"{limit}.",
        found,
        limit,
        title=f"Too {'short' if below else 'long'} from {called(session)} to {called(last)}",
        action=f"Book {last_kind} {to[3:]}, or end the course."
        if below
        else voice.change("Move", last, so_that=f" {to}, or cancel it"),
        values=voice.told(
            **form.figures("min", "max", "unit"), first=session, last=last, days=days
        ),
    )


@frozen
class Span(RuleForm):
    """From the first of some sessions to the last of some it is so long.

    Attributes:
        from_: From the first of these; ``from`` in documents.
        to: To the last of these; without it, of those that ``from_`` selects.
        min: At least so long.
        max: At most so long.
        unit: ``days``, ``weeks`` or ``months``.

    Raises:
        InvalidValue: Neither end is given, or ``max`` is below ``min``.
    """

    form: ClassVar[str] = "span"
    sided: ClassVar[bool] = True

    from_: Selector = field(converter=from_selector)
    to: Selector | None = field(default=None, converter=to_selector)
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit, UNITS_OF_DATES)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding, below or above."""
        first, ends = self.from_.first_of(course), (self.to or self.from_).of(course)
        if first is None or not ends:
            return []
        last = ends[-1]
        sessions = (first,) if first is last else (first, last)
        day, last_day = course.day(first), course.day(last)
        facts = (self, first, last, last_day - day)
        if self.max is not None and last_day > later_day(day, self.max, self.unit):
            return [Breach("violated", sessions, _too_long, (*facts, "above"), side="above")]
        short = self.min is not None and last_day < later_day(day, self.min, self.unit)
        if short and course.asks_for_more:
            return [Breach("missing", sessions, _too_long, (*facts, "below"), side="below")]
        return []

    def bound(self) -> RuleFunction:
        """With the days from the first to the last as the fact."""
        lowest, highest = surely(self.min, self.max, self.unit)
        length, find = _length(self.from_, self.to or self.from_), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            days = course.timeline.fact(length)
            return [] if days is None or lowest <= days <= highest else find(course, limits)

        return found

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another leaves no more room between the same sessions."""
        return (
            isinstance(other, Span)
            and self.from_ == other.from_
            and (self.to or self.from_) == (other.to or other.from_)
            and is_narrower(other, self)
        )

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """Its ends."""
        return ends_of(self.min, self.max, self.unit)

    @property
    def ended_by(self) -> Selector:
        """A later one."""
        return self.to or self.from_

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether it is still too short."""
        return after.side == "below"

    @property
    def limit(self) -> str:
        """``at most 9 weeks``."""
        return text_of(self.min, self.max, self.unit)

    @property
    def says(self) -> str:
        """Such as ``From the first to the last dosing there are at most 9 weeks``."""
        return f"From {first_to_last(self.from_, self.to or self.from_)} there are {self.limit}."
