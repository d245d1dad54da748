import numpy as np
import pytest

from stylecore.losses.variation import VARIATION, total_variation


@pytest.mark.parametrize("size", [(4, 6), (5, 3), (2, 2)])
def test_total_variation_sums_all_neighbours(evaluate, values, size):
    image = values(1, 3, *size)
    height, width = size
    wanted = 0.0
    for c, y, x in np.ndindex(3, height, width):
        if y + 1 < height:
            wanted += abs(image[0, c, y, x] - image[0, c, y + 1, x])
        if x + 1 < width:
            wanted += abs(image[0, c, y, x] - image[0, c, y, x + 1])
    found = evaluate(total_variation, image=image)
    assert found.shape == ()
    assert found == pytest.approx(wanted, rel=1e-12)
    assert VARIATION.measured(image) == pytest.approx(wanted, rel=1e-5)


def test_a_flat_image_has_no_variation(evaluate):
    assert evaluate(total_variation, image=np.full((1, 3, 4, 4), 7.0)) == 0


@pytest.mark.parametrize("size", [(4, 6), (5, 3), (2, 2)])
def test_its_slope_agrees_with_central_differences(values, size):
    image = values(1, 3, *size)
    slope = VARIATION.sloped(image)
    for place in np.ndindex(image.shape):
        ahead, behind = image.copy(), image.copy()
        ahead[place] += 1e-6
        behind[place] -= 1e-6
        numeric = (VARIATION.measured(ahead) - VARIATION.measured(behind)) / 2e-6
        assert slope[place] == pytest.approx(numeric, abs=1e-4)
