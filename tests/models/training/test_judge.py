import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.models.training.judge import Judge
from stylecore.models.training.settings import LOOK
from stylecore.pictures.images import read_image
from stylecore.pictures.tensors import to_tensor
from stylecore.scene import read_scene
from stylecore.settings import Settings
from stylecore.transfer import objective_between

CASES = {
    "default": {},
    "plain": {"composition": "style"},
    "weights": {"content_weight": 3.0, "style_weight": 0.2, "tv_weight": 0.1},
    "plain sums": {"loss_scale": "none", "style_weight": 1e9},
    "larger strokes in other colours": {"style_scale": (1.5,), "color": "match"},
}


@pytest.fixture
def whole(album):
    return read_image(album / "a.png")


def settings_with(changes):
    return Settings(**{**LOOK.as_dict(), "size": 128, "engine": "cpu", **changes})


def judge_of(artefact, painting, picture, settings):
    scene = read_scene(picture, painting, settings)
    return Judge(artefact, choose_engine("cpu"), scene)


@pytest.mark.parametrize("changes", CASES.values(), ids=CASES)
def test_a_whole_picture_is_judged_as_stylize_judges_it(judging_artefact, painting, whole, changes):
    settings = settings_with(changes)
    objective = objective_between(whole, painting, model=judging_artefact, settings=settings)
    judge = judge_of(judging_artefact, painting, whole, settings)
    noise = np.random.default_rng(0).normal(0, 60, whole.shape)
    image = to_tensor(np.clip(whole + noise, 0, 255))
    _, wanted = objective(image)
    loss, gradient = judge(image, judge.targets(to_tensor(whole)))
    assert judge.losses == pytest.approx(objective.losses, rel=1e-5)
    unit = judge.losses["loss"] / loss
    np.testing.assert_allclose(gradient * unit, wanted, rtol=1e-3, atol=1e-5 * np.abs(wanted).max())


def test_crops_of_one_size_after_another_are_judged_alike(judging_artefact, painting, whole):
    """What is held of one size does not get into another."""
    settings = settings_with({})
    several, apart = (judge_of(judging_artefact, painting, whole, settings) for _ in range(2))
    for side in (64, 48, 64):
        crop = to_tensor(whole[:side, :side])
        several(255 - crop, several.targets(crop))
    crop = to_tensor(whole[10:74, 20:84])
    loss, gradient = several(255 - crop, several.targets(crop))
    wanted, slope = apart(255 - crop, apart.targets(crop))
    assert loss == pytest.approx(wanted, rel=1e-6)
    np.testing.assert_allclose(gradient, slope, atol=1e-6 * np.abs(slope).max())


def test_a_crop_is_its_own_content(judging_artefact, painting, whole):
    judge = judge_of(judging_artefact, painting, whole, settings_with({}))
    crop = to_tensor(whole[:64, :64])
    judge(crop, judge.targets(crop))
    assert judge.losses["content"] == pytest.approx(0, abs=1e-8)
    judge(crop, judge.targets(to_tensor(whole[20:84, 30:94])))
    assert judge.losses["content"] > 1e-4


def test_it_says_what_its_losses_are_made_of(judging_artefact, painting, whole):
    judge = judge_of(judging_artefact, painting, whole, settings_with({}))
    crop = to_tensor(whole[:64, :64])
    judge(crop, judge.targets(crop))
    assert tuple(judge.losses) == ("loss", *judge.parts)
    assert judge.losses["loss"] == pytest.approx(sum(judge.losses[part] for part in judge.parts))
