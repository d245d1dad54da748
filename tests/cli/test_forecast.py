import pytest

from stylecore.batch.bench import Told
from stylecore.cli.forecast import Forecast


def told(scale=1, step=1, remaining=10.0):
    return Told(0, scale, 2, 64, 48, step, 10, 1.0, remaining)


def test_before_anything_runs_nothing_is_known():
    forecast = Forecast()
    assert (forecast.share, forecast.left()) == (1.0, None)
    forecast.total = 4
    assert (forecast.share, forecast.left()) == (0.0, None)


def test_time_left_is_that_of_the_rest_among_those_at_work():
    forecast = Forecast()
    forecast.total = 6
    forecast.stepped("a", told(remaining=10))
    assert forecast.left() == 10 + 5 * 10
    forecast.stepped("b", told(remaining=20))
    assert forecast.left() == (10 + 20 + 4 * 20) / 2
    forecast.finished("a", 8.0)
    forecast.stepped("c", told(remaining=4))
    assert forecast.left() == (20 + 4 + 3 * 8) / 2
    for name in ("b", "c"):
        forecast.finished(name, 8.0)
    assert forecast.left() == 3 * 8


def test_pictures_that_failed_say_nothing_of_the_others():
    forecast = Forecast()
    forecast.total = 3
    forecast.finished("a", None)
    assert (forecast.ended, forecast.left()) == (1, None)
    forecast.finished("b", 6.0)
    assert forecast.left() == 6.0


def test_the_share_counts_pictures_on_the_way():
    forecast = Forecast()
    forecast.total = 2
    forecast.stepped("a", told(scale=1, step=5))
    assert forecast.share == pytest.approx(0.25 / 2)
    forecast.stepped("a", told(scale=2, step=10))
    assert forecast.share == pytest.approx(0.5)
    forecast.finished("a", 1.0)
    forecast.finished("b", 1.0)
    forecast.finished("c", 1.0)  # of another process, say
    assert forecast.share == 1.0
