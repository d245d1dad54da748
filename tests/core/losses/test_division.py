import pytest

from stylecore.losses.division import portion
from stylecore.losses.gram import GRAM
from stylecore.losses.nearest import NEAREST


def test_the_things_of_a_composition_are_left_to_the_neighbours():
    for layer in ("relu4_1", "relu5_1"):
        portions = [portion(GRAM, layer, composed) for composed in (0.0, 0.5, 1.0)]
        assert portions == [pytest.approx(portions[0] * left) for left in (1, 0.5, 0)]
        assert portions[0] > 0


def test_strokes_and_neighbours_count_in_every_style():
    for term, layer in ((GRAM, "relu1_1"), (GRAM, "relu3_1"), (NEAREST, "relu5_1")):
        assert portion(term, layer, 0.0) == portion(term, layer, 1.0) > 0
