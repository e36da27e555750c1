"""Hostile documents as data: what is refused, where and why, and the near misses that are not.

Each file of ``tests/vectors`` holds named base documents, then ``fields`` and ``vectors``. A row of
``fields`` sets one place of a base to each of its values, accepted or refused. A vector is a whole
document, or a base with a few changes, and the exact list of its problems: each a path and a part
of the reason. No problems: the document is accepted, and written back without loss.

A test takes all documents of one base, thousands in all, and names each that is judged otherwise.
"""

from __future__ import annotations

import copy
import json
import re
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from attrs import field, frozen

from kap_model.documents.fees import dumps_fees, loads_fees
from kap_model.documents.lists import dumps_waivers, loads_waivers
from kap_model.documents.plans import dumps, loads
from kap_model.documents.protocols import dumps_protocol, loads_protocol
from kap_model.errors import DocumentError
from profiles import is_quick

VECTORS: Final = Path(__file__).parents[1] / "vectors"
MARKER: Final = "MARKER"
MOST_PROBLEMS: Final = 101
LONGEST_SHOWN: Final = 40
WHOLE: Final = "whole"  # the group of documents that have no base
NAMED: Final = re.compile(f'has an unknown (key|limit|rule) "{MARKER}"')
STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]", re.ASCII)


@frozen
class Door:
    """How the documents of one file come in and go out."""

    loads: Callable[[str | bytes], Any]
    dumps: Callable[[Any], str]


DOORS: Final = {
    "fees": Door(loads_fees, dumps_fees),
    "plans": Door(loads, dumps),
    "protocols": Door(loads_protocol, dumps_protocol),
    "waivers": Door(loads_waivers, dumps_waivers),
}


@frozen
class Vector:
    """One document, and what must become of it."""

    family: str
    base: str
    name: str
    text: str | bytes = field(repr=False)
    problems: tuple[tuple[str, str], ...] = ()
    canonical: str | None = None
    only: type[str | bytes] | None = None

    @property
    def id(self) -> str:
        return f"{self.family}:{self.name}"

    @property
    def group(self) -> tuple[str, str]:
        return self.family, self.base

    @property
    def forms(self) -> list[str | bytes]:
        """The document as text and as bytes, where it can be both and is asked for both."""
        if isinstance(self.text, bytes):
            return [self.text]
        both: list[str | bytes] = [self.text, self.text.encode("utf-8", "surrogatepass")]
        return [form for form in both if self.only in (None, type(form))]


@cache
def read_family(family: str) -> dict[str, Any]:
    contents: dict[str, Any] = json.loads((VECTORS / f"{family}.json").read_text(encoding="utf-8"))
    return contents


def place_of(document: Any, path: str) -> tuple[Any, Any]:
    """The object or array that a path leads to, and the key or index in it."""
    steps: list[str | int] = [
        int(index) if index else key for key, index in STEP.findall(path.removeprefix("$"))
    ]
    for step in steps[:-1]:
        document = document[step]
    return document, steps[-1]


def set_at(document: Any, path: str, value: Any) -> None:
    holder, step = place_of(document, path)
    if isinstance(holder, list) and step == len(holder):
        holder.append(value)
    else:
        holder[step] = value


def drop_at(document: Any, path: str) -> None:
    holder, step = place_of(document, path)
    del holder[step]


def patched(vector: dict[str, Any], bases: dict[str, Any]) -> str:
    """A base document with places set and dropped, then spellings replaced in its text."""
    document = copy.deepcopy(bases[vector["base"]])
    for path, value in vector.get("set", {}).items():
        set_at(document, path, value)
    for path in vector.get("drop", ()):
        drop_at(document, path)
    text = json.dumps(document)
    for old, new in vector.get("replace", ()):
        assert text.count(old) == 1, f"{vector['name']}: {old} must occur once"
        text = text.replace(old, new)
    return text


def assembled(pieces: list[Any]) -> str:
    """Texts one after another; a repeated one may hold ``<n>``, its number from 0."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        else:
            numbered = (piece["repeat"].replace("<n>", str(n)) for n in range(piece["times"]))
            text += piece.get("between", "").join(numbered)
    return text


def text_of(vector: dict[str, Any], bases: dict[str, Any]) -> str | bytes:
    if "bytes_hex" in vector:
        return bytes.fromhex(vector["bytes_hex"])
    if "pieces" in vector:
        text = assembled(vector["pieces"])
    elif "document" in vector:
        text = json.dumps(vector["document"])
    elif "base" in vector:
        text = patched(vector, bases)
    else:
        text = vector["text"]
    if "pad_to" in vector:
        text += " " * (vector["pad_to"] - len(text.encode("utf-8")))
    return text


def shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…{len(text)}"


def vectors_of_row(family: str, row: dict[str, Any], bases: dict[str, Any]) -> Iterator[Vector]:
    """One place with each of its values: in ``quick`` as text and as bytes by turns, else both."""
    forms = cycle((str, bytes) if is_quick() else (None,))
    refusal = ((row.get("problem_at", row["at"]), row.get("reason", "")),)
    for key, problems in (("accepted", ()), ("refused", refusal)):
        for value in row.get(key, ()):
            name = f"{row['name']}={shown(value)}"
            text = patched({"base": row["base"], "set": {row["at"]: value}}, bases)
            yield Vector(family, row["base"], name, text, problems, only=next(forms))


def vectors_of(family: str) -> Iterator[Vector]:
    contents = read_family(family)
    bases = contents["bases"]
    for row in contents["fields"]:
        yield from vectors_of_row(family, row, bases)
    for vector in contents["vectors"]:
        problems = tuple((path, reason) for path, reason in vector["problems"])
        text = text_of(vector, bases)
        base = vector.get("base", WHOLE)
        yield Vector(family, base, vector["name"], text, problems, vector.get("canonical"))


ALL: Final = [vector for family in DOORS for vector in vectors_of(family)]


def groups_of(vectors: list[Vector]) -> dict[str, list[Vector]]:
    """Vectors of one family and base, each group by its id."""
    groups: dict[str, list[Vector]] = {}
    for vector in vectors:
        groups.setdefault(":".join(vector.group), []).append(vector)
    return groups


ACCEPTED: Final = groups_of([vector for vector in ALL if not vector.problems])
REFUSED: Final = groups_of([vector for vector in ALL if vector.problems])


def failure(judge: Callable[..., None], *arguments: Any) -> str | None:
    """Why a document is judged otherwise than it should be; ``None`` where it is not."""
    try:
        judge(*arguments)
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever it is, it is told
        return f"{type(error).__name__}: {error}"
    return None


def assert_each(judge: Callable[..., None], cases: dict[str, tuple[Any, ...]]) -> None:
    """Judge every case, and name all that fail, not only the first."""
    told = {name: failure(judge, *arguments) for name, arguments in cases.items()}
    failed = [f"{name}: {why}" for name, why in told.items() if why is not None]
    assert not failed, f"{len(failed)} of {len(cases)}:\n" + "\n".join(failed)


def refusal(family: str, text: str | bytes) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        DOORS[family].loads(text)
    assert type(caught.value) is DocumentError
    return caught.value


def assert_silent(error: DocumentError, family: str = "plans") -> None:
    """Nothing of a document is told, but for unknown keys of one that holds no health data."""
    assert len(error.problems) <= MOST_PROBLEMS
    for told in (str(error), repr(error), "".join(traceback.format_exception(error))):
        assert MARKER not in (told if family == "plans" else NAMED.sub("", told))
    assert error.__cause__ is None
    assert error.__context__ is None


def is_refused_for_exactly_its_problems(vector: Vector) -> None:
    for form in vector.forms:
        error = refusal(vector.family, form)
        found = [(problem.path, problem.reason) for problem in error.problems]
        assert [path for path, _ in found] == [path for path, _ in vector.problems], found
        for (_, reason), (_, part) in zip(found, vector.problems, strict=True):
            assert part in reason
            assert ("did you mean" in reason) == ("did you mean" in part)
        assert_silent(error, vector.family)


def is_written_back_without_loss(vector: Vector) -> None:
    door = DOORS[vector.family]
    for form in vector.forms:
        value = door.loads(form)
        written = door.dumps(value)
        again = door.loads(written)
        assert again == value
        assert hash(again) == hash(value)
        assert door.dumps(again) == written
        assert vector.canonical in (None, written)


@pytest.mark.parametrize("group", REFUSED)
def test_is_refused_for_exactly_these_problems_and_carries_nothing_of_itself(group: str) -> None:
    cases = {vector.id: (vector,) for vector in REFUSED[group]}
    assert_each(is_refused_for_exactly_its_problems, cases)


@pytest.mark.parametrize("group", ACCEPTED)
def test_is_accepted_and_written_back_without_loss(group: str) -> None:
    assert_each(is_written_back_without_loss, {vector.id: (vector,) for vector in ACCEPTED[group]})


def test_all_that_are_judged_otherwise_are_named() -> None:
    """The judges are no rubber stamps: a refused vector is not accepted, nor the other way."""
    refused, accepted = REFUSED["plans:bare"][0], ACCEPTED["plans:plan"][0]
    elsewhere = attrs.evolve(refused, problems=(("$.elsewhere", ""),))
    otherwise = attrs.evolve(refused, problems=((refused.problems[0][0], "another reason"),))
    written = attrs.evolve(accepted, canonical="{}")
    with pytest.raises(AssertionError) as caught:
        assert_each(
            is_refused_for_exactly_its_problems,
            {"right": (refused,), "path": (elsewhere,), "why": (otherwise,), "none": (accepted,)},
        )
    told = [line.strip() for line in str(caught.value).splitlines()]
    assert told[0] == "3 of 4:"
    assert [line.split(":")[0] for line in told if line.startswith(("right", "path", "why"))] == [
        "path",
        "why",
    ]
    assert any(line.startswith("none: Failed: DID NOT RAISE") for line in told)
    with pytest.raises(AssertionError, match="2 of 3:\n"):
        assert_each(
            is_written_back_without_loss,
            {"right": (accepted,), "canonical": (written,), "refused": (refused,)},
        )


def test_vectors_are_many_and_named_once() -> None:
    ids = [vector.id for vector in ALL]
    assert len(ids) >= 3000
    assert sum(map(len, ACCEPTED.values())) >= 500
    assert sum(map(len, REFUSED.values())) >= 2000
    assert len(set(ids)) == len(ids)
    for family in DOORS:
        named = [vector for vector in ALL if vector.family == family]
        assert any(MARKER in str(vector.text) for vector in named)
        assert not all(vector.problems for vector in named)


def places_below(value: Any, path: str) -> Iterator[str]:
    """Every place of a document below its top."""
    if isinstance(value, dict):
        inner = [(f"{path}.{key}", part) for key, part in value.items()]
    elif isinstance(value, list):
        inner = [(f"{path}[{index}]", part) for index, part in enumerate(value)]
    else:
        inner = []
    for place, part in inner:
        yield place
        yield from places_below(part, place)


BASES: Final = [(family, name) for family in DOORS for name in read_family(family)["bases"]]
PLANTED: Final[dict[str, Any]] = {
    "as text": f"{MARKER}\n",
    "as array": [MARKER, 0.5],
    "as key": {MARKER: MARKER},
}


def is_refused_in_silence(family: str, text: str) -> None:
    assert_silent(refusal(family, text), family)


@pytest.mark.parametrize(("family", "name"), BASES, ids=[":".join(base) for base in BASES])
def test_a_marker_planted_anywhere_is_never_echoed(family: str, name: str) -> None:
    base, cases = read_family(family)["bases"][name], {}
    for place in places_below(base, "$"):
        for how, planted in PLANTED.items():
            document = copy.deepcopy(base)
            set_at(document, place, planted)
            cases[f"{place} {how}"] = family, json.dumps(document)
    assert_each(is_refused_in_silence, cases)
    assert cases


def plan_with(key: str, rows: str) -> str:
    given = {"sessions": "[]", "supplies": "[]", key: rows}
    parts = ", ".join(f'"{name}": {value}' for name, value in given.items())
    return f'{{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", {parts}}}'


def many(row: str, times: int) -> str:
    return "[" + ", ".join([row] * times) + "]"


def strangers(times: int) -> str:
    return "{" + ", ".join(f'"{MARKER}{number}": 0' for number in range(times)) + "}"


FEE: Final = '{"item": "dosing", "citation": {"source": "s", "where": "w"}}'
MASSES: Final = {
    "fees:50000-unknown-keys": ("fees", strangers(50_000)),
    "fees:100000-empty-fees": ("fees", f'{{"fees": {many("{}", 100_000)}}}'),
    "fees:100000-numbers-as-fees": ("fees", f'{{"fees": {many("0", 100_000)}}}'),
    "fees:10000-fees-for-one-date": (
        "fees",
        f'{{"fees": {many(FEE, 10_000)}}}',
    ),
    "fees:50000-unknown-kinds": ("fees", f'{{"claims": {strangers(50_000)}}}'),
    "fees:100000-empty-groups": (
        "fees",
        f'{{"packages": [{{"together": {many("{}", 100_000)}}}]}}',
    ),
    "fees:100000-numbers-as-kinds": (
        "fees",
        f'{{"packages": [{{"together": [{{"kinds": {many("0", 100_000)}}}]}}]}}',
    ),
    "plans:100000-empty-supplies": ("plans", plan_with("supplies", many("{}", 100_000))),
    "plans:100000-numbers-as-supplies": ("plans", plan_with("supplies", many("0", 100_000))),
    "plans:10000-empty-sessions": ("plans", plan_with("sessions", many("{}", 10_000))),
    "plans:100000-empty-sessions": ("plans", plan_with("sessions", many("{}", 100_000))),
    "plans:100000-numbers-as-conditions": ("plans", plan_with("conditions", many("0", 100_000))),
    "plans:50000-unknown-keys": ("plans", strangers(50_000)),
    "plans:50000-unknown-keys-in-a-supply": ("plans", plan_with("supplies", strangers(50_000))),
    "protocols:50000-unknown-keys": ("protocols", strangers(50_000)),
    "protocols:50000-unknown-limits": ("protocols", f'{{"limits": {strangers(50_000)}}}'),
    "protocols:50000-unknown-rules": ("protocols", f'{{"severities": {strangers(50_000)}}}'),
    "protocols:100000-empty-lines": (
        "protocols",
        f'{{"limits": {{"initial_supply": {many("{}", 100_000)}}}}}',
    ),
    "waivers:100000-empty-waivers": ("waivers", f'{{"waivers": {many("{}", 100_000)}}}'),
    "waivers:100000-numbers-as-waivers": ("waivers", f'{{"waivers": {many("0", 100_000)}}}'),
}


@pytest.mark.parametrize(("family", "text"), MASSES.values(), ids=MASSES.keys())
def test_a_mass_of_problems_is_cut_short(family: str, text: str) -> None:
    assert_silent(refusal(family, text))


@pytest.mark.parametrize("family", DOORS)
def test_a_hundred_problems_are_listed_and_the_rest_is_announced(family: str) -> None:
    required = len(refusal(family, "{}").problems)
    full = refusal(family, strangers(100 - required)).problems
    assert len(full) == 100
    assert "more problems" not in full[-1].reason
    over = refusal(family, strangers(101 - required)).problems
    assert len(over) == MOST_PROBLEMS
    assert "more problems" not in over[-2].reason
    assert (over[-1].path, over[-1].reason) == ("$", "has more problems than these 100")
