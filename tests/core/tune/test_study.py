"""The study remembers, goes on where it was, and knows what is best."""

import json
import logging
import os
import sys

import pytest

from stylecore.errors import StylecoreError
from stylecore.measures.verdict import Verdict
from stylecore.tune.knobs import Among, Between
from stylecore.tune.study import Study, check_searchable

RANGES = {"weight": Between(0.01, 1.0), "way": Among(("a", "b"))}


def open_study(path, name="one", seed=0):
    return Study(path, name, RANGES, seed)


def verdict_of(values):
    """A front: the greater the weight, the less style and the more like the content."""
    way = 0.0 if values["way"] == "a" else 1.0
    return Verdict(1 - values["weight"] - way, 1 - values["weight"] + way, way)


def made(study, trials, values=None):
    for _ in range(trials):
        chosen = values or study.suggest()
        study.take(chosen, verdict_of(chosen), 1.5)
    return [one.values for one in study.tried()]


def test_what_was_tried_is_there_again(tmp_path):
    path = tmp_path / "trials.journal"
    study = open_study(path)
    made(study, 1, {"weight": 0.5, "way": "a"})
    made(study, 3)
    found = open_study(path).tried()
    assert found == study.tried()
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert found[0].values == {"weight": 0.5, "way": "a"}
    assert found[0].verdict == verdict_of(found[0].values)
    assert {one.seconds for one in found} == {1.5}
    for one in found:
        assert 0.01 <= one.values["weight"] <= 1
        assert one.values["weight"] == float(f"{one.values['weight']:.3g}")
    assert open_study(path, "other").tried() == []


def test_where_it_was_stopped_makes_no_difference(tmp_path):
    whole = made(open_study(tmp_path / "whole"), 14)
    made(open_study(tmp_path / "parts"), 5)
    study = open_study(tmp_path / "parts")
    study.suggest()  # and then it is killed
    study = open_study(tmp_path / "parts")
    study.suggest()
    study.drop()
    assert made(open_study(tmp_path / "parts"), 9) == whole
    assert made(open_study(tmp_path / "seed", seed=1), 14) != whole


def test_what_is_bettered_in_everything_is_not_best(tmp_path):
    study = open_study(tmp_path / "trials")
    for weight, way in ((0.5, "a"), (0.5, "b"), (0.9, "a"), (0.1, "a")):
        made(study, 1, {"weight": weight, "way": way})
    assert [one.best for one in study.tried()] == [True, False, True, True]


def test_it_learns(tmp_path):
    """Once it has looked about, it tries what is good more often than chance would."""
    values = made(open_study(tmp_path / "trials"), 60)
    late = [one["way"] for one in values[30:]]
    assert late.count("a") > 1.2 * late.count("b")


def test_a_line_that_was_not_written_to_its_end_is_cut_off(tmp_path):
    path = tmp_path / "trials"
    made(open_study(path), 3)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"op_code": 4, "worker_i')
    study = open_study(path)
    assert len(study.tried()) == 3
    made(study, 1)
    assert len(open_study(path).tried()) == 4


def test_a_lock_that_a_killed_process_left_is_no_obstacle(tmp_path):
    path = tmp_path / "trials"
    made(open_study(path), 1)
    (tmp_path / "trials.lock").touch()
    study = open_study(path)
    made(study, 1)
    assert len(study.tried()) == 2
    assert not (tmp_path / "trials.lock").exists()


@pytest.mark.parametrize("text", ["no journal\n", '{"op_code": 9}\n{}\n', "[]\n"])
def test_a_damaged_file_is_told_of(tmp_path, text):
    path = tmp_path / "trials"
    path.write_text(text)
    with pytest.raises(StylecoreError, match=r"trials is damaged \(.*\); remove it, or give"):
        open_study(path)


def test_an_interrupt_while_its_lock_is_taken_is_an_interrupt(tmp_path, monkeypatch):
    study = open_study(tmp_path / "journal")
    really = os.open

    def interrupted(path, *more):
        if str(path).endswith(".lock"):
            raise KeyboardInterrupt
        return really(path, *more)

    monkeypatch.setattr(os, "open", interrupted)
    with pytest.raises(KeyboardInterrupt):
        study.suggest()


def test_an_interrupt_while_its_lock_is_given_back_is_an_interrupt(tmp_path, monkeypatch):
    study = open_study(tmp_path / "journal")
    really, come = os.unlink, []

    def interrupted(path, *more):
        really(path, *more)
        if ".lock" in str(path) and not come:
            come.append(path)
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "unlink", interrupted)
    with pytest.raises(KeyboardInterrupt):
        study.suggest()
    assert come


def test_a_place_that_cannot_be_written_is_told_of(tmp_path):
    with pytest.raises(StylecoreError, match="cannot write"):
        open_study(tmp_path / "none" / "trials")


def test_nothing_is_said(tmp_path, capfd, caplog):
    with caplog.at_level(logging.DEBUG):
        made(open_study(tmp_path / "trials"), 12)
        open_study(tmp_path / "trials").tried()
    assert capfd.readouterr() == ("", "")


def test_without_optuna_it_says_what_to_install(monkeypatch):
    check_searchable()
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(StylecoreError, match=r"pip install 'stylecore\[tune\]'"):
        check_searchable()


def test_the_file_is_lines_of_json(tmp_path):
    made(open_study(tmp_path / "trials"), 2)
    assert all(json.loads(line) for line in (tmp_path / "trials").read_text().splitlines())
