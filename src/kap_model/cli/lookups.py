"""``kap-model explain``, ``rules``, ``schema`` and ``calendar``: what is looked up, as it stands.

They have nothing in common, so each loads what it needs by itself.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from kap_model.cli._command import (
    GOOD,
    UNUSABLE,
    Result,
    UnusableError,
    add_format,
    json_text,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kap_model.forms.house_rules import HouseRule
    from kap_model.protocol import CareProtocol
    from kap_model.rules._rule import Rule


def add_explain(parser: argparse.ArgumentParser) -> None:
    """Add what ``explain`` takes."""
    parser.description = "Say what a rule says, why, who says so, and show plans that differ in it."
    parser.add_argument("rule", metavar="RULE", help="a rule's id, such as INTEG-EACH")
    _add_protocol(parser)
    add_format(parser)
    parser.set_defaults(run=explain)


def _add_protocol(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--protocol",
        metavar="NAME|FILE",
        help="a built-in practice or a protocol document: its house rules too, sentences with its "
        "figures; default: the catalogue without figures",
    )


def explain(arguments: argparse.Namespace) -> Result:
    """One rule: its sentence, why, who says so, its limits, and two plans that differ in it."""
    return _under(arguments, _explained)


def _explained(arguments: argparse.Namespace, care: CareProtocol | None) -> Result:
    import difflib

    from kap_model.display.rules import rule_text

    rules = {rule.id: rule for rule in _rules_of(care)}
    rule = rules.get(arguments.rule)
    if rule is None:
        near = difflib.get_close_matches(arguments.rule.upper(), rules, n=1)
        hint = f"did you mean {near[0]}?" if near else "kap-model rules lists them"
        return Result(UNUSABLE, complaints=(f"RULE: must be the id of a rule; {hint}",))
    if arguments.format == "json":
        return Result(GOOD, json_text(_as_dict(rule, care)))
    return Result(GOOD, rule_text(rule, care) + "\n")


def _under(
    arguments: argparse.Namespace,
    answer: Callable[[argparse.Namespace, CareProtocol | None], Result],
) -> Result:
    """An answer under the protocol that is chosen, or the reasons why that cannot be used."""
    if arguments.protocol is None:
        return answer(arguments, None)
    from kap_model.cli._inputs import protocol_of

    try:
        care = protocol_of(arguments.protocol)
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    return answer(arguments, care)


def _rules_of(care: CareProtocol | None) -> tuple[Rule, ...]:
    """The catalogue; under a protocol with its figures, and its house rules after it, off or on."""
    from kap_model.checking import rules_under
    from kap_model.forms.judging import rules_of_house
    from kap_model.rules.catalogue import RULES

    if care is None:
        return RULES
    rules = rules_under(care)
    on = {rule.id for rule in rules}
    off = {line.id: line for line in care.rules if not line.is_off and line.id not in on}
    return (*rules, *rules_of_house(tuple(off.values())))


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add what ``rules`` takes."""
    parser.description = "List every rule with its severity and its sentence."
    _add_protocol(parser)
    add_format(parser)
    parser.set_defaults(run=list_rules)


def list_rules(arguments: argparse.Namespace) -> Result:
    """Every rule with its severity and its sentence."""
    return _under(arguments, _listed)


def _listed(arguments: argparse.Namespace, care: CareProtocol | None) -> Result:
    from kap_model.display._text import table

    rules = _rules_of(care)
    if arguments.format == "json":
        return Result(GOOD, json_text({"rules": [_as_dict(rule, care) for rule in rules]}))
    rows = [(rule.id, _severity(rule, care), rule.says) for rule in rules]
    return Result(GOOD, "\n".join(table(rows)) + "\n")


def _is_on(rule: Rule, care: CareProtocol) -> bool:
    house = care.rules_on(None)
    if rule.id in care.house_ids:
        return any(line.id == rule.id for line in house)
    return rule.applies(care.limits_on(None), house)


def _severity(rule: Rule, care: CareProtocol | None) -> str:
    if care is None:
        return rule.severity
    return rule.severities if _is_on(rule, care) else "off"


def _as_dict(rule: Rule, care: CareProtocol | None) -> dict[str, Any]:
    under: dict[str, Any] = {}
    lines: dict[str, Any] = {}
    if care is not None:
        above = rule.severity_of("above")
        under = {"severity_above": above, "on": _is_on(rule, care)}
        if rule.id in care.house_ids:
            dated = [line for line in care.rules if line.id == rule.id]
            lines = {"lines": [_line_as_dict(line) for line in dated]}
    return {
        "rule": rule.id,
        "severity": rule.severity,
        **under,
        "says": rule.says,
        "why": rule.why,
        "citations": [citation.to_dict() for citation in rule.cites],
        "reads": list(rule.reads),
        **lines,
    }


def _line_as_dict(line: HouseRule) -> dict[str, Any]:
    """One dated line of a house rule, with the sentences of its own and of its form."""
    from kap_model.planning.changes import form_of
    from kap_model.severities import severity_json

    form = form_of(line)
    return {
        "since": None if line.since is None else line.since.isoformat(),
        "form": "off" if form is None else form.form,
        "says": None if form is None else line.sentence,
        "form_says": None if form is None else form.says,
        "severity": None if form is None else severity_json(line.severity),
        "action": line.action,
        "citation": line.citation.to_dict(),
    }


def add_schema(parser: argparse.ArgumentParser) -> None:
    """Add what ``schema`` takes."""
    parser.description = "Print the JSON Schema (2020-12) of a kind of document, or of reports."
    # Not as choices: the parser would repeat what was typed.
    parser.add_argument(
        "name", metavar="NAME", help="plan, protocol, fees, waivers, slots or report"
    )
    parser.set_defaults(run=print_schema)


def print_schema(arguments: argparse.Namespace) -> Result:
    """The schema of a kind of document, as it is shipped."""
    from kap_model.documents.schemas import NAMES, schema_text

    if arguments.name not in NAMES:
        return Result(UNUSABLE, complaints=("NAME: must be one of " + ", ".join(NAMES),))
    return Result(GOOD, schema_text(arguments.name))


def add_calendar(parser: argparse.ArgumentParser) -> None:
    """Add what ``calendar`` takes."""
    from kap_model.calendars import TITLES

    parser.description = (
        "Print a plan as iCalendar text: private events that say when, and not for what."
    )
    parser.add_argument("file", metavar="FILE", help="a plan document; - is stdin")
    parser.add_argument(
        "--as-of",
        metavar="T",
        required=True,
        help="now, such as 2027-02-01T12:00:00-08:00: of two texts calendars follow the later",
    )
    parser.add_argument(
        "--titles",
        choices=TITLES,
        default="neutral",
        help="kinds names each session's kind; default: neutral, every event is an appointment",
    )
    parser.set_defaults(run=print_calendar)


def print_calendar(arguments: argparse.Namespace) -> Result:
    """A plan as iCalendar text, or the reason why there is none."""
    from kap_model.calendars import CalendarLibraryMissingError, to_ical
    from kap_model.cli._inputs import named, read_plan

    notes: list[str] = []
    try:
        return written(
            named(arguments.file),
            lambda: to_ical(
                read_plan(arguments.file, notes), as_of=arguments.as_of, titles=arguments.titles
            ),
            notes,
        )
    except CalendarLibraryMissingError as missing:
        return Result(UNUSABLE, complaints=(f"calendar: {missing}",))


OPTIONS: Final = {
    "explain": add_explain,
    "rules": add_rules,
    "schema": add_schema,
    "calendar": add_calendar,
}
