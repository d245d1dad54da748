"""What training a network costs and gives: seconds a step beside torch, held-out loss, speed, size.

    python benchmarks/training.py --photos DIR --minutes 15
    python benchmarks/training.py --photos DIR --minutes 0 --rounds 9

Wants `pip install 'stylecore[cli,cpu,benchmark]'`. The picture that is judged must not be among the
photographs. It is judged on the plain objective: content weight 0.05, Grams of the whole style, at
512 pixels. Without minutes nothing is trained, and steps are only timed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch
from network_in_torch import TorchTraining
from turns import by_turns

import stylecore
from stylecore.engine.engines import open_session
from stylecore.models import ensure_artefact
from stylecore.models.networks.product import About, product_file
from stylecore.models.networks.sizes import SHAPES
from stylecore.models.networks.weights import first_weights
from stylecore.models.training.photographs import find_photographs
from stylecore.models.training.settings import LOOK, TrainingSettings
from stylecore.models.training.training import Training, looked_at
from stylecore.pictures.images import resize, scaled_size
from stylecore.pictures.tensors import Array, to_picture, to_tensor

EXAMPLES = Path(__file__).parents[1] / "examples"
STEPS = 16
PLAIN = replace(LOOK, composition="style", content_weight=0.05, detail="content")


def main() -> None:
    """Measure, train, judge, and print all of it."""
    given = arguments()
    settings = replace(PLAIN, engine=given.engine, threads=given.threads)
    threads = stylecore.choose_engine("cpu", given.threads).threads
    torch.set_num_threads(threads)
    if given.rounds:
        print(f"a step on crops of {given.crop} pixels, batch {given.batch}, by turns:")
        time_steps(given, settings)
    print(f"\na picture of 512×512, {threads} threads, and the file:")
    for network in ("tiny", "small", "full"):
        time_picture(network, threads)
    if given.minutes:
        print(f"\n{given.network}, trained {given.minutes:g} minutes on {given.style.name}:")
        train(given, settings)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--style", type=Path, default=EXAMPLES / "night.jpg")
    parser.add_argument("--held-out", type=Path, default=EXAMPLES / "pagoda.jpg")
    parser.add_argument("--network", default="small")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--crop", type=int, default=256, help="of the steps that are timed")
    parser.add_argument("--batch", type=int, default=1, help="of the steps that are timed")
    parser.add_argument("--rounds", type=int, default=5, help="0: time no steps")
    parser.add_argument("--engine", default="cpu")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder for the network and what it paints")
    return parser.parse_args()


def time_steps(given: argparse.Namespace, settings: stylecore.Settings) -> None:
    """Print the median seconds of a step, ours and torch's, and their ratio in the same round.

    Each turn is several steps: of ours, every second finds out anew what its crop asks for.
    """
    theirs = TorchTraining(SHAPES[given.network], given.style, settings, given.crop, given.batch)
    contenders: dict[str, Callable[[], object]] = {
        "ours": several(our_step(given, settings)),
        "torch eager fp32": several(theirs.step),
    }
    seconds = {
        name: [one / STEPS for one in values]
        for name, values in by_turns(contenders, given.rounds).items()
    }
    for name, values in seconds.items():
        print(f"  {name:20}{median(values):8.3f} s")
    pairs = zip(seconds["ours"], seconds["torch eager fp32"], strict=True)
    print(f"  ours / torch        {median(ours / theirs for ours, theirs in pairs):8.2f}")


def several(step: Callable[[], object]) -> Callable[[], object]:
    """A turn of as many steps."""
    return lambda: [step() for _ in range(STEPS)]


def our_step(given: argparse.Namespace, settings: stylecore.Settings) -> Callable[[], object]:
    """One more step each time, of a training that has read its photographs: torch reads none."""
    training = TrainingSettings(
        network=given.network, steps=10**6, batch=given.batch, coarse_crop=given.crop
    )
    running = opened(given, settings, training)
    for _ in find_photographs(given.photos, [given.style, given.held_out]):
        running.step()
    return running.step


def time_picture(network: str, threads: int) -> None:
    """Print the least seconds that a picture of 512×512 takes, and the bytes of the file."""
    data = product_file(first_weights(SHAPES[network], 0), About(network, "style", [], {}, {}))
    session = open_session(data, stylecore.choose_engine("cpu", threads))
    image = np.random.default_rng(0).uniform(0, 255, (1, 3, 512, 512)).astype(np.float32)
    seconds = by_turns({network: lambda: session.run(["styled"], {"image": image})}, 9)
    print(f"  {network:20}{min(seconds[network]):8.3f} s{len(data) / 1e6:8.2f} MB")


def train(given: argparse.Namespace, settings: stylecore.Settings) -> None:
    """Train, and print the held-out loss every minute."""
    training = TrainingSettings(network=given.network, minutes=given.minutes)
    running = opened(given, settings, training)
    judge = HeldOut(given.held_out, given.style, settings)
    print(f"  {'the photograph':20}{judge.words(judge.image)}")
    last = 0

    def watch(step: object) -> None:
        nonlocal last
        seconds = float(step.seconds)
        if seconds // 60 > last:
            last = int(seconds // 60)
            told = f"{seconds / 60:.0f} min, step {step.step}"
            print(f"  {told:20}{judge.words(judge.painted(running.product()))}", flush=True)

    running.run(watch)
    data = running.product()
    painted = judge.painted(data)
    print(f"  {f'step {running.steps}':20}{judge.words(painted)}   {len(data) / 1e6:.2f} MB")
    if given.keep is not None:
        given.keep.mkdir(parents=True, exist_ok=True)
        (given.keep / f"{given.style.stem}-{given.network}.onnx").write_bytes(data)
        name = f"{given.held_out.stem}-{given.style.stem}-{given.network}.png"
        stylecore.write_image(given.keep / name, to_picture(painted))


def opened(
    given: argparse.Namespace, settings: stylecore.Settings, training: TrainingSettings
) -> Training:
    """A training that is ready to run."""
    photographs = find_photographs(given.photos, [given.style, given.held_out])
    model = ensure_artefact(looked_at(settings))
    return Training(
        [given.style], photographs, model=model, settings=settings, training=training, on_note=print
    )


class HeldOut:
    """A photograph that is not learnt on, and the objective that judges what is made of it."""

    def __init__(self, photograph: Path, style: Path, settings: stylecore.Settings) -> None:
        settings = looked_at(settings)
        picture = stylecore.read_image(photograph)
        height, width = scaled_size(picture.shape[0], picture.shape[1], settings.size)
        self.image = to_tensor(resize(picture.astype(np.float32), width, height))
        self._objective = stylecore.objective_between(
            photograph, style, model=ensure_artefact(settings), settings=settings
        )

    def painted(self, network: bytes) -> Array:
        """What a network makes of it, in whole levels."""
        session = open_session(network, stylecore.choose_engine("cpu"))
        return np.rint(session.run(["styled"], {"image": self.image})[0])

    def words(self, image: Array) -> str:
        """The loss and its parts."""
        self._objective(image)
        parts = dict(self._objective.losses)
        loss = parts.pop("loss")
        return f"{loss:8.3f}  ({', '.join(f'{name} {value:.3f}' for name, value in parts.items())})"


if __name__ == "__main__":
    main()
