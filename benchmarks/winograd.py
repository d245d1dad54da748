"""Milliseconds of a convolution with its ReLU, direct and by Winograd's algorithm, by turns.

    python benchmarks/winograd.py --height 416 --width 544 --rounds 9

Wants `pip install 'stylecore[cli,cpu]'`. Each block of VGG-19 at its own channels and size: three
convolutions in a row, as they stand in the network, with random weights.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import onnx_ir as ir
from turns import by_turns

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.models.autodiff import functions
from stylecore.models.autodiff.tape import (
    Tape,
    inline_functions,
    make_model,
    tensor_input,
    write_model,
)
from stylecore.models.making import winograd

IN_A_ROW = 3
CHANNELS = {1: 64, 2: 128, 3: 256, 4: 512}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--height", type=int, default=416)
    parser.add_argument("--width", type=int, default=544)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    print(f"{'block':>6}{'channels':>10}{'direct ms':>12}{'Winograd ms':>13}{'ratio':>8}")
    for block, channels in CHANNELS.items():
        size = given.height >> (block - 1), given.width >> (block - 1)
        contenders = {"direct": direct, "winograd": tiled}
        with tempfile.TemporaryDirectory() as folder:
            runs = {
                name: run_of(build, channels, size, Path(folder) / f"{name}.onnx", given.threads)
                for name, build in contenders.items()
            }
            seconds = by_turns(runs, given.rounds)
        plain, fewer = (np.array(seconds[name]) / IN_A_ROW * 1000 for name in contenders)
        print(f"{block:6}{channels:10}{median(plain):12.1f}{median(fewer):13.1f}", end="")
        print(f"{median(plain / fewer):8.2f}", flush=True)


def run_of(
    build: Callable[[Tape, ir.Value, int], ir.Value],
    channels: int,
    size: tuple[int, int],
    path: Path,
    threads: int,
) -> Callable[[], object]:
    """Three convolutions over random features that lie as the form wants them."""
    tape = Tape()
    shape = [1, channels, *size]
    if build is tiled:
        shape = [4, 4, -(-size[0] // 4), -(-size[1] // 4), channels]
    x = tensor_input("x", shape, tape)
    y = build(tape, x, channels)
    y.name, y.dtype, y.shape = "y", tape.dtype, ir.Shape([None] * len(shape))
    own = [functions.overlap_function(tape.dtype)] if build is tiled else []
    write_model(inline_functions(make_model(tape, "row", [x], [y], own)), path)
    graph = Session(path, choose_engine("cpu", threads))
    features = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return lambda: graph(["y"], x=features)


def weights(tape: Tape, number: int, shape: tuple[int, ...]) -> ir.Value:
    """Random, at the scale that keeps features from growing (He et al. 2015)."""
    values = np.random.default_rng(number).normal(size=shape) * np.sqrt(2 / shape[1] / 9)
    return tape.initializer(ir.tensor(values.astype(np.float32), name=f"kernel_{number}"))


def bias(tape: Tape, channels: int) -> ir.Value:
    """The same for all."""
    return tape.constant(np.full(channels, 0.1, np.float32))


def direct(tape: Tape, x: ir.Value, channels: int) -> ir.Value:
    """As the plain graphs convolve."""
    for number in range(IN_A_ROW):
        kernel = weights(tape, number, (channels, channels, 3, 3))
        x = tape("Relu", tape("Conv", x, kernel, bias(tape, channels), pads=[1] * 4))
    return x


def tiled(tape: Tape, x: ir.Value, channels: int) -> ir.Value:
    """As the graphs in Winograd's form convolve."""
    tiles = tape("Shape", x, start=2, end=4)
    inside = tape.constant(np.zeros((1, 1, 1, 1, 1), np.float32))
    plane = winograd.Plane(tiles, tiles, inside)
    for number in range(IN_A_ROW):
        kernel = weights(tape, number, (winograd.PRODUCTS, channels, channels))
        x = tape("Relu", winograd.convolution(tape, x, kernel, bias(tape, channels), plane))
    return x


if __name__ == "__main__":
    main()
