import json
import os
import shutil

import onnx
import pytest

from stylecore.engine.artefact import MANIFEST, load_artefact
from stylecore.files import sha256_of
from stylecore.models import inspection
from stylecore.models.fetching.fetch import fetch
from stylecore.models.inspection import inspect_artefact
from stylecore.models.making import verification
from stylecore.models.making.build import build_artefact
from stylecore.models.readers.weights import read_weights

NETWORK = ["artefact", "gradient", "graphs", "features"]


def by_name(findings):
    return {finding.what: finding for finding in findings}


def test_a_good_artefact_passes(narrow_artefact):
    findings = by_name(inspect_artefact(narrow_artefact["max"].folder))
    assert list(findings) == NETWORK
    assert all(finding.passed for finding in findings.values())
    assert "no numbers are known" in findings["features"].detail


def test_a_damaged_artefact_fails_and_nothing_of_it_is_run(narrow_artefact, tmp_path):
    folder = shutil.copytree(narrow_artefact["max"].folder, tmp_path / "damaged")
    (folder / "weights.bin").write_bytes(b"short")
    (finding,) = inspect_artefact(folder)
    assert not finding.passed
    assert "weights.bin is damaged" in finding.detail


@pytest.mark.parametrize("file", ["features.onnx", "winograd-features.onnx", "objective.onnx"])
def test_a_graph_without_its_relus_fails(narrow_artefact, tmp_path, file):
    """Its checksum is right: whoever made it made it so."""
    folder = shutil.copytree(narrow_artefact["max"].folder, tmp_path / "wrong")
    model = onnx.load(folder / file, load_external_data=False)
    for node in model.graph.node:
        node.op_type = "Identity" if node.op_type == "Relu" else node.op_type
    onnx.save(model, folder / file)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["files"][file] = sha256_of(folder / file)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    findings = by_name(inspect_artefact(folder))
    assert findings["artefact"].passed
    assert not findings["graphs"].passed


@pytest.mark.parametrize(
    ("name", "measure", "value"),
    [
        ("gradient", "gradient", 0.02),
        ("graphs", "agreement", 0.02),
        ("features", "features", 0.01),
    ],
)
@pytest.mark.parametrize("wrong", [1, float("nan")])
def test_what_is_too_far_off_fails(narrow_artefact, monkeypatch, name, measure, value, wrong):
    monkeypatch.setattr(verification, f"{measure}_error", lambda _: value * wrong)
    findings = by_name(inspect_artefact(narrow_artefact["max"].folder))
    assert {name for name, finding in findings.items() if not finding.passed} == {name}


def test_a_network_that_does_not_run_fails(narrow_artefact, monkeypatch):
    def fail(_):
        raise RuntimeError("Non-zero status code\nand more")

    monkeypatch.setattr(verification, "gradient_error", fail)
    (finding,) = inspect_artefact(narrow_artefact["max"].folder)
    assert not finding.passed
    assert finding.detail == "it does not run: Non-zero status code"


def test_weights_are_checked_with_their_network(narrow_weights, tmp_path, monkeypatch):
    """Where the cache has no artefact of the weights, one is built and leaves nothing behind."""
    path = tmp_path / "weights.pth"
    path.write_bytes(b"weights")
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(inspection, "_located", lambda _: (path, ""))
    monkeypatch.setattr(inspection, "read_weights", lambda _: narrow_weights)
    findings = by_name(inspection.inspect_weights("mine"))
    assert list(findings) == ["checksum", "network", "input", *NETWORK]
    assert all(finding.passed for finding in findings.values())
    assert [item.name for item in tmp_path.iterdir()] == ["weights.pth"]


def test_nothing_is_built_of_damaged_weights(tmp_path, monkeypatch, narrow_weights):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"weights")
    monkeypatch.setattr(inspection, "_located", lambda _: (path, "is another"))
    monkeypatch.setattr(inspection, "read_weights", lambda _: narrow_weights)
    findings = by_name(inspection.inspect_weights("mine"))
    assert not findings["checksum"].passed
    assert "artefact" not in findings


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.skipif("STYLECORE_OFFLINE" in os.environ, reason="no network wanted")
def test_the_default_network_has_the_features_that_were_measured(pooling, tmp_path):
    weights = read_weights(fetch("vgg19"))
    for storage, at_most in (("float32", 2e-5), ("palette8", 2e-5), ("float16", 5e-3)):
        folder = build_artefact(weights, tmp_path / storage, pooling=pooling, storage=storage)
        findings = by_name(inspect_artefact(folder))
        assert all(finding.passed for finding in findings.values()), findings
        assert verification.features_error(load_artefact(folder)) <= at_most
