"""Broken documents for tests of totality: a sound one with a few places changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from clocks import shown_once

NUMBERS = st.integers() | st.floats() | st.integers(-(10**5000), 10**5000)
WORDS = st.text(max_size=8) | st.sampled_from(
    ("completed", "cancelled", "eligible", "stop", "dosing", "group", "none", "off", "core", "s0")
)
SCALARS = st.none() | st.booleans() | NUMBERS | WORDS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3)
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object or array with every key or index in it."""
    keys: Any = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from places(value[key])


@st.composite
def changed_documents(
    draw: st.DrawFn, documents: SearchStrategy[str], keys: tuple[str, ...]
) -> str:
    """A document with values replaced, dropped, moved to another key, or doubled."""
    document = json.loads(draw(documents))
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(document))
        if not found:
            break
        holder, key = draw(st.sampled_from(found))
        deed = draw(st.sampled_from(("set", "set", "drop", "move", "double")))
        if deed == "set":
            holder[key] = draw(VALUES)
        elif deed == "drop":
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            value = copy.deepcopy(holder[key]) if deed == "double" else holder.pop(key)
            holder[draw(st.sampled_from(keys) | WORDS)] = value
    return spelled(document)


def spelled(document: Any) -> str:
    """JSON text of any value, numbers of thousands of digits too."""
    if isinstance(document, dict):
        pairs = (f"{json.dumps(key)}: {spelled(value)}" for key, value in document.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(document, list):
        return "[" + ", ".join(spelled(value) for value in document) + "]"
    if type(document) is int and abs(document) >= 10**4000:
        return ("-" if document < 0 else "") + "1" * 5000
    return json.dumps(document)


@st.composite
def partly_local(draw: st.DrawFn, documents: SearchStrategy[str]) -> str:
    """A plan document with some starts as local times of its zone, where clocks show them once."""
    document = json.loads(draw(documents))
    for session in document["sessions"]:
        local = shown_once(session["start"], document["timezone"])
        if local is not None and draw(st.booleans()):
            short = local.endswith(":00") and draw(st.booleans())
            session["start"] = local.removesuffix(":00") if short else local
    return json.dumps(document, ensure_ascii=False) + "\n"


@st.composite
def spoiled_texts(draw: st.DrawFn, documents: SearchStrategy[str]) -> str:
    """A document's text with a piece taken out, doubled, or put in."""
    text = draw(documents)
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 12)))
    marks = ("", '"', "{", "}", "[", "]", ",", ":", "0", ".5", "e9", "-", "NaN", "\\u")
    middle = draw(st.sampled_from((*marks, text[start:end] * 2)) | st.text(max_size=3))
    return text[:start] + middle + text[end:]
