"""Values as people read them: pure functions to text and to pages, found by a value's class.

Each module beside has the text and the page of its classes, and ends in a table of each. Nothing
is loaded before a value is shown, and then only the module of its class: so the table here knows
classes by name. Modules are named by import statements, which programs that pack Python follow.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final


def text_of(value: object) -> str:
    """A value as text."""
    return _shown("TEXT", value)


def page_of(value: object) -> str:
    """A value as a page."""
    return _shown("HTML", value)


def _shown(medium: str, value: Any) -> str:
    """By the nearest of its classes that has a row in the table of its module."""
    for cls in type(value).__mro__:
        if cls.__name__ in HOME_OF:
            show = getattr(HOME_OF[cls.__name__](), medium, {}).get(cls)
            if show is not None:
                shown: str = show(value)
                return shown
    raise LookupError(f"nothing shows a {type(value).__name__}")


def _courses() -> ModuleType:
    from kap_model.display import courses

    return courses


def _coverage() -> ModuleType:
    from kap_model.display import coverage

    return coverage


def _papers() -> ModuleType:
    from kap_model.display import papers

    return papers


def _plans() -> ModuleType:
    from kap_model.display import plans

    return plans


def _prices() -> ModuleType:
    from kap_model.display import prices

    return prices


def _protocols() -> ModuleType:
    from kap_model.display import protocols

    return protocols


def _reports() -> ModuleType:
    from kap_model.display import reports

    return reports


HOME_OF: Final[dict[str, Callable[[], ModuleType]]] = {
    "CareProtocol": _protocols,
    "Comparison": _papers,
    "Completion": _courses,
    "Difference": _protocols,
    "Dispute": _papers,
    "Estimate": _prices,
    "GoodFaithEstimate": _papers,
    "Instalments": _papers,
    "Lint": _protocols,
    "NextSteps": _courses,
    "Plan": _plans,
    "Quote": _prices,
    "Reconciliation": _papers,
    "Reimbursement": _papers,
    "Repair": _courses,
    "Report": _reports,
    "RuleCoverage": _coverage,
    "Settlement": _papers,
    "Superbill": _papers,
    "TotalCheck": _papers,
}
"""Where the text and the page of a class are, by its name."""
