"""No second class: a house rule that says what a rule of the catalogue says changes no draft.

Nor a completion, but for the rule's id. Left out are rules that other limits or rules with
functions of their own read as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs
import pytest

import kap_model as kap
from wild import CITATION

START: Final = "2027-01-11"
PRACTICES: Final = (kap.practices.CORE, kap.practices.KINGSLEY, kap.practices.REGROUNDING)
ALSO: Final = (
    ("dosing_gap_days", kap.Bounds(5, 20)),
    ("dosing_frequency", kap.Frequency(1, 20)),
    ("integration_window_hours", 30),
)


def _pairs() -> Iterator[tuple[str, str, kap.CareProtocol, kap.CareProtocol]]:
    """Protocols with a limit, and with a house rule in its place."""
    for practice in PRACTICES:
        for name, value in [(None, None), *ALSO]:
            own = [] if name is None else [kap.Setting(limit=name, value=value, citation=CITATION)]
            care = practice.protocol.extended("own", settings=own)
            limits = care.limits_on(None)
            for rule in kap.RULES:
                forms = rule.forms(limits)
                if len(rule.reads) == 1 and forms and (name is None or rule.reads == (name,)):
                    off = kap.Setting(limit=rule.reads[0], value="off", citation=CITATION)
                    house = [
                        kap.HouseRule(f"HOUSE-{place}-{rule.id}", form, citation=CITATION)
                        for place, form in enumerate(forms)
                    ]
                    yield (
                        practice.id,
                        rule.id,
                        care,
                        care.extended("own", settings=[off], rules=house),
                    )


PAIRS: Final = tuple(_pairs())


@pytest.mark.parametrize(
    ("limit", "house"), [pair[2:] for pair in PAIRS], ids=[f"{p}-{r}" for p, r, *_ in PAIRS]
)
def test_a_draft_and_a_completion(limit: kap.CareProtocol, house: kap.CareProtocol) -> None:
    options: dict[str, Any] = {"support_person": "recorded"}
    drafted = kap.draft(limit, START, timezone="UTC", **options)
    assert kap.draft(house, START, timezone="UTC", **options) == drafted
    held = [attrs.evolve(s, status="completed") for s in drafted.sessions[:5]]
    begun = attrs.evolve(drafted, sessions=tuple(held))
    as_of = begun.sessions[-1].end.add(hours=1)
    ours = kap.complete(begun, house, as_of=as_of, **options)
    assert ours.plan == kap.complete(begun, limit, as_of=as_of, **options).plan
