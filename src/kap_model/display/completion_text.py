"""A completion as text: what to book, in order, and what people have to record."""

from __future__ import annotations

from kap_model._time import Zone
from kap_model.display.text import table, wrapped
from kap_model.planning.completions.completions import Completion
from kap_model.sessions import Session


def session_row(session: Session, local: Zone) -> tuple[str, ...]:
    """A session as a row of a list: when, what and where."""
    return (local.spoken(session.begins), session.kind, f"{session.minutes} min", session.place)


def completion_text(completion: Completion) -> str:
    """The sessions to book with weekday and date, then needs, reason and history."""
    local = completion.plan.zone
    added = completion.added
    count = f"{len(added)} session{'' if len(added) == 1 else 's'} to book"
    lines = [f"{completion.plan.id}: {count if added else 'nothing to book'}"]
    if added:
        lines += [f"  {line}" for line in table([session_row(s, local) for s in added])]
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
