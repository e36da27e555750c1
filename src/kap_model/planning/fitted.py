"""How a session to come is held: where, in which format and how long, as house rules ask too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import attrs

from kap_model._time import Instant
from kap_model.course import Course
from kap_model.fees.rates import shortest
from kap_model.forms._form import RuleForm
from kap_model.forms.facts import Allow, Length
from kap_model.forms.selectors import Selector
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan
from kap_model.planning.new_sessions import (
    SessionFields,
    lawful_minutes,
    usual_fields,
    with_sessions,
)
from kap_model.sessions import (
    CLASS_OF_KIND,
    DEFAULT_PLACE,
    FORMATS,
    LONGEST_MINUTES,
    PLACES,
    THERAPIST_KINDS,
    USUAL_MINUTES,
    Session,
)


class Fitting:
    """Makes sessions to come, each in the shortest form that limits and house rules allow there.

    What a rule says of a session may depend on where it stands (``the first two dosings``) and on
    its place or format, so a session is tried in the plan before its length is known. Where no
    form keeps every rule, the usual one is taken, and a check says what is in the way.
    """

    def __init__(
        self,
        limits: Limits,
        forms: Iterable[RuleForm],
        support_person: str | None = None,
        minutes: Mapping[str, int] | None = None,
    ) -> None:
        self.limits, self.support_person = limits, support_person
        self.minutes = minutes or {}
        self.fields: SessionFields = usual_fields(
            limits, minutes=minutes, support_person=support_person
        )
        self._speaking = [form for form in forms if isinstance(form, (Length, Allow))]

    def lengths(self, kind: str) -> list[int]:
        """The lengths that a session of a kind may have somewhere, in minutes, the least first."""
        lawful = lawful_minutes(self.limits, kind)
        rules = [f for f in self._speaking if isinstance(f, Length) and kind in f.of.kind]
        usual = int(self.fields[kind]["minutes"])
        stated = {n for rule in rules for n in (rule.min, rule.max, *(rule.one_of or ())) if n}
        fitting = [n for n in stated if lawful is None or lawful.holds(n)]
        return sorted({usual, *[n for n in fitting if n <= LONGEST_MINUTES]})

    def session(
        self, plan: Plan, id: str, kind: str, start: int, wanted: Selector | None = None
    ) -> Session:
        """A session of a kind at a time, of those that a selector wants, if any is given."""
        speaking = [form for form in self._speaking if kind in form.of.kind]
        ways = self._ways(kind, wanted, is_free=bool(speaking))
        given = [CLASS_OF_KIND[kind](id=id, start=Instant(start), **fields) for fields in ways]
        if not speaking:
            return given[0]
        tried = [self._fitted(plan, session, speaking) for session in given]
        usual = attrs.evolve(given[0], minutes=USUAL_MINUTES[kind])
        return next((session for session in tried if session is not None), usual)

    def _ways(
        self, kind: str, wanted: Selector | None, *, is_free: bool
    ) -> Iterator[dict[str, Any]]:
        """The fields that a session may have, the usual ones first."""
        places = self._words(kind, "place", PLACES, wanted, is_free=is_free)
        formats = self._words(kind, "format", FORMATS, wanted, is_free=is_free)
        for place, held in product(places, formats if kind in THERAPIST_KINDS else ("",)):
            fields = dict(self.fields[kind]) | {"place": place}
            if held:
                fields["format"] = held
            for name in ("level", "route") if kind == "dosing" and wanted is not None else ():
                labels = getattr(wanted, name)
                fields |= {name: labels[0]} if labels else {}
            if kind == "dosing" and place == "remote":
                fields.setdefault("support_person", self.support_person)
            yield fields

    def _words(
        self,
        kind: str,
        name: str,
        words: tuple[str, ...],
        wanted: Selector | None,
        *,
        is_free: bool,
    ) -> list[str]:
        """The places or the formats that a session may have, the usual one first."""
        usual = DEFAULT_PLACE[kind] if name == "place" else words[0]
        first = self.fields[kind].get(name, usual)
        found: tuple[str, ...] = (first,)
        if wanted is not None and getattr(wanted, name) is not None:
            found = getattr(wanted, name)
        elif is_free:
            limits = self.limits
            stated = limits.formats if name == "format" else None
            if name == "place" and kind == "dosing":
                stated = limits.dosing_places
            found = (first, *[word for word in words if stated is None or word in stated])
        return sorted(dict.fromkeys(found), key=lambda word: word != first)

    def _fitted(
        self, plan: Plan, session: Session, speaking: list[Length | Allow]
    ) -> Session | None:
        """A session of a length that the rules allow where it stands; ``None`` = they do not."""
        there = Course.of(with_sessions(plan, (*plan.sessions, session)), None)
        about = [form for form in speaking if session in form.of.of(there)]
        if any(isinstance(form, Allow) and not form.holds(session) for form in about):
            return None
        lengths = [form for form in about if isinstance(form, Length)]
        if not lengths:
            return session
        lawful = lawful_minutes(self.limits, session.kind)
        usual = USUAL_MINUTES[session.kind]
        minutes = _shortest(lawful, lengths, usual, self.minutes.get(session.kind))
        return None if minutes is None else attrs.evolve(session, minutes=minutes)


def _shortest(
    lawful: Bounds | None, rules: Iterable[Length], usual: int, wished: int | None
) -> int | None:
    """The wished length, else the shortest, if limits and rules allow any."""
    if lawful is None:
        return None
    ranges = [lawful, *[rule.bounds for rule in rules if rule.bounds is not None]]
    lowest = max(bounds.min or 0 for bounds in ranges)
    highest = min([b.max for b in ranges if b.max is not None], default=LONGEST_MINUTES)
    if lowest > highest:
        return None
    listed = [set(rule.one_of) for rule in rules if rule.one_of is not None]
    if wished is not None and lowest <= wished <= highest and all(wished in its for its in listed):
        return wished
    if not listed:
        return shortest(Bounds(lowest, highest), usual) or None
    in_all = set.intersection(*listed)
    return min((length for length in in_all if lowest <= length <= highest), default=None)
