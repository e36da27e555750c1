"""Settings of the whole test run."""

from __future__ import annotations

import zoneinfo

from hypothesis import HealthCheck, settings

# The oracle reads zones through zoneinfo: it must read the same tzdata as the library.
zoneinfo.reset_tzpath(())

settings.register_profile(
    "kap_model",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# --hypothesis-profile=explore draws anew each time.
settings.register_profile("explore", settings.get_profile("kap_model"), derandomize=False)
settings.load_profile("kap_model")
