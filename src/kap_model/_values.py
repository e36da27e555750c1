"""What public values share: checks of plain fields, and copies that are checked again."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import attrs

from kap_model._first_use import Announced
from kap_model.errors import InvalidValue, Problem, refusal

T = TypeVar("T")

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
# Control, format, surrogate and private characters, line and paragraph separators: what is
# invisible, or reorders a text. The joiners are part of how some languages write names.
_UNSPOKEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"
LONGEST_TEXT: Final = 200
LARGEST_INTEGER: Final = 999_999_999_999
MOST_PROBLEMS: Final = 100
"""So many problems of one input are told; a last one says that there are more."""

IDENTIFIER_REASON: Final = (
    "must be 1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter or digit"
)
TEXT_REASON: Final = "must be 1 to 200 characters on one line, without spaces at the ends"


class Value(Announced):
    """A frozen value: a pickle or a copy of it goes through its constructor again."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        cls: Any = type(self)
        given = {a.alias: getattr(self, a.name) for a in attrs.fields(cls) if a.init}
        return _rebuild, (cls, given)


class Memo:
    """What is worked out of a value once and kept beside it: no part of what it says."""

    __slots__ = ("_kept", "_most")

    def __init__(self, most: int) -> None:
        self._kept: dict[Any, Any] = {}
        self._most = most

    def get(self, key: object) -> Any:
        """What is kept under a key, or ``None``."""
        return self._kept.get(key)

    def keep(self, key: object, value: T) -> T:
        """Keep a value, which is no ``None``; what would be too many begins anew."""
        if len(self._kept) >= self._most:
            self._kept.clear()
        self._kept[key] = value
        return value


def settle(value: object, *names: str) -> None:
    """Make plain what stands for a text or a number in some fields of a frozen value.

    A member of a ``StrEnum`` or the like becomes the text that it is, a number that can be an
    index the integer that it is; anything else, a boolean too, is left for a check to refuse.
    """
    for name in names:
        given = getattr(value, name)
        if isinstance(given, str):
            object.__setattr__(value, name, str.__str__(given))
        elif hasattr(given, "__index__") and not isinstance(given, bool):
            object.__setattr__(value, name, operator.index(given))


def opened(cls: type[T]) -> type[T]:
    """A twin of a frozen class whose instances take assignments.

    Give a filled one ``cls`` for its class, and it is frozen as if it had been constructed.
    """
    own = {"__slots__": (), "__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    twin: Any = type(cls.__name__, (cls,), own)
    return twin  # type: ignore[no-any-return]


def _rebuild(cls: type[Value], given: dict[str, Any]) -> Value:
    return cls(**given)


def check_identifier(value: object, path: str) -> None:
    """Refuse anything but a pseudonymous id or a label."""
    if type(value) is not str or IDENTIFIER.fullmatch(value) is None:
        raise refusal(path, IDENTIFIER_REASON)


def check_text(value: object, path: str) -> None:
    """Refuse anything but one short line of text."""
    if type(value) is not str or not 1 <= len(value) <= LONGEST_TEXT or value != value.strip():
        raise refusal(path, TEXT_REASON)
    if value.isascii() and value.isprintable():
        return
    if any(unicodedata.category(c) in _UNSPOKEN and c not in _JOINERS for c in value):
        raise refusal(path, TEXT_REASON)


def check_texts(value: object, *names: str) -> None:
    """Refuse a value whose named fields are not each one short line of text."""
    for name in names:
        check_text(getattr(value, name), name)


def check_texts_or_none(value: object, *names: str) -> None:
    """As :func:`check_texts`, where the fields are not ``None``."""
    check_texts(value, *(name for name in names if getattr(value, name) is not None))


def says(text: str, word: str) -> bool:
    """Whether a text reads as a word, however its letters are written."""
    if text.isascii():
        return text.casefold() == word
    plain = unicodedata.normalize("NFKC", text).translate(dict.fromkeys(map(ord, _JOINERS)))
    return plain.casefold().strip() == word


def below(path: str, rest: str) -> str:
    """The path of a problem that lies within another."""
    return f"{path}.{rest}" if rest and not rest.startswith("[") else path + rest


def check_integer(value: object, path: str, lowest: int, highest: int = LARGEST_INTEGER) -> None:
    """Refuse anything but a true integer between two bounds, ends included."""
    if type(value) is float:
        raise refusal(path, "must be an integer, written without a fraction or exponent")
    if type(value) is not int or not lowest <= value <= highest:
        raise refusal(path, f"must be an integer from {lowest} to {highest}")


def check_choice(value: object, path: str, choices: Iterable[str]) -> None:
    """Refuse anything but one of the words that the contract knows."""
    words = tuple(choices)
    if type(value) is not str or value not in words:
        choice = words[0] if len(words) == 1 else "one of " + ", ".join(words)
        raise refusal(path, f"must be {choice}")


def check_items(
    values: object,
    path: str,
    judge: Callable[[object, str], None],
    once_reason: str = "must name each once",
) -> None:
    """Refuse anything but a tuple of plain values that a judge accepts, each once.

    All that is wrong is told at once: every value that is refused, and whether others repeat.
    """
    if type(values) is not tuple:
        raise refusal(path, "must be a sequence of labels")
    problems: list[Problem] = []
    sound: list[object] = []
    for index, value in enumerate(values):
        try:
            judge(value, f"{path}[{index}]")
        except InvalidValue as error:
            problems += error.problems
        else:
            sound.append(value)
        if len(problems) > MOST_PROBLEMS:
            break
    if len(set(sound)) != len(sound):
        problems.append(Problem(path, once_reason))
    if len(problems) > MOST_PROBLEMS:
        more = Problem(path, f"has more problems than these {MOST_PROBLEMS}")
        problems[MOST_PROBLEMS:] = [more]
    if problems:
        raise InvalidValue(problems)


def check_labels(values: object, path: str) -> None:
    """Refuse anything but a tuple of labels, each once; see :func:`check_items`."""
    check_items(values, path, check_identifier)


def check_choices(
    values: object, path: str, choices: Iterable[str], once_reason: str = "must name each once"
) -> None:
    """Refuse anything but a tuple of known words, each once; see :func:`check_items`."""
    words = tuple(choices)
    check_items(values, path, lambda word, at: check_choice(word, at, words), once_reason)


def as_tuple(values: Iterable[T], path: str) -> tuple[T, ...]:
    """Any finite sequence as a tuple; a text is not one of letters, nor a mapping of keys."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise refusal(path, "must be a sequence")
    return tuple(values)


def as_mapping(values: Mapping[str, T], path: str) -> dict[str, T]:
    """A mapping as a dictionary of its own; a caller that allows none asks for it first."""
    if not isinstance(values, Mapping):
        raise refusal(path, "must be a mapping")
    return dict(values)


def check_instance(value: object, path: str, cls: type) -> None:
    """Refuse anything but a value of a class."""
    if not isinstance(value, cls):
        article = "an" if cls.__name__[0] in "AEIOU" else "a"
        raise refusal(path, f"must be {article} {cls.__name__}")


def as_rows(values: Iterable[T], path: str, cls: type[T]) -> tuple[T, ...]:
    """Rows of one class as a tuple."""
    rows = as_tuple(values, path)
    for index, row in enumerate(rows):
        check_instance(row, f"{path}[{index}]", cls)
    return rows


def as_texts(values: Iterable[str], path: str) -> tuple[str, ...]:
    """Short lines of text as a tuple."""
    texts = as_tuple(values, path)
    for index, text in enumerate(texts):
        check_text(text, f"{path}[{index}]")
    return texts


def as_sequence(values: Iterable[Any]) -> tuple[Any, ...]:
    """The rows of a result as a tuple."""
    return as_tuple(values, "rows")
