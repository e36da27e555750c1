"""For each rule a plan that breaks it under given limits, where there is one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

import kap_model as kap

START = dt.datetime(2027, 1, 4, 10, tzinfo=dt.UTC)
FIRST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
LAST = dt.datetime(2199, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
MIDNIGHT = dt.datetime(2006, 10, 29, 2, 30, tzinfo=dt.UTC)  # in St John's, a minute before 00:01
FARTHEST = "Pacific/Kwajalein"  # on the other side of the date line since 1993
LINES = {
    "SCREEN-FIRST": "E0",
    "MED-CLEAR": "D0",
    "PREP-ORDER": "D0 P1",
    "PREP-AFTER-SUPPLY": "P0",
    "SUPPLY-BALANCE": "D0 S-",
    "REFILL-REVIEW": "D0 S0>=1 S1>=1",
    "SUPPLY-ISSUED": "D0 S0>=1",
    "INTEG-EACH": "D0",
    "INTEG-ORDER": "I0",
    "NO-OVERLAP": "D0 D0",
    "RECORD-OUTCOME": "E0*",
    "AGE-MIN": "D0",
}


def plan_of(*sessions: kap.Session, timezone: str = "UTC", **fields: Any) -> kap.Plan:
    return kap.Plan(id="plan", timezone=timezone, sessions=sessions, **fields)


def dosing(id: str = "d1", start: dt.datetime = START, minutes: int = 120, **given: Any) -> Any:
    return kap.Dosing(id=id, start=start, minutes=minutes, **given)


def many(cls: type[kap.Session], number: int) -> kap.Plan:
    one = cls(id="s", start=START, minutes=1)
    return plan_of(*(attrs.evolve(one, id=f"s{n}") for n in range(number)))


def outside(bounds: kap.Bounds | None, lowest: int) -> int:
    """The least number that breaks bounds: too small where there is such a one, else too great."""
    assert bounds is not None
    if bounds.below(lowest):
        return lowest
    assert bounds.max is not None
    return bounds.max + 1


def _far_apart(days: int) -> kap.Plan:
    """Two dosings so many days apart."""
    if days < 0:
        second = MIDNIGHT + dt.timedelta(minutes=10)
        return plan_of(
            dosing("d1", MIDNIGHT, 1), dosing("d2", second, 1), timezone="America/St_Johns"
        )
    timezone = FARTHEST if days > (LAST - FIRST).days else "UTC"
    start = FIRST if days > 0 else LAST
    return plan_of(dosing("d1", start, 1), dosing("d2", LAST, 1), timezone=timezone)


def _gap(limits: kap.Limits) -> kap.Plan:
    bounds = limits.dosing_gap_days
    assert bounds is not None
    if bounds.min is not None:
        return _far_apart(bounds.min - 1 if bounds.min < 2 else 0)
    assert bounds.max is not None
    return _far_apart(bounds.max + 1)


def _modality(limits: kap.Limits) -> kap.Plan:
    formats = [f for f in ("individual", "group") if f not in (limits.formats or (f,))]
    places = [p for p in ("office", "remote") if p not in (limits.dosing_places or (p,))]
    given: dict[str, Any] = {"format": formats[0]} if formats else {"place": places[0]}
    return plan_of(dosing(**given))


def _review(limits: kap.Limits) -> kap.Plan:
    after = limits.review_after
    assert after is not None
    return many(kap.Dosing, after.dosings + (after.gate == "before-next"))


def breaking(rule: str, limits: kap.Limits) -> kap.Plan:
    """A plan of which a rule says something under limits that let it speak at all."""
    if rule in LINES:
        return kap.parse(f"2027-01-04 {LINES[rule]}")
    stranger = kap.Clinician("k-1", "stranger")
    frequency = limits.dosing_frequency
    if rule == "ROLE-SCOPE":
        evaluation = kap.MedicalEvaluation(id="e1", start=START, minutes=30, clinician=stranger)
        return plan_of(evaluation, dosing(clinician=stranger))
    if rule == "PREP-COUNT":
        return many(kap.Preparation, outside(limits.preparation_count, 0))
    if rule == "DOSE-COUNT":
        return many(kap.Dosing, outside(limits.dosing_count, 0))
    if rule == "INTEG-COUNT":
        return many(kap.Integration, outside(limits.integration_count, 0))
    if rule == "SUPPLY-INITIAL":
        over = (limits.initial_supply or 0) + 1
        return plan_of(supplies=[kap.Supply(id="x1", issued="2027-01-04", dosings=over)])
    if rule == "DOSE-DURATION":
        return plan_of(dosing(minutes=outside(limits.dosing_minutes, 1)))
    if rule == "THERAPY-LENGTH":
        minutes = outside(limits.therapy_minutes, 1)
        return plan_of(kap.Integration(id="i1", start=START, minutes=minutes))
    if rule == "EFFECT-FIT":
        return plan_of(dosing(minutes=1))
    if rule == "MODALITY":
        return _modality(limits)
    if rule == "THERAPIST-PRESENT":
        return plan_of(dosing(therapist_present=False))
    if rule == "SUPPORT-PERSON":
        return plan_of(dosing(place="remote"))
    if rule == "DOSE-LEVEL":
        return plan_of(dosing(level="stranger"))
    if rule == "DOSE-ROUTE":
        return plan_of(dosing(route="stranger"))
    if rule == "DOSE-CLOSE":
        return kap.parse("2027-01-04 D0 D0@13:00")
    if rule == "DOSE-GAP":
        return _gap(limits)
    if rule == "DOSE-FREQUENCY":
        assert frequency is not None
        return many(kap.Dosing, frequency.at_most + 1)
    if rule == "INTEG-WINDOW":
        return plan_of(dosing(start=FIRST), kap.Integration(id="i1", start=LAST, minutes=1))
    if rule == "REVIEW-AFTER":
        return _review(limits)
    if rule == "REVIEW-QUARTER":
        return plan_of(dosing("d1", FIRST), dosing("d2", LAST))
    assert rule == "EXCLUSION"
    return plan_of(conditions=limits.exclusions)
