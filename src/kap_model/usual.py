"""Usual values: what a practice calls typical or recommended. No rule reads them; drafts do."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from kap_model._time import date_or_none
from kap_model._values import Value, as_tuple, check_choice, check_integer
from kap_model.citations import Citation, check_citation
from kap_model.errors import InvalidValue, refusal
from kap_model.limits import OFF
from kap_model.plan import MOST_SESSIONS
from kap_model.sessions import KINDS, LONGEST_MINUTES

Pace: TypeAlias = str | int
"""Days between dosings: ``"2w"``, ``"10d"``, or a number of days."""
LONGEST_PACE: Final = 366
LONGEST_DELAY: Final = 365
_WEEK: Final = 7
_PACE: Final = re.compile(r"([0-9]{1,4})([dw])", re.ASCII)
_DAYS_OF: Final = {"d": 1, "w": _WEEK}
_MINUTES: Final = "minutes."


def days_of(every: Pace, path: str = "every") -> int:
    """The days of a pace.

    Raises:
        InvalidValue: It is no such text or number, or not from 1 day to 366.
    """
    days: object = every
    if isinstance(every, str):
        match = _PACE.fullmatch(every)
        days = match and int(match[1]) * _DAYS_OF[match[2]]
    if type(days) is not int or not 1 <= days <= LONGEST_PACE:
        raise refusal(path, "must be days or weeks, such as 10d or 2w, up to 366 days")
    return days


def pace_of(days: int) -> str:
    """A number of days as documents write a pace: ``2w``, ``10d``."""
    return f"{days}d" if days % _WEEK else f"{days // _WEEK}w"


@frozen
class UsualSpec:
    """What one usual value is.

    Attributes:
        name: Its name; ``minutes.`` and a kind for a length.
        says: What is usual, in one phrase.
        lowest: The least that it may be.
        highest: The most.
    """

    name: str
    says: str
    lowest: int
    highest: int

    @property
    def is_pace(self) -> bool:
        """Whether documents write it as a pace."""
        return self.name == "every"

    def read(self, value: Any) -> int:
        """The value as a whole number, that of a pace in days.

        Raises:
            InvalidValue: It cannot be this usual value.
        """
        if self.is_pace:
            return days_of(value, "")
        check_integer(value, "", self.lowest, self.highest)
        number: int = value
        return number

    def in_words(self, value: int) -> str:
        """A value with its unit: ``2 weeks``, ``60 minutes``, ``3``."""
        if self.is_pace and value % _WEEK == 0:
            return _counted(value // _WEEK, "week")
        if self.is_pace or self.name == "integration_days":
            return _counted(value, "day")
        return _counted(value, "minute") if self.name.startswith(_MINUTES) else str(value)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


USUALS: Final[tuple[UsualSpec, ...]] = (
    UsualSpec("every", "from one dosing to the next", 1, LONGEST_PACE),
    UsualSpec("preparations", "preparations before the first dosing", 0, MOST_SESSIONS),
    UsualSpec("dosings", "dosings in the course", 1, MOST_SESSIONS),
    UsualSpec("integrations_each", "integrations after each dosing", 0, MOST_SESSIONS),
    *[
        UsualSpec(
            _MINUTES + kind,
            f"the length of a {kind.replace('-', ' ')}",
            1,
            LONGEST_MINUTES,
        )
        for kind in KINDS
    ],
    UsualSpec("integration_days", "from a dosing to its integration", 0, LONGEST_DELAY),
)
"""Every usual value, in the order of reference pages and canonical protocols."""

USUAL_OF_NAME: Final[Mapping[str, UsualSpec]] = MappingProxyType(
    {spec.name: spec for spec in USUALS}
)
_ORDER: Final = {spec.name: index for index, spec in enumerate(USUALS)}


def _since(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "since")


@frozen(kw_only=True)
class UsualValue(Value):
    """One dated, cited line of a protocol: from this date, this is usual.

    Attributes:
        name: What it is: ``every``, ``preparations``, ``dosings``, ``integrations_each``,
            ``integration_days``, or ``minutes.`` and a kind of session, as ``minutes.dosing``.
        value: A whole number: of sessions, minutes or days; ``every`` is also taken as ``"2w"`` or
            ``"10d"`` and kept in days. ``"off"``: nothing is usual from ``since`` on.
        since: The first date on which it is usual; ``None`` = throughout.
        citation: Who says so.

    Raises:
        InvalidValue: There is no such usual value, or it cannot be this.
    """

    name: str
    value: Any
    since: dt.date | None = field(default=None, converter=_since)
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_choice(self.name, "name", USUAL_OF_NAME)
        check_citation(self.citation, "citation")
        if type(self.value) is str and self.value == OFF:
            return
        try:
            number = USUAL_OF_NAME[self.name].read(self.value)
        except InvalidValue as error:
            reason = error.problems[0].reason
        else:
            object.__setattr__(self, "value", number)
            return
        raise refusal("value", reason)


def usual_lines(values: Iterable[UsualValue]) -> tuple[UsualValue, ...]:
    """Lines in canonical order: as the reference has them, then by date.

    Raises:
        InvalidValue: One is no such line, or two are of one name and date.
    """
    lines = as_tuple(values, "usual")
    for index, line in enumerate(lines):
        if type(line) is not UsualValue:
            raise refusal(f"usual[{index}]", "must be a UsualValue")
    if len({(line.name, line.since) for line in lines}) != len(lines):
        raise refusal("usual", "must state each usual value once on a date")
    return tuple(sorted(lines, key=lambda line: (_ORDER[line.name], line.since or dt.date.min)))


@frozen(kw_only=True, repr=False)
class Usual(Value):
    """What is usual for a course that begins on some date; ``None`` = nothing is stated.

    Attributes:
        every: Days from one dosing to the next.
        preparations: Before the first dosing.
        dosings: In the course.
        integrations_each: After each dosing.
        minutes: Lengths in minutes, as pairs of kind and length.
        integration_days: From a dosing's date to that of its integration.
        cited: Where each comes from, as pairs of the line's name and a citation.
    """

    every: int | None = None
    preparations: int | None = None
    dosings: int | None = None
    integrations_each: int | None = None
    minutes: tuple[tuple[str, int], ...] = ()
    integration_days: int | None = None
    cited: tuple[tuple[str, Citation], ...] = ()

    minutes_of: Mapping[str, int] = field(init=False, eq=False)
    """The lengths by kind."""
    citations: Mapping[str, Citation] = field(init=False, eq=False)
    """Where each comes from, by the line's name, such as ``minutes.dosing``."""
    values: Mapping[str, int] = field(init=False, eq=False)
    """All that is stated, by the line's name."""

    def __attrs_post_init__(self) -> None:
        given = {_MINUTES + kind: length for kind, length in self.minutes}
        given |= {name: getattr(self, name) for name in _ORDER if not name.startswith(_MINUTES)}
        values = {name: given[name] for name in _ORDER if given.get(name) is not None}
        object.__setattr__(self, "values", MappingProxyType(values))
        object.__setattr__(self, "minutes_of", MappingProxyType(dict(self.minutes)))
        object.__setattr__(self, "citations", MappingProxyType(dict(self.cited)))

    def __repr__(self) -> str:
        return f"<Usual: {len(self.cited)} stated>"


def lines_on(lines: Iterable[UsualValue], day: dt.date | None) -> dict[str, UsualValue]:
    """Of lines in canonical order, those in force on a date, by name; ``None`` = the latest."""
    return {line.name: line for line in lines if _begun(line, day)}


def usual_of(lines: Iterable[UsualValue], day: dt.date | None) -> Usual:
    """What lines in canonical order say on a date; ``None`` = the latest of each."""
    said = {n: line for n, line in lines_on(lines, day).items() if line.value != OFF}
    values: dict[str, Any] = {n: line.value for n, line in said.items() if "." not in n}
    lengths = {n.removeprefix(_MINUTES): said[n].value for n in said if "." in n}
    cited = tuple((name, line.citation) for name, line in said.items())
    return Usual(**values, minutes=tuple(lengths.items()), cited=cited)


def _begun(line: UsualValue, day: dt.date | None) -> bool:
    return day is None or line.since is None or line.since <= day
