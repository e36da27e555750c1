"""Colours, shapes and inline styles: nothing here reaches beyond the element that carries it."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from kap_model.sessions import Kind

INK: Final = "currentColor"
"""The page's own colour of text, light or dark."""
ON_HUE: Final = "#ffffff"
"""Text on a hue."""
PAPER: Final = "#ffffff"
PAPER_INK: Final = "#1b1f24"
"""A picture that is a file of its own is drawn so, for a file knows no theme."""
FAINT: Final = 0.3
"""The opacity of lines between lanes."""
FAINTER: Final = 0.18
"""The opacity of lines that marks stand on."""

# Hues of one luminance: letters on them, and they on a white or a nearly black page, can be read.
VIOLATED: Final = "#d93939"
WARNING: Final = "#a06a0d"
PENDING: Final = "#3175cf"
UNKNOWN: Final = "#8b60c7"
SATISFIED: Final = "#278647"


@frozen
class Look:
    """How sessions of a kind are drawn.

    Attributes:
        letter: As in the notation.
        hue: Of the shape.
        shape: The corners of the shape around (0, 0), as a path.
        dip: How far below the middle its letter stands.
    """

    letter: str
    hue: str
    shape: str
    dip: float = 0


LOOKS: Final[dict[Kind, Look]] = {
    "consultation": Look("C", "#6a7687", "M-10 0A10 10 0 0 1 10 0A10 10 0 0 1 -10 0Z"),
    "medical-evaluation": Look("E", "#3175cf", "M-9 -9H9V9H-9Z"),
    "preparation": Look("P", "#14828a", "M0 -11L11 9H-11Z", 2.5),
    "dosing": Look("D", "#c45120", "M0 -12L12 0L0 12L-12 0Z"),
    "integration": Look("I", "#278647", "M-5.5 -10H5.5L11 0L5.5 10H-5.5L-11 0Z"),
    "medical-review": Look("R", "#c73f95", "M-5 -11H5V-6H11V6H5V11H-5V6H-11V-6H-5Z"),
}
"""By shape, letter and colour, so that no one of them is needed."""

HUES: Final = (
    *(look.hue for look in LOOKS.values()),
    VIOLATED,
    WARNING,
    PENDING,
    UNKNOWN,
    SATISFIED,
)

FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

ROOT: Final = f"font-family:{FONT};font-size:14px;line-height:1.45;max-width:1100px;text-align:left"
HEADING: Final = "font-size:17px;font-weight:600;margin:4px 0 2px"
LINE: Final = "margin:2px 0"
NOTE: Final = "margin:6px 0 2px;font-size:13px;opacity:.8"
ASIDE: Final = "font-size:12px;opacity:.8"
CAPTION: Final = "font-weight:600;margin:12px 0 2px"
SCROLL: Final = "overflow-x:auto;max-width:100%"
TABLE: Final = (
    "border-collapse:collapse;table-layout:auto;width:auto;font-size:13px;margin:4px 0;border:none;"
    "font-variant-numeric:tabular-nums;background:transparent"
)
ROW: Final = "background:transparent"
_CELL: Final = (
    "padding:4px 18px 4px 0;vertical-align:top;border:0;border-bottom:1px solid #80808060"
)
CELL: Final = f"{_CELL};text-align:left"
PROSE: Final = f"{CELL};min-width:14em;max-width:44em"
MOMENT: Final = f"{CELL};min-width:8.5em;max-width:9em"
NUMBER: Final = f"{_CELL};text-align:right;white-space:nowrap"
SHORT: Final = f"{CELL};white-space:nowrap"
PICTURE: Final = "display:block;width:100%;min-width:720px;height:auto;margin:6px 0"
