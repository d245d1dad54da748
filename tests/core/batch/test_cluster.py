"""A real Dask scheduler with two workers, which are processes of this machine."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from stylecore.batch.cluster import ClusterCrew
from stylecore.batch.events import Ended, Stepped
from stylecore.batch.folder import HIDDEN
from stylecore.errors import EngineError
from stylecore.pictures.images import read_image

pytestmark = pytest.mark.slow
HERE = ("--host", "127.0.0.1", "--no-dashboard")


class Cluster:
    """A scheduler with workers that see nothing of this machine's cache."""

    def __init__(self, folder):
        self.folder, self.workers = folder, []
        self._file = folder / "scheduler.json"
        words = ["dask_scheduler", *HERE, "--port", "0", "--scheduler-file", self._file]
        self.scheduler = self._start(*words)
        while not self._file.exists() or not self._file.read_text().strip():
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = json.loads(self._file.read_text())["address"]

    def add(self, count, cwd=None):
        for _ in range(count):
            words = [self.address, *HERE, "--no-nanny", "--nthreads", "1"]
            place = ["--local-directory", self.folder / "workers"]
            self.workers.append(self._start("dask_worker", *words, *place, cwd=cwd))

    def _start(self, name, *words, cwd=None):
        home = self.folder / f"home-{len(self.workers)}"
        environment = {**os.environ, "STYLECORE_HOME": str(home), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", f"distributed.cli.{name}", *map(str, words)]
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=environment, cwd=cwd, **silent)

    def close(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    yield found
    found.close()


@pytest.fixture
def one_thread(jobs):
    return [replace(job, settings=replace(job.settings, threads=1, steps=100)) for job in jobs]


def pictures():
    return {path.name: path.read_bytes() for path in Path("out").glob("*.png")}


def essence(line):
    """What of a line does not depend on when and where."""
    return {key: value for key, value in line.items() if key not in ("seconds", "time")}


def test_pictures_and_manifest_are_those_of_one_machine(paint, one_thread, lines, cluster, place):
    cluster.add(2, cwd=place)
    steps = []

    def on_event(event):
        if isinstance(event, Stepped):
            steps.append(event.job.name)

    summary = paint(one_thread, partial(ClusterCrew, cluster.address), on_event=on_event)
    assert (len(summary.painted), summary.failed) == (4, [])
    assert steps
    far, there = pictures(), lines()
    Path("out").rename("far")
    paint(one_thread)
    assert pictures() == far
    here = lines()
    assert here[1] == there[1] == 4
    for name, line in here[0].items():
        assert essence(line) == essence(there[0][name])


def test_a_worker_that_is_killed_loses_no_picture_and_none_is_made_twice(
    paint, one_thread, lines, cluster, place
):
    cluster.add(2, cwd=place)
    killed, told = [], set()

    def on_event(event):
        if isinstance(event, Stepped):
            told.add(event.told.number)
            if len(told) > 1 and not killed:  # both are at work
                killed.append(cluster.workers[0])
                cluster.workers[0].kill()

    summary = paint(one_thread, partial(ClusterCrew, cluster.address), on_event=on_event)
    assert killed
    assert (len(summary.painted), summary.failed) == (4, [])
    found, count = lines()
    assert (len(found), count) == (4, 4)
    for name in found:
        assert read_image(f"out/{name}").shape == (24, 32, 3)


class Blindfold(ClusterCrew):
    """Whose workers do not see where the network lies."""

    def submit(self, task, parcel):
        network = replace(task.network, folder="nowhere")
        return super().submit(replace(task, network=network), parcel)


def test_what_workers_do_not_see_is_sent(paint, one_thread, lines, cluster, place):
    elsewhere = cluster.folder / "elsewhere"
    elsewhere.mkdir()
    cluster.add(1, cwd=elsewhere)
    summary = paint(one_thread, partial(Blindfold, cluster.address))
    assert (len(summary.painted), summary.failed) == (4, [])
    (kept,) = cluster.folder.glob("home-*/artefacts/*")
    assert kept.name.startswith("sent-")
    far = pictures()
    Path("out").rename("far")
    paint(one_thread)
    assert pictures() == far


def test_interruption_ends_what_workers_are_at(paint, one_thread, cluster, place):
    cluster.add(1, cwd=place)
    jobs = [replace(job, settings=replace(job.settings, steps=100_000)) for job in one_thread]

    def on_event(event):
        if isinstance(event, Stepped):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paint(jobs, partial(ClusterCrew, cluster.address), on_event=on_event)
    there = {path.name for path in Path("out").iterdir()}
    assert there <= {HIDDEN}  # where checkpoints lie of what it goes on with
    summary = paint(one_thread[:1], partial(ClusterCrew, cluster.address))
    assert len(summary.painted) == 1  # the worker is free


def test_a_scheduler_that_goes_away_ends_the_batch_and_keeps_what_is_done(
    paint, one_thread, lines, cluster, place
):
    cluster.add(1, cwd=place)

    def on_event(event):
        if isinstance(event, Ended):
            cluster.scheduler.kill()
            cluster.scheduler.wait()

    with pytest.raises(EngineError, match="answers no more; start it, and give the same command"):
        paint(one_thread, partial(ClusterCrew, cluster.address), on_event=on_event)
    assert 1 <= lines()[1] < 4


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:9"])
def test_where_no_scheduler_answers(address, monkeypatch):
    monkeypatch.setattr("stylecore.batch.cluster._PATIENCE", 1)
    with pytest.raises(EngineError, match=rf"no Dask scheduler answers at {address}: ") as caught:
        ClusterCrew(address)
    assert "\n" not in str(caught.value)


def test_without_dask_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EngineError, match=r"pip install 'stylecore\[dask\]'"):
        ClusterCrew("tcp://127.0.0.1:9")
