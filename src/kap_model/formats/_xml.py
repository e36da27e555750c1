"""What XML can hold."""

from __future__ import annotations

import re
from typing import Final

# XML 1.0 cannot hold the rest, not even escaped.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """A text with a replacement sign for each character that XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)
