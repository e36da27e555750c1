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
from kap_model.forms._form import RuleForm
from kap_model.limits import LIMITS
from kap_model.practices import PRACTICES
from kap_model.testing import strategies as kst
from mutations import changed_documents, spoiled_texts
from own_rules import own_rule
from profiles import scaled
from shipped import HOUSE_RULES, REGROUNDING

EXAMPLES = Path(__file__).parents[2] / "examples" / "protocols"
PROTOCOLS = kst.protocols(house=True)
DOCUMENTS = PROTOCOLS.map(kap.dumps_protocol)
KEYS = (
    *("schema", "id", "extends", "limits", "severities", "value", "since", "citation", "source"),
    *("where", "min", "max", "months", "policy", "dosings", "gate", "at_most", "days"),
    *(
        "rules",
        "form",
        "each",
        "by",
        "of",
        "from",
        "to",
        "while",
        "within",
        "unit",
        "before",
        "after",
    ),
    *("sum", "back_to", "until", "one_of", "field", "values", "severity", "says", "why", "action"),
    *(
        "kind",
        "place",
        "format",
        "level",
        "route",
        "phase",
        "first",
        "nth",
        "every",
        "below",
        "above",
    ),
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
        '$.severities: has an unknown rule "DOSE-CUONT"; did you mean DOSE-COUNT?',
        '$.severities: has an unknown rule "zz"',
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
    assert refused(text) == ['$.severities: has an unknown rule "HOUSE-RULE"']
    own = kap.loads_protocol(text, rules=(*kap.RULES, house))
    assert own.severities == (("HOUSE-RULE", "error"),)
    assert kap.loads_protocol(kap.dumps_protocol(own), rules=(house,)) == own
    assert refused(document(severities={"DOSE-COUNT": "error"}), rules=(house,)) == [
        '$.severities: has an unknown rule "DOSE-COUNT"'
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
        '$.limits: has an unknown limit "dosing_cuont"; did you mean dosing_count?',
    ),
    "no line": ({"limits": {"minimum_age": []}}, "$.limits.minimum_age: must hold at least one"),
    "no list": (
        {"limits": {"minimum_age": 5}},
        "$.limits.minimum_age: must be a list of lines such as ",
    ),
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


# House rules.

RULE = "HOUSE-RULE"


def row(form: str, **given: Any) -> dict[str, Any]:
    """A house rule's line; ``from_`` and ``while_`` stand for the words of documents."""
    keys = {name.rstrip("_"): value for name, value in given.items()}
    return {"id": RULE, "form": form, "citation": HERE} | keys


def ruled(*rows: Any, **given: Any) -> str:
    return document(rules=list(rows), **given)


def first_rule(line: dict[str, Any]) -> kap.HouseRule:
    return kap.loads_protocol(ruled(line)).rules[0]


def chosen(**given: Any) -> dict[str, Any]:
    return {"kind": "dosing"} | {name.rstrip("_"): value for name, value in given.items()}


REMOTE = kap.forms.Selector("dosing", place="remote", first=2)
DAYS = {"min": 1, "max": 3, "unit": "days"}
NEXT_DAY = row("follow", each="dosing", by="integration", within=DAYS)
# A line of each form as it is written in the shortest way, and what it says.
ROWS: dict[str, tuple[dict[str, Any], Any]] = {
    "count": (
        row("count", of=["preparation", "integration"], max=10, before="dosing", sum="minutes"),
        kap.forms.Count(["integration", "preparation"], max=10, before="dosing", sum="minutes"),
    ),
    "order before": (
        row("order", each="preparation", before=chosen(nth=1)),
        kap.forms.Order("preparation", before=kap.forms.Selector("dosing", nth=1)),
    ),
    "order after": (
        row("order", each="integration", after="dosing"),
        kap.forms.Order("integration", after="dosing"),
    ),
    "precede": (
        row("precede", each=chosen(every=6), by="medical-review", min=2, back_to="previous"),
        kap.forms.Precede(
            kap.forms.Selector("dosing", every=6), "medical-review", min=2, back_to="previous"
        ),
    ),
    "follow": (
        NEXT_DAY,
        kap.forms.Follow("dosing", "integration", within=kap.forms.Within(1, 3, unit="days")),
    ),
    "follow at any time": (
        row("follow", each="dosing", by="medical-review", min=0, until="ever"),
        kap.forms.Follow("dosing", "medical-review", min=0, until="ever"),
    ),
    "space": (
        row("space", from_="dosing", to="integration", max=72, unit="hours"),
        kap.forms.Space("dosing", "integration", max=72, unit="hours"),
    ),
    "rate": (
        row("rate", of=chosen(from_=2), max=2, days=7),
        kap.forms.Rate(kap.forms.Selector("dosing", from_=2), max=2, days=7),
    ),
    "span": (
        row("span", from_="dosing", max=9, unit="weeks"),
        kap.forms.Span("dosing", max=9, unit="weeks"),
    ),
    "length": (
        row("length", of=chosen(place="remote", first=2), min=60),
        kap.forms.Length(REMOTE, min=60),
    ),
    "one of some lengths": (
        row("length", of="dosing", one_of=[60, 90]),
        kap.forms.Length("dosing", one_of=[90, 60]),
    ),
    "allow": (
        row("allow", of=chosen(phase="course"), field="place", values=["office"]),
        kap.forms.Allow(kap.forms.Selector("dosing", phase="course"), "place", "office"),
    ),
    "known": (
        row("known", of=chosen(level=["low", "high"]), field="support_person", by="end"),
        kap.forms.Known(
            kap.forms.Selector("dosing", level=["low", "high"]), "support_person", by="end"
        ),
    ),
    "recur": (
        row("recur", of="medical-review", months=3, policy="calendar", while_="integration"),
        kap.forms.Recur("medical-review", 3, policy="calendar", while_="integration"),
    ),
    "off": (row("off", since="2027-01-01"), "off"),
}


@pytest.mark.parametrize(("line", "form"), ROWS.values(), ids=ROWS.keys())
def test_a_house_rule_is_a_row(line: dict[str, Any], form: Any) -> None:
    protocol = kap.loads_protocol(ruled(line))
    assert [rule.form for rule in protocol.rules] == [form]
    (written,) = json.loads(kap.dumps_protocol(protocol))["rules"]
    assert written == line


def test_what_a_house_rule_says_beside_its_form() -> None:
    said = {"says": "So it is.", "why": "It is so.", "action": "Ask.", "since": "2027-01-01"}
    rule = first_rule(NEXT_DAY | {"severity": "warning"} | said)
    assert (rule.says, rule.why, rule.action) == ("So it is.", "It is so.", "Ask.")
    assert (rule.severity, rule.since) == ("warning", dt.date(2027, 1, 1))
    sides = {"above": "advice", "below": "error"}
    sided = (
        first_rule(row("rate", of="dosing", max=1, days=1) | ROWS["space"][0] | {"severity": sides})
        if False
        else first_rule(ROWS["space"][0] | {"severity": sides})
    )
    assert sided.severity == (("below", "error"), ("above", "advice"))


def test_the_canonical_form_of_house_rules() -> None:
    """Keys in the contract's order, what is usual left out, selectors as short as can be."""
    line = {
        "citation": HERE,
        "severity": "error",
        "min": 1,
        "until": "next",
        "by": {"kind": ["integration"]},
        "each": {"first": 2, "place": ["remote"], "kind": ["dosing"]},
        "form": "follow",
        "id": RULE,
    }
    usual = row(
        "recur", of=["medical-review"], months=1, policy="rolling", while_={"kind": "dosing"}
    )
    protocol = kap.loads_protocol(ruled(line, usual | {"id": "HOUSE-TWO"}))
    cited = '"citation": {"source": "House protocol", "where": "section 1"}'
    assert kap.dumps_protocol(protocol) == (
        '{"schema": "kap-model/protocol/1", "id": "house", "limits": {}, "rules": ['
        f'{{"id": "{RULE}", "form": "follow", '
        '"each": {"kind": "dosing", "place": "remote", "first": 2}, "by": "integration", '
        f"{cited}}}, "
        '{"id": "HOUSE-TWO", "form": "recur", "of": "medical-review", "months": 1, '
        f"{cited}}}]}}\n"
    )


def test_lines_of_a_house_rule_take_turns_and_rules_keep_their_order() -> None:
    later = row("off", since="2028-01-01")
    other = row("rate", of="dosing", max=2, days=7) | {"id": "HOUSE-OTHER"}
    protocol = kap.loads_protocol(ruled(later, other, NEXT_DAY))
    assert [rule.id for rule in protocol.rules] == [RULE, RULE, "HOUSE-OTHER"]
    assert [rule.id for rule in protocol.rules_on(dt.date(2027, 12, 31))] == [RULE, "HOUSE-OTHER"]
    assert [rule.id for rule in protocol.rules_on(dt.date(2028, 1, 1))] == ["HOUSE-OTHER"]
    assert kap.loads_protocol(kap.dumps_protocol(protocol)) == protocol


def test_severities_may_name_house_rules_of_the_document() -> None:
    own = kap.loads_protocol(ruled(NEXT_DAY, severities={RULE: "advice"}))
    assert own.severities == ((RULE, "advice"),)
    assert refused(ruled(NEXT_DAY, severities={"HOUSE-RULES": "advice", RULE: "fatal"})) == [
        f'$.severities: has an unknown rule "HOUSE-RULES"; did you mean {RULE}?',
        f"$.severities.{RULE}: must be one of error, warning, advice",
    ]


def test_a_house_rule_has_no_id_of_a_rule_that_is_known() -> None:
    own = own_rule(RULE)
    line = NEXT_DAY | {"id": "DOSE-GAP"}
    reason = "must be an id of its own, none of the catalogue"
    for rules in (kap.RULES, (own,)):
        assert refused(ruled(line), rules=rules) == [f"$.rules[0].id: {reason}"]
    assert refused(ruled(NEXT_DAY), rules=(*kap.RULES, own)) == [f"$.rules[0].id: {reason}"]


def test_as_many_lines_as_a_protocol_may_have() -> None:
    lines = [NEXT_DAY | {"id": f"HOUSE-{number}"} for number in range(201)]
    assert len(kap.loads_protocol(ruled(*lines[:200])).rules) == 200
    assert refused(ruled(*lines)) == ["$.rules: must be at most 200 lines"]


def test_all_problems_of_house_rules_are_told_at_once_each_in_its_place() -> None:
    broken = [
        row(
            "follow", each=chosen(level=["low", "so so"]), by="integratoin", until="x", of="dosing"
        ),
        row("spcae", from_="dosing"),
        row("space", from_=chosen(from_=0), min=5, max=4, unit="days", severity=5),
        row("off", since="2027-01-01", why="x"),
    ]
    rows: list[Any] = [{**line, "id": f"HOUSE-{n}"} for n, line in enumerate(broken)]
    rows += [{"form": "rate", "of": "dosing", "max": 0, "citation": {"source": "s"}}, 5]
    assert [problem.partition(" must be")[0] for problem in refused(ruled(*rows))] == [
        "$.rules[0].of: does not belong here",
        "$.rules[0].each.level[1]:",
        "$.rules[0].by:",
        "$.rules[0].until:",
        "$.rules[1].form:",
        "$.rules[2].from.from:",
        "$.rules[2].max: must not be below min",
        "$.rules[2].severity:",
        "$.rules[3].why: does not belong here",
        "$.rules[4]: lacks id",
        "$.rules[4]: lacks days",
        "$.rules[4].max:",
        "$.rules[4].citation: lacks where",
        "$.rules[5]:",
    ]


def test_a_level_that_the_protocol_never_has_is_refused_beside_other_problems() -> None:
    lines = [
        row("off", since="2028-01-01"),
        row("rate", of=chosen(level="high"), max=1, days=7) | {"id": "HOUSE-OTHER"},
        row("rate", of=chosen(level=["low", "high"]), max=1, days=7),
    ]
    levels = {"dose_levels": [line(["low"])]}
    assert refused(ruled(*lines, limits=levels, severities={"zz": "error"})) == [
        "$.rules[1].of.level: must be levels of dose_levels",
        "$.rules[2].of.level: must be levels of dose_levels",
        '$.severities: has an unknown rule "zz"',
    ]
    assert kap.loads_protocol(ruled(*lines, limits={"dose_levels": [line(["high", "low"])]}))


def test_a_route_that_the_protocol_never_has_is_refused() -> None:
    rate = row("rate", of=chosen(route=["oral", "nasal"]), max=1, days=7)
    assert refused(ruled(rate, limits={"routes": [line(["oral"])]})) == [
        "$.rules[0].of.route: must be routes of routes"
    ]
    own = kap.loads_protocol(ruled(rate, limits={"routes": [line(["oral", "nasal"])]}))
    assert kap.loads_protocol(kap.dumps_protocol(own)) == own


ENDS = "must set min, max or both"
REFUSED_ROWS: dict[str, tuple[Any, str]] = {
    "no array": ({}, "$.rules: must be an array"),
    "no object": (["follow"], "$.rules[0]: must be an object"),
    "no form": ([{"id": RULE}], "$.rules[0]: lacks form"),
    "an id in small letters": ([NEXT_DAY | {"id": "house-a"}], "$.rules[0].id: must be two or"),
    "an id of one word": ([NEXT_DAY | {"id": "HOUSE"}], "$.rules[0].id: must be two or more"),
    "an id too long": ([NEXT_DAY | {"id": "A-" + "B" * 39}], "$.rules[0].id: must be two or"),
    "one id twice": ([NEXT_DAY] * 2, "$.rules[1]: must have a since"),
    "one id twice on a date": (
        [NEXT_DAY | {"since": "2027-01-01"}] * 2,
        "$.rules[1].since: must be a date that no other line has",
    ),
    "null": ([NEXT_DAY | {"within": None}], "$.rules[0].within: must not be null; leave the key"),
    "a key of Python": (
        [row("rate", of="dosing", max=1, days=1) | {"from_": 1}],
        "$.rules[0]: has",
    ),
    "sides of a form without": (
        [NEXT_DAY | {"severity": {"below": "error", "above": "error"}}],
        "$.rules[0].severity: must be one severity: this form has no two sides",
    ),
    "one side": (
        [ROWS["space"][0] | {"severity": {"below": "error"}}],
        "$.rules[0].severity: lacks above",
    ),
    "a side that cannot be": (
        [ROWS["space"][0] | {"severity": {"below": "error", "above": "x"}}],
        "$.rules[0].severity.above: must be one of error",
    ),
    "a severity that is a list": (
        [ROWS["space"][0] | {"severity": ["error", "error"]}],
        "$.rules[0].severity: must be",
    ),
    "no end of a count": ([row("count", of="dosing")], f"$.rules[0]: {ENDS}"),
    "no end of a window": (
        [NEXT_DAY | {"within": {"unit": "days"}}],
        f"$.rules[0].within: {ENDS}",
    ),
    "a window too long in weeks": (
        [NEXT_DAY | {"within": {"max": 100_001, "unit": "weeks"}}],
        "$.rules[0].within.max: must be an integer from 0 to 100000",
    ),
    "a space too long in months": (
        [row("space", from_="dosing", min=1_201, unit="months")],
        "$.rules[0].min: must be an integer from 0 to 1200",
    ),
    "a span in hours": (
        [row("span", from_="dosing", max=5, unit="hours")],
        "$.rules[0].unit: must be one of days, weeks, months",
    ),
    "a space to an ordinal of its kind": (
        [row("space", from_="dosing", to=chosen(nth=2), max=5, unit="days")],
        "$.rules[0].to: must have no ordinal",
    ),
    "neither before nor after": (
        [row("order", each="dosing")],
        "$.rules[0]: must set exactly one of before and after",
    ),
    "both before and after": (
        [row("order", each="dosing", before="dosing", after="dosing")],
        "$.rules[0]: must set exactly one of before and after",
    ),
    "lengths beside an end": (
        [row("length", of="dosing", min=1, one_of=[60])],
        "$.rules[0].one_of: must stand alone",
    ),
    "a length twice": (
        [row("length", of="dosing", one_of=[60, 60])],
        "$.rules[0].one_of: must name each once",
    ),
    "a value that is no list": (
        [row("allow", of="dosing", field="place", values="office")],
        "$.rules[0].values: must be an array",
    ),
    "a value that the field never has": (
        [row("allow", of="dosing", field="place", values=["office", "garden"])],
        "$.rules[0].values[1]: must be one of office, remote",
    ),
    "a field that no session has": (
        [row("allow", of="medical-review", field="format", values=["group"])],
        "$.rules[0].field: must be one that a kind of session selected by of has",
    ),
    "a field that not all sessions have": (
        [row("known", of=["dosing", "integration"], field="level")],
        "$.rules[0].field: must be one that each kind of session selected by of has",
    ),
    "months that are no part of the year": (
        [row("recur", of="dosing", months=5, policy="calendar")],
        "$.rules[0].months: must be 1, 2, 3, 4, 6 or 12",
    ),
    "a selector that is a number": (
        [row("recur", of="dosing", months=1, while_=5)],
        "$.rules[0].while: must be a kind of session, a list of kinds or an object",
    ),
    "a selector of no kind": ([row("rate", of=[], max=1, days=1)], "$.rules[0].of: must name at"),
    "a kind twice": (
        [row("rate", of=["dosing", "dosing"], max=1, days=1)],
        "$.rules[0].of: must name each once",
    ),
    "an unknown kind": (
        [row("rate", of=["dosing", "x"], max=1, days=1)],
        "$.rules[0].of[1]: must be one of consultation",
    ),
    "an unknown kind of an object": (
        [row("rate", of={"kind": "x"}, max=1, days=1)],
        "$.rules[0].of.kind: must be one of consultation",
    ),
    "a level of a kind without": (
        [row("rate", of={"kind": "integration", "level": "low"}, max=1, days=1)],
        "$.rules[0].of.level: must stand with a kind that has it",
    ),
    "two ordinals": (
        [row("rate", of=chosen(first=1, every=2), max=1, days=1)],
        "$.rules[0].of.every: must be left out",
    ),
}


@pytest.mark.parametrize(("rows", "reason"), REFUSED_ROWS.values(), ids=REFUSED_ROWS.keys())
def test_a_refusal_of_a_house_rule_names_its_place(rows: Any, reason: str) -> None:
    (problem,) = refused(document(rules=rows))[:1]
    assert problem.startswith(reason)


def test_the_example_of_house_rules_has_one_of_each_form() -> None:
    protocol = kap.load_protocol(HOUSE_RULES)
    forms = [rule.form.form for rule in protocol.rules if isinstance(rule.form, RuleForm)]
    assert sorted(forms) == sorted(cls.form for cls in RuleForm.__subclasses__())
    assert [rule.id for rule in protocol.rules if rule.is_off] == ["HOUSE-NEXT-DAY"]
    assert kap.loads_protocol(kap.dumps_protocol(protocol)) == protocol
    report = kap.check(kap.load(REGROUNDING), protocol)
    assert report.findings == ()
    assert report.ok
    assert {rule.id for rule in report.house_rules} == set(protocol.house_ids)


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
