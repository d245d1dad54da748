"""Coarse to fine over a function of our own: what each scale is aimed at, and what comes out."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Settings, read_scene
from stylecore.descent import descend
from stylecore.growth import first, grown
from stylecore.optimizers.pairs import Memory
from stylecore.pyramid import Scale
from stylecore.tiling.fitting import Fit

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

    def make_room(self):
        pass

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


@pytest.mark.parametrize("side", [0, 32], ids=["whole", "in tiles"])
def test_a_scale_that_corrects_has_other_weights_by_what_it_starts_from(side):
    scene = read_scene(CONTENT, STYLE, Settings(size=64))
    scales = (*SCALES, replace(SCALES[-1], corrects=True))
    fits = [Fit(one, Memory(), 0) for one in (0, 0, side)]
    weights, told, ways = [], [], []

    def prepared(study, picture, _side):
        weights.append(study.settings.content_weight)
        return {"start": picture}

    class Correcting:
        def weighed(self, scene, scale, picture):
            assert scale is scales[-1]
            told.append(picture)
            changed = replace(scene.settings, content_weight=2 * scene.settings.content_weight)
            return replace(scene, settings=changed)

        def met(self, start, end, picture_of):
            ways.append((start, end))
            assert (picture_of(end) == end).all()
            return end / 2

    given, noted = (scene, scales, Still(), prepared), Noted()
    x, targets = descend(*given, noted, fits=fits, correction=Correcting())
    if side:
        assert told == ways == []
        assert weights[2] == weights[1]
    else:
        (picture,), ((start, end),) = told, ways
        assert picture is targets["start"]
        assert weights[2] == 2 * weights[1]
        np.testing.assert_allclose(start, noted[2][0])
        np.testing.assert_allclose(x, end / 2)
