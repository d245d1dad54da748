"""Alpha, masks, regions and colours, by plain NumPy around the networks themselves."""

import numpy as np
import pytest
from PIL import Image

from stylecore.engine.engines import choose_engine
from stylecore.errors import ImageError, SettingsError
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.runner import Runner
from stylecore.feedforward.styler import Part, Styler
from stylecore.pictures.color import color_statistics, luma, match_colors
from stylecore.pictures.tensors import to_floats, to_picture, to_tensor


@pytest.fixture(scope="module")
def networks(feedforward, tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    return [
        open_network(feedforward.build(folder / f"{seed}.onnx", seed=seed), choose_engine("cpu"))
        for seed in range(3)
    ]


@pytest.fixture(scope="module")
def photo():
    rows, columns = np.mgrid[:48, :60]
    waves = [128 + 90 * np.sin(rows / a + columns / b) for a, b in ((5, 9), (11, 6), (7, 13))]
    return np.stack(waves, axis=2).astype(np.uint8)


def painted(network, picture):
    return to_floats(network(to_tensor(picture)))


def left(width=60, height=48):
    mask = np.zeros((height, width), np.float32)
    mask[:, : width // 2] = 1
    return mask


def test_a_picture_is_what_the_network_makes_of_it(networks, photo, tmp_path):
    wanted = to_picture(networks[0](to_tensor(photo)))
    assert np.array_equal(Styler(networks[0]).picture(photo), wanted)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    assert np.array_equal(Styler(Runner(networks[0])).picture(tmp_path / "photo.png"), wanted)
    assert np.array_equal(Styler(networks[0]).frame(photo), wanted)


@pytest.mark.parametrize(("size", "shape"), [(40, (32, 40)), (90, (72, 90)), (None, (48, 60))])
def test_the_size_is_that_of_the_longest_side(networks, photo, size, shape):
    assert Styler(networks[0]).picture(photo, size).shape == (*shape, 3)


@pytest.mark.parametrize("size", [0, 31, -1, 20000])
def test_a_size_that_makes_no_sense_is_refused(networks, photo, size):
    with pytest.raises(SettingsError, match=f"size is {size}"):
        Styler(networks[0]).picture(photo, size)


def test_what_is_transparent_stays_so(networks, photo):
    alpha = np.rint(255 * left()).astype(np.uint8)
    alpha[5, 50] = 100
    found = Styler(networks[0]).picture(np.dstack([photo, alpha]))
    assert found.shape == (48, 60, 4)
    assert np.array_equal(found[..., 3], alpha)
    hidden = np.dstack([photo, np.zeros_like(alpha)])
    with pytest.raises(ImageError, match="the picture is wholly transparent"):
        Styler(networks[0]).picture(hidden)


def test_what_is_kept_stays_as_it_is_and_soft_edges_mix(networks, photo):
    mask = left()
    mask[:, 28:32] = 0.5
    found = Styler(networks[0], keep=mask).picture(photo)
    assert np.array_equal(found[:, :28], photo[:, :28])
    plain = painted(networks[0], photo)
    np.testing.assert_allclose(found[:, 32:], plain[:, 32:], atol=0.51)
    mean = (photo[:, 28:32] + plain[:, 28:32]) / 2
    np.testing.assert_allclose(found[:, 28:32], mean, atol=0.51)


def test_each_region_is_painted_by_its_own_network(networks, photo):
    one, two = left(), left()[:, ::-1].copy()
    one[:, 20:30], two[:, 30:40] = 0.5, 0.25
    parts = [Part(one, networks[1], "left"), Part(two, networks[2], "right")]
    found = Styler(networks[0], parts=parts).picture(photo)
    a, b, c = (painted(network, photo) for network in networks)
    masks = one[..., None], two[..., None]
    wanted = (1 - masks[0] - masks[1]) * a + masks[0] * b + masks[1] * c
    np.testing.assert_allclose(found, wanted, atol=0.51)


def test_where_regions_overlap_each_has_its_share(networks, photo):
    all_of_it = np.ones((48, 60), np.float32)
    parts = [Part(all_of_it, networks[1]), Part(all_of_it, networks[2])]
    found = Styler(networks[0], parts=parts).picture(photo)
    wanted = (painted(networks[1], photo) + painted(networks[2], photo)) / 2
    np.testing.assert_allclose(found, wanted, atol=0.51)


def test_a_mask_of_another_shape_is_refused_by_its_name(networks, photo):
    with pytest.raises(ImageError, match="the mask of the sky is 50×60"):
        Styler(networks[0], parts=[Part(np.ones((60, 50)), networks[1], "the sky")]).picture(photo)
    with pytest.raises(ImageError, match="the mask of what is kept is empty"):
        Styler(networks[0], keep=np.zeros((48, 60))).picture(photo)


@pytest.mark.parametrize("color", ["content", "luminance"])
def test_the_chroma_of_the_picture_is_put_back(networks, photo, color):
    found = Styler(networks[0], color=color).picture(photo).astype(np.float32)
    seen = np.repeat(luma(photo)[..., None], 3, axis=2) if color == "luminance" else photo
    light = luma(painted(networks[0], seen))
    np.testing.assert_allclose(luma(found), light, atol=0.8)
    chroma, own = found - luma(found)[..., None], photo - luma(photo)[..., None]
    along = np.sum(chroma * own, axis=2)
    across = np.abs(chroma - own * (along / np.maximum(np.square(own).sum(axis=2), 1))[..., None])
    assert across.max() < 1.5  # the same direction, paler where there is no room


def test_what_was_painted_is_recoloured_to_the_picture(networks, photo):
    found = Styler(networks[0], color="match").picture(photo)
    whole = np.ones((48, 60), np.float32)
    wanted = match_colors(painted(networks[0], photo), photo, whole, whole)
    np.testing.assert_allclose(found, wanted, atol=0.52)


def test_what_is_kept_does_not_count_among_the_colours(networks, photo):
    found = Styler(networks[0], keep=left(), color="match").picture(photo)
    free = 1 - left()
    wanted = match_colors(painted(networks[0], photo), photo, free, free)
    np.testing.assert_allclose(found[:, 30:], wanted[:, 30:], atol=0.52)


def test_colours_are_counted_on_a_small_copy(networks):
    rng = np.random.default_rng(0)
    small = rng.uniform(0, 255, (15, 20, 3)).astype(np.uint8)
    photo = np.repeat(np.repeat(small, 40, axis=0), 40, axis=1)
    found = Styler(networks[0], color="match").picture(photo)
    mean, _ = color_statistics(found, np.ones(photo.shape[:2], np.float32))
    wanted, _ = color_statistics(photo, np.ones(photo.shape[:2], np.float32))
    np.testing.assert_allclose(mean, wanted, atol=8)


def test_masks_are_read_once_for_all_frames(networks, photo, monkeypatch):
    from stylecore.feedforward import styler as module

    read, seen = module.fit_mask, []

    def count(*given):
        seen.append(given)
        return read(*given)

    monkeypatch.setattr(module, "fit_mask", count)
    styler = Styler(networks[0], keep=left())
    for _ in range(3):
        styler.frame(photo)
    assert len(seen) == 1
