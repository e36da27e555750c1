"""What lint says of the protocols of real practices: each can be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import kap_model as kap

DOCUMENTS = sorted((Path(__file__).parent / "protocols").glob("*.json"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_protocol_of_a_practice_has_a_witness_on_all_dates(path: Path) -> None:
    care = kap.load_protocol(path)
    found = kap.lint(care)
    assert found.ok
    for stretch in found.stretches:
        assert stretch.witness is not None
        findings = kap.check(stretch.witness, care).findings
        assert [str(one) for one in findings if one.verdict != "unknown"] == []


def test_there_are_as_many_as_the_manual_says() -> None:
    assert len(DOCUMENTS) == 39
