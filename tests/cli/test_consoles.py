"""Nothing that is printed fails a run: whatever the encoding, closed, full or broken."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from stylecore.cli.consoles import _Forgiving, _safe, make_safe
from stylecore.pictures.images import read_image, write_image

QUICK = ["--engine", "cpu", "--threads", "1", "--size", "48", "--coarsest", "48", "--steps", "3"]
LATIN = ["cp1252", "cp437", "cp932", "ascii", "latin-1"]
posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


def stylecore(*words, **options):
    command = [sys.executable, "-m", "stylecore.cli", *map(str, words)]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(command, **given, check=False)


@pytest.fixture
def paint(tmp_path, tiny_model):
    """A short run of pictures whose names not every encoding has."""
    rng = np.random.default_rng(0)
    for name in ("фото.png", "ночь.png"):
        write_image(tmp_path / name, rng.integers(0, 256, (36, 48, 3), np.uint8))
    words = ["stylize", "фото.png", "ночь.png", "-o", "вид.png", "--model", tiny_model, *QUICK]

    def paint(**options):
        done = stylecore(*words, cwd=tmp_path, **options)
        assert read_image(tmp_path / "вид.png").shape == (36, 48, 3)
        return done

    return paint


@pytest.mark.parametrize("encoding", LATIN)
def test_names_that_an_encoding_lacks_are_written_otherwise(paint, encoding):
    done = paint(env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert b".png: " in done.stdout
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", LATIN)
def test_help_is_written_in_what_letters_there_are(encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "300"}
    done = stylecore("stylize", "--help", env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding if encoding != "ascii" else "utf-8")
    assert "Weight of the content (" in text
    assert "\\u" not in text


CLOSED = {"error": [2], "output": [1], "both": [1, 2], "all": [0, 1, 2]}


@posix
@pytest.mark.parametrize("closed", CLOSED)
def test_a_closed_stream_is_none(paint, closed):
    done = paint(preexec_fn=lambda: [os.close(number) for number in CLOSED[closed]])
    assert done.returncode == 0


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_takes_what_is_printed_and_no_more():
    with Path("/dev/full").open("wb") as full:
        done = stylecore("--help", stdout=full)
        assert done.returncode == 0
        assert done.stderr.startswith(b"stylecore: standard output is incomplete: No space left")
        assert stylecore("--help", stdout=full, stderr=full).returncode == 0


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_run_is_not_failed_by_a_full_disk(paint):
    with Path("/dev/full").open("wb") as full:
        assert paint(stdout=full, stderr=full).returncode == 0


@posix
def test_whoever_listens_may_go():
    ours, theirs = os.pipe()
    os.close(ours)
    done = stylecore("--help", stdout=theirs)
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")


@posix
def test_a_terminal_that_is_closed_leaves_the_picture(paint, tmp_path, tiny_model):
    terminal, end = os.openpty()
    words = ["stylize", "фото.png", "ночь.png", "-o", "вид.png", "--model", str(tiny_model), *QUICK]
    command = [
        sys.executable,
        "-m",
        "stylecore.cli",
        *words,
        "--steps",
        "100000",
        "--save-every",
        "1",
    ]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=end, stderr=end)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "вид.0002.png").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.close(end)
        os.close(terminal)
        process.send_signal(signal.SIGHUP)
        assert process.wait(60) == 128 + signal.SIGHUP
    finally:
        process.kill()
    assert read_image(tmp_path / "вид.png").shape == (36, 48, 3)


def written(text, encoding, tmp_path):
    """The bytes of a text on a stream of an encoding."""
    path = tmp_path / "out"
    with path.open("w", encoding=encoding) as stream:
        safe = _safe(stream, stream.fileno())
        safe.write(text)
        safe.flush()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("text", "encoding", "wanted"),
    [
        ("48×36", "utf-8", "48×36".encode()),
        ("48×36", "ascii", b"48x36"),
        ("48×36", "latin-1", b"48\xd736"),
        ("(α) …", "cp1252", b"(alpha) \x85"),
        ("déjà", "ascii", b"deja"),
        ("ф", "latin-1", rb"\u0444"),
        ("bad\udcff.png", "utf-8", b"bad\xff.png"),
        ("bad\udcff.png", "ascii", b"bad\xff.png"),
        ("bad\ud800", "utf-8", rb"bad\ud800"),
    ],
)
def test_letters_that_an_encoding_lacks(tmp_path, monkeypatch, text, encoding, wanted):
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # put back at the end
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    make_safe()
    assert written(text, encoding, tmp_path) == wanted


def test_what_fails_takes_all():
    class Broken:
        def write(self, data):
            raise BrokenPipeError

    assert _Forgiving(Broken()).write(b"four") == 4


@posix
def test_while_c_libraries_are_silent_lines_of_other_threads_are_not_lost():
    program = (
        "import os, sys\n"
        "from stylecore.cli.consoles import make_safe\n"
        "from stylecore.silence import native_silence\n"
        "make_safe()\n"
        "with native_silence():\n"
        "    os.write(2, b'a C library')\n"
        "    print('a line', file=sys.stderr, flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"a line\n")
