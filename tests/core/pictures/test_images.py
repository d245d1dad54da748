import os
import struct
import tempfile
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures.images import (
    check_writable,
    crop_to_aspect,
    read_image,
    read_with_alpha,
    resize,
    scaled_size,
    write_image,
)


@pytest.fixture
def picture():
    """Asymmetric, smooth, with every hue: any turn, flip or swap of channels shows."""
    y, x = np.mgrid[0:40, 0:60]
    return np.stack([x * 4, y * 6, 128 + 0 * x], axis=-1).astype(np.uint8)


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


@pytest.mark.parametrize("suffix", [".png", ".tif", ".TIFF", ".bmp"])
def test_lossless_formats_come_back_bit_for_bit(tmp_path, picture, suffix):
    path = tmp_path / f"picture{suffix}"
    write_image(path, picture)
    read = read_image(path)
    assert read.dtype == np.uint8
    assert np.array_equal(read, picture)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg", ".webp"])
def test_lossy_formats_come_back_close(tmp_path, picture, suffix):
    path = tmp_path / f"picture{suffix}"
    write_image(path, picture)
    assert np.abs(read_image(path).astype(int) - picture).mean() < 2


def test_jpeg_keeps_edges_that_differ_in_colour_alone(tmp_path):
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = [200, 60, 60]
    stripes[:, 1::2] = [40, 120, 220]
    write_image(tmp_path / "a.jpg", stripes)
    assert np.abs(read_image(tmp_path / "a.jpg").astype(int) - stripes).max() < 30


def test_paths_in_any_script(tmp_path, picture):
    path = tmp_path / "画 ñandú Ünï.png"
    write_image(str(path), picture)
    assert np.array_equal(read_image(str(path)), picture)


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
    if (mode, suffix) == ("LA", "tif"):
        pytest.skip("OpenCV drops the transparency of a grey TIFF")
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


def test_a_jpeg_without_its_end_is_refused_whatever_opencv_thinks(tmp_path, picture, monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: picture)
    (tmp_path / "a.jpg").write_bytes(turned_jpeg(picture, 1)[:-2])
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.jpg")


def test_what_cameras_append_to_a_jpeg_does_no_harm(tmp_path, picture):
    film = np.random.default_rng(0).bytes(2000) + b"\xff\xda" + b"\0" * 50
    (tmp_path / "a.jpg").write_bytes(turned_jpeg(picture, 1) + film)
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


@pytest.fixture
def guarded(picture):
    """A folder of someone else's: one file that may not be read, nothing that may be written."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no POSIX permissions here")
    with tempfile.TemporaryDirectory() as name:
        folder, me = Path(name), os.geteuid()
        write_image(folder / "a.png", picture)
        (folder / "a.png").chmod(0)
        folder.chmod(0o555)
        if me == 0:  # root may do everything
            os.seteuid(65534)
        yield folder
        os.seteuid(me)
        folder.chmod(0o755)


def test_a_file_that_may_not_be_read(guarded):
    with pytest.raises(ImageError, match=r"cannot read .*Permission denied"):
        read_image(guarded / "a.png")


def test_a_folder_that_may_not_be_written(guarded, picture):
    with pytest.raises(ImageError, match=r"cannot write .*Permission denied"):
        check_writable(guarded / "b.png")
    with pytest.raises(ImageError, match=r"cannot write .*Permission denied"):
        write_image(guarded / "b.png", picture)


def test_more_pixels_than_opencv_opens(tmp_path):
    size = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", size) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(ImageError, match="too many pixels"):
        read_image(tmp_path / "a.png")


def test_floating_point_pictures_are_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "a.tif"), np.zeros((4, 4, 3), np.float32))
    with pytest.raises(ImageError, match="holds float32 channels; save it with 8 or 16"):
        read_image(tmp_path / "a.tif")


def log_level():
    return (cv2 if hasattr(cv2, "getLogLevel") else cv2.utils.logging).getLogLevel()


def test_opencv_keeps_quiet_and_its_log_level(tmp_path, capfd):
    before = log_level()
    assert before > 0
    (tmp_path / "a.tif").write_bytes(encode(".tif", np.zeros((40, 60, 3), np.uint8))[:-60])
    with pytest.raises(ImageError):
        read_image(tmp_path / "a.tif")
    assert capfd.readouterr() == ("", "")
    assert log_level() == before


def test_readers_that_overlap_leave_opencv_its_log_level(tmp_path, monkeypatch):
    """The second comes in while the first is inside, and goes out after it."""
    before, decode = log_level(), cv2.imdecode
    first_inside, second_inside, first_left = (threading.Event() for _ in range(3))
    for name, value in (("first", 10), ("second", 200)):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), np.full((8, 8, 3), value, np.uint8))

    def decode_in_turn(data, flags):
        picture = decode(data, flags)
        is_first = picture.mean() < 100
        (first_inside if is_first else second_inside).set()
        assert (second_inside if is_first else first_left).wait(10)
        return picture

    def read_first():
        read_image(tmp_path / "first.jpg")
        first_left.set()

    def read_second():
        assert first_inside.wait(10)
        read_image(tmp_path / "second.jpg")

    monkeypatch.setattr(cv2, "imdecode", decode_in_turn)
    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(read_first), pool.submit(read_second)):
            done.result(30)
    assert log_level() == before


@pytest.mark.parametrize(
    "check", [check_writable, lambda p: write_image(p, np.zeros((2, 2, 3), np.uint8))]
)
def test_where_nothing_can_be_written(tmp_path, check):
    (tmp_path / "folder.png").mkdir()
    for name, message in {
        "a": "has no suffix; give one of .png",
        "a.xyz": r"has suffix '\.xyz'; give one of \.png",
        "missing/a.png": "there is no folder",
        "folder.png": "it is a folder",
    }.items():
        with pytest.raises(ImageError, match=message):
            check(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 5), (3, 4, 2)])
def test_other_arrays_are_refused(tmp_path, shape):
    with pytest.raises(ImageError, match=r"give uint8 of \(height, width, 3\)"):
        write_image(tmp_path / "a.png", np.zeros(shape, np.uint8))
    with pytest.raises(ImageError, match="float32"):
        write_image(tmp_path / "a.png", np.zeros((4, 4, 3), np.float32))


def test_a_picture_larger_than_its_format_can_hold(tmp_path):
    with pytest.raises(ImageError, match=r"a \.webp file cannot hold 17000×2 pixels"):
        write_image(tmp_path / "a.webp", np.zeros((2, 17000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("size", [(30, 20), (90, 60), (90, 20), (30, 60), (60, 40)])
def test_resizing_a_ramp_gives_a_ramp(picture, dtype, size):
    width, height = size
    resized = resize(picture.astype(dtype), width, height)
    x = (np.arange(width) + 0.5) * 60 / width - 0.5
    y = (np.arange(height) + 0.5) * 40 / height - 0.5
    assert resized.dtype == dtype
    assert resized.shape == (height, width, 3)
    inside = np.s_[3:-3, 3:-3]
    assert np.abs(resized[..., 0] - 4.0 * x)[inside].max() < 1.01
    assert np.abs(resized[..., 1] - 6.0 * y[:, None])[inside].max() < 1.01


def test_shrinking_takes_the_mean_of_the_area():
    fine = np.random.default_rng(0).random((8, 12, 3)).astype(np.float32)
    expected = fine.reshape(4, 2, 6, 2, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(resize(fine, 6, 4), expected, rtol=1e-6)


def test_growing_never_leaves_the_range_of_the_input():
    edge = np.zeros((8, 8), np.float32)
    edge[:, 4:] = 255
    grown = resize(edge, 32, 32)
    assert grown.min() >= 0
    assert grown.max() <= 255


def test_resizing_to_the_same_size_gives_a_copy(picture):
    same = resize(picture, 60, 40)
    same[:] = 0
    assert picture.any()


@pytest.mark.parametrize(
    ("height", "width", "longest", "expected"),
    [
        (768, 1024, 512, (384, 512)),
        (1024, 768, 512, (512, 384)),
        (100, 100, 512, (512, 512)),
        (3, 5000, 512, (1, 512)),
        (333, 1000, 100, (33, 100)),
    ],
)
def test_scaled_size(height, width, longest, expected):
    assert scaled_size(height, width, longest) == expected


def test_cropping_keeps_the_centre():
    grid = np.arange(6 * 10).reshape(6, 10)
    assert np.array_equal(crop_to_aspect(grid, 1.0), grid[:, 2:8])
    assert np.array_equal(crop_to_aspect(grid, 5.0), grid[2:4])
    assert crop_to_aspect(grid, 10 / 6).shape == (6, 10)


def test_transparency_is_written_and_read_back(tmp_path):
    rgba = np.random.default_rng(0).integers(0, 256, (20, 30, 4), np.uint8)
    rgba[:5, :, 3], rgba[5:9, :, 3] = 0, 255
    for suffix in (".png", ".tif"):
        write_image(tmp_path / f"a{suffix}", rgba)
        found = read_with_alpha(tmp_path / f"a{suffix}")
        shows = rgba[..., 3] > 0
        assert np.array_equal(found[..., 3], rgba[..., 3])
        if suffix == ".tif":  # which keeps colours multiplied by alpha, to the nearest step
            found, rgba = found[5:9], rgba[5:9]
            shows = shows[5:9]
        assert shows.any()
        assert np.array_equal(found[shows], rgba[shows])


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_formats_without_transparency_get_white(tmp_path, suffix):
    rgba = np.zeros((16, 16, 4), np.uint8)
    rgba[:, 8:, 3] = 255
    write_image(tmp_path / f"a{suffix}", rgba)
    found = read_image(tmp_path / f"a{suffix}")
    assert found[:, :7].min() > 245
    assert found[:, 9:].max() < 10


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
