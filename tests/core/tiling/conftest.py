"""A scene whose last scale is looked at both ways: as a whole and in tiles."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from stylecore import read_scene
from stylecore.engine.engines import choose_engine
from stylecore.engine.targets import prepare_targets
from stylecore.engine.traits import Traits
from stylecore.pyramid import Scale
from stylecore.tiling.graphs import Graphs
from stylecore.tiling.objective import TiledObjective
from stylecore.tiling.preparation import prepare_in_tiles


@dataclass(frozen=True)
class BothWays:
    """An artefact's graphs, and targets of a scene for each way."""

    artefact: Any
    features: Any
    study: Any
    whole: Any
    tiled: Any
    graphs: Any

    def evaluated(self, targets, x):
        """Losses and gradient with targets of either kind."""
        objective = TiledObjective(self.graphs)
        objective.aim(targets, *x.shape[2:], self.study.canvas)
        _, gradient = objective(x)
        return objective.losses, gradient


@pytest.fixture(scope="session")
def both_ways():
    def both_ways(artefact, content, styles, settings, side, start=None, **controls):
        scene = read_scene(content, styles, settings, **controls)
        study = scene.at(Scale(scene.height, scene.width, 1))
        graphs = Graphs(artefact, choose_engine("cpu"))
        features = graphs.features
        rng = np.random.default_rng(5)
        distinct = rng.uniform(0, 1, (9, 11)).astype(np.float32)
        traits = Traits([0.4] * len(study.styles), distinct)
        given = (features, artefact.manifest, study.content, study.styles, study.settings)
        given += (study.guidance, study.views, traits, start)
        whole, tiled = prepare_targets(*given), prepare_in_tiles(*given, side=side)
        return BothWays(artefact, features, study, whole, tiled, graphs)

    return both_ways


@pytest.fixture(scope="session")
def picture():
    """A picture (H, W, 3) that is no noise: waves of several lengths."""

    def picture(height, width, seed):
        rng = np.random.default_rng(seed)
        y, x = np.mgrid[:height, :width]
        waves = [
            np.sin(x * rng.uniform(0.02, 0.9) + y * rng.uniform(-0.9, 0.9) + rng.uniform(0, 6))
            for _ in range(12)
        ]
        mixed = np.tensordot(rng.uniform(-1, 1, (3, 12)), waves, axes=1).transpose(1, 2, 0)
        noise = rng.normal(0, 0.2, mixed.shape)
        return np.clip(128 + 50 * (mixed + noise), 0, 255).astype(np.uint8)

    return picture
