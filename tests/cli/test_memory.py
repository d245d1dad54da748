"""``--max-memory`` from the command line, on a small network."""

import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore import fits as fits_module
from stylecore.cli.app import app
from stylecore.optimizers.pairs import Memory
from stylecore.tiling.fitting import Fit, fitted


@pytest.fixture
def words(tmp_path, tiny_model):
    """A command that paints a small picture."""
    rng = np.random.default_rng(0)
    for name, size in (("content.png", (96, 128, 3)), ("style.png", (90, 90, 3))):
        cv2.imwrite(str(tmp_path / name), rng.integers(0, 256, size, np.uint8))
    given = [tmp_path / "content.png", tmp_path / "style.png", "--output", tmp_path / "out.png"]
    options = ["--size", 128, "--steps", 4, "--model", tiny_model, "--offline", "--engine", "cpu"]
    return ["stylize", *map(str, [*given, *options, "--report", tmp_path / "run.json"])]


def test_it_reaches_the_plan_and_is_said_in_one_line(words, tmp_path, monkeypatch):
    limits = []

    def fit(place, settings, limit):
        limits.append(limit)
        return Fit(64, Memory(5, half=True), 1e9)

    monkeypatch.setattr(fits_module, "fitted", fit)
    done = CliRunner().invoke(app, [*words, "--max-memory", "1.5G"])
    assert done.exit_code == 0, done.output
    assert set(limits) == {1.5e9}
    told = [line for line in done.stderr.splitlines() if "tiles" in line]
    assert len(told) == 1
    assert "128×96 pixels in 1.5G: painted in tiles of 64, which gives the same picture" in told[0]
    assert "L-BFGS remembers 5 pairs in half precision" in told[0]
    report = json.loads((tmp_path / "run.json").read_text())
    assert report["settings"]["max_memory"] == "1.5G"
    assert report["memory"] == {
        "limit_bytes": 1_500_000_000,
        "estimated_bytes": 1_000_000_000,
        "tile": 64,
        "pairs": 5,
        "half_precision": True,
    }


def test_what_finds_no_room_is_one_line_and_leaves_nothing(words, tmp_path):
    assert fitted is fits_module.fitted
    done = CliRunner().invoke(app, [*words, "--max-memory", "200M"])
    assert done.exit_code not in (0, None)
    (line,) = [line for line in done.stderr.splitlines() if line]
    assert "128×96 pixels find no room in 200M of memory" in line
    assert "--max-memory" in line
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("size", ["much", "4", "-1G"])
def test_what_is_no_size_is_one_line(words, size):
    done = CliRunner().invoke(app, [*words, f"--max-memory={size}"])
    assert done.exit_code not in (0, None)
    assert "give" in done.stderr
    assert "Traceback" not in done.output
