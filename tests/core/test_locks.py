from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stylecore.locks import exclusive, lock

HOLDER = """
import sys, time
from pathlib import Path
from stylecore.locks import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        with exclusive(tmp_path / "lock"):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline().strip() == b"held"
        got = threading.Event()

        def take() -> None:
            with exclusive(tmp_path / "lock"):
                got.set()

        thread = threading.Thread(target=take)
        thread.start()
        assert not got.wait(0.25)
        holder.kill()
        assert got.wait(10)
        thread.join()


def test_a_lock_is_held_until_it_is_released_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = lock(path)
    assert held
    assert lock(path) is None
    held.release()
    assert list(tmp_path.iterdir()) == []
    again = lock(path)
    assert again
    again.release()


LOCKER = """
import sys, time
from pathlib import Path
from stylecore.locks import lock
held = lock(Path(sys.argv[1]))
assert held
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOCKER, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline().strip() == b"held"
        assert lock(tmp_path / "lock") is None
        holder.kill()
    held = lock(tmp_path / "lock")
    assert held
    held.release()
    assert list(tmp_path.iterdir()) == []


def test_of_many_that_come_and_go_one_is_inside(tmp_path: Path) -> None:
    """A file that is removed while somebody waits to lock it must not admit two."""
    inside: list[int] = []

    def work(_: int) -> int:
        most = 0
        for _ in range(100):
            if held := lock(tmp_path / "lock"):
                inside.append(1)
                most = max(most, len(inside))
                time.sleep(0)
                inside.pop()
                held.release()
        return most

    with ThreadPoolExecutor(4) as pool:
        assert max(pool.map(work, range(4))) == 1


def test_where_no_file_can_be_made_there_is_no_lock(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        lock(tmp_path / "none" / "lock")
