"""The one door for money: exact amounts of one currency, and the rounding place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import total_ordering
from typing import Final, NoReturn, Protocol, overload

from attrs import field, frozen

from kap_model._values import Value, check_integer
from kap_model.errors import refusal

# ISO 4217, the currencies in circulation whose minor unit is not a hundredth.
_WHOLE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS: Final = "BHD IQD JOD KWD LYD OMR TND"
_DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
}
_USUAL_DIGITS: Final = 2
_SYMBOLS: Final = {"USD": "$", "EUR": "\u20ac", "GBP": "\u00a3", "CAD": "CA$", "AUD": "A$"}
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_TEXT: Final = re.compile(r"(-?)(0|[1-9]\d{0,15})(?:\.(\d{1,3}))?", re.ASCII)
_DECIMAL: Final = re.compile(r"(-?)(0|[1-9]\d{0,15})(?:\.(\d+))?", re.ASCII)
LARGEST: Final = 10**15
"""No amount that is stated has more minor units than this, either way."""
_LARGEST_SUM: Final = 10**24
_LONGEST_DECIMAL: Final = 20

AMOUNT_REASON: Final = 'must be an amount as text, such as "185.00"'
_OTHERS_REASON: Final = "must be money: an exact Decimal as amount, and a currency"


class CurrencyLike(Protocol):
    """A currency of another library."""

    @property
    def code(self) -> str:
        """The ISO 4217 code."""
        ...


class MoneyLike(Protocol):
    """Money of another library, such as a value of django-money's ``MoneyField``."""

    @property
    def amount(self) -> Decimal:
        """The amount in the currency's unit."""
        ...

    @property
    def currency(self) -> str | CurrencyLike:
        """The currency, or its code."""
        ...


def check_currency(value: object, path: str) -> str:
    """Refuse anything but a three-letter currency code in capitals."""
    if type(value) is not str or _CURRENCY.fullmatch(value) is None:
        raise refusal(path, "must be an ISO 4217 currency code, such as USD")
    return value


def check_money(value: object, path: str) -> Money:
    """Refuse anything but money, of either sign; of another library's, say what makes it ours."""
    if type(value) is not Money:
        advice = "; make it by Money.of(value)" if _is_money(value) else ""
        raise refusal(path, f"must be Money{advice}")
    return value


def _is_money(value: object) -> bool:
    """Whether a value is money, ours or another library's."""
    return hasattr(value, "amount") and hasattr(value, "currency")


def check_amount(value: object, path: str) -> Money:
    """Refuse anything but money, or more of it than is ever stated."""
    amount = check_money(value, path)
    if abs(amount.minor) > LARGEST:
        raise refusal(path, "must not be so large")
    return amount


def check_price(value: object, path: str) -> None:
    """Refuse anything but money that is stated and not negative."""
    if check_amount(value, path).minor < 0:
        raise refusal(path, "must not be negative")


def check_currencies(amounts: Iterable[Money | None], path: str, currency: str | None) -> None:
    """Refuse amounts of another currency than the result's; ``None`` = that of the first."""
    for amount in amounts:
        if amount is not None:
            currency = currency or amount.currency
            if amount.currency != currency:
                raise refusal(path, f"must be in {currency}; currencies never mix")


def plain_text(number: object) -> str | None:
    """A number as plain digits, of text as it is, of a Decimal without idle zeros.

    ``None`` for anything else, and for a Decimal too long to be an amount or a percentage.
    """
    if type(number) is str:
        return number
    if type(number) is not Decimal:
        return None
    exponent = number.as_tuple().exponent  # a letter, where the number is not finite
    if not isinstance(exponent, int) or not -_LONGEST_DECIMAL <= exponent <= _LONGEST_DECIMAL:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def minor_digits(currency: str) -> int:
    """How many decimal digits the minor unit of a currency has."""
    return _DIGITS.get(currency, _USUAL_DIGITS)


@total_ordering
@frozen(order=False, repr=False)
class Money(Value):
    """An exact amount of one currency.

    Attributes:
        minor: The amount in the currency's minor unit: 18500 for 185.00 USD.
        currency: The ISO 4217 code.

    Raises:
        InvalidValue: Not a whole number of minor units, too large, or no currency code; also
            raised where two currencies meet.
    """

    minor: int = field()
    currency: str = field()

    def __attrs_post_init__(self) -> None:
        check_integer(self.minor, "minor", -_LARGEST_SUM, _LARGEST_SUM)
        check_currency(self.currency, "currency")

    @overload
    @classmethod
    def of(cls, amount: str | Decimal, currency: str | CurrencyLike) -> Money: ...

    @overload
    @classmethod
    def of(cls, amount: MoneyLike) -> Money: ...

    @classmethod
    def of(
        cls, amount: str | Decimal | MoneyLike, currency: str | CurrencyLike | None = None
    ) -> Money:
        """The money that an exact amount names, or that another library's money is.

        Args:
            amount: Text such as ``185.00``, or a Decimal, whose idle zeros are no decimals; never
                a float. Or, without a currency, any money whose amount is a Decimal.
            currency: The ISO 4217 code, or a currency that has it as its ``code``.

        Raises:
            InvalidValue: Another type or form, more decimals than the currency has, or a currency
                beside money, which has its own.
        """
        if type(amount) is Money and currency is None:
            return amount
        if currency is not None and _is_money(amount):
            raise refusal("currency", "must not be given beside money, which has its own")
        number, code = _parted(amount) if currency is None else (amount, currency)
        code = code if type(code) is str else getattr(code, "code", None)
        return cls._read(number, check_currency(code, "currency"))

    @classmethod
    def _read(cls, number: object, currency: str) -> Money:
        text, form = plain_text(number), _TEXT if type(number) is str else _DECIMAL
        token = None if text is None else form.fullmatch(text)
        if token is None:
            raise refusal("amount", AMOUNT_REASON)
        sign, whole, decimals = token[1], token[2], token[3] or ""
        digits = minor_digits(currency)
        if len(decimals) > digits:
            raise refusal("amount", f"must have at most {digits} decimals in {currency}")
        minor = int(whole + decimals.ljust(digits, "0"))
        if minor > LARGEST:
            raise refusal("amount", "must not be so large")
        return cls(-minor if sign else minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money of a currency."""
        return cls(0, currency)

    @classmethod
    def rounded(cls, exact: Fraction, currency: str) -> Money:
        """An exact number of minor units, rounded half away from zero: the rounding place."""
        doubled = 2 * abs(exact)
        minor = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
        return cls(-minor if exact < 0 else minor, currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of amounts of one currency; zero where there are none."""
        whole = cls.zero(currency)
        for part in parts:
            whole += part
        return whole

    @property
    def amount(self) -> Decimal:
        """The amount in the currency's unit, with all its decimals."""
        return Decimal(self.text)

    @property
    def text(self) -> str:
        """The amount as documents carry it: ``3545.00``."""
        return self._written("")

    def _written(self, separator: str) -> str:
        digits = minor_digits(self.currency)
        whole, rest = divmod(abs(self.minor), 10**digits)
        sign = "-" if self.minor < 0 else ""
        shown = f"{whole:,}".replace(",", separator)
        return f"{sign}{shown}.{rest:0{digits}d}" if digits else f"{sign}{shown}"

    def __str__(self) -> str:
        shown = self._written(",")
        symbol = _SYMBOLS.get(self.currency)
        if symbol is None:
            return f"{shown} {self.currency}"
        return f"-{symbol}{shown[1:]}" if self.minor < 0 else f"{symbol}{shown}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise refusal("currency", "must be the same; currencies never mix")

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.minor < other.minor

    def __repr__(self) -> str:
        return f"Money.of({self.text!r}, {self.currency!r})"

    def __bool__(self) -> NoReturn:
        raise TypeError("money is neither true nor false; compare it with Money.zero(currency)")

    def portion(self, share: Fraction) -> Money:
        """A share of the amount, rounded once."""
        return Money.rounded(self.minor * share, self.currency)

    def allocate(self, weights: Iterable[int]) -> tuple[Money, ...]:
        """The amount in parts by weight that sum to it exactly.

        Each part is cut toward zero; the minor units that are left go one each to the first parts
        of non-zero weight.

        Raises:
            InvalidValue: No weights, a negative one, or none above zero.
        """
        given = tuple(weights)
        if not given or any(type(w) is not int or w < 0 for w in given) or not any(given):
            raise refusal("weights", "must be whole numbers from 0, one of them above 0")
        sign, whole = (-1, -self.minor) if self.minor < 0 else (1, self.minor)
        parts = [whole * weight // sum(given) for weight in given]
        left = whole - sum(parts)
        for place, weight in enumerate(given):
            if weight and left:
                parts[place], left = parts[place] + 1, left - 1
        return tuple(Money(sign * part, self.currency) for part in parts)


def _parted(value: object) -> tuple[object, object]:
    """The amount and the currency of a value that should have both."""
    if isinstance(value, (str, Decimal)):
        return value, None  # an amount that lacks its currency
    amount = getattr(value, "amount", None)
    if type(amount) is not Decimal:
        raise refusal("amount", _OTHERS_REASON)
    return amount, getattr(value, "currency", None)


def text_of(amount: Money | None) -> str | None:
    """An amount as JSON carries it; ``None`` where there is none."""
    return None if amount is None else amount.text
