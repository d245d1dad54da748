"""What a run looks at: pictures and masks by their names, their lengths and their SHA-256."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Input:
    """A picture or a mask.

    Attributes:
        name: of its file, without a folder; empty where it came from elsewhere.
        length: of the file, in bytes; of an array, that of its values.
        sha256: of these bytes, in hexadecimal.
    """

    name: str
    length: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {"name": self.name, "bytes": self.length, "sha256": self.sha256}

    @classmethod
    def of_dict(cls, given: Any) -> Input:
        """The input that plain values tell of.

        Raises:
            ValueError: where they tell of none, or of one in some folder.
        """
        name, length, sha256 = given["name"], given["bytes"], given["sha256"]
        if not isinstance(name, str) or Path(name).name != name or name == "..":
            raise ValueError(f"{name!r} is no name of a file")
        if not isinstance(length, int) or not isinstance(sha256, str) or len(sha256) != 64:
            raise ValueError(f"{name} has no SHA-256")
        return cls(name, length, sha256)


@dataclass(frozen=True)
class RegionInputs:
    """The masks of a region.

    Attributes:
        name: of the region, or nothing.
        weight: relative to the other regions.
        content: its mask in the content.
        styles: its mask by the number of a style, from 0, or None for all of that; None altogether
            for all of all styles.
    """

    name: str
    weight: float
    content: Input
    styles: Mapping[int, Input | None] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        styles = self.styles and {str(i): _plain(one) for i, one in self.styles.items()}
        return {
            "name": self.name,
            "weight": self.weight,
            "content": self.content.as_dict(),
            "styles": styles,
        }

    @classmethod
    def of_dict(cls, given: Any) -> RegionInputs:
        """The region that plain values tell of.

        Raises:
            ValueError: as :meth:`Input.of_dict`.
        """
        styles = given["styles"]
        if styles is not None:
            styles = {int(number): _maybe(one) for number, one in styles.items()}
        content = Input.of_dict(given["content"])
        return cls(str(given["name"]), float(given["weight"]), content, styles)


@dataclass(frozen=True)
class LabelInputs:
    """Label pictures that regions come from.

    Attributes:
        content: that of the content.
        styles: that of each style.
        weights: of the regions, or none.
    """

    content: Input
    styles: tuple[Input, ...]
    weights: tuple[float, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        styles = [one.as_dict() for one in self.styles]
        weights = list(self.weights)
        return {"content": self.content.as_dict(), "styles": styles, "weights": weights}

    @classmethod
    def of_dict(cls, given: Any) -> LabelInputs:
        """The label pictures that plain values tell of.

        Raises:
            ValueError: as :meth:`Input.of_dict`.
        """
        styles = tuple(Input.of_dict(one) for one in given["styles"])
        weights = tuple(float(one) for one in given["weights"])
        return cls(Input.of_dict(given["content"]), styles, weights)


@dataclass(frozen=True)
class Inputs:
    """All that a run looks at.

    Attributes:
        content: whose things stay.
        styles: in their order.
        start: the picture that it starts from, where that is one of its own.
        fine_style: whose strokes the first style was given before.
        keep: the mask of what is left as it is.
        content_map: of how much the content counts.
        regions: where they have masks of their own.
        labels: where they come from label pictures.
        init_network: the network that paints what it starts from.
    """

    content: Input
    styles: tuple[Input, ...]
    start: Input | None = None
    fine_style: Input | None = None
    keep: Input | None = None
    content_map: Input | None = None
    regions: tuple[RegionInputs, ...] = ()
    labels: LabelInputs | None = None
    init_network: Input | None = None

    def named(self) -> Iterator[tuple[str, Input]]:
        """Each of them, and what it is."""
        yield "content", self.content
        for number, style in enumerate(self.styles, start=1):
            yield ("style" if number == 1 else f"style {number}"), style
        for what in _SINGLE:
            if (one := getattr(self, what)) is not None:
                yield what.replace("_", " "), one
        for number, region in enumerate(self.regions, start=1):
            name = f"region {number}"
            yield f"{name} of the content", region.content
            for index, one in (region.styles or {}).items():
                if one is not None:
                    yield f"{name} of style {index + 1}", one
        if self.labels is not None:
            yield "labels of the content", self.labels.content
            for number, one in enumerate(self.labels.styles, start=1):
                yield f"labels of style {number}", one

    @property
    def form(self) -> tuple[Any, ...]:
        """All that counts beside the pictures and masks themselves."""
        regions = tuple(
            (one.weight, None if one.styles is None else tuple(one.styles)) for one in self.regions
        )
        return regions, None if self.labels is None else self.labels.weights

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; what is not there is left out."""
        found: dict[str, Any] = {
            "content": self.content.as_dict(),
            "styles": [one.as_dict() for one in self.styles],
        }
        for what in (*_SINGLE, "labels"):
            if (one := getattr(self, what)) is not None:
                found[what] = one.as_dict()
        if self.regions:
            found["regions"] = [one.as_dict() for one in self.regions]
        return found

    @classmethod
    def of_dict(cls, given: Any) -> Inputs:
        """The inputs that plain values tell of.

        Raises:
            ValueError: as :meth:`Input.of_dict`; or KeyError, TypeError or AttributeError, where
                they tell of something else altogether.
        """
        labels = given.get("labels")
        return cls(
            content=Input.of_dict(given["content"]),
            styles=tuple(Input.of_dict(one) for one in given["styles"]),
            regions=tuple(RegionInputs.of_dict(one) for one in given.get("regions", ())),
            labels=None if labels is None else LabelInputs.of_dict(labels),
            **{what: _maybe(given.get(what)) for what in _SINGLE},
        )


_SINGLE = ("start", "init_network", "fine_style", "keep", "content_map")


def _plain(one: Input | None) -> dict[str, Any] | None:
    return None if one is None else one.as_dict()


def _maybe(given: Any) -> Input | None:
    return None if given is None else Input.of_dict(given)
