"""Style transfer: the run from two pictures to a third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from .artefact import FEATURES, Artefact, default_artefact, fits, load_artefact
from .engines import Engine, Graph, choose_engine, exact
from .errors import ModelError
from .images import resize
from .inputs import Pictures, Source, read_pictures
from .objective import Objective
from .optimizers import into_box
from .pyramid import Scale, plan
from .report import Report
from .settings import Settings
from .strategies import STRATEGIES, Strategy
from .targets import Values, measure
from .tensors import Array, Picture, to_floats, to_picture, to_tensor


@dataclass(frozen=True)
class Step:
    """Where a run stands, after an evaluation of the objective.

    Attributes:
        scale: which scale, from 1.
        scales: how many there are.
        width: of this scale, in pixels.
        height: of this scale, in pixels.
        step: which evaluation at this scale, from 1.
        steps: how many are planned at this scale.
        loss: the objective's value; the next three sum to it.
        content: the content term, weighted.
        style: the style term, weighted.
        tv: the total-variation term, weighted.
        seconds: how long this step took.
        remaining: an estimate of the seconds until the last step.
        picture: gives the current picture, (height, width, 3) uint8.
    """

    scale: int
    scales: int
    width: int
    height: int
    step: int
    steps: int
    loss: float
    content: float
    style: float
    tv: float
    seconds: float
    remaining: float
    picture: Callable[[], Picture]


@dataclass(frozen=True)
class Result:
    """What a run delivers.

    Attributes:
        image: (H, W, 3) uint8, RGB.
        report: what happened, as plain values ready for JSON.
    """

    image: Picture
    report: dict[str, Any]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run; a KeyboardInterrupt that carries what was done.

    Attributes:
        result: the best picture so far, at the final size.
    """

    def __init__(self, result: Result) -> None:
        super().__init__("interrupted; the best picture so far is in .result")
        self.result = result


def stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    model: str | Path | None = None,
    settings: Settings | None = None,
    on_step: Callable[[Step], object] | None = None,
) -> Result:
    """Paint the content in the manner of the style (Gatys, Ecker & Bethge 2015), coarse to fine.

    Args:
        content: the picture whose things stay recognisable.
        style: the picture, or pictures, whose manner is taken; several are blended evenly.
        model: the folder of an artefact; by default the one that was made on this machine.
        settings: how; by default ``Settings()``.
        on_step: called after every evaluation of the objective.

    Raises:
        ImageError: when a picture cannot be read or is too narrow for the size.
        ModelError: when there is no artefact, or it does not fit the settings.
        EngineError: when ONNX Runtime or the engine asked for is missing.
        Interrupted: on Ctrl-C, once there is a picture.
    """
    started = perf_counter()
    settings = settings or Settings()
    pictures = read_pictures(content, style, settings)
    run = _Run(settings, _open_artefact(model, settings), pictures, on_step, started)
    return run.result()


def objective_between(
    content: Source,
    style: Source | Sequence[Source],
    *,
    model: str | Path | None = None,
    settings: Settings | None = None,
) -> Objective:
    """The objective that a run ends with, at the final size, for an optimiser of your own.

    Args:
        content: as in :func:`stylize`.
        style: as in :func:`stylize`.
        model: as in :func:`stylize`.
        settings: as in :func:`stylize`; those of the optimisation do not count.

    Raises:
        ImageError: as :func:`stylize`, like the errors of model and engine.
    """
    settings = settings or Settings()
    pictures = read_pictures(content, style, settings)
    artefact = _open_artefact(model, settings)
    engine = choose_engine(settings.engine, settings.threads)
    objective = Objective(artefact, engine)
    scale = Scale(pictures.height, pictures.width, 0)
    features = Graph(artefact.path(FEATURES), exact(engine))
    objective.aim_at(features, pictures.content_at(scale), pictures.styles_at(scale), settings)
    return objective


def _open_artefact(model: str | Path | None, settings: Settings) -> Artefact:
    artefact = load_artefact(default_artefact(settings) if model is None else Path(model))
    manifest = artefact.manifest
    if not fits(manifest, settings):
        raise ModelError(
            f"{artefact.folder} has {manifest.pooling} pooling, content"
            f" {','.join(manifest.content_layers)} and style {','.join(manifest.style_layers)},"
            " which the settings do not ask for; give the settings these or build another"
        )
    return artefact


class _Run:
    """One run: graphs that stay open, and the figures that are collected on the way."""

    def __init__(
        self,
        settings: Settings,
        artefact: Artefact,
        pictures: Pictures,
        on_step: Callable[[Step], object] | None,
        started: float,
    ) -> None:
        self.settings, self.pictures, self.on_step = settings, pictures, on_step
        self.started = started
        engine: Engine = choose_engine(settings.engine, settings.threads)
        self.manifest = artefact.manifest
        self.objective = Objective(artefact, engine)
        self.features = Graph(artefact.path(FEATURES), exact(engine))
        self.scales = plan(pictures.height, pictures.width, settings)
        self.report = Report(settings, engine, artefact.manifest)
        self.strategy: Strategy = STRATEGIES[settings.optimizer]()
        self.best: Array | None = None
        self.best_loss = np.inf

    def result(self) -> Result:
        optimising = perf_counter()
        self.report.setup = optimising - self.started
        try:
            x, targets = self._descend()
        except KeyboardInterrupt:
            if self.best is None:
                raise
            self.report.interrupted = True
            self.report.optimise = perf_counter() - optimising
            raise Interrupted(self._deliver(self._final_size(self.best))) from None
        self.report.optimise = perf_counter() - optimising
        picture = to_picture(x)
        self.report.final = measure(self.features, self.manifest, to_tensor(picture), targets)
        return self._deliver(picture)

    def _descend(self) -> tuple[Array, Values]:
        x, targets = self._start(self.scales[0]), {}
        for index, scale in enumerate(self.scales):
            content = self.pictures.content_at(scale)
            styles = self.pictures.styles_at(scale)
            targets = self.objective.aim_at(self.features, content, styles, self.settings)
            self.report.begin(scale)
            self.best_loss = np.inf
            x = self._grown(x, content, scale)
            x = self.strategy(self.objective, x, scale, _Recorder(self, index))
        return x, targets

    def _grown(self, x: Array, content: Array, scale: Scale) -> Array:
        """The last scale's picture at this size, with the detail that the content has more here.

        A picture that was only enlarged is blurred, and sharpening it is what the first dozen
        steps would be spent on.
        """
        if x.shape == content.shape or not self.settings.content_weight:
            return _resized(x, scale)
        coarse = Scale(x.shape[2], x.shape[3], 0)
        detail = content - _resized(self.pictures.content_at(coarse), scale)
        return into_box(_resized(x, scale) + detail)

    def _start(self, scale: Scale) -> Array:
        if self.settings.init == "noise":
            rng = np.random.default_rng(self.settings.seed)
            noise = rng.normal(127.5, 32.0, (1, 3, scale.height, scale.width))
            return np.clip(noise, 0, 255).astype(np.float32)
        if self.pictures.init is not None:
            return to_tensor(resize(self.pictures.init, scale.width, scale.height))
        return self.pictures.content_at(scale)

    def _final_size(self, x: Array) -> Picture:
        return to_picture(_resized(x, self.scales[-1]))

    def _deliver(self, picture: Picture) -> Result:
        self.report.total = perf_counter() - self.started
        return Result(picture, self.report.as_dict())


class _Recorder:
    """Takes note of every evaluation at one scale, and tells whoever asked to be told."""

    def __init__(self, run: _Run, index: int) -> None:
        self.run, self.index, self.step = run, index, 0
        self.last = perf_counter()

    def __call__(self, x: Array, loss: float, /) -> None:
        now = perf_counter()
        seconds, self.last = now - self.last, now
        self.step += 1
        run = self.run
        if loss < run.best_loss:
            run.best, run.best_loss = x, loss
        run.report.add(self.step, run.objective.parts, seconds)
        if run.on_step is not None:
            run.on_step(self._step(x, seconds))
            self.last = perf_counter()

    def _step(self, x: Array, seconds: float) -> Step:
        run, scale = self.run, self.run.scales[self.index]
        parts = run.objective.parts
        return Step(
            scale=self.index + 1,
            scales=len(run.scales),
            width=scale.width,
            height=scale.height,
            step=self.step,
            steps=scale.steps,
            loss=parts.loss,
            content=parts.content,
            style=parts.style,
            tv=parts.tv,
            seconds=seconds,
            remaining=self._remaining(),
            picture=lambda: to_picture(x),
        )

    def _remaining(self) -> float:
        """From the median step at this scale: a step costs in proportion to the pixels."""
        scales, here = self.run.scales, self.run.scales[self.index]
        steps = self.run.report.scales[-1]["steps"]
        per_pixel = float(np.median([item["seconds"] for item in steps])) / here.pixels
        ahead = (here.steps - self.step) * here.pixels
        ahead += sum(scale.steps * scale.pixels for scale in scales[self.index + 1 :])
        return max(0.0, per_pixel * ahead)


def _resized(x: Array, scale: Scale) -> Array:
    if x.shape[2:] == (scale.height, scale.width):
        return x
    return to_tensor(np.clip(resize(to_floats(x), scale.width, scale.height), 0, 255))
