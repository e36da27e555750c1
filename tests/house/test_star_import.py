"""All public names by one import, at run time and, as this file is type-checked, to checkers."""

from __future__ import annotations

from kap_model import *  # noqa: F403 - what is tested
from kap_model.fees import *  # noqa: F403 - likewise
from kap_model.formats import *  # noqa: F403 - likewise
from kap_model.practices import *  # noqa: F403 - likewise


def test_every_face_gives_its_names() -> None:
    report = check(parse("2027-01-04 C0 E2 P7 D14/90 I15"), KINGSLEY)  # noqa: F405 - likewise
    assert not report.ok
    assert Flat(amount=Money.of("1.00", "USD")).minutes is None  # noqa: F405 - likewise
    assert as_sarif is not None  # noqa: F405 - likewise
