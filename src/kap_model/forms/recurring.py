"""What comes again and again while something goes on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import field, frozen

from kap_model._time import add_months, day_end, day_start, last_day_of_part
from kap_model._values import check_choice, check_integer
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import Unit
from kap_model.forms.selectors import Selector, of_selector, while_selector
from kap_model.forms.wording import numbered, one_of, plural, with_article
from kap_model.limits import REVIEW_POLICIES, Limits, ReviewPolicy
from kap_model.rules._rule import Breach, Voice, Words
from kap_model.sessions import Session

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
_PLAIN: Final = Selector("dosing")


def _lapsed(voice: Voice, form: Recur, since: int, due: int) -> Words:
    return Words(
        f"There is no {one_of(form.of)} after {voice.day(since)} and by {voice.day(due)}, "
        f"while {plural(form.while_)} go on.",
        f"none by {voice.day(due)}",
        f"{with_article(one_of(form.of))} {form.how_often}",
    )


def _empty_part(voice: Voice, form: Recur, closes: int, found: int) -> Words:
    return Words(
        f"The {form.part} that ends {voice.day(closes)} has "
        f"{numbered(found, form.while_)} and no {one_of(form.of)}.",
        f"no {one_of(form.of)} by {voice.day(closes)}",
        f"{with_article(one_of(form.of))} {form.how_often}",
    )


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

    def __attrs_post_init__(self) -> None:
        check_integer(self.months, "months", 1, MOST_MONTHS)
        check_choice(self.policy, "policy", REVIEW_POLICIES)
        if self.policy == "calendar" and self.months not in PARTS:
            raise refusal("months", "must be 1, 2, 3, 4, 6 or 12 in the calendar year")

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each lapse, or for each part of the year without any."""
        going_on = self.while_.of(course)
        if not going_on:
            return []
        contacts = sorted({course.day(session) for session in self.of.of(course)})
        if self.policy == "calendar":
            return self._calendar(course, going_on, contacts)
        return self._rolling(course, going_on, contacts, self._period_end(course, limits))

    def _period_end(self, course: Course, limits: Limits) -> int:
        """The last date of what goes on; today's where dosings are still to go on."""
        last = max([course.day(session) for session in self.while_.of(course)])
        bounds, as_of_day = limits.dosing_count, course.as_of_day
        if self.while_ != _PLAIN or not course.is_open or as_of_day is None or bounds is None:
            return last
        goes_on = bounds.below(len(course.dosings)) and not course.is_halted
        return max(last, as_of_day) if goes_on else last

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
        """Such as ``While dosings go on there is a medical review at least every 3 months``."""
        what = with_article(one_of(self.of))
        if self.policy == "calendar":
            return f"There is {what} {self.how_often}."
        return f"While {plural(self.while_)} go on there is {what} at least {self.how_often}."
