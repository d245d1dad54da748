"""``--dry-run``: the plan of a run, and nothing on the disk but what was asked for."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.forecast import calibration, speed
from stylecore.forecast.speed import Speed
from stylecore.painter import Painter
from stylecore.pictures.images import write_image

SHORT = ["--engine", "cpu", "--threads", 1, "--size", 64, "--coarsest", 32, "--steps", 8]


@pytest.fixture
def stylize(tmp_path, monkeypatch, tiny_model):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    rng = np.random.default_rng(0)
    for name in ("photo.png", "night.png"):
        write_image(name, rng.integers(0, 256, (48, 64, 3), np.uint8))

    def stylize(*words):
        paint = ["stylize", "photo.png", "night.png", "--model", tiny_model, *SHORT, *words]
        return CliRunner().invoke(app, [*map(str, paint)])

    return stylize


@pytest.fixture
def no_painting(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("it painted")

    monkeypatch.setattr(Painter, "paint", fail)


def test_it_tells_scales_engine_time_and_memory_and_paints_nothing(stylize, no_painting):
    before = sorted(path.name for path in Path().iterdir())
    result = stylize("--dry-run")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["32×24", "4", "steps"]
    assert lines[1].split()[:3] == ["64×48", "4", "steps"]
    assert lines[2] == "engine  cpu in fp32, 1 thread"
    assert lines[3].startswith("time    about 0:")
    assert lines[4].startswith("memory  about ")
    assert sorted(path.name for path in Path().iterdir()) == before


def test_it_knows_of_the_pilots_of_a_strength(stylize, no_painting):
    result = stylize("--dry-run", "--strength", "0.5", "--report", "plan.json")
    assert result.exit_code == 0, result.output
    (line,) = [one for one in result.stdout.splitlines() if one.startswith("pilots")]
    assert line.startswith("pilots  for strength 0.5 come first, 0:")
    seconds = json.loads(Path("plan.json").read_text("utf-8"))["seconds"]
    assert 0 < seconds["calibration"] < seconds["total"]
    for words in ([], ["--strength", "1"]):
        assert "pilots" not in stylize("--dry-run", *words).stdout


@pytest.fixture
def undisturbed(monkeypatch):
    """As on a machine that does nothing else: its threads have all of its cores."""
    monkeypatch.setattr(speed, "_OWN", 0.0)


def test_the_timing_is_kept_for_the_next_time(stylize, no_painting, undisturbed):
    first, second = stylize("--dry-run"), stylize("--dry-run")
    assert "timing a few iterations" in first.stderr
    assert "timing" not in second.stderr
    assert stylize("--dry-run", "--threads", 2).stderr.count("timing a few iterations") == 1


def test_a_timing_beside_other_work_is_told_of_and_not_kept(stylize, no_painting, monkeypatch):
    monkeypatch.setattr(speed, "_OWN", 1e9)
    for _ in range(2):
        told = stylize("--dry-run").stderr
        assert "timing a few iterations" in told
        assert "others use the cores; seconds are as they are meanwhile" in told


def test_the_plan_as_json(stylize, no_painting, monkeypatch):
    monkeypatch.setattr(calibration, "kept", lambda _: Speed(2.0, 0.0))
    result = stylize("--dry-run", "--report", "plan.json", "--output", "a.tif", "--depth", 16)
    assert result.exit_code == 0, result.output
    plan = json.loads(Path("plan.json").read_text("utf-8"))
    assert [one["steps"] for one in plan["scales"]] == [4, 4]
    assert plan["seconds"]["total"] > 16
    assert plan["settings"]["depth"] == 16
    assert plan["peak_memory_bytes"] < plan["memory_limit_bytes"]
    assert not Path("a.tif").exists()
    shown = json.loads(stylize("--dry-run", "--report", "-").stdout)
    assert shown["scales"] == plan["scales"]


def test_what_comes_before_the_run_is_named(stylize, no_painting):
    result = stylize("--dry-run", "--fine-style", "photo.png")
    assert result.exit_code == 0, result.output
    assert "mixing photo.png into the first style comes before" in result.stderr


def test_what_finds_no_room_ends_with_the_line_of_the_run(stylize):
    words = "--max-memory", "100M"
    told, ran = stylize("--dry-run", *words), stylize("--output", "a.png", *words)
    assert told.exit_code == ran.exit_code == 1
    assert told.stdout == ""
    (line,) = ran.stderr.splitlines()[-1:]
    assert line in told.stderr
    assert "find no room in 100M of memory" in line
    assert not Path("a.png").exists()


def test_tiles_are_told(stylize, no_painting):
    lines = stylize("--dry-run", "--size", 700, "--max-memory", "1G").stdout.splitlines()
    assert "in tiles of" not in lines[0]
    assert "in tiles of" in lines[-4]
    assert lines[-1].endswith("; 1.0G may be held")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--output", "photo.png"], "would overwrite"),
        (["--output", "missing/a.png"], "there is no folder"),
        (["--output", "a.jpg", "--depth", 16], "holds 8 bits a channel"),
        (["--report", "photo.png"], "would overwrite"),
    ],
)
def test_what_a_run_would_refuse_is_refused(stylize, no_painting, words, message):
    result = stylize("--dry-run", *words)
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_a_run_in_sixteen_bits_writes_them_and_how_it_was_made(stylize, suffix):
    result = stylize("--output", f"a{suffix}", "--depth", 16)
    assert result.exit_code == 0, result.output
    found = cv2.imread(f"a{suffix}", cv2.IMREAD_UNCHANGED)
    assert found.dtype == np.uint16
    assert found.shape == (48, 64, 3)
    shown = CliRunner().invoke(app, ["show", f"a{suffix}", "--json"])
    assert json.loads(shown.stdout)["settings"]["depth"] == 16


def test_a_picture_that_its_format_cannot_hold_is_refused_before_the_run(stylize, no_painting):
    tall = np.zeros((40, 2000, 3), np.uint8)
    write_image("photo.png", tall)
    result = stylize("--output", "a.webp", "--size", 16384)
    assert result.exit_code == 1
    assert "a .webp file cannot hold 16384×328 pixels; give a name that ends in" in result.stderr
