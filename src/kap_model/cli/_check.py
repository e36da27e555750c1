"""``kap-model check``: plans against a protocol, as text or JSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from kap_model._time import moment_of_judgement
from kap_model.checking import check
from kap_model.cli._result import FOUND, GOOD, UNUSABLE, Result, json_text
from kap_model.documents import load_protocol, load_waivers, loads
from kap_model.documents.plans import read_bytes, read_limited
from kap_model.errors import InputError
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices import BY_NAME
from kap_model.protocol import SEVERITIES, CareProtocol
from kap_model.report import Finding, Report
from kap_model.waivers import Waiver

FAIL_ON: Final = ("error", "warning", "advice", "pending", "unknown", "never")
STDIN: Final = "-"


class UnusableError(Exception):
    """An argument or file that cannot be used; its text is a line for each problem."""

    def __init__(self, name: str, error: InputError | OSError) -> None:
        self.lines: tuple[str, ...]
        if isinstance(error, OSError):
            self.lines = (f"{name}: {error.strerror or 'cannot be read'}",)
        elif name.startswith("--"):
            self.lines = tuple(f"{name}: {problem.reason}" for problem in error.problems)
        else:
            self.lines = tuple(f"{name}: {problem}" for problem in error.problems)
        super().__init__(*self.lines)


def check_files(arguments: argparse.Namespace) -> Result:
    """Check each file; what cannot be used is said, and the rest goes on."""
    try:
        protocol = chosen_protocol(arguments.protocol)
        waivers = _waivers(arguments.waivers)
        as_of = arguments.as_of
        if as_of is not None:
            _usable("--as-of", as_of)
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    reports: list[Report] = []
    complaints: list[str] = []
    for name in arguments.files:
        try:
            plan = read_plan(name)
        except UnusableError as error:
            complaints += error.lines
            continue
        reports.append(check(plan, protocol, as_of=as_of, waivers=waivers))
    names = frozenset(arguments.fail_on or ("error",))
    failing = any(fails(finding, names) for report in reports for finding in report.findings)
    status = UNUSABLE if complaints else FOUND if failing else GOOD
    return Result(status, _written(reports, arguments.format), tuple(complaints))


def fails(finding: Finding, names: frozenset[str]) -> bool:
    """Whether a finding is one that ``--fail-on`` names."""
    if finding.waived or "never" in names:
        return False
    if finding.verdict != "violated":
        return finding.verdict in names
    reached = SEVERITIES[SEVERITIES.index(finding.severity) :]
    return not names.isdisjoint(reached)


def read_plan(name: str) -> Plan:
    """The plan of a file, or of stdin.

    Raises:
        UnusableError: With a line for each problem.
    """
    if name == STDIN and sys.stdin is None:
        raise UnusableError("stdin", OSError(0, "is closed"))
    try:
        return loads(read_limited(sys.stdin.buffer) if name == STDIN else read_bytes(name))
    except (InputError, OSError) as error:
        unusable = UnusableError("stdin" if name == STDIN else name, error)
    raise unusable


def chosen_protocol(choice: str | None) -> CareProtocol | None:
    """The protocol of ``--protocol``: a built-in practice's, else a document's.

    Raises:
        UnusableError: There is neither such a practice nor such a file, or it is no protocol.
    """
    if choice is None:
        return None
    if choice in BY_NAME:
        return BY_NAME[choice].protocol
    if not choice or not Path(choice).exists():
        reason = f"is neither a practice (known: {', '.join(PRACTICE_NAMES)}) nor a file"
        raise UnusableError(choice or "--protocol", OSError(0, reason))
    try:
        return load_protocol(choice)
    except (InputError, OSError) as error:
        unusable = UnusableError(choice, error)
    raise unusable


def _waivers(name: str | None) -> tuple[Waiver, ...]:
    if name is None:
        return ()
    try:
        return load_waivers(name)
    except (InputError, OSError) as error:
        unusable = UnusableError(name, error)
    raise unusable


def _usable(name: str, as_of: str) -> None:
    try:
        moment_of_judgement(as_of)
    except InputError as error:
        unusable = UnusableError(name, error)
    else:
        return
    raise unusable


def _written(reports: list[Report], form: str) -> str:
    if form == "json":
        return json_text({"reports": [report.to_dict() for report in reports]})
    return "\n".join(f"{report}\n" for report in reports)
