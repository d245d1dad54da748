import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.engine.statistics import statistics
from stylecore.models.making.probe import (
    features_of,
    fingerprint,
    relative_difference,
    sample_picture,
)


def test_the_picture_is_the_same_everywhere():
    picture = sample_picture()
    assert (picture.shape, picture.dtype) == ((1, 3, 96, 128), np.float32)
    assert 0 <= picture.min() < 20
    assert 235 < picture.max() <= 255
    assert (picture == np.round(picture)).all()
    assert int(picture.astype(np.int64).sum()) == 4665141


def test_it_turns_and_takes_other_sizes():
    first, second = sample_picture(32, 48), sample_picture(32, 48, turn=1)
    assert first.shape == second.shape == (1, 3, 32, 48)
    assert np.abs(first - second).mean() > 10


def test_channels_rows_and_columns_all_differ():
    picture = sample_picture()
    for axis in (1, 2, 3):
        assert relative_difference(np.flip(picture, axis), picture) > 0.1


def test_the_fingerprint_tells_mirrored_values_apart():
    values = np.random.default_rng(0).random((1, 4, 6, 8)).astype(np.float32)
    plain = np.array(fingerprint(values))
    assert len(plain) == 5
    for axis, moment in ((1, 2), (2, 3), (3, 4)):
        turned = np.array(fingerprint(np.flip(values, axis)))
        same = [index for index in range(5) if index != moment]
        np.testing.assert_allclose(turned[same], plain[same])
        assert abs(turned[moment] - plain[moment]) > 1e-3


def test_the_fingerprint_by_hand():
    values = np.array([[[1.0, 2.0, 3.0]]], np.float32)
    wanted = [2, np.sqrt(14 / 3), (0 * 1 + 0.5 * 2 + 1 * 3) / 3]
    assert fingerprint(values) == pytest.approx(wanted)


def test_features_are_the_artefacts(narrow_artefact):
    artefact, picture = narrow_artefact["max"], sample_picture(32, 48)
    graph = Session(artefact.path("features.onnx"), choose_engine("cpu"))
    wanted = statistics(graph, artefact.manifest, picture)
    found = features_of(artefact, picture)
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-5 * values.max())
