"""The forms of house rules: keys, a row, its sentence, and two plans that differ in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from _generate import NOTE
from _generate.rules import case_lines
from kap_model.checking import check
from kap_model.documents.protocols import loads_protocol
from kap_model.documents.schemas import schema
from kap_model.examples import plan_of
from kap_model.protocol import CareProtocol
from kap_model.rules._rule import Case

Row = Mapping[str, Any]

REMOTE = {"kind": "dosing", "place": "remote"}
CITED = {"source": "House protocol", "where": "section 1"}
SHARED = ("id", "form", "severity", "says", "why", "action", "since", "citation")
"""The keys of every row, which the page tells once."""

EXAMPLES: tuple[tuple[Row, Case, Case], ...] = (
    (
        {"form": "count", "of": "preparation", "before": "dosing", "min": 1, "max": 3},
        Case("2027-01-04 P0 P2 P4 D7"),
        Case("2027-01-04 P0 P2 P4 P5 D7"),
    ),
    (
        {"form": "order", "each": "preparation", "after": "consultation"},
        Case("2027-01-04 C0@10:00/60 P0@11:00 D7"),
        Case("2027-01-04 P0@09:00/60 C0@10:00/60 D7"),
    ),
    (
        {
            "form": "precede",
            "each": {"kind": "dosing", "nth": 1},
            "by": "preparation",
            "within": {"min": 1, "max": 2, "unit": "weeks"},
        },
        Case("2027-01-04 P0 D14"),
        Case("2027-01-04 P0 D15"),
    ),
    (
        {
            "form": "follow",
            "each": "dosing",
            "by": "integration",
            "within": {"min": 1, "max": 3, "unit": "days"},
        },
        Case("2027-01-04 D0 I3"),
        Case("2027-01-04 D0 I4"),
    ),
    (
        {"form": "space", "from": "dosing", "min": 1, "max": 4, "unit": "weeks"},
        Case("2027-01-04 D0 D7 D35"),
        Case("2027-01-04 D0 D6 D34"),
    ),
    (
        {"form": "rate", "of": "dosing", "max": 2, "days": 7},
        Case("2027-01-04 D0 D3 D7"),
        Case("2027-01-04 D0 D3 D6"),
    ),
    (
        {"form": "span", "from": "dosing", "max": 9, "unit": "weeks"},
        Case("2027-01-04 D0 D14 D63"),
        Case("2027-01-04 D0 D14 D64"),
    ),
    (
        {"form": "length", "of": REMOTE, "one_of": [90, 120]},
        Case("2027-01-04 D0/180 D14/120~"),
        Case("2027-01-04 D0/180 D14/121~"),
    ),
    (
        {
            "form": "allow",
            "of": {"kind": "dosing", "first": 2},
            "field": "place",
            "values": ["office"],
        },
        Case("2027-01-04 D0 D14 D28~"),
        Case("2027-01-04 D0 D14~ D28~"),
    ),
    (
        {"form": "known", "of": REMOTE, "field": "support_person"},
        Case("2027-01-04 D0 D14~", {"d2.support_person": "recorded"}),
        Case("2027-01-04 D0 D14~"),
    ),
    (
        {"form": "recur", "of": ["medical-evaluation", "medical-review"], "months": 2},
        Case("2027-01-04 E0 D14 R59 D70"),
        Case("2027-01-04 E0 D14 R60 D70"),
    ),
)


def care_of(row: Row) -> CareProtocol:
    """A protocol of this row alone."""
    rules = [{"id": "HOUSE-RULE", **row, "citation": CITED}]
    document = {"schema": "kap-model/protocol/1", "id": "house", "limits": {}, "rules": rules}
    return loads_protocol(json.dumps(document))


def forms_page() -> str:
    """Selectors, what all rows share, and each form."""
    defs = schema("protocol")["$defs"]
    lines = [NOTE, "# Forms of house rules", ""]
    lines += ["Each row of `rules` in a protocol document is of one of eleven forms. [Write a rule"]
    lines += ["of your own](../how-to/own-rule.md) says how to begin, and [Say what a page"]
    lines += [
        "says](../how-to/say-what-a-page-says.md) has the row for many a sentence. In the rows"
    ]
    lines += ["below `id` and `citation` are left out.", "", "## Every row", ""]
    shared = defs["count-rule"]
    lines += _keys(defs, shared, [name for name in shared["properties"] if name in SHARED])
    lines += ["## Selectors", "", f"{defs['selector']['description']}", ""]
    lines += _keys(defs, defs["selector-object"])
    lines += ["At most one of `first`, `nth`, `every` and `from` may stand. They count what is"]
    lines += ["booked or held now, so a cancellation moves them.", "", "## Windows", ""]
    lines += [defs["window"]["description"], "", *_keys(defs, defs["window"])]
    for row, holds, breaks in EXAMPLES:
        lines += _form(defs, row, holds, breaks)
    return "\n".join(lines).rstrip() + "\n"


def _keys(defs: Row, shape: Row, names: list[str] | None = None) -> Iterator[str]:
    yield "| key | says | |"
    yield "| --- | --- | --- |"
    for name in shape["properties"] if names is None else names:
        held = shape["properties"][name]
        told = held.get("description") or defs[held["$ref"].rpartition("/")[2]]["description"]
        if "enum" in held:
            told += " " + ", ".join(f"`{word}`" for word in held["enum"]) + "."
        known = "required" if name in shape.get("required", ()) else ""
        if "default" in held:
            known = f"absent = `{held['default']}`"
        yield f"| `{name}` | {told} | {known} |"
    yield ""


def _form(defs: Row, row: Row, holds: Case, breaks: Case) -> Iterator[str]:
    shape, care = defs[f"{row['form']}-rule"], care_of(row)
    yield from (f"## {row['form']}", "", shape["description"], "")
    yield from _keys(defs, shape, [name for name in shape["properties"] if name not in SHARED])
    yield from (f"`{json.dumps(row)}`", "")
    yield from (f"> {care.rules[0].sentence}", "", "This plan holds:", "")
    yield from (*case_lines(holds), "", "This one breaks it:", "", *case_lines(breaks), "")
    (finding,) = check(plan_of(breaks), care).findings
    yield from (f"> {finding.verdict}: {finding.message}", "")
