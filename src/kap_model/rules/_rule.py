"""What a rule is, and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from kap_model._time import Moment, Zone, spoken_day
from kap_model._values import IDENTIFIER, Value
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.limits import LIMIT_OF_NAME, Limits
from kap_model.protocol import Severity
from kap_model.sessions import Session

Nature: TypeAlias = Literal["violated", "unknown", "missing"]


class Words(NamedTuple):
    """What a breach says to a person."""

    message: str
    observed: str | None = None
    required: str | None = None


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


@frozen
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
        always: A severity that the rule's own text states, which no protocol overrides.
    """

    nature: Nature
    sessions: tuple[Session, ...]
    words: Callable[..., Words]
    facts: tuple[Any, ...] = ()
    opens: Moment | None = None
    closes: Moment | None = None
    limit: str | None = None
    severity: Severity | None = None
    always: Severity | None = None


RuleFunction: TypeAlias = Callable[[Course, Limits], "list[Breach]"]


@frozen
class Case:
    """A plan in notation, with the facts that notation cannot say.

    Attributes:
        notation: The plan.
        facts: Document values by place: ``{"d1.level": "low"}`` on a session, ``{"born": …}``
            on the plan.
        as_of: The moment of judgement, RFC 3339; ``None`` = absent.
    """

    notation: str
    facts: Mapping[str, Any] = field(factory=dict)
    as_of: str | None = None


@frozen
class Example:
    """A plan that keeps a rule and one, as near to it as can be, that does not.

    Attributes:
        holds: Judged without any finding.
        breaks: Judged with findings of this rule alone.
        under: The built-in protocol that judges both.
        limits: Limit values in document form that are set beside it; ``"off"`` unsets one.
    """

    holds: Case
    breaks: Case
    under: str = "core"
    limits: Mapping[str, Any] = field(factory=dict)


@frozen(eq=False, repr=False)
class Rule:
    """One sentence that a course keeps.

    Attributes:
        id: Its name, in capitals with hyphens.
        says: The sentence, in the present tense.
        why: The reason for it, for people.
        severity: ``error``, ``warning`` or ``advice``, unless a protocol overrides it.
        cites: One or more citations of the sentence.
        reads: The limits that switch it on; with none it is always on.
        function: From a course and the limits in force to breaches; pure.
        example: A plan that holds and one that breaks.
    """

    id: str
    says: str
    why: str
    severity: Severity
    cites: tuple[Citation, ...]
    reads: tuple[str, ...]
    function: RuleFunction
    example: Example | None = None

    def __repr__(self) -> str:
        return f"<Rule {self.id}>"


def rule(
    id: str,
    says: str,
    *,
    why: str,
    severity: Severity,
    cites: tuple[Citation, ...],
    reads: tuple[str, ...] = (),
    example: Example | None = None,
) -> Callable[[RuleFunction], Rule]:
    """Make a rule of a function; nothing is registered anywhere.

    Raises:
        InvalidValue: The id is no label, no citation is given, or a limit is not known.
    """
    if IDENTIFIER.fullmatch(id) is None:
        raise refusal("id", "must be letters, digits and hyphens")
    if not cites:
        raise refusal("cites", "must name at least one citation")
    if not set(reads) <= set(LIMIT_OF_NAME):
        raise refusal("reads", "must name known limits only")

    def make(function: RuleFunction) -> Rule:
        return Rule(id, says, why, severity, cites, reads, function, example)

    return make
