"""Plans and supplies: what each field may be, canonical order, frozen for good, silent in print."""

from __future__ import annotations

import datetime as dt
import itertools
import pickle
import traceback
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from copies import copies, pickled, unpickled
from kap_model.testing import strategies as kst
from profiles import scaled

MARKER = "MARKER"
BAD_IDS = ("", "-a", "a b", "a" * 65, "a\n", "é", None, 5, b"a", True)
BAD_DATES = (
    "",
    "2027-1-6",
    "2027-02-29",
    "1899-12-31",
    "2201-01-01",
    "2027-01-06T00:00:00Z",
    5,
    True,
    dt.datetime(2027, 1, 6, tzinfo=dt.UTC),
    pendulum.datetime(2027, 1, 6),
)
START = "2027-01-18T13:00:00Z"


def make(**given: Any) -> Any:
    cls: Any = kap.Plan
    return cls(**{"id": "p1", "timezone": "UTC", "sessions": ()} | given)


def make_supply(**given: Any) -> Any:
    cls: Any = kap.Supply
    return cls(**{"id": "x1", "issued": "2027-01-06", "dosings": 2} | given)


def dosing(id: str, start: str = START) -> kap.Dosing:
    return kap.Dosing(id=id, start=start, minutes=90)


def refused(make_it: Any, **given: Any) -> kap.Problem:
    with pytest.raises(kap.InvalidValue) as caught:
        make_it(**given)
    (problem,) = caught.value.problems
    return problem


def test_defaults() -> None:
    plan = make()
    assert plan.state == "active"
    assert plan.protocol is plan.fees is plan.client is plan.born is None
    assert plan.conditions is plan.supplies is None
    assert plan.sessions == ()


@pytest.mark.parametrize("key", ["id", "timezone", "sessions"])
def test_a_required_field_is_required(key: str) -> None:
    given = {"id": "p1", "timezone": "UTC", "sessions": ()}
    del given[key]
    cls: Any = kap.Plan
    with pytest.raises(TypeError, match=f"missing 1 required keyword-only argument: '{key}'"):
        cls(**given)


BAD: dict[str, tuple[Any, ...]] = {
    "id": BAD_IDS,
    "protocol": ("", "core ", "_other", 5, kap.practices.CORE, ["core"]),
    "fees": ("", "core ", "_other", 5, kap.practices.CORE, ["core"]),
    "timezone": ("", "utc", "PST", "localtime", "right/UTC", "America", None, 5, ["UTC"]),
    "state": ("", "Active", "open", None, 5, ["active"]),
    "client": tuple(bad for bad in BAD_IDS if bad is not None),
    "born": BAD_DATES,
    "conditions": (
        "low",
        b"low",
        {"low": "low"},
        5,
        ("",),
        ("a b",),
        (5,),
        (None,),
        (["low"],),
        ("low", "low"),
    ),
    "sessions": (
        None,
        "",
        b"",
        {},
        5,
        (None,),
        ("d1",),
        ({"id": "d1"},),
        (kap.Clinician("k-1", "r"),),
        (dosing("d1"), dosing("d1")),
        [dosing("d1"), dosing("d1", "2027-02-18T13:00:00Z")],
    ),
    "supplies": ("", b"", {}, 5, (None,), ("x1",), (dosing("d1"),), (make_supply(),) * 2),
}


@pytest.mark.parametrize(
    ("key", "value"), [(k, value) for k, values in BAD.items() for value in values]
)
def test_a_wrong_field_is_refused_by_its_name(key: str, value: Any) -> None:
    problem = refused(make, **{key: value})
    # Ids are unique over sessions and supplies, wherever the second one stands.
    expected = ("sessions", "supplies") if key == "supplies" else (key,)
    assert problem.path.startswith(expected)
    assert problem.reason.startswith("must ")


GOOD: dict[str, tuple[Any, ...]] = {
    "id": ("p", "A.b_c-d", "a" * 64),
    "protocol": (None, "core", "kingsley", "regrounding"),
    "fees": (None, "core", "kingsley", "regrounding"),
    "timezone": ("UTC", "America/Los_Angeles", "US/Pacific", "Etc/GMT+12", "Africa/Casablanca"),
    "state": ("active", "completed", "discontinued"),
    "client": (None, "c-17"),
    "born": (None, dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
    "conditions": (None, (), ("high", "low")),
    "sessions": ((), (dosing("d1"), dosing("d2"))),
    "supplies": (None, (), (make_supply(),)),
}


@pytest.mark.parametrize(
    ("key", "value"), [(k, value) for k, values in GOOD.items() for value in values]
)
def test_a_lawful_field_is_kept_as_it_is(key: str, value: Any) -> None:
    kept = getattr(make(**{key: value}), key)
    assert kept == value
    assert type(kept) is type(value)


BAD_SUPPLIES: dict[str, tuple[Any, ...]] = {
    "id": BAD_IDS,
    "issued": (*BAD_DATES, None),
    "received": (*BAD_DATES, "2027-01-05", dt.date(1900, 1, 1)),
    "dosings": (0, -1, 1.0, "2", True, None, 10**12),
}


@pytest.mark.parametrize(
    ("key", "value"), [(k, value) for k, values in BAD_SUPPLIES.items() for value in values]
)
def test_a_wrong_field_of_a_supply_is_refused_by_its_name(key: str, value: Any) -> None:
    assert refused(make_supply, **{key: value}).path == key


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("issued", "1900-01-01", dt.date(1900, 1, 1)),
        ("issued", pendulum.date(2027, 1, 6), dt.date(2027, 1, 6)),
        ("received", None, None),
        ("received", "2027-01-06", dt.date(2027, 1, 6)),
        ("received", dt.date(2200, 12, 31), dt.date(2200, 12, 31)),
        ("dosings", 1, 1),
        ("dosings", 999_999_999_999, 999_999_999_999),
    ],
)
def test_a_lawful_field_of_a_supply_is_kept(key: str, value: Any, kept: Any) -> None:
    supply = make_supply(**{key: value})
    assert getattr(supply, key) == kept
    assert type(getattr(supply, key)) is type(kept)


def test_at_most_ten_thousand_sessions() -> None:
    start = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    sessions = [kap.Consultation(id=f"c{n}", start=start, minutes=1) for n in range(10_001)]
    assert len(make(sessions=sessions[1:]).sessions) == 10_000
    assert refused(make, sessions=sessions) == kap.Problem("sessions", "must be at most 10,000")


def test_an_id_is_unique_over_sessions_and_supplies() -> None:
    both = {"sessions": [dosing("a")], "supplies": [make_supply(id="a")]}
    assert "unique" in refused(make, **both).reason
    assert make(**both | {"supplies": [make_supply(id="A")]}).supplies[0].id == "A"


def same_start(cls: Any, id: str) -> kap.Session:
    session: kap.Session = cls(id=id, start=START, minutes=30)
    return session


IN_ORDER = (
    kap.MedicalReview(id="z", start="2027-01-18T13:59:00+01:00", minutes=1440),
    same_start(kap.Consultation, "b"),
    same_start(kap.MedicalEvaluation, "a9"),
    same_start(kap.Preparation, "a8"),
    same_start(kap.Dosing, "a10"),
    same_start(kap.Dosing, "a2"),
    same_start(kap.Integration, "A"),
    same_start(kap.Integration, "a"),
    same_start(kap.MedicalReview, "0"),
    kap.Consultation(id="00", start="2027-01-18T13:00:01Z", minutes=1),
)


@given(st.permutations(IN_ORDER))
def test_sessions_stand_by_start_then_kind_then_id(sessions: list[kap.Session]) -> None:
    for given_as in (sessions, tuple(sessions), iter(sessions), set(sessions)):
        plan = make(sessions=given_as)
        assert plan.sessions == IN_ORDER
        assert plan == make(sessions=IN_ORDER)
        assert hash(plan) == hash(make(sessions=IN_ORDER))


def test_supplies_stand_by_issue_date_then_id() -> None:
    rows = [("b", "2027-01-05"), ("a10", "2027-01-06"), ("a2", "2027-01-06"), ("a", "2027-01-07")]
    supplies = [make_supply(id=id, issued=issued) for id, issued in rows]
    for permuted in itertools.permutations(supplies):
        assert make(supplies=permuted).supplies == tuple(supplies)


def test_conditions_stand_sorted() -> None:
    for permuted in itertools.permutations(("a10", "a2", "B", "b")):
        assert make(conditions=permuted).conditions == ("B", "a10", "a2", "b")
        assert make(conditions=iter(permuted)) == make(conditions=("b", "B", "a2", "a10"))


WRONG_LABEL = (
    "must be 1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter or digit"
)


def test_all_that_is_wrong_in_conditions_is_told_at_once() -> None:
    given: Any = ["a!", "b", "b!", 1, None, ["c"], "c", "c"]
    with pytest.raises(kap.InvalidValue) as caught:
        make(conditions=given)
    assert caught.value.problems == (
        *(kap.Problem(f"conditions[{index}]", WRONG_LABEL) for index in (0, 2, 3, 4, 5)),
        kap.Problem("conditions", "must name each once"),
    )


@pytest.mark.parametrize("sound", [(), ("a", "a")], ids=["wrong", "repeated-too"])
@pytest.mark.parametrize("wrong", [98, 99, 100, 101, 5000])
def test_at_most_a_hundred_problems_are_told(wrong: int, sound: tuple[str, ...]) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        make(conditions=(*sound, *[f"{n}!" for n in range(wrong)]))
    problems = caught.value.problems
    many = wrong + bool(sound)
    assert len(problems) == min(many, 101)
    more = kap.Problem("conditions", "has more problems than these 100")
    assert (problems[-1] == more) == (many > 100)
    assert problems[:98] == tuple(
        kap.Problem(f"conditions[{len(sound) + index}]", WRONG_LABEL) for index in range(98)
    )


def test_none_recorded_is_not_the_same_as_recorded_and_none() -> None:
    assert make(conditions=None) != make(conditions=())
    assert make(supplies=None) != make(supplies=())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "p2"),
        ("protocol", "core"),
        ("fees", "core"),
        ("timezone", "Etc/UTC"),
        ("state", "completed"),
        ("client", "c-1"),
        ("born", "2000-01-01"),
        ("conditions", ("low",)),
        ("sessions", (dosing("d1"),)),
        ("supplies", (make_supply(),)),
    ],
)
def test_plans_differ_where_any_field_differs(key: str, value: Any) -> None:
    assert make() != make(**{key: value})


@given(kst.plans())
@settings(max_examples=scaled(25))
def test_copies_are_equal(plan: kap.Plan) -> None:
    for other in (*copies(plan), attrs.evolve(plan)):
        assert other == plan
        assert hash(other) == hash(plan)
        assert repr(other) == repr(plan)
        assert other.timeline.counting == plan.timeline.counting
    for supply in plan.supplies or ():
        assert all(other == supply for other in copies(supply))


@given(kst.plans(), st.randoms())
@settings(max_examples=scaled(25))
def test_an_instant_written_by_another_clock_makes_an_equal_plan(
    plan: kap.Plan, random: Any
) -> None:
    shifted = [
        attrs.evolve(s, start=s.start.in_timezone(random.choice(("Asia/Kathmandu", "Etc/GMT+12"))))
        for s in plan.sessions
    ]
    random.shuffle(shifted)
    same = attrs.evolve(plan, sessions=shifted)
    assert same == plan
    assert hash(same) == hash(plan)


def test_evolving_checks_again() -> None:
    plan = make(sessions=[dosing("d1")], supplies=[make_supply(received="2027-01-09")])
    assert attrs.evolve(plan, state="completed").state == "completed"
    with pytest.raises(kap.InvalidValue):
        attrs.evolve(plan, supplies=[make_supply(id="d1")])
    with pytest.raises(kap.InvalidValue):
        attrs.evolve(plan.supplies[0], issued="2027-01-10")


WHOLE = make(
    protocol="core",
    client="c-17",
    born="1990-05-17",
    conditions=["low"],
    sessions=[dosing("d1"), dosing("d2")],
    supplies=[make_supply(received="2027-01-09")],
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"p1", b"p/"),
        (b"UTC", b"utc"),
        (b"active", b"action"),
        (b"c-17", b"c 17"),
        (b"low", b"l w"),
        (b"d2", b"d1"),
        (b"d2", b"x1"),
        (b"K\x02u", b"K\x00u"),
        (b"C\x04\x07\xeb\x01\x09", b"C\x04\x07\xeb\x01\x05"),
        (b"C\x04\x07\xc6\x05\x11", b"C\x04\x07\x6b\x05\x11"),
    ],
)
def test_a_pickle_of_an_impossible_plan_is_refused(old: bytes, new: bytes) -> None:
    payload = pickle.dumps(WHOLE)
    assert payload.count(old) == 1
    with pytest.raises(kap.InvalidValue):
        unpickled(payload.replace(old, new), kap.Plan)


def test_a_pickle_out_of_order_is_put_in_order() -> None:
    payload = pickle.dumps(WHOLE)
    swapped = payload.replace(b"d1", b"d?").replace(b"d2", b"d1").replace(b"d?", b"d2")
    assert swapped != payload
    assert unpickled(swapped, kap.Plan) == WHOLE


@pytest.mark.parametrize("value", [WHOLE, make_supply()], ids=["plan", "supply"])
def test_a_value_is_frozen(value: Any) -> None:
    before = pickled(value)
    for field in attrs.fields(type(value)):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, field.name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(value, field.name)
    with pytest.raises(AttributeError):
        value.anything = None
    assert value == before
    assert not hasattr(value, "__dict__")


def test_what_a_plan_holds_is_frozen_too() -> None:
    rows = [dosing("d1")]
    plan = make(sessions=rows, conditions=["a"], supplies=[make_supply()])
    rows.append(dosing("d2"))
    assert len(plan.sessions) == 1
    for name in ("sessions", "conditions", "supplies"):
        assert type(getattr(plan, name)) is tuple
    assert type(plan.supplies[0].issued) is dt.date
    hash(plan)


def test_what_a_plan_derives_cannot_be_changed() -> None:
    plan = make(sessions=[dosing("d1")])
    for name in ("counting", "dosings", "zone"):
        with pytest.raises(AttributeError):
            setattr(plan.timeline, name, ())
    with pytest.raises(AttributeError):
        setattr(plan, "timeline", None)  # noqa: B010 - a type checker knows that it cannot be
    assert plan.timeline.dosings == plan.sessions


def test_local_start() -> None:
    plan = make(timezone="America/Los_Angeles", sessions=[dosing("d1", "2027-03-14T10:00:00Z")])
    local = plan.local_start(plan.sessions[0])
    assert local.isoformat() == "2027-03-14T03:00:00-07:00"
    assert isinstance(local, pendulum.DateTime)
    assert local.add(hours=-1).isoformat() == "2027-03-14T01:00:00-08:00"


def marked_plan() -> kap.Plan:
    clinician = kap.Clinician("k-1", MARKER)
    plan: kap.Plan = make(
        client=MARKER,
        born="1990-05-17",
        conditions=[MARKER],
        sessions=[
            kap.Dosing(
                id="d1",
                start=START,
                minutes=90,
                clinician=clinician,
                level=MARKER,
                support_person=MARKER,
            )
        ],
        supplies=[make_supply()],
    )
    return plan


def test_a_plan_prints_its_id_and_a_count_only() -> None:
    plan = marked_plan()
    assert plan.supplies is not None
    assert repr(plan) == str(plan) == "<Plan p1: 1 sessions>"
    assert repr(plan.supplies[0]) == str(plan.supplies[0]) == "<Supply x1>"
    shown = repr([plan, plan.sessions, plan.supplies, plan.timeline, plan.zone])
    assert MARKER not in shown
    assert "1990" not in shown


@pytest.mark.parametrize("key", list(BAD))
@pytest.mark.parametrize("value", [f"{MARKER}\n", [f"{MARKER}\n"], {MARKER: MARKER}], ids=repr)
def test_an_error_of_a_constructor_names_no_value(key: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        make(**{key: value})
    shown = f"{caught.value}{caught.value!r}{traceback.format_exception_only(caught.value)}"
    assert MARKER not in shown


@pytest.mark.parametrize("key", list(BAD_SUPPLIES))
@pytest.mark.parametrize("value", [f"{MARKER}\n", [MARKER], {MARKER: MARKER}], ids=repr)
def test_an_error_of_a_supply_names_no_value(key: str, value: Any) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        make_supply(**{key: value})
    assert MARKER not in f"{caught.value}{caught.value!r}"


def test_an_error_of_a_repeated_id_does_not_name_it() -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        make(sessions=[dosing(MARKER), dosing(MARKER)])
    assert MARKER not in f"{caught.value}{caught.value!r}"
