"""What checks say, in the formats that CI systems and other software read.

Each format is a pure function of :class:`Checked` values, which hold a document's name, its text
and what a check says about it. Nothing here reads a file or a clock.
"""

from kap_model.formats.checked import Checked
from kap_model.formats.failing import FAIL_ON, fails
from kap_model.formats.github import as_github
from kap_model.formats.junit import as_junit
from kap_model.formats.ndjson import as_ndjson
from kap_model.formats.sarif import as_sarif

__all__ = ["FAIL_ON", "Checked", "as_github", "as_junit", "as_ndjson", "as_sarif", "fails"]
