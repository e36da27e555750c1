"""Strategies of amounts of money, valid by construction."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._values import check_integer
from kap_model.money import LARGEST, Money, check_currency

CURRENCIES: Final = ("USD", "USD", "EUR", "JPY", "KWD")  # two decimals, none, three


def money(
    currency: str | None = "USD", min_minor: int = 0, max_minor: int = 1_000_000
) -> SearchStrategy[Money]:
    """Amounts of money.

    Args:
        currency: An ISO 4217 code; ``None``: US dollar, euro, yen or Kuwaiti dinar.
        min_minor: The least, in minor units; may be negative.
        max_minor: The most.

    Raises:
        InvalidValue: No currency code, no whole numbers, or the least above the most.
    """
    check_integer(max_minor, "max_minor", -LARGEST, LARGEST)
    check_integer(min_minor, "min_minor", -LARGEST, max_minor)
    if currency is None:
        return st.sampled_from(CURRENCIES).flatmap(lambda code: money(code, min_minor, max_minor))
    check_currency(currency, "currency")
    return st.integers(min_minor, max_minor).map(lambda minor: Money(minor, currency))
