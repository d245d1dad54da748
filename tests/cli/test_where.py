"""Regions, kept parts and weight maps as the command line takes them, on a tiny network."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.pictures.images import read_image, write_image

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "64", "--coarsest", "64", "--steps", "3"]
RED, BLUE, GREEN = (220, 30, 30), (30, 30, 220), (30, 200, 30)


def halves(height, width, first, second):
    picture = np.full((height, width, 3), second, np.uint8)
    picture[:, : width // 2] = first
    return picture


@pytest.fixture
def stylize(tmp_path, monkeypatch, tiny_model):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    pictures = {
        "photo.png": rng.integers(0, 256, (48, 64, 3), np.uint8),
        "night.png": rng.integers(0, 256, (50, 60, 3), np.uint8),
        "wave.png": rng.integers(0, 256, (60, 44, 3), np.uint8),
        "left.png": halves(48, 64, 255, 0),
        "right.png": halves(96, 128, 0, 255),
        "night-left.png": halves(50, 60, 255, 0),
        "wave-left.png": halves(60, 44, 255, 0),
        "square.png": halves(48, 48, 255, 0),
        "black.png": halves(48, 64, 0, 0),
        "labels.png": halves(48, 64, RED, BLUE),
        "night-labels.png": halves(50, 60, BLUE, RED),
        "wave-labels.png": halves(60, 44, GREEN, RED),
    }
    for name, picture in pictures.items():
        write_image(name, picture)

    def stylize(*words, styles=("night.png",)):
        command = ["stylize", "photo.png", *styles, "-o", "out.png", "--model", tiny_model]
        return CliRunner().invoke(app, [*map(str, command), *QUICK, *words])

    return stylize


@pytest.mark.parametrize(
    ("styles", "words"),
    [
        (1, "--region left.png=night-left.png --region right.png=night-left.png"),
        (1, "--region left.png=1: --region-weights 2"),
        (2, "--region left.png=2:wave-left.png --region right.png=1:"),
        (2, "--region left.png=2:wave-left.png --region left.png=1: --blend 1,3"),
        (1, "--content-regions labels.png --style-regions night-labels.png"),
        (
            2,
            "--content-regions labels.png --style-regions night-labels.png"
            " --style-regions wave-labels.png --region-weights 1,0.5",
        ),
        (1, "--keep left.png --content-weight-map right.png --guides inside --vanishing warn"),
    ],
)
def test_what_can_be_said(stylize, styles, words):
    result = stylize(*words.split(), styles=("night.png", "wave.png")[:styles])
    assert result.exit_code == 0, result.output
    assert read_image("out.png").shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("masks", "text"),
    [
        (("a=b.png", "s.png"), "a=b.png=s.png"),
        (("a.png", "b=s.png"), "a.png=b=s.png"),
        (("a=1:b.png", "s=t=u.png"), "a=1:b.png=s=t=u.png"),
        (("a=b.png", "2:s.png"), "a=b.png=2:s.png"),
        (("a=b.png", "s=t.png"), "a=b.png=1:s=t.png"),
        (("a=b.png", None), "a=b.png=1:"),
    ],
)
def test_names_of_masks_may_have_the_signs_of_the_option(stylize, masks, text):
    content, style = masks
    write_image(content, halves(48, 64, 255, 0))
    if style is not None:
        write_image(style, halves(50, 60, 255, 0))
    result = stylize("--region", text)
    assert result.exit_code == 0, result.output


def test_a_region_that_can_be_read_in_two_ways_is_refused(stylize):
    for name in ("a", "b.png=s.png", "a=b.png", "s.png"):
        Path(name).write_bytes(Path("left.png").read_bytes())
    result = stylize("--region", "a=b.png=s.png")
    assert result.exit_code == 1
    assert "'a=b.png=s.png' can be read in two ways; give the masks names" in result.stderr


def test_what_is_kept_is_untouched(stylize):
    stylize("--keep", "left.png")
    assert np.array_equal(read_image("out.png")[:, :32], read_image("photo.png")[:, :32])


def test_regions_change_the_picture_as_they_say(stylize):
    pictures = []
    for words in (["--region", "left.png=night-left.png"], ["--region", "right.png=1:"], []):
        assert stylize(*words).exit_code == 0
        pictures.append(read_image("out.png"))
    assert not np.array_equal(pictures[0], pictures[2])
    assert not np.array_equal(pictures[0], pictures[1])


def test_a_vanished_region_is_told_or_refused(stylize, tmp_path):
    dot = np.zeros((48, 64, 3), np.uint8)
    dot[20:26, 20:26] = 255
    write_image("dot.png", dot)
    words = ["--region", "dot.png=1:", "--region", "right.png=1:", "--guides", "inside"]
    result = stylize(*words, "--report", "run.json")
    assert result.exit_code == 0
    assert "stylecore: dot vanishes at relu2_1" in result.stderr
    report = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert report["warnings"][0].startswith("dot vanishes at relu2_1")
    refused = stylize(*words, "--vanishing", "error")
    assert refused.exit_code == 1
    assert "dot vanishes at relu2_1" in refused.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--region left.png", "--region 'left.png'; write CONTENT_MASK=STYLE_MASK"),
        ("--region left.png=", "--region 'left.png='; write"),
        ("--region left.png=0:night-left.png", "write CONTENT_MASK"),
        ("--region left.png=2:", "left takes from style 2 of 1; give one that is there"),
        ("--region square.png=night-left.png", "the mask of square is 48×48 pixels"),
        ("--region left.png=square.png", "the mask of left in style 1 is 48×48 pixels"),
        ("--region black.png=night-left.png", "the mask of black is empty"),
        ("--region none.png=night-left.png", "there is no file none.png"),
        ("--region left.png=1: --region-weights 1,2", "2 --region-weights for 1 regions"),
        ("--region left.png=1: --region-weights 0", "the weight of left is 0"),
        ("--region left.png=1: --content-regions labels.png", "give one or the other"),
        ("--content-regions labels.png", "1 --content-regions and 0 --style-regions were given"),
        ("--style-regions night-labels.png", "0 --content-regions and 1 --style-regions"),
        (
            "--content-regions labels.png --style-regions wave-labels.png",
            "the content's label #1e1edc (50.0% of it) is in no style's labels",
        ),
        ("--keep square.png", "the mask of square.png is 48×48 pixels"),
        ("--content-weight-map black.png", "the mask of black.png is empty"),
        ("--blend 1,2", "blend has 2 numbers and there are 1 styles"),
        ("--keep left.png -o left.png", "left.png would overwrite left.png"),
    ],
)
def test_what_cannot_be_is_one_line(stylize, words, message):
    result = stylize(*words.split())
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
