"""What only the manual's recipes need, and the notebook: it is in extra ``recipes`` alone."""

from __future__ import annotations

import importlib
import os
from typing import Any, Final

import pytest

REQUIRED: Final = "KAP_MODEL_RECIPES"
"""Where this environment variable is ``required``, what is missing is an error: in the checks."""


def needed(*names: str) -> Any:
    """The modules, the first one alone if it is one; where they are missing, a loud skip."""
    found = [_needed(name) for name in names]
    return found[0] if len(found) == 1 else found


def _needed(name: str) -> Any:
    if os.environ.get(REQUIRED) == "required":
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=f"no {name}: pip install -e '.[recipes]'")
