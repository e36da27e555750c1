"""Tells Hypothesis how to draw the library's own types; called when Hypothesis is imported.

An entry point of the group ``hypothesis``. Strategies are made when a type is first drawn, so that
whoever imports Hypothesis for something else does not wait for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import kap_model as kap
from kap_model.fees.schedule import FeeSchedule
from kap_model.money import Money

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

TYPES: Final[tuple[type, ...]] = (
    kap.Plan,
    kap.Session,
    kap.Consultation,
    kap.MedicalEvaluation,
    kap.Preparation,
    kap.Dosing,
    kap.Integration,
    kap.MedicalReview,
    kap.Supply,
    kap.Clinician,
    kap.CareProtocol,
    kap.Setting,
    kap.Limits,
    kap.Bounds,
    kap.Frequency,
    kap.ReviewEvery,
    kap.ReviewAfter,
    kap.Citation,
    kap.Waiver,
    kap.Report,
    kap.Finding,
    kap.Rule,
    kap.Practice,
    Money,
    FeeSchedule,
)
"""The types that ``st.from_type`` can draw. Open slots follow with the strategies themselves, for
planning would have to be loaded for them."""


def register() -> None:
    """Register a strategy for each type, to be made when the type is first drawn."""
    from hypothesis import strategies as st

    for cls in TYPES:
        st.register_type_strategy(cls, _strategy)


def _strategy(cls: type) -> SearchStrategy[Any]:
    from kap_model.testing._types import strategy_of

    return strategy_of(cls)
