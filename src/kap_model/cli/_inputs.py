"""What commands read: plans, protocols and fee schedules, from files, stdin or their names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from kap_model.documents._json import read_bytes, read_limited
from kap_model.documents.fees import loads_fees
from kap_model.documents.lists import load_slots
from kap_model.documents.plans import loads
from kap_model.documents.protocols import loads_protocol
from kap_model.errors import InputError, Problem
from kap_model.fees.schedule import FeeSchedule
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices import BY_NAME
from kap_model.protocol import CareProtocol
from kap_model.slots import OpenSlot

T = TypeVar("T")

STDIN: Final = "-"
_OPTIONS: Final = ("as_of", "every", "place", "priced_on", "support_person")
_NEITHER: Final = f"is neither a practice (known: {', '.join(PRACTICE_NAMES)}) nor a file"


class UnusableError(Exception):
    """An argument or file that cannot be used; its text is a line for each problem."""

    def __init__(self, name: str, error: InputError | OSError) -> None:
        self.lines: tuple[str, ...]
        if isinstance(error, OSError):
            self.lines = (f"{name}: {error.strerror or 'cannot be read'}",)
        elif name.startswith("--"):
            self.lines = tuple(f"{name}: {problem.reason}" for problem in error.problems)
        else:
            self.lines = tuple(_line(name, problem) for problem in error.problems)
        super().__init__(*self.lines)


def _line(name: str, problem: Problem) -> str:
    """What is wrong with a file, or with an option that was given beside it."""
    if problem.path in _OPTIONS:
        return f"--{problem.path.replace('_', '-')}: {problem.reason}"
    return f"{name}: {problem}"


def read_plan(name: str) -> Plan:
    """The plan of a file, or of stdin.

    Raises:
        UnusableError: With a line for each problem.
    """
    if name == STDIN and sys.stdin is None:
        raise UnusableError("stdin", OSError(0, "is closed"))
    try:
        return loads(read_limited(sys.stdin.buffer) if name == STDIN else read_bytes(name))
    except (InputError, OSError) as error:
        unusable = UnusableError("stdin" if name == STDIN else name, error)
    raise unusable


def chosen_protocol(choice: str | None) -> CareProtocol | None:
    """The protocol of ``--protocol``: a built-in practice's, else a document's.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no protocol.
    """
    return None if choice is None else protocol_of(choice)


def protocol_of(choice: str) -> CareProtocol:
    """The protocol of a built-in practice's name, else of a document.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no protocol.
    """
    if choice in BY_NAME:
        return BY_NAME[choice].protocol
    return _of_file(choice, "--protocol", loads_protocol)


def chosen_schedule(choice: str | None) -> FeeSchedule | str | None:
    """The fees of ``--fees``: a built-in practice's name, else a document's schedule.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no schedule.
    """
    if choice is None or choice in BY_NAME:
        return choice
    return _of_file(choice, "--fees", loads_fees)


def chosen_slots(choice: str | None) -> tuple[OpenSlot, ...] | None:
    """The open slots of ``--slots``.

    Raises:
        UnusableError: There is no such file, or it holds no slots.
    """
    if choice is None:
        return None
    try:
        return load_slots(choice)
    except (InputError, OSError) as error:
        unusable = UnusableError(choice, error)
    raise unusable


def read_choice(choice: str) -> bytes:
    """The bytes of a file that is named where a practice could be.

    Raises:
        OSError: There is no such file, or it cannot be read.
    """
    if not choice or not Path(choice).exists():
        raise OSError(0, _NEITHER)
    return read_bytes(choice)


def _of_file(choice: str, argument: str, loads: Callable[[bytes], T]) -> T:
    try:
        return loads(read_choice(choice))
    except (InputError, OSError) as error:
        unusable = UnusableError(choice or argument, error)
    raise unusable
