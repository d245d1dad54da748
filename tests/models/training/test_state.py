import json
import pickle

import numpy as np
import pytest

from stylecore.errors import ModelError
from stylecore.models.training.state import MEAN_DECAY, TrainingState, read_state

ABOUT = {"network": "tiny", "style": ["abc"]}


def moved(steps=3, state=None):
    state = state or TrainingState.first(np.zeros(5, np.float32), parts=2)
    for _ in range(steps):
        rng = np.random.default_rng(state.steps)
        gradient = rng.normal(size=5).astype(np.float32)
        state = state.moved(gradient, 0.1, [state.steps + 1.0, 0.5, 0.2, 0.3])
    return state


def test_a_step_makes_a_new_state_and_leaves_the_old_one():
    before = moved()
    kept = before.to_bytes(ABOUT)
    after = moved(1, before)
    assert before.to_bytes(ABOUT) == kept
    assert (after.steps, before.steps) == (4, 3)
    assert after.seconds == 4.0
    assert not np.array_equal(after.weights, before.weights)


def test_steps_are_those_of_adam():
    """By the equations of Kingma & Ba 2015, in float64."""
    first, second, x = np.zeros(5), np.zeros(5), np.zeros(5)
    iterates = []
    for step in range(1, 6):
        gradient = np.random.default_rng(step - 1).normal(size=5)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        x = x - 0.1 * (first / (1 - 0.9**step)) / np.sqrt(second / (1 - 0.99**step))
        iterates.append(x)
    state = moved(5)
    np.testing.assert_allclose(state.weights, x, rtol=1e-4)
    shares = np.array([MEAN_DECAY ** (4 - index) for index in range(5)])
    mean = np.average(iterates, axis=0, weights=shares)
    np.testing.assert_allclose(state.averaged, mean, rtol=1e-3, atol=1e-5)


def test_before_the_first_step_the_mean_is_what_it_begins_with():
    weights = np.arange(5, dtype=np.float32)
    np.testing.assert_array_equal(TrainingState.first(weights, 2).averaged, weights)


def test_a_gradient_that_is_no_number_moves_nothing():
    before = moved()
    after = before.moved(None, 0.1, [9.0, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(after.weights, before.weights)
    assert (after.lost, after.steps) == (1, 4)
    assert not after.adam.first.any()
    assert before.adam.first.any()
    assert moved(1, after).lost == 0


def test_what_is_written_is_read_and_goes_on_alike(tmp_path):
    path = tmp_path / "a.state.npz"
    path.write_bytes(moved().to_bytes(ABOUT))
    found, about = read_state(path)
    assert about == ABOUT
    assert moved(4, found).to_bytes(ABOUT) == moved(7).to_bytes(ABOUT)


def archive(**changes):
    whole = {
        "json": np.frombuffer(
            json.dumps(
                {"format": 1, "steps": 0, "mean_steps": 0, "exponent": None, "lost": 0, "about": {}}
            ).encode(),
            np.uint8,
        ),
        "past": np.zeros((0, 4)),
        **{name: np.zeros(5, np.float32) for name in ("weights", "first", "second", "mean")},
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": None}, "no training to go on from"),
        ({"first": np.zeros(6, np.float32)}, "vectors are of different lengths"),
        ({"json": np.frombuffer(b'{"format": 9}', np.uint8)}, "format 9, not 1; begin anew"),
        ({"json": np.frombuffer(b"{", np.uint8)}, "no training to go on from"),
        ({"json": np.frombuffer(b'{"format": 1}', np.uint8)}, "no training to go on from"),
    ],
)
def test_another_archive_is_refused(tmp_path, changes, words):
    path = tmp_path / "a.state.npz"
    np.savez(path, **archive(**changes))
    with pytest.raises(ModelError, match=words) as caught:
        read_state(path)
    assert "\n" not in str(caught.value)


def test_a_whole_archive_of_this_kind_is_taken(tmp_path):
    np.savez(tmp_path / "a.state.npz", **archive())
    assert read_state(tmp_path / "a.state.npz")[0].steps == 0


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04", b"\x93NUMPY"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "a.state.npz"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"a.state.npz is no training to go on from"):
        read_state(path)
    with pytest.raises(ModelError, match=r"there is no file .*gone; give one that a tr"):
        read_state(tmp_path / "gone")


def test_a_file_cut_off_anywhere_is_refused(tmp_path):
    whole = moved().to_bytes(ABOUT)
    path = tmp_path / "a.state.npz"
    for end in range(10, len(whole), 101):
        path.write_bytes(whole[:end])
        with pytest.raises(ModelError):
            read_state(path)


def test_nothing_in_it_is_executed(tmp_path):
    path = tmp_path / "a.state.npz"
    wicked = np.empty(1, object)
    wicked[0] = {"a": 1}
    np.savez(path, allow_pickle=True, **archive(weights=wicked))
    with pytest.raises(ModelError, match="no training to go on from"):
        read_state(path)
    path.write_bytes(pickle.dumps({"format": 1}))
    with pytest.raises(ModelError, match="no training to go on from"):
        read_state(path)
