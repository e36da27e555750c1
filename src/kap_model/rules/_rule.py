"""What a rule is, with its examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pickle import PicklingError
from typing import Any, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._values import Value, check_choice, check_identifier
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.limits import LIMIT_OF_NAME, Limits
from kap_model.protocol import SEVERITIES, Severity
from kap_model.rules._breach import Breach

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
