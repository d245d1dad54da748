from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from stylecore.errors import ModelError
from stylecore.models import sources

TABLE = """
[small]
form = "wheel"
about = "a test"
requirement = "small==1.0"
file = "small.whl"
size = 3
sha256 = "ab"
licence = "MIT"
[small.member]
path = "small/w.bin"
size = 2
sha256 = "cd"
"""


def test_a_url_is_named_as_what_it_is() -> None:
    with pytest.raises(ModelError, match=r"https://a\.org/vgg\.h5 is a URL, .*; give a file of w"):
        sources.find("https://a.org/vgg.h5")


def test_the_default_comes_first() -> None:
    assert next(iter(sources.known())) == sources.DEFAULT


@pytest.mark.parametrize("source", sources.known().values(), ids=lambda source: source.name)
def test_every_source_is_complete(source: sources.Source) -> None:
    assert source.form
    assert source.about
    assert source.licence
    assert not (source.requirement and source.url)
    assert re.fullmatch(r"[\w.-]+", source.file)
    assert re.fullmatch("([0-9a-f]{64})?", source.sha256)
    assert re.fullmatch("([0-9a-f]{8})?", source.sha256_prefix)
    assert re.fullmatch("([0-9a-f]{32})?", source.md5)
    assert not source.url or source.url.startswith("https://")
    if source.requirement:
        assert re.fullmatch(r"[\w-]+==[\d.]+", source.requirement)
        assert source.sha256


def test_files_do_not_overwrite_each_other() -> None:
    files = [source.file for source in sources.known().values()]
    assert len(set(files)) == len(files)


def test_a_table_is_read_with_its_members(tmp_path: Path) -> None:
    path = tmp_path / "table.toml"
    path.write_text(TABLE)
    source = sources.load(path)["small"]
    assert source.member == sources.Member("small/w.bin", 2, "cd")
    assert source.member.file == "w.bin"
    assert source.origin == "Python package small==1.0"


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match="called 'vgg18'; known: vgg19, keras, torchv"):
        sources.find("vgg18")


def test_a_source_is_identified_by_any_of_its_checksums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default = sources.find(sources.DEFAULT)
    assert default.member
    assert sources.identify(tmp_path / "x", default.sha256) == default
    assert sources.identify(tmp_path / "x", default.member.sha256) == default
    assert sources.identify(tmp_path / "x", "d01eb7cb" + "0" * 56) == sources.find("jcjohnson")
    assert sources.identify(tmp_path / "x", "0" * 64) is None
    path = tmp_path / "renamed.h5"
    path.write_bytes(b"content")
    digest = hashlib.md5(b"content", usedforsecurity=False).hexdigest()
    keras = replace(sources.find("keras"), md5=digest)
    monkeypatch.setattr(sources, "known", lambda: {"keras": keras})
    assert sources.identify(path, "0" * 64) == keras


@pytest.mark.parametrize("source", sources.known().values(), ids=lambda source: source.name)
def test_every_source_is_documented(source: sources.Source) -> None:
    page = Path(__file__).parents[2] / "docs" / "models.md"
    (row,) = [
        line for line in page.read_text("utf-8").splitlines() if f"| `{source.name}` " in line
    ]
    assert source.sha256 + source.sha256_prefix + source.md5 in row
    assert source.licence in row
    assert not source.size or f"{source.size / 1e6:.0f}" in row or "18.5 MB" in row
