import numpy as np
import pytest

from stylecore.feedforward.levels import LEVELS, guess
from stylecore.feedforward.network import trial_picture

PICTURE = trial_picture(48, 40)


@pytest.mark.parametrize(
    ("name", "ends"), [("byte", (0, 255)), ("unit", (0, 1)), ("signed", (-1, 1))]
)
def test_levels_go_in_and_come_out(name, ends):
    levels = LEVELS[name]
    black_and_white = np.array([0, 255], np.float32)
    np.testing.assert_allclose(levels.enter(black_and_white), ends)
    np.testing.assert_allclose(levels.leave(levels.enter(PICTURE)), PICTURE, atol=1e-4)
    beyond = np.array([ends[0] - 1, ends[1] + 1], np.float64)
    found = levels.leave(beyond)
    assert found.dtype == np.float32
    assert np.array_equal(found, black_and_white)


RUNS = {
    "byte": lambda x: 300 * np.tanh(x / 100) - 40,  # nothing bounds it, as in the zoo
    "unit": lambda x: 1 / (1 + np.exp(-(x - x.mean()) / x.std())),
    "signed": lambda x: np.tanh((x - x.mean()) / x.std()),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_range_is_found_by_a_run(name):
    assert guess(RUNS[name], PICTURE) == LEVELS[name]


@pytest.mark.parametrize(
    "run",
    [
        lambda x: 0 * x + 7,  # says nothing
        lambda x: x * np.nan,
        lambda x: 5 * np.tanh(x - x.mean()),  # neither
        lambda x: np.tanh(x / 300) if x.max() > 1 else 40 * x,  # not the same when fed as it wants
    ],
)
def test_a_range_that_a_run_does_not_show_is_not_guessed(run):
    assert guess(run, PICTURE) is None
