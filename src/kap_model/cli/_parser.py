"""Which commands there are; what a command takes is loaded from its module when it is named."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from kap_model._version import __version__

Options: TypeAlias = Mapping[str, Callable[[argparse.ArgumentParser], None]]
"""What adds a command's description, options and ``run``, its function; by the command's name."""

NO_ADVICE = "It checks records against a practice's written protocol; it gives no medical advice."
_PROGRAM: Final = "kap-model"


def _check() -> Options:
    from kap_model.cli.check import OPTIONS

    return OPTIONS


def _lookups() -> Options:
    from kap_model.cli.lookups import OPTIONS

    return OPTIONS


def _planning() -> Options:
    from kap_model.cli.planning import OPTIONS

    return OPTIONS


def _prices() -> Options:
    from kap_model.cli.prices import OPTIONS

    return OPTIONS


COMMANDS: Final = (
    ("check", "check plan files", _check),
    ("explain", "explain one rule", _lookups),
    ("rules", "list the rules", _lookups),
    ("schema", "print a JSON Schema", _lookups),
    ("quote", "price a plan file", _prices),
    ("estimate", "price a practice's courses", _prices),
    ("superbill", "what a client may claim", _prices),
    ("instalments", "an amount in dated parts", _prices),
    ("draft", "draft a course that keeps a protocol", _planning),
    ("next", "what is due next in a course", _planning),
    ("complete", "add what a course still needs", _planning),
    ("repair", "the smallest change that mends a plan", _planning),
    ("lint", "check protocols themselves", _planning),
    ("diff", "what changes between two protocols", _planning),
    ("calendar", "print a plan as an iCalendar", _lookups),
)
"""Each command: its name, a line of help, and what loads its module."""


class CommandParser(argparse.ArgumentParser):
    """A command's parser; its module is loaded when it is to parse something."""

    options: Callable[[], Options] | None = None

    def complete(self) -> None:
        """Add what the command takes, once."""
        options, self.options = self.options, None
        if options is not None:
            options()[self.prog.removeprefix(f"{_PROGRAM} ")](self)

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        """What an ordinary parser says."""
        self.complete()
        return super().parse_known_args(*given, **named)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line; ``run`` is the command's function."""
    return command_line().parse_args(arguments)


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog=_PROGRAM,
        description="Plans of ketamine-assisted psychotherapy: checked, priced and drafted.",
        epilog=NO_ADVICE,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{_PROGRAM} {__version__}")
    commands = parser.add_subparsers(
        title="commands",
        metavar="COMMAND",
        required=True,
        prog=_PROGRAM,
        parser_class=CommandParser,
    )
    for name, says, options in COMMANDS:
        commands.add_parser(name, help=says, allow_abbrev=False).options = options
    return parser
