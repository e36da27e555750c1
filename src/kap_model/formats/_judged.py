"""One document and what is said of it, whatever the document is and whoever says it.

A format knows nothing else: it writes :class:`Judged` values, each with notes where it was used.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias

from attrs import frozen

from kap_model._values import Value
from kap_model.citations import Citation
from kap_model.errors import Problem
from kap_model.formats._places import Places, Region
from kap_model.report import Finding, Verdict
from kap_model.severities import SEVERITIES, Severity

_DRIVE: Final = re.compile(r"[A-Za-z]:/", re.ASCII)
# What stands for itself in a path of a URI; a colon could be taken for a scheme's.
_PLAIN: Final = re.compile(rb"[^A-Za-z0-9._~/!$&'()*+,;=@-]")
_START: Final = Region(1, 1, 1, 1)

FAIL_ON: Final = ("error", "warning", "advice", "pending", "unknown", "never")
"""What may make a run fail: a severity or worse, two verdicts, or nothing at all."""
_UNDECIDED: Final = ("pending", "unknown")

Level: TypeAlias = Literal["error", "warning", "note"]
LEVEL_OF_SEVERITY: Final[dict[Severity, Level]] = {
    "error": "error",
    "warning": "warning",
    "advice": "note",
}


class Topic(Protocol):
    """What may be said against a document; a rule of the catalogue is one."""

    @property
    def id(self) -> str:
        """Its name, in capitals with hyphens."""
        ...

    @property
    def says(self) -> str:
        """What is asked for, in a sentence."""
        ...

    @property
    def why(self) -> str:
        """The reason for it."""
        ...

    @property
    def severity(self) -> Severity:
        """How much it usually weighs."""
        ...

    @property
    def cites(self) -> tuple[Citation, ...]:
        """Who says so, where somebody does."""
        ...


class Printable(Protocol):
    """What a verb says of a document: text by ``str``, values by ``to_dict``."""

    def to_dict(self) -> dict[str, Any]:
        """The value as JSON values."""
        ...


class Note(NamedTuple):
    """One thing that is said against a document.

    Attributes:
        topic: The id of what it is about.
        severity: How much it weighs.
        message: What is wrong, in plain English.
        values: All of it as JSON values.
        parts: The parts of the document that it is about, by name.
        key: What it has in common with the same note of another run, beside its topic.
        details: More lines, each with its label.
        verdict: As a finding has it; ``None`` where what is said is simply so.
        waived: Whether the practice accepts it.
    """

    topic: str
    severity: Severity
    message: str
    values: Mapping[str, Any]
    parts: Sequence[str]
    key: Sequence[str]
    details: Sequence[tuple[str, str]] = ()
    verdict: Verdict | None = None
    waived: bool = False

    @property
    def kind(self) -> str:
        """Verdict and severity."""
        return self.severity if self.verdict is None else f"{self.verdict} {self.severity}"

    @property
    def heading(self) -> str:
        """Verdict and severity, and whether it is waived, as people read it."""
        waived = ", waived" if self.waived else ""
        if self.verdict is None:
            return f"{self.severity}{waived}"
        return f"{self.verdict} ({self.severity}{waived})"


Weighed: TypeAlias = Finding | Note
"""What may make a run fail."""


class Judgement(NamedTuple):
    """What is said of one document, in words.

    Attributes:
        subject: The id of what was judged.
        notes: What is said against it, in order.
        topics: The ids of all that was asked, each with why it does not apply, if it does not.
        about: By what it was judged.
        own: What a practice of its own asks, beside what every document of its kind is asked.
    """

    subject: str
    notes: Sequence[Note]
    topics: Mapping[str, str | None]
    about: dict[str, str]
    own: Sequence[Topic] = ()


@frozen(kw_only=True, repr=False, slots=False)
class Judged(Value, ABC):
    """One document and what is said of it.

    Attributes:
        name: The file's path with forward slashes, as seen from the root of the repository or
            from where the judgement ran; or what else people call it, such as ``stdin``.
        problems: Why it could not be used.
        text: The document's text, in which its parts are looked up; empty = not at hand.
        line: Its line in a file of lines, from 1; ``None`` = it is the whole file.
    """

    name: str
    problems: tuple[Problem, ...] = ()
    text: str = ""
    line: int | None = None

    @property
    @abstractmethod
    def result(self) -> Printable | None:
        """What is said of it, as the verb gave it; ``None`` = the document could not be used."""

    @property
    @abstractmethod
    def weights(self) -> Sequence[Weighed]:
        """What each note weighs; for plans found with less work than the notes themselves."""

    @property
    @abstractmethod
    def judgement(self) -> Judgement | None:
        """The result in words; ``None`` = there is none."""

    @abstractmethod
    def find_parts(self) -> Places:
        """Where in the text its parts stand; under ``None``, where it names itself."""

    @property
    def is_file(self) -> bool:
        """Whether there is a file to point at."""
        return True

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
    def _places(self) -> Places:
        return self.find_parts()

    @property
    def head(self) -> Region:
        """Where its file, or its line, begins."""
        return self._in_file(_START)

    def region(self, part: str | None = None) -> Region:
        """Where a part stands in the file; without one, where the document names itself."""
        return self._in_file(self._places.get(part) or self._places.get(None) or _START)

    def regions(self, note: Note) -> list[tuple[str | None, Region]]:
        """Where the parts of a note stand, each once; without any, where the document does."""
        concerned: list[str | None] = list(dict.fromkeys(note.parts))
        return [(part, self.region(part)) for part in concerned or [None]]

    def _in_file(self, region: Region) -> Region:
        above = 0 if self.line is None else self.line - 1
        return region._replace(line=region.line + above, end_line=region.end_line + above)

    def __repr__(self) -> str:
        said = self.result
        told = f"{len(self.problems)} problems" if said is None else repr(said)
        return f"<{type(self).__name__} {told}>"


def fails(found: Weighed, names: Collection[str]) -> bool:
    """Whether a finding is one that names of :data:`FAIL_ON` mean; a waived one never is."""
    if found.waived or "never" in names:
        return False
    if found.verdict in _UNDECIDED:
        return found.verdict in names
    reached = SEVERITIES[SEVERITIES.index(found.severity) :]
    return any(severity in names for severity in reached)


def level(found: Weighed) -> Level:
    """How loud a finding is: only what is so is an error, and what is pending is a note."""
    if found.verdict == "pending":
        return "note"
    loud = LEVEL_OF_SEVERITY[found.severity]
    return "warning" if found.verdict == "unknown" and loud == "error" else loud
