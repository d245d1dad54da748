"""From settings to an artefact, with a narrow network's weights in a real file."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from safetensors.numpy import save

from stylecore.engine.artefact import load_artefact
from stylecore.errors import FetchError, ModelError
from stylecore.models import checksums, imported, prepare, sources
from stylecore.models.fetching import download
from stylecore.models.making import build as making
from stylecore.models.prepare import ensure_artefact
from stylecore.models.readers.architecture import Architecture
from stylecore.models.readers.weights import read_weights
from stylecore.models.sources import Source
from stylecore.settings import Settings

SETTINGS = Settings(pooling="max")
NARROW = Architecture("narrow", ((8, 8), (12, 12), (16,) * 4, (16,) * 4, (16,) * 4))


@pytest.fixture
def weight_file(narrow_weights, formats, tmp_path):
    """The narrow network as torchvision's names have it, in safetensors."""
    tensors = formats.named(narrow_weights.convolutions, NARROW, "features")
    path = tmp_path / "narrow.safetensors"
    path.write_bytes(save({name: np.ascontiguousarray(array) for name, array in tensors.items()}))
    return path


@pytest.fixture
def built(home, monkeypatch):
    """The builds that took place; reading expects the narrow network."""
    builds = []

    def build(*words, **named):
        builds.append(named)
        return build_artefact(*words, **named)

    build_artefact = making.build_artefact
    monkeypatch.setattr(making, "build_artefact", build)
    monkeypatch.setattr(prepare, "read_weights", partial(read_weights, architecture=NARROW))
    return builds


@pytest.fixture
def fetched(built, weight_file, monkeypatch):
    """A source whose file is at an address of its own, and the times it was asked for."""
    content, asked = weight_file.read_bytes(), []

    def bring(url, part, **_):
        asked.append(url)
        part.write_bytes(content)

    digest = hashlib.sha256(content).hexdigest()
    source = Source(
        *("vgg19", "safetensors", "a test", "weights.safetensors", "MIT", len(content)),
        url="https://weights.invalid/narrow",
        sha256=digest,
    )
    monkeypatch.setattr(sources, "known", lambda: {"vgg19": source})
    monkeypatch.setattr(download, "download", bring)
    return asked


@pytest.fixture
def hashed(monkeypatch):
    """The names of the files that were read for a checksum, once the fixture's own are."""
    names, file_digest = [], hashlib.file_digest

    def digest(file, algorithm):
        names.append(file.name.rpartition("/")[2])
        return file_digest(file, algorithm)

    monkeypatch.setattr(hashlib, "file_digest", digest)
    monkeypatch.setattr(checksums, "_SETTLED", -1)  # The files of tests are always new.
    return names


def test_a_weight_file_becomes_an_artefact_once(built, weight_file, home):
    folder = ensure_artefact(SETTINGS, model=weight_file, offline=True)
    assert folder.parent == home / "artefacts"
    manifest = load_artefact(folder).manifest
    assert manifest.source_sha256 == hashlib.sha256(weight_file.read_bytes()).hexdigest()
    assert manifest.channels["relu2_1"] == 12
    assert ensure_artefact(SETTINGS, model=str(weight_file)) == folder
    assert len(built) == 1


def test_settings_that_shape_no_artefact_share_one(built, weight_file):
    folder = ensure_artefact(SETTINGS, model=weight_file)
    other = Settings(pooling="max", size=64, optimizer="adam", style_weight=7, engine="cpu")
    assert ensure_artefact(other, model=weight_file) == folder
    assert len(built) == 1


def test_pooling_and_layers_make_artefacts_of_their_own(built, weight_file):
    variants = [
        SETTINGS,
        Settings(pooling="average"),
        Settings(pooling="max", content_layers={"relu2_2": 1.0}),
        Settings(pooling="max", style_layers={"relu1_1": 1.0, "relu3_1": 0.5}),
        Settings(pooling="max", style_loss="wasserstein"),
    ]
    folders = [ensure_artefact(settings, model=weight_file) for settings in variants]
    assert len(set(folders)) == 5
    for settings, folder in zip(variants, folders, strict=True):
        manifest = load_artefact(folder).manifest
        assert manifest.pooling == settings.pooling
        assert manifest.content_layers == settings.all_content_layers
        assert manifest.style_layers == tuple(settings.style_layers)
        assert manifest.style_loss == settings.style_loss


def test_a_changed_weight_file_makes_another_artefact(built, weight_file, narrow_weights, formats):
    before = ensure_artefact(SETTINGS, model=weight_file)
    changed = {
        layer: (kernel, bias + 1) for layer, (kernel, bias) in narrow_weights.convolutions.items()
    }
    weight_file.write_bytes(save(formats.named(changed, NARROW, "features")))
    assert ensure_artefact(SETTINGS, model=weight_file) != before


def test_a_ready_artefact_of_a_weight_file_takes_no_hashing(built, weight_file, hashed):
    folder = ensure_artefact(SETTINGS, model=weight_file)
    assert weight_file.name in hashed
    hashed.clear()
    assert ensure_artefact(SETTINGS, model=weight_file) == folder
    assert ensure_artefact(SETTINGS, model=str(weight_file)) == folder
    assert hashed == []


def test_a_weight_file_that_changed_is_hashed_again(
    built, weight_file, hashed, narrow_weights, formats
):
    """Even where it has the size and the time of before."""
    before, times = ensure_artefact(SETTINGS, model=weight_file), weight_file.stat()
    changed = {
        layer: (kernel, bias + 1) for layer, (kernel, bias) in narrow_weights.convolutions.items()
    }
    weight_file.write_bytes(save(formats.named(changed, NARROW, "features")))
    os.utime(weight_file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert weight_file.stat().st_size == times.st_size
    assert weight_file.stat().st_mtime_ns == times.st_mtime_ns
    assert ensure_artefact(SETTINGS, model=weight_file) != before
    assert len(built) == 2


def test_a_ready_artefact_of_imported_weights_takes_no_hashing(
    built, weight_file, hashed, monkeypatch
):
    monkeypatch.setattr(imported, "read_weights", prepare.read_weights)
    entry = imported.import_weights(weight_file, "mine")
    folder = ensure_artefact(SETTINGS, model="mine")
    hashed.clear()
    assert ensure_artefact(SETTINGS, model="mine") == folder
    assert hashed == []
    entry.path.write_bytes(b"another")
    assert ensure_artefact(SETTINGS, model="mine") == folder  # It was made before.
    average = Settings(pooling="average")
    with pytest.raises(ModelError, match="is not what was imported as mine; run"):
        ensure_artefact(average, model="mine")
    entry.path.unlink()
    with pytest.raises(ModelError, match="is not what was imported as mine; run"):
        ensure_artefact(average, model="mine")


@pytest.mark.parametrize("published", ["sha256", "sha256_prefix", "md5", None])
def test_a_ready_artefact_of_a_source_takes_no_hashing(
    fetched, built, hashed, monkeypatch, weight_file, published
):
    """Whatever is published of it; what is not is noted when the file is first here."""
    source, content = sources.known()["vgg19"], weight_file.read_bytes()
    known = {"sha256": source.sha256, "sha256_prefix": source.sha256[:8]}
    known["md5"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    fields = {published: known[published]} if published else {}
    source = replace(source, **{"sha256": "", **fields})
    monkeypatch.setattr(sources, "known", lambda: {"vgg19": source})
    folder = ensure_artefact(SETTINGS)
    hashed.clear()
    assert ensure_artefact(SETTINGS) == ensure_artefact(SETTINGS, offline=True) == folder
    assert hashed == []
    assert (len(fetched), len(built)) == (1, 1)


def test_a_file_that_is_published_anew_is_not_taken_for_the_old_one(
    fetched, built, monkeypatch, weight_file
):
    source, content = sources.known()["vgg19"], weight_file.read_bytes()
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    monkeypatch.setattr(sources, "known", lambda: {"vgg19": replace(source, sha256="", md5=md5)})
    ensure_artefact(SETTINGS)
    later = replace(source, sha256="", md5="0" * 32)
    monkeypatch.setattr(sources, "known", lambda: {"vgg19": later})
    with pytest.raises(FetchError, match="is damaged and the network is off limits"):
        ensure_artefact(SETTINGS, offline=True)


def test_the_default_source_is_fetched_and_built_once(fetched, built):
    folder = ensure_artefact(SETTINGS)
    load_artefact(folder)
    assert ensure_artefact(SETTINGS) == folder
    assert ensure_artefact(SETTINGS, model="vgg19", offline=True) == folder
    assert (len(fetched), len(built)) == (1, 1)


def test_a_ready_artefact_does_not_need_its_weights_any_more(fetched, built, home):
    folder = ensure_artefact(SETTINGS)
    (home / "weights" / "weights.safetensors").unlink()
    assert ensure_artefact(SETTINGS, offline=True) == folder


def test_another_pooling_is_built_from_the_weights_that_are_here(fetched, built):
    ensure_artefact(SETTINGS)
    ensure_artefact(Settings(pooling="average"), offline=True)
    assert (len(fetched), len(built)) == (1, 2)


def test_offline_nothing_is_fetched(fetched, built, home):
    with pytest.raises(FetchError, match="the network is off limits"):
        ensure_artefact(SETTINGS, offline=True)
    assert fetched == built == []
    assert not (home / "artefacts").exists()


def test_a_folder_is_taken_as_it_is(built, narrow_artefact, home):
    folder = narrow_artefact["max"].folder
    assert ensure_artefact(SETTINGS, model=folder) == folder
    assert ensure_artefact(SETTINGS, model=str(folder), offline=True) == folder
    assert built == []
    assert not home.exists()


def test_a_folder_that_does_not_fit_is_refused(narrow_artefact):
    folder = narrow_artefact["max"].folder
    for settings in (Settings(pooling="average"), Settings(content_layers={"relu1_1": 1.0})):
        with pytest.raises(ModelError, match="not what was asked for; ask for these") as caught:
            ensure_artefact(settings, model=folder)
        assert str(folder) in str(caught.value)


def test_a_folder_without_an_artefact_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no artefact in"):
        ensure_artefact(SETTINGS, model=tmp_path)


def test_a_file_of_something_else_is_refused(home, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no weights")
    with pytest.raises(ModelError, match=r"notes\.txt is no file of weights"):
        ensure_artefact(SETTINGS, model=path)
    assert not (home / "artefacts").exists()


@pytest.mark.parametrize("name", ["vgg16", "missing/weights.pth"])
def test_a_name_that_nobody_knows_is_refused_with_those_that_are_known(home, name):
    with pytest.raises(ModelError, match=f"{name}.*known: vgg19") as caught:
        ensure_artefact(SETTINGS, model=name)
    assert "\n" not in str(caught.value)


def test_of_two_at_once_one_builds(built, weight_file):
    with ThreadPoolExecutor(2) as pool:
        both = pool.map(lambda _: ensure_artefact(Settings(), model=weight_file), range(2))
        first, second = both
    assert first == second
    assert len(built) == 1


def test_a_file_of_weights_needs_no_home(weight_file, built, tmp_path, monkeypatch):
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spare"))
    monkeypatch.setenv("STYLECORE_HOME", "~nobody-of-this-name")
    folder = ensure_artefact(SETTINGS, model=weight_file)
    assert folder.is_relative_to(tmp_path / "spare")
    assert load_artefact(folder).manifest.pooling == "max"
    with pytest.raises(ModelError, match="set STYLECORE_HOME"):
        ensure_artefact(SETTINGS)
