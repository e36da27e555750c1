"""What checks and lints say, in the formats that CI systems and other software read.

Each format is a pure function of documents' names, their texts and what is said of them:
:class:`Checked` for plans, :class:`Linted` for protocols. Nothing here reads a file or a clock.
"""

from __future__ import annotations

from kap_model._lazy import on_first_use

# Each name stands twice: here for people, type checkers and whoever packs programs, and below for
# the interpreter, which imports a home when one of its names is first used. A test compares them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kap_model.formats._judged import FAIL_ON as FAIL_ON, fails as fails
    from kap_model.formats.checked import Checked as Checked
    from kap_model.formats.junit import as_junit as as_junit
    from kap_model.formats.lines import as_github as as_github, as_ndjson as as_ndjson
    from kap_model.formats.linted import LINT_TOPICS as LINT_TOPICS, Linted as Linted
    from kap_model.formats.sarif import as_sarif as as_sarif

_HOMES = {
    "kap_model.formats._judged": (
        "FAIL_ON",
        "fails",
    ),
    "kap_model.formats.checked": ("Checked",),
    "kap_model.formats.junit": ("as_junit",),
    "kap_model.formats.lines": (
        "as_github",
        "as_ndjson",
    ),
    "kap_model.formats.linted": (
        "LINT_TOPICS",
        "Linted",
    ),
    "kap_model.formats.sarif": ("as_sarif",),
}

if not TYPE_CHECKING:  # what is computed, type checkers are not to see
    __all__, __getattr__, __dir__ = on_first_use(globals(), _HOMES)
