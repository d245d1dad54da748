"""The real command on a real, if tiny, network: compared, refused, interrupted, killed, resumed."""

import json
import os
import shutil
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
from stylecore.cli.compareprogress import CompareBar, place_text
from stylecore.compare.events import Ended, Evaluated, Planned
from stylecore.compare.run import Curve, Run
from stylecore.compare.trial import Place, Trial
from stylecore.models.networks.product import About, product_file
from stylecore.models.networks.sizes import SHAPES
from stylecore.models.networks.weights import first_weights
from stylecore.pictures.images import write_image
from stylecore.settings import Settings

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--steps", "4", "--coarsest", "32"]
PLAIN = ["--sweep-size", "0", "--scales", "single"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no signals for a child process there")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a photograph and paintings, and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for name in ("cat", "night", "wave"):
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(f"{name}.png", cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


@pytest.fixture
def words(tiny_model):
    pictures = ["cat.png", "night.png", "wave.png"]
    return ["compare", *pictures, "-o", "out", "--model", str(tiny_model), *QUICK, *PLAIN]


@pytest.fixture
def compare(folder, words):
    def compare(*given, plain=words):
        return CliRunner().invoke(app, [*plain, *map(str, given)])

    return compare


def refused(result, message):
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    return True


def runs():
    return sorted(Path("out/runs").glob("*.json"))


def report():
    return json.loads(Path("out/report.json").read_text(encoding="utf-8"))


def test_every_style_is_a_pair_and_all_of_the_report_is_there(compare):
    result = compare("--with", "adam learning_rate=9 epsilon=1e-6")
    assert result.exit_code == 0, result.output
    names = {path.relative_to("out").as_posix() for path in Path("out").rglob("*")
             if path.is_file() and path.parent.name != "runs"}  # fmt: skip
    plots = [f"plots/{what}-single.{suffix}"
             for what in ("loss-evaluations", "loss-seconds", "terms")
             for suffix in ("svg", "png")]  # fmt: skip
    assert names == {"report.html", "report.json", "report.csv", *plots}
    given = report()
    assert [one["name"] for one in given["pairs"]] == ["cat × night", "cat × wave"]
    assert len(given["runs"]) == 2 * 2 * 4
    swift = [run for run in given["runs"] if run["contender"].startswith("adam l")]
    assert {run["parameters"]["epsilon"] for run in swift} == {1e-6}
    lines = result.stdout.splitlines()
    assert lines[0].startswith("at one scale, equal evaluations: ")
    assert "(too few runs)" in lines[0]
    assert lines[-1].startswith(f"{Path('out/report.html')}: 16 runs, ")
    told = result.stderr.splitlines()
    assert len(told) == 16
    assert "4 evaluations in" in told[0]
    assert told[-1].endswith("(16 of 16)")


def test_the_same_command_again_runs_nothing_and_quiet_says_nothing(compare):
    result = compare("--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    before = [path.stat().st_mtime_ns for path in runs()]
    result = compare()
    assert result.exit_code == 0
    assert result.stderr == ""
    assert [path.stat().st_mtime_ns for path in runs()] == before


def test_pairs_and_contenders_may_come_from_files(compare, words):
    Path("pairs.csv").write_text("content,style\ncat.png,night.png\nwave.png,cat.png\n")
    Path("two.toml").write_text(
        "[[contender]]\noptimizer = 'adam'\nname = 'fast'\nlearning_rate = 20\n"
        "[[contender]]\noptimizer = 'lbfgs'\nhistory_size = 3\n"
    )
    plain = ["compare", *words[4:]]
    result = compare("--list", "pairs.csv", "--contenders", "two.toml", "--fractions", "0.8",
                     "--starts", 2, "--seconds", 0.01, plain=plain)  # fmt: skip
    assert result.exit_code == 0, result.output
    given = report()
    assert [one["name"] for one in given["pairs"]] == ["cat × night", "wave × cat"]
    assert {run["contender"] for run in given["runs"]} == {"fast", "lbfgs history_size=3"}
    assert {run["budget"] for run in given["runs"]} == {None, 0.01}
    assert len(given["runs"]) == 2 * 2 * 2 * 2


@pytest.mark.slow
def test_a_network_stands_beside_them(compare, words):
    data = product_file(first_weights(SHAPES["tiny"], 0), About("tiny", "style", [], {}, {}))
    Path("net.onnx").write_bytes(data)
    one_style = [one for one in words if one != "wave.png"]
    result = compare("--network", "net.onnx", plain=one_style)
    assert result.exit_code == 0, result.output
    assert "net.onnx, cat × night, one scale: one pass in" in result.stderr
    assert "net.onnx, cat × night, at one scale:" in result.stdout
    assert "as far came adam " in result.stdout
    assert report()["worth"][0]["network"] == "net.onnx"
    assert refused(compare("--network", "net.onnx"), "networks are 1, and styles 2")
    assert refused(compare("--network", "cat.png", plain=one_style), "cat.png is no ONNX file")


def test_parameters_are_found_first(compare, words):
    plain = [one for one in words if one not in ("night.png",)]
    at = plain.index("--sweep-size")
    plain[at + 1] = "32"
    result = compare("--steps", 2, plain=plain)
    assert result.exit_code == 0, result.output
    sweeps = report()["sweeps"]
    assert [(one["contender"], one["scales"]) for one in sweeps] == [
        ("adam", "single"),
        ("lbfgs", "single"),
        ("projected-lbfgs", "single"),
    ]
    assert result.stderr.startswith("sweep: adam, cat × wave, one scale: 2 evaluations in ")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--with", "sgd"], "there is no optimizer 'sgd'"),
        (["--with", "adam size=3"], "size is no parameter of adam"),
        (["--with", "adam"], "two contenders are called 'adam'"),
        (["--contenders", "none.toml"], "there is no file none.toml; give a TOML file"),
        (["--starts", "0"], "starts are 0; give a number"),
        (["--seconds", "-1"], "seconds are -1.0; give"),
        (["--sweep-size", "9"], "the sweep's size is 9; give 32 pixels or more, or 0"),
        (["--fractions", "2"], "give numbers above 0, to 1"),
        (["--fractions", "x"], "'x' is no list of numbers"),
        (["--list", "pairs.csv"], "--list was given, and pictures; give one or the other"),
        (["-o", "cat.png"], "cat.png is no folder; give the name of one"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(compare, more, message):
    assert refused(compare(*more), message)
    assert not Path("out").exists()


def test_without_pictures_it_says_what_it_wants(compare, words):
    plain = ["compare", *words[4:]]
    assert refused(compare(plain=plain), "give a content and one style or more, or a --list")
    plain = ["compare", "cat.png", *words[4:]]
    assert refused(compare(plain=plain), "give a content and one style or more")


def test_settings_in_a_list_are_refused(compare, words):
    Path("pairs.csv").write_text("content,style,size\ncat.png,night.png,64\n")
    plain = ["compare", *words[4:]]
    found = compare("--list", "pairs.csv", plain=plain)
    assert refused(found, "has settings of its own; give those that hold for all pairs")


def test_a_picture_that_cannot_be_read_is_one_line(compare, words):
    plain = ["compare", "cat.png", "none.png", *words[4:]]
    assert refused(compare(plain=plain), "there is no file none.png")


@pytest.mark.parametrize("name", ["report.json", "report.csv", "plots/terms-single.svg"])
def test_nothing_that_is_read_is_overwritten(compare, words, name):
    Path("out/plots").mkdir(parents=True)
    shutil.copy("cat.png", f"out/{name}")
    plain = ["compare", f"out/{name}", "night.png", *words[4:]]
    assert refused(compare(plain=plain), "would overwrite")
    assert Path(f"out/{name}").read_bytes() == Path("cat.png").read_bytes()


def test_without_matplotlib_nothing_is_run(compare, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert refused(compare(), "pip install 'stylecore[compare]'")
    assert not Path("out").exists()


def wait_for(process, there):
    deadline = time.monotonic() + 300
    while not there():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


@posix
def test_killed_it_goes_on_where_it_was(start, compare, words):
    process = start(*words, "--steps", 60)
    wait_for(process, lambda: len(runs()) >= 2)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    kept = {path: path.stat().st_mtime_ns for path in runs()}
    assert 2 <= len(kept) < 12
    assert not Path("out/report.html").exists()
    result = compare("--steps", 60)
    assert result.exit_code == 0, result.output
    assert len(result.stderr.splitlines()) == 12 - len(kept)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert len(report()["runs"]) == 12
    assert not [path for path in Path("out").rglob(".*") if path.is_file()]


@posix
def test_a_signal_ends_it_and_keeps_what_is_done(start, folder, words):
    process = start(*words, "--steps", 200)
    wait_for(process, lambda: len(runs()) >= 1)
    os.kill(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert output == ""
    done = len(runs())
    assert errors.splitlines()[-1] == (
        f"stylecore: interrupted; {done} of 12 runs are in out; the same command goes on with the"
        " rest"
    )
    assert "Traceback" not in errors
    assert not Path("out/report.html").exists()


def complete(name, incomplete):
    command = get_command(app).commands["compare"]
    (option,) = (item for item in command.params if item.name == name)
    return [item.value for item in option.shell_complete(None, incomplete)]


def test_contenders_are_completed_word_by_word():
    assert complete("with_", "") == ["adam", "lbfgs", "projected-lbfgs"]
    assert complete("with_", "l") == ["lbfgs"]
    assert complete("with_", "lbfgs ") == ["lbfgs history_size="]
    assert complete("with_", "adam epsilon=0 ave") == ["adam epsilon=0 averaging="]
    assert complete("with_", "sgd ") == []
    assert complete("scales", "c") == ["coarse"]


def trial(**changes):
    place = Place("cat × wave", "coarse", 1)
    return Trial(place, "adam", Settings(steps=10), **changes)


def test_the_bar_tells_what_goes_on():
    with CompareBar() as bar:
        bar.happened(Planned(5))
        bar.happened(Evaluated(trial(), 2, 5, 7, 0.25, 0.4, 90.0))
        (task,) = bar._bar.tasks
        assert (task.completed, task.total) == (0.4, 1.0)
        assert task.fields["detail"] == (
            "run 3 of 5  adam, cat × wave, coarse to fine, start 2  evaluation 7  loss 0.25"
            "  1:30 left"
        )
        run = Run("k", trial().place, "adam", "adam", {}, 10, None, False, (), "", "", 10, 1.0,
                  0.5, 0.5, None, None, 0.1, {"loss": 0.1}, Curve((), (), {}), "")  # fmt: skip
        bar.happened(Ended(run, 3, 5, False, 60.0))
    assert (bar.done, bar.total) == (3, 5)
    assert place_text(Place("a", "single")) == "a, one scale"
