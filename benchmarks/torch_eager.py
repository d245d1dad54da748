"""The plain objective as torch runs it, eager and in fp32: VGG-19, Grams, content, one backward.

    python benchmarks/torch_eager.py --size 512

prints what an iteration takes and the most memory that the process held, as JSON. It looks at no
mirrored margin: what that costs stays on the side of what it is compared with.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch.nn import functional

import stylecore
from stylecore.forecast.sample import sample_picture
from stylecore.models import Weights, fetch, read_weights
from stylecore.report import peak_memory

CONTENT, STYLE = "conv4_2", ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


def main() -> None:
    """Measure one size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    run = torch_eager(given.size, given.threads)
    run()
    seconds: list[float] = []
    for _ in range(given.rounds):
        began = perf_counter()
        run()
        seconds.append(perf_counter() - began)
    print(json.dumps({"seconds": median(seconds), "peak_memory_bytes": peak_memory()}))


def torch_eager(size: int, threads: int = 0) -> Callable[[], object]:
    """One iteration on a square of so many pixels: the loss, and its gradient by the picture."""
    torch.set_num_threads(threads or stylecore.choose_engine("cpu").threads)
    network = Network(read_weights(fetch("vgg19", offline=False)))
    content, style, picture = (network.picture(size, seed) for seed in range(3))
    with torch.no_grad():
        wanted = network.features(content)[CONTENT]
        grams = {name: gram(one) for name, one in network.features(style).items() if name in STYLE}

    def run() -> None:
        x = picture.clone().requires_grad_()
        features = network.features(x)
        loss = (features[CONTENT] - wanted).square().sum() / wanted.square().sum()
        for name, target in grams.items():
            loss = loss + (gram(features[name]) - target).square().sum() / target.square().sum()
        loss.backward()

    return run


class Network:
    """VGG-19 down to relu5_1 with average pooling."""

    def __init__(self, weights: Weights) -> None:
        self._layers = [
            (name, torch.tensor(kernel), torch.tensor(bias))
            for name, (kernel, bias) in weights.convolutions.items()
            if name <= STYLE[-1]
        ]
        self._mean = torch.tensor(weights.preprocessing.mean, dtype=torch.float32).view(1, 3, 1, 1)

    def picture(self, size: int, seed: int) -> torch.Tensor:
        """(1, 3, size, size), in the order and around the mean of the weights."""
        pixels = sample_picture(size, seed).transpose(2, 0, 1)[None, ::-1].astype(np.float32)
        return torch.tensor(pixels) - self._mean

    def features(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """What every convolution's ReLU gives, by its name."""
        found: dict[str, torch.Tensor] = {}
        for name, kernel, bias in self._layers:
            if name.endswith("_1") and name != "conv1_1":
                x = functional.avg_pool2d(x, 2)
            x = functional.relu(functional.conv2d(x, kernel, bias, padding=1))
            found[name] = x
        return found


def gram(features: torch.Tensor) -> torch.Tensor:
    """F Fᵀ/N."""
    flat = features[0].flatten(1)
    return flat @ flat.T / flat.shape[1]


if __name__ == "__main__":
    main()
