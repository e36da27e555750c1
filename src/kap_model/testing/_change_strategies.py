"""Strategies of changes that may leave a course within its limits, and of courses after them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.new_sessions import lawful_minutes
from kap_model.sessions import (
    CLASS_OF_KIND,
    THERAPIST_KINDS,
    Clinician,
    Consultation,
    Dosing,
    MedicalEvaluation,
    MedicalReview,
    Session,
    TherapistSession,
)
from kap_model.testing import _changes as changes
from kap_model.testing._changes import Change, Which
from kap_model.testing._grounds import SUPPORT
from kap_model.testing._plan_strategies import LABELS

_LONGER: Final = 90  # minutes beyond the shortest length, where no limit says how long
_SHORTEST: Final = 10  # minutes of sessions that have no limit


@st.composite
def varied(draw: st.DrawFn, plan: Plan, limits: Limits, wanted: Callable[[Plan], bool]) -> Plan:
    """A plan after some changes, each of which left it as it is wanted."""
    chosen, last = draw(st.lists(any_change(limits), max_size=16)), draw(_LAST)
    for change in chosen if last is None else (*chosen, last):
        made = changes.changed(plan, change) if plan.sessions else None
        if made is not None and wanted(made):
            plan = made
    return plan


_WHICH: Final[SearchStrategy[Which]] = st.tuples(st.integers(0, 40), st.sampled_from((50, 3, 2, 1)))
_PLACES: Final = st.integers(0, 40)
_SHARES: Final = st.integers(1, 100)
_MISSED: Final = st.builds(
    changes.missed,
    _PLACES,
    st.sampled_from((("no-show", None), ("cancelled", None), ("cancelled", 2), ("cancelled", 48))),
    st.integers(0, 5),
)
# What was held is recorded last: sessions that were held leave other changes less room.
_LAST: Final[SearchStrategy[Change | None]] = st.one_of(
    st.none(),
    st.builds(changes.record, _SHARES),
    st.just(changes.close("completed", 100)),
    st.builds(changes.close, st.just("discontinued"), _SHARES),
    st.builds(changes.record, _SHARES),
)


@lru_cache(maxsize=256)
def any_change(limits: Limits) -> SearchStrategy[Change]:
    """Any change that may leave a course within limits, each sort as likely as the others."""
    sorts: tuple[SearchStrategy[Change], ...] = (
        st.builds(changes.gap, _PLACES, st.integers(-10, 40)),
        st.builds(changes.move, _WHICH, st.integers(-600, 2880)),
        _lengths(limits),
        st.builds(changes.remote, _WHICH, st.sampled_from(SUPPORT)),
        _conduct(limits),
        _clinicians(limits),
        _facts(limits),
        _MISSED,
    )
    # Not ``one_of``, which would count the many fields of sessions one by one.
    return st.integers(0, len(sorts) - 1).flatmap(sorts.__getitem__)


def _lengths(limits: Limits) -> SearchStrategy[Change]:
    found = []
    for kind, cls in CLASS_OF_KIND.items():
        lawful = lawful_minutes(limits, kind)
        if lawful is not None:
            least = max(lawful.min or 1, 1) if kind in THERAPIST_KINDS else _SHORTEST
            longest = least + _LONGER if lawful.max is None else lawful.max
            found.append(_with(cls, minutes=st.integers(least, longest)))
    return st.one_of(found)


def _with(cls: type[Session], **given: SearchStrategy[Any]) -> SearchStrategy[Change]:
    return st.builds(
        lambda which, values: changes.fields(cls, which, **values),
        _WHICH,
        st.fixed_dictionaries(given),
    )


def _conduct(limits: Limits) -> SearchStrategy[Change]:
    """Formats, places, levels, and who is there."""
    levels = st.sampled_from(limits.dose_levels or LABELS)
    return st.one_of(
        _with(TherapistSession, format=st.sampled_from(("group", "individual"))),
        _with(Session, place=st.sampled_from(("office", "remote"))),
        _with(Dosing, level=levels),
        _with(Dosing, therapist_present=st.just(True)),
        _with(Dosing, support_person=st.sampled_from(SUPPORT)),
    )


def _clinicians(limits: Limits) -> SearchStrategy[Change]:
    medical = st.sampled_from(limits.medical_roles or ("medical-provider",))
    therapist = st.sampled_from(limits.therapist_roles or ("therapist",))
    ids = st.sampled_from(("k-1", "k-2"))
    return st.one_of(
        _with(TherapistSession, clinician=st.builds(Clinician, ids, therapist)),
        _with(MedicalEvaluation, clinician=st.builds(Clinician, ids, medical)),
        _with(MedicalReview, clinician=st.builds(Clinician, ids, medical)),
        _with(Consultation, clinician=st.builds(Clinician, ids, therapist)),
    )


def _facts(limits: Limits) -> SearchStrategy[Change]:
    labels = st.sampled_from((*LABELS, *(limits.exclusions or ())))
    known: dict[str, SearchStrategy[Any]] = {
        "id": st.sampled_from(("plan", "p-1")),
        "client": st.sampled_from(("c-1", "c-2")),
        "born": st.dates(dt.date(1900, 1, 1), dt.date(2012, 12, 31)),
        "conditions": st.lists(labels, unique=True, min_size=1, max_size=3).map(tuple),
    }
    single = [st.fixed_dictionaries({name: values}) for name, values in known.items()]
    return st.one_of(single).map(lambda given: changes.facts(**given))
