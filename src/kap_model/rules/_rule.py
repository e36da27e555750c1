"""What a rule is, what it returns, and how its findings speak."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final, Literal, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._first_use import Announced
from kap_model._time import Moment, Zone, spoken_day
from kap_model._values import Value, check_choice, check_identifier
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.limits import LIMIT_OF_NAME, Limits
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


RuleFunction: TypeAlias = Callable[[Course, Limits], "list[Breach]"]


def _as_json(values: Mapping[str, Any] | Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if isinstance(values, Mapping):
        return tuple((str(place), json.dumps(value)) for place, value in values.items())
    pairs: Iterable[tuple[str, str]] = values
    return tuple(pairs)


@frozen
class Case(Value):
    """A plan in notation, with the facts that notation cannot say.

    Attributes:
        notation: The plan.
        facts: Document values by place, given as ``{"d1.level": "low"}`` for a session or
            ``{"born": …}`` for the plan, kept as pairs of place and JSON text.
        as_of: The moment of judgement, RFC 3339; ``None`` = absent.
    """

    notation: str
    facts: tuple[tuple[str, str], ...] = field(default=(), converter=_as_json)
    as_of: str | None = None


@frozen
class Example(Value):
    """A plan that keeps a rule and one, as near to it as can be, that does not.

    Attributes:
        holds: Judged without any finding.
        breaks: Judged with findings of this rule alone.
        under: The built-in protocol that judges both.
        limits: Limit values in document form that are set beside it, kept as pairs of name and
            JSON text; ``"off"`` unsets one.
    """

    holds: Case
    breaks: Case
    under: str = "core"
    limits: tuple[tuple[str, str], ...] = field(default=(), converter=_as_json)


@frozen(eq=False, repr=False)
class Rule(Announced):
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

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        for path, text in (("says", self.says), ("why", self.why)):
            if type(text) is not str or not text:
                raise refusal(path, "must be a sentence")
        check_choice(self.severity, "severity", SEVERITIES)
        cites, reads = self.cites, self.reads
        if type(cites) is not tuple or not cites or any(type(c) is not Citation for c in cites):
            raise refusal("cites", "must be a tuple of at least one Citation")
        if type(reads) is not tuple or not set(reads) <= set(LIMIT_OF_NAME):
            raise refusal("reads", "must be a tuple of known limits")
        if not callable(self.function):
            raise refusal("function", "must be a function of a course and limits")

    def __reduce__(self) -> tuple[Callable[..., Rule], tuple[str, str, dict[str, Any]]]:
        from pickle import PicklingError

        # Found by name, as pickled functions are: where the decorator left the rule.
        module, name = self.function.__module__, self.function.__qualname__
        made = getattr(import_module(module), name, None)
        if type(made) is not Rule or made.function is not self.function:
            raise PicklingError("only a rule made at a module's top level can be found by its name")
        changed = {
            a.name: getattr(self, a.name)
            for a in attrs.fields(Rule)
            if getattr(self, a.name) is not getattr(made, a.name)
        }
        return _rule_named, (module, name, changed)

    def __repr__(self) -> str:
        return f"<Rule {self.id}>"


def _rule_named(module: str, name: str, changed: dict[str, Any]) -> Rule:
    made: Rule = getattr(import_module(module), name)
    return attrs.evolve(made, **changed) if changed else made


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
        InvalidValue: The id is no label, a sentence is empty, no citation is given, or a limit
            is not known.
    """

    def make(function: RuleFunction) -> Rule:
        return Rule(id, says, why, severity, cites, reads, function, example)

    return make
