"""The formats of ``check``: what each makes of one document, and of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from attrs import frozen

from kap_model.cli._result import json_text
from kap_model.formats import Checked
from kap_model.formats.github import github_lines
from kap_model.formats.junit import junit_document, junit_suite
from kap_model.formats.ndjson import ndjson_line
from kap_model.formats.sarif import sarif_log, sarif_part


@frozen
class Form:
    """A format.

    Attributes:
        part: What it makes of one document, given what ``--fail-on`` names; ``None`` = nothing.
        whole: What it makes of all parts; ``None`` = parts are text that stands one after
            another, so that it can be written as it comes.
        between: What stands between such parts.
        says_errors: Whether what could not be used needs no word on stderr.
    """

    part: Callable[[Checked, frozenset[str]], Any]
    whole: Callable[[Sequence[Any]], str] | None = None
    between: str = ""
    says_errors: bool = False


def _text(checked: Checked, _: frozenset[str]) -> str | None:
    return None if checked.report is None else f"{checked.report}\n"


def _json(checked: Checked, _: frozenset[str]) -> dict[str, Any] | None:
    return None if checked.report is None else checked.report.to_dict()


def _reports(parts: Sequence[Any]) -> str:
    return json_text({"reports": list(parts)})


def _ndjson(checked: Checked, _: frozenset[str]) -> str:
    return ndjson_line(checked)


def _sarif(checked: Checked, _: frozenset[str]) -> Any:
    return sarif_part(checked)


def _github(checked: Checked, _: frozenset[str]) -> str:
    return github_lines(checked)


FORM_OF_NAME: Final[dict[str, Form]] = {
    "text": Form(_text, between="\n"),
    "json": Form(_json, _reports),
    "ndjson": Form(_ndjson, says_errors=True),
    "sarif": Form(_sarif, sarif_log),
    "junit": Form(junit_suite, junit_document),
    "github": Form(_github),
}
