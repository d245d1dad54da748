"""Results say that they are sRGB, in every format that can, and are otherwise what they were."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from stylecore.pictures.images import read_image, read_with_alpha, write_image
from stylecore.pictures.metadata import read_metadata
from stylecore.pictures.profiles.srgb import srgb_profile


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(40, 60), (1, 1), (17, 3)])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"])
def test_results_are_tagged(tmp_path, suffix, size, channels):
    picture = np.random.default_rng(0).integers(1, 256, (*size, channels), np.uint8)
    write_image(tmp_path / f"a{suffix}", picture)
    with Image.open(tmp_path / f"a{suffix}") as opened:
        opened.load()
        assert opened.info["icc_profile"] == srgb_profile()
        assert opened.size == size[::-1]
        if suffix in (".png", ".tif", ".tiff"):
            assert np.array_equal(np.asarray(opened), picture)
    read = read_with_alpha(tmp_path / f"a{suffix}")
    assert read.shape[:2] == size


def test_a_tagged_tiff_is_in_order(tmp_path, picture, alpha):
    for image, extra in ((picture, ()), (np.dstack([picture, alpha]), (2,))):
        write_image(tmp_path / "a.tif", image)
        with tifffile.TiffFile(tmp_path / "a.tif") as file:
            (page,) = file.pages
            codes = [tag.code for tag in page.tags]
            assert codes == sorted(set(codes))
            assert page.tags[34675].value == srgb_profile()
            assert tuple(page.extrasamples) == extra


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_results_with_metadata_are_tagged_as_well(tmp_path, suffix, channels):
    picture = np.random.default_rng(0).integers(1, 256, (17, 30, channels), np.uint8)
    exif = Image.Exif()
    exif[0x8298] = "somebody"
    Image.fromarray(picture[..., :3]).save(tmp_path / "from.jpg", exif=exif, dpi=(240, 240))
    write_image(tmp_path / f"a{suffix}", picture, read_metadata(tmp_path / "from.jpg"))
    with Image.open(tmp_path / f"a{suffix}") as opened:
        opened.load()
        assert opened.info["icc_profile"] == srgb_profile()
        assert opened.getexif()[0x8298] == "somebody"
        if suffix in (".png", ".tif"):
            assert np.array_equal(np.asarray(opened), picture)
    if suffix == ".tif":
        with tifffile.TiffFile(tmp_path / "a.tif") as file:
            codes = [tag.code for tag in file.pages[0].tags]
            assert codes == sorted(set(codes))


def test_bmp_has_no_room_for_a_tag(tmp_path, picture):
    write_image(tmp_path / "a.bmp", picture)
    assert np.array_equal(read_image(tmp_path / "a.bmp"), picture)
