"""Standard error is silent where a library would speak, and itself again afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stylecore.silence import native_silence


def speak(text: str) -> None:
    """Write to stderr as a C library does."""
    os.write(2, text.encode())


def test_c_libraries_are_silent_inside_only(capfd: pytest.CaptureFixture[str]) -> None:
    speak("before ")
    with native_silence():
        speak("inside ")
    speak("after")
    assert capfd.readouterr().err == "before after"


@pytest.mark.parametrize("error", [OSError("no room"), ValueError("wrong"), KeyboardInterrupt()])
def test_an_error_inside_is_handed_on_as_it_is(
    error: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(type(error)) as caught, native_silence():
        raise error
    assert caught.value is error
    speak("after")
    assert capfd.readouterr().err == "after"


def test_it_may_be_nested(capfd: pytest.CaptureFixture[str]) -> None:
    with native_silence():
        with native_silence():
            speak("inner ")
        speak("outer ")
    speak("after")
    assert capfd.readouterr().err == "after"


def test_overlapping_threads_leave_stderr_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    first_inside, second_inside, first_left = (threading.Event() for _ in range(3))

    def first() -> None:
        with native_silence():
            first_inside.set()
            second_inside.wait(10)
        first_left.set()

    def second() -> None:
        first_inside.wait(10)
        with native_silence():
            second_inside.set()
            first_left.wait(10)
            speak("still inside ")

    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(first), pool.submit(second)):
            done.result(20)
    speak("after")
    assert capfd.readouterr().err == "after"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no list of open files here")
def test_nothing_stays_open() -> None:
    def enter() -> None:
        with native_silence(), native_silence():
            raise OSError("inside")

    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - as many handles as before
    for _ in range(20):
        with pytest.raises(OSError, match="inside"):
            enter()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


@pytest.mark.skipif(sys.platform == "win32", reason="no closed stderr there")
def test_without_a_standard_error_it_does_nothing() -> None:
    program = (
        "import os\n"
        "os.close(2)\n"
        "from stylecore.silence import native_silence\n"
        "with native_silence():\n"
        "    print('done')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "done\n")
