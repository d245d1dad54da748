import pytest

from stylecore.cadence import Cadence


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def write(cadence, clock, seconds, size=1.0):
    with cadence.writing(size):
        clock.now += seconds


def test_it_is_due_after_so_many_seconds_from_the_end_of_the_last_time(clock):
    cadence = Cadence(30, None, clock=clock)
    assert not cadence.is_due()
    clock.now += 30
    assert cadence.is_due()
    write(cadence, clock, 40)
    assert not cadence.is_due()
    clock.now += 29
    assert not cadence.is_due()
    clock.now += 1
    assert cadence.is_due()


def test_none_waits_for_nothing(clock):
    assert Cadence(0, None, clock=clock).is_due()


def test_what_is_slow_is_done_less_often(clock):
    cadence = Cadence(2, 0.02, clock=clock)
    clock.now += 2
    assert cadence.is_due()
    write(cadence, clock, 1)
    clock.now += 96
    assert not cadence.is_due()  # another second would make 2 of 99
    clock.now += 1
    assert cadence.is_due()


def test_what_is_larger_is_expected_to_take_longer(clock):
    cadence = Cadence(0, 0.02, clock=clock)
    write(cadence, clock, 1, size=1e6)
    clock.now += 99
    assert cadence.is_due(1e6)
    assert not cadence.is_due(2e6)
    clock.now += 50
    assert cadence.is_due(2e6)


def test_before_the_first_time_the_given_rate_holds(clock):
    cadence = Cadence(30, 0.02, rate=1e-8, clock=clock)
    clock.now += 30
    assert cadence.is_due(59e6)
    assert not cadence.is_due(61e6)


@pytest.mark.parametrize("cost", [0.1, 1.0, 7.0])
def test_the_share_is_kept_over_a_long_run(clock, cost):
    cadence, spent, began = Cadence(30, 0.02, rate=1.0, clock=clock), 0.0, clock.now
    for _ in range(5000):
        clock.now += 1
        if cadence.is_due(cost):
            write(cadence, clock, cost, size=cost)
            spent += cost
            assert spent <= 0.0201 * (clock.now - began)
    assert spent > 0
