"""What changes from one protocol to another, as values: one for each thing that differs."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import date_text, spoken_date
from kap_model._values import Value, as_sequence
from kap_model.citations import Citation
from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import in_words
from kap_model.planning.directions import Direction, direction_of_forms
from kap_model.severities import StatedSeverity, severity_json, severity_words
from kap_model.usual import USUAL_OF_NAME

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]
_WORDS: Final = ("says", "why", "action")
"""What a house rule says in words of its own."""
_PARTS: Final = ("form", "severity", *_WORDS)


@frozen(kw_only=True, repr=False)
class LimitChange(Value):
    """One limit that has another value, or is set in one protocol only.

    Attributes:
        limit: The limit's name.
        before, after: Its values, of the limit's own type; ``None`` = not set.
        cited_before, cited_after: Who sets it; ``None`` where it is not set.
        direction: ``tighter``: all that is allowed now was allowed before; ``looser``: the
            reverse; ``equal``: both at once; ``other``: neither holds of every course.
        rules: The ids of the rules that read it.
        says: What changes, in plain English.
    """

    limit: str
    before: Any
    after: Any
    cited_before: Citation | None
    cited_after: Citation | None
    direction: Direction
    rules: tuple[str, ...] = field(converter=as_sequence)
    says: str

    @property
    def change(self) -> ChangeKind:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values, the limit's values in words."""
        return {
            "limit": self.limit,
            "change": self.change,
            "direction": self.direction,
            "before": None if self.before is None else in_words(self.before),
            "after": None if self.after is None else in_words(self.after),
            "cited_before": None if self.cited_before is None else self.cited_before.to_dict(),
            "cited_after": None if self.cited_after is None else self.cited_after.to_dict(),
            "rules": list(self.rules),
            "says": self.says,
        }

    def __repr__(self) -> str:
        return f"<LimitChange {self.limit} {self.change}>"


@frozen(kw_only=True, repr=False)
class HouseRuleChange(Value):
    """One house rule that asks for something else, or is in force in one protocol only.

    Attributes:
        rule: The rule's id.
        before, after: Its latest lines, one that is off too; ``None`` = there is none yet.
    """

    rule: str
    before: HouseRule | None
    after: HouseRule | None

    @property
    def change(self) -> ChangeKind:
        """``added``, ``removed`` (or turned off), or ``changed``."""
        if form_of(self.before) is None:
            return "added"
        return "removed" if form_of(self.after) is None else "changed"

    @property
    def direction(self) -> Direction:
        """As of a limit, whatever the severity: by what the form asks on every course."""
        return direction_of_forms(
            *[() if form is None else (form,) for form in map(form_of, (self.before, self.after))]
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """What differs: of ``form``, ``severity``, ``says``, ``why`` and ``action``, in this order.

        ``form`` alone where the rule begins or ends.
        """
        old, new = self.before, self.after
        if form_of(old) is None or form_of(new) is None:
            return ("form",)
        return tuple([name for name in _PARTS if getattr(old, name) != getattr(new, name)])

    @property
    def judges(self) -> bool:
        """Whether courses are judged otherwise: by another form or severity."""
        return not set(self.parts).issubset(_WORDS)

    @property
    def says(self) -> str:
        """What changes, in plain English."""
        old, new = (self._asked(line) for line in (self.before, self.after))
        if old is None or new is None:
            return new or f"before: {old}"
        return f"{new}; before: {old}"

    def _asked(self, rule: HouseRule | None) -> str | None:
        """What a line asks for, with such of its words as differ; ``None`` = there is no line."""
        if rule is None:
            return None
        told = [f"{name}: {getattr(rule, name) or 'none'}" for name in ("why", "action")]
        told = [words for words in told if words.partition(":")[0] in self.parts]
        return " ".join([asked_by(rule), *told])

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values, what is asked for in words."""
        told: dict[str, Any] = {
            "rule": self.rule,
            "change": self.change,
            "direction": self.direction,
            "parts": list(self.parts),
            "judges": self.judges,
        }
        for name, line in (("before", self.before), ("after", self.after)):
            told[name] = self._asked(line)
            told[f"since_{name}"] = None if line is None else date_text(line.since)
            told[f"cited_{name}"] = None if line is None else line.citation.to_dict()
        return told | {"says": self.says}

    def __repr__(self) -> str:
        return f"<HouseRuleChange {self.rule} {self.change}>"


def form_of(rule: HouseRule | None) -> RuleForm | None:
    """What a line asks for; ``None`` = there is no line, or it is off."""
    return rule.form if rule is not None and isinstance(rule.form, RuleForm) else None


def asked_by(rule: HouseRule) -> str:
    """What a line asks for, with its form's sentence beside its own, its severity and date."""
    since = [] if rule.since is None else [f"since {spoken_date(rule.since)}"]
    form = form_of(rule)
    if form is None:
        return " ".join(["off", *since])
    own = "" if rule.says is None else f"{form.form}: {form.says} "
    told = ", ".join([severity_words(rule.severity), *since])
    return f"{rule.sentence} {own}({told})"


@frozen(kw_only=True, repr=False)
class DatesChange(Value):
    """What differs for courses that begin on earlier dates than those that are compared.

    Attributes:
        subject: A limit's name, the id of a house rule, or a usual value's name after ``usual.``.
        since: The first date; ``None`` = from the beginning.
        until: The first date after them.
        before, after: What is stated of it then, in words; ``None`` = nothing.
    """

    subject: str
    since: dt.date | None
    until: dt.date
    before: str | None
    after: str | None

    @property
    def beginning(self) -> str:
        """When the courses begin: ``before Thu, Jul 1, 2027``."""
        if self.since is None:
            return f"before {spoken_date(self.until)}"
        last = self.until - dt.timedelta(days=1)
        return f"from {spoken_date(self.since)} to {spoken_date(last)}"

    @property
    def says(self) -> str:
        """What changes, in plain English."""
        return f"{self.after or 'none'}; before: {self.before or 'none'}"

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values."""
        return {
            "subject": self.subject,
            "since": date_text(self.since),
            "until": date_text(self.until),
            "before": self.before,
            "after": self.after,
            "says": self.says,
        }

    def __repr__(self) -> str:
        return f"<DatesChange {self.subject}>"


@frozen(kw_only=True, repr=False)
class UsualChange(Value):
    """One usual value that is another, or is stated in one protocol only; nothing judges by it.

    Attributes:
        name: Its name, such as ``every`` or ``minutes.dosing``.
        before, after: Its values; ``None`` = not stated.
        cited_before, cited_after: Who says so; ``None`` where it is not stated.
    """

    name: str
    before: int | None
    after: int | None
    cited_before: Citation | None
    cited_after: Citation | None

    @property
    def change(self) -> ChangeKind:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def says(self) -> str:
        """What changes, in plain English."""
        spec = USUAL_OF_NAME[self.name]
        old, new = (
            "not stated" if value is None else spec.in_words(value)
            for value in (self.before, self.after)
        )
        return f"{spec.says}: {new}, before: {old}"

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values, those of a pace in days."""
        return {
            "name": self.name,
            "change": self.change,
            "before": self.before,
            "after": self.after,
            "cited_before": None if self.cited_before is None else self.cited_before.to_dict(),
            "cited_after": None if self.cited_after is None else self.cited_after.to_dict(),
            "says": self.says,
        }

    def __repr__(self) -> str:
        return f"<UsualChange {self.name} {self.change}>"


@frozen(kw_only=True)
class SeverityChange(Value):
    """One rule whose severity the protocols override differently.

    Attributes:
        rule: The rule's id.
        before, after: The override; ``None`` = the rule's own severity.
    """

    rule: str
    before: StatedSeverity | None
    after: StatedSeverity | None

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values."""
        return {
            "rule": self.rule,
            "before": None if self.before is None else severity_json(self.before),
            "after": None if self.after is None else severity_json(self.after),
        }
