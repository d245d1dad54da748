from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from stylecore.models.fetching.lock import exclusive

HOLDER = """
import sys, time
from pathlib import Path
from stylecore.models.fetching.lock import exclusive
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
