"""Pairs: a content and its style, read as they are painted, and known by their bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..scene import Scene, read_scene
from ..settings import Settings


@dataclass(frozen=True)
class Pair:
    """A content with its style, or with several that are blended.

    Attributes:
        name: what it is called.
        content: the path of a picture.
        styles: paths of pictures.
    """

    name: str
    content: Path
    styles: tuple[Path, ...]

    def scene(self, settings: Settings) -> Scene:
        """What is painted of it.

        Raises:
            ImageError: when a picture cannot be read.
            SettingsError: where the settings do not fit the pictures.
        """
        return read_scene(self.content, list(self.styles), settings)


def named_pairs(pairs: Sequence[tuple[Path, Sequence[Path]]]) -> list[Pair]:
    """Pairs with a name each, and with a number where two would be called the same."""
    names = [f"{content.stem} × {' + '.join(one.stem for one in styles)}"
             for content, styles in pairs]  # fmt: skip
    often, seen = Counter(names), Counter[str]()
    found: list[Pair] = []
    for name, (content, styles) in zip(names, pairs, strict=True):
        seen[name] += 1
        number = f" ({seen[name]})" if often[name] > 1 else ""
        found.append(Pair(f"{name}{number}", content, tuple(styles)))
    return found


def fingerprints(scene: Scene) -> dict[str, str]:
    """The SHA-256 of every picture that a scene was read from, by what it is."""
    return {what: one.sha256 for what, one in scene.inputs.named()}
