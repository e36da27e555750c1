"""A lawful course of stated counts and lengths, as a witness that there is one."""

from __future__ import annotations

from collections.abc import Iterable

from kap_model.checking import check
from kap_model.errors import InvalidValue, refusal
from kap_model.plan import Plan
from kap_model.planning.layout import lay_out
from kap_model.planning.outline import Outline
from kap_model.protocol import CareProtocol
from kap_model.rules.catalogue import RULES


def witness(protocol: CareProtocol, outline: Outline) -> Plan:
    """A plan of an outline that breaks no rule of a protocol.

    Raises:
        InvalidValue: None was found; the rules that no course of the outline keeps are named.
    """
    plan = lay_out(protocol.limits_on(outline.start), outline)
    report = check(plan, protocol)
    broken = {finding.rule for finding in report.findings if finding.verdict == "violated"}
    if broken:
        raise no_course(broken)
    return plan


def no_course(rules: Iterable[str]) -> InvalidValue:
    """The error for a protocol whose limits exclude each other, with the rules that read them."""
    broken = set(rules)
    named = [f"{r.id} ({', '.join(r.reads)})" if r.reads else r.id for r in RULES if r.id in broken]
    return refusal("protocol", f"allows no such course: it would break {', '.join(named)}")
