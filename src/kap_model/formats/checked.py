"""One document and what a check says about it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from attrs import frozen

from kap_model._values import Value
from kap_model.errors import Problem
from kap_model.formats._places import Region, places
from kap_model.report import Finding, Report

_DRIVE: Final = re.compile(r"[A-Za-z]:/", re.ASCII)
# What stands for itself in a path of a URI; a colon could be taken for a scheme's.
_PLAIN: Final = re.compile(rb"[^A-Za-z0-9._~/!$&'()*+,;=@-]")


@frozen(kw_only=True, repr=False, slots=False)
class Checked(Value):
    """One document and what a check says about it.

    Attributes:
        name: The file's path with forward slashes, as seen from the root of the repository or
            from where the check ran; or what else people call it, such as ``stdin``.
        report: What the check says; ``None`` = the document could not be used.
        problems: Why it could not be used.
        text: The document's text, in which sessions are looked up; empty = not at hand.
        line: Its line in a file of lines, from 1; ``None`` = it is the whole file.
    """

    name: str
    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    text: str = ""
    line: int | None = None

    @property
    def place(self) -> str:
        """Its name, with its line in a file of lines."""
        return self.name if self.line is None else f"{self.name}:{self.line}"

    @property
    def uri(self) -> str:
        """Its name as a URI reference."""
        encoded = self.name.encode("utf-8", "surrogateescape")
        path = _PLAIN.sub(lambda byte: b"%%%02X" % byte[0][0], encoded).decode()
        if _DRIVE.match(self.name):
            return f"file:///{self.name[:2]}{path[4:]}"
        return f"file://{path}" if path.startswith("/") else path

    @cached_property
    def _places(self) -> dict[str | None, Region]:
        return places(self.text)

    def region(self, session: str | None = None) -> Region:
        """Where a session stands in the file; without one, where the plan names itself."""
        above = 0 if self.line is None else self.line - 1
        found = self._places.get(session) or self._places.get(None) or Region(1, 1, 1, 1)
        return found._replace(line=found.line + above, end_line=found.end_line + above)

    def regions(self, finding: Finding) -> list[tuple[str | None, Region]]:
        """Where the sessions of a finding stand, each once; without any, where the plan does."""
        concerned: list[str | None] = list(dict.fromkeys(finding.sessions))
        return [(session, self.region(session)) for session in concerned or [None]]

    def __repr__(self) -> str:
        said = f"{len(self.problems)} problems" if self.report is None else repr(self.report)
        return f"<Checked {said}>"
