import json
import subprocess
import sys

import pytest

from stylecore.batch.manifest import Manifest
from stylecore.errors import StylecoreError


@pytest.fixture
def manifest(tmp_path):
    return Manifest(tmp_path / "batch.jsonl")


def read(manifest):
    fresh = Manifest(manifest.path)
    fresh.refresh()
    return fresh


def test_the_last_line_of_a_picture_counts(manifest):
    for status in ("failed", "done"):
        manifest.add({"picture": "a.png", "status": status})
    manifest.add({"picture": "b.png", "status": "failed", "error": "weird \udcff → ü"})
    found = read(manifest)
    assert found.of("a.png") == {"picture": "a.png", "status": "done"}
    assert found.of("b.png")["error"] == "weird \udcff → ü"
    assert found.of("c.png") is None
    assert found.pictures() == ["a.png"]


def test_what_others_add_is_seen(manifest):
    manifest.add({"picture": "a.png"})
    manifest.refresh()
    Manifest(manifest.path).add({"picture": "b.png"})
    assert manifest.of("b.png") is None
    manifest.refresh()
    assert manifest.of("a.png")
    assert manifest.of("b.png")


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_torn_last_line_is_passed_over_and_kept_apart(manifest, cut):
    manifest.add({"picture": "a.png", "status": "done"})
    whole = manifest.path.read_bytes()
    manifest.path.write_bytes(whole + whole[:cut])
    assert read(manifest).pictures() == ["a.png"]
    manifest.add({"picture": "b.png", "status": "done"})
    assert read(manifest).pictures() == ["a.png", "b.png"]


def test_what_is_no_line_of_a_manifest_is_passed_over(manifest):
    lines = [b"", b"{", b"[]", b"3", b'{"picture": 3}', b"\xff\xfe", b"[" * 100_000]
    good = json.dumps({"picture": "a.png", "status": "done"}).encode()
    manifest.path.write_bytes(b"\n".join([*lines, good, b""]))
    assert read(manifest).pictures() == ["a.png"]


def test_there_need_not_be_one(manifest):
    manifest.refresh()
    assert manifest.pictures() == []


def test_one_that_cannot_be_read_or_written(tmp_path):
    (tmp_path / "batch.jsonl").mkdir()
    manifest = Manifest(tmp_path / "batch.jsonl")
    with pytest.raises(StylecoreError, match=r"cannot read .*batch\.jsonl"):
        manifest.refresh()
    with pytest.raises(StylecoreError, match=r"cannot write .*batch\.jsonl"):
        manifest.add({"picture": "a.png"})


ADDER = """
import sys
from pathlib import Path
from stylecore.batch.manifest import Manifest
for number in range(200):
    Manifest(Path(sys.argv[1])).add({"picture": f"{sys.argv[2]}-{number}", "status": "done"})
"""


def test_processes_at_once_lose_no_line(manifest):
    words = [sys.executable, "-c", ADDER, str(manifest.path)]
    adding = [subprocess.Popen([*words, name]) for name in "ab"]
    assert [one.wait(60) for one in adding] == [0, 0]
    assert len(manifest.path.read_bytes().split()) >= 400  # lines without blanks in them
    assert len(read(manifest).pictures()) == 400
