"""Starts stylecore again and again without loading Python anew: each line of JSON is a command.

Its ``words`` are run in a ``folder``, as a process of their own. Where it says ``seconds``, that is
killed after so many; where it says ``once``, when there is a file of that name. The exit status is
told.
"""

import json
import os
import signal
import sys
import time

import scipy.spatial  # noqa: F401

import stylecore.engine.runtime
import stylecore.models.prepare
import stylecore.painter
from stylecore.cli.__main__ import main

stylecore.engine.runtime.onnxruntime()


def run(words, folder):
    """Be that command, and say nothing."""
    os.chdir(folder)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    sys.argv = ["stylecore", *words]
    try:
        main()
    except SystemExit as end:
        os._exit(end.code or 0)
    finally:
        os._exit(99)


def status_of(process, seconds, once):
    """The exit status of a process, which is killed when it is time to."""
    deadline = time.monotonic() + (60 if seconds is None else seconds)
    while True:
        if seconds is None and once is None:
            return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= deadline or (once and os.path.exists(once)):  # noqa: PTH110
            os.kill(process, signal.SIGKILL)  # it is not waited for yet: this is its number
            seconds = once = None
        time.sleep(0.001)


if __name__ == "__main__":
    for line in sys.stdin:
        told = json.loads(line)
        process = os.fork()
        if not process:
            run(told["words"], told["folder"])
        status = status_of(process, told["seconds"], told["once"])
        os.write(1, f"{status}\n".encode())
