import sys

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError, ImageError
from stylecore.feedforward.film import Film
from stylecore.feedforward.filming import paint_film
from stylecore.feedforward.filmwriter import FilmWriter
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.styler import Styler


@pytest.fixture(scope="module")
def styler(painter_file):
    return Styler(open_network(painter_file, choose_engine("cpu")))


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "clip.avi"
    rng = np.random.default_rng(0)
    with FilmWriter(path, 15, 64, 48) as writer:
        for level in range(8):
            blots = rng.uniform(0, 255, (6, 8, 3)) + level
            writer.write(np.kron(blots, np.ones((8, 8, 1))).clip(0, 255).astype(np.uint8))
    return path


def read(path):
    with Film(path) as film:
        return film.rate, list(film)


def test_every_frame_is_painted_at_the_same_rate_and_size(styler, source, tmp_path):
    seen = []
    filmed = paint_film(source, tmp_path / "out.avi", styler, on_frame=seen.append)
    rate, given = read(source)
    painted_rate, found = read(tmp_path / "out.avi")
    assert (len(found), painted_rate) == (len(given), rate) == (8, 15)
    for frame, photo in zip(found, given, strict=True):
        wanted = styler.frame(photo)
        assert frame.shape == photo.shape
        # What JPEG loses of a noisy frame; another frame differs by much more.
        assert np.corrcoef(frame.ravel(), wanted.ravel())[0, 1] > 0.9
    assert [one.frames for one in seen] == list(range(1, 9))
    assert (filmed, filmed.seconds, filmed.broke_off) == (seen[-1], 8 / 15, False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.avi", "out.avi"]


def test_a_size_of_its_own(styler, source, tmp_path):
    filmed = paint_film(source, tmp_path / "out.mp4", styler, size=32)
    assert (filmed.width, filmed.height) == (32, 24)
    assert read(tmp_path / "out.mp4")[1][0].shape == (24, 32, 3)


def test_odd_sides_that_a_file_does_not_take_are_said(styler, source, tmp_path):
    notes = []
    paint_film(source, tmp_path / "out.mp4", styler, size=60, on_note=notes.append)
    (note,) = notes
    assert f"{source} becomes 60×44, not 60×45; .avi takes them as they are" in note
    notes.clear()
    paint_film(source, tmp_path / "out.avi", styler, size=60, on_note=notes.append)
    assert not notes
    assert read(tmp_path / "out.avi")[1][0].shape == (45, 60, 3)


@pytest.mark.parametrize("end", [KeyboardInterrupt(), EngineError("gone"), MemoryError()])
def test_whatever_ends_it_what_is_painted_can_be_played(styler, source, tmp_path, end):
    told = []

    def stop(filmed):
        if filmed.frames == 3:
            raise end

    with pytest.raises(type(end)):
        paint_film(
            source,
            tmp_path / "out.mp4",
            styler,
            on_frame=stop,
            finish=lambda path, filmed, whole: told.append((path.exists(), filmed.frames, whole)),
        )
    assert told == [(True, 3, False)]
    assert len(read(tmp_path / "out.mp4")[1]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.avi", "out.mp4"]


@pytest.mark.parametrize("end", [KeyboardInterrupt(), AssertionError("a mistake of ours")])
def test_without_a_frame_and_for_our_own_mistakes_nothing_is_left(source, tmp_path, end):
    class Failing:
        def frame(self, colours):
            raise end

    with pytest.raises(type(end)):
        paint_film(source, tmp_path / "out.mp4", Failing())
    assert [path.name for path in tmp_path.iterdir()] == ["clip.avi"]


def test_an_older_film_stays_until_the_new_one_is_there(styler, source, tmp_path):
    target = tmp_path / "out.avi"
    target.write_bytes(b"old")
    seen = []
    paint_film(source, target, styler, on_frame=lambda _: seen.append(target.read_bytes()))
    assert set(seen) == {b"old"}
    assert len(read(target)[1]) == 8


def test_a_film_that_breaks_off_is_told(styler, source, tmp_path):
    data = source.read_bytes()
    source.write_bytes(data[: len(data) * 2 // 3])
    filmed = paint_film(source, tmp_path / "out.avi", styler)
    assert filmed.frames < 8
    assert filmed.broke_off or not filmed.count > 8


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are UTF-8 there")
def test_names_that_are_not_utf8_are_refused(styler, source, tmp_path):
    with pytest.raises(ImageError, match="is not UTF-8"):
        paint_film(source, tmp_path / "\udce9.mp4", styler)
    odd = source.rename(tmp_path / "\udce9.avi")
    with pytest.raises(ImageError, match="is not UTF-8"):
        paint_film(odd, tmp_path / "out.mp4", styler)
    assert list(tmp_path.iterdir()) == [odd]


@pytest.mark.parametrize(
    ("name", "words"),
    [("missing/out.mp4", "there is no folder"), ("out.gif", "has suffix '.gif'")],
)
def test_a_place_that_takes_no_film_is_refused(styler, source, tmp_path, name, words):
    with pytest.raises(ImageError, match=words):
        paint_film(source, tmp_path / name, styler)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.avi"]
