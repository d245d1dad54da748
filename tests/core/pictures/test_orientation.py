import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from stylecore.pictures.opencv import can_read
from stylecore.pictures.reading import read_image, read_with_alpha


def encode(suffix, rgb, parameters=()):
    return cv2.imencode(suffix, np.ascontiguousarray(rgb[..., ::-1]), list(parameters))[1].tobytes()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def orientation_tag(value):
    """A TIFF header with the one entry that cameras write: tag 0x112, a short."""
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x112, 3, 1, value, 0) + b"\0\0\0\0"


def turned_jpeg(rgb, value):
    exif = b"Exif\0\0" + orientation_tag(value)
    jpeg = encode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 100])
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def turned_png(data, value):
    header = 8 + 25
    return data[:header] + png_chunk(b"eXIf", orientation_tag(value)) + data[header:]


def as_displayed(stored, value):
    """What the EXIF standard says that row 0 and column 0 of each orientation stand for."""
    return {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.swapaxes(0, 1),
        6: np.rot90(stored, -1),
        7: stored[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(stored, 1),
    }[value]


@pytest.mark.parametrize("value", range(1, 9))
def test_the_rotation_noted_by_a_camera_is_applied(tmp_path, picture, value):
    (tmp_path / "a.jpg").write_bytes(turned_jpeg(picture, value))
    expected = as_displayed(picture, value)
    read = read_image(tmp_path / "a.jpg")
    assert read.shape == expected.shape
    assert np.abs(read.astype(int) - expected).mean() < 2


@pytest.mark.parametrize("value", range(1, 9))
def test_transparency_turns_with_the_picture(tmp_path, picture, value):
    alpha = np.zeros((40, 60), np.uint8)
    alpha[:10, :20] = 255
    bgra = np.dstack([picture[..., ::-1], alpha])
    (tmp_path / "a.png").write_bytes(turned_png(cv2.imencode(".png", bgra)[1].tobytes(), value))
    expected = np.where(alpha[..., None] == 255, picture, 255)
    assert np.array_equal(read_image(tmp_path / "a.png"), as_displayed(expected, value))


FORMATS = {
    "jpeg": {"quality": 98, "subsampling": 0},
    "png": {},
    "webp": {"lossless": True, "exact": True},
    "tiff": {},
    "avif": {"quality": 100, "subsampling": "4:4:4"},
}


def logo():
    """Flat black, an L that only alpha shows: its colours say nothing of how it lies."""
    shape = np.zeros((64, 48, 4), np.uint8)
    shape[8:56, 8:20, 3] = shape[44:56, 8:40, 3] = 255
    return shape


@pytest.mark.parametrize("value", range(1, 9))
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("flat", [False, True])
def test_the_tag_is_read_in_every_format(tmp_path, picture, form, value, flat):
    """Against Pillow, which reads the tag, or what AVIF has in its place."""
    if (form, flat) == ("jpeg", True):
        pytest.skip("JPEG has no alpha")
    if form == "avif" and not can_read("AVIF"):
        pytest.skip("this OpenCV has no AVIF")
    exif = Image.Exif()
    exif[0x112] = value
    made = Image.fromarray(logo() if flat else picture)
    made.save(tmp_path / "a", form, exif=exif, **FORMATS[form])
    with Image.open(tmp_path / "a") as opened:
        wanted = np.asarray(ImageOps.exif_transpose(opened)).astype(int)
    if form == "tiff":  # of which Pillow turns some twice: by the standard's words
        wanted = as_displayed(np.asarray(made), value).astype(int)
    found = read_with_alpha(tmp_path / "a")
    assert found.shape == wanted.shape
    assert np.abs(found[..., -1] - wanted[..., -1]).max() <= 2
    assert np.abs(found - wanted).max() <= 2


@pytest.mark.parametrize("value", range(1, 9))
def test_what_suffices_is_meant_upright(tmp_path, picture, value):
    """A file that lies on its side is asked by its height and width as they are seen."""
    asked = []

    def enough(height, width):
        asked.append((height, width))
        return height // 2, width // 2

    (tmp_path / "a.jpg").write_bytes(turned_jpeg(picture, value))
    found = read_image(tmp_path / "a.jpg", enough)
    shape = as_displayed(picture, value).shape[:2]
    assert set(asked) == {shape}
    assert found.shape[:2] == (shape[0] // 2, shape[1] // 2)


@pytest.mark.parametrize("exif", [b"", b"II*\0", b"MM\0*\0\0\0\xff", b"junk", orientation_tag(9)])
def test_a_tag_that_makes_no_sense_turns_nothing(tmp_path, picture, exif):
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "png")
    data = out.getvalue()
    (tmp_path / "a.png").write_bytes(data[:33] + png_chunk(b"eXIf", exif) + data[33:])
    assert np.array_equal(read_image(tmp_path / "a.png"), picture)
