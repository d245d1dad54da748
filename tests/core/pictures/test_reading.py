import struct
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures.images import read_image, read_with_alpha, write_image


def encode(suffix, rgb, parameters=()):
    return cv2.imencode(suffix, np.ascontiguousarray(rgb[..., ::-1]), list(parameters))[1].tobytes()


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_transparent_parts_are_laid_on_white(tmp_path):
    bgra = np.full((2, 2, 4), [0, 0, 200, 51], np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), bgra)
    assert read_image(tmp_path / "a.png")[0, 0].tolist() == [244, 204, 204]


def test_16_bits_are_scaled_to_8(tmp_path):
    levels = np.array([[0, 128, 129, 257, 65535]], np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), levels)
    assert read_image(tmp_path / "a.png")[0, :, 0].tolist() == [0, 0, 1, 1, 255]


def test_16_bits_with_transparency(tmp_path):
    bgra = np.full((2, 2, 4), [0, 0, 65535, 32768], np.uint16)
    cv2.imwrite(str(tmp_path / "a.png"), bgra)
    assert read_image(tmp_path / "a.png")[0, 0].tolist() == [255, 127, 127]


def test_grey_becomes_rgb(tmp_path):
    grey = np.arange(60, dtype=np.uint8).reshape(6, 10)
    cv2.imwrite(str(tmp_path / "a.png"), grey)
    assert np.array_equal(read_image(tmp_path / "a.png"), np.repeat(grey[..., None], 3, axis=2))


def test_one_pixel(tmp_path):
    write_image(tmp_path / "a.png", np.full((1, 1, 3), 7, np.uint8))
    assert read_image(tmp_path / "a.png").tolist() == [[[7, 7, 7]]]


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "1", "LA", "RGBA"])
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_other_colour_models_against_pillow(tmp_path, picture, mode, suffix):
    path = tmp_path / f"a.{suffix}"
    made = Image.fromarray(picture).convert(mode)
    if "A" in mode:
        made.putalpha(Image.fromarray(picture[..., 0]))
    try:
        made.save(path)
    except OSError:
        pytest.skip(f"no {mode} in {suffix}")
    shown = Image.open(path).convert("RGBA" if "A" in mode else "RGB").convert("RGBA")
    white = Image.new("RGBA", shown.size, "white")
    expected = np.asarray(Image.alpha_composite(white, shown).convert("RGB")).astype(int)
    assert np.abs(read_image(path) - expected).max() <= 2


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.995])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
def test_a_file_cut_short_is_refused(tmp_path, suffix, share):
    whole = encode(suffix, np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))
    path = tmp_path / f"a{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ImageError, match=r"a\.\w+ is (damaged or cut short|no picture)"):
        read_image(path)


def test_what_cameras_append_to_a_jpeg_does_no_harm(tmp_path, picture):
    film = np.random.default_rng(0).bytes(2000) + b"\xff\xda" + b"\0" * 50
    (tmp_path / "a.jpg").write_bytes(cv2.imencode(".jpg", picture)[1].tobytes() + film)
    assert read_image(tmp_path / "a.jpg").shape == picture.shape


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; give"),
        (b"hello, I am a text", "is no picture that can be read here; give"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "is damaged or cut short; give"),
        (b"\xff\xd8\xff\xe0", "is damaged or cut short; give"),
    ],
)
def test_what_is_no_picture(tmp_path, content, message):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(ImageError, match=message) as caught:
        read_image(tmp_path / "a.png")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(ImageError, match=r"there is no file .*none\.png; give"):
        read_image(tmp_path / "none.png")
    with pytest.raises(ImageError, match="is a folder; give"):
        read_image(tmp_path)
    with pytest.raises(ImageError, match="cannot read"):
        read_image("a\0b.png")


def test_a_file_that_may_not_be_read(guarded):
    with pytest.raises(ImageError, match=r"cannot read .*Permission denied"):
        read_image(guarded / "a.png")


def test_more_pixels_than_opencv_opens(tmp_path):
    size = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", size) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(ImageError, match="too many pixels"):
        read_image(tmp_path / "a.png")


def test_floating_point_pictures_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((4, 4, 3), np.float32), photometric="rgb")
    with pytest.raises(ImageError, match="holds floating-point 32-bit channels; save it"):
        read_image(tmp_path / "a.tif")


def test_what_is_opaque_has_no_fourth_channel(tmp_path):
    rgba = np.full((6, 8, 4), 255, np.uint8)
    rgba[..., 0] = 9
    write_image(tmp_path / "a.png", rgba)
    assert np.array_equal(read_with_alpha(tmp_path / "a.png"), rgba[..., :3])
    assert np.array_equal(read_with_alpha(tmp_path / "a.png"), read_image(tmp_path / "a.png"))
    write_image(tmp_path / "b.jpg", rgba[..., :3])
    assert read_with_alpha(tmp_path / "b.jpg").shape == (6, 8, 3)


def test_alpha_of_16_bits(tmp_path):
    bgra = np.full((6, 8, 4), 40000, np.uint16)
    bgra[0, 0, 3] = 257 * 7
    cv2.imwrite(str(tmp_path / "a.png"), bgra)
    found = read_with_alpha(tmp_path / "a.png")
    assert tuple(found[0, 0]) == (156, 156, 156, 7)


@pytest.mark.parametrize("form", ["png", "tiff", "bmp", "webp"])
def test_what_is_large_is_shrunk_to_what_suffices(tmp_path, form):
    fine = np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)
    options = {"lossless": True} if form == "webp" else {}
    Image.fromarray(fine).save(tmp_path / "a", form, **options)
    found = read_image(tmp_path / "a", lambda height, width: (height // 4, width // 4))
    wanted = fine.reshape(20, 4, 30, 4, 3).mean(axis=(1, 3))
    assert found.shape == (20, 30, 3)
    assert np.abs(found - wanted).max() <= 1
    same = read_image(tmp_path / "a", lambda height, width: (2 * height, 2 * width))
    assert np.array_equal(same, fine)


def test_what_is_clear_leaves_no_colour_where_it_is_shrunk(tmp_path):
    """Half of each block is clear and green, half is dense and red."""
    rgba = np.zeros((40, 60, 4), np.uint8)
    rgba[::2], rgba[1::2] = [0, 255, 0, 0], [255, 0, 0, 200]
    Image.fromarray(rgba).save(tmp_path / "a.png")
    found = read_with_alpha(tmp_path / "a.png", lambda height, width: (height // 4, width // 4))
    assert (found == [255, 0, 0, 100]).all()


def test_what_is_large_is_laid_on_white_as_a_whole_would_be(tmp_path):
    rgba = np.random.default_rng(0).integers(0, 256, (40, 60, 4), np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    small = read_image(tmp_path / "a.png", lambda height, width: (height // 4, width // 4))
    whole = read_image(tmp_path / "a.png").reshape(10, 4, 15, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - whole).max() <= 2


@pytest.mark.parametrize("form", ["avif", "gif"])
def test_an_opencv_without_a_format_is_named(tmp_path, form, monkeypatch):
    Image.new("RGB", (16, 16)).save(tmp_path / "a", form)
    monkeypatch.setattr("stylecore.pictures.opencv.can_read", lambda _: False)
    monkeypatch.setattr("cv2.imdecode", lambda *_: None)
    with pytest.raises(ImageError, match=rf"is {form.upper()}, which OpenCV .* does not read"):
        read_image(tmp_path / "a")
