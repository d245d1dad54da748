"""CUDA's libraries: what ONNX Runtime prints and warns of is kept, and never fatal by itself."""

import sys
import warnings

import pytest

from stylecore.engine import cuda
from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError


def prints():
    sys.stdout.write("Failed to load libcublas.so.13: no such file\nPlease follow https://onnx\n")


def warns():
    warnings.warn("Failed to register the bundled plugin", stacklevel=1)


def raises():
    raise RuntimeError("the directory does not exist\nand more")


@pytest.mark.parametrize(
    ("preload", "said"),
    [
        (prints, "Failed to load libcublas.so.13: no such file"),
        (warns, ""),
        (raises, "the directory does not exist"),
        (lambda: None, ""),
    ],
)
def test_missing_libraries_neither_print_nor_raise(machine, capsys, preload, said):
    runtime = machine(cuda=True, preload=preload)
    assert cuda.load_libraries(runtime) == said
    assert capsys.readouterr() == ("", "")
    assert choose_engine("cuda").name == "cuda", "what is preloaded need not be what is used"


def test_what_preloading_missed_is_in_the_error(machine):
    machine(cuda=True, preload=prints, lost=[cuda.PROVIDER])
    with pytest.raises(EngineError, match=r"took CPUExecutionProvider \(Failed to load libcublas"):
        choose_engine("cuda")


def test_an_older_onnxruntime_preloads_nothing(machine):
    runtime = machine(cuda=True)
    del runtime.preload_dlls
    assert cuda.load_libraries(runtime) == ""


@pytest.mark.parametrize(("precision", "flag"), [("tf32", "1"), ("fp32", "0")])
def test_tf32_is_off_where_it_is_to_be_exact(precision, flag):
    assert cuda.options(precision)["use_tf32"] == flag
