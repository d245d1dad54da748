import hashlib
from pathlib import Path

import pytest

from stylecore.batch.parcel import (
    Network,
    Parcel,
    WantingError,
    found_network,
    laid_out,
    network_at,
    packed,
)
from stylecore.batch.recipe import InputFile
from stylecore.engine.artefact import load_artefact
from stylecore.errors import ModelError


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def given(path, data):
    return InputFile(str(path), hashlib.sha256(data).hexdigest())


def test_files_are_found_where_they_are_said_to_be(tmp_path):
    (tmp_path / "a.png").write_bytes(b"one")
    one = given(tmp_path / "a.png", b"one")
    with laid_out([one], Parcel()) as found:
        assert found == {one.sha256: tmp_path / "a.png"}


def test_files_that_were_sent_are_laid_out_for_the_while(tmp_path):
    one = given("elsewhere/a.JPG", b"one")
    with laid_out([one], Parcel({one.sha256: b"one"})) as found:
        path = found[one.sha256]
        assert (path.read_bytes(), path.suffix) == (b"one", ".JPG")
    assert not path.parent.exists()


def test_what_is_neither_there_nor_sent_is_wanted(tmp_path):
    (tmp_path / "a.png").write_bytes(b"changed")
    inputs = [
        given(tmp_path / "a.png", b"one"),
        given(tmp_path / "none.png", b"two"),
        given("a\0.png", b"three"),
        given("sent.png", b"four"),
    ]
    parcel = Parcel({inputs[3].sha256: b"four"})
    with pytest.raises(WantingError) as caught, laid_out(inputs, parcel):
        pass
    assert caught.value.wanting.inputs == {one.sha256 for one in inputs[:3]}


def test_a_network_is_found_where_it_is_said_to_be(home, model):
    network = network_at(model)
    assert found_network(network, Parcel()) == model.resolve()
    with pytest.raises(ModelError, match="no artefact in"):
        network_at(home)


def test_a_network_is_found_in_the_cache_whatever_its_name(home, model, tmp_path):
    network = network_at(model)
    away = Network(network.sha256, str(tmp_path / "none"))
    with pytest.raises(WantingError) as caught:
        found_network(away, Parcel())
    assert caught.value.wanting.networks == {network.sha256}
    home.joinpath("artefacts").mkdir(parents=True)
    home.joinpath("artefacts", "mine").symlink_to(model)
    assert found_network(away, Parcel()) == home / "artefacts" / "mine"


def test_a_network_that_was_sent_is_kept(home, model, tmp_path):
    network = network_at(model)
    away = Network(network.sha256, str(tmp_path / "none"))
    folder = found_network(away, Parcel(networks={network.sha256: packed(network)}))
    assert folder.parent == home / "artefacts"
    assert load_artefact(folder).manifest == load_artefact(model).manifest
    assert found_network(away, Parcel()) == folder
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_nothing_that_was_sent_gets_out_of_its_folder(home):
    sent = {"artefact.json": b"{}", "../../outside": b"x", "/outside": b"y"}
    away = Network("0" * 64, "none")
    folder = found_network(away, Parcel(networks={away.sha256: sent}))
    assert {path.name for path in folder.iterdir()} == {"artefact.json", "outside"}
    assert not list(home.parent.glob("outside"))


def test_without_a_place_for_it_the_worker_says_so(monkeypatch, model, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "file"))
    network = network_at(model)
    away = Network(network.sha256, str(tmp_path / "none"))
    with pytest.raises(ModelError, match="set STYLECORE_HOME to a folder on every worker"):
        found_network(away, Parcel(networks={network.sha256: packed(network)}))


def test_a_network_that_cannot_be_packed(tmp_path, model):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in model.iterdir():
        if path.name != "weights.bin":
            (copy / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ModelError, match="cannot be read"):
        packed(network_at(Path(copy)))
