"""The real command on a real, if narrow, network: trained, refused, ended and gone on with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.models.making.build import build_artefact
from stylecore.models.training.settings import LOOK
from stylecore.models.training.state import read_state
from stylecore.pictures.images import read_image, write_image

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "128", "--network", "tiny"]
QUICK += ["--coarse-crop", "64", "--crop", "64"]


@pytest.fixture(scope="module")
def model(narrow_weights, tmp_path_factory):
    """A narrow network for what trainings look at by default."""
    return build_artefact(
        narrow_weights,
        tmp_path_factory.mktemp("judging") / "narrow",
        content_layers=LOOK.all_content_layers,
        style_loss=LOOK.style_loss,
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a painting, an album and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    (tmp_path / "album").mkdir()
    for name in ("night.png", "album/a.png", "album/b.png"):
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(name, cv2.resize(small, (96, 72), interpolation=cv2.INTER_CUBIC))
    return tmp_path


@pytest.fixture
def train(folder, model):
    def train(*words, style="night.png", photos="album", steps=3):
        given = ["train", style, "--model", model, *QUICK, "--steps", steps]
        given += ["--photos", photos] if photos else []
        return CliRunner().invoke(app, list(map(str, [*given, *words])))

    return train


def refused(result, message):
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    return True


def told_by(path):
    return {one.key: one.value for one in onnx.load(path).metadata_props}


def weights_of(path):
    found = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    return {name: array for name, array in found.items() if "." in name}


def test_a_network_its_state_and_a_preview(train):
    result = train("--preview", "seen.png")
    assert result.exit_code == 0
    assert result.stdout == "night.onnx: 3 steps; --resume night.state.npz goes on\n"
    assert told_by("night.onnx")["stylecore.style"] == "night.png"
    assert json.loads(told_by("night.onnx")["stylecore.losses"])["steps"] == 3
    assert read_state(Path("night.state.npz"))[0].steps == 3
    assert read_image("seen.png").shape == (96, 128, 3)
    left = {path.name for path in Path().iterdir()}
    assert left == {"album", "night.png", "night.onnx", "night.state.npz", "seen.png"}


def test_a_folder_gets_the_network_under_its_new_name(train):
    Path("out").mkdir()
    assert train("-o", "out", steps=1).exit_code == 0
    assert {path.name for path in Path("out").iterdir()} == {"night.onnx", "night.state.npz"}


def test_the_loss_is_told_and_everything_written_as_often_as_is_asked(train):
    result = train("--save-every", "1e-9", "--preview", "seen.png")
    lines = result.stderr.splitlines()
    assert len(lines) == 3
    assert all("loss" in line and "content" in line and "left" in line for line in lines)
    quiet = train("--save-every", "1e-9", "--quiet", steps=1)
    assert (quiet.stdout, quiet.stderr) == ("", "")


def test_without_photographs_the_examples_serve_and_that_is_said(train):
    result = train(photos=None, steps=1)
    assert result.exit_code == 0
    assert result.stderr.startswith(
        "stylecore: learning on 4 photographs of the examples; a folder"
    )


def test_going_on_where_the_state_lies(train):
    first = train("-o", "a.onnx")
    assert first.exit_code == 0
    result = train("--resume", "a.state.npz", steps=5)
    assert result.stdout == "a.onnx: 5 steps; --resume a.state.npz goes on\n"
    assert json.loads(told_by("a.onnx")["stylecore.losses"])["steps"] == 5


def test_what_cannot_be_gone_on_with_is_refused(train):
    train("-o", "a.onnx")
    before = Path("a.onnx").read_bytes()
    wrong = train("--resume", "a.state.npz", "--content-weight", "2")
    assert refused(wrong, "a.state.npz is of a training with content_weight 0.2, not 2.0")
    assert refused(train("--resume", "night.png"), "night.png is no training to go on from")
    assert refused(train("--resume", "gone.state.npz"), "there is no file gone.state.npz")
    assert Path("a.onnx").read_bytes() == before
    assert not Path("gone.onnx").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "night.pth"], "night.pth does not end in .onnx; give a name that does"),
        (["-o", "-"], "a network cannot go to standard output"),
        (["-o", "nowhere/a.onnx"], "there is no folder"),
        (["--preview", "night.png"], "night.png would overwrite night.png"),
        (["--preview", "album/a.png"], "would overwrite"),
        (["--preview", "a.xyz"], "a.xyz"),
        (["--photos", "nowhere"], "there is no folder nowhere; give one with photographs"),
        (["--save-every", "0"], "--save-every is 0; give seconds above 0"),
        (["--minutes", "0"], "minutes is 0; give a number above 0"),
        (["--blend", "1,2"], "blend has 2 numbers and there are 1 styles"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing_behind(train, words, message):
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert refused(train(*words), message)
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before


def test_a_photograph_that_cannot_be_read_is_named_and_passed_over(train):
    Path("album/c.jpg").write_bytes(b"\xff\xd8\xff broken")
    result = train()
    assert result.exit_code == 0
    assert result.stderr.count("c.jpg") == 1
    assert "it is passed over" in result.stderr


def test_where_none_can_be_read_nothing_is_written(train):
    for path in Path("album").iterdir():
        path.write_bytes(b"broken")
    assert "none of 2 picture files can be used" in train().stderr
    assert not list(Path().glob("*.onnx"))


@pytest.fixture
def start(folder, model):
    """Start a training as a process of its own; it is ended with the test."""
    processes = []

    def start(*words, steps=2000):
        command = [sys.executable, "-m", "stylecore.cli", "train", "night.png", "--photos", "album"]
        command += ["--model", model, *QUICK, "--steps", steps, "--save-every", "0.2", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        processes.append(subprocess.Popen(list(map(str, command)), cwd=folder, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(path, process):
    end = time.monotonic() + 120
    while not (path.exists() and path.stat().st_size):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM there")
def test_a_signal_leaves_a_network_and_what_to_go_on_from(start, train):
    process = start()
    wait_for(Path("night.state.npz"), process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 143
    assert out == ""
    assert err.splitlines()[-1] == (
        "stylecore: interrupted by SIGTERM; the network so far is in night.onnx;"
        " --resume night.state.npz goes on"
    )
    done = read_state(Path("night.state.npz"))[0].steps
    assert json.loads(told_by("night.onnx")["stylecore.losses"])["steps"] == done
    assert train("--resume", "night.state.npz", steps=done + 1).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_after_a_kill_it_goes_on_as_if_nothing_had_been(start, train):
    """The rate falls with the steps that are planned, so they are as many in both."""
    process = start("--save-every", "1e-9", steps=12)
    wait_for(Path("night.state.npz"), process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    onnx.checker.check_model(onnx.load("night.onnx"), full_check=True)
    assert read_state(Path("night.state.npz"))[0].steps < 12
    assert train("--resume", "night.state.npz", steps=12).exit_code == 0
    assert train("-o", "whole.onnx", steps=12).exit_code == 0
    went_on, whole = weights_of("night.onnx"), weights_of("whole.onnx")
    assert went_on.keys() == whole.keys()
    for name, array in whole.items():
        np.testing.assert_array_equal(went_on[name], array)
