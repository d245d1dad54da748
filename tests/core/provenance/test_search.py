"""Inputs are found where they are, and told from others of their name."""

import hashlib
import os

import pytest

from stylecore.provenance import search as searching
from stylecore.provenance.inputs import Input
from stylecore.provenance.search import search


@pytest.fixture
def folders(tmp_path):
    found = [tmp_path / name for name in ("first", "second")]
    for folder in found:
        folder.mkdir()
    return found


def wanted(name, data=b"picture"):
    return {"content": Input(name, len(data), hashlib.sha256(data).hexdigest())}


def test_the_input_itself_counts_more_than_its_name(folders):
    (folders[0] / "a.png").write_bytes(b"another")
    (folders[1] / "a.png").write_bytes(b"picture")
    assert search(wanted("a.png"), folders).files == {"content": folders[1] / "a.png"}


def test_the_first_folder_counts_more(folders):
    for folder in folders:
        (folder / "a.png").write_bytes(b"picture")
    assert search(wanted("a.png"), folders).files == {"content": folders[0] / "a.png"}


@pytest.mark.parametrize("name", ["a.png", ""])
def test_under_another_name_it_is_found_by_its_bytes(folders, name):
    (folders[0] / "odd").mkdir()
    (folders[1] / "b.png").write_bytes(b"picture")
    assert search(wanted(name), folders).files == {"content": folders[1] / "b.png"}


def test_another_of_its_name_has_changed(folders):
    (folders[1] / "a.png").write_bytes(b"another one")
    found = search(wanted("a.png"), folders)
    assert found.files == {"content": folders[1] / "a.png"}
    assert found.changed == wanted("a.png")


def test_what_is_nowhere_is_missing(folders):
    (folders[0] / "a.png").mkdir()
    found = search(wanted("a.png"), [*folders, folders[0] / "none", folders[0] / "\0"])
    assert (found.files, found.changed, found.missing) == ({}, {}, wanted("a.png"))


def test_only_files_of_its_length_are_read_and_each_once(folders, monkeypatch):
    read = []
    digest = searching.sha256_of
    monkeypatch.setattr(searching, "sha256_of", lambda path: read.append(path.name) or digest(path))
    for name, data in (("a", b"picturE"), ("b", b"longer than it"), ("c", b"picture")):
        (folders[0] / name).write_bytes(data)
    inputs = wanted("x") | {"style": wanted("y")["content"]}
    assert set(search(inputs, folders).files.values()) == {folders[0] / "c"}
    assert read == ["a", "c"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names there")
def test_what_is_no_file_is_left_alone(folders):
    os.mkfifo(folders[0] / "a.png")
    assert search(wanted("a.png"), folders).missing
