"""Notation: a plan in one line, for tests, docs and bug reports.

``2027-01-04 America/Los_Angeles C0 E2 P7 D14 I15`` is a start date, a zone, and one token for each
session: a letter, the day counted from the start date, then time, length and marks where they are
not the usual ones. Identity - ids, client, protocol, fees - is outside the notation.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from kap_model._time import FIRST_DATE, LAST_DATE, Zone, civil_date, zone, zone_names
from kap_model.errors import InvalidValue, NotationError, Problem
from kap_model.plan import STATES, Plan, Supply
from kap_model.sessions import (
    DEFAULT_PLACE,
    RECORDED,
    SESSION_CLASSES,
    USUAL_HOUR,
    USUAL_MINUTES,
    Dosing,
    Session,
    TherapistSession,
)

WORD_REASON: Final = (
    "must be a session such as D14@13:00/90*~, with marks in the order * x !, + - ?, ~ ^, g, t, s, "
    "or a supply such as S0>3=2"
)

_CLASSES: Final = dict(zip("CEPDIR", SESSION_CLASSES, strict=True))
_LETTERS: Final = {cls.kind: letter for letter, cls in _CLASSES.items()}
_USUAL_MINUTES: Final = {letter: USUAL_MINUTES[cls.kind] for letter, cls in _CLASSES.items()}
_USUAL_TIME: Final = (USUAL_HOUR, 0)

LONGEST_LINE: Final = 1_000_000
_DAY: Final = r"(?:\d{1,6}|\(-\d{1,6}\))"
_SESSION: Final = re.compile(
    rf"(?P<letter>[CEPDIR])(?P<day>{_DAY})"
    r"(?:@(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d))?"
    r"(?:/(?P<minutes>\d{1,4}))?"
    r"(?P<status>[*x!]?)(?P<outcome>[+?-]?)(?P<place>[~^]?)(?P<group>g?)(?P<therapist>t?)"
    r"(?P<support>s?)",
    re.ASCII,
)
_SUPPLY: Final = re.compile(
    rf"S(?P<issued>{_DAY})>(?P<received>{_DAY})?=(?P<dosings>\d{{1,12}})", re.ASCII
)
_NO_SUPPLY: Final = "S-"
_STATUSES: Final = {"*": "completed", "x": "cancelled", "!": "no-show"}
_OUTCOMES: Final = {
    "E": {"+": "eligible", "-": "ineligible", "?": "pending"},
    "R": {"+": "continue", "-": "stop", "?": "pending"},
}
_PLACES: Final = {"~": "remote", "^": "office"}


def parse(line: str) -> Plan:
    """The plan that a line of notation says; its id is ``plan``, sessions are ``d1``, ``d2`` ….

    Raises:
        NotationError: The line is not notation, or says what cannot be; with the place.
    """
    if not isinstance(line, str):
        raise TypeError("notation is text")
    if len(line) > LONGEST_LINE:
        _refuse("line", "must have at most 1,000,000 characters")
    words = line.split()
    if not words:
        _refuse("line", "must start with a date, such as 2027-01-04")
    try:
        return _plan(words)
    except InvalidValue as error:
        problems = error.problems
    raise NotationError(problems)


def _plan(words: list[str]) -> Plan:
    start = civil_date(words[0], "word 1")
    name, state, first = _heading(words)
    reader = _Reader(start, zone(name))
    for place, word in enumerate(words[first:], first + 1):
        reader.read(word, f"word {place}")
    return Plan(
        id="plan",
        timezone=name,
        state=state,
        sessions=reader.sessions,
        supplies=reader.supplies,
    )


def _heading(words: list[str]) -> tuple[str, Any, int]:
    """The zone, the state, and where the tokens start."""
    name, state, place = "UTC", "active", 1
    if place < len(words) and words[place] in zone_names():
        name, place = words[place], place + 1
    if place < len(words) and words[place] in STATES:
        state, place = words[place], place + 1
    return name, state, place


def _refuse(path: str, reason: str) -> NoReturn:
    raise NotationError((Problem(path, reason),))


class _Reader:
    """Sessions and supplies as their tokens come, each letter counted."""

    def __init__(self, start: dt.date, zone: Zone) -> None:
        self.start = start.toordinal()
        self.zone = zone
        self.sessions: list[Session] = []
        self.supplies: list[Supply] | None = None
        self.tracks_none = False
        self.counts: dict[str, int] = {}

    def read(self, word: str, path: str) -> None:
        try:
            if word.startswith("S"):
                self._supply(word, path)
            else:
                self._session(word, path)
        except InvalidValue as error:
            problems = [Problem(f"{path}, {p.path}", p.reason) for p in error.problems]
        else:
            return
        raise NotationError(problems)

    def _next_id(self, letter: str) -> str:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return f"{letter.lower()}{self.counts[letter]}"

    def _date(self, text: str, path: str) -> int:
        day = self.start + int(text.strip("()"))
        if not FIRST_DATE.toordinal() <= day <= LAST_DATE.toordinal():
            _refuse(path, "must name a day of the years 1900 to 2200")
        return day

    def _supply(self, word: str, path: str) -> None:
        if word == _NO_SUPPLY:
            if self.supplies is not None:
                _refuse(path, "must say S- only where there is no other supply")
            self.supplies, self.tracks_none = [], True
            return
        token = _SUPPLY.fullmatch(word)
        if token is None:
            _refuse(path, "must be a supply such as S0>3=2, S0>=2 or S-")
        if self.tracks_none:
            _refuse(path, "must not follow S-, which says that there is no supply")
        received = token["received"]
        supply = Supply(
            id=self._next_id("S"),
            issued=dt.date.fromordinal(self._date(token["issued"], path)),
            received=dt.date.fromordinal(self._date(received, path)) if received else None,
            dosings=int(token["dosings"]),
        )
        self.supplies = self.supplies or []
        self.supplies.append(supply)

    def _session(self, word: str, path: str) -> None:
        token = _SESSION.fullmatch(word)
        if token is None:
            _refuse(path, WORD_REASON)
        letter = token["letter"]
        hour, minute = _USUAL_TIME
        if token["hour"]:
            hour, minute = int(token["hour"]), int(token["minute"])
        begins = self.zone.at(self._date(token["day"], path), hour, minute)
        if begins is None:
            _refuse(path, "must be a time that local clocks show")
        usual = _USUAL_MINUTES[letter]
        cls: Any = _CLASSES[letter]
        session: Session = cls(
            id=self._next_id(letter),
            start=dt.datetime.fromtimestamp(begins, dt.UTC),
            minutes=int(token["minutes"]) if token["minutes"] else usual,
            **_marks(token, letter, path),
        )
        self.sessions.append(session)


def _marks(token: re.Match[str], letter: str, path: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if token["status"]:
        values["status"] = _STATUSES[token["status"]]
    if token["outcome"]:
        if letter not in _OUTCOMES or token["status"] in ("x", "!"):
            _refuse(path, "must have an outcome on a completed E or R only")
        values["outcome"] = _OUTCOMES[letter][token["outcome"]]
        values["status"] = "completed"
    if token["place"]:
        values["place"] = _PLACES[token["place"]]
    if token["group"]:
        if letter not in "PDI":
            _refuse(path, "must have the mark g on P, D or I only")
        values["format"] = "group"
    if letter != "D" and (token["therapist"] or token["support"]):
        _refuse(path, "must have the marks t and s on D only")
    if token["therapist"]:
        values["therapist_present"] = True
    if token["support"]:
        values["support_person"] = RECORDED
    return values


def write(plan: Plan) -> str:
    """A plan in one line; parsing it gives the same plan but for identity.

    Raises:
        NotationError: The plan holds what notation cannot say, which is never dropped.
    """
    if not plan.sessions:
        _refuse("sessions", "must hold a session, for days are counted from the first")
    if plan.born is not None or plan.conditions is not None:
        _refuse("born" if plan.born is not None else "conditions", "cannot be said in notation")
    start = plan.zone.day(plan.sessions[0].begins)
    words = [dt.date.fromordinal(start).isoformat()]
    if plan.timezone != "UTC":
        words.append(plan.timezone)
    if plan.state != "active":
        words.append(plan.state)
    words.extend(_session_words(plan, start))
    if plan.supplies is not None:
        rows = sorted((s.issued, _supply_word(s, start)) for s in plan.supplies)
        words.extend([word for _, word in rows] or [_NO_SUPPLY])
    return " ".join(words)


def _session_words(plan: Plan, start: int) -> list[str]:
    """Tokens in canonical order; among sessions of one kind and start, by their own text."""
    rows = [
        (session.begins, session.rank, _session_word(session, plan.zone, start))
        for session in plan.sessions
    ]
    return [word for _, _, word in sorted(rows)]


def _day(day: int) -> str:
    return str(day) if day >= 0 else f"({day})"


def _session_word(session: Session, zone: Zone, start: int) -> str:
    clock = zone.clock(session.begins)
    path = f"sessions.{session.id}"
    if clock.second:
        _refuse(path, "starts at a second that notation cannot say")
    if clock.fold:
        _refuse(path, "starts in the second of two equal local hours, which notation cannot say")
    letter = _LETTERS[session.kind]
    word = letter + _day(clock.toordinal() - start)
    if (clock.hour, clock.minute) != _USUAL_TIME:
        word += f"@{clock:%H:%M}"
    if session.minutes != _USUAL_MINUTES[letter]:
        word += f"/{session.minutes}"
    return word + "".join(_session_marks(session, letter, path))


def _session_marks(session: Session, letter: str, path: str) -> Iterator[str]:
    if session.clinician is not None or session.notice_hours is not None:
        _refuse(path, "has a clinician or hours of notice, which notation cannot say")
    outcome = getattr(session, "outcome", None)
    if outcome is not None:
        yield _mark_of(_OUTCOMES[letter], outcome)
    elif session.status != "planned":
        yield _mark_of(_STATUSES, session.status)
    if session.place != DEFAULT_PLACE[session.kind]:
        yield _mark_of(_PLACES, session.place)
    if isinstance(session, TherapistSession) and session.format == "group":
        yield "g"
    if isinstance(session, Dosing):
        if not (session.level is session.route is None) or session.therapist_present is False:
            _refuse(path, "has a level, a route or an absent therapist, which notation cannot say")
        if session.support_person not in (None, RECORDED):
            _refuse(path, "names a support person in words that notation cannot say")
        yield "t" if session.therapist_present else ""
        yield "s" if session.support_person else ""


def _mark_of(marks: dict[str, str], meaning: str) -> str:
    return next(mark for mark, said in marks.items() if said == meaning)


def _supply_word(supply: Supply, start: int) -> str:
    issued = _day(supply.issued.toordinal() - start)
    received = "" if supply.received is None else _day(supply.received.toordinal() - start)
    return f"S{issued}>{received}={supply.dosings}"
