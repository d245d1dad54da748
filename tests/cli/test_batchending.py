from dataclasses import replace
from pathlib import Path

import pytest

from stylecore.batch.books import Summary
from stylecore.batch.folder import Folder
from stylecore.batch.jobs import Job
from stylecore.cli.batchending import say_ended, say_failed, told
from stylecore.cli.signals import Stopped
from stylecore.errors import ModelError
from stylecore.settings import Settings

JOB = Job(Path("a.png"), (Path("b.png"),), Settings(), "x.png")
FOLDER = Folder(Path("out"))
SOME = Summary(painted=[JOB, JOB], there=[JOB])


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (Summary(), "out: 0 pictures: "),
        (Summary(there=[JOB]), "out: 1 picture: 1 there already"),
        (SOME, "out: 3 pictures: 2 painted in 1:05, 1 there already"),
        (
            replace(SOME, failed=[(JOB, "why")]),
            "out: 3 pictures: 2 painted in 1:05, 1 there already, 1 not painted",
        ),
    ],
)
def test_what_there_is_in_one_line(summary, line):
    assert told(summary, FOLDER, 65.0) == line


@pytest.mark.parametrize(
    ("end", "summary", "line", "status"),
    [
        (ModelError("damaged"), Summary(), "damaged", 1),
        (
            ModelError("damaged"),
            SOME,
            "damaged; 3 of 9 pictures are in out; the same command goes on with the rest",
            1,
        ),
        (
            Stopped(15),
            Summary(),
            "interrupted by SIGTERM; the same command goes on with the rest",
            143,
        ),
        (
            KeyboardInterrupt(),
            SOME,
            "interrupted; 3 of 9 pictures are in out; the same command goes on with the rest",
            130,
        ),
        (OSError(28, "No space left"), Summary(), "[Errno 28] No space left", 1),
    ],
)
def test_what_ended_it_and_how_it_goes_on(capsys, end, summary, line, status):
    assert say_ended(end, 9, summary, FOLDER) == status
    assert capsys.readouterr().err == f"stylecore: {line}\n"


def test_a_mistake_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        say_ended(ZeroDivisionError(), 9, SOME, FOLDER)


def test_what_failed_is_a_table_by_reasons(capsys):
    say_failed(SOME)
    assert capsys.readouterr().err == ""
    names = ["a[b].png", "c.png", "d.png", "e.png", "f.png"]
    failed = [(replace(JOB, name=name), "no [red] picture") for name in names]
    say_failed(Summary(failed=[*failed, (JOB, "gone")]))
    lines = [" ".join(line.split()) for line in capsys.readouterr().err.splitlines()]
    assert lines == [
        "not painted why",
        "a[b].png, c.png, d.png and 2 more no [red] picture",
        "x.png gone",
    ]
