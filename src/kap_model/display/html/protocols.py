"""Protocols and what changes between two of them, as tables with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kap_model._time import spoken_day
from kap_model.display.difference_text import DIRECTIONS, severity_text
from kap_model.display.html import style
from kap_model.display.html.elements import Markup, element, joined
from kap_model.display.html.findings import findings_list
from kap_model.display.html.tables import Column, caption, heading, line, note, root, table
from kap_model.limits import LIMIT_OF_NAME, LIMITS
from kap_model.planning.protocols.differences import Difference
from kap_model.planning.selection import in_words
from kap_model.protocol import OFF, CareProtocol, Setting
from kap_model.rules._rule import count
from kap_model.rules.catalogue import RULES

_COLUMNS: Final[tuple[tuple[str, Column], ...]] = (
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
    """A protocol: the latest line of each limit with those before it, and what is off."""
    limits = care.limits_on(None)
    on = set(limits.citations)
    told = f"{count(len(on), 'limit')} set"
    if care.changes:
        told += f", as from {spoken_day(care.changes[-1].toordinal())} on"
    unset = [spec.name for spec in LIMITS if spec.name not in on]
    silent = [rule.id for rule in RULES if rule.reads and on.isdisjoint(rule.reads)]
    rows = [_limit(name, care) for name in limits.citations]
    parts: list[str] = [heading(care.id), line(told)]
    parts.append(table(_COLUMNS, rows, label=f"Limits of {care.id}", more="limits"))
    if unset:
        parts.append(note(element("strong", "not set: "), ", ".join(unset)))
    if silent:
        parts.append(note(element("strong", "rules that do not apply: "), ", ".join(silent)))
    if care.severities:
        shown = ", ".join(f"{rule} {severity}" for rule, severity in care.severities)
        parts.append(note(element("strong", "severities of its own: "), shown))
    return root(*parts)


def _limit(name: str, care: CareProtocol) -> tuple[str, ...]:
    dated = [setting for setting in care.settings if setting.limit == name]
    latest, earlier = dated[-1], dated[:-1]
    value = in_words(latest.value)
    if earlier:
        before = "; ".join(_earlier(setting) for setting in reversed(earlier))
        value = joined([value, element("div", f"before: {before}", style=style.ASIDE)])
    return name, LIMIT_OF_NAME[name].says, value, _since(latest), str(latest.citation)


def _earlier(setting: Setting) -> str:
    value = "not set" if setting.value == OFF else in_words(setting.value)
    since = _since(setting)
    return f"{value} (since {since})" if since else value


def _since(setting: Setting) -> str:
    return "" if setting.since is None else spoken_day(setting.since.toordinal())


def difference_html(difference: Difference) -> str:
    """The answer, then limits, rules, severities, and the plan's findings."""
    answer = "no difference" if difference.same else "they differ"
    parts: list[str] = [heading(f"{difference.before} \u2192 {difference.after}: {answer}")]
    if difference.on is not None:
        parts.append(line(f"limits on {spoken_day(difference.on.toordinal())}"))
    if difference.limits:
        parts.append(_changes(difference))
    parts += _lists(difference)
    parts += _findings(difference)
    return root(*parts)


def _changes(difference: Difference) -> Markup:
    rows = []
    for change in difference.limits:
        arrow = f"{_ARROWS[change.direction]} {DIRECTIONS[change.direction]}"
        cited = f"source, before: {change.cited_before}"
        if change.cited_after is not None:
            cited = f"source: {change.cited_after}"
        source = element("div", cited, style=style.ASIDE)
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


def _lists(difference: Difference) -> Iterator[Markup]:
    severities = [
        f"{change.rule}: {severity_text(change.before)} \u2192 {severity_text(change.after)}"
        for change in difference.severities
    ]
    for label, names in (
        ("rules switched on", difference.switched_on),
        ("rules switched off", difference.switched_off),
        ("same value, other source", difference.cited_anew),
        ("severities", severities),
    ):
        if names:
            yield note(element("strong", f"{label}: "), ", ".join(names))


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
