"""Repairs as numbered steps that a person can follow."""

from __future__ import annotations

from typing import Final

from kap_model.display.text import wrapped
from kap_model.planning.repairs.repairs import Change, Repair
from kap_model.rules._rule import count, noun
from kap_model.rules.catalogue import RULE_OF_ID

_PLACES: Final = {"office": "at the office", "remote": "remotely"}


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
        lines += wrapped(mark + _step(change, repair), 2, 2 + len(mark))
    return "\n".join(lines)


def _step(change: Change, repair: Repair) -> str:
    says = " ".join(f"{rule}: {RULE_OF_ID[rule].says}" for rule in change.rules)
    return f"{_deed(change, repair)}, because {says}"


def _deed(change: Change, repair: Repair) -> str:
    speak = repair.plan.zone.spoken
    session, before = change.session, change.before
    named = f"{noun(session)} {session.id}"
    if before is None:
        held = f"{count(session.minutes, 'minute')}, {_PLACES[session.place]}"
        return f"Add {named} on {speak(session.begins)} ({held})"
    if change.after is None:
        return f"Drop {named} of {speak(session.begins)}"
    return f"Move {named} from {speak(before.begins)} to {speak(session.begins)}"
