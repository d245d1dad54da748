import numpy as np
import pytest

from stylecore.control.guides import (
    guides_of_content,
    guides_of_style,
    normalised,
    propagate,
    vanished,
)

LAYERS = ("relu1_1", "relu1_2", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


def half(height=96, width=128, column=64):
    mask = np.zeros((1, height, width), np.float32)
    mask[:, :, :column] = 1
    return mask


def average_slowly(mask, layer):
    """Each convolution averages 3×3, each pooling 2×2, written out position by position."""
    blocks = (2, 2, 4, 4, 4)
    block, index = int(layer[4]), int(layer[6])
    for b in range(block):
        if b:
            height, width = mask.shape[0] // 2, mask.shape[1] // 2
            mask = np.array(
                [
                    [mask[2 * y : 2 * y + 2, 2 * x : 2 * x + 2].mean() for x in range(width)]
                    for y in range(height)
                ]
            )
        for _ in range(index if b == block - 1 else blocks[b]):
            padded = np.pad(mask, 1, mode="edge")
            mask = np.array(
                [
                    [padded[y : y + 3, x : x + 3].mean() for x in range(mask.shape[1])]
                    for y in range(mask.shape[0])
                ]
            )
    return mask


@pytest.mark.parametrize("layer", LAYERS[:4])
def test_average_is_what_a_network_of_means_would_see(layer):
    mask = np.random.default_rng(0).uniform(0, 1, (1, 21, 26)).astype(np.float32)
    found = propagate(mask, [layer], "average")[layer]
    assert np.allclose(found[0], average_slowly(mask[0].astype(float), layer), atol=1e-5)


@pytest.mark.parametrize("guides", ["average", "inside", "hard", "shrunk"])
def test_guides_are_as_large_as_the_features(guides):
    found = propagate(half(45, 70, 30), LAYERS, guides)
    assert {layer: one.shape for layer, one in found.items()} == {
        "relu1_1": (1, 45, 70),
        "relu1_2": (1, 45, 70),
        "relu2_1": (1, 22, 35),
        "relu3_1": (1, 11, 17),
        "relu4_1": (1, 5, 8),
        "relu5_1": (1, 2, 4),
    }


# Radius of the receptive field in pixels: 1 per convolution, times the stride there; 1/2 a pooling.
@pytest.mark.parametrize(
    ("layer", "stride", "inner"), [("relu1_1", 1, 1), ("relu2_1", 2, 4), ("relu3_1", 4, 12)]
)
def test_inside_is_only_what_sees_nothing_else(layer, stride, inner):
    found = propagate(half(), [layer], "inside")[layer][0]
    assert set(np.unique(found)) == {0, 1}
    last = int(np.flatnonzero(found[found.shape[0] // 2])[-1])
    assert 64 - inner - stride <= (last + 1) * stride <= 64 - inner


def test_inside_counts_positions_whose_field_reaches_beyond_the_picture():
    for found in propagate(np.ones((1, 64, 64), np.float32), LAYERS, "inside").values():
        assert (found == 1).all()


def test_shares_of_regions_that_cover_the_picture_add_up_to_one():
    rng = np.random.default_rng(1)
    first = rng.uniform(0, 1, (64, 80)).astype(np.float32)
    for found in propagate(np.stack([first, 1 - first]), LAYERS, "average").values():
        assert np.allclose(found.sum(axis=0), 1, atol=1e-5)


def test_hard_masks_are_zero_or_one():
    soft = np.linspace(0, 1, 64, dtype=np.float32)[None, None].repeat(64, axis=1)
    for found in propagate(soft, LAYERS, "hard").values():
        assert set(np.unique(found)) == {0, 1}


def test_normalised_guides_sum_to_one_whatever_the_size_of_the_region():
    masks = np.concatenate([half(column=3), half(column=120), np.zeros_like(half())])
    sums = normalised(masks).sum(axis=(1, 2), dtype=float)
    assert np.allclose(sums, [1, 1, 0], atol=1e-5)


def test_a_dot_vanishes_deep_down_and_not_at_the_top():
    dot = np.zeros((2, 128, 128), np.float32)
    dot[0, 60:64, 60:64] = 1
    dot[1, :64] = 1
    found = propagate(dot, LAYERS, "average")
    assert vanished(found["relu1_1"]) == [False, False]
    assert vanished(found["relu5_1"]) == [True, False]


@pytest.mark.parametrize("guides", ["average", "inside", "hard"])
@pytest.mark.parametrize("of_style", [False, True], ids=["content", "style"])
def test_each_guide_sums_to_one(of_style, guides):
    carried = propagate(half(), LAYERS[:4], guides)
    made = (
        guides_of_style(half(), carried, guides) if of_style else guides_of_content(carried, guides)
    )
    for layer, found in made.items():
        assert np.allclose(found.sum(axis=(1, 2), dtype=float), 1, atol=1e-5), layer


def test_average_divides_a_position_of_the_content_by_the_squares_of_what_it_sees():
    masks = half()
    seen = propagate(masks, ["relu3_1"], "average")["relu3_1"][0, 10]
    guide = guides_of_content(propagate(masks, ["relu3_1"], "average"), "average")["relu3_1"][0, 10]
    wanted = seen**2 / (seen**2 + (1 - seen) ** 2)
    assert np.allclose(guide / guide[0], wanted / wanted[0], atol=1e-5)
    assert ((seen > 0.2) & (seen < 0.8)).any()


def test_average_gives_no_position_away_more_than_once():
    everywhere = np.ones_like(half())
    masks = np.concatenate([everywhere, everywhere, half()])
    found = guides_of_content(propagate(masks, ["relu1_1"], "average"), "average")["relu1_1"]
    assert np.array_equal(found[0], found[1])
    assert found[0, 10, 0] == pytest.approx(found[0, 10, 100] * 2 / 3, rel=1e-4)


def test_average_only_shrinks_the_mask_of_a_style():
    guide = guides_of_style(half(), dict.fromkeys(["relu3_1"], half()), "average")["relu3_1"][0, 10]
    assert np.allclose(guide / guide[0], np.arange(32) < 16)
