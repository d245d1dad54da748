import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.start import start_from
from stylecore.feedforward.styler import Styler
from stylecore.scene import read_scene
from stylecore.settings import Settings


@pytest.fixture(scope="module")
def network(painter_file):
    return open_network(painter_file, choose_engine("cpu"))


@pytest.fixture(scope="module")
def content():
    return np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)


@pytest.mark.parametrize(
    ("settings", "longest"),
    [
        (Settings(size=96), 48),
        (Settings(size=96, coarsest=64), 64),
        (Settings(size=96, coarsest=512), 96),
        (Settings(size=40), 32),
    ],
)
def test_it_is_painted_at_the_size_of_the_first_scale(network, content, settings, longest):
    start = start_from(network, content, settings)
    assert max(start.shape) == longest
    assert np.array_equal(start, Styler(network).picture(content, longest))
    scene = read_scene(content, content, settings, start=start)
    first = min(scene.settings.coarsest, settings.size)
    assert first == max(longest, min(settings.size, 64))


def test_of_a_transparent_content_it_is_the_colours(network, content):
    clear = np.dstack([content, np.full((60, 80), 255, np.uint8)])
    clear[:20, :, 3] = 0
    assert start_from(network, clear, Settings(size=96)).shape == (36, 48, 3)
