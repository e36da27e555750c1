"""What the fused rules read: rows of integers, split by kind once, and limits as flat numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import kap_model as kap
from kap_model.severities import Severity, severity_on

ACTIVE, ENDED, DISCONTINUED = range(3)
PLANNED, COMPLETED, CANCELLED, NO_SHOW = range(4)
CONSULTATION, EVALUATION, PREPARATION, DOSING, INTEGRATION, REVIEW = range(6)
FAVOURABLE, NO_OUTCOME, UNDECIDED, UNFAVOURABLE = range(4)
NONE, CLEAR, REFUSED, STOPPED, PENDING, UNRECORDED = range(6)
UNNAMED, NAMED, NOBODY = range(3)
ADVERSE: Final = (REFUSED, STOPPED)
NEVER: Final = 1 << 60

RULES: Final = (
    "SCREEN-FIRST",
    "MED-CLEAR",
    "ROLE-SCOPE",
    "ROLE-SCOPE",
    "PREP-COUNT",
    "PREP-COUNT",
    "PREP-ORDER",
    "PREP-AFTER-SUPPLY",
    "SUPPLY-BALANCE",
    "SUPPLY-INITIAL",
    "REFILL-REVIEW",
    "SUPPLY-ISSUED",
    "DOSE-COUNT",
    "DOSE-DURATION",
    "EFFECT-FIT",
    "MODALITY",
    "THERAPIST-PRESENT",
    "SUPPORT-PERSON",
    "DOSE-LEVEL",
    "INTEG-EACH",
    "INTEG-ORDER",
    "INTEG-COUNT",
    "THERAPY-LENGTH",
    "REVIEW-AFTER",
    "REVIEW-QUARTER",
    "NO-OVERLAP",
    "RECORD-OUTCOME",
    "EXCLUSION",
)
"""The rule of each code: the catalogue's order, a rule that has two parts twice.

Frozen at these: a rule that joins the catalogue is not written here a second and a third time."""
RACED: Final = (
    kap.RULES
    if {rule.id for rule in kap.RULES} == set(RULES)
    else tuple(rule for rule in kap.RULES if rule.id in RULES)
)
"""The rules that all versions judge by."""
(
    SCREEN_FIRST,
    MED_CLEAR,
    MEDICAL_ROLE,
    THERAPIST_ROLE,
    TOO_FEW_PREPARATIONS,
    TOO_MANY_PREPARATIONS,
    PREP_ORDER,
    PREP_AFTER_SUPPLY,
    SUPPLY_BALANCE,
    SUPPLY_INITIAL,
    REFILL_REVIEW,
    SUPPLY_ISSUED,
    DOSE_COUNT,
    DOSE_DURATION,
    EFFECT_FIT,
    MODALITY,
    THERAPIST_PRESENT,
    SUPPORT_PERSON,
    DOSE_LEVEL,
    INTEG_EACH,
    INTEG_ORDER,
    INTEG_COUNT,
    THERAPY_LENGTH,
    REVIEW_AFTER,
    REVIEW_QUARTER,
    NO_OVERLAP,
    RECORD_OUTCOME,
    EXCLUSION,
) = range(len(RULES))
SURPLUS: Final = (TOO_MANY_PREPARATIONS,)

DosingFacts: TypeAlias = tuple[str | None, int, bool | None]
"""Level, support person, therapist present."""
Row: TypeAlias = tuple[int, int, str, int, int, int, int, str | None, bool, bool, DosingFacts]
"""Begins, rank, id, ends, minutes, status, outcome, role, remote, group, facts of a dosing."""
SupplyRow: TypeAlias = tuple[int, str, int, int]
"""Day issued, id, day received or never, dosings."""
Found: TypeAlias = tuple[int, str, str | None, tuple[str, ...]]
"""Code, verdict, a severity that no protocol overrides, session ids."""
Finding: TypeAlias = tuple[str, str, str, tuple[str, ...]]
"""Rule, verdict, severity, session ids."""
Range: TypeAlias = tuple[int, int]
Standings: TypeAlias = tuple[list[int], list[int], list[Row | None]]
"""The ends of the medical contacts; before the first and after each, standing and decider."""
NO_FACTS: Final[DosingFacts] = (None, UNNAMED, None)


class FusedPlan:
    """A loaded plan; nothing in it depends on a protocol or a moment of judgement."""

    __slots__ = (
        "_days",
        "attended",
        "clearing_evaluations",
        "clearing_reviews",
        "conditions",
        "consultations",
        "dosings",
        "evaluations",
        "integration_starts",
        "integrations",
        "latest_completed",
        "preparations",
        "protocol",
        "reviews",
        "sessions",
        "state",
        "supplies",
        "zone",
    )

    def __init__(
        self,
        protocol: str,
        state: int,
        zone: ZoneInfo,
        sessions: list[Row],
        supplies: list[SupplyRow] | None,
        conditions: list[str] | None,
    ) -> None:
        sessions.sort()
        by_kind: list[list[Row]] = [[], [], [], [], [], []]
        attended: list[Row] = []
        latest = None
        for row in sessions:
            status = row[5]
            if status == COMPLETED:
                latest = row[0]
            elif status != PLANNED or state != ACTIVE:
                continue
            by_kind[row[1]].append(row)
            if row[7] is not None:
                attended.append(row)
        self.protocol, self.state, self.zone = protocol, state, zone
        self.sessions, self.supplies, self.conditions = sessions, supplies, conditions
        self.latest_completed = latest
        self.consultations, self.evaluations, self.preparations = by_kind[:3]
        self.dosings, self.integrations, self.reviews = by_kind[3:]
        self.attended = attended
        self.clearing_evaluations = [row for row in self.evaluations if row[6] <= NO_OUTCOME]
        self.clearing_reviews = [row for row in self.reviews if row[6] <= NO_OUTCOME]
        self.integration_starts = [row[0] for row in self.integrations]
        self._days: dict[int, list[int]] = {}

    def days(self, rank: int) -> list[int]:
        """The local dates of the counting sessions of a kind, as ordinals."""
        days = self._days.get(rank)
        if days is None:
            rows = (self.dosings, self.evaluations, self.preparations, self.reviews)[
                (DOSING, EVALUATION, PREPARATION, REVIEW).index(rank)
            ]
            local, zone = dt.datetime.fromtimestamp, self.zone
            days = self._days[rank] = [local(row[0], zone).toordinal() for row in rows]
        return days


class FusedLimits:
    """A protocol's limits; what is not set can never be broken."""

    def __init__(self, practice: kap.Practice) -> None:
        limits = practice.protocol.limits_on(None)
        self.preparation_count = _range(limits.preparation_count)
        self.dosing_count = _range(limits.dosing_count)
        self.integration_count = _range(limits.integration_count)
        self.dosing_minutes = _range(limits.dosing_minutes)
        self.therapy_minutes = _range(limits.therapy_minutes)
        self.effect_minutes = limits.effect_minutes or 0
        self.integrations = limits.integration_per_dosing or 0
        self.supply = limits.initial_supply or NEVER
        self.review_months = limits.review_every.months if limits.review_every else NEVER
        after = limits.review_after
        self.review_after = (after.dosings, after.gate == "before-next") if after else (0, False)
        self.preparation_after_supply = bool(limits.preparation_after_supply)
        self.support_person = bool(limits.support_person_when_remote)
        self.medical_roles = frozenset(limits.medical_roles or ())
        self.therapist_roles = frozenset(limits.therapist_roles or ())
        self.levels = None if limits.dose_levels is None else frozenset(limits.dose_levels)
        self.exclusions = frozenset(limits.exclusions or ())
        self.places = _offered(limits.dosing_places, ("office", "remote"))
        self.formats = _offered(limits.formats, ("individual", "group"))
        self.severities = _severities(practice)
        self.surplus = _surplus(practice)


def _range(bounds: kap.Bounds | None) -> Range:
    if bounds is None:
        return 0, NEVER
    return bounds.min or 0, NEVER if bounds.max is None else bounds.max


def _offered(labels: Iterable[str] | None, choices: tuple[str, str]) -> tuple[bool, bool]:
    offered = choices if labels is None else tuple(labels)
    return choices[0] in offered, choices[1] in offered


def _severities(practice: kap.Practice) -> tuple[str, ...]:
    severity: dict[str, Severity] = {rule.id: rule.severity for rule in kap.RULES}
    severities: list[Severity] = [severity[rule] for rule in RULES]
    severities[TOO_MANY_PREPARATIONS] = "warning"
    overrides = practice.protocol.severity_of
    return tuple(
        severity_on(overrides.get(rule, usual), "above" if code in SURPLUS else "below")
        for code, (rule, usual) in enumerate(zip(RULES, severities, strict=True))
    )


def _surplus(practice: kap.Practice) -> dict[int, str]:
    """The severities of too many, by the code of the rule that counts."""
    overrides = practice.protocol.severity_of
    usual: dict[int, Severity] = {DOSE_COUNT: "error", INTEG_COUNT: "advice"}
    return {
        code: severity_on(overrides.get(RULES[code], severity), "above")
        for code, severity in usual.items()
    }
