import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.kept import Kept
from stylecore.engine.session import Session
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
