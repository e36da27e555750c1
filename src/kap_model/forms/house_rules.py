"""House rules: a practice's own sentences, each dated, cited and of one of the eleven forms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, Final, Literal

from attrs import field, frozen

from kap_model._time import date_or_none
from kap_model._values import Value, check_texts_or_none
from kap_model.citations import Citation, check_citation
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.limits import OFF
from kap_model.severities import Severity, Side, StatedSeverity, severity_on, stated_severity

LONGEST_ID: Final = 40
MOST_RULES: Final = 200

_ID: Final = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)+", re.ASCII)


def check_rule_id(value: object, path: str) -> None:
    """Refuse anything but the id of a house rule."""
    if type(value) is not str or len(value) > LONGEST_ID or _ID.fullmatch(value) is None:
        raise refusal(
            path,
            f"must be two or more words of capitals and digits joined by hyphens, such as "
            f"HOUSE-NEXT-DAY, at most {LONGEST_ID} characters",
        )


def _severity(value: Any) -> StatedSeverity:
    return stated_severity(value, "severity")


def _since(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "since")


@frozen(repr=False, cache_hash=True)
class HouseRule(Value):
    """One dated, cited line of a protocol: from this date, a course is asked for this.

    Attributes:
        id: Its name, such as ``HOUSE-NEXT-DAY``; none of the catalogue.
        form: What it asks, one of the eleven forms of :mod:`kap_model.forms`, or ``"off"``: the
            rule is unset from ``since`` on.
        severity: ``error``, ``warning`` or ``advice``; for a form with two sides also
            ``{"below": …, "above": …}``, kept as pairs.
        says: Its sentence; ``None`` = made from the form and its figures.
        why: The reason for it, for people.
        action: What to do about a finding.
        since: The first date on which it is in force; ``None`` = throughout.
        citation: Who says so.

    Raises:
        InvalidValue: A field is of the wrong type, sides where the form has none, or more than
            ``id``, ``since`` and ``citation`` beside ``"off"``.
    """

    id: str
    form: RuleForm | Literal["off"]
    severity: StatedSeverity = field(default="error", converter=_severity, kw_only=True)
    says: str | None = field(default=None, kw_only=True)
    why: str | None = field(default=None, kw_only=True)
    action: str | None = field(default=None, kw_only=True)
    since: dt.date | None = field(default=None, converter=_since, kw_only=True)
    citation: Citation = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_rule_id(self.id, "id")
        check_citation(self.citation, "citation")
        check_texts_or_none(self, "says", "why", "action")
        form = self.form
        if isinstance(form, RuleForm):
            if type(self.severity) is tuple and not form.sided:
                raise refusal("severity", "must be one severity: this form has no two sides")
            return
        if type(form) is not str or form != OFF:
            raise refusal("form", "must be a form of kap_model.forms, or off")
        for name in ("says", "why", "action"):
            if getattr(self, name) is not None:
                raise refusal(name, "must be left out of a line that is off")
        if self.severity != "error":
            raise refusal("severity", "must be left out of a line that is off")

    @property
    def is_off(self) -> bool:
        """Whether it unsets its rule."""
        return not isinstance(self.form, RuleForm)

    @property
    def sentence(self) -> str:
        """What it asks: its own sentence, else the form's with its figures."""
        if self.says is not None:
            return self.says
        return self.form.says if isinstance(self.form, RuleForm) else "It is off."

    def severity_of(self, side: Side | None) -> Severity:
        """The severity of a finding on a side, or of one without sides."""
        return severity_on(self.severity, side)

    def __repr__(self) -> str:
        return f"<HouseRule {self.id}>"


def forms_by_id(rules: Iterable[HouseRule]) -> dict[str, RuleForm]:
    """What house rules ask, by id; those that are off are left out."""
    return {rule.id: rule.form for rule in rules if isinstance(rule.form, RuleForm)}
