"""JSON Schemas (2020-12) of documents and reports, made of what the loaders themselves use.

They lie in ``kap_model/schemas`` too, for editors and validators: the same text, kept so by a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, get_args

from kap_model._values import check_choice
from kap_model.checking import check
from kap_model.documents._forms import (
    CITATION,
    FLAG,
    ID,
    array,
    choice,
    described,
    named,
    whole,
    with_definitions,
)
from kap_model.documents._shape import Form, Schema, strict
from kap_model.documents.fees import fees_schema
from kap_model.documents.lists import slots_schema, waivers_schema
from kap_model.documents.plans import plan_schema
from kap_model.documents.protocols import protocol_schema
from kap_model.notation import parse
from kap_model.report import STATES, VERDICTS, ProtocolSource
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.severities import SEVERITIES

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_SIZE: Final = "The text and its canonical form are at most 1 MB each."
_UTF_8: Final = "The text is UTF-8 without a byte order mark."
_KEYS: Final = "No object names a key twice."
_INTEGERS: Final = "Integers are written without a fraction or an exponent."
_TEXTS: Final = (
    "Texts hold no invisible characters but joiners, no lone surrogates, none of private use."
)
_DATES: Final = "Dates are days that the calendar has."
_TIMES: Final = "Times are of days that the calendar has, and of 1980 to 2199 in UTC."
_RANGES: Final = "No range has a min above its max."
_ALWAYS: Final = (_SIZE, _UTF_8, _KEYS)

BEYOND: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "plan": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _TIMES,
            "Local times are shown by clocks of the plan's zone, and once.",
            "Ids are unique over sessions and supplies.",
            "The time zone is one of the tzdata list.",
            "No supply is received before it is issued.",
            "A support person's none is in lower case.",
        ),
        "protocol": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _RANGES,
            "No two lines of a limit, a house rule or a usual value are for one date.",
            "Severities name rules of the catalogue or house rules of the document.",
            "No space leads to an ordinal among the kinds that it starts from.",
            "No house rule asks for a field that its sessions do not have.",
            "No selector names a level that dose_levels never has, or a route that routes lacks.",
        ),
        "fees": (
            *_ALWAYS,
            _INTEGERS,
            _TEXTS,
            _DATES,
            _RANGES,
            "Amounts have no more decimals than their currency.",
            "Amounts are of at most 10^15 minor units.",
            "No scale has a high below its low.",
            "No two tiers of a rate are for one length.",
            "No two options of a rate have one label.",
            "No two fees of an item, format and, but for sessions, name are for one date.",
            "No payee is the practice itself.",
            "No two packages have one id.",
            "No two lines for missed sessions are for one kind and notice.",
            "Lines for cancelled sessions of a kind go down to at_least 0.",
            "No two withdrawals are for one stage.",
        ),
        "waivers": (*_ALWAYS, _TEXTS, _DATES, "No waiver ends before its first date."),
        "slots": (
            *_ALWAYS,
            _TIMES,
            "Every slot ends after its start.",
            "No two slots that one role may use overlap.",
        ),
        "report": (),
    }
)
"""What a loader asks for and a schema cannot say, by the schema's name."""

NAMES: Final = tuple(BEYOND)
"""The schemas that there are."""


def schema(name: str, *, rules: tuple[Rule, ...] = RULES) -> dict[str, Any]:
    """The JSON Schema of a kind of document, or of reports.

    Args:
        name: ``plan``, ``protocol``, ``fees``, ``waivers``, ``slots`` or ``report``.
        rules: The rules that protocols and waivers may name; a practice's own stand beside ours.

    Raises:
        InvalidValue: There is no such schema.
    """
    check_choice(name, "name", NAMES)
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "plan": plan_schema,
        "protocol": lambda: protocol_schema(rules),
        "fees": fees_schema,
        "waivers": lambda: waivers_schema(rules),
        "slots": slots_schema,
        "report": _report_schema,
    }
    head = {"$schema": _DIALECT, "$id": f"urn:kap-model:{name}:1"}
    made: dict[str, Any] = json.loads(json.dumps({**head, **_commented(name), **makers[name]()}))
    return made  # a copy: no caller changes what the next one gets


def schema_text(name: str) -> str:
    """The schema as the file that is shipped: indented JSON, ASCII, with a final newline.

    Raises:
        InvalidValue: There is no such schema.
    """
    return json.dumps(schema(name), indent=2) + "\n"


def _commented(name: str) -> dict[str, str]:
    if not BEYOND[name]:
        return {}
    numbered = (f"{number}. {line}" for number, line in enumerate(BEYOND[name], 1))
    return {"$comment": "What the loader asks beyond this schema: " + " ".join(numbered)}


# Reports, which no loader reads.

_FOUND: Final = tuple(v for v in VERDICTS if v not in ("satisfied", "not-applicable"))
_DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK: Final = "T[0-9]{2}:[0-9]{2}:[0-9]{2}"


def _said(form: Form, says: str) -> Schema:
    return described(form, says).schema


def _or_null(description: str, **more: Any) -> Schema:
    return {"description": description, "type": ["string", "null"], **more}


def _edge(description: str) -> Schema:
    return _or_null(description, pattern=f"^{_DAY}({_CLOCK}[+-][0-9]{{2}}:[0-9]{{2}})?$")


_FINDING: Final[Mapping[str, Schema]] = {
    "rule": _said(ID, "The rule's id."),
    "verdict": _said(
        choice(_FOUND),
        "Violated; unknown: a fact is missing that a person can record; pending: something is "
        "missing and its window is not over.",
    ),
    "severity": _said(choice(SEVERITIES), "How much it weighs, under this protocol."),
    "sessions": array(_said(ID, "A session's id."), "The sessions concerned."),
    "observed": _or_null("What the plan has."),
    "required": _or_null("What the limit asks for."),
    "opens": _edge("When the window for something missing opens, in the plan's zone."),
    "due": _edge("When the window for something missing closes, in the plan's zone."),
    "message": {"description": "What is wrong, in plain English.", "type": "string"},
    "citation": _said(CITATION, "Who sets the limit, else who states the rule."),
    "waived": _said(FLAG, "Whether a waiver covers it: it stays visible and does not count."),
    "title": {"description": "What is wrong in a few words.", "type": "string"},
    "action": _or_null("What to do about it; null = nothing can be done."),
    "past": _said(FLAG, "Whether nothing added, changed or recorded from as_of on could end it."),
    "code": {
        "description": "The rule, and which of its sentences it is, after a dot.",
        "type": "string",
    },
    "values": {
        "title": "Values",
        "description": "All that the message says, by name.",
        "type": "object",
        "additionalProperties": {"type": ["string", "integer", "boolean", "null"]},
    },
    "waiver": {
        "title": "Waiver",
        "description": "The waiver that covers it; null = none does.",
        "type": ["object", "null"],
        "properties": {
            "reason": {"description": "Why, in one line.", "type": "string"},
            "by": {"description": "Who decided.", "type": "string"},
            "on": {"description": "From which date on.", "type": "string"},
            "until": _or_null("Its last date; null = it has none."),
        },
        "required": ["reason", "by", "on", "until"],
        "additionalProperties": False,
    },
}
_REPORT: Final[Mapping[str, Schema]] = {
    "plan": _said(ID, "The plan's id."),
    "protocol": _said(ID, "The protocol's id."),
    "protocol_source": _said(
        choice(get_args(ProtocolSource)),
        "Whether it came as an argument, from the plan, or by default.",
    ),
    "as_of": _or_null(
        "The moment of judgement in UTC; null = the plan was judged as a whole.",
        pattern=f"^{_DAY}{_CLOCK}[+]00:00$",
    ),
    "ok": _said(FLAG, "Whether no unwaived finding is a violated error."),
    "confirmed": _said(
        FLAG, "Whether it is ok, nothing is unknown, and no violated error is waived."
    ),
    "rules": {
        "title": "Rules",
        "description": "The verdict of every rule: the worst of its unwaived findings.",
        "type": "object",
        "propertyNames": ID.schema,
        "additionalProperties": choice(VERDICTS).schema,
    },
    "findings": array(named("finding").schema, "What the rules found, in their order."),
    "state": _said(
        choice(STATES),
        "The state of the course: stopped by the medical provider; a problem; facts to be recorded "
        "first; on track, with things still to be done; or it follows the protocol.",
    ),
    "checked": _said(whole(0), "How many rules were checked."),
    "not_checked": array(
        {"description": "What it would be about, in plain words.", "type": "string"},
        "What was not checked, because the protocol sets no limit for it.",
    ),
}
_COVERAGE: Final[Mapping[str, Schema]] = {
    "plans": _said(whole(0), "With --coverage: how many plans were checked."),
    "left_out": _said(whole(0), "With --coverage: how many documents could not be used."),
    "coverage": {
        "title": "Coverage",
        "description": "With --coverage: for how many plans each rule had which verdict.",
        "type": "object",
        "propertyNames": ID.schema,
        "additionalProperties": named("counts").schema,
    },
}


def _report_schema() -> Schema:
    """The schema of reports as JSON."""
    report = strict(
        _REPORT, _REPORT, title="Report", description="What a check says about one plan."
    )
    finding = strict(
        _FINDING, _FINDING, title="Finding", description="What a rule says about a plan."
    )
    verdicts: Mapping[str, Schema] = {
        verdict: _said(whole(0), "How many plans.") for verdict in VERDICTS
    }
    counts = strict(
        verdicts, verdicts, title="Counts", description="How many plans had which verdict."
    )
    rows = array(named("report").schema, "One for each plan, in order.")
    reports: Mapping[str, Schema] = {"reports": rows}
    plan = parse("2027-01-04 C0* E2+ P7* D14* I16 D28")
    example = check(plan, "core", as_of="2027-01-21T00:00:00Z").to_dict()
    made = strict(
        {**reports, **_COVERAGE},
        reports,
        title="Reports",
        description="What kap-model check --format json prints.",
        examples=[{"reports": [example]}],
    )
    return with_definitions(made, {"report": report, "finding": finding, "counts": counts})
