"""Strategies of plans and of what they are made of: lawful or not, valid by construction."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._time import civil_date, zone, zone_names
from kap_model._values import as_tuple, check_choice
from kap_model.errors import refusal
from kap_model.plan import PRACTICE_NAMES, STATES, Plan, Supply
from kap_model.sessions import (
    EVALUATION_OUTCOMES,
    FORMATS,
    KINDS,
    PLACES,
    REVIEW_OUTCOMES,
    ROUTES,
    SESSION_CLASSES,
    STATUSES,
    Clinician,
    Dosing,
    MedicalEvaluation,
    MedicalReview,
    Session,
    TherapistSession,
)

TELLING_ZONES: Final = (
    "UTC",
    "America/Los_Angeles",
    "America/St_Johns",  # clocks were set back across midnight
    "Pacific/Apia",  # 2011-12-30 never was
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",
    "Africa/Casablanca",  # two changes around Ramadan
)
TELLING_DATES: Final = (
    dt.date(2027, 1, 4),
    dt.date(2027, 2, 26),  # California's clocks change on 2027-03-14
    dt.date(2027, 8, 31),  # months that end on different days
    dt.date(2028, 1, 31),
    dt.date(2006, 10, 20),  # St John's, 2006-10-29 00:01
    dt.date(2011, 12, 20),  # Apia, 2011-12-30
    dt.date(1980, 1, 2),
    dt.date(2199, 3, 1),
)
_HOURS: Final = (0, 8, 9, 10, 11, 12, 13, 17, 23)
_LENGTHS: Final = (1, 30, 45, 50, 59, 60, 70, 89, 90, 119, 120, 121, 180, 181, 1440)
_KINDS: Final = (*KINDS, *KINDS[2:], "dosing", "dosing", "integration")
LABELS: Final = ("low", "moderate", "high", "therapist", "medical-provider", "a")


def identifiers() -> SearchStrategy[str]:
    """Ids and labels: 1 to 64 ASCII letters, digits, dots, underscores and hyphens."""
    return st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def texts() -> SearchStrategy[str]:
    """Lines of text that a document may hold: 1 to 20 visible characters of any script."""
    letters = st.characters(exclude_categories=("C", "Z"))
    return st.text(letters, min_size=1, max_size=20).filter(
        lambda text: text == "none" or text.casefold() != "none"
    )


def zones() -> SearchStrategy[str]:
    """Zone names of the tzdata list, those of :data:`TELLING_ZONES` in half of the draws."""
    return _zones()


@cache
def _zones() -> SearchStrategy[str]:
    """Built once: there are 600 zones, and Hypothesis validates every strategy that is built."""
    return st.sampled_from(TELLING_ZONES) | st.sampled_from(sorted(zone_names()))


def instants() -> SearchStrategy[dt.datetime]:
    """Aware starts of the years 1980 to 2199, whole seconds, in any lawful offset."""
    seconds = st.integers(315_532_800, 7_258_118_399)
    offsets = st.integers(-14 * 60, 14 * 60)
    return st.builds(
        lambda at, offset: dt.datetime.fromtimestamp(at, dt.timezone(dt.timedelta(minutes=offset))),
        seconds,
        offsets,
    )


def clinicians() -> SearchStrategy[Clinician]:
    """Clinicians with the id ``k-1``, a third of them in a role of the built-in protocols."""
    return st.builds(Clinician, id=st.just("k-1"), role=st.sampled_from(LABELS))


def sessions(
    id: str = "s1",
    starts: SearchStrategy[dt.datetime] | None = None,
    kinds: tuple[str, ...] = _KINDS,
) -> SearchStrategy[Session]:
    """One session: of any kind, planned, held or missed, each fact recorded or not.

    Lengths are 1 to 1440 minutes, notice is up to 72 hours. ``id`` is the session's id, ``starts``
    says where starts come from (absent: :func:`instants`), and ``kinds`` what to choose from;
    those that are named twice come more often.

    Raises:
        InvalidValue: There is no such kind, or none is named.
    """
    asked = as_tuple(kinds, "kinds")
    for index, kind in enumerate(asked):
        check_choice(kind, f"kinds[{index}]", KINDS)
    if not asked:
        raise refusal("kinds", "must name at least one kind")
    return _sessions(id, starts, asked)


@st.composite
def _sessions(
    draw: st.DrawFn,
    id: str,
    starts: SearchStrategy[dt.datetime] | None,
    kinds: tuple[str, ...],
) -> Session:
    kind = draw(st.sampled_from(kinds))
    cls: Any = SESSION_CLASSES[KINDS.index(kind)]
    status = draw(st.sampled_from(("planned", "planned", "completed", "completed", *STATUSES)))
    given: dict[str, Any] = {"status": status, "place": draw(st.sampled_from(PLACES))}
    given["clinician"] = draw(st.none() | clinicians())
    if status == "cancelled":
        given["notice_hours"] = draw(st.none() | st.integers(0, 72))
    if issubclass(cls, TherapistSession):
        given["format"] = draw(st.sampled_from(FORMATS))
    if issubclass(cls, Dosing):
        given["level"] = draw(st.none() | st.sampled_from(LABELS))
        given["route"] = draw(st.none() | st.sampled_from((*ROUTES, *LABELS)))
        given["support_person"] = draw(st.none() | st.just("none") | texts())
        given["therapist_present"] = draw(st.none() | st.booleans())
    if status == "completed" and issubclass(cls, MedicalEvaluation):
        given["outcome"] = draw(st.none() | st.sampled_from(EVALUATION_OUTCOMES))
    if status == "completed" and issubclass(cls, MedicalReview):
        given["outcome"] = draw(st.none() | st.sampled_from(REVIEW_OUTCOMES))
    start = draw(instants() if starts is None else starts)
    minutes = draw(st.sampled_from(_LENGTHS) | st.integers(1, 1440))
    session: Session = cls(id=id, start=start, minutes=minutes, **given)
    return session


@st.composite
def local_starts(draw: st.DrawFn, zone_name: str, origin: dt.date) -> dt.datetime:
    """Starts in a zone up to 220 days from a date, on a few clock times, so that sessions meet.

    ``zone_name`` is a zone of the tzdata list, ``origin`` the first date.

    Raises:
        InvalidValue: There is no such zone.
    """
    where = zone(zone_name)
    days = st.integers(0, 30) | st.integers(0, 220) | st.sampled_from((0, 7, 14, 28, 91, 92, 93))
    day = origin.toordinal() + draw(days)
    hour, minute = draw(st.sampled_from(_HOURS)), draw(st.sampled_from((0, 0, 1, 30, 59)))
    at = where.at(day, hour, minute)
    seconds = where.first_instant(day) if at is None else at
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def supplies(origin: dt.date, id: str = "x1") -> SearchStrategy[Supply]:
    """One dispensing of 1 to 6 dosings, arrived within 20 days or not yet.

    It is issued from two days before ``origin``, a date, to 150 days after it; ``id`` is its id.

    Raises:
        InvalidValue: ``origin`` is no date.
    """
    return _supplies(civil_date(origin, "origin"), id)


@st.composite
def _supplies(draw: st.DrawFn, origin: dt.date, id: str) -> Supply:
    issued = origin + dt.timedelta(days=draw(st.integers(-2, 40) | st.integers(0, 150)))
    received = draw(st.none() | st.integers(0, 20))
    return Supply(
        id=id,
        issued=issued,
        received=None if received is None else issued + dt.timedelta(days=received),
        dosings=draw(st.integers(1, 6)),
    )


@st.composite
def plans(draw: st.DrawFn, max_sessions: int = 16) -> Plan:
    """Any plan: lawful or not, with any record, in any state and zone; most are not lawful.

    Sessions stand within some months of one of :data:`TELLING_DATES`, up to three supplies are
    tracked or none; clients are born from 1950 to 2012, or nobody wrote it down. ``max_sessions``
    is the most sessions that a plan has.
    """
    zone_name = draw(zones())
    origin = draw(st.sampled_from(TELLING_DATES))
    starts = local_starts(zone_name, origin)
    count = draw(st.integers(0, max_sessions))
    tracked = draw(st.none() | st.integers(0, 3))
    conditions = st.lists(st.sampled_from(LABELS), unique=True, max_size=3)
    return Plan(
        id=draw(st.sampled_from(("plan", "p-1"))),
        protocol=draw(st.none() | st.sampled_from(PRACTICE_NAMES)),
        fees=draw(st.none() | st.sampled_from(PRACTICE_NAMES)),
        timezone=zone_name,
        state=draw(st.sampled_from(("active", "active", "active", *STATES))),
        client=draw(st.none() | st.just("c-1")),
        born=draw(st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2012, 12, 31))),
        conditions=draw(st.none() | conditions),
        sessions=[draw(sessions(f"s{number}", starts)) for number in range(count)],
        supplies=(
            None
            if tracked is None
            else [draw(supplies(origin, f"x{number}")) for number in range(tracked)]
        ),
    )


def moments() -> SearchStrategy[dt.datetime | None]:
    """``as_of``: up to 150 days after one of :data:`TELLING_DATES`, in UTC; half are ``None``."""
    near = st.builds(
        lambda origin, seconds: (
            dt.datetime.combine(origin, dt.time(), dt.UTC) + dt.timedelta(seconds=seconds)
        ),
        st.sampled_from(TELLING_DATES[:-1]),
        st.integers(0, 150 * 24).map(lambda hours: hours * 3600) | st.integers(0, 10_000_000),
    )
    return st.none() | near
