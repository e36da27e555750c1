"""The arguments of the commands about what to book."""

from __future__ import annotations

import argparse
from typing import Any

from kap_model.cli._lint import FAIL_ON, FORMATS, lint_protocols
from kap_model.cli._options import add_fail_on, add_format, number
from kap_model.cli._planning import (
    print_completion,
    print_diff,
    print_draft,
    print_next,
    print_repair,
)
from kap_model.planning.drafting import WEEKDAYS
from kap_model.sessions import PLACES

_PROTOCOL = "a built-in practice or a protocol document"


def add_planning_commands(commands: Any) -> None:
    """Add ``draft``, ``next``, ``complete``, ``repair``, ``lint`` and ``diff``."""
    for name, says, add in (
        ("draft", "draft a course that keeps a protocol", _add_draft),
        ("next", "what is due next in a course", _add_next),
        ("complete", "add what a course still needs", _add_complete),
        ("repair", "the smallest change that mends a plan", _add_repair),
        ("lint", "check protocols themselves", _add_lint),
        ("diff", "what changes between two protocols", _add_diff),
    ):
        add(commands.add_parser(name, help=says, allow_abbrev=False))


def _add_draft(parser: argparse.ArgumentParser) -> None:
    parser.description = "Draft a course: prints a plan document, which keeps the protocol."
    parser.add_argument("practice", metavar="PRACTICE", help=_PROTOCOL)
    parser.add_argument("--start", metavar="DATE", required=True, help="the first session's date")
    parser.add_argument("--id", metavar="ID", default="draft", help="of the plan; default: draft")
    for name, says in (
        ("--dosings", "how many; default: the fewest that are lawful"),
        ("--preparations", "how many, likewise"),
        ("--integrations", "how many, likewise"),
        ("--dosing-minutes", "the length of a dosing; default: the shortest lawful and published"),
        ("--integration-delay", "days from a dosing to its integration; default: 1"),
    ):
        parser.add_argument(name, metavar="N", type=number, help=says)
    _add_every(parser, None)
    parser.add_argument("--weekday", choices=WEEKDAYS, help="of dosings")
    parser.add_argument("--timezone", metavar="ZONE", help="default: the practice's")
    parser.add_argument("--time", metavar="HH:MM", help="when sessions start; default: 10:00")
    _add_place(parser)
    parser.add_argument(
        "--working-days", metavar="DAYS", help="such as mon,tue,thu; default: every day"
    )
    parser.add_argument(
        "--closed",
        metavar="DATE",
        action="append",
        default=[],
        help="a date on which nothing is held; repeatable",
    )
    parser.set_defaults(run=print_draft)


def _add_next(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what is due next in a course, by when, and which rules bind it."
    _add_plan(parser, as_of_required=True)
    add_format(parser)
    parser.set_defaults(run=print_next)


def _add_complete(parser: argparse.ArgumentParser) -> None:
    parser.description = "Add all that a course still needs, at times that keep its protocol."
    _add_plan(parser, as_of_required=True)
    parser.add_argument("--slots", metavar="FILE", help="a document of open slots")
    _add_every(parser, "2w")
    parser.add_argument(
        "--integration-delay",
        metavar="N",
        type=number,
        default=0,
        help="days from a dosing to a new integration, at least; default: 0",
    )
    _add_place(parser)
    _add_plan_format(parser)
    parser.set_defaults(run=print_completion)


def _add_repair(parser: argparse.ArgumentParser) -> None:
    parser.description = "Find the smallest change that leaves no violated error."
    _add_plan(parser, as_of_required=False)
    _add_plan_format(parser)
    parser.set_defaults(run=print_repair)


def _add_lint(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say whether some course keeps a protocol, which limits exclude each other where none "
        "does, which rules can never fire, and which are off."
    )
    parser.add_argument("protocols", nargs="+", metavar="PROTOCOL", help=_PROTOCOL)
    add_fail_on(parser, FAIL_ON)
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.set_defaults(run=lint_protocols)


def _add_diff(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what changes for a client who moves from one protocol to another."
    parser.add_argument("before", metavar="A", help=_PROTOCOL)
    parser.add_argument("after", metavar="B", help=_PROTOCOL)
    parser.add_argument("--plan", metavar="FILE", help="a client's plan; - is stdin")
    parser.add_argument("--as-of", metavar="T", help="the moment of judgement, for --plan")
    add_format(parser)
    parser.set_defaults(run=print_diff)


def _add_plan(parser: argparse.ArgumentParser, *, as_of_required: bool) -> None:
    parser.add_argument("file", metavar="FILE", help="a plan document; - is stdin")
    parser.add_argument(
        "--protocol", metavar="NAME|FILE", help=f"{_PROTOCOL}; default: the plan's own"
    )
    parser.add_argument(
        "--as-of",
        metavar="T",
        required=as_of_required,
        help="now, such as 2027-02-01T12:00:00-08:00: nothing is booked before",
    )


def _add_every(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--every",
        metavar="PACE",
        default=default,
        help="the least distance of dosings, such as 10d; default: 2w",
    )


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--place", choices=PLACES, help="of the therapist's new sessions")
    parser.add_argument("--support-person", metavar="TEXT", help="who is there at remote dosings")


def _add_plan_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "json", "plan"),
        default="text",
        help="plan prints the whole new plan document; default: text",
    )
