"""Breaches: what a rule or a form finds in a course, and how it says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import Moment, Zone, spoken_day
from kap_model._values import Value, check_choice
from kap_model.errors import refusal
from kap_model.sessions import Session
from kap_model.severities import SEVERITIES, SIDES, Severity, Side

Scalar: TypeAlias = str | int | bool | None
Outlook: TypeAlias = Literal["whole", "open", "late", "past"]
"""What can still be done about a finding: what it asks for, of a plan that is judged as a whole;
the same at a moment; no more than to change what it names, for its window is over; nothing."""


def _pairs(values: Mapping[str, Scalar] | Iterable[tuple[str, Scalar]]) -> ValuePairs:
    if isinstance(values, Mapping):
        return tuple((str(name), value) for name, value in values.items())
    pairs: Iterable[tuple[str, Scalar]] = values
    return tuple(pairs)


ValuePairs: TypeAlias = tuple[tuple[str, Scalar], ...]


RECORD_FIRST: Final = "Record first what became of the sessions that are over."
"""What is left where all that is named was held, and something that is over is unrecorded."""


@frozen(repr=False)
class Words:
    """What a breach says to a person, and to software that says it in other words.

    Attributes:
        message: What is wrong, in plain English.
        observed: What the plan has.
        required: What the limit asks for.
        title: What is wrong in a few words, without a figure of the client's health.
        action: What to do about it, in one imperative sentence; ``None`` = nothing can be done.
        case: Which of a rule's sentences it is, where it has several that are no sides.
        values: Everything that the message says, by name: JSON scalars, kept as pairs.
    """

    message: str
    observed: str | None = None
    required: str | None = None
    title: str | None = field(default=None, kw_only=True)
    action: str | None = field(default=None, kw_only=True)
    case: str | None = field(default=None, kw_only=True)
    values: ValuePairs = field(default=(), converter=_pairs, kw_only=True)

    def __repr__(self) -> str:
        return "<Words>"


class Voice:
    """Names sessions and moments as a person would, in the plan's zone.

    Attributes:
        outlook: What can still be done about what is told.
        sessions: The sessions concerned.
    """

    __slots__ = ("_closes", "_opens", "_zone", "outlook", "sessions")

    def __init__(
        self,
        zone: Zone,
        outlook: Outlook = "open",
        sessions: tuple[Session, ...] = (),
        window: tuple[Moment | None, Moment | None] = (None, None),
    ) -> None:
        self._zone, self.outlook, self.sessions = zone, outlook, sessions
        self._opens, self._closes = window

    def session(self, session: Session) -> str:
        """``dosing d3 on Mon, Jan 18, 2027``."""
        return f"{noun(session)} {session.id} on {spoken_day(self._zone.day(session.begins))}"

    def timed(self, session: Session) -> str:
        """``dosing d3 on Mon, Jan 18, 2027, 1:00 pm``."""
        return f"{noun(session)} {session.id} on {self._zone.spoken(session.begins)}"

    def day(self, day: int) -> str:
        """``Mon, Jan 18, 2027``."""
        return spoken_day(day)

    def date(self, day: int) -> str:
        """``2027-01-18``, as documents write it."""
        return dt.date.fromordinal(day).isoformat()

    @property
    def when(self) -> str:
        """The window of what is missing: ``by Mon, Jan 18, 2027``; empty where it has no edge."""
        speak = self._zone.spoken
        if self._closes is None:
            return "" if self._opens is None else f"from {speak(self._opens)} on"
        if self._opens is None:
            return f"by {speak(self._closes)}"
        return f"{speak(self._opens)} to {speak(self._closes)}"

    def book(self, wanted: str, *concerned: Session) -> str | None:
        """To book what is missing in its window; once that is over, to change what asks for it."""
        if self.outlook == "late":
            return self.change("Move or cancel", *concerned)
        return f"Book {wanted}{self.when and f' ({self.when})'}."

    def change(self, verb: str, *sessions: Session, so_that: str = "") -> str | None:
        """To do something with those of some sessions that are not held; first to record them.

        ``None`` where all were held, and the plan is judged as a whole.
        """
        ahead = [
            f"{called(session)} ({self._zone.spoken(session.begins)})"
            for session in sessions
            if session.status != "completed"
        ]
        if not ahead:
            return None if self.outlook == "whole" else RECORD_FIRST
        return f"{verb} {listed(ahead)}{so_that}."

    def told(self, **named: Session | Scalar) -> dict[str, Scalar]:
        """Values by name; a session as its id, kind and start in the plan's zone, none as null."""
        values: dict[str, Scalar] = {}
        for name, value in named.items():
            if isinstance(value, Session):
                values |= {
                    name: value.id,
                    f"{name}_kind": value.kind,
                    f"{name}_start": self._zone.text(value.begins),
                }
            else:
                values[name] = value
        return values


def called(session: Session) -> str:
    """``dosing d3``."""
    return f"{noun(session)} {session.id}"


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
        decided_later: Whether a session still to come can end it, whatever it names.
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
    decided_later: bool = False

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
