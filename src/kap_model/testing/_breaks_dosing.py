"""Breaks of the rules of dosing, spacing and conduct."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import attrs

from kap_model.plan import Plan
from kap_model.sessions import FORMATS, PLACES, ROUTES, Dosing, TherapistSession
from kap_model.testing._break import Break, BreakContext, outside
from kap_model.testing._lawful import at, later, swapped
from kap_model.testing._plans import LABELS

_REACH: Final = 60  # minutes or days beyond a limit


def too_few_dosings(context: BreakContext) -> Plan:
    """The last dosings do not take place; their integrations do."""
    least = context.given(context.given(context.limits.dosing_count).min)
    left = context.one(range(least - 1, 0, -1))
    return context.without(*context.dosings[left:])


def too_many_dosings(context: BreakContext) -> Plan:
    """More dosings at the end, each with its integrations."""
    most = context.given(context.given(context.limits.dosing_count).max)
    count = max(most - len(context.dosings), 0) + context.pick((1, 2))
    days = context.pick((7, 1, 2, 3, 14))
    for _ in range(count):
        context = attrs.evolve(context, plan=context.appended("dosing", 1, days))
        number = context.limits.integration_per_dosing or 0
        context = attrs.evolve(context, plan=context.appended("integration", number))
    if not context.plan.supplies:
        return context.plan
    *rest, last = context.plan.supplies
    return context.with_supplies([*rest, attrs.evolve(last, dosings=last.dosings + count)])


def wrong_length(context: BreakContext) -> Plan:
    """Dosings that are shorter or longer than the limit, and long enough for the effect."""
    bounds = context.given(context.limits.dosing_minutes)
    least = (context.limits.effect_minutes or 0) + (context.limits.processing_minutes or 0)
    return _of_dosings(context, minutes=context.one(outside(bounds, max(least, 1), _REACH)))


def too_short_for_the_effect(context: BreakContext) -> Plan:
    """Dosings that are lawful in length, and shorter than the effect and the time to process."""
    least = (context.limits.effect_minutes or 0) + (context.limits.processing_minutes or 0)
    bounds = context.limits.dosing_minutes
    lowest = 1 if bounds is None else max(bounds.min or 1, 1)
    return _of_dosings(context, minutes=context.one(range(least - 1, lowest - 1, -1)))


def _of_dosings(context: BreakContext, **given: Any) -> Plan:
    return context.with_sessions(*[attrs.evolve(d, **given) for d in context.some(context.dosings)])


def not_offered(context: BreakContext) -> Plan:
    """Sessions in a format, or dosings at a place, that the practice does not offer."""
    formats, places = context.limits.formats or FORMATS, context.limits.dosing_places or PLACES
    choices: list[dict[str, Any]] = [{"format": f} for f in FORMATS if f not in formats]
    choices += [{"place": p, "support_person": "spouse"} for p in PLACES if p not in places]
    given = context.one(choices)
    if "place" in given:
        return _of_dosings(context, **given)
    held = [s for s in context.plan.sessions if isinstance(s, TherapistSession)]
    return context.with_sessions(*[attrs.evolve(s, **given) for s in context.some(held)])


def therapist_away(context: BreakContext) -> Plan:
    """The therapist is recorded as absent from dosings."""
    return _of_dosings(context, therapist_present=False)


def nobody_at_home(context: BreakContext) -> Plan:
    """Remote dosings with nobody there, or nobody named yet."""
    return _of_dosings(context, place="remote", support_person=context.pick((None, "none")))


def unknown_level(context: BreakContext) -> Plan:
    """Dosings at levels that the protocol does not know."""
    known = context.limits.dose_levels or ()
    return _of_dosings(
        context, level=context.one([level for level in LABELS if level not in known])
    )


def unknown_route(context: BreakContext) -> Plan:
    """Dosings by routes that the protocol does not allow."""
    known = context.limits.routes or ()
    others = [route for route in (*ROUTES, *LABELS) if route not in known]
    return _of_dosings(context, route=context.one(others))


def presence_not_recorded(context: BreakContext) -> Plan:
    """A dosing was held, and nobody wrote down whether the therapist was there."""
    dosing = context.one(context.dosings)
    held = context.recorded_until(dosing.ends)
    return _unsaid(held, dosing, therapist_present=None)


def support_not_recorded(context: BreakContext) -> Plan:
    """A remote dosing was held, and nobody wrote down who was there."""
    dosing = context.one(context.dosings)
    held = context.recorded_until(dosing.ends)
    return _unsaid(held, dosing, place="remote", support_person=None)


def _unsaid(context: BreakContext, dosing: Dosing, **given: Any) -> Plan:
    held = context.dosings[[d.id for d in context.dosings].index(dosing.id)]
    return context.with_sessions(attrs.evolve(held, **given))


def gap_out_of_bounds(context: BreakContext) -> Plan:
    """Two dosings too close together or too far apart."""
    days = context.one(outside(context.given(context.limits.dosing_gap_days), 1, _REACH))
    return _at_distance(context.plan, context.one(tuple(pairwise(context.dosings))), days)


def too_frequent(context: BreakContext) -> Plan:
    """One dosing more in so many days than the limit allows."""
    limit = context.given(context.limits.dosing_frequency)
    first = context.one(range(len(context.dosings) - limit.at_most))
    close = context.dosings[first : first + limit.at_most + 1]
    days = (limit.days - 1) // limit.at_most
    plan = context.plan
    for pair in pairwise(close):
        plan = _at_distance(plan, pair, context.one(range(days, -1, -1)))
    return plan


def too_close(context: BreakContext) -> Plan:
    """Two dosings on one day, or a third within a week, where no limit states a pace."""
    plan = context.plan
    pairs = tuple(pairwise(context.dosings))
    if context.pick((True, False)):
        return _at_distance(plan, context.one(pairs), 0)
    first = context.one(range(len(pairs) - 1))
    for pair in pairs[first : first + 2]:
        plan = _at_distance(plan, pair, context.pick((2, 1, 3)))
    return plan


def _at_distance(plan: Plan, pair: tuple[Dosing, Dosing], days: int) -> Plan:
    """Two dosings so many days apart; what is between them follows the first one at once."""
    ids = {session.id: session for session in plan.sessions}
    first, following = ids[pair[0].id], ids[pair[1].id]
    between = [s for s in plan.sessions if first.ends <= s.begins < following.begins]
    ends, moved = first.ends, []
    for session in between:
        moved.append(at(session, ends))
        ends += session.minutes * 60
    apart = plan.zone.day(following.begins) - plan.zone.day(first.begins)
    shift = days - apart
    if shift < 0:
        plan = swapped(plan, moved)
    made = later(plan, following, shift)
    again = {session.id: session for session in made.sessions}[following.id]
    # On the same day it still comes after whatever is between.
    short = max(ends - again.begins, 0)
    before = {first.id, *(session.id for session in between)}
    after = [s for s in made.sessions if s.begins >= again.begins and s.id not in before]
    return swapped(made, [at(s, s.begins + short) for s in after])


VIOLATED: Final[Mapping[str, tuple[Break, ...]]] = {
    "DOSE-COUNT": (too_few_dosings, too_many_dosings),
    "DOSE-DURATION": (wrong_length,),
    "EFFECT-FIT": (too_short_for_the_effect,),
    "MODALITY": (not_offered,),
    "THERAPIST-PRESENT": (therapist_away,),
    "SUPPORT-PERSON": (nobody_at_home,),
    "DOSE-LEVEL": (unknown_level,),
    "DOSE-GAP": (gap_out_of_bounds,),
    "DOSE-FREQUENCY": (too_frequent,),
    "DOSE-CLOSE": (too_close,),
    "DOSE-ROUTE": (unknown_route,),
}
UNKNOWN: Final[Mapping[str, tuple[Break, ...]]] = {
    "THERAPIST-PRESENT": (presence_not_recorded,),
    "SUPPORT-PERSON": (support_not_recorded,),
}
