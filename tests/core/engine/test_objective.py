from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from stylecore.control.canvas import Canvas
from stylecore.engine.engines import choose_engine
from stylecore.engine.objective import Objective
from stylecore.engine.session import Session
from stylecore.errors import ModelError
from stylecore.settings import Settings

SETTINGS = Settings(pooling="max", tv_weight=0.01)


def picture(height, width, seed):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 255, (1, 3, height, width)).astype(np.float32)


@pytest.fixture(scope="module")
def features(narrow_artefact):
    return Session(narrow_artefact["max"].path("features.onnx"), choose_engine("cpu"))


@pytest.fixture
def aimed(narrow_artefact, features, aim_at):
    """Aims an objective at pictures; returns the targets."""
    return lambda objective, *pictures: aim_at(
        objective, features, narrow_artefact["max"], *pictures, SETTINGS
    )


@pytest.fixture
def objective(narrow_artefact, objective_of, aimed):
    made = objective_of(narrow_artefact["max"])
    aimed(made, picture(40, 56, 1), [picture(48, 48, 2)])
    return made


def test_the_image_may_have_any_shape_of_its_size(objective):
    x = picture(40, 56, 0)
    loss, gradient = objective(x)
    assert gradient.shape == x.shape
    assert gradient.dtype == np.float32
    for shape in [(-1,), (3, 40, 56), (3, 40 * 56), (120, 56)]:
        again, reshaped = objective(x.reshape(shape))
        assert again == loss
        assert reshaped.shape == x.reshape(shape).shape
        assert (reshaped.ravel() == gradient.ravel()).all()


def test_wider_numbers_are_taken_as_float32(objective):
    x = picture(40, 56, 0)
    loss, gradient = objective(x.astype(np.float64))
    assert loss == objective(x)[0]
    assert gradient.dtype == np.float32


def test_an_image_of_another_size_is_no_image(objective):
    with pytest.raises(ValueError, match="reshape"):
        objective(picture(40, 57, 0))


def test_the_gradient_is_the_slope_of_the_loss(objective):
    # Downhill, where the change is far above float32's rounding.
    x = picture(40, 56, 0)
    _, gradient = objective(x)
    d = gradient / np.sqrt(np.mean(gradient**2))
    step = np.float32(0.02)
    numeric = (objective(x + step * d)[0] - objective(x - step * d)[0]) / (2 * step)
    assert numeric == pytest.approx(float(np.vdot(gradient, d)), rel=0.01)


def test_the_parts_sum_to_the_loss(objective):
    loss, _ = objective(picture(40, 56, 0))
    parts = [objective.losses[name] for name in ("content", "style", "tv")]
    assert min(parts) > 0
    assert objective.losses["loss"] == loss == pytest.approx(sum(parts), rel=1e-5)
    assert len(objective.losses) == 4


def test_at_the_content_itself_only_style_and_variation_are_left(objective):
    objective(picture(40, 56, 1))
    assert objective.losses["content"] == pytest.approx(0, abs=1e-9)
    assert objective.losses["style"] > 0


def test_scipy_minimises_it_as_it_is(objective):
    x = picture(40, 56, 0).ravel()
    options = {"maxiter": 15, "ftol": 0, "gtol": 0}
    found = minimize(objective, x, jac=True, method="L-BFGS-B", options=options)
    assert found.nit == 15
    assert found.fun < 0.5 * objective(x)[0]


def test_it_can_aim_again_at_another_size(narrow_artefact, objective_of, aimed, objective):
    x = picture(33, 47, 4)
    objective(picture(40, 56, 0))
    aimed(objective, picture(33, 47, 5), [picture(20, 30, 6)])
    loss, gradient = objective(x)

    afresh = objective_of(narrow_artefact["max"])
    aimed(afresh, picture(33, 47, 5), [picture(20, 30, 6)])
    wanted_loss, wanted_gradient = afresh(x)
    assert loss == wanted_loss
    assert (gradient == wanted_gradient).all()


def test_targets_may_be_changed_and_taken_again(aimed, objective):
    x = picture(40, 56, 0)
    targets = aimed(objective, picture(40, 56, 1), [picture(48, 48, 2)])
    objective(x)
    before = objective.losses
    louder = {
        name: 3 * value if name.endswith(".weight") and name.startswith("style.") else value
        for name, value in targets.items()
    }
    objective.aim(louder, 40, 56)
    objective(x)
    assert objective.losses["style"] == pytest.approx(3 * before["style"], rel=1e-5)
    assert objective.losses["content"] == pytest.approx(before["content"], rel=1e-5)


def test_regions_have_grams_of_their_own(aimed, objective):
    # Two regions with everything halved between them are one region.
    x = picture(40, 56, 0)
    targets = aimed(objective, picture(40, 56, 1), [picture(48, 48, 2)])
    objective(x)
    before = objective.losses
    doubled = {}
    for name, value in targets.items():
        if name.startswith("style.") and ".nearest" not in name:
            value = np.concatenate([value, value])
        doubled[name] = value / 2 if name.endswith(".gram.weight") else value
    objective.aim(doubled, 40, 56)
    objective(x)
    assert objective.losses["style"] == pytest.approx(before["style"], rel=1e-5)


def test_a_graph_that_lacks_what_the_manifest_promises_is_refused(narrow_artefact):
    artefact = narrow_artefact["max"]
    session = Session(artefact.path("objective.onnx"), choose_engine("cpu"))
    manifest = replace(artefact.manifest, content_layers=("relu4_2", "relu3_2"))
    with pytest.raises(ModelError, match=r"lacks the input content\.relu3_2\.features"):
        Objective(session, manifest)


def test_on_a_canvas_it_is_a_function_of_what_is_painted(aimed, objective):
    content, keep = picture(40, 56, 1), np.zeros((1, 1, 40, 56), np.float32)
    keep[..., :20] = 1
    targets = aimed(objective, content, [picture(48, 48, 2)])
    x, canvas = picture(40, 56, 0), Canvas(content, keep, grey=True)
    wanted, free = objective(canvas.picture(x))
    objective.aim(targets, 40, 56, canvas)
    loss, gradient = objective(x.ravel())
    assert loss == wanted
    assert (objective.picture(x) == canvas.picture(x)).all()
    assert (gradient.reshape(x.shape) == canvas.pulled_back(free)).all()
    assert not gradient.reshape(x.shape)[..., :20].any()


def test_at_rest_it_still_gives_the_same(objective):
    x = picture(40, 56, 0)
    loss, gradient = objective(x)
    objective.rest()
    again, the_same = objective(x)
    assert again == loss
    assert (the_same == gradient).all()
