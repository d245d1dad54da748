import numpy as np
import pytest

from stylecore.measures.things import BLOCKS, shuffled, things


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def features(rng, *shape):
    return rng.standard_normal((6, *shape)).astype(np.float32)


def test_it_is_the_excess_of_the_best_cosine(rng):
    style, picture = features(rng, 3, 4), features(rng, 2, 5)
    textures = [features(rng, 3, 3), features(rng, 3, 3)]
    mean = style.reshape(6, -1).mean(1)

    def likeness(other):
        best = []
        for one in style.reshape(6, -1).T:
            cosines = [
                np.dot(one - mean, two - mean)
                / (np.linalg.norm(one - mean) * np.linalg.norm(two - mean))
                for two in other.reshape(6, -1).T
            ]
            best.append(max(cosines))
        return np.mean(best)

    wanted = likeness(picture) - np.mean([likeness(one) for one in textures])
    assert things(style, picture, textures) == pytest.approx(wanted, abs=1e-5)


def test_the_style_has_its_own_things_and_its_texture_none(rng):
    style, texture = features(rng, 4, 4), features(rng, 4, 4)
    assert things(style, style, [texture]) > 0
    assert things(style, texture, [texture]) == 0


def test_a_flat_place_is_like_nothing(rng):
    style, texture = features(rng, 4, 4), features(rng, 4, 4)
    flat = np.broadcast_to(style.reshape(6, -1).mean(1)[:, None, None], (6, 4, 4))
    assert np.isfinite(things(style, flat, [texture]))


def test_blocks_lie_elsewhere_and_are_whole():
    style = np.arange(40 * 62 * 3, dtype=np.uint32).reshape(40, 62, 3).astype(np.uint8)
    drawn = shuffled(style)
    side = 62 // BLOCKS
    assert all(one.shape == (40 // side * side, 62 // side * side, 3) for one in drawn)
    assert not np.array_equal(drawn[0], drawn[1])
    kept = style[: 40 // side * side, : 62 // side * side]
    for one in drawn:
        assert np.array_equal(np.sort(one, axis=None), np.sort(kept, axis=None))
    assert all(np.array_equal(*both) for both in zip(drawn, shuffled(style), strict=True))


@pytest.mark.parametrize("shape", [(3, 200, 3), (1, 1, 3), (200, 3, 3)])
def test_a_narrow_style_has_blocks_too(shape):
    assert all(one.size for one in shuffled(np.zeros(shape, np.uint8)))
