"""What a network costs in one pass: milliseconds a picture, frames a second, beside the machine.

    python benchmarks/apply.py style.onnx --rounds 15
    python benchmarks/apply.py style.onnx --torch --tile 256

Pictures are noise of 512×512 pixels. A film is one of 320×240, read, painted and written as
`stylecore apply` does it, without its sound. Beside it stands the same network in torch, eager and
in fp32, and what these cores multiply: a product of two matrices of 2048 in ONNX Runtime. All take
turns in one run. Torch wants `pip install 'stylecore[cli,cpu,benchmark]'`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from onnx import TensorProto, helper
from turns import by_turns

import stylecore
from stylecore.engine.engines import open_session
from stylecore.feedforward.anatomy import anatomy_of
from stylecore.feedforward.film import Film
from stylecore.feedforward.filmwriter import FilmWriter

SIDE, FRAME, FRAMES, MATRIX = 512, (240, 320), 24, 2048


def main() -> None:
    """Measure and print a table."""
    given = arguments()
    engine = stylecore.choose_engine(given.engine, given.threads)
    network = stylecore.open_network(given.network, engine)
    contenders = pictures(network, given)
    with TemporaryDirectory() as folder:
        contenders[f"film {FRAME[1]}×{FRAME[0]}"] = film(network, Path(folder))
        contenders[f"MatMul of {MATRIX}"] = product(engine)
        seconds = {name: median(one) for name, one in by_turns(contenders, given.rounds).items()}
    frames = FRAMES / seconds[f"film {FRAME[1]}×{FRAME[0]}"]
    speed = 2 * MATRIX**3 / seconds[f"MatMul of {MATRIX}"] / 1e9
    size, live = given.network.stat().st_size / 1e6, anatomy_of(network).bytes
    print(f"{given.network}: {size:.2f} MB, {live:.0f} bytes live for a pixel, {engine.name} in")
    print(f"{engine.precision} with {engine.threads} threads; medians of {given.rounds} rounds")
    for name, value in seconds.items():
        print(f"{name:>24} {1e3 * value:9.1f} ms")
    print(f"{'frames a second':>24} {frames:9.1f}")
    print(f"{'GFLOP/s of the cores':>24} {speed:9.0f}")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--tile", type=int, default=0, help="the same picture in tiles, too")
    parser.add_argument("--torch", action="store_true", help="the same network in torch, too")
    return parser.parse_args()


def pictures(
    network: stylecore.Network, given: argparse.Namespace
) -> dict[str, Callable[[], object]]:
    """Ways to paint one picture."""
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 255, (1, 3, SIDE, SIDE)).astype(np.float32)
    levels = image[0].transpose(1, 2, 0).astype(np.uint8)
    styler = stylecore.Styler(network)
    found: dict[str, Callable[[], object]] = {
        f"network {SIDE}×{SIDE}": lambda: network(image, again=True),
        "from bytes to bytes": lambda: styler.frame(levels),
    }
    if given.tile:
        runner = stylecore.Runner(network, given.tile)
        found[f"in tiles of {given.tile}"] = lambda: runner(image)
    if given.torch:
        found["torch, eager"] = in_torch(given.network, network, image)
    return found


def in_torch(path: Path, network: stylecore.Network, image: np.ndarray) -> Callable[[], object]:
    """The same network in torch, which has to give the same picture."""
    import torch
    from onnx_in_torch import TorchNetwork

    torch.set_num_threads(network.engine.threads)
    other, given = TorchNetwork(path), network.enter(network.padded(image))
    off = np.abs(network.leave(other(given)) - network.leave(network.run(given))).max()
    print(f"torch's picture differs by at most {off:.2g} levels")
    return lambda: other(given)


def film(network: stylecore.Network, folder: Path) -> Callable[[], object]:
    """Reads, paints and writes a short film."""
    rng = np.random.default_rng(0)
    source = folder / "source.mp4"
    blots = np.kron(rng.integers(0, 256, (30, 64, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    with FilmWriter(source, 24, FRAME[1], FRAME[0]) as writer:
        for number in range(FRAMES):
            writer.write(blots[:, 4 * number : 4 * number + FRAME[1]])
    assert sum(1 for _ in Film(source)) == FRAMES
    styler = stylecore.Styler(network)
    return lambda: stylecore.paint_film(source, folder / "painted.mp4", styler)


def product(engine: stylecore.Engine) -> Callable[[], object]:
    """Multiplies two matrices in ONNX Runtime: what the cores can do at best."""
    sides = [MATRIX, MATRIX]
    a, b, c = (helper.make_tensor_value_info(name, TensorProto.FLOAT, sides) for name in "abc")
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "g", [a, b], [c])
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    session = open_session(model.SerializeToString(), engine)
    matrix = np.random.default_rng(0).normal(size=sides).astype(np.float32)
    return lambda: session.run(None, {"a": matrix, "b": matrix})


if __name__ == "__main__":
    main()
