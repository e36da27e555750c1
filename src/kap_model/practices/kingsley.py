"""``kingsley``: the Kingsley practice page, over ``core``."""

from __future__ import annotations

from functools import cache
from typing import Final

from kap_model.citations import BRIEF, KINGSLEY_PAGE as PAGE
from kap_model.limits import Bounds, ReviewAfter, ReviewEvery
from kap_model.practices._practice import Fact, Practice, Published, settings
from kap_model.practices.core import CORE

_SETTING = "the setting of a session is not part of a plan"
_GENERAL = "general information about the medicine, not a limit of a course"


@cache
def _published() -> Published:
    """What its superbills may claim, section on insurance."""
    from kap_model.fees.charges import Claim

    return Published(
        claims=(
            # The medical partner's kinds are never on the therapist's superbill.
            Claim(kind="medical-evaluation", scope="nothing"),
            Claim(kind="preparation", scope="whole"),
            Claim(kind="dosing", scope=60),
            Claim(kind="integration", scope="whole"),
            Claim(kind="medical-review", scope="nothing"),
        )
    )


KINGSLEY: Final = Practice(
    id="kingsley",
    title="Kingsley",
    timezone="America/Los_Angeles",
    protocol=CORE.protocol.extended(
        "kingsley",
        settings=settings(
            ("preparation_count", Bounds(1, 3), PAGE["step 2"]),
            ("dosing_count", Bounds(6, 8), BRIEF["dosing sessions"]),
            ("integration_per_dosing", 1, PAGE["step 4"]),
            ("dosing_minutes", Bounds(120, 180), PAGE["step 3"]),
            ("effect_minutes", 70, PAGE["step 3"]),
            ("review_every", ReviewEvery(3), PAGE["step 5"]),
            ("review_after", ReviewAfter(2, "before-next"), PAGE["step 5"]),
            ("formats", ("individual", "group"), PAGE["what KAP is"]),
        ),
        severities={"SCREEN-FIRST": "warning"},
    ),
    published=_published,
    facts=(
        Fact(
            says="KAP sessions are held individually or in groups.",
            citation=PAGE["what KAP is"],
            used_by=("formats", "MODALITY"),
        ),
        Fact(
            says="Evidence supports KAP for depression, anxiety, OCD and PTSD, among others.",
            citation=PAGE["what KAP is"],
            unused="indications are the medical partner's decision, not a limit of a course",
        ),
        Fact(
            says="Ketamine is legal, acts fast and enhances neuroplasticity.",
            citation=PAGE["is it safe"],
            unused=_GENERAL,
        ),
        Fact(
            says="Effects on mood begin 1 to 2 hours after treatment and last up to 2 weeks.",
            citation=PAGE["is it safe"],
            unused=_GENERAL,
        ),
        Fact(
            says="Repeated sessions after a protocol make the effects last longer.",
            citation=PAGE["is it safe"],
            unused=_GENERAL,
        ),
        Fact(
            says="Lasting change is made in the integration sessions.",
            citation=PAGE["is it safe"],
            used_by=("INTEG-EACH",),
        ),
        Fact(
            says="The therapist judges first whether somebody is a candidate, then refers.",
            citation=PAGE["step 1"],
            used_by=("consultation_first", "SCREEN-FIRST"),
        ),
        Fact(
            says="A medical provider of a partner determines eligibility by telehealth.",
            citation=PAGE["step 1"],
            used_by=("evaluation_first", "medical_roles", "MED-CLEAR", "ROLE-SCOPE"),
        ),
        Fact(
            says="The evaluation goes over the client's history and educates on the treatment.",
            citation=PAGE["step 1"],
            unused=_SETTING,
        ),
        Fact(
            says="The prescription is written once the client is found eligible.",
            citation=PAGE["step 1"],
            used_by=("evaluation_first", "SUPPLY-ISSUED"),
        ),
        Fact(
            says="The first medicine, sent home, is enough for two dosings.",
            citation=PAGE["step 1"],
            used_by=("initial_supply", "SUPPLY-BALANCE", "SUPPLY-INITIAL"),
        ),
        Fact(
            says="Preparation sets goals and intentions, with the therapist.",
            citation=PAGE["step 2"],
            used_by=("therapist_roles", "ROLE-SCOPE"),
        ),
        Fact(
            says="Preparation sessions come before the medicine session.",
            citation=PAGE["step 2"],
            used_by=("preparation_before_dosing", "PREP-ORDER"),
        ),
        Fact(
            says="Preparations are scheduled like regular therapy sessions.",
            citation=PAGE["step 2"],
            unused="the page states no length for a regular session",
        ),
        Fact(
            says="The therapist decides the number of preparations; 1 to 3 are typical.",
            citation=PAGE["step 2"],
            used_by=("preparation_count", "PREP-COUNT"),
        ),
        Fact(
            says="A dosing session lasts 2 to 3 hours.",
            citation=PAGE["step 3"],
            used_by=("dosing_minutes", "DOSE-DURATION"),
        ),
        Fact(
            says="Dosings are held in person or by telehealth.",
            citation=PAGE["step 3"],
            used_by=("dosing_places", "MODALITY"),
        ),
        Fact(
            says="The client reclines with an eye mask and music.",
            citation=PAGE["step 3"],
            unused=_SETTING,
        ),
        Fact(
            says="The medicine is a sublingual lozenge prescribed by the medical provider.",
            citation=PAGE["step 3"],
            unused="route and dose are the prescriber's",
        ),
        Fact(
            says="Effects last about 45 to 70 minutes.",
            citation=PAGE["step 3"],
            used_by=("effect_minutes", "EFFECT-FIT"),
        ),
        Fact(
            says="Effects vary with the protocol and from person to person.",
            citation=PAGE["step 3"],
            unused="the longest usual effect is the limit; a person's own is not recorded",
        ),
        Fact(
            says="The therapist is present the entire time.",
            citation=PAGE["step 3"],
            used_by=("therapist_present", "THERAPIST-PRESENT"),
        ),
        Fact(
            says="The rest of the appointment is time to process, if desired.",
            citation=PAGE["step 3"],
            unused="no length is stated, so processing_minutes stays unset",
        ),
        Fact(
            says="At least one integration follows every dosing, with the therapist.",
            citation=PAGE["step 4"],
            used_by=(
                "integration_per_dosing",
                "integration_after_dosing",
                "INTEG-EACH",
                "INTEG-ORDER",
            ),
        ),
        Fact(
            says="Integration also prepares for the next dosing.",
            citation=PAGE["step 4"],
            used_by=("INTEG-EACH",),
        ),
        Fact(
            says="After the first two dosings the medical provider follows up before KAP goes on.",
            citation=PAGE["step 5"],
            used_by=("review_after", "REVIEW-AFTER"),
        ),
        Fact(
            says="Whether KAP goes on after two dosings is the client's wish.",
            citation=PAGE["step 5"],
            unused="a client's wish to stop is the plan's state, discontinued",
        ),
        Fact(
            says="The follow-up monitors the effects.",
            citation=PAGE["step 5"],
            unused=_SETTING,
        ),
        Fact(
            says="The frequency of further follow-ups depends on the individual treatment plan.",
            citation=PAGE["step 5"],
            unused="above the quarterly minimum the frequency is the medical partner's",
        ),
        Fact(
            says="Refills are prescribed at the follow-up, as appropriate.",
            citation=PAGE["step 5"],
            used_by=("refill_needs_review", "REFILL-REVIEW", "SUPPLY-BALANCE"),
        ),
        Fact(
            says="Follow-ups take place at least once per quarter.",
            citation=PAGE["step 5"],
            used_by=("review_every", "REVIEW-QUARTER"),
        ),
        Fact(
            says="Medical intake and follow-ups are not submitted to insurance directly; they may "
            "be reimbursed out of network.",
            citation=PAGE["insurance"],
            used_by=("claims.medical-evaluation", "claims.medical-review"),
        ),
        Fact(
            says="The therapist is not a partner of insurers.",
            citation=PAGE["insurance"],
            unused="a client's benefits are no price of the practice",
        ),
        Fact(
            says="Superbills cover preparation, integration and one hour of a dosing.",
            citation=PAGE["insurance"],
            used_by=("claims.preparation", "claims.dosing", "claims.integration"),
        ),
        Fact(
            says="The practice's appointments are in person and by telehealth.",
            citation=PAGE["footer"],
            unused="it speaks of the whole practice; step 3 says it of dosings",
        ),
        Fact(
            says="The therapist is a marriage and family therapist.",
            citation=PAGE["footer"],
            used_by=("therapist_roles", "ROLE-SCOPE"),
        ),
    ),
)
