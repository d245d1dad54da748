import numpy as np
import pytest

from stylecore.optimizers.adam import adam
from stylecore.optimizers.box import ignore, into_box
from stylecore.optimizers.lbfgs import lbfgs
from stylecore.optimizers.projected_lbfgs import projected_lbfgs

MINIMISERS = {
    "adam": lambda *words, **named: adam(*words, **named)[0],
    "lbfgs": lbfgs,
    "projected-lbfgs": projected_lbfgs,
}


@pytest.fixture(params=MINIMISERS)
def minimise(request):
    return MINIMISERS[request.param]


@pytest.fixture
def trace():
    """A bowl whose lowest point lies outside the box in places, and a record of its use."""
    rng = np.random.default_rng(0)
    centre = rng.uniform(-100, 355, (1, 3, 4, 5)).astype(np.float32)
    stiffness = rng.uniform(0.5, 2, centre.shape).astype(np.float32)

    class Trace:
        best = np.clip(centre, 0, 255)

        def __init__(self):
            self.given, self.losses, self.told = [], [], []

        def __call__(self, x):
            difference = x - centre
            loss = float((stiffness * difference**2).sum())
            self.given.append(x.copy())
            self.losses.append(loss)
            return loss, 2 * stiffness * difference

        def tell(self, x, loss):
            self.told.append((x.copy(), loss))

    return Trace()


def test_the_box_is_that_of_pixels():
    x = np.array([-1.0, 0.0, 127.25, 255.0, 256.0])
    boxed = into_box(x)
    assert boxed.dtype == np.float32
    assert boxed.tolist() == [0.0, 0.0, 127.25, 255.0, 255.0]
    assert x[0] == -1.0


def test_taking_no_note_is_the_default():
    assert ignore(np.zeros(3, np.float32), 1.0) is None


@pytest.mark.parametrize("steps", [1, 2, 7, 15])
def test_every_evaluation_is_counted_and_told(minimise, trace, steps):
    minimise(trace, np.full((1, 3, 4, 5), 100, np.float32), steps=steps, on_evaluation=trace.tell)
    assert len(trace.given) == steps
    assert [loss for _, loss in trace.told] == trace.losses
    for given, (told, _) in zip(trace.given, trace.told, strict=True):
        assert (given == told).all()


def test_no_iterate_leaves_the_box(minimise, trace):
    # Starting outside of it, in the wider type.
    x = np.linspace(-300, 600, 60).reshape(1, 3, 4, 5)
    result = minimise(trace, x, steps=40)
    for point in (*trace.given, result):
        assert point.dtype == np.float32
        assert point.shape == x.shape
        assert point.min() >= 0
        assert point.max() <= 255


def test_the_given_start_is_left_alone(minimise, trace):
    x = np.full((1, 3, 4, 5), 100, np.float32)
    minimise(trace, x, steps=10)
    assert (x == 100).all()


def test_the_lowest_point_of_the_box_is_found(minimise, trace):
    result = minimise(trace, np.full((1, 3, 4, 5), 100, np.float32), steps=250)
    assert np.abs(result - trace.best).max() < 0.5


def test_raising_in_the_callback_stops_the_run(minimise, trace):
    def stop(x, loss):
        if len(trace.given) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        minimise(trace, np.full((1, 3, 4, 5), 100, np.float32), steps=10, on_evaluation=stop)
    assert len(trace.given) == 3
