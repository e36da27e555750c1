"""The public names, by group, as ``inspect`` knows them; the same in every Python."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Final, ForwardRef, get_args

import kap_model as kap
from _generate import NOTE, plain
from _generate.modules import MODULES, constant_line, error_class, in_order, is_shown

_WIDTH: Final = 88

GROUPS: Final = {
    "Checking": ("breach", "checking", "report", "rules", "waivers", "batch", "coverage"),
    "Values": ("sessions", "plan", "notation", "course"),
    "Protocols": ("protocol", "forms", "limits", "usual", "citations", "practices"),
    "Documents": ("documents",),
    "Planning": ("planning", "slots"),
    "Prices": ("pricing", "fees", "money"),
    "Exports": ("calendars", "display", "formats", "tables"),
    "Errors": ("errors",),
}


def _words(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in get_args(words))


_CONSTANTS: Final = {
    "RULES": ("rules", "tuple[Rule, ...]", "Every rule in the order of findings."),
    "GOOD_FAITH": ("pricing", "GoodFaithRules", "The figures in force since 1 January 2022."),
    "PSYCHOTHERAPY_BANDS": (
        "pricing",
        "tuple[TimeBand, ...]",
        "The codes of psychotherapy with the minutes that each is for.",
    ),
    "AnySession": (
        "sessions",
        "Consultation | MedicalEvaluation | Preparation | Dosing | Integration | MedicalReview",
        "A session of one of the six kinds, for `match` and type checkers.",
    ),
    "Kind": ("sessions", "Literal", f"The kinds of sessions: {_words(kap.Kind)}."),
    "Place": ("sessions", "Literal", f"Where a session is held: {_words(kap.Place)}."),
    "Format": ("sessions", "Literal", f"How it is held: {_words(kap.Format)}."),
    "Status": ("sessions", "Literal", f"What became of it: {_words(kap.Status)}."),
    "EvaluationOutcome": (
        "sessions",
        "Literal",
        f"What an evaluation decides: {_words(kap.EvaluationOutcome)}.",
    ),
    "ReviewOutcome": (
        "sessions",
        "Literal",
        f"What a review decides: {_words(kap.ReviewOutcome)}.",
    ),
    "__version__": ("checking", "str", "The version of the package."),
}
_BY_IDENTITY: Final = {id(getattr(kap, name)): name for name in _CONSTANTS}


def api_page() -> str:
    """Every public name once, with its signature and what it is."""
    lines = [
        NOTE,
        "# Python",
        "",
        "`import kap_model as kap`; every name is `kap.NAME`, but for those",
    ]
    lines += [
        "at the end, which are taken from a module of the package. Values are frozen, hashable"
    ]
    lines += ["and picklable; arguments after `*` go by name."]
    for group in GROUPS:
        names = [name for name in vars(kap)["__all__"] if group_of(name) == group]
        lines += ["", f"## {group}"] if names else []
        for name in sorted(names, key=_place):
            lines += ["", *_name(name, getattr(kap, name))]
    for module in MODULES:
        lines += _module(import_module(f"kap_model.{module}"))
    return "\n".join(lines) + "\n"


def group_of(name: str) -> str:
    """The group of a public name, by the module that it comes from."""
    value = getattr(kap, name)
    if name in _CONSTANTS:
        home = _CONSTANTS[name][0]
    else:
        home = (value.__name__ if inspect.ismodule(value) else value.__module__).split(".")[1]
    for group, homes in GROUPS.items():
        if home in homes:
            return group
    raise LookupError(f"GROUPS has no place for names of kap_model.{home}")


def _place(name: str) -> tuple[bool, str]:
    """Verbs before values."""
    return not inspect.isfunction(getattr(kap, name)), name.lower()


def _name(name: str, value: Any) -> Iterator[str]:
    yield f"### `{name}`"
    yield ""
    if name in _CONSTANTS:
        _, kind, says = _CONSTANTS[name]
        yield from _code(f"{name}: {kind}")
        yield says
        return
    if not inspect.ismodule(value):
        yield from _code(signature(name, value))
    yield first_sentence(value)
    if inspect.ismodule(value):
        yield ""
        yield from _members(value)


def _module(module: ModuleType) -> Iterator[str]:
    """A section: names with a signature under headings, and before them all others by line."""
    own = [(name, value) for name, value in in_order(module) if not is_shown(name, value)]
    called = [(name, value) for name, value in own if _is_called(value)]
    yield from ["", f"## `{module.__name__}`", "", first_sentence(module)]
    shown = [name for name, value in in_order(module) if is_shown(name, value)]
    if shown:
        yield from ["", f"As `kap.NAME` above: {', '.join(f'`{name}`' for name in shown)}."]
    constants = [constant_line(module, name) for name, value in own if not _is_called(value)]
    yield from ["", *constants] if constants else []
    home = module.__name__.removeprefix("kap_model.")
    for name, value in called:
        yield from ["", f"### `{home}.{name}`", ""]
        yield from _code(error_class(name, value) or signature(name, value))
        yield first_sentence(value)


def _is_called(value: Any) -> bool:
    is_alias = hasattr(value, "__origin__")
    return inspect.isfunction(value) or (inspect.isclass(value) and not is_alias)


def _code(text: str) -> Iterator[str]:
    yield "```python"
    yield text
    yield "```"
    yield ""


def _members(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        value = getattr(module, name)
        if name in vars(kap)["__all__"]:
            yield f"- [`{name}`](#{name.lower()})"
        elif inspect.isclass(value):
            yield f"- `{signature(name, value, width=0)}`: {first_sentence(value)}"
        else:
            yield f"- `{name}`"


def first_sentence(value: Any) -> str:
    """The first paragraph of what a name says of itself, on one line."""
    return plain(inspect.getdoc(value) or "")


def signature(name: str, value: Any, width: int = _WIDTH) -> str:
    """How a name is called; over several lines where it is wider than that, 0 = never."""
    found = inspect.signature(value)
    parts = list(_parameters(found))
    is_class = inspect.isclass(value)
    opening = f"class {name}(" if is_class else f"def {name}("
    closing = ")" if is_class else f") -> {_type(found.return_annotation)}"
    line = f"{opening}{', '.join(parts)}{closing}"
    if not width:
        return line.removeprefix("class ")
    if len(line) <= width:
        return line
    return "\n".join([opening, *(f"    {part}," for part in parts), closing])


def _parameters(found: inspect.Signature) -> Iterator[str]:
    named = False
    for parameter in found.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not named:
            named = True
            yield "*"
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        text = f"{stars}{parameter.name}: {_type(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            text += f" = {_default(parameter.default)}"
        yield text


def _type(annotation: Any) -> str:
    if isinstance(annotation, ForwardRef):
        return annotation.__forward_arg__
    return annotation if isinstance(annotation, str) else str(annotation.__name__)


def _default(value: Any) -> str:
    if id(value) in _BY_IDENTITY:
        return _BY_IDENTITY[id(value)]
    plain = value is None or isinstance(value, bool | int) or value == ()
    if isinstance(value, str):
        return json.dumps(value)
    return repr(value) if plain else "..."
