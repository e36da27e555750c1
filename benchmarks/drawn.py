"""Plans drawn at random, lawful and unlawful, and documents that no loader may accept."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import kap_model as kap

Judgement: TypeAlias = tuple[str, dt.datetime | None]
"""A document and the moment of judgement."""

_ZONES: Final = (
    "America/Los_Angeles",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "UTC",
)
_KINDS: Final = "CCEEPPPDDDDDDIIIIIIRRR"
_PLACES: Final = ("", "", "~", "^")
_ODD: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    50,
    1441,
    -1,
    50.0,
    10**12,
    "",
    "none",
    "None",
    "x",
    "x y",
    "office",
    "group",
    "completed",
    "cancelled",
    "eligible",
    "continue",
    "2027-02-01",
    "2027-01-31T10:00:00Z",
    "2027-01-31T10:00:00+14:30",
    [],
    ["x"],
    {},
    {"id": "x", "role": "y"},
)


def plans_drawn(draw: random.Random, rounds: int) -> Iterator[Judgement]:
    for _ in range(rounds):
        document = json.loads(kap.dumps(kap.parse(_notation(draw))))
        for session in document["sessions"]:
            _record(draw, session)
        if draw.random() < 0.2:
            document["conditions"] = ["active-substance-misuse", "asthma"]
        draw.shuffle(document["sessions"])
        as_of = None
        if draw.random() < 0.7:
            as_of = dt.datetime(2027, 1, 1, 3, tzinfo=dt.UTC)
            as_of += dt.timedelta(hours=draw.randrange(24 * 260))
        yield json.dumps(document), as_of


def _notation(draw: random.Random) -> str:
    state = draw.choice(("", "", "", " completed", " discontinued"))
    words = [f"2027-01-04 {draw.choice(_ZONES)}{state}"]
    span = draw.choice((30, 120, 120, 240, 420))
    for _ in range(draw.randrange(25)):
        words.append(_token(draw, draw.choice(_KINDS), span))
    for _ in range(draw.randrange(4) if draw.random() < 0.4 else 0):
        issued = draw.randrange(span)
        received = draw.choice(("", issued, issued + draw.randrange(9)))
        words.append(f"S{issued}>{received}={draw.randrange(1, 6)}")
    return " ".join(words)


def _token(draw: random.Random, letter: str, span: int) -> str:
    word = f"{letter}{draw.randrange(span)}"
    if draw.random() < 0.5:
        word += f"@{draw.randrange(2, 24):02}:{draw.randrange(4) * 15:02}"
    if draw.random() < 0.4:
        word += f"/{draw.choice((29, 50, 60, 90, 120, 180, 200, 1440))}"
    if letter in "ER" and draw.random() < 0.6:
        word += draw.choice("+++-?")
    else:
        word += draw.choice(("", "", "*", "*", "x", "!"))
    word += draw.choice(_PLACES)
    if letter in "PDI":
        word += draw.choice(("", "", "", "g"))
    if letter == "D":
        word += draw.choice(("", "t")) + draw.choice(("", "s"))
    return word


def _record(draw: random.Random, session: dict[str, Any]) -> None:
    if draw.random() < 0.3:
        role = draw.choice(("therapist", "medical-provider", "friend"))
        session["clinician"] = {"id": "m-1", "role": role}
    if session["kind"] == "dosing" and draw.random() < 0.5:
        session["level"] = draw.choice(("low", "moderate", "high"))
        session["support_person"] = draw.choice(("none", "spouse"))
        session["therapist_present"] = draw.random() < 0.5
    if session.get("status") == "cancelled" and draw.random() < 0.5:
        session["notice_hours"] = draw.randrange(72)


def texts_bent(draw: random.Random, rounds: int) -> Iterator[str]:
    """Documents with one value replaced by an odd one, or put where it does not belong."""
    for _ in range(rounds):
        document = json.loads(SOUND)
        place = draw.choice((document, *document["sessions"], *document["supplies"]))
        keys = (
            *document,
            *document["sessions"][0],
            *document["sessions"][1],
            "notice_hours",
            "clinician",
            "born",
            "place",
        )
        place[draw.choice(keys if draw.random() < 0.5 else tuple(place))] = draw.choice(_ODD)
        yield json.dumps(document)


SOUND: Final = (
    '{"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "conditions": ["a"], "sessions":'
    ' [{"id": "e1", "kind": "medical-evaluation", "start": "2027-01-04T10:00:00Z", "minutes": 30,'
    ' "status": "completed", "outcome": "eligible"}, {"id": "d1", "kind": "dosing", "start":'
    ' "2027-01-05T10:00:00-08:00", "minutes": 90, "level": "low", "support_person": "spouse",'
    ' "therapist_present": true}], "supplies": [{"id": "s1", "issued": "2027-01-04", "received":'
    ' "2027-01-05", "dosings": 2}]}'
)
_SPOILT: Final = (
    ('"id": "p"', '"id": "p", "id": "p"'),
    ('"id": "p"', '"id": null'),
    ('"id": "p"', '"id": "p q"'),
    ('"id": "p"', '"id": "p\\n"'),
    ('"id": "p"', '"id": "p", "colour": 1'),
    ('"id": "p", ', ""),
    ("plan/1", "plan/2"),
    ('"UTC"', '"utc"'),
    ('"UTC"', '"posixrules"'),
    ('["a"]', '["a", "a"]'),
    ('["a"]', '"a"'),
    ('["a"]', "null"),
    ("30,", "30.0,"),
    ("30,", '"30",'),
    ("30,", "true,"),
    ("30,", "0,"),
    ("30,", "1441,"),
    ("30,", "1" * 5000 + ","),
    ("30,", "NaN,"),
    ("90,", '90, "notice_hours": 3,'),
    ("90,", '90, "notice_hours": -1, "status": "cancelled",'),
    ("90,", '90, "outcome": "eligible",'),
    ("90,", '90, "clinician": {"id": "x"},'),
    ("90,", '90, "clinician": {"id": "x", "role": "y", "role": "y"},'),
    ("90,", '90, "place": "beach",'),
    ("90,", '90, "status": "done",'),
    ('"eligible"', '"continue"'),
    ('"completed"', '"planned"'),
    ('"dosing"', '"party"'),
    ('"kind": "dosing", ', ""),
    ("T10:00:00Z", " 10:00:00Z"),
    ("T10:00:00Z", "T10:00:00.5Z"),
    ("T10:00:00Z", "T10:00:00-00:00"),
    ("T10:00:00Z", "T24:00:00Z"),
    ("2027-01-04T", "2027-02-30T"),
    ("2027-01-04T", "1979-12-31T"),
    ('"low"', '""'),
    ('"spouse"', '" spouse"'),
    ('"spouse"', '"NONE"'),
    ('"spouse"', '"\uff2eone"'),
    ('"spouse"', '"no\\u200dne"'),
    ('"spouse"', '"a\\nb"'),
    ('"spouse"', '"a\\u200bb"'),
    ("true}", "1}"),
    ('"e1"', '"d1"'),
    ('"s1"', '"d1"'),
    ('"2027-01-05"', '"2027-01-03"'),
    ('"2027-01-05"', '"2201-01-01"'),
    ('"dosings": 2', '"dosings": 0'),
    ('"dosings": 2', '"dosings": 1000000000000'),
)


def unusable_texts() -> Iterator[str | bytes]:
    """A sound document spoilt in one place each, and texts that are none."""
    for old, new in _SPOILT:
        assert old in SOUND, old
        yield SOUND.replace(old, new, 1)
    yield "[" * 100_000
    yield SOUND + " " * 1_000_000
    yield SOUND.encode("utf-16")
    yield "\ufeff" + SOUND
    yield "[]"
    yield ""
