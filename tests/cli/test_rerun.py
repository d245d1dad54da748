"""A picture made again: the same pixels, or others where that was asked for."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from stylecore.cli.app import app
from stylecore.cli.progress import Lines
from stylecore.cli.rerun import _weights
from stylecore.pictures.images import read_image, write_image
from stylecore.pictures.metadata import read_made
from stylecore.provenance.provenance import Provenance

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "64", "--coarsest", "64", "--steps", "3"]
RED, BLUE = (220, 30, 30), (30, 30, 220)


def halves(height, width, first, second):
    picture = np.full((height, width, 3), second, np.uint8)
    picture[:, : width // 2] = first
    return picture


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    pictures = {
        "photo.png": rng.integers(0, 256, (48, 64, 3), np.uint8),
        "night.png": rng.integers(0, 256, (50, 60, 3), np.uint8),
        "wave.png": rng.integers(0, 256, (60, 44, 3), np.uint8),
        "start.png": rng.integers(0, 256, (48, 64, 3), np.uint8),
        "left.png": halves(48, 64, 255, 0),
        "right.png": halves(48, 64, 0, 255),
        "night-left.png": halves(50, 60, 255, 0),
        "labels.png": halves(48, 64, RED, BLUE),
        "night-labels.png": halves(50, 60, BLUE, RED),
    }
    for name, picture in pictures.items():
        write_image(name, picture)
    return tmp_path


@pytest.fixture
def command(folder, tiny_model):
    def command(*words, model=tiny_model):
        words = [*words, *([] if model is None else ["--model", model])]
        return CliRunner().invoke(app, list(map(str, words)))

    return command


@pytest.fixture(scope="module")
def pictures():
    """Those that were made by some words: in every test it would be the same."""
    return {}


@pytest.fixture
def made(command, pictures):
    """Makes out.png, of a photograph and however many styles."""

    def made(*words, styles=("night.png",)):
        key = (*styles, *words)
        if key not in pictures:
            result = command("stylize", "photo.png", *styles, "-o", "out.png", *QUICK, *words)
            assert result.exit_code == 0, result.output
            pictures[key] = Path("out.png").read_bytes()
        Path("out.png").write_bytes(pictures[key])
        return read_image("out.png")

    return made


RUNS = {
    "plain": ("night.png", ""),
    "seed": ("night.png", "--init noise --seed 7 --optimizer adam"),
    "blend": ("night.png wave.png", "--blend 1,3 --style-scale 1,2"),
    "start": ("night.png", "--init start.png"),
    "fine": ("night.png", "--fine-style wave.png"),
    "masks": ("night.png", "--keep left.png --content-weight-map right.png"),
    "regions": (
        "night.png wave.png",
        "--region left.png=night-left.png --region left.png=2: --region right.png=2:"
        " --region-weights 1,0.5",
    ),
    "labels": (
        "night.png",
        "--content-regions labels.png --style-regions night-labels.png --region-weights 2,1",
    ),
}


def settings_and_strength(name):
    made = Provenance.of_json(read_made(name), name)
    return made.settings, made.calibrated


def test_a_strength_is_not_looked_for_again(command, made, monkeypatch):
    wanted = made("--strength", "0.5")
    settings, calibrated = settings_and_strength("out.png")
    assert settings.strength is None
    assert calibrated.changes["content_weight"] == settings.content_weight
    monkeypatch.setattr("stylecore.painter.calibrate", None)
    result = command("rerun", "out.png", "-o", "again.png")
    assert result.exit_code == 0, result.output
    assert (read_image("again.png") == wanted).all()
    assert read_made("again.png") == read_made("out.png")


def test_another_picture_of_the_same_strength_is_looked_for(command, made):
    made("--strength", "0.5")
    result = command("rerun", "out.png", "-o", "other.png", "--color", "luminance")
    assert result.exit_code == 0, result.output
    assert "finding the weights for strength 0.5" in result.stderr
    settings, calibrated = settings_and_strength("other.png")
    assert (settings.color, calibrated.strength) == ("luminance", 0.5)


@pytest.mark.parametrize(
    ("words", "strength"), [(["--strength", "1"], 1), (["--content-weight", "0.2"], None)]
)
def test_a_strength_may_be_another_or_none(command, made, words, strength):
    made("--strength", "0.5")
    assert command("rerun", "out.png", "-o", "other.png", *words).exit_code == 0
    settings, calibrated = settings_and_strength("other.png")
    assert settings.content_weight == (0.01 if strength else 0.2)
    assert (calibrated and calibrated.strength) == strength


@pytest.mark.parametrize("name", RUNS)
def test_without_changes_it_is_the_same_picture(command, made, name):
    styles, words = RUNS[name]
    wanted = made(*words.split(), styles=styles.split())
    result = command("rerun", "out.png", "-o", "again.png")
    assert result.exit_code == 0, result.output
    assert (read_image("again.png") == wanted).all()
    assert read_made("again.png") == read_made("out.png")


def test_with_changes_it_is_another_in_these_alone(command, made):
    made("--keep", "left.png")
    result = command("rerun", "out.png", "-o", "large.png", "--size", 96, "--color", "content")
    assert result.exit_code == 0, result.output
    assert read_image("large.png").shape == (72, 96, 3)
    before, after = (json.loads(read_made(name)) for name in ("out.png", "large.png"))
    changed = {"size": 96, "color": "content"}
    assert after["settings"] == {**before["settings"], **changed}
    assert after["inputs"] == before["inputs"]


def test_another_start_wants_none_of_the_former(command, made):
    made("--init", "start.png")
    Path("start.png").unlink()
    assert "not found: start (start.png)" in command("rerun", "out.png").stderr
    result = command("rerun", "out.png", "-o", "again.png", "--init", "noise")
    assert result.exit_code == 0, result.output
    assert "start" not in json.loads(read_made("again.png"))["inputs"]


def test_without_output_it_has_a_new_name(command, made, folder):
    made()
    Path("photo-night.png").write_bytes(b"somebody's")
    result = command("rerun", "out.png")
    assert result.stdout.startswith("photo-night-2.png: ")
    assert Path("photo-night.png").read_bytes() == b"somebody's"


def test_inputs_are_found_beside_the_picture_here_or_where_it_is_said(command, made, folder):
    wanted = made()
    for name in ("there", "beside", "elsewhere"):
        (folder / name).mkdir()
    shutil.move("out.png", "beside/out.png")
    shutil.move("photo.png", "beside/photo.png")
    shutil.move("night.png", "there/night.png")
    lost = command("rerun", "beside/out.png", "-o", "again.png")
    assert lost.exit_code == 1
    assert lost.stderr == (
        "stylecore: not found: style (night.png); give the folder with it by --inputs\n"
    )
    words = ["--inputs", "elsewhere", "--inputs", "there"]
    assert command("rerun", "beside/out.png", "-o", "again.png", *words).exit_code == 0
    assert (read_image("again.png") == wanted).all()


def test_under_another_name_they_are_known_by_their_bytes(command, made):
    wanted = made("--keep", "left.png")
    for number, name in enumerate(("photo.png", "night.png", "left.png")):
        shutil.move(name, f"{number}.png")
    write_image("photo.png", np.zeros((48, 64, 3), np.uint8))  # only called so
    assert command("rerun", "out.png", "-o", "again.png").exit_code == 0
    assert (read_image("again.png") == wanted).all()


def test_what_has_changed_is_an_error_unless_it_is_taken_anyway(command, made, folder):
    wanted = made()
    (folder / "former").mkdir()
    shutil.copy("photo.png", "former/photo.png")
    write_image("photo.png", np.full((48, 64, 3), 99, np.uint8))
    refused = command("rerun", "out.png", "-o", "again.png", "--inputs", "none")
    assert refused.exit_code == 1
    assert refused.stderr == (
        "stylecore: changed since: content (photo.png); give the folder with the former by"
        " --inputs, or take it as it is with --anyway\n"
    )
    assert not Path("again.png").exists()
    taken = command("rerun", "out.png", "-o", "again.png", "--anyway")
    assert taken.exit_code == 0
    assert "changed since: content (photo.png); the picture will be another" in taken.stderr
    assert (read_image("again.png") != wanted).any()
    assert command("rerun", "out.png", "-o", "b.png", "--inputs", "former").exit_code == 0
    assert (read_image("b.png") == wanted).all()


def test_all_that_is_missing_is_said_on_one_line(command, made):
    made("--region", "left.png=night-left.png", "--keep", "right.png")
    for name in ("photo.png", "left.png", "night-left.png", "right.png"):
        Path(name).unlink()
    line = command("rerun", "out.png").stderr
    assert line.startswith("stylecore: not found: content (photo.png), keep (right.png), ")
    assert "region 1 of the content (left.png)" in line
    assert "region 1 of style 1 (night-left.png)" in line
    assert line.count("\n") == 1


def test_other_weights_are_an_error_unless_they_are_taken_anyway(command, made, folder, tiny_model):
    wanted = made()
    shutil.copytree(tiny_model, "other")
    manifest = json.loads(Path("other/artefact.json").read_text("utf-8"))
    Path("other/artefact.json").write_text(json.dumps({**manifest, "source_sha256": 64 * "1"}))
    words = ["rerun", "out.png", "-o", "again.png"]
    refused = command(*words, model="other")
    assert refused.exit_code == 1
    assert "the weights were " in refused.stderr
    assert "(111111111111); give the former by --model" in refused.stderr
    assert command(*words, "--anyway", model="other").exit_code == 0
    assert (read_image("again.png") == wanted).all()


def test_another_build_or_engine_is_said(command, made, tiny_model, monkeypatch):
    made()
    shutil.copytree(tiny_model, "other")
    path = Path("other/artefact.json")
    manifest = json.loads(path.read_text("utf-8"))
    del manifest["files"]["winograd-features.onnx"]
    path.write_text(json.dumps(manifest))
    result = command("rerun", "out.png", "-o", "again.png", model="other")
    assert result.exit_code == 0
    told = "stylecore: the network was built or stored in another way: single levels may differ"
    assert told in result.stderr
    assert told not in command("rerun", "out.png", "-o", "again.png").stderr


def test_weights_of_ones_own_are_found_by_name_and_sha256(made, folder):
    made()
    known = Provenance.of_json(read_made("out.png"), "out.png")
    (folder / "there").mkdir()
    for name, data in (("mine.bin", b"another"), ("there/mine.bin", b"weights")):
        Path(name).write_bytes(data)
    sha256 = hashlib.sha256(b"weights").hexdigest()
    mine = replace(known, model={**known.model, "source": "mine.bin", "sha256": sha256})
    assert _weights(mine, [Path(), Path("there")]) == "there/mine.bin"
    assert _weights(mine, [Path()]) is None
    usual = replace(known, model={**known.model, "source": "vgg19"})
    assert _weights(usual, [Path()]) is None


def test_the_picture_and_its_inputs_are_not_overwritten(command, made):
    made("--keep", "left.png")
    for name in ("out.png", "left.png", "photo.png"):
        before = Path(name).read_bytes()
        result = command("rerun", "out.png", "-o", name)
        assert result.exit_code == 1
        assert f"{name} would overwrite {name}" in result.stderr
        assert Path(name).read_bytes() == before


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--report", "photo.png"),
        ("--checkpoint", "left.png"),
        ("--preview", "out.png"),
        ("--resume", "night.png"),
    ],
)
def test_nor_by_what_is_written_beside_it(command, made, name, option):
    made("--keep", "left.png")
    before = Path(name).read_bytes()
    result = command("rerun", "out.png", "-o", "again.png", option, name)
    assert result.exit_code == 1
    assert f"{name} would overwrite {name}" in result.stderr
    assert Path(name).read_bytes() == before


def test_it_goes_on_from_a_checkpoint_too(command, made, monkeypatch):
    wanted, step = made(), Lines.step

    def stop(self, one):
        step(self, one)
        if one.done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Lines, "step", stop)
    words = ["rerun", "out.png", "-o", "again.png"]
    assert command(*words, "--checkpoint", "run").exit_code == 130
    monkeypatch.setattr(Lines, "step", step)
    result = command(*words, "--resume", "run")
    assert result.exit_code == 0, result.output
    assert (read_image("again.png") == wanted).all()
    assert not Path("run").exists()


def test_a_strip_is_made_again_as_one(command, folder):
    words = ["blend", "photo.png", "night.png", "wave.png", "-o", "s.png", "--count", "3", "--each"]
    assert command(*words, "--keep", "left.png", *QUICK).exit_code == 0
    assert "strip           3 pictures" in command("show", "s.2.png", model=None).stdout
    for name in ("s.png", "s.2.png"):
        result = command("rerun", name, "-o", "again.png")
        assert result.exit_code == 0, result.output
        assert result.stdout == "again.png: 3 pictures\n"
        assert (read_image("again.png") == read_image("s.png")).all()
        assert read_made("again.png") == read_made("s.png")
    refused = command("rerun", "s.png", "--report", "run.json")
    assert "s.png is of a strip, which has neither --save-every nor --report" in refused.stderr


def test_what_says_nothing_cannot_be_made_again(command):
    result = command("rerun", "photo.png")
    assert result.exit_code == 1
    assert result.stderr.startswith("stylecore: photo.png does not say how it was made; give a PNG")
    assert command("rerun", "none.png").stderr.startswith("stylecore: there is no file none.png")


def test_a_picture_from_arrays_cannot_be_found(command, folder, tiny_model):
    from stylecore import Metadata, Settings, stylize

    rng = np.random.default_rng(0)
    content, style = (rng.integers(0, 256, (40, 48, 3), np.uint8) for _ in range(2))
    settings = Settings(size=48, coarsest=48, steps=2, engine="cpu")
    result = stylize(content, style, model=tiny_model, settings=settings)
    write_image("out.png", result.picture, Metadata(made=result.made))
    line = command("rerun", "out.png").stderr
    assert "not found: content (no file), style (no file)" in line
