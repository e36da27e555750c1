"""``kap-model schema``: the JSON Schemas of documents and reports."""

from __future__ import annotations

import argparse

from kap_model.cli._result import GOOD, UNUSABLE, Result


def print_schema(arguments: argparse.Namespace) -> Result:
    """The schema of a kind of document, as it is shipped."""
    from kap_model.documents.schemas import NAMES, schema_text  # no other command waits for them

    if arguments.name not in NAMES:
        return Result(UNUSABLE, complaints=("NAME: must be one of " + ", ".join(NAMES),))
    return Result(GOOD, schema_text(arguments.name))
