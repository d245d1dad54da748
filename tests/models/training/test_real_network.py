"""A tiny network learns from the real VGG-19, on photographs it is not judged by."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine, open_session
from stylecore.models.prepare import ensure_artefact
from stylecore.models.training.photographs import example_photographs
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.models.training.training import Training, looked_at
from stylecore.pictures.images import read_image, resize
from stylecore.pictures.tensors import to_tensor
from stylecore.transfer import objective_between

EXAMPLES = Path(__file__).parents[3] / "examples"
SIZE, STEPS, FACTOR = 256, 60, 0.6


@pytest.mark.network
@pytest.mark.slow
def test_the_held_out_loss_falls():
    """To less than 0.6 of the photograph's own, in 60 steps on crops of 64 pixels."""
    style, held_out = EXAMPLES / "night.jpg", EXAMPLES / "pagoda.jpg"
    settings = replace(LOOK, size=SIZE, engine="cpu", content_weight=0.05)
    model = ensure_artefact(looked_at(settings))
    training = TrainingSettings(network="tiny", steps=STEPS, coarse_crop=64, crop=64)
    photographs = [path for path in example_photographs() if path != held_out]
    one = Training([style], photographs, model=model, settings=settings, training=training)
    objective = objective_between(held_out, style, model=model, settings=looked_at(settings))
    height, width = objective.size
    image = to_tensor(resize(read_image(held_out), width, height))
    before, _ = objective(image)
    one.run()
    painted = open_session(one.product(), choose_engine("cpu")).run(["styled"], {"image": image})[0]
    after, _ = objective(np.rint(painted))
    assert after < FACTOR * before, f"{before:.3f} fell to {after:.3f}"
