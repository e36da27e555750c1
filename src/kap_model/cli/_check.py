"""``kap-model check``: plans against a protocol, in the format of whoever reads it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import Any, Final

from attrs import evolve, frozen

from kap_model._time import Instant, moment_of_judgement
from kap_model.checking import check
from kap_model.cli._forms import (
    COVERAGE_PART,
    FORM_OF_NAME,
    FORM_WITH_COVERAGE,
    Outcome,
    gathered,
    outcome_of,
    problems_of,
    streamed,
)
from kap_model.cli._inputs import UnusableError, chosen_protocol
from kap_model.cli._jobs import in_order, with_progress
from kap_model.cli._options import fail_on_of
from kap_model.cli._result import GOOD, UNUSABLE, Result
from kap_model.cli._stream import Document, sources
from kap_model.coverage import RuleCoverage, Tally
from kap_model.documents.lists import load_waivers
from kap_model.documents.plans import loads
from kap_model.errors import InputError
from kap_model.formats.checked import Checked
from kap_model.formats.failing import FAIL_ON
from kap_model.plan import Plan
from kap_model.protocol import CareProtocol
from kap_model.waivers import Waiver

__all__ = ["FAIL_ON", "FORMATS", "check_files"]

FORMATS: Final = tuple(FORM_OF_NAME)
NO_ROOM: Final = "--coverage: must stand beside --format text, json or ndjson"


@frozen
class Terms:
    """What every document is judged by, and what is made of it."""

    protocol: CareProtocol | None
    waivers: tuple[Waiver, ...]
    as_of: Instant | None
    fail_on: frozenset[str]
    form: str = "text"
    counted: bool = False


def check_files(arguments: argparse.Namespace) -> Result | Generator[Result, None, None]:
    """Check each document; what cannot be used is said, and the rest goes on.

    Lines are answered as they come, where the format allows it; files at the end.
    """
    try:
        terms = _terms(arguments)
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    files = sources(arguments.files, by_line=arguments.lines)
    by_line = any(file.by_line for file in files)
    name = arguments.format or ("ndjson" if by_line else "text")
    if arguments.coverage and name not in COVERAGE_PART:
        return Result(UNUSABLE, complaints=(NO_ROOM,))
    judge = partial(judged, terms=evolve(terms, form=name, counted=arguments.coverage))
    documents = chain.from_iterable(file.documents() for file in files)
    outcomes = in_order(judge, documents, arguments.jobs)
    form = (FORM_WITH_COVERAGE if arguments.coverage else FORM_OF_NAME)[name]
    streams = by_line and form.whole is None
    if by_line and not (streams and sys.stdout.isatty()):
        outcomes = with_progress(outcomes, sys.stderr)
    if arguments.coverage:
        outcomes = _with_coverage(outcomes, COVERAGE_PART[name])
    return streamed(outcomes, form) if streams else gathered(outcomes, form)


def _terms(arguments: argparse.Namespace) -> Terms:
    return Terms(
        protocol=chosen_protocol(arguments.protocol),
        waivers=_waivers(arguments.waivers),
        as_of=_as_of(arguments.as_of),
        fail_on=fail_on_of(arguments),
    )


def judged(documents: list[Document], terms: Terms) -> list[Outcome]:
    """What becomes of each document; needs nothing but its arguments, so any process can do it."""
    return [_judged(document, terms) for document in documents]


def _judged(document: Document, terms: Terms) -> Outcome:
    plan = _plan(document)
    if not isinstance(plan, Plan):
        place = document.name if document.line is None else f"{document.name}:{document.line}"
        refused = _checked(document, problems=problems_of(plan))
        return outcome_of(refused, terms.form, terms.fail_on, UnusableError(place, plan).lines)
    report = check(plan, terms.protocol, as_of=terms.as_of, waivers=terms.waivers)
    outcome = outcome_of(_checked(document, report=report), terms.form, terms.fail_on)
    return evolve(outcome, verdicts=report.rules) if terms.counted else outcome


def _plan(document: Document) -> Plan | InputError | OSError:
    """The plan of a document, or why there is none."""
    if document.error is not None:
        return document.error
    try:
        return loads(document.raw)
    except InputError as error:
        return error


def _checked(document: Document, **said: Any) -> Checked:
    text = document.raw.decode(errors="replace")
    name = PurePath(document.name).as_posix()
    return Checked(name=name, text=text, line=document.line, **said)


def _with_coverage(
    outcomes: Iterator[Outcome], part: Callable[[RuleCoverage], Any]
) -> Iterator[Outcome]:
    """The outcomes, and after them what they cover; only counts are kept."""
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome.verdicts)
        yield outcome
    yield Outcome(part(tally.coverage()), GOOD)


def _waivers(name: str | None) -> tuple[Waiver, ...]:
    if name is None:
        return ()
    try:
        return load_waivers(name)
    except (InputError, OSError) as error:
        unusable = UnusableError(name, error)
    raise unusable


def _as_of(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return moment_of_judgement(text)
    except InputError as error:
        unusable = UnusableError("--as-of", error)
    raise unusable
