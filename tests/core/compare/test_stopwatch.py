import numpy as np

from stylecore.compare.stopwatch import Stopwatch

X = np.zeros((1, 3, 2, 2), np.float32)


class Clock:
    """Goes on by hand."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_the_optimizers_seconds_are_told_from_the_objectives_and_from_the_rest():
    clock = Clock()

    def slow(x):
        clock.now += 10.0
        return 1.0, x

    watch = Stopwatch(slow, clock)
    clock.now += 1000.0  # before it goes
    watch.go()
    clock.now += 1.0
    assert watch.seconds == 1.0
    watch(X)
    clock.now += 2.0
    watch.rest()
    clock.now += 1000.0  # what is only noted
    watch.go()
    watch(X)
    watch.rest()
    assert (watch.calls, watch.objective, watch.own) == (2, 20.0, 3.0)
    assert watch.seconds == 23.0
    clock.now += 1000.0
    watch.rest()
    assert watch.seconds == 23.0
