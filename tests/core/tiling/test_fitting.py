from dataclasses import replace
from itertools import pairwise

import pytest

from stylecore.engine.memory import memory_of
from stylecore.errors import SettingsError
from stylecore.optimizers.pairs import Memory
from stylecore.pyramid import plan
from stylecore.settings import Settings
from stylecore.tiling import fitting
from stylecore.tiling.fitting import Place, fitted, limit_of, notes_on_fit

SETTINGS = Settings()
LARGE = Place(4096, 4096, 10, 1)


def test_a_picture_that_fits_is_painted_as_usual():
    fit = fitted(Place(384, 512, 10, 1), SETTINGS, 4e9)
    assert (fit.side, fit.memory) == (0, Memory(10))
    assert notes_on_fit(Place(384, 512, 10, 1), fit, 4e9) == []


def test_memory_without_limit_fits_all():
    assert fitted(LARGE, SETTINGS, float("inf")).side == 0


@pytest.mark.parametrize("limit", [5e9, 6e9, 8e9, 16e9, 90e9])
def test_the_largest_tiles_that_fit_are_taken(limit):
    fit = fitted(LARGE, SETTINGS, limit)
    assert fit.bytes <= limit
    if fit.side:
        larger = fitting._bytes(LARGE, SETTINGS, fit.memory, fit.side + fitting._STEP)
        assert larger > limit


def test_more_memory_never_makes_smaller_tiles_with_fewer_pairs():
    fits = [fitted(LARGE, SETTINGS, limit * 1e9) for limit in range(5, 70)]
    ways = [(fit.side or 10**6, fit.memory.pairs, not fit.memory.half) for fit in fits]
    for one, other in pairwise(ways):
        assert other[0] >= min(one[0], fitting._COMFORTABLE)
        assert other >= one or other[1:] > one[1:]


@pytest.mark.parametrize(
    ("side", "limit", "changes"), [(8192, 6e9, {"steps": 25}), (8192, 8e9, {}), (4096, 4e9, {})]
)
def test_what_a_large_size_takes_finds_room(side, limit, changes):
    """As many steps as the last scale has, which begins with detail."""
    last = plan(side, side, replace(SETTINGS, size=side, **changes))[-1]
    fit = fitted(Place(side, side, last.steps, 1, last.shallow), SETTINGS, limit)
    assert fit.bytes <= limit
    assert fit.side >= fitting._COMFORTABLE


def test_pairs_are_halved_before_tiles_become_small():
    sides = {}
    for limit in range(40, 160):
        fit = fitted(LARGE, SETTINGS, limit * 1e8)
        sides.setdefault(fit.memory, []).append(fit.side or 4096)
    assert len(sides) > 1
    assert min(sides[Memory(10)]) >= 512


def test_no_more_pairs_are_counted_than_there_are_steps():
    one, many = (
        fitting._bytes(replace(LARGE, steps=steps), SETTINGS, Memory(10), 512) for steps in (6, 11)
    )
    assert many - one == pytest.approx(10 * 12 * LARGE.height * LARGE.width)


@pytest.mark.parametrize("optimizer", ["projected-lbfgs", "lbfgs", "adam"])
def test_what_finds_no_room_says_what_would_give_it(optimizer):
    settings = replace(SETTINGS, optimizer=optimizer)
    with pytest.raises(SettingsError, match=r"4096×4096 pixels find no room in 1\.0G") as caught:
        fitted(LARGE, settings, 1e9)
    message = str(caught.value)
    assert "\n" not in message
    assert "--size" in message
    enough = message.split("--max-memory ")[1].split(",")[0]
    fit = fitted(LARGE, settings, limit_of(replace(settings, max_memory=enough)))
    assert fit.side >= fitting._SMALLEST


def test_the_limit_is_what_is_granted_or_most_of_what_is_free(monkeypatch):
    assert limit_of(replace(SETTINGS, max_memory="3G")) == 3e9
    monkeypatch.setattr(fitting, "usable_memory", lambda: 1000.0)
    monkeypatch.setattr(fitting, "held_memory", lambda: 50.0)
    assert limit_of(SETTINGS) == 950.0


def test_the_notes_say_how_it_is_painted():
    (note,) = notes_on_fit(LARGE, fitting.Fit(704, Memory(5, half=True), 0.0), 4e9)
    assert note == (
        "4096×4096 pixels in 4.0G: painted in tiles of 704, which gives the same picture; L-BFGS"
        " remembers 5 pairs in half precision"
    )


def test_the_estimate_grows_with_all_that_takes_memory():
    usual = memory_of(512, 512)
    assert memory_of(1024, 512) > usual
    assert memory_of(512, 512, tile=(256, 256)) < usual
    assert memory_of(512, 512, regions=4) > usual
    assert memory_of(512, 512, half=True) < usual
    assert memory_of(512, 512, pairs=3) < usual
