"""The manual's own code, taken out of its pages to be run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def python_blocks(page: str) -> list[str]:
    """The ``python`` blocks of a how-to page, in order."""
    return PYTHON.findall((ROOT / "docs" / "how-to" / page).read_text(encoding="utf-8"))


def run(code: str, names: dict[str, Any]) -> None:
    """Run a block as a script of its own would run, in a namespace."""
    names.setdefault("__name__", "__main__")
    exec(compile(code, "<a page of the manual>", "exec"), names)  # noqa: S102 - our own page
