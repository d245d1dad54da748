import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.models.autodiff.tape import Tape, make_model, named
from stylecore.models.networks.noise import TILE, noise_of, tiled
from stylecore.models.networks.sizes import NOISE


def tile_over(pictures, rows, columns, seed=0):
    tape = Tape()
    sizes = ir.val("sizes", dtype=ir.DataType.INT64, shape=[3])
    noise = tape.shaped(named(tiled(tape, sizes, seed), "noise"), [None, NOISE, None, None])
    model = make_model(tape, "case", [sizes], [noise])
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(model))
    return evaluator.run(None, {"sizes": np.array([pictures, rows, columns])})[0]


def test_it_has_mean_0_and_variance_1():
    noise = noise_of(np.random.default_rng(0), 2, 200, 100)
    assert noise.shape == (2, NOISE, 200, 100)
    assert noise.dtype == np.float32
    assert np.abs(noise.mean((0, 2, 3))).max() < 0.02
    assert noise.var((0, 2, 3)) == pytest.approx(1, abs=0.02)
    corners = noise[:, :, :-1, :-1], noise[:, :, 1:, 1:]
    assert abs(float(np.mean(corners[0] * corners[1]))) < 0.02


def test_the_tile_repeats_from_the_corner_for_every_picture():
    noise = tile_over(2, TILE + 5, 2 * TILE + 3)
    assert noise.shape == (2, NOISE, TILE + 5, 2 * TILE + 3)
    np.testing.assert_array_equal(noise[0], noise[1])
    np.testing.assert_array_equal(noise[..., :5, :], noise[..., TILE:, :])
    np.testing.assert_array_equal(noise[..., :3], noise[..., 2 * TILE :])
    assert float(noise.var()) == pytest.approx(1, abs=0.02)


def test_a_small_picture_has_a_corner_of_it_and_another_seed_another_tile():
    np.testing.assert_array_equal(tile_over(1, 3, 2), tile_over(1, 9, 9)[..., :3, :2])
    assert not np.array_equal(tile_over(1, 3, 2), tile_over(1, 3, 2, seed=1))
