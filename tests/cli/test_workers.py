import logging
import os
from pathlib import Path

import pytest

from stylecore.batch.jobs import Job
from stylecore.batch.local import ThreadCrew
from stylecore.batch.processes import ProcessCrew
from stylecore.cli.progress import Progress
from stylecore.cli.workers import Workers, hush
from stylecore.errors import SettingsError
from stylecore.settings import Settings


class Said(Progress):
    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)


def jobs(count, **settings):
    return [Job(Path("a"), (Path("b"),), Settings(**settings), f"{i}.png") for i in range(count)]


def workers(jobs=0, scheduler=None):
    return Workers(jobs, scheduler, None, True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (workers(-1), "--jobs is -1; give a number of processes, or 0"),
        (workers(2, "tcp://x:1"), "--jobs is for this machine alone; leave it out with --sched"),
    ],
)
def test_options_that_cannot_be(given, message):
    with pytest.raises(SettingsError, match=message):
        given.check()


def test_options_that_can_be():
    for given in (workers(), workers(2), workers(0, "tcp://x:1")):
        given.check()


@pytest.mark.parametrize(
    ("asked", "count", "kind", "hands"),
    [
        (1, 5, ThreadCrew, 1),
        (3, 5, ProcessCrew, 3),
        (8, 2, ProcessCrew, 2),
        (8, 1, ThreadCrew, 1),
        (0, 5, ProcessCrew, 4),
    ],
)
def test_so_many_as_were_asked_for_or_suit_and_no_more_than_pictures(
    monkeypatch, asked, count, kind, hands
):
    monkeypatch.setattr("stylecore.batch.division.processes_for", lambda _: 4)
    monkeypatch.setattr("stylecore.engine.cores.usable_cores", lambda: 64)
    said = Said()
    with workers(asked).crew(jobs(count), said) as crew:
        assert type(crew) is kind
        assert crew.hands == hands
    assert said.lines == []


@pytest.mark.parametrize(
    ("optimizer", "processes", "threads"),
    [("lbfgs", 1, "1"), ("lbfgs", 2, None), ("adam", 1, None)],
)
def test_scipys_linear_algebra_keeps_to_one_thread_in_this_process(
    monkeypatch, optimizer, processes, threads
):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "8")  # is put back at the end
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    with workers(processes).crew(jobs(4, optimizer=optimizer), Said()):
        assert os.environ.get("OPENBLAS_NUM_THREADS") == threads


def test_more_threads_than_cores_are_said(monkeypatch):
    monkeypatch.setattr("stylecore.engine.cores.usable_cores", lambda: 2)
    said = Said()
    with workers(2).crew(jobs(4, threads=3), said):
        pass
    (line,) = said.lines
    assert line.startswith("stylecore: 6 threads on 2 cores wait for one another")


def test_the_cluster_library_writes_nothing_beside_the_one_line():
    hush()
    names = ("distributed", "distributed.client", "distributed.core")
    assert not any(logging.getLogger(name).isEnabledFor(logging.ERROR) for name in names)
