"""Documents in and out: strict loaders, canonical dumpers."""

from kap_model.documents.plans import dumps, load, loads
from kap_model.documents.protocols import dumps_protocol, load_protocol, loads_protocol
from kap_model.documents.waivers import dumps_waivers, load_waivers, loads_waivers

__all__ = [
    "dumps",
    "dumps_protocol",
    "dumps_waivers",
    "load",
    "load_protocol",
    "load_waivers",
    "loads",
    "loads_protocol",
    "loads_waivers",
]
