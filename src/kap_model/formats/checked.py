"""A plan's document and what a check says about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from kap_model.formats._judged import Judged, Judgement, Note, Topic
from kap_model.formats._places import Places, session_places
from kap_model.report import Finding, Report

_NO_LIMIT: Final = "the protocol sets no limit for this rule"


@frozen(kw_only=True, repr=False, slots=False)
class Checked(Judged):
    """A plan's document and what a check says about it; its parts are sessions, by id.

    Attributes:
        name: The file's path with forward slashes, as seen from the root of the repository or
            from where the check ran; or what else people call it, such as ``stdin``.
        report: What the check says; ``None`` = the document could not be used.
        problems: Why it could not be used.
        text: The document's text, in which sessions are looked up; empty = not at hand.
        line: Its line in a file of lines, from 1; ``None`` = it is the whole file.
    """

    report: Report | None = None

    @property
    def result(self) -> Report | None:
        """The report."""
        return self.report

    @property
    def weights(self) -> Sequence[Finding]:
        """The findings."""
        return () if self.report is None else self.report.findings

    @property
    def judgement(self) -> Judgement | None:
        """The report in words."""
        report = self.report
        if report is None:
            return None
        idle = report.not_applicable
        about: dict[str, str] = {
            "protocol": report.protocol,
            "protocol_source": report.protocol_source,
        }
        return Judgement(
            subject=report.plan,
            notes=[_note(report.plan, finding) for finding in report.findings],
            topics={rule: _NO_LIMIT if rule in idle else None for rule in report.rule_ids},
            about=about if report.as_of is None else about | {"as_of": report.as_of},
            own=_own(report),
        )

    def find_parts(self) -> Places:
        """Where its sessions stand."""
        return session_places(self.text)


def _own(report: Report) -> Sequence[Topic]:
    if not report.house_rules:
        return ()
    # Late: who has no house rule need not load the forms.
    from kap_model.forms.judging import rules_of_house

    return rules_of_house(report.house_rules)


def _note(plan: str, finding: Finding) -> Note:
    said = finding.to_dict()
    left_out = ("rule", "message", "waived")  # said elsewhere in a note
    details = [(key, said[key]) for key in ("observed", "required", "opens", "due", "action")]
    if finding.sessions:
        details.insert(0, ("sessions", ", ".join(finding.sessions)))
    return Note(
        topic=finding.rule,
        severity=finding.severity,
        message=said["message"],
        verdict=finding.verdict,
        waived=finding.waived,
        parts=finding.sessions,
        key=finding.sessions,
        details=[
            *((label, text) for label, text in details if text is not None),
            ("source", str(finding.citation)),
        ],
        values={"plan": plan} | {key: said[key] for key in said if key not in left_out},
    )
