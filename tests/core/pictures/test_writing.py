import cv2
import numpy as np
import pytest

from stylecore.errors import ImageError, NotAPictureError
from stylecore.pictures.images import check_writable, read_image, read_with_alpha, write_image


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


def test_a_folder_that_may_not_be_written(guarded, picture):
    with pytest.raises(ImageError, match=r"cannot write .*Permission denied"):
        check_writable(guarded / "b.png")
    with pytest.raises(ImageError, match=r"cannot write .*Permission denied"):
        write_image(guarded / "b.png", picture)


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


@pytest.mark.parametrize("given", [None, "a.jpg", [[0]]])
def test_what_is_no_array_is_a_type_error(tmp_path, given):
    with pytest.raises(NotAPictureError, match=r"is of type .*; give") as caught:
        write_image(tmp_path / "a.png", given)
    assert isinstance(caught.value, TypeError)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_larger_than_its_format_can_hold(tmp_path):
    with pytest.raises(ImageError, match=r"a \.webp file cannot hold 17000×2 pixels"):
        write_image(tmp_path / "a.webp", np.zeros((2, 17000, 3), np.uint8))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_what_could_be_held_but_is_not_encoded_lacks_memory(tmp_path, monkeypatch, picture, suffix):
    """OpenCV then says that it did not work, and no more."""
    monkeypatch.setattr(cv2, "imencode", lambda *_: (False, np.zeros(0, np.uint8)))
    with pytest.raises(MemoryError):
        write_image(tmp_path / f"a{suffix}", picture)
    assert list(tmp_path.iterdir()) == []


def test_transparency_is_written_and_read_back(tmp_path):
    rgba = np.random.default_rng(0).integers(0, 256, (20, 30, 4), np.uint8)
    rgba[:5, :, 3], rgba[5:9, :, 3] = 0, 255
    for suffix in (".png", ".tif"):
        write_image(tmp_path / f"a{suffix}", rgba)
        found = read_with_alpha(tmp_path / f"a{suffix}")
        shows = rgba[..., 3] > 0
        assert np.array_equal(found[..., 3], rgba[..., 3])
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
