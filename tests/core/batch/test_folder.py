import os
from pathlib import Path

import pytest

from stylecore.batch.folder import Folder
from stylecore.batch.jobs import Job
from stylecore.batch.recipe import InputFile, Recipe
from stylecore.errors import StylecoreError
from stylecore.settings import Settings

RECIPE = Recipe(InputFile("a.png", "1"), (InputFile("b.png", "2"),), None, Settings(), "none", {})


@pytest.fixture
def folder(tmp_path):
    found = Folder(tmp_path / "deep" / "out")
    found.make([])
    return found


def job(name="x.png", content="a.png"):
    return Job(Path(content), (Path("b.png"),), Settings(), name)


def test_a_picture_is_there_when_it_is_whole_and_made_by_the_recipe(folder):
    assert not folder.has("x.png", RECIPE)
    sha256 = folder.write("x.png", b"picture")
    assert not folder.has("x.png", RECIPE)
    folder.note("x.png", {"status": "done", "sha256": sha256, **RECIPE.as_dict()})
    folder.manifest.refresh()
    assert folder.has("x.png", RECIPE)
    folder.picture("x.png").write_bytes(b"pictures")
    assert not folder.has("x.png", RECIPE)
    folder.picture("x.png").unlink()
    assert not folder.has("x.png", RECIPE)


def test_a_picture_that_failed_is_not_there(folder):
    sha256 = folder.write("x.png", b"picture")
    folder.note("x.png", {"status": "failed", "sha256": sha256, **RECIPE.as_dict()})
    folder.manifest.refresh()
    assert not folder.has("x.png", RECIPE)
    assert folder.manifest.pictures() == []


def test_folders_of_names_are_made(folder):
    folder.write("night/cat.png", b"picture")
    assert folder.picture("night/cat.png").read_bytes() == b"picture"


def test_results_are_known_by_their_real_paths(folder):
    folder.note("x.png", {"status": "done"})
    folder.manifest.refresh()
    assert folder.results() == {
        os.path.realpath(folder.path / name) for name in ("x.png", "contact-sheet.jpg")
    }


def test_a_lock_is_one_processs_and_nothing_stays_behind(folder):
    lock, other = folder.lock("x.png"), folder.lock("y.png")
    assert lock
    assert other
    assert Folder(folder.path).lock("x.png") is None
    assert Folder(folder.path).lock("X.PNG") is None  # of which some file systems make the same
    folder.tidy()
    assert folder.hidden().is_dir()
    lock.release()
    other.release()
    folder.tidy()
    assert list(folder.path.iterdir()) == []


def test_locks_that_dead_processes_left_are_removed(folder):
    folder.hidden().mkdir()
    folder.hidden("x.png", "lock").touch()
    folder.tidy()
    assert list(folder.path.iterdir()) == []


def test_no_input_is_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.png").touch()
    Path("out").mkdir()
    for content, name in (("a.png", "a.png"), ("out/../a.png", "a.png"), ("a.png", "x.png")):
        if name == "x.png":
            os.link("a.png", "x.png")
        with pytest.raises(StylecoreError, match=rf"{name} would overwrite {content}"):
            Folder(Path()).make([job(name, content)])
    Folder(Path("out")).make([job("a.png")])
    with pytest.raises(StylecoreError, match=r"contact-sheet.jpg would overwrite"):
        Folder(Path("out")).make([job("b.png", "out/contact-sheet.jpg")])


def test_a_folder_that_cannot_be_one(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StylecoreError, match="file is no folder; give the name of one"):
        Folder(tmp_path / "file").make([])
    with pytest.raises(StylecoreError, match="is no folder"):
        Folder(tmp_path / "file" / "out").make([])
    with pytest.raises(StylecoreError, match="cannot write"):
        Folder(Path("/proc/none")).make([])
