"""The schema of what ``kap-model check --format json`` prints."""

from __future__ import annotations

from typing import Any, Final, get_args

from kap_model.checking import check
from kap_model.documents._schema_parts import (
    Properties,
    Schema,
    array,
    choice,
    count,
    flag,
    ref,
    strict,
    with_definitions,
)
from kap_model.notation import parse
from kap_model.protocol import SEVERITIES
from kap_model.report import VERDICTS, ProtocolSource

_FOUND: Final = tuple(v for v in VERDICTS if v not in ("satisfied", "not-applicable"))
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = "T[0-9]{2}:[0-9]{2}:[0-9]{2}"


def _or_null(description: str, **more: Any) -> Schema:
    return {"description": description, "type": ["string", "null"], **more}


def _edge(description: str) -> Schema:
    return _or_null(description, pattern=f"^{_DAY}({_CLOCK}[+-][0-9]{{2}}:[0-9]{{2}})?$")


_FINDING: Final[Properties] = {
    "rule": ref("id", "The rule's id."),
    "verdict": choice(
        _FOUND,
        "Violated; unknown: a fact is missing that a person can record; pending: something is "
        "missing and its window is not over.",
    ),
    "severity": choice(SEVERITIES, "How much it weighs, under this protocol."),
    "sessions": array(ref("id", "A session's id."), "The sessions concerned."),
    "observed": _or_null("What the plan has."),
    "required": _or_null("What the limit asks for."),
    "opens": _edge("When the window for something missing opens, in the plan's zone."),
    "due": _edge("When the window for something missing closes, in the plan's zone."),
    "message": {"description": "What is wrong, in plain English.", "type": "string"},
    "citation": ref("citation", "Who sets the limit, else who states the rule."),
    "waived": flag("Whether a waiver covers it: it stays visible and does not count."),
}
_REPORT: Final[Properties] = {
    "plan": ref("id", "The plan's id."),
    "protocol": ref("id", "The protocol's id."),
    "protocol_source": choice(
        get_args(ProtocolSource), "Whether it came as an argument, from the plan, or by default."
    ),
    "as_of": _or_null(
        "The moment of judgement in UTC; null = the plan was judged as a whole.",
        pattern=f"^{_DAY}{_CLOCK}[+]00:00$",
    ),
    "ok": flag("Whether no unwaived finding is a violated error."),
    "confirmed": flag("Whether it is ok, nothing is unknown, and no violated error is waived."),
    "rules": {
        "title": "Rules",
        "description": "The verdict of every rule: the worst of its unwaived findings.",
        "type": "object",
        "propertyNames": {"$ref": "#/$defs/id"},
        "additionalProperties": {"enum": list(VERDICTS)},
    },
    "findings": array({"$ref": "#/$defs/finding"}, "What the rules found, in their order."),
}
_COVERAGE: Final[Properties] = {
    "plans": count("With --coverage: how many plans were checked.", 0),
    "left_out": count("With --coverage: how many documents could not be used.", 0),
    "coverage": {
        "title": "Coverage",
        "description": "With --coverage: for how many plans each rule had which verdict.",
        "type": "object",
        "propertyNames": {"$ref": "#/$defs/id"},
        "additionalProperties": {"$ref": "#/$defs/counts"},
    },
}


def report_schema() -> Schema:
    """The schema of reports as JSON."""
    report = strict(
        _REPORT, _REPORT, title="Report", description="What a check says about one plan."
    )
    finding = strict(
        _FINDING, _FINDING, title="Finding", description="What a rule says about a plan."
    )
    verdicts: Properties = {verdict: count("How many plans.", 0) for verdict in VERDICTS}
    counts = strict(
        verdicts, verdicts, title="Counts", description="How many plans had which verdict."
    )
    rows = array({"$ref": "#/$defs/report"}, "One for each plan, in order.")
    reports: Properties = {"reports": rows}
    plan = parse("2027-01-04 C0* E2+ P7* D14* I16 D28")
    example = check(plan, "core", as_of="2027-01-21T00:00:00Z").to_dict()
    whole = strict(
        {**reports, **_COVERAGE},
        reports,
        title="Reports",
        description="What kap-model check --format json prints.",
        examples=[{"reports": [example]}],
    )
    return with_definitions(whole, {"report": report, "finding": finding, "counts": counts})
