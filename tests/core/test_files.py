import os
import stat
from pathlib import Path

import pytest

from stylecore.files import (
    check_writable,
    is_folder,
    is_there,
    missing,
    replacing,
    shortened,
    sweep,
    url_of,
    write_atomically,
)


def test_writes_the_bytes_and_leaves_nothing_else(tmp_path):
    write_atomically(tmp_path / "a.bin", b"whole")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.bin", b"whole")]


def test_new_files_get_the_permissions_of_the_umask(tmp_path):
    previous = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a.bin", b"")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "a.bin").stat().st_mode) == 0o640


def test_an_interrupted_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.bin", b"old")]


def test_a_file_may_be_written_part_by_part(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"old")
    with replacing(tmp_path / "a.bin") as file:
        for part in (b"one", b"two"):
            file.write(part)
            assert (tmp_path / "a.bin").read_bytes() == b"old"
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.bin", b"onetwo")]


def test_what_a_killed_process_has_left_is_swept_away_and_nothing_else(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: None)  # as if it had not come to that
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            write_atomically(tmp_path / "a.bin", b"new")
    (left,) = tmp_path.iterdir()
    others = ["a.bin", ".a.bin.tmp", ".b.a.bin.01234567.tmp", ".a.bin.2.01234567.tmp"]
    for name in others:
        (tmp_path / name).touch()
    sweep(tmp_path / "a.bin")
    sweep(tmp_path / "none" / "a.bin")
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(others)


def test_a_link_keeps_pointing_at_its_target(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_very_long_names_work(tmp_path):
    write_atomically(tmp_path / ("n" * 250), b"x")
    assert (tmp_path / ("n" * 250)).exists()


@pytest.mark.parametrize("check", [check_writable, lambda path: write_atomically(path, b"")])
def test_places_that_cannot_be_written(tmp_path, check):
    with pytest.raises(OSError, match="there is no folder"):
        check(tmp_path / "missing" / "a.bin")
    with pytest.raises(OSError, match="it is a folder"):
        check(tmp_path)
    with pytest.raises(OSError, match="no regular file"):
        check("/dev/null")
    assert list(tmp_path.iterdir()) == []


def test_checking_changes_nothing(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"old")
    check_writable(tmp_path / "a.bin")
    check_writable(tmp_path / "b.bin")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.bin", b"old")]


@pytest.mark.parametrize(
    ("name", "most", "wanted"),
    [
        ("abc", 3, "abc"),
        ("abc", 2, "ab"),
        ("жж", 3, "ж"),
        ("写真", 5, "写"),
        ("🖌🖌", 7, "🖌"),
        ("🖌", 3, ""),
        ("a", -1, ""),
    ],
)
def test_names_are_cut_by_bytes_and_in_whole_characters(name, most, wanted):
    assert shortened(name, most) == wanted


@pytest.mark.parametrize("stem", ["a" * 251, "ж" * 125, "🖌" * 62])
def test_the_longest_names_can_be_written(tmp_path, stem):
    path = tmp_path / f"{stem}.png"
    check_writable(path)
    write_atomically(path, b"data")
    assert path.read_bytes() == b"data"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_names_that_cannot_be_are_errors_of_the_system(tmp_path):
    for name in ("a" * 300, "a\0b"):
        with pytest.raises(OSError, match=r".+"):
            write_atomically(tmp_path / name, b"data")
        assert not is_there(tmp_path / name)
        assert not is_folder(tmp_path / name)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://example.org/a.jpg", "https://example.org/a.jpg"),
        (Path("https://example.org/a.jpg"), "https://example.org/a.jpg"),
        (Path("file:///home/a.jpg"), "file:///home/a.jpg"),
        ("S3://bucket/a.png", "S3://bucket/a.png"),
        ("data:image/png;base64," + "A" * 1000, "data:image/png;base64," + "A" * 78 + "…"),
        ("a.jpg", None),
        ("C:/a.jpg", None),
        ("10:30/a.jpg", None),
        ("odd:name.jpg", None),
    ],
)
def test_urls_are_told_from_paths(given, wanted):
    assert url_of(given) == wanted
    assert ("is a URL" in missing(given)) == (wanted is not None)
