"""A features graph that remembers gives what the graph gives, and runs it once for a picture."""

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.kept import Kept, passing
from stylecore.engine.sessions import Sessions
from stylecore.engine.statistics import statistics
from stylecore.errors import ModelError

RNG = np.random.default_rng(0)
ONE, OTHER = (RNG.uniform(0, 255, (1, 3, 40, 48)).astype(np.float32) for _ in range(2))


@pytest.fixture
def network(narrow_artefact):
    artefact = narrow_artefact["max"]
    return Sessions(artefact).features(choose_engine("cpu", 1)), artefact.manifest


@pytest.fixture
def runs(network, monkeypatch):
    """The pictures that the graph itself has run on."""
    session, seen = network[0], []
    run = type(session)._run
    monkeypatch.setattr(
        type(session),
        "_run",
        lambda self, outputs, inputs, *rest: (
            seen.append(float(inputs["image"].sum())) or run(self, outputs, inputs, *rest)
        ),
    )
    return seen


def size_of(found):
    return sum(one.nbytes for one in found.values())


def test_the_same_picture_is_looked_at_once(network, runs):
    session, manifest = network
    kept = Kept(session, 10**8)
    for more in (False, True, False):
        for picture in (ONE, OTHER):
            found = statistics(kept, manifest, picture, more=more)
            wanted = statistics(passing(kept), manifest, picture)
            for name, value in wanted.items():
                assert np.array_equal(found[name], value)
    assert len(runs) == 2 + 6


def test_another_guide_is_another_picture(network, runs):
    session, manifest = network
    kept = Kept(session, 10**8)
    plain = statistics(kept, manifest, ONE)
    guides = {
        f"style.{layer}.guide": np.full((1, 40 >> shift, 48 >> shift), 0.5, np.float32)
        for shift, layer in enumerate(manifest.style_layers)
    }
    other = statistics(kept, manifest, ONE, guides)
    assert len(runs) == 2
    name = f"style.{manifest.style_layers[0]}.gram"
    assert not np.array_equal(plain[name], other[name])


def test_what_is_kept_cannot_be_changed(network):
    session, manifest = network
    found = statistics(Kept(session, 10**8), manifest, ONE)
    with pytest.raises(ValueError, match="read-only"):
        next(iter(found.values()))[...] = 0


def test_what_was_wanted_longest_ago_goes_first(network, runs):
    session, manifest = network
    most = 2 * size_of(statistics(session, manifest, ONE))
    runs.clear()
    kept = Kept(session, most)
    third = ONE + 1
    for picture in (ONE, OTHER, ONE, third, ONE, OTHER):
        statistics(kept, manifest, picture)
    assert runs == [float(one.sum()) for one in (ONE, OTHER, third, OTHER)]


def test_what_is_too_large_is_not_kept(network, runs):
    session, manifest = network
    kept = Kept(session, 100)
    for _ in range(2):
        statistics(kept, manifest, ONE)
    assert len(runs) == 2


def test_an_error_is_the_graphs_own_and_is_not_kept(network):
    session, _ = network
    kept = Kept(session, 10**8)
    for call in (kept, kept.again):
        with pytest.raises(ModelError, match="has no output nothing"):
            call(["nothing"], image=ONE)
