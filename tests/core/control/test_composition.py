import numpy as np
import pytest

from stylecore.control.composition import settings_at, structure
from stylecore.settings import Settings


def test_at_fine_scales_the_settings_are_those_that_were_given():
    settings = Settings()
    assert settings_at(settings, 256) is settings
    plain = Settings(composition="style")
    assert settings_at(plain, 64) is plain


@pytest.mark.parametrize(("longest", "shallow"), [(64, 1.0), (128, 0.5)])
def test_at_coarse_scales_the_content_is_held_at_shallow_layers(longest, shallow):
    settings = Settings(content_layers={"relu4_2": 3.0}, coarse_content={"relu2_1": 2.0})
    found = settings_at(settings, longest)
    wanted = {"relu4_2": 1 - shallow, "relu2_1": shallow}
    assert dict(found.content_layers) == pytest.approx(wanted)
    assert found.content_weight > settings.content_weight
    assert found.style_layers == settings.style_layers


def test_a_layer_may_be_both():
    settings = Settings(content_layers={"relu3_1": 1.0}, coarse_content={"relu3_1": 1.0})
    assert settings.all_content_layers == ("relu3_1",)
    assert dict(settings_at(settings, 128).content_layers) == pytest.approx({"relu3_1": 1.0})


def test_the_network_needs_all_layers_that_hold_the_content_anywhere():
    assert Settings().all_content_layers == ("relu3_1", "relu4_2")
    assert Settings(composition="style").all_content_layers == ("relu4_2",)


@pytest.mark.parametrize("size", [(48, 64), (240, 320)], ids=["coarse", "fine"])
def test_structure_counts_more_than_flat_parts(size):
    content = np.full((96, 128, 3), 120, np.float32)
    content[30:60, 40:80] = np.random.default_rng(0).uniform(0, 255, (30, 40, 1))
    found = structure(content, *size)
    assert found.shape == size
    scale = size[0] // 48
    inside, flat = found[18 * scale : 27 * scale, 23 * scale : 37 * scale], found[:, : 10 * scale]
    assert inside.min() > 1.5
    if size[1] > 200:
        assert flat.max() < 0.5
        assert found.mean() == pytest.approx(1, abs=1e-3)
    else:
        assert flat.max() < 0.5
        assert found.max() <= 5
    assert (structure(np.full((96, 128, 3), 50, np.float32), *size) == 1).all()
