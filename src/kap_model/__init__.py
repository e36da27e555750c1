"""kap_model: plans of ketamine-assisted psychotherapy, checked against cited protocols.

Values are frozen; verbs are pure. ``loads`` a plan document or ``parse`` a line of notation,
``check`` it, and read ``report.ok`` and ``report.findings``. No medical advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kap_model import practices
from kap_model._version import __version__
from kap_model.checking import check
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import (
    DocumentError,
    InputError,
    InvalidValue,
    NotationError,
    Problem,
)
from kap_model.limits import Bounds, Frequency, Limits, ReviewAfter, ReviewEvery
from kap_model.notation import parse
from kap_model.plan import Plan, Supply
from kap_model.practices import Fact, Practice
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding, Report
from kap_model.rules import RULES
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Words
from kap_model.sessions import (
    Clinician,
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    from kap_model.documents import (
        dumps,
        dumps_protocol,
        dumps_waivers,
        load,
        load_protocol,
        load_waivers,
        loads,
        loads_protocol,
        loads_waivers,
    )

_DOCUMENTS = (
    "dumps",
    "dumps_protocol",
    "dumps_waivers",
    "load",
    "load_protocol",
    "load_waivers",
    "loads",
    "loads_protocol",
    "loads_waivers",
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load the document functions, and cattrs with them, on first use."""
        if name in _DOCUMENTS:
            from kap_model import documents

            globals()[name] = value = getattr(documents, name)
            return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_DOCUMENTS})


__all__ = [
    "RULES",
    "Bounds",
    "Breach",
    "CareProtocol",
    "Case",
    "Citation",
    "Clinician",
    "Consultation",
    "Course",
    "DocumentError",
    "Dosing",
    "Example",
    "Fact",
    "Finding",
    "Frequency",
    "InputError",
    "Integration",
    "InvalidValue",
    "Limits",
    "MedicalEvaluation",
    "MedicalReview",
    "NotationError",
    "Plan",
    "Practice",
    "Preparation",
    "Problem",
    "Report",
    "ReviewAfter",
    "ReviewEvery",
    "Rule",
    "Session",
    "Setting",
    "Supply",
    "Waiver",
    "Words",
    "__version__",
    "check",
    "dumps",
    "dumps_protocol",
    "dumps_waivers",
    "load",
    "load_protocol",
    "load_waivers",
    "loads",
    "loads_protocol",
    "loads_waivers",
    "parse",
    "practices",
    "rule",
]
