"""The formats of ``check`` and ``lint``: what each makes of one document, and of all of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple

from kap_model.cli._command import FOUND, GOOD, UNUSABLE, Result, json_text
from kap_model.errors import InputError, Problem
from kap_model.formats._judged import Judged, fails
from kap_model.report import Report, Verdict

FORMATS: Final = ("text", "json", "ndjson", "sarif", "junit", "github")


class OutputFormat(NamedTuple):
    """A format.

    Attributes:
        part: What it makes of one document; ``None`` = nothing.
        whole: What it makes of all parts; ``None`` = parts are text that stands one after
            another, so that it can be written as it comes.
        between: What stands between such parts.
        says_errors: Whether what could not be used needs no word on stderr.
    """

    part: Callable[[Judged], Any]
    whole: Callable[[Sequence[Any]], str] | None = None
    between: str = ""
    says_errors: bool = False


class Outcome(NamedTuple):
    """What becomes of one document: its part of the output, a status, lines for stderr.

    Attributes:
        verdicts: Of a plan that was checked, where they are counted.
    """

    part: Any
    status: int
    complaints: tuple[str, ...] = ()
    verdicts: Mapping[str, Verdict] | None = None


@cache
def output_format(name: str, fail_on: frozenset[str], *, full: bool = False) -> OutputFormat:
    """A format by its name, loaded when it is asked for; text may tell each finding in full."""
    match name:
        case "ndjson":
            from kap_model.formats.lines import ndjson_line

            return OutputFormat(ndjson_line, says_errors=True)
        case "github":
            from kap_model.formats.lines import github_lines

            return OutputFormat(github_lines)
        case "sarif":
            from kap_model.formats.sarif import sarif_log, sarif_part

            return OutputFormat(sarif_part, sarif_log)
        case "junit":
            from kap_model.formats.junit import junit_document, junit_suite

            return OutputFormat(partial(junit_suite, fail_on=fail_on), junit_document)
        case "json":
            return OutputFormat(_json, _reports)
        case _:
            return OutputFormat(_full_text if full else _text, between="\n")


def outcome_of(
    judged: Judged, form: OutputFormat, fail_on: frozenset[str], complaints: tuple[str, ...] = ()
) -> Outcome:
    """What a format makes of a document, with complaints where it could not be used."""
    part = form.part(judged)
    if judged.result is None:
        return Outcome(part, UNUSABLE, () if form.says_errors else complaints)
    failing = any(fails(weight, fail_on) for weight in judged.weights)
    return Outcome(part, FOUND if failing else GOOD)


def problems_of(refused: InputError | OSError) -> tuple[Problem, ...]:
    """Why a document could not be used."""
    if isinstance(refused, InputError):
        return refused.problems
    return (Problem("", refused.strerror or "cannot be read"),)


def streamed(outcomes: Iterator[Outcome], form: OutputFormat) -> Generator[Result, None, None]:
    """A piece for each outcome, as it comes."""
    between = ""
    for outcome in outcomes:
        text = ""
        if outcome.part is not None:
            text = between + outcome.part
            between = form.between
        yield Result(outcome.status, text, outcome.complaints)


def gathered(outcomes: Iterator[Outcome], form: OutputFormat) -> Result:
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


def _text(judged: Judged) -> str | None:
    return None if judged.result is None else f"{judged.result}\n"


def _full_text(judged: Judged) -> str | None:
    from kap_model.display.reports import report_text

    report = judged.result
    return f"{report_text(report, full=True)}\n" if isinstance(report, Report) else None


def _json(judged: Judged) -> dict[str, Any] | None:
    return None if judged.result is None else judged.result.to_dict()


def _reports(parts: Sequence[Any]) -> str:
    return json_text({"reports": parts})
