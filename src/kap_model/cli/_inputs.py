"""What commands read: plans, protocols, fee schedules and slots, from files, stdin or names.

The readers of what only an option names are loaded where it is given.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from kap_model._time import CLOCK_LENGTH, Zone, city, spoken_clock, spoken_day
from kap_model.checking import NAMING
from kap_model.cli._command import UnusableError
from kap_model.documents._json import read_bytes, read_limited
from kap_model.documents.plans import StrayOffset, loads_with_strays
from kap_model.errors import InputError, InvalidValue
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import CareProtocol

if TYPE_CHECKING:
    from kap_model.fees.schedule import FeeSchedule
    from kap_model.slots import OpenSlot

T = TypeVar("T")

STDIN: Final = "-"
_MOST_STRAYS: Final = 5
"""So many times of one document are told that another offset may have moved."""
_NEITHER: Final = f"is neither a practice (known: {', '.join(PRACTICE_NAMES)}) nor a file"


def named(file: str) -> str:
    """How messages call a file."""
    return "stdin" if file == STDIN else file


def read_plan(name: str, notes: list[str]) -> Plan:
    """The plan of a file, or of stdin.

    Args:
        name: The file, ``-`` for stdin.
        notes: Gains a line for each start that may have been moved; see :func:`stray_notes`.

    Raises:
        UnusableError: With a line for each problem.
    """
    if name == STDIN and sys.stdin is None:
        raise UnusableError("stdin", OSError(0, "is closed"))
    try:
        raw = read_limited(sys.stdin.buffer) if name == STDIN else read_bytes(name)
        plan, strays = loads_with_strays(raw)
    except (InputError, OSError) as error:
        unusable = UnusableError(named(name), error)
    else:
        notes += stray_notes(named(name), plan.zone, strays)
        return plan
    raise unusable


def stray_notes(name: str, zone: Zone, strays: Sequence[StrayOffset]) -> tuple[str, ...]:
    """For stderr: which local time was read where a start has an offset of another date.

    A session that was moved by hand over a change of clocks is an hour off by that. Only ids of
    sessions and times are said.

    Args:
        name: How messages call the document.
        zone: The plan's.
        strays: The starts in question, of which the first few are told one by one.
    """
    told = [f"{name}: {_stray(zone, stray)}" for stray in strays[:_MOST_STRAYS]]
    if len(strays) > _MOST_STRAYS:
        more = len(strays) - _MOST_STRAYS
        told.append(f"{name}: {more} more with another offset than {city(zone.name)} has that day")
    return tuple(told)


def _stray(zone: Zone, stray: StrayOffset) -> str:
    clock = dt.datetime.fromisoformat(stray.written[:CLOCK_LENGTH])
    shown = f"{clock:%H:%M:%S}".removesuffix(":00")
    there = zone.clock(stray.begins)
    own = there.isoformat()[CLOCK_LENGTH:]
    day = "" if there.date() == clock.date() else f"on {spoken_day(there.toordinal())} "
    said = (
        f"{stray.session}: written as {shown} {stray.written[CLOCK_LENGTH:]}; {city(zone.name)} is "
        f"on {own} that day, so it starts {day}at {spoken_clock(there)}."
    )
    try:
        zone.local(clock.isoformat())
    except InvalidValue:
        return said  # clocks there skip that time or show it twice: no good advice
    return f"{said} Meant {shown}? Then leave the offset out."


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
