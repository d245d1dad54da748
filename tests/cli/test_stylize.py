import json
import shutil
import sys
import tempfile
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.outputs import Outputs
from stylecore.errors import EngineError, ImageError, ModelError
from stylecore.pictures.images import read_image, write_image
from stylecore.results import Interrupted, Result, UnfinishedError
from stylecore.settings import Settings

PAINTED = np.full((24, 32, 3), 77, np.uint8)
GIVEN = {"name": "photo.png", "bytes": 1, "sha256": 64 * "0"}
REPORT = {
    "engine": {"name": "cpu", "precision": "fp32"},
    "seconds": {"total": 12.34},
    "settings": {"init": "content"},
    "inputs": {"content": GIVEN, "styles": [GIVEN]},
    "versions": {"stylecore": "1"},
    "model": {"name": "vgg19", "source": "vgg19", "sha256": "0", "artefact": "0"},
    "scales": [],
    "final": None,
    "interrupted": False,
    "error": None,
}


class FakeRun:
    """Stands in for the preparation and the search, and remembers what they were given."""

    def __init__(self):
        self.given, self.steps, self.error, self.no_engine = {}, 4, None, None
        self.before_the_end = lambda: None

    def choose_engine(self, *_):
        if self.no_engine is not None:
            raise self.no_engine

    def ensure_artefact(self, settings, **options):
        self.given |= {"settings": settings, **options}
        return "artefact"

    def painter(self, artefact, settings, keep=0):
        self.given |= {"artefact": artefact}
        assert settings == self.given["settings"]
        return self

    def paint(self, scene, on_step, started, checkpoint, on_pilot, on_way):
        self.given |= {"scene": scene}
        assert scene.settings == self.given["settings"]
        for number in range(1, self.steps + 1):
            on_step(self.step(number))
        self.before_the_end()
        if self.error is not None:
            raise self.error
        return Result(PAINTED, REPORT)

    def step(self, number):
        return SimpleNamespace(
            scale=1 + number // 3,
            scales=2,
            width=16,
            height=12,
            step=number,
            steps=2,
            done=number,
            loss=1.0,
            seconds=0.1,
            remaining=3.0,
            picture=lambda: np.full((12, 16, 3), number, np.uint8),
        )


@pytest.fixture
def run(monkeypatch):
    fake = FakeRun()
    prepare = ModuleType("stylecore.models.prepare")
    prepare.ensure_artefact = fake.ensure_artefact
    monkeypatch.setitem(sys.modules, "stylecore.models.prepare", prepare)
    monkeypatch.setattr("stylecore.engine.engines.choose_engine", fake.choose_engine)
    monkeypatch.setattr("stylecore.painter.Painter", fake.painter)
    return fake


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a photograph and two paintings in it."""
    monkeypatch.chdir(tmp_path)
    for level, name in enumerate(("photo.png", "night.png", "wave.jpg")):
        write_image(name, np.full((40, 60, 3), 10 * level, np.uint8))
    return tmp_path


def stylize(*words):
    return CliRunner().invoke(app, ["stylize", *map(str, words)])


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_picture_is_written_and_a_line_says_where(run, folder):
    result = stylize("photo.png", "night.png", "--output", "out.png")
    assert result.exit_code == 0
    assert np.array_equal(read_image("out.png"), PAINTED)
    assert result.stdout == "out.png: 12.3 s, cpu in fp32\n"
    assert files_in(folder) == ["night.png", "out.png", "photo.png", "wave.jpg"]


def test_pictures_settings_and_model_reach_the_run(run, folder):
    words = ["--size", 64, "--model", "mine", "--offline", "-o", "out.png"]
    assert stylize("photo.png", "night.png", "wave.jpg", *words).exit_code == 0
    assert run.given["settings"] == Settings(size=64)
    assert (run.given["model"], run.given["offline"]) == ("mine", True)
    assert run.given["artefact"] == "artefact"
    scene = run.given["scene"]
    assert (scene.content == 0).all()
    assert [int(style[0, 0, 0]) for style in scene.styles] == [10, 20]


def test_without_a_terminal_one_line_per_scale(run, folder):
    result = stylize("photo.png", "night.png", "-o", "out.png")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "scale 1/2 16×12",
        "scale 2/2 16×12",
    ]


def test_quiet_says_nothing(run, folder):
    assert stylize("photo.png", "night.png", "-o", "out.png", "--quiet").output == ""


def test_without_output_a_new_name_tells_what_is_in_it(run, folder):
    for name in ("photo-night.png", "photo-night-2.png", "photo-night-3.png"):
        assert stylize("photo.png", "night.png").stdout.startswith(f"{name}: ")
    assert stylize("photo.png", "night.png", "wave.jpg").stdout.startswith("photo-night-wave.png")
    assert (folder / "photo-night-3.png").exists()


def test_a_folder_gets_the_picture(run, folder):
    (folder / "out").mkdir()
    assert stylize("photo.png", "night.png", "-o", "out").stdout.startswith("out/photo-night.png: ")
    assert np.array_equal(read_image("out/photo-night.png"), PAINTED)


def test_long_names_fit_with_all_that_is_written_beside_them(run, folder):
    for stem in ("ж" * 120, "写" * 80):
        (folder / f"{stem}.png").write_bytes((folder / "photo.png").read_bytes())
    result = stylize(f"{'ж' * 120}.png", f"{'写' * 80}.png", "--save-every", 2)
    assert result.exit_code == 0, result.output
    new = [name for name in files_in(folder) if "-" in name]
    assert len(new) == 3
    assert {name[-9:] for name in new} >= {".0002.png", ".0004.png"}


def test_it_is_said_which_picture_is_what(run, folder):
    for words in (["photo.png", "night.png"], ["photo.png", "night.png", "wave.jpg", "-q"]):
        assert "styles" not in stylize(*words, "-o", "out.png").stderr
    result = stylize("photo.png", "night.png", "wave.jpg", "-o", "out.png")
    assert result.stderr.splitlines()[0] == (
        "stylecore: photo.png is painted in a blend of 2 styles: night.png, wave.jpg;"
        " to paint several photographs, take `stylecore batch`"
    )


def test_runs_that_end_early_leave_no_new_name_behind(run, folder):
    before = files_in(folder)
    run.error = KeyboardInterrupt()
    assert stylize("photo.png", "night.png", "-q").exit_code == 130
    run.error = ModelError("damaged")
    assert stylize("photo.png", "night.png", "-q").exit_code == 1
    assert stylize("photo.png", "none.png", "-q").exit_code == 1
    assert files_in(folder) == before


def test_an_existing_output_is_replaced_when_it_was_named(run, folder):
    write_image("out.png", np.zeros((2, 2, 3), np.uint8))
    assert stylize("photo.png", "night.png", "-o", "out.png").exit_code == 0
    assert np.array_equal(read_image("out.png"), PAINTED)


def test_a_file_of_settings_is_read_and_never_overwritten(run, folder):
    (folder / "run.toml").write_text("size = 64\nsteps = 9\n")
    words = ["photo.png", "night.png", "-o", "out.png", "--settings", "run.toml"]
    assert stylize(*words, "--steps", 3).exit_code == 0
    assert run.given["settings"] == Settings(size=64, steps=3)
    result = stylize(*words, "--report", "run.toml")
    assert result.exit_code == 1
    assert result.stderr == ("stylecore: run.toml would overwrite run.toml; give another name\n")
    assert (folder / "run.toml").read_text() == "size = 64\nsteps = 9\n"


def test_report(run, folder):
    stylize("photo.png", "night.png", "-o", "out.png", "--report", "run.json")
    assert json.loads((folder / "run.json").read_text("utf-8")) == REPORT


def test_intermediate_pictures(run, folder):
    stylize("photo.png", "night.png", "-o", "out.png", "--save-every", 2)
    kept = [name for name in files_in(folder) if name.startswith("out")]
    assert kept == ["out.0002.png", "out.0004.png", "out.png"]
    assert (read_image("out.0002.png") == 2).all()


def test_interruption_writes_the_best_picture_so_far(run, folder):
    run.error = Interrupted(Result(PAINTED, REPORT))
    result = stylize("photo.png", "night.png", "-o", "out.png", "--report", "run.json", "-q")
    assert result.exit_code == 130
    assert result.stderr == "stylecore: interrupted; the best picture so far is in out.png\n"
    assert np.array_equal(read_image("out.png"), PAINTED)
    assert (folder / "run.json").exists()


def test_interruption_before_there_is_a_picture(run, folder):
    run.error = KeyboardInterrupt()
    result = stylize("photo.png", "night.png", "-o", "out.png", "-q")
    assert result.exit_code == 130
    assert result.stderr == (
        "stylecore: interrupted before there was a picture; nothing was written\n"
    )
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ImageError("cannot write out.0002.png: no space left"), "no space left"),
        (MemoryError(), "out of memory; give a smaller size"),
    ],
    ids=["disk", "memory"],
)
def test_whatever_ends_a_run_the_best_picture_is_written(run, folder, cause, words):
    run.error = UnfinishedError(Result(PAINTED, REPORT), cause)
    run.error.__cause__ = cause
    result = stylize("photo.png", "night.png", "-o", "out.png", "--report", "run.json", "-q")
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.endswith("; the best picture so far is in out.png\n")
    assert result.stderr.count("\n") == 1
    assert np.array_equal(read_image("out.png"), PAINTED)
    assert (folder / "run.json").exists()


def forbid_folder(folder, name):
    """Put a file where a folder was: nothing can be written there any more, not even by root."""
    shutil.rmtree(folder / name)
    (folder / name).touch()


@pytest.mark.parametrize("ended", [None, "interrupted", "broken"])
def test_where_the_folder_is_gone_the_picture_goes_to_the_temporary_one(
    run, folder, monkeypatch, ended
):
    (folder / "spare").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "spare"))
    (folder / "results").mkdir()
    run.before_the_end = lambda: forbid_folder(folder, "results")
    run.error = {
        None: None,
        "interrupted": Interrupted(Result(PAINTED, REPORT)),
        "broken": UnfinishedError(Result(PAINTED, REPORT), OSError("it broke")),
    }[ended]
    words = ["-o", "results/out.jpg", "--report", "results/run.json", "-q"]
    result = stylize("photo.png", "night.png", *words)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    (picture,) = (folder / "spare").rglob("out-rescued.png")
    (report,) = (folder / "spare").rglob("run-rescued.json")
    assert np.array_equal(read_image(picture), PAINTED)
    assert json.loads(report.read_text("utf-8")) == REPORT
    for told in ("cannot write results/out.jpg", str(picture), str(report), ended or ""):
        assert told.replace("broken", "it broke") in result.stderr


def test_where_the_name_is_taken_the_picture_goes_beside_it(run, folder):
    for name in ("out-rescued.png", "out-rescued-2.png"):
        (folder / name).write_text("somebody's")
    run.before_the_end = lambda: (folder / "out.png").mkdir()
    result = stylize("photo.png", "night.png", "-o", "out.png")
    assert result.exit_code == 1
    assert result.stderr.endswith("it is a folder; the picture is in out-rescued-3.png\n"), result
    assert np.array_equal(read_image("out-rescued-3.png"), PAINTED)
    assert (folder / "out-rescued.png").read_text() == "somebody's"


def test_where_no_place_takes_the_picture_that_is_said(run, folder, monkeypatch):
    (folder / "results").mkdir()
    run.before_the_end = lambda: forbid_folder(folder, "results")
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "none"))
    result = stylize("photo.png", "night.png", "-o", "results/out.png", "-q")
    assert result.exit_code == 1
    assert "no other place took it" in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_memory_to_write_it_the_picture_goes_elsewhere(run, folder, monkeypatch):
    write, words = Outputs.write_picture, ["-o", "out.tif", "-q"]

    def short(self, path, picture, metadata=None):
        if path.suffix == ".tif":
            raise MemoryError
        write(self, path, picture, metadata)

    monkeypatch.setattr(Outputs, "write_picture", short)
    result = stylize("photo.png", "night.png", *words)
    assert result.exit_code == 1
    told = "cannot write out.tif: out of memory; the picture is in out-rescued.png"
    assert result.stderr == f"stylecore: {told}\n"
    assert np.array_equal(read_image("out-rescued.png"), PAINTED)


def test_an_intermediate_picture_that_cannot_be_written_is_a_warning(run, folder):
    for number in (2, 4):
        (folder / f"out.000{number}.png").mkdir()
    result = stylize("photo.png", "night.png", "-o", "out.png", "--save-every", 2)
    assert result.exit_code == 0
    assert np.array_equal(read_image("out.png"), PAINTED)
    told = [line for line in result.stderr.splitlines() if line.startswith("stylecore: ")]
    (warning,) = told
    assert "out.0002.png" in warning
    assert warning.endswith("; the run goes on without it")


def test_a_mistake_of_ours_keeps_its_traceback_and_the_picture(run, folder):
    run.error = UnfinishedError(Result(PAINTED, REPORT), TypeError("ours"))
    run.error.__cause__ = TypeError("ours")
    result = stylize("photo.png", "night.png", "-o", "out.png", "-q")
    assert isinstance(result.exception, TypeError)
    assert np.array_equal(read_image("out.png"), PAINTED)


@pytest.mark.parametrize("error", [EngineError("no engine; install one"), ModelError("damaged")])
def test_errors_of_the_run_are_one_line(run, folder, error):
    run.error = error
    result = stylize("photo.png", "night.png", "-o", "out.png", "-q")
    assert result.exit_code == 1
    assert result.stderr == f"stylecore: {error}\n"
    assert not (folder / "out.png").exists()


def test_a_missing_engine_is_told_before_anything_is_fetched(run, folder):
    run.no_engine = EngineError("ONNX Runtime is not installed; install it")
    result = stylize("photo.png", "night.png", "-o", "out.png")
    assert result.exit_code == 1
    assert result.stderr == "stylecore: ONNX Runtime is not installed; install it\n"
    assert run.given == {}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.png", "night.png", "-o", "out.png"], "there is no file none.png"),
        (["photo.png", ".", "-o", "out.png"], ". is a folder; give"),
        (["empty.png", "night.png", "-o", "out.png"], "empty.png is empty"),
        (["broken.png", "night.png", "-o", "out.png"], "broken.png is damaged or cut short"),
        (["text.txt", "night.png", "-o", "out.png"], "text.txt is no picture"),
        (["photo.png", "night.png", "-o", "no/out.png"], "there is no folder"),
        (["photo.png", "night.png", "-o", "out.xyz"], "has suffix '.xyz'; give one of .png"),
        (["photo.png", "night.png", "-o", "out"], "has no suffix"),
        (["photo.png", "night.png", "-o", "a.png", "--report", "folder.png"], "it is a folder"),
        (["https://a.org/p.jpg", "night.png"], "https://a.org/p.jpg is a URL, and nothing is"),
        (["photo.png", "HTTP://a.org/p.jpg"], "HTTP://a.org/p.jpg is a URL, and nothing is"),
        (["file:///home/p.jpg", "night.png"], "file:///home/p.jpg is a URL, and nothing is"),
        (["photo.png", "night.png", "--keep", "s3://b/m.png"], "s3://b/m.png is a URL, and"),
        (["photo.png", "night.png", "-o", "ftp://a/p.png"], "ftp://a/p.png is a URL, to which"),
        (["photo.png", "night.png", "-o", "a.png", "--report", "ftp://a/r"], "ftp://a/r is a URL"),
        (["photo.png", "night.png", "-o", f"{'a' * 252}.png"], "give a name of at most 255 bytes"),
        (["p" * 300, "night.png", "-o", "a.png"], "File name too long"),
        (["photo.png", "night.png", "-o", "-", "--report", "-"], "two things would go to standard"),
        (["photo.png", "night.png", "-o", "-", "--save-every", "2"], "--save-every needs a file"),
        (["-", "night.png", "-o", "out.png"], "standard input is empty; lead a picture into it"),
        (["photo.png", "night.png", "-o", "photo.png"], "photo.png would overwrite photo.png"),
        (["photo.png", "night.png", "-o", "./link.png"], "link.png would overwrite night.png"),
        (["photo.png", "night.png", "-o", "a.png", "--report", "a.png"], "would overwrite a.png"),
        (["photo.png", "night.png", "-o", "a.png", "--report", "no/r.json"], "no folder"),
        (["photo.png", "night.png", "-o", "a.png", "--save-every", "-1"], "--save-every is -1"),
        (["photo.png", "night.png", "-o", "a.png", "--init", "none.png"], "no file none.png"),
        (["a.0020.png", "night.png", "-o", "a.png", "--save-every", "10"], "would overwrite"),
        (["photo.png", "night.png", "--size", "1"], "size is 1; give a whole number from 32"),
    ],
)
def test_bad_input_ends_before_anything_slow(run, folder, words, message, capfd):
    (folder / "empty.png").touch()
    (folder / "text.txt").write_text("no picture")
    (folder / "broken.png").write_bytes((folder / "photo.png").read_bytes()[:60])
    (folder / "folder.png").mkdir()
    (folder / "link.png").symlink_to("night.png")
    write_image("a.0020.png", PAINTED)
    before = {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)}
    result = stylize(*words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.startswith("stylecore: ")
    assert result.stderr.count("\n") == 1
    assert run.given == {}
    assert {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)} == before
    assert capfd.readouterr() == ("", "")
