import numpy as np
import pytest
from scipy.optimize import minimize

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
def objective(narrow_artefact, features):
    made = Objective(narrow_artefact["max"], choose_engine("cpu"))
    made.aim_at(features, picture(40, 56, 1), [picture(48, 48, 2)], SETTINGS)
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
    parts = objective.parts
    assert min(parts.content, parts.style, parts.tv) > 0
    assert parts.loss == loss == pytest.approx(parts.content + parts.style + parts.tv, rel=1e-5)


def test_at_the_content_itself_only_style_and_variation_are_left(objective):
    objective(picture(40, 56, 1))
    assert objective.parts.content == pytest.approx(0, abs=1e-9)
    assert objective.parts.style > 0


def test_scipy_minimises_it_as_it_is(objective):
    x = picture(40, 56, 0).ravel()
    options = {"maxiter": 15, "ftol": 0, "gtol": 0}
    found = minimize(objective, x, jac=True, method="L-BFGS-B", options=options)
    assert found.nit == 15
    assert found.fun < 0.5 * objective(x)[0]


def test_it_can_aim_again_at_another_size(narrow_artefact, features, objective):
    x = picture(33, 47, 4)
    objective(picture(40, 56, 0))
    objective.aim_at(features, picture(33, 47, 5), [picture(20, 30, 6)], SETTINGS)
    loss, gradient = objective(x)

    afresh = Objective(narrow_artefact["max"], choose_engine("cpu"))
    afresh.aim_at(features, picture(33, 47, 5), [picture(20, 30, 6)], SETTINGS)
    wanted_loss, wanted_gradient = afresh(x)
    assert loss == wanted_loss
    assert (gradient == wanted_gradient).all()


def test_targets_may_be_changed_and_taken_again(narrow_artefact, features, objective):
    x = picture(40, 56, 0)
    targets = objective.aim_at(features, picture(40, 56, 1), [picture(48, 48, 2)], SETTINGS)
    objective(x)
    before = objective.parts
    louder = {
        name: 3 * value if name.endswith(".weight") and name.startswith("style.") else value
        for name, value in targets.items()
    }
    objective.aim(louder, 40, 56)
    objective(x)
    assert objective.parts.style == pytest.approx(3 * before.style, rel=1e-5)
    assert objective.parts.content == pytest.approx(before.content, rel=1e-5)


def test_regions_have_grams_of_their_own(narrow_artefact, features, objective):
    # Two regions with everything halved between them are one region.
    x = picture(40, 56, 0)
    targets = objective.aim_at(features, picture(40, 56, 1), [picture(48, 48, 2)], SETTINGS)
    objective(x)
    before = objective.parts
    doubled = {}
    for name, value in targets.items():
        if name.startswith("style."):
            value = np.concatenate([value, value])
        doubled[name] = value / 2 if name.startswith("style.") and "weight" in name else value
    objective.aim(doubled, 40, 56)
    objective(x)
    assert objective.parts.style == pytest.approx(before.style, rel=1e-5)


def test_a_damaged_graph_is_refused(narrow_artefact, tmp_path):
    class Damaged:
        manifest = narrow_artefact["max"].manifest

        def path(self, file):
            (tmp_path / file).write_bytes(b"nothing")
            return tmp_path / file

    with pytest.raises(ModelError, match="cannot load"):
        Objective(Damaged(), choose_engine("cpu"))
