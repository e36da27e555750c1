"""Reports and their findings, as text and as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from kap_model._time import zone
from kap_model.display._html import (
    ASIDE,
    ON_HUE,
    PENDING_HUE,
    SATISFIED_HUE,
    VIOLATED_HUE,
    Column,
    Markup,
    caption,
    element,
    folded,
    heading,
    joined,
    line,
    note,
    root,
    table,
)
from kap_model.display._text import wrapped
from kap_model.report import VERDICTS, Finding, Report
from kap_model.rules._rule import count
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import Session
from kap_model.timeline import in_canonical_order

if TYPE_CHECKING:
    from kap_model.display._marks import Marked

_SOURCES: Final = {
    "argument": "as asked",
    "plan": "named by the plan",
    "default": "the default, for the plan names none",
}
_HEADINGS: Final[dict[str, str]] = {
    "violated": "Violated",
    "unknown": "Unknown: only a person can record it",
    "pending": "Pending: still to come",
}
_FINDINGS: Final[tuple[tuple[str, Column], ...]] = (
    ("", "short"),
    ("rule", "short"),
    ("verdict", "short"),
    ("severity", "short"),
    ("sessions", "short"),
    ("opens", "moment"),
    ("due", "moment"),
    ("what", "prose"),
)
_LISTED: Final[tuple[tuple[str, Column], ...]] = (
    ("rule", "short"),
    ("severity", "short"),
    ("what", "prose"),
)
_MOST_NAMED: Final = 6


def _answer(report: Report) -> str:
    if not report.ok:
        return "not ok"
    return "ok" if report.confirmed else "ok, not confirmed"


def _judged(report: Report) -> Iterator[str]:
    """By which protocol, when, and how many rules have each verdict."""
    yield f"protocol {report.protocol} ({_SOURCES[report.protocol_source]})"
    if report.instant is not None:
        yield f"as of {zone(report.timezone).spoken(report.instant)}, {report.timezone}"
    elif any(finding.breach.nature == "missing" for finding in report.findings):
        yield "judged as a whole, at no moment: what is missing counts as missing"
    verdicts = list(report.rules.values())
    counted = ", ".join(
        f"{verdicts.count(verdict)} {verdict.replace('-', ' ')}"
        for verdict in VERDICTS
        if verdict in verdicts
    )
    yield f"rules: {counted}"


def report_text(report: Report) -> str:
    """A report: the answer first, then findings by verdict, each with due date and source."""
    lines = [f"{report.plan}: {_answer(report)}", *(f"  {told}" for told in _judged(report))]
    for verdict, title in _HEADINGS.items():
        findings = [finding for finding in report.findings if finding.verdict == verdict]
        if findings:
            lines += ["", title]
            for finding in findings:
                lines += _finding(finding)
    return "\n".join(lines)


def _finding(finding: Finding) -> Iterator[str]:
    words = finding.words
    waived = ", waived" if finding.waived else ""
    yield from wrapped(f"{finding.rule} ({finding.severity}{waived}): {words.message}", 2, 4)
    if words.observed is not None and words.required is not None:
        yield from wrapped(f"found: {words.observed}; required: {words.required}", 4)
    window = _window(finding)
    if window:
        yield from wrapped(window, 4)
    action = None if finding.waived else finding.action
    if action is not None:
        yield from wrapped(f"to do: {action}", 4)
    yield from wrapped(f"source: {finding.citation}", 4)


def _window(finding: Finding) -> str:
    opens, closes = finding.breach.opens, finding.breach.closes
    speak = zone(finding.timezone).spoken
    parts = []
    if opens is not None:
        parts.append(f"from {speak(opens)}")
    if closes is not None:
        due = "was due by" if finding.verdict == "violated" else "due by"
        parts.append(f"{due} {speak(closes)}")
    return ", ".join(parts)


def answer(report: Report) -> Markup:
    """``ok`` or not, with a sign of its own shape."""
    sign, hue = "\u2717", VIOLATED_HUE
    if report.ok:
        sign, hue = "\u2713", SATISFIED_HUE if report.confirmed else PENDING_HUE
    box = element(
        "span",
        sign,
        aria_hidden="true",
        style=f"display:inline-block;width:20px;margin-right:6px;text-align:center;"
        f"font-weight:700;background:{hue};color:{ON_HUE}",
    )
    return joined([box, _answer(report)])


def judged(report: Report) -> Markup:
    """By which protocol, when, and how many rules have each verdict."""
    return joined(line(told) for told in _judged(report))


def findings_table(marked: Sequence[Marked]) -> Markup:
    """Findings in full: what a report shows."""
    rows = [(*_start(one), _message(one.finding)) for one in marked]
    return table(_FINDINGS, rows, label="Findings", more="findings")


def findings_outline(marked: Sequence[Marked]) -> Markup:
    """Findings by their titles: what a plan shows.

    A finding's own message may name what is recorded of the client; only a report shows it.
    """
    rows = [(*_start(one), one.finding.title) for one in marked]
    return table(_FINDINGS, rows, label="Findings", more="findings")


def findings_list(findings: Iterable[Finding], label: str) -> Markup:
    """Findings without marks in a picture."""
    rows = [(finding.rule, finding.severity, finding.message) for finding in findings]
    return table(_LISTED, rows, label=label, more="findings")


def _start(one: Marked) -> tuple[str, ...]:
    finding = one.finding
    breach, speak = finding.breach, zone(finding.timezone).spoken
    severity = f"{finding.severity}, waived" if finding.waived else finding.severity
    return (
        one.tag,
        finding.rule,
        finding.verdict,
        severity,
        _named(breach.sessions),
        "" if breach.opens is None else speak(breach.opens),
        "" if breach.closes is None else speak(breach.closes),
    )


def _named(sessions: Iterable[Session]) -> str:
    """Ids of sessions in running text; of many, the first ones and a number."""
    ids = list(dict.fromkeys(session.id for session in sessions))
    told = ", ".join(ids[:_MOST_NAMED])
    return told if len(ids) <= _MOST_NAMED else f"{told} and {len(ids) - _MOST_NAMED:,} more"


def _message(finding: Finding) -> Markup:
    words, action = finding.words, None if finding.waived else finding.action
    told = [] if action is None else [element("div", f"to do: {action}")]
    source = element("div", f"source: {finding.citation}", style=ASIDE)
    return joined([words.message, *told, source])


def rule_sentences(report: Report) -> dict[str, str]:
    """What each rule of the catalogue says, and each house rule that is in force."""
    house = {rule.id: rule.sentence for rule in report.house_rules}
    return {id: rule.says for id, rule in RULE_OF_ID.items()} | house


def report_html(report: Report) -> str:
    """A report; it holds no plan, so its picture has the sessions that findings name."""
    # Late, here and below: text is shown far oftener than a page, and need not load what draws.
    from kap_model.display._marks import numbered

    marked = numbered(report.findings)
    parts: list[str] = [heading(f"{report.plan}: ", answer(report)), judged(report)]
    if marked:
        parts += [
            *_picture(report, marked),
            caption(count(len(marked), "finding")),
            findings_table(marked),
        ]
    parts.append(_rules(report))
    return root(*parts)


def _picture(report: Report, marked: tuple[Marked, ...]) -> list[Markup]:
    """What findings name; nothing where they name no session and no window."""
    from kap_model.display.timeline import Scene, picture

    sessions = {s.id: s for finding in report.findings for s in finding.breach.sessions}
    scene = Scene(
        f"What the findings on {report.plan} name",
        in_canonical_order(tuple(sessions.values())),
        zone(report.timezone),
        marked,
        report.instant,
    )
    if not sessions and not scene.windows:
        return []
    return [picture(scene), note("Only the sessions that findings name are drawn.")]


def _rules(report: Report) -> Markup:
    """Every rule by verdict, the worst first."""
    verdicts, sentences = report.rules, rule_sentences(report)
    rows = [
        (rule, verdict.replace("-", " "), sentences.get(rule, ""))
        for wanted in VERDICTS
        for rule, verdict in verdicts.items()
        if verdict == wanted
    ]
    written = table(
        (("rule", "short"), ("verdict", "short"), ("what it says", "prose")),
        rows,
        label="Rules by verdict",
        more="rules",
    )
    return folded(f"Rules ({len(rows)})", written, is_open=False)


TEXT: Final = {Report: report_text}
HTML: Final = {Report: report_html}
