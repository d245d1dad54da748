import io
import re
from types import SimpleNamespace

import pytest
from rich.console import Console

from stylecore.cli.progress import Bar, Lines, Progress, clock, progress_for
from stylecore.strength.pilots import PilotStep
from stylecore.underway import Underway


def step(scale=1, number=1, **values):
    return SimpleNamespace(
        **{
            "scale": scale,
            "scales": 2,
            "width": 64 * scale,
            "height": 48 * scale,
            "step": number,
            "steps": 10,
            "loss": 1.5 / number,
            "seconds": 0.25,
            "remaining": 83.0,
        }
        | values
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0:00"), (7, "0:07"), (750, "12:30"), (3723, "1:02:03"), (-1, "0:00")],
)
def test_clock(seconds, text):
    assert clock(seconds) == text


def test_lines_tell_of_each_scale_once(capsys):
    with Lines() as shown:
        for scale, number in ((1, 1), (1, 2), (2, 1), (2, 2), (2, 3)):
            shown.step(step(scale, number))
    assert capsys.readouterr() == (
        "",
        "scale 1/2 64×48: 2 steps in 0.5 s, loss 0.75\n"
        "scale 2/2 128×96: 3 steps in 0.8 s, loss 0.5\n",
    )


def underway(done, **values):
    return Underway(**{"what": "step", "width": 128, "height": 96, "done": done, "total": 80,
                       "seconds": 2.0 * done} | values)  # fmt: skip


def test_lines_tell_of_long_steps_once_a_minute(capsys, monkeypatch):
    now = 0.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with Lines() as shown:
        for done in range(1, 80):
            now = 2.0 * done
            shown.underway(underway(done))
    assert capsys.readouterr().err == (
        "128×96: step: part 30 of 80, 1:40 left\n128×96: step: part 60 of 80, 0:40 left\n"
    )


def test_the_bar_tells_of_parts_beside_the_last_step_of_their_scale():
    screen = io.StringIO()
    with Bar(Console(file=screen, force_terminal=True, width=120)) as bar:
        bar.underway(underway(3, what="detail"))
        bar._bar.refresh()
        bar.step(step(2, 3))
        bar.underway(underway(12))
        bar._bar.refresh()
    shown = screen.getvalue()
    assert "detail: part 3 of 80, 2:34 left" in shown
    assert "step 3/10  loss 0.5  step: part 12 of 80, 2:16 left" in shown


def test_lines_tell_once_what_is_fetched(capsys):
    with Lines() as shown:
        for done in (0, 9_000_000, 18_500_000):
            shown.fetched(done, 18_500_000)
    assert capsys.readouterr().err == (
        "fetching the weights of VGG-19 (18.5 MB); they are kept for the next time\n"
    )


def test_lines_tell_once_that_a_strength_is_looked_for(capsys):
    with Lines() as shown:
        for pilot, number in ((1, 1), (1, 2), (2, 1)):
            shown.calibrating(PilotStep(0.5, pilot, 4, number, 15, 2.0))
    assert capsys.readouterr().err == "finding the weights for strength 0.5, by 4 pilots at most\n"


def test_lines_of_an_interrupted_run_tell_what_was_reached(capsys):
    def interrupted():
        with Lines() as shown:
            shown.step(step(1, 3))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert "scale 1/2 64×48: 3 steps" in capsys.readouterr().err


def test_the_bar_shows_scale_step_loss_and_time_left():
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    with Bar(console) as bar:
        bar.say("a [line] to read")
        bar.fetched(5_000_000, 18_500_000)
        bar._bar.refresh()
        bar.step(step(2, 3))
        bar._bar.refresh()
    for words in (
        "a [line] to read",
        "fetching the weights of VGG-19 (18.5 MB)",
        "5.0 MB of 18.5 MB",
        "scale 2/2 128×96",
        "step 3/10  loss 0.5  1:23 left",
    ):
        assert words in screen.getvalue()


def test_the_bar_shows_the_time_that_a_download_takes_still(monkeypatch):
    bar = Bar(Console(file=io.StringIO()))
    times = iter([1.0, 2.0, 3.0, 4.0])
    monkeypatch.setattr(bar._bar, "get_time", lambda: next(times))
    bar._bar.tasks[0].start_time = 0.0
    for done in (5_000_000, 10_000_000, 15_000_000):
        bar.fetched(done, 20_000_000)
    assert re.fullmatch(r"15\.0 MB of 20\.0 MB  0:0\d left", bar._bar.tasks[0].fields["detail"])


def test_the_bar_shows_the_share_of_time_that_is_over(monkeypatch):
    times = iter([100.0, 104.0])
    monkeypatch.setattr("stylecore.cli.progress.time.monotonic", lambda: next(times))
    bar = Bar(Console(file=io.StringIO()))
    bar.step(step(1, 1, seconds=1.0))
    bar.step(step(1, 2, remaining=15.0))
    assert bar._bar.tasks[0].percentage == pytest.approx(25.0)


def test_ctrl_c_while_the_bar_appears_gives_the_cursor_back(monkeypatch):
    screen = io.StringIO()
    bar = Bar(Console(file=screen, force_terminal=True, width=100))

    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(bar._bar.live, "refresh", interrupt)
    with pytest.raises(KeyboardInterrupt), bar:
        pass
    assert screen.getvalue().endswith("\x1b[?25h")


def test_what_is_shown_where(monkeypatch):
    terminal, pipe = SimpleNamespace(isatty=lambda: True), SimpleNamespace(isatty=lambda: False)
    monkeypatch.setattr("stylecore.cli.progress.sys.stderr", terminal)
    assert type(progress_for(quiet=False)) is Bar
    assert type(progress_for(quiet=True)) is Progress
    monkeypatch.setattr("stylecore.cli.progress.sys.stderr", pipe)
    assert type(progress_for(quiet=False)) is Lines


def test_quiet_shows_nothing(capsys):
    with Progress() as shown:
        shown.say("a")
        shown.fetched(1, 2)
        shown.step(step())
    assert capsys.readouterr() == ("", "")
