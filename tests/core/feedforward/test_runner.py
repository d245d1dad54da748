from dataclasses import replace

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError, SettingsError
from stylecore.feedforward import runner as module
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.runner import Runner
from stylecore.feedforward.stages import runs_of
from stylecore.feedforward.windows import starts


@pytest.fixture(scope="module")
def network(painter_file):
    return open_network(painter_file, choose_engine("cpu"))


@pytest.fixture
def global_network(feedforward, tmp_path):
    """A network that looks at all of the picture by other means than means."""
    to = feedforward.Recorder(18, 0)
    x = to("Relu", to.convolution("image", 3, 3, 3))
    highest = to("ReduceMax", x, to.constant([2, 3], np.int64), keepdims=1)
    x = to("Div", x, to("Add", highest, to.constant(1.0)))
    to("Mul", x, to.constant(255.0), name="styled")
    path = feedforward.write(tmp_path / "max.onnx", to, "image", "styled", about=feedforward.OURS)
    return open_network(path, choose_engine("cpu"))


def picture(height=200, width=171):
    shape = (1, 3, height, width)
    return np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)


@pytest.fixture
def free(monkeypatch):
    """Lets a machine have so many bytes free."""
    return lambda most: monkeypatch.setattr(module, "usable_memory", lambda: most)


def test_a_picture_that_finds_room_is_run_whole(network):
    notes = []
    found = Runner(network, on_note=notes.append)(picture())
    assert np.array_equal(found, network(picture()))
    assert not notes


def test_tiles_that_are_asked_for_give_the_same_picture_and_are_counted(network):
    notes, seen = [], []
    runner = Runner(network, 64, notes.append, lambda *count: seen.append(count))
    found = runner(picture())
    np.testing.assert_allclose(found, network(picture()), atol=0.01)
    total = runs_of(network, 200, 171, 64)
    assert seen == [(number, total) for number in range(1, total + 1)]
    assert not notes


def test_a_picture_no_larger_than_a_tile_is_run_whole(network):
    assert np.array_equal(Runner(network, 256)(picture()), network(picture()))


def test_tiles_are_taken_where_memory_is_short_and_that_is_said_once(network, free):
    free(200 * 171 * 150.0)  # what is around the network finds room, what is in it does not
    notes = []
    runner = Runner(network, on_note=notes.append)
    for _ in range(2):
        np.testing.assert_allclose(runner(picture()), network(picture()), atol=0.01)
    (note,) = notes
    assert note.startswith("171×200 pixels find no room in memory as a whole: painted in tiles of ")
    assert note.endswith(", which gives the same picture")


def test_no_look_inside_where_memory_is_plenty(network, free, monkeypatch):
    free(200 * 171 * 8200.0)
    monkeypatch.setattr(module, "anatomy_of", None)
    assert Runner(network)(picture()).shape == (1, 3, 200, 171)


def test_a_run_that_memory_does_not_suffice_for_is_made_again_in_tiles(network, monkeypatch):
    run, sizes = type(network).run, []

    def fail_on_large(self, given, **options):
        sizes.append(given.shape[2])
        if given.shape[2] >= 1000:
            raise EngineError("CPUExecutionProvider cannot run x: Failed to allocate memory")
        return run(self, given, **options)

    monkeypatch.setattr(type(network), "run", fail_on_large)
    image = picture(1000, 40)
    notes = []
    found = Runner(network, on_note=notes.append)(image)
    assert sizes[0] == 1000
    monkeypatch.undo()
    np.testing.assert_allclose(found, network(image), atol=0.01)
    assert "painted in tiles of 512" in notes[0]


def test_other_failures_are_raised(network, monkeypatch):
    def fail(self, given, **options):
        raise EngineError("cannot run: no such kernel")

    monkeypatch.setattr(type(network), "run", fail)
    with pytest.raises(EngineError, match="no such kernel"):
        Runner(network)(picture())


def test_what_cannot_be_cut_is_painted_in_windows_and_that_is_said(global_network):
    notes, seen = [], []
    runner = Runner(global_network, 64, notes.append, lambda *count: seen.append(count))
    assert runner.inside is None
    found = runner(picture())
    assert found.shape == (1, 3, 200, 171)
    assert np.isfinite(found).all()
    (note,) = notes
    assert "in windows of 64×64 that fade into one another, each for itself" in note
    assert "colours and contrast may change from one to the next" in note
    count = len(starts(200, 64)) * len(starts(171, 64))
    assert seen[-1] == (count, count)


def test_values_that_are_no_tensors_are_left_alone(feedforward, tmp_path):
    to = feedforward.Recorder(18, 0)
    x = to.norm(to.convolution("image", 3, 3, 3), 3, "instance")
    parts = to("SplitToSequence", x, axis=1, keepdims=1)
    x = to("ConcatFromSequence", parts, axis=1)
    to("Mul", to("Sigmoid", x), to.constant(255.0), name="styled")
    path = feedforward.write(tmp_path / "s.onnx", to, "image", "styled", about=feedforward.OURS)
    network = open_network(path, choose_engine("cpu"))
    found = Runner(network, 64)(picture())
    np.testing.assert_allclose(found, network(picture()), atol=0.01)


def test_a_network_that_would_differ_in_tiles_is_not_cut(network, monkeypatch):
    exact = module.in_stages
    monkeypatch.setattr(module, "in_stages", lambda *given: exact(*given) + 1)
    assert Runner(network).inside is None


def test_what_an_engine_rounds_is_no_matter_of_tiles(network, monkeypatch):
    coarse = replace(network, engine=replace(network.engine, precision="bf16"))
    run = type(network).run

    def round_off(self, given, **options):
        found = run(self, given, **options)
        return found if self.engine.precision == "fp32" else found + 2

    monkeypatch.setattr(type(network), "run", round_off)
    assert Runner(coarse).inside is not None


@pytest.mark.parametrize("tile", [1, 63, -5, 20000])
def test_tiles_that_make_no_sense_are_refused(network, tile):
    with pytest.raises(SettingsError, match=f"tiles of {tile} pixels"):
        Runner(network, tile)
