"""What checks and lints say, in the formats that CI systems and other software read.

Each format is a pure function of documents' names, their texts and what is said of them:
:class:`Checked` for plans, :class:`Linted` for protocols. Nothing here reads a file or a clock.
"""

from kap_model.formats._judged import FAIL_ON, fails
from kap_model.formats.checked import Checked
from kap_model.formats.junit import as_junit
from kap_model.formats.lines import as_github, as_ndjson
from kap_model.formats.linted import LINT_TOPICS, Linted
from kap_model.formats.sarif import as_sarif

__all__ = [
    "FAIL_ON",
    "LINT_TOPICS",
    "Checked",
    "Linted",
    "as_github",
    "as_junit",
    "as_ndjson",
    "as_sarif",
    "fails",
]
