"""``kap-model lint``: protocols by themselves, in the format of whoever reads it."""

from __future__ import annotations

import argparse
from pathlib import PurePath
from typing import Final

from kap_model.cli._forms import (
    FORM_OF_ONE_LINT,
    LINT_FORM_OF_NAME,
    Outcome,
    gathered,
    outcome_of,
    problems_of,
)
from kap_model.cli._inputs import UnusableError, read_choice
from kap_model.cli._options import fail_on_of
from kap_model.cli._result import Result
from kap_model.documents.protocols import loads_protocol
from kap_model.errors import InputError, PlanningError, Problem
from kap_model.formats.linted import Linted
from kap_model.planning.linting import lint
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import SEVERITIES

FORMATS: Final = tuple(LINT_FORM_OF_NAME)
FAIL_ON: Final = (*SEVERITIES, "never")
_ARGUMENT: Final = "PROTOCOL"
_NOT_KNOWN: Final = (
    "leaves more courses than the search can follow; whether one keeps it is not known"
)


def lint_protocols(arguments: argparse.Namespace) -> Result:
    """Lint each protocol; what cannot be used is said, and the rest goes on."""
    fail_on = fail_on_of(arguments)
    outcomes = (_outcome(choice, arguments.format, fail_on) for choice in arguments.protocols)
    forms = LINT_FORM_OF_NAME if len(arguments.protocols) > 1 else FORM_OF_ONE_LINT
    return gathered(outcomes, forms[arguments.format])


def _outcome(choice: str, form: str, fail_on: frozenset[str]) -> Outcome:
    name = PurePath(choice).as_posix() if choice else _ARGUMENT
    try:
        return outcome_of(_linted(choice, name), form, fail_on)
    except PlanningError:
        refused: InputError | OSError = InputError((Problem("", _NOT_KNOWN),))
    except (InputError, OSError) as error:
        refused = error
    unusable = Linted(name=name, problems=problems_of(refused), built_in=choice in BY_NAME)
    return outcome_of(unusable, form, fail_on, UnusableError(choice or _ARGUMENT, refused).lines)


def _linted(choice: str, name: str) -> Linted:
    if choice in BY_NAME:
        protocol, text = BY_NAME[choice].protocol, ""
    else:
        raw = read_choice(choice)
        protocol, text = loads_protocol(raw), raw.decode()
    return Linted(
        name=name, lint=lint(protocol), protocol=protocol, text=text, built_in=choice in BY_NAME
    )
