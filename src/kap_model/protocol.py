"""Care protocols: dated, cited limits that a course must keep; composed, never edited."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage
from kap_model._time import civil_date
from kap_model._values import Value, as_tuple, check_choice, check_identifier
from kap_model.citations import Citation, check_citation
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.limits import LIMIT_OF_NAME, LIMITS, Limits

Severity: TypeAlias = Literal["error", "warning", "advice"]
SeverityPairs: TypeAlias = (
    Mapping[str, Severity] | tuple[tuple[str, Severity], ...] | list[tuple[str, Severity]]
)
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
"""The severities, worst first."""

OFF: Final = "off"
"""The value of a line that leaves its limit unset from its date on."""

_ORDER: Final = {spec.name: index for index, spec in enumerate(LIMITS)}
_BEFORE_ALL: Final = dt.date.min


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
            problems = [Problem(_below("value", p.path), p.reason) for p in error.problems]
        else:
            return
        raise InvalidValue(problems)


def _below(path: str, rest: str) -> str:
    return f"{path}.{rest}" if rest and not rest.startswith("[") else path + rest


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


def _severities(
    values: SeverityPairs,
) -> tuple[tuple[str, Severity], ...]:
    given: Iterable[Any] = values.items() if isinstance(values, Mapping) else values
    pairs: tuple[tuple[str, Severity], ...] = as_tuple(given, "severities")
    if any(type(pair) is not tuple or len(pair) != 2 for pair in pairs):  # noqa: PLR2004 - a pair
        raise refusal("severities", "must be pairs of rule id and severity")
    for rule, severity in pairs:
        check_identifier(rule, "severities")
        check_choice(severity, "severities", SEVERITIES)
    if len(dict(pairs)) != len(pairs):
        raise refusal("severities", "must name each rule once")
    return tuple(sorted(pairs))


@frozen(kw_only=True, repr=False, cache_hash=True)
class CareProtocol(Value, HasPage):
    """The limits that a course must keep.

    Attributes:
        id: The protocol's name in reports.
        settings: Dated, cited lines, by limit then date.
        severities: Overrides of rules' severities, as pairs of rule id and severity; an override
            replaces both severities of a two-sided rule.

    Raises:
        InvalidValue: A limit set twice on a date, or a field of the wrong type.
    """

    id: str
    settings: tuple[Setting, ...] = field(default=(), converter=_settings)
    severities: tuple[tuple[str, Severity], ...] = field(default=(), converter=_severities)

    changes: tuple[dt.date, ...] = field(init=False, eq=False)
    """The dates on which some limit changes, in order."""
    severity_of: Mapping[str, Severity] = field(init=False, eq=False)
    """The overrides by rule id."""

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        changes = sorted({s.since for s in self.settings if s.since is not None})
        object.__setattr__(self, "changes", tuple(changes))
        object.__setattr__(self, "severity_of", MappingProxyType(dict(self.severities)))

    def extended(
        self,
        id: str,
        *,
        settings: Iterable[Setting] = (),
        severities: SeverityPairs = (),
    ) -> CareProtocol:
        """A protocol that starts from this one.

        A new line stands beside the lines that are in force on other dates and replaces the one
        of the same limit and the same date; this protocol stays as it is.
        """
        lines = {(s.limit, s.since): s for s in (*self.settings, *_settings(settings))}
        overrides = dict(self.severities) | dict(_severities(severities))
        return CareProtocol(id=id, settings=lines.values(), severities=overrides)

    def limits_on(self, day: dt.date | None) -> Limits:
        """The limits in force for a course that begins on a date; ``None`` = the latest.

        Before a limit's first date, its first line applies.
        """
        place = len(self.changes) if day is None else bisect_right(self.changes, day)
        return _limits_after(self, place)

    def __repr__(self) -> str:
        return f"<CareProtocol {self.id}: {len(self.settings)} settings>"


@lru_cache(maxsize=1024)
def _limits_after(protocol: CareProtocol, changes: int) -> Limits:
    """The limits after so many dates of change."""
    day = protocol.changes[changes - 1] if changes else _BEFORE_ALL
    in_force: dict[str, Setting] = {}
    for setting in protocol.settings:
        if setting.limit not in in_force or (setting.since or _BEFORE_ALL) <= day:
            in_force[setting.limit] = setting
    known = {name: line for name, line in in_force.items() if line.value != OFF}
    cited = tuple((name, line.citation) for name, line in known.items())
    values: dict[str, Any] = {name: line.value for name, line in known.items()}
    return Limits(**values, cited=cited)
