"""What can mend a finding: for each rule, every change of one session that its answer depends on.

A plan that differs from another in none of these breaks the rule as well. So every repair holds
at least one of them, and a search that follows all of them misses none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kap_model._time import EARLIEST, LATEST, last_day_of_quarter
from kap_model.planning.repairs.scene import Remedy, Scene, Window
from kap_model.report import Finding
from kap_model.rules._rule import Breach


def remedies_for(finding: Finding, scene: Scene) -> list[Remedy]:
    """Every change that can help to mend a finding; none where it is history's."""
    return REMEDIES[finding.rule](scene, finding.breach)


def _screened(scene: Scene, breach: Breach) -> list[Remedy]:
    window = Window(ends_by=breach.sessions[0].begins)
    return scene.supplying("consultation", window) + scene.changing(breach.sessions)


def _cleared(scene: Scene, breach: Breach) -> list[Remedy]:
    dosing = breach.sessions[-1]
    if breach.nature != "missing":
        return scene.dropping([dosing])
    window = Window(ends_by=dosing.begins)
    return scene.supplying("medical-evaluation", window) + scene.changing([dosing])


def _prepared(scene: Scene, breach: Breach) -> list[Remedy]:
    course = scene.course
    if breach.nature != "missing":
        return scene.changing(course.preparations) + scene.changing(course.dosings)
    if not breach.sessions:
        return scene.adding("preparation")
    window = Window(ends_by=breach.sessions[0].begins)
    return scene.supplying("preparation", window) + scene.changing(breach.sessions)


def _prepared_in_order(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.changing(breach.sessions) + scene.changing(scene.course.dosings)


def _prepared_with_medicine(scene: Scene, breach: Breach) -> list[Remedy]:
    found = scene.changing(breach.sessions)
    if scene.course.plan.supplies is None:
        window = Window(ends_by=breach.sessions[0].begins)
        found += scene.supplying("medical-evaluation", window)
    return found


def _supplied(scene: Scene, breach: Breach) -> list[Remedy]:
    course, dosing = scene.course, breach.sessions[0]
    upto = course.dosings[: course.dosings.index(dosing) + 1]
    found: list[Remedy] = []
    if course.plan.supplies is None:
        window = Window(opens=course.dosings[0].ends, ends_by=dosing.begins)
        found += scene.supplying("medical-review", window)
        if course.timeline.clearing_evaluations[0].ends > dosing.begins:
            found += scene.adding("medical-evaluation", Window(ends_by=dosing.begins))
            found += scene.changing(course.evaluations)
    return found + scene.changing(upto)


def _little_at_first(scene: Scene, breach: Breach) -> list[Remedy]:  # noqa: ARG001 - as asked
    course = scene.course
    supplies = course.plan.supplies
    if not course.dosings or not supplies:
        return []
    until = course.timeline.zone.first_instant(supplies[-1].issued.toordinal() + 1) - 1
    window = Window(opens=course.dosings[0].ends, starts_by=until)
    return scene.supplying("medical-review", window) + scene.changing(course.dosings)


def _dates(scene: Scene, breach: Breach) -> Window:
    opens = EARLIEST if breach.opens is None else scene.resolve(breach.opens)
    return Window(opens, LATEST if breach.closes is None else scene.resolve(breach.closes) - 1)


def _reviewed_for_refill(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.supplying("medical-review", _dates(scene, breach))


def _issued_cleared(scene: Scene, breach: Breach) -> list[Remedy]:
    if breach.nature != "missing" or breach.closes is None:
        return []
    return scene.supplying("medical-evaluation", Window(ends_by=scene.resolve(breach.closes)))


def _counted(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.adding("dosing") if breach.nature == "missing" else _any_less(scene, breach)


def _any_less(scene: Scene, breach: Breach) -> list[Remedy]:
    kind = breach.sessions[0].kind
    return scene.dropping(s for s in scene.course.counting if s.kind == kind)


def _gone(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.dropping(breach.sessions)


def _changed(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.changing(breach.sessions)


def _spaced(scene: Scene, breach: Breach) -> list[Remedy]:
    found = scene.changing(breach.sessions)
    if breach.severity == "warning":  # too far apart: another may move between
        dosing, following = breach.sessions
        window = Window(opens=dosing.begins, starts_by=following.begins)
        found += scene.moving(scene.course.dosings, window)
    return found


def _at_a_pace(scene: Scene, breach: Breach) -> list[Remedy]:
    course, dosing = scene.course, breach.sessions[0]
    limit = scene.terms.limits.dosing_frequency
    last, days = course.day(dosing), 1 if limit is None else limit.days
    return scene.changing(d for d in course.dosings if last - days < course.day(d) <= last)


def _integrated(scene: Scene, breach: Breach) -> list[Remedy]:
    dosings = scene.course.dosings
    place = dosings.index(breach.sessions[0])
    both = dosings[place : place + 2]
    window = Window(opens=both[0].ends)
    if len(both) > 1:
        window = Window(opens=both[0].ends, ends_by=both[1].begins)
    return scene.supplying("integration", window) + scene.changing(both)


def _integrated_in_order(scene: Scene, breach: Breach) -> list[Remedy]:
    window = Window(ends_by=breach.sessions[0].begins)
    # A dosing is added only where a course has too few.
    return scene.changing(breach.sessions) + scene.moving(scene.course.dosings, window)


def _integrations_counted(scene: Scene, breach: Breach) -> list[Remedy]:
    return scene.adding("integration") if breach.nature == "missing" else _any_less(scene, breach)


def _integrated_in_time(scene: Scene, breach: Breach) -> list[Remedy]:
    dosing, first = breach.sessions
    window = Window(opens=dosing.ends, starts_by=first.begins)
    course = scene.course
    found = scene.supplying("integration", window) + scene.dropping([first])
    return found + scene.changing(course.dosings)


def _reviewed(scene: Scene, breach: Breach) -> list[Remedy]:
    limit = scene.terms.limits.review_after
    number = 0 if limit is None else limit.dosings
    concerned = scene.course.dosings[: number + (breach.closes is not None)]
    window = Window(opens=concerned[number - 1].ends)
    if breach.closes is not None:
        window = Window(opens=window.opens, ends_by=concerned[-1].begins)
    return scene.supplying("medical-review", window) + scene.changing(concerned)


def _seen_each_quarter(scene: Scene, breach: Breach) -> list[Remedy]:
    course, window = scene.course, _dates(scene, breach)
    contacts = course.timeline.contacts
    if breach.opens is None and breach.closes is not None:
        day = last_day_of_quarter(course.day(breach.sessions[0]))
        first = next(d for d in range(day, 0, -1) if last_day_of_quarter(d - 1) != day)
        window = window._replace(opens=course.timeline.zone.first_instant(first))
        found = scene.adding("medical-review", window) + scene.moving(contacts, window)
        its = scene.dropping(breach.sessions)
        # All of the quarter's dosings have to go, so that one that stays keeps the others.
        if len(its) == len(breach.sessions):
            found += scene.changing(breach.sessions[:1])
        return found
    found = scene.adding("medical-review", window) + scene.changing(contacts)
    ends = {course.dosings[0], max(course.dosings, key=lambda d: (course.day(d), d.begins))}
    return found + scene.changing(d for d in course.dosings if d in ends)


def _nothing(scene: Scene, breach: Breach) -> list[Remedy]:  # noqa: ARG001 - as the others
    return []


REMEDIES: Final[Mapping[str, Callable[[Scene, Breach], list[Remedy]]]] = {
    "SCREEN-FIRST": _screened,
    "MED-CLEAR": _cleared,
    "ROLE-SCOPE": _gone,
    "PREP-COUNT": _prepared,
    "PREP-ORDER": _prepared_in_order,
    "PREP-AFTER-SUPPLY": _prepared_with_medicine,
    "SUPPLY-BALANCE": _supplied,
    "SUPPLY-INITIAL": _little_at_first,
    "REFILL-REVIEW": _reviewed_for_refill,
    "SUPPLY-ISSUED": _issued_cleared,
    "DOSE-COUNT": _counted,
    "DOSE-DURATION": _gone,
    "EFFECT-FIT": _gone,
    "MODALITY": _gone,
    "THERAPIST-PRESENT": _gone,
    "SUPPORT-PERSON": _gone,
    "DOSE-LEVEL": _gone,
    "DOSE-GAP": _spaced,
    "DOSE-FREQUENCY": _at_a_pace,
    "INTEG-EACH": _integrated,
    "INTEG-ORDER": _integrated_in_order,
    "INTEG-COUNT": _integrations_counted,
    "INTEG-WINDOW": _integrated_in_time,
    "THERAPY-LENGTH": _gone,
    "REVIEW-AFTER": _reviewed,
    "REVIEW-QUARTER": _seen_each_quarter,
    "NO-OVERLAP": _changed,
    "RECORD-OUTCOME": _nothing,
    "AGE-MIN": _changed,
    "EXCLUSION": _nothing,
}
