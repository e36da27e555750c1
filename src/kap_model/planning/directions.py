"""Which way a limit or a house rule changes: what the new one allows, and what the old one did."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from kap_model.forms._form import RuleForm
from kap_model.limits import Limits
from kap_model.rules.catalogue import RULES

Direction: TypeAlias = Literal["tighter", "looser", "equal", "other"]
"""``tighter``: what the new value allows, the old one did too; ``looser``: the reverse; ``equal``:
both at once; ``other``: neither can be said of every course."""

_SUMMED: Final = ("effect_minutes", "processing_minutes")
"""What a form asks of their sum says nothing of one of them."""
_MORE_IS_TIGHTER: Final = (*_SUMMED, "minimum_age")


def direction(limit: str, before: Any, after: Any) -> Direction:
    """How a limit changes from one value to another; ``None`` = not set."""
    if limit not in _SUMMED and all(rule.makes for rule in RULES if limit in rule.reads):
        return direction_of_forms(_forms(limit, before), _forms(limit, after))
    return _direction(tighter=_within(limit, after, before), looser=_within(limit, before, after))


def direction_of_forms(before: tuple[RuleForm, ...], after: tuple[RuleForm, ...]) -> Direction:
    """How what forms ask together changes; none of them ask nothing."""
    return _direction(tighter=_implied(before, after), looser=_implied(after, before))


def _direction(*, tighter: bool, looser: bool) -> Direction:
    if tighter and looser:
        return "equal"
    if tighter:
        return "tighter"
    return "looser" if looser else "other"


def _forms(limit: str, value: Any) -> tuple[RuleForm, ...]:
    """What is asked where this limit alone is set."""
    limits = Limits(**{limit: value})
    return tuple([form for rule in RULES if limit in rule.reads for form in rule.forms(limits)])


def _implied(asked: tuple[RuleForm, ...], by: tuple[RuleForm, ...]) -> bool:
    """Whether whoever keeps some forms keeps others, each because of one of them."""
    return all(any(form.implied_by(other) for other in by or (None,)) for form in asked)


def _within(limit: str, inner: Any, outer: Any) -> bool:
    """Whether all that one value of a limit that no form says allows, another allows too."""
    if outer is None or inner is None:
        return outer is None
    if isinstance(outer, tuple):
        return set(outer) <= set(inner)
    # A switch counts as 1 where it is set.
    return bool(outer <= inner if limit in _MORE_IS_TIGHTER else inner <= outer)
