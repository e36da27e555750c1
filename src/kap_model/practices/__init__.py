"""The built-in practices: protocols and facts as data, each with its citation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kap_model.practices._practice import Fact, Practice, Published
from kap_model.practices.core import CORE
from kap_model.practices.kingsley import KINGSLEY
from kap_model.practices.regrounding import REGROUNDING

PRACTICES: Final[tuple[Practice, ...]] = (CORE, KINGSLEY, REGROUNDING)
BY_NAME: Final[Mapping[str, Practice]] = MappingProxyType(
    {practice.id: practice for practice in PRACTICES}
)

__all__ = [
    "BY_NAME",
    "CORE",
    "KINGSLEY",
    "PRACTICES",
    "REGROUNDING",
    "Fact",
    "Practice",
    "Published",
]
