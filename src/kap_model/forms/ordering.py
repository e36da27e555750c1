"""What comes before or after what: each session's place, and what each needs beside it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import NEVER, Moment
from kap_model._values import check_choice, check_integer
from kap_model.breach import Breach, Scalar, Voice, Words, called, sentence
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.forms.distances import Unit, Within, is_narrower
from kap_model.forms.selectors import (
    Selector,
    after_selector,
    before_selector,
    by_selector,
    each_selector,
)
from kap_model.forms.wording import (
    every,
    first_of,
    numbered,
    one_of,
    plural,
    singular,
    with_article,
)
from kap_model.limits import LONGEST, Limits
from kap_model.sessions import Session
from kap_model.timeline import Fact, Timeline

BackTo: TypeAlias = Literal["any", "previous"]
Until: TypeAlias = Literal["next", "ever"]
BACK_TO: Final[tuple[BackTo, ...]] = ("any", "previous")
UNTIL: Final[tuple[Until, ...]] = ("next", "ever")
_ENDS: Final = attrgetter("ends")


def _not_before(voice: Voice, session: Session, first: Session, before: Selector) -> Words:
    thing = first_of(before)
    return Words(
        f"{sentence(voice.timed(session))} is not over before {thing}, {voice.timed(first)}.",
        f"not before {thing}",
        f"before {thing}",
        title=f"{sentence(called(session))} is not over before {thing}",
        action=voice.change("Move", session, so_that=f" before {called(first)}, or cancel it"),
        case="late",
        values=voice.told(form=Order.form, session=session, first=first, before=thing),
    )


def _not_after(voice: Voice, session: Session, first: Session, after: Selector) -> Words:
    thing = first_of(after)
    return Words(
        f"{sentence(voice.timed(session))} starts before {thing}, {voice.timed(first)}, is over.",
        f"before {thing} is over",
        f"after {thing}",
        title=f"{sentence(called(session))} comes before {thing} is over",
        action=voice.change("Move", session, so_that=f" after {called(first)}, or cancel it"),
        case="early",
        values=voice.told(form=Order.form, session=session, first=first, after=thing),
    )


def _nothing_before(voice: Voice, session: Session, after: Selector) -> Words:
    thing = one_of(after)
    return Words(
        f"{sentence(voice.session(session))} has no {thing} before it.",
        f"no {thing} before it",
        f"{with_article(thing)} that ends before it starts",
        title=f"No {thing} before {called(session)}",
        action=voice.book(f"{with_article(thing)} before {called(session)}", session),
        case="none",
        values=voice.told(form=Order.form, session=session, after=thing),
    )


@frozen
class Order(RuleForm):
    """Each session is before the first of something, or after it.

    Attributes:
        each: Whose place is asked for.
        before: Each is over before the first of these starts; nothing is asked without one.
        after: Each starts once the first of these is over.

    Raises:
        InvalidValue: Not exactly one of ``before`` and ``after`` is given.
    """

    form: ClassVar[str] = "order"

    each: Selector = field(converter=each_selector)
    before: Selector | None = field(default=None, converter=before_selector, kw_only=True)
    after: Selector | None = field(default=None, converter=after_selector, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.before is None) == (self.after is None):
            raise refusal("", "must set exactly one of before and after")

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session that is out of place."""
        sessions = self.each.of(course)
        if self.before is not None:
            return _late_ones(course, sessions, self.before)
        return [] if self.after is None else _early_ones(course, sessions, self.after)

    def bound(self) -> RuleFunction:
        """With whether all are in place as the fact."""
        in_place, find = _in_place(self.each, self.before, self.after), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            return [] if course.timeline.fact(in_place) else find(course, limits)

        return found

    # The first of more comes no later; which one is over first cannot be told, so `after` has to
    # be the same. A session that is itself the first is passed over, so kinds must not be shared.
    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another puts all of its sessions and more before the same, or what is earlier."""
        if not isinstance(other, Order) or not self.each.is_within(other.each):
            return False
        if self.before is None or other.before is None or self.before == other.before:
            return (self.before, self.after) == (other.before, other.after)
        return self.before.is_within(other.before) and set(self.each.kind).isdisjoint(
            other.before.kind
        )

    @property
    def ended_by(self) -> Selector | None:
        """What each has to come after."""
        return self.after

    @property
    def says(self) -> str:
        """Such as ``Every preparation is over before the first dosing starts``."""
        each = sentence(every(self.each))
        if self.before is not None:
            return f"{each} is over before {first_of(self.before)} starts."
        return f"{each} comes after {first_of(self.after or self.each)}."


@lru_cache(maxsize=1024)
def _in_place(each: Selector, before: Selector | None, after: Selector | None) -> Fact[bool]:
    """The fact whether each session is before the first of something, or after it."""

    def in_place(timeline: Timeline) -> bool:
        sessions = each.chosen(timeline)
        if before is not None:
            first = before.chosen(timeline)[:1]
            return not first or max(map(_ENDS, sessions), default=0) <= first[0].begins
        first = () if after is None else after.chosen(timeline)[:1]
        return not sessions or bool(first and sessions[0].begins >= first[0].ends)

    return in_place


def _late_ones(course: Course, sessions: Sequence[Session], before: Selector) -> list[Breach]:
    first = before.first_of(course)
    if first is None:
        return []
    return [
        Breach("violated", (session,), _not_before, (session, first, before))
        for session in sessions
        if session.ends > first.begins and session is not first
    ]


def _early_ones(course: Course, sessions: Sequence[Session], after: Selector) -> list[Breach]:
    first = after.first_of(course)
    if first is None:
        return [
            Breach("missing", (session,), _nothing_before, (session, after), closes=session.begins)
            for session in sessions
        ]
    return [
        Breach("violated", (session,), _not_after, (session, first, after))
        for session in sessions
        if session.begins < first.ends and session is not first
    ]


def _asks_as_much(form: Precede | Follow, other: Precede | Follow, *, bounded: bool) -> bool:
    """Whether another asks for as many, of no more kinds, as near, beside the same and more."""
    within, narrower = form.within, other.within
    return (
        other.min >= form.min
        and form.each.is_within(other.each)
        and (not bounded or form.each.shares_base(other.each))
        and other.by.is_within(form.by)
        and (within is None or (narrower is not None and is_narrower(narrower, within)))
    )


def _check_enough(number: int, within: Within | None) -> None:
    check_integer(number, "min", 0, LONGEST)
    if within is not None and type(within) is not Within:
        raise refusal("within", "must be a Within")


class _Among:
    """The sessions that ``by`` selects, found by start."""

    def __init__(self, timeline: Timeline, by: Selector, within: Within | None) -> None:
        self._timeline = timeline
        self._sessions = by.chosen(timeline)
        self._starts = [session.begins for session in self._sessions]
        self._within = within
        self._reach = (0, NEVER) if within is None else within.reach()

    def after(self, session: Session, until: int | None, enough: int) -> int:
        """How many come after a session and are over by ``until``; counted up to enough."""
        if self._within is None and enough == 1:
            place = bisect_left(self._starts, session.ends)
            if place < len(self._starts) and (until is None or self._sessions[place].ends <= until):
                return 1  # the usual case: the first one after it is over in time
        low, high = self._reach
        start = bisect_left(self._starts, max(session.ends, session.begins + low))
        last = session.begins + high if until is None else min(until, session.begins + high)
        found = 0
        for place in range(start, bisect_right(self._starts, last)):
            if found >= enough:
                break
            one = self._sessions[place]
            in_time = until is None or one.ends <= until
            if in_time and self._is_within(session, one):
                found += 1
        return found

    def before(self, session: Session, since: int | None, enough: int) -> int:
        """How many are over before a session and start from ``since`` on; up to enough."""
        if self._within is None and enough == 1:
            place = bisect_left(self._starts, session.begins) - 1
            in_time = place >= 0 and (since is None or self._starts[place] >= since)
            if in_time and self._sessions[place].ends <= session.begins:
                return 1  # the usual case: the last one that starts before it
        low, high = self._reach
        earliest = session.begins - high if since is None else max(since, session.begins - high)
        stop = bisect_left(self._starts, session.begins - max(low, 0))
        found = 0
        for place in reversed(range(bisect_left(self._starts, earliest), stop)):
            if found >= enough:
                break
            one = self._sessions[place]
            if one.ends <= session.begins and self._is_within(one, session):
                found += 1
        return found

    def _is_within(self, earlier: Session, later: Session) -> bool:
        return self._within is None or self._within.holds(self._timeline, earlier, later)


Lacking: TypeAlias = tuple[tuple[Session, Session | None, int], ...]
"""Sessions with too little beside them: each, its neighbor that bounds, and how many there are."""


@lru_cache(maxsize=1024)
def _lacking_before(form: Precede) -> Fact[Lacking]:
    def lacking(timeline: Timeline) -> Lacking:
        base = form.each.base(timeline)
        places, enough = form.each.places_in(base), form.min
        among = _Among(timeline, form.by, form.within)
        found: list[tuple[Session, Session | None, int]] = []
        for place in places:
            session = base[place]
            previous = base[place - 1] if form.back_to == "previous" and place > 0 else None
            number = among.before(session, None if previous is None else previous.ends, enough)
            if number < enough:
                found.append((session, previous, number))
        return tuple(found)

    return lacking


@lru_cache(maxsize=1024)
def _lacking_after(form: Follow) -> Fact[Lacking]:
    def lacking(timeline: Timeline) -> Lacking:
        base = form.each.base(timeline)
        places, enough = form.each.places_in(base), form.min
        bounded = len(base) - 1 if form.until == "next" else 0
        among = _Among(timeline, form.by, form.within)
        found: list[tuple[Session, Session | None, int]] = []
        for place in places:
            session = base[place]
            following = base[place + 1] if place < bounded else None
            number = among.after(session, None if following is None else following.begins, enough)
            if number < enough:
                found.append((session, following, number))
        return tuple(found)

    return lacking


def _later(course: Course, edge: Moment | None, other: Moment | None) -> Moment | None:
    """The later of two openings, the first where equal; ``None`` = open from the beginning."""
    if edge is None or other is None:
        return other if edge is None else edge
    resolve = course.timeline.zone.resolve
    return other if resolve(other) > resolve(edge) else edge


def _earlier(course: Course, edge: Moment | None, other: Moment | None) -> Moment | None:
    """The earlier of two closings, the first where equal; ``None`` = never."""
    if edge is None or other is None:
        return other if edge is None else edge
    resolve = course.timeline.zone.resolve
    return other if resolve(other) < resolve(edge) else edge


def _lacking(found: int, by: Selector) -> str:
    return f"no {one_of(by)}" if found == 0 else f"only {numbered(found, by)}"


def _has(found: int, by: Selector, where: str) -> str:
    return f"no {one_of(by)} {where}" if found == 0 else numbered(found, by)


def _asked(number: int, by: Selector) -> str:
    return with_article(one_of(by)) if number == 1 else f"at least {numbered(number, by)}"


def _more(number: int, by: Selector, found: int) -> str:
    """What is still to be booked: ``an integration``, ``2 integrations``, ``1 more dosing``."""
    if found:
        return f"{number} more {singular(by) if number == 1 else plural(by)}"
    return with_article(one_of(by)) if number == 1 else numbered(number, by)


def _beside(
    voice: Voice, form: Precede | Follow, session: Session, found: int, **other: Session | None
) -> dict[str, Scalar]:
    within = form.within
    window = {} if within is None else {"from": within.min, "to": within.max, "unit": within.unit}
    return voice.told(
        **form.figures("by", "min"),
        **window,
        session=session,
        found=found,
        **other,
    )


def _before_it(
    voice: Voice, form: Precede, session: Session, previous: Session | None, found: int
) -> Words:
    where = "before it" if form.within is None else f"{form.within} before it"
    since = "" if previous is None else f" and after {voice.session(previous)}"
    noun = singular(form.each)
    place = f"before {called(session)}"
    if previous is not None:
        place = f"between {called(previous)} and {called(session)}"
    return Words(
        f"{sentence(voice.session(session))} has {_lacking(found, form.by)} {where}{since}.",
        _has(found, form.by, where),
        f"{_asked(form.min, form.by)} {where}{since and f' and after the previous {noun}'}",
        title=f"{sentence(_lacking(found, form.by))} before {called(session)}",
        action=voice.book(f"{_more(form.min - found, form.by, found)} {place}", session),
        values=_beside(voice, form, session, found, previous=previous),
    )


def _after_it(
    voice: Voice, form: Follow, session: Session, following: Session | None, found: int
) -> Words:
    where = "after it" if form.within is None else f"{form.within} after it"
    until = "" if following is None else f" before {voice.session(following)}"
    if until and form.within is not None:
        until = f" and{until}"
    place, concerned = f"after {called(session)}", [session]
    if following is not None:
        place = f"between {called(session)} and {called(following)}"
        concerned = [following]
    return Words(
        f"{sentence(voice.session(session))} has {_lacking(found, form.by)} {where}{until}.",
        _has(found, form.by, where),
        f"{_asked(form.min, form.by)} {where}",
        title=f"{sentence(_lacking(found, form.by))} after {called(session)}",
        action=voice.book(f"{_more(form.min - found, form.by, found)} {place}", *concerned),
        values=_beside(voice, form, session, found, following=following),
    )


@frozen
class Precede(RuleForm):
    """Before each session there is something.

    Attributes:
        each: Before what.
        by: What there is.
        min: How many of them.
        back_to: ``any``: at any time before; ``previous``: since the previous session that
            ``each`` selects without its ordinal, where there is one.
        within: How far before.

    Raises:
        InvalidValue: ``min`` is no whole number from 0, or a word is not known.
    """

    form: ClassVar[str] = "precede"

    each: Selector = field(converter=each_selector)
    by: Selector = field(converter=by_selector)
    min: int = field(default=1, kw_only=True)
    back_to: BackTo = field(default="any", kw_only=True)
    within: Within | None = field(default=None, kw_only=True)
    lacking: Fact[Lacking] = field(init=False, eq=False, repr=False)
    """The fact which sessions have too little before them."""

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.back_to, "back_to", BACK_TO)
        object.__setattr__(self, "lacking", _lacking_before(self))

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session with too little before it."""
        return [
            self._breach(course, session, previous, found)
            for session, previous, found in course.timeline.fact(self.lacking)
        ]

    def bound(self) -> RuleFunction:
        """With which sessions have too little before them as the fact."""
        lacking, find = self.lacking, self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            return find(course, limits) if course.timeline.fact(lacking) else []

        return found

    def _breach(
        self, course: Course, session: Session, previous: Session | None, found: int
    ) -> Breach:
        opens: Moment | None = None if previous is None else previous.ends
        closes: Moment | None = session.begins
        if self.within is not None:
            opens = _later(course, opens, self.within.opens_before(course, session))
            closes = _earlier(course, closes, self.within.closes_before(course, session))
        facts = (self, session, previous, found)
        return Breach("missing", (session,), _before_it, facts, opens=opens, closes=closes)

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another asks for as much, as near, beside the same sessions and more."""
        bounded = self.back_to == "previous"
        return self.min == 0 or (
            isinstance(other, Precede)
            and (not bounded or other.back_to == self.back_to)
            and _asks_as_much(self, other, bounded=bounded)
        )

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """The ends of its window."""
        return () if self.within is None else self.within.distances

    @property
    def ended_by(self) -> Selector:
        """One more of what there has to be."""
        return self.by

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether there are as few as before with the same session."""
        return missing.sessions == after.sessions and bool(after.facts[-1] <= missing.facts[-1])

    @property
    def says(self) -> str:
        """Such as ``Before every dosing there is a medical review, since the previous dosing``."""
        verb = "is" if self.min == 1 else "are"
        text = f"Before {every(self.each)} there {verb} {_asked(self.min, self.by)}"
        if self.within is not None:
            text += f" {self.within} earlier"
        if self.back_to == "previous":
            text += f", since the previous {singular(self.each)}"
        return f"{text}."


@frozen
class Follow(RuleForm):
    """After each session there is something.

    Attributes:
        each: After what.
        by: What there is.
        min: How many of them.
        until: ``next``: before the next session that ``each`` selects without its ordinal, where
            there is one; ``ever``: at any time after.
        within: How far after.

    Raises:
        InvalidValue: ``min`` is no whole number from 0, or a word is not known.
    """

    form: ClassVar[str] = "follow"

    each: Selector = field(converter=each_selector)
    by: Selector = field(converter=by_selector)
    min: int = field(default=1, kw_only=True)
    until: Until = field(default="next", kw_only=True)
    within: Within | None = field(default=None, kw_only=True)
    lacking: Fact[Lacking] = field(init=False, eq=False, repr=False)
    """The fact which sessions have too little after them."""

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.until, "until", UNTIL)
        object.__setattr__(self, "lacking", _lacking_after(self))

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session with too little after it."""
        if self.until == "ever" and not course.asks_for_more:
            return []
        return [
            self._breach(course, session, following, found)
            for session, following, found in course.timeline.fact(self.lacking)
        ]

    def bound(self) -> RuleFunction:
        """With which sessions have too little after them as the fact."""
        lacking, find = self.lacking, self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            return find(course, limits) if course.timeline.fact(lacking) else []

        return found

    def _breach(
        self, course: Course, session: Session, following: Session | None, found: int
    ) -> Breach:
        opens: Moment | None = session.ends
        closes: Moment | None = None if following is None else following.begins
        if self.within is not None:
            opens = _later(course, opens, self.within.opens_after(course, session))
            closes = _earlier(course, closes, self.within.closes_after(course, session))
        closing = following if following is not None and closes == following.begins else None
        ended_early = following is None and course.plan.state == "discontinued"
        return Breach(
            "missing",
            (session,),
            _after_it,
            (self, session, closing, found),
            opens=opens,
            closes=closes,
            fixed_severity="advice" if ended_early else None,
        )

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another asks for as much, as near, beside the same sessions and more."""
        bounded = self.until == "next"
        return self.min == 0 or (
            isinstance(other, Follow)
            and (not bounded or other.until == self.until)
            and _asks_as_much(self, other, bounded=bounded)
        )

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """The ends of its window."""
        return () if self.within is None else self.within.distances

    @property
    def ended_by(self) -> Selector:
        """One more of what there has to be."""
        return self.by

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether there are as few as before with the same session."""
        return missing.sessions == after.sessions and bool(after.facts[-1] <= missing.facts[-1])

    @property
    def says(self) -> str:
        """Such as ``After every dosing there is an integration 1 to 3 days later``."""
        verb = "is" if self.min == 1 else "are"
        text = f"After {every(self.each)} there {verb} {_asked(self.min, self.by)}"
        if self.within is not None:
            return f"{text} {self.within} later."
        if self.until == "next":
            return f"{text} before the next {singular(self.each)}."
        return f"{text}, at any time."
