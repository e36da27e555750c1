"""The arguments of the commands about money."""

from __future__ import annotations

import argparse
from typing import Any

from kap_model.cli._options import add_format, number
from kap_model.cli._price import (
    pair,
    print_estimate,
    print_instalments,
    print_quote,
    print_superbill,
)
from kap_model.pricing.codes import REMOTE_PLACES, TELEHEALTH_AT_HOME
from kap_model.pricing.instalments import ODD_CENTS


def add_price_commands(commands: Any) -> None:
    """Add ``quote``, ``estimate``, ``superbill`` and ``instalments``."""
    _add_quote(commands.add_parser("quote", help="price a plan file", allow_abbrev=False))
    _add_estimate(
        commands.add_parser("estimate", help="price a practice's courses", allow_abbrev=False)
    )
    _add_superbill(
        commands.add_parser("superbill", help="what a client may claim", allow_abbrev=False)
    )
    _add_instalments(
        commands.add_parser("instalments", help="an amount in dated parts", allow_abbrev=False)
    )


def _add_quote(parser: argparse.ArgumentParser) -> None:
    parser.description = "Price a plan line by line, with how each amount came about."
    _add_plan_file(parser)
    _add_fees(parser)
    _add_priced_on(parser)
    add_format(parser)
    parser.set_defaults(run=print_quote)


def _add_estimate(parser: argparse.ArgumentParser) -> None:
    parser.description = "Say the lowest and the highest price of everything a protocol allows."
    parser.add_argument("practice", metavar="PRACTICE", help="a built-in practice")
    parser.add_argument(
        "--protocol",
        metavar="NAME|FILE",
        help="another practice or a protocol document; default: the practice's own",
    )
    _add_fees(parser)
    parser.add_argument(
        "--start", metavar="DATE", help="the first session's date, on which prices are read"
    )
    add_format(parser)
    parser.set_defaults(run=print_estimate)


def _add_superbill(parser: argparse.ArgumentParser) -> None:
    parser.description = "List what a client may claim for the sessions that were held."
    _add_plan_file(parser)
    parser.add_argument("--provider", metavar="TEXT", required=True, help="who held the sessions")
    for name, help_text in (
        ("--npi", "the provider's national identifier, its check digit verified"),
        ("--tax-id", "the provider's tax number"),
        ("--license", "the provider's licence"),
        ("--address", "the provider's address"),
        ("--telephone", "the provider's telephone number"),
    ):
        parser.add_argument(name, metavar="TEXT", help=help_text)
    parser.add_argument(
        "--client", metavar="TEXT", help="how the payer knows the client; default: the pseudonym"
    )
    _add_pairs(
        parser,
        "--code",
        "KIND|SESSION=CODE",
        "the service code of a kind or of one session, checked against its time",
    )
    _add_pairs(
        parser,
        "--claim",
        "KIND=SCOPE",
        "what may be claimed: whole, nothing or the first minutes; default: as "
        "the schedule, else the protocol's practice says",
    )
    parser.add_argument(
        "--diagnosis", metavar="CODE", action="append", default=[], help="repeatable"
    )
    for name, help_text in (
        ("--since", "the first date of service on it"),
        ("--until", "the last date of service on it"),
    ):
        parser.add_argument(name, metavar="DATE", help=help_text)
    parser.add_argument(
        "--remote-place",
        choices=REMOTE_PLACES,
        default=TELEHEALTH_AT_HOME,
        help="where the client is in a remote session: 10 at home, 02 elsewhere; default: 10",
    )
    _add_fees(parser)
    _add_priced_on(parser)
    add_format(parser)
    parser.set_defaults(run=print_superbill)


def _add_instalments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Split an amount, or what a plan costs, in dated parts that sum exactly."
    _add_plan_file(parser, "?")
    parser.add_argument("--total", metavar="AMOUNT", help="an amount, such as 3545.00")
    parser.add_argument("--currency", metavar="CODE", help="of --total; default: USD")
    parser.add_argument("--parts", metavar="N", type=number, required=True, help="how many")
    parser.add_argument("--first", metavar="DATE", required=True, help="when the first is due")
    parser.add_argument(
        "--odd",
        choices=ODD_CENTS,
        default=ODD_CENTS[0],
        help="which part takes the odd cents, or spread; default: first",
    )
    parser.add_argument("--every-months", metavar="N", type=number, default=1, help="default: 1")
    _add_fees(parser)
    _add_priced_on(parser)
    add_format(parser)
    parser.set_defaults(run=print_instalments)


def _add_fees(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fees",
        metavar="NAME|FILE",
        help="a built-in practice or a fee document; default: what is named",
    )
    _add_pairs(
        parser,
        "--label",
        "LABEL=WORD",
        "a choice that prices depend on, such as route=oral",
    )
    _add_pairs(
        parser,
        "--agree",
        "KIND=AMOUNT",
        "the price agreed on a sliding scale",
    )
    parser.add_argument(
        "--package",
        metavar="ID",
        action="append",
        default=[],
        help="a package that the client takes; repeatable",
    )


def _add_pairs(parser: argparse.ArgumentParser, name: str, form: str, meaning: str) -> None:
    """Add an option that may be given again, each time as ``word=value``."""
    parser.add_argument(
        name, metavar=form, type=pair, action="append", default=[], help=f"{meaning}; repeatable"
    )


def _add_plan_file(parser: argparse.ArgumentParser, nargs: str | None = None) -> None:
    parser.add_argument("file", metavar="FILE", nargs=nargs, help="a plan document; - is stdin")


def _add_priced_on(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--priced-on", metavar="DATE", help="a price lock: every fee as on this date"
    )
