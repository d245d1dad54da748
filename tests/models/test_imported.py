from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stylecore.errors import ModelError
from stylecore.models import imported as module
from stylecore.models import inspection, sources
from stylecore.models.imported import import_weights, imported, remove
from stylecore.models.inspection import inspect_weights
from stylecore.models.readers.weights import read_weights


@pytest.fixture
def path(
    formats: SimpleNamespace,
    saved: Callable[..., Path],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A file of weights, where the tiny architecture stands for VGG-19."""
    tiny = partial(read_weights, architecture=formats.architecture)
    monkeypatch.setattr(module, "read_weights", tiny)
    monkeypatch.setattr(inspection, "read_weights", tiny)
    content = formats.legacy_torch(formats.palettes(formats.convolutions))
    return saved(content, "mine.pth")


def test_a_file_is_kept_under_its_name(path: Path, home: Path) -> None:
    entry = import_weights(path, "mine")
    content = path.read_bytes()
    path.unlink()
    assert imported() == {"mine": entry}
    assert entry.path == home / "weights" / "imported" / "mine" / "mine.pth"
    assert entry.path.read_bytes() == content
    assert (entry.file, entry.size) == ("mine.pth", len(content))
    assert entry.licence.startswith("unknown")
    assert [child.name for child in module.folder().iterdir()] == ["mine"]


def test_another_file_is_refused_and_leaves_nothing(saved: Callable[..., Path], home: Path) -> None:
    with pytest.raises(ModelError, match="no file of weights that is known"):
        import_weights(saved(b"a photograph"), "mine")
    assert not home.exists()


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", ".hidden", "x" * 65, "a/b"])
def test_odd_names_are_refused(path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="is not usable; take"):
        import_weights(path, name)


def test_taken_names_are_refused(path: Path) -> None:
    import_weights(path, "mine")
    with pytest.raises(ModelError, match="mine is taken; take another, or remove"):
        import_weights(path, "mine")
    with pytest.raises(ModelError, match="vgg19 is that of a known source"):
        import_weights(path, "vgg19")


def test_removed_weights_are_gone(path: Path) -> None:
    entry = import_weights(path, "mine")
    assert remove("mine") == [entry.path.parent]
    assert imported() == {}
    with pytest.raises(ModelError, match="no source of weights is called 'mine'"):
        remove("mine")


def test_a_fetched_file_is_removed_with_what_belongs_to_it(home: Path) -> None:
    source = sources.find("jcjohnson")
    folder = home / "weights"
    folder.mkdir(parents=True)
    names = {source.file, f"{source.file}.sha256", f".{source.file}.part"}
    for name in (*names, "other"):
        (folder / name).write_text("x")
    assert {path.name for path in remove("jcjohnson")} == names
    assert [path.name for path in folder.iterdir()] == ["other"]
    with pytest.raises(ModelError, match="nothing to remove"):
        remove("jcjohnson")


@pytest.mark.parametrize(
    "about", ["nonsense", "[]", json.dumps({"name": "mine"}), '{"file": "../../x"}']
)
def test_a_damaged_description_hides_the_entry(path: Path, about: str) -> None:
    entry = import_weights(path, "mine")
    file = entry.path.parent / "about.json"
    changed = json.loads(file.read_text())
    if about.startswith('{"file"'):
        about = json.dumps(changed | json.loads(about))
    file.write_text(about)
    assert imported() == {}


def test_undamaged_weights_pass(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_network_findings", lambda _: [])  # of VGG-19 only
    import_weights(path, "mine")
    findings = inspect_weights("mine")
    assert [finding.what for finding in findings] == ["checksum", "network", "input"]
    assert all(finding.passed for finding in findings)
    assert findings[2].detail == "BGR, mean 103.939, 116.779, 123.680"


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: c[:-1] + b"!", lambda c: b""])
def test_damage_is_found(path: Path, change: Callable[[bytes], bytes]) -> None:
    entry = import_weights(path, "mine")
    entry.path.write_bytes(change(entry.path.read_bytes()))
    assert not inspect_weights("mine")[0].passed
    entry.path.unlink()
    assert [finding.passed for finding in inspect_weights("mine")] == [False, False]


def test_weights_that_are_not_here_cannot_be_looked_at(home: Path) -> None:
    with pytest.raises(ModelError, match="vgg19 is not here; run `stylecore models fetch vgg19`"):
        inspect_weights("vgg19")


def test_values_that_are_not_finite_are_found(
    formats: SimpleNamespace, path: Path, saved: Callable[..., Path]
) -> None:
    tensors = formats.palettes(formats.convolutions)
    tensors["block1_conv1_b"] = np.full(4, np.inf, np.float32)
    entry = import_weights(path, "mine")
    entry.path.write_bytes(formats.legacy_torch(tensors))
    (checksum, network) = inspect_weights("mine")
    assert not checksum.passed
    assert "conv1_1 holds values that are not finite" in network.detail
