"""A browser draws a plan: the same marks on a light page and a dark one, the page's own ink."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import kap_model as kap
from kap_model.display._marks import LOOKS
from kap_model.display.plans import plan_html
from png import pixels

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTH, HEIGHT = 730, 250
WHITE, BLACK = (255, 255, 255), (17, 17, 17)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--hide-scrollbars", "--force-device-scale-factor=1"),
)
PLAN = kap.parse("2027-01-04 America/Los_Angeles C0* E2+ P7* D14*t I15x D28! I29 R33")


def half(back: str, ink: str) -> str:
    """A page's worth of one theme, without the heading, so that the picture comes first."""
    shown = plan_html(PLAN)
    picture = shown[shown.index("<svg") : shown.index("</svg>") + len("</svg>")]
    style_of = f"height:{HEIGHT}px;overflow:hidden;background:{back};color:{ink}"
    return f'<div style="{style_of}">{picture}</div>'


@pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine's path")
def test_a_browser_draws_the_plan_in_both_themes(tmp_path: Path) -> None:
    page, shot = tmp_path / "page.html", tmp_path / "shot.png"
    halves = half("#ffffff", "#000000") + half("#111111", "#ffffff")
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><body style="margin:0">{halves}', encoding="utf-8"
    )
    subprocess.run(  # noqa: S603 - our own browser on our own page
        [
            str(BROWSER),
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={WIDTH},{2 * HEIGHT}",
            f"--screenshot={shot}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    rows = pixels(shot.read_bytes())
    assert (len(rows), len(rows[0])) == (2 * HEIGHT, WIDTH)
    light = Counter(pixel for row in rows[: len(rows) // 2] for pixel in row)
    dark = Counter(pixel for row in rows[len(rows) // 2 :] for pixel in row)
    assert light.most_common(1)[0][0] == WHITE
    assert dark.most_common(1)[0][0] == BLACK
    # Letters and names, in the page's own ink; no hue is so dark or so light.
    assert sum(light[pixel] for pixel in light if max(pixel) < 130) > 200
    assert sum(dark[pixel] for pixel in dark if min(pixel) > 125) > 200
    for kind in ("consultation", "preparation", "dosing", "medical-review"):
        hue = bytes.fromhex(LOOKS[kind].hue.removeprefix("#"))
        for theme in (light, dark):
            assert theme[hue[0], hue[1], hue[2]] > 10
