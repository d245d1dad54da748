"""``stylecore apply`` on pictures, folders, films and foreign networks."""

import os
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
from stylecore.feedforward.film import Film
from stylecore.feedforward.filmwriter import FilmWriter
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.styler import Styler
from stylecore.pictures.images import read_image, read_with_alpha, write_image

QUICK = ["--engine", "cpu", "--threads", "1"]


@pytest.fixture
def folder(tmp_path, monkeypatch, painter_file):
    """The current folder, with two photographs, a film and a network in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", os.defpath)
    rng = np.random.default_rng(0)
    for name, size in (("photo.png", (48, 64)), ("other.jpg", (40, 56))):
        small = rng.integers(0, 256, (8, 8, 3), np.uint8)
        write_image(name, cv2.resize(small, size[::-1], interpolation=cv2.INTER_CUBIC))
    film(tmp_path / "clip.mp4")
    (tmp_path / "style.onnx").write_bytes(painter_file.read_bytes())
    return tmp_path


def film(path, count=6, rate=12):
    blots = np.random.default_rng(1).uniform(0, 255, (6, 8, 3))
    with FilmWriter(path, rate, 64, 48) as writer:
        for number in range(count):
            frame = np.kron(np.roll(blots, number, axis=1), np.ones((8, 8, 1)))
            writer.write(frame.astype(np.uint8))


def open_film(name):
    return Film(Path(name))


@pytest.fixture
def apply(folder):
    def apply(*words, network="style.onnx"):
        return CliRunner().invoke(app, ["apply", str(network), *map(str, words), *QUICK])

    return apply


@pytest.fixture
def styler(folder):
    return Styler(open_network("style.onnx", choose_engine("cpu")))


def refused(result, *messages):
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    for message in messages:
        assert message in result.stderr


def test_a_picture(apply, styler):
    result = apply("photo.png", "-o", "out.png")
    assert result.exit_code == 0, result.output
    assert np.array_equal(read_image("out.png"), styler.picture("photo.png"))
    assert result.stdout.startswith("out.png: ")
    assert result.stdout.endswith(" s, cpu in fp32\n")
    assert result.stderr == ""


def test_without_output_a_new_name_tells_what_is_in_it(apply, folder):
    for _ in range(2):
        assert apply("photo.png").exit_code == 0
    assert apply("photo.png", "--format", "jpg").exit_code == 0
    assert apply("clip.mp4", "-q").exit_code == 0
    names = {path.name for path in folder.glob("*-style*")}
    pictures = {"photo-style.png", "photo-style-2.png", "photo-style.jpg"}
    assert names == pictures | {"clip-style.mp4"}


def test_a_size_and_its_metadata(apply):
    exif = Image.Exif()
    exif[33432], exif[274] = "(c) me", 6
    with Image.open("photo.png") as photo:
        photo.save("camera.jpg", exif=exif, dpi=(300, 300))
    assert apply("camera.jpg", "-o", "out.jpg", "--size", 40).exit_code == 0
    with Image.open("out.jpg") as picture:
        assert picture.size == (30, 40)  # turned upright
        assert picture.getexif()[33432] == "(c) me"
        assert "icc_profile" in picture.info
        assert round(picture.info["dpi"][0]) == 300


def test_a_film_keeps_its_rate_its_size_and_its_frames(apply, styler):
    result = apply("clip.mp4", "-o", "out.mp4")
    assert result.exit_code == 0, result.output
    assert "6 frames in " in result.stdout
    assert " a second, cpu in fp32" in result.stdout
    with open_film("clip.mp4") as given, open_film("out.mp4") as found:
        assert (found.rate, found.width, found.height) == (given.rate, 64, 48)
        frames, painted = list(given), list(found)
    assert len(painted) == len(frames) == 6
    wanted = styler.frame(frames[3])
    assert np.corrcoef(painted[3].ravel(), wanted.ravel())[0, 1] > 0.8


def test_a_folder_of_all_kinds(apply, folder):
    (folder / "in").mkdir()
    for name in ("photo.png", "other.jpg", "clip.mp4"):
        (folder / name).rename(folder / "in" / name)
    (folder / "in" / "notes.txt").write_text("no picture")
    (folder / "in" / ".hidden.png").write_text("none either")
    result = apply("in", "-o", "made/here")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (folder / "made" / "here").iterdir()}
    assert names == {"photo-style.png", "other-style.png", "clip-style.mp4"}
    assert result.stdout.startswith("made/here: 3 results in ")


def test_of_several_a_bad_one_is_named_and_passed_over(apply, folder):
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "bad.mp4").write_bytes(b"\0\0\0\x20ftypisom" + bytes(100))
    result = apply("bad.png", "photo.png", "bad.mp4", "none.jpg", "other.jpg", "-o", "out")
    assert result.exit_code == 1
    assert {path.name for path in (folder / "out").iterdir()} == {
        "photo-style.png",
        "other-style.png",
    }
    lines = result.stderr.splitlines()
    for line, name in zip(lines, ("bad.png", "bad.mp4", "none.jpg"), strict=False):
        assert line.startswith("stylecore: ")
        assert name in line
    assert lines[3:] == ["stylecore: 3 of 5 could not be painted as asked for"]
    assert result.stdout.startswith("out: 2 results")


def test_a_folder_that_nothing_came_into_is_not_left(apply, folder):
    (folder / "bad.png").write_bytes(b"no picture")
    assert apply("bad.png", "none.jpg", "-o", "out").exit_code == 1
    assert not (folder / "out").exists()


def test_what_is_transparent_stays_so(apply):
    rgba = np.dstack([read_image("photo.png"), np.full((48, 64), 255, np.uint8)])
    rgba[:, :20, 3] = 0
    write_image("cut.png", rgba)
    assert apply("cut.png", "-o", "out.png").exit_code == 0
    assert np.array_equal(read_with_alpha("out.png")[..., 3], rgba[..., 3])


@pytest.fixture
def masks(folder):
    white = np.zeros((48, 64, 3), np.uint8)
    white[:, :32] = 255
    write_image("left.png", white)
    write_image("right.png", 255 - white)


def test_a_part_is_kept_and_another_network_paints_another(apply, masks, feedforward, folder):
    other = feedforward.build(folder / "a=b.onnx", seed=5)
    words = ["--keep", "left.png", "--region", f"right.png={other.name}", "--color", "content"]
    result = apply("photo.png", "-o", "out.png", *words)
    assert result.exit_code == 0, result.output
    found, photo = read_image("out.png"), read_image("photo.png")
    assert np.array_equal(found[:, :32], photo[:, :32])
    network = open_network(other, choose_engine("cpu"))
    wanted = Styler(network, color="content").picture("photo.png")
    assert np.array_equal(found[:, 32:], wanted[:, 32:])


def test_tiles_give_the_same_picture(apply, folder):
    large = cv2.resize(read_image("photo.png"), (200, 150), interpolation=cv2.INTER_CUBIC)
    write_image("large.png", large)
    assert apply("large.png", "-o", "whole.png").exit_code == 0
    result = apply("large.png", "-o", "tiled.png", "--tile", 64)
    assert result.exit_code == 0, result.output
    whole, tiled = (read_image(name).astype(int) for name in ("whole.png", "tiled.png"))
    assert np.abs(whole - tiled).max() <= 1
    assert (whole != tiled).mean() < 1e-3


def test_a_network_of_the_zoo_and_what_is_assumed_of_it(apply, zoo_file):
    result = apply("photo.png", "-o", "out.png", network=zoo_file)
    assert result.exit_code == 0, result.output
    assert read_image("out.png").shape == (48, 64, 3)
    size, levels = result.stderr.splitlines()
    assert "is made for pictures of 224×224, and was set free" in size
    assert "seems to count colours as 0–255" in levels
    assert apply("photo.png", "-o", "b.png", "-q", network=zoo_file).output == ""
    assert apply("photo.png", "-o", "c.png", "--range", "unit", network=zoo_file).exit_code == 0
    assert not np.array_equal(read_image("out.png"), read_image("c.png"))


@pytest.mark.parametrize(
    ("words", "messages"),
    [
        (["none.png"], ["there is no file none.png"]),
        ([], ["nothing to paint was given"]),
        (["photo.png", "-o", "photo.png"], ["photo.png would overwrite photo.png"]),
        (["photo.png", "-o", "style.onnx"], ["style.onnx would overwrite style.onnx"]),
        (["photo.png", "-o", "out.gif"], ["out.gif has suffix '.gif'"]),
        (["photo.png", "-o", "out.mp4"], ["out.mp4 has suffix '.mp4'"]),
        (["clip.mp4", "-o", "out.png"], ["out.png has suffix '.png'; give a film one of"]),
        (["clip.mp4", "-o", "-"], ["a film cannot go to standard output"]),
        (["photo.png", "other.jpg", "-o", "out.png"], ["out.png is one place, and 2 results"]),
        (["photo.png", "other.jpg", "-o", "-"], ["standard output is one place"]),
        (["photo.png", "other.jpg", "-o", "photo.png"], ["photo.png is one place"]),
        (["photo.png", "--size", "5"], ["size is 5"]),
        (["photo.png", "--tile", "5"], ["tiles of 5 pixels"]),
        (["photo.png", "--keep", "none.png"], ["there is no file none.png"]),
        (["photo.png", "--region", "mask.png"], ["write MASK=NETWORK"]),
        (["photo.png", "--region", "photo.png=none.onnx"], ["there is no file none.onnx"]),
        (["--camera", "0", "photo.png"], ["leave INPUT and -o out"]),
    ],
)
def test_what_cannot_be_is_one_line(apply, folder, words, messages):
    before = {path.name for path in folder.iterdir()}
    refused(apply(*words), *messages)
    assert {path.name for path in folder.iterdir()} == before


@pytest.mark.parametrize("network", ["photo.png", "none.onnx", "."])
def test_what_is_no_network_is_one_line(apply, network):
    refused(apply("photo.png", network=network), network)


def test_a_camera_without_a_window_is_one_line(apply, monkeypatch):
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:            NONE\n")
    refused(apply("--camera", "0"), "this OpenCV has no windows")


def test_a_camera_in_a_window(apply, monkeypatch):
    shown = []
    capture = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", lambda source: capture("clip.mp4"))
    monkeypatch.setattr(cv2, "imshow", lambda *given: shown.append(given), raising=False)
    monkeypatch.setattr(cv2, "waitKey", lambda _: -1, raising=False)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda *_: 1.0, raising=False)
    monkeypatch.setattr(cv2, "destroyAllWindows", lambda: None, raising=False)
    monkeypatch.setattr(cv2, "getBuildInformation", lambda: "  GUI:            QT5\n")
    monkeypatch.setenv("DISPLAY", ":0")
    result = apply("--camera", "0", "--size", "32")
    assert result.exit_code == 0, result.output
    assert [title for title, _ in shown] == 6 * ["stylecore: style"]
    assert shown[0][1].shape == (24, 32, 3)


def test_pictures_come_from_and_go_to_the_standard_files(folder):
    words = [sys.executable, "-m", "stylecore.cli", "apply", "style.onnx", "-", "-o", "-", *QUICK]
    with (folder / "photo.png").open("rb") as photo:
        done = subprocess.run(words, stdin=photo, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "out.png").write_bytes(done.stdout)
    assert read_image("out.png").shape == (48, 64, 3)
    assert done.stderr.startswith(b"standard output: ")


def test_no_onnx_is_needed(folder):
    program = (
        "import sys; sys.modules['onnx'] = sys.modules['onnx_ir'] = None\n"
        "from stylecore.feedforward.opening import open_network\n"
        "from stylecore.feedforward.runner import Runner\n"
        "from stylecore.feedforward.styler import Styler\n"
        "styler = Styler(Runner(open_network('style.onnx'), 64))\n"
        "assert styler.picture('photo.png', 100).shape == (75, 100, 3)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def wait_for(condition, process):
    for _ in range(600):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it did not come so far")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_shorter_film_that_can_be_played(start, folder, told, status):
    film(folder / "long.avi", count=4000)
    process = start("apply", "style.onnx", "long.avi", "-o", "out.avi", *QUICK)

    def growing():
        return any(path.stat().st_size > 20_000 for path in folder.glob(".out.avi.*.avi"))

    wait_for(growing, process)
    process.send_signal(told)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status, said
    last = said.splitlines()[-1]
    assert " of 4000 frames are in out.avi" in last
    with open_film("out.avi") as found:
        count = len(list(found))
    assert f"the first {count} of 4000" in last
    assert not list(folder.glob(".out*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_between_pictures_keeps_those_that_are_there(start, folder):
    for number in range(500):
        (folder / f"{number:03}.png").symlink_to("photo.png")
    names = [f"{number:03}.png" for number in range(500)]
    process = start("apply", "style.onnx", *names, "-o", "out", *QUICK)
    wait_for(lambda: (folder / "out" / "001-style.png").exists(), process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    made = [path for path in (folder / "out").iterdir() if path.stat().st_size]
    assert 1 <= len(made) < 500
    assert f"{len(made)} results are written" in said


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_disk_that_is_full_leaves_no_half_of_a_film(folder):
    film(folder / "long.avi", count=60)
    program = (
        "import resource, sys; from stylecore.cli.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)); main()"
    )
    words = ["apply", "style.onnx", "long.avi", "-o", "out.avi", *QUICK]
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "is the disk full?" in done.stderr.splitlines()[-1]
    assert not list(folder.glob("*out.avi*"))


def test_without_ffmpeg_that_is_said(apply, monkeypatch):
    monkeypatch.setattr("stylecore.cli.sound._ffmpeg", lambda: None)
    result = apply("clip.mp4", "-o", "out.mp4")
    assert result.exit_code == 0
    assert "the sound of clip.mp4, if it has any, is left out, since ffmpeg is not here" in (
        result.stderr
    )
