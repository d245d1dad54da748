"""The contact sheet shows each picture, each label and each region."""

from __future__ import annotations

import numpy as np
import pytest

from stylecore.masks.find import FoundLabels, FoundRegion
from stylecore.masks.sheet import contact_sheet
from stylecore.pictures.labels import PALETTE, index_to_labels


def halves(height, width, flip=False):
    index = np.zeros((height, width), int)
    index[:, width // 2 :] = 1
    return index_to_labels(1 - index if flip else index)


def has(sheet, color):
    return (sheet == color).all(axis=2).mean()


CONTENT = np.full((60, 80, 3), (10, 20, 30), np.uint8)
STYLE = np.full((90, 50, 3), (130, 180, 40), np.uint8)
ONE = FoundLabels(halves(60, 80), None, tuple(FoundRegion(PALETTE[i], 0.5) for i in (0, 1)))
BOTH = FoundLabels(
    halves(60, 80),
    halves(90, 50, flip=True),
    tuple(FoundRegion(PALETTE[i], 0.5, 0.5, 1.0) for i in (0, 1)),
)


def test_it_shows_pictures_labels_and_cut_outs():
    sheet = contact_sheet(CONTENT, BOTH, STYLE)
    assert sheet.dtype == np.uint8
    for color in (CONTENT[0, 0], STYLE[0, 0], *PALETTE[:2]):
        assert has(sheet, color) > 0.02


def test_without_a_style_it_is_smaller():
    alone, both = contact_sheet(CONTENT, ONE), contact_sheet(CONTENT, BOTH, STYLE)
    assert alone.shape[0] < both.shape[0]
    assert has(alone, CONTENT[0, 0]) > 0.02
    assert not has(alone, STYLE[0, 0])


def test_a_region_is_cut_out_where_it_is():
    sheet = contact_sheet(CONTENT, ONE)
    shown = (sheet == CONTENT[0, 0]).all(axis=2)
    columns = np.flatnonzero(shown[-100])  # a row through the cut-outs
    lefts = columns[columns < 12 + 36 + 12 + 240]
    assert np.ptp(lefts) == pytest.approx(119, abs=2)  # half of 240 pixels


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (700, 2)])
def test_pictures_of_any_shape_are_shown(shape):
    found = FoundLabels(index_to_labels(np.zeros(shape, int)), None, (FoundRegion(PALETTE[0], 1),))
    sheet = contact_sheet(np.zeros((*shape, 3), np.uint8), found)
    assert has(sheet, (0, 0, 0))
    assert has(sheet, PALETTE[0])
