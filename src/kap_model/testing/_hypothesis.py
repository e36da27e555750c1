"""Tells Hypothesis how to draw the library's own types; called when Hypothesis is imported.

An entry point of the group ``hypothesis``, so it runs in every project of an environment with this
package: it loads none of the types, but has each of them registered when it is made
(:mod:`kap_model._first_use`). A strategy is made when its type is first drawn.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kap_model._first_use import on_each_class

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

NAMES: Final = frozenset(
    {
        "Bounds",
        "CareProtocol",
        "Citation",
        "Clinician",
        "Consultation",
        "Dosing",
        "FeeSchedule",
        "Finding",
        "Frequency",
        "Integration",
        "Limits",
        "MedicalEvaluation",
        "MedicalReview",
        "Money",
        "OpenSlot",
        "Plan",
        "Practice",
        "Preparation",
        "Report",
        "ReviewAfter",
        "ReviewEvery",
        "Rule",
        "Session",
        "Setting",
        "Supply",
        "Usual",
        "UsualValue",
        "Waiver",
    }
)
"""The types that ``st.from_type`` can draw, as the strategies list them; no two classes of ours
have the same name."""


def register() -> None:
    """Have each type registered once there is the type; to call it again changes nothing."""
    on_each_class(_registered)


def _registered(cls: type) -> None:
    if cls.__name__ in NAMES:
        # Loaded by who calls the entry point. An import here would wait for one in another thread
        # while the module that makes the class is being imported.
        st = sys.modules["hypothesis.strategies"]
        # Not for what it is called with: that may be a base of the class, or a protocol.
        st.register_type_strategy(cls, lambda _: _strategy_of(cls))


def _strategy_of(cls: type) -> SearchStrategy[Any]:
    # Found by name, as values find their display: the strategies know this module.
    made: SearchStrategy[Any] = import_module("kap_model.testing.strategies").strategy_of(cls)
    return made
