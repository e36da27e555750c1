"""Which limits and house rules speak only where another one asks for a session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.house_rules import HouseRule
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.forms.wording import either, with_article
from kap_model.limits import Limits
from kap_model.planning.choices import forms_of
from kap_model.rules.catalogue import RULES

Kinds: TypeAlias = frozenset[str]

# Limits that speak only of sessions of a kind.
_SPEAKS_OF: Final = {
    "preparation_before_dosing": "preparation",
    "preparation_after_supply": "preparation",
    "integration_after_dosing": "integration",
    "integration_window_hours": "integration",
    "consultation_first": "medical-evaluation",
}
_EARLY: Final = (
    "says nothing of dosings before the first medical evaluation, and nothing asks for one before "
    "them"
)
_UNTRACKED: Final = "says nothing where no supplies are written down, for initial_supply is not set"
_AT_ONCE: Final = (
    "speaks only of later supplies, and where initial_supply is not set the first may cover all "
    "dosings"
)


class Leaning(NamedTuple):
    """A limit or house rule that speaks only where another one is set.

    Attributes:
        name: The limit's name, or the house rule's id.
        says: Of what it says nothing, in plain English.
    """

    name: str
    says: str


# A limit that tells in which order sessions stand, or how far apart, says nothing of a course
# that has none of them. That is what a practice means where something else asks for them, and
# where nothing does it may think that it is asked for more. Dosings are what a course is for.
def leaning(limits: Limits, house: tuple[HouseRule, ...]) -> Iterator[Leaning]:
    """What is set and says nothing of some courses, as nothing asks for what it speaks of."""
    forms = [form for _, form in forms_of(house)]
    asked = _asked_for(limits, forms)
    for name in limits.citations:
        kind = _SPEAKS_OF.get(name)
        if kind is not None and frozenset({kind}) not in asked:
            yield Leaning(name, _only_of((kind,)))
    if limits.initial_supply is not None and not _evaluates(limits, forms):
        yield Leaning("initial_supply", _EARLY)
    if limits.initial_supply is None:
        if limits.refill_supply is not None:
            yield Leaning("refill_supply", _UNTRACKED)
        if limits.refill_needs_review:
            yield Leaning("refill_needs_review", _AT_ONCE)
    for rule_id, form in forms_of(house):
        for selector in _subjects(form):
            if not any(kinds <= set(selector.kind) for kinds in asked):
                yield Leaning(rule_id, _only_of(selector.kind))
                break


def _only_of(kinds: tuple[str, ...]) -> str:
    words = either(tuple(with_article(kind.replace("-", " ")) for kind in kinds))
    return f"says nothing of a course without {words}, and nothing asks for one"


def _evaluates(limits: Limits, forms: list[RuleForm]) -> bool:
    """Whether an evaluation before the first dosing is asked for."""
    first = (Selector("dosing"), Selector("dosing", nth=1), Selector("dosing", first=1))
    before = [form.by for form in forms if isinstance(form, Precede) and form.each in first]
    return bool(limits.evaluation_first) or Selector("medical-evaluation") in before


def _asked_for(limits: Limits, house: list[RuleForm]) -> set[Kinds]:
    """The kinds of which every course has a session; of several together, some course has one."""
    found: set[Kinds] = {frozenset({"dosing"})}
    forms = [*(form for rule in RULES for form in rule.forms(limits)), *house]
    if limits.evaluation_first:
        found.add(frozenset({"medical-evaluation"}))
    while True:
        more = {kinds for form in forms for kinds in _brings(form, found)}
        if limits.preparation_after_supply and frozenset({"preparation"}) in found:
            more.add(frozenset({"medical-evaluation"}))
        if more <= found:
            return found
        found |= more


def _brings(form: RuleForm, asked: set[Kinds]) -> Iterator[Kinds]:
    """The kinds of which a form asks for a session, as others are there."""
    match form:
        case Count(min=int(least)) if least:
            yield frozenset(form.of.kind)
        case Precede() | Follow() if form.min and _is_there(form.each, asked):
            yield frozenset(form.by.kind)
        case Order(after=Selector() as first) if _is_there(form.each, asked):
            yield frozenset(first.kind)
        case Recur() if _is_there(form.while_, asked):
            yield frozenset(form.of.kind)


def _is_there(selector: Selector, asked: set[Kinds]) -> bool:
    return any(kinds <= set(selector.kind) for kinds in asked)


def _subjects(form: RuleForm) -> Iterator[Selector]:
    """The sessions of which there has to be one for a form to say anything."""
    match form:
        case Order() | Precede() | Follow():
            yield form.each
        case Space() | Span():
            yield form.from_
            if form.to is not None:
                yield form.to
