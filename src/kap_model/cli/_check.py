"""``kap-model check``: plans against a protocol, in the format of whoever reads it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator, Iterator
from functools import partial
from itertools import chain
from pathlib import PurePath
from typing import Any, Final

from attrs import evolve, frozen

from kap_model._time import Instant, moment_of_judgement
from kap_model.checking import check
from kap_model.cli._forms import FORM_OF_NAME
from kap_model.cli._inputs import UnusableError, chosen_protocol
from kap_model.cli._result import FOUND, GOOD, UNUSABLE, Result
from kap_model.cli._stream import Document, in_order, sources, with_progress
from kap_model.documents import load_waivers, loads
from kap_model.errors import InputError, Problem
from kap_model.formats import FAIL_ON, Checked, fails
from kap_model.plan import Plan
from kap_model.protocol import CareProtocol
from kap_model.waivers import Waiver

__all__ = ["FAIL_ON", "FORMATS", "check_files"]

FORMATS: Final = tuple(FORM_OF_NAME)


@frozen
class Terms:
    """What every document is judged by, and what is made of it."""

    protocol: CareProtocol | None
    waivers: tuple[Waiver, ...]
    as_of: Instant | None
    fail_on: frozenset[str]
    form: str = "text"


@frozen
class Outcome:
    """What becomes of one document: its part of the output, a status, lines for stderr."""

    part: Any
    status: int
    complaints: tuple[str, ...] = ()


def check_files(arguments: argparse.Namespace) -> Result | Generator[Result, None, None]:
    """Check each document; what cannot be used is said, and the rest goes on.

    Lines are answered as they come, where the format allows it; files at the end.
    """
    try:
        terms = _terms(arguments)
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    files = sources(arguments.files)
    by_line = any(file.by_line for file in files)
    name = arguments.format or ("ndjson" if by_line else "text")
    judge = partial(judged, terms=evolve(terms, form=name))
    documents = chain.from_iterable(file.documents() for file in files)
    outcomes = in_order(judge, documents, arguments.jobs)
    if not by_line:
        return _gathered(outcomes, name)
    streams = FORM_OF_NAME[name].whole is None
    if not (streams and sys.stdout.isatty()):
        outcomes = with_progress(outcomes, sys.stderr)
    return _streamed(outcomes, name) if streams else _gathered(outcomes, name)


def _terms(arguments: argparse.Namespace) -> Terms:
    return Terms(
        protocol=chosen_protocol(arguments.protocol),
        waivers=_waivers(arguments.waivers),
        as_of=_as_of(arguments.as_of),
        fail_on=frozenset(arguments.fail_on or ("error",)),
    )


def judged(documents: list[Document], terms: Terms) -> list[Outcome]:
    """What becomes of each document; needs nothing but its arguments, so any process can do it."""
    return [_judged(document, terms) for document in documents]


def _judged(document: Document, terms: Terms) -> Outcome:
    plan = _plan(document)
    if not isinstance(plan, Plan):
        return _unusable(document, plan, terms)
    report = check(plan, terms.protocol, as_of=terms.as_of, waivers=terms.waivers)
    part = FORM_OF_NAME[terms.form].part(_checked(document, report=report), terms.fail_on)
    failing = any(fails(finding, terms.fail_on) for finding in report.findings)
    return Outcome(part, FOUND if failing else GOOD)


def _plan(document: Document) -> Plan | InputError | OSError:
    """The plan of a document, or why there is none."""
    if document.error is not None:
        return document.error
    try:
        return loads(document.raw)
    except InputError as error:
        return error


def _unusable(document: Document, refused: InputError | OSError, terms: Terms) -> Outcome:
    form = FORM_OF_NAME[terms.form]
    part = form.part(_checked(document, problems=_problems(refused)), terms.fail_on)
    place = document.name if document.line is None else f"{document.name}:{document.line}"
    complaints = () if form.says_errors else UnusableError(place, refused).lines
    return Outcome(part, UNUSABLE, complaints)


def _checked(document: Document, **said: Any) -> Checked:
    text = document.raw.decode(errors="replace")
    name = PurePath(document.name).as_posix()
    return Checked(name=name, text=text, line=document.line, **said)


def _problems(refused: InputError | OSError) -> tuple[Problem, ...]:
    if isinstance(refused, InputError):
        return refused.problems
    return (Problem("", refused.strerror or "cannot be read"),)


def _streamed(outcomes: Iterator[Outcome], form: str) -> Generator[Result, None, None]:
    between = ""
    for outcome in outcomes:
        text = ""
        if outcome.part is not None:
            text = between + outcome.part
            between = FORM_OF_NAME[form].between
        yield Result(outcome.status, text, outcome.complaints)


def _gathered(outcomes: Iterator[Outcome], name: str) -> Result:
    """Everything at once: a document of one piece, or nothing."""
    form = FORM_OF_NAME[name]
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
