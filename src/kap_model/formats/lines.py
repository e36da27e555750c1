"""The formats of lines: annotations of GitHub Actions, and one JSON object for each document."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from kap_model.formats._judged import Judged, Note, level
from kap_model.formats._places import Region

_SHOWN: Final = ("limit", "due", "source")


def as_github(judged: Iterable[Judged]) -> str:
    """The annotations of documents, in order; a document without findings has none."""
    return "".join(github_lines(one) for one in judged)


def github_lines(judged: Judged) -> str:
    """The annotations of one document: a line for each finding, or for each problem."""
    said = judged.judgement
    if said is not None:
        return "".join(_annotation(judged, said.subject, note) for note in said.notes)
    named = "" if judged.is_file else f"{judged.name}: "
    return "".join(
        _command("error", judged, judged.head, "document not usable", f"{named}{problem}")
        for problem in judged.problems
    )


def _annotation(judged: Judged, subject: str, note: Note) -> str:
    # What is waived stays visible, but quiet.
    loud = "note" if note.waived else level(note)
    verdict = "" if note.verdict is None else f" {note.verdict}"
    waived = ", waived" if note.waived else ""
    _, region = judged.regions(note)[0]
    shown = [f"{label.title()}: {text}" for label, text in note.details if label in _SHOWN]
    return _command(
        "notice" if loud == "note" else loud,
        judged,
        region,
        f"{note.topic}{verdict}{waived} in {subject}",
        "\n".join([note.message, *shown]),
    )


def _command(word: str, judged: Judged, region: Region, title: str, message: str) -> str:
    properties: dict[str, str | int] = _place(judged.name, region) if judged.is_file else {}
    properties["title"] = title
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{word} {written}::{_data(message)}\n"


def _place(file: str, region: Region) -> dict[str, str | int]:
    place: dict[str, str | int] = {"file": file, "line": region.line, "endLine": region.end_line}
    # Columns are for what stands on one line; theirs end with the last character, not after it.
    if region.line == region.end_line and region.end_column > region.column:
        place |= {"col": region.column, "endColumn": region.end_column - 1}
    return place


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_ndjson(judged: Iterable[Judged]) -> str:
    """A line for each document, in order."""
    return "".join(ndjson_line(one) for one in judged)


def ndjson_line(judged: Judged) -> str:
    """The result by itself, or ``file``, ``line`` and ``error``."""
    if judged.result is not None:
        return json.dumps(judged.result.to_dict(), ensure_ascii=False) + "\n"
    line = {} if judged.line is None else {"line": judged.line}
    refused = {"file": judged.name, **line, "error": [one.to_dict() for one in judged.problems]}
    return json.dumps(refused, ensure_ascii=False) + "\n"
