"""What a claim says beside its amounts: who bills, service codes and minutes, places of service.

All of it is the caller's; what is here checks it and invents none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from attrs import frozen

from kap_model._values import Value, as_mapping, as_tuple, check_integer, check_text
from kap_model.citations import Citation, Source, check_citation
from kap_model.errors import refusal
from kap_model.sessions import KINDS, LONGEST_MINUTES

CPT: Final = Source("Current Procedural Terminology (CPT), American Medical Association")
PLACE_OF_SERVICE_SET: Final = Source("CMS place of service code set for professional claims")
NPI_RULE: Final = Source("CMS requirements for the National Provider Identifier")

PlaceOfService: TypeAlias = Literal["02", "10", "11"]
RemotePlace: TypeAlias = Literal["02", "10"]

TELEHEALTH_ELSEWHERE: Final = "02"
"""By video or telephone, the client elsewhere than at home."""
TELEHEALTH_AT_HOME: Final = "10"
"""By video or telephone, the client at home; in force from 1 January 2022."""
OFFICE: Final = "11"
"""In the therapist's office."""
PLACES_OF_SERVICE: Final = (TELEHEALTH_ELSEWHERE, TELEHEALTH_AT_HOME, OFFICE)
REMOTE_PLACES: Final = (TELEHEALTH_ELSEWHERE, TELEHEALTH_AT_HOME)
PLACES_CITATION: Final[Citation] = PLACE_OF_SERVICE_SET["codes 02, 10 and 11"]
NPI_CITATION: Final[Citation] = NPI_RULE["check digit"]

CODE_REASON: Final = "must be a code of 3 to 8 capital letters, digits or dots"
_CODE: Final = re.compile(r"[A-Z0-9.]{3,8}", re.ASCII)
_NPI: Final = re.compile(r"\d{10}", re.ASCII)
# An NPI is checked as it stands on a health card: 80 for health, 840 for the United States.
_CARD_PREFIX: Final = "80840"


def check_code(value: object, path: str) -> None:
    """Refuse anything but the form of a service or diagnosis code."""
    if type(value) is not str or _CODE.fullmatch(value) is None:
        raise refusal(path, CODE_REASON)


def check_npi(value: object, path: str) -> None:
    """Refuse anything but ten digits whose last is their Luhn check digit [NPI rule]."""
    if type(value) is not str or _NPI.fullmatch(value) is None:
        raise refusal(path, "must be 10 digits")
    if _luhn_sum(_CARD_PREFIX + value) % 10:
        raise refusal(path, "must end in its check digit; a digit is wrong, or two are swapped")


def _luhn_sum(digits: str) -> int:
    """The sum of the digits, every second one from the right doubled and its own digits added."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    return total


@frozen(kw_only=True, repr=False)
class Provider(Value):
    """Who held the sessions, as a claim names them.

    Attributes:
        name: The name, with the degree or title that the payer asks for.
        npi: The National Provider Identifier: ten digits, the last their check digit [CMS].
        tax_id: The number under which the practice pays tax.
        license: The number of the license.
        address: In one line.
        telephone: As it should be printed.

    Raises:
        InvalidValue: A text is not one short line, or the NPI fails its check digit.
    """

    name: str
    npi: str | None = None
    tax_id: str | None = None
    license: str | None = None
    address: str | None = None
    telephone: str | None = None

    def __attrs_post_init__(self) -> None:
        check_text(self.name, "name")
        if self.npi is not None:
            check_npi(self.npi, "npi")
        for name in ("tax_id", "license", "address", "telephone"):
            if getattr(self, name) is not None:
                check_text(getattr(self, name), name)

    def to_dict(self) -> dict[str, str | None]:
        """The provider as JSON values."""
        return {
            "name": self.name,
            "npi": self.npi,
            "tax_id": self.tax_id,
            "license": self.license,
            "address": self.address,
            "telephone": self.telephone,
        }

    def __repr__(self) -> str:
        return "<Provider>"


@frozen(kw_only=True)
class TimeBand(Value):
    """The minutes for which a service code may be claimed, ends included.

    Attributes:
        code: The service code.
        lowest: Its fewest minutes.
        highest: Its most; ``None`` = no end.
        citation: Who says so.

    Raises:
        InvalidValue: A field is of the wrong type, or ``highest`` is below ``lowest``.
    """

    code: str
    lowest: int
    highest: int | None
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_code(self.code, "code")
        check_integer(self.lowest, "lowest", 1, LONGEST_MINUTES)
        if self.highest is not None:
            check_integer(self.highest, "highest", self.lowest, LONGEST_MINUTES)
        check_citation(self.citation, "citation")

    def holds(self, minutes: int) -> bool:
        """Whether so many minutes may be claimed under the code."""
        return self.lowest <= minutes and (self.highest is None or minutes <= self.highest)

    def __str__(self) -> str:
        if self.highest is None:
            return f"{self.lowest} min or more"
        return f"{self.lowest} to {self.highest} min"


_TIME_RULE: Final = CPT["psychotherapy, time rule"]
PSYCHOTHERAPY_BANDS: Final = (
    TimeBand(code="90832", lowest=16, highest=37, citation=_TIME_RULE),
    TimeBand(code="90834", lowest=38, highest=52, citation=_TIME_RULE),
    TimeBand(code="90837", lowest=53, highest=None, citation=_TIME_RULE),
)
"""Psychotherapy of 30, 45 and 60 minutes: the code whose time the minutes come nearest to."""


def as_time_bands(values: Iterable[TimeBand]) -> tuple[TimeBand, ...]:
    """A table of time bands, each code once.

    Raises:
        InvalidValue: Something else, or a code twice.
    """
    bands = as_tuple(values, "time_bands")
    for index, band in enumerate(bands):
        if type(band) is not TimeBand:
            raise refusal(f"time_bands[{index}]", "must be a TimeBand")
    if len({band.code for band in bands}) != len(bands):
        raise refusal("time_bands", "must name each code once")
    return bands


def check_minutes(code: str, minutes: int, bands: Iterable[TimeBand]) -> None:
    """Refuse a code that a table gives for other minutes; one it does not know passes."""
    for band in bands:
        if band.code == code and not band.holds(minutes):
            raise refusal("code", f"must fit the minutes claimed; the one given is for {band}")


def as_codes(values: Mapping[str, str], sessions: Iterable[str]) -> dict[str, str]:
    """Service codes by kind or by session id.

    Raises:
        InvalidValue: Another form, or a place that is neither a kind nor a session of the plan.
    """
    codes = as_mapping(values, "codes")
    known = {*KINDS, *sessions}
    for place, code in codes.items():
        if place not in known:
            raise refusal("codes", "must be by kind, or by the id of a session of the plan")
        check_code(code, f"codes.{place}")
    return codes


def as_diagnoses(values: Iterable[str]) -> tuple[str, ...]:
    """Diagnosis codes in the caller's order, each once.

    Raises:
        InvalidValue: Something else, or a code twice.
    """
    codes = as_tuple(values, "diagnoses")
    for index, code in enumerate(codes):
        check_code(code, f"diagnoses[{index}]")
    if len(set(codes)) != len(codes):
        raise refusal("diagnoses", "must name each once")
    return codes
