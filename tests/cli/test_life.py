"""Real processes, killed and signalled: what they leave, and what becomes of it."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.checkpoints.archive import read_archive
from stylecore.cli.app import app
from stylecore.cli.progress import Lines
from stylecore.errors import CheckpointError
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.metadata import read_made

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")

QUICK = ["--engine", "cpu", "--threads", 1, "--size", 48, "--coarsest", 32]
PHOTO, NIGHT, OUT, RUN = "photo.png", "night.png", "out.png", "run.checkpoint"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a photograph and a painting in it and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for name, size in ((PHOTO, (6, 8)), (NIGHT, (7, 7))):
        small = rng.integers(0, 256, (*size, 3), np.uint8)
        write_image(name, cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


class Warm:
    """Runs commands one at a time, each a process of its own."""

    def __init__(self):
        script = Path(__file__).with_name("warm.py")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._server = subprocess.Popen([sys.executable, str(script)], text=True, **pipes)

    def run(self, *words, seconds=None, once=None):
        """The exit status; the process is killed after so long, or once there is that file."""
        told = {"words": [*map(str, words)], "folder": str(Path.cwd()), "seconds": seconds}
        told["once"] = once and str(Path(once).absolute())
        print(json.dumps(told), file=self._server.stdin, flush=True)
        return int(self._server.stdout.readline())

    def close(self):
        self._server.stdin.close()
        self._server.wait(timeout=60)
        self._server.stdout.close()


@pytest.fixture(scope="module")
def server():
    warm = Warm()
    yield warm
    warm.close()


@pytest.fixture
def warm(server, folder):
    return server


@pytest.fixture
def words(tiny_model):
    """A command that paints in some dozen steps, and how it keeps a checkpoint and goes on."""
    paint = ["stylize", PHOTO, NIGHT, "--model", tiny_model, *QUICK, "--steps", 60]
    lives = ["--checkpoint", RUN, "--resume", RUN, "--checkpoint-every", 0]
    return [*paint, "-o", OUT], lives


def wait_for(path, process=None):
    deadline = time.monotonic() + 60
    while not Path(path).exists():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("optimizer", "moments"),
    [
        ("projected-lbfgs", 5),
        pytest.param("projected-lbfgs", 20, marks=pytest.mark.slow),
        pytest.param("lbfgs", 20, marks=pytest.mark.slow),
        pytest.param("adam", 20, marks=pytest.mark.slow),
    ],
)
def test_killed_at_random_moments_it_ends_in_the_same_bytes(
    warm, folder, words, optimizer, moments
):
    paint, lives = words
    paint = [*paint, "--optimizer", optimizer, "--detail", "content"]
    assert warm.run(*paint) == 0
    wanted = Path(OUT).read_bytes()
    Path(OUT).unlink()
    began = time.monotonic()
    assert warm.run(*paint, *lives) == 0
    whole, chance, kills = time.monotonic() - began, random.Random(0), 0
    while kills < moments or not Path(OUT).exists():
        if kills < moments:
            Path(OUT).unlink(missing_ok=True)
        seconds = chance.uniform(0, whole) if kills < moments else None
        status = warm.run(*paint, *lives, seconds=seconds)
        assert status in (0, -signal.SIGKILL)
        kills += status != 0
        assert not Path(OUT).exists() or Path(OUT).read_bytes() == wanted
        assert not Path(RUN).exists() or read_archive(RUN).values["parts"]
        assert status or not Path(RUN).exists()
    assert warm.run(*paint, *lives) == 0  # and what the killed ones have left is swept away
    assert sorted(path.name for path in folder.iterdir()) == sorted([PHOTO, NIGHT, OUT])


def test_the_command_itself_is_killed_and_goes_on(start, warm, folder, words):
    paint, lives = words
    assert warm.run(*paint) == 0
    wanted = Path(OUT).read_bytes()
    Path(OUT).unlink()
    paint = paint[:-2]  # it finds a name by itself
    process = start(*paint, *lives[:2], *lives[4:])
    wait_for(RUN, process)
    process.kill()
    process.communicate()
    assert not list(folder.glob("*-*.png"))
    said = start(*paint, "--resume", RUN).communicate(timeout=60)
    assert said[0].startswith("photo-night.png: ")
    assert said[1].startswith(f"stylecore: going on with {RUN}\n")
    assert Path("photo-night.png").read_bytes() == wanted
    assert not Path(RUN).exists()


@pytest.mark.parametrize("mine", [True, False])
def test_without_output_the_best_picture_so_far_makes_room_and_no_other_does(
    stylize, monkeypatch, mine
):
    step = Lines.step

    def stop(self, one):
        step(self, one)
        if one.done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "step", stop)
    assert stylize("--checkpoint", RUN, output=None).exit_code == 130
    monkeypatch.setattr(Lines, "step", step)
    assert json.loads(read_made("photo-night.png"))["finished"] is False
    if not mine:
        shutil.copyfile(PHOTO, "photo-night.png")
    result = stylize("--resume", RUN, output=None)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("photo-night.png: " if mine else "photo-night-2.png: ")
    assert mine or Path("photo-night.png").read_bytes() == Path(PHOTO).read_bytes()
    assert len(list(Path().glob("*-*.png"))) == 1 + (not mine)


@pytest.mark.parametrize(
    "name",
    [
        "SIGTERM",
        pytest.param("SIGINT", marks=pytest.mark.slow),
        pytest.param("SIGHUP", marks=pytest.mark.slow),
    ],
)
def test_a_signal_leaves_a_checkpoint_beside_the_best_picture(start, warm, folder, words, name):
    paint = [*words[0], "--save-every", 20]
    assert warm.run(*paint) == 0
    wanted = {path.name: path.read_bytes() for path in folder.glob("out*")}
    assert len(wanted) == 4
    for path in wanted:
        Path(path).unlink()
    process = start(*paint, "--checkpoint", RUN, "--preview", "live.png")
    wait_for("out.0020.png", process)
    assert read_image("live.png").shape == (36, 48, 3)
    process.send_signal(signal.Signals[name])
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.Signals[name]
    by = "" if name == "SIGINT" else f" by {name}"
    assert errors.splitlines()[-1] == (
        f"stylecore: interrupted{by}; the best picture so far is in {OUT};"
        f" --resume {RUN} goes on from there"
    )
    assert (read_image("live.png") == read_image(OUT)).all()
    assert warm.run(*paint, "--resume", RUN) == 0
    assert {path.name: path.read_bytes() for path in folder.glob("out*")} == wanted
    assert not Path(RUN).exists()


def test_killed_while_a_style_is_mixed_it_goes_on_there(warm, folder, words):
    paint, lives = words
    paint = [*paint, "--fine-style", PHOTO]
    assert warm.run(*paint) == 0
    wanted = Path(OUT).read_bytes()
    Path(OUT).unlink()
    assert warm.run(*paint, *lives, once=RUN) == -signal.SIGKILL
    assert not Path(OUT).exists()
    assert warm.run(*paint, *lives) == 0
    assert Path(OUT).read_bytes() == wanted


@pytest.fixture
def stylize(folder, tiny_model):
    def stylize(*words, steps=3, output=OUT):
        paint = ["stylize", PHOTO, NIGHT, "--model", tiny_model, *QUICK]
        paint += [] if output is None else ["-o", output]
        return CliRunner().invoke(app, list(map(str, [*paint, "--steps", steps, *words])))

    return stylize


@pytest.fixture
def stopped(warm, words):
    """A run that was killed with its checkpoint."""
    assert warm.run(*words[0], *words[1], once=RUN) == -signal.SIGKILL
    return Path(RUN).read_bytes()


def refused(result, message):
    assert result.exit_code == 1, result.output
    assert result.stderr.splitlines()[-1].startswith("stylecore: ")
    assert message in result.stderr, result.stderr
    assert not Path(OUT).exists()
    return True


def test_a_run_that_ends_leaves_no_checkpoint(stylize, folder):
    assert stylize("--checkpoint", RUN, "--checkpoint-every", 0).exit_code == 0
    assert stylize("--checkpoint", RUN, "--resume", RUN).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [NIGHT, OUT, PHOTO]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--resume", RUN], f"there is no file {RUN}; give the checkpoint of a run that was"),
        (["--resume", PHOTO], f"{PHOTO} would overwrite {PHOTO}"),
        (["--checkpoint", "text.txt"], "text.txt is there already; give --resume text.txt"),
        (["--resume", "text.txt"], "text.txt is no checkpoint"),
        (["--resume", "text.txt", "--checkpoint", "text.txt"], "text.txt is no checkpoint"),
        (["--resume", "text.txt", "--checkpoint", RUN], "--resume text.txt goes on in that file"),
        (["--checkpoint", "-"], "a checkpoint needs a file"),
        (["--checkpoint", "no/run"], "there is no folder"),
        (["--checkpoint", OUT], f"{OUT} would overwrite {OUT}"),
        (["--checkpoint-every", "3"], "--checkpoint-every needs a --checkpoint"),
        (["--preview", "-"], "--preview needs a file"),
        (["--preview", "live.xyz"], "live.xyz has suffix '.xyz'; give one of .png"),
        (["--preview", OUT], f"{OUT} would overwrite {OUT}"),
        (["--preview", "no/live.png"], "there is no folder"),
    ],
)
def test_what_cannot_be_is_one_line(stylize, folder, words, message):
    Path("text.txt").write_text("a checkpoint")
    assert refused(stylize(*words), message)
    assert Path("text.txt").read_text() == "a checkpoint"


def test_another_command_does_not_go_on_with_it(stylize, stopped):
    words = ["--resume", RUN, "--seed", 7]
    assert refused(stylize(*words, steps=60), "is of another run: seed was 0, is 7")
    assert refused(stylize("--resume", RUN), "is of another run: steps was 60, is 3")
    shutil.copyfile(PHOTO, NIGHT)
    told = "the style was night.png, is another night.png"
    assert refused(stylize("--resume", RUN, steps=60), told)
    assert refused(stylize("--checkpoint", RUN, steps=60), "is there already; give --resume")
    assert Path(RUN).read_bytes() == stopped


def test_a_damaged_one_is_told(stylize, stopped):
    Path(RUN).write_bytes(stopped[: len(stopped) // 2])
    assert refused(stylize("--resume", RUN, steps=60), "is a damaged checkpoint, or none")


def test_where_it_cannot_be_written_the_run_goes_on(stylize, monkeypatch):
    def full(*_):
        raise CheckpointError("no space left")

    monkeypatch.setattr("stylecore.checkpoints.checkpoint.write_archive", full)
    result = stylize("--checkpoint", RUN, "--checkpoint-every", 0)
    assert result.exit_code == 0
    assert "stylecore: no space left; the run goes on without it\n" in result.stderr
    assert result.stderr.count("no space left") == 1
    assert Path(OUT).exists()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_preview_shows_the_last_picture_in_the_end(stylize, suffix):
    assert stylize("--preview", f"live{suffix}").exit_code == 0
    live, picture = read_image(f"live{suffix}"), read_image(OUT)
    assert live.shape == picture.shape
    assert np.abs(live.astype(int) - picture).mean() < (1 if suffix == ".png" else 20)


def test_a_preview_that_cannot_be_written_is_a_warning(stylize, monkeypatch):
    from stylecore.cli.outputs import Outputs

    write = Outputs.write_picture

    def lost(self, path, picture, metadata=None):
        if path == Path("live.png"):
            raise OSError(28, "No space left on device")
        write(self, path, picture, metadata)

    monkeypatch.setattr(Outputs, "write_picture", lost)
    result = stylize("--preview", "live.png")
    assert result.exit_code == 0
    assert result.stderr.count("No space left on device; the run goes on without it") == 1
    assert Path(OUT).exists()
