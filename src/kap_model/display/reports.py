"""Reports and their findings, as text and as pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar

from kap_model._time import city, spoken_date, spoken_day, zone
from kap_model.breach import called, count
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
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import Session
from kap_model.timeline import in_canonical_order
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    from kap_model.display._marks import Marked

T = TypeVar("T")

_SOURCES: Final = {
    "argument": "as asked",
    "plan": "named by the plan",
    "default": "the default, for the plan names none",
}
_HEADINGS: Final[dict[str, str]] = {
    "violated": "Violated",
    "unknown": "Not recorded yet",
    "pending": "Still to do",
}
_ANSWERS: Final = {
    "stopped": "STOP",
    "problem": "Problem",
    "record-first": "Record first",
    "follows": "Follows the protocol",
}
_SIGNS: Final = {
    "stopped": ("\u2717", VIOLATED_HUE),
    "problem": ("\u2717", VIOLATED_HUE),
    "record-first": ("?", PENDING_HUE),
    "on-track": ("\u2713", PENDING_HUE),
    "follows": ("\u2713", SATISFIED_HUE),
}
_FOR_EACH: Final = ("decider", "standing", "condition", "supply")
"""Values that are the cause of a finding: those of one cause are told together."""
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
_FINDING: Final = attrgetter("finding")
_MOST_NAMED: Final = 6
_MOST_TOLD: Final = 12
"""So many findings of a group a page tells."""


def _answer(report: Report) -> str:
    state = report.state
    if state != "on-track":
        return _ANSWERS[state]
    open_ones = [one for one in report.findings if one.verdict == "pending" and not one.waived]
    return f"On track, {count(len(open_ones), 'thing')} to do"


def _judged(report: Report) -> Iterator[str]:
    """By which protocol, when, how many rules have each verdict, and what is not checked."""
    yield f"protocol {report.protocol} ({_SOURCES[report.protocol_source]})"
    if report.instant is None:
        yield "as a finished plan"
    else:
        yield f"as of {zone(report.timezone).spoken(report.instant)} ({city(report.timezone)})"
    verdicts = list(report.rules.values())
    counted = ", ".join(
        f"{verdicts.count(verdict)} {verdict.replace('-', ' ')}"
        for verdict in VERDICTS
        if verdict in verdicts and verdict != "not-applicable"
    )
    yield f"{report.checked} of {len(verdicts)} rules checked: {counted}"
    if report.not_checked:
        yield "not checked, because the protocol sets no limit: " + ", ".join(report.not_checked)


def report_text(report: Report, *, full: bool = False) -> str:
    """A report: the answer first, then findings by verdict, each with due date and source.

    Findings of one rule and one cause are told together, unless it is to be told in full.
    """
    lines = [f"{report.plan}: {_answer(report)}"]
    for told in _judged(report):
        lines += wrapped(told, 2, 4)
    for verdict, title in _HEADINGS.items():
        findings = [finding for finding in report.findings if finding.verdict == verdict]
        if findings:
            lines += ["", title]
            for group in (
                [[one] for one in findings] if full else grouped(findings, lambda one: one)
            ):
                lines += _told(group)
    return "\n".join(lines)


def grouped(items: Iterable[T], finding_of: Callable[[T], Finding]) -> list[list[T]]:
    """What is about findings of one rule, verdict and cause, in the order of the first of each.

    A finding that names no session stands alone, for nothing else would tell it from another.
    """
    groups: dict[tuple[object, ...], list[T]] = {}
    for item in items:
        finding = finding_of(item)
        values, alone = finding.values, () if finding.sessions else (len(groups),)
        cause = (finding.code, *(values.get(name) for name in _FOR_EACH), *alone)
        key = (finding.verdict, finding.severity, finding.waiver, finding.citation, *cause)
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _told(group: Sequence[Finding]) -> Iterator[str]:
    """The first of a group in full, then the others by their sessions."""
    finding, *others = group
    words, waiver = finding.words, finding.waiver
    waived = ", waived" if waiver is not None else ""
    yield from wrapped(f"{finding.rule} ({finding.severity}{waived}): {words.message}", 2, 4)
    if words.observed is not None and words.required is not None:
        yield from wrapped(f"found: {words.observed}; required: {words.required}", 4)
    window = _window(finding)
    if window:
        yield from wrapped(window, 4)
    action = None if finding.waived else finding.action
    if action is not None:
        yield from wrapped(f"to do: {action}", 4)
    if others:
        yield from wrapped(likewise(others), 4)
    if waiver is not None:
        yield from wrapped(accepted(waiver), 4)
    yield from wrapped(f"source: {finding.citation}", 4)


def likewise(findings: Sequence[Finding], most: int | None = None) -> str:
    """Further findings of a group: the last session of each, with its due date or its day."""
    told = []
    for finding in findings[:most]:
        session = finding.breach.sessions[-1]
        day = zone(finding.timezone).day(session.begins)
        told.append(f"{called(session)} ({_due(finding) or spoken_day(day)})")
    left = len(findings) - len(told)
    more = f" and {left:,} more" if left else ""
    return f"likewise: {', '.join(told)}{more}"


def _due(finding: Finding) -> str:
    closes = finding.breach.closes
    due = "was due by" if finding.verdict == "violated" else "due by"
    return "" if closes is None else f"{due} {zone(finding.timezone).spoken(closes)}"


def accepted(waiver: Waiver) -> str:
    """Who accepted a finding, when and why."""
    until = "" if waiver.until is None else f" until {spoken_date(waiver.until)}"
    return f"accepted by {waiver.by} on {spoken_date(waiver.on)}{until}: {waiver.reason}"


def _window(finding: Finding) -> str:
    opens, closes = finding.breach.opens, finding.breach.closes
    speak = zone(finding.timezone).spoken
    parts = []
    if opens is not None:
        parts.append(f"from {speak(opens)}")
    if closes is not None:
        parts.append(_due(finding))
    return ", ".join(parts)


def answer(report: Report) -> Markup:
    """The state of the course, with a sign of its own shape."""
    sign, hue = _SIGNS[report.state]
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
    groups = grouped(marked, _FINDING)
    rows = [(*_start(group), _message([one.finding for one in group])) for group in groups]
    return table(_FINDINGS, rows, label="Findings", more="findings")


def findings_outline(marked: Sequence[Marked]) -> Markup:
    """Findings by their titles: what a plan shows.

    A finding's own message may name what is recorded of the client; only a report shows it.
    """
    rows = [(*_start(group), group[0].finding.title) for group in grouped(marked, _FINDING)]
    return table(_FINDINGS, rows, label="Findings", more="findings")


def findings_list(findings: Iterable[Finding], label: str) -> Markup:
    """Findings without marks in a picture."""
    rows = [(finding.rule, finding.severity, finding.message) for finding in findings]
    return table(_LISTED, rows, label=label, more="findings")


def _start(group: Sequence[Marked]) -> tuple[Markup | str, ...]:
    finding = group[0].finding
    breach, speak = finding.breach, zone(finding.timezone).spoken
    severity = f"{finding.severity}, waived" if finding.waived else finding.severity
    return (
        joined([element("div", one.tag) for one in group[:_MOST_TOLD]]),
        finding.rule,
        finding.verdict,
        severity,
        _named(session for one in group for session in one.finding.breach.sessions),
        "" if breach.opens is None else speak(breach.opens),
        "" if breach.closes is None else speak(breach.closes),
    )


def _named(sessions: Iterable[Session]) -> str:
    """Ids of sessions in running text; of many, the first ones and a number."""
    ids = list(dict.fromkeys(session.id for session in sessions))
    told = ", ".join(ids[:_MOST_NAMED])
    return told if len(ids) <= _MOST_NAMED else f"{told} and {len(ids) - _MOST_NAMED:,} more"


def _message(group: Sequence[Finding]) -> Markup:
    finding, *others = group
    words, action = finding.words, None if finding.waived else finding.action
    told = [] if action is None else [element("div", f"to do: {action}")]
    if others:
        told.append(element("div", likewise(others, _MOST_TOLD)))
    if finding.waiver is not None:
        told.append(element("div", accepted(finding.waiver)))
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
