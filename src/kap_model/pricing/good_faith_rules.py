"""The regulation of Good Faith Estimates (US): its figures, when one is due, what it tells.

Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from attrs import field, frozen

from kap_model._time import civil_date
from kap_model._values import Value, as_tuple, check_instance, check_integer
from kap_model.citations import Citation, Source, check_citation
from kap_model.errors import refusal
from kap_model.money import Money, check_price

_MOST_DAYS: Final = 366
_MOST_MONTHS: Final = 120
_SATURDAY: Final = 5


def _since(value: dt.date | str) -> dt.date:
    return civil_date(value, "since")


def _citations(values: Iterable[Citation]) -> tuple[Citation, ...]:
    citations = as_tuple(values, "citations")
    for index, citation in enumerate(citations):
        check_citation(citation, f"citations[{index}]")
    if not citations:
        raise refusal("citations", "must name at least one")
    return citations


@frozen(kw_only=True)
class GoodFaithRules(Value):
    """What the regulation asks of estimates, from a date on; days of notice are business days.

    Attributes:
        since: The first date on which it is in force.
        short_notice_days: A service so many business days ahead, or more, needs an estimate.
        short_due: The business days after scheduling within which it is issued.
        long_notice_days: The business days ahead from which there is more time.
        long_due: The business days after scheduling within which it is issued.
        requested_due: The business days after a request within which it is issued.
        valid_months: How long it is valid.
        dispute_over: A provider's bill so much over the estimate, or more, may be disputed; its
            currency is that of the estimates.
        dispute_days: The calendar days from the bill within which a dispute starts.
        citations: Who says so.
    """

    since: dt.date = field(converter=_since)
    short_notice_days: int
    short_due: int
    long_notice_days: int
    long_due: int
    requested_due: int
    valid_months: int
    dispute_over: Money
    dispute_days: int
    citations: tuple[Citation, ...] = field(converter=_citations)

    def __attrs_post_init__(self) -> None:
        check_integer(self.short_notice_days, "short_notice_days", 1, _MOST_DAYS)
        lowest = self.short_notice_days + 1
        check_integer(self.long_notice_days, "long_notice_days", lowest, _MOST_DAYS)
        for path in ("short_due", "long_due", "requested_due"):
            check_integer(getattr(self, path), path, 0, _MOST_DAYS)
        check_integer(self.valid_months, "valid_months", 1, _MOST_MONTHS)
        check_price(self.dispute_over, "dispute_over")
        check_integer(self.dispute_days, "dispute_days", 0, _MOST_DAYS)


_ESTIMATES: Final = Source("45 CFR 149.610")
_DISPUTES: Final = Source("45 CFR 149.620")
GOOD_FAITH: Final = GoodFaithRules(
    since="2022-01-01",
    short_notice_days=3,
    short_due=1,
    long_notice_days=10,
    long_due=3,
    requested_due=3,
    valid_months=12,
    dispute_over=Money.of("400.00", "USD"),
    dispute_days=120,
    citations=(
        _ESTIMATES["(b)(1)(vi), when it is due"],
        _ESTIMATES["(b)(1), recurring services within 12 months"],
        _ESTIMATES["(c)(1), what it says"],
        _DISPUTES["(a)(2)(ii), at least $400 more than the provider's expected charges"],
        _DISPUTES["(c), within 120 calendar days of the first bill"],
    ),
)
"""The regulation as in force since 2022-01-01."""


def good_faith_due(
    *,
    scheduled: dt.date | str | None = None,
    service: dt.date | str | None = None,
    requested: dt.date | str | None = None,
    holidays: Iterable[dt.date | str] = (),
    rules: GoodFaithRules = GOOD_FAITH,
) -> dt.date | None:
    """The last date on which an estimate is issued in time; ``None`` = none is owed.

    Business days are counted from the day after scheduling, the date of service included.

    Args:
        scheduled: The date on which the service was scheduled.
        service: The date of the service that was scheduled.
        requested: The date on which the client asked for an estimate; with the other two, the
            earlier of the two last dates holds.
        holidays: Weekdays on which the practice does no business.
        rules: The regulation.

    Raises:
        InvalidValue: Neither a scheduling nor a request, one of its two dates alone, a service
            before its scheduling, or a date before the regulation is in force.
    """
    check_instance(rules, "rules", GoodFaithRules)
    if (scheduled is None) != (service is None):
        raise refusal("scheduled", "must be given with service, and service with it")
    closed = as_holidays(holidays)
    last = []
    if scheduled is not None and service is not None:
        booked = _in_force(scheduled, "scheduled", rules)
        within = _days_after_scheduling(booked, civil_date(service, "service"), closed, rules)
        if within is not None:
            last.append(_business_day_after(booked.toordinal(), within, closed))
    elif requested is None:
        raise refusal("scheduled", "must be given with service, or requested")
    if requested is not None:
        asked = _in_force(requested, "requested", rules)
        last.append(_business_day_after(asked.toordinal(), rules.requested_due, closed))
    return dt.date.fromordinal(min(last)) if last else None


def _days_after_scheduling(
    booked: dt.date, service: dt.date, closed: frozenset[int], rules: GoodFaithRules
) -> int | None:
    if service < booked:
        raise refusal("service", "must not be before scheduled")
    ahead = _business_days_after(booked.toordinal(), service.toordinal(), closed)
    if ahead < rules.short_notice_days:
        return None
    return rules.short_due if ahead < rules.long_notice_days else rules.long_due


def _in_force(value: dt.date | str, path: str, rules: GoodFaithRules) -> dt.date:
    day = civil_date(value, path)
    if day < rules.since:
        raise refusal(path, "must not be before the date from which the rules are in force")
    return day


def as_holidays(values: Iterable[dt.date | str]) -> frozenset[int]:
    """The days on which a caller does no business, beside Saturdays and Sundays.

    Raises:
        InvalidValue: One of them is no date.
    """
    days = as_tuple(values, "holidays")
    return frozenset(civil_date(day, f"holidays[{i}]").toordinal() for i, day in enumerate(days))


def _is_business_day(day: int, holidays: frozenset[int]) -> bool:
    """Whether business is done on a day."""
    return day not in holidays and dt.date.fromordinal(day).weekday() < _SATURDAY


def _business_days_after(start: int, end: int, holidays: frozenset[int]) -> int:
    """How many business days come after a day, up to another and that included."""
    return sum(_is_business_day(day, holidays) for day in range(start + 1, end + 1))


def _business_day_after(start: int, count: int, holidays: frozenset[int]) -> int:
    """The business day that comes so many business days after a day."""
    day = start
    for _ in range(count):
        day += 1
        while not _is_business_day(day, holidays):
            day += 1
    return day


_EXPECTED: Final = (
    "These charges are what could be expected on the date of issue; what is done and what is "
    "charged may differ."
)
_NOT_LISTED: Final = (
    "Other services may be recommended that are scheduled or asked for separately and are not "
    "listed. Other providers may send bills of their own, with estimates of their own."
)
_HOW_TO_DISPUTE: Final = (
    "How to begin is said on www.cms.gov/nosurprises. A dispute has no effect on the quality of "
    "the care."
)
_NO_CONTRACT: Final = (
    "This is no contract: nobody is bound to take these services, or to take them from these "
    "providers."
)


def disclaimers(rules: GoodFaithRules) -> tuple[str, ...]:
    """The paragraphs of the paper under a regulation."""
    over, days = rules.dispute_over, rules.dispute_days
    since = rules.since.isoformat()
    dispute = (
        f"A provider's bill of at least {over} more than the charges expected of it here may "
        f"be disputed, within {days} calendar days of the date on the first bill."
    )
    advice = f"The figures are those of the regulation since {since}. This is not legal advice."
    return (_EXPECTED, _NOT_LISTED, f"{dispute} {_HOW_TO_DISPUTE}", _NO_CONTRACT, advice)
