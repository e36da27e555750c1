"""Which rules a set of plans exercised: how often each said what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._values import Value, as_rows, check_identifier, check_integer
from kap_model.errors import refusal
from kap_model.report import Report, Verdict
from kap_model.rules.catalogue import RULES

Exercise: TypeAlias = Literal["both ways", "only satisfied", "only fired", "never applied"]
"""Whether plans satisfied a rule, had findings of it, both, or neither."""

_ORDER: Final = {rule.id: place for place, rule in enumerate(RULES)}


@frozen(kw_only=True)
class RuleCounts(Value):
    """For how many plans a rule had which verdict.

    Attributes:
        rule: The rule's id.
        satisfied: Plans that kept it; a waived finding does not count against that.
        violated: Plans with a violated finding of it.
        pending: Plans with a pending one, and none that is violated or unknown.
        unknown: Plans with an unknown one, and none that is violated.
        not_applicable: Plans whose protocol sets none of its limits.
    """

    rule: str
    satisfied: int = 0
    violated: int = 0
    pending: int = 0
    unknown: int = 0
    not_applicable: int = 0

    def __attrs_post_init__(self) -> None:
        check_identifier(self.rule, "rule")
        for name, count in self._counts.items():
            check_integer(count, name.replace("-", "_"), 0)

    @property
    def fired(self) -> int:
        """Plans with a finding of it: violated, pending or unknown."""
        return self.violated + self.pending + self.unknown

    @property
    def plans(self) -> int:
        """Plans of which it was asked."""
        return self.satisfied + self.fired + self.not_applicable

    @property
    def exercise(self) -> Exercise:
        """Which ways the plans exercised the rule."""
        if self.satisfied:
            return "both ways" if self.fired else "only satisfied"
        return "only fired" if self.fired else "never applied"

    @property
    def _counts(self) -> dict[Verdict, int]:
        return {
            "satisfied": self.satisfied,
            "violated": self.violated,
            "pending": self.pending,
            "unknown": self.unknown,
            "not-applicable": self.not_applicable,
        }

    def to_dict(self) -> dict[str, int]:
        """The number of plans by verdict."""
        return {str(verdict): count for verdict, count in self._counts.items()}


def _in_order(rows: Iterable[RuleCounts]) -> tuple[RuleCounts, ...]:
    given = as_rows(rows, "rules", RuleCounts)
    if len({row.rule for row in given}) != len(given):
        raise refusal("rules", "must name each rule once")
    return tuple(sorted(given, key=lambda row: (_ORDER.get(row.rule, len(_ORDER)), row.rule)))


@frozen(kw_only=True, repr=False)
class RuleCoverage(Value, HasText):
    """Which rules a set of plans exercised both ways: kept by one plan, and not by another.

    Coverages of parts of the set add up to that of the whole, however it is divided.

    Attributes:
        plans: How many plans were checked.
        left_out: How many documents could not be used, and count in none of the rules.
        rules: The counts of each rule, in the order of the catalogue; own rules after it, by id.
    """

    plans: int = 0
    left_out: int = 0
    rules: tuple[RuleCounts, ...] = field(default=(), converter=_in_order)

    def __attrs_post_init__(self) -> None:
        check_integer(self.plans, "plans", 0)
        check_integer(self.left_out, "left_out", 0)
        if any(row.plans > self.plans for row in self.rules):
            raise refusal("rules", "must count each plan at most once")

    @classmethod
    def of(cls, reports: Iterable[Report | None]) -> RuleCoverage:
        """The coverage of reports; ``None`` stands for a document that could not be used.

        Reads them as they come, and keeps none.

        Raises:
            InvalidValue: One is neither, or there is no sequence of them.
        """
        if not isinstance(reports, Iterable):
            raise refusal("reports", "must be a sequence of reports")
        tally = Tally()
        for index, report in enumerate(reports):
            if report is not None and not isinstance(report, Report):
                raise refusal(f"reports[{index}]", "must be a Report, or None")
            tally.add(None if report is None else report.rules)
        return tally.coverage()

    @property
    def exercised(self) -> tuple[str, ...]:
        """The rules that at least one plan satisfied and of which at least one had a finding."""
        return self._exercised("both ways")

    @property
    def only_satisfied(self) -> tuple[str, ...]:
        """The rules that were satisfied and of which no plan had a finding."""
        return self._exercised("only satisfied")

    @property
    def only_fired(self) -> tuple[str, ...]:
        """The rules of which every plan had a finding to which they applied."""
        return self._exercised("only fired")

    @property
    def never(self) -> tuple[str, ...]:
        """The rules that applied to no plan."""
        return self._exercised("never applied")

    def _exercised(self, ways: Exercise) -> tuple[str, ...]:
        return tuple([row.rule for row in self.rules if row.exercise == ways])

    def to_dict(self) -> dict[str, Any]:
        """The coverage as JSON values."""
        return {
            "plans": self.plans,
            "left_out": self.left_out,
            "coverage": {row.rule: row.to_dict() for row in self.rules},
        }

    def __add__(self, other: RuleCoverage) -> RuleCoverage:
        if not isinstance(other, RuleCoverage):
            return NotImplemented
        tally = Tally()
        tally.take(self)
        tally.take(other)
        return tally.coverage()

    def __repr__(self) -> str:
        return f"<RuleCoverage of {self.plans} plans: {len(self.rules)} rules>"


def rule_coverage(reports: Iterable[Report | None]) -> RuleCoverage:
    """Say which rules a set of reports exercised, and which never fired or never applied.

    Args:
        reports: What :func:`~kap_model.check` gave, read as they come; ``None`` stands for a
            document that could not be used, as in ``(r.report for r in kap.check_lines(lines))``.

    Raises:
        InvalidValue: One is neither, or there is no sequence of them.
    """
    return RuleCoverage.of(reports)


class Tally:
    """Counts that grow: what a coverage is made of while plans still come."""

    def __init__(self) -> None:
        self._plans = self._left_out = 0
        self._counts: dict[str, Counter[str]] = {}

    def add(self, verdicts: Mapping[str, Verdict] | None) -> None:
        """Count one plan's verdicts by rule; ``None`` = a document that could not be used."""
        if verdicts is None:
            self._left_out += 1
            return
        self._plans += 1
        for rule, verdict in verdicts.items():
            self._of(rule)[verdict] += 1

    def take(self, coverage: RuleCoverage) -> None:
        """Count all that another coverage has counted."""
        self._plans += coverage.plans
        self._left_out += coverage.left_out
        for row in coverage.rules:
            self._of(row.rule).update(row.to_dict())

    def coverage(self) -> RuleCoverage:
        """What was counted so far."""
        rows = [
            RuleCounts(rule=rule, **{_field(verdict): count for verdict, count in counts.items()})
            for rule, counts in self._counts.items()
        ]
        return RuleCoverage(plans=self._plans, left_out=self._left_out, rules=tuple(rows))

    def _of(self, rule: str) -> Counter[str]:
        return self._counts.setdefault(rule, Counter())


def _field(verdict: str) -> str:
    return verdict.replace("-", "_")
