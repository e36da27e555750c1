"""For each rule: what ends a pending finding, what mends a violated one, when its answer turns.

None of the tables judges; what a rule says is asked of the rule itself.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from kap_model._time import (
    DAY_SECONDS,
    EARLIEST,
    HOUR_SECONDS,
    LAST_DATE,
    LATEST,
    Zone,
    add_months,
    day_of_age,
    last_day_of_part,
)
from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import edges_around
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.house_rules import HouseRule, forms_by_id
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning._repair_state import Remedy, RepairState, TimeWindow
from kap_model.planning.form_remedies import remedies_of_forms
from kap_model.protocol import CareProtocol
from kap_model.report import Finding
from kap_model.rules._rule import Breach
from kap_model.rules.catalogue import catalogue_forms
from kap_model.rules.dosing import CLOSE
from kap_model.sessions import Kind

_ENDED_BY: Final[dict[str, Kind]] = {
    "MED-CLEAR": "medical-evaluation",
    "PREP-AFTER-SUPPLY": "medical-evaluation",
    "SUPPLY-BALANCE": "medical-review",
    "REFILL-REVIEW": "medical-review",
    "SUPPLY-ISSUED": "medical-evaluation",
}
_BY_TRACKED_SUPPLY: Final = frozenset({"SUPPLY-BALANCE", "PREP-AFTER-SUPPLY"})
"""Where supplies are tracked, medicine that arrives is a fact to record."""


def forms_asked(limits: Limits, house: Iterable[HouseRule]) -> dict[str, RuleForm]:
    """What rules ask, by id: those of the catalogue that one form says, and house rules."""
    sole = {rule: forms[0] for rule, forms in catalogue_forms(limits).items() if len(forms) == 1}
    return sole | forms_by_id(house)


def what_ends(finding: Finding, plan: Plan, form: RuleForm | None) -> Selector | None:
    """Which sessions end a pending finding; ``None`` = only people's records do.

    ``form`` is that of the finding's rule; ``None`` = the rule has a function of its own.
    """
    if form is not None:
        return form.ended_by
    if finding.rule in _BY_TRACKED_SUPPLY and plan.supplies is not None:
        return None
    kind = _ENDED_BY.get(finding.rule)
    return None if kind is None else Selector(kind)


class ContactToCome(NamedTuple):
    """What is to be booked by a day, and after the day of the last one."""

    what: Selector
    after: int
    due: int


def contact_to_come(form: Recur, course: Course, limits: Limits) -> ContactToCome | None:
    """The next contact that recurs while something goes on, or the one whose date was missed.

    ``None`` where one is booked in time, what goes on is over, or it is asked for by the
    calendar: there a session that goes on asks for it.
    """
    contact = _latest_contact(form, course)
    if form.policy != "rolling" or contact is None or not _goes_on(form, course, limits):
        return None
    due = add_months(contact, form.months)
    for session in form.of.of(course):
        if course.starts_after_as_of(session) and course.day(session) <= due:
            return None
    return ContactToCome(form.of, contact, due)


def review_to_come(course: Course, limits: Limits) -> ContactToCome | None:
    """The next contact that REVIEW-QUARTER asks for, as :func:`contact_to_come` says."""
    asked = catalogue_forms(limits).get("REVIEW-QUARTER", ())
    to_come = [contact_to_come(form, course, limits) for form in asked if isinstance(form, Recur)]
    return next(iter(to_come), None)


def _latest_contact(form: Recur, course: Course) -> int | None:
    """The date of the last contact so far, else of the first session of what goes on, if begun."""
    begun = [course.day(c) for c in form.of.of(course) if not course.starts_after_as_of(c)]
    if begun:
        return max(begun)
    first = form.while_.first_of(course)
    return None if first is None or course.starts_after_as_of(first) else course.day(first)


def _goes_on(form: Recur, course: Course, limits: Limits) -> bool:
    dosings = limits.dosing_count if form.while_ == Selector("dosing") else None
    if dosings is not None and dosings.below(len(course.dosings)):
        return True
    return any(course.starts_after_as_of(session) for session in form.while_.of(course))


# Remedies of a finding are every change of one session that the rule's answer depends on: a plan
# that differs from another in none of them breaks the rule as well. So every repair holds at
# least one of them, and a search that follows all of them misses none.
def remedies_for(finding: Finding, state: RepairState) -> list[Remedy]:
    """Every change that can help to mend a finding; none where it is history's."""
    forms = state.forms_of(finding.rule)
    if forms:
        return remedies_of_forms(forms, state, finding.breach)
    return _MENDED_BY[finding.rule](state, finding.breach)


def _cleared(state: RepairState, breach: Breach) -> list[Remedy]:
    dosing = breach.sessions[-1]
    if breach.nature != "missing":
        return state.dropping([dosing])
    window = TimeWindow(ends_by=dosing.begins)
    return state.supplying("medical-evaluation", window) + state.changing([dosing])


def _prepared_with_medicine(state: RepairState, breach: Breach) -> list[Remedy]:
    found = state.changing(breach.sessions)
    if state.course.plan.supplies is None:
        window = TimeWindow(ends_by=breach.sessions[0].begins)
        found += state.supplying("medical-evaluation", window)
    return found


def _supplied(state: RepairState, breach: Breach) -> list[Remedy]:
    course, dosing = state.course, breach.sessions[0]
    upto = course.dosings[: course.dosings.index(dosing) + 1]
    found: list[Remedy] = []
    if course.plan.supplies is None:
        window = TimeWindow(opens=course.dosings[0].ends, ends_by=dosing.begins)
        found += state.supplying("medical-review", window)
        clearing = course.timeline.clearing_evaluations
        if clearing and clearing[0].ends > dosing.begins:
            found += state.adding("medical-evaluation", TimeWindow(ends_by=dosing.begins))
            found += state.changing(course.evaluations)
    return found + state.changing(upto)


def _little_at_first(state: RepairState, breach: Breach) -> list[Remedy]:  # noqa: ARG001 - as asked
    course = state.course
    supplies = course.plan.supplies
    if not course.dosings or not supplies:
        return []
    until = course.timeline.zone.first_instant(supplies[-1].issued.toordinal() + 1) - 1
    window = TimeWindow(opens=course.dosings[0].ends, starts_by=until)
    return state.supplying("medical-review", window) + state.changing(course.dosings)


def _dates(state: RepairState, breach: Breach) -> TimeWindow:
    opens = EARLIEST if breach.opens is None else state.resolve(breach.opens)
    return TimeWindow(opens, LATEST if breach.closes is None else state.resolve(breach.closes) - 1)


def _reviewed_for_refill(state: RepairState, breach: Breach) -> list[Remedy]:
    return state.supplying("medical-review", _dates(state, breach))


def _issued_cleared(state: RepairState, breach: Breach) -> list[Remedy]:
    if breach.nature != "missing" or breach.closes is None:
        return []
    return state.supplying("medical-evaluation", TimeWindow(ends_by=state.resolve(breach.closes)))


def _changed(state: RepairState, breach: Breach) -> list[Remedy]:
    return state.changing(breach.sessions)


def _apart_again(state: RepairState, breach: Breach) -> list[Remedy]:
    course = state.course
    last = course.day(breach.sessions[0])
    return state.changing(d for d in course.dosings if last - CLOSE.days < course.day(d) <= last)


def _nothing(state: RepairState, breach: Breach) -> list[Remedy]:  # noqa: ARG001 - as the others
    return []


_MENDED_BY: Final[Mapping[str, Callable[[RepairState, Breach], list[Remedy]]]] = {
    "MED-CLEAR": _cleared,
    "PREP-AFTER-SUPPLY": _prepared_with_medicine,
    "SUPPLY-BALANCE": _supplied,
    "SUPPLY-INITIAL": _little_at_first,
    "REFILL-REVIEW": _reviewed_for_refill,
    "SUPPLY-ISSUED": _issued_cleared,
    "DOSE-CLOSE": _apart_again,
    "NO-OVERLAP": _changed,
    "RECORD-OUTCOME": _nothing,
    "AGE-MIN": _changed,
    "EXCLUSION": _nothing,
}


_TURNS_WITH: Final[dict[str, tuple[str, ...]]] = {
    "MED-CLEAR": ("evaluations", "reviews"),
    "PREP-AFTER-SUPPLY": ("evaluations",),
    "SUPPLY-BALANCE": ("evaluations", "dosings", "reviews"),
    "DOSE-CLOSE": ("dosings",),
    "AGE-MIN": ("evaluations", "dosings"),
}
"""The sessions whose ends may change the answer of a rule that no form says; else none does."""


# A session that is tried stands free of all others, so it is wholly before or wholly after each of
# them: its place among them changes where one ends, and its date changes at a day's start. Between
# the turns of a rule, what the rule says of the session stays the same.
class Turns:
    """The turns of every rule, for one more session in a course."""

    def __init__(self, course: Course, care: CareProtocol) -> None:
        self.course, self.care = course, care
        self.first = course.timeline.starts[0] if course.counting else None

    def after(
        self, instant: int, rule: str, minutes: int, limits: Limits, form: RuleForm | None = None
    ) -> int | None:
        """The first turn of a rule after an instant; ``None`` where its answer stays as it is.

        ``form`` is that of a house rule, and ``minutes`` is the new session's length.
        """
        course, zone = self.course, self.course.timeline.zone
        here = _Here(course, limits, zone.day(instant))
        asked = catalogue_forms(limits).get(rule, ()) if form is None else (form,)
        turns, days = ([], set()) if asked else _of_rule(rule, here)
        for each in asked:
            instants, dates = _of_form(each, here, minutes * 60)
            turns += instants
            days |= dates
        days.add(here.today)  # which comes twice where clocks are set back over midnight
        if self.first is None or instant < self.first:
            # As the earliest session it says which dated limits are in force.
            days.update(day.toordinal() for day in self.care.changes)
        for day in sorted(days):
            starts = starts_of(zone, day) if here.today <= day <= LAST_DATE.toordinal() else []
            turns += starts
            if starts and starts[-1] > instant:
                break  # days that come later start later
        return min((turn for turn in turns if instant < turn <= LATEST), default=None)


class _Here(NamedTuple):
    """A course under limits, on a day."""

    course: Course
    limits: Limits
    today: int


def _of_rule(rule: str, here: _Here) -> tuple[list[int], set[int]]:
    """The instants and days at which a rule with a function of its own turns."""
    course = here.course
    turns = [s.ends for kind in _TURNS_WITH.get(rule, ()) for s in getattr(course, kind)]
    return turns, set(_TURNS_ON[rule](here) if rule in _TURNS_ON else ())


# What a form says of one more session depends on its place among the sessions of its selectors,
# on how far it lies from each of them, and from now, and on nothing else of its start. A distance
# is reached on both sides of such a session, and left a second or a day later; what is said of
# the length of its own reaches from its end.
def _of_form(form: RuleForm, here: _Here, length: int) -> tuple[list[int], set[int]]:
    """The instants and days at which a rule of a form turns."""
    if isinstance(form, Allow | Known | Length) and not form.of.has_ordinal:
        return [], set()  # it asks of the session alone
    course = here.course
    kinds = {kind for selector in form.selectors for kind in selector.kind}
    sessions = [session for session in course.counting if session.kind in kinds]
    marks: list[tuple[int, int, int]] = [(s.begins, s.ends, course.day(s)) for s in sessions]
    turns = [ends for _, ends, _ in marks]
    zone = course.timeline.zone
    marks += [(now, now, zone.day(now)) for now in (course.as_of,) if now is not None]
    days = {day + near for _, _, day in marks for near in (0, 1)}
    for number, unit in form.distances:
        if unit == "hours":
            far = number * HOUR_SECONDS
            edges = [edge for b, e, _ in marks for edge in (e + far, b - far - length)]
            turns += [edge + near for edge in edges for near in (0, 1)]
        else:
            days.update(edge for _, _, day in marks for edge in edges_around(day, number, unit))
    if isinstance(form, Recur) and form.policy == "calendar":
        days.add(last_day_of_part(here.today, form.months) + 1)
    return turns, days


def _arrivals(here: _Here) -> Iterable[int]:
    supplies = here.course.plan.supplies or ()
    return [s.received.toordinal() for s in supplies if s.received is not None]


def _not_close(here: _Here) -> Iterable[int]:
    return [day + days for day in here.course.timeline.dosing_days for days in (1, CLOSE.days)]


def _birthday(here: _Here) -> Iterable[int]:
    """The day from which the client has the minimum age, within the calendar."""
    return [day_of_age(here.course.plan.born, here.limits.minimum_age)]


_TURNS_ON: Final[dict[str, Callable[[_Here], Iterable[int]]]] = {
    "PREP-AFTER-SUPPLY": _arrivals,
    "SUPPLY-BALANCE": _arrivals,
    "DOSE-CLOSE": _not_close,
    "AGE-MIN": _birthday,
}
"""The days with which a rule's answer may change."""


def starts_of(zone: Zone, day: int) -> list[int]:
    """The instants at which a local date becomes a day or, clocks set back, the day before."""
    start = zone.first_instant(day)
    if zone.day(start + HOUR_SECONDS - 1) >= day:
        return [start]
    # Clocks were set back across midnight, so the day before comes twice.
    hour = range(start, start + HOUR_SECONDS)
    falls = hour[bisect_left(hour, True, key=lambda at: zone.day(at) < day)]
    rest = range(falls, falls + DAY_SECONDS)
    return [start, falls, rest[bisect_left(rest, True, key=lambda at: zone.day(at) >= day)]]
