"""A shortage of memory is known, whoever tells of it, and what it held is given back."""

import subprocess
import sys
import weakref

import numpy as np
import pytest

from stylecore.errors import EngineError, ImageError
from stylecore.memory import is_shortage, let_go

ASKING_TOO_MUCH = {
    "numpy": "np.ones(1 << 46, np.uint8)",
    "opencv": "cv2.resize(np.zeros((8, 8), np.float32), (1 << 15, 1 << 15))",
    "python": "bytearray(1 << 46)",
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
@pytest.mark.parametrize("library", ASKING_TOO_MUCH)
def test_what_libraries_raise_without_memory_is_known(library):
    program = (
        "import resource, cv2, numpy as np\n"
        "from stylecore.memory import is_shortage\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        f"try:\n    {ASKING_TOO_MUCH[library]}\n"
        "except Exception as error:\n    print(is_shortage(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "True\n", done


@pytest.mark.parametrize(
    ("words", "known"),
    [
        # What ONNX Runtime 1.32 said on the CPU and on CUDA, cut short.
        ("cpu cannot run a: bfc_arena.cc:360 Failed to allocate memory for requested buffer", True),
        ("cuda cannot run a: CUDA failure 2: out of memory", True),
        ("cpu cannot run a: Available memory of 1 is smaller than requested bytes of 2", True),
        ("cpu cannot run a: std::bad_alloc", True),
        ("cpu cannot run a: the shapes do not match", False),
    ],
)
def test_what_engines_say_without_memory_is_known(words, known):
    assert is_shortage(EngineError(words)) is known


@pytest.mark.parametrize("error", [ImageError("out of memory.png is damaged"), OSError(28, "full")])
def test_other_errors_are_none(error):
    assert not is_shortage(error)


def test_what_an_ended_call_held_is_given_back():
    held = []

    def work():
        picture = np.zeros(1000)
        held.append(weakref.ref(picture))
        raise MemoryError

    def retry():
        try:
            work()
        except MemoryError as error:
            raise EngineError("no room") from error

    try:
        retry()
    except EngineError as error:
        assert held[0]() is not None
        let_go(error)
        assert held[0]() is None
