"""``-``: a picture through standard input and output, as one process to another."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from stylecore.cli import standard
from stylecore.cli.app import app

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--coarsest", "48", "--steps", "2"]
RNG = np.random.default_rng(0)


def png(seed: int, mode: str = "RGB") -> bytes:
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (48, 64, len(mode)), np.uint8))
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


@pytest.fixture
def run(tmp_path: Path, tiny_model: Path) -> Any:
    (tmp_path / "photo.png").write_bytes(png(1))
    (tmp_path / "night.png").write_bytes(png(2))

    def run(command: str, *words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        line = [sys.executable, "-m", "stylecore.cli", command, *words]
        line += ["--model", str(tiny_model), *QUICK] if command != "mask" else []
        return subprocess.run(line, cwd=tmp_path, input=data, capture_output=True, check=False)

    return run


@pytest.fixture
def run_into(run: Any, tmp_path: Path, tiny_model: Path) -> Any:
    def run_into(output: Any, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
        line = [sys.executable, "-m", "stylecore.cli", "stylize", *words]
        line += ["--model", str(tiny_model), *QUICK, "-q"]
        options = {"stdout": output, "stderr": subprocess.PIPE, "cwd": tmp_path} | more
        return subprocess.run(line, check=False, **options)

    return run_into


def test_a_picture_goes_through_as_through_files(run: Any, tmp_path: Path) -> None:
    piped = run("stylize", "-", "night.png", "-o", "-", data=(tmp_path / "photo.png").read_bytes())
    assert piped.returncode == 0, piped.stderr
    assert b"standard output: " in piped.stderr
    assert run("stylize", "photo.png", "night.png", "-o", "out.png").returncode == 0
    with Image.open(io.BytesIO(piped.stdout)) as one, Image.open(tmp_path / "out.png") as other:
        assert one.format == "PNG"
        assert np.array_equal(np.asarray(one), np.asarray(other))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["night.png", "out.png", "photo.png"]


def test_the_report_alone_goes_to_standard_output(run: Any, tmp_path: Path) -> None:
    words = ["photo.png", "-", "-o", "out.png", "--report", "-", "--init", "-", "--keep", "-"]
    done = run("stylize", *words, data=png(3, "RGBA"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["settings"]["steps"] == 2
    assert b"out.png: " in done.stderr
    assert (tmp_path / "out.png").exists()


@pytest.mark.parametrize("command", ["blend", "mask"])
def test_other_commands_have_it_too(run: Any, command: str) -> None:
    words = ["-", "photo.png", "night.png", "--count", "2"] if command == "blend" else ["-"]
    done = run(command, *words, "-o", "-", data=png(4))
    assert done.returncode == 0, done.stderr
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert image.size == ((104, 36) if command == "blend" else (64, 48))


def test_a_new_name_for_what_came_from_standard_input(run: Any, tmp_path: Path) -> None:
    assert run("stylize", "-", "night.png", data=png(5)).stdout.startswith(b"stdin-night.png: ")
    assert (tmp_path / "stdin-night.png").exists()


def test_what_comes_from_there_may_be_no_picture(run: Any) -> None:
    for data, words in [(b"", b"standard input is empty"), (b"text", b"stdin is no picture")]:
        done = run("stylize", "-", "night.png", "-o", "-", data=data)
        assert done.returncode == 1
        assert words in done.stderr
        assert done.stderr.count(b"\n") == 1
        assert not done.stdout


@pytest.mark.parametrize("words", [["-", "x.png", "-o", "o.png"], ["x.png", "x.png", "-o", "-"]])
def test_terminals_are_asked_for_no_picture(words: list[str], monkeypatch: Any) -> None:
    runner = CliRunner()
    monkeypatch.setattr(standard, "_is_terminal", lambda _: True)
    result = runner.invoke(app, ["stylize", *words])
    assert result.exit_code == 1
    assert "is a terminal" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("output", ["-", "out.png"])
def test_what_standard_output_does_not_take_is_kept_elsewhere(
    run_into: Any, tmp_path: Path, output: str
) -> None:
    """It is a result, which is never dropped as what is printed may be."""
    with Path("/dev/full").open("wb") as full:
        report = [] if output == "-" else ["--report", "-"]
        done = run_into(full, "photo.png", "night.png", "-o", output, *report)
    assert done.returncode == 1
    assert b"cannot write to standard output: No space left" in done.stderr
    name = "stylecore-rescued.png" if output == "-" else "stylecore-rescued.json"
    assert name.encode() in done.stderr
    if output == "-":
        with Image.open(tmp_path / name) as image:
            assert image.size == (48, 36)
    else:
        assert json.loads((tmp_path / name).read_text("utf-8"))["settings"]["steps"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize("words", [["-o", "-"], ["-o", "out.png", "--report", "-"]])
def test_a_standard_output_that_is_closed_is_refused(run_into: Any, words: list[str]) -> None:
    done = run_into(None, "photo.png", "night.png", *words, preexec_fn=lambda: os.close(1))
    assert done.returncode == 1
    assert done.stderr == b"stylecore: standard output is closed; give the path of a file\n"


def test_the_reader_of_standard_output_may_go_away(
    run: Any, tmp_path: Path, tiny_model: Path
) -> None:
    line = [sys.executable, "-m", "stylecore.cli", "stylize", "photo.png", "night.png", "-o", "-"]
    process = subprocess.Popen(
        [*line, "--model", str(tiny_model), *QUICK, "-q"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        errors = process.stderr.read()
    assert process.wait() == 1
    assert errors.startswith(b"stylecore: cannot write to standard output: ")
