"""Reports and rules as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kap_model._time import zone
from kap_model.report import VERDICTS, Finding, Report

WIDTH: Final = 96
_HEADINGS: Final[dict[str, str]] = {
    "violated": "Violated",
    "unknown": "Unknown: only a person can record it",
    "pending": "Pending: still to come",
}
SOURCES: Final = {
    "argument": "as asked",
    "plan": "named by the plan",
    "default": "the default, for the plan names none",
}


def report_text(report: Report) -> str:
    """A report: the answer first, then findings by verdict, each with due date and source."""
    lines = list(_summary(report))
    for verdict, heading in _HEADINGS.items():
        findings = [finding for finding in report.findings if finding.verdict == verdict]
        if findings:
            lines += ["", heading]
            for finding in findings:
                lines += _finding(finding)
    return "\n".join(lines)


def _summary(report: Report) -> Iterator[str]:
    answer = "ok" if report.ok else "not ok"
    if report.ok and not report.confirmed:
        answer = "ok, not confirmed"
    yield f"{report.plan}: {answer}"
    yield f"  protocol {report.protocol} ({SOURCES[report.protocol_source]})"
    moment = moment_text(report)
    if moment is not None:
        yield f"  {moment}"
    yield f"  rules: {counted_text(report)}"


def moment_text(report: Report) -> str | None:
    """When a plan is judged; ``None`` where no moment is given and none would change a thing."""
    if report.instant is not None:
        return f"as of {zone(report.timezone).spoken(report.instant)}, {report.timezone}"
    if any(finding.breach.nature == "missing" for finding in report.findings):
        return "judged as a whole, at no moment: what is missing counts as missing"
    return None


def counted_text(report: Report) -> str:
    """How many rules have which verdict: ``26 satisfied, 4 not applicable``."""
    verdicts = list(report.rules.values())
    return ", ".join(
        f"{verdicts.count(verdict)} {verdict.replace('-', ' ')}"
        for verdict in VERDICTS
        if verdict in verdicts
    )


def _finding(finding: Finding) -> Iterator[str]:
    words = finding.words
    waived = ", waived" if finding.waived else ""
    yield from wrapped(f"{finding.rule} ({finding.severity}{waived}): {words.message}", 2, 4)
    if words.observed is not None and words.required is not None:
        yield from wrapped(f"found: {words.observed}; required: {words.required}", 4)
    window = _window(finding)
    if window:
        yield from wrapped(window, 4)
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


def wrapped(text: str, indent: int, hanging: int | None = None) -> list[str]:
    """A paragraph with its indents, at most ``WIDTH`` wide."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows in aligned columns; the last one wraps."""
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]) - 1)]
    lines = []
    for row in cells:
        head = "".join(f"{cell:{width}}  " for cell, width in zip(row, widths, strict=False))
        wraps = textwrap.wrap(row[-1], WIDTH - len(head), break_on_hyphens=False)
        lines.append(head + wraps[0])
        lines += [" " * len(head) + wrap for wrap in wraps[1:]]
    return lines


def columns(rows: Sequence[tuple[str, ...]], right: Iterable[int] = ()) -> list[str]:
    """Rows with their columns aligned, amounts to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    ends = frozenset(right)
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in ends else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        # A column that no row fills takes no room.
        filled = [cell for cell, width in zip(cells, widths, strict=True) if width]
        lines.append(f"  {'  '.join(filled)}".rstrip())
    return lines
