"""What a picture's file tells of how it was made, and what is told where it does not."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from stylecore import __version__
from stylecore.cli import standard
from stylecore.cli.app import app
from stylecore.files import sha256_of
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.metadata import read_made

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--coarsest", "48", "--steps", "3"]


@pytest.fixture
def command(tmp_path, monkeypatch):
    """Runs in a folder with pictures in it."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("photo.png", "night.png"):
        write_image(name, rng.integers(0, 256, (40, 48, 3), np.uint8))

    def command(*words, **how):
        return CliRunner().invoke(app, list(map(str, words)), **how)

    return command


@pytest.fixture(scope="module")
def pictures():
    """Those that were made by some words: in every test it would be the same."""
    return {}


@pytest.fixture
def stylize(command, tiny_model, pictures):
    def stylize(output, *words):
        key = (output, *words)
        if key not in pictures:
            paint = ["stylize", "photo.png", "night.png", "-o", output, "--model", tiny_model]
            result = command(*paint, *QUICK, *words)
            assert result.exit_code == 0, result.output
            pictures[key] = Path(output).read_bytes()
        Path(output).write_bytes(pictures[key])

    return stylize


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
def test_every_format_but_bmp_tells_how_it_was_made(command, stylize, suffix):
    stylize(f"out{suffix}", "--report", "run.json")
    shown = json.loads(command("show", f"out{suffix}", "--json").stdout)
    report = json.loads(Path("run.json").read_text("utf-8"))
    assert shown["settings"]["steps"] == 3
    assert shown["losses"] == report["final"]
    assert shown["versions"]["stylecore"] == __version__
    content = {"name": "photo.png", "bytes": Path("photo.png").stat().st_size}
    assert shown["inputs"]["content"] == {**content, "sha256": sha256_of(Path("photo.png"))}


def test_the_lines_are_for_people(command, stylize):
    stylize("out.png")
    lines = command("show", "out.png").stdout.splitlines()
    assert lines[0].startswith("content         photo.png  ")
    rows = {line.split()[0]: line.split()[1:] for line in lines}
    assert rows["steps"] == ["3", "*"]  # a setting that is not the default
    assert rows["optimizer"] == ["projected-lbfgs"]
    assert rows["engine"] == ["cpu", "*"]
    assert rows["blend"] == ["none"]
    assert rows["content_layers"] == ["relu4_2"]
    assert "Traceback" not in "".join(lines)


def test_a_strength_stands_beside_what_it_came_to(command, stylize):
    stylize("out.png", "--strength", "1")
    lines = [one for one in command("show", "out.png").stdout.splitlines() if "strength" in one]
    assert [one.split(maxsplit=1) for one in lines] == [
        ["strength", "1, which came to content_weight 0.01"]
    ]
    shown = json.loads(command("show", "out.png", "--json").stdout)
    assert shown["strength"]["strength"] == 1


def test_a_strength_between_tells_the_weight_that_it_ended_with(command, stylize):
    stylize("out.png", "--strength", "0.5")
    found = json.loads(command("show", "out.png", "--json").stdout)["strength"]
    (line,) = (one for one in command("show", "out.png").stdout.splitlines() if "strength" in one)
    assert line.endswith(f", and to {found['correction']['weight']:.3g} at the end")


def test_it_may_come_from_standard_input(command, stylize, monkeypatch):
    kept = standard._from_standard_input.__wrapped__  # this process has been asked before
    monkeypatch.setattr(standard, "_from_standard_input", kept)
    stylize("out.png")
    result = command("show", "-", input=Path("out.png").read_bytes())
    assert result.stdout.startswith("content ")


def test_a_best_picture_so_far_says_that_it_is_one(command, stylize, tiny_model, monkeypatch):
    def stop(self, step):
        raise KeyboardInterrupt

    monkeypatch.setattr("stylecore.cli.progress.Lines.step", stop)
    paint = ["stylize", "photo.png", "night.png", "-o", "out.png", "--model", tiny_model, *QUICK]
    assert command(*paint).exit_code == 130
    assert "steps           1, then something ended it early" in command("show", "out.png").stdout
    shown = json.loads(command("show", "out.png", "--json").stdout)
    assert (shown["finished"], shown["losses"]) == (False, None)


@pytest.mark.parametrize("words", [["--no-metadata"], ["--no-metadata", "--metadata", "all"]])
def test_no_metadata_leaves_all_of_it_out(command, stylize, words):
    exif = Image.Exif()
    exif[33432] = "(c) me"
    with Image.open("photo.png") as photo:
        photo.save("photo.png", exif=exif, dpi=(300, 300))
    stylize("with.png")
    stylize("without.png", *words)
    with Image.open("without.png") as picture:
        assert not picture.getexif()
        assert set(picture.info) == {"icc_profile"}
    with Image.open("with.png") as picture:
        assert picture.getexif()[33432] == "(c) me"
    assert (read_image("with.png") == read_image("without.png")).all()
    result = command("show", "without.png")
    assert result.exit_code == 1
    assert result.stderr == (
        "stylecore: without.png does not say how it was made; give a PNG, JPEG, WebP or TIFF file"
        " that stylecore has made, without --no-metadata\n"
    )


def test_of_the_photograph_nothing_may_be_carried_and_still_it_tells(command, stylize):
    stylize("out.png", "--metadata", "none")
    assert read_made("out.png")


def test_no_folder_goes_into_a_picture(command, stylize, tmp_path, tiny_model):
    mask = np.zeros((40, 48), np.uint8)
    mask[:, :36] = 255
    Image.fromarray(mask).save("mask.png")
    words = ["--init", tmp_path / "photo.png", "--keep", tmp_path / "mask.png"]
    words += ["--content-weight-map", tmp_path / "mask.png"]
    for suffix in (".png", ".tif"):  # of the others, pixels could look like it
        stylize(f"out{suffix}", *words)
        data = Path(f"out{suffix}").read_bytes()
        assert b"mask.png" in data
        for folder in (tmp_path, tiny_model):
            assert str(folder).encode() not in data
            assert folder.name.encode() not in data


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.png", "there is no file none.png"),
        (".", ". is a folder"),
        ("photo.png", "photo.png does not say how it was made"),
        ("text.txt", "text.txt does not say how it was made"),
        ("odd.png", "what odd.png says of how it was made is damaged; take another copy of it"),
    ],
)
def test_what_tells_nothing_is_one_line(command, monkeypatch, name, message):
    from stylecore.pictures.notes import Metadata

    Path("text.txt").write_text("no picture")
    write_image("odd.png", np.zeros((9, 9, 3), np.uint8), Metadata(made="{}"))
    result = command("show", name)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("stylecore: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
