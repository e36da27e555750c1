"""Which rules and house rules no course can break, or only with another one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import attrs

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.facts import WORDS_OF, Allow, Known, Length
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS
from kap_model.sessions import FORMATS, LONGEST_MINUTES, PLACES, THERAPIST_KINDS

# The local dates on which sessions of the years 1980 to 2199 in UTC may start, in any zone.
_MOST_DAYS_APART: Final = (dt.date(2200, 1, 1) - dt.date(1979, 12, 31)).days
_COUNTED: Final = (
    ("PREP-COUNT", "preparation_count"),
    ("DOSE-COUNT", "dosing_count"),
    ("INTEG-COUNT", "integration_count"),
)
_MEASURED: Final = (("DOSE-DURATION", "dosing_minutes"), ("THERAPY-LENGTH", "therapy_minutes"))

NO_SUCH_SESSION: Final = "no plan has a session that it speaks of"
ASKS_NOTHING: Final = "it asks for none at least, and for none at most"
ITSELF: Final = "there is no other session of which it speaks beside the first"
_EVERYTHING: Final = "every value that there is is allowed"
_NO_MORE: Final = "a plan holds at most {} of which it speaks"
_NO_FARTHER: Final = "no two sessions of the years 1980 to 2199 are farther apart"
_ANY_LENGTH: Final = "every length that a session can have is allowed"
_LEAST_DAYS: Final = {"days": 1, "weeks": 7, "months": 28}
# Kinds whose sessions a limit counts in the whole course, and its rule.
_NUMBERED: Final = (
    ("dosing", "dosing_count", "DOSE-COUNT"),
    ("integration", "integration_count", "INTEG-COUNT"),
)
# The field of a selector, the kinds of whose sessions a limit says what it may be, and its rule.
_OFFERED: Final = (
    ("place", ("dosing",), "dosing_places", "MODALITY"),
    ("format", THERAPIST_KINDS, "formats", "MODALITY"),
    ("level", ("dosing",), "dose_levels", "DOSE-LEVEL"),
    ("route", ("dosing",), "routes", "DOSE-ROUTE"),
)


# A rule is named below only where that is certain for every plan, record and moment of judgement:
# a bound that the types of the values hold already, such as the sessions of a plan or the minutes
# of a day, or the pigeonhole where one rule covers another. What is merely unlikely is not said,
# and what only all limits together exclude is found by the search above.
def cannot_fire(limits: Limits) -> dict[str, str]:
    """The rules that read a set limit and that no plan whatsoever can break, each with why."""
    return dict(
        (
            *_counts_without_end(limits),
            *_lengths_without_end(limits),
            *_everything_offered(limits),
            *_out_of_reach(limits),
        )
    )


def _counts_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _COUNTED:
        if _spans(getattr(limits, name), 0, MOST_SESSIONS):
            yield rule, "a plan holds at most 10,000 sessions, and any number of them is allowed"


def _lengths_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _MEASURED:
        if _spans(getattr(limits, name), 1, LONGEST_MINUTES):
            yield rule, "every length that a session can have is allowed"
    if limits.effect_minutes is not None or limits.processing_minutes is not None:
        needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
        if needed <= 1:
            yield "EFFECT-FIT", "no session is shorter than a minute"


def _everything_offered(limits: Limits) -> Iterator[tuple[str, str]]:
    given = [(limits.dosing_places, PLACES), (limits.formats, FORMATS)]
    stated = [(found, choices) for found, choices in given if found is not None]
    if stated and all(set(found) == set(choices) for found, choices in stated):
        yield "MODALITY", "every place and format is allowed"


def _out_of_reach(limits: Limits) -> Iterator[tuple[str, str]]:
    gap, frequency, after = limits.dosing_gap_days, limits.dosing_frequency, limits.review_after
    # With a minimum of 0 it can fire: local dates step back where clocks are set over midnight.
    if gap is not None and gap.min is None and _spans(gap, 0, _MOST_DAYS_APART):
        yield "DOSE-GAP", "no two sessions of the years 1980 to 2199 are farther apart"
    if frequency is not None and frequency.at_most >= MOST_SESSIONS:
        yield "DOSE-FREQUENCY", "a plan holds at most 10,000 sessions"
    if after is not None and after.dosings + (after.gate == "before-next") > MOST_SESSIONS:
        yield "REVIEW-AFTER", "a plan holds at most 10,000 sessions"


def _spans(bounds: Bounds | None, lowest: int, highest: int) -> bool:
    """Whether bounds that are set hold every number from one to another."""
    return bounds is not None and bounds.holds(lowest) and bounds.holds(highest)


def covered(limits: Limits) -> dict[str, str]:
    """The rules that fire only where another one fires too, each with that one."""
    found = {}
    never = cannot_fire(limits)
    needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    lengths, gap, frequency = limits.dosing_minutes, limits.dosing_gap_days, limits.dosing_frequency
    if needed and lengths is not None and (lengths.min or 0) >= needed:
        found["EFFECT-FIT"] = "DOSE-DURATION"
    if frequency is not None and gap is not None:
        # One dosing too many lies at least so many gaps after the first of its window.
        days_needed = frequency.at_most * (gap.min or 0)
        if days_needed >= frequency.days:
            found["DOSE-FREQUENCY"] = "DOSE-GAP"
    return {rule: by for rule, by in found.items() if rule not in never}


# As with limits, a house rule is named only where that is certain for every plan: by a number that
# the types hold already, or because there is nothing of which it speaks.
def asks_nothing(form: RuleForm) -> str | None:
    """Why no plan whatsoever breaks a form; ``None`` = some plan does, or may."""
    if any(_most_of(selector) == 0 for selector in _spoken_of(form)):
        return NO_SUCH_SESSION
    found = None
    match form:
        case Count() | Rate():
            found = _of_numbers(form)
        case Precede(min=0) | Follow(min=0):
            found = ASKS_NOTHING
        case Order(before=Selector() as first) | Order(after=Selector() as first):
            found = ITSELF if _is_first_of(form.each, first) else None
        case Space() | Span():
            found = _of_distances(form)
        case Length():
            ends = (form.holds(1), form.holds(LONGEST_MINUTES), form.one_of is None)
            found = _ANY_LENGTH if all(ends) else None
        case Allow():
            known = WORDS_OF.get(form.field)
            found = _EVERYTHING if known and set(known) <= set(form.values) else None
    return found


def _of_numbers(form: Count | Rate) -> str | None:
    most = _most_of(form.of)
    if isinstance(form, Count):
        if form.min:
            return None
        if form.max is None:
            return ASKS_NOTHING
        most *= LONGEST_MINUTES if form.sum == "minutes" else 1
    enough = form.max is not None and form.max >= most
    return _NO_MORE.format(f"{most:,} {getattr(form, 'sum', 'sessions')}") if enough else None


def _of_distances(form: Space | Span) -> str | None:
    if form.to is None and _most_of(form.from_) == 1:
        # Of one session alone no two are apart, and its own days are none.
        return None if isinstance(form, Span) and form.min else ITSELF
    if form.min is not None or form.max is None:
        return None
    days = form.max // 24 if form.unit == "hours" else form.max * _LEAST_DAYS[form.unit]
    return _NO_FARTHER if days >= _MOST_DAYS_APART else None


def _is_first_of(each: Selector, first: Selector) -> bool:
    """Whether all that one selector selects is the first session that another one does."""
    is_one = each.nth == 1 or each.first == 1
    begins = all(number in (None, 1) for number in (first.nth, first.every, first.from_))
    return is_one and begins and _base_of(each) == _base_of(first)


def breaks_only_beside(form: RuleForm, limits: Limits) -> str | None:
    """The rule that fires wherever a form is broken; ``None`` = none is known to."""
    for selector in _spoken_of(form):
        for name, kinds, limit, rule in _OFFERED:
            wanted, offered = getattr(selector, name), getattr(limits, limit)
            if wanted is None or offered is None or not set(selector.kind) <= set(kinds):
                continue
            if set(wanted).isdisjoint(offered):
                return rule
        for kind, limit, rule in _NUMBERED:
            bounds = getattr(limits, limit)
            if (
                selector.kind == (kind,)
                and bounds is not None
                and bounds.above(_number_of(selector))
            ):
                return rule
    return None


def _number_of(selector: Selector) -> int:
    """How many sessions of its base a plan has at least where it selects one."""
    return selector.nth or selector.every or selector.from_ or 1


def _base_of(selector: Selector) -> Selector:
    return attrs.evolve(selector, first=None, nth=None, every=None, from_=None)


def _most_of(selector: Selector) -> int:
    """The most sessions that it can select in a plan."""
    beyond = MOST_SESSIONS - _number_of(selector) + 1
    if selector.phase == "maintenance" or beyond < 1:
        return 0
    if selector.every is not None:
        return MOST_SESSIONS // selector.every
    return min(beyond, 1 if selector.nth else selector.first or MOST_SESSIONS)


def _spoken_of(form: RuleForm) -> Iterator[Selector]:
    """The selectors without a session of which a form finds nothing."""
    match form:
        case Count(min=None) | Count(min=0) | Rate() | Length() | Allow() | Known():
            yield form.of
        case Precede() | Follow():
            yield form.each
        case Order():
            yield form.each
            if form.before is not None:
                yield form.before
        case Space() | Span():
            yield form.from_
            if form.to is not None:
                yield form.to
        case Recur():
            yield form.while_
