"""The public names: what is promised is there, documented, and cheap to import."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import stylecore

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "api.md"
HEADING = re.compile(r"^#{3} `(\w+)", re.MULTILINE)
NOT_NEEDED = {"h5py", "onnx", "onnx_ir", "rich", "safetensors", "tensorflow", "torch", "typer"}


def public() -> list[str]:
    return [name for name in stylecore.__all__ if not name.startswith("__")]


def test_all_is_sorted_and_there() -> None:
    assert list(stylecore.__all__) == sorted(stylecore.__all__)
    assert not [name for name in stylecore.__all__ if not hasattr(stylecore, name)]


def test_the_reference_names_every_public_name_and_no_other() -> None:
    documented = HEADING.findall(REFERENCE.read_text(encoding="utf-8"))
    assert sorted(documented) == public()


def test_the_package_is_typed() -> None:
    assert files("stylecore").joinpath("py.typed").is_file()


@pytest.mark.parametrize("name", public())
def test_public_objects_have_docstrings(name: str) -> None:
    thing = getattr(stylecore, name)
    text = thing.__doc__ or ""
    assert text, name
    assert not text.startswith(f"{name}("), "that is the one a dataclass writes for itself"
    if inspect.isclass(thing):
        own = [member for key, member in vars(thing).items() if not key.startswith("_")]
        bare = [one for one in own if inspect.isfunction(one) and not inspect.getdoc(one)]
        assert not bare, f"{name}: {bare}"


@pytest.mark.parametrize("name", public())
def test_signatures_are_annotated(name: str) -> None:
    thing = getattr(stylecore, name)
    if inspect.isfunction(thing):
        signature = inspect.signature(thing)
        empty = inspect.Signature.empty
        assert signature.return_annotation is not empty
        assert all(one.annotation is not empty for one in signature.parameters.values())


def test_importing_the_library_brings_only_what_it_runs_on() -> None:
    loaded = modules_after("import stylecore")
    assert not loaded & NOT_NEEDED


def test_importing_the_settings_brings_no_runtime() -> None:
    loaded = modules_after("import stylecore.cli.options")
    assert not loaded & {"onnx", "onnx_ir", "onnxruntime", "torch"}


def modules_after(statement: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())
