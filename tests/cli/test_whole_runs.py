"""The real command on a real, if tiny, network: what is painted, refused and interrupted."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.engine.engines import choose_engine
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.styler import Styler
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.tensors import to_floats

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


@pytest.mark.parametrize("kind", ["grey", "16-bit", "alpha"])
def test_unusual_pictures_are_welcome(stylize, kind):
    ramp = np.arange(40 * 50).reshape(40, 50)
    arrays = {
        "grey": (ramp // 8).astype(np.uint8),
        "16-bit": (ramp * 32).astype(np.uint16),
        "alpha": np.dstack([(ramp // 8).astype(np.uint8)] * 4),
    }
    cv2.imwrite("odd.png", arrays[kind])
    assert stylize("odd.png").exit_code == 0
    assert stylize("photo.png", "odd.png").exit_code == 0


def test_what_a_file_asks_for_in_vain_is_said_once_and_reported(stylize):
    photo = Image.open("photo.png")
    photo.save("odd.png", icc_profile=b"none")
    photo.resize((64, 48)).save("mask.png", icc_profile=b"none")
    words = ["--fine-style", "night.png", "--keep", "mask.png", "--report", "run.json"]
    result = stylize("odd.png", "night.png", *words)
    assert result.exit_code == 0, result.output
    with open("run.json", encoding="utf-8") as file:  # noqa: PTH123
        told = json.load(file)["warnings"]
    for name in ("odd.png", "mask.png"):
        start = f"{name} has a damaged colour profile, so its colours may be off"
        assert result.stderr.count(start) == 1
        assert sum(one.startswith(start) for one in told) == 1


def test_a_small_photograph_is_enlarged_and_that_is_said(stylize):
    small = read_image("photo.png")[:18, :24]
    write_image("small.png", small)
    result = stylize("small.png", "night.png", "--report", "run.json")
    assert result.exit_code == 0
    words = "the content is 24×18 pixels and was enlarged 2 times; a size of 32 shows as much of it"
    assert f"stylecore: {words}\n" in result.stderr
    with open("run.json", encoding="utf-8") as file:  # noqa: PTH123
        assert json.load(file)["warnings"] == [words]
    assert "enlarged" not in stylize("photo.png").stderr
    words = ["small.png", "night.png", "photo.png", "--count", "2", "-o", "strip.png"]
    strip = CliRunner().invoke(app, ["blend", *words, "--offline", *QUICK])
    assert strip.stderr.startswith("stylecore: the content is 24×18 pixels and was enlarged")


@pytest.mark.parametrize("shape", [(1, 1), (15, 40), (600, 12)])
def test_what_is_too_small_for_a_picture_is_refused(stylize, shape):
    write_image("small.png", np.zeros((*shape, 3), np.uint8))
    words = f"the content is {shape[1]}×{shape[0]} pixels, too few for a picture; give one of at"
    assert refused(stylize("small.png"), words)
    assert stylize("photo.png", "small.png").exit_code == 0


def test_pictures_on_the_way_keep_what_is_transparent(stylize):
    photo = read_image("photo.png")
    alpha = np.where(np.arange(64) < 20, 0, 255).astype(np.uint8) * np.ones((48, 1), np.uint8)
    Image.fromarray(np.dstack([photo, alpha])).save("cut.png")
    assert stylize("cut.png", "night.png", "--save-every", 2).exit_code == 0
    for name in ("out.0002.png", "out.png"):
        with Image.open(name) as picture:
            assert picture.mode == "RGBA"
            assert picture.getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize("carried", ["no-gps", "all", "none"])
def test_the_result_carries_what_the_photograph_does(stylize, carried):
    exif = Image.Exif()
    exif[274], exif[33432] = 6, "(c) me"
    exif[0x8825] = {1: "N"}
    with Image.open("photo.png") as photo:
        photo.save("camera.jpg", exif=exif, dpi=(300, 300))
    words = [] if carried == "no-gps" else ["--metadata", carried]
    assert stylize("camera.jpg", "night.png", *words).exit_code == 0
    with Image.open("out.png") as picture:
        assert picture.size == (36, 48)
        found = picture.getexif()
        assert found.get(33432) == (None if carried == "none" else "(c) me")
        assert found.get_ifd(0x8825) == ({1: "N"} if carried == "all" else {})
        assert ("dpi" in picture.info) == (carried != "none")
        assert 274 not in found


def test_a_strip_becomes_too_narrow(stylize, folder):
    write_image("strip.png", np.zeros((16, 5000, 3), np.uint8))
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


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_paths_that_are_not_utf8(folder, tiny_model):
    """A name of Latin-1, as old disks have them, everywhere a run may have it."""
    odd = os.fsencode(folder) + b"/\xe9t\xe9"
    for name in (b"photo.png", b"night.png"):
        shutil.copyfile(os.fsencode(folder) + b"/" + name, odd + name)
    words = [odd + b"photo.png", odd + b"night.png", b"-o", odd + b"out.png"]
    words += [b"--init", odd + b"photo.png", b"--keep", odd + b"mask.png", b"--report", odd]
    line = [sys.executable, "-m", "stylecore.cli", "stylize", *words, "--model", tiny_model, *QUICK]
    mask = np.zeros((48, 64), np.uint8)
    mask[:, 32:] = 255
    Image.fromarray(mask).save(odd + b"mask.png", "png")
    done = subprocess.run(line, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    with open(odd, "rb") as file:  # noqa: PTH123
        report = json.loads(file.read().decode("utf-8"))
    assert os.fsencode(report["settings"]["init"]) == odd + b"photo.png"
    with Image.open(odd + b"out.png") as picture:
        assert picture.size == (48, 36)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_a_network_whose_path_is_not_utf8_is_refused_by_that(stylize, folder, tiny_model):
    shutil.copytree(tiny_model, folder / "mod\udce8le")
    assert refused(stylize(model=folder / "mod\udce8le"), "is not UTF-8, which ONNX Runtime")


def test_runs_at_once_have_each_a_new_name(start, folder, tiny_model):
    words = ["stylize", "photo.png", "night.png", "--model", tiny_model, *QUICK]
    runs = [start(*words) for _ in range(3)]
    said = {run.communicate(timeout=60)[0].partition(":")[0] for run in runs}
    assert said == {"photo-night.png", "photo-night-2.png", "photo-night-3.png"}
    for name in said:
        assert read_image(name).shape == (36, 48, 3)


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


def test_a_run_starts_from_what_a_network_makes_of_the_content(stylize, painter_file, monkeypatch):
    from stylecore import growth

    starts = []
    first = growth.first
    monkeypatch.setattr(
        "stylecore.descent.first", lambda *given: starts.append(first(*given)) or starts[-1]
    )
    result = stylize("photo.png", "night.png", "--init-network", painter_file)
    assert result.exit_code == 0, result.output
    (start,) = starts
    network = open_network(painter_file, choose_engine("cpu"))
    painted = Styler(network).picture("photo.png", 48)
    np.testing.assert_allclose(to_floats(start), painted)
    assert refused(stylize("photo.png", "night.png", "--init-network", "none.onnx"), "none.onnx")
    words = ["--init", "photo.png", "--init-network", str(painter_file)]
    assert refused(stylize("photo.png", "night.png", *words), "two pictures to start from")
