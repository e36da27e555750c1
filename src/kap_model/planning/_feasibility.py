"""Whether some course keeps limits and house rules: a witness, or what excludes each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

import attrs

from kap_model.course import Course
from kap_model.errors import InvalidValue, PlanningError
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.facts import Length
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Span
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.choices import (
    folded,
    forms_of,
    is_spaced,
    left_out_of,
    names_of,
    only,
)
from kap_model.planning.conflicts import kept, smallest_conflict
from kap_model.planning.drafting import lawful_course
from kap_model.planning.layout import lay_out
from kap_model.planning.new_sessions import (
    ANY_NUMBER,
    LEAD_DAYS,
    Counts,
    CourseSize,
    bounded_kinds,
    fewest,
    frequency_of,
    lawful_cadence,
    lawful_minutes,
    most,
    usual_fields,
)
from kap_model.planning.search.problem import MOST_WORK, Work, days_in
from kap_model.planning.wishes import (
    ANYTHING,
    NOTHING,
    Wish,
    usual_delay,
    usual_pace,
    wishes_for_draft,
)
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.rules.dosing import states_pace
from kap_model.sessions import LONGEST_MINUTES, RECORDED, THERAPIST_KINDS, USUAL_MINUTES

FIRST_START: Final = dt.date(1980, 1, 1)
LAST_START: Final = dt.date(2199, 12, 31)
"""The dates on which a session may start, in UTC."""

TOGETHER: Final = "no course keeps them together"
TOO_MANY: Final = "this takes more sessions than the 10,000 that a plan holds"
NOT_KNOWN: Final = "there are more courses than the search follows; whether one keeps it is open"
NOT_SMALLEST: Final = "; the search ended before it was known that fewer of them do so too"

_ASKING: Final = (
    "dosing_count",
    "preparation_count",
    "integration_per_dosing",
    "integration_count",
    "evaluation_first",
)
# Parts of the work of a call.
_MORE: Final = 3
"""So many further numbers of dosings are tried."""
_NO_END: Final = 1 << 40
_LEAST_DAYS: Final = {"days": 1, "weeks": 7, "months": 28}
_A_TRY: Final = MOST_WORK // 100
# Work in times of sessions that a search looks at: of a session that is laid out and asked about,
# and of preparing a search.
_A_SESSION: Final = 2
_A_SEARCH: Final = 600
TOO_LONG: Final = "this takes more days than there are until the end of 2199"


class Answer(NamedTuple):
    """What is known of a course that keeps limits and house rules.

    Attributes:
        witness: Such a course; ``None`` = none was found.
        conflict: The names of limits and house rules that exclude each other.
        reason: Why there is no witness.
    """

    witness: Plan | None
    conflict: tuple[str, ...] = ()
    reason: str | None = None


@attrs.frozen(kw_only=True, eq=False)
class Demand:
    """What some course is to keep.

    Attributes:
        limits: Its limits.
        house: Its house rules.
        spaced: Whether DOSE-CLOSE is asked. As the whole protocol has it, whatever is left out
            to find a conflict: a rule that gives way to what conflicts would conflict in its place.
        work: What is left of the work of the call.
    """

    limits: Limits
    house: tuple[HouseRule, ...] = ()
    spaced: bool = attrs.field(
        default=attrs.Factory(lambda self: is_spaced(self.limits, self.house), takes_self=True)
    )
    work: Work = attrs.field(factory=Work)

    @property
    def forms(self) -> list[RuleForm]:
        """The forms of its house rules."""
        return [form for _, form in forms_of(self.house)]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its limits and the ids of its house rules."""
        return (*self.limits.citations, *names_of(self.house))

    def only(self, names: Collection[str]) -> Demand:
        """The limits and house rules of some names alone."""
        return attrs.evolve(self, limits=kept(self.limits, names), house=only(self.house, names))

    def shaped(self, forms: Iterable[RuleForm]) -> Limits:
        """The limits with what forms say of plain kinds, for numbers alone."""
        limits = folded(self.limits, forms)
        if self.spaced or states_pace(limits):
            return limits
        # So that nobody takes DOSE-CLOSE for a limit: days apart that every course has.
        most = (limits.dosing_gap_days or ANY_NUMBER).max
        return attrs.evolve(limits, dosing_gap_days=Bounds(0, most))


# A no has to be certain, and so has a yes. Numbers alone can say no: counts that exclude each
# other, more sessions than a plan holds, more days than there are. A usual course that is laid
# out is a yes where the rules themselves find nothing. Only between the two the exact search is
# asked, with every session as short as may be: shorter ones fit wherever longer ones do, and no
# limit asks for more than its least length. See docs/explanation/design.md, "How the search for
# completions works".
def answer_for(asked: Demand, starts: Sequence[dt.date]) -> Answer:
    """A witness; else the smallest conflict and why, or that neither was found.

    Args:
        asked: What a course is to keep. Nothing is left of its work where much was to be tried.
        starts: The dates from which courses are looked for, one after another; from the last on
            there is a course wherever there is one from another on.
    """
    part, is_sure = asked.work.left * 2 // 5, False
    for start in starts:
        witness, is_sure = _witness(asked, start, part)
        if witness is not None:
            return Answer(witness)
        if not is_sure:
            break
    conflict, is_smallest = _Conflicts(asked, starts[-1], is_sure=is_sure).smallest()
    if not conflict:
        return _drafted(asked, starts[0])
    chosen = asked.only(conflict)
    why = obstacle(chosen, starts[-1])
    if not is_smallest:
        return Answer(None, conflict, (why or TOGETHER) + NOT_SMALLEST)
    return Answer(None, conflict, why or TOGETHER + left_out_of(chosen.house))


def _witness(asked: Demand, start: dt.date, most: int) -> tuple[Plan | None, bool]:
    """A course from a date on, and whether it is certain that there is none."""
    try:
        with _part_of(asked, most) as part:
            found = course_for(part, start)
    except PlanningError:
        return None, False
    return found, found is None


def _drafted(asked: Demand, start: dt.date) -> Answer:
    """A witness that is found as a draft is, with all work that is left."""
    try:
        found = _searched(asked, asked.limits, start, None)
    except PlanningError:
        found = None
    return Answer(found, (), NOT_KNOWN if found is None else None)


# Fewer limits leave a smaller search, so that a conflict is often certain where it is not of the
# whole protocol. Where too much is open to tell a smallest one, some conflict is looked for among
# few; with it is known of most choices that nothing keeps them.
class _Conflicts:
    """What of a protocol excludes each other, as far as it is certain."""

    def __init__(self, asked: Demand, start: dt.date, *, is_sure: bool) -> None:
        self.asked, self.start = asked, start
        self.whole = frozenset(asked.names)
        self.certain = {self.whole} if is_sure else set()
        self.most = asked.work.left if is_sure else asked.work.left * 2 // 5
        self.open: set[frozenset[str]] = set()
        """Choices of which it is not known whether a course keeps them."""
        self.part = asked
        """With the work that is left of what this step may take."""

    def smallest(self) -> tuple[tuple[str, ...], bool]:
        """A conflict, and whether it is certain that nothing less is one; none where none is."""
        for step in (self._smallest, self._find_any):
            with _part_of(self.asked, self.most // 2) as self.part:
                found = step()
            if found:
                return found, True
        if self.certain:
            # No work has to be left for the whole.
            with _part_of(self.asked, self.asked.work.left) as self.part:
                found = self._smallest()
        return (found, True) if found else (self._least(), False)

    def _least(self) -> tuple[str, ...]:
        """The smallest conflict so far, in order."""
        least = min(self.certain, key=len, default=frozenset[str]())
        return tuple([name for name in self.asked.names if name in least])

    def _smallest(self) -> tuple[str, ...]:
        """A smallest conflict; empty = it is not certain that it is one."""
        found = smallest_conflict(self.asked.names, self._is_kept)
        if frozenset(found) in self.certain:
            return found
        # No conflict has fewer, though it is open whether these exclude each other.
        least = self._least()
        return least if len(least) == len(found) else ()

    # What is kept together shows what a conflict has to hold, whether or not something more is
    # kept with it. So a search that gives up where such a choice is grown costs time and no
    # exactness: only of the conflict itself it must be certain that no course keeps it.
    def _is_kept(self, chosen: frozenset[str]) -> bool:
        """Whether a course is found that keeps a choice."""
        known = chosen == self.whole or chosen in self.open or self._is_excluded(chosen)
        if known or self.part.work.is_done:
            return False
        try:
            with _part_of(self.part.only(chosen), _A_TRY) as part:
                found = course_for(part, self.start, usual=False)
        except PlanningError:
            self.open.add(chosen)
            return False
        if found is None:
            self.certain.add(chosen)
        return found is not None

    def _is_excluded(self, chosen: frozenset[str]) -> bool:
        """Whether it is certain that no course keeps a choice."""
        return any(chosen >= known for known in self.certain)

    def _find_any(self) -> tuple[str, ...]:
        """Some conflict of which nothing can be left out, if there is one among few."""
        names = sorted(self.asked.names, key=_by_weight)
        for place in range(len(names)):
            if not self.certain:
                self._is_kept(frozenset(names[: place + 1]))
        least = min(self.certain, key=len, default=frozenset[str]())
        for name in reversed(names):
            rest = least - {name}
            if name in least and not self._is_kept(rest) and self._is_excluded(rest):
                least = rest
        return ()


def _by_weight(name: str) -> tuple[bool, bool]:
    """House rules first, then what asks for sessions."""
    return not name.isupper(), name not in _ASKING


@contextmanager
def _part_of(asked: Demand, most: int) -> Iterator[Demand]:
    """The same with a part of its work, which is taken from the whole."""
    given = max(0, min(most, asked.work.left))
    part = attrs.evolve(asked, work=Work(given))
    try:
        yield part
    finally:
        asked.work.left -= given - part.work.left


def course_for(asked: Demand, start: dt.date, *, usual: bool = True) -> Plan | None:
    """An active course that begins on or after a date in UTC and keeps limits and house rules.

    It has no finding but unknown ones; ``None`` = there is no such course, but for what
    :func:`~kap_model.planning.choices.left_out_of` says of the house rules.

    Args:
        asked: The limits and house rules.
        start: The date.
        usual: Whether what is usual is looked for first.

    Raises:
        PlanningError: The search gave up.
    """
    if obstacle(asked, start) is not None:
        return None
    more = list(_more_dosings(asked)) if asked.house else []
    found = None
    for dosings in (None, *more):
        found = found or _usual_course(asked, start, dosings)
    if found is None and usual:
        found = _usual_search(asked, start)
    # Lengths as they usually are, and then as short as may be.
    for limits in [asked.limits] * usual + [_shortest(asked.limits)]:
        found = found or _searched(asked, limits, start)
    for dosings in more:
        found = found or _searched(asked, _shortest(asked.limits), start, dosings=dosings)
    return found


# No search adds a session only so that another has another number or is nearer to the next, nor a
# dosing that nothing asks for, though there may be room for others only after it.
def _more_dosings(asked: Demand) -> Iterable[int]:
    """Some numbers of dosings beyond the fewest, as far as they are lawful."""
    limits = asked.shaped(asked.forms)
    highest, fewest_dosings = (limits.dosing_count or ANY_NUMBER).max, fewest(limits).dosings
    number = _MORE if left_out_of(asked.house) else int(not fewest_dosings)
    until = fewest_dosings + 1 + number
    return range(fewest_dosings + 1, until if highest is None else min(highest + 1, until))


def _usual_search(asked: Demand, start: dt.date) -> Plan | None:
    """A course that a short search finds where it looks for what is usual only."""
    shaped = folded(asked.limits, asked.forms)
    wishes = wishes_for_draft(usual_delay(shaped, NOTHING), asked=False, timed=False)
    for wish in (wishes[0], next(wish for wish in wishes if wish.hours == "day")):
        with _part_of(asked, asked.work.left * 2 // 5) as part:
            pace = usual_pace(shaped, NOTHING)
            found = _searched(part, asked.limits, start, wish, every=pace)
        if found is not None:
            return found
    return None


def _searched(
    asked: Demand,
    limits: Limits,
    start: dt.date,
    wish: Wish | None = ANYTHING,
    *,
    every: int = 0,
    dosings: int | None = None,
) -> Plan | None:
    asked.work.left -= _A_SEARCH
    return lawful_course(
        limits,
        start,
        asked.house,
        spaced=asked.spaced,
        wish=wish,
        every=every,
        dosings=dosings,
        work=asked.work,
    )


def some_course(limits: Limits, start: dt.date, house: tuple[HouseRule, ...] = ()) -> Plan | None:
    """As :func:`course_for`, of the limits and house rules of a whole protocol."""
    return course_for(Demand(limits=limits, house=house), start)


def obstacle(asked: Demand, start: dt.date) -> str | None:
    """Why no course keeps limits and house rules, where numbers alone say so; else ``None``."""
    # A span leaves each distance free, so it says nothing of paces.
    limits = asked.shaped([form for form in asked.forms if not isinstance(form, Span)])
    try:
        counts = fewest(limits)
    except InvalidValue:
        return TOGETHER
    if sum(counts) > MOST_SESSIONS:
        return TOO_MANY
    talks = counts.preparations + counts.integrations
    if talks and lawful_minutes(limits, "integration") is None:
        return TOGETHER
    if any(_misses(form, limits, counts, asked.forms) for form in asked.forms):
        return TOGETHER
    return TOO_LONG if _days(limits, counts) > (LAST_START - start).days else None


def _misses(form: RuleForm, limits: Limits, counts: Counts, forms: Iterable[RuleForm]) -> bool:
    """Whether no lawful numbers and lengths make a form's sum of sessions or minutes."""
    if not isinstance(form, Count) or form.before is not None or not form.of.is_plain:
        return False
    fewest_of, most_of = counts.by_kind(), most(limits).by_kind()
    bounded = bounded_kinds(limits)
    if not limits.preparation_before_dosing:
        bounded -= {"preparation"}  # for those after the first dosing do not count
    low = high = 0
    for kind in form.of.kind:
        shortest, longest = _length_ends(limits, kind, forms) if form.sum == "minutes" else (1, 1)
        low += fewest_of.get(kind, 0) * shortest
        high += most_of[kind] * longest if kind in bounded else _NO_END
    return form.bounds.above(low) or form.bounds.below(high)


def _length_ends(limits: Limits, kind: str, forms: Iterable[RuleForm]) -> tuple[int, int]:
    """The shortest and the longest lawful length of a kind."""
    bounds = lawful_minutes(limits, kind) or Bounds(1)
    words = [
        form.one_of for form in forms if isinstance(form, Length) and form.of == Selector(kind)
    ]
    lengths = [minutes for its in words for minutes in its or () if bounds.holds(minutes)]
    longest = LONGEST_MINUTES if bounds.max is None else bounds.max
    return (min(lengths), max(lengths)) if lengths else (max(1, bounds.min or 0), longest)


def _days(limits: Limits, counts: Counts) -> int:
    """The days from the first dosing to the last, at least."""
    gaps = max(counts.dosings - 1, 0)
    gap, frequency = limits.dosing_gap_days or ANY_NUMBER, frequency_of(limits)
    days = gaps * (gap.min or 0)
    if frequency is None:
        return days
    return max(days, gaps // frequency.at_most * frequency.days)


def _usual_course(asked: Demand, start: dt.date, dosings: int | None = None) -> Plan | None:
    """A course of so many dosings, or of the fewest, laid out evenly, if that is lawful."""
    shaped, limits = asked.shaped(asked.forms), asked.limits
    try:
        counts = fewest(shaped)
        if dosings is not None:
            each = dosings * (limits.integration_per_dosing or 0)
            counts = Counts(counts.preparations, dosings, max(counts.integrations, each))
        counts = counts._replace(integrations=counts.integrations + _lacking(counts, asked.forms))
        size = _usual_size(shaped, counts, start)
        every = _every(size.every, counts.dosings, asked.forms)
        plan = lay_out(shaped, attrs.evolve(size, every=every))
    except InvalidValue:
        return None
    asked.work.left -= _A_SESSION * len(plan.sessions)
    course = Course.of(plan, None)
    finds = [rule.function for rule in RULES if rule.applies(limits) and _is_asked(rule, asked)]
    finds += [form.find for form in asked.forms]
    breaches = [breach for find in finds for breach in find(course, limits)]
    return None if any(breach.nature != "unknown" for breach in breaches) else plan


def _lacking(counts: Counts, forms: Iterable[RuleForm]) -> int:
    """How many more sessions forms ask for of several kinds together, integrations among them."""
    number = counts.by_kind()
    sums = [f for f in forms if isinstance(f, Count) and f.sum == "sessions" and f.of.is_plain]
    lacking = [
        (form.min or 0) - sum(number.get(kind, 0) for kind in form.of.kind)
        for form in sums
        if form.before is None and "integration" in form.of.kind
    ]
    return max([0, *lacking])


def _every(every: int, dosings: int, forms: Iterable[RuleForm]) -> int:
    """Days between dosings by which they keep a span evenly, from an intake session on too."""
    gaps = max(1, dosings - 1)
    for form in forms:
        if not isinstance(form, Span) or "dosing" not in (form.to or form.from_).kind:
            continue
        lead = LEAD_DAYS["dosing"] - max(LEAD_DAYS.get(kind, 0) for kind in form.from_.kind)
        every = max(every, -(-days_in(form.min or 0, form.unit) // gaps))
        if form.max is not None:
            days = form.max * _LEAST_DAYS[form.unit] - lead
            every = min(every, max(1, days // gaps))
    return every


def _is_asked(rule: Rule, asked: Demand) -> bool:
    """Whether a rule that gives way to others is asked."""
    return rule.gives_way is None or asked.spaced


def _shortest(limits: Limits) -> Limits:
    """The same limits where every session is as short as may be, to leave the most room."""
    return attrs.evolve(
        limits,
        dosing_minutes=_from_a_minute(limits.dosing_minutes),
        therapy_minutes=_from_a_minute(limits.therapy_minutes),
    )


def _from_a_minute(bounds: Bounds | None) -> Bounds:
    if bounds is None:
        return Bounds(1)
    return bounds if bounds.min or bounds.max == 0 else Bounds(1, bounds.max)


def _usual_size(limits: Limits, counts: Counts, start: dt.date) -> CourseSize:
    lengths = {}
    for kind in THERAPIST_KINDS:
        length = lawful_minutes(limits, kind) or Bounds(1)
        minutes = max(USUAL_MINUTES[kind], length.min or 0)
        lengths[kind] = minutes if length.max is None else min(minutes, length.max)
    fields = usual_fields(limits, minutes=lengths, support_person=RECORDED)
    return CourseSize(
        id="witness",
        start=start,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(limits),
        fields=fields,
    )
