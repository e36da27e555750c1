"""SARIF 2.1.0, the OASIS format of static analysis results."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from kap_model._version import __version__
from kap_model.formats._judged import LEVEL_OF_SEVERITY, Judged, Note, Topic, level
from kap_model.formats._places import Region
from kap_model.rules.catalogue import RULES

SARIF_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
SARIF_VERSION: Final = "2.1.0"


class SarifPart(NamedTuple):
    """What one document adds to a log."""

    results: list[dict[str, Any]]
    notifications: list[dict[str, Any]]
    own: list[dict[str, Any]]


def as_sarif(judged: Iterable[Judged], *, topics: Sequence[Topic] = RULES) -> str:
    """A log of one run: a result for each finding, a notification for each unusable document.

    Args:
        judged: The documents.
        topics: What the log describes as the tool's rules: for plans the catalogue, for protocols
            :data:`~kap_model.formats.LINT_TOPICS`.
    """
    return sarif_log([sarif_part(one) for one in judged], topics)


def sarif_log(parts: Sequence[SarifPart], topics: Sequence[Topic] = RULES) -> str:
    """The log of documents' parts, in order."""
    results = [result for part in parts for result in part.results]
    notifications = [notice for part in parts for notice in part.notifications]
    rules = [_descriptor(topic) for topic in topics]
    known = {topic.id for topic in topics}
    own: dict[str, dict[str, Any]] = {}
    for part in parts:
        for rule in part.own:
            own.setdefault(rule["id"], rule)
    named = [*own, *[result["ruleId"] for result in results]]
    rules += [own.get(id, {"id": id}) for id in dict.fromkeys(named) if id not in known]
    index_of = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "kap-model", "version": __version__, "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": not notifications,
                "toolExecutionNotifications": notifications,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            {"ruleId": result["ruleId"], "ruleIndex": index_of[result["ruleId"]], **result}
            for result in results
        ],
    }
    log = {"$schema": SARIF_SCHEMA, "version": SARIF_VERSION, "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def sarif_part(judged: Judged) -> SarifPart:
    """The results of one document, or why it could not be used."""
    said = judged.judgement
    if said is None:
        return SarifPart([], [_notification(judged, str(p)) for p in judged.problems], [])
    earlier: Counter[str] = Counter()
    results = []
    for note in said.notes:
        print_of = _fingerprint(said.subject, note)
        earlier[print_of] += 1
        results.append(_result(judged, said.subject, note, f"{print_of}:{earlier[print_of]}"))
    return SarifPart(results, [], [_descriptor(topic) for topic in said.own])


def _fingerprint(subject: str, note: Note) -> str:
    """The same note in another run: neither its place, its words nor its verdict count."""
    named = json.dumps([subject, note.topic, *note.key])
    return sha256(named.encode()).hexdigest()


def _result(judged: Judged, subject: str, note: Note, fingerprint: str) -> dict[str, Any]:
    (part, region), *others = judged.regions(note)
    result: dict[str, Any] = {
        "ruleId": note.topic,
        "level": level(note),
        "message": {"text": note.message},
        "locations": [_location(judged, region, subject, part)],
        "partialFingerprints": {"kapModelFinding/v1": fingerprint},
    }
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(judged, place, subject, other)}
            for number, (other, place) in enumerate(others, 1)
        ]
    if note.waived:
        result["suppressions"] = [{"kind": "external"}]
    result["properties"] = {k: value for k, value in note.values.items() if value is not None}
    return result


def _location(judged: Judged, region: Region, subject: str, part: str | None) -> dict[str, Any]:
    written: dict[str, Any] = _physical(judged, region) if judged.is_file else {}
    if part is not None or not written:
        name = subject if part is None else part
        path = subject if part is None else f"{subject}/{part}"
        written["logicalLocations"] = [{"name": name, "fullyQualifiedName": path, "kind": "object"}]
    return written


def _physical(judged: Judged, region: Region) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": judged.uri},
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        }
    }


def _notification(judged: Judged, text: str) -> dict[str, Any]:
    written: dict[str, Any] = {"level": "error", "message": {"text": f"{judged.place}: {text}"}}
    if judged.is_file:
        written["locations"] = [_physical(judged, judged.head)]
    return written


def _descriptor(topic: Topic) -> dict[str, Any]:
    sources = [f"Source: {citation}" for citation in topic.cites]
    return {
        "id": topic.id,
        "shortDescription": {"text": topic.says},
        "fullDescription": {"text": topic.why},
        "help": {"text": "\n".join([topic.says, topic.why, *sources])},
        "defaultConfiguration": {"level": LEVEL_OF_SEVERITY[topic.severity]},
    }
