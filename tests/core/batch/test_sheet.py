from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stylecore.batch import sheet
from stylecore.batch.folder import Folder
from stylecore.batch.sheet import contact_sheet
from stylecore.errors import ImageError
from stylecore.pictures.images import write_image
from stylecore.pictures.panels import CAPTION, GAP

RED, BLUE = (200, 0, 0), (0, 0, 200)


@pytest.fixture
def folder(place):
    Path("out").mkdir()
    return Folder(Path("out"))


def paint(folder, job, color):
    write_image(folder.picture(job.name), np.full((24, 32, 3), color, np.uint8))


def cell(picture, row, column, side=160, height=120):
    """The middle of a cell's picture, all cells of which have one height."""
    y = GAP // 2 + CAPTION + row * (GAP + CAPTION + height) + height // 2
    return tuple(picture[y, GAP + column * (GAP + side) + side // 2].tolist())


def test_contents_are_rows_and_styles_are_columns(folder, jobs):
    for job, color in zip(jobs, (RED, BLUE, BLUE, RED), strict=True):
        paint(folder, job, color)
    seen = []
    found = contact_sheet(jobs, folder, lambda *numbers: seen.append(numbers))
    assert found.shape == (3 * (120 + CAPTION + GAP), 3 * (160 + GAP) + GAP, 3)
    assert [cell(found, row, column) for row in (1, 2) for column in (1, 2)] == [
        *(RED, BLUE, BLUE, RED)
    ]
    assert cell(found, 0, 0) == (255, 255, 255)
    assert seen[-1] == (9, 9)


def test_what_is_not_there_is_grey(folder, jobs):
    paint(folder, jobs[0], RED)
    folder.picture(jobs[1].name).write_bytes(b"no picture")
    found = contact_sheet(jobs, folder)
    assert cell(found, 1, 1) == RED
    assert cell(found, 1, 2) == (225, 225, 225)


def test_few_of_all_pairs_stand_beside_what_they_were_made_from(folder, jobs):
    alike = [replace(jobs[0], name=f"{number}.png") for number in range(4)]
    for job in alike:
        paint(folder, job, RED)
    found = contact_sheet(alike, folder)
    assert found.shape[1] == 3 * (160 + GAP) + GAP  # content, style, picture
    assert [cell(found, row, 2) for row in range(4)] == [RED] * 4


def test_blends_show_all_of_their_styles(folder, jobs):
    night, wave = (job.styles[0] for job in jobs[:2])
    blends = [replace(jobs[0], styles=(night, wave)), replace(jobs[3], name="x.png")]
    for job in blends:
        paint(folder, job, BLUE)
    found = contact_sheet(blends, folder)
    assert cell(found, 0, 3) == cell(found, 1, 3) == BLUE
    assert cell(found, 1, 2) == (255, 255, 255)


def test_very_many_are_smaller_and_too_many_are_refused(folder, jobs, monkeypatch):
    monkeypatch.setattr(sheet, "_MOST", 300)
    assert contact_sheet(jobs, folder).shape[1] < 300
    monkeypatch.setattr(sheet, "_MOST", 100)
    with pytest.raises(ImageError, match="3 rows of pictures do not fit on a contact sheet"):
        contact_sheet(jobs, folder)
