"""The shapes of what several kinds of document hold."""

from __future__ import annotations

from typing import Final

from kap_model.citations import Citation
from kap_model.documents._reading import Shape
from kap_model.limits import Bounds

CITATION: Final = Shape(
    make=Citation,
    keys=("source", "where"),
    required=("source", "where"),
    sound={"source": "s", "where": "w"},
)
SOUND_CITATION: Final = Citation("s", "w")
BOUNDS: Final = Shape(
    make=Bounds, keys=("min", "max"), required=(), sound={"min": 0}, beside={"max": ("min",)}
)
