"""Breaks of the rules of dosing, spacing and conduct."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final

import attrs

from kap_model.plan import Plan
from kap_model.sessions import FORMATS, PLACES, Dosing, TherapistSession
from kap_model.testing._changes import at, later, swapped
from kap_model.testing._plan_strategies import LABELS
from kap_model.testing._scene import Break, Scene, outside

_REACH: Final = 60  # minutes or days beyond a limit


def too_few_dosings(scene: Scene) -> Plan:
    """The last dosings do not take place; their integrations do."""
    least = scene.given(scene.given(scene.limits.dosing_count).min)
    left = scene.one(range(least - 1, 0, -1))
    return scene.without(*scene.dosings[left:])


def too_many_dosings(scene: Scene) -> Plan:
    """More dosings at the end, each with its integrations."""
    most = scene.given(scene.given(scene.limits.dosing_count).max)
    count = max(most - len(scene.dosings), 0) + scene.pick((1, 2))
    days = scene.pick((7, 1, 2, 3, 14))
    for _ in range(count):
        scene = attrs.evolve(scene, plan=scene.appended("dosing", 1, days))
        number = scene.limits.integration_per_dosing or 0
        scene = attrs.evolve(scene, plan=scene.appended("integration", number))
    if not scene.plan.supplies:
        return scene.plan
    *rest, last = scene.plan.supplies
    return scene.with_supplies([*rest, attrs.evolve(last, dosings=last.dosings + count)])


def wrong_length(scene: Scene) -> Plan:
    """Dosings that are shorter or longer than the limit, and long enough for the effect."""
    bounds = scene.given(scene.limits.dosing_minutes)
    least = (scene.limits.effect_minutes or 0) + (scene.limits.processing_minutes or 0)
    return _of_dosings(scene, minutes=scene.one(outside(bounds, max(least, 1), _REACH)))


def too_short_for_the_effect(scene: Scene) -> Plan:
    """Dosings that are lawful in length, and shorter than the effect and the time to process."""
    least = (scene.limits.effect_minutes or 0) + (scene.limits.processing_minutes or 0)
    bounds = scene.limits.dosing_minutes
    lowest = 1 if bounds is None else max(bounds.min or 1, 1)
    return _of_dosings(scene, minutes=scene.one(range(least - 1, lowest - 1, -1)))


def _of_dosings(scene: Scene, **given: Any) -> Plan:
    return scene.with_sessions(*[attrs.evolve(d, **given) for d in scene.some(scene.dosings)])


def not_offered(scene: Scene) -> Plan:
    """Sessions in a format, or dosings at a place, that the practice does not offer."""
    formats, places = scene.limits.formats or FORMATS, scene.limits.dosing_places or PLACES
    choices: list[dict[str, Any]] = [{"format": f} for f in FORMATS if f not in formats]
    choices += [{"place": p, "support_person": "spouse"} for p in PLACES if p not in places]
    given = scene.one(choices)
    if "place" in given:
        return _of_dosings(scene, **given)
    held = [s for s in scene.plan.sessions if isinstance(s, TherapistSession)]
    return scene.with_sessions(*[attrs.evolve(s, **given) for s in scene.some(held)])


def therapist_away(scene: Scene) -> Plan:
    """The therapist is recorded as absent from dosings."""
    return _of_dosings(scene, therapist_present=False)


def nobody_at_home(scene: Scene) -> Plan:
    """Remote dosings with nobody there, or nobody named yet."""
    return _of_dosings(scene, place="remote", support_person=scene.pick((None, "none")))


def unknown_level(scene: Scene) -> Plan:
    """Dosings at levels that the protocol does not know."""
    known = scene.limits.dose_levels or ()
    return _of_dosings(scene, level=scene.one([level for level in LABELS if level not in known]))


def presence_not_recorded(scene: Scene) -> Plan:
    """A dosing was held, and nobody wrote down whether the therapist was there."""
    dosing = scene.one(scene.dosings)
    held = scene.recorded_until(dosing.ends)
    return _unsaid(held, dosing, therapist_present=None)


def support_not_recorded(scene: Scene) -> Plan:
    """A remote dosing was held, and nobody wrote down who was there."""
    dosing = scene.one(scene.dosings)
    held = scene.recorded_until(dosing.ends)
    return _unsaid(held, dosing, place="remote", support_person=None)


def _unsaid(scene: Scene, dosing: Dosing, **given: Any) -> Plan:
    held = scene.dosings[[d.id for d in scene.dosings].index(dosing.id)]
    return scene.with_sessions(attrs.evolve(held, **given))


def gap_out_of_bounds(scene: Scene) -> Plan:
    """Two dosings too close together or too far apart."""
    days = scene.one(outside(scene.given(scene.limits.dosing_gap_days), 1, _REACH))
    return _at_distance(scene.plan, scene.one(tuple(pairwise(scene.dosings))), days)


def too_frequent(scene: Scene) -> Plan:
    """One dosing more in so many days than the limit allows."""
    limit = scene.given(scene.limits.dosing_frequency)
    first = scene.one(range(len(scene.dosings) - limit.at_most))
    close = scene.dosings[first : first + limit.at_most + 1]
    days = (limit.days - 1) // limit.at_most
    plan = scene.plan
    for pair in pairwise(close):
        plan = _at_distance(plan, pair, scene.one(range(days, -1, -1)))
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
}
UNKNOWN: Final[Mapping[str, tuple[Break, ...]]] = {
    "THERAPIST-PRESENT": (presence_not_recorded,),
    "SUPPORT-PERSON": (support_not_recorded,),
}
