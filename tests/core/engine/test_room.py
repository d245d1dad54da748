"""What memory is left, from trees of files as Linux has them."""

import math
import os
import sys

import pytest

from stylecore.engine import room
from stylecore.engine.room import give_back, held_memory, share_memory, usable_memory

MOUNTS = (
    "23 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n"
    "30 23 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
    "35 31 0:31 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    "36 31 0:32 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu"
)
MACHINE = {"proc/meminfo": "MemTotal: 9000 kB\nMemFree: 1 kB\nMemAvailable: 8000 kB"}
MB = 1024


def tree(tmp_path, groups, files):
    texts = {"proc/self/mountinfo": MOUNTS, "proc/self/cgroup": groups}
    for name, text in (texts | files).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return tmp_path


def limits(folder, most, used, version=2):
    names = ("memory.max", "memory.current")
    if version == 1:
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
    return {f"sys/fs/cgroup/{folder}{names[0]}": most, f"sys/fs/cgroup/{folder}{names[1]}": used}


@pytest.mark.parametrize(
    ("groups", "files", "wanted"),
    [
        ("0::/", {}, 8000 * MB),
        ("0::/", limits("", "max", "500"), 8000 * MB),
        ("0::/", limits("", str(3000 * MB), str(1000 * MB)), 2000 * MB),
        ("0::/a/b", limits("a/b/", "max", "0") | limits("a/", str(5 * MB), "0"), 5 * MB),
        ("0::/", limits("", "1000", "2000"), 0),
        ("5:memory:/", limits("memory/", str(700 * MB), "0", version=1), 700 * MB),
        ("5:memory:/", limits("memory/", str(2**63), "0", version=1), 8000 * MB),
        ("0::/", limits("", "none of it", "0"), 8000 * MB),
        (
            "0::/",
            limits("", "2000", "1900") | {"sys/fs/cgroup/memory.stat": "anon 5\ninactive_file 300"},
            400,
        ),
        ("?", {}, 8000 * MB),
    ],
)
def test_what_is_left_is_what_machine_and_groups_grant(tmp_path, groups, files, wanted):
    assert usable_memory(tree(tmp_path, groups, MACHINE | files)) == wanted


def test_what_is_left_here_is_something():
    assert 0 < usable_memory() < math.inf or sys.platform == "win32"


def test_what_the_process_holds_is_told_in_pages(tmp_path):
    files = {"proc/self/statm": "900 250 90 1 0 70 0"}
    assert held_memory(tree(tmp_path, "0::/", files)) == 250 * os.sysconf("SC_PAGE_SIZE")
    assert held_memory(tmp_path / "nothing") == 0


def test_what_was_freed_is_given_back():
    blocks = [bytearray(60_000) for _ in range(2000)]  # too small for a mapping of its own
    keep = blocks[1::2]
    del blocks
    before = held_memory()
    give_back()
    assert held_memory() <= before
    assert len(keep) == 1000


def test_processes_that_paint_beside_one_another_share_what_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "_SHARERS", [1])
    root = tree(tmp_path, "0::/", MACHINE)
    share_memory(4)
    assert usable_memory(root) == 2000 * MB
