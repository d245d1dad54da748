import numpy as np
import pytest

from stylecore import Settings, SettingsError, blend_strip, objective_between
from stylecore.strip import side_by_side

SETTINGS = Settings(size=48, steps=20, engine="cpu", threads=1, coarsest=32)
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (36, 48, 3), np.uint8)
FIRST = RNG.integers(0, 90, (40, 40, 3), np.uint8)
SECOND = RNG.integers(0, 256, (5, 5, 3), np.uint8).repeat(8, 0).repeat(8, 1)


def test_a_strip_goes_from_one_style_to_the_other(narrow_artefact):
    folder = narrow_artefact[SETTINGS.pooling].folder
    results = blend_strip(CONTENT, FIRST, SECOND, count=4, model=folder, settings=SETTINGS)
    assert len(results) == 4
    assert [one.report["settings"]["blend"] for one in results][::3] == [(1, 0), (0, 1)]

    def away(style):
        objective = objective_between(CONTENT, style, model=folder, settings=SETTINGS)
        losses = []
        for one in results:
            objective(one.image.transpose(2, 0, 1)[None].astype(np.float32))
            losses.append(objective.losses["style"])
        return losses

    assert away(FIRST) == sorted(away(FIRST))
    assert away(SECOND) == sorted(away(SECOND), reverse=True)


def test_each_picture_starts_from_the_one_before(narrow_artefact):
    folder = narrow_artefact[SETTINGS.pooling].folder
    starts = []

    def watch(step):
        if step.step == 1 and step.scale == step.scales:
            starts.append(step.picture())

    results = blend_strip(
        CONTENT, FIRST, SECOND, count=3, model=folder, settings=SETTINGS, on_step=watch
    )
    assert np.array_equal(starts[1], results[0].image)
    assert np.array_equal(starts[2], results[1].image)
    assert [len(one.report["scales"]) for one in results] == [2, 1, 1]


def test_what_is_no_strip_is_refused():
    with pytest.raises(SettingsError, match="a strip of 1 was asked for; give at least 2"):
        blend_strip(CONTENT, FIRST, SECOND, count=1)
    with pytest.raises(SettingsError, match="a strip blends by itself"):
        blend_strip(CONTENT, FIRST, SECOND, settings=Settings(blend=(1.0, 2.0)))


def test_pictures_side_by_side_with_white_between():
    strip = side_by_side([CONTENT, CONTENT // 2])
    assert strip.shape == (36, 48 + 8 + 48, 3)
    assert np.array_equal(strip[:, :48], CONTENT)
    assert (strip[:, 48:56] == 255).all()
    assert np.array_equal(strip[:, 56:], CONTENT // 2)
