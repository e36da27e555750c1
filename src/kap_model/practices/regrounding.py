"""``regrounding``: the Regrounding Therapy practice page, over ``core``."""

from __future__ import annotations

from functools import cache
from typing import Final

from kap_model.citations import REGROUNDING_PAGE as PAGE
from kap_model.limits import Bounds, ReviewAfter, ReviewEvery
from kap_model.practices._practice import Fact, Practice, Published, settings
from kap_model.practices.core import CORE

_GENERAL = "general information about the medicine, not a limit of a course"
_PARTNER = "Journey Clinical"
_SETTING = "the setting of a session is not part of a plan"


@cache
def _published() -> Published:
    """Its prices, section on fees."""
    from kap_model.fees.rates import Flat, Hourly
    from kap_model.fees.schedule import Fee, FeeSchedule
    from kap_model.money import Money

    therapy = Flat(amount=Money.of("185.00", "USD"), minutes=50)
    dosing = Hourly(amount=Money.of("250.00", "USD"), published=Bounds(90, 120))
    return Published(
        fees=FeeSchedule(
            id="regrounding",
            currency="USD",
            fees=(
                Fee(item="consultation", citation=PAGE["fees, which name no price for it"]),
                Fee(item="medical-evaluation", payee=_PARTNER, citation=PAGE["fees"]),
                Fee(item="preparation", rate=therapy, citation=PAGE["fees"]),
                Fee(item="dosing", rate=dosing, citation=PAGE["fees"]),
                Fee(item="integration", rate=therapy, citation=PAGE["fees"]),
                Fee(item="medical-review", payee=_PARTNER, citation=PAGE["step 7, inferred"]),
            ),
        )
    )


REGROUNDING: Final = Practice(
    id="regrounding",
    title="Regrounding Therapy",
    timezone="America/Los_Angeles",
    protocol=CORE.protocol.extended(
        "regrounding",
        settings=settings(
            ("preparation_count", Bounds(1, 2), PAGE["fees"]),
            ("dosing_count", Bounds(6, 8), PAGE["fees"]),
            ("integration_per_dosing", 1, PAGE["step 6"]),
            ("integration_count", Bounds(6, 8), PAGE["fees"]),
            ("dosing_minutes", Bounds(60, 120), PAGE["step 5"]),
            ("effect_minutes", 45, PAGE["how ketamine feels"]),
            ("therapy_minutes", Bounds(50, 50), PAGE["fees"]),
            ("review_every", ReviewEvery(3), PAGE["step 7"]),
            ("review_after", ReviewAfter(1, "any-time"), PAGE["step 7"]),
            ("initial_supply", 2, PAGE["step 3"]),
            ("refill_needs_review", True, PAGE["step 7"]),
            ("evaluation_first", True, PAGE["step 2"]),
            ("preparation_before_dosing", True, PAGE["step 4"]),
            ("integration_after_dosing", True, PAGE["step 6"]),
            ("consultation_first", True, PAGE["step 1"]),
            ("therapist_present", True, PAGE["step 5"]),
            ("medical_roles", ("medical-provider",), PAGE["steps 2 and 7"]),
            ("therapist_roles", ("therapist",), PAGE["steps 4-6"]),
            ("preparation_after_supply", True, PAGE["step 4"]),
            ("dosing_places", ("office", "remote"), PAGE["step 5"]),
            ("support_person_when_remote", True, PAGE["step 5"]),
            ("dose_levels", ("low", "moderate"), PAGE["low and moderate dose"]),
            (
                "exclusions",
                ("active-substance-misuse", "uncontrolled-medical-condition"),
                PAGE["who might benefit"],
            ),
        ),
        severities={
            "SCREEN-FIRST": "warning",
            # The page calls the number of dosings a general guideline.
            "DOSE-COUNT": {"below": "error", "above": "warning"},
            "REVIEW-AFTER": "warning",
        },
    ),
    published=_published,
    facts=(
        Fact(
            says="KAP is offered in partnership with a medical provider group.",
            citation=PAGE["heading"],
            used_by=("medical_roles", "ROLE-SCOPE"),
        ),
        Fact(
            says="A client may choose a low or a more moderate dose.",
            citation=PAGE["heading"],
            used_by=("dose_levels", "DOSE-LEVEL"),
        ),
        Fact(
            says="6 to 8 dosings in total are the general guideline.",
            citation=PAGE["fees"],
            used_by=("dosing_count", "DOSE-COUNT"),
        ),
        Fact(
            says="Insurance does not cover KAP; a client may have out-of-network benefits.",
            citation=PAGE["fees"],
            unused="a client's benefits are no price of the practice",
        ),
        Fact(
            says="Payment plans are available on request.",
            citation=PAGE["fees"],
            unused="no terms are stated; any total can be split into instalments",
        ),
        Fact(
            says="Costs vary with the course and with out-of-network benefits.",
            citation=PAGE["fees"],
            unused="it follows from the prices, and states none",
        ),
        Fact(
            says="The number of dosings is decided together with the client.",
            citation=PAGE["fees"],
            unused="within the guideline the number is the client's and the therapist's",
        ),
        Fact(
            says="There are 1 to 2 preparations.",
            citation=PAGE["fees"],
            used_by=("preparation_count", "PREP-COUNT"),
        ),
        Fact(
            says="Preparations and integrations are priced for 50 minutes.",
            citation=PAGE["fees"],
            used_by=("therapy_minutes", "THERAPY-LENGTH"),
        ),
        Fact(
            says="A preparation or integration costs 185 USD.",
            citation=PAGE["fees"],
            used_by=("fees.preparation", "fees.integration"),
        ),
        Fact(
            says="A dosing costs 250 USD per hour: 375 for 90 minutes, 500 for 2 hours.",
            citation=PAGE["fees"],
            used_by=("fees.dosing",),
        ),
        Fact(
            says="There are 6 to 8 integrations.",
            citation=PAGE["fees"],
            used_by=("integration_count", "INTEG-COUNT"),
        ),
        Fact(
            says="The fees do not include the medical partner's evaluation and prescription, "
            "which insurance may cover.",
            citation=PAGE["fees"],
            used_by=("fees.medical-evaluation",),
        ),
        Fact(
            says="An initial consultation, in person or online, comes first.",
            citation=PAGE["step 1"],
            used_by=("consultation_first", "SCREEN-FIRST", "fees.consultation"),
        ),
        Fact(
            says="A licensed provider of the medical partner evaluates eligibility by video.",
            citation=PAGE["step 2"],
            used_by=("evaluation_first", "medical_roles", "MED-CLEAR"),
        ),
        Fact(
            says="The evaluation reviews the client's history and educates on the treatment.",
            citation=PAGE["step 2"],
            unused=_SETTING,
        ),
        Fact(
            says="For an eligible client the partner plans prescription and monitoring.",
            citation=PAGE["step 2"],
            used_by=("evaluation_first", "SUPPLY-ISSUED"),
        ),
        Fact(
            says="The first medicine, sent home as lozenges, is enough for 2 dosings.",
            citation=PAGE["step 3"],
            used_by=("initial_supply", "SUPPLY-BALANCE", "SUPPLY-INITIAL"),
        ),
        Fact(
            says="The client is taught to take vitals and the lozenges.",
            citation=PAGE["step 3"],
            unused=_SETTING,
        ),
        Fact(
            says="Preparations are scheduled once the lozenges have arrived.",
            citation=PAGE["step 4"],
            used_by=("preparation_after_supply", "PREP-AFTER-SUPPLY"),
        ),
        Fact(
            says="Preparations, scheduled like regular therapy sessions, come before the dosing.",
            citation=PAGE["step 4"],
            used_by=("preparation_before_dosing", "PREP-ORDER"),
        ),
        Fact(
            says="A dosing session lasts 1 to 2 hours.",
            citation=PAGE["step 5"],
            used_by=("dosing_minutes", "DOSE-DURATION"),
        ),
        Fact(
            says="Dosings are held at the office or by telehealth.",
            citation=PAGE["step 5"],
            used_by=("dosing_places", "MODALITY"),
        ),
        Fact(
            says="The client takes the lozenge without help, at the office or at home.",
            citation=PAGE["step 5"],
            unused=_SETTING,
        ),
        Fact(
            says="At home a support person is available.",
            citation=PAGE["step 5"],
            used_by=("support_person_when_remote", "SUPPORT-PERSON"),
        ),
        Fact(
            says="The client reclines with an eye mask and music.",
            citation=PAGE["step 5"],
            unused=_SETTING,
        ),
        Fact(
            says="The therapist is present the entire time.",
            citation=PAGE["step 5"],
            used_by=("therapist_present", "therapist_roles", "THERAPIST-PRESENT"),
        ),
        Fact(
            says="Integration follows a dosing and prepares for the next.",
            citation=PAGE["step 6"],
            used_by=(
                "integration_per_dosing",
                "integration_after_dosing",
                "INTEG-EACH",
                "INTEG-ORDER",
            ),
        ),
        Fact(
            says="5 to 7 more dosings follow the first.",
            citation=PAGE["step 7"],
            used_by=("dosing_count", "DOSE-COUNT"),
        ),
        Fact(
            says="After the first dosing the partner schedules follow-ups.",
            citation=PAGE["step 7"],
            used_by=("review_after", "REVIEW-AFTER", "fees.medical-review"),
        ),
        Fact(
            says="Refills are prescribed at follow-ups, as appropriate.",
            citation=PAGE["step 7"],
            used_by=("refill_needs_review", "REFILL-REVIEW", "SUPPLY-BALANCE"),
        ),
        Fact(
            says="The frequency of follow-ups depends on the individual treatment plan.",
            citation=PAGE["step 7"],
            unused="above the quarterly minimum the frequency is the medical partner's",
        ),
        Fact(
            says="Follow-ups take place at least once per quarter.",
            citation=PAGE["step 7"],
            used_by=("review_every", "REVIEW-QUARTER"),
        ),
        Fact(
            says="Ketamine is an FDA-approved medicine.",
            citation=PAGE["heading"],
            unused=_GENERAL,
        ),
        Fact(
            says="Ketamine acts on the glutamate system and enhances neuroplasticity.",
            citation=PAGE["how ketamine supports the brain"],
            unused=_GENERAL,
        ),
        Fact(
            says="Research supports KAP for depression, anxiety and PTSD, mostly where other "
            "treatments helped too little.",
            citation=PAGE["who might benefit"],
            unused="indications are the medical partner's decision, not a limit of a course",
        ),
        Fact(
            says="Active substance misuse and certain or uncontrolled medical conditions may "
            "rule treatment out; the medical evaluation decides.",
            citation=PAGE["who might benefit"],
            used_by=("exclusions", "EXCLUSION"),
        ),
        Fact(
            says="Effects last about 45 minutes.",
            citation=PAGE["how ketamine feels"],
            used_by=("effect_minutes", "EFFECT-FIT"),
        ),
        Fact(
            says="The client lies down, with motor and verbal abilities subdued.",
            citation=PAGE["how ketamine feels"],
            unused=_SETTING,
        ),
        Fact(
            says="The rest of the appointment is time to process.",
            citation=PAGE["how ketamine feels"],
            unused="no length is stated, so processing_minutes stays unset",
        ),
        Fact(
            says="The dose may be raised for later sessions.",
            citation=PAGE["how ketamine feels"],
            unused="the dose is the prescriber's; a level is recorded, not required",
        ),
        Fact(
            says="Low doses keep the client interactive, moderate doses immerse.",
            citation=PAGE["low and moderate dose"],
            used_by=("dose_levels", "DOSE-LEVEL"),
        ),
        Fact(
            says="The therapist is a clinical social worker licensed in California.",
            citation=PAGE["footer"],
            used_by=("therapist_roles", "ROLE-SCOPE"),
        ),
    ),
)
