import struct

import cv2
import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.feedforward.film import READ_SUFFIXES, SUFFIXES, Film, is_film


@pytest.fixture(params=[".mp4", ".avi"])
def film_file(request, tmp_path, write_film):
    return write_film(tmp_path / f"film{request.param}")


def test_what_is_written_is_read(film_file, film_frames):
    with Film(film_file) as film:
        assert (film.width, film.height, film.count) == (64, 48, 6)
        assert film.rate == pytest.approx(12)
        found = list(film)
    assert len(found) == 6
    for frame, wanted in zip(found, film_frames(6), strict=True):
        assert frame.dtype == np.uint8
        assert np.abs(frame.astype(float) - wanted).mean() < 6  # RGB, not BGR: red stays red


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_gives_a_film_that_is_known_by_its_first_bytes(tmp_path, suffix, write_film):
    path = write_film(tmp_path / f"film{suffix.upper()}")
    assert is_film(path)
    assert suffix in READ_SUFFIXES
    with Film(path) as film:
        assert len(list(film)) == 6


@pytest.mark.parametrize("rate", [24000 / 1001, 60.0])
def test_the_rate_is_kept(tmp_path, rate, write_film):
    with Film(write_film(tmp_path / "film.mp4", rate=rate)) as film:
        assert film.rate == pytest.approx(rate, rel=2e-3)


def turned(path, matrix):
    """Let an MP4 say how the camera was held: the matrix of its track header (ISO 14496-12)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    assert struct.unpack(">9i", data[at : at + 36])[0] == 0x10000
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)


def test_a_film_that_was_held_on_its_side_comes_upright(tmp_path, write_film, film_frames):
    path = write_film(tmp_path / "film.mp4")
    turned(path, (0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x40000000))
    with Film(path) as film:
        assert (film.width, film.height) == (48, 64)
        (first, *_) = film
    wanted = np.rot90(film_frames(1)[0], -1)
    assert np.abs(first.astype(float) - wanted).mean() < 6


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.mp4", None, "there is no file"),
        ("text.mp4", b"no film at all, though it is long enough for a box", "is no film"),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:10,\nhttps://example.org/a.ts\n", "is no film"),
        ("list.txt", b"ffconcat version 1.0\nfile '/etc/passwd'\n", "is no film"),
        ("cut.mp4", b"\0\0\0\x20ftypisom" + bytes(400), "cannot be opened|gives no frame"),
        ("cut.avi", b"RIFF\0\0\0\0AVI LIST" + bytes(400), "cannot be opened|gives no frame"),
    ],
)
def test_what_is_no_film_is_refused_in_one_line(tmp_path, capfd, name, content, words):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImageError, match=words) as caught:
        Film(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")  # neither OpenCV nor FFmpeg in it says anything


def test_pictures_of_boxes_are_no_films(tmp_path):
    for brand in (b"avif", b"heic", b"crx "):
        (tmp_path / "still").write_bytes(b"\0\0\0\x18ftyp" + brand + bytes(200))
        assert not is_film(tmp_path / "still")
    assert not is_film(tmp_path)
    assert not is_film(tmp_path / "nothing")


def test_a_transport_stream_is_a_film(tmp_path):
    (tmp_path / "a.ts").write_bytes((b"G" + bytes(187)) * 4)
    assert is_film(tmp_path / "a.ts")


def test_a_rate_that_is_none_is_replaced_and_that_is_said(tmp_path, monkeypatch, write_film):
    path = write_film(tmp_path / "film.avi")
    get = cv2.VideoCapture.get

    class Odd:
        def __init__(self, *given):
            self._inner = original(*given)

        def get(self, name):
            return float("nan") if name == cv2.CAP_PROP_FPS else get(self._inner, name)

        def __getattr__(self, name):
            return getattr(self._inner, name)

    original = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", Odd)
    with Film(path) as film:
        assert film.rate == 25
        assert film.notes == [f"{path} does not say how many frames a second it has: 25"]
