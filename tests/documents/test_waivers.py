"""Waiver documents: lossless, canonical, total; they name rules that are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.testing import strategies as kst
from mutations import changed_documents, spoiled_texts
from profiles import scaled

EXAMPLES = Path(__file__).parents[2] / "examples" / "waivers"
LISTS = st.lists(kst.waivers(), max_size=4).map(tuple)
DOCUMENTS = LISTS.map(kap.dumps_waivers)
KEYS = ("schema", "waivers", "rule", "plan", "sessions", "reason", "by", "on", "until")
SOUND = {"rule": "SCREEN-FIRST", "reason": "A referral.", "by": "t-01", "on": "2027-01-05"}


def document(*rows: Any, **given: Any) -> str:
    return json.dumps({"schema": "kap-model/waivers/1", "waivers": list(rows)} | given)


def refused(text: str, **given: Any) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads_waivers(text, **given)
    return [str(problem) for problem in caught.value.problems]


@given(LISTS)
@settings(max_examples=scaled(40))
def test_what_is_written_is_read_again_in_its_order(waivers: tuple[kap.Waiver, ...]) -> None:
    text = kap.dumps_waivers(waivers)
    for form in (text, text.encode()):
        again = kap.loads_waivers(form)
        assert again == waivers
        assert hash(again) == hash(waivers)
        assert kap.dumps_waivers(again) == text


@given(changed_documents(DOCUMENTS, KEYS) | spoiled_texts(DOCUMENTS) | st.text() | st.binary())
@settings(max_examples=scaled(100))
def test_any_text_is_waivers_or_a_document_error(text: str | bytes) -> None:
    try:
        waivers = kap.loads_waivers(text)
    except kap.DocumentError as error:
        problems = error.problems
    else:
        assert kap.loads_waivers(kap.dumps_waivers(waivers)) == waivers
        return
    assert problems


def test_the_canonical_form() -> None:
    waivers = (
        kap.Waiver(
            rule="SCREEN-FIRST",
            plan="p-1",
            sessions=["e2", "e1"],
            reason="Überweisung",
            by="t-01",
            on="2027-01-05",
            until="2027-02-05",
        ),
        kap.Waiver(rule="MODALITY", reason="As agreed.", by="t-01", on="2027-01-05"),
    )
    assert kap.dumps_waivers(waivers) == (
        '{"schema": "kap-model/waivers/1", "waivers": ['
        '{"rule": "SCREEN-FIRST", "plan": "p-1", "sessions": ["e1", "e2"], '
        '"reason": "Überweisung", "by": "t-01", "on": "2027-01-05", "until": "2027-02-05"}, '
        '{"rule": "MODALITY", "reason": "As agreed.", "by": "t-01", "on": "2027-01-05"}]}\n'
    )


def test_no_waivers_are_a_document_too() -> None:
    assert kap.loads_waivers(document()) == ()
    assert kap.dumps_waivers(()) == '{"schema": "kap-model/waivers/1", "waivers": []}\n'


def test_the_example_file_is_loaded() -> None:
    (path,) = EXAMPLES.glob("*.json")
    (waiver,) = kap.load_waivers(path)
    assert kap.load_waivers(str(path)) == (waiver,)
    assert (waiver.rule, waiver.plan, waiver.sessions) == (
        "SCREEN-FIRST",
        "rg-course-0013",
        ("e1",),
    )
    assert waiver.until is None


REFUSALS: dict[str, tuple[str, list[str]]] = {
    "no object": ("[]", ["$: must be an object"]),
    "nothing in it": ("{}", ["$: lacks schema", "$: lacks waivers"]),
    "another schema": (
        document(schema="kap-model/plan/1"),
        ["$.schema: must be kap-model/waivers/1"],
    ),
    "no list": (document(waivers={}), ["$.waivers: must be an array"]),
    "no waiver": (document(5), ["$.waivers[0]: must be an object"]),
    "an empty waiver": (
        document({}),
        [f"$.waivers[0]: lacks {key}" for key in ("rule", "reason", "by", "on")],
    ),
    "an unknown key": (
        document(SOUND | {"untill": "2027-02-05"}),
        ['$.waivers[0]: has an unknown key "untill"; did you mean until?'],
    ),
    "no sessions": (
        document(SOUND | {"sessions": []}),
        ["$.waivers[0].sessions: must name at least one session"],
    ),
    "a session twice": (
        document(SOUND | {"sessions": ["d1", "d1"]}),
        ["$.waivers[0].sessions: must name each once"],
    ),
    "an end before the start": (
        document(SOUND, SOUND | {"until": "2027-01-04"}),
        ["$.waivers[1].until: must not be before on"],
    ),
    "null": (
        document(SOUND | {"until": None}),
        ["$.waivers[0].until: must not be null; leave the key out"],
    ),
}


@pytest.mark.parametrize(("text", "reasons"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_names_every_problem_and_its_place(text: str, reasons: list[str]) -> None:
    assert refused(text) == reasons


def test_a_waiver_names_a_rule_that_is_known() -> None:
    (reason,) = refused(document(SOUND | {"rule": "SCREEN-LAST"}))
    assert reason.startswith("$.waivers[0].rule: must be one of SCREEN-FIRST, ")
    assert "SCREEN-LAST" not in reason


def test_a_waiver_may_name_a_rule_of_ones_own_that_is_given() -> None:
    @kap.rule(
        "HOUSE-RULE",
        "A rule of the house.",
        why="It is so.",
        severity="warning",
        cites=(kap.Citation("House protocol", "section 2"),),
    )
    def house(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return []

    text = document(SOUND | {"rule": "HOUSE-RULE"})
    assert refused(text)
    (waiver,) = kap.loads_waivers(text, rules=(*kap.RULES, house))
    assert waiver.rule == "HOUSE-RULE"
    assert refused(document(SOUND), rules=(house,)) == ["$.waivers[0].rule: must be HOUSE-RULE"]


def test_without_any_rule_no_waiver_can_be_said() -> None:
    assert kap.loads_waivers(document(), rules=()) == ()
    assert len(refused(document(SOUND), rules=())) == 1


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kap.load_waivers(tmp_path / "nothing.json")


def test_what_is_accepted_can_be_written() -> None:
    rows = [SOUND | {"reason": "a" * 200}] * 3650
    compact = json.dumps(json.loads(document(*rows)), separators=(",", ":"))
    assert len(compact) <= 1_000_000 < len(document(*rows))
    assert refused(compact) == ["$: must be at most 1 MB in its canonical form"]
    waivers = kap.loads_waivers(document(*rows[:3000]))
    assert kap.loads_waivers(kap.dumps_waivers(waivers)) == waivers
    with pytest.raises(kap.DocumentError, match="1 MB"):
        kap.dumps_waivers(waivers * 2)
