"""The eleven forms of a house rule: a practice's own sentences about its courses, as data."""

from __future__ import annotations

from kap_model._lazy import on_first_use

# Each name stands twice: here for people, type checkers and whoever packs programs, and below for
# the interpreter, which imports a home when one of its names is first used. A test compares them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kap_model.forms.counting import Count as Count, Rate as Rate
    from kap_model.forms.distances import Within as Within
    from kap_model.forms.facts import Allow as Allow, Known as Known, Length as Length
    from kap_model.forms.ordering import Follow as Follow, Order as Order, Precede as Precede
    from kap_model.forms.recurring import Recur as Recur
    from kap_model.forms.selectors import Selector as Selector
    from kap_model.forms.spacing import Space as Space, Span as Span

    __all__: list[str]

_HOMES = {
    "kap_model.forms.counting": (
        "Count",
        "Rate",
    ),
    "kap_model.forms.distances": ("Within",),
    "kap_model.forms.facts": (
        "Allow",
        "Known",
        "Length",
    ),
    "kap_model.forms.ordering": (
        "Follow",
        "Order",
        "Precede",
    ),
    "kap_model.forms.recurring": ("Recur",),
    "kap_model.forms.selectors": ("Selector",),
    "kap_model.forms.spacing": (
        "Space",
        "Span",
    ),
}

if not TYPE_CHECKING:  # what is computed, type checkers are not to see
    __all__, __getattr__, __dir__ = on_first_use(globals(), _HOMES)
