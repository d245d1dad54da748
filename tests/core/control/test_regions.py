import numpy as np
import pytest
from PIL import Image

from stylecore.control.regions import Region, areas, fit_mask, label_regions
from stylecore.errors import ImageError, SettingsError
from stylecore.pictures.images import resize_mask, write_image

CONTENT, STYLES = (30, 40), [(20, 50), (25, 25)]


def left(height=30, width=40, columns=None):
    mask = np.zeros((height, width), np.float32)
    mask[:, : columns or width // 2] = 1
    return mask


def test_a_mask_is_brought_to_the_size_of_its_picture():
    assert np.array_equal(fit_mask(left(60, 80), CONTENT, "x"), left())
    assert fit_mask(left(15, 20), CONTENT, "x").shape == CONTENT
    assert np.allclose(fit_mask(left(15, 20), CONTENT, "x").mean(), 0.5, atol=0.01)


def test_grey_levels_are_shares(tmp_path):
    write_image(tmp_path / "m.png", np.full((30, 40, 3), 51, np.uint8))
    assert np.allclose(fit_mask(tmp_path / "m.png", CONTENT, "x"), 0.2)
    assert np.allclose(fit_mask(np.full((30, 40), 51, np.uint8), CONTENT, "x"), 0.2)
    assert np.allclose(fit_mask(np.full((30, 40), 0.2), CONTENT, "x"), 0.2)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (np.ones((30, 30)), "the mask of sky is 30×30 pixels and its picture 40×30; give a mask"),
        (np.zeros((30, 40)), "the mask of sky is empty; paint"),
        (np.full((30, 40), 7.0), "values outside 0–1"),
        (np.full((30, 40), np.nan), "values outside 0–1"),
        (np.ones((30, 40, 5)), r"an array \(30, 40, 5\)"),
        ("none.png", "there is no file none.png"),
    ],
)
def test_masks_that_cannot_be_used(mask, message):
    with pytest.raises(ImageError, match=message):
        fit_mask(mask, CONTENT, "sky")


def test_each_mask_has_the_geometry_of_its_own_picture():
    one, two = areas(
        [Region(left(), left(20, 50)), Region(1 - left(), {1: left(25, 25), 0: None})],
        CONTENT,
        STYLES,
    )
    assert one.content.shape == CONTENT
    assert {i: mask.shape for i, mask in one.styles.items()} == {0: (20, 50)}
    assert {i: mask.shape for i, mask in two.styles.items()} == {0: (20, 50), 1: (25, 25)}
    assert (two.styles[0] == 1).all()
    assert (one.name, two.name) == ("region 1", "region 2")


def test_without_a_style_mask_all_of_all_styles_is_taken():
    (area,) = areas([Region(left())], CONTENT, STYLES)
    assert {i: mask.min() for i, mask in area.styles.items()} == {0: 1, 1: 1}


def test_overlapping_regions_share_and_gaps_stay():
    found = areas([Region(left()), Region(np.ones(CONTENT)), Region(left())], CONTENT, STYLES)
    total = sum(area.content for area in found)
    assert np.allclose(total, 1)
    assert np.allclose(found[0].content[:, 0], 1 / 3)
    (gap,) = areas([Region(left())], CONTENT, STYLES)
    assert gap.content[:, 30].max() == 0


@pytest.mark.parametrize(
    ("region", "error", "message"),
    [
        (Region(left(), {2: None}), SettingsError, "region 1 takes from style 3 of 2"),
        (Region(left(), {-1: None}), SettingsError, "takes from style 0 of 2"),
        (Region(left(), {}), SettingsError, "region 1 names no style"),
        (Region(left(), left()), ImageError, "region 1 in style 1 is 40×30 pixels"),
        (Region(left(), None, 0.0, "sky"), SettingsError, "the weight of sky is 0.0"),
        (Region(left(), None, np.nan), SettingsError, "the weight of region 1 is nan"),
    ],
)
def test_regions_that_cannot_be_used(region, error, message):
    with pytest.raises(error, match=message):
        areas([region], CONTENT, STYLES)


RED, BLUE, GREEN = (220, 30, 30), (30, 30, 220), (30, 200, 30)


def labels(height, width, first, second, columns):
    picture = np.full((height, width, 3), second, np.uint8)
    picture[:, :columns] = first
    return picture


def test_the_same_colour_is_the_same_region():
    regions = label_regions(labels(30, 40, RED, BLUE, 10), [labels(20, 50, BLUE, RED, 30)])
    assert [region.name for region in regions] == ["#1e1edc", "#dc1e1e"]  # the largest first
    blue, red = areas(regions, CONTENT, STYLES[:1])
    assert np.array_equal(red.content, left(columns=10))
    assert np.array_equal(red.styles[0], 1 - left(20, 50, 30))
    assert np.array_equal(blue.styles[0], left(20, 50, 30))


def test_a_colour_may_come_from_either_style_or_from_both():
    content = labels(30, 40, RED, BLUE, 10)
    styles = [labels(20, 50, RED, GREEN, 20), labels(25, 25, RED, BLUE, 5)]
    blue, red = label_regions(content, styles, [1, 3])
    assert (set(blue.style), set(red.style)) == ({1}, {0, 1})
    assert (blue.weight, red.weight) == (1, 3)


def test_a_colour_without_a_style_is_named():
    with pytest.raises(ImageError, match=r"label #1e1edc \(75.0% of it\) is in no style's labels"):
        label_regions(labels(30, 40, RED, BLUE, 10), [labels(20, 50, RED, GREEN, 30)])
    with pytest.raises(SettingsError, match="3 weights were given for 2 regions"):
        label_regions(labels(30, 40, RED, BLUE, 10), [labels(20, 50, RED, BLUE, 30)], [1, 2, 3])


def test_a_mask_keeps_its_share_when_it_is_shrunk():
    mask = left(33, 47, 13)
    assert resize_mask(mask, 33, 47) is mask
    assert abs(resize_mask(mask, 11, 16).mean() - mask.mean()) < 0.005


def test_large_label_pictures_are_thinned_to_what_is_enough():
    labels = np.zeros((600, 800, 3), np.uint8)
    labels[:, 300:] = (220, 50, 50)
    whole, thinned = (label_regions(labels, [labels], longest=one) for one in (None, 80))
    assert [one.name for one in thinned] == [one.name for one in whole]
    for one, other in zip(thinned, whole, strict=True):
        assert one.content.shape == (60, 80)
        assert one.content.mean() == pytest.approx(other.content.mean(), abs=0.01)


def test_what_is_transparent_in_a_label_picture_is_in_no_region(tmp_path):
    """Two colours on an empty layer, with the soft edges of a brush."""
    layer = np.zeros((60, 80, 4), np.uint8)
    layer[:, :30] = (220, 30, 30, 255)
    layer[:40, 50:] = (30, 30, 220, 255)
    layer[:, 30:31, :] = (220, 30, 30, 90)
    Image.fromarray(layer).save(tmp_path / "labels.png")
    red, blue = label_regions(tmp_path / "labels.png", [layer])
    assert (red.name, blue.name) == ("#dc1e1e", "#1e1edc")
    for region, part in ((red, layer[..., 0] == 220), (blue, layer[..., 2] == 220)):
        assert np.array_equal(region.content > 0, part & (layer[..., 3] == 255))
        assert np.array_equal(region.style[0], region.content)
    with pytest.raises(ImageError, match="label picture of style 1 is wholly transparent; paint"):
        label_regions(layer, [layer * np.array([1, 1, 1, 0], np.uint8)])
