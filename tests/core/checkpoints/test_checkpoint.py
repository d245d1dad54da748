"""What a checkpoint does with its file: keeps it up, goes on with it, and takes it away."""

import numpy as np
import pytest

from stylecore.checkpoints.archive import Saved, read_archive
from stylecore.checkpoints.checkpoint import EVERY, Checkpoint
from stylecore.errors import CheckpointError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.checkpoint"


def state(number):
    return Saved({"step": number}, {"x": np.full((2, 3), number, np.float32)})


def begun(path, **how):
    checkpoint = Checkpoint(path, **how)
    assert checkpoint.begin() == (None, None)
    return checkpoint


def test_what_it_was_told_last_is_what_it_goes_on_from(path):
    checkpoint = begun(path, every=0)
    for number in range(3):
        checkpoint.at(lambda number=number: state(number), 24)
    finished, stands = Checkpoint(path).begin()
    assert finished is None
    assert stands.values == {"step": 2}
    assert (stands.arrays["x"] == 2).all()


def test_it_waits_until_it_is_time_but_not_at_the_end(path):
    checkpoint = begun(path)
    checkpoint.at(lambda: state(1), 24)
    assert EVERY == 30
    assert not checkpoint.is_there()
    checkpoint.keep()
    assert checkpoint.is_there()
    path.unlink()
    checkpoint.keep()  # nothing new
    assert not checkpoint.is_there()


def test_nothing_to_keep_is_no_file(path):
    begun(path).keep()
    assert not path.exists()


def test_pictures_that_are_finished_are_kept_with_the_next(path):
    checkpoint = begun(path, every=0)
    checkpoint.finished(state(1))
    assert checkpoint.begin() == (None, None)
    checkpoint.finished(state(2))
    checkpoint.begin()
    checkpoint.at(lambda: state(3), 24)
    again = Checkpoint(path, every=0)
    for number in (1, 2):
        finished, stands = again.begin()
        assert finished.values == {"step": number}
        assert (finished.arrays["x"] == number).all()
        assert stands is None
        again.finished(finished)
    finished, stands = again.begin()
    assert finished is None
    assert stands.values == {"step": 3}
    again.at(lambda: state(4), 24)
    assert [part["step"] for part in read_archive(path).values["parts"]] == [1, 2, 4]


def test_between_two_pictures_the_finished_one_is_kept(path):
    checkpoint = begun(path)
    checkpoint.finished(state(1))
    checkpoint.keep()
    again = Checkpoint(path)
    finished, _ = again.begin()
    assert finished.values == {"step": 1}
    again.finished(finished)
    assert again.begin() == (None, None)


def test_stopped_again_before_anything_is_new_it_stays_as_it_is(path):
    checkpoint = begun(path, every=0)
    checkpoint.finished(state(1))
    checkpoint.begin()
    checkpoint.at(lambda: state(2), 24)
    again = Checkpoint(path)
    finished, _ = again.begin()
    again.finished(finished)
    _, stands = again.begin()
    assert stands.values == {"step": 2}
    again.keep()
    assert [part["step"] for part in read_archive(path).values["parts"]] == [1, 2]


def test_a_block_that_ends_well_takes_the_file_away(path):
    with begun(path, every=0) as checkpoint:
        checkpoint.at(lambda: state(1), 24)
        assert path.exists()
    assert not path.exists()


def test_a_block_that_ends_early_leaves_it(path):
    def early():
        raise RuntimeError("early")

    checkpoint = begun(path, every=0)
    checkpoint.at(lambda: state(1), 24)
    with pytest.raises(RuntimeError, match="early"), checkpoint:
        early()
    assert path.exists()


def test_a_note_of_the_callers_comes_back(path):
    checkpoint = begun(path, every=0)
    checkpoint.note["output"] = "picture.png"
    checkpoint.at(lambda: state(1), 24)
    again = Checkpoint(path)
    again.read()
    assert again.note == {"output": "picture.png"}


def test_what_a_killed_process_left_beside_it_is_swept_away(path):
    begun(path, every=0).at(lambda: state(1), 24)
    left = path.with_name(".run.checkpoint.01234567.tmp")
    others = [
        ".run.checkpoint.2.01234567.tmp",
        ".run.checkpoint.tmp",
        "a.run.checkpoint.01234567.tmp",
    ]
    for name in (left.name, *others):
        path.with_name(name).touch()
    Checkpoint(path).read()
    assert not left.exists()
    assert all(path.with_name(name).exists() for name in others)


@pytest.mark.parametrize("parts", [None, 3, [3], []])
def test_parts_that_are_none_are_refused(path, parts, monkeypatch):
    begun(path, every=0).at(lambda: state(1), 24)
    saved = Saved({"parts": parts}, {"0.x": np.ones((1, 1), np.float32)})
    monkeypatch.setattr("stylecore.checkpoints.checkpoint.read_archive", lambda _: saved)
    with pytest.raises(CheckpointError, match="does not hold what a checkpoint should"):
        Checkpoint(path).begin()
