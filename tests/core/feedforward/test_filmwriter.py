import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.feedforward.film import Film
from stylecore.feedforward.filmwriter import FilmWriter


@pytest.mark.parametrize(
    ("suffix", "size"), [(".mp4", (62, 46)), (".mkv", (62, 46)), (".avi", (63, 47))]
)
def test_odd_sides_are_kept_where_the_file_takes_them(tmp_path, suffix, size):
    path = tmp_path / f"film{suffix}"
    with FilmWriter(path, 10, 63, 47) as writer:
        assert (writer.width, writer.height) == size
        writer.write(np.full((47, 63, 3), 90, np.uint8))
    with Film(path) as film:
        assert (film.width, film.height) == size


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(ImageError, match=r"has suffix '.gif'; give a film one of .mp4"):
        FilmWriter(tmp_path / "film.gif", 10, 64, 48)


def test_writing_says_nothing_on_its_own(tmp_path, capfd, write_film):
    write_film(tmp_path / "film.mp4")  # H.264 is tried first, which is not there
    assert capfd.readouterr() == ("", "")


def test_a_film_that_the_disk_did_not_take_is_noticed(tmp_path, write_film, film_frames):
    path = write_film(tmp_path / "film.avi", count=20)
    writer = FilmWriter(path, 12, 64, 48)
    for frame in film_frames(20):
        writer.write(frame)
    writer.__exit__()
    writer.check()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 8])
    with pytest.raises(ImageError, match=r"did not take all of the film.*is the disk full"):
        writer.check()
    path.write_bytes(b"")
    with pytest.raises(ImageError, match="is the disk full"):
        writer.check()
