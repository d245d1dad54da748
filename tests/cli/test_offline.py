"""``--offline`` opens no socket, neither by Python nor by ONNX Runtime, and leaves no trace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from stylecore.pictures.images import read_image, write_image

GUARD = Path(__file__).with_name("without_sockets.py")
QUICK = ["--size", "48", "--coarsest", "48", "--steps", "3", "--engine", "cpu", "--offline"]


def guarded(*words, **options):
    command = [sys.executable, str(GUARD), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, **options)


@pytest.fixture(scope="module")
def guard():
    """Runs Python where a socket is the end; where that cannot be, skips, but never in CI."""
    if sys.platform != "linux":
        pytest.skip("system calls are filtered on Linux only")
    tried = guarded("-c", "import socket; socket.socket()")
    if tried.returncode == -signal.SIGSYS:
        return guarded
    missing = f"the kernel filters no system calls here: {tried.stderr[-200:]}"
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(missing)
    pytest.fail(missing)


def test_the_guard_lets_all_else_pass(guard):
    done = guard("-c", "print(open(__import__('os').devnull).read(), 'passed')")
    assert (done.returncode, done.stdout) == (0, " passed\n")


def test_a_run_opens_no_socket_and_leaves_nothing_behind(guard, tiny_model, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    for name, level in (("photo.png", 60), ("night.png", 180)):
        write_image(tmp_path / name, np.full((36, 48, 3), level, np.uint8))
    environment = {**os.environ, "HOME": str(home)}
    for name in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME", "STYLECORE_HOME"):
        environment.pop(name, None)
    words = ["stylize", "photo.png", "night.png", "-o", "out.png", "--model", tiny_model]
    done = guard("-m", "stylecore.cli", *words, *QUICK, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert read_image(tmp_path / "out.png").shape == (36, 48, 3)
    assert list(home.rglob("*")) == []
