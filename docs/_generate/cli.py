"""The commands, read from the parser's actions: its own help looks different in each Python."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping

from _generate import NOTE
from kap_model.cli._parser import CommandParser, command_line

_WIDTH = 80
_HELP = ("-h", "--help")
_STATUSES = (
    (0, "nothing is wrong"),
    (1, "there are findings that `--fail-on` names, or a protocol that `lint` finds fault with"),
    (2, "an input or an argument was unusable, or the result could not be written"),
    (3, "a bug of ours"),
    (130, "interrupted"),
)
_FORMATS = {
    "text": "for people",
    "json": "one document, for programs",
    "ndjson": "one JSON object on each line, as plans come",
    "sarif": "SARIF 2.1.0, for code scanning",
    "junit": "JUnit XML, for test reports",
    "github": "workflow commands, for annotations",
    "plan": "the whole new plan document",
}


def cli_page() -> str:
    """Every command with its arguments, the statuses and the formats."""
    parser = command_line()
    commands = commands_of(parser)
    lines = [NOTE, "# Command line", "", f"{parser.description} {parser.epilog}", ""]
    lines += ["`kap-model COMMAND --help` shows the options of a command; they are written in"]
    lines += ["full. Results go to stdout, everything else to stderr. No command reads a clock."]
    lines += ["", "| command | does |", "| --- | --- |"]
    lines += [f"| [`{name}`](#{name}) | {says} |" for name, (says, _) in commands.items()]
    lines += ["| `--version` | print the version |", "", "## Exit status", ""]
    lines += ["| status | means |", "| --- | --- |"]
    lines += [f"| {status} | {says} |" for status, says in _STATUSES]
    lines += ["", "## Formats", "", "| `--format` | is | of |", "| --- | --- | --- |"]
    lines += _formats(commands)
    for name, (_, command) in commands.items():
        lines += ["", f"## {name}", "", *_command(name, command)]
    return "\n".join(lines) + "\n"


def commands_of(
    parser: argparse.ArgumentParser,
) -> Mapping[str, tuple[str, argparse.ArgumentParser]]:
    """Each command with what it does and its own parser."""
    (group,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]  # noqa: SLF001 - argparse tells nobody else
    says = {action.dest: action.help or "" for action in group._choices_actions}  # noqa: SLF001 - likewise
    for command in group.choices.values():
        if isinstance(command, CommandParser):
            command.complete()
    return {name: (says[name], command) for name, command in group.choices.items()}


def _formats(commands: Mapping[str, tuple[str, argparse.ArgumentParser]]) -> Iterator[str]:
    for name, says in _FORMATS.items():
        takers = [
            command
            for command, (_, parser) in commands.items()
            if any(
                name in (a.choices or ()) and "--format" in a.option_strings for a in _own(parser)
            )
        ]
        yield f"| `{name}` | {says} | {', '.join(f'`{taker}`' for taker in takers)} |"


def _own(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [a for a in parser._actions if not set(a.option_strings) & set(_HELP)]  # noqa: SLF001 - likewise


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield parser.description or ""
    yield ""
    yield "```text"
    yield from _usage(name, [_use(action) for action in _ordered(parser)])
    yield "```"
    yield ""
    yield "| argument | meaning |"
    yield "| --- | --- |"
    for action in _ordered(parser):
        yield f"| {_named(action)} | {_meaning(action)} |"


def _usage(name: str, uses: Iterable[str]) -> Iterator[str]:
    line = f"kap-model {name}"
    for use in uses:
        if len(line) + 1 + len(use) > _WIDTH:
            yield line
            line = "   "
        line += f" {use}"
    yield line


def _ordered(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What has to be given first, then the options as they are declared."""
    return sorted(_own(parser), key=lambda a: (bool(a.option_strings), not a.required))


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar is not None:
        return str(action.metavar)
    return "|".join(map(str, action.choices or ())) or action.dest.upper()


def _use(action: argparse.Action) -> str:
    shown = " ".join([*action.option_strings[:1], _value(action)]).strip()
    if action.nargs == "+":
        shown += " …"
    elif isinstance(action, argparse._AppendAction):  # noqa: SLF001 - likewise
        return f"[{shown}]…"
    return shown if action.required else f"[{shown}]"


def _named(action: argparse.Action) -> str:
    value = _value(action) if action.choices is None else ""
    return f"`{' '.join([*action.option_strings, value]).strip()}`".replace("|", "\\|")


def _meaning(action: argparse.Action) -> str:
    choices = ", ".join(f"`{choice}`" for choice in action.choices or ())
    said = [part for part in (choices, (action.help or "").replace("|", "\\|")) if part]
    default = action.default
    if (
        isinstance(default, str | int)
        and default is not False
        and "default:" not in str(action.help)
    ):
        said.append(f"default: {default}")
    if action.required and action.option_strings:
        said.append("required")
    return "; ".join(said)
