"""One pass of a network, over the course of the optimisers, and judged as what they deliver is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, cast

from ..errors import SettingsError
from ..feedforward.network import Network
from ..optimizers.box import into_box
from ..pictures.tensors import Array, Levels
from ..settings import Settings
from ..settingsfile import mapping_of
from .course import Course
from .machine import described
from .pairs import Pair
from .peak import PeakMemory
from .run import Curve, Run, number
from .trial import NETWORK, Trial

PASSES = 5
"""That are timed; the one before them takes the memory that these use."""

_SETTINGS, _STYLE = "stylecore.settings", "stylecore.style"
_BALANCE = ("content_weight", "style_weight")
_OF_THE_LOSS = (
    *(*_BALANCE, "tv_weight", "content_layers", "style_layers", "composition"),
    *("pooling", "style_loss", "loss_scale", "style_scale", "color"),
)
_NO_EVALUATION = Curve((), (), {})


def networks_of(pairs: Sequence[Pair], paths: Sequence[Path]) -> dict[str, Path]:
    """The network of each pair, by its name: one for each style, in the order in which styles come.

    Raises:
        SettingsError: when there are more or fewer than styles.
    """
    styles = list(dict.fromkeys(pair.styles for pair in pairs))
    if not paths:
        return {}
    if len(paths) != len(styles):
        raise SettingsError(
            f"networks are {len(paths)}, and styles {len(styles)}; give a --network for each"
            " style, in their order"
        )
    by_style = dict(zip(styles, paths, strict=True))
    return {pair.name: by_style[pair.styles] for pair in pairs}


def remarks(pair: Pair, network: Network, settings: Settings) -> list[str]:
    """In what a network was trained for something else than a comparison asks, a line for each."""
    name, found = network.path.name, list[str]()
    styles = {style.name for style in pair.styles}
    learnt = network.about.get(_STYLE)
    if learnt and not any(style in learnt for style in styles):
        found.append(f"{name} has learnt {learnt}, not {' and '.join(sorted(styles))}.")
    given = json.loads(json.dumps(mapping_of(settings)))  # as it comes back from a file
    trained = _trained(network.about)
    unknown = _BALANCE if settings.strength is not None else ()  # each place has its own
    for what in (one for one in _OF_THE_LOSS if one not in unknown):
        if what in trained and trained[what] != given.get(what):
            here = json.dumps(given.get(what))
            found.append(
                f"{name} was trained with {what} {json.dumps(trained[what])}, and is judged with"
                f" {here}."
            )
    return found


def one_pass(trial: Trial, course: Course, key: str, network: Network) -> tuple[Run, Levels]:
    """Let a network paint the content once, at the size of the last stage.

    Args:
        trial: where.
        course: over which.
        key: of the trial.
        network: what paints.

    Returns:
        What came of it, without an evaluation, and the picture, (H, W, 3). Its seconds are the
        median of several passes, from pixels in memory to such.

    Raises:
        StylecoreError: when the engine fails.
    """
    last = course.stages[-1]
    memory = PeakMemory()
    painted, seconds = _timed(network, into_box(last.study.content))
    peak = memory.peak()
    picture = course.scene.finish.picture(painted)
    judged = course.scene.finish.judged(picture)
    delivered = course.problem.measured(last.targets, judged)
    run = Run(
        key=key,
        place=trial.place,
        contender=trial.contender,
        optimizer=NETWORK,
        parameters={},
        steps=0,
        budget=None,
        sweep=False,
        sizes=((last.scale.width, last.scale.height),),
        objective=course.objective,
        begin=course.begin,
        evaluations=0,
        seconds=seconds,
        objective_seconds=0.0,
        own_seconds=seconds,
        peak=peak.whole,
        above=peak.above,
        running=None,
        delivered={name: number(one) for name, one in delivered.items()},
        curve=_NO_EVALUATION,
        machine=described(),
    )
    return run, picture


def _timed(network: Network, content: Array) -> tuple[Array, float]:
    """What a network makes of a content, and the median seconds of a pass."""
    painted = network(content, again=True)
    seconds: list[float] = []
    for _ in range(PASSES):
        start = perf_counter()
        painted = network(content, again=True)
        seconds.append(perf_counter() - start)
    return painted, median(seconds)


def _trained(about: Mapping[str, str]) -> dict[str, Any]:
    """The settings that a network of ours was trained with; nothing for those of others."""
    try:
        found = json.loads(about.get(_SETTINGS, "{}"))
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
