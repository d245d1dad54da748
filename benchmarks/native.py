"""The engine `openvino-native` beside `cpu`: processor time of an iteration, gradients' cosine.

    python benchmarks/native.py --sizes 256 512 --threads 1

By turns in one process, on a picture made for it. It is the time of the processor that counts, so
that others on the machine disturb little; on one thread, for threads that wait count too.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import process_time

import numpy as np

import stylecore
from stylecore.forecast.sample import sample_picture, sample_point
from stylecore.models import ensure_artefact

NAMES = ("cpu", "openvino-native")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    for size in given.sizes:
        cpu, native, cosine = measured(size, given.rounds, given.threads)
        print(
            f"{size}: cpu {cpu:.3f} s, openvino-native {native:.3f} s,"
            f" {cpu / native:.2f} times as fast, cosine {cosine:.4f}",
            flush=True,
        )


def measured(size: int, rounds: int, threads: int) -> tuple[float, float, float]:
    """Processor seconds of an iteration on both, the medians, and the cosine."""
    contenders = {name: objective(name, size, threads) for name in NAMES}
    x, seconds, gradients = sample_point(size), dict[str, list[float]](), dict[str, np.ndarray]()
    for number in range(rounds + 1):
        for name, one in contenders.items():
            began = process_time()
            _, gradients[name] = one(x)
            if number:  # the first is to warm up
                seconds.setdefault(name, []).append(process_time() - began)
    a, b = (gradients[name].ravel() for name in NAMES)
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    cpu, native = (median(seconds[name]) for name in NAMES)
    return cpu, native, cosine


def objective(engine: str, size: int, threads: int) -> stylecore.Objective:
    """That of a picture in the manner of another, by the usual settings."""
    settings = stylecore.Settings(engine=engine, size=size, threads=threads)
    pictures = sample_picture(size), sample_picture(size, 1)
    model = ensure_artefact(settings)
    return stylecore.objective_between(*pictures, model=model, settings=settings)


if __name__ == "__main__":
    main()
