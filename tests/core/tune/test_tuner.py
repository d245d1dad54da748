"""A search on real, small runs: everything kept, nothing painted twice."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore.errors import ImageError, StylecoreError
from stylecore.locks import lock
from stylecore.measures.features import FeatureGraph
from stylecore.pictures.images import read_image
from stylecore.pictures.tensors import to_tensor
from stylecore.results import Interrupted
from stylecore.scene import read_scene
from stylecore.transfer import stylize
from stylecore.tune.events import Began, Ended, Stepped
from stylecore.tune.painters import Painters
from stylecore.tune.portfolio import Portfolio
from stylecore.tune.tuner import Tuner, verdict_on


def test_the_first_trial_is_what_the_settings_have(tmp_path, tuned, search, pictures, painters):
    found = tuned(tmp_path, search)
    assert [one.number for one in found.trials] == [1, 2, 3, 4]
    assert found.trials[0].values == search.start
    wanted = stylize(*pictures, model=painters.of(search.small), settings=search.small)
    kept = read_image(Portfolio(tmp_path).picture(found.key, search.start))
    np.testing.assert_array_equal(kept, wanted.image)


def test_verdicts_are_on_the_pictures_that_are_kept(
    tmp_path, tuned, search, pictures, painters, measuring_artefact
):
    found = tuned(tmp_path, search)
    graph = FeatureGraph(measuring_artefact, painters.of(search.small).engine)
    for one in found.trials:
        picture = read_image(Portfolio(tmp_path).picture(found.key, one.values))
        scene = read_scene(*pictures, search.small_with(one.values))
        assert verdict_on(graph, scene, to_tensor(picture)) == one.verdict


def test_choices_are_those_that_nothing_betters_closest_to_the_content_first(
    tmp_path, tuned, search
):
    found = tuned(tmp_path, replace(search, trials=6))

    def better(one, other):
        a, b = one.verdict, other.verdict
        pairs = ((-a.style, -b.style), (a.content, b.content), (a.noise, b.noise))
        return all(x <= y for x, y in pairs) and any(x < y for x, y in pairs)

    front = [one for one in found.trials if not any(better(two, one) for two in found.trials)]
    assert sorted(one.number for one in found.choices) == [one.number for one in front]
    contents = [one.verdict.content for one in found.choices]
    assert contents == sorted(contents)


def test_it_tells_how_far_it_is(tmp_path, tuned, search):
    events = []
    tuned(tmp_path, search, events)
    assert events[0] == Began(0, 4)
    ends = [one for one in events if isinstance(one, Ended)]
    assert [(one.done, one.total) for one in ends] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert ends[-1].remaining == 0
    steps = [one for one in events if isinstance(one, Stepped)]
    assert len(steps) == 4 * search.small.steps
    assert [one.share for one in steps] == sorted(one.share for one in steps)
    assert all(one.remaining > 0 for one in steps[:-1])


def test_the_same_again_paints_nothing_and_more_trials_go_further(tmp_path, tuned, search):
    found, events = tuned(tmp_path, search), []
    assert tuned(tmp_path, search, events).trials == found.trials
    assert events == [Began(4, 4)]
    more = tuned(tmp_path, replace(search, trials=6)).trials
    assert len(more) == 6
    assert [one.values for one in more[:4]] == [one.values for one in found.trials]


def test_another_search_in_the_folder_is_another(tmp_path, tuned, search):
    found = tuned(tmp_path, search)
    other = tuned(tmp_path, replace(search, vary=("content_weight",), trials=2))
    assert other.key != found.key
    assert len(other.trials) == 2
    assert len(list((tmp_path / "trials").iterdir())) == 6
    assert tuned(tmp_path, search).trials == found.trials


def test_seconds_are_a_limit_but_for_the_first_trial(tmp_path, tuned, search):
    found = tuned(tmp_path, replace(search, trials=1000, seconds=1e-6))
    assert len(found.trials) == 1
    events = []
    assert len(tuned(tmp_path, replace(search, trials=1000, seconds=1e-6), events).trials) == 1
    assert events == [Began(1, 1000)]


def test_what_ends_it_keeps_what_is_done_and_it_goes_on_as_if_nothing_were(
    tmp_path, tuner_in, tuned, search
):
    whole = tuned(tmp_path / "whole", search)

    class Stop(list):
        def append(self, event):
            super().append(event)
            if isinstance(event, Stepped) and event.done == 2 and event.step.done == 2:
                raise KeyboardInterrupt

    folder = tmp_path / "parts"
    tuner = tuner_in(folder, search, Stop())
    with pytest.raises(Interrupted):
        tuner.run()
    assert len(tuner.tuning().trials) == 2
    found = tuned(folder, search)
    assert [(one.values, one.verdict) for one in found.trials] == [
        (one.values, one.verdict) for one in whole.trials
    ]


@pytest.fixture
def counted(network_for):
    """Painters of their own, and the style losses that they were opened for."""
    asked = []

    def opened(settings):
        asked.append(settings.style_loss)
        return network_for(settings)

    painters = Painters(opened)
    yield painters, asked
    painters.close()


def test_painters_are_opened_once_for_each_style_loss(tmp_path, tuner_in, search, counted):
    painters, asked = counted
    search = replace(search, vary=("style_loss", "composition", "color"), trials=12)
    found = tuner_in(tmp_path, search, painters=painters).run()
    losses = {one.values["style_loss"] for one in found.trials}
    assert len(losses) > 1
    assert sorted(asked) == sorted(losses)
    assert {one.values["color"] for one in found.trials} > {"style"}


def test_no_more_painters_are_open_than_there_is_room_for(counted, search):
    painters, asked = counted
    for loss in ("gram", "moments", "wasserstein", "gram+nearest", "wasserstein"):
        painter = painters.of(replace(search.small, style_loss=loss))
    assert asked == ["gram", "moments", "wasserstein", "gram+nearest"]
    assert painters.of(replace(search.small, style_loss="wasserstein")) is painter
    painters.of(replace(search.small, style_loss="gram"))
    assert asked[-1] == "gram"


def test_what_cannot_be_read_is_told_before_anything_is_painted(
    tmp_path, painters, search, measuring_artefact, pictures
):
    missing, folder = tmp_path / "none.png", tmp_path / "out"
    with pytest.raises(ImageError, match=r"none\.png"):
        Tuner(missing, pictures[1], search, painters, measuring_artefact, Portfolio(folder), print)
    assert not folder.exists()


def test_a_folder_has_one_search_at_a_time(tmp_path):
    other = lock(tmp_path / ".tune.lock")
    with (
        pytest.raises(StylecoreError, match="another process tunes in"),
        Portfolio(tmp_path).held(),
    ):
        pass
    other.release()
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StylecoreError, match="is no folder; give the name of one"),
        Portfolio(tmp_path / "file").held(),
    ):
        pass
