"""A protocol's document and what a lint says of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from attrs import frozen

from kap_model._time import date_text
from kap_model.citations import Citation
from kap_model.errors import refusal
from kap_model.formats._judged import Judged, Judgement, Note, Topic
from kap_model.formats._places import (
    EXTENDS,
    HOUSE,
    USUAL,
    Places,
    Region,
    line_name,
    protocol_places,
)
from kap_model.limits import OFF
from kap_model.planning._feasibility import FIRST_START, TOGETHER
from kap_model.planning.linting import (
    AtOdds,
    LimitAtOdds,
    Lint,
    Remark,
    Silent,
    Stretch,
    beginnings,
    remark_words,
)
from kap_model.protocol import CareProtocol
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.severities import Severity

T = TypeVar("T")


@frozen(kw_only=True)
class LintTopic:
    """Something that a lint looks at.

    Attributes:
        id: Its name, in capitals with hyphens.
        says: What is asked of a protocol, in a sentence.
        why: The reason for it.
        severity: How much it weighs.
        cites: Empty: these sentences are our own.
    """

    id: str
    says: str
    why: str
    severity: Severity
    cites: tuple[Citation, ...] = ()


CONFLICT: Final = LintTopic(
    id="CONFLICT",
    says="Some course keeps the protocol, whenever it begins.",
    why="Where limits or house rules exclude each other, no plan is free of findings.",
    severity="error",
)
UNDECIDED: Final = LintTopic(
    id="UNDECIDED",
    says="Whether some course keeps the protocol is found out.",
    why="There may be none, and nobody would know.",
    severity="error",
)
NO_EFFECT: Final = LintTopic(
    id="NO-EFFECT",
    says="Every line of a limit or house rule, severity and usual value has an effect.",
    why="What is without effect does not do what it was written for.",
    severity="warning",
)
LEANS_ON: Final = LintTopic(
    id="LEANS-ON",
    says="Every limit and house rule speaks of what each course has to have.",
    why="Where nothing asks for what it speaks of, a course without that is judged by less.",
    severity="advice",
)
FIRST_LINE: Final = LintTopic(
    id="FIRST-LINE",
    says="Every limit and house rule holds whenever a course begins.",
    why="A course that began before a first date is not judged by it, however long it goes on.",
    severity="advice",
)
NEVER_FIRES: Final = LintTopic(
    id="NEVER-FIRES",
    says="Every rule that applies can fire.",
    why="A rule that no plan can break checks nothing: its limits allow everything.",
    severity="advice",
)
ADDS_NOTHING: Final = LintTopic(
    id="ADDS-NOTHING",
    says="No rule fires only where another one fires too.",
    why="Such a rule finds nothing that the other one does not find.",
    severity="advice",
)
LINT_TOPICS: Final[tuple[Topic, ...]] = (
    CONFLICT,
    UNDECIDED,
    NO_EFFECT,
    LEANS_ON,
    FIRST_LINE,
    NEVER_FIRES,
    ADDS_NOTHING,
)
"""All that a lint looks at, worst first. What is off is no fault and has no topic."""
_TOPICS: Final = {"no-effect": NO_EFFECT, "leans": LEANS_ON, "first-line": FIRST_LINE}


@frozen(kw_only=True, repr=False, slots=False)
class Linted(Judged):
    """A protocol's document and what a lint says of it; its parts are its lines.

    Attributes:
        name: The file's path with forward slashes, or the name of a built-in practice.
        lint: What the lint says; ``None`` = the document could not be used.
        protocol: The protocol that was linted, by which lines are found; beside a lint.
        problems: Why it could not be used.
        text: The document's text, in which lines are looked up; empty = not at hand.
        line: Its line in a file of lines, from 1; ``None`` = it is the whole file.
        built_in: Whether it is a built-in practice's, which stands in no file.

    Raises:
        InvalidValue: A lint without its protocol, or a protocol without its lint.
    """

    lint: Lint | None = None
    protocol: CareProtocol | None = None
    built_in: bool = False

    def __attrs_post_init__(self) -> None:
        if (self.lint is None) is not (self.protocol is None):
            raise refusal("protocol", "must stand beside its lint")

    @property
    def result(self) -> Lint | None:
        """The lint."""
        return self.lint

    @property
    def weights(self) -> Sequence[Note]:
        """The notes themselves."""
        said = self.judgement
        return () if said is None else said.notes

    @property
    def judgement(self) -> Judgement | None:
        """The lint in words."""
        if self.lint is None or self.protocol is None:
            return None
        return Judgement(
            subject=self.lint.protocol,
            notes=_NotesOfLint(self.lint, self.protocol).all(),
            topics=dict.fromkeys(topic.id for topic in LINT_TOPICS),
            about={},
        )

    def find_parts(self) -> Places:
        """Where its lines and severities stand."""
        return protocol_places(self.text)

    @property
    def is_file(self) -> bool:
        """Whether there is a file to point at."""
        return not self.built_in

    def region(self, part: str | None = None) -> Region:
        """Where a line stands; one that is not in the file stands where the base is named.

        No base that a document names has usual values: one that is no line is a value by itself.
        """
        if part is None or part in self._places:
            return super().region(part)
        return super().region(USUAL if part.startswith(USUAL) else EXTENDS)

    def regions(self, note: Note) -> list[tuple[str | None, Region]]:
        """Where the lines of a note stand, those in the file first: they can be mended there."""
        return sorted(super().regions(note), key=lambda found: found[0] not in self._places)


@frozen
class _NotesOfLint:
    lint: Lint
    protocol: CareProtocol

    def all(self) -> list[Note]:
        stretches = self.lint.stretches
        conflicts = [((s.conflict, s.reason), s) for s in stretches if s.conflict and s.reason]
        open_ones = [(s.reason, s) for s in stretches if s.undecided and s.reason]
        never = [(silent, s) for s in stretches for silent in s.never]
        covered = [(silent, s) for s in stretches for silent in s.covered]
        return [
            *(self._conflict(limits, why, at) for (limits, why), at in _gathered(conflicts)),
            *(self._undecided(why, at) for why, at in _gathered(open_ones)),
            *(self._remark(remark) for remark in self.lint.remarks),
            *(self._silent(NEVER_FIRES, silent, at) for silent, at in _gathered(never)),
            *(self._silent(ADDS_NOTHING, silent, at) for silent, at in _gathered(covered)),
        ]

    def _conflict(self, conflict: tuple[AtOdds, ...], why: str, at: list[Stretch]) -> Note:
        kept = _listed([f"{one.name} ({one.asks.rstrip('.')})" for one in conflict])
        how = f" together{why.removeprefix(TOGETHER)}" if why.startswith(TOGETHER) else f": {why}"
        names = [one.name for one in conflict]
        return self._note(
            CONFLICT,
            f"No course{self._when(at, ' that begins {}')} keeps {kept}{how}.",
            parts=self._lines(names, at),
            key=names,
            details=[
                (
                    "limit" if isinstance(one, LimitAtOdds) else "house rule",
                    f"{one.name}: {one.asks} ({one.citation})",
                )
                for one in conflict
            ],
            said={
                "stretches": [date_text(stretch.since) for stretch in at],
                "conflict": [one.to_dict() for one in conflict],
                "reason": why,
            },
        )

    def _undecided(self, why: str, at: list[Stretch]) -> Note:
        return self._note(
            UNDECIDED,
            f"{self._when(at, 'For courses that begin {}, ')}{why}.",
            parts=[],
            key=[],
            said={"stretches": [date_text(stretch.since) for stretch in at], "reason": why},
        )

    def _remark(self, remark: Remark) -> Note:
        since = date_text(remark.since)
        return self._note(
            _TOPICS[remark.kind],
            f"{remark_words(remark)}.",
            parts=[line_name(remark.subject, since)],
            key=[line_name(remark.subject, since)],
            said=remark.to_dict(),
        )

    def _silent(self, topic: LintTopic, silent: Silent, at: list[Stretch]) -> Note:
        what = "can never fire" if silent.covered_by is None else "adds nothing"
        return self._note(
            topic,
            f"{self._when(at, 'For courses that begin {}, ')}{silent.rule} {what}: "
            f"{silent.reason}.",
            parts=self._lines(self._read_by(silent.rule), at),
            key=[silent.rule],
            said={"stretches": [date_text(stretch.since) for stretch in at], **silent.to_dict()},
        )

    def _note(self, topic: LintTopic, message: str, said: dict[str, Any], **about: Any) -> Note:
        values = {"protocol": self.lint.protocol, "severity": topic.severity, **said}
        return Note(
            topic=topic.id, severity=topic.severity, message=message, values=values, **about
        )

    def _when(self, at: list[Stretch], pattern: str) -> str:
        """When courses begin that are meant; nothing where all of them are."""
        if len(at) == len(self.lint.stretches):
            return ""
        stretches = zip(self.lint.stretches, beginnings(self.lint), strict=True)
        return pattern.format(" or ".join(text for stretch, text in stretches if stretch in at))

    @staticmethod
    def _read_by(rule: str) -> tuple[str, ...]:
        """What a rule is made of: the limits that it reads; a house rule is its own line."""
        return RULE_OF_ID[rule].reads if rule in RULE_OF_ID else (rule,)

    def _lines(self, names: Iterable[str], at: list[Stretch]) -> list[str]:
        """The names of the lines in force, of limits or house rules, for courses of stretches."""
        lines = [self._line(name, stretch.since) for stretch in at for name in names]
        return [line for line in lines if line is not None]

    def _line(self, name: str, day: dt.date | None) -> str | None:
        for rule in self.protocol.rules_on(day or FIRST_START):
            if rule.id == name:
                return line_name(f"{HOUSE}{name}", date_text(rule.since))
        lines = [line for line in self.protocol.settings if line.limit == name]
        begun = [line for line in lines if line.since is None or line.since <= (day or FIRST_START)]
        line = begun[-1] if begun else None
        unset = line is None or line.value == OFF
        return None if line is None or unset else line_name(name, date_text(line.since))


def _gathered(said: Iterable[tuple[T, Stretch]]) -> Iterator[tuple[T, list[Stretch]]]:
    """What is said, each once, with all stretches of which it is said."""
    found: dict[T, list[Stretch]] = {}
    for what, stretch in said:
        found.setdefault(what, []).append(stretch)
    yield from found.items()


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
