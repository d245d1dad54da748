"""What is left of a run that memory ends, at the size that there is memory for."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from stylecore import descent, growth, outcome
from stylecore.engine.objective import Objective
from stylecore.results import UnfinishedError
from stylecore.settings import Settings
from stylecore.transfer import stylize

SETTINGS = Settings(size=64, coarsest=32, steps=6, pooling="max", engine="cpu")
RNG = np.random.default_rng(0)
CONTENT = RNG.integers(0, 256, (48, 64, 3), np.uint8)
STYLE = RNG.integers(0, 256, (50, 50, 3), np.uint8)


def short_of_opencv():
    """What OpenCV raises without memory."""
    error = cv2.error("(-4:Insufficient memory) Failed to allocate 3600000000 bytes")
    error.code = cv2.Error.StsNoMem
    return error


@pytest.fixture
def run(narrow_artefact, monkeypatch):
    """A run that memory ends when the last scale begins; returns its end and its pictures."""

    def run(error, **options):
        grow, pictures = descent.grown, []

        def grown(x, scene, scale, way):
            if scale.height == 48:
                raise error
            return grow(x, scene, scale, way)

        monkeypatch.setattr(descent, "grown", grown)
        with pytest.raises(UnfinishedError) as caught:
            stylize(CONTENT, STYLE, model=narrow_artefact["max"],
                    settings=replace(SETTINGS, **options),
                    on_step=lambda step: pictures.append((step.loss, step.picture())))  # fmt: skip
        return caught.value, min(pictures, key=lambda one: one[0])[1]

    return run


@pytest.mark.parametrize("error", [MemoryError("no"), short_of_opencv()], ids=["numpy", "opencv"])
def test_without_memory_at_the_last_scale_there_is_the_picture_before(run, error):
    end, best = run(error)
    assert end.__cause__ is error
    assert "out of memory; give a smaller size" in str(end)
    assert best.shape == (24, 32, 3)
    assert end.result.image.shape == (48, 64, 3)
    large = cv2.resize(best, (64, 48), interpolation=cv2.INTER_CUBIC)
    assert np.abs(end.result.image.astype(int) - large).mean() < 2


@pytest.mark.parametrize("color", ["style", "content"])
def test_without_memory_for_the_final_size_it_is_delivered_as_it_is(run, monkeypatch, color):
    def scarce(x, scale):
        if scale.height == 48:
            raise short_of_opencv()
        return growth.resized(x, scale)

    monkeypatch.setattr(outcome, "resized", scarce)
    end, best = run(MemoryError(), color=color)
    assert (end.result.image == best).all()


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_a_loss_that_is_no_number_any_more_leaves_the_best_picture(
    narrow_artefact, monkeypatch, optimizer
):
    evaluate, pictures = Objective.__call__, []

    def lost_at_the_last_scale(self, x):
        loss, gradient = evaluate(self, x)
        if self.size == (48, 64):
            self.losses = dict.fromkeys(self.losses, np.inf)
            return np.inf, np.full_like(gradient, np.nan)
        return loss, gradient

    monkeypatch.setattr(Objective, "__call__", lost_at_the_last_scale)
    with pytest.raises(UnfinishedError) as caught:
        stylize(CONTENT, STYLE, model=narrow_artefact["max"],
                settings=replace(SETTINGS, optimizer=optimizer),
                on_step=lambda step: pictures.append((step.loss, step.picture())))  # fmt: skip
    assert "no finite number at scale 2/2 (64×48), from step 1 on" in str(caught.value)
    result = caught.value.result
    best = min(pictures, key=lambda one: one[0])[1]
    large = cv2.resize(best, (64, 48), interpolation=cv2.INTER_CUBIC)
    assert np.abs(result.image.astype(int) - large).mean() < 2
    assert "no finite number" in result.report["error"]
    json.dumps(result.report, allow_nan=False)


def test_a_picture_that_memory_leaves_keeps_its_alpha(narrow_artefact, run, monkeypatch):
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:, :32] = 0
    monkeypatch.setattr(f"{__name__}.CONTENT", np.dstack([CONTENT, alpha]))
    end, _ = run(MemoryError())
    assert (end.result.picture[..., 3] == alpha).all()
