"""Every setting of a run, its default and its range: the one place where defaults live."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from os import PathLike, fspath
from typing import Any, Literal, cast, get_args

from .errors import SettingsError

Optimizer = Literal["projected-lbfgs", "lbfgs", "adam"]
Pooling = Literal["max", "average"]
Fit = Literal["keep", "crop"]
StyleLoss = Literal["gram", "moments", "wasserstein", "nearest", "gram+nearest"]
LossScale = Literal["unit", "none"]
Guides = Literal["average", "inside", "hard"]
Vanishing = Literal["warn", "error"]
Detail = Literal["example", "content", "none"]
Composition = Literal["content", "style"]
Color = Literal["style", "luminance", "match", "content"]
EngineName = Literal[
    "auto",
    "cpu",
    "openvino",
    "openvino-native",
    "cuda",
    "tensorrt",
    "migraphx",
    "directml",
    "coreml",
    "webgpu",
    "qnn",
]

LAYERS = tuple(
    f"relu{block}_{index}"
    for block, depth in enumerate((2, 2, 4, 4, 4), start=1)
    for index in range(1, depth + 1)
)
"""The ReLU outputs of VGG-19, shallow to deep (Simonyan & Zisserman 2014, configuration E)."""

SMALLEST_SIDE = 32
"""Pixels. Below this, relu5_1 is left with less than two positions a side."""

LARGEST_SIDE = 16384
"""Pixels: a guard against slips of the finger, far above what memory allows."""

DEPTHS = (8, 16)
"""Bits of a channel that a result may have."""

LEVELS = 255
"""The greatest level of a pixel of 8 bits; the least is 0."""

LEAST_MEMORY = 100_000_000
"""Bytes: less is a slip of the finger; no process that has loaded a network holds so little."""

SMALLEST_FACTOR = 0.1
"""Of a style's size: below, little is left of it; above its inverse, little else but memory."""

_STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")


class Layers(Mapping[str, float]):
    """Layer names with their relative weights, in the order given; cannot change, so it hashes."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = {name: float(weight) for name, weight in weights.items()}

    def __getitem__(self, name: str) -> float:
        return self._weights[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._weights)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._weights)

    def __len__(self) -> int:
        return len(self._weights)

    def __hash__(self) -> int:
        return hash(frozenset(self._weights.items()))

    def __repr__(self) -> str:
        return repr(self._weights)


@dataclass(frozen=True)
class Settings:
    """How a picture is made; immutable and checked when it is created.

    Attributes:
        size: longest side of the result, in pixels.
        steps: evaluations of the objective, over all scales together.
        optimizer: ``projected-lbfgs`` (float32, the fast one), ``lbfgs`` (scipy's L-BFGS-B) or
            ``adam`` (Kingma & Ba 2015).
        learning_rate: of ``adam``, the length of a step in pixel levels.
        betas: of ``adam``, how its two means decay, of the gradients and of their squares.
        epsilon: of ``adam``, what is added to the root of the second, in units of the loss a level.
        averaging: of ``adam``, how the mean of its iterates decays, which is what it delivers; 0
            delivers the last iterate.
        history_size: of both L-BFGS, how many pairs of steps and changes of the gradient they
            remember, the paper's m (Liu & Nocedal 1989); scipy's ``maxcor``.
        strength: how far the picture goes from the content, 0, to its style, 1: a few small
            pilots find the content weight that goes so far for this pair. None takes
            ``content_weight`` as it is.
        content_weight: α, relative to the style's weight.
        style_weight: β.
        tv_weight: γ, of the total variation.
        content_layers: layer names with their relative weights.
        style_layers: layer names with their relative weights.
        pooling: how the trunk halves its features; Gatys et al. 2015 prefer ``average``.
        style_loss: what of the style's features is compared: their ``gram`` matrices; these with
            means and deviations, ``moments``; mean and covariance by the ``wasserstein`` distance;
            each position with the ``nearest`` of the style's; or ``gram+nearest``, strokes and
            colours by Grams and things by neighbours.
        init: what the coarsest scale starts from: ``content``, ``noise`` or a picture's path.
        fit: ``keep`` the style's own aspect ratio, or ``crop`` it to the content's.
        seed: of the ``noise`` start.
        engine: which ONNX Runtime provider runs the graphs; ``auto`` takes the best there is.
        threads: of the engine; 0 takes every core, as far as a container's quota grants it.
        max_memory: how much memory the process may hold, such as ``4G`` or ``800M``; nothing is
            most of what is free. Where a picture does not fit it is painted in tiles.
        coarsest: longest side of the first scale; the size itself or more means one scale, and 0
            is 64 pixels, or with a picture to start from the size of that.
        loss_scale: ``unit`` divides each term by its target's energy, so that one setting holds
            for every picture; ``none`` gives the plain sums of Gatys et al.
        guides: how masks reach the layers: ``average`` through what each position sees, ``inside``
            for positions that see nothing but their region, or ``hard``: the plain mask.
        vanishing: what happens when a region vanishes at a layer: ``warn`` or ``error``.
        blend: how much each style counts, in their order; empty counts them alike.
        style_scale: how large each style is taken, in their order, or one number for all: 2 makes
            strokes twice as large; empty takes all at 1, as many pixels as the content has.
        color: whose colours: the ``style``'s; ``luminance``: only light and dark are painted, in
            the content's chroma; ``match``: the style is recoloured to the content before;
            ``content``: the content's chroma is put back after.
        detail: what a finer scale adds to the enlarged picture: by ``example`` from the style, but
            on contours the content's own; all the ``content``'s own; or ``none``.
        composition: whose large forms the picture has: the ``content``'s, which is held at shallow
            layers while they are found, under the style's manner as all parts of it have it; or the
            ``style``'s, as the plain method has it.
        coarse_content: layers that hold the content's shapes under its own composition, with their
            relative weights: alone at the coarsest scales, beside ``content_layers`` at others.
        depth: bits of a channel of the result: 8, or 16, of which what is painted fills most.

    Raises:
        SettingsError: from the constructor, for a value outside its range.
    """

    size: int = 512
    steps: int = 55
    optimizer: Optimizer = "projected-lbfgs"
    learning_rate: float = 3.0
    betas: tuple[float, ...] = (0.9, 0.99)
    epsilon: float = 0.0
    averaging: float = 0.95
    history_size: int = 10
    strength: float | None = None
    content_weight: float = 0.05
    style_weight: float = 1.0
    tv_weight: float = 0.0
    content_layers: Mapping[str, float] = field(default_factory=lambda: {"relu4_2": 1.0})
    style_layers: Mapping[str, float] = field(
        default_factory=lambda: dict.fromkeys(_STYLE_LAYERS, 1.0)
    )
    pooling: Pooling = "average"
    style_loss: StyleLoss = "gram+nearest"
    init: str = "content"
    fit: Fit = "keep"
    seed: int = 0
    engine: EngineName = "auto"
    threads: int = 0
    max_memory: str = ""
    coarsest: int = 0
    loss_scale: LossScale = "unit"
    guides: Guides = "average"
    vanishing: Vanishing = "warn"
    blend: tuple[float, ...] = ()
    style_scale: tuple[float, ...] = ()
    color: Color = "style"
    detail: Detail = "example"
    composition: Composition = "content"
    coarse_content: Mapping[str, float] = field(default_factory=lambda: {"relu3_1": 1.0})
    depth: int = 8

    def __post_init__(self) -> None:
        if isinstance(self.init, PathLike):
            object.__setattr__(self, "init", fspath(cast("PathLike[str]", self.init)))
        _check_range("size", self.size, SMALLEST_SIDE, LARGEST_SIDE, "pixels")
        if self.coarsest != 0:
            _check_range("coarsest", self.coarsest, SMALLEST_SIDE, LARGEST_SIDE, "pixels")
        _check_range("steps", self.steps, 1, 1_000_000, "steps")
        _check_range("threads", self.threads, 0, 1024, "threads")
        _check_range("seed", self.seed, 0, 2**63 - 1, "")
        _check_range("depth", self.depth, min(DEPTHS), max(DEPTHS), "bits")
        if self.depth not in DEPTHS:
            raise SettingsError(f"depth is {self.depth!r}; give 8 or 16 bits")
        self._check_optimizer()
        for name in ("content_weight", "style_weight", "tv_weight"):
            _check_weight(name, getattr(self, name))
        for name in ("content_layers", "style_layers", "coarse_content"):
            _check_layers(name, getattr(self, name))
            object.__setattr__(self, name, Layers(getattr(self, name)))
        object.__setattr__(self, "blend", _numbers("blend", self.blend))
        if self.blend and not any(self.blend):
            raise SettingsError("blend is all zeros; give at least one style a weight above 0")
        object.__setattr__(self, "style_scale", _numbers("style_scale", self.style_scale))
        for number in self.style_scale:
            if not SMALLEST_FACTOR <= number <= 1 / SMALLEST_FACTOR:
                raise SettingsError(f"style_scale is {number}; give numbers from 0.1 to 10")
        if not (self.content_weight or self.style_weight or self.tv_weight):
            raise SettingsError("all weights are zero: give content, style or tv a weight above 0")
        for name, choices in _CHOICES.items():
            _check_choice(name, getattr(self, name), choices)
        _check_init(self.init)
        _check_memory(self.max_memory)
        if self.strength is not None:
            self._check_strength(self.strength)

    @property
    def memory_limit(self) -> int:
        """Bytes that the process may hold; 0 where nobody says."""
        return parse_memory(self.max_memory) if self.max_memory else 0

    @property
    def seeks_weight(self) -> bool:
        """Whether a strength is asked for that only pilots can find a content weight for."""
        return self.strength not in (None, 0, 1)

    def _check_optimizer(self) -> None:
        _check_range("history_size", self.history_size, 1, 1000, "pairs")
        rate = self.learning_rate
        if not _is_finite(rate) or not 0 < rate <= LEVELS:
            raise SettingsError(f"learning_rate is {rate!r}; give a number above 0, to {LEVELS}")
        _check_weight("epsilon", self.epsilon)
        if not _is_decay(self.averaging):
            raise SettingsError(f"averaging is {self.averaging!r}; give a number from 0 to below 1")
        object.__setattr__(self, "betas", _two_decays("betas", self.betas))

    def _check_strength(self, strength: object) -> None:
        if not _is_finite(strength) or not 0 <= cast("float", strength) <= 1:
            raise SettingsError(f"strength is {strength!r}; give a number from 0 to 1")
        if self.content_weight != Settings.content_weight:
            raise SettingsError(
                f"strength is {strength} and content_weight {self.content_weight}; give one of"
                " them: a strength finds the content weight by itself"
            )
        if not self.style_weight:
            raise SettingsError(f"strength is {strength} and style_weight 0; give it a weight")
        if self.loss_scale != "unit":
            raise SettingsError(
                f"strength is {strength} and loss_scale {self.loss_scale}: a strength weighs losses"
                " without units; take loss_scale unit, or give content_weight instead"
            )

    @property
    def all_content_layers(self) -> tuple[str, ...]:
        """The layers that hold the content at one scale or another, shallow to deep."""
        used = set(self.content_layers)
        if self.composition == "content":
            used |= set(self.coarse_content)
        return tuple(layer for layer in LAYERS if layer in used)

    def as_dict(self) -> dict[str, Any]:
        """The settings as plain values, ready for JSON."""
        values = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: dict(one) if isinstance(one, Layers) else one for name, one in values}


_CHOICES: dict[str, tuple[str, ...]] = {
    "optimizer": get_args(Optimizer),
    "pooling": get_args(Pooling),
    "style_loss": get_args(StyleLoss),
    "fit": get_args(Fit),
    "engine": get_args(EngineName),
    "loss_scale": get_args(LossScale),
    "guides": get_args(Guides),
    "vanishing": get_args(Vanishing),
    "color": get_args(Color),
    "detail": get_args(Detail),
    "composition": get_args(Composition),
}


def parse_layers(text: str) -> dict[str, float]:
    """Read ``relu3_1,relu4_1:0.5`` as layer names with weights (1 where none is given).

    Raises:
        SettingsError: for an unknown layer or a weight that is not a number.
    """
    layers: dict[str, float] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = item.partition(":")
        try:
            layers[name] = float(weight) if weight else 1.0
        except ValueError:
            raise SettingsError(
                f"layer {item!r}: {weight!r} is no number; write {name}:0.5"
            ) from None
    _check_layers("layers", layers)
    return layers


def parse_numbers(text: str) -> tuple[float, ...]:
    """Read ``1,0.5`` as numbers; nothing is none.

    Raises:
        SettingsError: for what is no number.
    """
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsError(f"{text!r} is no list of numbers; write 1,0.5") from None


def parse_memory(text: str) -> int:
    """Read ``4G``, ``800M`` or ``1.5GiB`` as bytes: K, M, G and T are thousands, Ki … are 1024s.

    Raises:
        SettingsError: for anything else.
    """
    found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([KMGT]?)(I?)B?", text.strip().upper())
    if found is None or (found[3] and not found[2]):
        raise SettingsError(f"max_memory is {text!r}; give a size such as 4G, 800M or 1.5GiB")
    number, unit, binary = found.groups()
    size = float(number) * (1024 if binary else 1000) ** " KMGT".index(unit or " ")
    if not size >= LEAST_MEMORY:
        raise SettingsError(f"max_memory is {text!r}; give at least {LEAST_MEMORY // 10**6}M")
    return int(size)


def block_of(layer: str) -> int:
    """The block of ``relu4_2`` or ``conv4_2``, from 1.

    Its features are 2^(block − 1) times smaller than the image.
    """
    return int(layer[len("relu")])


def sees_things(layer: str) -> bool:
    """Whether a layer sees enough for parts of things; shallower ones see strokes and colours."""
    return block_of(layer) >= 3


def sees_forms(layer: str) -> bool:
    """Whether a layer sees the large forms of a manner; such layers are the deep ones here."""
    return block_of(layer) >= 4


def apart(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes of settings; what a strength and a content weight were before gives way to either.

    Each finds out, or says, what the other is: of the two the one that is changed counts.
    """
    found = dict(changes)
    if "strength" in found:
        found.setdefault("content_weight", Settings.content_weight)
    elif "content_weight" in found:
        found["strength"] = None
    return found


def default_of(name: str) -> Any:
    """The default of a setting, for command lines and documents that show it."""
    return getattr(Settings(), name)


def _check_range(name: str, value: object, low: int, high: int, unit: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        wanted = f"a whole number from {low} to {high} {unit}".rstrip()
        raise SettingsError(f"{name} is {value!r}; give {wanted}")


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _check_weight(name: str, value: Any) -> None:
    if not _is_finite(value) or value < 0:
        raise SettingsError(f"{name} is {value!r}; give a finite number that is 0 or more")


def _is_decay(value: Any) -> bool:
    return _is_finite(value) and 0 <= value < 1


def _two_decays(name: str, values: object) -> tuple[float, ...]:
    numbers: tuple[Any, ...] = ()
    if isinstance(values, tuple | list):
        numbers = tuple(cast("Sequence[Any]", values))
    if len(numbers) != 2 or not all(map(_is_decay, numbers)):
        raise SettingsError(
            f"{name} is {values!r}; give two numbers from 0 to below 1, as in 0.9,0.99"
        )
    return numbers


def _numbers(name: str, values: object) -> tuple[float, ...]:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise SettingsError(f"{name} is {values!r}; give numbers, one for each style")
    numbers = tuple(cast("Sequence[float]", values))
    for number in numbers:
        _check_weight(name, number)
    return numbers


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingsError(f"{name} is {value!r}; give one of {', '.join(choices)}")


def _check_init(value: object) -> None:
    if not isinstance(value, str) or not value:
        raise SettingsError(
            f"init is {value!r}; give content, noise or the path of a picture, as text"
        )


def _check_memory(value: object) -> None:
    if not isinstance(value, str):
        raise SettingsError(f"max_memory is {value!r}; give a size as text, such as 4G")
    if value:
        parse_memory(value)


def _check_layers(name: str, layers: object) -> None:
    if not isinstance(layers, Mapping) or not layers:
        raise SettingsError(f"{name} is {layers!r}; give at least one layer, such as relu4_2")
    for layer, weight in cast("Mapping[object, object]", layers).items():
        if layer not in LAYERS:
            raise SettingsError(f"{name}: no layer {layer!r}; give some of {', '.join(LAYERS)}")
        _check_weight(f"the weight of {layer}", weight)
