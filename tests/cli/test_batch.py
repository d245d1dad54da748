"""The real command on a real, if tiny, network: what is painted, refused, interrupted, resumed."""

import json
import os
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
NAMES = ["cat-night.png", "cat-wave.png", "dog-night.png", "dog-wave.png"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no signals for a child process there")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with photographs and paintings, and no way to fetch."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for name in ("photos/cat.png", "photos/dog.png", "styles/night.png", "styles/wave.png"):
        Path(name).parent.mkdir(exist_ok=True)
        small = rng.integers(0, 256, (6, 8, 3), np.uint8)
        write_image(name, cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC))
    return tmp_path


@pytest.fixture
def words(tiny_model):
    return ["batch", "photos", "--styles", "styles", "-o", "out", "--model", tiny_model, *QUICK]


@pytest.fixture
def batch(folder, tiny_model):
    def batch(*given, jobs=1, model=tiny_model):
        given = [*given, *([] if "-o" in given else ["-o", "out"]), "--model", model]
        given = ["batch", *given, "--jobs", jobs, *QUICK]
        return CliRunner().invoke(app, list(map(str, given)))

    return batch


def files_in(folder="out"):
    return sorted(path.name for path in Path(folder).iterdir())


def refused(result, message):
    assert result.exit_code == 1
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
    return True


def test_folders_in_and_a_folder_of_pictures_out(batch):
    result = batch("photos", "--styles", "styles")
    assert result.exit_code == 0, result.output
    assert files_in() == ["batch.jsonl", *NAMES[:2], "contact-sheet.jpg", *NAMES[2:]]
    assert read_image("out/cat-night.png").shape == (36, 48, 3)
    assert result.stdout.startswith("out: 4 pictures: 4 painted in 0:")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == NAMES
    again = batch("photos", "--styles", "styles")
    assert again.stdout == "out: 4 pictures: 4 there already\n"
    assert again.stderr == "4 of 4 pictures are there already\n"


def test_wildcards_one_by_one_and_names(batch):
    result = batch(
        *("photos/*.png", "--styles", "styles/night.png", "styles/w*", "--pairs", "zip"),
        *("--name", "{style}/{content}-{size}.jpg", "--no-sheet"),
    )
    assert result.exit_code == 0, result.output
    assert files_in() == ["batch.jsonl", "night", "wave"]
    assert Path("out/night/cat-48.jpg").is_file()
    assert Path("out/wave/dog-48.jpg").is_file()


def test_one_by_one_a_style_may_come_again(batch):
    words = ["photos", "--styles", "styles/wave.png", "styles/wave.png", "--pairs", "zip", "-q"]
    assert batch(*words).exit_code == 0
    assert files_in() == ["batch.jsonl", "cat-wave.png", "contact-sheet.jpg", "dog-wave.png"]


def test_a_list_with_settings(batch):
    Path("list.csv").write_text(
        "content,style,size,name\n"
        "photos/cat.png,styles/night.png|styles/wave.png,32,a.png\n"
        "photos/dog.png,styles/wave.png,,\n"
    )
    result = batch("--list", "list.csv", "-q")
    assert (result.exit_code, result.output) == (0, "")
    assert read_image("out/a.png").shape == (24, 32, 3)
    assert read_image("out/dog-wave.png").shape == (36, 48, 3)
    lines = [json.loads(line) for line in Path("out/batch.jsonl").read_text().splitlines()]
    assert [len(line["styles"]) for line in lines] == [2, 1]


def test_a_file_of_settings(batch):
    Path("run.toml").write_text("size = 64\nseed = 7\n")
    assert batch("photos/cat.png", "--styles", "styles/night.png", "--settings", "run.toml")
    (line,) = Path("out/batch.jsonl").read_text().splitlines()
    settings = json.loads(line)["settings"]
    assert (settings["size"], settings["seed"]) == (48, 7)


def test_results_among_the_contents_are_no_contents(batch):
    for _ in range(2):
        result = batch("photos", "--styles", "styles/night.png", "-o", "photos")
        assert result.exit_code == 0, result.output
    assert files_in("photos") == [
        *("batch.jsonl", "cat-night.png", "cat.png", "contact-sheet.jpg"),
        *("dog-night.png", "dog.png"),
    ]


def test_bad_pictures_are_named_and_passed_over(batch):
    Path("photos/bad.png").write_bytes(b"no picture")
    result = batch("photos", "none.png", "--styles", "styles")
    assert result.exit_code == 1
    assert len([name for name in files_in() if name.endswith(".png")]) == 4
    assert result.stdout.endswith(", 4 not painted\n")
    table = result.stderr.partition("not painted")[2]
    assert "bad-night.png, bad-wave.png" in table
    assert "none-night.png, none-wave.png" in table
    assert "there is no file none.png" in " ".join(table.split())
    told = [line for line in result.stderr.splitlines() if line.startswith("stylecore: ")]
    assert len(told) == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--styles", "styles"], "no contents were given; give photographs or folders of them"),
        (["--styles", "photos", "styles"], "no contents were given"),
        (["photos"], "no styles were given; give paintings after --styles"),
        (["photos", "--list", "x.csv"], "--list was given, and contents or styles"),
        (["--list", "none.csv"], "there is no file none.csv"),
        (["home", "--styles", "styles"], "there is no picture in the folder home"),
        (["*.gif", "--styles", "styles"], "no file matches *.gif"),
        (
            ["photos", "--styles", "styles/night.png", "--pairs", "zip"],
            "there are 2 contents and 1 styles",
        ),
        (["photos", "--styles", "styles", "--name", "{x}.png"], "has the field {x}"),
        (["photos", "--styles", "styles", "--name", "{style}.png"], "two pictures would be called"),
        (["photos", "--styles", "styles", "--name", "{content}.gif"], "suffix '.gif'"),
        (["photos", "--styles", "styles", -1], "--jobs is -1; give a number"),
        (["photos", "--styles", "styles", "--scheduler", "x"], "--jobs is for this machine alone"),
        (["photos", "--styles", "styles", "--model", "nothing"], "nothing"),
        (["photos", "--styles", "styles", "--settings", "none.toml"], "there is no file none.toml"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(batch, given, message):
    Path("home").mkdir()
    jobs = given.pop() if -1 in given else 1
    model = {"model": given.pop()} if "--model" in given else {}
    assert refused(batch(*(one for one in given if one != "--model"), jobs=jobs, **model), message)
    assert not list(Path().glob("out/*.png"))


def test_a_folder_that_is_none_and_one_that_holds_an_input(batch):
    Path("out").write_text("a file")
    assert refused(batch("photos", "--styles", "styles"), "out is no folder; give the name of one")
    Path("out").unlink()
    Path("out").symlink_to("photos")
    words = ["photos", "--styles", "styles/night.png", "--name", "{content}.png"]
    assert refused(batch(*words), "out/cat.png would overwrite photos/cat.png")
    Path("out").unlink()
    Path("out").mkdir()
    Path("out/batch.jsonl").write_text("size = 48")
    assert refused(
        batch("photos", "--styles", "styles", "--settings", "out/batch.jsonl"),
        "out/batch.jsonl would overwrite out/batch.jsonl",
    )


def test_a_sheet_that_cannot_be_drawn_fails_nothing(batch):
    Path("out/contact-sheet.jpg").mkdir(parents=True)
    result = batch("photos/cat.png", "--styles", "styles/night.png")
    assert result.exit_code == 0
    assert "stylecore: no contact sheet: cannot write out/contact-sheet.jpg" in result.stderr


def wait_for(process, ready):
    deadline = time.monotonic() + 60
    while not ready():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def painted(folder):
    def painted():
        return len(list((folder / "out").glob("*.png")))

    return painted


def alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def all_end(pids):
    deadline = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(alive, pids))


def children(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in found.read_text().split()] if found.exists() else []


@posix
@pytest.mark.parametrize(
    ("name", "jobs"),
    [("SIGINT", 1), ("SIGTERM", 2), pytest.param("SIGHUP", 2, marks=pytest.mark.slow)],
)
def test_a_signal_keeps_what_is_done(start, folder, words, batch, name, jobs):
    asked = signal.Signals[name]
    Path("list.toml").write_text(
        "[[picture]]\ncontent = 'photos/cat.png'\nstyle = 'styles/night.png'\n"
        "[[picture]]\ncontent = 'photos/dog.png'\nstyle = 'styles/night.png'\nsteps = 100000\n"
    )
    given = ["batch", "--list", "list.toml", *words[4:], "--jobs", jobs]
    process = start(*given)
    wait_for(process, painted(folder))
    workers = children(process.pid)
    for pid in (*workers, process.pid):  # a terminal and systemd tell all of them
        os.kill(pid, asked)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + asked
    assert output == ""
    by = "" if name == "SIGINT" else f" by {name}"
    assert errors.splitlines()[-1] == (
        f"stylecore: interrupted{by}; 1 of 2 pictures are in out; the same command goes on with the"
        " rest"
    )
    assert "Traceback" not in errors
    assert [name for name in files_in() if name != ".stylecore"] == ["batch.jsonl", "cat-night.png"]
    assert all_end(workers)


@posix
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="children are not listed here")
def test_when_it_is_killed_its_processes_end_too_and_the_same_command_goes_on(
    start, folder, words, batch
):
    process = start(*words, "--steps", 300, "--jobs", 2)
    wait_for(process, painted(folder))
    workers = children(process.pid)
    assert len(workers) >= 2
    process.kill()
    process.communicate()
    assert all_end(workers)
    before = painted(folder)()
    again = start(*words, "--steps", 300, "--jobs", 2)
    output, errors = again.communicate(timeout=120)
    assert again.returncode == 0, errors
    assert output.startswith("out: 4 pictures: ")
    assert 1 <= before < 4
    assert files_in() == ["batch.jsonl", *NAMES[:2], "contact-sheet.jpg", *NAMES[2:]]


def test_two_commands_on_one_folder_paint_no_picture_twice(start, folder, words):
    commands = [start(*words, "--jobs", 1, "--steps", 20, "--no-sheet") for _ in range(2)]
    said = [command.communicate(timeout=120) for command in commands]
    assert [command.returncode for command in commands] == [0, 0], said
    lines = [json.loads(line) for line in Path("out/batch.jsonl").read_text().splitlines()]
    assert sorted(line["picture"] for line in lines) == NAMES
    assert files_in() == ["batch.jsonl", *NAMES]


@posix
@pytest.mark.slow
def test_a_picture_that_c_libraries_complain_of_leaves_standard_error_tidy(start, folder, words):
    data = Path("photos/cat.png").read_bytes()
    Path("photos/cat.png").write_bytes(data[: len(data) - 40] + b"\0" * 40)
    process = start(*words, "--jobs", 2)
    _, errors = process.communicate(timeout=60)
    lines = errors.splitlines()
    assert not [line for line in lines if "libpng" in line.lower()]
    assert process.returncode in (0, 1)
