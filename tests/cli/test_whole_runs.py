"""The real command on a real, if tiny, network: what is painted, refused and interrupted."""

import json
import shutil
import signal
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.pictures.images import read_image, write_image

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--coarsest", "48", "--steps", "3"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a photograph and a painting in it and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for name, size in (("photo.png", (6, 8)), ("night.png", (7, 7))):
        small = rng.integers(0, 256, (*size, 3), np.uint8)
        write_image(name, cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


@pytest.fixture
def stylize(folder, tiny_model):
    def stylize(content="photo.png", style="night.png", *words, model=tiny_model):
        words = ["stylize", content, style, "-o", "out.png", "--model", model, *QUICK, *words]
        return CliRunner().invoke(app, list(map(str, words)))

    return stylize


def refused(result, message):
    assert result.exit_code == 1
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    return True


def test_a_picture_and_its_report(stylize):
    result = stylize("photo.png", "night.png", "--report", "run.json")
    assert result.exit_code == 0
    assert read_image("out.png").shape == (36, 48, 3)
    with open("run.json", encoding="utf-8") as file:  # noqa: PTH123
        report = json.load(file)
    assert report["settings"]["steps"] == 3
    assert f"{report['engine']['name']} in {report['engine']['precision']}" in result.stdout


def test_too_many_threads_are_said_once_and_reported(stylize, monkeypatch):
    monkeypatch.setattr("stylecore.engine.cores.usable_cores", lambda: 1)
    result = stylize("photo.png", "night.png", "--threads", 2, "--report", "run.json")
    assert result.exit_code == 0
    assert result.stderr.count("2 threads on 1 core") == 1
    assert "2 threads on 1 core" in Path("run.json").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_picture(stylize):
    pictures = []
    for _ in range(2):
        assert stylize("photo.png", "night.png", "--init", "noise").exit_code == 0
        pictures.append(read_image("out.png"))
    assert np.array_equal(*pictures)


@pytest.mark.parametrize("kind", ["grey", "16-bit", "alpha", "one pixel"])
def test_unusual_pictures_are_welcome(stylize, kind):
    ramp = np.arange(40 * 50).reshape(40, 50)
    arrays = {
        "grey": (ramp // 8).astype(np.uint8),
        "16-bit": (ramp * 32).astype(np.uint16),
        "alpha": np.dstack([(ramp // 8).astype(np.uint8)] * 4),
        "one pixel": np.full((1, 1, 3), 99, np.uint8),
    }
    cv2.imwrite("odd.png", arrays[kind])
    assert stylize("odd.png").exit_code == 0
    assert stylize("photo.png", "odd.png").exit_code == 0


def test_a_strip_becomes_too_narrow(stylize, folder):
    write_image("strip.png", np.zeros((3, 5000, 3), np.uint8))
    assert refused(stylize("strip.png"), "give a larger size or crop the picture")
    assert not (folder / "out.png").exists()


def test_a_strip_as_style_is_welcome(stylize):
    write_image("strip.png", np.zeros((3, 500, 3), np.uint8))
    assert stylize("photo.png", "strip.png").exit_code == 0


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "changed"])
@pytest.mark.parametrize(
    "name", ["artefact.json", "objective.onnx", "features.onnx", "weights.bin"]
)
def test_a_damaged_artefact(stylize, folder, tiny_model, name, damage):
    shutil.copytree(tiny_model, folder / "model")
    file = folder / "model" / name
    data = file.read_bytes()
    file.unlink()
    damaged = {"empty": b"", "cut": data[: len(data) // 2], "changed": b"\0" + data[1:]}
    if damage != "missing":
        file.write_bytes(damaged[damage])
    assert refused(stylize(model=folder / "model"), "model")
    assert not (folder / "out.png").exists()


def test_layers_that_the_artefact_lacks(stylize):
    assert refused(stylize("photo.png", "night.png", "--style-layers", "relu2_2"), "relu")


def test_a_model_that_is_none(stylize, folder):
    (folder / "text.txt").write_text("no weights")
    (folder / "nothing").mkdir()
    assert refused(stylize(model="no-such-name"), "no-such-name")
    assert refused(stylize(model="text.txt"), "text.txt")
    assert refused(stylize(model="nothing"), "nothing")


def test_without_a_home_only_the_networks_that_are_kept_there_are_missing(stylize, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", "~nobody-of-this-name")
    assert stylize().exit_code == 0
    assert refused(stylize(model="vgg19"), "set STYLECORE_HOME to a folder")
    listed = CliRunner().invoke(app, ["models", "list"])
    assert refused(listed, "set STYLECORE_HOME to a folder")


def test_offline_without_weights(stylize, folder):
    words = ["stylize", "photo.png", "night.png", "-o", "out.png", "--offline", *QUICK]
    assert refused(CliRunner().invoke(app, words), "offline")


@pytest.mark.skipif(sys.platform == "win32", reason="no signals for a child process there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_writes_the_best_picture_so_far(start, folder, tiny_model, name):
    asked = signal.Signals[name]
    words = ["stylize", "photo.png", "night.png", "-o", "out.png", "--model", tiny_model, *QUICK]
    process = start(*words, "--steps", 100_000, "--save-every", 1)
    deadline = time.monotonic() + 60
    while not (folder / "out.0002.png").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for _ in range(3):  # timeout(1) tells the process and then its group
        process.send_signal(asked)
        time.sleep(0.005)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + asked
    assert output == ""
    by = "" if name == "SIGINT" else f" by {name}"
    last = f"stylecore: interrupted{by}; the best picture so far is in out.png"
    assert errors.splitlines()[-1] == last
    assert "Traceback" not in errors
    assert read_image("out.png").shape == (36, 48, 3)
    assert not [path.name for path in folder.iterdir() if path.name.endswith(".tmp")]
