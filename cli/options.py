"""One option per setting: names, types and defaults come from `Settings`, only the help is here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

import typer

from ..errors import SettingsError
from ..models.training.settings import TrainingSettings
from ..presets.library import preset_names, preset_values
from ..settings import DEPTHS, LAYERS, Settings, apart, parse_layers, parse_numbers
from ..settingsfile import read_settings, settings_of, type_hints
from .common import optional
from .standard import STANDARD, given

_PICTURE, _LOOK, _SEARCH, _MACHINE = "The picture", "The look", "The search", "The machine"
_WHERE = "Where"
_TRAINING = "The training"

HELP: dict[str, tuple[str, str]] = {
    "size": (_PICTURE, "Longest side of the picture, in pixels."),
    "fit": (_PICTURE, "Keep the style's own aspect ratio, or crop it to the content's."),
    "init": (_PICTURE, "What to start from: content, noise, or the path of a picture."),
    "seed": (_PICTURE, "Seed of the noise."),
    "depth": (
        _PICTURE,
        "Bits of a channel of the result; 16 for PNG and TIFF, to go on with in another program.",
    ),
    "strength": (
        _LOOK,
        "How far to go, from the content (0) to the style as far as it goes (1): small pilots find "
        "the content weight that goes so far for this pair. Left out, --content-weight counts.",
    ),
    "content_weight": (_LOOK, "Weight of the content (α)."),
    "style_weight": (_LOOK, "Weight of the style (β)."),
    "tv_weight": (_LOOK, "Weight of the total variation (γ): more is smoother."),
    "content_layers": (
        _LOOK,
        "Layers that hold the content; a run weighs them: relu4_1:0.5,relu4_2.",
    ),
    "style_layers": (_LOOK, "Layers that hold the style, written the same way."),
    "composition": (
        _LOOK,
        "Whose large forms the picture has: the content's, in the style's manner, or the style's "
        "own, things and all.",
    ),
    "coarse_content": (
        _LOOK,
        "Layers that hold the content's shapes, alone at coarse sizes; written like these.",
    ),
    "detail": (
        _LOOK,
        "What each finer size adds: the style's own detail where it looks alike (example), the "
        "content's, or none.",
    ),
    "pooling": (_LOOK, "How the network halves its features."),
    "style_loss": (
        _LOOK,
        "What is compared of the style: Gram matrices, these with means and deviations (moments), "
        "mean and covariance (wasserstein), each place with the style's most like it (nearest), "
        "or strokes by Grams and things by likeness (gram+nearest).",
    ),
    "loss_scale": (
        _LOOK,
        "Divide each loss by its target's energy (unit), or take the plain sums of the paper.",
    ),
    "blend": (_LOOK, "How much each style counts, in their order: 2,1; left out, all alike."),
    "style_scale": (
        _LOOK,
        "How large each style is taken, in their order, or one number for all: 2 makes strokes "
        "twice as large.",
    ),
    "color": (
        _LOOK,
        "Whose colours: the style's, or the content's by painting light and dark alone "
        "(luminance), by recolouring the style first (match), or by putting its chroma back "
        "after (content).",
    ),
    "guides": (
        _WHERE,
        "How masks reach the layers: by what each position sees of them (average), only where it "
        "sees nothing else (inside), or as they are (hard).",
    ),
    "vanishing": (_WHERE, "What to do when a region vanishes at a layer."),
    "steps": (_SEARCH, "Evaluations of the loss, over all scales together."),
    "optimizer": (_SEARCH, "Which method moves the pixels."),
    "learning_rate": (_SEARCH, "Of adam: the length of a step, in levels of a pixel."),
    "betas": (_SEARCH, "Of adam: how the means of gradients and of their squares decay."),
    "epsilon": (
        _SEARCH,
        "Of adam: what is added to the root of the mean square of the gradients; pixels whose "
        "gradient is smaller move less.",
    ),
    "averaging": (
        _SEARCH,
        "Of adam: how the mean of its iterates decays, which it delivers; 0 delivers the last.",
    ),
    "history_size": (
        _SEARCH,
        "Of both L-BFGS: how many steps, with what they changed in the gradient, are remembered.",
    ),
    "coarsest": (
        _SEARCH,
        "Longest side of the first scale, in pixels; 0 takes 64, or the size of the picture to "
        "start from.",
    ),
    "engine": (_MACHINE, "What computes; auto takes the fastest that is installed."),
    "threads": (
        _MACHINE,
        "Threads of the engine; 0 takes every core, as far as a quota grants it.",
    ),
    "max_memory": (
        _MACHINE,
        "How much memory the process may hold: 4G, 800M; left out, most of what is free. A "
        "picture that does not fit is painted in tiles, which gives the same.",
    ),
}
"""Panel and help of each setting, in the order of ``--help``."""

TRAINING: dict[str, str] = {
    "network": "How large the network is: more weights paint better, learn longer and run slower.",
    "minutes": "How long the training takes.",
    "steps": "How many steps it takes, in place of minutes.",
    "batch": "Photographs in each step.",
    "learning_rate": "The greatest length of a step, in each weight.",
    "coarse_crop": "Side of the parts of photographs that are learnt on at first, in pixels.",
    "crop": "Side of those that are learnt on later.",
}
"""Help of each setting of a training, in the order of ``--help``."""

TRAINING_TEXTS = {
    "size": "Longest side of the pictures that the network is for, in pixels: strokes are as large "
    "as the style has them at this size.",
    "seed": "Seed of the first weights, the crops and the noise.",
    "strength": "How far pictures go from the photograph to the style, 0-1, in place of weights: "
    "the content weight is found for some of the photographs, by small pilots.",
    "style_loss": "What is compared of the style, as for stylize; what asks for neighbours looks "
    "for them in every photograph, and takes several times as long.",
    "color": "Whose colours: the style's, or the photograph's by painting light and dark alone "
    "(luminance), or by putting its chroma back after (content); or the style's, moved to those of "
    "the photographs that are learnt on (match).",
}
"""Helps of settings that mean something of their own to a training."""

_LAYERS = ("content_layers", "style_layers", "coarse_content")
_NUMBERS = ("blend", "style_scale", "betas")
_METAVARS = {
    **dict.fromkeys(_NUMBERS, "NUMBERS"),
    "depth": "|".join(map(str, DEPTHS)),
    "max_memory": "SIZE",
    "strength": "NUMBER",
}
"""Of settings whose types do not tell what is to be written."""

SettingsFile = Annotated[
    Path | None,
    optional(
        "FILE",
        "A TOML file of settings, named as these options are, with _ for -: tv_weight = 0.1. What "
        "is said here as an option counts more.",
        "--settings",
    ),
]
"""For a parameter ``settings_file`` of a command with options for settings: it begins with these,
or with those of a ``--preset``, which it then has, too.
"""


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option per setting in place of its parameter ``settings``."""
    return with_settings_of(*HELP)(command)


def with_settings_of(
    *names: str, base: Settings | None = None, texts: Mapping[str, str] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command options for some of the settings; the others are as the base has them.

    A command with a parameter ``settings_file`` begins with what that file says, or a preset.

    Args:
        names: of the settings.
        base: ``Settings()`` by default.
        texts: helps of its own.
    """
    usual, special = base or Settings(), texts or {}
    options = [_CONTEXT, *(_parameter(name, usual, special.get(name)) for name in names)]
    build = partial(_settings, usual)

    def with_these(command: Callable[..., None]) -> Callable[..., None]:
        takes_files = "settings_file" in inspect.signature(command).parameters
        presets = [_preset()] if takes_files else []
        return with_options(command, "settings", [*presets, *options], build)

    return with_these


def with_changes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option per setting in place of its parameter ``changes``.

    That has the values of those that were given, by the names of the settings.
    """
    options = [_without_default(_parameter(name, Settings(), None)) for name in HELP]
    return with_options(command, "changes", [_CONTEXT, *options], _changes)


def with_training(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option per setting of a training in place of ``training``."""
    kinds = get_type_hints(TrainingSettings)
    usual = TrainingSettings()
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(usual, name),
            annotation=Annotated[
                kinds[name],
                typer.Option(
                    _flag(name),
                    help=text,
                    rich_help_panel=_TRAINING,
                    metavar="|".join(get_args(kinds[name])) or None,
                ),
            ],
        )
        for name, text in TRAINING.items()
    ]
    return with_options(command, "training", parameters, lambda given: TrainingSettings(**given))


def with_options(
    command: Callable[..., None],
    name: str,
    options: Iterable[inspect.Parameter],
    build: Callable[[dict[str, Any]], Any],
) -> Callable[..., None]:
    """Give a command several options in place of one parameter.

    Args:
        command: what Typer shall call.
        name: of the parameter.
        options: what stands for it; they come last.
        build: makes the parameter's value from theirs, by name.
    """
    options = list(options)

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {item.name: values.pop(item.name) for item in options}
        command(**{name: build(chosen)}, **values)

    own = inspect.signature(command, eval_str=True).parameters.values()
    parameters = [*(item for item in own if item.name != name), *options]
    del run.__wrapped__
    run.__annotations__ = {item.name: item.annotation for item in parameters}
    vars(run)["__signature__"] = inspect.Signature(parameters)
    return run


def _parameter(name: str, base: Settings, text: str | None) -> inspect.Parameter:
    panel, usual = HELP[name]
    kind, default = type_hints()[name], getattr(base, name)
    if name in _LAYERS:
        kind, default = str, _layers_text(default)
    if name in _NUMBERS:
        kind, default = str, ",".join(f"{number:g}" for number in default)
    option = typer.Option(
        _flag(name),
        help=text or usual,
        rich_help_panel=panel,
        metavar=_METAVARS.get(name) or "|".join(get_args(kind)) or None,
        autocompletion=_complete_layers if name in _LAYERS else None,
    )
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
    )


def _without_default(option: inspect.Parameter) -> inspect.Parameter:
    kind, info = get_args(option.annotation)
    info.show_default = False
    return option.replace(default=None, annotation=Annotated[kind | None, info])


_CONTEXT = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)


def _preset() -> inspect.Parameter:
    option = typer.Option(
        "--preset",
        metavar="NAME",
        help=f"A look by its name: {', '.join(preset_names())}. What is said in a file of "
        "--settings or as an option counts more; `stylecore presets` tells of each.",
        show_default=False,
        autocompletion=_complete_preset,
    )
    return inspect.Parameter(
        "preset",
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[str | None, option],
    )


def _complete_preset(incomplete: str) -> list[str]:
    return [name for name in preset_names() if name.startswith(incomplete)]


def _settings(base: Settings, chosen: dict[str, Any]) -> Settings:
    context: typer.Context = chosen.pop("context")
    preset, file = chosen.pop("preset", None), context.params.get("settings_file")
    said = {name: one for name, one in chosen.items() if _is_said(context, name)}
    _check_apart(said)
    begun = base if preset is None and file is None else _begun(preset, file)
    return replace(begun, **apart(_values(said)))


def _begun(preset: str | None, file: Path | None) -> Settings:
    """What is begun with: a preset, and over that a file."""
    values = {} if preset is None else preset_values(preset)
    if file is None:
        return settings_of(values, f"preset {preset}")
    return read_settings(file, values)


def _changes(chosen: dict[str, Any]) -> dict[str, Any]:
    context: typer.Context = chosen.pop("context")
    said = {name: one for name, one in chosen.items() if _is_said(context, name)}
    _check_apart(said)
    return _values(said)


def _check_apart(said: Mapping[str, Any]) -> None:
    """A strength finds the content weight by itself.

    Raises:
        SettingsError: where both are said.
    """
    if {"strength", "content_weight"} <= set(said):
        raise SettingsError(
            "--strength and --content-weight were both given; give one of them: a strength finds "
            "the content weight by itself"
        )


def _is_said(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line, or in the environment."""
    source = context.get_parameter_source(name)
    return source is not None and not source.name.startswith("DEFAULT")


def _values(chosen: dict[str, Any]) -> dict[str, Any]:
    """Values of settings from those of their options."""
    if chosen.get("init") == str(STANDARD):
        chosen["init"] = str(given(STANDARD))
    for name, value in chosen.items():
        if name in _LAYERS:
            chosen[name] = parse_layers(value)
        if name in _NUMBERS:
            chosen[name] = parse_numbers(value)
    return chosen


def _layers_text(layers: Mapping[str, float]) -> str:
    return ",".join(
        name if weight == 1 else f"{name}:{weight:g}" for name, weight in layers.items()
    )


def _complete_layers(incomplete: str) -> list[str]:
    chosen, comma, _ = incomplete.rpartition(",")
    return [f"{chosen}{comma}{layer}" for layer in LAYERS]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
