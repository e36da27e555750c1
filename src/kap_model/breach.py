"""Breaches: what a rule or a form finds in a course, and how it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from kap_model._time import Moment, Zone, spoken_day
from kap_model._values import Value, check_choice
from kap_model.errors import refusal
from kap_model.sessions import Session
from kap_model.severities import SEVERITIES, SIDES, Severity, Side


@frozen(repr=False)
class Words:
    """What a breach says to a person.

    Attributes:
        message: What is wrong, in plain English.
        observed: What the plan has.
        required: What the limit asks for.
    """

    message: str
    observed: str | None = None
    required: str | None = None

    def __repr__(self) -> str:
        return "<Words>"


class Voice:
    """Names sessions and moments as a person would, in the plan's zone."""

    __slots__ = ("_zone",)

    def __init__(self, zone: Zone) -> None:
        self._zone = zone

    def session(self, session: Session) -> str:
        """``dosing d3 on Mon 18 Jan 2027``."""
        return f"{noun(session)} {session.id} on {spoken_day(self._zone.day(session.begins))}"

    def timed(self, session: Session) -> str:
        """``dosing d3 on Mon 18 Jan 2027 at 13:00``."""
        return f"{noun(session)} {session.id} on {self._zone.spoken(session.begins)}"

    def day(self, day: int) -> str:
        """``Mon 18 Jan 2027``."""
        return spoken_day(day)


def noun(session: Session) -> str:
    """A session's kind in running text."""
    return session.kind.replace("-", " ")


def count(number: int, thing: str) -> str:
    """``1 dosing``, ``2 dosings``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def listed(words: Iterable[str]) -> str:
    """As a person would list them: ``a``, ``a and b``, ``a, b and c``."""
    *others, last = words
    return " and ".join(filter(None, [", ".join(others), last]))


def decision(standing: str) -> str:
    """What a decider did, by the standing that it left, in running text."""
    return {
        "refused": "found the client ineligible",
        "stopped": "stopped treatment",
        "pending": "left the decision pending",
        "unrecorded": "has no outcome recorded",
    }[standing]


def sentence(text: str) -> str:
    """A text with its first letter raised."""
    return text[:1].upper() + text[1:]


Nature: TypeAlias = Literal["violated", "unknown", "missing"]
NATURES: Final = ("violated", "unknown", "missing")


@frozen(repr=False)
class Breach(Value):
    """One way in which a plan does not keep a rule; the engine adds identity and citation.

    Attributes:
        nature: ``violated``; ``unknown``: a fact is missing that only a person can record;
            ``missing``: something has a window in which it can still come.
        sessions: The sessions concerned, in the order in which the rule names them.
        words: Makes the text from a :class:`Voice` and ``facts``, when it is read; a function
            at a module's top level.
        facts: What ``words`` is given.
        opens, closes: The window of something missing; ``None`` = no such edge.
        limit: The limit that is not kept; ``None`` = the first that the rule reads and is set.
        severity: The severity of this side of a two-sided rule; ``None`` = the rule's.
        fixed_severity: A severity that the rule's own text states, which no protocol overrides.
        side: On which side of a limit with two ends it is.
    """

    nature: Nature
    sessions: tuple[Session, ...]
    words: Callable[..., Words]
    facts: tuple[Any, ...] = ()
    opens: Moment | None = None
    closes: Moment | None = None
    limit: str | None = None
    severity: Severity | None = None
    fixed_severity: Severity | None = None
    side: Side | None = None

    def __attrs_post_init__(self) -> None:
        check_choice(self.nature, "nature", NATURES)
        if type(self.sessions) is not tuple:
            raise refusal("sessions", "must be a tuple of sessions")
        if self.side is not None:
            check_choice(self.side, "side", SIDES)
        if not callable(self.words):
            raise refusal("words", "must be a function that makes Words")
        for path, severity in (
            ("severity", self.severity),
            ("fixed_severity", self.fixed_severity),
        ):
            if severity is not None:
                check_choice(severity, path, SEVERITIES)

    def __repr__(self) -> str:
        return f"<Breach {self.nature} {', '.join(session.id for session in self.sessions)}>"
