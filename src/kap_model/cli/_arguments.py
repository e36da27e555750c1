"""The arguments of each command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from kap_model._version import __version__
from kap_model.cli._calendar import add_calendar_command
from kap_model.cli._check import FAIL_ON, FORMATS, check_files
from kap_model.cli._explain import explain, list_rules
from kap_model.cli._jobs import jobs_number
from kap_model.cli._options import add_fail_on, add_format
from kap_model.cli._planning_arguments import add_planning_commands
from kap_model.cli._price_arguments import add_price_commands
from kap_model.cli._schema import print_schema

NO_ADVICE = "It checks records against a practice's written protocol; it gives no medical advice."


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The parsed command line; ``run`` is the command's function."""
    return command_line().parse_args(arguments)


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="kap-model",
        description="Plans of ketamine-assisted psychotherapy: checked, priced and drafted.",
        epilog=NO_ADVICE,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kap-model {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_check(commands.add_parser("check", help="check plan files", allow_abbrev=False))
    _add_explain(commands.add_parser("explain", help="explain one rule", allow_abbrev=False))
    _add_rules(commands.add_parser("rules", help="list the rules", allow_abbrev=False))
    _add_schema(commands.add_parser("schema", help="print a JSON Schema", allow_abbrev=False))
    add_price_commands(commands)
    add_planning_commands(commands)
    add_calendar_command(commands)
    return parser


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Say what each plan keeps and what it does not, with sources and due dates."
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a plan document; FILE.ndjson or FILE.jsonl holds one on each line; - is stdin, "
        "either way",
    )
    parser.add_argument(
        "--protocol",
        metavar="NAME|FILE",
        help="a built-in practice or a protocol document; default: the plan's own",
    )
    parser.add_argument("--waivers", metavar="FILE", help="a waivers document")
    parser.add_argument(
        "--as-of", metavar="T", help="the moment of judgement, such as 2027-02-01T12:00:00-08:00"
    )
    add_fail_on(parser, FAIL_ON)
    parser.add_argument(
        "--format", choices=FORMATS, help="default: text, or ndjson where documents come by line"
    )
    parser.add_argument(
        "--lines",
        action="store_true",
        help="every FILE, stdin too, holds one document on each line; default: told by the name, "
        "and of stdin by its beginning",
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="say at the end which rules the plans exercised; in text, json and ndjson",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=jobs_number,
        default=1,
        help="how many processes share the work; default: 1",
    )
    parser.set_defaults(run=check_files)


def _add_explain(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say what a rule says, why, who says so, and show plans that differ in it."
    parser.add_argument("rule", metavar="RULE", help="a rule's id, such as INTEG-EACH")
    add_format(parser)
    parser.set_defaults(run=explain)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.description = "List every rule with its severity and its sentence."
    add_format(parser)
    parser.set_defaults(run=list_rules)


def _add_schema(parser: argparse.ArgumentParser) -> None:
    parser.description = "Print the JSON Schema (2020-12) of a kind of document, or of reports."
    # Not as choices: the parser would repeat what was typed.
    parser.add_argument(
        "name", metavar="NAME", help="plan, protocol, fees, waivers, slots or report"
    )
    parser.set_defaults(run=print_schema)
