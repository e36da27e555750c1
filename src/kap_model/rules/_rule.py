"""What a rule is: one sentence with its sources, and what finds where a course does not keep it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any, Final, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._first_use import Announced
from kap_model._values import Memo, Value, check_choice, check_identifier
from kap_model.breach import (
    Breach,
    Scalar,
    Voice,
    Words,
    called,
    count,
    decision,
    listed,
    noun,
    sentence,
)
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.limits import LIMIT_OF_NAME, Limits
from kap_model.severities import SEVERITIES, Severity, Side

__all__ = [
    "Breach",
    "Case",
    "Example",
    "Rule",
    "RuleFunction",
    "Scalar",
    "Voice",
    "Words",
    "called",
    "count",
    "decision",
    "form_rule",
    "listed",
    "noun",
    "rule",
    "sentence",
]

FormMaker: TypeAlias = Callable[..., RuleForm | tuple[RuleForm | None, ...]]
"""From the values of the limits that a rule reads, ``None`` where one is not set, to its form; or
to a form for each of these limits, whose findings cite that limit."""
OwnWords: TypeAlias = Callable[..., Words]
"""From a voice, the limits and the facts of a form's breach to words."""
GivesWay: TypeAlias = Callable[[Limits, tuple[Any, ...]], bool]
Told: TypeAlias = Callable[[Limits], str]
MOST_BOUND: Final = 64
"""So many functions of a rule are kept, for different values of its limits."""


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


class ByForm:
    """The function of a rule that forms say: made of limits' values, it finds what they find."""

    def __init__(self, make: FormMaker, reads: tuple[str, ...], words: OwnWords | None) -> None:
        self._make, self._reads, self._words = make, reads, words
        self._functions = Memo(MOST_BOUND)
        # As of the function that makes the form: a rule is described and pickled by it.
        self.__doc__, self.__module__ = make.__doc__, make.__module__
        self.__qualname__ = make.__qualname__

    def cited(self, limits: Limits) -> tuple[tuple[str | None, RuleForm], ...]:
        """Each form that limits make, and the limit that its findings cite."""
        values = [getattr(limits, name) for name in self._reads]
        if all(value is None for value in values):
            return ()
        made = self._make(*values)
        if isinstance(made, RuleForm):
            return ((None, made),)
        return tuple([(name, form) for name, form in zip(self._reads, made, strict=True) if form])

    def bound(self, limits: Limits) -> RuleFunction:
        """What finds under limits: the forms are made once for the same values of its limits."""
        values = tuple([getattr(limits, name) for name in self._reads])
        function: RuleFunction | None = self._functions.get(values)
        return function or self._functions.keep(values, self._function(limits))

    def _function(self, limits: Limits) -> RuleFunction:
        functions = [
            form.bound() if limit is None and self._words is None else self._own(form, limit)
            for limit, form in self.cited(limits)
        ]
        return functions[0] if len(functions) == 1 else _all_of(functions)

    def _own(self, form: RuleForm, limit: str | None) -> RuleFunction:
        """A form's function, whose breaches get a rule's own words or the limit that they cite."""
        function, words = form.bound(), self._words

        def find(course: Course, limits: Limits) -> list[Breach]:
            breaches = function(course, limits)
            if not breaches:
                return breaches
            if words is not None:
                breaches = [
                    attrs.evolve(breach, words=words, facts=(limits, *breach.facts))
                    for breach in breaches
                ]
            return [attrs.evolve(breach, limit=limit) for breach in breaches]

        return find

    def __call__(self, course: Course, limits: Limits) -> list[Breach]:
        return self.bound(limits)(course, limits)


def _all_of(functions: list[RuleFunction]) -> RuleFunction:
    def find(course: Course, limits: Limits) -> list[Breach]:
        found: list[Breach] = []
        for function in functions:
            found += function(course, limits)
        return found

    return find


@frozen(eq=False, repr=False)
class Rule(Announced):
    """One sentence that a course keeps.

    Attributes:
        id: Its name, in capitals with hyphens.
        says: The sentence, in the present tense, without figures.
        why: The reason for it, for people.
        severity: ``error``, ``warning`` or ``advice``, unless a protocol overrides it.
        cites: One or more citations of the sentence.
        reads: The limits that switch it on; with none it is always on.
        function: From a course and the limits in force to breaches; pure.
        example: A plan that holds and one that breaks.
        above: The severity of what lies above a limit, where it differs; ``None`` = ``severity``.
        makes: Makes its form or forms of the values of ``reads``; ``None`` = no form says it.
        tells: Its sentence with a protocol's figures, where no form makes one.
        gives_way: Whether it does not apply beside these limits and these house rules in force;
            ``None`` = it gives way to none.
        action: What to do about a finding, in place of what is made for each.
        about: What it is about, in a few plain words, for a list of what is not checked.
    """

    id: str
    says: str
    why: str
    severity: Severity
    cites: tuple[Citation, ...]
    reads: tuple[str, ...]
    function: RuleFunction
    example: Example | None = None
    above: Severity | None = field(default=None, kw_only=True)
    makes: FormMaker | None = field(default=None, kw_only=True)
    tells: Told | None = field(default=None, kw_only=True)
    gives_way: GivesWay | None = field(default=None, kw_only=True)
    action: str | None = field(default=None, kw_only=True)
    about: str | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        for path, text in (("says", self.says), ("why", self.why)):
            if type(text) is not str or not text:
                raise refusal(path, "must be a sentence")
        check_choice(self.severity, "severity", SEVERITIES)
        if self.above is not None:
            check_choice(self.above, "above", SEVERITIES)
        cites, reads = self.cites, self.reads
        if type(cites) is not tuple or not cites or any(type(c) is not Citation for c in cites):
            raise refusal("cites", "must be a tuple of at least one Citation")
        if type(reads) is not tuple or not set(reads) <= set(LIMIT_OF_NAME):
            raise refusal("reads", "must be a tuple of known limits")
        if not callable(self.function):
            raise refusal("function", "must be a function of a course and limits")
        if self.gives_way is not None and not callable(self.gives_way):
            raise refusal("gives_way", "must be a function of limits and house rules")

    def applies(self, limits: Limits, house: tuple[Any, ...] = ()) -> bool:
        """Whether a protocol asks for it: some limit that it reads is set, and it gives not way."""
        if self.reads and limits.citations.keys().isdisjoint(self.reads):
            return False
        return self.gives_way is None or not self.gives_way(limits, house)

    def forms(self, limits: Limits) -> tuple[RuleForm, ...]:
        """What it asks under limits, as forms: none where it is off, or where no form says it."""
        if self.makes is None:
            return ()
        return tuple([form for _, form in ByForm(self.makes, self.reads, None).cited(limits)])

    def bound(self, limits: Limits) -> RuleFunction:
        """Its function under limits, prepared once for many courses."""
        function = self.function
        return function.bound(limits) if isinstance(function, ByForm) else function

    def sentence(self, limits: Limits) -> str:
        """Its sentence with the figures of limits, where it is on and has any."""
        if self.reads and limits.citations.keys().isdisjoint(self.reads):
            return self.says
        if self.tells is not None:
            return self.tells(limits)
        return " ".join(form.says for form in self.forms(limits)) or self.says

    @property
    def severities(self) -> str:
        """Its severity in words: ``error``, ``error below, warning above``."""
        if self.above is None or self.above == self.severity:
            return self.severity
        return f"{self.severity} below, {self.above} above"

    def severity_of(self, side: Side | None) -> Severity:
        """The severity of a finding on a side, or of one without sides."""
        return self.above if side == "above" and self.above is not None else self.severity

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
    above: Severity | None = None,
    makes: FormMaker | None = None,
    tells: Told | None = None,
    gives_way: GivesWay | None = None,
    about: str | None = None,
) -> Callable[[RuleFunction], Rule]:
    """Make a rule of a function; nothing is registered anywhere.

    Raises:
        InvalidValue: The id is no label, a sentence is empty, no citation is given, or a limit
            is not known.
    """

    def make(function: RuleFunction) -> Rule:
        return Rule(
            *(id, says, why, severity, cites, reads, function, example),
            above=above,
            makes=makes,
            tells=tells,
            gives_way=gives_way,
            about=about,
        )

    return make


def form_rule(
    id: str,
    says: str,
    *,
    why: str,
    severity: Severity,
    cites: tuple[Citation, ...],
    reads: tuple[str, ...],
    example: Example | None = None,
    above: Severity | None = None,
    words: OwnWords | None = None,
    about: str | None = None,
) -> Callable[[FormMaker], Rule]:
    """Make a rule of what makes its form from the values of the limits that it reads.

    The form finds and speaks; ``words`` speak in its place, given the limits before its facts.
    """

    def make(makes: FormMaker) -> Rule:
        return Rule(
            *(id, says, why, severity, cites, reads, ByForm(makes, reads, words), example),
            above=above,
            makes=makes,
            about=about,
        )

    return make
