"""How much memory is free, from trees of files as Linux's manuals have them."""

import math
import sys

import pytest

from stylecore.engine.room import free_memory

V2 = "30 23 0:26 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate"
V1 = "35 31 0:31 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"
MEMINFO = "MemTotal:       16000000 kB\nMemFree: 1000 kB\nMemAvailable:    8000000 kB\nHugePages: 0"
GROUP_V2 = {
    "memory.max": "4000000000",
    "memory.current": "1500000000",
    "memory.stat": "anon 1\ninactive_file 500000000",
}
GROUP_V1 = {
    "memory.limit_in_bytes": "3000000000",
    "memory.usage_in_bytes": "1000000000",
    "memory.stat": "total_inactive_file 250000000",
}


@pytest.fixture
def root(tmp_path):
    def make(mounts="", paths="", group="", files=None, meminfo=MEMINFO):
        texts = {
            "proc/meminfo": meminfo,
            "proc/self/mountinfo": mounts,
            "proc/self/cgroup": paths,
        } | {f"sys/fs/cgroup/{group}{name}": text for name, text in (files or {}).items()}
        for name, text in texts.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text + "\n")
        return tmp_path

    return make


def test_of_a_machine_it_is_what_linux_says_is_available(root):
    assert free_memory(root()) == 8000000 * 1024


@pytest.mark.parametrize(
    ("mounts", "paths", "group", "files", "wanted"),
    [
        (V2, "0::/", "", GROUP_V2, 3_000_000_000),
        (V2, "0::/a/b", "a/", GROUP_V2, 3_000_000_000),  # a group above
        (V2, "0::/", "", GROUP_V2 | {"memory.max": "max"}, 8000000 * 1024),
        (V2, "0::/", "", GROUP_V2 | {"memory.current": "9000000000"}, 0),
        (V1, "4:memory:/c1", "memory/c1/", GROUP_V1, 2_250_000_000),
        (V1, "4:memory:/c1", "memory/", GROUP_V1 | {"memory.stat": ""}, 2_000_000_000),
        (V1, "4:memory:/", "memory/", {"memory.limit_in_bytes": "no number"}, 8000000 * 1024),
    ],
)
def test_of_a_container_it_is_what_its_groups_leave(root, mounts, paths, group, files, wanted):
    assert free_memory(root(mounts, paths, group, files)) == wanted


@pytest.mark.parametrize("meminfo", ["", "MemTotal: 5 kB", "MemAvailable: many kB"])
def test_where_nobody_tells_there_is_no_end(root, meminfo):
    assert free_memory(root(meminfo=meminfo)) == math.inf


@pytest.mark.skipif(sys.platform != "linux", reason="nobody tells elsewhere")
def test_here_it_is_a_number():
    assert 1 << 20 < free_memory() < 1 << 50
