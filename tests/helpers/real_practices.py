"""Real practices: the page that states each one's prices, and the documents that say them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import kap_model as kap
from kap_model.fees import FeeSchedule

FEES = Path(__file__).parents[1] / "practices" / "fees"
PAGE_NOT_SAID = Path(__file__).parents[2] / "docs" / "reference" / "what-cannot-be-said.md"


class Record(NamedTuple):
    """A page that states a price, a fee, a refund or another term of payment.

    Attributes:
        id: The practice's name here.
        url: The page's address.
        as_of: The date of what it states; ``None`` = undated.
        documents: The ids of the fee documents that say it; none = the manual says why not, unless
            a function's arguments say it.
        arguments: The function whose arguments say it instead; ``None`` = there is none.
    """

    id: str
    url: str
    as_of: str | None = None
    documents: tuple[str, ...] = ()
    arguments: str | None = None

    @property
    def dated(self) -> str:
        """How citations of the page begin."""
        return "undated, " if self.as_of is None else f"as of {self.as_of}, "


def _said(id: str, url: str, as_of: str | None = None, *further: str) -> Record:
    return Record(id, url, as_of, (id, *(f"{id}-{name}" for name in further)))


INNERPATH = "https://innerpathbaltimore.com/about/faq/kap"
RECORDS = (
    _said("innerpath-baltimore", INNERPATH, "2023-09-01", "intern"),
    _said("innerpath-baltimore-group", INNERPATH, "2023-09-01"),
    _said(
        "growing-home",
        "https://www.growinghomecounseling.com/ketamine-assisted-psychotherapy-kap/",
    ),
    _said("beyond-the-brain", "https://www.beyondthebraintherapies.com/ketamine-therapy"),
    _said(
        "mindbloom",
        "https://help-center.mindbloom.com/en/articles/8894531-what-is-mindbloom-s-refund-policy",
    ),
    _said(
        "mindbloom-older",
        "https://mindbloom-faq.helpscoutdocs.com/article/77-what-is-mindblooms-refund-policy",
    ),
    _said("roots-to-thrive", "https://rootstothrive.com/for-physicians/"),
    _said("field-trip-la", "https://www.fieldtriphealth.com/kap-terms-conditions-la"),
    _said(
        "awakn-uk",
        "https://www.edinburghnews.scotsman.com/read-this/first-uk-clinic-using-ketamine-"
        "to-treat-mental-health-has-opened-in-bristol-3168935",
        "2021",
    ),
    _said(
        "presence-of-mind",
        "https://www.presenceofmindtherapy.com/introducing-our-2026-kap-retreat-series-"
        "a-new-model-for-transformation",
        "2025-12-17",
    ),
    _said(
        "alchemy",
        "https://remindmedia.com/news/treating-those-who-truly-have-no-other-place-to-go/",
    ),
    _said(
        "ember-mindbloom-reported",
        "https://www.curbed.com/2021/12/ketamine-clinic-nyc.html",
        "2021-12",
        "weekly",
    ),
    _said("asheville-integrative", "https://www.ashevilleintegrativepsychiatry.com/ketamine"),
    _said("cathexis", "https://www.cathexispsychedelics.com/faq"),
    _said("rose-mn", "https://www.rosepsychotherapymn.com/ketamine-therapy"),
    _said("cottonwood", "https://www.gocottonwood.com/kap"),
    _said("kaptivating-journeys", "https://kaptivatingjourneys.com", "2026-01"),
    Record(
        "widening-circles", "https://www.wideningcirclesnc.com/treatment", arguments="superbill"
    ),
    _said("mindspace", "https://www.mindspacewellbeing.com/faq-topics/psychedelics/"),
    _said("mental-health-center-la", "https://www.mentalhealthctr.com/ketamine-faq/"),
    _said("whole-self-gr", "https://www.wholeselfgr.com/ketamineassistedtherapy"),
    _said("kismet-ketamine", "https://kismetketamine.com/payment-cancellation-policy"),
    _said("still-center", "https://thestillcenter.org/terms-conditions", "2025-10-15"),
    _said("hwg", "https://www.hwgcounseling.com/scheduling-communication-cancellations"),
    Record(
        "nyc-integrative-group",
        "https://www.nycintegrativepsych.com/group-kap-faq/"
        "what-happens-if-i-need-to-cancel-my-group-kap-session",
    ),
)
RECORD_OF = {document: record for record in RECORDS for document in record.documents}


def text_of(document: str) -> str:
    """A fee document as it is written."""
    return (FEES / f"{document}.json").read_text(encoding="utf-8")


def fees_of(document: str) -> FeeSchedule:
    """The schedule of a fee document."""
    return kap.loads_fees(text_of(document))
