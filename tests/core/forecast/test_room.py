"""A run that cannot find room ends before it begins, and one that might is let go on."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore import Painter, Settings, read_scene
from stylecore.engine.engines import choose_engine
from stylecore.errors import SettingsError
from stylecore.forecast import room as module
from stylecore.forecast.memory import Job, peak_memory_of
from stylecore.forecast.room import check_room, gigabytes, room_for

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (48, 64, 3), np.uint8)


@pytest.fixture
def manifest(narrow_artefact):
    return narrow_artefact["average"].manifest


@pytest.fixture
def memory(monkeypatch):
    """A machine with so many bytes: held, left, and of swap."""

    def memory(held=0.0, left=0.0, swap=0.0):
        for name, size in (("held_memory", held), ("usable_memory", left), ("usable_swap", swap)):
            monkeypatch.setattr(module, name, lambda size=size: size)

    return memory


def test_all_that_there_is_counts(memory, manifest):
    memory(held=1e9, left=2e9, swap=4e9)
    assert room_for(Job(64, 64, Settings()), manifest, choose_engine("cpu")).free == 7e9


def test_what_cannot_fit_names_the_option_that_would(memory, manifest):
    job = Job(6144, 8192, Settings())
    peak = peak_memory_of(job, manifest)
    memory(left=peak / 2)
    with pytest.raises(SettingsError) as caught:
        check_room(job, manifest, choose_engine("cpu"))
    message = str(caught.value)
    size = room_for(job, manifest, choose_engine("cpu")).size
    assert message == (
        f"a picture of 8192×6144 takes about {gigabytes(peak)} of memory, and"
        f" {gigabytes(peak / 2)} are to be had; give a size of at most {size}: --size {size}"
    )
    check_room(job.at(size), manifest, choose_engine("cpu"))


def test_what_might_fit_is_not_refused(memory, manifest):
    job = Job(6144, 8192, Settings())
    memory(left=0.85 * peak_memory_of(job, manifest))
    check_room(job, manifest, choose_engine("cpu"))
    room = room_for(job, manifest, choose_engine("cpu"))
    assert room.suffices
    assert room.size < 8192


def test_where_no_size_fits_other_programs_are_to_blame(memory, manifest):
    memory(left=1e6)
    with pytest.raises(SettingsError, match=r"0\.0 GB are to be had; close other programs$"):
        check_room(Job(48, 64, Settings()), manifest, choose_engine("cpu"))


def test_of_other_engines_nothing_is_claimed(memory, manifest):
    memory(left=1.0)
    other = replace(choose_engine("cpu"), name="cuda", provider="CUDAExecutionProvider")
    check_room(Job(8192, 8192, Settings()), manifest, other)
    assert room_for(Job(8192, 8192, Settings()), manifest, other).peak is None


def test_a_painter_asks_before_it_paints(memory, narrow_artefact):
    settings = Settings(size=64, coarsest=32, steps=4, engine="cpu", threads=1)
    scene = read_scene(PICTURE, PICTURE[:40], settings)
    with Painter(narrow_artefact["average"], settings) as painter:
        memory(left=1e6)
        steps = []
        with pytest.raises(SettingsError, match="takes about"):
            painter.paint(scene, steps.append)
        assert steps == []
        memory(left=1e12)
        assert painter.paint(scene).image.shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("size", "text"), [(1.26e9, "1.3 GB"), (99.4e9, "99.4 GB"), (1e12, "1000 GB")]
)
def test_gigabytes(size, text):
    assert gigabytes(size) == text
