"""Waivers: a finding that a practice has looked at and accepts, for a reason, by somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from attrs import field, frozen

from kap_model._time import civil_date, date_text
from kap_model._values import Value, as_tuple, check_identifier, check_labels, check_text
from kap_model.errors import refusal


def _on(value: dt.date | str) -> dt.date:
    return civil_date(value, "on")


def _until(value: dt.date | str | None) -> dt.date | None:
    return None if value is None else civil_date(value, "until")


def _ids(values: Iterable[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    ids = as_tuple(values, "sessions")
    check_labels(ids, "sessions")
    if not ids:
        raise refusal("sessions", "must name at least one session")
    return tuple(sorted(ids))


@frozen(kw_only=True, repr=False)
class Waiver(Value):
    """A finding stays visible, marked waived, and no longer counts.

    Attributes:
        rule: The id of the rule.
        plan: The id of the plan; ``None`` = any plan.
        sessions: Only findings all of whose sessions are named here, and that name one;
            ``None`` = every finding of the rule.
        reason: Why, in one line.
        by: Who decided, a pseudonym.
        on: The date from which it is in force.
        until: Its last date; a waiver that ends is in force only where ``as_of`` says that it
            has not ended.

    Raises:
        InvalidValue: A field is of the wrong type, or ``until`` is before ``on``.
    """

    rule: str
    plan: str | None = None
    sessions: tuple[str, ...] | None = field(default=None, converter=_ids)
    reason: str
    by: str
    on: dt.date = field(converter=_on)
    until: dt.date | None = field(default=None, converter=_until)

    def __attrs_post_init__(self) -> None:
        check_identifier(self.rule, "rule")
        if self.plan is not None:
            check_identifier(self.plan, "plan")
        check_text(self.reason, "reason")
        check_identifier(self.by, "by")
        if self.until is not None and self.until < self.on:
            raise refusal("until", "must not be before on")

    def in_force(self, plan: str, day: int | None) -> bool:
        """Whether it speaks about a plan on the date of ``as_of`` (an ordinal, or absent)."""
        if self.plan is not None and self.plan != plan:
            return False
        if day is None:
            return self.until is None
        return self.on.toordinal() <= day and (self.until is None or day <= self.until.toordinal())

    def to_dict(self) -> dict[str, str | None]:
        """Why, by whom and when, as a report carries it."""
        return {
            "reason": self.reason,
            "by": self.by,
            "on": self.on.isoformat(),
            "until": date_text(self.until),
        }

    def __repr__(self) -> str:
        return f"<Waiver of {self.rule}>"


class WaiverBook:
    """The waivers that are in force for one check, found by rule and by session."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        self._whole_rules: dict[str, Waiver] = {}
        self._by_session: dict[tuple[str, str], list[tuple[frozenset[str], Waiver]]] = {}
        for waiver in waivers:
            if waiver.sessions is None:
                self._whole_rules.setdefault(waiver.rule, waiver)
                continue
            named = frozenset(waiver.sessions)
            for session in named:
                self._by_session.setdefault((waiver.rule, session), []).append((named, waiver))

    def covering(self, rule: str, sessions: tuple[str, ...]) -> Waiver | None:
        """The first waiver of a finding of a rule that names these sessions, if it is waived."""
        for named, waiver in self._by_session.get((rule, sessions[0]), ()) if sessions else ():
            if named.issuperset(sessions):
                return waiver
        return self._whole_rules.get(rule)
