"""Good Faith Estimates for clients who pay themselves (US), and bills held against them.

Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from kap_model._time import civil_date
from kap_model._values import as_mapping, check_instance, check_text
from kap_model.errors import refusal
from kap_model.money import Money, check_price
from kap_model.pricing._business_days import as_holidays
from kap_model.pricing.billing_codes import check_code
from kap_model.pricing.good_faith_estimates import (
    Dispute,
    GoodFaithEstimate,
    GoodFaithLine,
    GoodFaithProvider,
)
from kap_model.pricing.good_faith_rules import GOOD_FAITH, GoodFaithRules, good_faith_due
from kap_model.pricing.quotes import Quote


def good_faith_estimate(
    quote: Quote,
    *,
    providers: Mapping[str, str | None],
    client: str,
    issued: dt.date | str,
    scheduled: dt.date | str | None = None,
    service: dt.date | str | None = None,
    requested: dt.date | str | None = None,
    holidays: Iterable[dt.date | str] = (),
    diagnoses: Iterable[str] = (),
    codes: Mapping[str, str] | None = None,
    rules: GoodFaithRules = GOOD_FAITH,
) -> GoodFaithEstimate:
    """What each provider is expected to charge for a quoted plan.

    A provider without a known amount is listed with its services, to be estimated by itself.

    Args:
        quote: The priced plan.
        providers: For each payee of the quote its name, NPI, tax number and place, as one line;
            the practice must be given, others where they are known (``None`` = not).
        client: The client as the paper names them; shown by ``str`` and ``to_dict`` only.
        issued: The date of issue.
        scheduled: The date on which the services were scheduled; with it, ``due`` is known.
        service: The date of the first service that was scheduled; absent: the first date of the
            quote that is not before ``scheduled``.
        requested: The date on which the client asked for an estimate.
        holidays: Weekdays on which the practice does no business.
        diagnoses: Diagnosis codes; none is invented.
        codes: Service codes by item of the quote, such as ``{"dosing": "..."}``, so that what a
            cancelled session costs carries no code of a service.
        rules: The regulation.

    Raises:
        InvalidValue: Another currency than the regulation's, a payee or an item that the quote
            has not, no details of the practice, a date, a code or a text that cannot be.
    """
    check_instance(quote, "quote", Quote)
    check_instance(rules, "rules", GoodFaithRules)
    if quote.currency != rules.dispute_over.currency:
        raise refusal("quote", f"must be in {rules.dispute_over.currency}, as the rules are")
    details, by_item = _details(quote, providers), _codes(quote, codes)
    closed = [dt.date.fromordinal(day) for day in as_holidays(holidays)]
    if scheduled is not None and service is None:
        service = _first_service(quote, civil_date(scheduled, "scheduled"))
    asked = {"scheduled": scheduled, "service": service, "requested": requested}
    due = None
    if any(date is not None for date in asked.values()):
        due = good_faith_due(**asked, holidays=closed, rules=rules)
    return GoodFaithEstimate(
        plan=quote.plan,
        client=client,
        issued=issued,
        due=due,
        diagnoses=diagnoses,
        providers=[_provider(quote, payee, details, by_item) for payee in quote.subtotals],
        rules=rules,
    )


def _details(quote: Quote, providers: Mapping[str, str | None]) -> dict[str, str | None]:
    details, payees = as_mapping(providers, "providers"), list(quote.subtotals)
    if not set(details) <= set(payees) or quote.fees not in details:
        known = ", ".join(payees[1:]) or "no others"
        raise refusal("providers", f"must name {quote.fees}, and may name {known}")
    for payee, text in details.items():
        if text is not None or payee == quote.fees:
            check_text(text, "providers")
    return details


def _codes(quote: Quote, codes: Mapping[str, str] | None) -> dict[str, str]:
    by_item: dict[str, str] = {} if codes is None else as_mapping(codes, "codes")
    if not set(by_item) <= {line.item for line in quote.lines}:
        raise refusal("codes", "must be for items of the quote")
    for code in by_item.values():
        check_code(code, "codes")
    return by_item


def _first_service(quote: Quote, scheduled: dt.date) -> dt.date:
    dates = [line.date for line in quote.lines if line.date is not None and not line.missed]
    ahead = [date for date in dates if date >= scheduled]
    if not ahead:
        raise refusal("service", "must be given, for the quote has no service from scheduled on")
    return min(ahead)


def _provider(
    quote: Quote, payee: str, details: Mapping[str, str | None], codes: Mapping[str, str]
) -> GoodFaithProvider:
    lines = [
        GoodFaithLine(
            service=line.item,
            session=line.session,
            date=line.date,
            minutes=line.minutes,
            code=codes.get(line.item),
            expected=line.amount,
        )
        for line in quote.lines
        if line.payee == payee
    ]
    return GoodFaithProvider(payee=payee, details=details.get(payee), lines=lines)


def disputable(
    estimate: GoodFaithEstimate, bills: Mapping[str, Money], *, billed: dt.date | str
) -> tuple[Dispute, ...]:
    """The bills that may be disputed, each held against its own provider's expected charges.

    A bill of a provider without expected charges is returned too, with ``estimated`` ``None``:
    nothing says whether it may be disputed.

    Args:
        estimate: The estimate that was issued.
        bills: The whole bill of each provider.
        billed: The date on the first bill, from which the days of the dispute are counted.

    Raises:
        InvalidValue: Something else than an estimate, a bill that is negative or in another
            currency, a date that cannot be.
    """
    check_instance(estimate, "estimate", GoodFaithEstimate)
    first = civil_date(billed, "billed")
    until = first + dt.timedelta(days=estimate.rules.dispute_days)
    expected = {provider.payee: provider.expected for provider in estimate.providers}
    found = []
    for payee, bill in as_mapping(bills, "bills").items():
        check_text(payee, "bills")
        check_price(bill, "bills")
        if bill.currency != estimate.rules.dispute_over.currency:
            raise refusal("bills", "must be in the estimate's currency; currencies never mix")
        estimated = expected.get(payee)
        if estimated is None:
            found.append(Dispute(payee=payee, estimated=None, bill=bill, until=None))
        elif bill - estimated >= estimate.rules.dispute_over:
            found.append(Dispute(payee=payee, estimated=estimated, bill=bill, until=until))
    return tuple(found)
