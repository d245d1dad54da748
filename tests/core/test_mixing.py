import cv2
import numpy as np
import pytest

from stylecore import Settings, SettingsError, mix_scales, objective_between

SETTINGS = Settings(size=64, steps=60, engine="cpu", threads=1, coarsest=32)
RNG = np.random.default_rng(0)


def painting(cells):
    small = RNG.integers(0, 256, (cells, cells, 3), np.uint8)
    return cv2.resize(small, (64, 64), interpolation=cv2.INTER_CUBIC)


COARSE, FINE = painting(4), painting(32)


def away(folder, picture, style, layers):
    """How far the Grams of some layers are from a style's."""
    weights = dict.fromkeys(SETTINGS.style_layers, 0.0) | dict.fromkeys(layers, 1.0)
    objective = objective_between(
        COARSE,
        style,
        model=folder,
        settings=Settings(size=64, engine="cpu", style_layers=weights, content_weight=0.0),
    )
    return objective(picture.transpose(2, 0, 1)[None].astype(np.float32))[0]


def test_strokes_come_from_the_one_and_form_stays_the_others(narrow_artefact):
    folder = narrow_artefact[SETTINGS.pooling].folder
    mixed = mix_scales(COARSE, FINE, model=folder, settings=SETTINGS).image
    shallow = ("relu1_1", "relu2_1")
    assert away(folder, mixed, FINE, shallow) < 0.2 * away(folder, COARSE, FINE, shallow)
    blurred, form = (cv2.GaussianBlur(one.astype(np.float32), (0, 0), 6) for one in (mixed, COARSE))
    other = cv2.GaussianBlur(FINE.astype(np.float32), (0, 0), 6)
    assert np.corrcoef(blurred.ravel(), form.ravel())[0, 1] > 0.5
    assert abs(np.corrcoef(blurred.ravel(), other.ravel())[0, 1]) < 0.5


def test_it_takes_a_third_of_the_steps_at_one_scale(narrow_artefact):
    folder = narrow_artefact[SETTINGS.pooling].folder
    report = mix_scales(COARSE, FINE, model=folder, settings=SETTINGS).report
    assert [len(scale["steps"]) for scale in report["scales"]] == [20]


def test_some_layer_must_be_shallow():
    settings = Settings(style_layers={"relu3_1": 1.0, "relu4_1": 1.0})
    with pytest.raises(SettingsError, match="no style layer of relu3_1,relu4_1 holds fine"):
        mix_scales(COARSE, FINE, settings=settings)
