"""How many sessions of each kind a protocol allows together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from kap_model.limits import Bounds, Limits
from kap_model.planning.outline import even_pace, lawful_minutes
from kap_model.planning.witness import no_course

_ANY_NUMBER: Final = Bounds(0)


class Counts(NamedTuple):
    """The sessions of one course that the therapist holds."""

    preparations: int
    dosings: int
    integrations: int

    def by_kind(self) -> dict[str, int]:
        """The same by kind of session."""
        return dict(zip(("preparation", "dosing", "integration"), self, strict=True))


def fewest(limits: Limits) -> Counts:
    """The fewest of each kind, which some course has together.

    Raises:
        InvalidValue: No course has lawful counts.
    """
    lowest, _ = _dosings(limits)
    preparations = limits.preparation_count or _ANY_NUMBER
    return Counts(preparations.min or 0, lowest, _integrations_for(lowest, limits))


def most(limits: Limits) -> Counts:
    """The most of each kind, which some course has together; without a maximum, the fewest.

    Raises:
        InvalidValue: No course has lawful counts.
    """
    _, highest = _dosings(limits)
    preparations, integrations = limits.preparation_count, limits.integration_count
    least = fewest(limits).preparations
    given = least if preparations is None or preparations.max is None else preparations.max
    number = _integrations_for(highest, limits)
    # Without a dosing there is nothing to integrate.
    if highest or not limits.integration_after_dosing:
        stated = None if integrations is None else integrations.max
        number = number if stated is None else stated
    return Counts(given, highest, number)


def bounded_kinds(limits: Limits) -> frozenset[str]:
    """The kinds whose number has a maximum."""
    counts = {"preparation": limits.preparation_count, "integration": limits.integration_count}
    bounded = {kind for kind, given in counts.items() if given and given.max is not None}
    return frozenset(bounded | {"dosing"} if any(_ceilings(limits)) else bounded)


def _integrations_for(dosings: int, limits: Limits) -> int:
    lowest = (limits.integration_count or _ANY_NUMBER).min or 0
    return max(lowest, dosings * (limits.integration_per_dosing or 0))


def _dosings(limits: Limits) -> tuple[int, int]:
    """The fewest and the most dosings that every other limit leaves room for."""
    lowest, asking = (limits.dosing_count or _ANY_NUMBER).min or 0, {"DOSE-COUNT"}
    if not lowest and limits.integration_after_dosing and _integrations_for(0, limits):
        lowest, asking = 1, {"INTEG-ORDER", "INTEG-COUNT"}
    ceilings = dict(_ceilings(limits))
    highest = min(ceilings.values(), default=lowest)
    if highest < lowest:
        at_odds = {rule for rules, number in ceilings.items() if number < lowest for rule in rules}
        raise no_course(asking | at_odds)
    return lowest, highest


def _ceilings(limits: Limits) -> Iterator[tuple[tuple[str, ...], int]]:
    """The most dosings that some rules leave room for together."""
    dosings, integrations = limits.dosing_count, limits.integration_count
    each = limits.integration_per_dosing
    if dosings is not None and dosings.max is not None:
        yield ("DOSE-COUNT",), dosings.max
    if integrations is not None and integrations.max is not None and each is not None:
        yield ("INTEG-EACH", "INTEG-COUNT"), integrations.max // each
    if lawful_minutes(limits, "dosing") is None:
        yield ("DOSE-DURATION", "EFFECT-FIT"), 0
    frequency, gap = limits.dosing_frequency, limits.dosing_gap_days
    if frequency is not None and gap is not None and gap.above(even_pace(frequency)):
        yield ("DOSE-GAP", "DOSE-FREQUENCY"), frequency.at_most
