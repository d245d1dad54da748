"""The tuner: paints trial after trial, small, and has each judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from ..engine.artefact import Artefact
from ..inputs import style_factor, style_size
from ..measures.features import FeatureGraph
from ..measures.verdict import Verdict, judge
from ..pictures.images import resize
from ..pictures.tensors import Array, to_tensor
from ..pyramid import Scale
from ..report import versions
from ..results import Step
from ..scene import Scene, read_scene
from ..settings import Settings
from ..silence import native_silence
from .events import Began, Ended, OnEvent, Stepped
from .knobs import Value
from .painters import Painters
from .portfolio import Portfolio
from .search import Search
from .study import Study
from .tried import Tried


@dataclass(frozen=True)
class Tuning:
    """What was searched, and what came of it.

    Attributes:
        content: the path of the photograph.
        style: the path of the painting.
        search: how.
        key: of the search.
        inputs: SHA-256 of the pictures, by what they are.
        machinery: what computed, as plain values.
        trials: all that were made, in their order.
    """

    content: Path
    style: Path
    search: Search
    key: str
    inputs: Mapping[str, str]
    machinery: Mapping[str, str]
    trials: Sequence[Tried]

    @property
    def choices(self) -> list[Tried]:
        """Those of which no other is better in everything, the closest to the content first."""
        return sorted((one for one in self.trials if one.best), key=lambda one: one.verdict.content)


class Tuner:
    """Searches.

    Args:
        content: the path of a picture.
        style: the path of another.
        search: how.
        painters: paint the trials.
        judging: the network whose layers judge, as from
            :func:`~stylecore.measures.held_out.settings_to_measure`.
        portfolio: where all is kept.
        tell: told of all that happens.
        reading: gives what surrounds the reading of pictures.

    Raises:
        StylecoreError: when a picture cannot be read, or no painter opened.
    """

    def __init__(
        self,
        content: Path,
        style: Path,
        search: Search,
        painters: Painters,
        judging: Artefact,
        portfolio: Portfolio,
        tell: OnEvent,
        reading: Callable[[], AbstractContextManager[None]] = native_silence,
    ) -> None:
        self._content, self._style, self._search = content, style, search
        self._painters, self._portfolio = painters, portfolio
        self._tell, self._reading = tell, reading
        engine = painters.of(search.small).engine
        self._graph = FeatureGraph(judging, engine)
        self._inputs = {what: one.sha256 for what, one in self._scene(search.small).inputs.named()}
        self._machinery = {
            **{name: str(value) for name, value in engine.as_dict().items()},
            **versions(),
            "weights": judging.manifest.source_sha256,
            "layers": ",".join(self._graph.layers),
        }
        self._key = search.key(self._inputs, self._machinery)
        self._trials: list[Tried] = []
        self._there, self._before, self._began = 0, 0.0, perf_counter()

    def tuning(self) -> Tuning:
        """What there is by now."""
        return Tuning(
            self._content,
            self._style,
            self._search,
            self._key,
            self._inputs,
            self._machinery,
            list(self._trials),
        )

    def run(self) -> Tuning:
        """Make all trials that are wanted; each is kept as soon as it is made.

        Raises:
            StylecoreError: when the engine fails, nothing can be written, what is kept is damaged,
                or another process is at work in the folder.
            Interrupted: on Ctrl-C; of the trial that it was at, nothing is kept.
        """
        search = self._search
        with self._portfolio.held():
            study = Study(self._portfolio.journal, self._key, search.ranges, search.settings.seed)
            self._trials = study.tried()
            self._there, self._began = len(self._trials), perf_counter()
            self._before = sum(one.seconds for one in self._trials)
            self._tell(Began(self._there, search.trials))
            while len(self._trials) < search.trials and not self._is_over():
                self._try(study)
        return self.tuning()

    def _try(self, study: Study) -> None:
        """Make a trial: the first has the settings' own values."""
        done = len(self._trials)
        values = study.suggest() if done else self._search.start
        try:
            verdict, seconds = self._painted(values)
        except BaseException:
            study.drop()
            raise
        study.take(values, verdict, seconds)
        self._trials = study.tried()
        left = self._remaining(done + 1)
        self._tell(Ended(self._trials[-1], done + 1, self._search.trials, left))

    def _painted(self, values: Mapping[str, Value]) -> tuple[Verdict, float]:
        started, settings = perf_counter(), self._search.small_with(values)
        scene = self._scene(settings)
        result = self._painters.of(settings).paint(scene, self._telling(len(self._trials)))
        verdict = verdict_on(self._graph, scene, scene.finish.judged(result.image))
        self._portfolio.keep(self._key, values, result.image)
        return verdict, perf_counter() - started

    def _scene(self, settings: Settings) -> Scene:
        with self._reading():
            return read_scene(self._content, self._style, settings)

    def _telling(self, done: int) -> Callable[[Step], None]:
        def told(step: Step) -> None:
            part = min(1.0, step.done / self._search.small.steps)
            share, left = self._share(done + part), self._remaining(done + part)
            self._tell(Stepped(step, done, self._search.trials, share, left))

        return told

    def _seconds(self) -> float:
        """Of all calls together."""
        return self._before + perf_counter() - self._began

    def _is_over(self) -> bool:
        """Whether the seconds are; a search has at least one trial."""
        limit = self._search.seconds
        return bool(self._trials and limit and self._seconds() >= limit)

    def _share(self, done: float) -> float:
        share = done / self._search.trials
        if self._search.seconds:
            share = max(share, self._seconds() / self._search.seconds)
        return min(1.0, share)

    def _remaining(self, done: float) -> float:
        """Seconds until trials or time are over; 0 where nothing tells yet."""
        here, left = done - self._there, 0.0
        if here > 0:
            left = (self._search.trials - done) * (perf_counter() - self._began) / here
        if self._search.seconds:
            until = max(0.0, self._search.seconds - self._seconds())
            left = min(left or until, until)
        return left


def verdict_on(graph: FeatureGraph, scene: Scene, picture: Array) -> Verdict:
    """The verdict on a picture (1, 3, H, W) of a scene, at the size at which it was painted."""
    scale = Scale(scene.height, scene.width, 0)
    style = scene.styles[0]
    height, width = style_size(style.shape, scale, style_factor(scene.settings, 0))
    return judge(graph, scene.content_at(scale), to_tensor(resize(style, width, height)), picture)
