import hashlib
import json
import shutil
from dataclasses import replace

import pytest

from stylecore.engine.artefact import (
    COTANGENTS,
    FEATURES,
    FORMAT,
    MANIFEST,
    OBJECTIVE,
    PULLBACK,
    SHALLOW,
    WEIGHTS,
    artefact_key,
    default_artefact,
    fits,
    load_artefact,
    read_manifest,
)
from stylecore.errors import ModelError
from stylecore.files import sha256_of
from stylecore.settings import Settings


@pytest.fixture
def folder(narrow_artefact, tmp_path):
    """A copy of an artefact that a test may damage."""
    return shutil.copytree(narrow_artefact["max"].folder, tmp_path / "vgg19")


def change(folder, **fields):
    """Change the metadata; None takes a field out."""
    path = folder / MANIFEST
    values = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({key: value for key, value in values.items() if value is not None}))


def refusal(folder):
    with pytest.raises(ModelError) as caught:
        load_artefact(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder) in message
    assert "`stylecore models build`" in message or "rebuild it" in message
    return message


def test_what_was_written_is_read(folder):
    artefact = load_artefact(folder)
    manifest = artefact.manifest
    assert (manifest.format, manifest.name, manifest.pooling) == (FORMAT, "vgg19", "max")
    assert manifest.content_layers == Settings().all_content_layers
    assert manifest.style_layers == tuple(Settings().style_layers)
    assert manifest.channels["relu1_1"] == 8
    whole = ("objective", "features", "pullback")
    in_winograd_form = {f"winograd-{name}.onnx" for name in (*whole, "kernels")}
    plain = {OBJECTIVE, FEATURES, PULLBACK, COTANGENTS, WEIGHTS}
    shallow = {SHALLOW + name for name in (OBJECTIVE, FEATURES, PULLBACK, COTANGENTS)}
    assert set(manifest.files) == plain | in_winograd_form | shallow
    assert artefact.path(WEIGHTS) == folder / WEIGHTS
    assert json.loads(manifest.to_json()) == json.loads((folder / MANIFEST).read_text())


def test_its_shallow_part_lies_in_the_same_folder(folder):
    shallow = load_artefact(folder).shallow
    assert shallow.manifest.content_layers == ("relu3_1",)
    assert shallow.manifest.style_layers == ("relu1_1", "relu2_1", "relu3_1")
    assert set(shallow.manifest.channels) == {"relu1_1", "relu2_1", "relu3_1"}
    assert set(shallow.manifest.files) == {OBJECTIVE, FEATURES, PULLBACK, COTANGENTS, WEIGHTS}
    assert all(shallow.path(file).is_file() for file in shallow.manifest.files)
    assert shallow.path(OBJECTIVE).name == SHALLOW + OBJECTIVE
    assert shallow.path(WEIGHTS) == folder / WEIGHTS
    assert shallow.shallow is None


@pytest.mark.parametrize(
    ("content", "style"), [(("relu4_2",), ("relu1_1",)), (("relu2_1",), ("relu1_1", "relu2_1"))]
)
def test_without_shallow_layers_of_both_or_deeper_ones_there_is_no_such_part(
    folder, content, style
):
    manifest = load_artefact(folder).manifest
    assert replace(manifest, content_layers=content, style_layers=style).shallow is None


@pytest.mark.parametrize(
    "file", [OBJECTIVE, FEATURES, PULLBACK, COTANGENTS, WEIGHTS, SHALLOW + OBJECTIVE]
)
def test_a_missing_file_is_named(folder, file):
    (folder / file).unlink()
    assert f"{file} is missing" in refusal(folder)


@pytest.mark.parametrize("file", [OBJECTIVE, FEATURES, PULLBACK, COTANGENTS, WEIGHTS])
def test_one_changed_byte_is_noticed(folder, file):
    data = bytearray((folder / file).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / file).write_bytes(data)
    assert f"{file} is damaged" in refusal(folder)


def test_a_truncated_file_is_noticed(folder):
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-1])
    assert "weights.bin is damaged" in refusal(folder)


def test_a_folder_in_a_files_place_is_noticed(folder):
    (folder / FEATURES).unlink()
    (folder / FEATURES).mkdir()
    assert "features.onnx is missing" in refusal(folder)


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "below/x", ".."])
def test_files_outside_the_folder_are_not_looked_at(folder, name):
    secret = folder.parent / "secret"
    secret.write_bytes(b"x")
    files = read_manifest(folder).files
    change(folder, files={name: sha256_of(secret), **files})
    message = refusal(folder)
    assert "outside the folder" in message or "is missing" in message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"format": FORMAT + 1}, f"is of format {FORMAT + 1}, not {FORMAT}"),
        ({"format": None}, "is of format None"),
        ({"content_layers": None}, "is incomplete ('content_layers')"),
        ({"style_layers": 5}, "is incomplete"),
        ({"pooling": None}, "is incomplete"),
        ({"files": None}, "is incomplete"),
        ({"files": ["weights.bin"]}, "is incomplete"),
        ({"files": {}}, "lists no cotangents.onnx, features.onnx, objective.onnx, pullback.onnx"),
        ({"surprise": 1}, "is incomplete"),
    ],
)
def test_metadata_of_another_form_is_refused(folder, fields, words):
    change(folder, **fields)
    assert words in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"3"])
def test_metadata_that_is_no_metadata_is_refused(folder, content):
    (folder / MANIFEST).write_bytes(content)
    assert MANIFEST in refusal(folder)


def test_a_place_without_metadata_is_no_artefact(tmp_path):
    assert f"no {MANIFEST}" in refusal(tmp_path)
    assert "no artefact in" in refusal(tmp_path / "missing")
    (tmp_path / "file").write_bytes(b"x")
    assert "cannot be read" in refusal(tmp_path / "file")


def test_an_artefact_fits_its_layers_in_any_order_and_its_pooling(folder):
    manifest = read_manifest(folder)
    layers = dict.fromkeys(reversed(Settings().style_layers), 0.5)
    assert fits(manifest, Settings(pooling="max", style_layers=layers))
    assert not fits(manifest, Settings(pooling="average"))
    assert not fits(manifest, Settings(pooling="max", style_loss="moments"))
    assert not fits(manifest, Settings(pooling="max", style_layers={"relu1_1": 1}))
    assert not fits(manifest, Settings(pooling="max", content_layers={"relu4_2": 1, "relu5_2": 1}))


def test_the_key_depends_on_all_that_shapes_an_artefact():
    base = Settings(pooling="max")
    variants = [
        ("a" * 64, base),
        ("b" * 64, base),
        ("a" * 64, Settings(pooling="average")),
        ("a" * 64, Settings(pooling="max", style_loss="moments")),
        ("a" * 64, Settings(pooling="max", content_layers={"relu4_1": 1})),
        ("a" * 64, Settings(pooling="max", style_layers={"relu4_1": 1})),
        # The same layers, the other way round.
        ("a" * 64, Settings(pooling="max", content_layers={"relu1_1": 1},
                            style_layers={"relu4_2": 1})),
        ("a" * 64, Settings(pooling="max", content_layers={"relu4_2": 1},
                            style_layers={"relu1_1": 1})),
    ]  # fmt: skip
    keys = [artefact_key(sha256, settings) for sha256, settings in variants]
    assert len(set(keys)) == len(variants)
    assert all(key == key.lower() and "/" not in key for key in keys)


def test_the_key_does_not_depend_on_anything_else():
    layers = {"relu1_1": 1.0, "relu3_1": 1.0}
    turned = {"relu3_1": 0.1, "relu1_1": 7.0}
    first = Settings(pooling="max", style_layers=layers)
    second = Settings(pooling="max", style_layers=turned, size=64, steps=3, optimizer="adam")
    assert artefact_key("a", first) == artefact_key("a", second)


def test_the_default_is_the_one_on_this_machine_that_fits(narrow_artefact, tmp_path, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path))
    for pooling, artefact in narrow_artefact.items():
        folder = tmp_path / "artefacts" / f"vgg19-{artefact_key('0', Settings(pooling=pooling))}"
        shutil.copytree(artefact.folder, folder)
    for pooling in narrow_artefact:
        folder = default_artefact(Settings(pooling=pooling))
        assert read_manifest(folder).pooling == pooling
    with pytest.raises(
        ModelError, match="no artefact with max pooling, style loss gram\\+nearest and these layers"
    ):
        default_artefact(Settings(pooling="max", content_layers={"relu1_1": 1}))


def test_without_any_artefact_the_message_says_what_makes_one(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "missing"))
    with pytest.raises(ModelError, match="make it with `stylecore models build`"):
        default_artefact(Settings())


def test_the_checksum_is_sha256(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc" * 1000)
    assert sha256_of(path) == hashlib.sha256(b"abc" * 1000).hexdigest()


def test_a_damaged_neighbour_does_not_hide_the_one_that_fits(
    narrow_artefact, tmp_path, monkeypatch
):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path))
    (tmp_path / "artefacts" / "vgg19-max-0").mkdir(parents=True)
    (tmp_path / "artefacts" / "vgg19-max-0" / "artefact.json").write_text("{")
    whole = tmp_path / "artefacts" / "vgg19-max-1"
    shutil.copytree(narrow_artefact["max"].folder, whole)
    assert default_artefact(Settings(pooling="max")) == whole
