"""What planning gives, as text and as pages: next steps, completions, repairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from kap_model._time import Zone, city, zone
from kap_model.display._html import (
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
from kap_model.display._text import table as text_table, wrapped
from kap_model.display.reports import findings_list, rule_sentences
from kap_model.plan import Plan
from kap_model.planning.results import Change, Completion, Repair
from kap_model.planning.steps import NextSteps, Step
from kap_model.report import Finding, Report
from kap_model.rules._rule import count, noun
from kap_model.sessions import Session

_PLACES: Final = {"office": "at the office", "remote": "remotely"}
_STEPS: Final[tuple[tuple[str, Column], ...]] = (
    ("", "number"),
    ("when", "short"),
    ("what to do", "prose"),
    ("due", "short"),
    ("why", "prose"),
    ("rules", "prose"),
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


class _Urgent(NamedTuple):
    """Steps that are equally urgent, under a heading."""

    title: str
    steps: list[tuple[int, Step]]


_GROUPS: Final[tuple[tuple[str, str], ...]] = (
    ("stopped", "First"),
    ("overdue", "Overdue"),
    ("today", "Today"),
    ("week", "Within 7 days"),
    ("later", "Later"),
    ("optional", "Allowed, and nothing asks for it"),
)


def _grouped(steps: NextSteps) -> Iterator[_Urgent]:
    """The steps in their order, numbered through, by how urgent they are."""
    numbered = list(enumerate(steps, 1))
    for urgency, title in _GROUPS:
        its = [(n, s) for n, s in numbered if urgency == (s.urgency if s.required else "optional")]
        if its:
            yield _Urgent(title, its)


def steps_text(steps: NextSteps) -> str:
    """What to do, grouped by how soon, then what the plan violates already."""
    return "\n".join([*_head(steps), *_list(steps), *_history(steps)])


def _as_of(steps: NextSteps) -> str:
    return f"{zone(steps.timezone).spoken(steps.instant)} ({city(steps.timezone)})"


def _head(steps: NextSteps) -> Iterator[str]:
    yield f"{steps.plan}: next steps as of {_as_of(steps)}"
    yield f"  protocol {steps.protocol}"
    if steps.headline is not None:
        yield from wrapped(steps.headline, 0)


def _list(steps: NextSteps) -> Iterator[str]:
    if not steps.steps:
        yield ""
        yield "Nothing to do."
    for title, its in _grouped(steps):
        yield ""
        yield title
        for number, step in its:
            head = f"{number}. "
            for place, said in enumerate(_lines(step)):
                yield from wrapped(
                    said if place else f"{head}{said}", len(head) * (place > 0), len(head)
                )


def _lines(step: Step) -> Iterator[str]:
    """What to do; why, with the rules that say so; how far apart dosings should be."""
    rules = f" [{', '.join(step.rules)}]" if step.rules else ""
    if step.why:
        yield step.message
    yield f"{step.why or step.message}{rules}"
    if step.pace is not None:
        yield step.pace


def _history(steps: NextSteps) -> Iterator[str]:
    left = _undone_by_none(steps)
    if left:
        yield ""
        yield "Violated already, and not undone by any step"
        for finding in left:
            yield from wrapped(f"{finding.rule} ({finding.severity}): {finding.message}", 2, 4)


def _undone_by_none(steps: NextSteps) -> tuple[Finding, ...]:
    """What is violated already, but what a session that is canceled ends."""
    undone = {finding for step in steps for finding in step.findings}
    return tuple(finding for finding in steps.findings if finding not in undone)


def steps_html(steps: NextSteps) -> str:
    """What to do, grouped by how soon, then what the plan violates already."""
    local = zone(steps.timezone)
    parts: list[str] = [
        heading(f"{steps.plan}: {count(len(steps.steps), 'next step')}"),
        line(f"as of {_as_of(steps)}; protocol {steps.protocol}"),
    ]
    if steps.headline is not None:
        parts.append(note(steps.headline))
    rows = [
        _step(number, step, group.title, local)
        for group in _grouped(steps)
        for number, step in group.steps
    ]
    parts.append(
        table(_STEPS, rows, label="Next steps", more="steps") if rows else line("Nothing to do.")
    )
    parts += _listed("violated already, and not undone by any step", _undone_by_none(steps))
    return root(*parts)


def _step(number: int, step: Step, title: str, local: Zone) -> tuple[str, ...]:
    return (
        f"{number}",
        element("strong", title) if step.urgency in ("stopped", "overdue") else title,
        step.message,
        "" if step.due is None else local.spoken(step.due),
        " ".join(filter(None, [step.why, step.pace])),
        ", ".join(step.rules),
    )


def session_row(session: Session, local: Zone) -> tuple[str, ...]:
    """A session as a row of a list: when, what and where."""
    return (local.spoken(session.begins), session.kind, f"{session.minutes} min", session.place)


def completion_text(completion: Completion) -> str:
    """The sessions to book with weekday and date, then needs, reason and history."""
    local = completion.plan.zone
    added = completion.added
    lines = [_booked(completion)]
    if added:
        lines += [f"  {line}" for line in text_table([session_row(s, local) for s in added])]
    if completion.reason is not None:
        lines += ["", completion.reason]
    if completion.needs:
        lines += ["", "to be recorded by people"]
        for finding in completion.needs:
            closes = finding.breach.closes
            until = "" if closes is None else f", by {local.spoken(closes)}"
            lines += wrapped(f"{finding.message} [{finding.rule}{until}]", 2, 4)
    if completion.findings:
        lines += ["", "violated before"]
        for finding in completion.findings:
            lines += wrapped(f"{finding.message} [{finding.rule}]", 2, 4)
    return "\n".join(lines)


def _booked(completion: Completion) -> str:
    added = len(completion.added)
    told = f"{count(added, 'session')} to book" if added else "nothing to book"
    return f"{completion.plan.id}: {told}"


def completion_html(completion: Completion) -> str:
    """The sessions to book, what people have to record, and the whole plan."""
    plan = completion.plan
    added = completion.added
    parts: list[str] = [heading(_booked(completion))]
    if completion.reason is not None:
        parts.append(note(completion.reason))
    if added:
        speak = plan.zone.spoken
        rows = [(s.id, noun(s), speak(s.begins), f"{s.minutes}", s.place) for s in added]
        parts.append(table(_ADDED, rows, label="Sessions to book", more="sessions"))
    parts += _listed("to be recorded by people", completion.needs)
    parts += _listed("violated before", completion.findings)
    return root(*parts, _whole("the completed plan", plan))


def repair_text(repair: Repair) -> str:
    """What to change, a step each, with days, times and the rules that ask for it."""
    if not repair.changes:
        return f"{repair.plan.id}: nothing to repair"
    told = count(len(repair.changes), "change")
    if repair.minutes_moved:
        told += f", {count(repair.minutes_moved, 'minute')} moved"
    lines = [f"{repair.plan.id}: {told} (times in {repair.plan.timezone})", ""]
    for number, change in enumerate(repair.changes, 1):
        mark = f"{number}. "
        lines += wrapped(mark + _reasoned(change, repair), 2, 2 + len(mark))
    return "\n".join(lines)


def _reasoned(change: Change, repair: Repair) -> str:
    sentences = rule_sentences(repair.report)
    says = " ".join(f"{rule}: {sentences[rule]}" for rule in change.rules)
    return f"{_deed(change, repair)}, because {says}"


def _deed(change: Change, repair: Repair) -> str:
    session = change.session
    named = f"{noun(session)} {session.id}"
    before, after = _starts(change, repair)
    if not before:
        held = f"{count(session.minutes, 'minute')}, {_PLACES[session.place]}"
        return f"Add {named} on {after} ({held})"
    if not after:
        return f"Drop {named} of {before}"
    return f"Move {named} from {before} to {after}"


def _starts(change: Change, repair: Repair) -> tuple[str, str]:
    """When the session was to start and when it is; empty where it is added or dropped."""
    speak = repair.plan.zone.spoken
    before, after = change.before, change.after
    return (
        "" if before is None else speak(before.begins),
        "" if after is None else speak(after.begins),
    )


def repair_html(repair: Repair) -> str:
    """What to change, and the repaired plan."""
    plan, changes = repair.plan, repair.changes
    told = count(len(changes), "change") if changes else "nothing to repair"
    rows = [
        (
            element("strong", change.action),
            change.session.id,
            noun(change.session),
            *_starts(change, repair),
            ", ".join(change.rules),
        )
        for change in changes
    ]
    parts: list[str] = [heading(f"{plan.id}: {told}")]
    if rows:
        parts.append(table(_CHANGES, rows, label="Changes", more="changes"))
    return root(*parts, _whole("the repaired plan", plan, repair.report))


def _listed(told: str, findings: tuple[Finding, ...]) -> list[Markup]:
    return [caption(told), findings_list(findings, told)] if findings else []


def _whole(told: str, plan: Plan, report: Report | None = None) -> Markup:
    # Late: text is shown far oftener than a page, and need not load what draws.
    from kap_model.display.plans import plan_page

    return joined([caption(told), plan_page(plan, report)])


TEXT: Final = {
    Completion: completion_text,
    NextSteps: steps_text,
    Repair: repair_text,
}
HTML: Final = {
    Completion: completion_html,
    NextSteps: steps_html,
    Repair: repair_html,
}
