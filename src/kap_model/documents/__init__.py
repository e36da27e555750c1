"""Documents in and out: strict loaders, canonical dumpers."""

from kap_model.documents.fees import dumps_fees, load_fees, loads_fees
from kap_model.documents.plans import dumps, load, loads
from kap_model.documents.protocols import dumps_protocol, load_protocol, loads_protocol
from kap_model.documents.slots import dumps_slots, load_slots, loads_slots
from kap_model.documents.waivers import dumps_waivers, load_waivers, loads_waivers

__all__ = [
    "dumps",
    "dumps_fees",
    "dumps_protocol",
    "dumps_slots",
    "dumps_waivers",
    "load",
    "load_fees",
    "load_protocol",
    "load_slots",
    "load_waivers",
    "loads",
    "loads_fees",
    "loads_protocol",
    "loads_slots",
    "loads_waivers",
]
