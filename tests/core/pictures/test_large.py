"""Large pictures: written and read a part at a time, with all that they carry."""

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures import large
from stylecore.pictures.exif import ARTIST, Exif, text_field
from stylecore.pictures.formats import png, tiff, tiffwriter
from stylecore.pictures.images import encoded_image, read_image, read_with_alpha, write_image
from stylecore.pictures.metadata import read_made, read_metadata
from stylecore.pictures.notes import Metadata
from stylecore.pictures.profiles.srgb import srgb_profile

MADE = '{"stylecore": "0"}'
CARRIED = Metadata(
    Exif(main={ARTIST: text_field("Käthe")}, camera={0x920A: text_field("50")}),
    dpi=(300.0, 300.0),
    made=MADE,
)


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch):
    """Every picture is as large as those that are worth the trouble."""
    for module in (large, png, tiff):
        monkeypatch.setattr(module, "LARGE", 1)


def noise(height, width, channels=3, kind=np.uint8):
    rng = np.random.default_rng(0)
    return rng.integers(0, np.iinfo(kind).max, (height, width, channels), kind, endpoint=True)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [3, 4])
def test_others_read_what_is_written_and_what_it_carries(tmp_path, suffix, kind, channels):
    path, image = tmp_path / f"a{suffix}", noise(300, 270, channels, kind)
    write_image(path, image, CARRIED)
    if suffix == ".png":
        found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3][:channels]]
    else:
        found = tifffile.imread(path)
    assert np.array_equal(found, image)
    assert read_made(path) == MADE
    told = read_metadata(path)
    assert told.exif.main[ARTIST].text() == "Käthe"
    assert told.exif.camera[0x920A].text() == "50"
    if kind == np.uint8:
        with Image.open(path) as opened:
            assert opened.info["icc_profile"] == srgb_profile()
    assert encoded_image(path, image, CARRIED) == path.read_bytes()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_it_is_the_same_picture_as_one_that_is_written_whole(tmp_path, suffix, monkeypatch):
    image = noise(70, 90, 4)
    write_image(tmp_path / f"parts{suffix}", image)
    monkeypatch.setattr(large, "LARGE", 1 << 40)
    write_image(tmp_path / f"whole{suffix}", image)
    parts, whole = (read_with_alpha(tmp_path / f"{name}{suffix}") for name in ("parts", "whole"))
    assert np.array_equal(parts, whole)


def test_a_tiff_lies_in_tiles_and_is_big_when_it_must_be(tmp_path, monkeypatch):
    image = noise(300, 270)
    write_image(tmp_path / "a.tif", image, CARRIED)
    monkeypatch.setattr(tiffwriter, "BIG", 1)
    write_image(tmp_path / "b.tif", image, CARRIED)
    for name, big in (("a.tif", False), ("b.tif", True)):
        with tifffile.TiffFile(tmp_path / name) as file:
            assert file.is_bigtiff == big
            page = file.pages[0]
            assert page.is_tiled
            assert page.compression == 8
            assert page.tags["InterColorProfile"].value == srgb_profile()
            assert MADE.replace('"', "&quot;") in page.tags["XMP"].value.decode() or (
                MADE in page.tags["XMP"].value.decode()
            )
            assert np.array_equal(page.asarray(), image)
        assert np.array_equal(read_image(tmp_path / name), image)
    assert read_made(tmp_path / "b.tif") == MADE


def test_bytes_of_more_than_four_gigabytes_ask_for_a_big_one():
    assert not tiffwriter.is_big(np.broadcast_to(np.uint8(0), (30_000, 40_000, 3)))
    assert tiffwriter.is_big(np.broadcast_to(np.uint16(0), (30_000, 40_000, 3)))


def test_without_tifffile_a_tiff_is_written_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(tiffwriter, "find_spec", lambda _: None)
    image = noise(40, 50)
    write_image(tmp_path / "a.tif", image)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        assert not file.pages[0].is_tiled
    assert np.array_equal(read_image(tmp_path / "a.tif"), image)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_failure_leaves_nothing(tmp_path, monkeypatch, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"what was there")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(large.pngstrips, "write_body", fail)
    monkeypatch.setattr(tiffwriter, "_tiles", fail)
    with pytest.raises(ImageError, match="No space left on device"):
        write_image(path, noise(40, 50))
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


def halved(image, times=2):
    """Means of squares, as wide and high as they fit."""
    height, width = (side // times * times for side in image.shape[:2])
    cut = image[:height, :width].astype(float)
    return cut.reshape(height // times, times, width // times, times, -1).mean(axis=(1, 3))


@pytest.mark.parametrize("name", ["png", "tiles", "strips", "big"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_what_is_read_smaller_is_its_means(tmp_path, name, kind):
    image = noise(160, 240, 3, kind)
    path = tmp_path / f"a.{'png' if name == 'png' else 'tif'}"
    if name in ("png", "tiles"):
        write_image(path, image)
    else:
        how = {"rowsperstrip": 7} if name == "strips" else {"tile": (32, 48), "bigtiff": True}
        tifffile.imwrite(path, image, photometric="rgb", **how)
    found = read_with_alpha(path, lambda h, w: (h // 4, w // 4))
    assert found.shape == (40, 60, 3)
    full = np.iinfo(kind).max / 255
    assert np.abs(found - halved(image, 4) / full).max() <= 1.01


def test_a_grey_tiff_is_read_smaller_too(tmp_path):
    image = noise(64, 64, 1)[..., 0]
    tifffile.imwrite(tmp_path / "a.tif", image, photometric="minisblack", rowsperstrip=5)
    found = read_image(tmp_path / "a.tif", lambda *_: (16, 16))
    assert np.abs(found[..., 0] - halved(image[..., None], 4)[..., 0]).max() <= 0.51


def test_what_cannot_be_read_in_parts_is_read_whole(tmp_path):
    image = noise(64, 64)
    white = 255 - image[..., 0]
    tifffile.imwrite(tmp_path / "white.tif", white, photometric="miniswhite")
    found = read_image(tmp_path / "white.tif", lambda *_: (16, 16))
    assert np.abs(found[..., 0] - halved(image[..., :1], 4)[..., 0]).max() <= 1.01
    Image.fromarray(image).quantize(16).save(tmp_path / "palette.png")
    assert read_image(tmp_path / "palette.png", lambda *_: (16, 16)).shape == (16, 16, 3)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_one_that_is_cut_short_is_refused(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    write_image(path, noise(300, 300))
    data = path.read_bytes()
    middle = len(data) // 2
    if suffix == ".png":
        path.write_bytes(data[:middle])
    else:
        path.write_bytes(data[:middle] + bytes(5000) + data[middle + 5000 :])
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(path, lambda *_: (30, 30))


def test_more_pixels_than_are_opened_whole_are_read_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(png, "_MOST_PIXELS", 1000)
    image = noise(64, 64)
    write_image(tmp_path / "a.png", image)
    found = read_image(tmp_path / "a.png", lambda *_: (16, 16))
    assert np.abs(found - halved(image, 4)).max() <= 1.01
    with pytest.raises(ImageError, match="has too many pixels to open"):
        read_image(tmp_path / "a.png")
