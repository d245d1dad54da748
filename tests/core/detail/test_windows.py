import numpy as np
import pytest

from stylecore.detail.library import IN_A_TREE
from stylecore.detail.windows import windows


@pytest.mark.parametrize("size", [(24, 30), (2048, 2048), (1000, 4000)])
def test_a_style_of_the_usual_size_is_looked_at_everywhere(size):
    height, width = size
    assert windows(height, width) == [(slice(0, height), slice(0, width))]


@pytest.mark.parametrize(
    ("size", "styles"), [((8192, 8192), 1), ((3000, 9000), 1), ((2048, 2048), 3)]
)
def test_of_a_larger_one_as_much_is_looked_at_from_end_to_end(size, styles):
    found, seen = windows(*size, styles), np.zeros(size, np.uint8)
    for window in found:
        seen[window] += 1
    assert seen.max() == 1
    assert seen[0, 0] == seen[-1, -1] == seen[0, -1] == 1
    assert seen.sum() == pytest.approx(4 * IN_A_TREE / styles, rel=0.01)
