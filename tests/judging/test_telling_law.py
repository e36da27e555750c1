"""What a finding says beside its message: a title, what to do, and all values for software."""

from __future__ import annotations

import json
import re
from random import Random

import attrs
import pytest

import kap_model as kap
from profiles import seeds
from wild import wild_moment, wild_plan, wild_protocol
from wild_rules import wild_rules

pytestmark = pytest.mark.law

VERBS = (
    *("Ask", "Book", "Cancel", "Correct", "Give", "Have", "Hold", "Move", "Name", "Plan"),
    *("Record", "Shorten"),
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATE = re.compile(
    r"[A-Z][a-z]{2}, ([A-Z][a-z]{2}) (\d{1,2}), (\d{4})(?:, (\d+):(\d\d)(?::\d\d)? ([ap])m)?"
)
REQUIRED = re.compile(r"; the limit is .*|; the protocol (allows|asks for) .*|; where a proto.*")


def protocol_drawn(random: Random) -> kap.CareProtocol:
    protocol = wild_protocol(random)
    lines = wild_rules(random, random.randint(0, 4))
    document = {"schema": "kap-model/protocol/1", "id": "own", "limits": {}, "rules": lines}
    rules = kap.loads_protocol(json.dumps(document)).rules
    try:
        return attrs.evolve(protocol, rules=rules)
    except kap.InvalidValue:  # a rule selects a level or a route that the protocol never knows
        return protocol


def reports(seed: int, number: int = 120) -> list[tuple[kap.Plan, kap.CareProtocol, kap.Report]]:
    random, made = Random(seed), []
    for _ in range(number):
        plan, protocol = wild_plan(random), protocol_drawn(random)
        moment = wild_moment(random, plan)
        made.append((plan, protocol, kap.check(plan, protocol, as_of=moment)))
    return made


@pytest.mark.parametrize("seed", seeds(4))
def test_a_finding_has_a_title_and_says_what_to_do(seed: int) -> None:
    told = 0
    for _, _, report in reports(seed):
        for finding in report.findings:
            title, action = finding.title, finding.action
            assert title[0].isupper()
            assert not title.endswith(".")
            words, values = title.split(), finding.values
            figures = [values.get(name) for name in ("found", "years", "condition")]
            if values.get("form") in ("length", "allow", None):  # no figure of the client's
                assert not {str(one) for one in figures if one is not None} & set(words)
            assert action is None if finding.past else action or report.as_of is None
            if action is not None and action != finding.stated_action:
                assert action.split()[0] in VERBS, action
                assert action.endswith(".")
                told += 1
    assert told > 500


@pytest.mark.parametrize("seed", seeds(4))
def test_values_carry_what_the_message_says(seed: int) -> None:
    """Each session, date and number that a message names is among the values."""
    for plan, _, report in reports(seed):
        ids = {session.id for session in plan.sessions} | {s.id for s in plan.supplies or ()}
        for finding in report.findings:
            values = finding.values
            assert json.loads(json.dumps(values)) == values
            carried = {str(value) for value in values.values()}
            message = REQUIRED.sub("", finding.message)
            for month, day, year, hour, minute, half in DATE.findall(message):
                date = f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}"
                clock = f"{int(hour) % 12 + 12 * (half == 'p'):02d}:{minute}" if hour else ""
                assert any(one.startswith(date) and clock in one for one in carried), finding
            words = re.findall(r"[\w.-]*\w", DATE.sub("", message))
            assert {word for word in words if word in ids} <= carried
            numbers = " ".join(carried)
            for number in re.findall(r"\b\d+\b", " ".join(w for w in words if w not in ids)):
                apart = values.get("seconds")
                if isinstance(apart, int):
                    minutes = -(-apart // 60)
                    assert int(number) in divmod(minutes, 60)
                else:
                    assert re.search(rf"\b{number}\b", numbers), (finding.message, values)


def changed_from(random: Random, plan: kap.Plan, moment: int) -> kap.Plan | None:
    """A plan with its bookings kept, cancelled or missed, and sessions added from a moment on."""
    sessions = [
        attrs.evolve(session, status=random.choice(["planned", "cancelled", "no-show"]))
        if session.status == "planned"
        else session
        for session in plan.sessions
    ]
    kinds = ("E", "R", "P", "D", "I", "C") if plan.state == "active" else ()
    for kind in kinds:
        if random.random() < 0.3:
            one = kap.parse(f"2027-01-01 {kind}0").sessions[0]
            start = plan.zone.datetime(moment + random.choice([0, 3600, 86_400, 864_000]))
            sessions.append(attrs.evolve(one, id=f"added-{kind}", start=start))
    try:
        return attrs.evolve(plan, sessions=sessions)
    except kap.InvalidValue:  # beyond the last year
        return None


@pytest.mark.parametrize("seed", seeds(4))
def test_what_is_past_stays(seed: int) -> None:
    """Nothing that is booked, moved, cancelled or recorded from the moment on ends it."""
    random, stayed = Random(seed), 0
    for plan, protocol, report in reports(seed, 300):
        past = [finding for finding in report.findings if finding.past]
        if not past:
            continue
        assert report.instant is not None
        after = changed_from(random, plan, report.instant)
        if after is None:
            continue
        still = kap.check(after, protocol, as_of=report.as_of).findings
        for finding in past:
            if not finding.sessions and finding.rule.startswith(("REVIEW", "HOUSE", "OWN")):
                continue  # a lapse is named by the sessions that fall into it
            assert any(
                (one.rule, one.verdict) == (finding.rule, "violated")
                and set(finding.sessions) <= set(one.sessions)
                for one in still
            ), finding
            stayed += 1
    assert stayed > 50
