"""Plans for calendar programs: iCalendar text (RFC 5545), with the extra ``calendar``.

A calendar is often shared with a family, so an event says that there is an appointment, when, and
nothing else: nobody's name, no place, no outcome, and not what kind of session it is unless the
caller asks for that.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from attrs import frozen

from kap_model._time import DAY_SECONDS, Instant, Zone, moment_of_judgement, zone
from kap_model._values import check_choice
from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.sessions import Session

if TYPE_CHECKING:
    from icalendar import Event, Timezone

Titles: TypeAlias = Literal["neutral", "kinds"]
TITLES: Final = ("neutral", "kinds")
NEUTRAL_TITLE: Final = "Appointment"

_LIBRARY: Final = "icalendar"
_NOT_INSTALLED: Final = "calendars need the icalendar library: pip install 'kap-model[calendar]'"
# What a shared file is made with would say what it is for.
_PRODUCT: Final = "-//appointments//EN"
_YEAR: Final = 366 * DAY_SECONDS
_NO_OFFSET: Final = dt.timedelta(0)


class CalendarLibraryMissingError(ModuleNotFoundError):
    """The extra ``calendar`` is not installed."""


def to_ical(plan: Plan, *, as_of: dt.datetime | str | Instant, titles: Titles = "neutral") -> str:
    r"""A plan as an iCalendar: an event for each session, and private.

    The same arguments give the same text. A session keeps its event's UID, so a calendar that
    takes in a newer text, with a later ``as_of``, moves the event and does not add one.

    Times are local ones in the plan's zone, whose changes of clock stand in the text. An event
    that starts or ends in the hour that clocks repeat, the second time, is written in UTC, for a
    local time means the first; so is every event of a zone that keeps UTC.

    A cancelled session is there and says so, so that calendars take it away; likewise a planned
    one of a course that is over. A missed one stays as it was booked: a calendar is no record of
    who came.

    Args:
        plan: The plan.
        as_of: When the text is made. Of two texts, calendars follow the later.
        titles: ``neutral``: every event is an "Appointment"; ``kinds``: it is called after its
            session's kind, such as "Medical review", and says no more than that.

    Returns:
        Text whose lines end with ``\r\n``, as the format asks. Write it as it is:
        ``path.write_text(text, encoding="utf-8", newline="")``.

    Raises:
        InvalidValue: ``as_of`` names no instant, ``titles`` is not known, or the plan has no
            session: the format asks for an event.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
        CalendarLibraryMissingError: The extra ``calendar`` is not installed.
    """
    if not isinstance(plan, Plan):
        raise TypeError("to_ical() takes a Plan; kap_model.loads() makes one of a document")
    stamp = moment_of_judgement(as_of)
    check_choice(titles, "titles", TITLES)
    if not plan.sessions:
        raise refusal("sessions", "must be at least one, for a calendar has at least one event")
    if find_spec(_LIBRARY) is None:
        raise CalendarLibraryMissingError(_NOT_INSTALLED, name=_LIBRARY)
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODUCT)
    onsets = tuple(_onsets(plan.zone, [t for s in plan.sessions for t in (s.begins, s.ends)]))
    keeps_utc = all(onset.after == _NO_OFFSET for onset in onsets)
    if not keeps_utc:
        calendar.add_component(_timezone(plan.timezone, onsets))
    local = zone("UTC") if keeps_utc else plan.zone
    for session in plan.sessions:
        calendar.add_component(_event(plan, session, local, stamp, titles))
    written: bytes = calendar.to_ical()
    return written.decode("utf-8")


def event_uid(plan: str, session: str) -> str:
    """The UID of a session's event: the same for the same two ids, which it does not show.

    Ids such as ``d1`` hint at what a session is. No secret, though: who knows both ids can tell.
    """
    # No id has a slash, so no two pairs read alike.
    return sha256(f"{plan}/{session}".encode()).hexdigest()[:32]


def _event(plan: Plan, session: Session, local: Zone, stamp: Instant, titles: Titles) -> Event:
    from icalendar import Event

    times = (session.begins, session.ends)
    if any(local.clock(time).fold for time in times):
        local = zone("UTC")
    is_off = session.status == "cancelled" or (
        session.status == "planned" and plan.state != "active"
    )
    kind = session.kind.replace("-", " ").capitalize()
    event = Event()
    event.add("uid", event_uid(plan.id, session.id))
    event.add("dtstamp", zone("UTC").clock(stamp))
    for name, time in zip(("dtstart", "dtend"), times, strict=True):
        if local.name == "UTC":
            event.add(name, local.clock(time))
        else:
            wall = local.clock(time).replace(tzinfo=None)
            event.add(name, wall, parameters={"TZID": local.name})
    event.add("summary", kind if titles == "kinds" else NEUTRAL_TITLE)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


@frozen
class _Onset:
    """From when on a zone has an offset; ``wall`` is what clocks showed before they changed."""

    wall: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    is_summer: bool


def _timezone(name: str, onsets: Iterable[_Onset]) -> Timezone:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    timezone = Timezone()
    timezone.add("tzid", name)
    for onset in onsets:
        part = TimezoneDaylight() if onset.is_summer else TimezoneStandard()
        part.add("dtstart", onset.wall)
        part.add("tzoffsetfrom", onset.before)
        part.add("tzoffsetto", onset.after)
        part.add("tzname", onset.name)
        timezone.add_component(part)
    return timezone


def _onsets(local: Zone, times: Iterable[int]) -> Iterator[_Onset]:
    """The offsets that lead to each of some times: where one begins, and each change after it.

    They begin a year ahead, for some programs ask for winter and summer both. Where nothing
    happens for longer than that, they begin anew.
    """
    reached = None
    for time in sorted(times):
        if reached is None or time - reached > _YEAR:
            reached = time - _YEAR
            yield _onset(local, reached, _offset(local, reached))
        while reached < time:
            later = min(reached + DAY_SECONDS, time)
            changed = _change(local, reached, later)
            if changed is not None:
                yield _onset(local, changed, _offset(local, reached))
            reached = later


def _change(local: Zone, earlier: int, later: int) -> int | None:
    """The first second with another offset than ``earlier`` has, where ``later`` has another."""
    known = _offset(local, earlier)
    if _offset(local, later) == known:
        return None
    between = range(earlier, later)
    return earlier + bisect_left(between, True, key=lambda at: _offset(local, at) != known)


def _onset(local: Zone, at: int, before: dt.timedelta) -> _Onset:
    clock = local.clock(at)
    return _Onset(
        wall=dt.datetime.fromtimestamp(at, dt.UTC).replace(tzinfo=None) + before,
        before=before,
        after=_offset(local, at),
        name=clock.tzname() or local.name,
        is_summer=(clock.dst() or _NO_OFFSET) > _NO_OFFSET,
    )


def _offset(local: Zone, at: int) -> dt.timedelta:
    return local.clock(at).utcoffset() or _NO_OFFSET
