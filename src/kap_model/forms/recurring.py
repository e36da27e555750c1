"""What comes again and again while something goes on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import ClassVar, Final

from attrs import field, frozen

from kap_model._time import DAY_SECONDS, add_months, day_end, day_start, last_day_of_part
from kap_model._values import check_choice, check_integer
from kap_model.breach import Breach, Voice, Words, count
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.forms.distances import Unit
from kap_model.forms.selectors import Selector, of_selector, while_selector
from kap_model.forms.wording import numbered, one_of, plural, with_article
from kap_model.limits import REVIEW_POLICIES, Limits, ReviewPolicy
from kap_model.sessions import Session
from kap_model.timeline import Fact, Timeline

MOST_MONTHS: Final = 120
PARTS: Final = {
    1: "calendar month",
    2: "sixth of the calendar year",
    3: "calendar quarter",
    4: "third of the calendar year",
    6: "half of the calendar year",
    12: "calendar year",
}
"""The equal parts of the calendar year, by their months."""
_BEGINS: Final = attrgetter("begins")
_PLAIN: Final = Selector("dosing")


def _lapsed(voice: Voice, form: Recur, since: int, due: int) -> Words:
    what = one_of(form.of)
    return Words(
        f"There is no {what} after {voice.day(since)} and by {voice.day(due)}, "
        f"while {form.going_on}.",
        f"none by {voice.day(due)}",
        f"{with_article(what)} {form.how_often}",
        title=f"No {what} for more than {count(form.months, 'month')}",
        action=voice.book(with_article(what), *voice.sessions),
        values=voice.told(
            **form.figures("of", "months", "policy"), since=voice.date(since), due=voice.date(due)
        ),
    )


def _empty_part(voice: Voice, form: Recur, closes: int, found: int) -> Words:
    what = one_of(form.of)
    return Words(
        f"The {form.part} that ends {voice.day(closes)} has "
        f"{numbered(found, form.while_)} and no {what}.",
        f"no {what} in that {form.part}",
        f"{with_article(what)} {form.how_often}",
        title=f"No {what} in a {form.part}",
        action=voice.book(with_article(what), *voice.sessions),
        values=voice.told(
            **form.figures("of", "months", "policy"), found=found, due=voice.date(closes)
        ),
    )


@lru_cache(maxsize=1024)
def _dates(of: Selector) -> Fact[list[int]]:
    """The fact on which dates something comes, each once, in order."""

    def dates(timeline: Timeline) -> list[int]:
        return sorted({timeline.day(session) for session in of.chosen(timeline)})

    return dates


@lru_cache(maxsize=1024)
def _longest(of: Selector, while_: Selector) -> Fact[int]:
    """The fact how many seconds pass at most between starts without any, while something goes on.

    From the last that starts before the first of what goes on, or from that, to the last of it.
    """

    def longest(timeline: Timeline) -> int:
        going_on = while_.chosen(timeline)
        if not going_on:
            return 0
        first, end = going_on[0].begins, going_on[-1].begins
        starts: list[int] = []
        for sessions in of.by_kind(timeline):
            starts += map(_BEGINS, sessions)
        starts.sort()
        following = bisect_right(starts, first)
        anchor = starts[following - 1] if following else first
        stops = [anchor, *starts[following : bisect_left(starts, end)], end]
        return max([later - earlier for earlier, later in pairwise(stops)])

    return longest


@frozen
class Recur(RuleForm):
    """While something goes on, something comes at least every so many months.

    Attributes:
        of: What comes.
        months: 1 to 120; of the calendar policy 1, 2, 3, 4, 6 or 12.
        policy: ``rolling``: from date to date; ``calendar``: in each part of the calendar year
            with a session of ``while_``.
        while_: What goes on; ``while`` in documents.

    Raises:
        InvalidValue: Months that cannot be, or a word that is not known.
    """

    form: ClassVar[str] = "recur"

    of: Selector = field(converter=of_selector)
    months: int
    policy: ReviewPolicy = field(default="rolling", kw_only=True)
    while_: Selector = field(default=_PLAIN, converter=while_selector, kw_only=True)
    by_dosings: bool = field(init=False, eq=False, repr=False)
    """Whether plain dosings are what goes on."""
    dates: Fact[list[int]] = field(init=False, eq=False, repr=False)
    """The fact on which dates it comes."""

    def __attrs_post_init__(self) -> None:
        check_integer(self.months, "months", 1, MOST_MONTHS)
        check_choice(self.policy, "policy", REVIEW_POLICIES)
        if self.policy == "calendar" and self.months not in PARTS:
            raise refusal("months", "must be 1, 2, 3, 4, 6 or 12 in the calendar year")
        object.__setattr__(self, "by_dosings", self.while_ == _PLAIN)
        object.__setattr__(self, "dates", _dates(self.of))

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each lapse, or for each part of the year without any."""
        going_on = self.while_.of(course)
        if not going_on:
            return []
        contacts = course.timeline.fact(self.dates)
        if self.policy == "calendar":
            return self._calendar(course, going_on, contacts)
        end = max([course.day(session) for session in going_on])
        if self._goes_on(course, limits):
            end = max(end, course.as_of_day or 0)
        return self._rolling(course, going_on, contacts, end)

    def bound(self) -> RuleFunction:
        """With the longest time without any as the fact, unless the period is still to go on."""
        if self.policy == "calendar":
            return self.find
        # No month is shorter than 28 days, and dates lie by less than five days farther apart than
        # instants do: so where instants are this near, no dates are needed.
        surely = (28 * self.months - 5) * DAY_SECONDS
        longest, find = _longest(self.of, self.while_), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            held = course.timeline.fact(longest) <= surely
            return [] if held and not self._goes_on(course, limits) else find(course, limits)

        return found

    def _goes_on(self, course: Course, limits: Limits) -> bool:
        """Whether the period goes on to the moment of judgement: more dosings are asked for."""
        bounds = limits.dosing_count
        if not course.is_open or bounds is None or not self.by_dosings:
            return False
        return bounds.below(len(course.dosings)) and not course.is_halted

    def _rolling(
        self, course: Course, going_on: Sequence[Session], contacts: list[int], end: int
    ) -> list[Breach]:
        first = course.day(going_on[0])
        following = bisect_right(contacts, first)
        contact = contacts[following - 1] if following else first
        dated = sorted([(course.day(one), place) for place, one in enumerate(going_on)])
        breaches: list[Breach] = []
        while (due := add_months(contact, self.months)) < end:
            later = contacts[following] if following < len(contacts) else None
            if later is None or later > due:
                stop = len(dated) if later is None else bisect_left(dated, (later, 0))
                places = sorted(
                    place for _, place in dated[bisect_left(dated, (due + 1, 0)) : stop]
                )
                sessions = tuple([going_on[place] for place in places])
                facts, opens = (self, contact, due), day_start(contact + 1)
                closes = day_end(due)
                breaches.append(
                    Breach("missing", sessions, _lapsed, facts, opens=opens, closes=closes)
                )
            if later is None:
                break
            contact, following = later, following + 1
        return breaches

    def _calendar(
        self, course: Course, going_on: Sequence[Session], contacts: list[int]
    ) -> list[Breach]:
        seen = {last_day_of_part(day, self.months) for day in contacts}
        parts: dict[int, list[Session]] = {}
        for session in going_on:
            parts.setdefault(last_day_of_part(course.day(session), self.months), []).append(session)
        breaches = []
        for ends, its in sorted(parts.items()):
            if ends not in seen:
                facts, closes = (self, ends, len(its)), day_end(ends)
                breaches.append(Breach("missing", tuple(its), _empty_part, facts, closes=closes))
        return breaches

    # Of the rolling policy one contact more may be the one from which the first period is counted,
    # and one fewer may leave that to the first session: so both have to be the same.
    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another asks for it as often, and as long."""
        if not isinstance(other, Recur) or self.policy != other.policy:
            return False
        if self.policy == "rolling":
            same = (self.of, self.while_) == (other.of, other.while_)
            return same and other.months <= self.months
        return (
            self.months % other.months == 0
            and other.of.is_within(self.of)
            and self.while_.is_within(other.while_)
        )

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """From one to the next; parts of the calendar year are no distances."""
        return ((self.months, "months"),) if self.policy == "rolling" else ()

    @property
    def ended_by(self) -> Selector:
        """One more of what has to come."""
        return self.of

    def stays(self, missing: Breach, after: Breach) -> bool:
        """Whether it is the same lapse, whichever sessions fall into it."""
        return missing.facts[:2] == after.facts[:2]

    @property
    def going_on(self) -> str:
        """``treatment goes on``, ``remote dosings go on``."""
        return "treatment goes on" if self.by_dosings else f"{plural(self.while_)} go on"

    @property
    def part(self) -> str:
        """``calendar quarter``."""
        return PARTS[self.months]

    @property
    def how_often(self) -> str:
        """``every 3 months``, ``in each calendar quarter with a dosing``."""
        if self.policy == "calendar":
            return f"in each {self.part} with {with_article(one_of(self.while_))}"
        return "every month" if self.months == 1 else f"every {self.months} months"

    @property
    def says(self) -> str:
        """Such as ``While treatment goes on there is a medical review at least every 3 months``."""
        what = with_article(one_of(self.of))
        if self.policy == "calendar":
            return f"There is {what} {self.how_often}."
        return f"While {self.going_on} there is {what} at least {self.how_often}."
