"""Seconds per iteration: each engine that is here beside torch eager fp32, taken by turns.

    python benchmarks/iteration.py CONTENT STYLE --size 512 --rounds 7

Wants `pip install 'stylecore[cli,cpu,benchmark]'`. An iteration is the loss with its gradient, of
the plain method. Beside them stand the whole command with its defaults, from the shell and back,
and what the cores can do: a large matrix product in ONNX Runtime.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import onnx_ir as ir
import onnxruntime as ort
import torch
from peer import peer_iteration, resized_inputs
from turns import by_turns, iteration

import stylecore
from stylecore.models import ensure_artefact
from stylecore.models.autodiff.tape import Tape, make_model, named, tensor_input

TORCH, CEILING, COMMAND = "torch eager fp32", "matrix product", "the bare command"
SIDE = 4096
"""Of the matrices."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    threads = given.threads or stylecore.choose_engine("cpu").threads
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory() as folder:
        content, style = resized_inputs(given.content, given.style, given.size, Path(folder))
        contenders = our_engines(content, style, given.size, threads, Path(folder))
        contenders[TORCH] = peer_iteration(content, style)
        contenders[CEILING] = matrix_product(threads)
        contenders[COMMAND] = command(given.content, given.style, given.size, Path(folder))
        seconds = by_turns(contenders, given.rounds)
    report(seconds)


def our_engines(
    content: Path, style: Path, size: int, threads: int, folder: Path
) -> dict[str, Callable[[], object]]:
    """One iteration of the objective on every engine that can be had.

    The CPU provider runs the graph that the others run, too: what they gain on it is theirs.
    """
    found: dict[str, Callable[[], object]] = {}
    for name, form in (("cpu", ""), ("cpu", ", plain graph"), ("openvino", ""), ("cuda", "")):
        settings = stylecore.Settings(
            size=size, engine=name, threads=threads, pooling="max", style_loss="gram"
        )
        try:
            engine = stylecore.choose_engine(name, threads)
        except stylecore.EngineError as error:
            print(error)
            continue
        model = ensure_artefact(settings)
        if form:
            model = plain_copy(model, folder / "plain")
        objective = stylecore.objective_between(content, style, model=model, settings=settings)
        found[f"{engine.name} {engine.precision}{form}"] = iteration(objective)
    return found


def plain_copy(model: Path, folder: Path) -> Path:
    """The artefact without the graphs that only the CPU provider takes."""
    shutil.copytree(model, folder, ignore=shutil.ignore_patterns("winograd-*"))
    path = folder / "artefact.json"
    manifest = json.loads(path.read_text())
    manifest["files"] = {
        name: sha for name, sha in manifest["files"].items() if (folder / name).exists()
    }
    path.write_text(json.dumps(manifest))
    return folder


def matrix_product(threads: int) -> Callable[[], object]:
    """What the cores can do, in the library that runs the network."""
    tape = Tape()
    x = tensor_input("x", (SIDE, SIDE), tape)
    model = make_model(tape, "product", [x], [named(tape("MatMul", x, x), "y")])
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(
        ir.to_proto(model).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    a = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    return lambda: session.run(None, {"x": a})


def command(content: Path, style: Path, size: int, folder: Path) -> Callable[[], object]:
    """The main job as people run it."""
    words = [str(Path(sys.executable).with_name("stylecore")), "stylize", str(content), str(style)]
    words += ["--size", str(size), "--output", str(folder / "picture.png"), "--quiet"]
    return lambda: subprocess.run(words, check=True)


def report(seconds: dict[str, list[float]]) -> None:
    """Print medians, and how many times faster than torch each is in the same round."""
    reference, product = seconds[TORCH], median(seconds[CEILING])
    print(f"{'':24}{'median s':>10}{'lowest s':>10}{'× torch':>10}")
    for name, values in seconds.items():
        ratio = median(r / v for r, v in zip(reference, values, strict=True))
        print(f"{name:24}{median(values):10.3f}{min(values):10.3f}{ratio:10.3f}")
    iterations = median(v / r for r, v in zip(reference, seconds[COMMAND], strict=True))
    print(f"{COMMAND} takes as long as {iterations:.1f} iterations of torch")
    print(f"the {CEILING} runs at {2e-9 * SIDE**3 / product:.0f} GFLOP/s")


if __name__ == "__main__":
    main()
