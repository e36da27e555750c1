"""What the results of pricing share: checks of their dates, texts and amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from kap_model._time import civil_date
from kap_model._values import as_tuple, check_text
from kap_model.errors import refusal
from kap_model.money import Money


def as_texts(values: Iterable[str], path: str) -> tuple[str, ...]:
    """Short lines of text as a tuple."""
    texts = as_tuple(values, path)
    for index, text in enumerate(texts):
        check_text(text, f"{path}[{index}]")
    return texts


def date_or_none(value: dt.date | str | None, path: str) -> dt.date | None:
    """A civil date, where there is one."""
    return None if value is None else civil_date(value, path)


def check_texts(value: object, *names: str) -> None:
    """Refuse a value whose named fields are not each one short line of text."""
    for name in names:
        check_text(getattr(value, name), name)


def check_texts_or_none(value: object, *names: str) -> None:
    """As :func:`check_texts`, where the fields are not ``None``."""
    check_texts(value, *(name for name in names if getattr(value, name) is not None))


def check_currencies(amounts: Iterable[Money | None], path: str, currency: str | None) -> None:
    """Refuse amounts of another currency than the result's; ``None`` = that of the first."""
    for amount in amounts:
        if amount is not None:
            currency = currency or amount.currency
            if amount.currency != currency:
                raise refusal(path, f"must be in {currency}; currencies never mix")
