"""What a batch shows: lines elsewhere, bars on a terminal, nothing when it shall be quiet."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from stylecore.batch.bench import Told
from stylecore.batch.events import Ended, Looked, Noted, Planned, Stepped
from stylecore.batch.jobs import Job
from stylecore.cli.batchprogress import BatchBar, BatchLines, BatchProgress, batch_progress_for
from stylecore.settings import Settings


def job(name):
    return Job(Path("a.png"), (Path("b.png"),), Settings(), name)


def told(step=3, remaining=100.0):
    return Told(0, 2, 4, 128, 96, step, 40, 0.25, remaining)


DONE = {"status": "done", "seconds": 6.54, "losses": {"loss": 0.1234567}, "warnings": []}
EVENTS = [
    Looked(2, 5),
    Planned(total=5, there=1, failed=1),
    Stepped(job("x.png"), told()),
    Ended(job("x.png"), DONE),
    Ended(job("y.png"), DONE | {"warnings": ["odd [b] profile"]}),
    Ended(job("z.png"), {"status": "failed", "error": "no [red] picture"}),
    Ended(job("w.png"), DONE, here=False),
    Noted("something"),
]


def test_lines_tell_of_each_picture(capsys):
    progress = BatchLines()
    with progress:
        for event in EVENTS:
            progress.happened(event)
    assert capsys.readouterr().err.splitlines() == [
        "1 of 5 pictures are there already",
        "x.png: 6.5 s, loss 0.1235  (1 of 3, 0:13 left)",
        "stylecore: y.png: odd [b] profile",
        "y.png: 6.5 s, loss 0.1235  (2 of 3, 0:07 left)",
        "stylecore: z.png: no [red] picture",
        "w.png: painted by another process",
        "stylecore: something",
    ]


@pytest.fixture
def screen():
    return Console(file=io.StringIO(), force_terminal=True, width=120, height=30)


def test_bars_show_the_batch_and_every_picture_that_is_painted(screen):
    progress = BatchBar(screen)
    with progress:
        for event in EVENTS[:3]:
            progress.happened(event)
        progress.happened(Stepped(job("[y].png"), told(step=7)))
        progress._bar.refresh()
        shown = screen.file.getvalue()
        assert "scale 2/4 128×96  step 3/40  loss 0.25" in shown
        assert "[y].png" in shown
        assert "0 of 3  2:30 left" in shown
        assert len(progress._bar.tasks) == 3
        progress.happened(EVENTS[3])
        assert len(progress._bar.tasks) == 2
        progress.drawing(2, 9)
        progress._bar.refresh()
    assert "2 of 9 pictures" in screen.file.getvalue()
    assert "x.png: 6.5 s" in screen.file.getvalue()


def test_of_very_many_only_some_have_a_bar(screen):
    progress = BatchBar(screen)
    progress.happened(Planned(total=99, there=0, failed=0))
    for number in range(20):
        progress.happened(Stepped(job(f"{number}.png"), told()))
    assert len(progress._bar.tasks) == 1 + 8


def test_quiet_shows_nothing_and_still_follows(capsys):
    progress = batch_progress_for(quiet=True)
    for event in EVENTS:
        progress.happened(event)
    progress.drawing(1, 2)
    assert type(progress) is BatchProgress
    assert capsys.readouterr() == ("", "")
    assert progress.forecast.ended == 4


def test_what_suits_the_place(monkeypatch):
    for terminal, kind in ((True, BatchBar), (False, BatchLines)):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal, raising=False)
        assert type(batch_progress_for(quiet=False)) is kind
