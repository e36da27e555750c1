"""Values that tell a sound document from an unsound one: both sides of every boundary."""

from __future__ import annotations

from typing import Any, Final

ANY: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    1,
    1.0,
    0.5,
    "",
    "none",
    [],
    [[]],
    {},
    {"x": 1},
    "marker\n",
)
NUMBERS: Final[tuple[float, ...]] = (
    *(-1, 0, 1, 2, 60, 120, 121, 1440, 1441, 10**6, 10**6 + 1, 10**12 - 1, 10**12, -(10**30)),
    *(50.0, 1e3, 1e300, -0.0, 0.5, float("nan"), float("inf")),
)
TEXTS: Final = (
    *("a" * 64, "a" * 65, "x" * 200, "x" * 201, "-a", ".a", "a.b_c-D", "a b", " a", "a ", "a\n"),
    *(
        "a\tb",
        "a\u00a0",
        "\u3000a",
        "a\u2028b",
        "a\u200bb",
        "a\u200db",
        "\ue000",
        "\u00e9",
        "\u0661",
    ),
    *(
        "a\u0000b",
        "a\u007fb",
        "a\u0085b",
        "a\u001f",
        "None",
        "NONE",
        "none\n",
        "\ud800",
        "\U0001f600",
    ),
)
DATES: Final = (
    *("1899-12-31", "1900-01-01", "2200-12-31", "2201-01-01", "2027-02-29", "2028-02-29"),
    *("2027-02-30", "2027-13-01", "2027-00-10", "2027-01-00", "2027-01-32", "2027-1-01"),
    *("2027-01-01\n", "2027-01-01T00:00:00Z", "\u0662027-01-01", "20270101"),
)
TIMES: Final = (
    *("1979-12-31T23:59:59Z", "1979-12-31T23:59:59-00:01", "1980-01-01T00:00:00Z"),
    *("1980-01-01T00:00:00+00:01", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z"),
    *("2200-01-01T13:59:59+14:00", "1979-12-30T23:59:59-14:00", "2200-01-02T00:00:00+14:00"),
    *("2027-01-01T10:00:00+14:00", "2027-01-01T10:00:00+14:01", "2027-01-01T10:00:00-14:00"),
    *("2027-01-01T10:00:00-00:00", "2027-01-01T10:00:00+00:00", "2027-01-01T10:00:00-00:01"),
    *("2027-01-01T10:00:00-13:59", "2027-01-01T10:00:00+05:60", "2027-01-01T10:00:00-15:00"),
    *("2027-01-01T24:00:00Z", "2027-01-01T23:60:00Z", "2027-01-01T23:59:60Z", "2027-01-01"),
    *("2027-02-29T10:00:00Z", "2027-01-01T10:00:00", "2027-01-01t10:00:00Z"),
    *(
        "2027-01-01T10:00:00z",
        "2027-01-01T10:00:00.5Z",
        "2027-01-01T10:00Z",
        "2027-01-01T10:00:00Z\n",
    ),
    *("2027-01-01T10:00", "2027-01-01T10:00\n", "2027-01-01T24:00", "2027-02-29T10:00"),
    *("2027-03-14T02:30", "2027-11-07T01:30:00", "2200-01-01T00:00", "2027-01-01T10"),
)
FIGURES: Final = (
    *("0", "00", "0.0", "-0", "-0.00", "-5", "-5.25", "1.5", "1.25", "1.125", "1.0625", "1.", ".5"),
    *(
        "10000000000000.00",
        "10000000000000.01",
        "9" * 16,
        "9" * 17,
        "+1",
        "1e3",
        "1,000",
        " 1",
        "1\n",
    ),
    *("-100", "-100.0000", "-100.0001", "-99.9999", "-101", "100", "999.9999", "1000", "0.00001"),
    *("\u0661", "99", "100.5", "-0.0000", "USD", "usd", "USDX", "U\u017fD", "JPY", "KWD", "USD\n"),
)
WORDS: Final = (
    *("medical-evaluation", "preparation", "integration", "planned", "individual", "active"),
    *("ineligible", "pending", "kingsley", "regrounding", "warning", "before-next", "month"),
    *("consultation", "medical-review", "dosing", "supply", "course", "completed", "cancelled"),
    *("no-show", "office", "remote", "group", "eligible", "stop", "continue", "discontinued"),
    *("core", "own", "UTC", "utc", "Etc/GMT+5", "off", "OFF", "whole", "nothing", "paid", "quoted"),
    *("therapist", "medical", "error", "advice", "rolling", "calendar", "any-time", "week", "year"),
    *(
        "MED-CLEAR",
        "med-clear",
        "flat",
        "hourly",
        "tiers",
        "by-label",
        "periodic",
        "format",
        "level",
    ),
    *("kap-model/plan/1", "kap-model/fees/1", "kap-model/plan/2"),
)
FLAT: Final = {"type": "flat", "amount": "1.00"}
WEEKLY: Final = {"type": "periodic", "amount": "1.00", "every": "week"}


def by_label(label: str, *rates: dict[str, Any]) -> dict[str, Any]:
    options = [{"label": f"l{number}", "rate": rate} for number, rate in enumerate(rates)]
    return {"type": "by-label", "label": label, "options": options}


OBJECTS: Final[tuple[Any, ...]] = (
    *({"min": 1}, {"max": 0}, {"min": 2, "max": 1}, {"min": 1, "max": 1, "x": 1}, {"min": -1}),
    *({"months": 120}, {"months": 121}, {"months": 0}, {"months": 1, "policy": "monthly"}),
    *(
        {"at_most": 1, "days": 7},
        {"at_most": 0, "days": 7},
        {"at_most": 1},
        {"at_most": 1.0, "days": 1},
    ),
    *({"dosings": 1, "gate": "any-time"}, {"dosings": 1}, {"dosings": 0, "gate": "any-time"}),
    *({"id": "a", "role": "b"}, {"id": "a"}, {"source": "s", "where": "w"}, {"source": "s"}),
    *(FLAT, WEEKLY, {**FLAT, "every": "week"}, {"type": "hourly", "amount": "1.00"}),
    *(by_label("route", FLAT), by_label("format", FLAT), by_label("route", WEEKLY)),
    *(by_label("route", FLAT, WEEKLY), by_label("route", by_label("x", FLAT)), by_label("route")),
    *(
        {"type": "tiers", "tiers": []},
        {"type": "scale", "low": "1.00"},
        {"dosing": 1},
        {"supply": 1},
    ),
)
LISTS: Final[tuple[Any, ...]] = (
    *(
        ["a"],
        ["a", "a"],
        ["a", "b"],
        ["office"],
        ["group"],
        ["office", "remote"],
        [1],
        [None],
        [True],
    ),
    *([{}], ["dosing"], ["dosing", "dosing"], ["a b"], ["MED-CLEAR"], [FLAT]),
)
