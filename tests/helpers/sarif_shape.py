"""What SARIF 2.1.0 asks of the objects that we write: keys, required ones, words and numbers.

Written from the prose of the standard (sections in brackets), for the part of it that is used here.
A key that stands in no table is refused, as the standard's own schema refuses unknown keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Check = Callable[[Any], None]


def text(value: Any) -> None:
    assert type(value) is str
    assert value


def flag(value: Any) -> None:
    assert type(value) is bool


def positive(value: Any) -> None:
    assert type(value) is int
    assert value >= 1


def index(value: Any) -> None:
    assert type(value) is int
    assert value >= 0


def uri_reference(value: Any) -> None:
    text(value)
    assert re.fullmatch(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-F]{2})+", value)


def one_of(*words: str) -> Check:
    def check(value: Any) -> None:
        assert value in words

    return check


def list_of(check: Check) -> Check:
    def check_all(values: Any) -> None:
        assert type(values) is list
        for value in values:
            check(value)

    return check_all


def mapping_of(check: Check) -> Check:
    def check_all(values: Any) -> None:
        assert type(values) is dict
        for key, value in values.items():
            text(key)
            check(value)

    return check_all


def bag(value: Any) -> None:
    assert type(value) is dict


def shape(required: dict[str, Check], **optional: Check) -> Check:
    def check(value: Any) -> None:
        assert type(value) is dict
        assert set(required) <= set(value)
        for key, inner in value.items():
            assert key in required or key in optional, key
            (required | optional)[key](inner)

    return check


def region(value: Any) -> None:
    """3.30: an end that is not before the start."""
    shape({"startLine": positive}, startColumn=positive, endLine=positive, endColumn=positive)(
        value
    )
    start = (value["startLine"], value["startColumn"])
    assert (value["endLine"], value["endColumn"]) >= start


LEVEL = one_of("none", "note", "warning", "error")  # 3.27.10
MESSAGE = shape({"text": text})  # 3.11
PHYSICAL = shape(  # 3.29
    {"artifactLocation": shape({"uri": uri_reference})}, region=region
)
LOGICAL = shape({}, name=text, fullyQualifiedName=text, kind=text)  # 3.33
LOCATION = shape({}, id=index, physicalLocation=PHYSICAL, logicalLocations=list_of(LOGICAL))
RESULT = shape(  # 3.27
    {"message": MESSAGE, "ruleId": text},
    ruleIndex=index,
    level=LEVEL,
    locations=list_of(LOCATION),
    relatedLocations=list_of(LOCATION),
    partialFingerprints=mapping_of(text),
    suppressions=list_of(shape({"kind": one_of("inSource", "external")})),  # 3.35
    properties=bag,
)
RULE = shape(  # 3.49
    {"id": text},
    shortDescription=MESSAGE,
    fullDescription=MESSAGE,
    help=MESSAGE,
    defaultConfiguration=shape({}, level=LEVEL),
)
DRIVER = shape({"name": text}, version=text, rules=list_of(RULE))  # 3.19
NOTIFICATION = shape({"message": MESSAGE}, level=LEVEL, locations=list_of(LOCATION))  # 3.58
INVOCATION = shape(  # 3.20
    {"executionSuccessful": flag}, toolExecutionNotifications=list_of(NOTIFICATION)
)
RUN = shape(  # 3.14
    {"tool": shape({"driver": DRIVER}), "results": list_of(RESULT)},
    invocations=list_of(INVOCATION),
    columnKind=one_of("utf16CodeUnits", "unicodeCodePoints"),
)
LOG = shape({"version": one_of("2.1.0"), "runs": list_of(RUN), "$schema": uri_reference})  # 3.13


def check_sarif(log: Any) -> None:
    """Assert that a log has the shape, and that its indices lead where they should."""
    LOG(log)
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(set(rules)) == len(rules)
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
