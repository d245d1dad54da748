"""The guided filter does what its equations say, and its lines hold at other sizes."""

from __future__ import annotations

import numpy as np

from stylecore.masks.guidedfilter import GuidedFilter


def directly(guide, plane, radius, smoothness, y, x):
    """The filter's value at a place, from every window around it: He, Sun & Tang's equations."""
    slopes, offsets = [], []
    for row in range(y - radius, y + radius + 1):
        for column in range(x - radius, x + radius + 1):
            window = np.s_[row - radius : row + radius + 1, column - radius : column + radius + 1]
            colours, values = guide[window].reshape(-1, 3), plane[window].ravel()
            covariance = np.cov(colours.T, bias=True) + smoothness * np.eye(3)
            both = (colours * values[:, None]).mean(0) - colours.mean(0) * values.mean()
            slope = np.linalg.solve(covariance, both)
            slopes.append(slope)
            offsets.append(values.mean() - slope @ colours.mean(0))
    return np.mean(slopes, axis=0) @ guide[y, x] + np.mean(offsets)


def test_it_follows_its_equations():
    random = np.random.default_rng(0)
    guide = random.random((24, 30, 3), np.float32)
    plane = random.random((24, 30), np.float32)
    filtered = GuidedFilter(guide, 2, 0.01).fit(plane).at(guide)
    for y, x in ((8, 9), (12, 20), (15, 5)):
        assert abs(filtered[y, x] - directly(guide, plane, 2, 0.01, y, x)) < 1e-4


def test_an_edge_comes_back_sharp_at_a_larger_size():
    small, large = np.zeros((32, 32, 3), np.float32), np.zeros((128, 128, 3), np.float32)
    small[:, 16:], large[:, 64:] = 1, 1
    plane = np.zeros((32, 32), np.float32)
    plane[:, 18:] = 1  # two pixels beside the guide's edge
    found = GuidedFilter(small, 6, 1e-3).fit(plane).at(large) > 0.5
    assert np.array_equal(found, large[..., 0] > 0)
