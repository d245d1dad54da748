import os
from pathlib import Path

import pytest

from stylecore.batch.gather import pictures_of
from stylecore.errors import ImageError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [
        "b.JPG",
        "a.png",
        "notes.txt",
        ".hidden.png",
        "deep/c.webp",
        "deep/er/d.tif",
        "[x].png",
    ]
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    Path("folder.png").mkdir()
    return tmp_path


def found(*words, besides=()):
    return [path.as_posix() for path in pictures_of(map(Path, words), besides)]


def test_a_folder_stands_for_the_pictures_in_it(folder):
    assert found(".") == ["[x].png", "a.png", "b.JPG"]
    assert found("deep") == ["deep/c.webp"]


def test_a_wildcard_stands_for_what_it_matches(folder):
    assert found("*.png") == ["[x].png", "a.png"]
    assert found("deep/**/*.*") == ["deep/c.webp", "deep/er/d.tif"]
    assert found("?.JPG", "notes*") == ["b.JPG", "notes.txt"]


def test_a_file_is_itself_whatever_is_in_its_name(folder):
    assert found("[x].png", "none.png") == ["[x].png", "none.png"]


def test_each_comes_once_in_the_order_of_the_words(folder):
    words = ["b.JPG", ".", str(folder / "a.png"), "a.png"]
    assert found(*words) == ["b.JPG", "[x].png", "a.png"]
    assert len(pictures_of(map(Path, words), once=False)) == 6


def test_what_is_not_meant_is_left_out_of_folders_and_wildcards(folder):
    besides = {os.path.realpath("a.png")}
    assert found(".", besides=besides) == ["[x].png", "b.JPG"]
    assert found("*.png", besides=besides) == ["[x].png"]
    assert found("a.png", besides=besides) == ["a.png"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("empty", "there is no picture in the folder empty; give another"),
        ("*.gif", "no file matches \\*.gif; give another wildcard"),
        ("folder.*", "no file matches"),
    ],
)
def test_what_stands_for_nothing_is_refused(folder, word, message):
    Path("empty").mkdir()
    with pytest.raises(ImageError, match=message):
        found(word)
