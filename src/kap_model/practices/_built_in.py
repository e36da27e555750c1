"""The built-in practices, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kap_model.practices._practice import Practice
from kap_model.practices.core import CORE
from kap_model.practices.kingsley import KINGSLEY
from kap_model.practices.regrounding import REGROUNDING

PRACTICES: Final[tuple[Practice, ...]] = (CORE, KINGSLEY, REGROUNDING)
BY_NAME: Final[Mapping[str, Practice]] = MappingProxyType(
    {practice.id: practice for practice in PRACTICES}
)
