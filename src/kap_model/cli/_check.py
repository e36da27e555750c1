"""``kap-model check``: plans against a protocol, as text or JSON."""

from __future__ import annotations

import argparse
from typing import Final

from kap_model._time import moment_of_judgement
from kap_model.checking import check
from kap_model.cli._inputs import UnusableError, chosen_protocol, read_plan
from kap_model.cli._result import FOUND, GOOD, UNUSABLE, Result, json_text
from kap_model.documents import load_waivers
from kap_model.errors import InputError
from kap_model.protocol import SEVERITIES
from kap_model.report import Finding, Report
from kap_model.waivers import Waiver

FAIL_ON: Final = ("error", "warning", "advice", "pending", "unknown", "never")


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
