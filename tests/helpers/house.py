"""House rules for tests: a protocol of one, and what it says of a plan."""

from __future__ import annotations

from typing import Any

import kap_model as kap
from support import SOURCE, Row, plan, rows

HOUSE = "HOUSE-RULE"


def house(form: Any, **given: Any) -> kap.CareProtocol:
    """A protocol with one house rule, and nothing else."""
    sound: dict[str, Any] = {"citation": SOURCE}
    rule = kap.HouseRule(HOUSE, form, **sound | given)
    return kap.CareProtocol(id="under-test", rules=[rule])


def judged(form: Any, line: str | kap.Plan, as_of: str | None = None) -> kap.Report:
    """What a check says of a plan under one house rule."""
    course = plan(line) if isinstance(line, str) else line
    return kap.check(course, house(form), as_of=as_of)


def found(form: Any, line: str | kap.Plan, as_of: str | None = None) -> list[Row]:
    """Its findings as rows."""
    return rows(judged(form, line, as_of), HOUSE)


def message(form: Any, line: str | kap.Plan, as_of: str | None = None) -> str:
    """What its only finding says."""
    (finding,) = [one for one in judged(form, line, as_of).findings if one.rule == HOUSE]
    return finding.message


def concerned(form: Any, line: str | kap.Plan) -> list[tuple[str, ...]]:
    """The sessions of each of its findings."""
    return [row.sessions for row in found(form, line)]
