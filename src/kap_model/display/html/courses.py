"""What planning gives as pages: next steps, completions, repairs."""

from __future__ import annotations

from typing import Final

from kap_model._time import zone
from kap_model.display.html.elements import Markup, element
from kap_model.display.html.findings import findings_list
from kap_model.display.html.plans import plan_page
from kap_model.display.html.tables import Column, caption, heading, line, note, root, table
from kap_model.planning.completions.completions import Completion
from kap_model.planning.repairs.repairs import Repair
from kap_model.planning.steps.steps import NextSteps, Step
from kap_model.report import Finding
from kap_model.rules._rule import count, noun
from kap_model.sessions import Session

_STEPS: Final[tuple[tuple[str, Column], ...]] = (
    ("", "number"),
    ("what", "short"),
    ("", "short"),
    ("due", "short"),
    ("earliest", "short"),
    ("rules", "prose"),
    ("why", "prose"),
)
_ADDED: Final[tuple[tuple[str, Column], ...]] = (
    ("session", "short"),
    ("kind", "short"),
    ("start", "short"),
    ("minutes", "number"),
    ("place", "short"),
)
_CHANGES: Final[tuple[tuple[str, Column], ...]] = (
    ("", "short"),
    ("session", "short"),
    ("kind", "short"),
    ("from", "short"),
    ("to", "short"),
    ("rules", "prose"),
)


def steps_html(steps: NextSteps) -> str:
    """What to do, the soonest due first, then what the plan violates already."""
    local = zone(steps.timezone)
    parts: list[str] = [
        heading(f"{steps.plan}: {count(len(steps.steps), 'next step')}"),
        line(f"as of {local.spoken(steps.instant)}, {steps.timezone}; protocol {steps.protocol}"),
    ]
    if steps.halted:
        parts.append(
            note("Halted: the medical partner found the client ineligible or stopped treatment.")
        )
    rows = [_step(number, step, steps) for number, step in enumerate(steps.steps, 1)]
    parts.append(
        table(_STEPS, rows, label="Next steps", more="steps") if rows else line("Nothing to do.")
    )
    parts += _listed("violated already, and not undone by any step", steps.findings)
    return root(*parts)


def _step(number: int, step: Step, steps: NextSteps) -> tuple[str, ...]:
    speak = zone(steps.timezone).spoken
    due: str = "" if step.due is None else speak(step.due)
    if steps.is_overdue(step):
        due = element("strong", f"overdue since {due}")
    earliest = "" if step.earliest is None else speak(step.earliest)
    if step.earliest is None and step.kind != "record":
        earliest = f"none: {', '.join(step.earliest_rules)}"
    what = " ".join([step.noun, *step.sessions]) if step.kind == "record" else step.noun
    required = element("strong", "required") if step.required else "optional"
    return f"{number}", what, required, due, earliest, ", ".join(step.rules), step.says


def completion_html(completion: Completion) -> str:
    """The sessions to book, what people have to record, and the whole plan."""
    plan = completion.plan
    added = completion.added
    booked = f"{count(len(added), 'session')} to book" if added else "nothing to book"
    parts: list[str] = [heading(f"{plan.id}: {booked}")]
    if completion.reason is not None:
        parts.append(note(completion.reason))
    if added:
        speak = plan.zone.spoken
        rows = [(s.id, noun(s), speak(s.begins), f"{s.minutes}", s.place) for s in added]
        parts.append(table(_ADDED, rows, label="Sessions to book", more="sessions"))
    parts += _listed("to be recorded by people", completion.needs)
    parts += _listed("violated before", completion.findings)
    return root(*parts, caption("the completed plan"), plan_page(plan))


def repair_html(repair: Repair) -> str:
    """What to change, and the repaired plan."""
    plan = repair.plan
    changes = repair.changes
    told = count(len(changes), "change") if changes else "nothing to repair"

    def start(session: Session | None) -> str:
        return "" if session is None else plan.zone.spoken(session.begins)

    rows = [
        (
            element("strong", change.action),
            change.session.id,
            noun(change.session),
            start(change.before),
            start(change.after),
            ", ".join(change.rules),
        )
        for change in changes
    ]
    parts: list[str] = [heading(f"{plan.id}: {told}")]
    if rows:
        parts.append(table(_CHANGES, rows, label="Changes", more="changes"))
    return root(*parts, caption("the repaired plan"), plan_page(plan, repair.report))


def _listed(told: str, findings: tuple[Finding, ...]) -> list[Markup]:
    return [caption(told), findings_list(findings, told)] if findings else []
