"""The versions that are timed against each other judge alike, or the comparison is void."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

import baseline_datetime
import baseline_fused
import baseline_loader
import baseline_pydantic
import baseline_values
import datetime_plan
import kap_model as kap
import plans
from drawn import SOUND, Judgement, plans_drawn, texts_bent, unusable_texts
from fused_form import RACED, RULES, FusedLimits

Finding: TypeAlias = tuple[str, str, str, tuple[str, ...]]
Loader: TypeAlias = Callable[[str | bytes], object]

PRACTICES: Final = (kap.practices.REGROUNDING, kap.practices.KINGSLEY)
LIMITS: Final = {practice.id: FusedLimits(practice) for practice in PRACTICES}
LOADERS: Final[tuple[Loader, ...]] = (
    kap.loads,
    baseline_loader.loads,
    baseline_values.loads,
    datetime_plan.loads,
    baseline_pydantic.loads,
)


def ours(plan: kap.Plan, practice: kap.Practice, as_of: dt.datetime | None) -> list[Finding]:
    report = kap.check(plan, practice, as_of=as_of, rules=RACED)
    return [(f.rule, f.verdict, f.severity, f.sessions) for f in report.findings]


def agree(rounds: int = 600) -> int:
    """Judge many plans and load many texts by every version; how many findings they share."""
    draw = random.Random(20270104)  # noqa: S311 - the same plans every time
    findings: list[Finding] = []
    for text, as_of in (*_fixed(), *plans_drawn(draw, rounds)):
        findings += _judge(text, as_of)
    # The practices allow every place and format, so that MODALITY finds nothing.
    unseen = set(RULES) - {finding[0] for finding in findings} - {"MODALITY"}
    assert not unseen, unseen
    for text in texts_bent(draw, rounds):
        verdicts = {_refusal(loads, text) == "" for loads in LOADERS}
        assert len(verdicts) == 1, (text, [_refusal(loads, text) for loads in LOADERS])
    for loads in LOADERS:
        assert not _refusal(loads, SOUND), loads
        for spoilt in unusable_texts():
            assert _refusal(loads, spoilt), (loads, spoilt[:500])
    return len(findings)


def _judge(text: str, as_of: dt.datetime | None) -> list[Finding]:
    plan, fused = kap.loads(text), baseline_loader.loads(text)
    ordinary = datetime_plan.loads(text)
    assert baseline_pydantic.loads(text) == ordinary, text
    findings: list[Finding] = []
    for practice in PRACTICES:
        expected = ours(plan, practice, as_of)
        for found in (
            baseline_fused.check(fused, LIMITS[practice.id], as_of),
            baseline_datetime.check(ordinary, practice.protocol, as_of),
        ):
            assert found == expected, (practice, text, as_of, found, expected)
        findings += expected
    return findings


def _refusal(loads: Loader, text: str | bytes) -> str:
    try:
        loads(text)
    except ValueError as error:
        return str(error)
    return ""


def _fixed() -> Iterator[Judgement]:
    yield kap.dumps(plans.drafted()), None
    yield kap.dumps(plans.in_progress()), plans.AS_OF
    yield kap.dumps(plans.long_course(300)), None
    for rule in RACED:
        example = rule.example
        for case in (example.holds, example.breaks) if example is not None else ():
            as_of = None if case.as_of is None else dt.datetime.fromisoformat(case.as_of)
            yield kap.dumps(kap.parse(case.notation)), as_of


if __name__ == "__main__":
    print(f"the versions agree on {agree():,} findings")
