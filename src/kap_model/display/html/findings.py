"""Findings and the answer they make, as a plan and a report show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kap_model._time import zone
from kap_model.display.html import style
from kap_model.display.html.elements import Markup, element, joined
from kap_model.display.html.signs import Marked, named, tag
from kap_model.display.html.tables import Column, line, table
from kap_model.display.text import SOURCES, counted_text, moment_text
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULE_OF_ID

_COLUMNS: Final[tuple[tuple[str, Column], ...]] = (
    ("", "short"),
    ("rule", "short"),
    ("verdict", "short"),
    ("severity", "short"),
    ("sessions", "short"),
    ("opens", "moment"),
    ("due", "moment"),
    ("what", "prose"),
)


def answer(report: Report) -> Markup:
    """``ok`` or not, with a sign of its own shape."""
    if not report.ok:
        return _answer("\u2717", "not ok", style.VIOLATED)
    if not report.confirmed:
        return _answer("\u2713", "ok, not confirmed", style.PENDING)
    return _answer("\u2713", "ok", style.SATISFIED)


def _answer(sign: str, says: str, hue: str) -> Markup:
    box = element(
        "span",
        sign,
        aria_hidden="true",
        style=f"display:inline-block;width:20px;margin-right:6px;text-align:center;"
        f"font-weight:700;background:{hue};color:{style.ON_HUE}",
    )
    return joined([box, says])


def judged(report: Report) -> Markup:
    """By which protocol, when, and how many rules have each verdict."""
    told = [f"protocol {report.protocol} ({SOURCES[report.protocol_source]})"]
    moment = moment_text(report)
    if moment is not None:
        told.append(moment)
    return joined([line(said) for said in (*told, f"rules: {counted_text(report)}")])


def findings_table(marked: Sequence[Marked]) -> Markup:
    """Findings in full: what a report shows."""
    rows = [(*_start(one), _message(one.finding)) for one in marked]
    return table(_COLUMNS, rows, label="Findings", more="findings")


def findings_outline(marked: Sequence[Marked]) -> Markup:
    """Findings by the sentence of their rule: what a plan shows.

    A finding's own message may name what is recorded of the client; only a report shows it.
    """
    rows = [(*_start(one), _sentence(one.finding)) for one in marked]
    return table(_COLUMNS, rows, label="Findings", more="findings")


def findings_list(findings: Iterable[Finding], label: str) -> Markup:
    """Findings without marks in a picture."""
    rows = [(finding.rule, finding.severity, finding.message) for finding in findings]
    columns: tuple[tuple[str, Column], ...] = (
        ("rule", "short"),
        ("severity", "short"),
        ("what", "prose"),
    )
    return table(columns, rows, label=label, more="findings")


def _start(one: Marked) -> tuple[str, ...]:
    finding = one.finding
    breach, speak = finding.breach, zone(finding.timezone).spoken
    severity = f"{finding.severity}, waived" if finding.waived else finding.severity
    return (
        tag(one),
        finding.rule,
        finding.verdict,
        severity,
        named(breach.sessions),
        "" if breach.opens is None else speak(breach.opens),
        "" if breach.closes is None else speak(breach.closes),
    )


def _message(finding: Finding) -> Markup:
    source = element("div", f"source: {finding.citation}", style=style.ASIDE)
    return joined([finding.message, source])


def _sentence(finding: Finding) -> str:
    rule = RULE_OF_ID.get(finding.rule)
    return "" if rule is None else rule.says
