from pathlib import Path

import pytest

from stylecore.batch import division
from stylecore.batch.division import processes_for, shares
from stylecore.batch.jobs import Job
from stylecore.settings import Settings


@pytest.fixture
def machine(monkeypatch):
    def machine(cores, memory=1e12, engine="cpu"):
        monkeypatch.setattr(division, "usable_cores", lambda: cores)
        monkeypatch.setattr(division, "usable_memory", lambda: memory)
        chosen = type("Engine", (), {"name": engine})
        monkeypatch.setattr(division, "choose_engine", lambda *_: chosen)

    return machine


def jobs(count, **settings):
    return [Job(Path("a"), (Path("b"),), Settings(**settings), f"{i}.png") for i in range(count)]


@pytest.mark.parametrize(
    ("cores", "memory", "engine", "wanted", "processes"),
    [
        (8, 1e12, "cpu", jobs(40), 8),
        (8, 1e12, "cpu", jobs(3), 3),
        (1, 1e12, "cpu", jobs(40), 1),
        (8, 1e12, "cpu", jobs(40, threads=2), 4),
        (8, 1e12, "cpu", jobs(40, threads=16), 1),
        (8, 1e12, "cuda", jobs(40), 1),
        (8, 1e12, "openvino", jobs(40), 1),
        (8, 8e9, "cpu", jobs(40, size=512), 3),
        (8, 8e9, "cpu", jobs(39, size=64) + jobs(1, size=1024), 1),
        (8, 8e9, "cpu", jobs(40, size=2048, max_memory="1G"), 5),
        (8, 0, "cpu", jobs(40), 1),
        (8, 1e12, "cpu", [], 1),
    ],
)
def test_a_process_for_each_core_as_far_as_all_else_goes(
    machine, cores, memory, engine, wanted, processes
):
    machine(cores, memory, engine)
    assert processes_for(wanted) == processes


@pytest.mark.parametrize(
    ("processes", "cores", "wanted"),
    [(1, 4, [4]), (2, 4, [2, 2]), (3, 8, [3, 3, 2]), (4, 2, [1, 1, 1, 1]), (5, 5, [1] * 5)],
)
def test_cores_are_divided_as_evenly_as_can_be(processes, cores, wanted):
    assert shares(processes, cores) == wanted
