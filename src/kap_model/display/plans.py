"""A plan as a page: who judges it, the timeline, findings in outline, and its sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kap_model._time import spoken_day
from kap_model._values import check_instance
from kap_model.checking import check
from kap_model.display._html import (
    Column,
    Markup,
    caption,
    folded,
    heading,
    joined,
    line,
    root,
    table,
)
from kap_model.display._marks import Marked, by_session, numbered
from kap_model.display.reports import answer, findings_outline, judged
from kap_model.display.timeline import Scene, document, picture
from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.report import Report
from kap_model.rules._rule import count, noun
from kap_model.sessions import KINDS

_FOLDED_FROM: Final = 41
"""So many sessions are folded away."""
_MOST_TAGS: Final = 6
_COLUMNS: Final[tuple[tuple[str, Column], ...]] = (
    ("session", "short"),
    ("kind", "short"),
    ("start", "short"),
    ("minutes", "number"),
    ("place", "short"),
    ("status", "short"),
    ("findings", "short"),
)


def plan_html(plan: Plan, report: Report | None = None) -> str:
    """A plan, judged by the protocol that it names, or as a report says.

    Sessions are shown by kind, date, place and status; nothing that is recorded of the client is.
    """
    return root(plan_page(plan, check(plan) if report is None else report))


def plan_page(plan: Plan, report: Report | None = None) -> Markup:
    """The parts of the page; without a report the plan is not judged."""
    marked = () if report is None else numbered(report.findings)
    parts: list[str] = [heading(plan.id if report is None else f"{plan.id}: ", *_answer(report))]
    parts.append(line(_told(plan)))
    if report is not None:
        parts.append(judged(report))
    parts.append(picture(_scene(plan, report)))
    if report is not None and marked:
        parts += [caption(count(len(marked), "finding")), findings_outline(marked)]
    if plan.sessions:
        parts.append(_sessions(plan, marked))
    return joined(parts)


def _answer(report: Report | None) -> list[Markup]:
    return [] if report is None else [answer(report)]


def timeline_svg(plan: Plan, report: Report | None = None) -> str:
    """The timeline of a plan as an SVG document of its own, for a letter or a web page.

    It is drawn in dark ink on white paper, and shows sessions by kind, date and status; nothing
    that is recorded of the client is.

    Args:
        plan: The course.
        report: What a check says of it: its findings are marked, the windows of pending ones and
            the moment of judgement drawn. Absent: only the sessions are.

    Raises:
        InvalidValue: The report is none, or of a plan with another id or time zone.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    if not isinstance(plan, Plan):
        raise TypeError("timeline_svg() takes a Plan; kap_model.loads() makes one of a document")
    if report is not None:
        check_instance(report, "report", Report)
        if (report.plan, report.timezone) != (plan.id, plan.timezone):
            raise refusal("report", "must be of this plan")
    return document(_scene(plan, report))


def _scene(plan: Plan, report: Report | None) -> Scene:
    return Scene(
        f"Timeline of {plan.id}",
        plan.sessions,
        plan.zone,
        () if report is None else numbered(report.findings),
        None if report is None else report.instant,
    )


def _told(plan: Plan) -> str:
    """State, zone, dates and counts."""
    sessions = plan.sessions
    parts = [plan.state, plan.timezone]
    if sessions:
        day = plan.zone.day
        dates = [spoken_day(day(session.begins)) for session in (sessions[0], sessions[-1])]
        parts.append(" to ".join(dict.fromkeys(dates)))
    kinds = [session.kind for session in sessions]
    counts = [count(kinds.count(kind), kind.replace("-", " ")) for kind in KINDS if kind in kinds]
    total = count(len(sessions), "session")
    parts.append(f"{total}: {', '.join(counts)}" if counts else "no sessions")
    return " \u00b7 ".join(parts)


def _sessions(plan: Plan, marked: Sequence[Marked]) -> Markup:
    """The text alternative of the picture."""
    found = by_session(marked)
    rows = [
        (
            session.id,
            noun(session),
            plan.zone.spoken(session.begins),
            f"{session.minutes}",
            session.place,
            session.status,
            _tags(session.id, found),
        )
        for session in plan.sessions
    ]
    label = f"Sessions of {plan.id}, times in {plan.timezone}"
    written = table(_COLUMNS, rows, label=label, more="sessions")
    many = len(rows) >= _FOLDED_FROM
    return folded(f"Sessions ({len(rows):,})", written, is_open=not many)


def _tags(session: str, found: Mapping[str, Sequence[Marked]]) -> str:
    own = found.get(session, ())
    tags = [part for one in own[:_MOST_TAGS] for part in (one.tag, f" {one.finding.rule} ")]
    if len(own) > _MOST_TAGS:
        tags.append(f"and {len(own) - _MOST_TAGS} more")
    return joined(tags) if tags else ""


HTML: Final = {Plan: plan_html}
