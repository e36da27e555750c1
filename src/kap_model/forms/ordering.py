"""What comes before or after what: each session's place, and what each needs beside it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import NEVER, Moment
from kap_model._values import check_choice, check_integer
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import Unit, Within
from kap_model.forms.selectors import (
    Selector,
    after_selector,
    before_selector,
    by_selector,
    each_selector,
)
from kap_model.forms.wording import every, first_of, numbered, one_of, singular, with_article
from kap_model.limits import LONGEST, Limits
from kap_model.rules._rule import Breach, Voice, Words, sentence
from kap_model.sessions import Session

BackTo: TypeAlias = Literal["any", "previous"]
Until: TypeAlias = Literal["next", "ever"]
BACK_TO: Final[tuple[BackTo, ...]] = ("any", "previous")
UNTIL: Final[tuple[Until, ...]] = ("next", "ever")


def _not_before(voice: Voice, session: Session, first: Session, before: Selector) -> Words:
    thing = first_of(before)
    return Words(
        f"{sentence(voice.timed(session))} is not over before {thing}, {voice.timed(first)}.",
        f"not before {thing}",
        f"before {thing}",
    )


def _not_after(voice: Voice, session: Session, first: Session, after: Selector) -> Words:
    thing = first_of(after)
    return Words(
        f"{sentence(voice.timed(session))} starts before {thing}, {voice.timed(first)}, is over.",
        f"before {thing} is over",
        f"after {thing}",
    )


def _nothing_before(voice: Voice, session: Session, after: Selector) -> Words:
    thing = one_of(after)
    return Words(
        f"{sentence(voice.session(session))} has no {thing} before it.",
        f"no {thing} before it",
        f"{with_article(thing)} that ends before it starts",
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


def _check_enough(number: int, within: Within | None) -> None:
    check_integer(number, "min", 0, LONGEST)
    if within is not None and type(within) is not Within:
        raise refusal("within", "must be a Within")


class _Among:
    """The sessions that ``by`` selects, found by start."""

    def __init__(self, course: Course, by: Selector, within: Within | None) -> None:
        self._course = course
        self._sessions = by.of(course)
        self._starts = [session.begins for session in self._sessions]
        self._within = within
        self._reach = (0, NEVER) if within is None else within.reach()

    def after(self, session: Session, until: int | None, enough: int) -> int:
        """How many come after a session and are over by ``until``; counted up to enough."""
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
        return self._within is None or self._within.holds(self._course, earlier, later)


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
    return f"no {one_of(by)}" if found == 0 else f"only {found} {one_of(by)}"


def _asked(number: int, by: Selector) -> str:
    return with_article(one_of(by)) if number == 1 else f"at least {numbered(number, by)}"


def _before_it(
    voice: Voice, form: Precede, session: Session, previous: Session | None, found: int
) -> Words:
    where = "before it" if form.within is None else f"{form.within} before it"
    since = "" if previous is None else f" and after {voice.session(previous)}"
    noun = singular(form.each)
    return Words(
        f"{sentence(voice.session(session))} has {_lacking(found, form.by)} {where}{since}.",
        numbered(found, form.by),
        f"{_asked(form.min, form.by)} {where}{since and f' and after the previous {noun}'}",
    )


def _after_it(
    voice: Voice, form: Follow, session: Session, following: Session | None, found: int
) -> Words:
    where = "after it" if form.within is None else f"{form.within} after it"
    until = "" if following is None else f" before {voice.session(following)}"
    if until and form.within is not None:
        until = f" and{until}"
    return Words(
        f"{sentence(voice.session(session))} has {_lacking(found, form.by)} {where}{until}.",
        numbered(found, form.by),
        f"{_asked(form.min, form.by)} {where}",
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

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.back_to, "back_to", BACK_TO)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session with too little before it."""
        base = self.each.base_of(course)
        among = _Among(course, self.by, self.within)
        breaches = []
        for place in self.each.places_in(base):
            session = base[place]
            bounded = self.back_to == "previous" and place > 0
            previous = base[place - 1] if bounded else None
            since = None if previous is None else previous.ends
            found = among.before(session, since, self.min)
            if found < self.min:
                breaches.append(self._breach(course, session, previous, found))
        return breaches

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

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.until, "until", UNTIL)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session with too little after it."""
        if self.until == "ever" and not course.asks_for_more:
            return []
        base = self.each.base_of(course)
        among = _Among(course, self.by, self.within)
        breaches = []
        for place in self.each.places_in(base):
            session = base[place]
            bounded = self.until == "next" and place + 1 < len(base)
            following = base[place + 1] if bounded else None
            until = None if following is None else following.begins
            found = among.after(session, until, self.min)
            if found < self.min:
                breaches.append(self._breach(course, session, following, found))
        return breaches

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
