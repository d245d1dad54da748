"""Self-similarity against the sums that the paper writes."""

import numpy as np
import pytest

from stylecore.measures.similarity import dissimilarity, dissimilarity_at

RNG = np.random.default_rng(0)
CONTENT, OTHER = RNG.uniform(0, 1, (2, 5, 6, 7))


def by_the_paper(content, picture):
    """1/n² Σ_ij |D_ij / Σ_i D_ij − …|, one pair of positions after another."""

    def columns(features):
        flat = features.reshape(len(features), -1)
        count = flat.shape[1]
        distances = np.array(
            [
                [
                    1 - flat[:, i] @ flat[:, j] / np.linalg.norm(flat[:, i])
                    / np.linalg.norm(flat[:, j])
                    for j in range(count)
                ]
                for i in range(count)
            ]
        )  # fmt: skip
        return distances / distances.sum(axis=0), count

    (one, count), (other, _) = columns(content), columns(picture)
    return np.abs(one - other).sum() / count**2, count


def test_it_is_the_papers_times_half_the_positions():
    wanted, count = by_the_paper(CONTENT, OTHER)
    assert dissimilarity_at(CONTENT, OTHER) == pytest.approx(wanted * count / 2)


def test_the_same_form_in_other_paint_is_the_same():
    assert dissimilarity_at(CONTENT, CONTENT) == pytest.approx(0, abs=1e-12)
    turned = np.linalg.qr(RNG.normal(size=(5, 5)))[0]
    painted = 3 * np.einsum("ij,jhw->ihw", turned, CONTENT)
    assert dissimilarity_at(CONTENT, painted) == pytest.approx(0, abs=1e-9)


def test_it_lies_between_nothing_and_one():
    halves = np.zeros((2, 4, 8))
    halves[0, :, :4] = halves[1, :, 4:] = 1
    stripes = np.zeros((2, 4, 8))
    stripes[0, :, ::2] = stripes[1, :, 1::2] = 1
    assert 0.4 < dissimilarity_at(halves, stripes) <= 1
    assert 0 <= dissimilarity_at(halves, np.ones((2, 4, 8))) <= 1


def test_layers_count_alike():
    layers = {"relu3_2": CONTENT, "relu4_3": OTHER}
    found = dissimilarity(layers, {"relu3_2": OTHER, "relu4_3": OTHER})
    assert found == pytest.approx(dissimilarity_at(CONTENT, OTHER) / 2)


def test_large_layers_are_thinned():
    large = RNG.uniform(0, 1, (3, 100, 130))
    other = RNG.uniform(0, 1, (3, 100, 130))
    wanted = dissimilarity_at(large[:, ::3, ::3], other[:, ::3, ::3])
    assert dissimilarity_at(large, other) == wanted
