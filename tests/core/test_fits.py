"""Room for a run: what its pictures take counts, however large they are and however many."""

import numpy as np
import pytest

from stylecore import Painter, Settings, read_scene

SETTINGS = Settings(size=64, coarsest=64, steps=1, engine="cpu", threads=1)
PICTURE = 64 * 64 * 3 * 4
"""Bytes of one of the result's size, in floats."""


@pytest.mark.parametrize(
    ("content", "styles", "beyond"),
    [(64, [64], 0), (32, [64], 0), (128, [64], 3), (64, [64, 64], 1), (64, [64, 64, 64], 2)],
)
def test_pictures_beyond_a_content_and_a_style_of_the_results_size_count(
    narrow_artefact, content, styles, beyond
):
    painter = Painter(narrow_artefact["average"], SETTINGS)

    def told(content, styles):
        rng = np.random.default_rng(0)
        sides = (content, *styles)
        pictures = [rng.integers(0, 256, (side, side, 3), np.uint8) for side in sides]
        fits, _ = painter.fits(read_scene(pictures[0], pictures[1:], SETTINGS))
        return fits[-1].bytes

    assert told(content, styles) - told(64, [64]) == beyond * PICTURE
