import os
import subprocess
import sys
import tempfile

import numpy as np
import pytest

from stylecore.errors import EngineError
from stylecore.tiling.disk import Disk, check_room


def test_what_is_written_is_read_after_a_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    disk = Disk()
    values = np.random.default_rng(0).normal(size=(1, 5, 40, 30)).astype(np.float32)
    array = disk.features(5, 40, 30)
    assert not array.any()
    array[..., 3:20, 4:30] = values[..., 3:20, 4:30]
    disk.rest()
    assert (array[..., 3:20, 4:30] == values[..., 3:20, 4:30]).all()
    down, right = np.array([[3, 19], [4, 5]]), np.array([[4, 29], [7, 6]])
    assert (array[:, :, down, right] == values[:, :, down, right]).all()


def test_its_files_have_no_names(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    disk = Disk()
    disk.features(8, 100, 100)[...] = 1
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_kill_leaves_nothing(tmp_path):
    code = (
        "import os, signal\n"
        "from stylecore.tiling.disk import Disk\n"
        "disk = Disk()\n"
        "disk.features(8, 100, 100)[...] = 1\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, check=False)
    assert done.returncode == -9
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_is_told_before_it_is_written_to(monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(
        EngineError, match=r"has no room for 40 MB .*No space.*set TMPDIR"
    ) as caught:
        Disk().features(100, 1000, 100)
    assert "\n" not in str(caught.value)


def test_too_small_a_disk_is_told_before_the_run():
    check_room(1)
    with pytest.raises(EngineError, match=r"has no room for \d+ MB .*MB are free\); set TMPDIR"):
        check_room(10**18)
