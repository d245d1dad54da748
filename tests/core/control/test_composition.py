import numpy as np
import pytest

from stylecore.control.composition import emphasis, has_shallow_form, settings_at
from stylecore.settings import Settings


@pytest.mark.parametrize("longest", [64, 512])
def test_under_the_composition_of_the_style_nothing_changes(longest):
    plain = Settings(composition="style")
    assert settings_at(plain, longest) is plain


@pytest.mark.parametrize(("longest", "shallow"), [(64, 1.0), (128, 0.5), (512, 0.5)])
def test_shallow_layers_hold_the_content_the_more_the_coarser_the_scale(longest, shallow):
    settings = Settings(content_layers={"relu4_2": 3.0}, coarse_content={"relu2_1": 2.0})
    found = settings_at(settings, longest)
    wanted = {"relu4_2": 1 - shallow, "relu2_1": shallow}
    assert dict(found.content_layers) == pytest.approx(wanted)
    assert found.content_weight > settings.content_weight
    assert found.style_layers == settings.style_layers


def test_where_shallow_layers_are_alone_they_hold_the_content():
    settings = Settings(coarse_content={"relu2_1": 2.0, "relu3_1": 6.0, "relu4_1": 1.0})
    found = settings_at(settings, 512, shallow_alone=True)
    assert dict(found.content_layers) == pytest.approx({"relu2_1": 0.25, "relu3_1": 0.75})
    assert 0 < found.content_weight < settings.content_weight
    assert found.style_layers == settings.style_layers


@pytest.mark.parametrize(
    ("changes", "there"),
    [
        ({}, True),
        ({"composition": "style"}, False),
        ({"coarse_content": {"relu4_1": 1.0}}, False),
        ({"coarse_content": {"relu3_1": 0.0, "relu4_1": 1.0}}, False),
        ({"style_layers": {"relu4_1": 1.0, "relu1_1": 0.0}}, False),
        ({"style_layers": {"relu1_1": 1.0}, "content_layers": {"relu2_1": 1.0}}, False),
        ({"style_layers": {"relu1_1": 1.0}}, True),
    ],
)
def test_a_scale_can_do_without_deep_layers_where_shallow_ones_hold_both(changes, there):
    assert has_shallow_form(Settings(**changes)) is there


def test_the_content_counts_much_more_at_coarse_scales():
    coarse, fine = (settings_at(Settings(), longest).content_weight for longest in (128, 256))
    assert coarse > 5 * fine > 0


def test_a_layer_may_be_both():
    settings = Settings(content_layers={"relu3_1": 1.0}, coarse_content={"relu3_1": 1.0})
    assert settings.all_content_layers == ("relu3_1",)
    assert dict(settings_at(settings, 128).content_layers) == pytest.approx({"relu3_1": 1.0})


def test_the_network_needs_all_layers_that_hold_the_content_anywhere():
    assert Settings().all_content_layers == ("relu3_1", "relu4_2")
    assert Settings(composition="style").all_content_layers == ("relu4_2",)


@pytest.mark.parametrize(("longest", "most"), [(64, 5), (512, None)])
def test_what_is_like_no_other_place_counts_more(longest, most):
    distinct = np.full((12, 16), 0.2, np.float32)
    distinct[3:7, 5:9] = 0.6
    found = emphasis(distinct, longest, 24, 32)
    assert found.shape == (24, 32)
    assert found.dtype == np.float32
    inside, outside = found[8:12, 12:16], found[:, :8]
    assert inside.min() > 8 * outside.max()
    if most is None:
        assert found.mean() == pytest.approx(1, abs=1e-5)
    else:
        assert found.max() <= most
        assert found.min() == pytest.approx(0.3)


def test_in_an_even_picture_all_places_count_alike():
    assert (emphasis(np.zeros((4, 5), np.float32), 64, 8, 10) == 1).all()
    alike = emphasis(np.full((4, 5), 0.5, np.float32), 512, 8, 10)
    np.testing.assert_allclose(alike, 1, rtol=1e-6)
