"""The built-in practices, and what their sources state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from _generate import NOTE
from kap_model.display.rule_text import spoken_limit
from kap_model.fees import Claim, Fee, FeeSchedule, Flat, Hourly
from kap_model.limits import LIMITS, Bounds
from kap_model.planning import draft
from kap_model.practices import PRACTICES, Fact, Practice
from kap_model.protocol import Setting
from kap_model.rules.catalogue import RULES

_START = "2027-01-04"


def practices_page() -> str:
    """Each practice: limits, severities, prices, claims, what is off, a course that keeps it."""
    lines = [NOTE, "# Practices", ""]
    lines += [
        "What `kap.practices` holds: a protocol, prices where a practice publishes them, what"
    ]
    lines += [
        "its superbills may claim, and the facts of its sources. `core` is the brief and what"
    ]
    lines += ["both pages share; the other two stand over it.", ""]
    for practice in PRACTICES:
        lines += [*_practice(practice), ""]
    return "\n".join(lines)


def _practice(practice: Practice) -> Iterator[str]:
    yield f"## {practice.id}"
    yield ""
    yield f"{practice.title}. Time zone of its drafts: `{practice.timezone}`."
    yield ""
    yield from _table("| limit | value | since | source |", map(_limit, practice.protocol.settings))
    yield ""
    yield from _severities(practice)
    yield _off(practice)
    yield ""
    yield from _fees(practice.fees)
    yield ""
    yield from _claims(practice.claims)
    yield ""
    yield "A course that keeps it:"
    yield ""
    yield "```text"
    yield draft(practice.id, _START).notation
    yield "```"
    yield ""
    yield from _facts(practice)


def _table(head: str, rows: Iterable[str]) -> Iterator[str]:
    yield head
    yield "|" + " --- |" * (head.count("|") - 1)
    yield from rows


def _limit(line: Setting) -> str:
    since = line.since or "throughout"
    name = f"[`{line.limit}`](limits.md#{line.limit})"
    return f"| {name} | {spoken_limit(line.value)} | {since} | {line.citation} |"


def _severities(practice: Practice) -> Iterator[str]:
    said = {rule.id: rule.severity for rule in RULES}
    for rule, severity in practice.protocol.severities:
        yield f"{_linked(rule)} is of severity {severity} here, elsewhere {said[rule]}."
        yield ""


def _off(practice: Practice) -> str:
    limits = practice.protocol.limits_on(None)
    unset = [spec.name for spec in LIMITS if getattr(limits, spec.name) is None]
    silent = [r.id for r in RULES if r.reads and set(r.reads) <= set(unset)]
    names = ", ".join(f"[`{name}`](limits.md#{name})" for name in unset)
    return f"Not set: {names}. So these rules are off: {', '.join(map(_linked, silent))}."


def _linked(rule: str) -> str:
    return f"[{rule}](rules.md#{rule.lower()})"


def _fees(schedule: FeeSchedule | None) -> Iterator[str]:
    if schedule is None:
        yield "It publishes no prices: a quote needs a schedule of one's own."
        return
    yield f"Prices, in {schedule.currency}:"
    yield ""
    rows = (f"| {fee.item} | {_price(fee)} | {fee.citation} |" for fee in schedule.fees)
    yield from _table("| item | price | source |", rows)


def _price(fee: Fee) -> str:
    if fee.rate is None:
        return f"billed by {fee.payee}" if fee.payee is not None else "not published"
    if not isinstance(fee.rate, Flat | Hourly):
        raise TypeError("a built-in practice has a form of rate that this page cannot say yet")
    published = fee.rate.published if isinstance(fee.rate, Hourly) else None
    lengths = _ends(published) or (fee.rate.lengths(Bounds(min=1), 1)[0],)
    charges = [fee.rate.charge(minutes) for minutes in lengths]
    return "; ".join(f"{charge.amount} ({charge.basis})" for charge in charges)


def _ends(span: Bounds | None) -> tuple[int, ...]:
    return tuple(end for end in (span and span.min, span and span.max) if end)


def _claims(claims: tuple[Claim, ...] | None) -> Iterator[str]:
    if claims is None:
        yield "What its superbills may claim is not stated."
        return
    yield "Its superbills may claim:"
    yield ""
    yield from (f"- {claim.kind}: {_scope(claim.scope)}" for claim in claims)


def _scope(scope: str | int) -> str:
    return scope if isinstance(scope, str) else f"the first {scope} minutes"


def _facts(practice: Practice) -> Iterator[str]:
    uses = f"[with what uses it](sources.md#{_anchor(practice.title)})"
    for source in dict.fromkeys(fact.citation.source for fact in practice.facts):
        yield f"What is stated in: {source} ({uses})."
        yield ""
        for fact in practice.facts:
            if fact.citation.source == source:
                yield f"- {fact.says} ({fact.citation.where})"


def _anchor(title: str) -> str:
    kept = "".join(letter for letter in title.lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


def sources_page() -> str:
    """Every fact, and what becomes of it."""
    lines = [NOTE, "# Sources", ""]
    lines += ["Every fact that the sources state, where, and what uses it or why nothing does.", ""]
    for practice in PRACTICES:
        lines += [f"## {practice.title}", ""]
        lines += ["| fact | where | used by |", "| --- | --- | --- |"]
        lines += [f"| {f.says} | {f.citation} | {_use(f)} |" for f in practice.facts]
        lines.append("")
    return "\n".join(lines)


def _use(fact: Fact) -> str:
    return ", ".join(f"`{name}`" for name in fact.used_by) or f"unused: {fact.unused}"
