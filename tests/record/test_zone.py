"""Zones: local dates and times, first instants of days, names, and where their data comes from."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import zipfile
import zoneinfo
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from clocks import seconds
from kap_model import _time
from kap_model.errors import InvalidValue
from profiles import sampled, scaled

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
LOS_ANGELES = "America/Los_Angeles"
ALL_ZONES = sorted(_time.zone_names())


@cache
def independent(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name)


def scanned_first_instant(name: str, day: dt.date) -> dt.datetime:
    """Minute by minute from well before: the first whose local date is this day or later."""
    zone = independent(name)
    moment = dt.datetime.combine(day, dt.time(), dt.UTC) - dt.timedelta(hours=27)
    while moment.astimezone(zone).date() < day:
        moment += MINUTE
    return moment


KNOWN_FIRST_INSTANTS = [
    ("UTC", "2027-01-18", "2027-01-18T00:00:00+00:00"),
    (LOS_ANGELES, "2027-01-18", "2027-01-18T00:00:00-08:00"),
    (LOS_ANGELES, "2027-03-14", "2027-03-14T00:00:00-08:00"),
    (LOS_ANGELES, "2027-11-07", "2027-11-07T00:00:00-07:00"),
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T01:00:00-02:00"),
    ("America/Havana", "2024-03-10", "2024-03-10T01:00:00-04:00"),
    ("Africa/Cairo", "2024-04-26", "2024-04-26T01:00:00+03:00"),
    ("Asia/Beirut", "2024-03-31", "2024-03-31T01:00:00+03:00"),
    ("Asia/Kathmandu", "1986-01-01", "1986-01-01T00:15:00+05:45"),
    ("Asia/Amman", "2022-02-25", "2022-02-25T01:00:00+03:00"),
    ("America/St_Johns", "2006-10-29", "2006-10-29T00:00:00-02:30"),
    ("America/St_Johns", "2006-04-02", "2006-04-02T00:00:00-03:30"),
    ("Pacific/Apia", "2011-12-29", "2011-12-29T00:00:00-10:00"),
    ("Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"),
    ("Pacific/Apia", "2011-12-31", "2011-12-31T00:00:00+14:00"),
    ("Pacific/Kwajalein", "1993-08-21", "1993-08-22T00:00:00+12:00"),
    ("Pacific/Kiritimati", "1994-12-31", "1995-01-01T00:00:00+14:00"),
]


@pytest.mark.parametrize(("name", "day", "first"), KNOWN_FIRST_INSTANTS)
def test_the_first_instant_of_a_day_in_gaps_folds_and_skipped_days(
    name: str, day: str, first: str
) -> None:
    date = dt.date.fromisoformat(day)
    scanned = scanned_first_instant(name, date)
    assert scanned == dt.datetime.fromisoformat(first)
    zone = _time.zone(name)
    assert zone.first_instant(date.toordinal()) == scanned.timestamp()
    assert zone.text(zone.first_instant(date.toordinal())) == first


@given(
    st.sampled_from(ALL_ZONES),
    st.dates(dt.date(1980, 1, 2), dt.date(2199, 12, 30))
    | st.builds(
        dt.date, st.integers(1980, 2037), st.sampled_from((3, 4, 9, 10, 11)), st.integers(1, 30)
    ),
)
@settings(max_examples=scaled(150))
def test_the_first_instant_of_any_day(name: str, day: dt.date) -> None:
    expected = scanned_first_instant(name, day).timestamp()
    assert _time.zone(name).first_instant(day.toordinal()) == expected


def transitions(name: str, first: int, last: int) -> list[dt.datetime]:
    """The minutes at which a zone's offset changes, in these years."""
    zone, found = independent(name), []
    moment, end = dt.datetime(first, 1, 1, tzinfo=dt.UTC), dt.datetime(last, 1, 1, tzinfo=dt.UTC)
    while moment < end:
        later = moment + DAY
        if moment.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            at = moment
            while at.astimezone(zone).utcoffset() == moment.astimezone(zone).utcoffset():
                at += MINUTE
            found.append(at)
        moment = later
    return found


@pytest.mark.parametrize(
    "name",
    [
        LOS_ANGELES,
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "America/Havana",
    ],
)
def test_local_times_around_every_change_of_clocks(name: str) -> None:
    zone, known = _time.zone(name), independent(name)
    changes = transitions(name, 1985, 1988) + transitions(name, 2005, 2013)
    assert changes
    for change in changes:
        for offset in range(-26 * 60, 27 * 60, 13):
            moment = change + offset * MINUTE
            local, at = moment.astimezone(known), int(moment.timestamp())
            assert zone.day(at) == local.toordinal()
            assert zone.text(at) == local.isoformat()
            assert zone.clock(at).replace(tzinfo=None) == local.replace(tzinfo=None)
            assert zone.datetime(at).replace(tzinfo=None) == local.replace(tzinfo=None)
            assert zone.datetime(at).fold == local.fold
            shown = zone.at(local.toordinal(), local.hour, local.minute)
            first = local.replace(fold=0)
            assert shown == first.timestamp()

            if local.second:
                continue
            again = [
                at
                for at in (moment + shift * MINUTE for shift in range(-180, 181, 30))
                if at.astimezone(known).replace(tzinfo=None) == local.replace(tzinfo=None)
            ]
            text = local.replace(tzinfo=None).isoformat()
            if len(again) == 1:
                assert zone.local(text) == int(moment.timestamp())
            else:
                with pytest.raises(InvalidValue, match=r"^start: is shown twice"):
                    zone.local(text)


@pytest.mark.parametrize(
    ("name", "day", "hour", "minute"),
    [
        (LOS_ANGELES, "2027-03-14", 2, 0),
        (LOS_ANGELES, "2027-03-14", 2, 59),
        ("America/Sao_Paulo", "2018-11-04", 0, 30),
        ("Pacific/Apia", "2011-12-30", 12, 0),
        ("Australia/Lord_Howe", "2027-10-03", 2, 29),
    ],
)
def test_a_time_in_a_gap_is_never_shown(name: str, day: str, hour: int, minute: int) -> None:
    assert _time.zone(name).at(dt.date.fromisoformat(day).toordinal(), hour, minute) is None
    with pytest.raises(InvalidValue, match="set forward past it"):
        _time.zone(name).local(f"{day}T{hour:02}:{minute:02}")


def test_a_time_that_is_shown_twice_is_the_first() -> None:
    day = dt.date(2027, 11, 7).toordinal()
    assert _time.zone(LOS_ANGELES).at(day, 1, 30) == seconds("2027-11-07 01:30:00 -0700")


def test_windows_edges_as_instants_and_as_text() -> None:
    zone, day = _time.zone("Pacific/Apia"), dt.date(2011, 12, 29).toordinal()
    opens, closes = _time.day_start(day), _time.day_end(day)
    assert zone.resolve(opens) == seconds("2011-12-29 00:00:00 -1000")
    assert zone.resolve(closes) == seconds("2011-12-31 00:00:00 +1400")
    assert zone.resolve(5) == 5
    assert zone.moment_text(opens) == zone.moment_text(closes) == "2011-12-29"
    assert zone.spoken(closes) == "Thu, Dec 29, 2011"
    at = seconds("2027-01-18 21:05:00 +0000")
    assert _time.zone(LOS_ANGELES).moment_text(at) == "2027-01-18T13:05:00-08:00"
    assert _time.zone("UTC").moment_text(at) == "2027-01-18T21:05:00+00:00"
    assert _time.zone(LOS_ANGELES).spoken(at) == "Mon, Jan 18, 2027, 1:05 pm"


def test_zone_names_are_the_tzdata_packages_list() -> None:
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    assert _time.zone_names() == frozenset(listed)
    assert len(listed) > 500


@pytest.mark.law
def test_every_listed_zone_has_offsets_of_whole_minutes() -> None:
    for name in sampled(ALL_ZONES, 7):
        zone, known = _time.zone(name), independent(name)
        assert zone.name == name
        for year in range(1980, 2200):
            for month in (1, 7):
                moment = dt.datetime(year, month, 3 + year % 20, 12, tzinfo=dt.UTC)
                offset = zone.clock(int(moment.timestamp())).utcoffset()
                assert offset is not None, name
                assert offset % MINUTE == dt.timedelta(0), name
                assert offset == moment.astimezone(known).utcoffset(), name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "utc",
        "america/los_angeles",
        "America/Los_Angeles ",
        "America/Los_Angeles\n",
        "America",
        "Factory/",
        "right/UTC",
        "posix/UTC",
        "localtime",
        "posixrules",
        "tzdata.zi",
        "zone.tab",
        "../zones",
        "America/../UTC",
        "+08:00",
        "PST",
        "Local",
        None,
        8,
        b"UTC",
    ],
)
def test_a_name_that_is_not_listed_is_refused(name: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        _time.zone(name)
    assert [problem.path for problem in caught.value.problems] == ["timezone"]


PROBE = """
import datetime as dt, zoneinfo
from kap_model._time import zone
at = dt.datetime(2027, 1, 18, tzinfo=dt.UTC)
print(at.astimezone(zoneinfo.ZoneInfo("America/Los_Angeles")).isoformat())
print(zone("America/Los_Angeles").text(int(at.timestamp())))
"""


def test_zones_come_from_the_tzdata_package_and_not_from_the_machine(tmp_path: Path) -> None:
    wrong = tmp_path / "America" / "Los_Angeles"
    wrong.parent.mkdir()
    tokyo = resources.files("tzdata").joinpath("zoneinfo", "Asia", "Tokyo")
    wrong.write_bytes(tokyo.read_bytes())
    environment = os.environ | {"PYTHONTZPATH": str(tmp_path), "TZ": "Asia/Tokyo"}
    run = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", PROBE],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["2027-01-18T09:00:00+09:00", "2027-01-17T16:00:00-08:00"]


def test_without_the_tzdata_package_no_zone_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tzdata", None)
    with pytest.raises(ModuleNotFoundError, match="tzdata"):
        _time.Zone.named(LOS_ANGELES)


IN_A_ZIP = """
import sys
sys.path.insert(0, sys.argv[1])
import tzdata
from kap_model._time import zone, zone_names
assert tzdata.__file__.startswith(sys.argv[1])
print(len(zone_names()) > 500, zone("America/Los_Angeles").text(0))
"""


def test_the_tzdata_package_may_stand_in_a_zip(tmp_path: Path) -> None:
    archive, package = tmp_path / "packages.zip", Path(str(resources.files("tzdata")))
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(package.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                file.write(path, path.relative_to(package.parent))
    run = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", IN_A_ZIP, str(archive)], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["True", "1969-12-31T16:00:00-08:00"]
