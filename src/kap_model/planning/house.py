"""House rules that a verb does not follow, so that none passes over them."""

from __future__ import annotations


def in_force_reason(named: tuple[str, ...], verb: str) -> str:
    """Why a verb refuses a protocol with these house rules."""
    rules = "the house rule" if len(named) == 1 else "the house rules"
    return f"has {rules} {', '.join(named)}, which {verb} cannot follow yet; check does"
