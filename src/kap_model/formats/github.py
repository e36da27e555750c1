"""Annotations of GitHub Actions: a workflow command on each line."""

from __future__ import annotations

from collections.abc import Iterable

from kap_model.formats._places import Region
from kap_model.formats.checked import Checked
from kap_model.formats.failing import level
from kap_model.report import Finding


def as_github(checked: Iterable[Checked]) -> str:
    """The annotations of documents, in order; a document without findings has none."""
    return "".join(github_lines(one) for one in checked)


def github_lines(checked: Checked) -> str:
    """The annotations of one document: a line for each finding, or for each problem."""
    if checked.report is None:
        region = Region(checked.line or 1, 1, checked.line or 1, 1)
        return "".join(
            _command("error", checked.name, region, "document not usable", str(problem))
            for problem in checked.problems
        )
    plan = checked.report.plan
    return "".join(_annotation(checked, plan, finding) for finding in checked.report.findings)


def _annotation(checked: Checked, plan: str, finding: Finding) -> str:
    # What is waived stays visible, but quiet.
    loud = "note" if finding.waived else level(finding)
    waived = ", waived" if finding.waived else ""
    title = f"{finding.rule} {finding.verdict}{waived} in {plan}"
    due = "" if finding.due is None else f"\nDue: {finding.due}"
    _, region = checked.regions(finding)[0]
    return _command(
        "notice" if loud == "note" else loud,
        checked.name,
        region,
        title,
        f"{finding.message}{due}\nSource: {finding.citation}",
    )


def _command(word: str, file: str, region: Region, title: str, message: str) -> str:
    properties = {"file": file, "line": region.line, "endLine": region.end_line}
    # Columns are for what stands on one line; theirs end with the last character, not after it.
    if region.line == region.end_line and region.end_column > region.column:
        properties |= {"col": region.column, "endColumn": region.end_column - 1}
    properties["title"] = title
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{word} {written}::{_data(message)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
