import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest

from stylecore.engine.artefact import (
    COTANGENTS,
    FEATURES,
    KERNELS,
    MANIFEST,
    OBJECTIVE,
    PULLBACK,
    SHALLOW,
    WEIGHTS,
    in_winograd_form,
    load_artefact,
)
from stylecore.errors import ModelError
from stylecore.files import sha256_of
from stylecore.models.making import build
from stylecore.models.making.build import build_artefact
from stylecore.models.making.trunk import first_kernel

GRAPHS = (OBJECTIVE, FEATURES, PULLBACK)
FILES = {*GRAPHS, COTANGENTS, WEIGHTS, MANIFEST}
WINOGRAD = {KERNELS, *map(in_winograd_form, GRAPHS)}
OF_SHALLOW = {SHALLOW + name for name in (*GRAPHS, COTANGENTS)}
NOT_DEEP = {"content_layers": ("relu2_1",), "style_layers": ("relu1_1", "relu2_1")}


def names(folder):
    return {path.name for path in folder.iterdir()}


def checksums(folder):
    return {path.name: sha256_of(path) for path in folder.iterdir()}


def stored(folder, file):
    """Where the tensors of a graph lie in other files: (file, offset, length) by name."""
    model = onnx.load(folder / file, load_external_data=False)
    found = {}
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            entry = {item.key: item.value for item in tensor.external_data}
            found[tensor.name] = entry["location"], int(entry["offset"]), int(entry["length"])
    return found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "models").mkdir()
    return tmp_path / "models" / "vgg19"


def test_an_artefact_is_its_files_and_nothing_beside_them(narrow_weights, folder):
    assert build_artefact(narrow_weights, folder) == folder
    assert names(folder) == FILES | WINOGRAD | OF_SHALLOW
    assert names(folder.parent) == {"vgg19"}
    load_artefact(folder)


def test_where_no_layer_is_deep_each_graph_has_one_form_only(narrow_weights, folder):
    build_artefact(narrow_weights, folder, **NOT_DEEP)
    assert names(folder) == FILES


def test_without_statistics_nothing_is_derived_by_them(narrow_weights, folder):
    build_artefact(narrow_weights, folder, style_loss="nearest", **NOT_DEEP)
    assert names(folder) == FILES - {COTANGENTS}
    load_artefact(folder)


def test_missing_folders_above_it_are_made(narrow_weights, tmp_path):
    load_artefact(build_artefact(narrow_weights, tmp_path / "a" / "b" / "c", **NOT_DEEP))


def test_the_metadata_tell_what_it_was_made_of(narrow_weights, folder):
    build_artefact(narrow_weights, folder, pooling="average", name="narrow", **NOT_DEEP)
    values = json.loads((folder / MANIFEST).read_text())
    assert values["name"] == "narrow"
    assert values["pooling"] == "average"
    assert values["content_layers"] == ["relu2_1"]
    assert values["style_layers"] == ["relu1_1", "relu2_1"]
    assert values["channels"] == {"relu2_1": 12, "relu1_1": 8}
    assert values["source"] == narrow_weights.source
    assert values["source_sha256"] == narrow_weights.sha256
    assert values["licence"] == narrow_weights.licence
    assert values["files"] == {
        name: digest for name, digest in checksums(folder).items() if name != MANIFEST
    }


def test_the_same_weights_give_the_same_bytes(narrow_weights, tmp_path, pooling):
    one, other = (
        build_artefact(narrow_weights, tmp_path / name, pooling=pooling) for name in ("a", "b")
    )
    assert checksums(one) == checksums(other)


def test_the_graphs_share_one_file_of_weights(narrow_artefact, pooling):
    folder = narrow_artefact[pooling].folder
    objective, features, pullback = (stored(folder, file) for file in GRAPHS)
    assert objective == features == pullback
    assert not stored(folder, COTANGENTS)
    assert {location for location, _, _ in objective.values()} == {WEIGHTS}
    # Thirteen kernels and biases, and no second copy for the way back.
    assert len(objective) == 26
    for file in GRAPHS:
        assert (folder / file).stat().st_size < 100_000


def test_weights_are_aligned_and_lie_apart(narrow_artefact):
    folder = narrow_artefact["max"].folder
    spans = sorted(span for _, *span in stored(folder, OBJECTIVE).values())
    for offset, _ in spans:
        assert offset % 4096 == 0
    for (offset, length), (after, _) in pairwise(spans):
        assert offset + length <= after < offset + length + 4096
    assert sum(spans[-1]) == (folder / WEIGHTS).stat().st_size


def test_weights_are_what_was_given(narrow_weights, narrow_artefact):
    folder = narrow_artefact["max"].folder
    spans = stored(folder, OBJECTIVE)
    data = (folder / WEIGHTS).read_bytes()
    expects = narrow_weights.preprocessing
    for layer, (kernel, bias) in narrow_weights.convolutions.items():
        if f"{layer}.kernel" not in spans:
            assert layer > "conv5_1"
            continue
        kernel = first_kernel(kernel, expects) if layer == "conv1_1" else kernel
        for name, array in ((f"{layer}.kernel", kernel), (f"{layer}.bias", bias)):
            _, offset, length = spans[name]
            found = np.frombuffer(data[offset : offset + length], "<f4")
            assert (found == array.ravel()).all(), name


def test_only_the_convolutions_that_are_needed_are_stored(narrow_weights, folder):
    build_artefact(narrow_weights, folder, **NOT_DEEP)
    layers = {name.split(".")[0] for name in stored(folder, OBJECTIVE)}
    assert layers == {"conv1_1", "conv1_2", "conv2_1"}


def test_building_again_replaces_it(narrow_weights, folder):
    build_artefact(narrow_weights, folder, pooling="max", **NOT_DEEP)
    before = checksums(folder)
    build_artefact(narrow_weights, folder, pooling="average", **NOT_DEEP)
    assert names(folder) == FILES
    assert names(folder.parent) == {"vgg19"}
    assert checksums(folder) != before
    assert load_artefact(folder).manifest.pooling == "average"


@pytest.mark.parametrize("failing", ["write_model", "sha256_of", "_replace"])
@pytest.mark.parametrize("there", [False, True], ids=["new", "rebuilt"])
def test_a_failure_leaves_nothing_new(narrow_weights, folder, monkeypatch, failing, there):
    if there:
        build_artefact(narrow_weights, folder, **NOT_DEEP)
    before = checksums(folder) if there else None

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, failing, fail)
    with pytest.raises(ModelError, match=r"no artefact could be written at .*vgg19: .*No space"):
        build_artefact(narrow_weights, folder, pooling="max", **NOT_DEEP)
    assert names(folder.parent) == ({"vgg19"} if there else set())
    if there:
        assert checksums(folder) == before


def test_one_that_cannot_be_replaced_comes_back(narrow_weights, folder, monkeypatch):
    build_artefact(narrow_weights, folder, **NOT_DEEP)
    before, rename = checksums(folder), Path.rename

    def fail_for_the_new_one(path, target):
        if path.name == folder.name and path != folder:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new_one)
    with pytest.raises(ModelError, match="No space"):
        build_artefact(narrow_weights, folder, pooling="max", **NOT_DEEP)
    assert checksums(folder) == before


def test_an_interrupt_leaves_nothing(narrow_weights, folder, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "write_model", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build_artefact(narrow_weights, folder, **NOT_DEEP)
    assert names(folder.parent) == set()


@pytest.mark.parametrize("layers", [{"content_layers": ("relu6_1",)}, {"style_layers": ("pool1",)}])
def test_layers_that_vgg19_does_not_have_are_refused(narrow_weights, folder, layers):
    with pytest.raises(ModelError, match="VGG-19 has no layer"):
        build_artefact(narrow_weights, folder, **layers)
    assert names(folder.parent) == set()


def test_a_place_that_cannot_be_written_is_refused(narrow_weights, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="no artefact could be written at") as caught:
        build_artefact(narrow_weights, tmp_path / "file" / "vgg19", **NOT_DEEP)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == {"file"}


def test_the_old_artefact_comes_back_when_the_new_one_cannot_be_placed(
    narrow_weights, folder, monkeypatch
):
    build_artefact(narrow_weights, folder, **NOT_DEEP)
    before, rename = checksums(folder), Path.rename

    def fail_for_the_new_one(self, target):
        if self.name == folder.name and Path(target) == folder:
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_the_new_one)
    with pytest.raises(ModelError, match="Input/output error"):
        build_artefact(narrow_weights, folder, pooling="average", **NOT_DEEP)
    assert checksums(folder) == before
