"""Strategies of money, rates and fee schedules, valid by construction."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.citations import Citation
from kap_model.fees.charges import (
    SCOPES,
    SHARE_BASES,
    Adjustment,
    Claim,
    Deposit,
    Missed,
    Package,
    Share,
    ShareBase,
    Together,
    Withdrawal,
)
from kap_model.fees.rates import (
    PERIODS,
    ByLabel,
    FirstPart,
    Flat,
    Hourly,
    Option,
    Periodic,
    PlainRate,
    Rate,
    Scale,
    Tier,
    Tiered,
)
from kap_model.fees.schedule import COURSE, SUPPLY, Fee, FeeSchedule
from kap_model.sessions import FORMATS, KINDS, LONGEST_MINUTES, PLACES
from kap_model.testing._money_strategies import CURRENCIES, money
from kap_model.testing._plan_strategies import LABELS, TELLING_DATES, texts
from kap_model.testing._protocol_strategies import bounds

_PAYEES: Final = (None, None, None, "Journey Clinical", "the pharmacy")
_LENGTHS: Final = (1, 45, 50, 60, 90, 120, 180, LONGEST_MINUTES)
_INCREMENTS: Final = (1, 1, 5, 15, 30, 60, 7, LONGEST_MINUTES)
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "place": PLACES,
    "format": FORMATS,
    "level": LABELS,
    "route": ("oral", "nasal"),
    "cover": ("insured", "self-pay", "sponsored"),
}
_CHOSEN_FOR_THE_PLAN: Final = ("route", "cover")
_IN_A_FORMAT: Final = ("preparation", "dosing", "integration")
_PACKAGES: Final = ("starter", "course", "refresher")
_CITATION: Final = Citation("fee page", "section on fees")


@st.composite
def _tiered(draw: st.DrawFn, currency: str) -> Tiered:
    lengths = draw(st.lists(st.sampled_from(_LENGTHS), unique=True, max_size=3))
    lengths += draw(st.sampled_from(([LONGEST_MINUTES], [LONGEST_MINUTES], [121])))
    return Tiered(
        tiers=[Tier(minutes=n, amount=draw(money(currency))) for n in dict.fromkeys(lengths)]
    )


@st.composite
def _scales(draw: st.DrawFn, currency: str) -> Scale:
    low, high = sorted([draw(money(currency)), draw(money(currency))])
    return Scale(low=low, high=high if draw(st.integers(0, 3)) else None)


@cache
def _flat(currency: str) -> SearchStrategy[Flat]:
    minutes = st.none() | st.sampled_from(_LENGTHS)
    return st.builds(Flat, amount=money(currency), minutes=minutes)


def hourly_rates(currency: str = "USD") -> SearchStrategy[Hourly]:
    """Rates by the hour, some in increments of minutes, half with published lengths."""
    return st.builds(
        Hourly,
        amount=money(currency),
        increment=st.sampled_from(_INCREMENTS),
        published=st.none() | bounds(1, 200),
    )


@cache
def _plain_rates(currency: str) -> SearchStrategy[PlainRate]:
    amounts, lengths, hourly = money(currency), st.sampled_from(_LENGTHS), hourly_rates(currency)
    first_part = st.builds(FirstPart, minutes=lengths, first=amounts, rest=amounts)
    return st.one_of(
        _flat(currency), hourly, first_part, _tiered(currency), _scales(currency), hourly
    )


@st.composite
def _by_label(
    draw: st.DrawFn, inner: SearchStrategy[Any], words: tuple[str, ...] = tuple(_CHOICES)
) -> ByLabel:
    label = draw(st.sampled_from(words))
    known = _CHOICES[label]
    chosen = draw(st.just(known) | st.lists(st.sampled_from(known), unique=True, min_size=1))
    return ByLabel(label=label, options=[Option(label=word, rate=draw(inner)) for word in chosen])


def rates(currency: str = "USD") -> SearchStrategy[Rate]:
    """Rates that a fee for a session may have, of every form.

    Flat, hourly (with increments and published lengths), in tiers, a first part and a rest, a
    sliding scale, and by a label that is the session's (format, place, level) or the caller's
    (route, cover). Only ``periodic``, which is for the course, is not among them.

    Args:
        currency: The currency of all their amounts.
    """
    return _rates(currency)


@cache
def _rates(currency: str) -> SearchStrategy[Rate]:
    plain = _plain_rates(currency)
    return st.one_of(plain, plain, plain, _by_label(plain))


@cache
def _rates_or_none(item: str, currency: str) -> SearchStrategy[Rate | None]:
    """Rates of an item, one in five not published."""
    if item in KINDS:
        return st.one_of(*[_rates(currency)] * 4, st.none())
    flat: SearchStrategy[Any] = _flat(currency)
    if item == COURSE:
        every = st.sampled_from(PERIODS)
        flat = flat | st.builds(Periodic, amount=money(currency, 0, 50_000), every=every)
    inner = _by_label(flat, _CHOSEN_FOR_THE_PLAN)
    return st.one_of(flat, flat, flat, inner, st.none())


# Built once: Hypothesis validates every strategy that is built.
_DATES: Final = st.builds(
    lambda start, days: start + dt.timedelta(days=days),
    st.sampled_from(TELLING_DATES),
    st.integers(0, 120),
)
_SINCE: Final = st.lists(_DATES, unique=True, max_size=2)
_NAMES: Final = st.none() | texts()
_TOGETHER: Final = st.builds(
    Together,
    kinds=st.lists(st.sampled_from(KINDS), unique=True, min_size=1, max_size=3),
    count=st.integers(1, 3),
)


@st.composite
def _lines(
    draw: st.DrawFn, item: str, currency: str, format: str | None = None, name: str | None = None
) -> list[Fee]:
    """The lines of one item: one that is in force throughout, as a rule, and dated ones."""
    since: list[dt.date | None] = draw(_SINCE)
    if not since or draw(st.integers(0, 9)):
        since = [None, *since]
    return [
        Fee(
            item=item,
            format=format,
            rate=draw(_rates_or_none(item, currency)),
            payee=draw(st.sampled_from(_PAYEES)),
            name=draw(_NAMES) if item in KINDS else name,
            since=day,
            citation=_CITATION,
        )
        for day in since
    ]


@st.composite
def _fees(draw: st.DrawFn, currency: str, kinds: tuple[str, ...]) -> list[Fee]:
    fees = []
    for kind in kinds:
        fees += draw(_lines(kind, currency))
        if kind in _IN_A_FORMAT and draw(st.booleans()):
            fees += draw(_lines(kind, currency, format=draw(st.sampled_from(FORMATS))))
    for item in (SUPPLY, COURSE):
        for name in draw(st.lists(_NAMES, unique=True, max_size=2)):
            fees += draw(_lines(item, currency, name=name))
    return draw(st.permutations(fees))


@cache
def _shares(currency: str, lowest: int = 0) -> SearchStrategy[Share]:
    """Percentages, some with decimals, and amounts; from -100 where ``lowest`` is below 0."""
    hundredths = st.integers(-10_000 if lowest < 0 else 0, 15_000)
    percent = st.sampled_from((0, 1000, 5000, 10_000)) | hundredths
    parts = percent.map(lambda number: Share(percent=Decimal(number) / 100))
    return parts | money(currency, lowest, 20_000).map(lambda amount: Share(amount=amount))


@st.composite
def _missed(draw: st.DrawFn, currency: str) -> list[Missed]:
    """Tiers of notice and no-shows for every kind, and for some kinds of their own."""
    charges = st.one_of(*[_shares(currency)] * 5, st.none())
    kinds = draw(st.lists(st.sampled_from((None, *KINDS)), unique=True, max_size=3))
    if draw(st.booleans()):
        kinds = list(dict.fromkeys((None, *kinds)))
    lines = []
    for kind in kinds:
        hours = draw(st.lists(st.integers(1, 72), unique=True, max_size=2))
        choices: tuple[list[int | None], ...] = ([0, *hours], [0, *hours, None], [None])
        tiers = draw(st.sampled_from(choices))
        lines += [
            Missed(at_least=tier, charge=draw(charges), kind=kind, citation=_CITATION)
            for tier in tiers
        ]
    return lines


@st.composite
def _packages(draw: st.DrawFn, currency: str) -> list[Package]:
    counts = st.dictionaries(st.sampled_from(KINDS), st.sampled_from((1, 1, 2, 5)), max_size=3)
    return [
        Package(
            id=id,
            name=draw(texts()),
            price=draw(st.one_of(*[money(currency)] * 4, st.none())),
            counts=tuple(draw(counts).items()),
            together=draw(st.lists(_TOGETHER, max_size=1)),
            always=draw(st.booleans()),
            citation=_CITATION,
        )
        for id in draw(st.lists(st.sampled_from(_PACKAGES), unique=True, max_size=2))
    ]


@st.composite
def _withdrawals(draw: st.DrawFn, stage: str, currency: str) -> Withdrawal:
    owed = draw(_shares(currency))
    of: ShareBase = draw(st.sampled_from(SHARE_BASES)) if owed.amount is None else "quoted"
    return Withdrawal(stage=stage, name=draw(texts()), owed=owed, of=of, citation=_CITATION)


@st.composite
def claims(draw: st.DrawFn) -> tuple[Claim, ...]:
    """What superbills may claim of some kinds of session: whole, nothing, or first minutes."""
    scopes: SearchStrategy[Any] = st.sampled_from((*SCOPES, 1, 45, 60, LONGEST_MINUTES))
    chosen = draw(st.dictionaries(st.sampled_from(KINDS), scopes))
    return tuple(Claim(kind=kind, scope=scope) for kind, scope in chosen.items())


def fee_schedules(currency: str | None = None) -> SearchStrategy[FeeSchedule]:
    """Fee schedules with every feature, valid by construction.

    Fees are dated or not, for a format or any, billed by the practice or another payee, published
    or not, of every form of rate (:func:`rates`; flat, periodic and by-label ones for the course,
    flat and by-label ones for supplies). Beside them stand packages, adjustments, deposits, terms
    for cancelled and missed sessions by kind and notice, withdrawals, and claims.

    Nine in ten have a fee for every kind, and a fee is mostly in force throughout, so that most
    plans can be priced once the arguments that the schedule asks for are given.

    Args:
        currency: The currency of all amounts; absent: any of US dollar, euro, yen and Kuwaiti
            dinar, whose minor units differ.
    """
    codes = st.sampled_from(CURRENCIES) if currency is None else st.just(currency)
    return codes.flatmap(_fee_schedules)


@st.composite
def _fee_schedules(draw: st.DrawFn, code: str) -> FeeSchedule:
    without = draw(st.sampled_from((*(None,) * 9, "one")))
    left_out = None if without is None else draw(st.sampled_from(KINDS))
    few = st.integers(0, 2)
    cited: dict[str, Any] = {"name": texts(), "citation": st.just(_CITATION)}
    adjustment = st.builds(Adjustment, share=_shares(code, -20_000), **cited)
    deposit = st.builds(
        Deposit, share=st.none() | _shares(code), refundable=st.none() | st.booleans(), **cited
    )
    stages = [f"stage-{number}" for number in range(draw(few))]
    return FeeSchedule(
        id=draw(st.sampled_from(("house", "own-fees"))),
        currency=code,
        fees=draw(_fees(code, tuple(kind for kind in KINDS if kind != left_out))),
        packages=draw(_packages(code)),
        adjustments=draw(st.lists(adjustment, max_size=2)),
        deposits=draw(st.lists(deposit, max_size=2)),
        missed=draw(_missed(code)),
        withdrawals=[draw(_withdrawals(stage, code)) for stage in stages],
        claims=draw(st.none() | claims()),
    )
