"""The sound of a film: by a program that takes notes, and by ffmpeg itself."""

import importlib
import os
import stat
import subprocess
import sys

import numpy as np
import pytest

from stylecore.cli import sound
from stylecore.cli.sound import carry_sound
from stylecore.feedforward.film import Film
from stylecore.feedforward.filmwriter import FilmWriter


@pytest.fixture
def films(tmp_path, monkeypatch):
    """A film and its painted one, in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("clip.mp4", "out.mp4"):
        write(tmp_path / name)
    return [tmp_path / name for name in ("clip.mp4", "out.mp4")]


def write(path):
    with FilmWriter(path, 12, 64, 48) as writer:
        for level in range(6):
            writer.write(np.full((48, 64, 3), 40 * level, np.uint8))


@pytest.fixture
def fake_ffmpeg(tmp_path, monkeypatch):
    """A program named ffmpeg that notes its words and does what it is told beforehand."""
    place = tmp_path / "bin"
    place.mkdir()
    program = place / "ffmpeg"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, pathlib, shutil, sys\n"
        f"here = pathlib.Path({str(place)!r})\n"
        "with (here / 'words').open('a') as file: file.write('\\t'.join(sys.argv[1:]) + '\\n')\n"
        "(here / 'group').write_text(str(os.getpgid(0)))\n"
        "does = (here / 'does').read_text()\n"
        "last = sys.argv[-1].removeprefix('file:')\n"
        "if does == 'copies' or (does == 'encodes' and '-c:v' in sys.argv):\n"
        "    first = sys.argv[sys.argv.index('-i') + 1].removeprefix('file:')\n"
        "    shutil.copy(first, last)\n"
        "    with open(last, 'ab') as file: file.write(b'sound')\n"
        "else: pathlib.Path(last).write_text('half'); sys.exit('first line\\nno such codec')\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(place))

    def does(what):
        (place / "does").write_text(what)
        return lambda: [line.split("\t") for line in (place / "words").read_text().splitlines()]

    return does


posix = pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")


@posix
def test_sound_is_carried_over_as_it_is(films, fake_ffmpeg, tmp_path):
    words = fake_ffmpeg("copies")
    assert carry_sound(*films, None) == ""
    (one,) = words()
    assert one[one.index("-map") :][:6] == ["-map", "0:v:0", "-map", "1:a?", "-map_metadata", "-1"]
    assert one[-3:-1] == ["-c", "copy"]
    assert "-t" not in one
    assert [word for word in one if word.endswith("clip.mp4")] == [f"file:{films[0]}"]
    assert films[1].read_bytes().endswith(b"sound")
    assert {path.name for path in tmp_path.glob("*.mp4")} == {"clip.mp4", "out.mp4"}
    assert int((tmp_path / "bin" / "group").read_text()) != os.getpgid(0)  # Ctrl-C is not for it


@posix
def test_of_a_film_that_ended_early_so_much_of_the_sound(films, fake_ffmpeg):
    words = fake_ffmpeg("copies")
    assert carry_sound(*films, 1.25) == ""
    (one,) = words()
    assert one[one.index("-t") + 1] == "1.250"


@posix
def test_sound_that_a_kind_of_file_does_not_take_is_encoded_anew(films, fake_ffmpeg):
    words = fake_ffmpeg("encodes")
    assert carry_sound(*films, None) == ""
    assert [one[-3:-1] for one in words()] == [["-c", "copy"], ["-c:v", "copy"]]
    assert films[1].read_bytes().endswith(b"sound")


@posix
def test_sound_that_cannot_be_carried_over_is_said_and_the_film_is_whole(
    films, fake_ffmpeg, tmp_path
):
    fake_ffmpeg("fails")
    before = films[1].read_bytes()
    said = carry_sound(*films, None)
    assert said == f"the sound of {films[0]} is left out; ffmpeg says: no such codec"
    assert films[1].read_bytes() == before
    assert {path.name for path in tmp_path.glob("*.mp4")} == {"clip.mp4", "out.mp4"}


@posix
def test_a_program_that_cannot_be_started_is_said(films, fake_ffmpeg, tmp_path):
    (tmp_path / "bin" / "ffmpeg").write_text("#!/no/such/interpreter\n")
    assert f"the sound of {films[0]} is left out; ffmpeg says: No such file" in carry_sound(
        *films, None
    )


def test_without_ffmpeg_that_is_said(films, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    said = carry_sound(*films, None)
    assert "is left out, since ffmpeg is not here; pip install 'stylecore[film]' brings it" in said


@pytest.fixture
def ffmpeg(monkeypatch):
    """The program that comes as a package, on its own."""
    monkeypatch.setenv("PATH", "")
    program = importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe()
    assert sound._ffmpeg() == program

    def ffmpeg(*words):
        given = [program, "-nostdin", "-v", "error", "-y", *map(str, words)]
        return subprocess.run(given, capture_output=True, check=True).stdout

    return ffmpeg


@pytest.mark.parametrize(("suffix", "seconds"), [(".mp4", 0.25), (".avi", None), (".webm", None)])
def test_the_sound_itself(films, ffmpeg, tmp_path, suffix, seconds):
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=0.5"]
    ffmpeg(
        "-i", films[0], *tone, "-c:v", "copy", "-c:a", "pcm_s16le", "-metadata", "a=b", "loud.mkv"
    )
    painted = tmp_path / f"painted{suffix}"
    write(painted)
    assert carry_sound(tmp_path / "loud.mkv", painted, seconds) == ""
    raw = ffmpeg("-i", painted, "-f", "s16le", "-ac", "1", "-ar", "44100", "-")
    heard = np.frombuffer(raw, np.int16).astype(float)
    assert len(heard) / 44100 == pytest.approx(seconds or 0.5, abs=0.1)
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * 44100 / len(heard) == pytest.approx(440, abs=8)
    with Film(painted) as film:
        assert len(list(film)) == (6 if seconds is None else 3)
