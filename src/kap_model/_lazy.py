"""Names of a package that load when they are first used, safely between threads.

A package that imported its own modules while it loads would hold its own lock and wait for theirs;
a thread that asked for such a module first holds the module's lock and waits for the package.
Python ends the deadlock by handing out half a module. So no package of ours imports anything of its
own while it loads, but for this module, which nobody asks for before. Then a module waits for its
packages and for what it imports, never the other way, and as these arrows make no circle no two
threads can wait for each other.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def on_first_use(
    namespace: dict[str, Any], homes: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """``__all__``, ``__getattr__`` and ``__dir__`` of a package.

    Args:
        namespace: The package's ``globals()``, where a name stays once it is loaded.
        homes: The public names by the module that makes them; those of the package itself are
            modules of it.
    """
    package = namespace["__name__"]
    home_of = {name: home for home, names in homes.items() for name in names}

    def load(name: str) -> Any:
        home = home_of.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        if home == package:
            return import_module(f"{package}.{name}")
        namespace[name] = value = getattr(import_module(home), name)
        return value

    def public() -> list[str]:
        return sorted({*home_of, *(name for name in namespace if name.startswith("__"))})

    return sorted(home_of), load, public
