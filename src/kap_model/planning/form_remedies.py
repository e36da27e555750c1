"""For each form of a house rule: every change of one session that can mend what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kap_model._time import EARLIEST, DayEdge, last_day_of_part
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.planning._repair_state import ANY_TIME, Remedy, RepairState, TimeWindow
from kap_model.rules._rule import Breach
from kap_model.sessions import Session


# As of rules that no form says, remedies are every change on which the form's answer depends. What
# a selector without a number selects depends on no other session. With a number it depends on its
# base, as far as that is counted.
def remedies_of_forms(
    forms: Iterable[RuleForm], state: RepairState, breach: Breach
) -> list[Remedy]:
    """Every change that can help to mend a breach of some form; none where it is history's."""
    found = []
    for form in forms:
        found += _MENDED_BY[type(form)](form, state, breach)
        for selector in form.selectors:
            if selector.has_ordinal:
                found += _renumbering(state, selector)
    return _each_once(found)


def _renumbering(state: RepairState, selector: Selector) -> list[Remedy]:
    """What changes which sessions have a selector's numbers."""
    base, most = selector.base_of(state.course), selector.first or selector.nth
    if most is None or len(base) < most:
        return state.changing(base) + _adding(state, selector)
    before = TimeWindow(starts_by=base[most - 1].begins - 1)
    return state.changing(base[:most]) + _getting(state, selector, before)


def _each_once(remedies: Iterable[Remedy]) -> list[Remedy]:
    """Each way once, at any time where one of its windows is that wide."""
    by_way: dict[tuple[Any, ...], dict[TimeWindow, Remedy]] = {}
    for remedy in remedies:
        way = remedy.action, remedy.kind, remedy.session and remedy.session.id, remedy.wanted
        by_way.setdefault(way, {}).setdefault(remedy.window, remedy)
    return [
        remedy
        for windows in by_way.values()
        for remedy in ([windows[ANY_TIME]] if ANY_TIME in windows else windows.values())
    ]


def _adding(state: RepairState, what: Selector, window: TimeWindow = ANY_TIME) -> list[Remedy]:
    """One more that a selector selects, its number left out."""
    return [way for kind in what.kind for way in state.adding(kind, window, what)]


def _getting(state: RepairState, what: Selector, window: TimeWindow = ANY_TIME) -> list[Remedy]:
    """One more in a window: a new one, or another that is moved there."""
    return _adding(state, what, window) + state.moving(what.base_of(state.course), window)


def _changing(state: RepairState, *selectors: Selector | None) -> list[Remedy]:
    """Any session that these select dropped or moved."""
    given = [selector.base_of(state.course) for selector in selectors if selector is not None]
    return [way for base in given for way in state.changing(base)]


def _counted(form: Count, state: RepairState, breach: Breach) -> list[Remedy]:
    if breach.side == "above":
        if form.before is None:
            return state.dropping(form.of.base_of(state.course))
        return _changing(state, form.of) + _changing(state, form.before)
    if breach.closes is None:  # there is nothing that they have to come before
        return _adding(state, form.of)
    window = TimeWindow(ends_by=state.resolve(breach.closes))
    return _getting(state, form.of, window) + state.changing(breach.sessions)


def _ordered(form: Order, state: RepairState, breach: Breach) -> list[Remedy]:
    (session,) = breach.sessions
    found = state.changing((session,))
    if form.before is not None:
        return found + state.changing(form.before.of(state.course)[:1])
    after = form.after or form.each
    found += _getting(state, after, TimeWindow(ends_by=session.begins))
    # One that has begun and goes on is in the way of another that is over by then.
    first = [one for one in after.of(state.course)[:1] if one.begins < session.begins]
    return found + state.changing(first)


def _window(state: RepairState, breach: Breach, until: int | None) -> TimeWindow:
    """When what is missing may stand, over by an instant if one is given."""
    opens = EARLIEST if breach.opens is None else state.resolve(breach.opens)
    window = TimeWindow(opens=opens)
    if until is not None:
        window = window._replace(ends_by=until)
    if breach.closes is None:
        return window
    closes = state.resolve(breach.closes)
    return window._replace(starts_by=closes - isinstance(breach.closes, DayEdge))


def _preceded(form: Precede, state: RepairState, breach: Breach) -> list[Remedy]:
    (session,) = breach.sessions
    window = _window(state, breach, session.begins)
    if not isinstance(breach.closes, DayEdge) and breach.closes is not None:
        window = window._replace(ends_by=breach.closes)
    base = form.each.base_of(state.course)
    since = base[: base.index(session)][-1:] if form.back_to == "previous" else ()
    return _getting(state, form.by, window) + state.changing((session, *since))


def _followed(form: Follow, state: RepairState, breach: Breach) -> list[Remedy]:
    (session,) = breach.sessions
    base = form.each.base_of(state.course)
    place = base.index(session) + 1
    following = base[place : place + 1] if form.until == "next" else ()
    until = following[0].begins if following else None
    return _getting(state, form.by, _window(state, breach, until)) + state.changing(
        (session, *following)
    )


def _spaced(form: Space, state: RepairState, breach: Breach) -> list[Remedy]:
    session, other = breach.sessions
    between = TimeWindow(opens=session.begins, starts_by=other.begins)
    found = state.changing(breach.sessions)
    # Another between is the one that follows: nearer, or in the way of a pair.
    if breach.side == "above":
        found += _getting(state, form.to or form.from_, between)
    if form.to is not None and not form.from_.is_within(form.to):
        found += _getting(state, form.from_, between)
    return found


def _at_a_pace(form: Rate, state: RepairState, breach: Breach) -> list[Remedy]:
    course = state.course
    last = course.day(breach.sessions[0])
    crowd = [s for s in form.of.of(course) if last - form.days < course.day(s) <= last]
    return state.changing(crowd)


def _stretched(form: Span, state: RepairState, breach: Breach) -> list[Remedy]:
    found = state.changing(breach.sessions)
    if breach.side == "below":
        found += _getting(state, form.to or form.from_) + _getting(state, form.from_)
    return found


def _gone(form: RuleForm, state: RepairState, breach: Breach) -> list[Remedy]:  # noqa: ARG001 - as the others
    return state.dropping(breach.sessions)


def _recurring(form: Recur, state: RepairState, breach: Breach) -> list[Remedy]:
    course = state.course
    window = _window(state, breach, None)
    if form.policy == "calendar":
        return _in_a_part(form, state, breach, window)
    going_on = form.while_.of(course)
    found = _contact(state, form.of, window) + _changing(state, form.of)
    last = max(going_on, key=lambda one: (course.day(one), one.begins))
    return found + state.changing(_distinct((going_on[0], last)))


def _contact(state: RepairState, what: Selector, window: TimeWindow) -> list[Remedy]:
    """One more of what recurs: a second evaluation only where nothing else would do."""
    others = [kind for kind in what.kind if kind != "medical-evaluation"]
    return [way for kind in others or what.kind for way in state.adding(kind, window, what)]


def _in_a_part(form: Recur, state: RepairState, breach: Breach, window: TimeWindow) -> list[Remedy]:
    day = last_day_of_part(state.course.day(breach.sessions[0]), form.months)
    first = next(d for d in range(day, 0, -1) if last_day_of_part(d - 1, form.months) != day)
    opens = state.course.timeline.zone.first_instant(first)
    window = window._replace(opens=opens)
    found = _contact(state, form.of, window) + state.moving(form.of.base_of(state.course), window)
    its = state.dropping(breach.sessions)
    # All that go on in the part have to leave it, so that one that stays keeps the others.
    if len(its) == len(breach.sessions):
        found += state.changing(breach.sessions[:1])
    return found


def _distinct(sessions: Iterable[Session]) -> list[Session]:
    return list({session.id: session for session in sessions}.values())


_MENDED_BY: Final[Mapping[type[Any], Callable[[Any, RepairState, Breach], list[Remedy]]]] = {
    Count: _counted,
    Order: _ordered,
    Precede: _preceded,
    Follow: _followed,
    Space: _spaced,
    Rate: _at_a_pace,
    Span: _stretched,
    Length: _gone,
    Allow: _gone,
    Known: _gone,
    Recur: _recurring,
}
