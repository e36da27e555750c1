"""Sessions: what each field may be, equality by instant, frozen for good, silent in print."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import traceback
import zoneinfo
from collections.abc import Iterator
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, settings

import kap_model as kap
from copies import copies, pickled, unpickled
from kap_model.sessions import CLASS_OF_KIND, DEFAULT_PLACE, KINDS, SESSION_CLASSES
from kap_model.testing import strategies as kst
from profiles import scaled

MARKER = "MARKER"
START = "2027-01-18T13:00:00-08:00"
LOS_ANGELES = "America/Los_Angeles"
CLASSES: tuple[Any, ...] = (
    kap.Consultation,
    kap.MedicalEvaluation,
    kap.Preparation,
    kap.Dosing,
    kap.Integration,
    kap.MedicalReview,
)
THERAPY: tuple[Any, ...] = (kap.Preparation, kap.Dosing, kap.Integration)
MEDICAL: tuple[Any, ...] = (kap.MedicalEvaluation, kap.MedicalReview)


def make(cls: Any, **given: Any) -> Any:
    return cls(**{"id": "s1", "start": START, "minutes": 50} | given)


def refused(cls: Any, **given: Any) -> kap.Problem:
    with pytest.raises(kap.InvalidValue) as caught:
        make(cls, **given)
    (problem,) = caught.value.problems
    return problem


def test_the_six_kinds_in_canonical_order() -> None:
    assert SESSION_CLASSES == CLASSES
    assert KINDS == (
        "consultation",
        "medical-evaluation",
        "preparation",
        "dosing",
        "integration",
        "medical-review",
    )
    assert [cls.rank for cls in CLASSES] == [0, 1, 2, 3, 4, 5]
    assert dict(zip(KINDS, CLASSES, strict=True)) == CLASS_OF_KIND


@pytest.mark.parametrize("cls", CLASSES)
def test_defaults(cls: Any) -> None:
    session = make(cls)
    remote = cls in MEDICAL
    assert session.place == DEFAULT_PLACE[cls.kind] == ("remote" if remote else "office")
    assert session.status == "planned"
    assert session.clinician is None
    assert session.notice_hours is None
    names = {field.name for field in attrs.fields(cls)}
    assert ("format" in names) == (cls in THERAPY)
    assert ("outcome" in names) == (cls in MEDICAL)
    assert ("level" in names) == ("support_person" in names) == (cls is kap.Dosing)
    if cls in THERAPY:
        assert session.format == "individual"
    if cls in MEDICAL:
        assert session.outcome is None
    if cls is kap.Dosing:
        assert session.level is session.support_person is session.therapist_present is None


@pytest.mark.parametrize("cls", CLASSES)
def test_an_end_is_the_start_and_the_minutes_elapsed(cls: Any) -> None:
    session = make(cls, start="2027-03-14T01:30:00-08:00", minutes=120)
    assert session.ends - session.begins == 7200
    assert session.start == dt.datetime(2027, 3, 14, 9, 30, tzinfo=dt.UTC)
    assert session.end == dt.datetime(2027, 3, 14, 11, 30, tzinfo=dt.UTC)
    assert isinstance(session.start, pendulum.DateTime)
    assert session.end.timezone_name == "UTC"


def test_the_shared_base_cannot_be_constructed() -> None:
    assert refused(kap.Session).path == "kind"


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("key", ["id", "start", "minutes"])
def test_a_required_field_is_required(cls: Any, key: str) -> None:
    given = {"id": "s1", "start": START, "minutes": 50}
    del given[key]
    with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{key}'"):
        cls(**given)


BAD_IDS = (
    "",
    "-a",
    ".a",
    "_a",
    "a b",
    "a/b",
    "a" * 65,
    "a\n",
    "é",
    "\u0661",
    "a\u200b",
    None,
    5,
    b"a",
    True,
    ["a"],
)
GOOD_IDS = ("a", "0", "A.b_c-d", "a" * 64, "9-", "a..", "none")
BAD_TEXTS = (
    "",
    " ",
    "\t",
    " a",
    "a ",
    "a\u00a0",
    "\u3000a",
    "a\nb",
    "a\rb",
    "a\tb",
    "a\x00b",
    "a\x1bb",
    "a\x7fb",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "a\u202eb",
    "a\u2066b",
    "a\u200bb",
    "a\ufeffb",
    "\ud800",
    "a" * 201,
    None,
    5,
    b"a",
    True,
    ["a"],
)
GOOD_TEXTS = ("a", "the client's sister", "a" * 200, "Żółć", "姉", "a\u00a0b", "👧")
BAD: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "id": (CLASSES, BAD_IDS),
    "start": (CLASSES, ("", "2027-01-18", None, 5, dt.date(2027, 1, 18))),
    "minutes": (CLASSES, (0, -1, 1441, 50.0, "50", True, None)),
    "place": (CLASSES, ("", "Office", "home", "office ", None, 5, True, ["office"])),
    "status": (CLASSES, ("", "done", "Planned", "no_show", "noshow", None, 5, ["planned"])),
    "clinician": (CLASSES, ("k-1", {"id": "k-1", "role": "therapist"}, ("k-1", "r"), 5, True)),
    "notice_hours": (CLASSES, (-1, 1.0, "1", True, 10**12)),
    "format": (THERAPY, ("", "Group", "couple", None, 5, ["group"])),
    "outcome": (MEDICAL, ("", "Pending", "yes", 5, True, ["pending"])),
    "level": ((kap.Dosing,), tuple(bad for bad in BAD_IDS if bad is not None)),
    "support_person": (
        (kap.Dosing,),
        (*[bad for bad in BAD_TEXTS if bad is not None], "None", "NONE", "nOnE"),
    ),
    "therapist_present": ((kap.Dosing,), (0, 1, "true", "yes", [True])),
}
BESIDE = {"notice_hours": {"status": "cancelled"}, "outcome": {"status": "completed"}}


def bad_values() -> Iterator[tuple[Any, str, Any]]:
    for key, (classes, values) in BAD.items():
        for cls in classes:
            for value in values:
                yield cls, key, value


@pytest.mark.parametrize(("cls", "key", "value"), list(bad_values()))
def test_a_wrong_field_is_refused_by_its_name(cls: Any, key: str, value: Any) -> None:
    problem = refused(cls, **{key: value} | BESIDE.get(key, {}))
    assert problem.path == key
    assert problem.reason.startswith("must ")


GOOD: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "id": (CLASSES, GOOD_IDS),
    "minutes": (CLASSES, (1, 50, 1440)),
    "place": (CLASSES, ("office", "remote")),
    "status": (CLASSES, ("planned", "completed", "cancelled", "no-show")),
    "clinician": (CLASSES, (None, kap.Clinician("k-1", "therapist"))),
    "notice_hours": (CLASSES, (None, 0, 24, 999_999_999_999)),
    "format": (THERAPY, ("individual", "group")),
    "level": ((kap.Dosing,), (None, "low", *GOOD_IDS)),
    "support_person": ((kap.Dosing,), (None, "none", "nonesuch", *GOOD_TEXTS)),
    "therapist_present": ((kap.Dosing,), (None, True, False)),
}


def good_values() -> Iterator[tuple[Any, str, Any]]:
    for key, (classes, values) in GOOD.items():
        for cls in classes:
            for value in values:
                yield cls, key, value
    for value in (None, "eligible", "ineligible", "pending"):
        yield kap.MedicalEvaluation, "outcome", value
    for value in (None, "continue", "stop", "pending"):
        yield kap.MedicalReview, "outcome", value


@pytest.mark.parametrize(("cls", "key", "value"), list(good_values()))
def test_a_lawful_field_is_kept_as_it_is(cls: Any, key: str, value: Any) -> None:
    kept = getattr(make(cls, **{key: value} | BESIDE.get(key, {})), key)
    assert kept == value
    assert type(kept) is type(value)


@pytest.mark.parametrize(
    ("cls", "outcome"),
    [
        (kap.MedicalEvaluation, "continue"),
        (kap.MedicalEvaluation, "stop"),
        (kap.MedicalReview, "eligible"),
        (kap.MedicalReview, "ineligible"),
    ],
)
def test_an_outcome_of_the_other_kind_is_refused(cls: Any, outcome: str) -> None:
    assert refused(cls, status="completed", outcome=outcome).path == "outcome"


@pytest.mark.parametrize("cls", MEDICAL)
@pytest.mark.parametrize("status", ["planned", "cancelled", "no-show"])
def test_an_outcome_belongs_on_a_completed_session_only(cls: Any, status: str) -> None:
    problem = refused(cls, status=status, outcome="pending")
    assert problem == kap.Problem("outcome", "belongs on a completed session only")


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("status", ["planned", "completed", "no-show"])
def test_notice_belongs_on_a_cancelled_session_only(cls: Any, status: str) -> None:
    problem = refused(cls, status=status, notice_hours=24)
    assert problem == kap.Problem("notice_hours", "belongs on a cancelled session only")


@pytest.mark.parametrize(
    ("cls", "key"),
    [(cls, "outcome") for cls in CLASSES if cls not in MEDICAL]
    + [(cls, "format") for cls in CLASSES if cls not in THERAPY]
    + [
        (cls, key)
        for cls in CLASSES
        if cls is not kap.Dosing
        for key in ("level", "support_person", "therapist_present")
    ],
)
def test_a_field_of_another_kind_cannot_be_said(cls: Any, key: str) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{key}'"):
        make(cls, status="completed", **{key: None})


@pytest.mark.parametrize("key", ["id", "role"])
@pytest.mark.parametrize("value", BAD_IDS)
def test_a_clinician_is_a_pseudonym_and_a_role(key: str, value: Any) -> None:
    cls: Any = kap.Clinician
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**{"id": "k-1", "role": "therapist"} | {key: value})
    assert [problem.path for problem in caught.value.problems] == [key]


SAME_INSTANT = [
    "2027-01-18T21:00:00Z",
    "2027-01-19T02:45:00+05:45",
    dt.datetime(2027, 1, 18, 21, tzinfo=dt.UTC),
    dt.datetime(2027, 1, 18, 13, tzinfo=dt.timezone(dt.timedelta(hours=-8))),
    dt.datetime(2027, 1, 18, 13, tzinfo=zoneinfo.ZoneInfo(LOS_ANGELES)),
    pendulum.datetime(2027, 1, 18, 13, tz=LOS_ANGELES),
    pendulum.datetime(2027, 1, 18, 22, tz="Europe/Berlin"),
]


@pytest.mark.parametrize("start", SAME_INSTANT, ids=str)
def test_equal_by_instant_whatever_the_clock_it_was_written_by(start: Any) -> None:
    session, same = make(kap.Dosing), make(kap.Dosing, start=start)
    assert session == same
    assert hash(session) == hash(same)
    assert len({session, same}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"start": "2027-01-18T13:00:01-08:00"},
        {"id": "s2"},
        {"minutes": 51},
        {"place": "remote"},
        {"status": "completed"},
        {"format": "group"},
        {"level": "low"},
        {"support_person": "none"},
        {"therapist_present": False},
        {"clinician": kap.Clinician("k-1", "therapist")},
    ],
    ids=lambda other: next(iter(other)),
)
def test_unequal_where_any_field_differs(other: dict[str, Any]) -> None:
    assert make(kap.Dosing) != make(kap.Dosing, **other)


def test_unequal_where_the_kind_differs() -> None:
    made = [make(cls) for cls in CLASSES]
    assert len(set(made)) == len(made)
    assert make(kap.Preparation) != make(kap.Integration)


@pytest.mark.parametrize("fold", [0, 1])
def test_each_of_two_equal_local_hours_stays_its_own(fold: int) -> None:
    offset = ("-07:00", "-08:00")[fold]
    expected = make(kap.Dosing, start=f"2027-11-07T01:30:00{offset}")
    stdlib = dt.datetime(2027, 11, 7, 1, 30, tzinfo=zoneinfo.ZoneInfo(LOS_ANGELES), fold=fold)
    ours = pendulum.datetime(2027, 11, 7, 1, 30, tz=LOS_ANGELES, fold=fold)
    for session in (make(kap.Dosing, start=stdlib), make(kap.Dosing, start=ours)):
        assert session == expected
        assert all(other == expected for other in copies(session))


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize(
    "start",
    [
        dt.datetime(2027, 1, 18, 13),  # noqa: DTZ001 - a naive one is what is refused
        pendulum.naive(2027, 1, 18, 13),
    ],
    ids=["stdlib", "pendulum"],
)
def test_a_naive_start_is_refused_with_advice(cls: Any, start: Any) -> None:
    problem = refused(cls, start=start)
    assert problem.path == "start"
    assert "replace(tzinfo=" in problem.reason


@pytest.mark.parametrize("cls", CLASSES)
def test_a_start_without_an_offset_is_refused_for_that(cls: Any) -> None:
    problem = refused(cls, start="2027-01-18T13:00:00")
    assert problem.path == "start"
    assert "offset" in problem.reason


@pytest.mark.parametrize("cls", CLASSES)
def test_a_start_with_microseconds_is_refused(cls: Any) -> None:
    start = dt.datetime(2027, 1, 18, 13, 0, 0, 1, tzinfo=dt.UTC)
    assert refused(cls, start=start).path == "start"


@settings(max_examples=scaled(50))
@given(kst.sessions())
def test_copies_are_equal(session: kap.Session) -> None:
    for other in (*copies(session), attrs.evolve(session)):
        assert other == session
        assert hash(other) == hash(session)
        assert other.ends == session.ends
        assert repr(other) == repr(session)


@settings(max_examples=scaled(50))
@given(kst.sessions(kinds=("dosing",)))
def test_evolving_changes_one_field_and_computes_the_end_again(session: Any) -> None:
    longer = attrs.evolve(session, minutes=7)
    assert longer.ends == session.begins + 420
    assert attrs.evolve(longer, minutes=session.minutes) == session
    moved = attrs.evolve(session, start=START)
    assert moved.begins == make(kap.Dosing).begins
    assert moved.ends == moved.begins + 60 * session.minutes


def test_evolving_checks_again() -> None:
    session = make(kap.MedicalEvaluation, status="completed", outcome="eligible")
    with pytest.raises(kap.InvalidValue):
        attrs.evolve(session, status="planned")
    with pytest.raises(kap.InvalidValue):
        attrs.evolve(session, minutes=0)


CANCELLED = make(kap.Dosing, status="cancelled", notice_hours=3)
ELIGIBLE = make(kap.MedicalEvaluation, status="completed", outcome="eligible")


@pytest.mark.parametrize(
    ("session", "old", "new"),
    [
        (CANCELLED, b"K2", b"K\x00"),
        (CANCELLED, b"office", b"offxce"),
        (CANCELLED, b"cancelled", b"completed"),
        (CANCELLED, b"individual", b"individuum"),
        (ELIGIBLE, b"eligible", b"elegible"),
        (ELIGIBLE, b"completed", b"cancelled"),
        (ELIGIBLE, b"s1", b"s/"),
        (ELIGIBLE, b"J" + int(ELIGIBLE.begins).to_bytes(4, "little"), b"J\x00\x00\x00\x00"),
    ],
)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_of_an_impossible_session_is_refused(
    session: Any, old: bytes, new: bytes, protocol: int
) -> None:
    payload = pickle.dumps(session, protocol)
    assert payload.count(old) == 1
    with pytest.raises(kap.InvalidValue):
        unpickled(payload.replace(old, new), type(session))


@pytest.mark.parametrize("cls", CLASSES)
def test_a_session_is_frozen(cls: Any) -> None:
    session = make(cls)
    before = copy.deepcopy(session)
    for field in attrs.fields(cls):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(session, field.name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(session, field.name)
    for name in ("start", "end", "kind", "rank", "anything"):
        with pytest.raises(AttributeError):
            setattr(session, name, None)
    assert session == before
    assert not hasattr(session, "__dict__")


def test_a_clinician_is_frozen_and_copied() -> None:
    clinician = kap.Clinician("k-1", "therapist")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        clinician.role = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    assert all(other == clinician for other in copies(clinician))
    assert hash(pickled(clinician)) == hash(clinician)
    assert clinician != kap.Clinician("k-1", "other")


def marked_sessions() -> Iterator[Any]:
    for cls in CLASSES:
        given: dict[str, Any] = {"clinician": kap.Clinician("k-1", MARKER)}
        if cls is kap.Dosing:
            given |= {"level": MARKER, "support_person": MARKER, "therapist_present": False}
        yield make(cls, **given)


@pytest.mark.parametrize("session", list(marked_sessions()), ids=lambda session: session.kind)
def test_a_session_prints_its_kind_and_its_id_only(session: Any) -> None:
    assert repr(session) == str(session) == f"<{type(session).__name__} s1>"
    assert repr(session.clinician) == "<Clinician k-1>"
    assert MARKER not in f"{session!r}{session.clinician!r}{[session, session.clinician]}"


def planted() -> Iterator[tuple[Any, str]]:
    for key, (classes, _) in BAD.items():
        for cls in classes:
            yield cls, key


@pytest.mark.parametrize(("cls", "key"), list(planted()))
@pytest.mark.parametrize("value", [f"{MARKER}\n", [MARKER], {MARKER: MARKER}], ids=repr)
def test_an_error_of_a_constructor_names_no_value(cls: Any, key: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        make(cls, **{key: value} | BESIDE.get(key, {}))
    assert MARKER not in str(caught.value)
    assert MARKER not in repr(caught.value)
    assert MARKER not in "".join(traceback.format_exception_only(caught.value))
    assert all(other.problems == caught.value.problems for other in copies(caught.value))
