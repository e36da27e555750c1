"""``diff``: what changes for a client who moves from one protocol to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, Final, NoReturn, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import civil_date, date_text, moment_of_judgement
from kap_model._values import Value, as_rows, as_sequence
from kap_model.checking import ProtocolChoice, care_of, check, deciding_date
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import LIMITS, OFF, Limits, LimitSpec, in_words
from kap_model.plan import Plan
from kap_model.planning.changes import (
    DatesChange,
    HouseRuleChange,
    LimitChange,
    SeverityChange,
    UsualChange,
    asked_by,
    form_of,
)
from kap_model.planning.directions import direction
from kap_model.planning.moves import beyond
from kap_model.protocol import LIMITS_SELECTED_BY, CareProtocol, Setting
from kap_model.report import Finding
from kap_model.rules.catalogue import RULES
from kap_model.usual import USUAL_OF_NAME, USUALS, Usual

_USUAL: Final = "usual."
_LAST_DAY: Final = dt.date(2200, 12, 31)
"""On which no course begins."""


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
        house_rules: The house rules that begin, end or change, by id; also those that only say
            otherwise what they ask, why, or what to do.
        usual: The usual values that differ, in the order of the reference.
        dates: What differs otherwise for courses that begin earlier, in the order of the
            reference, then by id; empty where a plan or ``on`` chooses one date.
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
    dates: tuple[DatesChange, ...] = field(default=(), converter=as_sequence)

    def __attrs_post_init__(self) -> None:
        as_rows(self.limits, "limits", LimitChange)
        as_rows(self.severities, "severities", SeverityChange)
        as_rows(self.gained, "gained", Finding)
        as_rows(self.lost, "lost", Finding)
        as_rows(self.house_rules, "house_rules", HouseRuleChange)
        as_rows(self.usual, "usual", UsualChange)
        as_rows(self.dates, "dates", DatesChange)

    @property
    def same(self) -> bool:
        """Whether both protocols judge alike: no limit, house rule, severity or date differs.

        Names, sources, sentences, reasons and what is usual may.
        """
        told = [change for change in self.house_rules if change.judges]
        dated = [change for change in self.dates if not change.subject.startswith(_USUAL)]
        return not (self.limits or told or self.severities or dated)

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
            "dates": [change.to_dict() for change in self.dates],
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
        if day is None:
            judged = {"dates": list(_dates_changes(before, after))}
    else:
        day = _day_of(plan, as_of) if day is None else day
        judged = _findings(plan, as_of, _as_on(before, day), _as_on(after, day))
    old, new = before.limits_on(day), after.limits_on(day)
    had, has = _latest(before, day), _latest(after, day)
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
        switched_on=_applying((new, after.rules_on(day)), (old, before.rules_on(day))),
        switched_off=_applying((old, before.rules_on(day)), (new, after.rules_on(day))),
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
    house = {rule.id: rule for rule in care.rules_on(day)}
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
        _USUAL + name
        for name, citation in new.cited
        if old.values.get(name) == new.values[name] and old.citations[name] != citation
    ]


def _latest(care: CareProtocol, day: dt.date | None) -> dict[str, HouseRule]:
    """The latest line of each house rule by a date, also where it is off; ``None`` = of all."""
    return {
        rule.id: rule
        for rule in care.rules
        if day is None or rule.since is None or rule.since <= day
    }


def _house_changes(
    had: dict[str, HouseRule], has: dict[str, HouseRule]
) -> Iterator[HouseRuleChange]:
    for id in sorted(had.keys() | has.keys()):
        change = HouseRuleChange(rule=id, before=had.get(id), after=has.get(id))
        some = any(form_of(line) is not None for line in (change.before, change.after))
        if some and change.parts:
            yield change


def _rules_cited_anew(had: dict[str, HouseRule], has: dict[str, HouseRule]) -> list[str]:
    return [
        id
        for id in sorted(had.keys() & has.keys())
        if had[id].citation != has[id].citation
        and form_of(had[id]) is not None
        and not HouseRuleChange(rule=id, before=had[id], after=has[id]).parts
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


_Stated: TypeAlias = dict[str, list[tuple[dt.date, str | None]]]


def _dates_changes(before: CareProtocol, after: CareProtocol) -> Iterator[DatesChange]:
    """What differs for courses that begin before the last dates, where it differs otherwise."""
    old, new = _stated_since(before), _stated_since(after)
    names = [*[spec.name for spec in LIMITS], *sorted({*before.house_ids, *after.house_ids})]
    for subject in [*names, *[_USUAL + spec.name for spec in USUALS]]:
        had, has = old.get(subject, []), new.get(subject, [])
        edges = sorted({dt.date.min, *[since for since, _ in (*had, *has)]})
        stated = [(edge, _on(had, edge), _on(has, edge)) for edge in edges]
        runs = [next(same) for _, same in groupby(stated, key=itemgetter(1, 2))]
        for (since, was, will), (until, _, _) in pairwise(runs):
            if was != will:
                begins = None if since == dt.date.min else since
                yield DatesChange(
                    subject=subject, since=begins, until=until, before=was, after=will
                )


def _stated_since(care: CareProtocol) -> _Stated:
    """What a protocol states of each thing from which date on, in words; ``None`` = it is off."""
    lines: list[tuple[str, dt.date | None, str | None]] = [
        *[(s.limit, s.since, _unless_off(s.value, in_words)) for s in care.settings],
        *[
            (r.id, r.since, None if r.is_off else asked_by(attrs.evolve(r, since=None)))
            for r in care.rules
        ],
        *[
            (_USUAL + u.name, u.since, _unless_off(u.value, USUAL_OF_NAME[u.name].in_words))
            for u in care.usual
        ],
    ]
    stated: _Stated = {}
    for subject, since, words in lines:
        stated.setdefault(subject, []).append((since or dt.date.min, words))
    return stated


def _unless_off(value: Any, in_words: Callable[[Any], str]) -> str | None:
    return None if value == OFF else in_words(value)


def _on(stated: list[tuple[dt.date, str | None]], day: dt.date) -> str | None:
    """What is stated on a date, by lines in order of date."""
    return next((words for since, words in reversed(stated) if since <= day), None)


_Asked: TypeAlias = tuple[Limits, tuple[HouseRule, ...]]


def _applying(here: _Asked, elsewhere: _Asked) -> list[str]:
    """The rules that apply under some limits and house rules and not under others."""
    return [rule.id for rule in RULES if rule.applies(*here) and not rule.applies(*elsewhere)]
