"""Tells a listener of each class of ours once it is made, so that nobody need load it to hear.

Hypothesis finds what draws a type by the very class, not by a base or a name, and offers no other
hook; its entry point runs whenever Hypothesis is imported, in projects too that never draw one of
our types. Loading the classes there would cost each of them a tenth of a second. So the entry
point waits here, and hears of a class by whatever path somebody comes to it: the package, a public
module, its home, before Hypothesis or after it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_made: list[type] = []
_listeners: list[Callable[[type], None]] = []


class Announced:
    """A base of our attrs classes, which are announced; those that users derive are not."""

    __slots__ = ()

    # Attrs' own hook: Python's would run twice for a class with slots, first for one that is
    # thrown away.
    @classmethod
    def __attrs_init_subclass__(cls) -> None:
        if cls.__module__.startswith("kap_model."):
            _made.append(cls)
            for listener in tuple(_listeners):
                listener(cls)


def on_each_class(listener: Callable[[type], None]) -> None:
    """Call a function with each class that was made, and with each further one once it is.

    A function that listens already goes on as before. Where threads import at the same time, it
    may hear of a class twice, but misses none: each side writes before it reads.
    """
    if listener not in _listeners:
        _listeners.append(listener)
        for cls in tuple(_made):
            listener(cls)
