"""What commands read: plans, protocols, fee schedules and slots, from files, stdin or names.

The readers of what only an option names are loaded where it is given.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from kap_model.checking import NAMING
from kap_model.cli._command import UnusableError
from kap_model.documents._json import read_bytes, read_limited
from kap_model.documents.plans import loads
from kap_model.errors import InputError, InvalidValue
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import CareProtocol

if TYPE_CHECKING:
    from kap_model.fees.schedule import FeeSchedule
    from kap_model.slots import OpenSlot

T = TypeVar("T")

STDIN: Final = "-"
_NEITHER: Final = f"is neither a practice (known: {', '.join(PRACTICE_NAMES)}) nor a file"


def named(file: str) -> str:
    """How messages call a file."""
    return "stdin" if file == STDIN else file


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
        unusable = UnusableError(named(name), error)
    raise unusable


def chosen_protocol(choice: str | None) -> CareProtocol | None:
    """The protocol of ``--protocol``: a built-in practice's, else a document's.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no protocol.
    """
    return None if choice is None else protocol_of(choice)


def chosen_protocols(
    choices: Sequence[str],
) -> tuple[CareProtocol | None, tuple[CareProtocol, ...]]:
    """The protocol that judges every plan, where one is chosen, and those that plans may name.

    Raises:
        UnusableError: There is neither such a practice nor such a file, it is no protocol, or two
            have one id.
    """
    given = tuple([protocol_of(choice) for choice in choices])
    if len(given) == 1:
        return given[0], ()
    try:
        NAMING.pool(given)
    except InvalidValue as error:
        unusable = UnusableError("--protocol", error)
    else:
        return None, given
    raise unusable


def protocol_of(choice: str, argument: str = "--protocol") -> CareProtocol:
    """The protocol of a built-in practice's name, else of a document.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no protocol.
    """
    if choice in BY_NAME:
        return BY_NAME[choice].protocol
    from kap_model.documents.protocols import loads_protocol

    return _of_file(choice, argument, loads_protocol)


def chosen_schedule(choice: str | None) -> FeeSchedule | str | None:
    """The fees of ``--fees``: a built-in practice's name, else a document's schedule.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no schedule.
    """
    if choice is None or choice in BY_NAME:
        return choice
    from kap_model.documents.fees import loads_fees

    return _of_file(choice, "--fees", loads_fees)


def chosen_slots(choice: str | None) -> tuple[OpenSlot, ...] | None:
    """The open slots of ``--slots``.

    Raises:
        UnusableError: There is no such file, or it holds no slots.
    """
    if choice is None:
        return None
    from kap_model.documents.lists import load_slots

    try:
        return load_slots(choice)
    except (InputError, OSError) as error:
        unusable = UnusableError(choice, error)
    raise unusable


def posix(name: str) -> str:
    """A file's name with forward slashes, as pathlib writes it."""
    if os.sep == "/" and not {"", "."} & {*name.split("/")}:
        return name
    from pathlib import PurePath  # which takes longer to load than a plan to check

    return PurePath(name).as_posix()


def read_choice(choice: str) -> bytes:
    """The bytes of a file that is named where a practice could be.

    Raises:
        OSError: There is no such file, or it cannot be read.
    """
    if not choice or not os.path.exists(choice):
        raise OSError(0, _NEITHER)
    return read_bytes(choice)


def _of_file(choice: str, argument: str, loads: Callable[[bytes], T]) -> T:
    try:
        return loads(read_choice(choice))
    except (InputError, OSError) as error:
        unusable = UnusableError(choice or argument, error)
    raise unusable
