"""JUnit's XML: a suite for each document, a case for each thing that was asked of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kap_model.display._html import writable
from kap_model.formats._judged import Judged, Note, fails

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_COUNTS: Final = ("tests", "failures", "errors", "skipped")


def as_junit(judged: Iterable[Judged], *, fail_on: Collection[str] = ("error",)) -> str:
    """The document of plans that were checked, or of protocols that were linted, in order.

    Args:
        judged: The plans or protocols.
        fail_on: Which findings are failures, names of :data:`~kap_model.formats.FAIL_ON`; the
            others stand in the case's output.
    """
    return junit_document([junit_suite(one, fail_on) for one in judged])


def junit_document(suites: Sequence[Element]) -> str:
    """The document of suites, in order."""
    from xml.etree.ElementTree import Element, indent, tostring

    counts = {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in _COUNTS}
    root = Element("testsuites", {"name": "kap-model", **counts})
    root.extend(suites)
    indent(root)
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declared}\n{tostring(root, encoding='unicode')}\n"


def junit_suite(judged: Judged, fail_on: Collection[str]) -> Element:
    """The suite of one document: its cases, or that it could not be used."""
    said = judged.judgement
    if said is None:
        return _suite(judged.place, {}, [_unusable(judged)])
    notes = said.notes
    cases = [
        _case(said.subject, topic, idle, [note for note in notes if note.topic == topic], fail_on)
        for topic, idle in said.topics.items()
    ]
    about = {"file": judged.place} if judged.is_file else {}
    return _suite(said.subject, about | said.about, cases)


def _suite(name: str, about: dict[str, str], cases: list[Element]) -> Element:
    tags = [child.tag for case in cases for child in case]
    counts = (len(cases), tags.count("failure"), tags.count("error"), tags.count("skipped"))
    suite = _element("testsuite", name=name)
    for count, number in zip(_COUNTS, counts, strict=True):
        suite.set(count, str(number))
    if about:
        properties = _element("properties")
        properties.extend(_element("property", name=k, value=v) for k, v in about.items())
        suite.append(properties)
    suite.extend(cases)
    return suite


def _unusable(judged: Judged) -> Element:
    case = _element("testcase", name="document", classname=judged.place)
    reasons = [str(problem) for problem in judged.problems]
    text = "\n".join(reasons)
    case.append(_element("error", text, message="; ".join(reasons[:1]), type="unusable"))
    return case


def _case(
    subject: str, topic: str, idle: str | None, found: list[Note], fail_on: Collection[str]
) -> Element:
    case = _element("testcase", name=topic, classname=subject)
    if idle is not None:
        case.append(_element("skipped", message=idle))
    failing = [note for note in found if fails(note, fail_on)]
    others = [note for note in found if not fails(note, fail_on)]
    if failing:
        worst = failing[0]
        text = "\n".join(_told(note) for note in failing)
        case.append(_element("failure", text, message=worst.message, type=worst.kind))
    if others:
        case.append(_element("system-out", "\n".join(_told(note) for note in others)))
    return case


def _told(note: Note) -> str:
    lines = [f"{note.heading}: {note.message}"]
    lines += [f"  {label}: {text}" for label, text in note.details]
    return "\n".join(lines)


def _element(tag: str, text: str = "", **attributes: str) -> Element:
    from xml.etree.ElementTree import Element

    made = Element(tag, {name: writable(value) for name, value in attributes.items()})
    made.text = writable(text) or None
    return made
