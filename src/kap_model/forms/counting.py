"""How many: in all or before something, and in any so many consecutive days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from functools import lru_cache
from math import inf
from operator import sub
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import check_choice, check_integer
from kap_model.breach import Breach, Voice, Words, called, count, sentence
from kap_model.course import Course
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.forms.distances import Unit
from kap_model.forms.selectors import Selector, before_selector, of_selector
from kap_model.forms.wording import first_of, numbered, plural, singular, those, together
from kap_model.limits import LONGEST, Bounds, Frequency, Limits
from kap_model.sessions import Session
from kap_model.timeline import Fact, Timeline

Summed: TypeAlias = Literal["sessions", "minutes"]
SUMS: Final[tuple[Summed, ...]] = ("sessions", "minutes")


def _counted(voice: Voice, form: Count, found: int, first: Session | None) -> Words:
    limit = form.limit
    if form.sum == "minutes":
        where = "in the course" if first is None else f"before {voice.session(first)}"
        held = count(found, "minute")
        message = f"The {plural(form.of)} {where} last {held} together; the limit is {limit}."
    else:
        held = together(found, form.of)
        verb = "is" if found == 1 else "are"
        has = "The course has" if first is None else f"There {verb}"
        before = "" if first is None else f" before {voice.session(first)}"
        message = f"{has} {held}{before}; the limit is {limit}."
    below = form.bounds.below(found)
    said = voice.told(**form.figures("of", "min", "max", "sum"), found=found, before=first)
    return Words(
        message,
        held,
        limit,
        title=_miscounted(form, first, below=below),
        action=_book_more(voice, form, found, first) if below else _hold_fewer(voice, form),
        values=said,
    )


def _miscounted(form: Count, first: Session | None, *, below: bool) -> str:
    before = "" if first is None else f" before {called(first)}"
    if form.sum == "minutes":
        compared = "Less time in" if below else "More time in"
    elif below and form.bounds.min == 1:
        return f"No {singular(form.of)}{before}"
    else:
        compared = "Fewer" if below else "More"
    return f"{compared} {plural(form.of)} than the protocol {'asks' if below else 'allows'}{before}"


def _book_more(voice: Voice, form: Count, found: int, first: Session | None) -> str | None:
    wanted = Bounds(
        *(None if end is None else end - found for end in (form.bounds.min, form.bounds.max))
    )
    if form.sum == "minutes":
        more = f"{wanted.of('minute')} more of {plural(form.of)}"
    else:
        alone = (wanted.min if wanted.max is None else wanted.max) == 1
        more = f"{wanted} more {singular(form.of) if alone else plural(form.of)}"
    if first is None:
        return f"Book {more}, or end the course."
    return voice.book(f"{more} before {called(first)}", first)


def _hold_fewer(voice: Voice, form: Count) -> str | None:
    if form.sum == "sessions":
        return voice.change("Cancel", *voice.sessions)
    return voice.change("Shorten or cancel", *voice.sessions[-1:])


@frozen
class Count(RuleForm):
    """So many sessions, or so many minutes of them: in the course, or before something.

    Attributes:
        of: What is counted.
        min: At least so many.
        max: At most so many.
        before: Only what is over before the first of these starts; without such a session, all.
        sum: Whether ``sessions`` are counted or their ``minutes``.

    Raises:
        InvalidValue: Neither ``min`` nor ``max`` is given, or ``max`` is below ``min``.
    """

    form: ClassVar[str] = "count"
    sided: ClassVar[bool] = True

    of: Selector = field(converter=of_selector)
    min: int | None = None
    max: int | None = None
    before: Selector | None = field(default=None, converter=before_selector, kw_only=True)
    sum: Summed = field(default="sessions", kw_only=True)
    bounds: Bounds = field(init=False, eq=False, repr=False)
    """``min`` and ``max`` together."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "bounds", Bounds(self.min, self.max))
        check_choice(self.sum, "sum", SUMS)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding, below or above."""
        first = None if self.before is None else self.before.first_of(course)
        counted = _counted_sessions(course.timeline, self.of, first)
        by_minutes = self.sum == "minutes"
        found = sum([session.minutes for session in counted]) if by_minutes else len(counted)
        facts = (self, found, first)
        if self.bounds.below(found):
            concerned = () if first is None else (first,)
            if first is None and not course.asks_for_more:
                return []
            closes = None if first is None else first.begins
            return [Breach("missing", concerned, _counted, facts, closes=closes, side="below")]
        if self.bounds.above(found):
            beyond = tuple(counted if by_minutes else counted[self.bounds.max :])
            return [Breach("violated", beyond, _counted, facts, side="above")]
        return []

    def bound(self) -> RuleFunction:
        """With how many there are, or how long they last, as the fact."""
        lowest, highest = self.min or 0, inf if self.max is None else self.max
        find, chosen = self.find, self.of.chosen
        if self.before is None and self.sum == "sessions":

            def counted(course: Course, limits: Limits) -> list[Breach]:
                number = len(chosen(course.timeline))
                return [] if lowest <= number <= highest else find(course, limits)

            return counted
        number = _number(self.of, self.before, self.sum)

        def found(course: Course, limits: Limits) -> list[Breach]:
            return [] if lowest <= course.timeline.fact(number) <= highest else find(course, limits)

        return found

    # With a first session to be over before, fewer are counted than without; so a least number is
    # the harder to reach, a greatest one the easier to keep.
    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another count asks for no fewer, and no more, of what counts for both."""
        if not self.min and self.max is None:
            return True
        if not isinstance(other, Count) or self.sum != other.sum:
            return False
        least = (other.min or 0) >= (self.min or 0) and other.of.is_within(self.of)
        most = (inf if other.max is None else other.max) <= (self.max or 0)
        return (not self.min or (least and self.before in (None, other.before))) and (
            self.max is None
            or (most and self.of.is_within(other.of) and other.before in (None, self.before))
        )

    @property
    def ended_by(self) -> Selector:
        """One more of what it counts."""
        return self.of

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether there are as few as before; towards the n-th each one more is a step."""
        return not self.of.has_ordinal and bool(after.facts[1] <= missing.facts[1])

    @property
    def limit(self) -> str:
        """The range with what it counts: ``1 to 3 preparations``, ``at most 600 minutes``."""
        if self.sum == "minutes":
            return self.bounds.of("minute")
        alone = (self.min if self.max is None else self.max) == 1
        return f"{self.bounds} {singular(self.of) if alone else plural(self.of)}"

    @property
    def says(self) -> str:
        """Such as ``There are 1 to 3 preparations before the first dosing``."""
        before = "" if self.before is None else f" before {first_of(self.before)}"
        if self.sum == "minutes":
            return f"{sentence(those(self.of))}{before} last {self.limit} in all."
        where = before or " in the course"
        if self.max == 0:
            return f"There are no {plural(self.of)}{where}."
        if self.of.has_ordinal:
            return f"Of {those(self.of)}, {self.limit} {self._verb} held{where}."
        return f"There {self._verb} {self.limit}{where}."

    @property
    def _verb(self) -> str:
        return "is" if (self.min if self.max is None else self.max) == 1 else "are"


def _counted_sessions(timeline: Timeline, of: Selector, first: Session | None) -> Sequence[Session]:
    """What a selector selects; before a session, where there is one, what is over before it."""
    sessions = of.chosen(timeline)
    if first is None:
        return sessions
    return [session for session in sessions if session.ends <= first.begins]


@lru_cache(maxsize=1024)
def _number(of: Selector, before: Selector | None, summed: Summed) -> Fact[int]:
    """The fact how many sessions are counted, or how many minutes they last together."""

    def number(timeline: Timeline) -> int:
        before_all = () if before is None else before.chosen(timeline)[:1]
        counted = _counted_sessions(timeline, of, before_all[0] if before_all else None)
        return sum([s.minutes for s in counted]) if summed == "minutes" else len(counted)

    return number


def _crowded(voice: Voice, session: Session, found: int, form: Rate) -> Words:
    held = numbered(found, form.of)
    within = count(form.days, "day")
    said = voice.told(**form.figures("of", "max", "days"), session=session, found=found)
    return Words(
        f"{sentence(voice.session(session))} makes {held} within {within}; the limit is "
        f"{form.limit}.",
        f"{held} within {within}",
        str(form.limit),
        title=f"Too many {plural(form.of)} close together at {called(session)}",
        action=voice.change("Move", session, so_that=" to a later day, or cancel it"),
        values=said,
    )


@lru_cache(maxsize=1024)
def _nearest(of: Selector, later: int) -> Fact[float]:
    """The fact by how many days dates lie apart at least that are so many places from another."""

    def nearest(timeline: Timeline) -> float:
        days = sorted([timeline.day(session) for session in of.chosen(timeline)])
        return min(map(sub, days[later:], days), default=inf)

    return nearest


@frozen
class Rate(RuleForm):
    """At most so many sessions in any so many consecutive days.

    Attributes:
        of: What is counted.
        max: At most so many, 1 or more.
        days: In so many days, 1 or more.

    Raises:
        InvalidValue: A number is no whole number from 1.
    """

    form: ClassVar[str] = "rate"

    of: Selector = field(converter=of_selector)
    max: int = field(kw_only=True)
    days: int = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_integer(self.max, "max", 1, LONGEST)
        check_integer(self.days, "days", 1, LONGEST)

    @property
    def paces_dosings(self) -> bool:
        """Whether dosings are among what it counts."""
        return "dosing" in self.of.kind

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session that makes too many in the days that end on its date."""
        days: list[int] = []  # sorted, for local dates may go back where clocks are set
        breaches = []
        for session in self.of.of(course):
            day = course.day(session)
            insort(days, day)
            found = bisect_right(days, day) - bisect_left(days, day - self.days + 1)
            if found > self.max:
                breaches.append(Breach("violated", (session,), _crowded, (session, found, self)))
        return breaches

    def bound(self) -> RuleFunction:
        """With the fewest days from one session to the one that is ``max`` later as the fact."""
        nearest, days, find = _nearest(self.of, self.max), self.days, self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            return [] if course.timeline.fact(nearest) >= days else find(course, limits)

        return found

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether as many periods of another as cover its days hold no more."""
        return (
            isinstance(other, Rate)
            and self.of.is_within(other.of)
            and -(-self.days // other.days) * other.max <= self.max
        )

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """The days in which it counts."""
        return ((self.days, "days"),)

    @property
    def limit(self) -> Frequency:
        """``max`` and ``days`` together."""
        return Frequency(self.max, self.days)

    @property
    def says(self) -> str:
        """Such as ``There are at most 2 dosings in any 7 consecutive days``."""
        verb = "is" if self.max == 1 else "are"
        when = "on any day" if self.days == 1 else f"in any {self.days} consecutive days"
        return f"There {verb} at most {numbered(self.max, self.of)} {when}."
