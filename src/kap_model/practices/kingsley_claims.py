"""What the superbills of the Kingsley practice page may claim, section on insurance."""

from __future__ import annotations

from typing import Final

from kap_model.fees.charges import Claim

CLAIMS: Final = (
    # The medical partner's kinds are never on the therapist's superbill.
    Claim(kind="medical-evaluation", scope="nothing"),
    Claim(kind="preparation", scope="whole"),
    Claim(kind="dosing", scope=60),
    Claim(kind="integration", scope="whole"),
    Claim(kind="medical-review", scope="nothing"),
)
