"""SciPy's linear algebra keeps to one thread, and NumPy's does not."""

import os
import subprocess
import sys

import pytest

from stylecore.cli.blas import calm_scipy

ASK = """
import ctypes, re, numpy
from stylecore.cli.blas import calm_scipy
calm_scipy()
import scipy.optimize
for path in sorted({line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}):
    for suffix in ("", "64_"):
        ask = getattr(ctypes.CDLL(path), f"scipy_openblas_get_num_threads{suffix}", None)
        if ask is not None:
            print(re.search("numpy|scipy", path.rpartition("/")[0].rpartition("/")[2])[0], ask())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="loaded libraries are found in /proc")
@pytest.mark.skipif(os.cpu_count() == 1, reason="there is one core")
def test_it_keeps_scipy_to_one_thread_and_numpy_to_its_own(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    ran = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, timeout=60
    )
    threads = dict(line.split() for line in ran.stdout.splitlines())
    if set(threads) != {"numpy", "scipy"}:
        pytest.skip("NumPy or SciPy has another linear algebra here")
    assert threads["scipy"] == "1"
    assert int(threads["numpy"]) > 1


def test_what_the_user_said_counts(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    calm_scipy()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
