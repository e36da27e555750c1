"""The eleven forms as the search asks them: session by session, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.ordering import Follow, Order, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.planning.search._counts import CountWatch, FactWatch, RateWatch
from kap_model.planning.search._distances import PartWatch, RecurWatch, SpaceWatch, SpanWatch
from kap_model.planning.search._orders import FollowWatch, OrderWatch, PrecedeWatch
from kap_model.planning.search._watch import (
    Names,
    Picked,
    Watch,
)


def watch_of(
    form: RuleForm, picked: Callable[[Selector], Picked], known: frozenset[Names]
) -> Watch | None:
    """How the search asks a form; ``None`` = no session's place or time matters to it."""
    if isinstance(form, Recur):
        return (RecurWatch if form.policy == "rolling" else PartWatch)(form, picked, known)
    made = _WATCHES.get(type(form))
    return None if made is None else made(form, picked, known)


_WATCHES: Final[Mapping[type[Any], type[Watch]]] = {
    Count: CountWatch,
    Order: OrderWatch,
    Precede: PrecedeWatch,
    Follow: FollowWatch,
    Space: SpaceWatch,
    Rate: RateWatch,
    Span: SpanWatch,
    Allow: FactWatch,
    Known: FactWatch,
    Length: FactWatch,
}


def selectors_of(form: Any) -> Iterable[Selector]:
    """The selectors of a form."""
    names = ("of", "each", "by", "before", "after", "from_", "to", "while_")
    return [value for n in names if isinstance(value := getattr(form, n, None), Selector)]
