"""``kap-model quote``, ``estimate``, ``superbill`` and ``instalments``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kap_model.cli._command import NUMBER, Result, add_format, answered, number
from kap_model.cli._inputs import chosen_protocol, chosen_schedule, named, protocol_of, read_plan
from kap_model.errors import refusal
from kap_model.fees.charges import Claim
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.pricing.codes import REMOTE_PLACES, TELEHEALTH_AT_HOME, Provider
from kap_model.pricing.estimates import estimate
from kap_model.pricing.instalments import ODD_CENTS, Instalments, instalments
from kap_model.pricing.quoting import FeesChoice, chosen_fees, quote
from kap_model.pricing.superbills import superbill

if TYPE_CHECKING:
    from kap_model.formats._judged import Printable


def add_quote(parser: argparse.ArgumentParser) -> None:
    """Add what ``quote`` takes."""
    parser.description = "Price a plan line by line, with how each amount came about."
    _add_plan_file(parser)
    _add_fees(parser)
    _add_priced_on(parser)
    add_format(parser)
    parser.set_defaults(run=print_quote)


def print_quote(arguments: argparse.Namespace) -> Result:
    """What a plan costs."""
    notes: list[str] = []

    def answer() -> Printable:
        plan, terms = _plan_and_terms(arguments, notes)
        return quote(plan, **terms)

    return answered(named(arguments.file), arguments.format, answer, notes)


def add_estimate(parser: argparse.ArgumentParser) -> None:
    """Add what ``estimate`` takes."""
    parser.description = "Say the lowest and the highest price of everything a protocol allows."
    parser.add_argument(
        "practice", metavar="PRACTICE|FILE", help="a built-in practice or a protocol document"
    )
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


def print_estimate(arguments: argparse.Namespace) -> Result:
    """The range of what a practice's courses cost."""

    def answer() -> Printable:
        named = arguments.practice if arguments.practice in BY_NAME else None
        own = protocol_of(arguments.practice, "PRACTICE")
        chosen = chosen_fees(chosen_schedule(arguments.fees), named)
        protocol = chosen_protocol(arguments.protocol) or own
        agreed = _agreed(arguments, chosen, None)
        return estimate(
            protocol,
            chosen,
            agreed=agreed,
            labels=_pairs(arguments.label, "--label"),
            packages=arguments.package,
            start=arguments.start,
        )

    return answered("estimate", arguments.format, answer)


def add_superbill(parser: argparse.ArgumentParser) -> None:
    """Add what ``superbill`` takes."""
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


def print_superbill(arguments: argparse.Namespace) -> Result:
    """What a client may claim for the sessions that were held."""
    notes: list[str] = []

    def answer() -> Printable:
        plan, terms = _plan_and_terms(arguments, notes)
        return superbill(
            plan,
            provider=Provider(
                name=arguments.provider,
                npi=arguments.npi,
                tax_id=arguments.tax_id,
                license=arguments.license,
                address=arguments.address,
                telephone=arguments.telephone,
            ),
            client=arguments.client,
            codes=_pairs(arguments.code, "--code"),
            diagnoses=arguments.diagnosis,
            claims=_claims(arguments.claim),
            remote_place=arguments.remote_place,
            since=arguments.since,
            until=arguments.until,
            **terms,
        )

    return answered(named(arguments.file), arguments.format, answer, notes)


def add_instalments(parser: argparse.ArgumentParser) -> None:
    """Add what ``instalments`` takes."""
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


def print_instalments(arguments: argparse.Namespace) -> Result:
    """An amount, or what a plan costs, in dated parts; what a quote lacks is said beside."""
    name = "instalments" if arguments.file is None else named(arguments.file)
    notes: list[str] = []

    def answer() -> Printable:
        return _split(_total(arguments, notes), arguments)

    return answered(name, arguments.format, answer, notes)


def _split(total: Money, arguments: argparse.Namespace) -> Instalments:
    return instalments(
        total,
        arguments.parts,
        arguments.first,
        odd=arguments.odd,
        every_months=arguments.every_months,
    )


def _total(arguments: argparse.Namespace, notes: list[str]) -> Money:
    if arguments.file is None:
        return _stated_total(arguments)
    if arguments.total is not None or arguments.currency is not None:
        raise refusal("", "needs a plan document or --total, and not both")
    plan, terms = _plan_and_terms(arguments, notes)
    priced = quote(plan, **terms)
    if priced.missing:
        kinds = ", ".join(priced.missing)
        notes.append(f"{named(arguments.file)}: no price is published for {kinds}")
    return priced.total


def _stated_total(arguments: argparse.Namespace) -> Money:
    if arguments.total is None:
        raise refusal("", "needs a plan document or --total, and not both")
    of_a_plan = ("fees", "label", "agree", "package", "priced_on")
    if any(getattr(arguments, option) for option in of_a_plan):
        raise refusal("", "needs a plan document for the options that price one")
    return Money.of(arguments.total, arguments.currency or "USD")


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


def _plan_and_terms(arguments: argparse.Namespace, notes: list[str]) -> tuple[Plan, dict[str, Any]]:
    """The plan of a file, and the arguments that price it."""
    plan = read_plan(arguments.file, notes)
    fees = chosen_schedule(arguments.fees)
    return plan, {
        "fees": fees,
        "agreed": _agreed(arguments, fees, plan.fees),
        "labels": _pairs(arguments.label, "--label"),
        "packages": arguments.package,
        "priced_on": arguments.priced_on,
    }


def _pairs(given: list[tuple[str, str]], option: str) -> Mapping[str, str]:
    pairs = dict(given)
    if len(pairs) != len(given):
        raise refusal(option, "must name each word on the left of = once")
    return pairs


def _agreed(
    arguments: argparse.Namespace, fees: FeesChoice | None, named: str | None
) -> Mapping[str, Money]:
    """Agreed prices, in the currency of the schedule."""
    if not arguments.agree:
        return {}
    currency = chosen_fees(fees, named).currency
    prices = _pairs(arguments.agree, "--agree").items()
    return {kind: Money.of(text, currency) for kind, text in prices}


def _claims(given: list[tuple[str, str]]) -> tuple[Claim, ...] | None:
    """What may be claimed, as options say it; ``None`` = as the schedule or practice says."""
    if not given:
        return None
    claims = []
    for kind, word in _pairs(given, "--claim").items():
        scope: Any = int(word) if NUMBER.fullmatch(word) else word
        claims.append(Claim(kind=kind, scope=scope))
    return tuple(claims)


def pair(text: str) -> tuple[str, str]:
    """A word and what it stands for, of ``word=value``."""
    word, sign, value = text.partition("=")
    if not (word and sign and value):
        raise argparse.ArgumentTypeError("must be written as word=value")
    return word, value


OPTIONS: Final = {
    "quote": add_quote,
    "estimate": add_estimate,
    "superbill": add_superbill,
    "instalments": add_instalments,
}
