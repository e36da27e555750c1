"""The built-in practices: protocols and facts as data, each with its citation."""

from __future__ import annotations

from kap_model._lazy import on_first_use

# Each name stands twice: here for people, type checkers and whoever packs programs, and below for
# the interpreter, which imports a home when one of its names is first used. A test compares them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kap_model.practices._built_in import BY_NAME as BY_NAME, PRACTICES as PRACTICES
    from kap_model.practices._practice import (
        Fact as Fact,
        Practice as Practice,
        Published as Published,
    )
    from kap_model.practices.core import CORE as CORE
    from kap_model.practices.kingsley import KINGSLEY as KINGSLEY
    from kap_model.practices.regrounding import REGROUNDING as REGROUNDING

_HOMES = {
    "kap_model.practices._built_in": (
        "BY_NAME",
        "PRACTICES",
    ),
    "kap_model.practices._practice": (
        "Fact",
        "Practice",
        "Published",
    ),
    "kap_model.practices.core": ("CORE",),
    "kap_model.practices.kingsley": ("KINGSLEY",),
    "kap_model.practices.regrounding": ("REGROUNDING",),
}

if not TYPE_CHECKING:  # what is computed, type checkers are not to see
    __all__, __getattr__, __dir__ = on_first_use(globals(), _HOMES)
