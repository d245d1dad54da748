import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.kept import Kept, passing
from stylecore.engine.session import Session
from stylecore.engine.sessions import Sessions
from stylecore.strength.grams import grams_of
from stylecore.tiling.graphs import Graphs


@pytest.fixture
def graphs(narrow_artefact):
    return Graphs(narrow_artefact["max"], choose_engine("cpu"))


def test_graphs_for_tiles_are_opened_when_they_are_wanted_and_once(graphs):
    assert graphs._tiles is None
    tiles = graphs.tiles()
    assert graphs.tiles() is tiles
    assert tiles.features is graphs.features


def test_an_objective_that_is_closed_is_opened_again(graphs):
    before = graphs.objective()
    graphs.close_objective()
    assert graphs._objective is None
    after = graphs.objective()
    assert isinstance(after, Session)
    assert after.inputs == before.inputs


def test_tiles_are_not_kept_for_other_pictures(narrow_artefact):
    graphs = Graphs(narrow_artefact["max"], choose_engine("cpu"), keep=10**6)
    assert isinstance(graphs.features, Kept)
    assert isinstance(graphs.tiles().features, Session)


IMAGE = np.random.default_rng(0).uniform(0, 255, (1, 3, 32, 48)).astype(np.float32)


def grams(graphs):
    return grams_of(graphs.features, graphs.manifest, IMAGE)


def test_those_for_small_pictures_see_the_same_in_the_direct_form(graphs):
    small = graphs.small()
    for shallow in (False, True):
        own, other = (one.at(shallow=shallow) for one in (graphs, small))
        wanted = grams(own)
        for layer, found in grams(other).items():
            np.testing.assert_allclose(found, wanted[layer], rtol=1e-3, atol=1e-3)
    assert any("winograd" in name for name in graphs.objective().inputs)
    assert not any("winograd" in name for name in small.objective().inputs)


def test_those_for_small_pictures_keep_what_they_have_seen(graphs, monkeypatch):
    small = graphs.small()
    wanted = grams(small)
    monkeypatch.setattr(Session, "_run", None)
    for layer, found in grams(small).items():
        np.testing.assert_array_equal(found, wanted[layer])
    assert isinstance(graphs.features, Session)


def test_those_for_small_pictures_open_nothing_where_there_is_one_form(graphs, monkeypatch):
    monkeypatch.setattr(Sessions, "has_winograd", lambda *_: False)
    shallow = graphs.at(shallow=True)
    monkeypatch.setattr(Sessions, "_open", None)
    small = graphs.small()
    assert passing(small.features) is graphs.features
    assert passing(small.at(shallow=True).features) is shallow.features
    assert small.objective().inputs == graphs.objective().inputs
