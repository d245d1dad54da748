import os
import stat

import pytest

from stylecore.files import check_writable, write_atomically


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
