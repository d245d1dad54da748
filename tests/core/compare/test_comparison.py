"""A comparison on real, small runs: the same for all, everything kept, nothing run twice."""

import json
import shutil
from dataclasses import replace

import pytest

from stylecore.compare.comparison import check_alike, compare
from stylecore.compare.contenders import parse_contender, usual_contenders
from stylecore.compare.events import Ended, Evaluated, Planned
from stylecore.compare.pairs import named_pairs
from stylecore.compare.rules import Rules
from stylecore.compare.shelf import RUNS, Shelf
from stylecore.errors import ImageError, SettingsError, StylecoreError
from stylecore.locks import lock
from stylecore.pictures.images import read_image

NAMES = [one.name for one in usual_contenders()]


def here(events):
    return sum(isinstance(one, Ended) and one.here for one in events)


def test_everyone_runs_everywhere_with_both_budgets(comparison, rules, pairs):
    found, _, _ = comparison
    places = list(rules.places(pairs))
    assert len(places) == 2 * 2 * 2
    for place in places:
        for clock in (False, True):
            runs = [run for run in found.runs
                    if run.place == place and (run.budget is not None) == clock]  # fmt: skip
            assert sorted(run.contender for run in runs) == NAMES


def test_at_each_place_objective_start_and_budget_are_the_same(comparison, rules):
    found, _, _ = comparison
    by_place = {}
    for run in found.runs:
        by_place.setdefault(run.place, []).append(run)
    for runs in by_place.values():
        assert len({(run.objective, run.begin, run.steps) for run in runs}) == 1
        (seconds,) = {run.budget for run in runs} - {None}
        counted = [run for run in runs if run.budget is None]
        assert {run.evaluations for run in counted} == {rules.settings.steps}
        assert seconds == min(run.seconds for run in counted)
        assert all(run.seconds >= seconds for run in runs if run.budget is not None)
    begins = {place: runs[0].begin for place, runs in by_place.items()}
    assert len(set(begins.values())) == len(begins)  # each place has a start of its own
    objectives = {(place.pair, place.scales): runs[0].objective for place, runs in by_place.items()}
    assert len(set(objectives.values())) == len(objectives)


def test_a_strength_comes_to_one_weight_for_all(rules, pairs, painter, tmp_path):
    strong = replace(
        rules, settings=replace(rules.settings, strength=0.5), starts=1, scales=("single",)
    )
    found = compare(pairs[:1], strong, painter, Shelf(tmp_path), lambda _: None)
    plain = compare(pairs[:1], replace(strong, settings=rules.settings), painter, Shelf(tmp_path),
                    lambda _: None)  # fmt: skip
    (objective,) = {run.objective for run in found.runs}
    assert objective not in {run.objective for run in plain.runs}


def test_who_begins_changes_from_place_to_place(comparison):
    found, _, _ = comparison
    firsts = [found.runs[i].contender for i in range(0, len(found.runs), 6)]
    assert set(firsts) == set(NAMES)


def test_it_tells_how_far_it_is(comparison):
    found, _, events = comparison
    assert events[0] == Planned(len(found.runs))
    ends = [one for one in events if isinstance(one, Ended)]
    assert [one.done for one in ends] == list(range(1, len(found.runs) + 1))
    assert ends[-1].remaining == 0
    shares = [one.share for one in events if isinstance(one, Evaluated)]
    assert all(0 < one <= 1 for one in shares)
    assert [one.share for one in events if isinstance(one, Evaluated) and one.evaluation == 1] == (
        sorted(one.share for one in events if isinstance(one, Evaluated) and one.evaluation == 1)
    )


def test_the_same_again_runs_nothing(comparison, pairs, rules, painter):
    found, shelf, _ = comparison
    events = []
    again = compare(pairs, rules, painter, shelf, events.append)
    assert here(events) == 0
    assert again == found


def test_only_what_is_missing_is_run(comparison, pairs, rules, painter):
    found, shelf, _ = comparison
    late = [one for one in found.runs if one.budget is not None and one.place.start]
    gone, torn, bare = late[:3]
    files = [shelf.picture(one).with_suffix(".json") for one in (gone, torn)]
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:100])
    shelf.picture(bare).unlink()
    (shelf.folder / RUNS / ".left.json.01234567.tmp").write_text("by a process that was killed")
    events = []
    again = compare(pairs, rules, painter, shelf, events.append)
    assert here(events) == 3
    assert [run.key for run in again.runs] == [run.key for run in found.runs]
    assert not list((shelf.folder / RUNS).glob(".*"))


def test_others_contenders_are_run_beside_what_is_there(comparison, pairs, rules, painter):
    _, shelf, _ = comparison
    more = replace(rules, contenders=[*rules.contenders, parse_contender("adam learning_rate=9")])
    events = []
    again = compare(pairs, more, painter, shelf, events.append)
    # Those by the clock too, where the new one is the quickest: all of them have its seconds then.
    by_number = [one for one in events if isinstance(one, Ended) and one.run.budget is None]
    assert sum(one.here for one in by_number) == 8
    assert {run.contender for run in again.runs} == {*NAMES, "adam learning_rate=9"}


def test_pictures_are_known_by_their_bytes(pictures, rules, painter, tmp_path):
    """Another one under the same name is another pair; the same one under another name is not."""
    rules, shelf, events = replace(rules, starts=1, scales=("single",)), Shelf(tmp_path / "out"), []
    for name, source in (("a", "cat"), ("b", "cat"), ("a", "dog")):
        shutil.copy(pictures[source], tmp_path / f"{name}.png")
        pairs = named_pairs([(tmp_path / f"{name}.png", [pictures["wave"]])])
        events.append([])
        compare(pairs, rules, painter, shelf, events[-1].append)
    assert list(map(here, events)) == [6, 0, 6]


def test_what_ends_it_keeps_what_is_done(pairs, rules, painter, tmp_path):
    rules, shelf, events = replace(rules, starts=1, scales=("single",)), Shelf(tmp_path), []

    def stop(event):
        events.append(event)
        if isinstance(event, Evaluated) and event.done == 2 and event.evaluation == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(pairs, rules, painter, shelf, stop)
    assert here(events) == 2
    assert len(list((tmp_path / RUNS).glob("*.json"))) == 2
    events.clear()
    found = compare(pairs, rules, painter, shelf, events.append)
    assert here(events) == len(found.runs) - 2


def test_each_is_tuned_first_for_each_kind_of_scales(pairs, rules, painter, tmp_path):
    contenders = [*usual_contenders()[:2], parse_contender("adam learning_rate=9")]
    rules = replace(rules, contenders=contenders, starts=1, sweep=40)
    rules = replace(rules, settings=replace(rules.settings, steps=4))
    events = []
    found = compare(pairs[:1], rules, painter, Shelf(tmp_path), events.append)
    assert [(one.contender, one.scales) for one in found.sweeps] == [
        ("adam", "single"),
        ("lbfgs", "single"),
        ("adam", "coarse"),
        ("lbfgs", "coarse"),
    ]
    swept = [one.run for one in events if isinstance(one, Ended) and one.run.sweep]
    assert {run.sizes[-1] for run in swept} == {(40, 30)}
    assert not any(run.sweep for run in found.runs)
    ends = [one for one in events if isinstance(one, Ended)]
    assert ends[-1].done == ends[-1].total == len(ends)
    for one in found.sweeps:
        (best,) = {run.loss for run in swept
                   if run.contender == one.contender and run.place.scales == one.scales
                   and run.parameters.items() >= plain(one.chosen).items()}  # fmt: skip
        losses = [tried.mean for tried in one.tried]
        assert best == pytest.approx(min(losses))
        for run in found.runs:
            if run.contender == one.contender and run.place.scales == one.scales:
                assert run.parameters.items() >= plain(one.chosen).items()
    given = [run for run in found.runs if run.contender == "adam learning_rate=9"]
    assert {run.parameters["learning_rate"] for run in given} == {9.0}


def plain(parameters):
    return json.loads(json.dumps(parameters))


def test_seconds_may_be_given(pairs, rules, painter, tmp_path):
    rules = replace(rules, starts=1, scales=("single",), seconds=0.05)
    found = compare(pairs[:1], rules, painter, Shelf(tmp_path), lambda _: None)
    by_clock = [run for run in found.runs if run.budget is not None]
    assert {run.budget for run in by_clock} == {0.05}
    assert all(run.seconds >= 0.05 for run in by_clock)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"objective": "x"}, "the same objective"),
        ({"begin": "x"}, "the same start"),
        ({"steps": 5}, "the same number of evaluations"),
        ({"evaluations": 5}, "adam made 5 evaluations, and 4 were allowed"),
    ],
)
def test_runs_that_do_not_compare_are_refused(run_like, tmp_path, changes, what):
    runs = [run_like("lbfgs", 1.0), run_like("adam", 1.0, **changes)]
    with pytest.raises(StylecoreError, match=what):
        check_alike(runs, Shelf(tmp_path))


def test_seconds_that_are_not_the_same_are_refused(run_like, tmp_path):
    runs = [run_like("lbfgs", 1.0, budget=1.0), run_like("adam", 1.0, budget=2.0)]
    with pytest.raises(StylecoreError, match="the same number of seconds; remove"):
        check_alike(runs, Shelf(tmp_path))


def test_a_folder_has_one_comparison_at_a_time(pairs, rules, painter, tmp_path):
    other = lock(tmp_path / ".compare.lock")
    with pytest.raises(StylecoreError, match="another process compares in"):
        compare(pairs, rules, painter, Shelf(tmp_path), lambda _: None)
    other.release()


def test_what_cannot_be_read_is_told_before_anything_is_run(pairs, rules, painter, tmp_path):
    missing = named_pairs([(tmp_path / "none.png", [pairs[0].styles[0]])])
    with pytest.raises(ImageError, match=r"none\.png"):
        compare([*pairs, *missing], rules, painter, Shelf(tmp_path / "out"), lambda _: None)
    assert not (tmp_path / "out").exists()
    with pytest.raises(SettingsError, match="no pairs"):
        compare([], rules, painter, Shelf(tmp_path), lambda _: None)


def test_a_file_in_the_folders_place_is_said(pairs, rules, painter, tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(StylecoreError, match="is no folder; give the name of one"):
        compare(pairs, rules, painter, Shelf(tmp_path / "out"), lambda _: None)


def test_pictures_that_were_delivered_are_kept(comparison):
    found, shelf, _ = comparison
    for run in found.runs:
        assert read_image(shelf.picture(run)).shape == (36, 48, 3)


def test_pairs_of_one_name_are_numbered(pictures, tmp_path):
    twin = tmp_path / "cat.png"
    found = named_pairs([(pictures["cat"], [pictures["wave"]]), (twin, [pictures["wave"]])])
    assert [one.name for one in found] == ["cat × wave (1)", "cat × wave (2)"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": 0}, "starts are 0; give a number from 1"),
        ({"seconds": -1.0}, "seconds are -1.0; give a finite number"),
        ({"sweep": 8}, "the sweep's size is 8; give 32 pixels or more, or 0"),
        ({"fractions": (1.5,)}, "give numbers above 0, to 1"),
        ({"fractions": ()}, "give numbers above 0, to 1"),
        ({"contenders": []}, "there are 0 contenders; give two or more"),
    ],
)
def test_rules_that_cannot_be_are_refused(rules, changes, message):
    with pytest.raises(SettingsError, match=message):
        replace(rules, **changes)


def test_rules_are_the_usual_ones_where_nobody_says(settings):
    assert [one.name for one in Rules(settings).contenders] == NAMES
