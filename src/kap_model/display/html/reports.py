"""A report as a page: the answer, the sessions that findings name, findings, and rules."""

from __future__ import annotations

from kap_model._time import zone
from kap_model.display.html.elements import Markup
from kap_model.display.html.findings import answer, findings_table, judged
from kap_model.display.html.signs import numbered
from kap_model.display.html.tables import caption, folded, heading, note, root, table
from kap_model.display.html.timeline import Scene, picture
from kap_model.report import VERDICTS, Report
from kap_model.rules._rule import count
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.timeline import in_canonical_order


def report_html(report: Report) -> str:
    """A report; it holds no plan, so its picture has the sessions that findings name."""
    marked = numbered(report.findings)
    parts: list[str] = [heading(f"{report.plan}: ", answer(report)), judged(report)]
    if marked:
        parts += [*_picture(report), caption(count(len(marked), "finding")), findings_table(marked)]
    parts.append(_rules(report))
    return root(*parts)


def _picture(report: Report) -> list[Markup]:
    """What findings name; nothing where they name no session and no window."""
    sessions = {s.id: s for finding in report.findings for s in finding.breach.sessions}
    scene = Scene(
        f"What the findings on {report.plan} name",
        in_canonical_order(tuple(sessions.values())),
        zone(report.timezone),
        numbered(report.findings),
        report.instant,
    )
    if not sessions and not scene.windows:
        return []
    return [picture(scene), note("Only the sessions that findings name are drawn.")]


def _rules(report: Report) -> Markup:
    """Every rule by verdict, the worst first."""
    verdicts = report.rules
    rows = [
        (rule, verdict.replace("-", " "), RULE_OF_ID[rule].says if rule in RULE_OF_ID else "")
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
