"""Coarse to fine over a function of our own: what each scale is aimed at, and what comes out."""

import numpy as np
import pytest

from stylecore import Settings, read_scene
from stylecore.descent import descend
from stylecore.growth import first, grown
from stylecore.pyramid import Scale

RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
SCALES = (Scale(24, 32, 3), Scale(48, 64, 2))


class Still:
    """An objective that has nothing to gain anywhere."""

    unit = 1.0

    def __init__(self):
        self.sizes = []

    def hold_to(self, *, shallow):
        assert not shallow

    def aim(self, targets, height, width, canvas):
        self.sizes.append((height, width))
        self.canvas = canvas

    def picture(self, x):
        return self.canvas.picture(x)

    def __call__(self, x):
        return 1.0, np.zeros_like(x)


class Noted(list):
    def begin(self):
        self.append([])

    def __call__(self, x, loss):
        self[-1].append(x)


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_each_scale_starts_from_the_last_ones_picture(optimizer):
    scene = read_scene(CONTENT, STYLE, Settings(size=64, optimizer=optimizer))
    objective, noted, studies, starts = Still(), Noted(), [], []

    def prepared(study, picture, _side):
        studies.append(study)
        starts.append(picture)
        return {"of": study.content}

    x, targets = descend(scene, SCALES, objective, prepared, noted)
    assert objective.sizes == [(24, 32), (48, 64)]
    assert targets["of"] is studies[-1].content
    start = first(scene, SCALES[0])
    assert (noted[0][0] == start).all()
    np.testing.assert_allclose(noted[1][0], grown(start, scene, SCALES[1]), atol=1e-3)
    np.testing.assert_allclose(x, noted[1][0], atol=1e-3)
    assert [(one == other[0]).all() for one, other in zip(starts, noted, strict=True)] == [True] * 2
