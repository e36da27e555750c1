"""Slots documents: lossless, canonical, total; each refusal names its place and echoes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model._time import RANGE_REASON, TIME_REASON
from mutations import changed_documents, spoiled_texts
from profiles import scaled

EXAMPLES = Path(__file__).parents[2] / "examples" / "slots"
SOUND = {"start": "2027-01-11T09:00:00-08:00", "end": "2027-01-11T12:00:00-08:00"}
LATER = {"start": "2027-01-12T09:00:00-08:00", "end": "2027-01-12T12:00:00-08:00"}
ROLES: tuple[Literal["therapist", "medical"] | None, ...] = ("therapist", "medical", None)


@st.composite
def slot_lists(draw: st.DrawFn) -> tuple[kap.OpenSlot, ...]:
    """Slots one after another, some touching."""
    found, moment = [], draw(st.integers(1_800_000_000, 1_900_000_000))
    for _ in range(draw(st.integers(0, 4))):
        begins = moment + draw(st.sampled_from((0, 1, 3600)))
        moment = begins + draw(st.integers(1, 86_400))
        utc = kap.parse("2027-01-01 C0").zone
        role = draw(st.sampled_from(ROLES))
        found.append(kap.OpenSlot(start=utc.text(begins), end=utc.text(moment), role=role))
    return tuple(found)


DOCUMENTS = slot_lists().map(kap.dumps_slots)


def document(*rows: Any, **given: Any) -> str:
    return json.dumps({"schema": "kap-model/slots/1", "slots": list(rows)} | given)


def refused(text: str | bytes) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads_slots(text)
    return [str(problem) for problem in caught.value.problems]


@given(slot_lists())
@settings(max_examples=scaled(40))
def test_what_is_written_is_read_again(slots: tuple[kap.OpenSlot, ...]) -> None:
    text = kap.dumps_slots(slots)
    for form in (text, text.encode()):
        again = kap.loads_slots(form)
        assert again == slots
        assert hash(again) == hash(slots)
        assert kap.dumps_slots(again) == text


@given(changed_documents(DOCUMENTS, ("schema", "slots", "start", "end", "role")))
@settings(max_examples=scaled(60))
def test_a_changed_document_is_slots_or_an_error(text: str) -> None:
    check_total(text)


@given(spoiled_texts(DOCUMENTS) | st.text() | st.binary())
@settings(max_examples=scaled(60))
def test_any_text_is_slots_or_an_error(text: str | bytes) -> None:
    check_total(text)


def check_total(text: str | bytes) -> None:
    try:
        slots = kap.loads_slots(text)
    except kap.DocumentError as error:
        problems = error.problems
    else:
        assert kap.loads_slots(kap.dumps_slots(slots)) == slots
        return
    assert problems


def test_the_canonical_form_is_in_order_and_in_utc() -> None:
    slots = kap.loads_slots(document(LATER | {"role": "medical"}, SOUND))
    assert [slot.role for slot in slots] == [None, "medical"]
    assert kap.dumps_slots(slots) == (
        '{"schema": "kap-model/slots/1", "slots": ['
        '{"start": "2027-01-11T17:00:00+00:00", "end": "2027-01-11T20:00:00+00:00"}, '
        '{"start": "2027-01-12T17:00:00+00:00", "end": "2027-01-12T20:00:00+00:00", '
        '"role": "medical"}]}\n'
    )


def test_no_slots_are_a_document_too() -> None:
    assert kap.loads_slots(document()) == ()
    assert kap.dumps_slots(()) == '{"schema": "kap-model/slots/1", "slots": []}\n'


def test_the_example_file_is_loaded() -> None:
    (path,) = EXAMPLES.glob("*.json")
    slots = kap.load_slots(path)
    assert kap.load_slots(str(path)) == slots
    assert [slot.role for slot in slots].count("medical") == 3
    assert len(slots) == 10
    assert list(slots) == sorted(slots, key=lambda slot: slot.begins)


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kap.load_slots(tmp_path / "nothing.json")


MARK = "Zxq-marker"
FIRST = "$.slots[0]"
REFUSALS: dict[str, tuple[str, list[str]]] = {
    "no JSON": (
        f'{{"{MARK}',
        ["$: must be one JSON document; it stops being JSON at line 1, column 2"],
    ),
    "no object": ("[]", ["$: must be an object"]),
    "nothing in it": ("{}", ["$: lacks schema", "$: lacks slots"]),
    "another schema": (
        document(schema="kap-model/plan/1", slots=MARK),
        ["$.schema: must be kap-model/slots/1"],
    ),
    "no schema's name": (document(schema=1), ["$.schema: must be kap-model/slots/1"]),
    "a key twice": (
        '{"schema": "kap-model/slots/1", "slots": [], "slots": []}',
        ["$: has a key twice"],
    ),
    "an unknown key": (document(remark=1), ['$: has an unknown key "remark"']),
    "null slots": (document(slots=None), ["$.slots: must not be null"]),
    "no list": (document(slots={}), ["$.slots: must be an array"]),
    "a text": (document(slots=MARK), ["$.slots: must be an array"]),
    "no slot": (document(SOUND, MARK), ["$.slots[1]: must be an object"]),
    "an empty slot": (document({}), [f"{FIRST}: lacks start", f"{FIRST}: lacks end"]),
    "a near miss": (
        document(SOUND | {"roles": MARK}),
        [f'{FIRST}: has an unknown key "roles"; did you mean role?'],
    ),
    "no time": (document(SOUND | {"start": MARK}), [f"{FIRST}.start: {TIME_REASON}"]),
    "no offset": (
        document(SOUND | {"start": "2027-01-11T09:00:00"}),
        [f"{FIRST}.start: {TIME_REASON}"],
    ),
    "a number": (document(SOUND | {"end": 1_800_000_000}), [f"{FIRST}.end: {TIME_REASON}"]),
    "no such day": (
        document(SOUND | {"end": "2027-02-29T09:00:00Z"}),
        [f"{FIRST}.end: must be a time that the calendar has"],
    ),
    "out of all years": (
        document(SOUND | {"start": "1979-12-31T23:59:59Z", "end": "2200-01-01T00:00:00Z"}),
        [f"{FIRST}.start: {RANGE_REASON}", f"{FIRST}.end: {RANGE_REASON}"],
    ),
    "an end at the start": (
        document(SOUND, SOUND | {"end": SOUND["start"]}),
        ["$.slots[1].end: must be after the start"],
    ),
    "no role": (
        document(SOUND | {"role": MARK}),
        [f"{FIRST}.role: must be one of therapist, medical"],
    ),
    "a null role": (
        document(SOUND | {"role": None}),
        [f"{FIRST}.role: must not be null; leave the key out"],
    ),
    "a null start": (document(SOUND | {"start": None}), [f"{FIRST}.start: must not be null"]),
    "an overlap": (
        document(LATER, SOUND, SOUND | {"start": "2027-01-11T11:59:59-08:00"}),
        ["$.slots[2]: overlaps slots[1]"],
    ),
    "several problems": (
        document({"start": MARK, "end": 5, "role": 7, "note": MARK}, LATER | {"end": MARK}),
        [
            f'{FIRST}: has an unknown key "note"',
            f"{FIRST}.start: {TIME_REASON}",
            f"{FIRST}.end: {TIME_REASON}",
            f"{FIRST}.role: must be one of therapist, medical",
            f"$.slots[1].end: {TIME_REASON}",
        ],
    ),
}


@pytest.mark.parametrize(("text", "reasons"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_names_every_problem_and_its_place(text: str, reasons: list[str]) -> None:
    found = refused(text)
    assert found == reasons
    assert MARK not in "\n".join(found)


def test_slots_that_touch_and_slots_of_two_roles_are_accepted() -> None:
    touching = {"start": SOUND["end"], "end": "2027-01-11T13:00:00-08:00"}
    assert len(kap.loads_slots(document(SOUND, touching))) == 2
    roles = [SOUND | {"role": role} for role in ("medical", "therapist")]
    assert len(kap.loads_slots(document(*roles))) == 2


def test_what_is_accepted_can_be_written() -> None:
    utc = kap.parse("2027-01-01 C0").zone
    slots = tuple(
        kap.OpenSlot(
            start=utc.text(1_800_000_000 + 60 * index), end=utc.text(1_800_000_060 + 60 * index)
        )
        for index in range(13_000)
    )
    assert kap.loads_slots(kap.dumps_slots(slots)) == slots
    with pytest.raises(kap.DocumentError, match="must be at most 1 MB in its canonical form"):
        kap.dumps_slots(slots + slots)
