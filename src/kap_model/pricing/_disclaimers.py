"""What a Good Faith Estimate (US) tells the client, in our own words.

Not legal advice.
"""

from __future__ import annotations

from typing import Final

from kap_model.pricing.good_faith_rules import GoodFaithRules

_EXPECTED: Final = (
    "These charges are what could be expected on the date of issue; what is done and what is "
    "charged may differ."
)
_NOT_LISTED: Final = (
    "Other services may be recommended that are scheduled or asked for separately and are not "
    "listed. Other providers may send bills of their own, with estimates of their own."
)
_HOW_TO_DISPUTE: Final = (
    "How to begin is said on www.cms.gov/nosurprises. A dispute has no effect on the quality of "
    "the care."
)
_NO_CONTRACT: Final = (
    "This is no contract: nobody is bound to take these services, or to take them from these "
    "providers."
)


def disclaimers(rules: GoodFaithRules) -> tuple[str, ...]:
    """The paragraphs of the paper under a regulation."""
    over, days = rules.dispute_over, rules.dispute_days
    since = rules.since.isoformat()
    dispute = (
        f"A provider's bill of at least {over} more than the charges expected of it here may "
        f"be disputed, within {days} calendar days of the date on the first bill."
    )
    advice = f"The figures are those of the regulation since {since}. This is not legal advice."
    return (_EXPECTED, _NOT_LISTED, f"{dispute} {_HOW_TO_DISPUTE}", _NO_CONTRACT, advice)
