"""Swap, from trees of files as Linux has them."""

import sys

import pytest

from stylecore.forecast.swap import held_memory, usable_swap

MOUNTS = (
    "30 23 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
    "35 31 0:31 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"
)
MACHINE = {"proc/meminfo": "MemAvailable: 1 kB\nSwapTotal: 900 kB\nSwapFree: 800 kB"}
KB = 1024


def tree(tmp_path, groups, files):
    texts = {"proc/self/mountinfo": MOUNTS, "proc/self/cgroup": groups} | MACHINE | files
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return tmp_path


def limits(folder, **files):
    return {f"sys/fs/cgroup/{folder}{name.replace('__', '.')}": one for name, one in files.items()}


@pytest.mark.parametrize(
    ("groups", "files", "wanted"),
    [
        ("0::/", {}, 800 * KB),
        ("0::/", limits("", memory__swap__max="max", memory__swap__current="5"), 800 * KB),
        ("0::/", limits("", memory__swap__max="3000", memory__swap__current="1000"), 2000),
        ("0::/a", limits("a/", memory__swap__max="0", memory__swap__current="0"), 0),
        (
            "5:memory:/",
            limits(
                "memory/",
                memory__memsw__limit_in_bytes="5000",
                memory__limit_in_bytes="4000",
            ),
            1000,
        ),
        ("0::/", {"proc/meminfo": "MemAvailable: 1 kB"}, 0),
    ],
)
def test_swap_is_what_machine_and_groups_grant(tmp_path, groups, files, wanted):
    assert usable_swap(tree(tmp_path, groups, files)) == wanted


def test_what_this_process_holds_is_something():
    assert held_memory() > 1e7 or sys.platform != "linux"


def test_where_nobody_tells_there_is_none(tmp_path):
    assert held_memory(tmp_path) == 0
    assert usable_swap(tmp_path) == 0
