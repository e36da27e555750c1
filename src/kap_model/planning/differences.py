"""``diff``: what changes for a client who moves from one protocol to another."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Any, Final, Literal, NoReturn, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import civil_date, date_text, moment_of_judgement
from kap_model._values import Value, as_rows, as_sequence
from kap_model.checking import ProtocolChoice, care_of, check, deciding_date
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import (
    LIMITS,
    OFF,
    Bounds,
    Frequency,
    Limits,
    LimitSpec,
    ReviewAfter,
    ReviewEvery,
    in_words,
)
from kap_model.plan import Plan
from kap_model.planning.moves import beyond
from kap_model.protocol import LIMITS_SELECTED_BY, CareProtocol, Setting
from kap_model.report import Finding
from kap_model.rules.catalogue import RULES
from kap_model.sessions import FORMATS, PLACES
from kap_model.severities import StatedSeverity, severity_json, severity_words
from kap_model.usual import USUAL_OF_NAME, USUALS, Usual

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]
Direction: TypeAlias = Literal["tighter", "looser", "equal", "other"]
"""``tighter``: what the new value allows, the old one did too; ``looser``: the reverse; ``equal``:
both at once; ``other``: neither holds of every course."""

_MORE_IS_TIGHTER: Final = (
    "integration_per_dosing",
    "effect_minutes",
    "processing_minutes",
    "minimum_age",
)
_CHOICES: Final = {"dosing_places": PLACES, "formats": FORMATS}
_LAST_DAY: Final = dt.date(2200, 12, 31)
"""On which no course begins."""


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
        before, after: Its lines in force; ``None`` = none is.
    """

    rule: str
    before: HouseRule | None
    after: HouseRule | None

    @property
    def change(self) -> ChangeKind:
        """``added``, ``removed`` or ``changed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def says(self) -> str:
        """What changes, in plain English."""
        old, new = _asked(self.before), _asked(self.after)
        if self.before is None:
            return new
        return f"before: {old}" if self.after is None else f"{new}; before: {old}"

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON values, what is asked for in words."""
        return {
            "rule": self.rule,
            "change": self.change,
            "before": None if self.before is None else _asked(self.before),
            "after": None if self.after is None else _asked(self.after),
            "cited_before": None if self.before is None else self.before.citation.to_dict(),
            "cited_after": None if self.after is None else self.after.citation.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<HouseRuleChange {self.rule} {self.change}>"


def _asked(rule: HouseRule | None) -> str:
    """What a line asks for, with what its form asks where it has a sentence of its own."""
    if rule is None or not isinstance(rule.form, RuleForm):
        return "nothing"
    severity = severity_words(rule.severity)
    form = "" if rule.says is None else f"{rule.form.form}: {rule.form.says} "
    return f"{rule.sentence} {form}({severity})"


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


@frozen(kw_only=True, repr=False)
class Difference(Value, HasText, HasPage):
    """What changes from one protocol to another.

    Attributes:
        before, after: The protocols' ids.
        on: The date whose limits are compared; ``None`` = the latest of each.
        limits: The limits whose values differ, in the order of the reference.
        cited_anew: The limits of the same value, the house rules that ask for the same, and the
            usual values that are the same (as ``usual.every``), for which another source stands.
        severities: The rules whose severity differs, by id.
        switched_on, switched_off: The rules that apply after and not before, or the reverse, in
            the order of the catalogue.
        plan: The id of the plan that was judged, or ``None``.
        gained, lost: The plan's findings after that it has not before, or the reverse.
        house_rules: The house rules that begin, end or change, by id.
        usual: The usual values that differ, in the order of the reference.
    """

    before: str
    after: str
    on: dt.date | None
    limits: tuple[LimitChange, ...] = field(converter=as_sequence)
    cited_anew: tuple[str, ...] = field(converter=as_sequence)
    severities: tuple[SeverityChange, ...] = field(converter=as_sequence)
    switched_on: tuple[str, ...] = field(converter=as_sequence)
    switched_off: tuple[str, ...] = field(converter=as_sequence)
    plan: str | None = None
    gained: tuple[Finding, ...] = field(default=(), converter=as_sequence)
    lost: tuple[Finding, ...] = field(default=(), converter=as_sequence)
    house_rules: tuple[HouseRuleChange, ...] = field(default=(), converter=as_sequence)
    usual: tuple[UsualChange, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        as_rows(self.limits, "limits", LimitChange)
        as_rows(self.severities, "severities", SeverityChange)
        as_rows(self.gained, "gained", Finding)
        as_rows(self.lost, "lost", Finding)
        as_rows(self.house_rules, "house_rules", HouseRuleChange)
        as_rows(self.usual, "usual", UsualChange)

    @property
    def same(self) -> bool:
        """Whether both protocols judge alike: no limit, house rule or severity differs.

        Names, sources, reasons and what is usual may.
        """
        return not (self.limits or self.house_rules or self.severities)

    def to_dict(self) -> dict[str, Any]:
        """The difference as JSON values."""
        return {
            "before": self.before,
            "after": self.after,
            "on": date_text(self.on),
            "same": self.same,
            "limits": [change.to_dict() for change in self.limits],
            "house_rules": [change.to_dict() for change in self.house_rules],
            "usual": [change.to_dict() for change in self.usual],
            "cited_anew": list(self.cited_anew),
            "severities": [change.to_dict() for change in self.severities],
            "switched_on": list(self.switched_on),
            "switched_off": list(self.switched_off),
            "plan": self.plan,
            "gained": [finding.to_dict() for finding in self.gained],
            "lost": [finding.to_dict() for finding in self.lost],
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a Difference is neither true nor false; ask difference.same")

    def __repr__(self) -> str:
        return f"<Difference {self.before} to {self.after}: {len(self.limits)} limits>"


def diff(
    a: ProtocolChoice,
    b: ProtocolChoice,
    *,
    plan: Plan | None = None,
    as_of: dt.datetime | str | None = None,
    on: dt.date | str | None = None,
) -> Difference:
    """Say what changes for a client who moves from one protocol to another.

    Args:
        a: The protocol before: a protocol, a practice, or a built-in practice's name.
        b: The protocol after.
        plan: A client's plan; what becomes of its findings is said too.
        as_of: The moment at which the plan is judged, as for ``check``.
        on: The date whose limits are compared, and judge the plan; absent: the date that decides
            for the plan, that of its first session, and without a plan the latest of each.

    Raises:
        InvalidValue: No such protocol or date, ``as_of`` names no instant or comes without a plan,
            or a plan is given and a severity names no rule of the catalogue.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    before, after = care_of(a, "a"), care_of(b, "b")
    day = None if on is None else civil_date(on, "on")
    judged: dict[str, Any] = {}
    if plan is None:
        if as_of is not None:
            raise refusal("as_of", "is for a plan, and none is given")
    else:
        day = _day_of(plan, as_of) if day is None else day
        judged = _findings(plan, as_of, _as_on(before, day), _as_on(after, day))
    old, new = before.limits_on(day), after.limits_on(day)
    had, has = _in_force(before, day), _in_force(after, day)
    typical = before.usual_on(day), after.usual_on(day)
    return Difference(
        before=before.id,
        after=after.id,
        on=day,
        limits=_limit_changes(old, new),
        house_rules=_house_changes(had, has),
        usual=_usual_changes(*typical),
        cited_anew=[
            *_limits_cited_anew(old, new),
            *_rules_cited_anew(had, has),
            *_usual_cited_anew(*typical),
        ],
        severities=_severity_changes(before, after),
        switched_on=_applying((new, has), (old, had)),
        switched_off=_applying((old, had), (new, has)),
        **judged,
    )


def _day_of(plan: Plan, as_of: dt.datetime | str | None) -> dt.date | None:
    """The date by which ``check`` chooses the limits that judge a plan."""
    if not isinstance(plan, Plan):
        raise TypeError("diff() takes a Plan; kap_model.loads() makes one of a document")
    return deciding_date(Course.of(plan, None if as_of is None else moment_of_judgement(as_of)))


def _as_on(care: CareProtocol, day: dt.date | None) -> CareProtocol:
    """A protocol with the limits and house rules of one date only."""
    limits = care.limits_on(day)
    lines = [
        Setting(limit=name, value=getattr(limits, name), citation=citation)
        for name, citation in limits.cited
    ]
    if not care.rules:
        return attrs.evolve(care, settings=lines)
    house = _in_force(care, day)
    first = {rule.id: rule for rule in reversed(care.rules)}
    rules = [
        attrs.evolve(house[id], since=None)
        if id in house
        else HouseRule(id, OFF, citation=first[id].citation)
        for id in care.house_ids
    ]
    # What is off on some date makes no level or route that a selector names unknown.
    cited = rules[0].citation
    off = [
        Setting(limit=limit, value=OFF, since=_LAST_DAY, citation=cited)
        for limit in LIMITS_SELECTED_BY.values()
    ]
    return attrs.evolve(care, settings=[*lines, *off], rules=rules)


def _findings(
    plan: Plan, as_of: dt.datetime | str | None, before: CareProtocol, after: CareProtocol
) -> dict[str, Any]:
    old, new = check(plan, before, as_of=as_of), check(plan, after, as_of=as_of)
    return {"plan": plan.id, "gained": beyond(old, new), "lost": beyond(new, old)}


def _limit_changes(old: Limits, new: Limits) -> Iterator[LimitChange]:
    for spec in LIMITS:
        before, after = getattr(old, spec.name), getattr(new, spec.name)
        if before != after:
            yield LimitChange(
                limit=spec.name,
                before=before,
                after=after,
                cited_before=old.citations.get(spec.name),
                cited_after=new.citations.get(spec.name),
                direction=direction(spec.name, before, after),
                rules=[rule.id for rule in RULES if spec.name in rule.reads],
                says=f"{spec.says}: {_stated(spec, after)}, before: {_stated(spec, before)}",
            )


def _limits_cited_anew(old: Limits, new: Limits) -> list[str]:
    return [
        name
        for name, citation in new.cited
        if getattr(old, name) == getattr(new, name) and old.citations[name] != citation
    ]


def _usual_changes(old: Usual, new: Usual) -> Iterator[UsualChange]:
    for spec in USUALS:
        before, after = old.values.get(spec.name), new.values.get(spec.name)
        if before != after:
            yield UsualChange(
                name=spec.name,
                before=before,
                after=after,
                cited_before=old.citations.get(spec.name),
                cited_after=new.citations.get(spec.name),
            )


def _usual_cited_anew(old: Usual, new: Usual) -> list[str]:
    return [
        f"usual.{name}"
        for name, citation in new.cited
        if old.values.get(name) == new.values[name] and old.citations[name] != citation
    ]


def _in_force(care: CareProtocol, day: dt.date | None) -> dict[str, HouseRule]:
    return {rule.id: rule for rule in care.rules_on(day)}


def _same_rule(old: HouseRule, new: HouseRule) -> bool:
    """Whether two lines ask for the same, in the same words and of the same weight."""
    return (old.form, old.severity, old.says) == (new.form, new.severity, new.says)


def _house_changes(
    had: dict[str, HouseRule], has: dict[str, HouseRule]
) -> Iterator[HouseRuleChange]:
    for id in sorted(had.keys() | has.keys()):
        old, new = had.get(id), has.get(id)
        if old is None or new is None or not _same_rule(old, new):
            yield HouseRuleChange(rule=id, before=old, after=new)


def _rules_cited_anew(had: dict[str, HouseRule], has: dict[str, HouseRule]) -> list[str]:
    return [
        id
        for id in sorted(had.keys() & has.keys())
        if _same_rule(had[id], has[id]) and had[id].citation != has[id].citation
    ]


def _stated(spec: LimitSpec, value: object) -> str:
    if value is None:
        return "no" if spec.cls is bool else "none"
    return in_words(value)


def _severity_changes(before: CareProtocol, after: CareProtocol) -> Iterator[SeverityChange]:
    old, new = before.severity_of, after.severity_of
    for rule in sorted(old.keys() | new.keys()):
        if old.get(rule) != new.get(rule):
            yield SeverityChange(rule=rule, before=old.get(rule), after=new.get(rule))


_Asked: TypeAlias = tuple[Limits, dict[str, HouseRule]]


def _applying(here: _Asked, elsewhere: _Asked) -> list[str]:
    """The rules that apply under some limits and house rules and not under others."""
    (limits, house), (others, other_house) = here, elsewhere
    return [
        rule.id
        for rule in RULES
        if rule.applies(limits, tuple(house.values()))
        and not rule.applies(others, tuple(other_house.values()))
    ]


def direction(limit: str, before: Any, after: Any) -> Direction:
    """How a limit changes from one value to another; ``None`` = not set."""
    tighter, looser = _within(limit, after, before), _within(limit, before, after)
    if tighter and looser:
        return "equal"
    if tighter:
        return "tighter"
    return "looser" if looser else "other"


def _within(limit: str, inner: Any, outer: Any) -> bool:
    """Whether all that one value of a limit allows, another allows too."""
    if limit in _CHOICES:
        inner, outer = inner or _CHOICES[limit], outer or _CHOICES[limit]
    if outer is None:
        return True
    if isinstance(outer, Bounds):
        (low, high), (lowest, highest) = _ends(limit, inner), _ends(limit, outer)
        return lowest <= low and high <= highest
    if inner is None:
        return False
    if isinstance(outer, tuple):
        more, fewer = (inner, outer) if limit == "exclusions" else (outer, inner)
        return set(fewer) <= set(more)
    if isinstance(outer, (Frequency, ReviewEvery, ReviewAfter)):
        return _implies(inner, outer)
    # A switch counts as 1 where it is set.
    return bool(outer <= inner if limit in _MORE_IS_TIGHTER else inner <= outer)


def _ends(limit: str, bounds: Bounds | None) -> tuple[float, float]:
    """The least and the greatest number that bounds allow."""
    # Dates step back where clocks are set over midnight: less than 0 days apart.
    least = -math.inf if limit == "dosing_gap_days" else 0
    low = None if bounds is None else bounds.min
    high = None if bounds is None else bounds.max
    return least if low is None else low, math.inf if high is None else high


def _implies(inner: Any, outer: Frequency | ReviewEvery | ReviewAfter) -> bool:
    """Whether who keeps one limit of this form keeps another."""
    if isinstance(outer, Frequency):
        # The days of the other limit hold so many of this one's, each with its most at the start.
        return bool(-(-outer.days // inner.days) * inner.at_most <= outer.at_most)
    if isinstance(outer, ReviewEvery) and inner.policy == outer.policy:
        return bool(outer.policy == "calendar" or inner.months <= outer.months)
    return bool(inner == outer)
