import io

import pytest
from rich.console import Console

from stylecore.cli import tally as module
from stylecore.cli.tally import Pace, Tally, TallyBar, TallyLines, tally_for


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])

    def go(seconds):
        now[0] += seconds

    return go


@pytest.mark.parametrize(
    ("done", "total", "each", "text"),
    [
        (120, 480, True, "120 of 480, 12.0 a second, 0:30 left"),
        (120, 480, False, "120 of 480, 0:30 left"),
        (120, 0, True, "120, 12.0 a second"),
        (0, 480, False, "0 of 480, ? left"),
    ],
)
def test_what_is_done_and_left(clock, done, total, each, text):
    pace = Pace()
    clock(10)
    assert pace.text(done, total, each=each) == text


def test_lines_are_written_now_and_then(clock, capsys):
    with TallyLines() as tally:
        tally.begin("clip.mp4")
        for number in range(1, 101):
            clock(0.25)
            tally.count(number, 100, "frame", each=True)
        tally.say("a note\nof two lines")
        tally.warn("a warning")
    assert capsys.readouterr().err.splitlines() == [
        "stylecore: clip.mp4: frame 40 of 100, 4.0 a second, 0:15 left",
        "stylecore: clip.mp4: frame 80 of 100, 4.0 a second, 0:05 left",
        "stylecore: a note of two lines",
        "stylecore: a warning",
    ]


def test_what_begins_is_a_line_where_the_last_one_is_old(clock, capsys):
    with TallyLines() as tally:
        for number in range(6):
            tally.begin(f"{number}.jpg")
            clock(4)
    assert capsys.readouterr().err.splitlines() == ["stylecore: 3.jpg"]


def test_quiet_says_only_what_has_to_be_read(capsys):
    with Tally() as tally:
        tally.begin("x")
        tally.say("a note")
        tally.count(1, 2, "tile")
        tally.warn("a warning")
    assert capsys.readouterr().err == "stylecore: a warning\n"


def test_a_bar_shows_names_as_they_are_and_lines_above_it():
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100, legacy_windows=False)
    with TallyBar(console) as tally:
        tally.begin("[bold]clip[/bold].mp4")
        tally.say("a note of [red]")
        tally.warn("a warning")
        tally.count(3, 4, "frame", each=True)
        tally._bar.refresh()
    shown = out.getvalue()
    for text in ("[bold]clip[/bold].mp4", "stylecore: a note of [red]", "stylecore: a warning"):
        assert text in shown
    assert "frame 3 of 4" in shown


def test_what_suits_the_place_where_it_goes(monkeypatch):
    assert type(tally_for(quiet=True)) is Tally
    assert type(tally_for(quiet=False)) is TallyLines
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert type(tally_for(quiet=False)) is TallyBar
