"""A picture that is added tile by tile looks like one whose features are all there."""

import numpy as np
import pytest

from stylecore.engine.hypercolumns import Grid
from stylecore.engine.neighbours import Whole, grids_of
from stylecore.tiling.disk import Disk
from stylecore.tiling.layout import layout, owned
from stylecore.tiling.seen import TiledSeen

LAYERS = ("relu3_1", "relu4_1", "relu5_1")


def features(height, width):
    rng = np.random.default_rng(0)
    return {
        layer: rng.uniform(0, 9, (1, 3 + b, height >> b + 2, width >> b + 2)).astype(np.float32)
        for b, layer in enumerate(LAYERS)
    }


@pytest.mark.parametrize("size", [(203, 251), (64, 330), (160, 160)], ids=str)
@pytest.mark.parametrize("grids", [None, [Grid("relu5_1", 1)], [Grid("relu4_1")]], ids=str)
def test_its_hypercolumns_are_the_same(size, grids):
    found = features(*size)
    whole = Whole(found)
    grids = grids or grids_of(whole.sizes)
    seen = TiledSeen(whole.sizes, [3, 4, 5], grids, Disk())
    for tile in layout(*size, 64, LAYERS):
        for layer, one in found.items():
            seen.add(layer, tile, one[(..., *owned(tile, layer))])
    for grid in grids:
        np.testing.assert_allclose(seen.columns(grid), whole.columns(grid), atol=2e-5)
    down, right = np.array([[0, 1], [2, 3]]), np.array([[3, 2], [1, 0]])
    for layer in LAYERS:
        assert (seen.at(layer, down, right) == whole.at(layer, down, right)).all()
