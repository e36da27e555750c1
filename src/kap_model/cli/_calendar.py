"""``kap-model calendar``: a plan for calendar programs."""

from __future__ import annotations

import argparse
from typing import Any

from kap_model.calendars import TITLES, CalendarLibraryMissingError, to_ical
from kap_model.cli._answer import named, written
from kap_model.cli._inputs import read_plan
from kap_model.cli._result import UNUSABLE, Result


def add_calendar_command(commands: Any) -> None:
    """Add ``calendar``."""
    parser = commands.add_parser(
        "calendar", help="print a plan as an iCalendar", allow_abbrev=False
    )
    parser.description = (
        "Print a plan as iCalendar text: private events that say when, and not for what."
    )
    parser.add_argument("file", metavar="FILE", help="a plan document; - is stdin")
    parser.add_argument(
        "--as-of",
        metavar="T",
        required=True,
        help="now, such as 2027-02-01T12:00:00-08:00: of two texts calendars follow the later",
    )
    parser.add_argument(
        "--titles",
        choices=TITLES,
        default="neutral",
        help="kinds names each session's kind; default: neutral, every event is an appointment",
    )
    parser.set_defaults(run=print_calendar)


def print_calendar(arguments: argparse.Namespace) -> Result:
    """A plan as iCalendar text, or the reason why there is none."""
    try:
        return written(
            named(arguments.file),
            lambda: to_ical(
                read_plan(arguments.file), as_of=arguments.as_of, titles=arguments.titles
            ),
        )
    except CalendarLibraryMissingError as missing:
        return Result(UNUSABLE, complaints=(f"calendar: {missing}",))
