"""Style transfer: the run from two pictures to a third."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from .control.regions import Mask, Region
from .engine.artefact import Artefact, default_artefact, fits, load_artefact
from .engine.engines import Engine, choose_engine, exact
from .engine.objective import Objective
from .engine.targets import Values, measure
from .errors import ModelError
from .inputs import Pictures, Source, read_pictures
from .optimizers.box import into_box
from .optimizers.strategies import STRATEGIES, Strategy
from .pictures.images import resize
from .pictures.tensors import Array, Picture, to_floats, to_tensor
from .pyramid import Scale, plan
from .report import Report
from .results import Interrupted, Result, Step
from .settings import Settings


def stylize(
    content: Source,
    style: Source | Sequence[Source],
    *,
    regions: Sequence[Region] = (),
    keep: Mask | None = None,
    content_map: Mask | None = None,
    start: Source | None = None,
    model: str | Path | None = None,
    settings: Settings | None = None,
    on_step: Callable[[Step], object] | None = None,
) -> Result:
    """Paint the content in the manner of the style (Gatys, Ecker & Bethge 2015), coarse to fine.

    Args:
        content: the picture whose things stay recognisable.
        style: the picture, or pictures, whose manner is taken; several are blended, evenly or by
            the settings' ``blend``.
        regions: which part of the content takes from which part of a style; none: all from all.
        keep: a mask of what is left as it is, and takes no part in the style.
        content_map: a mask of how much the content counts, white for as much as without.
        start: the picture to start from, instead of the settings' ``init``.
        model: the folder of an artefact; by default the one that was made on this machine.
        settings: how; by default ``Settings()``.
        on_step: called after every evaluation of the objective.

    Raises:
        ImageError: when a picture or a mask cannot be read or does not fit.
        SettingsError: when the settings do not fit the pictures.
        ModelError: when there is no artefact, or it does not fit the settings.
        EngineError: when ONNX Runtime or the engine asked for is missing.
        Interrupted: on Ctrl-C, once there is a picture.
    """
    started = perf_counter()
    settings = settings or Settings()
    pictures = read_pictures(
        content,
        style,
        settings,
        regions=regions,
        keep=keep,
        content_map=content_map,
        start=start,
    )
    run = _Run(settings, _open_artefact(model, settings), pictures, on_step, started)
    return run.result()


def objective_between(
    content: Source,
    style: Source | Sequence[Source],
    *,
    regions: Sequence[Region] = (),
    content_map: Mask | None = None,
    model: str | Path | None = None,
    settings: Settings | None = None,
) -> Objective:
    """The objective that a run ends with, at the final size, for an optimiser of your own.

    Args:
        content: as in :func:`stylize`.
        style: as in :func:`stylize`.
        regions: as in :func:`stylize`.
        content_map: as in :func:`stylize`.
        model: as in :func:`stylize`.
        settings: as in :func:`stylize`; those of the optimisation do not count.

    Raises:
        ImageError: as :func:`stylize`, like the errors of model and engine.
    """
    settings = settings or Settings()
    pictures = read_pictures(content, style, settings, regions=regions, content_map=content_map)
    artefact = _open_artefact(model, settings)
    engine = choose_engine(settings.engine, settings.threads)
    objective = Objective(artefact, engine)
    scale = Scale(pictures.height, pictures.width, 0)
    features = objective.sessions.features(exact(engine))
    styles = pictures.styles_at(scale)
    guidance = pictures.guidance_at(scale, styles, settings)
    objective.aim_at(features, pictures.content_at(scale), styles, settings, guidance)
    return objective


def _open_artefact(model: str | Path | None, settings: Settings) -> Artefact:
    artefact = load_artefact(default_artefact(settings) if model is None else Path(model))
    manifest = artefact.manifest
    if not fits(manifest, settings):
        raise ModelError(
            f"{artefact.folder} has {manifest.layout}, which the settings do not ask for;"
            " give the settings these or build another"
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
        self.features = self.objective.sessions.features(exact(engine))
        self.scales = plan(pictures.height, pictures.width, settings)
        self.report = Report(settings, engine, artefact.manifest)
        self.report.warnings += pictures.check(settings)
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
            self.report.optimise = perf_counter() - optimising
            raise self._interrupted(self._final_size(self.best)) from None
        self.report.optimise = perf_counter() - optimising
        del self.objective  # the measurement wants the memory
        picture = self.pictures.finish.picture(x)
        try:
            judged = self.pictures.finish.judged(picture)
            self.report.final = measure(self.features, self.manifest, judged, targets)
        except KeyboardInterrupt:
            raise self._interrupted(picture) from None
        return self._deliver(picture)

    def _interrupted(self, picture: Picture) -> Interrupted:
        self.report.interrupted = True
        return Interrupted(self._deliver(picture))

    def _descend(self) -> tuple[Array, Values]:
        x, targets = self._start(self.scales[0]), {}
        for index, scale in enumerate(self.scales):
            content = self.pictures.content_at(scale)
            styles = self.pictures.styles_at(scale)
            guidance = self.pictures.guidance_at(scale, styles, self.settings)
            targets = self.objective.aim_at(self.features, content, styles, self.settings, guidance)
            self.report.begin(scale)
            self.best_loss = np.inf
            canvas = self.pictures.canvas_at(scale, content)
            z = self._grown(x, content, scale)
            watched = canvas.watched(_Recorder(self, index))
            x = canvas.picture(
                self.strategy(canvas.function(self.objective), z, scale.steps, watched)
            )
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
        if self.pictures.init is not None:
            return to_tensor(resize(self.pictures.init, scale.width, scale.height))
        if self.settings.init == "noise":
            rng = np.random.default_rng(self.settings.seed)
            noise = rng.normal(127.5, 32.0, (1, 3, scale.height, scale.width))
            return np.clip(noise, 0, 255).astype(np.float32)
        return self.pictures.content_at(scale)

    def _final_size(self, x: Array) -> Picture:
        return self.pictures.finish.picture(_resized(x, self.scales[-1]))

    def _deliver(self, picture: Picture) -> Result:
        self.report.total = perf_counter() - self.started
        alpha = self.pictures.finish.transparency(*picture.shape[:2])
        return Result(picture, self.report.as_dict(), alpha)


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
            picture=lambda: run.pictures.finish.picture(x),
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
