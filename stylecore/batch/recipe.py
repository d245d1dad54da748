"""What a picture depends on: when all of this is the same, it need not be painted again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from ..provenance.identity import ELSEWHERE
from ..provenance.inputs import Input
from ..settings import Settings
from ..settingsfile import completed, mapping_of


@dataclass(frozen=True)
class InputFile:
    """A file that was read, by its path as it was given, and its SHA-256 in hexadecimal."""

    path: str
    sha256: str

    def as_input(self, length: int) -> Input:
        """As a run knows it, without a folder.

        Args:
            length: in bytes.
        """
        return Input(Path(self.path).name, length, self.sha256)


@dataclass(frozen=True)
class Recipe:
    """Everything that a picture is made from.

    Attributes:
        content: the photograph.
        styles: those that are blended, in their order.
        start: the picture that it is started from, or None.
        settings: how.
        metadata: what is carried along of the content's: ``no-gps``, ``all`` or ``none``; or
            ``off`` for nothing at all, nor how the picture was made.
        model: name, ``sha256`` of the weights, and ``storage``, which may round them.
    """

    content: InputFile
    styles: tuple[InputFile, ...]
    start: InputFile | None
    settings: Settings
    metadata: str
    model: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "content": asdict(self.content),
            "styles": [asdict(one) for one in self.styles],
            "start": None if self.start is None else asdict(self.start),
            "settings": mapping_of(self.settings),
            "metadata": self.metadata,
            "model": dict(self.model),
        }

    def inputs(self) -> tuple[InputFile, ...]:
        """All files."""
        return (self.content, *self.styles, *(() if self.start is None else (self.start,)))

    def is_that_of(self, line: Mapping[str, Any]) -> bool:
        """Whether a line of a manifest tells of the same; paths may differ where contents agree."""
        return _essence(self.as_dict()) == _essence(line)


def _essence(line: Mapping[str, Any]) -> dict[str, Any]:
    """What counts of a recipe as plain values, of whatever a line holds."""
    styles = line.get("styles")
    if isinstance(styles, list):
        styles = [_sha256(one) for one in cast("list[object]", styles)]
    # The path of a start does not count; its checksum does.
    beside = ELSEWHERE if line.get("start") is None else {*ELSEWHERE, "init"}
    settings = line.get("settings")
    if isinstance(settings, Mapping):
        given = completed(cast("Mapping[str, Any]", settings))
        settings = {name: value for name, value in given.items() if name not in beside}
    return {
        "content": _sha256(line.get("content")),
        "styles": styles,
        "start": _sha256(line.get("start")),
        "settings": settings,
        "metadata": line.get("metadata"),
        "model": line.get("model"),
    }


def _sha256(given: object) -> object:
    return cast("Mapping[str, Any]", given).get("sha256") if isinstance(given, Mapping) else given
