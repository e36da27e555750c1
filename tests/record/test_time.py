"""Instants, civil dates, months, quarters and years, each against an independent computation."""

from __future__ import annotations

import calendar
import datetime as dt
import zoneinfo
from typing import Any

import pendulum
import pytest
from hypothesis import example, given, strategies as st

from clocks import seconds
from kap_model import _time
from kap_model.errors import InvalidValue
from kap_model.testing import strategies as kst

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
LOS_ANGELES = "America/Los_Angeles"
ALL_ZONES = sorted(_time.zone_names())


def refused_moment(value: Any) -> str:
    with pytest.raises(InvalidValue) as caught:
        _time.moment_of_judgement(value)
    (problem,) = caught.value.problems
    assert problem.path == "as_of"
    return problem.reason


def refusal(value: Any, path: str = "start") -> str:
    with pytest.raises(InvalidValue) as caught:
        _time.instant(value, path)
    (problem,) = caught.value.problems
    assert problem.path == path
    return problem.reason


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2027-01-18T13:00:00-08:00", "2027-01-18 13:00:00 -0800"),
        ("2027-01-18T13:00:00Z", "2027-01-18 13:00:00 +0000"),
        ("2027-01-18T13:00:00+00:00", "2027-01-18 13:00:00 +0000"),
        ("2027-01-18T13:00:59+05:45", "2027-01-18 13:00:59 +0545"),
        ("2027-01-18T00:00:00+14:00", "2027-01-18 00:00:00 +1400"),
        ("2027-01-18T23:59:59-14:00", "2027-01-18 23:59:59 -1400"),
        ("2027-01-18T23:59:59+13:59", "2027-01-18 23:59:59 +1359"),
        ("2027-01-18T23:59:59-13:59", "2027-01-18 23:59:59 -1359"),
        ("2027-01-18T23:59:59-00:01", "2027-01-18 23:59:59 -0001"),
        ("2028-02-29T12:00:00Z", "2028-02-29 12:00:00 +0000"),
        ("1980-01-01T00:00:00Z", "1980-01-01 00:00:00 +0000"),
        ("1980-01-01T14:00:00+14:00", "1980-01-01 00:00:00 +0000"),
        ("1979-12-31T16:00:00-08:00", "1980-01-01 00:00:00 +0000"),
        ("2199-12-31T23:59:59Z", "2199-12-31 23:59:59 +0000"),
        ("2200-01-01T13:59:59+14:00", "2199-12-31 23:59:59 +0000"),
    ],
)
def test_a_lawful_time_names_its_instant(text: str, same: str) -> None:
    assert _time.instant(text, "start") == seconds(same)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "13:00",
        "2027",
        "P1D",
        "2027-01-18",
        "2027-01-18t13:00:00Z",
        "2027-01-18 13:00:00Z",
        "2027-01-18T13:00:00z",
        "2027-01-18T13:00Z",
        "2027-01-18T13:00:Z",
        "2027-01-18T13Z",
        "2027-01-18T13:00:00.0Z",
        "2027-01-18T13:00:00.000000-08:00",
        "2027-01-18T13:00:00,5Z",
        "2027-01-18T13:00:60Z",
        "2027-01-18T13:60:00Z",
        "2027-01-18T24:00:00Z",
        "2027-01-18T13:00:00-00:00",
        "2027-01-18T13:00:00+14:01",
        "2027-01-18T13:00:00-14:01",
        "2027-01-18T13:00:00+15:00",
        "2027-01-18T13:00:00+24:00",
        "2027-01-18T13:00:00+08:60",
        "2027-01-18T13:00:00-8:00",
        "2027-01-18T13:00:00-0800",
        "2027-01-18T13:00:00-08",
        "2027-01-18T13:00:00-08:00:00",
        "2027-01-18T13:00:00\u221208:00",
        "2027-1-18T13:00:00Z",
        "20270118T130000Z",
        "2027-W03-1T13:00:00Z",
        "2027-018T13:00:00Z",
        "+2027-01-18T13:00:00Z",
        "2027-01-18T13:00:00Z\n",
        " 2027-01-18T13:00:00Z",
        "2027-01-18T13:00:00Z[America/Los_Angeles]",
        "\u0662\u0660\u0662\u0667-01-18T13:00:00Z",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    assert refusal(text) == _time.TIME_REASON


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-29T12:00:00Z",
        "2027-04-31T12:00:00Z",
        "2027-00-10T12:00:00Z",
        "2027-13-10T12:00:00Z",
        "2027-01-00T12:00:00Z",
        "2027-01-32T12:00:00Z",
        "2100-02-29T12:00:00Z",
        "0000-01-01T12:00:00Z",
    ],
)
def test_a_time_that_the_calendar_lacks_is_refused(text: str) -> None:
    assert refusal(text) == "must be a time that the calendar has"


@pytest.mark.parametrize(
    "text",
    [
        "1979-12-31T23:59:59Z",
        "1980-01-01T13:59:59+14:00",
        "2200-01-01T00:00:00Z",
        "2199-12-31T16:00:00-08:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_a_time_outside_1980_to_2199_in_utc_is_refused(text: str) -> None:
    assert refusal(text) == _time.RANGE_REASON


@pytest.mark.parametrize(
    "value", [None, 0, 1_800_000_000, 1.5, True, b"2027-01-18T13:00:00Z", dt.date(2027, 1, 18)]
)
def test_what_is_no_time_is_refused(value: object) -> None:
    assert refusal(value) == _time.TIME_REASON


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2027, 1, 18, 13, tzinfo=dt.timezone(dt.timedelta(hours=-8))),
        dt.datetime(2027, 1, 18, 21, tzinfo=dt.UTC),
        dt.datetime(2027, 1, 18, 13, tzinfo=zoneinfo.ZoneInfo(LOS_ANGELES)),
        pendulum.datetime(2027, 1, 18, 13, tz=LOS_ANGELES),
        pendulum.datetime(2027, 1, 18, 21),
        dt.datetime.fromisoformat("2027-01-19T06:00:00+09:00"),
    ],
    ids=["offset", "utc", "zoneinfo", "pendulum", "pendulum-utc", "fromisoformat"],
)
def test_any_aware_datetime_names_its_instant(value: dt.datetime) -> None:
    assert _time.instant(value, "start") == seconds("2027-01-18 13:00:00 -0800")


@pytest.mark.parametrize("fold", [0, 1])
def test_the_fold_of_a_datetime_is_kept(fold: int) -> None:
    expected = seconds(f"2027-11-07 01:30:00 {('-0700', '-0800')[fold]}")
    stdlib = dt.datetime(2027, 11, 7, 1, 30, tzinfo=zoneinfo.ZoneInfo(LOS_ANGELES), fold=fold)
    ours = pendulum.datetime(2027, 11, 7, 1, 30, tz=LOS_ANGELES, fold=fold)
    assert _time.instant(stdlib, "start") == expected
    assert _time.instant(ours, "start") == expected


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(
    ("name", "clock"),
    [
        (LOS_ANGELES, (2027, 3, 14, 2, 0)),
        (LOS_ANGELES, (2027, 3, 14, 2, 30)),
        (LOS_ANGELES, (2027, 3, 14, 2, 59)),
        ("Australia/Lord_Howe", (2027, 10, 3, 2, 15)),
        ("Pacific/Apia", (2011, 12, 30, 12, 0)),
    ],
)
@pytest.mark.parametrize("make", [dt.datetime, pendulum.DateTime], ids=["stdlib", "pendulum"])
@pytest.mark.parametrize("zone", [zoneinfo.ZoneInfo, pendulum.timezone], ids=["zoneinfo", "own"])
def test_a_local_time_that_its_zone_skips_is_refused(
    make: Any, zone: Any, name: str, clock: tuple[int, ...], fold: int
) -> None:
    skipped = make(*clock, tzinfo=zone(name), fold=fold)
    assert refusal(skipped) == _time.GAP_REASON
    assert refused_moment(skipped) == _time.GAP_REASON


@pytest.mark.parametrize("fold", [0, 1])
@pytest.mark.parametrize(
    ("clock", "text"),
    [
        ((2027, 3, 14, 1, 59), "2027-03-14 01:59:00 -0800"),
        ((2027, 3, 14, 3, 0), "2027-03-14 03:00:00 -0700"),
        ((2027, 11, 7, 0, 59), "2027-11-07 00:59:00 -0700"),
        ((2027, 11, 7, 2, 0), "2027-11-07 02:00:00 -0800"),
    ],
)
def test_a_local_time_beside_a_change_of_clocks_is_taken(
    clock: tuple[int, ...], text: str, fold: int
) -> None:
    zone = zoneinfo.ZoneInfo(LOS_ANGELES)
    year, month, day, hour, minute = clock
    local = dt.datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold)
    assert _time.instant(local, "start") == _time.moment_of_judgement(local) == seconds(text)


class Bare(dt.datetime):
    """A time that has an offset, and no zone to ask for it."""

    def utcoffset(self) -> dt.timedelta | None:
        return dt.timedelta(hours=-8)


def test_a_time_that_knows_its_own_offset_is_taken() -> None:
    local = Bare(2027, 3, 14, 2, 30)
    assert _time.instant(local, "start") == seconds("2027-03-14 02:30:00 -0800")


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2027, 1, 18, 13),  # noqa: DTZ001 - a naive one is what is refused
        pendulum.naive(2027, 1, 18, 13),
    ],
    ids=["stdlib", "pendulum"],
)
def test_a_naive_datetime_is_refused_with_advice(value: dt.datetime) -> None:
    reason = refusal(value)
    assert "no offset" in reason
    assert "replace(tzinfo=zoneinfo.ZoneInfo('America/Los_Angeles'))" in reason


def test_a_text_without_an_offset_is_refused_for_that() -> None:
    assert "offset" in refusal("2027-01-18T13:00:00")


def test_the_advice_for_a_naive_datetime_works() -> None:
    value = dt.datetime(2027, 1, 18, 13)  # noqa: DTZ001 - a naive one is what is refused
    assert "value.replace(tzinfo=zoneinfo.ZoneInfo('America/Los_Angeles'))" in refusal(value)
    aware = value.replace(tzinfo=zoneinfo.ZoneInfo("America/Los_Angeles"))
    assert _time.instant(aware, "start") == seconds("2027-01-18 13:00:00 -0800")


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2027, 1, 18, 13, 0, 0, 1, tzinfo=dt.UTC),
        pendulum.datetime(2027, 1, 18, 13, microsecond=999_999),
    ],
    ids=["stdlib", "pendulum"],
)
def test_a_fraction_of_a_second_is_refused(value: dt.datetime) -> None:
    assert refusal(value) == _time.TIME_REASON


@pytest.mark.parametrize(
    "offset",
    [
        dt.timedelta(microseconds=500_000),
        dt.timedelta(hours=8, seconds=1),
        dt.timedelta(hours=-8, microseconds=1),
        dt.timedelta(hours=14, minutes=1),
        dt.timedelta(hours=-14, minutes=-1),
        dt.timedelta(hours=23, minutes=59),
    ],
    ids=str,
)
def test_a_datetime_with_an_offset_that_no_text_could_have_is_refused(
    offset: dt.timedelta,
) -> None:
    value = dt.datetime(2027, 1, 18, 13, tzinfo=dt.timezone(offset))
    assert "offset of whole minutes within 14:00" in refusal(value)


@pytest.mark.parametrize("hours", [-14, 14])
def test_a_datetime_with_the_farthest_offset_is_accepted(hours: int) -> None:
    value = dt.datetime(2027, 1, 18, 13, tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    assert _time.instant(value, "start") == value.timestamp()


@pytest.mark.parametrize("year", [1, 1979, 2200, 9999])
@pytest.mark.parametrize("hours", [-14, 0, 14])
def test_a_datetime_outside_1980_to_2199_in_utc_is_refused(year: int, hours: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    for month, day, hour in ((1, 1, 0), (12, 31, 23)):
        value = dt.datetime(year, month, day, hour, tzinfo=zone)
        inside = (year, month, hours) in ((1979, 12, -14), (2200, 1, 14))
        if inside:
            assert _time.instant(value, "start") == value.timestamp()
        else:
            assert refusal(value) == _time.RANGE_REASON


@given(kst.instants())
def test_text_and_datetime_name_the_same_instant(value: dt.datetime) -> None:
    text = value.isoformat().replace("-00:00", "+00:00")
    assert _time.instant(text, "start") == _time.instant(value, "start") == value.timestamp()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-02-10T12:00:00.999999999Z", "2027-02-10 12:00:00 +0000"),
        ("2027-02-10T12:00:00.5-08:00", "2027-02-10 12:00:00 -0800"),
        ("2027-02-10T12:00:00Z", "2027-02-10 12:00:00 +0000"),
        (dt.datetime(2027, 2, 10, 12, 0, 0, 999_999, dt.UTC), "2027-02-10 12:00:00 +0000"),
        (pendulum.datetime(2027, 2, 10, 12, microsecond=1), "2027-02-10 12:00:00 +0000"),
        (dt.datetime(2199, 12, 31, 23, 59, 59, 999_999, dt.UTC), "2199-12-31 23:59:59 +0000"),
    ],
)
def test_a_fraction_of_as_of_is_cut_off(value: dt.datetime | str, expected: str) -> None:
    assert _time.moment_of_judgement(value) == seconds(expected)


WIDE = dt.timedelta(hours=14)


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2027, 2, 10, 12),  # noqa: DTZ001 - a naive one is what is refused
        "2027-02-10T12:00:00",
        "2027-02-10T12:00:00.5",
        "2027-02-10T12:00:00.Z",
        "2027-02-10T12:00:00.0123456789Z",
        "2027-02-10T12:00.5Z",
        "now",
        "",
        5,
        None,
        dt.date(2027, 2, 10),
        dt.datetime(1979, 12, 31, 23, 59, 59, 999_999, dt.UTC),
        dt.datetime(2200, 1, 1, tzinfo=dt.UTC),
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(WIDE)),
        dt.datetime(9999, 12, 31, 23, tzinfo=dt.timezone(-WIDE)),
    ],
)
def test_as_of_that_names_no_lawful_instant_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        _time.moment_of_judgement(value)
    assert [problem.path for problem in caught.value.problems] == ["as_of"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-01-06", dt.date(2027, 1, 6)),
        ("1900-01-01", dt.date(1900, 1, 1)),
        ("2200-12-31", dt.date(2200, 12, 31)),
        ("2000-02-29", dt.date(2000, 2, 29)),
        (dt.date(2027, 1, 6), dt.date(2027, 1, 6)),
        (pendulum.date(2027, 1, 6), dt.date(2027, 1, 6)),
    ],
)
def test_a_date_is_read(value: dt.date | str, expected: dt.date) -> None:
    day = _time.civil_date(value, "issued")
    assert day == expected
    assert type(day) is dt.date


@pytest.mark.parametrize(
    "value",
    [
        "",
        "2027-1-6",
        "20270106",
        "2027-W01-3",
        "2027-006",
        "2027-01-06T00:00:00Z",
        "2027-01-06\n",
        " 2027-01-06",
        "2027-02-29",
        "1900-02-29",
        "2027-13-01",
        "1899-12-31",
        "2201-01-01",
        "0000-01-01",
        "\u0662\u0660\u0662\u0667-01-06",
        dt.date(1899, 12, 31),
        dt.date(2201, 1, 1),
        dt.datetime(2027, 1, 6, tzinfo=dt.UTC),
        dt.datetime(2027, 1, 6),  # noqa: DTZ001 - neither an aware nor a naive one is a date
        pendulum.datetime(2027, 1, 6),
        20270106,
        None,
        True,
    ],
)
def test_what_is_no_date_is_refused(value: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        _time.civil_date(value, "issued")
    assert [problem.path for problem in caught.value.problems] == ["issued"]


def clamped(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-01-31", 2, "2027-03-31"),
        ("2027-03-31", 1, "2027-04-30"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2096-02-29", 48, "2100-02-28"),
        ("2027-02-28", 1, "2027-03-28"),
        ("2027-12-15", 3, "2028-03-15"),
    ],
)
def test_months_are_clamped(day: str, months: int, expected: str) -> None:
    start = dt.date.fromisoformat(day)
    assert clamped(start, months).isoformat() == expected
    assert (
        _time.add_months(start.toordinal(), months) == dt.date.fromisoformat(expected).toordinal()
    )


def test_months_from_every_day_of_a_leap_cycle() -> None:
    for number in range(4 * 366):
        day = dt.date(2027, 1, 1) + number * DAY
        for months in (1, 2, 3, 4, 6, 11, 12, 13):
            assert _time.add_months(day.toordinal(), months) == clamped(day, months).toordinal()


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)), st.integers(1, 120))
def test_months_from_any_day(day: dt.date, months: int) -> None:
    assert _time.add_months(day.toordinal(), months) == clamped(day, months).toordinal()


def test_the_last_day_of_every_quarter() -> None:
    ends = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}
    for number in range(3 * 366):
        day = dt.date(2027, 1, 1) + number * DAY
        month, last = ends[(day.month + 2) // 3]
        expected = dt.date(day.year, month, last)
        assert _time.last_day_of_quarter(day.toordinal()) == expected.toordinal()


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        ("2009-01-06", "2027-01-05", 17),
        ("2009-01-06", "2027-01-06", 18),
        ("2009-01-06", "2027-01-07", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
        ("2008-02-29", "2028-02-28", 19),
        ("2008-02-29", "2028-02-29", 20),
        ("2009-03-01", "2027-02-28", 17),
        ("2027-01-06", "2027-01-06", 0),
        ("2000-12-31", "2027-01-01", 26),
    ],
)
def test_completed_years(born: str, day: str, years: int) -> None:
    on = dt.date.fromisoformat(day).toordinal()
    assert _time.completed_years(dt.date.fromisoformat(born), on) == years


def birthdays(born: dt.date, day: dt.date) -> int:
    """Birthdays after birth, up to a day: counted one by one."""
    count = 0
    for year in range(born.year + 1, day.year + 1):
        is_leap = calendar.isleap(year)
        moved = born.month == 2 and born.day == 29 and not is_leap
        birthday = dt.date(year, 3, 1) if moved else born.replace(year=year)
        count += birthday <= day
    return count


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
    | st.sampled_from([dt.date(year, 2, 29) for year in range(1904, 2100, 4)]),
    st.integers(0, 40_000),
)
def test_completed_years_are_the_birthdays_had(born: dt.date, later: int) -> None:
    day = born + later * DAY
    assert _time.completed_years(born, day.toordinal()) == birthdays(born, day)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2060, 12, 31)), st.integers(0, 120))
@example(dt.date(2008, 2, 29), 18)
@example(dt.date(2008, 2, 29), 20)
def test_the_day_of_an_age_is_the_first_with_so_many_years(born: dt.date, years: int) -> None:
    day = _time.day_of_age(born, years)
    assert _time.completed_years(born, day) == years
    assert _time.completed_years(born, day - 1) == years - 1


def test_an_age_that_is_not_asked_for_or_lies_beyond_the_calendar() -> None:
    born = dt.date(2000, 12, 31)
    assert _time.day_of_age(None, 18) == _time.day_of_age(born, None) == 0
    assert _time.day_of_age(born, 200) == dt.date(2200, 12, 31).toordinal()
    assert _time.day_of_age(born, 201) == _time.NEVER


@given(st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)))
def test_a_spoken_day_is_english(day: dt.date) -> None:
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    expected = f"{days[day.weekday()]}, {months[day.month - 1]} {day.day}, {day.year}"
    assert _time.spoken_day(day.toordinal()) == expected
