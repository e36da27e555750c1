"""Protocols, what changes between two of them, and what is to be said of one alone.

Text has one line a fact; pages have tables with the sources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kap_model._time import spoken_day
from kap_model.breach import listed
from kap_model.citations import Citation
from kap_model.display._html import (
    ASIDE,
    Column,
    Markup,
    caption,
    element,
    heading,
    joined,
    line,
    note,
    root,
    table,
)
from kap_model.display._text import wrapped
from kap_model.display.reports import findings_list
from kap_model.limits import LIMIT_OF_NAME, LIMITS, OFF, in_words
from kap_model.planning.changes import (
    DatesChange,
    HouseRuleChange,
    LimitChange,
    SeverityChange,
)
from kap_model.planning.differences import Difference
from kap_model.planning.directions import Direction
from kap_model.planning.linting import REMARK_KINDS, Lint, Stretch, beginnings, remark_words
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding
from kap_model.rules._rule import count
from kap_model.rules.catalogue import RULES
from kap_model.severities import severity_words
from kap_model.usual import USUAL_OF_NAME

_DIRECTIONS: Final[dict[Direction, str]] = {
    "tighter": "tighter",
    "looser": "looser",
    "equal": "allows the same",
    "other": "differs",
}
_NAMES_OF: Final = {
    "severity": "severity",
    "says": "sentence",
    "why": "reason",
    "action": "action",
}
_LIMITS: Final[tuple[tuple[str, Column], ...]] = (
    ("limit", "short"),
    ("what", "prose"),
    ("value", "prose"),
    ("since", "short"),
    ("source", "prose"),
)
_CHANGES: Final[tuple[tuple[str, Column], ...]] = (
    ("limit", "short"),
    ("what", "prose"),
    ("before", "moment"),
    ("after", "prose"),
    ("change", "short"),
    ("rules", "moment"),
)
_ARROWS: Final = {"tighter": "\u25bc", "looser": "\u25b2", "equal": "=", "other": "\u25c6"}


def protocol_html(care: CareProtocol) -> str:
    """A protocol: the latest line of each limit, those before it, house rules, what is off."""
    limits = care.limits_on(None)
    on = set(limits.citations)
    told = f"{count(len(on), 'limit')} set"
    if care.changes:
        told += f", as from {spoken_day(care.changes[-1].toordinal())} on"
    unset = [spec.name for spec in LIMITS if spec.name not in on]
    house = care.rules_on(None)
    silent = [rule.id for rule in RULES if not rule.applies(limits, house)]
    rows = [_set(name, care) for name in limits.citations]
    parts: list[str] = [heading(care.id), line(told)]
    parts.append(table(_LIMITS, rows, label=f"Limits of {care.id}", more="limits"))
    for rule in house:
        said = f"{rule.sentence} ({rule.citation})"
        parts.append(note(element("strong", f"house rule {rule.id}: "), said))
    usual = care.usual_on(None)
    for name, value in usual.values.items():
        spec, source = USUAL_OF_NAME[name], usual.citations[name]
        said = f"{spec.in_words(value)} ({source})"
        parts.append(note(element("strong", f"usual, {spec.says}: "), said))
    if unset:
        parts.append(note(element("strong", "not set: "), ", ".join(unset)))
    # Some rule never applies: DOSE-CLOSE gives way to a pace, and without one others are off.
    parts.append(note(element("strong", "rules that do not apply: "), ", ".join(silent)))
    if care.severities:
        shown = ", ".join(f"{rule} {severity_words(said)}" for rule, said in care.severities)
        parts.append(note(element("strong", "severities of its own: "), shown))
    return root(*parts)


def _set(name: str, care: CareProtocol) -> tuple[str, ...]:
    dated = [setting for setting in care.settings if setting.limit == name]
    latest, earlier = dated[-1], dated[:-1]
    value = in_words(latest.value)
    if earlier:
        before = "; ".join(_earlier(setting) for setting in reversed(earlier))
        value = joined([value, element("div", f"before: {before}", style=ASIDE)])
    return name, LIMIT_OF_NAME[name].says, value, _since(latest), str(latest.citation)


def _earlier(setting: Setting) -> str:
    value = "not set" if setting.value == OFF else in_words(setting.value)
    since = _since(setting)
    return f"{value} (since {since})" if since else value


def _since(setting: Setting) -> str:
    return "" if setting.since is None else spoken_day(setting.since.toordinal())


def difference_text(difference: Difference) -> str:
    """The answer first, then limits, rules, severities, and the plan's findings."""
    lines = [_answer(difference, "->")]
    if difference.on is not None:
        lines.append(f"  {_limits_on(difference.on)}")
    for change in difference.limits:
        lines += _limit(change)
    for house in difference.house_rules:
        lines += wrapped(f"{_changed(house)}: {house.says}", 2, 4)
        lines += wrapped(_sources(*_citations(house)), 4)
    for usual in difference.usual:
        lines += wrapped(f"usual {usual.name} ({usual.change}): {usual.says}", 2, 4)
        lines += wrapped(_sources(usual.cited_before, usual.cited_after), 4)
    for dates in difference.dates:
        lines += wrapped(f"{_dated(dates)}: {dates.says}", 2, 4)
    for label, names in _switched(difference):
        lines += wrapped(f"{label}: {names}", 2, 4)
    for severity in difference.severities:
        lines.append(f"  severity of {_shift(severity, '->')}")
    return "\n".join([*lines, *_plan(difference)])


def _limit(change: LimitChange) -> Iterator[str]:
    yield from wrapped(f"{change.limit} ({_DIRECTIONS[change.direction]}): {change.says}", 2, 4)
    yield from wrapped(f"read by {', '.join(change.rules)}", 4)
    yield from wrapped(_sources(change.cited_before, change.cited_after), 4)


def _changed(change: HouseRuleChange, sign: str = "") -> str:
    """Which house rule changes, and how: where it is in force in both, which way."""
    if change.change != "changed":
        return f"house rule {change.rule} ({change.change})"
    if "form" in change.parts:
        return f"house rule {change.rule} ({sign}{_DIRECTIONS[change.direction]})"
    return f"house rule {change.rule} (other {listed(_NAMES_OF[part] for part in change.parts)})"


def _dated(change: DatesChange) -> str:
    return f"{change.subject}, for courses that begin {change.beginning}"


def _citations(change: HouseRuleChange) -> tuple[Citation | None, Citation | None]:
    """Who asked for a house rule, and who does."""
    before, after = (
        None if line is None else line.citation for line in (change.before, change.after)
    )
    return before, after


def _sources(before: Citation | None, after: Citation | None) -> str:
    sources = [] if after is None else [f"source: {after}"]
    return "; ".join([*sources, *([] if before is None else [f"before: {before}"])])


def _plan(difference: Difference) -> Iterator[str]:
    if difference.plan is None:
        return
    if not difference.gained and not difference.lost:
        yield f"  {difference.plan}: the same findings"
    for sign, findings in (("+", difference.gained), ("-", difference.lost)):
        for finding in findings:
            yield from wrapped(f"{sign} {_finding(finding)}", 2, 4)


def _finding(finding: Finding) -> str:
    return f"{finding.rule} ({finding.severity}, {finding.verdict}): {finding.message}"


def difference_html(difference: Difference) -> str:
    """The answer, then limits, rules, severities, and the plan's findings."""
    parts: list[str] = [heading(_answer(difference, "\u2192"))]
    if difference.on is not None:
        parts.append(line(_limits_on(difference.on)))
    if difference.limits:
        parts.append(_changes(difference))
    for house in difference.house_rules:
        label = element("strong", f"{_changed(house, _ARROWS[house.direction] + ' ')}: ")
        parts.append(note(label, f"{house.says} ({_sources(*_citations(house))})"))
    for usual in difference.usual:
        label = element("strong", f"usual {usual.name} ({usual.change}): ")
        cited = _sources(usual.cited_before, usual.cited_after)
        parts.append(note(label, f"{usual.says} ({cited})"))
    told = [(_dated(dates), dates.says) for dates in difference.dates]
    told += _switched(difference, "rules ")
    if difference.severities:
        shifts = (_shift(severity, "\u2192") for severity in difference.severities)
        told.append(("severities", ", ".join(shifts)))
    parts += [note(element("strong", f"{label}: "), names) for label, names in told]
    parts += _findings(difference)
    return root(*parts)


def _changes(difference: Difference) -> Markup:
    rows = []
    for change in difference.limits:
        arrow = f"{_ARROWS[change.direction]} {_DIRECTIONS[change.direction]}"
        cited = f"source, before: {change.cited_before}"
        if change.cited_after is not None:
            cited = f"source: {change.cited_after}"
        source = element("div", cited, style=ASIDE)
        rows.append(
            (
                change.limit,
                joined([LIMIT_OF_NAME[change.limit].says, source]),
                _value(change.before),
                _value(change.after),
                arrow,
                ", ".join(change.rules),
            )
        )
    return table(_CHANGES, rows, label="Limits that differ", more="limits")


def _value(value: object) -> str:
    return "not set" if value is None else in_words(value)


def _findings(difference: Difference) -> Iterator[Markup]:
    if difference.plan is None:
        return
    if not difference.gained and not difference.lost:
        yield note(f"{difference.plan}: the same findings")
    for label, findings in (
        ("new findings", difference.gained),
        ("findings that are gone", difference.lost),
    ):
        if findings:
            told = f"{difference.plan}: {label} ({len(findings)})"
            yield caption(told)
            yield findings_list(findings, told)


def _answer(difference: Difference, arrow: str) -> str:
    answer = "no difference" if difference.same else "they differ"
    told = ["call other things usual"] if _other_usual(difference) else []
    told += ["word house rules otherwise"] if difference.house_rules else []
    if difference.same and told:
        answer = f"they judge alike, and {' and '.join(told)}"
    return f"{difference.before} {arrow} {difference.after}: {answer}"


def _other_usual(difference: Difference) -> bool:
    return bool(difference.usual or difference.dates)


def _limits_on(date: dt.date) -> str:
    return f"limits on {spoken_day(date.toordinal())}"


def _switched(difference: Difference, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The rules that are switched on or off, and the limits that are only cited anew."""
    for label, names in (
        (f"{prefix}switched on", difference.switched_on),
        (f"{prefix}switched off", difference.switched_off),
        ("same value, other source", difference.cited_anew),
    ):
        if names:
            yield label, ", ".join(names)


def _shift(change: SeverityChange, arrow: str) -> str:
    before, after = (
        "the rule's own" if severity is None else severity_words(severity)
        for severity in (change.before, change.after)
    )
    return f"{change.rule}: {before} {arrow} {after}"


_HEADINGS: Final = {
    "no-effect": "no effect",
    "leans": "speaks only where another is set",
    "first-line": "begins with a date",
}


def lint_text(lint: Lint) -> str:
    """The answer first, then each stretch of dates, then what has no effect, or less."""
    lines = [f"{lint.protocol}: {'ok' if lint.ok else 'not ok'}"]
    for stretch, beginning in zip(lint.stretches, beginnings(lint), strict=True):
        lines += _stretch(stretch, beginning)
    for kind in REMARK_KINDS:
        told = [remark for remark in lint.remarks if remark.kind == kind]
        lines += [f"  {_HEADINGS[kind]}"] if told else []
        for remark in told:
            lines += wrapped(remark_words(remark), 4, 6)
    return "\n".join(lines)


def _stretch(stretch: Stretch, beginning: str) -> Iterator[str]:
    answer = "satisfiable" if stretch.satisfiable else "not satisfiable"
    answer = "not known" if stretch.undecided else answer
    yield f"  courses that begin {beginning}: {answer}"
    if stretch.course is not None:
        yield from _wrapped("a lawful course", stretch.course or "one without sessions")
    if stretch.reason is not None:
        yield from _wrapped("why" if stretch.undecided else "conflict", stretch.reason)
    for one in stretch.conflict:
        yield from wrapped(f"{one.name}: {one.asks} ({one.citation})", 6, 8)
    for silent in stretch.never:
        yield from _wrapped("never fires", f"{silent.rule}; {silent.reason}")
    for silent in stretch.covered:
        yield from _wrapped("adds nothing", f"{silent.rule}; {silent.reason}")
    yield from _wrapped("off", ", ".join(stretch.off))


def _wrapped(label: str, text: str) -> list[str]:
    return wrapped(f"{label}: {text}", 4, 6)


TEXT: Final = {Difference: difference_text, Lint: lint_text}
HTML: Final = {CareProtocol: protocol_html, Difference: difference_html}
