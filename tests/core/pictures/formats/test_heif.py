"""HEIC, where pillow-heif is installed, and where it is not."""

import sys

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.pictures.reading import read_image, read_with_alpha


@pytest.fixture
def heif():
    return pytest.importorskip("pillow_heif", reason="the extra heif is not installed")


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_without_its_library_the_message_says_what_to_do(tmp_path, monkeypatch, brand):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "a.jpg").write_bytes(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic" + bytes(99))
    with pytest.raises(ImageError, match=r"is HEIC; install .*stylecore\[heif\].*heif-convert"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("value", range(1, 9))
def test_photographs_of_telephones(tmp_path, picture, alpha, heif, value):
    exif = Image.Exif()
    exif[0x112] = value
    made = heif.from_pillow(Image.fromarray(np.dstack([picture, alpha])))
    made.save(tmp_path / "a.heic", quality=100, chroma=444, exif=exif.tobytes())
    opened = heif.open_heif(tmp_path / "a.heic")
    wanted = np.array(opened).astype(int)
    found = read_with_alpha(tmp_path / "a.heic")
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 1


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_short(tmp_path, picture, heif, share):
    heif.from_pillow(Image.fromarray(picture)).save(tmp_path / "a.heic")
    data = (tmp_path / "a.heic").read_bytes()
    (tmp_path / "a.heic").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ImageError, match="cut short"):
        read_image(tmp_path / "a.heic")
