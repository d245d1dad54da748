"""One small picture, kept up to date, that never ends a run."""

from types import SimpleNamespace

import numpy as np
import pytest

from stylecore import Settings, stylize
from stylecore.cadence import Cadence
from stylecore.pictures.images import read_image, read_with_alpha, write_image
from stylecore.preview import Preview


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("stylecore.preview.Cadence", lambda *given: Cadence(*given, clock=clock))
    return clock


def step(level, height=30, width=40, channels=3):
    picture = np.full((height, width, channels), level, np.uint8)
    return SimpleNamespace(picture=lambda: picture)


def test_the_first_step_is_shown_and_then_one_every_two_seconds(clock, tmp_path):
    preview, shown = Preview(tmp_path / "live.png"), []
    for number in range(60):
        preview(step(number))
        shown.append(int(read_image(tmp_path / "live.png")[0, 0, 0]))
        clock.now += 0.1
    assert sorted(set(shown)) == [0, 20, 40]


def test_what_takes_long_is_shown_less_often(clock, tmp_path):
    times = []

    def slow(path, picture):
        times.append(clock.now)
        clock.now += 1

    preview = Preview(tmp_path / "live.png", write=slow)
    for _ in range(300):
        preview(step(1))
        clock.now += 1
    assert 5 <= len(times) <= 7


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif", ".bmp"])
def test_all_have_one_size_whatever_the_scale(tmp_path, suffix):
    preview = Preview(tmp_path / f"live{suffix}", longest=64, every=0)
    for height, width in ((15, 20), (30, 40), (300, 400)):
        preview.show(step(9, height, width).picture())
        assert read_image(tmp_path / f"live{suffix}").shape == (48, 64, 3)


def test_alpha_stays(tmp_path):
    Preview(tmp_path / "live.png", longest=64)(step(100, channels=4))
    assert (read_with_alpha(tmp_path / "live.png") == 100).all()


@pytest.mark.parametrize("error", [OSError(28, "No space left"), MemoryError()])
def test_what_cannot_be_written_is_told_once(clock, tmp_path, error):
    told, broken = [], [True, True, False, True]

    def write(path, picture):
        if broken.pop(0):
            raise error
        write_image(path, picture)

    preview = Preview(tmp_path / "live.png", on_failure=told.append, write=write)
    failures = []
    for number in range(4):
        preview(step(number))
        failures.append(bool(preview.failure))
        clock.now += 100
    assert failures == [True, True, False, True]
    assert len(told) == 1
    assert (read_image(tmp_path / "live.png") == 2).all()


def test_a_mistake_is_not_hidden(tmp_path):
    def wrong(path, picture):
        raise TypeError("ours")

    with pytest.raises(TypeError, match="ours"):
        Preview(tmp_path / "live.png", write=wrong)(step(1))


def test_a_run_shows_itself(narrow_artefact, tmp_path):
    rng = np.random.default_rng(0)
    content, style = (rng.integers(0, 256, (40, 48, 3), np.uint8) for _ in range(2))
    settings = Settings(size=48, coarsest=32, steps=4, pooling="max", engine="cpu", threads=1)
    preview = Preview(tmp_path / "live.png", longest=48)
    stylize(content, style, model=narrow_artefact["max"], settings=settings, on_step=preview)
    assert read_image(tmp_path / "live.png").shape == (40, 48, 3)
