import cv2
import numpy as np
import pytest

from stylecore.pictures import panels
from stylecore.pictures.panels import CAPTION, GAP, beside, caption, captioned, framed, padded

RED = np.full((20, 30, 3), (200, 0, 0), np.uint8)


def inked(picture):
    """Columns in which there is ink."""
    return np.flatnonzero((picture < 128).any(axis=(0, 2)))


def test_panels_stand_beside_each_other_on_paper():
    tall = np.zeros((40, 10, 3), np.uint8)
    row = beside([RED, tall])
    assert row.shape == (40, 30 + GAP + 10, 3)
    assert (row[20:, :30] == 255).all()
    assert (row[:, 30 : 30 + GAP] == 255).all()
    assert (row[:, -10:] == 0).all()
    assert framed(RED).shape == (20 + GAP, 30 + 2 * GAP, 3)
    assert (padded(RED, 25, 31)[20:] == 255).all()


@pytest.fixture(params=["as it is", "old"])
def opencv(request, monkeypatch):
    if request.param == "old" and hasattr(cv2, "FontFace"):
        monkeypatch.delattr(cv2, "FontFace")
    return request.param


def test_a_caption_is_above_and_as_wide(opencv):
    panel = captioned(RED, "pagoda-night.png")
    assert panel.shape == (20 + CAPTION, 30, 3)
    assert np.array_equal(panel[CAPTION:], RED)


def test_text_is_cut_where_it_is_longer(opencv):
    short, cut = caption("abc", 200), caption("abc" * 50, 200)
    assert inked(short).max() < 60
    assert 120 < inked(cut).max() < 200
    assert len(inked(caption("abc", 8))) <= 8


def test_all_letters_are_written(opencv):
    assert len(inked(caption("дом 写真 é", 200)))
    assert not len(inked(caption("", 200)))


def test_an_older_opencv_writes_what_is_like_them():
    assert panels._plain("é ü 写") == "e u ?"
