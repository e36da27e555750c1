"""Findings and reports: what a check says, as values; text is built when it is read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText, csv_of, rows_of
from kap_model._time import Instant, Moment, zone
from kap_model._values import Value
from kap_model.breach import Breach, Outlook, Scalar, Voice, Words
from kap_model.citations import Citation
from kap_model.forms.house_rules import HouseRule
from kap_model.severities import Severity
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    import pendulum

Verdict: TypeAlias = Literal["violated", "unknown", "pending", "satisfied", "not-applicable"]
VERDICTS: Final[tuple[Verdict, ...]] = (
    "violated",
    "unknown",
    "pending",
    "satisfied",
    "not-applicable",
)
"""The verdicts, worst first."""

State: TypeAlias = Literal["stopped", "problem", "record-first", "on-track", "follows"]
STATES: Final[tuple[State, ...]] = ("stopped", "problem", "record-first", "on-track", "follows")
"""The states of a course, worst first."""

ProtocolSource: TypeAlias = Literal["argument", "plan", "default"]


@frozen(kw_only=True, repr=False)
class Finding(Value):
    """What a rule says about a plan.

    Attributes:
        rule: The rule's id.
        verdict: ``violated``; ``pending``: something is missing and its window is not over, which
            does not say that it can be met; ``unknown``: a fact is missing that only a person
            can record.
        severity: ``error``, ``warning`` or ``advice``.
        citation: Who sets the limit that is not kept, else who states the rule.
        waiver: The waiver that covers it, if one does.
        timezone: The zone in which its text names dates.
        breach: What the rule returned.
        outlook: What can still be done about it: ``open``, what it asks for, and ``whole``, the
            same of a plan that is judged without a moment; ``late``, its window is over, and what
            it names may be changed; ``past``, nothing.
        stated_action: The action that its rule states in place of the one made for it.
    """

    rule: str
    verdict: Verdict
    severity: Severity
    citation: Citation
    waiver: Waiver | None
    timezone: str
    breach: Breach
    outlook: Outlook = "open"
    stated_action: str | None = None

    @property
    def sessions(self) -> tuple[str, ...]:
        """The ids of the sessions concerned, in the order in which the rule names them."""
        return tuple([session.id for session in self.breach.sessions])

    @property
    def waived(self) -> bool:
        """Whether a waiver covers it: it stays visible and does not count."""
        return self.waiver is not None

    @property
    def is_error(self) -> bool:
        """Whether it is an error that is violated, waived or not."""
        return self.verdict == "violated" and self.severity == "error"

    @property
    def words(self) -> Words:
        """All that it says, together."""
        breach = self.breach
        voice = Voice(
            zone(self.timezone), self.outlook, breach.sessions, (breach.opens, breach.closes)
        )
        return breach.words(voice, *breach.facts)

    @property
    def message(self) -> str:
        """What is wrong, in plain English, with dates as a person would name them."""
        return self.words.message

    @property
    def title(self) -> str:
        """What is wrong in a few words, without a figure of the client's health."""
        return self._title(self.words)

    def _title(self, words: Words) -> str:
        return words.title or f"{self.rule} is not kept"

    @property
    def action(self) -> str | None:
        """What to do about it, in one imperative sentence; ``None`` = nothing can be done."""
        return self._action(self.words)

    def _action(self, words: Words) -> str | None:
        return None if self.past else self.stated_action or words.action

    @property
    def past(self) -> bool:
        """Whether nothing that is added, changed or recorded from ``as_of`` on could end it."""
        return self.outlook == "past"

    @property
    def code(self) -> str:
        """Which sentence it is: its rule, and where it has several the side or the case.

        Such as ``DOSE-COUNT.below`` or ``MED-CLEAR.pending``; it does not change with wording.
        """
        return self._code(self.words)

    def _code(self, words: Words) -> str:
        case = self.breach.side or words.case
        return self.rule if case is None else f"{self.rule}.{case}"

    @property
    def values(self) -> dict[str, Scalar]:
        """All that the message says, by name, as JSON scalars: counts, limits, dates, sessions."""
        return dict(self.words.values)

    @property
    def observed(self) -> str | None:
        """What the plan has."""
        return self.words.observed

    @property
    def required(self) -> str | None:
        """What the limit asks for."""
        return self.words.required

    @property
    def opens(self) -> str | None:
        """When the window for something missing opens: an instant in the plan's zone or a date."""
        opens = self.breach.opens
        return None if opens is None else zone(self.timezone).moment_text(opens)

    @property
    def due(self) -> str | None:
        """When the window for something missing closes: an instant in the plan's zone or a date."""
        closes = self.breach.closes
        return None if closes is None else zone(self.timezone).moment_text(closes)

    @property
    def opens_at(self) -> pendulum.DateTime | None:
        """When the window for something missing opens, in the plan's zone, for sorting."""
        return self._instant(self.breach.opens)

    @property
    def due_at(self) -> pendulum.DateTime | None:
        """When the window for something missing closes: of a day, the next day's first instant."""
        return self._instant(self.breach.closes)

    def _instant(self, edge: Moment | None) -> pendulum.DateTime | None:
        local = zone(self.timezone)
        return None if edge is None else local.datetime(local.resolve(edge))

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON values."""
        words = self.words
        return {
            "rule": self.rule,
            "verdict": self.verdict,
            "severity": self.severity,
            "sessions": list(self.sessions),
            "observed": words.observed,
            "required": words.required,
            "opens": self.opens,
            "due": self.due,
            "message": words.message,
            "citation": self.citation.to_dict(),
            "waived": self.waived,
            "title": self._title(words),
            "action": self._action(words),
            "past": self.past,
            "code": self._code(words),
            "values": dict(words.values),
            "waiver": None if self.waiver is None else self.waiver.to_dict(),
        }

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"

    def __repr__(self) -> str:
        return f"<Finding {self.rule} {self.verdict} {', '.join(self.sessions)}>"


@frozen(kw_only=True, repr=False)
class Report(Value, HasText, HasPage):
    """What a check says about one plan.

    Attributes:
        plan: The plan's id.
        protocol: The protocol's id.
        protocol_source: Whether the protocol came as an argument, from the plan's own name of
            it, or by default.
        timezone: The plan's zone.
        instant: ``as_of`` in seconds since 1970 UTC, or ``None``.
        findings: In catalogue order, then in that of house rules.
        rule_ids: The rules that were asked, in order.
        not_applicable: Those of them that the protocol sets no limit for, and house rules that
            are not in force.
        house_rules: The house rules in force, in order.
        not_checked: What is not checked, because the protocol sets no limit for it, in plain words.
        is_stopped: Whether the medical provider turned the client down or stopped treatment.
    """

    plan: str
    protocol: str
    protocol_source: ProtocolSource
    timezone: str
    instant: Instant | None = None
    findings: tuple[Finding, ...] = ()
    rule_ids: tuple[str, ...] = field(default=())
    not_applicable: frozenset[str] = frozenset()
    house_rules: tuple[HouseRule, ...] = ()
    not_checked: tuple[str, ...] = ()
    is_stopped: bool = False

    @property
    def state(self) -> State:
        """The state of the course, worst first.

        ``stopped``: the medical provider turned the client down or stopped treatment;
        ``problem``: not :attr:`ok`; ``record-first``: a fact is missing that a person can record;
        ``on-track``: something is still to be done; ``follows``: none of these.
        """
        if self.is_stopped:
            return "stopped"
        if not self.ok:
            return "problem"
        verdicts = {finding.verdict for finding in self.findings if not finding.waived}
        if "unknown" in verdicts:
            return "record-first"
        return "on-track" if "pending" in verdicts else "follows"

    @property
    def checked(self) -> int:
        """How many rules were checked."""
        return len(self.rule_ids) - len(self.not_applicable)

    @property
    def ok(self) -> bool:
        """Whether no unwaived finding is a violated error.

        Warnings, pending and unknown findings do not count, nor do waived errors: see
        :attr:`confirmed` for the stricter answer.
        """
        for finding in self.findings:  # noqa: SIM110 - a plain loop takes half the time
            if finding.is_error and not finding.waived:
                return False
        return True

    @property
    def confirmed(self) -> bool:
        """Whether the plan is ``ok``, no finding is unknown, and no violated error is waived."""
        for finding in self.findings:
            if finding.verdict == "unknown" or finding.is_error:
                return False
        return True

    @property
    def as_of(self) -> str | None:
        """The moment of judgement, RFC 3339 in UTC, or ``None``."""
        return None if self.instant is None else zone("UTC").text(self.instant)

    @property
    def rules(self) -> dict[str, Verdict]:
        """The verdict of every rule: the worst of its unwaived findings."""
        return dict(self._verdicts)

    @cached_property
    def _verdicts(self) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {
            rule: "not-applicable" if rule in self.not_applicable else "satisfied"
            for rule in self.rule_ids
        }
        for finding in self.findings:
            worst: Verdict = verdicts[finding.rule]
            if not finding.waived and VERDICTS.index(finding.verdict) < VERDICTS.index(worst):
                verdicts[finding.rule] = finding.verdict
        return verdicts

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values: one element of ``reports``."""
        return {
            "plan": self.plan,
            "protocol": self.protocol,
            "protocol_source": self.protocol_source,
            "as_of": self.as_of,
            "ok": self.ok,
            "confirmed": self.confirmed,
            "rules": self.rules,
            "findings": [finding.to_dict() for finding in self.findings],
            "state": self.state,
            "checked": self.checked,
            "not_checked": list(self.not_checked),
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """A row for each finding, for frames; the keys are ``tables.FINDING_COLUMNS``.

        All rows have the same keys: text, booleans and ``None``. They begin with those of the
        report; a report without findings has no rows.
        """
        return rows_of(self)

    def to_csv(self) -> str:
        """The rows as comma-separated text (:func:`kap_model.tables.csv_text`)."""
        return csv_of(self)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Report is neither true nor false; ask report.ok or report.confirmed")

    def __repr__(self) -> str:
        return f"<Report {self.plan} against {self.protocol}: {len(self.findings)} findings>"
