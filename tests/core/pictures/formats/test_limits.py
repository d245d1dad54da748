"""What formats cannot hold is refused by name, before it is made."""

import importlib.util

import pytest

from stylecore.errors import ImageError
from stylecore.pictures.formats import limits
from stylecore.pictures.formats.limits import check_depth, check_size


@pytest.mark.parametrize(
    ("name", "longest"), [("a.jpg", 65_500), ("a.JPEG", 65_500), ("a.webp", 16_383)]
)
def test_a_side_that_is_too_long(name, longest):
    check_size(name, 2, longest)
    with pytest.raises(ImageError, match=rf"cannot hold {longest + 1}×2 pixels; give .*\.png"):
        check_size(name, 2, longest + 1)


def test_a_png_that_no_reader_opens_is_advised_to_be_tiff():
    with pytest.raises(ImageError, match=r"a \.png file cannot hold 1000001×2 .* ends in \.tif"):
        check_size("a.png", 2, 1_000_001)


@pytest.mark.parametrize("name", ["a.bmp", "a.jpg"])
def test_more_bytes_than_a_format_counts(name):
    with pytest.raises(ImageError, match="cannot hold 40000×40000"):
        check_size(name, 40_000, 40_000)
    check_size("a.png", 40_000, 40_000)
    check_size("a.tif", 40_000, 40_000, 16, 4)


def test_a_large_tiff_needs_tifffile(monkeypatch):
    monkeypatch.setattr(limits, "find_spec", lambda _: None)
    check_size("a.tif", 20_000, 20_000)
    with pytest.raises(ImageError, match=r"needs tifffile: pip install 'stylecore\[tiff\]'"):
        check_size("a.tif", 30_000, 30_000)
    assert importlib.util.find_spec("tifffile") is not None


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.bmp"])
def test_sixteen_bits_are_for_png_and_tiff(name):
    check_depth(name, 8)
    with pytest.raises(ImageError, match="holds 8 bits a channel, and 16 were asked for; give"):
        check_depth(name, 16)
    for deep in ("a.png", "a.tif", "a.TIFF"):
        check_depth(deep, 16)
