"""Limits by their names: some of them alone, and in words."""

from __future__ import annotations

from collections.abc import Collection

import attrs

from kap_model.limits import LIMITS, Limits


def kept(limits: Limits, names: Collection[str]) -> Limits:
    """The limits of some names; all others are not set."""
    left_out = {spec.name: None for spec in LIMITS if spec.name not in names}
    cited = tuple((name, citation) for name, citation in limits.cited if name in names)
    return attrs.evolve(limits, **left_out, cited=cited)


def in_words(value: object) -> str:
    """A limit's value in plain words: ``6 to 8``, ``yes``, ``office, remote``."""
    if value is True:
        return "yes"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def spoken(names: tuple[str, ...], limits: Limits) -> str:
    """Limits with their values, and options by name, as a person would list them."""
    words = []
    for name in names:
        value = getattr(limits, name, None)
        figure = "" if value is True else f" ({in_words(value)})"
        words.append(name if value is None else f"the limit {name}{figure}")
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
