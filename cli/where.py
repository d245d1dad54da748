"""The options that say where: regions, what is kept, and where the content counts."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ..errors import SettingsError
from ..files import is_there
from ..settings import parse_numbers
from .common import optional
from .options import with_options
from .standard import given

if TYPE_CHECKING:
    from ..control.regions import Region
    from ..scene import Controls

_PANEL = "Where"

_Regions = Annotated[
    list[str] | None,
    optional(
        "CONTENT_MASK=STYLE_MASK",
        "A part of the content (white) takes its style from a part of the style; repeatable. "
        "=2:MASK is a part of the second style, =2: all of it; the same content mask twice blends.",
        panel=_PANEL,
    ),
]
_ContentRegions = Annotated[
    Path | None,
    optional(
        "LABELS",
        "All parts of the content in one picture, each painted in a colour of its own.",
        panel=_PANEL,
    ),
]
_StyleRegions = Annotated[
    list[Path] | None,
    optional(
        "LABELS",
        "The same for the style: the same colour is the same region; once for each style.",
        panel=_PANEL,
    ),
]
_RegionWeights = Annotated[
    str,
    optional(
        "NUMBERS",
        "How hard each region pulls: 1,0.5, in the order of --region, or of size for labels.",
        panel=_PANEL,
    ),
]
_Keep = Annotated[
    Path | None,
    optional("MASK", "The part of the content (white) that is left untouched.", panel=_PANEL),
]
_ContentMap = Annotated[
    Path | None,
    optional(
        "MASK",
        "How much the content counts: white for all its weight, black for none.",
        panel=_PANEL,
    ),
]

_OPTIONS = {
    "region": (_Regions, None),
    "content_regions": (_ContentRegions, None),
    "style_regions": (_StyleRegions, None),
    "region_weights": (_RegionWeights, ""),
    "keep": (_Keep, None),
    "content_weight_map": (_ContentMap, None),
}

_NUMBERED = re.compile(r"(\d+):(.*)", re.DOTALL)


@dataclass(frozen=True)
class Pair:
    """One reading of ``--region``: content mask, number of the style from 0, its mask or None."""

    content: Path
    index: int
    style: Path | None

    @property
    def there(self) -> int:
        """How many of the two are there."""
        return is_there(self.content) + (self.style is None or is_there(self.style))


@dataclass(frozen=True)
class Where:
    """What they say.

    Attributes:
        pairs: of masks, one for each --region.
        content_labels: the label picture of the content.
        style_labels: that of each style.
        weights: of the regions.
        keep: the mask of what is left as it is.
        content_map: the mask of how much the content counts.
    """

    pairs: tuple[Pair, ...]
    content_labels: Path | None
    style_labels: tuple[Path, ...]
    weights: tuple[float, ...]
    keep: Path | None
    content_map: Path | None

    @classmethod
    def given(cls, values: dict[str, Any]) -> Where:
        """From the options' values, by name."""
        return cls(
            tuple(_pair(text) for text in values["region"] or ()),
            _given(values["content_regions"]),
            tuple(given(labels) for labels in values["style_regions"] or ()),
            parse_numbers(values["region_weights"]),
            _given(values["keep"]),
            _given(values["content_weight_map"]),
        )

    def paths(self) -> list[Path]:
        """Every file that is read."""
        masks = [mask for pair in self.pairs for mask in (pair.content, pair.style)]
        single = [self.content_labels, *self.style_labels, self.keep, self.content_map]
        return [path for path in (*masks, *single) if path is not None]

    def controls(self, styles: int, longest: int) -> Controls:
        """What :func:`stylecore.read_scene` takes; it reads the masks, one at a time.

        Args:
            styles: how many there are.
            longest: pixels of the longest side of the result, for label pictures.

        Raises:
            StylecoreError: for options that contradict each other, or bad label pictures.
        """
        found: Controls = {"keep": self.keep, "content_map": self.content_map}
        if regions := self._regions(styles, longest):
            found["regions"] = regions
        return found

    def _regions(self, styles: int, longest: int) -> list[Region]:
        if self.content_labels is None and not self.style_labels:
            return self.from_masks()
        if self.pairs:
            raise SettingsError("--region and label pictures were given; give one or the other")
        if self.content_labels is None or len(self.style_labels) != styles:
            raise SettingsError(
                f"{self.content_labels is not None:d} --content-regions and"
                f" {len(self.style_labels)} --style-regions were given; give one for the content"
                f" and one for each of {styles} styles"
            )
        from ..control.regions import label_regions

        return label_regions(
            self.content_labels, self.style_labels, self.weights, longest=2 * longest
        )

    def from_masks(self) -> list[Region]:
        """The regions that have masks of their own.

        Raises:
            SettingsError: for another number of weights than of regions.
        """
        from ..control.regions import Region

        styles: dict[Path, dict[int, Path | None]] = {}
        for pair in self.pairs:
            styles.setdefault(pair.content, {})[pair.index] = pair.style
        weights = self.weights or (1.0,) * len(styles)
        if len(weights) != len(styles):
            raise SettingsError(
                f"{len(weights)} --region-weights for {len(styles)} regions; give one for each"
            )
        return [
            Region(content, masks, weight, content.stem)
            for (content, masks), weight in zip(styles.items(), weights, strict=True)
        ]


def _given(path: Path | None) -> Path | None:
    return None if path is None else given(path)


def with_where(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options in place of its parameter ``where``."""
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _OPTIONS.items()
    ]
    return with_options(command, "where", options, Where.given)


def _pair(text: str) -> Pair:
    """The reading whose files are there: names may have = and : in them, too.

    Raises:
        SettingsError: for what cannot be read, or in two ways.
    """
    readings = list(_readings(text))
    if not readings:
        raise SettingsError(f"--region {text!r}; write CONTENT_MASK=STYLE_MASK, or =2:STYLE_MASK")
    best = max(readings, key=lambda reading: reading.there)
    if best.there == 2 and sum(reading.there == 2 for reading in readings) > 1:
        raise SettingsError(
            f"--region {text!r} can be read in two ways; give the masks names without = and :"
        )
    return best


def _readings(text: str) -> Iterator[Pair]:
    for equals in re.finditer("=", text):
        content, style = text[: equals.start()], text[equals.end() :]
        if not content:
            continue
        numbered = _NUMBERED.fullmatch(style)
        if numbered and int(numbered[1]):
            name = numbered[2]
            yield Pair(_mask(content), int(numbered[1]) - 1, _mask(name) if name else None)
        if style and (not numbered or is_there(style)):
            yield Pair(_mask(content), 0, _mask(style))


def _mask(text: str) -> Path:
    return given(Path(text))
