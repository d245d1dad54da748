"""Winograd's convolution against scipy's, and its rearrangements against numpy's, in float64."""

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator
from scipy.signal import correlate2d

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.models.autodiff import functions
from stylecore.models.autodiff.tape import (
    DOMAIN,
    Tape,
    inline_functions,
    make_model,
    shaped,
    tensor_input,
)
from stylecore.models.autodiff.tape import write_model as write
from stylecore.models.making import winograd

DOUBLE = ir.DataType.DOUBLE
SIZES = [(8, 12), (5, 7), (9, 4), (1, 2)]


def run(build, x, dtype=DOUBLE):
    """What the operators that ``build`` records make of x."""
    tape = Tape(dtype)
    given = tensor_input(
        "x", [size if axis < 2 else None for axis, size in enumerate(x.shape)], tape
    )
    y = build(tape, given)
    y.name, y.dtype = "y", dtype
    model = make_model(tape, "case", [given], [y], [functions.overlap_function(dtype)])
    return ReferenceEvaluator(ir.serde.serialize_model(model)).run(["y"], {"x": x})[0]


def chain(kernels, biases, dtype=DOUBLE):
    """ReLUs of convolutions, one after another in tiles."""

    def build(t, x):
        plane = winograd.plane_of(t, x)
        y = winograd.into_tiles(t, x, plane, kernels[0].shape[1])
        for kernel, bias in zip(kernels, biases, strict=True):
            outputs, inputs = kernel.shape[:2]
            wide = winograd.transformed(t, t.constant(kernel), kernel.shape)
            shaped(wide, dtype, [winograd.PRODUCTS, inputs, outputs])
            y = t("Relu", winograd.convolution(t, y, wide, t.constant(bias), plane))
        return winograd.out_of_tiles(t, y, plane, kernels[-1].shape[0])

    return build


def by_scipy(x, kernels, biases):
    for kernel, bias in zip(kernels, biases, strict=True):
        planes = [
            sum(correlate2d(plane, taps, "same") for plane, taps in zip(x[0], filters, strict=True))
            for filters in kernel
        ]
        x = np.maximum(np.stack(planes) + bias[:, None, None], 0)[None]
    return x


def network(dtype=np.float64, channels=(2, 3, 5, 2)):
    rng = np.random.default_rng(0)
    pairs = list(zip(channels[1:], channels, strict=False))
    kernels = [rng.normal(size=(o, i, 3, 3)).astype(dtype) for o, i in pairs]
    # Of either sign: what a bias leaves beyond the border must not reach the next convolution.
    return kernels, [rng.normal(size=o).astype(dtype) for o, _ in pairs]


@pytest.mark.parametrize("size", SIZES)
def test_convolutions_in_a_row_are_as_by_scipy(size):
    kernels, biases = network()
    x = np.random.default_rng(1).normal(size=(1, 2, *size))
    found = run(chain(kernels, biases), x)
    np.testing.assert_allclose(found, by_scipy(x, kernels, biases), rtol=1e-10, atol=1e-10)


def test_single_precision_loses_no_more_than_a_few_bits(tmp_path):
    kernels, biases = network(np.float32, (64, 64, 64))
    tape = Tape()
    x = tensor_input("x", [1, 64, "height", "width"], tape)
    y = chain(kernels, biases, ir.DataType.FLOAT)(tape, x)
    y.name, y.dtype = "y", ir.DataType.FLOAT
    model = make_model(tape, "case", [x], [y], [functions.overlap_function(tape.dtype)])
    write(inline_functions(model), tmp_path / "case.onnx")
    image = np.random.default_rng(1).normal(size=(1, 64, 18, 21)).astype(np.float32)
    found = Session(tmp_path / "case.onnx", choose_engine("cpu"))(["y"], x=image)[0]
    wanted = by_scipy(image.astype(np.float64), kernels, biases)
    assert np.abs(found - wanted).max() < 1e-5 * np.abs(wanted).max()


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_into_tiles_comes_out_of_them(size):
    x = np.random.default_rng(0).normal(size=(1, 3, *size))

    def there_and_back(t, x):
        plane = winograd.plane_of(t, x)
        return winograd.out_of_tiles(t, winograd.into_tiles(t, x, plane, 3), plane, 3)

    assert np.array_equal(run(there_and_back, x), x)


def test_a_tile_holds_neighbours():
    x = np.arange(2 * 6 * 7.0).reshape(1, 2, 6, 7) + 1
    tiles = run(lambda t, x: winograd.into_tiles(t, x, winograd.plane_of(t, x), 2), x)
    assert tiles.shape == (4, 4, 2, 2, 2)
    assert np.array_equal(tiles[:, :, 0, 0], x[0, :, :4, :4].transpose(1, 2, 0))
    assert np.array_equal(tiles[:2, :3, 1, 1], x[0, :, 4:, 4:].transpose(1, 2, 0))
    assert not tiles[2:, :, 1].any()
    assert not tiles[:, 3:, :, 1].any()


def overlapped(tiles):
    """By numpy: the picture with a border of zeros, in windows of 6×6 that are 4 apart."""
    _, _, height, width, channels = tiles.shape
    picture = tiles.transpose(2, 0, 3, 1, 4).reshape(4 * height, 4 * width, channels)
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(picture, ((1, 1), (1, 1), (0, 0))), (6, 6), axis=(0, 1)
    )
    return windows[::4, ::4].transpose(3, 4, 0, 1, 2)


def test_overlap_gives_every_tile_with_a_border():
    tiles = np.random.default_rng(0).normal(size=(4, 4, 3, 2, 5))
    found = run(lambda t, x: t.op("Overlap", [x], domain=DOMAIN), tiles)
    assert np.array_equal(found, overlapped(tiles))


def test_fold_is_the_transpose_of_overlap():
    rng = np.random.default_rng(0)
    tiles, patches = rng.normal(size=(4, 4, 3, 2, 5)), rng.normal(size=(6, 6, 3, 2, 5))
    folded = run(functions.fold, patches)
    assert np.vdot(folded, tiles) == pytest.approx(np.vdot(patches, overlapped(tiles)), rel=1e-12)
