"""Pictures to be looked at are no larger than that takes."""

import numpy as np
import pytest

from stylecore.pictures.images import write_image
from stylecore.pictures.small import read_small


@pytest.mark.parametrize(
    ("size", "longest", "wanted"),
    [((300, 400), 80, (60, 80)), ((30, 40), 80, (30, 40)), ((400, 3), 80, (80, 1))],
)
def test_it_is_shrunk_and_never_enlarged(tmp_path, size, longest, wanted):
    picture = np.full((*size, 3), (10, 200, 90), np.uint8)
    write_image(tmp_path / "a.png", picture)
    found = read_small(tmp_path / "a.png", longest)
    assert found.shape == (*wanted, 3)
    assert (found == picture[0, 0]).all()
