"""The plan: one client's course, with its supplies, state and time zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

import attrs
from attrs import field, frozen

from kap_model._doors import HasPage, csv_of, notation_of, rows_of
from kap_model._time import Zone, civil_date, instant, is_local_time, zone
from kap_model._values import (
    Value,
    as_tuple,
    check_choice,
    check_identifier,
    check_integer,
    check_labels,
    settle,
)
from kap_model.errors import refusal
from kap_model.sessions import SESSION_CLASSES, AnySession, Session, check_fields
from kap_model.timeline import PlanState, Timeline, in_canonical_order

if TYPE_CHECKING:
    import pendulum

PRACTICE_NAMES: Final = ("core", "kingsley", "regrounding")
"""The built-in practices, which a plan may name wherever it is judged."""
STATES: Final = ("active", "completed", "discontinued")
MOST_SESSIONS: Final = 10_000


def _issued(value: dt.date | str) -> dt.date:
    return civil_date(value, "issued")


def _received(value: dt.date | str | None) -> dt.date | None:
    return None if value is None else civil_date(value, "received")


def _born(value: dt.date | str | None) -> dt.date | None:
    return None if value is None else civil_date(value, "born")


@frozen(kw_only=True, repr=False)
class Supply(Value):
    """One dispensing of medicine [K steps 1 and 5, R steps 3 and 7].

    Attributes:
        id: A pseudonym, unique in its plan.
        issued: The date of the prescription, in the plan's zone.
        received: The date of arrival, not before ``issued``; absent = not arrived.
        dosings: How many dosings it covers, at least 1.

    Raises:
        InvalidValue: A field is of the wrong type or out of range.
    """

    id: str
    issued: dt.date = field(converter=_issued)
    received: dt.date | None = field(default=None, converter=_received)
    dosings: int

    def __attrs_post_init__(self) -> None:
        settle(self, "id", "dosings")
        check_identifier(self.id, "id")
        check_integer(self.dosings, "dosings", 1)
        if self.received is not None and self.received < self.issued:
            raise refusal("received", "must not be before issued")

    def __repr__(self) -> str:
        return f"<Supply {self.id}>"


_KNOWN: Final = frozenset(SESSION_CLASSES)


def _sessions(values: Iterable[Session]) -> tuple[Session, ...]:
    sessions = as_tuple(values, "sessions")
    if len(sessions) > MOST_SESSIONS:
        raise refusal("sessions", "must be at most 10,000")
    for index, session in enumerate(sessions):
        if type(session) not in _KNOWN:
            raise refusal(f"sessions[{index}]", "must be a session of one of the six kinds")
    return in_canonical_order(sessions)


def _supplies(values: Iterable[Supply] | None) -> tuple[Supply, ...] | None:
    if values is None:
        return None
    supplies = as_tuple(values, "supplies")
    for index, supply in enumerate(supplies):
        if type(supply) is not Supply:
            raise refusal(f"supplies[{index}]", "must be a Supply")
    return tuple(sorted(supplies, key=lambda supply: (supply.issued, supply.id)))


def _conditions(values: Iterable[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    conditions = as_tuple(values, "conditions")
    check_labels(conditions, "conditions")
    return tuple(sorted(conditions))


@frozen(kw_only=True, repr=False)
class Plan(Value, HasPage):
    """One client's course: a plan, a course in progress, and a closed record are the same object.

    Sessions and supplies stand in canonical order however they were given, so plans that differ
    only in order, or in the offset in which an instant was written, are equal.

    Attributes:
        id: The plan's pseudonym.
        timezone: A zone name of the tzdata list; civil dates are dates in it.
        sessions: By start instant, then kind, then id; at most 10,000.
        protocol: The id of the protocol that the plan keeps, or ``None``: a built-in practice's
            name, else the id of a protocol that is given where the plan is judged.
        fees: The id of its fee schedule, likewise.
        state: ``active``, ``completed`` or ``discontinued``.
        client: The client's pseudonym, or ``None``.
        born: The client's date of birth; ``None`` = not recorded.
        conditions: Recorded conditions, sorted; ``None`` = not recorded, empty = none.
        supplies: By issue date then id; ``None`` = not tracked, empty = tracked and none.

    Raises:
        InvalidValue: A field is of the wrong type or out of range, or an id is not unique.
    """

    id: str
    protocol: str | None = None
    fees: str | None = None
    timezone: str
    state: PlanState = "active"
    client: str | None = None
    born: dt.date | None = field(default=None, converter=_born)
    conditions: tuple[str, ...] | None = field(default=None, converter=_conditions)
    sessions: tuple[Session, ...] = field(converter=_sessions)
    supplies: tuple[Supply, ...] | None = field(default=None, converter=_supplies)
    # No cached property: a class with one reads all its fields slowly.
    _timeline: Timeline | None = field(default=None, init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        settle(self, "id", "timezone", "state", "protocol", "fees", "client")
        check_identifier(self.id, "id")
        zone(self.timezone)
        check_choice(self.state, "state", STATES)
        if self.protocol is not None:
            check_identifier(self.protocol, "protocol")
        if self.fees is not None:
            check_identifier(self.fees, "fees")
        if self.client is not None:
            check_identifier(self.client, "client")
        ids = self.ids
        if len(set(ids)) != len(ids):
            raise refusal("sessions", "must have ids that are unique over sessions and supplies")

    def session(self, id: str) -> AnySession:
        """The session of an id.

        Raises:
            InvalidValue: The plan has no such session.
        """
        for session in self.sessions:
            if session.id == id:
                return cast("AnySession", session)
        raise refusal("id", "must be the id of a session of the plan")

    def add(self, *items: Session | Supply) -> Plan:
        """The plan with sessions and supplies more.

        Raises:
            InvalidValue: One is neither, its id is taken, or there would be too many.
        """
        for index, item in enumerate(items):
            if type(item) not in _KNOWN and type(item) is not Supply:
                raise refusal(f"items[{index}]", "must be a session or a supply")
        sessions = [item for item in items if isinstance(item, Session)]
        supplies = [item for item in items if isinstance(item, Supply)]
        return attrs.evolve(
            self,
            sessions=(*self.sessions, *sessions),
            supplies=(*(self.supplies or ()), *supplies) if supplies else self.supplies,
        )

    def change(self, id: str, /, **fields: Any) -> Plan:
        """The plan with fields of one session or supply changed, such as ``status="completed"``.

        Args:
            id: Whose fields.
            **fields: Their new values, checked as when it was made; ``None`` = not recorded.

        Raises:
            InvalidValue: The plan has no such session or supply, it has no such field, or it
                could not be with these values.
        """
        item = self._item(id)
        check_fields(type(item), fields)
        return self._with(item, attrs.evolve(item, **fields))

    def move(self, id: str, to: dt.datetime | str) -> Plan:
        """The plan with one session at another time.

        Args:
            id: Which session.
            to: An aware datetime, RFC 3339 text, or a local time of the plan's zone without an
                offset, such as ``2027-03-15T10:00``.

        Raises:
            InvalidValue: The plan has no such session, or ``to`` is no such time.
        """
        session = self.session(id)
        if isinstance(to, str) and is_local_time(to):
            start = self.zone.local(to, "to")
        else:
            start = instant(to, "to")
        return self._with(session, attrs.evolve(session, start=start))

    def remove(self, id: str) -> Plan:
        """The plan without one session or supply.

        Raises:
            InvalidValue: The plan has no such session or supply.
        """
        return self._with(self._item(id), None)

    @property
    def _items(self) -> tuple[Session | Supply, ...]:
        return (*self.sessions, *(self.supplies or ()))

    def _item(self, id: str) -> Session | Supply:
        for item in self._items:
            if item.id == id:
                return item
        raise refusal("id", "must be the id of a session or supply of the plan")

    def _with(self, item: Session | Supply, other: Session | Supply | None) -> Plan:
        """The plan with another in the place of one, or without it."""
        changed = [other if one is item else one for one in self._items]
        return attrs.evolve(
            self,
            sessions=[one for one in changed if isinstance(one, Session)],
            supplies=None
            if self.supplies is None
            else [one for one in changed if isinstance(one, Supply)],
        )

    @property
    def zone(self) -> Zone:
        """The plan's time zone."""
        return zone(self.timezone)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all sessions, then of all supplies."""
        return (*[s.id for s in self.sessions], *[s.id for s in self.supplies or ()])

    @property
    def timeline(self) -> Timeline:
        """The counting sessions by kind, as rules see them; split once, on first use."""
        timeline = self._timeline
        if timeline is None:
            timeline = Timeline.of(self.sessions, self.state, self.zone)
            object.__setattr__(self, "_timeline", timeline)
        return timeline

    @property
    def notation(self) -> str:
        """The plan in one line (:mod:`kap_model.notation`).

        Raises:
            NotationError: The plan holds what notation cannot say, or no session.
        """
        return notation_of(self)

    def local_start(self, session: Session) -> pendulum.DateTime:
        """A session's start in the plan's zone."""
        return self.zone.datetime(session.begins)

    def to_rows(self) -> list[dict[str, Any]]:
        """A row for each session, for frames; the keys are ``tables.SESSION_COLUMNS``.

        All rows have the same keys: text, integers, booleans and ``None``. Supplies are rows of
        their own: :func:`kap_model.tables.supply_rows`.
        """
        return rows_of(self)

    def to_csv(self) -> str:
        """The rows as comma-separated text (:func:`kap_model.tables.csv_text`)."""
        return csv_of(self)

    def __repr__(self) -> str:
        return f"<Plan {self.id}: {len(self.sessions)} sessions>"
