"""The wheel: just the modules and data of the source tree, whatever was built before."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"stylecore": "stylecore", "models": "stylecore/models", "cli": "stylecore/cli"}
FILES = "pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a wheel is built from, with modules of an older build left in build/lib."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in PACKAGES:
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    for ghost in ("stylecore/ghost.py", "stylecore/gone/__init__.py", "stylecore/cli/old.toml"):
        path = copy / "build" / "lib" / ghost
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return copy


@pytest.fixture(scope="module")
def wheel(tree: Path) -> set[str]:
    """The names in the wheel that pip builds of it, less those of its metadata."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel"]
    command += ["--quiet", "--no-deps", "--wheel-dir", str(tree / "wheels"), str(tree)]
    subprocess.run(command, check=True)
    (path,) = (tree / "wheels").glob("*.whl")
    names = zipfile.ZipFile(path).namelist()
    return {name for name in names if ".dist-info/" not in name}


@pytest.mark.slow
@pytest.mark.skipif("STYLECORE_OFFLINE" in os.environ, reason="pip brings setuptools to build with")
def test_a_wheel_holds_the_modules_of_the_source_tree_and_no_ghost(wheel: set[str]) -> None:
    wanted = {
        f"{package}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, package in PACKAGES.items()
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".css", ".js", ".py", ".toml", ".typed"}
    }
    assert wheel == wanted
