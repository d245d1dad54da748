"""Neighbours against a search through everything, written out position by position."""

import numpy as np
import pytest

from stylecore.engine import neighbours
from stylecore.engine.hypercolumns import Grid, hypercolumns
from stylecore.engine.neighbours import Candidates, Neighbours, Whole, nearest

SHAPES = {"relu2_1": (4, 8, 12), "relu3_1": (6, 4, 6), "relu4_1": (5, 2, 3)}
LARGER = {"relu2_1": (4, 12, 8), "relu3_1": (6, 6, 4), "relu4_1": (5, 3, 2)}


def features(seed, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return {
        layer: rng.uniform(0, 9, (1, *shape)).astype(np.float32) for layer, shape in shapes.items()
    }


def whole(found):
    return {layer: np.full((1, *one.shape[2:]), 1.0) for layer, one in found.items()}


def halves(found):
    """Guides of the left half and the right."""
    guides = {layer: np.zeros((2, *one.shape[2:])) for layer, one in found.items()}
    for guide in guides.values():
        middle = guide.shape[2] // 2
        guide[0, :, :middle] = guide[1, :, middle:] = 1.0
    return guides


def neighbour_targets(found, guides, styles):
    picture = Whole(found)
    return Neighbours(picture, guides, styles).everywhere(picture.sizes)


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_every_position_points_where_its_neighbour_does(monkeypatch):
    found, style = features(0), features(1, LARGER)
    targets = neighbour_targets(
        found, whole(found), [Candidates(Whole(style), whole(style), {0: 1.0})]
    )
    for layer, one in found.items():
        mine, theirs = hypercolumns(found, Grid(layer)), hypercolumns(style, Grid(layer))
        flat, others = one[0].reshape(one.shape[1], -1), style[layer][0]
        others = others.reshape(others.shape[0], -1)
        for i in range(flat.shape[1]):
            j = int(np.argmax([float(mine[i] @ column) for column in theirs]))
            wanted = unit(others[:, j])
            np.testing.assert_allclose(
                targets[layer][0].reshape(*flat.shape)[:, i], wanted, rtol=1e-5
            )


def test_a_picture_is_its_own_neighbour():
    found = features(0)
    targets = neighbour_targets(
        found, whole(found), [Candidates(Whole(found), whole(found), {0: 1.0})]
    )
    for layer, one in found.items():
        wanted = one / np.linalg.norm(one, axis=1, keepdims=True)
        np.testing.assert_allclose(targets[layer], wanted, rtol=1e-5)


def test_layers_finer_than_the_grid_copy_what_lies_around(monkeypatch):
    monkeypatch.setattr(neighbours, "MOST", 24)
    found, style = features(0), features(1, LARGER)
    targets = neighbour_targets(
        found, whole(found), [Candidates(Whole(style), whole(style), {0: 1.0})]
    )
    mine, theirs = hypercolumns(found, Grid("relu3_1")), hypercolumns(style, Grid("relu3_1"))
    rows, columns = np.divmod((mine @ theirs.T).argmax(axis=1).reshape(4, 6), 4)
    for y, x in np.ndindex(8, 12):
        down = 2 * rows[y // 2, x // 2] + y % 2
        right = 2 * columns[y // 2, x // 2] + x % 2
        wanted = unit(style["relu2_1"][0, :, down, right])
        np.testing.assert_allclose(targets["relu2_1"][0, :, y, x], wanted, rtol=1e-5)


def test_of_very_large_pictures_the_deepest_layer_is_thinned(monkeypatch):
    monkeypatch.setattr(neighbours, "MOST", 2)
    found = features(0)
    targets = neighbour_targets(
        found, whole(found), [Candidates(Whole(found), whole(found), {0: 1.0})]
    )
    for layer, one in found.items():
        wanted = one / np.linalg.norm(one, axis=1, keepdims=True)
        own = np.s_[..., : 2 << (4 - int(layer[4])), : 2 << (4 - int(layer[4]))]
        np.testing.assert_allclose(targets[layer][own], wanted[own], rtol=1e-5)


def test_a_region_takes_from_its_own_part_of_the_style():
    found, style = features(0), features(0)
    guides = halves(found)
    swapped = {layer: guide[::-1] for layer, guide in guides.items()}
    targets = neighbour_targets(
        found, guides, [Candidates(Whole(style), swapped, {0: 1.0, 1: 1.0})]
    )
    for layer, one in found.items():
        middle = one.shape[3] // 2
        sides = (np.s_[:middle], np.s_[middle:]), (np.s_[middle:], np.s_[:middle])
        for here, there in sides:
            allowed = style[layer][0][:, :, there].reshape(one.shape[1], -1)
            allowed = allowed / np.linalg.norm(allowed, axis=0)
            for vector in targets[layer][0][:, :, here].reshape(one.shape[1], -1).T:
                assert np.abs(allowed - vector[:, None]).max(axis=0).min() < 1e-5


def test_several_styles_give_the_weighted_mean():
    found, styles = features(0), [features(1), features(2)]
    alone = [
        neighbour_targets(found, whole(found), [Candidates(Whole(one), whole(one), {0: 1.0})])
        for one in styles
    ]
    both = [
        Candidates(Whole(one), whole(one), {0: share})
        for one, share in zip(styles, (3.0, 1.0), strict=True)
    ]
    blended = neighbour_targets(found, whole(found), both)
    for layer in found:
        mean = 0.75 * alone[0][layer] + 0.25 * alone[1][layer]
        wanted = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        np.testing.assert_allclose(blended[layer], wanted, rtol=1e-4)


def test_where_a_region_takes_nothing_there_is_no_target():
    found, style = features(0), features(1)
    left = {layer: guide[:1] for layer, guide in halves(style).items()}
    targets = neighbour_targets(found, halves(found), [Candidates(Whole(style), left, {0: 1.0})])
    for one in targets.values():
        middle = one.shape[3] // 2
        assert not one[..., middle:].any()
        assert one[..., :middle].any(axis=1).all()


def test_brightness_alone_does_not_choose():
    """Hypercolumns are centred: adding the same to every position changes nothing."""
    found = features(0)
    brighter = {layer: one + 50 for layer, one in found.items()}
    np.testing.assert_allclose(
        hypercolumns(found, Grid("relu3_1")), hypercolumns(brighter, Grid("relu3_1")), atol=1e-4
    )


@pytest.mark.parametrize("value", [0.0, 1e30])
def test_features_without_or_beyond_measure_stay_finite(value):
    found = {layer: np.full_like(one, value) for layer, one in features(0).items()}
    targets = neighbour_targets(
        found, whole(found), [Candidates(Whole(found), whole(found), {0: 1.0})]
    )
    assert all(np.isfinite(one).all() for one in targets.values())


def test_the_search_is_the_same_in_chunks(monkeypatch):
    rng = np.random.default_rng(0)
    columns, others = rng.normal(size=(50, 7)), rng.normal(size=(40, 7))
    wanted = nearest(columns, others)
    monkeypatch.setattr(neighbours, "_CHUNK", 16)
    assert (nearest(columns, others) == wanted).all()
