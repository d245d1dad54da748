import os
import sys
from pathlib import Path

import pytest

from stylecore.engine.locations import artefacts_folder, home, weights_folder
from stylecore.errors import ModelError


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


@pytest.fixture
def homeless(monkeypatch):
    """A user without an entry in the list of users, as in a container started with any number."""
    for name in ("STYLECORE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOMEPATH", "HOMEDRIVE"):
        monkeypatch.delenv(name, raising=False)
    if sys.platform != "win32":
        monkeypatch.setattr(os, "getuid", lambda: 3_999_999_999)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_without_a_home_the_variable_that_helps_is_named(homeless, monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(ModelError, match="no home folder; set STYLECORE_HOME to a folder"):
        home()


@pytest.mark.skipif(sys.platform == "win32", reason="no list of users there")
def test_an_empty_home_is_none(homeless, monkeypatch):
    monkeypatch.setenv("HOME", "")
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(ModelError, match="set STYLECORE_HOME"):
        home()
    monkeypatch.undo()
    monkeypatch.setenv("HOME", "")
    for name in ("STYLECORE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    import pwd

    assert home() == Path(pwd.getpwuid(os.getuid()).pw_dir) / ".cache" / "stylecore"


@pytest.mark.parametrize("folder", ["~nobody-of-this-name", "~nobody-of-this-name/cache"])
def test_a_home_of_nobody_is_one_line(monkeypatch, folder):
    monkeypatch.setenv("STYLECORE_HOME", folder)
    with pytest.raises(ModelError, match=f"STYLECORE_HOME is {folder}, and nobody here"):
        home()


@pytest.mark.parametrize("variable", ["STYLECORE_HOME", "XDG_CACHE_HOME"])
def test_a_folder_that_is_named_needs_no_home(homeless, tmp_path, monkeypatch, variable):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv(variable, str(tmp_path))
    assert home().is_relative_to(tmp_path)
