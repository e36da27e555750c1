"""Next steps as a list of things to do, with dates as a person would say them."""

from __future__ import annotations

from collections.abc import Iterator

from kap_model._time import Zone, zone
from kap_model.display.text import wrapped
from kap_model.planning.steps.steps import NextSteps, Step


def steps_text(steps: NextSteps) -> str:
    """What to do, the soonest due first, then what the plan violates already."""
    return "\n".join([*_head(steps), *_list(steps), *_history(steps)])


def _head(steps: NextSteps) -> Iterator[str]:
    spoken = zone(steps.timezone).spoken(steps.instant)
    yield f"{steps.plan}: next steps as of {spoken}, {steps.timezone}"
    yield f"  protocol {steps.protocol}"
    if steps.halted:
        yield from wrapped(
            "halted: the medical partner found the client ineligible or stopped treatment; only "
            "what is owed for dosings that were held, and what is to be recorded",
            2,
        )


def _list(steps: NextSteps) -> Iterator[str]:
    yield ""
    if not steps.steps:
        yield "Nothing to do."
    for number, step in enumerate(steps.steps, 1):
        head = f"{number}. "
        line = f"{head}{_line(step, steps)} [{', '.join(step.rules)}]"
        if not step.rules:
            line = f"{head}{_line(step, steps)}"
        yield from wrapped(line, 0, len(head))
        yield from wrapped(step.says, len(head))


def _line(step: Step, steps: NextSteps) -> str:
    """``integration, required: due by Mon 18 Jan 2027 at 13:00, from Fri 15 Jan 2027 at 11:00``."""
    where = zone(steps.timezone)
    what = " ".join([step.noun, *step.sessions]) if step.kind == "record" else step.noun
    answer = "required" if step.required else "optional"
    times = [time for time in (_due(step, steps, where), _earliest(step, where)) if time]
    return f"{what}, {answer}: {', '.join(times)}" if times else f"{what}, {answer}"


def _due(step: Step, steps: NextSteps, where: Zone) -> str:
    if step.due is None:
        return ""
    spoken = where.spoken(step.due)
    return f"overdue since {spoken}" if steps.is_overdue(step) else f"due by {spoken}"


def _earliest(step: Step, where: Zone) -> str:
    if step.kind == "record":
        return ""
    if step.earliest is None:
        return f"no lawful start as things stand: {' and '.join(step.earliest_rules)}"
    return f"from {where.spoken(step.earliest)}"


def _history(steps: NextSteps) -> Iterator[str]:
    if steps.findings:
        yield ""
        yield "Violated already, and not undone by any step"
        for finding in steps.findings:
            yield from wrapped(f"{finding.rule} ({finding.severity}): {finding.message}", 2, 4)
