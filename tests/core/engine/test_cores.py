"""The quota that Linux's control groups grant, from trees of files as its manuals have them."""

import math
import os
import sys

import pytest

from stylecore.engine import cores
from stylecore.engine.cores import cpu_quota, notes_on, usable_cores

# Lines of /proc/self/mountinfo: of proc(5), and as a container of either version has them.
V2 = "30 23 0:26 {inside} /sys/fs/cgroup ro,nosuid,nodev - cgroup2 cgroup rw,nsdelegate"
V1 = (
    "33 31 0:29 {inside} /sys/fs/cgroup/cpu,cpuacct ro shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:31 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    "36 31 0:32 / /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset"
)
AROUND = "23 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n{}\n37 23 0:5 / /proc rw - proc proc rw"


@pytest.fixture
def root(tmp_path):
    """Makes a root file system with these mounts, groups and files."""

    def make(mounts, groups, files):
        texts = {"proc/self/mountinfo": AROUND.format(mounts), "proc/self/cgroup": groups}
        for name, text in (texts | files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return tmp_path

    return make


def v2(path, text):
    return {f"sys/fs/cgroup/{path}cpu.max": text}


def v1(path, quota, period=100000):
    folder = f"sys/fs/cgroup/cpu,cpuacct/{path}"
    return {f"{folder}cpu.cfs_quota_us": str(quota), f"{folder}cpu.cfs_period_us": str(period)}


OF_V1 = "12:memory:/docker/c1\n5:cpu,cpuacct:/docker/c1\n2:cpuset:/docker/c1\n1:name=systemd:/"
CASES = {
    "v2, a container": (V2.format(inside="/"), "0::/", v2("", "150000 100000"), 1.5),
    "v2, no limit": (V2.format(inside="/"), "0::/", v2("", "max 100000"), math.inf),
    "v2, of systemd": (
        V2.format(inside="/"),
        "0::/system.slice/paint.service",
        v2("system.slice/paint.service/", "max 100000") | v2("system.slice/", "400000 100000"),
        4.0,
    ),
    "v2, the tightest counts": (
        V2.format(inside="/"),
        "0::/a/b",
        v2("a/b/", "300000 100000") | v2("a/", "50000 100000") | v2("", "max 100000"),
        0.5,
    ),
    "v2, the host's path": (
        V2.format(inside="/docker/c1"),
        "0::/docker/c1",
        v2("", "200000 100000"),
        2.0,
    ),
    "v1, a container": (V1.format(inside="/docker/c1"), OF_V1, v1("", 250000), 2.5),
    "v1, another period": (V1.format(inside="/docker/c1"), OF_V1, v1("", 30000, 10000), 3.0),
    "v1, no limit": (V1.format(inside="/"), OF_V1, v1("docker/c1/", -1) | v1("", -1), math.inf),
    "v1, below": (V1.format(inside="/"), OF_V1, v1("docker/c1/", 700000) | v1("", -1), 7.0),
    "v1, a path that is not seen": (V1.format(inside="/x"), OF_V1, v1("", 100000), 1.0),
    "both": (
        V1.format(inside="/") + "\n" + V2.format(inside="/").replace("cgroup ro", "cgroup/u ro"),
        OF_V1 + "\n0::/",
        v1("docker/c1/", 200000),
        2.0,
    ),
    "nonsense in the file": (V2.format(inside="/"), "0::/", v2("", "none of it"), math.inf),
    "nonsense everywhere": ("cgroup2", "?", {}, math.inf),
}


@pytest.mark.parametrize("case", CASES)
def test_the_quota_is_what_the_groups_grant(root, case):
    *tree, wanted = CASES[case]
    assert cpu_quota(root(*tree)) == wanted


def test_without_control_groups_there_is_no_quota(tmp_path):
    assert cpu_quota(tmp_path) == math.inf


@pytest.mark.parametrize(
    ("affinity", "quota", "wanted"),
    [(64, 2.0, 2), (64, 1.5, 2), (64, 0.2, 1), (2, 8.0, 2), (8, math.inf, 8)],
)
def test_the_lesser_of_affinity_and_quota_counts(monkeypatch, affinity, quota, wanted):
    monkeypatch.setattr(cores, "_affinity", lambda: affinity)
    monkeypatch.setattr(cores, "cpu_quota", lambda: quota)
    assert usable_cores() == wanted


@pytest.mark.skipif(sys.platform != "linux", reason="no affinity to be set there")
def test_the_affinity_of_this_process_counts():
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert usable_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("threads", "notes"), [(0, 0), (2, 0), (3, 1), (64, 1)])
def test_more_threads_than_cores_are_worth_a_note(monkeypatch, threads, notes):
    monkeypatch.setattr(cores, "usable_cores", lambda: 2)
    found = notes_on(threads)
    assert len(found) == notes
    assert all(note.startswith(f"{threads} threads on 2 cores") for note in found)
