"""Care protocols: dated, cited limits that a course must keep; composed, never edited."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._doors import HasPage
from kap_model._time import civil_date
from kap_model._values import Memo, Value, as_tuple, below, check_choice, check_identifier
from kap_model.citations import Citation, check_citation
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import MOST_RULES, HouseRule
from kap_model.forms.selectors import Selector
from kap_model.limits import LIMIT_OF_NAME, LIMITS, OFF, Limits
from kap_model.severities import StatedSeverity, stated_severity
from kap_model.usual import Usual, UsualValue, usual_lines, usual_of

SeverityPairs: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, Any]]

_ORDER: Final = {spec.name: index for index, spec in enumerate(LIMITS)}
_BEFORE_ALL: Final = dt.date.min
MOST_PREPARED: Final = 64
"""So many preparations of a protocol are kept: for its dates, and for rules that are given."""
LIMITS_SELECTED_BY: Final = MappingProxyType({"level": "dose_levels", "route": "routes"})
"""The limits that say which labels a selector of house rules may name, by the selector's field."""


def _since(value: dt.date | str | None) -> dt.date | None:
    return None if value is None else civil_date(value, "since")


@frozen(kw_only=True)
class Setting(Value):
    """One dated, cited line of a protocol: from this date, this limit has this value.

    Attributes:
        limit: The limit's name.
        value: Its value, of the limit's own type, or ``"off"``.
        since: The first date on which it is in force; ``None`` = throughout.
        citation: Who says so.

    Raises:
        InvalidValue: No such limit, or a value that cannot be this limit.
    """

    limit: str
    value: Any
    since: dt.date | None = field(default=None, converter=_since)
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_choice(self.limit, "limit", LIMIT_OF_NAME)
        check_citation(self.citation, "citation")
        if type(self.value) is str and self.value == OFF:
            return
        try:
            LIMIT_OF_NAME[self.limit].check(self.value)
        except InvalidValue as error:
            problems = [Problem(below("value", p.path), p.reason) for p in error.problems]
        else:
            return
        raise InvalidValue(problems)


def _settings(values: Iterable[Setting]) -> tuple[Setting, ...]:
    settings = as_tuple(values, "settings")
    for index, setting in enumerate(settings):
        if type(setting) is not Setting:
            raise refusal(f"settings[{index}]", "must be a Setting")
    if len({(setting.limit, setting.since) for setting in settings}) != len(settings):
        raise refusal("settings", "must set each limit once on a date")
    return tuple(sorted(settings, key=_place))


def _place(setting: Setting) -> tuple[int, dt.date]:
    return _ORDER[setting.limit], setting.since or _BEFORE_ALL


def _rules(values: Iterable[HouseRule]) -> tuple[HouseRule, ...]:
    """Lines by the first appearance of their rule, then by date."""
    rules = as_tuple(values, "rules")
    if len(rules) > MOST_RULES:
        raise refusal("rules", f"must be at most {MOST_RULES} lines")
    for index, rule in enumerate(rules):
        if type(rule) is not HouseRule:
            raise refusal(f"rules[{index}]", "must be a HouseRule")
    if len({(rule.id, rule.since) for rule in rules}) != len(rules):
        raise refusal("rules", "must state each rule once on a date")
    places = {id: place for place, id in enumerate(dict.fromkeys(rule.id for rule in rules))}
    return tuple(sorted(rules, key=lambda rule: (places[rule.id], rule.since or _BEFORE_ALL)))


def _check_selected(rules: tuple[HouseRule, ...], settings: tuple[Setting, ...]) -> None:
    """Refuse a selector of a dose level, or of a route, that the protocol never knows."""
    problems: list[Problem] = []
    for name, limit in LIMITS_SELECTED_BY.items():
        lines = [setting.value for setting in settings if setting.limit == limit]
        if not lines or OFF in lines:
            continue
        known = {label for line in lines for label in line}
        problems += [
            Problem(f"rules[{index}].form.{a.name}.{name}", f"must be {name}s of {limit}")
            for index, rule in enumerate(rules)
            if isinstance(rule.form, RuleForm)
            for a in attrs.fields(type(rule.form))
            if isinstance(selector := getattr(rule.form, a.name), Selector)
            if not known.issuperset(getattr(selector, name) or ())
        ]
    if problems:
        raise InvalidValue(problems)


def _severities(values: SeverityPairs) -> tuple[tuple[str, StatedSeverity], ...]:
    given: Iterable[Any] = values.items() if isinstance(values, Mapping) else values
    pairs = as_tuple(given, "severities")
    if any(type(pair) is not tuple or len(pair) != 2 for pair in pairs):  # noqa: PLR2004 - a pair
        raise refusal("severities", "must be pairs of rule id and severity")
    for rule, _ in pairs:
        check_identifier(rule, "severities")
    stated: list[tuple[str, StatedSeverity]] = [
        (rule, stated_severity(severity, "severities")) for rule, severity in pairs
    ]
    if len(dict(pairs)) != len(pairs):
        raise refusal("severities", "must name each rule once")
    return tuple(sorted(stated, key=itemgetter(0)))


@frozen(kw_only=True, repr=False, cache_hash=True)
class CareProtocol(Value, HasPage):
    """The limits that a course must keep.

    Attributes:
        id: The protocol's name in reports.
        settings: Dated, cited lines, by limit then date.
        rules: House rules, dated and cited, by first appearance of their id then date.
        severities: Overrides of rules' severities, as pairs of rule id and severity; a single
            word replaces both severities of a two-sided rule, ``{"below": …, "above": …}`` each.
        usual: Dated, cited lines of what is usual, by name then date; no rule reads them.

    Raises:
        InvalidValue: A limit, house rule or usual value stated twice on a date, more than 200 lines
            of house rules, a field of the wrong type, or a selector of a level that
            ``dose_levels`` lacks or of a route that ``routes`` lacks.
    """

    id: str
    settings: tuple[Setting, ...] = field(default=(), converter=_settings)
    rules: tuple[HouseRule, ...] = field(default=(), converter=_rules)
    severities: tuple[tuple[str, StatedSeverity], ...] = field(default=(), converter=_severities)
    usual: tuple[UsualValue, ...] = field(default=(), converter=usual_lines)

    changes: tuple[dt.date, ...] = field(init=False, eq=False)
    """The dates on which some limit or house rule changes, in order."""
    severity_of: Mapping[str, StatedSeverity] = field(init=False, eq=False)
    """The overrides by rule id."""
    house_ids: tuple[str, ...] = field(init=False, eq=False)
    """The ids of house rules by first appearance, whenever they are in force."""
    preparations: Memo = field(init=False, eq=False, factory=lambda: Memo(MOST_PREPARED))
    """What a check prepares of it once, for all plans that it judges."""

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        if self.rules:
            _check_selected(self.rules, self.settings)
        dates = (*[s.since for s in self.settings], *[rule.since for rule in self.rules])
        changes = sorted({since for since in dates if since is not None})
        object.__setattr__(self, "changes", tuple(changes))
        object.__setattr__(self, "house_ids", tuple(dict.fromkeys(r.id for r in self.rules)))
        object.__setattr__(self, "severity_of", MappingProxyType(dict(self.severities)))

    def extended(
        self,
        id: str,
        *,
        settings: Iterable[Setting] = (),
        rules: Iterable[HouseRule] = (),
        severities: SeverityPairs = (),
        usual: Iterable[UsualValue] = (),
    ) -> CareProtocol:
        """A protocol that starts from this one.

        A new line stands beside the lines that are in force on other dates and replaces the one of
        the same limit, house rule or usual value and the same date; this protocol stays as it is.
        """
        lines = {(s.limit, s.since): s for s in (*self.settings, *_settings(settings))}
        house = {(rule.id, rule.since): rule for rule in (*self.rules, *_rules(rules))}
        overrides = dict(self.severities) | dict(_severities(severities))
        typical = {(u.name, u.since): u for u in (*self.usual, *usual_lines(usual))}
        return CareProtocol(
            id=id,
            settings=lines.values(),
            rules=house.values(),
            severities=overrides,
            usual=typical.values(),
        )

    def limits_on(self, day: dt.date | None) -> Limits:
        """The limits in force for a course that begins on a date; ``None`` = the latest.

        Before the first date of its lines a limit is not set.
        """
        return self.limits_at(self.stage_on(day))

    def rules_on(self, day: dt.date | None) -> tuple[HouseRule, ...]:
        """The house rules in force for a course that begins on a date; ``None`` = the latest.

        Before the first date of its lines a rule is not in force.
        """
        return self.rules_at(self.stage_on(day))

    def usual_on(self, day: dt.date | None) -> Usual:
        """What is usual for a course that begins on a date; ``None`` = the latest.

        Before the first date of its lines a value is not stated.
        """
        return usual_of(self.usual, day)

    def limits_at(self, stage: int) -> Limits:
        """The limits after so many of ``changes``."""
        return _limits_after(self, stage)

    def rules_at(self, stage: int) -> tuple[HouseRule, ...]:
        """The house rules in force after so many of ``changes``."""
        return _rules_after(self, stage) if self.rules else ()

    def stage_on(self, day: dt.date | None) -> int:
        """How many of ``changes`` have come by a date; ``None`` = all."""
        return len(self.changes) if day is None else bisect_right(self.changes, day)

    def __repr__(self) -> str:
        rules = f", {len(self.rules)} house rules" if self.rules else ""
        return f"<CareProtocol {self.id}: {len(self.settings)} settings{rules}>"


@lru_cache(maxsize=1024)
def _limits_after(protocol: CareProtocol, changes: int) -> Limits:
    """The limits after so many dates of change."""
    day = protocol.changes[changes - 1] if changes else _BEFORE_ALL
    in_force = {s.limit: s for s in protocol.settings if (s.since or _BEFORE_ALL) <= day}
    known = {name: line for name, line in in_force.items() if line.value != OFF}
    cited = tuple((name, line.citation) for name, line in known.items())
    values: dict[str, Any] = {name: line.value for name, line in known.items()}
    return Limits(**values, cited=cited)


@lru_cache(maxsize=1024)
def _rules_after(protocol: CareProtocol, changes: int) -> tuple[HouseRule, ...]:
    """The house rules in force after so many dates of change."""
    day = protocol.changes[changes - 1] if changes else _BEFORE_ALL
    in_force = {r.id: r for r in protocol.rules if (r.since or _BEFORE_ALL) <= day}
    return tuple(rule for rule in in_force.values() if not rule.is_off)
