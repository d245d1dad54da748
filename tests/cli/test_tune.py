"""The real command on real, if narrow, networks: tuned, refused, interrupted, killed, gone on."""

import json
import os
import runpy
import shlex
import signal
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.tuneprogress import TuneBar
from stylecore.engine.artefact import artefact_key
from stylecore.measures.held_out import held_out, settings_to_measure
from stylecore.measures.verdict import Verdict
from stylecore.models.fetching.fetch import known_checksums
from stylecore.models.making.build import build_artefact
from stylecore.models.sources import DEFAULT, find
from stylecore.pictures.images import read_image, write_image
from stylecore.results import Step
from stylecore.settings import Settings
from stylecore.tune.events import Began, Ended, Stepped
from stylecore.tune.tried import Tried

NARROW = runpy.run_path(str(Path(__file__).parents[1] / "embedding" / "build_artefact.py"))
QUICK = ["--engine", "cpu", "--threads", "1", "--size", "64", "--steps", "3", "--coarsest", "48"]
SMALL = ["--trial-size", "48", "--trials", "3", "--vary", "content_weight,style_scale"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no signals for a child process there")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A cache with narrow networks in the place of those that a search asks for."""
    home, weights = tmp_path_factory.mktemp("home"), NARROW["random_weights"](0)
    for settings in (Settings(), settings_to_measure(held_out(Settings()))):
        (sha256, *_) = known_checksums(find(DEFAULT))
        build_artefact(
            weights,
            home / "artefacts" / f"vgg19-{artefact_key(sha256, settings)}",
            content_layers=settings.all_content_layers,
            style_layers=tuple(settings.style_layers),
            style_loss=settings.style_loss,
        )
    return home


@pytest.fixture
def folder(tmp_path, monkeypatch, home):
    """The current folder, with a photograph and a painting, and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(home))
    rng = np.random.default_rng(0)
    for name in ("cat", "wave"):
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(f"{name}.png", cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


WORDS = ["tune", "cat.png", "wave.png", "-o", "out", "--offline", *QUICK, *SMALL]


@pytest.fixture
def tune(folder):
    def tune(*given, plain=WORDS):
        return CliRunner().invoke(app, [*plain, *map(str, given)])

    return tune


def refused(result, message):
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    return True


def trials():
    return json.loads(Path("out/tune.json").read_text(encoding="utf-8"))["trials"]


def test_choices_are_shown_and_their_commands_paint_them(tune):
    result = tune()
    assert result.exit_code == 0, result.output
    names = {path.name for path in Path("out").iterdir()}
    assert names == {"tune.html", "tune.json", "contact-sheet.jpg", "trials.journal", "trials",
                     "choices"}  # fmt: skip
    told = result.stderr.splitlines()
    assert len(told) == 3
    assert told[-1].startswith("3 of 3: style ")
    lines = result.stdout.splitlines()
    choices = [one for one in trials() if one["best"]]
    assert len(lines) == 2 * len(choices) + 1
    assert lines[-1].startswith(f"{Path('out/tune.html')}: {len(choices)} choices of 3 trials, ")
    name, *words = shlex.split(lines[1])
    assert name == "stylecore"
    painted = CliRunner().invoke(app, [*words, "--offline"])
    assert painted.exit_code == 0, painted.output
    assert read_image(words[words.index("--output") + 1]).shape == (48, 64, 3)


def test_the_same_command_again_paints_nothing_and_quiet_says_nothing(tune):
    result = tune("--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    before = {path: path.stat().st_mtime_ns for path in Path("out/trials").iterdir()}
    result = tune()
    assert result.exit_code == 0
    assert result.stderr == ""
    assert {path: path.stat().st_mtime_ns for path in Path("out/trials").iterdir()} == before


def test_a_preset_is_where_it_begins(tune):
    result = tune("--preset", "large-strokes", "--trials", 1)
    assert result.exit_code == 0, result.output
    (first,) = trials()
    assert first["values"] == {"content_weight": 0.05, "style_scale": 2.0}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--vary", "colour"], "'colour' is nothing that is varied; give some of content_weight"),
        (["--vary", ""], "there is nothing to vary; give some of"),
        (["--trials", "0"], "there are 0 trials; give a number"),
        (["--seconds", "-1"], "seconds are -1.0; give"),
        (["--trial-size", "9"], "trials are 9 pixels large; give from 32"),
        (["--style-layers", "relu2_1,relu2_2"], "all layers of block 2 are used"),
        (["-o", "cat.png"], "cat.png is no folder; give the name of one"),
        (["--preset", "none"], "there is no preset 'none'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tune, more, message):
    assert refused(tune(*more), message)
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["none.png", "-"])
def test_pictures_must_be_there(tune, name):
    plain = ["tune", name, *WORDS[2:]]
    message = "there is no file none.png" if name != "-" else "give paths, not standard input"
    assert refused(tune(plain=plain), message)
    assert not Path("out").exists()


def test_nothing_that_is_read_is_overwritten(tune):
    Path("out/trials").mkdir(parents=True)
    Path("cat.png").rename("out/trials/cat.png")
    plain = ["tune", "out/trials/cat.png", *WORDS[2:]]
    assert refused(tune(plain=plain), "would overwrite")


def test_without_optuna_nothing_is_done(tune, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert refused(tune(), "pip install 'stylecore[tune]'")
    assert not Path("out").exists()


def wait_for(process, there):
    deadline = time.monotonic() + 300
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kept():
    return sorted(Path("out/trials").glob("*.png"))


LONG = ["--steps", "60", "--trials", "5"]


@posix
def test_killed_it_goes_on_where_it_was(start, tune):
    process = start(*WORDS, *LONG)
    wait_for(process, lambda: len(kept()) >= 2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    there = {path: path.stat().st_mtime_ns for path in kept()}
    result = tune(*LONG)
    assert result.exit_code == 0, result.output
    assert len(trials()) == 5
    assert len(result.stderr.splitlines()) in (3, 4)  # the last may have been kept, but not told
    left_alone = sum(path.stat().st_mtime_ns == when for path, when in there.items())
    assert left_alone >= len(there) - 1  # one may have been painted, but not noted


@posix
def test_a_signal_ends_it_and_shows_what_there_is(start, folder):
    process = start(*WORDS, "--steps", 60, "--trials", 50)
    wait_for(process, lambda: len(kept()) >= 2)
    os.kill(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert output == ""
    assert "Traceback" not in errors
    done = len(trials())
    assert errors.splitlines()[-1] == (
        f"stylecore: interrupted; {done} of 50 trials are in out; the same command goes on with the"
        " rest"
    )
    assert Path("out/tune.html").exists()
    assert not [path for path in Path("out").rglob(".*") if path.is_file()]


def test_what_is_varied_is_completed():
    command = get_command(app).commands["tune"]
    (option,) = (item for item in command.params if item.name == "vary")
    found = [item.value for item in option.shell_complete(None, "detail,co")]
    assert found == ["detail,content_weight", "detail,composition", "detail,color"]


def test_the_bar_tells_what_goes_on():
    step = Step(2, 3, 96, 72, 7, 20, 27, 0.1, {}, 0.1, 2.0, lambda: np.zeros((1, 1, 3), np.uint8))
    with TuneBar() as bar:
        bar.happened(Began(1, 5))
        bar.happened(Stepped(step, 2, 5, 0.5, 90.0))
        (task,) = bar._bar.tasks
        assert (task.completed, task.total) == (0.5, 1.0)
        assert task.fields["detail"] == "trial 3 of 5  scale 2/3 96×72  1:30 left"
        bar.happened(Ended(Tried(3, {}, Verdict(1, 0.1, 0), 2.0), 3, 5, 60.0))
    assert (bar.done, bar.total) == (3, 5)
