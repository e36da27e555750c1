"""Rules and the limits they read."""

from __future__ import annotations

from collections.abc import Iterator

from _generate import NOTE
from kap_model.checking import check
from kap_model.display.rules import spoken_limit
from kap_model.examples import plan_of, protocol_of
from kap_model.limits import LIMITS
from kap_model.practices import PRACTICES
from kap_model.rules._rule import Case, Example, Rule
from kap_model.rules.catalogue import RULES


def rules_page() -> str:
    """Every rule, with two plans that differ in it."""
    lines = [NOTE, "# Rules", "", "Every rule in the order of findings.", ""]
    lines += ["| rule | severity | says |", "| --- | --- | --- |"]
    lines += [f"| [{r.id}](#{r.id.lower()}) | {r.severity} | {r.says} |" for r in RULES]
    for rule in RULES:
        lines += ["", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    yield f"**{rule.says}** ({rule.severity})"
    yield ""
    yield rule.why
    yield ""
    yield "Sources: " + "; ".join(str(citation) for citation in rule.cites) + "."
    yield ""
    reads = ", ".join(f"[`{name}`](limits.md#{name})" for name in rule.reads)
    yield f"Limits: {reads}." if reads else "Limits: none, it is always on."
    if rule.example is not None:
        yield ""
        yield from _example(rule, rule.example)


def _example(rule: Rule, example: Example) -> Iterator[str]:
    own = ", ".join(f"`{name}` {value}" for name, value in example.limits)
    yield f"Under `{example.under}`{' with ' + own if own else ''}, this plan holds:"
    yield ""
    yield from case_lines(example.holds)
    yield ""
    yield "This one breaks it:"
    yield ""
    yield from case_lines(example.breaks)
    yield ""
    report = check(plan_of(example.breaks), protocol_of(example), as_of=example.breaks.as_of)
    for finding in report.findings:
        if finding.rule == rule.id:
            yield f"> {finding.verdict}: {finding.message}"
            break


def case_lines(case: Case) -> Iterator[str]:
    """A plan with the facts that notation cannot say."""
    yield "```text"
    yield case.notation
    for place, value in case.facts:
        yield f"{place} = {value}"
    if case.as_of is not None:
        yield f"as of {case.as_of}"
    yield "```"


def limits_page() -> str:
    """Every limit: its form, its readers, its value in each practice."""
    lines = [NOTE, "# Limits", "", "What a protocol may set.", ""]
    lines += ["A limit that is not set makes the rules that read only it not applicable.", ""]
    for spec in LIMITS:
        users = ", ".join(
            f"[{r.id}](rules.md#{r.id.lower()})" for r in RULES if spec.name in r.reads
        )
        lines += [f"## {spec.name}", "", f"{spec.says[:1].upper()}{spec.says[1:]}.", ""]
        lines += [f'Written as {spec.form}, or `"off"`. Read by {users}.', ""]
        lines += ["| practice | value | source |", "| --- | --- | --- |"]
        for practice in PRACTICES:
            limits = practice.protocol.limits_on(None)
            source = limits.citations.get(spec.name)
            value = spoken_limit(getattr(limits, spec.name))
            lines.append(f"| {practice.id} | {value} | {source or ''} |")
        lines.append("")
    return "\n".join(lines)
