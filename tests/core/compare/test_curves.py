import numpy as np
import pytest

from stylecore.compare.curves import (
    at_the_least,
    band,
    by_evaluations,
    by_seconds,
    stepped,
)
from stylecore.compare.run import Curve

CURVE = Curve(
    scale=(0, 0, 1, 1, 1, 1),
    seconds=(0.1, 0.2, 1.0, 2.0, 3.0, 4.0),
    losses={
        "loss": (1.0, 0.5, 8.0, 4.0, None, 6.0),
        "style": (0.9, 0.4, 7.0, 3.0, None, 5.5),
    },
)


def test_only_the_last_scale_has_losses_that_compare():
    assert CURVE.at_last_scale() == [None, None, 8.0, 4.0, None, 6.0]
    np.testing.assert_array_equal(at_the_least(CURVE, "loss"), [np.nan, np.nan, 8, 4, 4, 4])


def test_a_part_is_that_of_the_least_loss():
    np.testing.assert_array_equal(at_the_least(CURVE, "style"), [np.nan, np.nan, 7, 3, 3, 3])


def test_values_hold_until_the_next():
    found = stepped(np.array([1.0, 2.0]), np.array([8.0, 4.0]), np.array([0.5, 1.0, 1.9, 2.0, 9.0]))
    np.testing.assert_array_equal(found, [np.nan, 8, 8, 4, 4])
    assert np.isnan(stepped(np.zeros(0), np.zeros(0), np.ones(2))).all()


def test_a_band_is_median_and_quartiles(run_like):
    losses = (1.0, 2.0, 4.0, 5.0, 10.0)
    runs = [run_like("adam", loss, str(loss)) for loss in losses]
    found = band(runs, [1.0] * len(runs), by_evaluations)
    np.testing.assert_array_equal(found.at, [1, 2, 3, 4])
    for i, factor in enumerate((8, 4, 2, 1)):
        wanted = np.percentile([factor * loss for loss in losses], (25, 50, 75))
        np.testing.assert_allclose([found.low[i], found.middle[i], found.high[i]], wanted)
    in_units = band(runs, losses, by_seconds)
    assert in_units.middle[-1] == pytest.approx(1)
    assert in_units.at[-1] == 2.0
    assert np.isnan(in_units.middle[0])


def test_a_band_begins_where_every_run_has_come_to_the_last_scale(run_like):
    """A median of those that are there already would jump when others come."""
    late = Curve((0, 0, 0, 1), (1.0, 2.0, 3.0, 4.0), {"loss": (9.0, 8.0, 7.0, 3.0)})
    runs = [run_like("adam", 1.0), run_like("adam", 3.0, "b", curve=late)]
    found = band(runs, [1.0, 1.0], by_evaluations)
    np.testing.assert_array_equal(found.middle, [np.nan, np.nan, np.nan, 2.0])
    lost = run_like("adam", 1.0, "c", curve=Curve((0,), (1.0,), {"loss": (None,)}))
    again = band([*runs, lost], [1.0] * 3, by_evaluations)
    np.testing.assert_array_equal(again.middle, found.middle)
    assert np.isnan(band([lost], [1.0], by_evaluations).middle).all()


def test_of_nothing_there_is_no_band(run_like):
    empty = run_like("adam", 1.0, curve=Curve((), (), {}))
    assert band([empty], [1.0], by_evaluations).at.size == 0
