"""How selectors read in sentences: ``every remote dosing``, ``the second of the reviews``."""

from __future__ import annotations

from typing import Final

from kap_model.breach import listed
from kap_model.forms.selectors import Selector
from kap_model.sessions import KINDS, MEDICAL_KINDS

_ORDINAL_WORDS: Final = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}


def ordinal(number: int) -> str:
    """``first``, ``tenth``, ``21st``."""
    if number <= len(_ORDINAL_WORDS):
        return _ORDINAL_WORDS[number - 1]
    teen = number % 100 // 10 == 1
    return f"{number}{'th' if teen else _ENDINGS.get(number % 10, 'th')}"


def with_article(thing: str) -> str:
    """``a dosing``, ``an integration``."""
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def either(words: tuple[str, ...]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    *others, last = words
    return " or ".join(filter(None, [", ".join(others), last]))


def _around(selector: Selector) -> tuple[str, str]:
    """What stands before and after the kinds."""
    before, after = "", ""
    if selector.phase == "maintenance":
        before += "maintenance "
    if selector.place == ("remote",):
        before += "remote "
    if selector.place == ("office",):
        after += " at the office"
    if selector.format is not None and len(selector.format) == 1:
        before += f"{selector.format[0]} "
    if selector.level is not None:
        after += f" of level {either(selector.level)}"
    if selector.route is not None:
        after += f" by the {either(selector.route)} route"
    return before, after


def _kinds(selector: Selector) -> tuple[str, ...]:
    """The kinds as words; evaluations and reviews are medical contacts, all kinds are sessions."""
    if selector.kind == KINDS:
        return ("session",)
    if selector.kind == MEDICAL_KINDS:
        return ("medical contact",)
    return tuple(kind.replace("-", " ") for kind in selector.kind)


def singular(selector: Selector) -> str:
    """``remote dosing``, ``preparation or integration``; the ordinal is left out."""
    before, after = _around(selector)
    return before + either(_kinds(selector)) + after


def plural(selector: Selector) -> str:
    """``remote dosings``, ``preparations and integrations``; the ordinal is left out."""
    before, after = _around(selector)
    return before + listed(kind + "s" for kind in _kinds(selector)) + after


def numbered(number: int, selector: Selector) -> str:
    """``1 dosing``, ``2 dosings``, ``2 preparations or integrations``."""
    if number == 1:
        return f"1 {singular(selector)}"
    before, after = _around(selector)
    kinds = either(tuple(kind + "s" for kind in _kinds(selector)))
    return f"{number} {before}{kinds}{after}"


def together(number: int, selector: Selector) -> str:
    """How many there are in all: ``1 dosing``, ``2 preparations and integrations``."""
    return numbered(1, selector) if number == 1 else f"{number} {plural(selector)}"


def one_of(selector: Selector) -> str:
    """One that it selects, without an article: ``dosing``, ``dosing among the first 2``."""
    one = singular(selector)
    if selector.first is not None:
        return f"{one} among the first {selector.first}"
    if selector.nth is not None:
        return f"{one} that is the {ordinal(selector.nth)}"
    if selector.every is not None:
        return f"{one} among every {ordinal(selector.every)}"
    return one if selector.from_ is None else f"{one} from the {ordinal(selector.from_)} on"


def every(selector: Selector) -> str:
    """All that it selects, one by one: ``every dosing``, ``the first dosing``."""
    one = singular(selector)
    if selector.first is not None and selector.first > 1:
        return f"each of the first {selector.first} {plural(selector)}"
    if selector.nth is not None or selector.first is not None:
        return f"the {ordinal(selector.nth or 1)} {one}"
    if selector.every is not None and selector.every > 1:
        return f"every {ordinal(selector.every)} {one}"
    if selector.from_ is not None and selector.from_ > 1:
        return f"every {one} from the {ordinal(selector.from_)} on"
    return f"every {one}"


def those(selector: Selector) -> str:
    """All that it selects, together: ``the dosings``, ``the first 2 dosings``."""
    if selector.first is not None and selector.first > 1:
        return f"the first {selector.first} {plural(selector)}"
    if selector.from_ is not None and selector.from_ > 1:
        return f"the {plural(selector)} from the {ordinal(selector.from_)} on"
    return every(selector) if selector.has_ordinal else f"the {plural(selector)}"


def first_of(selector: Selector) -> str:
    """The first that it selects: ``the first dosing``, ``the third dosing``."""
    number = selector.nth or selector.every or selector.from_ or 1
    return f"the {ordinal(number)} {singular(selector)}"


def last_of(selector: Selector) -> str:
    """The last that it selects: ``the last dosing``, ``the last of the first 2 dosings``."""
    if selector.nth is not None or selector.first == 1:
        return first_of(selector)
    if selector.first is not None:
        return f"the last of the first {selector.first} {plural(selector)}"
    if selector.every is not None and selector.every > 1:
        return f"the last of every {ordinal(selector.every)} {singular(selector)}"
    return f"the last {singular(selector)}"


def first_to_last(selector: Selector, other: Selector) -> str:
    """From the first of some to the last of some: ``the first to the last dosing``."""
    same = singular(selector) == singular(other)
    whole = not selector.has_ordinal or selector.first is not None
    if same and whole and (not other.has_ordinal or (other.first or 0) > 1):
        return f"the first to {last_of(other)}"
    return f"{first_of(selector)} to {last_of(other)}"
