from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.progress import Lines
from stylecore.pictures.images import read_image, read_with_alpha, write_image

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--coarsest", "48", "--steps", "3"]


@pytest.fixture
def command(tmp_path, monkeypatch, tiny_model):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name, size in (("photo", (36, 48)), ("night", (40, 40)), ("wave", (30, 50))):
        write_image(f"{name}.png", rng.integers(0, 256, (*size, 3), np.uint8))

    def command(*words):
        given = [words[0], "--model", str(tiny_model), *QUICK, *map(str, words[1:])]
        return CliRunner().invoke(app, given)

    return command


def test_a_strip_and_each_of_its_pictures(command, tmp_path):
    words = ["blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "3"]
    result = command(*words, "--each")
    assert result.exit_code == 0, result.output
    assert result.stdout == "s.png: 3 pictures\n"
    strip = read_image("s.png")
    assert strip.shape == (36, 3 * 48 + 2 * 8, 3)
    for number in (1, 2, 3):
        left = (number - 1) * 56
        assert np.array_equal(read_image(f"s.{number}.png"), strip[:, left : left + 48])


def test_without_output_a_new_name_tells_what_is_in_it(command, tmp_path):
    assert command("blend", "photo.png", "night.png", "wave.png", "--count", "2").exit_code == 0
    assert (tmp_path / "photo-night-wave.png").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--count", "1"], "a strip of 1 was asked for; give at least 2 pictures"),
        (["-o", "night.png"], "night.png would overwrite night.png"),
    ],
)
def test_what_cannot_be_is_one_line(command, words, message):
    result = command("blend", "photo.png", "night.png", "wave.png", *words)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_strip_blends_by_itself(command):
    result = command("blend", "photo.png", "night.png", "wave.png", "--blend", "1,2")
    assert result.exit_code == 2


def test_regions_and_what_is_kept(command):
    white, left = np.full((36, 48, 3), 255, np.uint8), np.zeros((36, 48, 3), np.uint8)
    left[:, :24] = 255
    write_image("left.png", left)
    write_image("right.png", white - left)
    words = ["--region", "right.png=1:", "--region", "right.png=2:", "--keep", "left.png"]
    result = command(
        "blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "2", *words
    )
    assert result.exit_code == 0, result.output
    photo, strip = read_image("photo.png"), read_image("s.png")
    for picture in (strip[:, :48], strip[:, 56:]):
        assert np.array_equal(picture[:, :20], photo[:, :20])
        assert not np.array_equal(picture[:, 28:], photo[:, 28:])
    refused = command("blend", "photo.png", "night.png", "wave.png", "--keep", "night.png")
    assert refused.exit_code == 1
    assert "night.png" in refused.stderr


def test_a_strip_of_a_transparent_content_stays_transparent(command):
    rgba = np.dstack([read_image("photo.png"), np.full((36, 48), 255, np.uint8)])
    rgba[:, :20, 3] = 0
    write_image("cut.png", rgba)
    result = command("blend", "cut.png", "night.png", "wave.png", "-o", "s.png", "--count", "2")
    assert result.exit_code == 0, result.output
    alpha = read_with_alpha("s.png")[..., 3]
    assert np.array_equal(alpha[:, :48], rgba[..., 3])
    assert np.array_equal(alpha[:, 56:], rgba[..., 3])
    assert not alpha[:, 48:56].any()


@pytest.mark.parametrize("after", [1, 4])
def test_ctrl_c_keeps_the_pictures_that_are_there(command, monkeypatch, after):
    from stylecore.cli.progress import Lines

    seen = []

    def interrupt(self, step):
        seen.append(step)
        if len(seen) == after:
            raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "step", interrupt)
    words = ["blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "3"]
    result = command(*words)
    there = 1 + (after - 1) // 3
    assert result.exit_code == 130
    assert f"{there} picture" in result.stderr
    assert read_image("s.png").shape[1] == there * 56 - 8


def test_fine_strokes_of_another_style(command):
    pictures = []
    for words in ([], ["--fine-style", "wave.png"]):
        result = command("stylize", "photo.png", "night.png", "-o", "out.png", *words)
        assert result.exit_code == 0, result.output
        pictures.append(read_image("out.png"))
    assert not np.array_equal(*pictures)
    missing = command("stylize", "photo.png", "night.png", "--fine-style", "none.png")
    assert "there is no file none.png" in missing.stderr


def test_a_transparent_content_stays_transparent(command):
    rgba = np.dstack([read_image("photo.png"), np.full((36, 48), 255, np.uint8)])
    rgba[:, :20, 3] = 0
    write_image("cut.png", rgba)
    assert command("stylize", "cut.png", "night.png", "-o", "out.png").exit_code == 0
    assert np.array_equal(read_with_alpha("out.png")[..., 3], rgba[..., 3])
    assert command("stylize", "cut.png", "night.png", "-o", "out.jpg").exit_code == 0
    assert read_image("out.jpg")[:, :16].min() > 240


def test_whatever_ends_a_strip_the_pictures_that_are_there_are_kept(command, monkeypatch):
    from stylecore.painter import Painter

    paint, count = Painter.paint, iter(range(10))

    def fail_later(self, *words, **options):
        if next(count) == 2:
            raise MemoryError
        return paint(self, *words, **options)

    monkeypatch.setattr(Painter, "paint", fail_later)
    result = command("blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "4")
    assert result.exit_code == 1
    assert "out of memory; give a smaller size" in result.stderr
    assert result.stderr.endswith("2 pictures are in s.png, the last as far as it came\n")
    assert read_image("s.png").shape[1] == 2 * 56 - 8


def test_a_strip_whose_folder_is_gone_is_kept_elsewhere(command, tmp_path, monkeypatch):
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spare"))
    monkeypatch.setattr("stylecore.cli.outputs.Outputs.expect_picture", lambda *_: None)
    words = ["-o", "strips/s.png", "--count", "2"]
    result = command("blend", "photo.png", "night.png", "wave.png", *words)
    assert result.exit_code == 1
    (strip,) = (tmp_path / "spare").rglob("s-rescued.png")
    assert result.stderr.endswith(f"; the strip is in {strip}\n")
    assert read_image(strip).shape[1] == 2 * 56 - 8


def test_a_strip_that_was_stopped_goes_on_in_its_picture(command, monkeypatch):
    words = ["blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "3"]
    words += ["--steps", "10"]
    assert command(*words).exit_code == 0
    wanted, step, counted = Path("s.png").read_bytes(), Lines.step, []

    def stop(self, one):
        step(self, one)
        counted.append(one)
        if len(counted) == 12:
            raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "step", stop)
    result = command(*words, "--checkpoint", "run", "--preview", "live.png")
    assert result.exit_code == 130
    assert result.stderr.endswith(
        "interrupted; 2 pictures are in s.png, the last as far as it came;"
        " --resume run goes on from there\n"
    )
    assert read_image("s.png").shape == (36, 2 * 48 + 8, 3)
    result = command(*words, "--resume", "run", "--preview", "live.png")
    assert result.exit_code == 0, result.output
    assert Path("s.png").read_bytes() == wanted
    assert len(counted) == 12 + 3  # one again, and two of the third picture
    assert not Path("run").exists()
    assert read_image("live.png").shape == (36, 48, 3)
