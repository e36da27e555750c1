"""How a command answers with one value, or says why it has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from kap_model.cli._inputs import STDIN, UnusableError
from kap_model.cli._result import GOOD, UNUSABLE, Result, json_text
from kap_model.errors import InputError


class Printable(Protocol):
    """What a verb gives: text by ``str``, values by ``to_dict``."""

    def to_dict(self) -> dict[str, Any]:
        """The value as JSON values."""
        ...


def answered(name: str, form: str, answer: Callable[[], Printable]) -> Result:
    """A verb's value in the form that was asked for."""
    return written(name, lambda: shown(answer(), form))


def shown(value: Printable, form: str) -> str:
    """A value as text or JSON."""
    return json_text(value.to_dict()) if form == "json" else f"{value}\n"


def written(name: str, answer: Callable[[], str]) -> Result:
    """A text to print, or each reason why there is none."""
    try:
        text = answer()
    except UnusableError as error:
        return Result(UNUSABLE, complaints=error.lines)
    except InputError as error:
        return Result(UNUSABLE, complaints=UnusableError(name, error).lines)
    return Result(GOOD, text)


def named(file: str) -> str:
    """How messages call a file."""
    return "stdin" if file == STDIN else file
