import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.settings import LAYERS, Settings, block_of
from stylecore.tiling.layout import (
    STEP,
    core,
    halo_of,
    inside,
    largest_read,
    lasting,
    layout,
    owned,
    reach_of,
    size_in,
    within,
)

DEFAULT = tuple(Settings().style_layers)


@pytest.mark.parametrize(("layer", "field"), [("relu4_2", 84), ("relu5_1", 156), ("relu1_1", 3)])
def test_the_reach_is_what_the_receptive_field_has_beyond_a_position(layer, field):
    assert 2 * reach_of([layer]) + (1 << (block_of(layer) - 1)) == field


def test_the_network_sees_no_further_than_the_reach(narrow_artefact):
    """And right to there: a change that far away is seen, one pixel further it is not."""
    artefact = narrow_artefact["average"]
    features = Session(artefact.path("features.onnx"), choose_engine("cpu"))
    guides = {
        f"style.{layer}.guide": np.full((1, 256 >> b, 256 >> b), 1.0, np.float32)
        for b, layer in enumerate(DEFAULT)
    }
    x = np.random.default_rng(0).uniform(0, 255, (1, 3, 256, 256)).astype(np.float32)
    name, layer = "content.relu4_2.features", "relu4_2"
    (before,) = features([name], image=x, **guides)
    reach, position = reach_of([layer]), 16
    first = position * 8  # of the pixels that the position covers
    seen = []
    for away in (reach, reach + 1):
        other = x.copy()
        other[:, :, :, first - away] = 255 - other[:, :, :, first - away]
        (after,) = features([name], image=other, **guides)
        seen.append(bool((after != before)[..., position].any()))
    assert seen == [True, False]


@settings(deadline=None, max_examples=40)
@given(st.integers(32, 500), st.integers(32, 500), st.integers(2, 20))
def test_every_position_of_every_layer_belongs_to_one_tile(height, width, parts):
    tiles = layout(height, width, parts * STEP, LAYERS[:13])
    for layer in DEFAULT:
        halvings = block_of(layer) - 1
        counts = np.zeros((height >> halvings, width >> halvings), int)
        for tile in tiles:
            counts[owned(tile, layer)] += 1
            mine, theirs = owned(tile, layer), inside(tile, layer)
            assert [one.stop - one.start for one in mine] == [
                one.stop - one.start for one in theirs
            ]
            assert all(
                one.stop <= side for one, side in zip(theirs, size_in(tile, layer), strict=True)
            )
        assert (counts == 1).all()
    halo = halo_of(LAYERS[:13])
    largest = max(size_in(tile, LAYERS[0])[0] for tile in tiles)
    assert largest_read(height, width, parts * STEP, LAYERS[:13])[0] == largest
    for tile in tiles:
        for span, whole in ((tile.rows, height), (tile.columns, width)):
            assert span.first == max(0, span.start - halo)
            assert span.last == min(whole, span.stop + halo)
            assert span.first % STEP == 0


@settings(deadline=None)
@given(st.integers(100, 3000), st.integers(8, 40))
def test_tiles_are_even_and_no_larger_than_asked_for(whole, parts):
    side = parts * STEP
    tiles = sorted(layout(64, whole, side, DEFAULT), key=lambda tile: tile.columns.start)
    found = [tile.columns.stop - tile.columns.start for tile in tiles]
    assert max(found) <= side + side // 2
    assert max(found[:-1], default=0) <= side


def test_memory_lasts_as_long_as_tiles_read_as_much():
    tiles = layout(900, 1000, 192, DEFAULT)
    groups, sizes = 0, set()
    for tile, lasts in lasting(tiles):
        sizes.add(size_in(tile, "relu1_1"))
        groups += not lasts
    assert groups == len(sizes) < len(tiles) / 2


def test_values_of_a_tile_have_zeros_around_what_it_owns():
    tiles = layout(100, 90, 48, ("relu3_1",))
    value = np.random.default_rng(0).uniform(1, 2, (2, 25, 22)).astype(np.float32)
    together = np.zeros_like(value)
    for tile in tiles:
        placed = within(value, tile, "relu3_1")
        assert placed.shape == (2, *size_in(tile, "relu3_1"))
        mine = core(placed, tile, "relu3_1")
        assert placed.sum() == pytest.approx(mine.sum(), rel=1e-5)
        together[(..., *owned(tile, "relu3_1"))] = mine
    assert (together == value).all()
