"""Distortion at the boundary of two regions: the plain hard mask beside the other guides.

    python benchmarks/boundaries.py CONTENT STYLE --content-mask MASK --style-mask MASK --size 256

The runs are of the plain method, so that masks alone make a difference (composition="style",
style_loss="gram", detail="content"). White is the first region, black the second. A band lies
within 2 % of the longest side of the boundary, the interior beyond 4 %. Content error is
‖F(x) − F(p)‖² / ‖F(p)‖² at the content layers over a part; its excess is how much larger band /
interior is than where the same pictures are run without regions, whose boundary nothing distorts.
Style error is
‖G(x) − G(a)‖² / ‖G(a)‖² against the region's own style, the mean over the layers; the Gram
distances are over whole regions, each as hard masks and, where one still exists, as positions that
see nothing else.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

import stylecore
from stylecore.control.guides import normalised, propagate
from stylecore.engine.artefact import FEATURES, Manifest, load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.engine.statistics import statistics
from stylecore.models import ensure_artefact
from stylecore.pictures.tensors import Array, to_tensor
from stylecore.pyramid import Scale
from stylecore.scene import read_scene

BAND, INTERIOR = 0.02, 0.04


def main() -> None:
    """Run each way, measure each, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("style", type=Path)
    parser.add_argument("--content-mask", type=Path, required=True)
    parser.add_argument("--style-mask", type=Path, required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--guides", nargs="+", default=["hard", "average", "inside"])
    parser.add_argument("--keep", type=Path, help="folder for the pictures")
    given = parser.parse_args()
    settings = stylecore.Settings(
        size=given.size,
        steps=given.steps,
        engine=given.engine,
        composition="style",
        detail="content",
        style_loss="gram",
    )
    model = ensure_artefact(settings)
    masks = [stylecore.read_image(one)[..., 0] for one in (given.content_mask, given.style_mask)]
    regions = [
        stylecore.Region(masks[0], masks[1], name="white"),
        stylecore.Region(255 - masks[0], 255 - masks[1], name="black"),
    ]
    judge = Judge.of(given, settings, model)
    base = None
    print(f"{'':12}{'content':>26}{'style':>34}{'Gram, hard':>16}{'Gram, inside':>16}{'other':>14}")
    print(f"{'':12}{'band':>8}{'inner':>8}{'excess':>10}{'band':>17}{'inner':>17}")
    for name in ("no regions", *given.guides):
        chosen = replace(settings, guides="average" if name == "no regions" else name)
        result = stylecore.stylize(
            given.content,
            given.style,
            regions=[] if name == "no regions" else regions,
            model=model,
            settings=chosen,
        )
        if given.keep is not None:
            given.keep.mkdir(parents=True, exist_ok=True)
            stylecore.write_image(given.keep / f"{name.replace(' ', '-')}.png", result.image)
        base = judge.line(name, to_tensor(result.image), base)
    first, second = judge.style_errors(judge.style, judge.of_style, "shrunk", judge.of_style)
    print(f"the style itself, its masks shrunk instead of hard: {first:.3f} {second:.3f}")


@dataclass
class Judge:
    """Masks and targets at the final size.

    Attributes:
        features: the graph that all is measured on.
        manifest: its layers.
        content: (1, 3, H, W).
        style: (1, 3, h, w).
        regions: (2, H, W), the hard masks of the content.
        of_style: (2, h, w), those of the style.
    """

    features: Session
    manifest: Manifest
    content: Array
    style: Array
    regions: Array
    of_style: Array

    @classmethod
    def of(cls, given: argparse.Namespace, settings: stylecore.Settings, model: Path) -> Judge:
        """Read everything once more."""
        scene = read_scene(given.content, given.style, settings)
        view = scene.at(Scale(scene.height, scene.width, 0))
        content, (style,) = view.content, view.styles
        artefact = load_artefact(model)
        graph = Session(artefact.path(FEATURES), choose_engine("cpu"))
        masks = [
            both(path, *tensor.shape[2:])
            for path, tensor in ((given.content_mask, content), (given.style_mask, style))
        ]
        return cls(graph, artefact.manifest, content, style, *masks)

    def line(self, name: str, x: Array, base: float | None) -> float:
        """Print a line of the table; returns the content error of the band over the interior's."""
        band, interior = self.parts()
        content = [self.content_error(x, part) for part in (band, interior)]
        ratio = content[0] / content[1]
        style = [
            self.style_errors(x, self.regions * part, "average", self.of_style)
            for part in (band, interior)
        ]
        hard, inside = (
            self.style_errors(x, self.regions, how, self.of_style) for how in ("hard", "inside")
        )
        other = self.style_errors(x, self.regions, "hard", self.of_style[::-1])
        excess = "" if base is None else f"{ratio / base - 1:+.1%}"
        print(f"{name:12}{content[0]:8.3f}{content[1]:8.3f}{excess:>10}", end="")
        for first, second in (*style, hard, inside, other):
            print(f"{first:10.3f}{second:7.3f}", end="")
        print(flush=True)
        return ratio if base is None else base

    def parts(self) -> tuple[Array, Array]:
        """The band along the boundary and the interior of both regions, (H, W)."""
        away = sum(
            cv2.distanceTransform((one > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
            for one in self.regions
        )
        longest = max(self.regions.shape[1:])
        return tuple(
            np.asarray(part, np.float32)
            for part in (away <= BAND * longest, away > INTERIOR * longest)
        )

    def content_error(self, x: Array, part: Array) -> float:
        """Relative squared error of the content's features over a part, the mean over layers."""
        layers = self.manifest.content_layers
        looks = [statistics(self.features, self.manifest, one) for one in (x, self.content)]
        errors: list[float] = []
        for layer, weights in propagate(part[None], layers, "average").items():
            of_x, of_content = (look[f"content.{layer}.features"] for look in looks)
            error = (np.square(of_x - of_content) * weights).sum(dtype=float)
            errors.append(error / (np.square(of_content) * weights).sum(dtype=float))
        return float(np.mean(errors))

    def style_errors(self, x: Array, masks: Array, how: str, of_style: Array) -> list[float]:
        """Relative squared distance of each region's Grams to its style's, the mean over layers."""
        target_how = "inside" if how == "inside" else "hard"
        found, there = self.grams(x, masks, how)
        wanted, also = self.grams(self.style, of_style, target_how)
        return [
            float(
                np.mean(
                    [
                        np.square(found[layer][k] - wanted[layer][k]).sum()
                        / np.square(wanted[layer][k]).sum()
                        for layer in found
                        if there[layer][k] and also[layer][k]
                    ]
                )
            )
            for k in (0, 1)
        ]

    def grams(
        self, image: Array, masks: Array, how: str
    ) -> tuple[dict[str, Array], dict[str, list[bool]]]:
        """Grams (2, C, C) by layer, and whether each region is still there."""
        carried = propagate(np.asarray(masks, np.float32), self.manifest.style_layers, how)
        guides = {f"style.{layer}.guide": normalised(one) for layer, one in carried.items()}
        found = statistics(self.features, self.manifest, image, guides)
        grams = {layer: found[f"style.{layer}.gram"] for layer in carried}
        return grams, {layer: [bool(m.any()) for m in one] for layer, one in carried.items()}


def both(path: Path, height: int, width: int) -> Array:
    """A mask and its opposite, 0 and 1, (2, height, width)."""
    mask = stylecore.read_image(path)[..., 0].astype(np.float32) / 255
    white = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA) > 0.5
    return np.stack([white, ~white]).astype(np.float32)


if __name__ == "__main__":
    main()
