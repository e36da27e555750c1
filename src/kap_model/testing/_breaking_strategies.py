"""Strategies of plans that break one rule and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeAlias, TypeVar

from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._values import check_choice
from kap_model.checking import ProtocolChoice, check
from kap_model.errors import InvalidValue, PlanningError, Problem, refusal
from kap_model.examples import protocol_of
from kap_model.plan import Plan
from kap_model.protocol import CareProtocol
from kap_model.rules._rule import Example
from kap_model.rules.catalogue import RULE_OF_ID, RULES
from kap_model.testing import _breaks_dosing, _breaks_intake, _breaks_integration
from kap_model.testing._change_strategies import varied
from kap_model.testing._course_strategies import courses
from kap_model.testing._grounds import Ground, limits_at
from kap_model.testing._scene import Break, Pick, Scene, Unbreakable

T = TypeVar("T")
Broken: TypeAlias = Literal["violated", "unknown"]

BREAKS: Final[Mapping[str, Mapping[str, tuple[Break, ...]]]] = {
    "violated": {
        **_breaks_intake.VIOLATED,
        **_breaks_dosing.VIOLATED,
        **_breaks_integration.VIOLATED,
    },
    "unknown": {
        **_breaks_intake.UNKNOWN,
        **_breaks_dosing.UNKNOWN,
        **_breaks_integration.UNKNOWN,
    },
}
_EXAMPLES: Final = {rule.id: rule.example for rule in RULES if rule.example is not None}
_TURNS: Final = 60  # ways in which a plain course is tried


def protocol_breaking(rule: str) -> CareProtocol:
    """The protocol that :func:`plans_breaking` takes where none is given.

    It is the one of the rule's own examples: ``core`` where that sets the rule's limits, else a
    built-in practice's, if need be with a limit that shows the rule.

    Raises:
        InvalidValue: There is no such rule in the catalogue; the path is ``rule``.
    """
    check_choice(rule, "rule", _EXAMPLES)
    return protocol_of(_EXAMPLES[rule])


def plans_breaking(
    rule: str, protocol: ProtocolChoice | None = None, *, verdict: Broken | None = None
) -> SearchStrategy[Plan]:
    """Plans with findings of one rule and of no other, judged as a whole, without ``as_of``.

    By construction: a course is laid out as for :func:`lawful_plans`, the rule is broken in it, in
    one of the ways that it can be, and then it is changed as lawful plans are, each change being
    left away that ends the findings or brings one of another rule. Every finding has the same
    verdict. Where a rule cannot be broken in what was drawn, a plain course that breaks it is
    taken, so that no draw is rejected.

    Args:
        rule: The id of a rule of the catalogue.
        protocol: A protocol, a practice, or a built-in practice's name; absent:
            :func:`protocol_breaking` of the rule.
        verdict: ``violated`` or ``unknown``; absent: ``violated``, but ``unknown`` for
            RECORD-OUTCOME, which is violated only where ``as_of`` is given.

    Raises:
        InvalidValue: There is no such rule (path ``rule``), the protocol is none or sets no limit
            of the rule (``protocol``), or the rule has no such verdict without ``as_of``
            (``verdict``).
        PlanningError: No course keeps the protocol, or none was found that breaks this rule alone:
            under some protocols another rule always speaks too.
    """
    check_choice(rule, "rule", _EXAMPLES)
    reads = RULE_OF_ID[rule].reads
    if verdict is None:
        verdict = "violated" if rule in BREAKS["violated"] else "unknown"
    check_choice(verdict, "verdict", [v for v in BREAKS if rule in BREAKS[v]])
    ground = Ground.of(_usual(_EXAMPLES[rule]) if protocol is None else protocol)
    if reads and not any(line.limit in reads for line in ground.care.settings):
        raise refusal("protocol", f"sets no limit of {rule}, which reads {', '.join(reads)}")
    aim = _Aim(rule, verdict, ground.care)
    ways = _ways(aim, ground.spare)
    if not ways:
        reason = "no course was found that breaks this rule alone under this protocol"
        raise PlanningError([Problem("rule", reason)])
    return _broken(ground, aim, ways)


def _usual(example: Example) -> ProtocolChoice:
    """The protocol of an example, by the practice's name where it is the practice's own."""
    return protocol_of(example) if example.limits else example.under


@frozen
class _Aim:
    """What plans are to break: the rule, with which verdict, under which protocol."""

    rule: str
    verdict: Broken
    care: CareProtocol

    def is_met(self, plan: Plan) -> bool:
        """Whether a plan breaks this rule, and nothing else."""
        findings = check(plan, self.care).findings
        return {(f.rule, f.verdict) for f in findings} == {(self.rule, self.verdict)}

    def broken(self, plan: Plan, way: Break, pick: Pick) -> Plan | None:
        """A lawful plan with the rule broken in one way; ``None`` where that does not do it."""
        try:
            made = way(Scene(plan, limits_at(self.care, plan), pick))
        except (InvalidValue, Unbreakable):
            return None
        return made if self.is_met(made) else None


@lru_cache(maxsize=512)
def _ways(aim: _Aim, plan: Plan) -> tuple[tuple[Break, Plan], ...]:
    """The ways that break the rule in a plain course, each with the course that it makes."""
    tried = ((way, _plainly_broken(aim, plan, way)) for way in BREAKS[aim.verdict][aim.rule])
    return tuple((way, made) for way, made in tried if made is not None)


def _plainly_broken(aim: _Aim, plan: Plan, way: Break) -> Plan | None:
    """A plain course with the rule broken by the first choices that do it."""
    for turn in range(_TURNS):

        def pick(options: Sequence[T], turn: int = turn) -> T:
            return options[turn % len(options)]

        found = aim.broken(plan, way, pick)
        if found is not None:
            return found
    return None


def _broken(ground: Ground, aim: _Aim, ways: Sequence[tuple[Break, Plan]]) -> SearchStrategy[Plan]:
    # Without arguments: Hypothesis would print them with each failure.
    @st.composite
    def broken(draw: st.DrawFn) -> Plan:
        def pick(options: Sequence[T]) -> T:
            return options[draw(st.integers(0, len(options) - 1))]

        way, spare = pick(ways)
        plan = aim.broken(draw(courses(ground)), way, pick) or spare
        return draw(varied(plan, limits_at(ground.care, plan), aim.is_met))

    return broken()
