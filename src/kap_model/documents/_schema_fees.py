"""The schema of fee documents."""

from __future__ import annotations

import json
from typing import Final

from kap_model.documents._fee_reader import FEES_SCHEMA
from kap_model.documents._schema_parts import (
    Properties,
    Schema,
    array,
    choice,
    count,
    flag,
    only_where,
    record,
    ref,
    schema_name,
    strict,
    where,
    with_definitions,
    word_or,
)
from kap_model.documents._schema_rates import RATES_BY_NAME
from kap_model.documents.fees import dumps_fees
from kap_model.fees.charges import (
    SCOPES,
    SHARE_BASES,
    Adjustment,
    Deposit,
    Missed,
    Package,
    Together,
    Withdrawal,
)
from kap_model.fees.schedule import COURSE, ITEMS, SUPPLY, Fee, FeeSchedule
from kap_model.practices.regrounding import REGROUNDING
from kap_model.sessions import FORMATS, KINDS, LONGEST_MINUTES, SESSION_CLASSES, TherapistSession

_IN_A_FORMAT: Final = tuple(
    cls.kind for cls in SESSION_CLASSES if issubclass(cls, TherapistSession)
)
_CITED: Final = ref("citation", "Who says so.")
_AT_MOST_ONE: Final[Schema] = {
    "if": {"required": ["percent"]},
    "then": {"properties": {"amount": False}},
}
_EXACTLY_ONE: Final[Schema] = {
    **_AT_MOST_ONE,
    "else": {"description": "A percentage or an amount, one of them.", "required": ["amount"]},
}


def _share(of: str, *, signed: bool = False) -> dict[str, Schema]:
    sign = "signed-" if signed else ""
    return {
        "percent": ref(f"{sign}percentage", f"A percentage of {of}; instead of an amount."),
        "amount": ref(
            "signed-amount" if signed else "price", "A fixed amount; instead of a percentage."
        ),
    }


_PRICED_AS: Final = {KINDS: "session", (SUPPLY,): "supply", (COURSE,): "course"}
_FEE: Final = record(
    Fee,
    {
        "item": choice(
            ITEMS, "What it is for: a session of a kind, each supply, or the course once."
        ),
        "format": choice(
            FORMATS, "Only for sessions of this format, and then per person; absent = any other."
        ),
        "rate": {
            "description": "The price; absent = none to add: billed by the payee, or not published."
        },
        "payee": ref("text", "Who bills it; absent = the practice itself."),
        "name": ref("text", "What a quote calls it; absent = the item."),
        "since": ref("date", "The first date of service on which it is in force."),
        "citation": _CITED,
    },
    title="Fee",
    description="One dated, cited price.",
    dependentSchemas={"format": only_where("item", *_IN_A_FORMAT)},
    allOf=[
        {
            "if": where("item", *items),
            "then": {"properties": {"rate": {"$ref": f"#/$defs/rate-of-{name}"}}},
        }
        for items, name in _PRICED_AS.items()
    ],
)
_TOGETHER: Final = record(
    Together,
    {
        "kinds": array(
            {"enum": list(KINDS)}, "The kinds, each once.", minItems=1, uniqueItems=True
        ),
        "count": count("How many sessions of these kinds."),
    },
    title="Together",
    description="Sessions of several kinds that a package counts together.",
)
_PACKAGE: Final = record(
    Package,
    {
        "id": ref("id", "Its name in calls."),
        "name": ref("text", "Its name on a quote."),
        "price": ref("price", "The whole price; absent = not published."),
        "counts": strict(
            {kind: count("How many of this kind it holds.") for kind in KINDS},
            (),
            title="Counts",
            description="How many of each kind it holds; none of any = an extra.",
        ),
        "together": array({"$ref": "#/$defs/together"}, "What it holds of several kinds together."),
        "always": flag("Whether it belongs to every quote; else the caller takes it."),
        "citation": _CITED,
    },
    title="Package",
    description="A named price for stated counts: the first sessions by date fall inside.",
    optional=("price",),
)
_ADJUSTMENT: Final = record(
    Adjustment,
    {
        "name": ref("text", "What a quote calls it."),
        **_share("the subtotal so far", signed=True),
        "citation": _CITED,
    },
    title="Adjustment",
    description="A line at the end of a quote, in order.",
    written_as={"share": ("percent", "amount")},
    **_EXACTLY_ONE,
)
_DEPOSIT: Final = record(
    Deposit,
    {
        "name": ref("text", "What a quote calls it."),
        **_share("the total"),
        "refundable": flag("Whether it is paid back; absent = not stated."),
        "citation": _CITED,
    },
    title="Deposit",
    description="A payment ahead, no charge; without percent and amount it is not published.",
    written_as={"share": ("percent", "amount")},
    **_AT_MOST_ONE,
)
_MISSED: Final = record(
    Missed,
    {
        "at_least": count("Hours of notice from which on it applies; absent = a no-show.", 0),
        **_share("the session's price"),
        "kind": choice(KINDS, "The kind; absent = every kind without a line of its own."),
        "citation": _CITED,
    },
    title="Missed session",
    description="What a cancelled or missed session costs; without percent and amount it is "
    "charged, and not stated how much.",
    written_as={"charge": ("percent", "amount")},
    optional=("at_least",),
    **_AT_MOST_ONE,
)
_WITHDRAWAL: Final = record(
    Withdrawal,
    {
        "stage": ref("id", "The stage's name in calls."),
        "name": ref("text", "The stage in words."),
        **_share("what 'of' names"),
        "of": choice(SHARE_BASES, "Of what it is a percentage; beside an amount only quoted."),
        "citation": _CITED,
    },
    title="Withdrawal",
    description="What a client owes who withdraws at a stage of the course.",
    written_as={"owed": ("percent", "amount")},
    dependentSchemas={"amount": {"properties": {"of": {"const": SHARE_BASES[0]}}}},
    **_EXACTLY_ONE,
)
_CLAIM: Final = word_or(
    SCOPES,
    {"type": "integer", "minimum": 1, "maximum": LONGEST_MINUTES},
    "The whole price, nothing, or so many first minutes.",
)


def _list_of(name: str, description: str) -> Schema:
    return array({"$ref": f"#/$defs/{name}"}, description)


_PROPERTIES: Final[Properties] = {
    "schema": schema_name(FEES_SCHEMA),
    "id": ref("id", "Its name in quotes; the practice is the payee of that name."),
    "currency": ref("currency", "The one currency of all its amounts."),
    "fees": _list_of("fee", "Prices; of lines for one item the latest in force applies."),
    "packages": _list_of("package", "Prices for stated counts."),
    "adjustments": _list_of("adjustment", "Lines at the end, in order."),
    "deposits": _list_of("deposit", "Payments ahead."),
    "missed": _list_of("missed", "What cancelled and missed sessions cost; none = nothing."),
    "withdrawals": _list_of("withdrawal", "What is owed by a client who withdraws, by stage."),
    "claims": strict(
        dict.fromkeys(KINDS, _CLAIM),
        (),
        title="Claims",
        description="What a superbill may claim of each kind; absent = not stated.",
    ),
}


_PUBLISHED: Final = (REGROUNDING.fees,)


def fees_schema() -> Schema:
    """The schema of ``kap-model/fees/1``."""
    whole = record(
        FeeSchedule,
        _PROPERTIES,
        title="Fee schedule",
        description="The prices of one practice, each dated and cited.",
        leading=("schema",),
        examples=[json.loads(dumps_fees(fees)) for fees in _PUBLISHED if fees is not None],
    )
    own = {
        "fee": _FEE,
        **RATES_BY_NAME,
        "package": _PACKAGE,
        "together": _TOGETHER,
        "adjustment": _ADJUSTMENT,
        "deposit": _DEPOSIT,
        "missed": _MISSED,
        "withdrawal": _WITHDRAWAL,
    }
    return with_definitions(whole, own)
