"""Crews of this machine: real processes, some of which are killed."""

import multiprocessing
import os
import signal
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from stylecore.batch.events import Ended, Noted, Stepped
from stylecore.batch.local import ThreadCrew, local_crew
from stylecore.batch.processes import ProcessCrew, _threads_of_libraries

TWO = partial(ProcessCrew, 2)


@dataclass(frozen=True)
class Deadly:
    """A task that ends its process once others have begun."""

    begun: str

    def perform(self, _parcel, _bench):
        while not Path(self.begun).exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Slow:
    """A task that is at one step for a second."""

    begun: str

    def perform(self, _parcel, _bench):
        Path(self.begun).touch()
        time.sleep(1)


@pytest.fixture
def one_thread(jobs):
    """The jobs with as many threads in whatever crew, so that their pictures are the same."""
    return [replace(job, settings=replace(job.settings, threads=1)) for job in jobs]


def with_steps(job, steps):
    return replace(job, settings=replace(job.settings, steps=steps))


def long(job):
    return with_steps(job, 100_000)


def processes():
    return {process.pid for process in multiprocessing.active_children()}


def kill(pids):
    for process in multiprocessing.active_children():
        if process.pid in pids:
            process.kill()


def pictures(folder="out"):
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.png")}


def test_one_is_a_thread_and_more_are_processes():
    for crew, kind, hands in ((local_crew(1), ThreadCrew, 1), (local_crew(3), ProcessCrew, 3)):
        with crew:
            assert type(crew) is kind
            assert (crew.hands, crew.capacity) == (hands, hands + 1)


def test_of_processes_of_which_one_is_killed_no_picture_is_lost_and_none_made_twice(
    paint, one_thread, lines
):
    one_thread = [with_steps(job, 60) for job in one_thread]
    killed = []

    def on_event(event):
        if isinstance(event, Stepped) and not killed:
            killed.append(min(processes()))
            kill(killed)

    summary = paint(one_thread, TWO, on_event=on_event)
    assert len(killed) == 1
    assert (len(summary.painted), summary.failed) == (4, [])
    found, count = lines()
    assert (len(found), count) == (4, 4)
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "batch.jsonl",
        *sorted(found),
    ]
    assert not processes()
    by_processes = pictures()
    Path("out").rename("before")
    paint(one_thread)
    assert pictures() == by_processes


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills so here")
def test_it_closes_when_who_outlived_a_broken_crew_has_gone(tmp_path):
    begun = str(tmp_path / "begun")
    with TWO() as crew:
        tasks = [crew.submit(task(begun), None) for task in (Slow, Deadly)]
        with pytest.raises(BrokenProcessPool):
            tasks[1].result()
        crew.renew()
    assert not processes()


@pytest.mark.slow
def test_a_picture_that_processes_die_of_is_passed_over_alone(paint, one_thread):
    deadly = replace(long(one_thread[1]), name="deadly.png")
    jobs, deaths = [one_thread[0], deadly, *one_thread[2:]], []

    def on_event(event):
        if isinstance(event, Stepped) and event.job.name == "deadly.png":
            deaths.append(event)
            kill(processes())

    summary = paint(jobs, TWO, on_event=on_event)
    ((job, reason),) = summary.failed
    assert job.name == "deadly.png"
    assert reason.startswith("3 processes died of it, perhaps for want of memory")
    assert len(summary.painted) == 3


@pytest.mark.parametrize("crew", [ThreadCrew, TWO], ids=["thread", "processes"])
def test_interruption_ends_all_work_after_a_step(paint, jobs, crew):
    notes = []

    def on_event(event):
        if isinstance(event, Noted):
            notes.append(event.text)
        if isinstance(event, Stepped):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paint(list(map(long, jobs)), crew, on_event=on_event)
    assert notes == ["ending after the step that each picture is at; once more ends it at once"]
    (hidden,) = Path("out").iterdir()
    assert {path.suffix for path in hidden.iterdir()} == {".checkpoint"}
    assert not processes()


@pytest.mark.parametrize("crew", [ThreadCrew, pytest.param(TWO, marks=pytest.mark.slow)])
def test_what_was_interrupted_goes_on_where_it_stood_to_the_same_picture(
    paint, one_thread, lines, crew
):
    jobs = [with_steps(job, 200) for job in one_thread[:2]]
    done = {}

    def on_event(event):
        if isinstance(event, Stepped):
            done[event.job.name] = event.told.step
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paint(jobs, crew, on_event=on_event)
    summary = paint(jobs, crew)
    assert len(summary.painted) == 2
    found, count = lines()
    assert count == 2
    (name,) = done
    assert found[name]["resumed"] == 1
    assert ".stylecore" not in {path.name for path in Path("out").iterdir()}
    resumed = pictures()
    Path("out").rename("before")
    paint(jobs)
    assert pictures() == resumed


@pytest.mark.slow
def test_interrupted_once_more_processes_are_killed(paint, jobs, monkeypatch):
    monkeypatch.setattr(ProcessCrew, "halt", lambda self: None)  # they do not listen

    def on_event(event):
        if isinstance(event, Stepped):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paint(list(map(long, jobs)), TWO, on_event=on_event)
    deadline = time.monotonic() + 10
    while processes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes()


def test_libraries_take_no_more_threads_than_a_process_has(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    with _threads_of_libraries(3):
        assert os.environ["OMP_NUM_THREADS"] == "7"  # as the user has it
        assert os.environ["OPENBLAS_NUM_THREADS"] == "3"
    assert dict(os.environ) == before


def test_each_picture_is_painted_with_a_share_of_the_cores(paint, jobs, lines, monkeypatch):
    monkeypatch.setattr("stylecore.batch.processes.usable_cores", lambda: 5)
    paint(jobs[:1], TWO)
    (line,) = lines()[0].values()
    assert line["engine"]["threads"] == 3


def test_threads_that_were_asked_for_count(paint, one_thread, lines):
    ended = []
    paint(one_thread[:1], on_event=lambda e: ended.append(e) if isinstance(e, Ended) else None)
    assert ended[0].line["engine"]["threads"] == 1
