"""Protocol documents, ``kap-model/protocol/1``: a practice's own limits, dated and cited."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._reading import (
    REFUSED,
    Nested,
    Problems,
    Shape,
    check_object,
    note_refusal,
    read_document,
    read_list,
    read_object,
    read_text,
)
from kap_model.documents._shapes import BOUNDS, CITATION, SOUND_CITATION
from kap_model.documents.plans import read_bytes
from kap_model.errors import InvalidValue
from kap_model.limits import LIMIT_OF_NAME, Bounds, Frequency, ReviewAfter, ReviewEvery
from kap_model.practices._built_in import BY_NAME
from kap_model.protocol import OFF, SEVERITIES, CareProtocol, Setting, Severity
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES

PROTOCOL_SCHEMA: Final = "kap-model/protocol/1"


def loads_protocol(text: str | bytes, *, rules: tuple[Rule, ...] = RULES) -> CareProtocol:
    """The protocol of a document.

    A document starts from nothing, or from a built-in practice that it names in ``extends``.

    Args:
        text: The document.
        rules: The rules that ``severities`` may name; a practice's own stand beside ours.

    Raises:
        DocumentError: The text is not a protocol document; with all its problems.
    """
    protocol: CareProtocol = read_text(text, _reader(rules), dumps_protocol)
    return protocol


def load_protocol(path: str | Path, *, rules: tuple[Rule, ...] = RULES) -> CareProtocol:
    """The protocol of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a protocol document.
    """
    return loads_protocol(read_bytes(path), rules=rules)


def dumps_protocol(protocol: CareProtocol) -> str:
    """The canonical document of a protocol, with every line spelled out.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    limits: dict[str, list[dict[str, Any]]] = {}
    for setting in protocol.settings:
        line: dict[str, Any] = {"value": _written(setting.value)}
        if setting.since is not None:
            line["since"] = setting.since.isoformat()
        line["citation"] = setting.citation.to_dict()
        limits.setdefault(setting.limit, []).append(line)
    written: dict[str, Any] = {"schema": PROTOCOL_SCHEMA, "id": protocol.id, "limits": limits}
    if protocol.severities:
        written["severities"] = dict(protocol.severities)
    return _json.write(written)


def limit_value(name: str, raw: Any) -> Any:
    """A limit's value from its document form: ``{"min": 6, "max": 8}`` becomes bounds.

    Raises:
        DocumentError: The form is not that of this limit.
    """
    return read_document(
        raw, lambda problems, value, path: _read_value(name, problems, value, path)
    )


def _reader(rules: tuple[Rule, ...]) -> Nested:
    known = frozenset(rule.id for rule in rules)
    shape = Shape(
        make=_make,
        keys=("schema", "id", "extends", "limits", "severities"),
        required=("schema", "id"),
        sound={"id": "p"},
        schema=PROTOCOL_SCHEMA,
        nested={
            "limits": _read_limits,
            "severities": lambda problems, value, path: _read_severities(
                problems, value, path, known
            ),
        },
    )
    return lambda problems, raw, path: read_object(problems, raw, path, shape)


def _make(
    id: str,
    schema: str = PROTOCOL_SCHEMA,
    extends: str | None = None,
    limits: Iterable[Setting] = (),
    severities: dict[str, Severity] | None = None,
) -> CareProtocol:
    check_choice(schema, "schema", (PROTOCOL_SCHEMA,))
    if extends is None:
        base = CareProtocol(id="nothing")
    else:
        check_choice(extends, "extends", BY_NAME)
        base = BY_NAME[extends].protocol
    return base.extended(id, settings=limits, severities=severities or {})


_VALUE_SHAPES: Final = {
    Bounds: BOUNDS,
    ReviewEvery: Shape(
        make=ReviewEvery, keys=("months", "policy"), required=("months",), sound={"months": 1}
    ),
    ReviewAfter: Shape(
        make=ReviewAfter,
        keys=("dosings", "gate"),
        required=("dosings", "gate"),
        sound={"dosings": 1, "gate": "any-time"},
    ),
    Frequency: Shape(
        make=Frequency,
        keys=("at_most", "days"),
        required=("at_most", "days"),
        sound={"at_most": 1, "days": 1},
    ),
}


def _read_limits(problems: Problems, raw: Any, path: str) -> Any:
    if not check_object(problems, raw, path):
        return REFUSED
    settings: list[Setting] = []
    for name, lines in raw.items():
        if name not in LIMIT_OF_NAME:
            problems.unknown_key(path, name, LIMIT_OF_NAME, "limit")
            continue
        read = read_list(problems, lines, f"{path}.{name}", _line_reader(name))
        _note_repeated_dates(problems, lines, f"{path}.{name}")
        if read is not REFUSED:
            settings.extend(read)
    return tuple(settings)


def _note_repeated_dates(problems: Problems, lines: Any, path: str) -> None:
    if lines == []:
        problems.add(path, "must hold at least one line")
    seen: set[str | None] = set()
    for index, line in enumerate(lines if type(lines) is list else ()):
        since = line.get("since") if isinstance(line, dict) else ()
        if not isinstance(since, (str, type(None))):
            continue
        if since in seen and since is None:
            problems.add(f"{path}[{index}]", "must have a since, as another line has none")
        elif since in seen:
            problems.add(f"{path}[{index}].since", "must be a date that no other line has")
        seen.add(since)


def _line_reader(name: str) -> Nested:
    def make(**values: Any) -> Setting:
        return Setting(limit=name, **values)

    shape = Shape(
        make=make,
        keys=("value", "since", "citation"),
        required=("value", "citation"),
        sound={"value": OFF, "citation": SOUND_CITATION},
        nested={
            "value": lambda problems, raw, path: _read_value(name, problems, raw, path),
            "citation": lambda problems, raw, path: read_object(problems, raw, path, CITATION),
        },
    )
    return lambda problems, raw, path: read_object(problems, raw, path, shape)


def _read_value(name: str, problems: Problems, raw: Any, path: str) -> Any:
    if raw == OFF:
        return OFF
    spec = LIMIT_OF_NAME[name]
    if spec.cls in _VALUE_SHAPES:
        return read_object(problems, raw, path, _VALUE_SHAPES[spec.cls])
    if spec.cls is tuple:
        if type(raw) is not list:
            problems.add(path, "must be a list of labels")
            return REFUSED
        raw = tuple(raw)
    try:
        spec.check(raw)
    except InvalidValue as error:
        note_refusal(problems, path, error)
        return REFUSED
    return raw


def _read_severities(problems: Problems, raw: Any, path: str, known: frozenset[str]) -> Any:
    if not check_object(problems, raw, path):
        return REFUSED
    for rule, severity in raw.items():
        if rule not in known:
            problems.unknown_key(path, rule, known, "rule")
        elif type(severity) is not str or severity not in SEVERITIES:
            problems.add(f"{path}.{rule}", "must be one of " + ", ".join(SEVERITIES))
    return raw


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, (Bounds, ReviewEvery, ReviewAfter, Frequency)):
        return {key: part for key, part in asdict(value).items() if part is not None}
    return value
