"""The fewest appointments that settle what a course needs: one for all that one session ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import evolve, frozen

from kap_model._time import Moment, Zone
from kap_model.forms.selectors import Selector
from kap_model.planning.needs import Need, common


@frozen(kw_only=True)
class Visit:
    """One appointment, or several that are alike.

    Attributes:
        wanted: The sessions of which one does.
        opens: The instant at which its window opens; ``None`` = it is open.
        closes: The edge at which it closes; ``None`` = never.
        ends: What it ends.
        helps: What it ends together with other visits.
        number: How many appointments.
        until: The instant by which an optional one has to start; ``None`` = no such.
    """

    wanted: Selector
    opens: int | None = None
    closes: Moment | None = None
    ends: tuple[Need, ...] = ()
    helps: tuple[Need, ...] = ()
    number: int = 1
    until: int | None = None

    @classmethod
    def for_need(cls, need: Need, zone: Zone) -> Visit:
        """The appointments that end a need alone."""
        opens = None if need.opens is None else zone.resolve(need.opens)
        return cls(
            wanted=need.wanted, opens=opens, closes=need.due, ends=(need,), number=need.number
        )

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it answers, alone or with others."""
        return self.ends + self.helps


Fits: TypeAlias = Callable[[Visit], bool]


def visits_for(needs: Iterable[Need], zone: Zone, fits: Fits | None = None) -> list[Visit]:
    """The fewest appointments of which each lies in the windows of all that it answers.

    Windows of one kind are intervals: who takes them by where they close, and lets the one at
    hand serve each window that it can lie in, books no more than there have to be.

    Args:
        needs: What is needed.
        zone: The plan's.
        fits: Whether an appointment for several needs can be had; ``None`` = windows that meet
            are enough.
    """
    visits: list[Visit] = []
    for need in sorted(needs, key=lambda need: _in_turn(need, zone)):
        alone = Visit.for_need(need, zone)
        lacking, serving = need.number, []
        for place, visit in enumerate(visits):
            shared = _shared(visit, alone, zone) if lacking > 0 else None
            if shared is not None and (fits is None or fits(shared)):
                serving.append((place, shared))
                lacking -= shared.number
        ends_alone = lacking <= 0 and len(serving) == 1
        for place, shared in serving:
            answers = {"ends" if ends_alone else "helps": (need,)}
            visits[place] = _answering(shared, visits[place], **answers)
        if serving and lacking > 0:
            visits.append(evolve(alone, number=lacking, ends=(), helps=(need,)))
        elif lacking > 0:
            visits.append(alone)
    return visits


def _in_turn(need: Need, zone: Zone) -> tuple[bool, float, int]:
    """What one kind alone ends first, then by where the window closes."""
    due = math.inf if need.due is None else zone.resolve(need.due)
    return len(need.wanted.kind) > 1, due, need.number


def _shared(visit: Visit, alone: Visit, zone: Zone) -> Visit | None:
    """A visit that lies in another's window too; ``None`` = there is none."""
    wanted = common(visit.wanted, alone.wanted)
    if wanted is None:
        return None
    opens = max([at for at in (visit.opens, alone.opens) if at is not None], default=None)
    closes = min(
        [at for at in (visit.closes, alone.closes) if at is not None],
        key=zone.resolve,
        default=None,
    )
    if opens is not None and closes is not None and opens > zone.resolve(closes):
        return None
    return evolve(visit, wanted=wanted, opens=opens, closes=closes, helps=visit.helps + alone.ends)


def _answering(
    shared: Visit, before: Visit, *, ends: tuple[Need, ...] = (), helps: tuple[Need, ...] = ()
) -> Visit:
    return evolve(shared, ends=before.ends + ends, helps=before.helps + helps)
