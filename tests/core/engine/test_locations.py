import sys
from pathlib import Path

import pytest

from stylecore.engine.locations import artefacts_folder, home, weights_folder


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A user's folder, without any variable that would move ours."""
    for name in ("STYLECORE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


def test_the_variable_moves_everything(user, monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", str(user / "elsewhere"))
    assert weights_folder() == user / "elsewhere" / "weights"
    assert artefacts_folder() == user / "elsewhere" / "artefacts"


def test_the_variable_may_start_at_the_users_folder(monkeypatch):
    monkeypatch.setenv("STYLECORE_HOME", "~/models")
    assert home() == Path("~").expanduser() / "models"


@pytest.mark.parametrize(
    ("platform", "folder"),
    [
        ("linux", ".cache/stylecore"),
        ("darwin", "Library/Caches/stylecore"),
        ("win32", "AppData/Local/stylecore"),
    ],
)
def test_each_platform_has_its_convention(user, monkeypatch, platform, folder):
    monkeypatch.setattr(sys, "platform", platform)
    assert home() == user / folder


@pytest.mark.parametrize(
    ("platform", "variable"), [("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")]
)
def test_the_platforms_own_variable_counts(user, monkeypatch, platform, variable):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(user / "cache"))
    assert home() == user / "cache" / "stylecore"


@pytest.mark.parametrize("value", ["", "relative/cache"])
def test_a_cache_that_is_no_absolute_path_is_ignored(user, monkeypatch, value):
    # As the XDG specification asks.
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert home() == user / ".cache" / "stylecore"


def test_asking_creates_nothing(user):
    home(), weights_folder(), artefacts_folder()
    assert list(user.iterdir()) == []
