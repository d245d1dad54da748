"""A network that is quick to run, and the command as a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

BUILDER = Path(__file__).parents[1] / "embedding" / "build_artefact.py"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """An artefact of VGG-19's shape with few channels and random weights."""
    folder = tmp_path_factory.mktemp("model") / "tiny"
    subprocess.run([sys.executable, str(BUILDER), str(folder)], check=True)
    return folder


@pytest.fixture
def start(tmp_path):
    """Start ``stylecore`` with words in the test's folder; it is ended with the test."""
    processes = []

    def start(*words):
        command = [sys.executable, "-m", "stylecore.cli", *map(str, words)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        processes.append(subprocess.Popen(command, cwd=tmp_path, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()
