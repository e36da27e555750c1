"""``core``: the brief and what both practice pages say; where they differ, the widest range."""

from __future__ import annotations

from typing import Final

from kap_model.citations import BOTH_PAGES, BRIEF, KINGSLEY_PAGE
from kap_model.limits import Bounds, ReviewEvery
from kap_model.practices._practice import Fact, Practice, settings
from kap_model.protocol import CareProtocol

CORE: Final = Practice(
    id="core",
    title="Core: the brief and what both practices share",
    timezone="UTC",
    protocol=CareProtocol(
        id="core",
        settings=settings(
            ("preparation_count", Bounds(1, 3), BRIEF["preparation sessions"]),
            ("dosing_count", Bounds(6, 8), BRIEF["dosing sessions"]),
            ("integration_per_dosing", 1, BRIEF["integration"]),
            ("dosing_minutes", Bounds(60, 180), BOTH_PAGES["1-2 hours [R step 5], 2-3 [K step 3]"]),
            ("review_every", ReviewEvery(3), BRIEF["medical review"]),
            ("initial_supply", 2, KINGSLEY_PAGE["step 1"]),
            ("refill_needs_review", True, KINGSLEY_PAGE["step 5"]),
            ("evaluation_first", True, KINGSLEY_PAGE["step 1"]),
            ("preparation_before_dosing", True, KINGSLEY_PAGE["step 2"]),
            ("integration_after_dosing", True, KINGSLEY_PAGE["step 4"]),
            ("consultation_first", True, KINGSLEY_PAGE["step 1"]),
            ("therapist_present", True, KINGSLEY_PAGE["step 3"]),
            ("medical_roles", ("medical-provider",), KINGSLEY_PAGE["steps 1 and 5"]),
            ("therapist_roles", ("therapist",), KINGSLEY_PAGE["steps 2-4"]),
            ("dosing_places", ("office", "remote"), KINGSLEY_PAGE["step 3"]),
            ("formats", ("individual", "group"), KINGSLEY_PAGE["what KAP is"]),
        ),
    ),
    facts=(
        Fact(
            says="A course has 1 to 3 preparation sessions.",
            citation=BRIEF["preparation sessions"],
            used_by=("preparation_count", "PREP-COUNT"),
        ),
        Fact(
            says="A course has 6 to 8 dosing sessions.",
            citation=BRIEF["dosing sessions"],
            used_by=("dosing_count", "DOSE-COUNT"),
        ),
        Fact(
            says="An integration follows every dosing.",
            citation=BRIEF["integration"],
            used_by=("integration_per_dosing", "INTEG-EACH"),
        ),
        Fact(
            says="A medical review takes place at least each quarter.",
            citation=BRIEF["medical review"],
            used_by=("review_every", "REVIEW-QUARTER"),
        ),
    ),
)
