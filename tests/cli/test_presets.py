"""The looks that have names are listed, shown, and taken."""

import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.pictures.images import write_image
from stylecore.presets.library import preset_line, preset_names, preset_text
from stylecore.provenance.provenance import read_provenance
from stylecore.settingsfile import read_settings

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--steps", "2", "--coarsest", "48"]


def run(*words):
    return CliRunner().invoke(app, list(map(str, words)))


def test_they_are_listed_with_a_line_each():
    result = run("presets")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(preset_names())
    assert all(
        line.endswith(preset_line(name)) for line, name in zip(lines, preset_names(), strict=True)
    )


@pytest.mark.parametrize("name", preset_names())
def test_one_is_shown_as_a_file_of_settings(name, tmp_path):
    result = run("presets", name)
    assert result.stdout == preset_text(name)
    (tmp_path / "mine.toml").write_text(result.stdout, encoding="utf-8")
    read_settings(tmp_path / "mine.toml")


def test_a_wrong_name_is_one_line():
    result = run("presets", "none")
    assert result.exit_code == 1
    assert result.stderr.startswith("stylecore: there is no preset 'none'; give one of bold, ")
    assert result.stderr.count("\n") == 1


def test_a_picture_says_what_its_preset_said(tmp_path, monkeypatch, tiny_model):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for name in ("cat", "wave"):
        write_image(f"{name}.png", rng.integers(0, 256, (36, 48, 3), np.uint8))
    words = ["stylize", "cat.png", "wave.png", "--model", tiny_model, *QUICK, "-o", "out.png"]
    result = run(*words, "--preset", "faithful", "--tv-weight", "0.25")
    assert result.exit_code == 0, result.output
    made = read_provenance("out.png")
    assert (made.settings.content_weight, made.settings.tv_weight) == (0.2, 0.25)
