"""The correction by hand, and in runs that would have come elsewhere."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from stylecore import Settings
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import CORRECTING, Scale
from stylecore.strength import correction
from stylecore.strength.calibrated import Calibrated
from stylecore.strength.correction import correct
from stylecore.strength.yardstick import Way

DEEP, SHALLOW = Scale(256, 256, 6), Scale(512, 512, 6, shallow=True)
KNOWN = Calibrated.of(Settings(strength=0.5), {"content_weight": 0.3}, content=0.8, farthest=0.2)


def corrected(balance, last=DEEP, known=KNOWN):
    """Where the picture has come so far on a way that goes from 0.7 to 0.6 × 0.2."""

    def measured(_):
        return 0.7 - balance * (0.7 - 0.12)

    measured.content = 0.7
    return correct(known, 0.3, last, measured, SimpleNamespace()).correction


def test_a_picture_that_is_behind_gets_less_content_and_one_that_is_ahead_more():
    weights = [corrected(one).weight for one in (0.2, 0.35, 0.5, 0.65, 0.8)]
    assert weights == sorted(weights)
    assert weights[1] < 0.3 < weights[3]
    assert weights[2] == pytest.approx(0.3, rel=0.3)


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.81])
def test_the_weaker_the_style_the_larger_the_change_for_a_logit(strength):
    behind = 1 / (1 + math.exp(0.3) * (1 - strength) / strength)  # by 0.3 logits
    found = corrected(behind - correction._DRIFT, known=replace(KNOWN, strength=strength))
    gain = correction._GAIN[0] / strength**0.5
    assert found.weight == pytest.approx(0.3 * math.exp(-0.3 * gain), rel=1e-6)


def test_it_tells_how_far_the_picture_had_come():
    assert corrected(0.41).balance == pytest.approx(0.41)


def test_shallow_layers_need_less_to_go_farther_and_nothing_is_without_measure():
    assert corrected(0.4).weight < corrected(0.4, SHALLOW).weight < 0.3
    assert 0.3 < corrected(0.6).weight < corrected(0.6, SHALLOW).weight
    for last in (DEEP, SHALLOW):
        assert corrected(-0.5, last).weight == pytest.approx(0.3 / correction._MOST)
        assert corrected(1.5, last).weight == pytest.approx(0.3 * correction._MOST)


@pytest.mark.parametrize("wrong", [0.25, 4.0], ids=["too little content", "too much"])
def test_a_run_with_wrong_weights_comes_nearer_to_its_strength(
    painter, scene_of, monkeypatch, wrong
):
    """The same run with steps that correct nothing comes less near."""
    scene, end = (scene_of(steps=30, strength=one) for one in (0.5, 1.0))
    yardstick = painter.yardstick(scene)
    farthest = yardstick(to_tensor(painter.paint(end).image))
    known = painter.calibrated(scene).calibrated
    weight = wrong * known.changes["content_weight"]
    changes = {**known.changes, "content_weight": weight}
    of_this = {"farthest": farthest / correction._FARTHER, "changes": changes}
    scene = replace(scene, calibrated=replace(known, **of_this))

    def balance():
        result = painter.paint(scene)
        assert len(result.report["scales"][-1]["steps"]) == CORRECTING
        assert result.report["settings"]["content_weight"] == weight
        return Way(yardstick.content, farthest).balance(yardstick(to_tensor(result.image))), result

    found, result = balance()
    told = result.report["strength"]["correction"]
    monkeypatch.setattr(correction, "_MOST", 1.0)
    other, _ = balance()
    assert abs(found - 0.5) < 0.9 * abs(other - 0.5)
    assert (told["weight"] > weight) == (other > 0.5)
