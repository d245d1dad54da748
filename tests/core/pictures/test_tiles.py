import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stylecore.pictures.tiles import tiles


@given(st.integers(1, 300), st.integers(1, 300), st.integers(8, 64), st.integers(0, 20))
def test_every_pixel_belongs_to_one_tile_that_reads_around_it(height, width, side, halo):
    owned = np.zeros((height, width), int)
    for tile in tiles(height, width, side, halo):
        rows, columns = tile.rows, tile.columns
        owned[rows.start : rows.stop, columns.start : columns.stop] += 1
        for span, whole in ((rows, height), (columns, width)):
            assert span.start % side == 0
            assert span.first == max(0, span.start - halo)
            assert span.last == min(whole, span.stop + halo)
            assert span.stop - span.start <= 1.5 * side
    assert (owned == 1).all()
