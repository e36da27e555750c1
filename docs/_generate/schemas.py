"""The schemas of documents and reports."""

from __future__ import annotations

from _generate import NOTE
from kap_model.documents.schemas import BEYOND, NAMES, schema

_ONE_REPORT = (
    "The schema is of what `check --format json` prints. One report, which is `report.to_dict()`,",
    "a line of NDJSON or an answer of a web service, is `urn:kap-model:report:1#/$defs/report`. In",
    "NDJSON a line that could not be used has `file`, `line` and `error` instead, and a whole file",
    "`file` and `error`; with `--coverage` the last line holds the counts.",
)


def schemas_page() -> str:
    """Every schema, and what a loader asks beyond it."""
    lines = [NOTE, "# Schemas", ""]
    lines += ["[JSON Schemas](https://json-schema.org) (2020-12) of documents and reports."]
    lines += ["`kap-model schema NAME` prints one, and the package holds them as"]
    lines += ["`kap_model/schemas/NAME.schema.json`. Editors complete and explain by them, and"]
    lines += ["any validator checks by them. An editor is told in its own settings which files"]
    lines += ["a schema is for, since documents take no `$schema` key.", ""]
    lines += ["What a schema refuses, the loader refuses. The loader asks for some things that a"]
    lines += ["schema cannot say; only `kap-model` or a loader has the last word.", ""]
    for name in NAMES:
        made = schema(name)
        lines += [f"## {name}", "", f"{made['description']} `{made['$id']}`"]
        if BEYOND[name]:
            lines += ["", "Beyond the schema:", "", *[f"- {line}" for line in BEYOND[name]]]
        if name == "report":
            lines += ["", *_ONE_REPORT]
        lines.append("")
    return "\n".join(lines)
