"""Timings that are kept: under their key, whole, and never trusted blindly."""

import json

import pytest

from stylecore.engine.engines import choose_engine
from stylecore.forecast import machine
from stylecore.forecast.calibration import keep, kept
from stylecore.forecast.machine import key_of, processor
from stylecore.forecast.speed import Speed


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_what_is_kept_comes_back_under_its_key_alone(home):
    assert kept("a") is None
    keep("a", Speed(0.5, 1e-6))
    keep("b", Speed(0.25, 2e-6))
    assert kept("a") == Speed(0.5, 1e-6)
    assert kept("b") == Speed(0.25, 2e-6)
    assert kept("c") is None
    assert [path.name for path in home.iterdir()] == ["timings.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"a": 3}', '{"a": {"fixed": 1}}', '{"a": {"fixed": -1, "each": 1}}',
     '{"a": {"fixed": "x", "each": 1}}', '{"a": {"fixed": Infinity, "each": 1}}'],
)  # fmt: skip
def test_a_damaged_file_is_no_timing_and_is_written_anew(home, text):
    home.mkdir()
    (home / "timings.json").write_text(text)
    assert kept("a") is None
    keep("a", Speed(1, 1))
    assert kept("a") == Speed(1, 1)


def test_without_a_place_nothing_is_kept_and_nothing_fails(home, monkeypatch):
    home.write_text("a file where the folder should be")
    keep("a", Speed(1, 1))
    assert kept("a") is None
    monkeypatch.setenv("STYLECORE_HOME", "~nobody-of-this-name")
    keep("a", Speed(1, 1))
    assert kept("a") is None


def test_the_key_tells_machines_engines_and_networks_apart(narrow_artefact, monkeypatch):
    average, largest = (narrow_artefact[name].manifest for name in ("average", "max"))
    keys = {key_of(choose_engine("cpu", threads), average) for threads in (1, 2)}
    keys.add(key_of(choose_engine("cpu", 1), largest))
    monkeypatch.setattr(machine, "processor", lambda: "another")
    keys.add(key_of(choose_engine("cpu", 1), average))
    assert len(keys) == 4
    assert all(json.loads(json.dumps(key)) == key for key in keys)


def test_the_processor_is_named_by_what_linux_tells(tmp_path):
    (tmp_path / "proc").mkdir()
    lines = "processor\t: 0\ncpu family\t: 26\nmodel\t\t: 2\nmodel name\t: AMD EPYC\n"
    (tmp_path / "proc" / "cpuinfo").write_text(lines)
    assert processor(tmp_path) == "AMD EPYC 26 2"
    assert processor(tmp_path / "nowhere")
