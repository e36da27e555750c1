"""Protocol documents: lossless, canonical, total; what they extend, date, unset and override."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from kap_model.documents import _json
from kap_model.limits import LIMITS
from kap_model.practices import PRACTICES
from kap_model.testing import strategies as kst
from mutations import changed_documents, spoiled_texts
from profiles import scaled

EXAMPLES = Path(__file__).parents[2] / "examples" / "protocols"
PROTOCOLS = kst.protocols()
DOCUMENTS = PROTOCOLS.map(kap.dumps_protocol)
KEYS = (
    *("schema", "id", "extends", "limits", "severities", "value", "since", "citation", "source"),
    *("where", "min", "max", "months", "policy", "dosings", "gate", "at_most", "days"),
    *[spec.name for spec in LIMITS],
    *[rule.id for rule in kap.RULES],
)
HERE = {"source": "House protocol", "where": "section 1"}


def document(**given: Any) -> str:
    return json.dumps({"schema": "kap-model/protocol/1", "id": "house"} | given)


def line(value: Any, **given: Any) -> dict[str, Any]:
    return {"value": value, "citation": HERE} | given


def refused(text: str, **given: Any) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads_protocol(text, **given)
    return [str(problem) for problem in caught.value.problems]


@given(PROTOCOLS)
@settings(max_examples=scaled(25))
def test_what_is_written_is_read_again_without_loss(protocol: kap.CareProtocol) -> None:
    text = kap.dumps_protocol(protocol)
    for form in (text, text.encode()):
        again = kap.loads_protocol(form)
        assert again == protocol
        assert hash(again) == hash(protocol)
        assert kap.dumps_protocol(again) == text


@given(PROTOCOLS, st.randoms())
@settings(max_examples=scaled(25))
def test_another_order_gives_an_equal_protocol_and_equal_bytes(
    protocol: kap.CareProtocol, random: Any
) -> None:
    text = kap.dumps_protocol(protocol)
    other = json.loads(text)
    limits = list(other["limits"].items())
    random.shuffle(limits)
    for _, lines in limits:
        random.shuffle(lines)
    other = {key: dict(limits) if key == "limits" else other[key] for key in reversed(other)}
    again = kap.loads_protocol(json.dumps(other, indent=1))
    assert again == protocol
    assert kap.dumps_protocol(again) == text


@given(changed_documents(DOCUMENTS, KEYS) | spoiled_texts(DOCUMENTS) | st.text() | st.binary())
@settings(max_examples=scaled(100))
def test_any_text_is_a_protocol_or_a_document_error(text: str | bytes) -> None:
    try:
        protocol = kap.loads_protocol(text)
    except kap.DocumentError as error:
        problems = error.problems
    else:
        assert kap.loads_protocol(kap.dumps_protocol(protocol)) == protocol
        return
    assert problems


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_the_built_in_protocols_are_lossless(practice: kap.Practice) -> None:
    assert kap.loads_protocol(kap.dumps_protocol(practice.protocol)) == practice.protocol


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_a_built_in_protocol_fits_into_the_margin_for_what_is_extended(
    practice: kap.Practice,
) -> None:
    assert len(kap.dumps_protocol(practice.protocol)) < _json._LARGEST_BASE


def test_the_canonical_form() -> None:
    cite = kap.Citation("House protocol, ältere Fassung", "section 1")
    protocol = kap.CareProtocol(
        id="house",
        settings=[
            kap.Setting(limit="minimum_age", value=18, since="2027-07-01", citation=cite),
            kap.Setting(limit="exclusions", value=("b", "a"), citation=cite),
            kap.Setting(limit="dosing_count", value=kap.Bounds(max=8), citation=cite),
            kap.Setting(limit="review_every", value=kap.ReviewEvery(3), citation=cite),
            kap.Setting(
                limit="review_after", value=kap.ReviewAfter(2, "before-next"), citation=cite
            ),
            kap.Setting(limit="dosing_frequency", value=kap.Frequency(2, 7), citation=cite),
            kap.Setting(limit="evaluation_first", value=True, citation=cite),
            kap.Setting(limit="minimum_age", value="off", citation=cite),
        ],
        severities=(("PREP-ORDER", "error"), ("DOSE-GAP", "advice")),
    )
    cited = '"citation": {"source": "House protocol, ältere Fassung", "where": "section 1"}'
    assert kap.dumps_protocol(protocol) == (
        '{"schema": "kap-model/protocol/1", "id": "house", "limits": {'
        f'"dosing_count": [{{"value": {{"max": 8}}, {cited}}}], '
        f'"dosing_frequency": [{{"value": {{"at_most": 2, "days": 7}}, {cited}}}], '
        f'"review_every": [{{"value": {{"months": 3, "policy": "rolling"}}, {cited}}}], '
        f'"review_after": [{{"value": {{"dosings": 2, "gate": "before-next"}}, {cited}}}], '
        f'"evaluation_first": [{{"value": true, {cited}}}], '
        f'"exclusions": [{{"value": ["b", "a"], {cited}}}], '
        f'"minimum_age": [{{"value": "off", {cited}}}, '
        f'{{"value": 18, "since": "2027-07-01", {cited}}}]}}, '
        '"severities": {"DOSE-GAP": "advice", "PREP-ORDER": "error"}}\n'
    )


def test_a_document_starts_from_nothing() -> None:
    protocol = kap.loads_protocol(document())
    assert protocol == kap.CareProtocol(id="house")
    assert kap.dumps_protocol(protocol) == (
        '{"schema": "kap-model/protocol/1", "id": "house", "limits": {}}\n'
    )


@pytest.mark.parametrize("practice", PRACTICES, ids=repr)
def test_a_document_extends_a_built_in_protocol(practice: kap.Practice) -> None:
    base = practice.protocol
    assert kap.loads_protocol(document(extends=practice.id)) == attrs.evolve(base, id="house")
    limits = {"dosing_count": [line({"min": 4})], "minimum_age": [line(21)]}
    own = kap.loads_protocol(
        document(extends=practice.id, limits=limits, severities={"SCREEN-FIRST": "error"})
    )
    before, after = base.limits_on(None), own.limits_on(None)
    assert after.dosing_count == kap.Bounds(min=4)
    assert after.minimum_age == 21
    assert after.citations["dosing_count"] == kap.Citation("House protocol", "section 1")
    for spec in LIMITS:
        if spec.name not in limits:
            assert getattr(after, spec.name) == getattr(before, spec.name)
            assert after.citations.get(spec.name) == before.citations.get(spec.name)
    assert dict(own.severities) == dict(base.severities) | {"SCREEN-FIRST": "error"}
    assert base.limits_on(None) == before


def test_a_line_of_another_date_stands_beside_what_is_extended() -> None:
    limits = {"dosing_count": [line({"min": 4}, since="2027-07-01")]}
    own = kap.loads_protocol(document(extends="core", limits=limits))
    assert own.limits_on(dt.date(2027, 6, 30)).dosing_count == kap.Bounds(6, 8)
    assert own.limits_on(dt.date(2027, 7, 1)).dosing_count == kap.Bounds(min=4)


def test_off_unsets_a_limit_from_its_date_on() -> None:
    limits = {
        "dosing_count": [line("off")],
        "initial_supply": [line("off", since="2027-07-01"), line(4, since="2028-01-01")],
    }
    own = kap.loads_protocol(document(extends="core", limits=limits))
    june, july, later = (
        own.limits_on(dt.date.fromisoformat(day))
        for day in ("2027-06-30", "2027-07-01", "2028-01-01")
    )
    assert june.dosing_count is july.dosing_count is None
    assert "dosing_count" not in june.citations
    assert (june.initial_supply, july.initial_supply, later.initial_supply) == (2, None, 4)


def test_severities_name_rules() -> None:
    own = kap.loads_protocol(document(severities={"DOSE-COUNT": "advice"}))
    assert own.severities == (("DOSE-COUNT", "advice"),)
    reasons = refused(document(severities={"DOSE-CUONT": "advice", "zz": "error", "MODALITY": "x"}))
    assert reasons == [
        "$.severities: has an unknown rule; did you mean DOSE-COUNT?",
        "$.severities: has an unknown rule",
        "$.severities.MODALITY: must be one of error, warning, advice",
    ]


def test_severities_may_name_rules_of_ones_own_that_are_given() -> None:
    @kap.rule(
        "HOUSE-RULE",
        "A rule of the house.",
        why="It is so.",
        severity="warning",
        cites=(kap.Citation("House protocol", "section 2"),),
    )
    def house(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return []

    text = document(severities={"HOUSE-RULE": "error"})
    assert refused(text) == ["$.severities: has an unknown rule"]
    own = kap.loads_protocol(text, rules=(*kap.RULES, house))
    assert own.severities == (("HOUSE-RULE", "error"),)
    assert kap.loads_protocol(kap.dumps_protocol(own), rules=(house,)) == own
    assert refused(document(severities={"DOSE-COUNT": "error"}), rules=(house,)) == [
        "$.severities: has an unknown rule"
    ]


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "another schema": (
        {"schema": "kap-model/plan/1"},
        "$.schema: must be kap-model/protocol/1",
    ),
    "an unknown base": (
        {"extends": "house"},
        "$.extends: must be one of core, kingsley, regrounding",
    ),
    "an unknown limit": (
        {"limits": {"dosing_cuont": [line(5)]}},
        "$.limits: has an unknown limit; did you mean dosing_count?",
    ),
    "no line": ({"limits": {"minimum_age": []}}, "$.limits.minimum_age: must hold at least one"),
    "no list": ({"limits": {"minimum_age": 5}}, "$.limits.minimum_age: must be an array"),
    "no value": (
        {"limits": {"minimum_age": [{"citation": HERE}]}},
        "$.limits.minimum_age[0]: lacks value",
    ),
    "no citation": (
        {"limits": {"minimum_age": [{"value": 5}]}},
        "$.limits.minimum_age[0]: lacks citation",
    ),
    "a date twice": (
        {"limits": {"minimum_age": [line(n, since="2027-07-01") for n in (5, 6)]}},
        "$.limits.minimum_age[1].since: must be a date that no other line has",
    ),
    "no date twice": (
        {"limits": {"minimum_age": [line(5), line(6)]}},
        "$.limits.minimum_age[1]: must have a since",
    ),
    "no date": (
        {"limits": {"minimum_age": [line(5, since="2027-02-30")]}},
        "$.limits.minimum_age[0].since: must be a day that the calendar has",
    ),
    "a number where a range is meant": (
        {"limits": {"dosing_count": [line(6)]}},
        "$.limits.dosing_count[0].value: must be an object",
    ),
    "an empty range": (
        {"limits": {"dosing_count": [line({})]}},
        "$.limits.dosing_count[0].value: must set min, max or both",
    ),
    "a range upside down": (
        {"limits": {"dosing_count": [line({"min": 8, "max": 6})]}},
        "$.limits.dosing_count[0].value.max: must not be below min",
    ),
    "a text where labels are meant": (
        {"limits": {"medical_roles": [line("nurse")]}},
        "$.limits.medical_roles[0].value: must be a",
    ),
    "a label that cannot be": (
        {"limits": {"medical_roles": [line(["a", "b c"])]}},
        "$.limits.medical_roles[0].value[1]: must be 1 to 64",
    ),
    "false": (
        {"limits": {"evaluation_first": [line(False)]}},
        "$.limits.evaluation_first[0].value: must be true",
    ),
    "a citation without its place": (
        {"limits": {"minimum_age": [{"value": 5, "citation": {"source": "s"}}]}},
        "$.limits.minimum_age[0].citation: lacks where",
    ),
}


@pytest.mark.parametrize(("given_as", "reason"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_names_its_place(given_as: dict[str, Any], reason: str) -> None:
    (problem,) = refused(document(**given_as))
    assert problem.startswith(reason)


def test_the_example_file_is_loaded() -> None:
    house = kap.load_protocol(EXAMPLES / "house.json")
    assert house == kap.load_protocol(str(EXAMPLES / "house.json"))
    assert house.id == "house"
    first, second = (house.limits_on(dt.date(2027, month, 1)) for month in (6, 7))
    assert first.dosing_gap_days == second.dosing_gap_days == kap.Bounds(min=7)
    assert (first.minimum_age, second.minimum_age) == (21, 18)
    assert first.exclusions == ("active-substance-misuse", "uncontrolled-medical-condition")
    assert second.exclusions is None
    assert dict(house.severities)["RECORD-OUTCOME"] == "error"
    assert first.dosing_minutes == kap.Bounds(60, 120)


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        kap.load_protocol(tmp_path / "nothing.json")


def test_a_protocol_that_could_not_be_read_again_is_not_written() -> None:
    cite = kap.Citation("s" * 200, "w" * 200)
    days = [dt.date(2000, 1, 1) + dt.timedelta(days=number) for number in range(2_500)]
    protocol = kap.CareProtocol(
        id="p",
        settings=[
            kap.Setting(limit="minimum_age", value=5, since=day, citation=cite) for day in days
        ],
    )
    with pytest.raises(kap.DocumentError, match="1 MB"):
        kap.dumps_protocol(protocol)
