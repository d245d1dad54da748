import re

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.labels import PALETTE, labels_to_masks


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A yellow square on a blue ground, and a style that is blue above and yellow below."""
    random = np.random.default_rng(0)
    content = np.full((60, 80, 3), (40, 60, 160), float)
    content[20:40, 30:60] = (230, 200, 60)
    style = np.full((50, 50, 3), (30, 50, 140), float)
    style[25:] = (240, 210, 80)
    for name, picture in (("content", content), ("style", style)):
        noisy = np.clip(picture + random.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)
        write_image(tmp_path / f"{name}.png", noisy)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words):
    return CliRunner().invoke(app, ["mask", *map(str, words)])


def refused(message, *words, status=1):
    result = run(*words)
    assert result.exit_code == status, result.output
    assert len(result.stderr.splitlines()) == 1
    assert re.search(message, result.stderr), result.stderr
    return result


def test_one_command_makes_both_label_pictures_and_a_sheet(pictures):
    words = ["--style", "style.png", "--output", "a.png", "--style-output", "b.png"]
    result = run("content.png", "--regions", 2, *words, "--sheet", "sheet.jpg")
    assert result.exit_code == 0, result.output
    content, style = read_image("a.png"), read_image("b.png")
    assert content.shape == (60, 80, 3)
    assert style.shape == (50, 50, 3)
    assert (content[30, 45] == style[40, 25]).all()
    assert (content[5, 5] == style[10, 25]).all()
    assert (content[30, 45] != content[5, 5]).any()
    assert read_image("sheet.jpg").size
    lines = result.stdout.splitlines()
    assert lines[0] == "a.png, b.png, sheet.jpg"
    assert [re.findall(r"\d+%", line) for line in lines[1:]] == [["88%", "50%"], ["12%", "50%"]]


def test_left_out_names_are_new_ones_in_the_current_folder(pictures):
    assert run("content.png", "--style", "style.png", "--regions", 2).exit_code == 0
    assert run("content.png", "--regions", 2).exit_code == 0
    names = {path.name for path in pictures.glob("*labels*")}
    assert names == {"content-labels.png", "style-labels.png", "content-labels-2.png"}


@pytest.mark.parametrize(
    "words",
    [
        ["--box", "25,15,40,30"],
        ["--foreground", "35,25 55,35"],
        ["--foreground", "45,30", "--background", "5,5 70,5", "--background", "10,50"],
        ["--foreground", "strokes.png"],
        ["--foreground", "layer.png"],
    ],
    ids=lambda words: words[0] + words[1],
)
def test_one_thing_is_cut_out(pictures, words):
    strokes = np.zeros((60, 80, 3), np.uint8)
    strokes[25:30, 35:50] = 255
    write_image("strokes.png", strokes)
    Image.fromarray(np.dstack([strokes, strokes[..., 0]])).save("layer.png")
    result = run("content.png", *words, "--output", "cut.png", "--quiet")
    assert result.exit_code == 0, result.output
    assert not result.output
    masks = labels_to_masks(read_image("cut.png"))
    wanted = np.zeros((60, 80), bool)
    wanted[20:40, 30:60] = True
    found = masks[PALETTE[0]] > 0
    assert (found & wanted).sum() / (found | wanted).sum() > 0.95


def test_the_same_command_writes_the_same_bytes(pictures):
    for name in ("one.png", "two.png"):
        assert run("content.png", "--box", "25,15,40,30", "--output", name).exit_code == 0
    assert (pictures / "one.png").read_bytes() == (pictures / "two.png").read_bytes()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("no file nowhere.png", ["nowhere.png"]),
        ("no file nowhere.png", ["content.png", "--style", "nowhere.png"]),
        ("'.jpg', which blurs", ["content.png", "--output", "labels.jpg"]),
        (
            "'.webp', which blurs",
            ["content.png", "--style", "style.png", "--style-output", "b.webp"],
        ),
        ("--style-output was given without", ["content.png", "--style-output", "b.png"]),
        ("would overwrite content.png", ["content.png", "--output", "content.png"]),
        ("would overwrite a.png", ["content.png", "--output", "a.png", "--sheet", "a.png"]),
        ("would overwrite s.png", ["content.png", "--foreground", "s.png", "--output", "s.png"]),
        ("no folder", ["content.png", "--output", "missing/a.png"]),
        ("1 regions .* 2 to 16", ["content.png", "--regions", "1"]),
        ("4 regions .* give either", ["content.png", "--regions", "4", "--box", "1,1,9,9"]),
        ("four whole numbers", ["content.png", "--box", "1,2,3"]),
        ("four whole numbers", ["content.png", "--box", "1,2,3,x"]),
        ("holds nothing of the 80×60 picture", ["content.png", "--box", "90,2,3,4"]),
        ("neither points nor a file", ["content.png", "--foreground", "1;2"]),
        ("99,2 is outside the 80×60", ["content.png", "--foreground", "99,2"]),
        ("box or a foreground", ["content.png", "--background", "9,2"]),
        ("strokes are 50×50", ["content.png", "--foreground", "style.png"]),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(pictures, message, words):
    before = sorted(pictures.iterdir())
    refused(message, *words)
    assert sorted(pictures.iterdir()) == before


def test_help_shows_the_way_on():
    text = run("--help").stdout
    assert "--content-regions" in text
    assert "--sheet" in text


def test_labels_whose_folder_is_gone_are_kept_elsewhere(pictures, monkeypatch):
    (pictures / "spare").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(pictures / "spare"))
    monkeypatch.setattr("stylecore.cli.outputs.Outputs.expect_picture", lambda *_: None)
    words = ["-o", "gone/a.tif", "--style", "style.png", "--style-output", "b.png"]
    result = run("content.png", "--regions", 2, *words)
    (kept,) = (pictures / "spare").rglob("a-rescued.png")
    assert result.exit_code == 1
    assert result.stderr.startswith("stylecore: cannot write gone/a.tif: ")
    assert result.stderr.endswith(f"; it is in {kept}\n")
    for path, shape in ((kept, (60, 80)), ("b.png", (50, 50))):
        labels = np.asarray(Image.open(path))
        assert labels.shape[:2] == shape
        assert len(np.unique(labels.reshape(-1, labels.shape[2]), axis=0)) == 2
