"""What the package names in public: complete, frozen, hashable, picklable, lazily loaded."""

from __future__ import annotations

import pickle
from importlib.metadata import version
from typing import Any

import attrs
import pytest

import kap_model as kap
from copies import copies
from kap_model import authoring
from public_values import FEE_VALUES, FORM_VALUES, NO_VALUES, PLAN, PROBLEM, RULE, VALUES

pytestmark = pytest.mark.installed


BY_IDENTITY = (kap.Limits, kap.Rule)
EVERY_VALUE = (
    VALUES
    | {f"fees.{name}": value for name, value in FEE_VALUES.items()}
    | {f"forms.{name}": value for name, value in FORM_VALUES.items()}
)
each_value = pytest.mark.parametrize("value", EVERY_VALUE.values(), ids=EVERY_VALUE.keys())


def test_every_public_name_is_there() -> None:
    assert len(set(vars(kap)["__all__"])) == len(vars(kap)["__all__"])
    for name in vars(kap)["__all__"]:
        assert getattr(kap, name) is not None
    assert set(vars(kap)["__all__"]) == {name.partition(" ")[0] for name in VALUES} | NO_VALUES


# Fields by position are for values that are read at a glance, and for those that only rules make.
BY_POSITION = {
    *("Bounds", "Breach", "Case", "Citation", "Clinician", "Course", "Example", "Frequency"),
    *("HouseRule", "Money", "Problem", "ReviewAfter", "ReviewEvery", "Rule", "Words"),
    *FORM_VALUES,
}


def test_all_other_values_take_keywords_only() -> None:
    classes = {type(value) for value in EVERY_VALUE.values() if attrs.has(type(value))}
    given = {
        cls.__name__
        for cls in classes
        if any(each.init and not each.kw_only for each in attrs.fields(cls))
    }
    assert given == BY_POSITION
    assert len(classes) > 50


def test_every_name_of_fees_is_there() -> None:
    assert (
        sorted(vars(kap.fees)["__all__"]) == list(vars(kap.fees)["__all__"]) == sorted(FEE_VALUES)
    )
    for name, value in FEE_VALUES.items():
        assert type(value) is getattr(kap.fees, name)


def test_every_name_of_forms_is_there() -> None:
    assert sorted(kap.forms.__all__) == list(kap.forms.__all__) == sorted(FORM_VALUES)
    for name, value in FORM_VALUES.items():
        assert type(value) is getattr(kap.forms, name)


def test_what_a_rule_of_ones_own_needs_is_in_one_place() -> None:
    assert len(set(authoring.__all__)) == len(authoring.__all__)
    for name in authoring.__all__:
        assert getattr(authoring, name) is getattr(kap, name, getattr(authoring, name))
    shared = {"Breach", "Case", "Course", "Example", "Limits", "Rule", "Words", "rule"}
    assert shared <= set(authoring.__all__) & set(vars(kap)["__all__"])


def test_every_public_name_is_listed_before_it_is_loaded() -> None:
    assert set(vars(kap)["__all__"]) <= set(dir(kap))


def test_the_module_of_fees_loads_on_first_use() -> None:
    load: Any = vars(kap)["__getattr__"]
    assert load("fees") is kap.fees


def test_the_version_is_that_of_the_distribution() -> None:
    assert kap.__version__ == version("kap-model")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(kap, "nothing")  # noqa: B009 - a type checker knows that there is none


@each_value
def test_a_public_value_is_hashable(value: Any) -> None:
    assert hash(value) == hash(value)
    assert len({value, value}) == 1


@each_value
def test_a_public_value_is_frozen(value: Any) -> None:
    names = getattr(value, "_fields", None) or [f.name for f in attrs.fields(type(value))]
    assert names
    for name in names:
        with pytest.raises(AttributeError):
            setattr(value, name, None)
        with pytest.raises(AttributeError):
            delattr(value, name)


@each_value
def test_what_a_public_value_holds_cannot_be_changed(value: Any) -> None:
    for field in attrs.fields(type(value)) if attrs.has(type(value)) else ():
        held = getattr(value, field.name)
        assert not isinstance(held, (dict, list, set, bytearray))


@each_value
def test_a_public_value_is_picklable_and_copied(value: Any) -> None:
    for other in copies(value):
        assert type(other) is type(value)
        if not isinstance(value, BY_IDENTITY):
            assert other == value
            assert hash(other) == hash(value)


def test_a_rule_that_has_no_name_to_be_found_by_is_not_pickled() -> None:
    def function(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return []

    built_in: Any = len
    for nameless in (attrs.evolve(RULE, function=function), attrs.evolve(RULE, function=built_in)):
        with pytest.raises(pickle.PicklingError, match="top level"):
            pickle.dumps(nameless)


def test_a_copy_of_a_changed_rule_keeps_the_change() -> None:
    changed = attrs.evolve(RULE, severity="error")
    assert RULE.severity != changed.severity
    for other in copies(changed):
        assert other.severity == "error"


@pytest.mark.parametrize(
    "cls",
    [kap.InputError, kap.InvalidValue, kap.DocumentError, kap.NotationError, kap.PricingError],
)
def test_errors_are_value_errors_with_problems(cls: Any) -> None:
    error = cls(iter([PROBLEM, kap.Problem("", "must be one line")]))
    assert isinstance(error, ValueError)
    assert isinstance(error, kap.InputError)
    assert error.problems == (PROBLEM, kap.Problem("", "must be one line"))
    assert str(error) == "$.id: must be an id\nmust be one line"
    for other in copies(error):
        assert other.problems == error.problems
        assert str(other) == str(error)


def test_courses_are_equal_by_plan_and_moment() -> None:
    course = kap.Course.of(PLAN, None)
    assert course == kap.Course.of(kap.loads(kap.dumps(PLAN)), None)
    assert course != kap.Course.of(PLAN, 1_800_000_000)
    assert course != kap.Course.of(kap.parse("2027-01-04 D1*"), None)
    assert course != PLAN


def test_what_a_course_derives_is_copied_too() -> None:
    for derived in (PLAN.timeline, PLAN.zone):
        for other in copies(derived):
            assert type(other) is type(derived)
            assert repr(other) == repr(derived)


def test_a_course_prints_its_plan() -> None:
    assert repr(kap.Course.of(PLAN, None)) == "<Course of <Plan plan: 2 sessions>>"


ROWS = {
    "Completion": ("added", "needs", "findings"),
    "Difference": ("limits", "severities", "gained", "lost"),
    "Lint": ("stretches", "remarks"),
    "Move": ("created", "settled"),
    "NextSteps": ("steps", "findings"),
    "Repair": ("changes",),
    "Stretch": ("conflict", "never", "covered", "off"),
}


@pytest.mark.parametrize(
    ("name", "rows"), [(name, rows) for name, fields in ROWS.items() for rows in fields]
)
def test_a_result_of_planning_holds_rows_of_their_class(name: str, rows: str) -> None:
    value = VALUES[name]
    again = attrs.evolve(value, **{rows: list(getattr(value, rows))})
    assert again == value
    assert type(getattr(again, rows)) is tuple
    with pytest.raises(kap.InvalidValue, match=rows):
        attrs.evolve(value, **{rows: [object()]})
