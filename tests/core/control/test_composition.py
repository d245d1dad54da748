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


def test_structure_counts_more_than_flat_parts():
    content = np.full((96, 128, 3), 120, np.float32)
    content[30:60, 40:80] = np.random.default_rng(0).uniform(0, 255, (30, 40, 1))
    found = structure(content, 48, 64)
    assert found.shape == (48, 64)
    assert found.min() == 1
    assert found[18:27, 23:37].min() > 1.5
    assert found.max() <= 3
    assert (structure(np.full((96, 128, 3), 50, np.float32), 48, 64) == 1).all()
