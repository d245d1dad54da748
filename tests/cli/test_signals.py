"""Each wish to end a run is heard once, and none while the results are being written."""

import os
import signal
import sys
import time

import pytest

from stylecore.cli import signals
from stylecore.cli.errors import how_it_ended
from stylecore.cli.signals import Listener, Stopped
from stylecore.results import Interrupted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals to oneself there")
ASKING = [signal.SIGINT, signal.SIGTERM, *([] if sys.platform == "win32" else [signal.SIGHUP])]


@pytest.fixture
def listener():
    """One that listens; afterwards the signals do what they did before."""
    before = {number: signal.getsignal(number) for number in ASKING}
    yield Listener()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def clock(monkeypatch):
    """The seconds that the listener counts."""
    now = [100.0]
    monkeypatch.setattr(signals, "monotonic", lambda: now[0])
    return now


def tell(number):
    os.kill(os.getpid(), number)
    time.sleep(0)  # the handler runs between two instructions


@pytest.mark.parametrize("number", ASKING)
def test_a_signal_becomes_an_exception_that_names_it(listener, number):
    listener.listen()
    with pytest.raises(Stopped) as caught:
        tell(number)
    assert isinstance(caught.value, KeyboardInterrupt)
    assert caught.value.signal == number


def test_told_twice_at_once_is_one_wish(listener, clock):
    listener.listen()
    with pytest.raises(Stopped):
        tell(signal.SIGTERM)
    clock[0] += 0.5
    tell(signal.SIGTERM)
    tell(signal.SIGHUP)
    clock[0] += 0.6
    with pytest.raises(Stopped):
        tell(signal.SIGINT)


def test_while_results_are_written_only_the_second_wish_counts(listener, clock):
    listener.listen()
    listener.finish()
    tell(signal.SIGTERM)
    clock[0] += 2
    with pytest.raises(Stopped):
        tell(signal.SIGINT)


def test_what_is_ignored_stays_ignored(listener):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    listener.listen()
    tell(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_when_all_is_done_a_signal_changes_nothing(listener):
    listener.listen()
    listener.rest()
    for number in ASKING:
        tell(number)


@pytest.mark.parametrize(
    ("end", "words", "status"),
    [
        (KeyboardInterrupt(), "interrupted", 130),
        (Stopped(signal.SIGINT), "interrupted", 130),
        (Stopped(signal.SIGTERM), "interrupted by SIGTERM", 143),
    ],
)
def test_the_end_is_told_with_the_status_of_shells(end, words, status):
    assert how_it_ended(end) == (words, status)
    carrying = Interrupted(None)
    carrying.__cause__ = end
    assert how_it_ended(carrying) == (words, status)


def test_what_is_done_whole_is_ended_after_it(listener, clock):
    done = []

    def write():
        with listener.holding():
            tell(signal.SIGTERM)
            done.append("written")

    listener.listen()
    with pytest.raises(Stopped) as caught:
        write()
    assert done == ["written"]
    assert caught.value.signal == signal.SIGTERM
    clock[0] += 2
    with pytest.raises(Stopped):
        tell(signal.SIGINT)


def test_who_asks_once_more_does_not_wait_for_what_is_done_whole(listener, clock):
    done = []

    def write():
        with listener.holding():
            tell(signal.SIGTERM)
            clock[0] += 2
            tell(signal.SIGINT)
            done.append("never")

    listener.listen()
    with pytest.raises(Stopped) as caught:
        write()
    assert done == []
    assert caught.value.signal == signal.SIGINT


def test_nothing_asked_for_ends_nothing(listener):
    listener.listen()
    with listener.holding():
        pass
    with pytest.raises(Stopped):
        tell(signal.SIGINT)
