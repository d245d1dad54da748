"""A short timing, by a clock and an objective whose costs are known."""

import numpy as np
import pytest

from stylecore.forecast.sample import sample_picture
from stylecore.forecast.speed import Speed, timed
from stylecore.settings import Settings

MARGIN = 16


class Machine:
    """An objective that takes a known time for every pixel, by a clock of its own."""

    def __init__(self, fixed, each, jitter=0.0):
        self.fixed, self.each, self.jitter = fixed, each, jitter
        self.now, self.sizes, self.calls = 0.0, [], 0

    def objective_of(self, scene):
        seen = (scene.height + 2 * MARGIN) * (scene.width + 2 * MARGIN)
        self.sizes.append((scene.height, scene.width))

        def evaluate(x):
            assert x.shape == (1, 3, scene.height, scene.width)
            assert x.dtype == np.float32
            self.calls += 1
            slow = 10.0 if self.calls % 4 == 1 else 1.0  # the first of each is warming up
            self.now += slow * (self.fixed + self.each * seen)

        return evaluate


def test_the_line_is_found_and_the_warming_up_does_not_count():
    machine = Machine(0.002, 3e-6)
    speed = timed(machine.objective_of, Settings(), MARGIN, clock=lambda: machine.now)
    assert speed.fixed == pytest.approx(0.002)
    assert speed.each == pytest.approx(3e-6)
    assert speed.iteration(1e6) == pytest.approx(3.002)
    assert machine.sizes == [(64, 64), (192, 192)]


def test_settings_of_another_run_do_not_disturb_it():
    machine = Machine(0.0, 1e-6)
    settings = Settings(
        size=2048, coarsest=512, blend=(1, 2, 3), style_scale=(1, 2, 3), init="start.png"
    )
    timed(machine.objective_of, settings, MARGIN, clock=lambda: machine.now)
    assert machine.sizes == [(64, 64), (192, 192)]


def test_noise_gives_no_negative_costs():
    ticks = iter(np.cumsum([0, 5, 0, 5, 0, 5, 0, 1, 0, 1, 0, 1]).tolist())
    machine = Machine(0.0, 0.0)
    clock = {"clock": lambda: next(ticks), "worked": lambda: 0.0}
    assert timed(machine.objective_of, Settings(), MARGIN, **clock) == Speed(5, 0)


@pytest.mark.parametrize(
    ("threads", "share", "disturbed"),
    [(2, 0.97, False), (2, 0.6, True), (1, 0.97, False), (0, 0.0, False)],
)
def test_a_process_that_has_not_all_of_its_cores_is_disturbed(threads, share, disturbed):
    machine = Machine(0.002, 3e-6)
    speed = timed(
        machine.objective_of,
        Settings(),
        MARGIN,
        threads,
        clock=lambda: machine.now,
        worked=lambda: machine.now * threads * share,
    )
    assert speed.disturbed is disturbed
    assert speed.each == pytest.approx(3e-6)


def test_samples_are_as_rough_at_every_size_as_photographs():
    picture = sample_picture(128)
    assert picture.shape == (128, 128, 3)
    assert (picture.min(), picture.max()) == (0, 255)
    power = np.abs(np.fft.fft2(picture.mean(axis=2) - picture.mean())) ** 2
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(128)] * 2))
    low, high = (power[(radius > a) & (radius < 2 * a)].mean() for a in (0.05, 0.2))
    assert low > 4 * high
    assert np.array_equal(picture, sample_picture(128))
    assert not np.array_equal(picture, sample_picture(128, 1))
