"""``kap-model quote``, ``estimate``, ``superbill`` and ``instalments``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from kap_model.cli._answer import Printable, answered, named
from kap_model.cli._inputs import chosen_protocol, chosen_schedule, read_plan
from kap_model.cli._options import NUMBER
from kap_model.cli._result import Result
from kap_model.errors import refusal
from kap_model.fees.charges import Claim
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.pricing.codes import Provider
from kap_model.pricing.estimates import estimate
from kap_model.pricing.instalments import Instalments, instalments
from kap_model.pricing.quoting import FeesChoice, chosen_fees, quote
from kap_model.pricing.superbills import superbill


def print_quote(arguments: argparse.Namespace) -> Result:
    """What a plan costs."""

    def answer() -> Printable:
        plan, terms = _plan_and_terms(arguments)
        return quote(plan, **terms)

    return answered(named(arguments.file), arguments.format, answer)


def print_estimate(arguments: argparse.Namespace) -> Result:
    """The range of what a practice's courses cost."""

    def answer() -> Printable:
        practice = BY_NAME.get(arguments.practice)
        if practice is None:
            raise refusal("PRACTICE", "must be one of " + ", ".join(BY_NAME))
        fees = chosen_schedule(arguments.fees)
        chosen = chosen_fees(fees, practice.id)
        protocol = chosen_protocol(arguments.protocol) or practice.protocol
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


def print_superbill(arguments: argparse.Namespace) -> Result:
    """What a client may claim for the sessions that were held."""

    def answer() -> Printable:
        plan, terms = _plan_and_terms(arguments)
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

    return answered(named(arguments.file), arguments.format, answer)


def print_instalments(arguments: argparse.Namespace) -> Result:
    """An amount, or what a plan costs, in dated parts; what a quote lacks is said beside."""
    name = "instalments" if arguments.file is None else named(arguments.file)
    notes: list[str] = []

    def answer() -> Printable:
        return _split(_total(arguments, notes), arguments)

    result = answered(name, arguments.format, answer)
    return Result(result.status, result.output, (*result.complaints, *notes))


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
    plan, terms = _plan_and_terms(arguments)
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


def _plan_and_terms(arguments: argparse.Namespace) -> tuple[Plan, dict[str, Any]]:
    """The plan of a file, and the arguments that price it."""
    plan = read_plan(arguments.file)
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
