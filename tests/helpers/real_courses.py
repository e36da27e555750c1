"""Real practices: the protocols that say what their pages ask, plans that keep and break them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import kap_model as kap
from kap_model.examples import plan_of
from kap_model.rules._rule import Case

HERE = Path(__file__).parents[1] / "practices"
DOCUMENTS = sorted(path.stem for path in (HERE / "protocols").iterdir())
NOT_SAID: dict[str, dict[str, str]] = json.loads((HERE / "not_said.json").read_text("utf-8"))
"""For each practice, the kind of each fact of its page that its document does not say."""


class Judged(NamedTuple):
    """A plan under a practice's protocol.

    Attributes:
        plan: The plan.
        found: The rules that it breaks, as the table says; none named = that of the line alone.
    """

    plan: kap.Plan
    found: frozenset[str]


def text_of(document: str) -> str:
    """A protocol document as it is written."""
    return (HERE / "protocols" / f"{document}.json").read_text(encoding="utf-8")


@cache
def protocol_of(document: str) -> kap.CareProtocol:
    """The protocol of a document."""
    return kap.loads_protocol(text_of(document))


def judged(entry: Any) -> Judged:
    """A line of notation, or one with facts beside it and the rules that it breaks."""
    row: dict[str, Any] = {"plan": entry} if isinstance(entry, str) else entry
    plan = plan_of(Case(row["plan"], row.get("facts", {})))
    return Judged(plan, frozenset(row.get("found", ())))


def _courses(document: str) -> Any:
    return json.loads((HERE / "courses" / f"{document}.json").read_text(encoding="utf-8"))


def keeps_of(document: str) -> Judged:
    """The plan that keeps a document's protocol."""
    return judged(_courses(document)["keeps"])


def breaks_of(document: str) -> dict[str, list[Judged]]:
    """For each line of a document, the plans that break it."""
    breaks: dict[str, list[Any]] = _courses(document)["breaks"]
    return {line: [judged(entry) for entry in entries] for line, entries in breaks.items()}


def lines_of(document: str) -> list[tuple[str, kap.Citation]]:
    """A document's lines: limits, house rules and usual values by name, each with its citation."""
    protocol = protocol_of(document)
    limits = [(setting.limit, setting.citation) for setting in protocol.settings]
    rules = [(rule.id, rule.citation) for rule in protocol.rules]
    return limits + rules + [(line.name, line.citation) for line in protocol.usual]


def said_of(document: str) -> set[str]:
    """The facts of a practice's page that its document says: where its lines are cited."""
    return {fact for _, citation in lines_of(document) for fact in citation.where.split(", ")}
