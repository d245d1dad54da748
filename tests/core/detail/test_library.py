import cv2
import numpy as np
import pytest

from stylecore.detail.library import Example, coherent, library_of, nearest
from stylecore.detail.patches import grid, projected

RNG = np.random.default_rng(0)
STYLE = cv2.GaussianBlur(RNG.uniform(0, 255, (60, 80, 3)).astype(np.float32), (0, 0), 1.5)


def places_of(library, numbers):
    return np.stack([library.rows[numbers], library.columns[numbers]], axis=-1)


@pytest.fixture
def library():
    return library_of([Example(STYLE)], [STYLE])


def sought_in(library, picture, rows, columns):
    return projected(picture, (rows.ravel(), columns.ravel()), library.space)


def test_a_patch_of_the_style_is_found_where_it_lies(library):
    rows, columns = grid(10, 50, 10, 70)
    numbers, costs = nearest(library, sought_in(library, STYLE, rows, columns))
    wanted = np.stack([rows.ravel(), columns.ravel()], axis=-1)
    assert (places_of(library, numbers) == wanted).mean() > 0.95
    assert np.median(costs) < 1e-3


def test_the_nearest_is_near_by_brute_force(library):
    noise = np.clip(STYLE + RNG.normal(0, 20, STYLE.shape), 0, 255).astype(np.float32)
    rows, columns = grid(10, 50, 10, 70)
    sought = sought_in(library, noise, rows, columns)
    _, costs = nearest(library, sought)
    usable = library.features[np.isfinite(library.features[:, 0])]
    exact = ((sought[:, None] - usable[None]) ** 2).sum(axis=2).min(axis=1)
    # The tree promises at most 1 + ε times the distance.
    assert (costs <= 4 * exact + 1e-3).all()
    assert (costs >= exact - 1e-2 * exact - 1e-3).all()


def test_a_mask_is_all_that_is_taken_from():
    mask = np.zeros((60, 80), np.float32)
    mask[:, :30] = 1
    library = library_of([Example(STYLE, mask)], [STYLE])
    rows, columns = grid(10, 50, 10, 70)
    sought = sought_in(library, STYLE, rows, columns)
    numbers, costs = nearest(library, sought)
    assert library.columns[numbers].max() < 30
    laid = coherent(library, sought, np.ones(rows.shape, bool), numbers, costs)
    assert library.columns[laid].max() < 30


def test_styles_compete_by_what_they_have_and_their_share():
    dark, light = STYLE * 0.3, 200 + STYLE * 0.2
    library = library_of([Example(dark), Example(light, share=0.5)], [dark, light])
    rows, columns = grid(10, 50, 10, 70)
    for picture, wanted in ((dark, 0), (light, 1)):
        numbers, _ = nearest(library, sought_in(library, picture, rows, columns))
        assert (library.style[numbers] == wanted).mean() > 0.95


def test_coherence_lets_neighbours_lie_side_by_side(library):
    noise = np.clip(STYLE + RNG.normal(0, 25, STYLE.shape), 0, 255).astype(np.float32)
    rows, columns = grid(10, 50, 10, 70)
    sought = sought_in(library, noise, rows, columns)
    numbers, costs = nearest(library, sought)
    alone = numbers.reshape(rows.shape)
    laid = coherent(library, sought, np.ones(rows.shape, bool), numbers, costs)

    def side_by_side(found):
        return (library.columns[found[:, 1:]] - library.columns[found[:, :-1]] == 2).mean()

    assert side_by_side(laid) > side_by_side(alone)
