"""The formats of ``check`` and ``lint``: what each makes of one document, and of all."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from attrs import frozen

from kap_model.cli._result import FOUND, GOOD, UNUSABLE, Result, json_text
from kap_model.coverage import RuleCoverage
from kap_model.errors import InputError, Problem
from kap_model.formats.failing import fails
from kap_model.formats.github import github_lines
from kap_model.formats.judged import Judged
from kap_model.formats.junit import junit_document, junit_suite
from kap_model.formats.linted import LINT_TOPICS
from kap_model.formats.ndjson import ndjson_line
from kap_model.formats.sarif import sarif_log, sarif_part
from kap_model.report import Verdict


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

    part: Callable[[Judged, frozenset[str]], Any]
    whole: Callable[[Sequence[Any]], str] | None = None
    between: str = ""
    says_errors: bool = False


@frozen
class Outcome:
    """What becomes of one document: its part of the output, a status, lines for stderr.

    Attributes:
        verdicts: Of a plan that was checked, where they are counted.
    """

    part: Any
    status: int
    complaints: tuple[str, ...] = ()
    verdicts: Mapping[str, Verdict] | None = None


def outcome_of(
    judged: Judged, form: str, fail_on: frozenset[str], complaints: tuple[str, ...] = ()
) -> Outcome:
    """What a format makes of a document, with complaints where it could not be used."""
    style = FORM_OF_NAME[form]
    part = style.part(judged, fail_on)
    said = judged.judgement
    if said is None:
        return Outcome(part, UNUSABLE, () if style.says_errors else complaints)
    failing = any(fails(weight, fail_on) for weight in said.weights)
    return Outcome(part, FOUND if failing else GOOD)


def problems_of(refused: InputError | OSError) -> tuple[Problem, ...]:
    """Why a document could not be used."""
    if isinstance(refused, InputError):
        return refused.problems
    return (Problem("", refused.strerror or "cannot be read"),)


def streamed(outcomes: Iterator[Outcome], form: Form) -> Generator[Result, None, None]:
    """A piece for each outcome, as it comes."""
    between = ""
    for outcome in outcomes:
        text = ""
        if outcome.part is not None:
            text = between + outcome.part
            between = form.between
        yield Result(outcome.status, text, outcome.complaints)


def gathered(outcomes: Iterator[Outcome], form: Form) -> Result:
    """Everything at once: a document of one piece, or nothing."""
    parts: list[Any] = []
    complaints: list[str] = []
    status = GOOD
    for outcome in outcomes:
        status = max(status, outcome.status)
        complaints += outcome.complaints
        if outcome.part is not None:
            parts.append(outcome.part)
    whole = form.between.join if form.whole is None else form.whole
    return Result(status, whole(parts), tuple(complaints))


def _text(judged: Judged, _: frozenset[str]) -> str | None:
    said = judged.judgement
    return None if said is None else f"{said.result}\n"


def _json(judged: Judged, _: frozenset[str]) -> dict[str, Any] | None:
    said = judged.judgement
    return None if said is None else said.result.to_dict()


def _listed(parts: Sequence[Any], key: str) -> str:
    return json_text({key: list(parts)})


def _alone(parts: Sequence[Any]) -> str:
    return "".join(json_text(part) for part in parts)


def _reports_and_coverage(parts: Sequence[Any]) -> str:
    *reports, coverage = parts
    return json_text({"reports": reports} | coverage)


def _ndjson(judged: Judged, _: frozenset[str]) -> str:
    return ndjson_line(judged)


def _sarif(judged: Judged, _: frozenset[str]) -> Any:
    return sarif_part(judged)


def _github(judged: Judged, _: frozenset[str]) -> str:
    return github_lines(judged)


FORM_OF_NAME: Final[dict[str, Form]] = {
    "text": Form(_text, between="\n"),
    "json": Form(_json, partial(_listed, key="reports")),
    "ndjson": Form(_ndjson, says_errors=True),
    "sarif": Form(_sarif, sarif_log),
    "junit": Form(junit_suite, junit_document),
    "github": Form(_github),
}
"""The formats of ``check``."""

LINT_FORM_OF_NAME: Final[dict[str, Form]] = FORM_OF_NAME | {
    "json": Form(_json, partial(_listed, key="lints")),
    "sarif": Form(_sarif, partial(sarif_log, topics=LINT_TOPICS)),
}
"""Those of ``lint`` of several protocols; parts are the same."""

FORM_OF_ONE_LINT: Final[dict[str, Form]] = LINT_FORM_OF_NAME | {"json": Form(_json, _alone)}
"""Those of ``lint`` of one protocol."""

FORM_WITH_COVERAGE: Final[dict[str, Form]] = FORM_OF_NAME | {
    "json": Form(_json, _reports_and_coverage)
}
"""Those of ``check`` where the last part is a coverage."""

COVERAGE_PART: Final[dict[str, Callable[[RuleCoverage], Any]]] = {
    "text": lambda coverage: f"{coverage}\n",
    "json": RuleCoverage.to_dict,
    "ndjson": lambda coverage: json.dumps(coverage.to_dict()) + "\n",
}
"""The last part, in the formats that have room for it."""
