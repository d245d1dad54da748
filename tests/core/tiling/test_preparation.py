"""What preparation leaves on the disk."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Settings
from stylecore.tiling import preparation
from stylecore.tiling.disk import Disk
from stylecore.tiling.preparation import bytes_on_disk


def test_the_room_that_is_looked_for_is_what_is_taken(
    narrow_artefact, both_ways, picture, monkeypatch
):
    taken = []

    class Counted(Disk):
        def features(self, *size):
            taken.append(4 * int(np.prod(size)))
            return super().features(*size)

    monkeypatch.setattr(preparation, "Disk", Counted)
    settings = replace(Settings(size=128, pooling="max", engine="cpu"), fit="crop")
    artefact = narrow_artefact["max"]
    both_ways(artefact, picture(96, 128, 1), [picture(96, 128, n) for n in (2, 3)], settings, 64)
    assert sum(taken) == pytest.approx(bytes_on_disk(artefact.manifest, 96, 128, 2), rel=1e-6)
