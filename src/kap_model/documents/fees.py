"""Fee documents, ``kap-model/fees/1``: a practice's own prices, dated and cited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import attrs

from kap_model._values import IDENTIFIER, check_integer
from kap_model.documents import _json
from kap_model.documents._forms import (
    CITATION,
    DATE,
    FLAG,
    ID,
    KIND_OF_DOCUMENT,
    SOUND_CITATION,
    TEXT,
    array_of,
    choice,
    many,
    named,
    only_where,
    where,
    whole,
    with_definitions,
    word_or,
)
from kap_model.documents._rates import MINUTES, PRICE, RATE, SIGNED_AMOUNT, rate_schemas
from kap_model.documents._shape import (
    GIVEN,
    REFUSED,
    Document,
    Form,
    Key,
    Reading,
    Schema,
    Shape,
    tag,
)
from kap_model.errors import InvalidValue, refusal
from kap_model.fees.charges import (
    NO_SHARE_REASON,
    SCOPES,
    SHARE_BASES,
    Adjustment,
    Claim,
    Deposit,
    Missed,
    Package,
    Share,
    Together,
    Withdrawal,
)
from kap_model.fees.schedule import (
    COURSE,
    ITEMS,
    OWN_PAYEE_REASON,
    REPEATED_REASON,
    SUPPLY,
    Fee,
    FeeSchedule,
)
from kap_model.money import Money, check_currency
from kap_model.practices.regrounding import REGROUNDING
from kap_model.sessions import FORMATS, KINDS, SESSION_CLASSES, TherapistSession

if TYPE_CHECKING:
    from pathlib import Path

FEES_SCHEMA: Final = "kap-model/fees/1"
_MOST_DECIMALS: Final = "KWD"
"""The currency of amounts whose own is refused: its three decimals refuse no amount wrongly."""


def loads_fees(text: str | bytes) -> FeeSchedule:
    """The fee schedule of a document.

    Raises:
        DocumentError: The text is not a fee document; with all its problems.
    """
    schedule: FeeSchedule = _DOCUMENT.loads(text)
    return schedule


def load_fees(path: str | Path) -> FeeSchedule:
    """The fee schedule of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a fee document.
    """
    return loads_fees(_json.read_bytes(path))


def dumps_fees(schedule: FeeSchedule) -> str:
    """The canonical document of a fee schedule: equal schedules have equal text.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _DOCUMENT.dumps(schedule)


# Fees.

_CITED: Final = Key("citation", CITATION, "Who says so.", judged=False)
_IN_A_FORMAT: Final = tuple(
    cls.kind for cls in SESSION_CLASSES if issubclass(cls, TherapistSession)
)
PRICED_AS: Final = {KINDS: "session", (SUPPLY,): "supply", (COURSE,): "course"}
_FEE: Final = Shape(
    Fee,
    "Fee",
    "One dated, cited price.",
    (
        Key(
            "item",
            choice(ITEMS),
            "What it is for: a session of a kind, each supply, or the course once.",
        ),
        Key(
            "format",
            choice(FORMATS),
            "Only for sessions of this format, and then per person; absent = any other.",
            beside=("item",),
        ),
        Key(
            "rate",
            RATE,
            "The price; absent = none to add: billed by the payee, or not published.",
            beside=("item",),
            alone=None,
        ),
        Key("payee", TEXT, "Who bills it; absent = the practice itself."),
        Key("name", TEXT, "What a quote calls it; absent = the item."),
        Key("since", DATE, "The first date of service on which it is in force."),
        _CITED,
    ),
    sound={"item": "dosing", "citation": SOUND_CITATION},
    more={
        "dependentSchemas": {"format": only_where("item", *_IN_A_FORMAT)},
        "allOf": [
            {
                "if": where("item", *items),
                "then": {"properties": {"rate": named(f"rate-of-{name}").schema}},
            }
            for items, name in PRICED_AS.items()
        ],
    },
)
_FEES: Final = many(named("fee", _FEE))


def _read_fees(reading: Reading, raw: Any, path: str) -> Any:
    """The fees, of which each is told at once that it repeats an earlier one."""
    seen: set[tuple[Any, ...]] = set()

    def read(reading: Reading, item: Any, at: str) -> Any:
        fee = _FEE.read(reading, item, at)
        if fee is REFUSED:
            return REFUSED
        if fee.place in seen:
            reading.add(f"{at}.since", REPEATED_REASON)
            return REFUSED
        seen.add(fee.place)
        return fee

    return array_of(read)(reading, raw, path)


# Packages, and what is charged beside sessions.


def _counts(**numbers: Any) -> tuple[tuple[str, int], ...]:
    for kind, number in numbers.items():
        check_integer(number, kind, 1)
    return tuple(numbers.items())


_COUNTS: Final = Shape(
    None,
    "Counts",
    "How many of each kind it holds; none of any = an extra.",
    tuple(Key(kind, whole(1), "How many of this kind it holds.") for kind in KINDS),
    make=_counts,
)
_TOGETHER: Final = Shape(
    Together,
    "Together",
    "Sessions of several kinds that a package counts together.",
    (
        Key("kinds", many(choice(KINDS), minItems=1, uniqueItems=True), "The kinds, each once."),
        Key("count", whole(1), "How many sessions of these kinds."),
    ),
    sound={"kinds": ["dosing"], "count": 1},
)
_PACKAGE: Final = Shape(
    Package,
    "Package",
    "A named price for stated counts: the first sessions by date fall inside.",
    (
        Key("id", ID, "Its name in calls."),
        Key("name", TEXT, "Its name on a quote."),
        Key("price", PRICE, "The whole price; absent = not published.", required=False),
        Key("counts", Form(_COUNTS.schema(), _COUNTS.read, dict), judged=False),
        Key(
            "together",
            many(named("together", _TOGETHER)),
            "What it holds of several kinds together.",
            judged=False,
        ),
        Key("always", FLAG, "Whether it belongs to every quote; else the caller takes it."),
        _CITED,
    ),
    sound={"id": "p", "name": "n", "counts": {}, "citation": SOUND_CITATION},
    make=partial(Package, price=None),
)


def _percent_of(share: str) -> Callable[[Any], str | None]:
    def get(line: Any) -> str | None:
        held: Share | None = getattr(line, share)
        return None if held is None or held.percent is None else f"{held.percent:f}"

    return get


def _amount_of(share: str) -> Callable[[Any], Money | None]:
    def get(line: Any) -> Money | None:
        held: Share | None = getattr(line, share)
        return None if held is None else held.amount

    return get


def _share_keys(share: str, of: str, *, signed: bool = False) -> tuple[Key, Key]:
    """The keys of a percentage or an amount, of which a line states at most one.

    Args:
        share: What the line's class calls the two.
        of: Of what it is a percentage.
        signed: Whether it may take off.
    """
    percent = Key(
        "percent",
        named("signed-percentage" if signed else "percentage"),
        f"A percentage of {of}; instead of an amount.",
        _percent_of(share),
        beside=("amount",),
    )
    amount = Key(
        "amount",
        SIGNED_AMOUNT if signed else PRICE,
        "A fixed amount; instead of a percentage.",
        _amount_of(share),
        alone={"percent": None},
    )
    return percent, amount


def _with_share(cls: type[Any], share: str, **usual: Any) -> Callable[..., Any]:
    """A constructor that takes the percentage or the amount of a line by itself."""

    def make(percent: Any = None, amount: Any = None, **values: Any) -> Any:
        stated = percent is not None or amount is not None
        held = Share(percent=percent, amount=amount) if stated else None
        return cls(**{**usual, share: held, **values})

    return make


def _note_no_share(reading: Reading, raw: dict[str, Any], path: str) -> None:
    if "percent" not in raw and "amount" not in raw:
        reading.add(path, "lacks percent or amount")


def _note_withdrawal(reading: Reading, raw: dict[str, Any], path: str) -> None:
    _note_no_share(reading, raw, path)
    if "amount" in raw and "percent" not in raw and raw.get("of") in SHARE_BASES[1:]:
        reading.add(f"{path}.of", NO_SHARE_REASON)


_AT_MOST_ONE: Final[Schema] = {
    "if": {"required": ["percent"]},
    "then": {"properties": {"amount": False}},
}
_EXACTLY_ONE: Final[Schema] = {
    **_AT_MOST_ONE,
    "else": {"description": "A percentage or an amount, one of them.", "required": ["amount"]},
}
_ADJUSTMENT: Final = Shape(
    Adjustment,
    "Adjustment",
    "A line at the end of a quote, in order.",
    (
        Key("name", TEXT, "What a quote calls it."),
        *_share_keys("share", "the subtotal so far", signed=True),
        _CITED,
    ),
    sound={"name": "n", "percent": "0", "citation": SOUND_CITATION},
    make=_with_share(Adjustment, "share"),
    whole=_note_no_share,
    more=_EXACTLY_ONE,
)
_DEPOSIT: Final = Shape(
    Deposit,
    "Deposit",
    "A payment ahead, no charge; without percent and amount it is not published.",
    (
        Key("name", TEXT, "What a quote calls it."),
        *_share_keys("share", "the total"),
        Key("refundable", FLAG, "Whether it is paid back; absent = not stated."),
        _CITED,
    ),
    sound={"name": "n", "percent": "0", "citation": SOUND_CITATION},
    make=_with_share(Deposit, "share"),
    more=_AT_MOST_ONE,
)
_MISSED: Final = Shape(
    Missed,
    "Missed session",
    "What a cancelled or missed session costs; without percent and amount it is "
    "charged, and not stated how much.",
    (
        Key(
            "at_least",
            whole(0),
            "Hours of notice from which on it applies; absent = a no-show.",
            required=False,
        ),
        *_share_keys("charge", "the session's price"),
        Key("kind", choice(KINDS), "The kind; absent = every kind without a line of its own."),
        _CITED,
    ),
    sound={"percent": "0", "citation": SOUND_CITATION},
    make=_with_share(Missed, "charge", at_least=None),
    more=_AT_MOST_ONE,
)
_WITHDRAWAL: Final = Shape(
    Withdrawal,
    "Withdrawal",
    "What a client owes who withdraws at a stage of the course.",
    (
        Key("stage", ID, "The stage's name in calls."),
        Key("name", TEXT, "The stage in words."),
        *_share_keys("owed", "what 'of' names"),
        Key("of", choice(SHARE_BASES), "Of what it is a percentage; beside an amount only quoted."),
        _CITED,
    ),
    sound={"stage": "s", "name": "n", "percent": "0", "citation": SOUND_CITATION},
    make=_with_share(Withdrawal, "owed"),
    whole=_note_withdrawal,
    more={
        "dependentSchemas": {"amount": {"properties": {"of": {"const": SHARE_BASES[0]}}}},
        **_EXACTLY_ONE,
    },
)


def _claims(**scopes: Any) -> tuple[Claim, ...]:
    return tuple(_claim(kind, scope) for kind, scope in scopes.items())


def _claim(kind: str, scope: Any) -> Claim:
    try:
        return Claim(kind=kind, scope=scope)
    except InvalidValue as error:
        reason = error.problems[0].reason
    raise refusal(kind, reason)


def _scopes_of(claims: Iterable[Claim]) -> dict[str, Any]:
    return {claim.kind: claim.scope for claim in claims}


_SCOPE: Final = Form(word_or(SCOPES, MINUTES.schema))
_CLAIMS: Final = Shape(
    None,
    "Claims",
    "What a superbill may claim of each kind; absent = not stated.",
    tuple(
        Key(kind, _SCOPE, "The whole price, nothing, or so many first minutes.") for kind in KINDS
    ),
    make=_claims,
)

# The whole.


def _note_own_payee(reading: Reading, raw: dict[str, Any], path: str) -> None:
    own, fees = raw.get("id"), raw.get("fees")
    if type(own) is not str or IDENTIFIER.fullmatch(own) is None or type(fees) is not list:
        return
    for index, fee in enumerate(fees):
        if isinstance(fee, dict) and fee.get("payee") == own:
            reading.add(f"{path}.fees[{index}].payee", OWN_PAYEE_REASON)


_SCHEDULE: Final = Shape(
    FeeSchedule,
    "Fee schedule",
    "The prices of one practice, each dated and cited.",
    (
        tag("schema", FEES_SCHEMA, KIND_OF_DOCUMENT),
        Key("id", ID, "Its name in quotes; the practice is the payee of that name."),
        Key("currency", named("currency"), "The one currency of all its amounts."),
        Key(
            "fees",
            attrs.evolve(_FEES, read=_read_fees),
            "Prices; of lines for one item the latest in force applies.",
            judged=False,
        ),
        Key("packages", many(named("package", _PACKAGE)), "Prices for stated counts."),
        Key("adjustments", many(named("adjustment", _ADJUSTMENT)), "Lines at the end, in order."),
        Key("deposits", many(named("deposit", _DEPOSIT)), "Payments ahead."),
        Key(
            "missed",
            many(named("missed", _MISSED)),
            "What cancelled and missed sessions cost; none = nothing.",
        ),
        Key(
            "withdrawals",
            many(named("withdrawal", _WITHDRAWAL)),
            "What is owed by a client who withdraws, by stage.",
        ),
        Key("claims", Form(_CLAIMS.schema(), _CLAIMS.read, _scopes_of), judged=False),
    ),
    sound={"id": "f", "currency": GIVEN, "fees": []},
    whole=_note_own_payee,
)


def _read_schedule(reading: Reading, raw: Any, path: str) -> Any:
    named: Any = raw.get("currency") if isinstance(raw, dict) else None
    try:
        check_currency(named, "")
    except InvalidValue:
        named = _MOST_DECIMALS
    reading.given = named
    return _SCHEDULE.read(reading, raw, path)


# Amounts gain decimals: only writing tells whether a schedule can be read again.
_DOCUMENT: Final = Document(
    _read_schedule, _SCHEDULE.write, grows=True, without_health_data=FEES_SCHEMA
)


def fees_schema() -> Schema:
    """The schema of ``kap-model/fees/1``."""
    published = [fees for fees in (REGROUNDING.fees,) if fees is not None]
    examples = [json.loads(dumps_fees(fees)) for fees in published]
    own = {
        "fee": _FEE.schema(),
        **rate_schemas(),
        "package": _PACKAGE.schema(),
        "together": _TOGETHER.schema(),
        "adjustment": _ADJUSTMENT.schema(),
        "deposit": _DEPOSIT.schema(),
        "missed": _MISSED.schema(),
        "withdrawal": _WITHDRAWAL.schema(),
    }
    return with_definitions({**_SCHEDULE.schema(), "examples": examples}, own)
