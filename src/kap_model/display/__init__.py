"""Values as people read them: pure functions to text and to pages, found by a value's class."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

_TEXT: Final = {
    "Comparison": ("comparison_text", "comparison_text"),
    "Completion": ("completion_text", "completion_text"),
    "Difference": ("difference_text", "difference_text"),
    "Dispute": ("comparison_text", "dispute_text"),
    "Estimate": ("estimate_text", "estimate_text"),
    "GoodFaithEstimate": ("comparison_text", "good_faith_text"),
    "Instalments": ("superbill_text", "instalments_text"),
    "Lint": ("lint_text", "lint_text"),
    "NextSteps": ("steps_text", "steps_text"),
    "Quote": ("money_text", "quote_text"),
    "Reconciliation": ("comparison_text", "reconciliation_text"),
    "Reimbursement": ("superbill_text", "reimbursement_text"),
    "Repair": ("repair_text", "repair_text"),
    "Report": ("text", "report_text"),
    "RuleCoverage": ("coverage_text", "coverage_text"),
    "Settlement": ("comparison_text", "settlement_text"),
    "Superbill": ("superbill_text", "superbill_text"),
    "TotalCheck": ("comparison_text", "total_check_text"),
}
_PAGE: Final = {
    "CareProtocol": ("html.protocols", "protocol_html"),
    "Completion": ("html.courses", "completion_html"),
    "Difference": ("html.protocols", "difference_html"),
    "Estimate": ("html.prices", "estimate_html"),
    "NextSteps": ("html.courses", "steps_html"),
    "Plan": ("html.plans", "plan_html"),
    "Quote": ("html.prices", "quote_html"),
    "Repair": ("html.courses", "repair_html"),
    "Report": ("html.reports", "report_html"),
}


def text_of(value: object) -> str:
    """A value as text."""
    return _shown(_TEXT, value)


def page_of(value: object) -> str:
    """A value as a page."""
    return _shown(_PAGE, value)


def _shown(homes: dict[str, tuple[str, str]], value: Any) -> str:
    names = (cls.__name__ for cls in type(value).__mro__)
    module, function = next(homes[name] for name in names if name in homes)
    shown: str = getattr(import_module(f"kap_model.display.{module}"), function)(value)
    return shown
