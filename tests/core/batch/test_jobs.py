from pathlib import Path

import pytest

from stylecore.batch.jobs import Job, paired
from stylecore.errors import SettingsError
from stylecore.settings import Settings

A, B, C = Path("a.png"), Path("b.png"), Path("c.png")
SETTINGS = Settings()


def pairs_of(*words):
    return [(pair.content, pair.styles) for pair in paired(*words, SETTINGS)]


def test_each_content_in_each_style():
    assert pairs_of([A, B], [C, A], "product") == [
        (A, (C,)),
        (A, (A,)),
        (B, (C,)),
        (B, (A,)),
    ]


def test_one_by_one():
    assert pairs_of([A, B], [C, A], "zip") == [(A, (C,)), (B, (A,))]


@pytest.mark.parametrize(
    ("contents", "styles", "how", "message"),
    [
        ([], [A], "product", "no content was given"),
        ([A], [], "zip", "no style was given"),
        ([A, B], [C], "zip", "there are 2 contents and 1 styles; to match them one by one"),
    ],
)
def test_what_cannot_be_paired(contents, styles, how, message):
    with pytest.raises(SettingsError, match=message):
        paired(contents, styles, how, SETTINGS)


def test_a_job_knows_all_files_that_it_reads():
    assert Job(A, (B,), SETTINGS, "x.png").reads() == [A, B]
    started = Job(A, (B, C), Settings(init="c.png"), "x.png")
    assert started.start == C
    assert started.reads() == [A, B, C, C]
    assert Job(A, (B,), Settings(init="noise"), "x.png").start is None
