"""Coarse to fine over a function of our own: what each scale starts from, and what comes out."""

import numpy as np
import pytest

from stylecore import Settings, read_scene
from stylecore.descent import descend, resized
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import Scale

RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)
SCALES = (Scale(24, 32, 3), Scale(48, 64, 2))


class Still:
    """An objective that has nothing to gain anywhere."""

    def __init__(self):
        self.sizes = []

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


@pytest.fixture
def run():
    def run(**options):
        scene = read_scene(CONTENT, STYLE, Settings(size=64, **options))
        objective, noted = Still(), Noted()
        views = []

        def prepared(view):
            views.append(view)
            return {"of": view.content}

        x, targets = descend(scene, SCALES, objective, prepared, noted)
        assert targets["of"] is views[-1].content
        assert objective.sizes == [(24, 32), (48, 64)]
        return x, noted

    return run


def test_where_nothing_is_gained_the_content_comes_out_sharp(run):
    x, noted = run()
    # Enlarged, with the detail that the content has more: that is the content again.
    np.testing.assert_allclose(x, to_tensor(CONTENT), atol=0.01)
    assert noted[0][0].shape == (1, 3, 24, 32)


def test_without_a_content_term_a_scale_starts_from_what_was_enlarged(run):
    _, noted = run(content_weight=0.0)
    wanted = resized(noted[0][-1], SCALES[1])
    np.testing.assert_allclose(noted[1][0], wanted, atol=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_noise_is_that_of_the_seed(run, seed):
    first, again, other = (run(init="noise", seed=one)[1][0][0] for one in (seed, seed, seed + 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_picture_of_the_size_is_not_resized():
    x = RNG.uniform(0, 255, (1, 3, 24, 32)).astype(np.float32)
    assert resized(x, SCALES[0]) is x
    larger = resized(x, SCALES[1])
    assert larger.shape == (1, 3, 48, 64)
    assert larger.min() >= 0
    assert larger.max() <= 255
