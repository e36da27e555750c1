"""Writes the generated reference pages; run it after a change of rules, limits, facts or names.

``python docs/generate.py`` writes them, and a test compares them with what it would write.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from _generate.api import api_page
from _generate.cli import cli_page
from _generate.forms import forms_page
from _generate.practices import practices_page, sources_page
from _generate.rules import limits_page, rules_page
from _generate.schemas import schemas_page
from _generate.source import source_page
from kap_model.documents.schemas import NAMES, schema_text

DOCS = Path(__file__).parent
SCHEMAS = Path(__file__).parent.parent / "src" / "kap_model" / "schemas"

PAGES: dict[str, Callable[[], str]] = {
    "reference/rules.md": rules_page,
    "reference/limits.md": limits_page,
    "reference/forms.md": forms_page,
    "reference/practices.md": practices_page,
    "reference/sources.md": sources_page,
    "reference/schemas.md": schemas_page,
    "reference/cli.md": cli_page,
    "reference/api.md": api_page,
    "explanation/the-source.md": source_page,
}


def main() -> None:
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
    for name in NAMES:
        (SCHEMAS / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
