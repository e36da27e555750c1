"""Plans name protocols and fee schedules by any id; who judges or prices them gives these."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import kap_model as kap
from copies import copies
from fees_support import refused
from kap_model.checking import NAMING
from kap_model.documents.schemas import schema_text
from support import SOURCE

MINE = kap.practices.CORE.protocol.extended(
    "mine", settings=[kap.Setting(limit="dosing_count", value=kap.Bounds(min=1), citation=SOURCE)]
)
OTHER = MINE.extended("other", severities={"DOSE-COUNT": "warning"})
PLAN = attrs.evolve(
    kap.parse("2027-01-04 C0 E2 P7 D14 I15"), protocol="mine", fees="list", id="plan-1"
)
NOW = "2027-01-05T00:00:00Z"
FEES = attrs.evolve(kap.practices.REGROUNDING.fees or kap.load_fees("none"), id="list")

NAMES = "(core, kingsley, regrounding)"
LACKING = kap.Problem(
    "protocol",
    f"names mine, which is neither a built-in practice {NAMES} nor given: give that protocol as an "
    "argument or in protocols, or its file with --protocol",
)


def named(id: str | None) -> kap.Plan:
    return attrs.evolve(PLAN, protocol=id)


def session(day: int) -> kap.Session:
    return attrs.evolve(kap.parse(f"2027-01-04 D{day}").sessions[0], id="new")


VERBS: dict[str, Callable[..., Any]] = {
    "check": kap.check,
    "next_steps": lambda plan, *given, **named: kap.next_steps(plan, *given, as_of=NOW, **named),
    "allowed": lambda plan, *given, **named: kap.allowed(plan, session(28), *given, **named),
    "complete": lambda plan, *given, **named: kap.complete(plan, *given, as_of=NOW, **named),
    "repair": kap.repair,
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_verb_finds_the_protocol_that_the_plan_names(verb: Callable[..., Any]) -> None:
    expected = verb(named(None), MINE)
    for protocols in ([OTHER, MINE], (MINE,), {"mine": MINE}, iter([MINE]), NAMING.pool([MINE])):
        found = verb(PLAN, protocols=protocols)
        if isinstance(found, kap.Report):
            assert found.protocol_source == "plan"
            assert found.findings == expected.findings
        elif isinstance(found, kap.NextSteps):
            assert found.steps == expected.steps
    assert type(verb(PLAN, MINE)) is type(expected)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_verb_says_which_protocol_it_wants(verb: Callable[..., Any]) -> None:
    with pytest.raises(kap.NotGiven) as caught:
        verb(PLAN)
    assert caught.value.problems == (LACKING,)
    with pytest.raises(kap.NotGiven) as caught:
        verb(PLAN, protocols=[OTHER, kap.CareProtocol(id="third")])
    (problem,) = caught.value.problems
    assert problem.reason == f"{LACKING.reason}; given: other, third"


def test_where_a_protocol_comes_from() -> None:
    pool = [MINE, OTHER]
    for plan, given, id, source in (
        (named("mine"), None, "mine", "plan"),
        (named("other"), None, "other", "plan"),
        (named("kingsley"), None, "kingsley", "plan"),
        (named(None), None, "core", "default"),
        (named("mine"), OTHER, "other", "argument"),
        (named("unknown"), MINE, "mine", "argument"),
        (named("kingsley"), "core", "core", "argument"),
    ):
        report = kap.check(plan, given, protocols=pool)
        assert (report.protocol, report.protocol_source) == (id, source)


def test_what_cannot_be_given_is_refused() -> None:
    def of(protocols: Any, plan: kap.Plan = PLAN) -> kap.Problem:
        return refused(kap.check, plan, protocols=protocols)

    assert of([MINE, "core"]) == kap.Problem("protocols[1]", "must be a CareProtocol")
    assert of({"own": MINE}) == kap.Problem("protocols[0]", "must stand under its own id")
    twice = kap.Problem("protocols[1]", "must have an id that no other one has")
    assert of([MINE, OTHER.extended("mine")]) == twice
    taken = kap.Problem("protocols[0]", "must have an id that no built-in practice has")
    assert of([MINE.extended("core")]) == taken
    assert of("mine") == kap.Problem("protocols", "must be a sequence")
    # Also where nothing is looked for among them.
    assert of(["core"], named(None)).path == "protocols[0]"
    same = [MINE, MINE.extended("mine"), kap.practices.CORE.protocol]
    assert kap.check(PLAN, protocols=same).protocol == "mine"


def test_what_is_given_once_is_plain_data() -> None:
    pool = NAMING.pool([MINE])
    for same in copies(pool):
        assert kap.check(PLAN, protocols=same) == kap.check(PLAN, protocols=[MINE])


def test_a_quote_and_a_superbill_find_the_schedule_that_the_plan_names() -> None:
    expected = kap.quote(PLAN, FEES)
    assert kap.quote(PLAN, schedules=[FEES]) == expected
    assert kap.quote(PLAN, schedules={"list": FEES}) == expected
    held = attrs.evolve(kap.parse("2027-01-04 P0*"), fees="list", client="c-17")
    bill: dict[str, Any] = {
        "provider": kap.Provider(name="k-1"),
        "codes": {"preparation": "90834"},
        "claims": [kap.fees.Claim(kind="preparation", scope="whole")],
    }
    assert kap.superbill(held, schedules=[FEES], **bill) == kap.superbill(held, FEES, **bill)
    with pytest.raises(kap.NotGiven) as caught:
        kap.quote(PLAN)
    assert caught.value.problems == (
        kap.Problem(
            "fees",
            f"names list, which is neither a built-in practice {NAMES} nor given: give that "
            "schedule as an argument or in schedules, or its file with --fees",
        ),
    )
    with pytest.raises(kap.NotGiven):
        kap.superbill(held, schedules=[], **bill)
    another = attrs.evolve(FEES, id="kingsley")
    taken = kap.Problem("schedules[0]", "must have an id that no built-in practice has")
    assert refused(kap.quote, PLAN, FEES, schedules=[another]) == taken
    regrounding = kap.practices.REGROUNDING.fees
    assert regrounding is not None
    assert kap.quote(PLAN, schedules=[FEES, regrounding]) == expected
    assert refused(kap.quote, PLAN, schedules=[MINE]).path == "schedules[0]"


def test_a_protocol_of_ones_own_states_no_claims() -> None:
    line = {line.claimable for line in kap.quote(PLAN, FEES).lines}
    assert line == {line.claimable for line in kap.quote(named(None), FEES).lines}


def test_a_draft_names_what_it_keeps_and_what_prices_it() -> None:
    plan = kap.draft(MINE, "2027-01-11", fees=FEES)
    assert (plan.protocol, plan.fees) == ("mine", "list")
    assert kap.check(plan, protocols=[MINE]).ok
    assert kap.quote(plan, schedules=[FEES]).complete is False
    assert kap.loads(kap.dumps(plan)) == plan
    plain = kap.draft(MINE, "2027-01-11")
    assert (plain.protocol, plain.fees) == ("mine", None)
    built_in = kap.draft(kap.practices.REGROUNDING, "2027-01-11")
    assert (built_in.protocol, built_in.fees) == ("regrounding", "regrounding")
    alone = kap.draft(kap.practices.KINGSLEY.protocol, "2027-01-11")
    assert (alone.protocol, alone.fees) == ("kingsley", None)


def test_a_draft_does_not_name_what_a_built_in_practice_is_called() -> None:
    care, other = MINE.extended("core"), attrs.evolve(FEES, id="kingsley")
    plan = kap.draft(care, "2027-01-11", fees=other)
    assert (plan.protocol, plan.fees) == (None, None)
    published = kap.practices.REGROUNDING.fees
    assert kap.draft(care, "2027-01-11", fees=published).fees == "regrounding"
    dearer = attrs.evolve(published, adjustments=(), fees=published.fees[1:]) if published else None
    assert dearer != published
    assert kap.draft(care, "2027-01-11", fees=dearer).fees is None


def test_lines_and_rows_name_protocols_too() -> None:
    lines = [kap.dumps(PLAN), kap.dumps(named("unknown")), kap.dumps(named("other"))]
    mine, unknown, other = kap.check_lines(lines, protocols=[MINE, OTHER])
    assert mine.report is not None
    assert other.report is not None
    assert (mine.report.protocol, other.report.protocol) == ("mine", "other")
    assert unknown.report is None
    (problem,) = unknown.problems
    assert problem.path == "$.protocol"
    assert problem.reason.startswith("names unknown, which is neither")
    rows = list(kap.check_rows([{"plan": text} for text in lines], protocols={"mine": MINE}))
    assert {row["row"] for row in rows if row["error"] is not None} == {1, 2}
    assert {row["protocol"] for row in rows if row["error"] is None} == {"mine"}
    with pytest.raises(kap.InvalidValue):
        kap.check_lines([], protocols=[MINE, "core"])  # type: ignore[list-item]
    for result in kap.check_lines(lines, MINE):
        assert result.report is not None
        assert result.report.protocol_source == "argument"


def test_the_schema_takes_any_id() -> None:
    schema = json.loads(schema_text("plan"))
    assert schema["properties"]["protocol"]["$ref"] == "#/$defs/id"
    assert schema["properties"]["fees"]["$ref"] == "#/$defs/id"
