"""How findings speak: sessions, moments, counts and decisions as a person would name them."""

from __future__ import annotations

from attrs import frozen

from kap_model._time import spoken_day
from kap_model._zone import Zone
from kap_model.sessions import Session


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
