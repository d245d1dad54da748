"""What is read is no larger than it is looked at, and comes out as the whole would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylecore.inputs import read_content, read_styles
from stylecore.pictures import opencv, reading
from stylecore.pyramid import Scale
from stylecore.settings import Settings

SETTINGS = Settings(size=64)
SCALE = Scale(48, 64, 0)


@pytest.fixture
def photograph() -> np.ndarray:
    """Twelve times as large as it is painted."""
    coarse = np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((777, 584), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("form", ["jpeg", "png"])
def test_a_large_file_comes_out_as_its_array_does(
    tmp_path: Path, photograph: np.ndarray, form: str
) -> None:
    Image.fromarray(photograph).save(tmp_path / "a", form)
    whole = reading.read_image(tmp_path / "a")
    from_file, _ = read_content(tmp_path / "a", SETTINGS)
    from_array, _ = read_content(whole, SETTINGS)
    assert from_file.shape == from_array.shape == (96, 128, 3)
    assert np.abs(from_file - from_array).max() < 8
    ((of_file, _),) = read_styles(tmp_path / "a", SETTINGS, SCALE)
    ((of_array, _),) = read_styles(whole, SETTINGS, SCALE)
    assert of_file.shape == of_array.shape
    assert np.abs(of_file - of_array).max() < 8


def test_a_large_jpeg_is_never_decoded_whole(
    tmp_path: Path, photograph: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(photograph).save(tmp_path / "a.jpg")
    reductions: list[int] = []
    decode = opencv.decode_reduced

    def watched(data: bytes, reduction: int) -> object:
        reductions.append(reduction)
        return decode(data, reduction)

    monkeypatch.setattr(opencv, "decode_reduced", watched)
    read_content(tmp_path / "a.jpg", SETTINGS)
    assert reductions == [2]


def test_what_is_transparent_leaves_no_colour(tmp_path: Path) -> None:
    """Stripes of a clear green and a dense red: what is looked at is red."""
    rgba = np.zeros((512, 512, 4), np.uint8)
    rgba[::2], rgba[1::2] = [0, 255, 0, 0], [255, 0, 0, 255]
    Image.fromarray(rgba).save(tmp_path / "a.png")
    content, alpha = read_content(tmp_path / "a.png", SETTINGS)
    assert alpha is not None
    assert np.abs(content - [255, 0, 0]).max() < 1
    assert np.abs(alpha - 0.5).max() < 0.01
