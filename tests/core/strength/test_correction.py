"""The correction by hand, and in runs that would have come elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Settings
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import CORRECTING, Scale
from stylecore.strength import correction
from stylecore.strength.calibrated import Calibrated
from stylecore.strength.correction import Correction, corrected, nearest
from stylecore.strength.yardstick import Way

DEEP, SHALLOW = Scale(256, 256, 6), Scale(512, 512, 6, shallow=True)
KNOWN = Calibrated.of(Settings(strength=0.5), {"content_weight": 0.3}, content=0.8, farthest=0.2)


class Grey:
    """A yardstick: a picture goes from 0.7 to the far end, as its mean goes from 0 to 1."""

    content = 0.7

    def __call__(self, picture):
        return 0.7 - float(picture.mean()) * (0.7 - correction._FARTHER * 0.2)


@pytest.fixture
def told():
    return []


@pytest.fixture
def correcting(told):
    """A correction of a scene with a strength of 0.5, by the mean of pictures."""
    return Correction(lambda _: Grey(), told.append)


@pytest.fixture
def scene(scene_of):
    scene = scene_of(strength=0.5)
    return replace(scene, settings=KNOWN.applied(scene.settings), calibrated=KNOWN)


def grey(level):
    return np.full((1, 3, 4, 5), level, np.float32)


def test_a_picture_that_is_behind_gets_less_content_and_one_that_is_ahead_more():
    weights = [corrected(0.3, one, 0.5) for one in (0.2, 0.35, 0.49, 0.51, 0.65, 0.8)]
    assert weights == sorted(weights)
    assert weights[2] < 0.6 * 0.3
    assert weights[3] > 0.3 / 0.6


def test_nothing_is_without_measure():
    assert corrected(0.3, -0.5, 0.5) == pytest.approx(0.3 / correction._MOST)
    assert corrected(0.3, 1.5, 0.5) == pytest.approx(0.3 * correction._MOST)


@pytest.mark.parametrize("root", [0.03, 0.5, 0.97])
@pytest.mark.parametrize("bend", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_part_of_a_way_that_has_what_is_wanted(root, bend, sign):
    asked = []

    def over(part):
        asked.append(part)
        return sign * 0.2 * (part**bend - root**bend)

    part, rest = nearest(over)
    assert rest == over(part)
    assert abs(rest) < 0.006
    assert len(asked) <= 10


@pytest.mark.parametrize(("over", "part"), [((0.1, 0.04), 1.0), ((-0.1, -0.3), 0.0)])
def test_where_nothing_on_the_way_has_it_the_better_end_is_taken(over, part):
    assert nearest(lambda one: over[int(one)]) == (part, over[int(part)])


def test_without_a_strength_nothing_is_corrected(correcting, told, scene):
    plain = replace(scene, calibrated=None)
    assert correcting.weighed(plain, DEEP, grey(0.1)) is plain
    end = grey(0.9)
    assert correcting.met(grey(0.1), end, lambda x: x) is end
    assert told == []


def test_the_last_steps_have_other_weights_and_end_where_they_cross_the_strength(
    correcting, told, scene
):
    changed = correcting.weighed(scene, DEEP, grey(0.3))
    assert changed.settings.content_weight == corrected(0.3, told[0].correction.balance, 0.5)
    assert changed.calibrated == told[0]
    assert told[0].correction.balance == pytest.approx(0.3)
    x = correcting.met(grey(0.3), grey(0.6), lambda x: x)
    assert x.dtype == np.float32
    np.testing.assert_allclose(x, 0.5, atol=0.005)
    assert told[1] == replace(told[0], reached=pytest.approx(x.mean(), abs=1e-6))


def test_where_shallow_layers_end_a_run_its_far_end_is_another_part_of_the_pilots(
    correcting, told, scene
):
    correcting.weighed(scene, SHALLOW, grey(0.3))
    way = Way(0.7, correction._FARTHER_SHALLOW * KNOWN.farthest)
    assert told[0].correction.balance == pytest.approx(way.balance(Grey()(grey(0.3))))


def test_what_the_network_sees_is_measured(correcting, scene):
    correcting.weighed(scene, DEEP, grey(0.3))
    x = correcting.met(grey(0.3), grey(0.6), lambda x: np.square(x))
    np.testing.assert_allclose(x, 0.6, atol=0.005)  # its square does not come to a half


@pytest.mark.parametrize("wrong", [0.65, 2.5], ids=["too little content", "too much"])
def test_a_run_with_wrong_weights_comes_to_its_strength(painter, scene_of, wrong):
    """The same run would come to somewhere else; the far end is known here."""
    scene, end = (scene_of(steps=30, strength=one) for one in (0.5, 1.0))
    yardstick = painter.yardstick(scene)
    farthest = yardstick(to_tensor(painter.paint(end).image))
    known = painter.calibrated(scene).calibrated
    weight = wrong * known.changes["content_weight"]
    changes = {**known.changes, "content_weight": weight}
    of_this = {"farthest": farthest / correction._FARTHER, "changes": changes}
    result = painter.paint(replace(scene, calibrated=replace(known, **of_this)))
    assert len(result.report["scales"][-1]["steps"]) == CORRECTING
    assert result.report["settings"]["content_weight"] == weight
    told = result.report["strength"]
    assert abs(told["correction"]["balance"] - 0.5) > 0.02
    balance = Way(yardstick.content, farthest).balance(yardstick(to_tensor(result.image)))
    assert balance == pytest.approx(0.5, abs=0.03)
    assert told["reached"] == pytest.approx(balance, abs=0.01)
