"""What a document's object holds, declared once: from it come reading, writing and JSON Schema.

A value's constructor is the only judge of its fields. A document is read swiftly first, each
object handed to its constructor as a whole. Only where something is refused is it read again, and
then to find all problems at once each field is tried by itself in an otherwise sound instance of
the same class. Which keys must be there, and what stands for one that is not, the class says too.

Nothing here knows a kind of document: a :class:`Shape` declares one class's object, a :class:`Key`
one field of it, a :class:`Form` how one value is written.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._values import MOST_PROBLEMS, check_choice
from kap_model.documents import _json
from kap_model.documents._json import RepeatedKeys
from kap_model.errors import DocumentError, InvalidValue, Problem

_LONGEST_HINTED: Final = 40
_LONGEST_EXAMPLE: Final = 80
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})
_SHOWN_DEFAULTS: Final = (str, int, bool)

Schema: TypeAlias = dict[str, Any]


class _Mark:
    """A lone value that no document holds."""


REFUSED: Final = _Mark()
"""What stands for a value that could not be read; its problems are noted."""
GIVEN: Final = _Mark()
"""In a sound object: what the document is read by (:attr:`Reading.given`)."""


@frozen
class Unread:
    """In a sound object: a value as the class takes it, whatever its form would make of it."""

    value: Any


class _Enough(Exception):
    """No further problem is looked for."""


class Reading:
    """One document that is being read.

    Attributes:
        problems: What was found wrong so far, bounded.
        given: What the forms of this kind of document are read by, such as a currency.
        swift: Whether the first problem ends it. Then no field is tried by itself: what the whole
            object's constructor takes has no problem, and whatever it refuses is read again.
        document: The whole of it, for a form that depends on what stands elsewhere.
        names_unknown: Whether a key that nothing knows is named.
    """

    def __init__(
        self,
        given: Any = None,
        *,
        swift: bool = False,
        document: Any = None,
        without_health_data: str | None = None,
    ) -> None:
        self.swift = swift
        self.problems: list[Problem] = []
        self.given = given
        self.document = document
        # Only where the document itself says so: what is no such document may be a plan.
        said = document.get("schema") if isinstance(document, dict) else None
        self.names_unknown = said is not None and said == without_health_data
        self._sound: dict[Shape, dict[str, Any]] = {}

    def add(self, path: str, reason: str) -> None:
        """Note one problem; at the bound, and where it is read swiftly, stop reading."""
        if len(self.problems) == MOST_PROBLEMS:
            self.problems.append(Problem("$", f"has more problems than these {MOST_PROBLEMS}"))
            raise _Enough
        self.problems.append(Problem(path, reason))
        if self.swift:
            raise _Enough

    def add_refusal(self, path: str, error: InvalidValue) -> None:
        """Note why a constructor refused, below the path of what it was to make."""
        for problem in error.problems:
            place = problem.path
            separator = "." if place and not place.startswith("[") else ""
            self.add(f"{path}{separator}{place}", problem.reason)

    def add_unknown(self, path: str, key: str, known: Iterable[str], thing: str = "key") -> None:
        """Note a key that nothing knows; it is named only where it is no health data.

        A near miss gets a hint.
        """
        from difflib import get_close_matches

        near: list[str] = []
        if len(key) <= _LONGEST_HINTED:
            near = get_close_matches(key, list(known), n=1, cutoff=0.75)
        hint = f"; did you mean {near[0]}?" if near else ""
        name = f" {_quoted(key)}" if self.names_unknown else ""
        self.add(path, f"has an unknown {thing}{name}{hint}")

    def is_object(self, raw: Any, path: str, such: str = "") -> bool:
        """Whether this is an object; notes it where not, and an object that names a key twice.

        Args:
            raw: What the document has.
            path: Its place.
            such: ``such as`` and an example, where there is one.
        """
        if isinstance(raw, RepeatedKeys):
            self.add(path, "has a key twice")
        if not isinstance(raw, dict):
            self.add(path, f"must be an object{such}")
            return False
        return True

    def is_array(self, raw: Any, path: str, what: str = "an array") -> bool:
        """Whether this is an array; notes it where not."""
        if type(raw) is not list:
            self.add(path, f"must be {what}")
            return False
        return True

    def checked(self, check: Callable[[Any], object], value: Any, path: str) -> Any:
        """The value, or ``REFUSED`` where a check of one field refuses it."""
        try:
            check(value)
        except InvalidValue as error:
            self.add_refusal(path, error)
            return REFUSED
        return value

    def peeked(self, read: Read, raw: Any) -> Any:
        """What a form makes of this, or ``REFUSED``; notes nothing."""
        other = Reading(self.given, swift=True, document=self.document)
        value: Any = REFUSED
        with contextlib.suppress(_Enough):
            value = read(other, raw, "")
        return value

    def sound(self, shape: Shape) -> dict[str, Any]:
        """Arguments of a shape's sound instance, as this document reads them."""
        if shape not in self._sound:
            self._sound[shape] = {
                name: self._sound_value(shape.key(name), raw) for name, raw in shape.sound.items()
            }
        return self._sound[shape]

    def _sound_value(self, key: Key, raw: Any) -> Any:
        if raw is GIVEN:
            return self.given
        if isinstance(raw, Unread):
            return raw.value
        return raw if key.form.read is None else key.form.read(self, raw, key.name)


def _quoted(key: str) -> str:
    """A key as a message may show it: on one line, not too long, nothing in it invisible."""
    shown = key if len(key) <= _LONGEST_HINTED else f"{key[:_LONGEST_HINTED]}\u2026"
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def such_as(example: Any) -> str:
    """``such as`` and an example as a document has it; nothing where it would be long."""
    text = json.dumps(example)
    return f" such as {text}" if len(text) <= _LONGEST_EXAMPLE else ""


Read: TypeAlias = Callable[[Reading, Any, str], Any]
"""Takes what a document has, and its path; the value, or ``REFUSED`` with its problems noted."""


@frozen(eq=False)
class Form:
    """How one value is written.

    Attributes:
        schema: What JSON Schema says of it.
        read: Makes the value; ``None`` = its holder's class takes what the document has.
        write: Makes what the document has; ``None`` = the value is written as it is.
    """

    schema: Schema
    read: Read | None = None
    write: Callable[[Any], Any] | None = None

    def written(self, value: Any) -> Any:
        """What the document has of a value."""
        return value if self.write is None else self.write(value)


@frozen(eq=False)
class Key:
    """One key of an object.

    Attributes:
        name: The key; the field of the class that has this name, or this alias.
        form: How its value is written.
        says: What it means, for the schema; empty = its form says it.
        get: Where the value is, if not in that field.
        required: Whether it must be there; ``None`` = as the class has it.
        beside: Keys with which it is judged together, as far as they are sound themselves.
        alone: What other keys say while this one is judged, unless they are beside it and sound;
            ``None`` = it is judged only where these are.
        judged: Whether its holder's class judges it by itself; else only together with all
            else, once that is sound.
        spelled_out: Whether it is written though it says what the class does by itself.
        word: The one word that it says, which is of the object's kind and no field of the class.
        more: Further keywords of the schema.
    """

    name: str
    form: Form
    says: str = ""
    get: Callable[[Any], Any] | None = None
    required: bool | None = None
    beside: tuple[str, ...] = ()
    alone: Mapping[str, Any] | None = _NONE
    judged: bool = True
    spelled_out: bool = False
    word: str | None = None
    more: Mapping[str, Any] = _NONE


def tag(name: str, word: str, says: str) -> Key:
    """The key that says of what kind an object is."""
    form = Form(
        {"const": word},
        lambda reading, raw, path: reading.checked(
            lambda value: check_choice(value, "", (word,)), raw, path
        ),
    )
    return Key(name, form, says, required=True, judged=False, word=word)


_Written: TypeAlias = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None, Any]
"""How a key is written: its name, where its value is, what becomes of it, what is left out."""


@frozen(eq=False)
class Shape:
    """How a document writes the values of one class.

    Attributes:
        cls: The class, which knows what is required, what is usual and what can be; ``None`` =
            the values are no class of ours, and ``make`` judges them.
        title: What the schema calls it.
        says: What it is, for the schema.
        keys: Every key that belongs there, in canonical order.
        sound: An object that can be, with no more than it needs.
        make: Makes the value of the keys' values; ``None`` = the class does.
        whole: Notes problems that no single key has.
        elsewhere: Keys of sibling shapes, for a clearer reason.
        more: Further keywords of the schema.
    """

    cls: type[Any] | None
    title: str
    says: str
    keys: tuple[Key, ...]
    sound: Mapping[str, Any] = field(default=_NONE, kw_only=True)
    make: Callable[..., Any] | None = field(default=None, kw_only=True)
    whole: Callable[[Reading, dict[str, Any], str], None] | None = field(default=None, kw_only=True)
    elsewhere: frozenset[str] = field(default=frozenset(), kw_only=True)
    more: Mapping[str, Any] = field(default=_NONE, kw_only=True)
    required: tuple[str, ...] = field(init=False)
    _make: Callable[..., Any] = field(init=False)
    _by_name: dict[str, Key] = field(init=False)
    _fields: dict[str, attrs.Attribute[Any]] = field(init=False)
    _written: tuple[_Written, ...] = field(init=False)
    _such: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        fields = () if self.cls is None else attrs.fields(self.cls)
        own = {each.alias: each for each in fields if each.init}
        object.__setattr__(self, "_make", self.make or self.cls)
        object.__setattr__(self, "_by_name", {key.name: key for key in self.keys})
        object.__setattr__(self, "_fields", own)
        required = tuple(key.name for key in self.keys if self._is_required(key))
        object.__setattr__(self, "required", required)
        object.__setattr__(self, "_written", tuple(self._written_as(key) for key in self.keys))
        examples = self.more.get("examples")
        object.__setattr__(self, "_such", such_as(examples[0]) if examples else "")

    def _is_required(self, key: Key) -> bool:
        if key.required is not None:
            return key.required
        return key.name in self._fields and self._default(key) is attrs.NOTHING

    def _default(self, key: Key) -> Any:
        return self._fields[key.name].default if key.name in self._fields else attrs.NOTHING

    def _written_as(self, key: Key) -> _Written:
        get = key.get
        if key.word is not None:
            word = key.word
            get = lambda _: word  # noqa: E731 - a constant, not worth a name
        elif get is None:
            own = self._fields.get(key.name)
            get = attrgetter(key.name if own is None else own.name)
        left_out = None if key.spelled_out else self._default(key)
        return key.name, get, key.form.write, left_out

    def key(self, name: str) -> Key:
        """The key of a name."""
        return self._by_name[name]

    # Reading.

    def read(self, reading: Reading, raw: Any, path: str) -> Any:
        """One object as a value, or ``REFUSED`` with its problems noted."""
        before = len(reading.problems)
        if not reading.is_object(raw, path, self._such) or self._is_another(reading, raw, path):
            return REFUSED
        self._note_keys(reading, raw, path)
        values: dict[str, Any] = {}
        for key in self.keys:
            if key.name in raw:
                value = self._read_key(reading, key, raw, path, values)
                if value is not REFUSED and key.word is None:
                    values[key.name] = value
        if self.whole is not None:
            self.whole(reading, raw, path)
        if len(reading.problems) > before:
            return REFUSED
        try:
            return self._make(**values)
        except InvalidValue as error:
            reading.add_refusal(path, error)
            return REFUSED

    def _is_another(self, reading: Reading, raw: dict[str, Any], path: str) -> bool:
        """Whether it says that it is of another kind: its other problems would only confuse."""
        for key in self.keys:
            said = raw.get(key.name) if key.word is not None else None
            if type(said) is str and said != key.word:
                reading.add(f"{path}.{key.name}", f"must be {key.word}")
                return True
        return False

    def _note_keys(self, reading: Reading, raw: dict[str, Any], path: str) -> None:
        for name in raw:
            if name not in self._by_name and name in self.elsewhere:
                reading.add(f"{path}.{name}", "does not belong here")
            elif name not in self._by_name:
                reading.add_unknown(path, name, self._by_name)
        for name in self.required:
            if name not in raw:
                reading.add(path, f"lacks {name}")

    def _read_key(
        self, reading: Reading, key: Key, raw: dict[str, Any], path: str, known: dict[str, Any]
    ) -> Any:
        value, place = raw[key.name], f"{path}.{key.name}"
        if value is None:
            advice = "" if key.name in self.required else "; leave the key out"
            reading.add(place, f"must not be null{advice}")
            return REFUSED
        if key.form.read is not None:
            value = key.form.read(reading, value, place)
        if reading.swift or value is REFUSED or not key.judged:
            return value
        refusal = self._refusal(reading, key, value, raw, known)
        if refusal is None:
            return value
        reading.add_refusal(path, refusal)
        return REFUSED

    def _refusal(
        self, reading: Reading, key: Key, value: Any, raw: dict[str, Any], known: dict[str, Any]
    ) -> InvalidValue | None:
        """Why the class refuses a value, with the sound values of the keys beside it."""
        sound = reading.sound(self)
        arguments = {**sound, **(key.alone or _NONE), key.name: value}
        for name in key.beside:
            other = known[name] if name in known else self._by_itself(reading, name, raw)
            if other is not REFUSED:
                arguments[name] = other
            elif key.alone is None:
                return None
            elif name not in raw:
                arguments.pop(name, None)
                arguments |= {name: sound[name]} if name in sound else {}
        return self._tried(arguments)

    def _by_itself(self, reading: Reading, name: str, raw: dict[str, Any]) -> Any:
        """What a key says, or ``REFUSED`` where it is not there or not sound; notes nothing."""
        key, value = self._by_name[name], raw.get(name)
        if value is None:
            return REFUSED
        if key.form.read is not None:
            value = reading.peeked(key.form.read, value)
        if value is REFUSED:
            return REFUSED
        sound = {**reading.sound(self), **(key.alone or _NONE), name: value}
        return value if self._tried(sound) is None else REFUSED

    def _tried(self, arguments: dict[str, Any]) -> InvalidValue | None:
        try:
            self._make(**arguments)
        except InvalidValue as error:
            return error
        return None

    # Writing and describing.

    def write(self, value: Any) -> dict[str, Any]:
        """A value as a document has it, without what its class says by itself."""
        written: dict[str, Any] = {}
        for name, get, write, left_out in self._written:
            held = get(value)
            if held is not None and held != left_out:
                written[name] = held if write is None else write(held)
        return written

    def schema(self, **parts: Schema) -> Schema:
        """The JSON Schema of the object.

        Args:
            parts: What is said of these keys instead of what their forms say.
        """
        return strict(
            {key.name: self._said(key, parts.get(key.name, key.form.schema)) for key in self.keys},
            self.required,
            title=self.title,
            description=self.says,
            **self.more,
        )

    def _said(self, key: Key, schema: Schema) -> Schema:
        description = {"description": key.says} if key.says else {}
        default = self._default(key)
        shown = {"default": default} if isinstance(default, _SHOWN_DEFAULTS) else {}
        return {**description, **schema, **key.more, **shown}


@frozen(eq=False)
class Choice:
    """An object of one of several shapes, which the word of one of its keys chooses.

    Attributes:
        key: The key.
        shapes: The shape for each word.
    """

    key: str
    shapes: Mapping[str, Shape]

    def read(self, reading: Reading, raw: Any, path: str) -> Any:
        """The object as a value, or ``REFUSED`` with its problems noted."""
        word = raw.get(self.key) if isinstance(raw, dict) else None
        if type(word) is str and word in self.shapes:
            return self.shapes[word].read(reading, raw, path)
        if reading.is_object(raw, path):
            if self.key in raw:
                known = ", ".join(self.shapes)
                reading.add(f"{path}.{self.key}", f"must be one of {known}")
            else:
                reading.add(path, f"lacks {self.key}")
        return REFUSED

    def write(self, value: Any) -> dict[str, Any]:
        """A value as a document has it, by its class."""
        return next(s for s in self.shapes.values() if s.cls is type(value)).write(value)


@frozen(eq=False)
class Document:
    """A kind of document: its text in, its text out.

    Attributes:
        read: Reads the whole.
        write: Makes the whole.
        grows: Whether only writing a value tells that its document can be read again.
        without_health_data: The ``schema`` of a kind that holds none: of a document that says this
            of itself, keys that nothing knows are named.
    """

    read: Read
    write: Callable[[Any], Any]
    grows: bool = False
    without_health_data: str | None = None

    def loads(self, text: str | bytes, given: Any = None) -> Any:
        """The value of a text, which can be written again.

        Args:
            text: The document.
            given: What its forms are read by.

        Raises:
            DocumentError: With all its problems.
        """
        raw = _json.parse(text)
        _json.refuse_deep_nesting(text)
        value = read_value(self.read, raw, given, self.without_health_data)
        if self.grows or _json.may_outgrow(text):
            self.dumps(value)  # what is accepted is accepted again
        return value

    def dumps(self, value: Any) -> str:
        """The canonical text of a value: equal values have equal text.

        Raises:
            DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
        """
        return _json.write(self.write(value))


def read_value(
    read: Read, raw: Any, given: Any = None, without_health_data: str | None = None
) -> Any:
    """The value of parsed JSON.

    Args:
        read: Reads the whole.
        raw: What the document has.
        given: What its forms are read by.
        without_health_data: As for :class:`Document`.

    Raises:
        DocumentError: With all problems, at most 100 and a last line that says there are more.
    """
    for swift in (True, False):
        reading = Reading(given, swift=swift, document=raw, without_health_data=without_health_data)
        value: Any = REFUSED
        with contextlib.suppress(_Enough):
            value = read(reading, raw, "$")
        if not reading.problems:
            return value
    raise DocumentError(reading.problems)


def strict(
    properties: Mapping[str, Schema],
    required: Iterable[str],
    *,
    title: str,
    description: str,
    **more: Any,
) -> Schema:
    """The schema of an object with these keys and no others."""
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }
