"""One JSON object on each line: what is said of a document, or why there is nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kap_model.formats.judged import Judged


def as_ndjson(judged: Iterable[Judged]) -> str:
    """A line for each document, in order."""
    return "".join(ndjson_line(one) for one in judged)


def ndjson_line(judged: Judged) -> str:
    """The result by itself, or ``file``, ``line`` and ``error``."""
    said = judged.judgement
    if said is not None:
        return json.dumps(said.result.to_dict(), ensure_ascii=False) + "\n"
    line = {} if judged.line is None else {"line": judged.line}
    refused = {"file": judged.name, **line, "error": [one.to_dict() for one in judged.problems]}
    return json.dumps(refused, ensure_ascii=False) + "\n"
