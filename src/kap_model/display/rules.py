"""A rule explained: sentence, reason, sources, limits, and two plans that differ in it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from kap_model._time import spoken_date
from kap_model.checking import check
from kap_model.display._text import wrapped
from kap_model.examples import plan_of, protocol_of
from kap_model.limits import LIMIT_OF_NAME, in_words
from kap_model.planning.changes import asked_by
from kap_model.practices._built_in import PRACTICES
from kap_model.protocol import CareProtocol
from kap_model.rules._rule import Case, Example, Rule


def rule_text(rule: Rule, care: CareProtocol | None = None) -> str:
    """Everything about one rule, for a terminal; under a protocol with the protocol's values."""
    told = rule.severity if care is None else rule.severities
    lines = [f"{rule.id} ({told})", *wrapped(rule.says, 2), ""]
    lines += ["Why", *wrapped(rule.why, 2), ""]
    lines += ["Sources", *[line for each in rule.cites for line in wrapped(str(each), 2, 4)], ""]
    if care is not None and rule.id in care.house_ids:
        lines += ["Lines", *_dated(rule, care)]
    else:
        lines += ["Limits", *_limits(rule, care)]
    if rule.example is not None:
        lines += ["", *_example(rule, rule.example)]
    return "\n".join(lines)


def _limits(rule: Rule, care: CareProtocol | None) -> Iterator[str]:
    protocols = [practice.protocol for practice in PRACTICES] if care is None else [care]
    if not rule.reads:
        yield "  none: always on"
    for name in rule.reads:
        yield from wrapped(f"{name}: {LIMIT_OF_NAME[name].says}", 2, 4)
        for protocol in protocols:
            value = getattr(protocol.limits_on(None), name)
            yield f"    {protocol.id}: {spoken_limit(value)}"


def _dated(rule: Rule, care: CareProtocol) -> Iterator[str]:
    """What each line of a house rule asks, from when on, who says so, and what to do."""
    for line in care.rules:
        if line.id == rule.id:
            since = "throughout" if line.since is None else f"from {spoken_date(line.since)} on"
            yield from wrapped(f"{since}: {asked_by(attrs.evolve(line, since=None))}", 2, 4)
            if line.action is not None:
                yield from wrapped(f"to do: {line.action}", 4, 6)
            yield from wrapped(f"source: {line.citation}", 4, 6)


def spoken_limit(value: object) -> str:
    """A limit's value as a person would read it."""
    if value is None:
        return "not set"
    return in_words(value)


def _example(rule: Rule, example: Example) -> Iterator[str]:
    under = f"under {example.under}"
    if example.limits:
        own = ", ".join(f"{name} {value}" for name, value in example.limits)
        under += f" with {own}"
    yield f"A plan that holds, {under}"
    yield from _case(example.holds)
    yield ""
    yield "A plan that breaks it"
    yield from _case(example.breaks)
    report = check(plan_of(example.breaks), protocol_of(example), as_of=example.breaks.as_of)
    for finding in report.findings:
        if finding.rule == rule.id:
            yield from wrapped(f"{finding.verdict}: {finding.message}", 2, 4)


def _case(case: Case) -> Iterator[str]:
    yield from wrapped(case.notation, 2, 4)
    for place, value in case.facts:
        yield f"    {place} = {value}"
    if case.as_of is not None:
        yield f"    as of {case.as_of}"
