"""Some of a protocol's limits alone."""

from __future__ import annotations

import attrs

from kap_model.limits import LIMITS, Limits


def kept(limits: Limits, names: frozenset[str]) -> Limits:
    """The limits of some names; all others are not set."""
    left_out = {spec.name: None for spec in LIMITS if spec.name not in names}
    cited = tuple((name, citation) for name, citation in limits.cited if name in names)
    return attrs.evolve(limits, **left_out, cited=cited)


def spoken(names: tuple[str, ...], limits: Limits) -> str:
    """Limits with their values, and options by name, as a person would list them."""
    words = []
    for name in names:
        value = getattr(limits, name, None)
        if value is None:
            words.append(name)
        elif value is True:
            words.append(f"the limit {name}")
        else:
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            words.append(f"the limit {name} ({text})")
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
