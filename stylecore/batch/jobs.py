"""What is to be painted: contents and styles, in pairs, and pairs with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import SettingsError
from ..settings import Settings

Pairs = Literal["product", "zip"]


@dataclass(frozen=True)
class Pair:
    """A content with its style, or with several that are blended.

    Attributes:
        content: the path of a picture.
        styles: paths of pictures.
        settings: how it is painted.
        name: what the picture shall be called, or nothing.
    """

    content: Path
    styles: tuple[Path, ...]
    settings: Settings
    name: str = ""


@dataclass(frozen=True)
class Job:
    """A picture that is to be there.

    Attributes:
        content: the path of a picture.
        styles: paths of pictures.
        settings: how it is painted.
        name: of the picture, as a path below the folder of the batch, with / between parts.
    """

    content: Path
    styles: tuple[Path, ...]
    settings: Settings
    name: str

    @property
    def start(self) -> Path | None:
        """The picture that it is started from, if it is started from one."""
        init = self.settings.init
        return None if init in {"content", "noise"} else Path(init)

    def reads(self) -> list[Path]:
        """Every file that it takes."""
        return [self.content, *self.styles, *([] if self.start is None else [self.start])]


def paired(
    contents: Sequence[Path], styles: Sequence[Path], how: Pairs, settings: Settings
) -> list[Pair]:
    """Contents with styles: each with each (``product``), or the first with the first (``zip``).

    Raises:
        SettingsError: when there are none, or for another number of styles than contents in a
            ``zip``.
    """
    for what, given in (("content", contents), ("style", styles)):
        if not given:
            raise SettingsError(f"no {what} was given; give at least one picture")
    if how == "product":
        return [Pair(one, (style,), settings) for one in contents for style in styles]
    if len(contents) != len(styles):
        raise SettingsError(
            f"there are {len(contents)} contents and {len(styles)} styles; to match them one by"
            " one, give as many of both"
        )
    return [Pair(one, (style,), settings) for one, style in zip(contents, styles, strict=True)]
