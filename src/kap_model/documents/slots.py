"""Slot documents, ``kap-model/slots/1``: when new sessions may be held."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from kap_model._time import zone
from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._reading import Problems, Shape, read_list, read_object, read_text
from kap_model.documents.plans import read_bytes
from kap_model.slots import OpenSlot, checked_slots

SLOTS_SCHEMA: Final = "kap-model/slots/1"


def loads_slots(text: str | bytes) -> tuple[OpenSlot, ...]:
    """The open slots of a document, in order of start.

    Raises:
        DocumentError: The text is not a slots document, or slots of one role overlap; with all
            its problems.
    """
    slots: tuple[OpenSlot, ...] = read_text(text, _read, dumps_slots)
    return slots


def load_slots(path: str | Path) -> tuple[OpenSlot, ...]:
    """The open slots of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a slots document.
    """
    return loads_slots(read_bytes(path))


def dumps_slots(slots: tuple[OpenSlot, ...]) -> str:
    """The canonical document of open slots, in UTC.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _json.write({"schema": SLOTS_SCHEMA, "slots": [_written(slot) for slot in slots]})


def _made(slots: tuple[OpenSlot, ...], schema: str = SLOTS_SCHEMA) -> tuple[OpenSlot, ...]:
    check_choice(schema, "schema", (SLOTS_SCHEMA,))
    return checked_slots(slots, "slots")


def _written(slot: OpenSlot) -> dict[str, Any]:
    utc = zone("UTC")
    written = {"start": utc.text(slot.begins), "end": utc.text(slot.ends), "role": slot.role}
    return {key: value for key, value in written.items() if value is not None}


_SLOT: Final = Shape(
    make=OpenSlot,
    keys=("start", "end", "role"),
    required=("start", "end"),
    sound={"start": "1980-01-01T00:00:00Z", "end": "2199-12-31T23:59:59Z"},
)
_DOCUMENT: Final = Shape(
    make=_made,
    keys=("schema", "slots"),
    required=("schema", "slots"),
    sound={"slots": ()},
    schema=SLOTS_SCHEMA,
    nested={
        "slots": lambda problems, items, path: read_list(
            problems, items, path, lambda p, item, at: read_object(p, item, at, _SLOT)
        )
    },
)


def _read(problems: Problems, raw: Any, path: str) -> Any:
    return read_object(problems, raw, path, _DOCUMENT)
