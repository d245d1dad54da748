"""What a strength came to goes into settings, out of them, and through JSON."""

import json
from dataclasses import replace

import pytest

from stylecore import Settings
from stylecore.strength.calibrated import Calibrated
from stylecore.strength.search import Tried

ASKED = Settings(size=96, strength=0.5)
FOUND = Calibrated.of(ASKED, {"content_weight": 0.037}, content=0.8, farthest=0.2,
                      pilots=(Tried(0.3, 0.4), Tried(0.03, 0.52)))  # fmt: skip


def test_the_weight_takes_the_place_of_the_strength_and_gives_it_back():
    applied = FOUND.applied(ASKED)
    assert applied == Settings(size=96, content_weight=0.037)
    assert FOUND.asked(applied) == ASKED


def test_the_last_steps_have_a_weight_of_their_own():
    applied = FOUND.applied(ASKED)
    assert FOUND.at_the_end(applied) is applied
    corrected = replace(FOUND, correction=Tried(0.05, 0.56))
    assert corrected.at_the_end(applied) == replace(applied, content_weight=0.05)
    assert corrected.applied(ASKED) == applied


def test_there_and_back_through_json_nothing_changes():
    corrected = replace(FOUND, correction=Tried(0.05, 0.56), reached=0.49)
    other = Calibrated.of(Settings(strength=1.0), {"content_weight": 0.0})
    for one in (FOUND, corrected, other):
        assert Calibrated.of_dict(json.loads(json.dumps(one.as_dict()))) == one


def test_without_a_word_of_a_correction_there_is_none():
    """As versions wrote it that had none."""
    given = FOUND.as_dict()
    del given["correction"], given["reached"]
    assert Calibrated.of_dict(given) == FOUND


@pytest.mark.parametrize("given", [{}, {**FOUND.as_dict(), "pilots": [1]}, {"strength": None}])
def test_what_is_no_such_thing_is_an_error(given):
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        Calibrated.of_dict(given)


def test_a_strength_that_was_not_reached_is_told():
    assert FOUND.notes() == []
    missed = Calibrated.of(
        ASKED, {"content_weight": 1e3}, pilots=(Tried(1.0, 0.8), Tried(9.0, 0.7))
    )
    (note,) = missed.notes()
    assert "a strength of 0.5 was not reached: the pilot that came nearest has 0.70" in note
    (note,) = replace(missed, reached=0.58).notes()
    assert note == "a strength of 0.5 was not reached: the picture has 0.58"
    assert replace(missed, reached=0.53).notes() == []


@pytest.mark.parametrize(
    ("balances", "told"),
    [((0.39,), 0), ((0.62,), 0), ((0.3, 0.7), 0), ((0.2, 0.3), 1), ((0.8,), 1)],
    ids=["near", "near above", "on both sides", "below", "above"],
)
def test_pilots_tell_of_a_strength_that_lies_beyond_them_alone(balances, told):
    pilots = tuple(Tried(0.3, balance) for balance in balances)
    assert len(replace(FOUND, pilots=pilots).notes()) == told
