"""One JSON object on each line: a report, or why there is none."""

from __future__ import annotations

import json
from collections.abc import Iterable

from kap_model.formats.checked import Checked


def as_ndjson(checked: Iterable[Checked]) -> str:
    """A line for each document, in order."""
    return "".join(ndjson_line(one) for one in checked)


def ndjson_line(checked: Checked) -> str:
    """The report as it stands in ``reports``, or ``file``, ``line`` and ``error``."""
    if checked.report is not None:
        return json.dumps(checked.report.to_dict(), ensure_ascii=False) + "\n"
    line = {} if checked.line is None else {"line": checked.line}
    refused = {"file": checked.name, **line, "error": [one.to_dict() for one in checked.problems]}
    return json.dumps(refused, ensure_ascii=False) + "\n"
