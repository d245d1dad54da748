"""Checksums that are computed once, until a file changes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from stylecore.errors import ModelError
from stylecore.models import checksums
from stylecore.models.checksums import checksum


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"weights")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, home: Path) -> list[Path]:
    """The files that were read; those of tests are always new, and noted all the same."""
    paths: list[Path] = []

    def sha256_of(path: Path) -> str:
        paths.append(path)
        return digest(path)

    monkeypatch.setattr(checksums, "sha256_of", sha256_of)
    monkeypatch.setattr(checksums, "_SETTLED", -1)
    return paths


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_read_once(file: Path, read: list[Path]) -> None:
    assert checksum(file) == checksum(file) == digest(file)
    assert len(read) == 1


@pytest.mark.parametrize("content", [b"longer weights", b"WEIGHTS"])
def test_a_changed_file_is_read_again(file: Path, read: list[Path], content: bytes) -> None:
    before = checksum(file)
    file.write_bytes(content)
    assert checksum(file) == digest(file) != before


def test_a_link_is_as_good_as_its_file(file: Path, read: list[Path]) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    assert checksum(link) == checksum(file)
    assert len(read) == 1


def test_what_changed_just_now_is_not_noted(
    file: Path, read: list[Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "_SETTLED", 3_000_000_000)
    assert checksum(file) == checksum(file)
    assert len(read) == 2
    assert not home.exists()


@pytest.mark.parametrize("notes", ["nonsense", "[]", '{"%s": 3}', '{"%s": ["x"]}', '{"%s": {}}'])
def test_damaged_notes_are_none(file: Path, read: list[Path], home: Path, notes: str) -> None:
    home.mkdir()
    (home / "checksums.json").write_text(notes.replace("%s", str(file)))
    assert checksum(file) == checksum(file) == digest(file)
    assert len(read) == 1


def test_the_notes_do_not_grow_without_end(
    tmp_path: Path, read: list[Path], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checksums, "_MOST", 3)
    for index in range(5):
        path = tmp_path / str(index)
        path.touch()
        checksum(path)
    notes = json.loads((home / "checksums.json").read_text())
    assert [Path(name).name for name in notes] == ["2", "3", "4"]


def test_a_home_that_takes_no_notes_does_no_harm(file: Path, read: list[Path], home: Path) -> None:
    home.write_text("no folder")
    assert checksum(file) == checksum(file)
    assert len(read) == 2


def test_a_file_that_is_gone_is_named(tmp_path: Path, home: Path) -> None:
    with pytest.raises(ModelError, match=r"gone cannot be read: No such file"):
        checksum(tmp_path / "gone")
