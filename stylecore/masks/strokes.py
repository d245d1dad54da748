"""One thing cut out of a picture, from a box around it or a few strokes on it (GrabCut)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import ImageError, SettingsError
from ..pictures.images import resize, scaled_size
from ..pictures.parts import without_specks
from ..pictures.tensors import Picture

Stroke: TypeAlias = Sequence[tuple[float, float]]
"""Points (x, y), in pixels; one is a dot, more are joined by lines."""

Drawn: TypeAlias = Stroke | NDArray[np.bool_]
"""A stroke by its points, or drawn: (H, W), true on it."""

_SIDE = 512  # pixels of the longest side at which the cut is sought
_WIDTH = 0.01  # of a stroke, in longest sides
_ROUNDS = 6
_LEAST = 0.002  # share of the picture that the smallest part has


class Box(NamedTuple):
    """A rectangle in pixels, from its left upper corner."""

    x: int
    y: int
    width: int
    height: int


def cut_out(
    picture: Picture,
    box: Box | None = None,
    foreground: Sequence[Drawn] = (),
    background: Sequence[Drawn] = (),
) -> NDArray[np.intp]:
    """Cut one thing out of a picture by GrabCut (Rother, Kolmogorov & Blake 2004).

    What lies outside the box, or on a background stroke, stays out; what lies on a foreground
    stroke stays in. The same input gives the same cut: OpenCV's random numbers are seeded, for the
    whole process.

    Args:
        picture: (H, W, 3) uint8, RGB.
        box: around the thing; by default the whole picture.
        foreground: strokes on the thing.
        background: strokes beside it.

    Returns:
        (H, W): 0 for the thing, 1 for the rest.

    Raises:
        SettingsError: for neither a box nor a foreground stroke, or one outside the picture.
        ImageError: when nothing, or all, of the picture is found to be the thing.
    """
    if box is None and not foreground:
        raise SettingsError("nothing says what to cut out; give a box or a foreground stroke")
    height, width = picture.shape[:2]
    hints = _hints((height, width), box, foreground, background)
    small_height, small_width = scaled_size(height, width, min(_SIDE, max(height, width)))
    marks = _shrunk(hints, small_height, small_width)
    _check(marks)
    found = resize(_grab(resize(picture, small_width, small_height), marks), width, height) > 0.5
    inside = (found | (hints == cv2.GC_FGD)) & (hints != cv2.GC_BGD)
    if inside.all() or not inside.any():
        amount = "all" if inside.any() else "nothing"
        raise ImageError(f"{amount} of the picture was cut out; draw more strokes on both sides")
    return without_specks(np.where(inside, 0, 1), 2, _LEAST)


def _check(marks: NDArray[np.uint8]) -> None:
    outside, inside = (~marks & 1).any(), (marks & 1).any()  # GrabCut's numbers are odd inside
    if not outside:
        raise SettingsError("nothing is left around the thing; give a smaller box or fewer strokes")
    if not inside:
        raise SettingsError("the foreground strokes are empty; draw some on the thing")


def _hints(
    size: tuple[int, int],
    box: Box | None,
    foreground: Sequence[Drawn],
    background: Sequence[Drawn],
) -> NDArray[np.uint8]:
    """What is known before: GrabCut's four numbers, (H, W)."""
    hints = np.full(size, cv2.GC_PR_BGD if box is None else cv2.GC_BGD, np.uint8)
    if box is not None:
        hints[_inside(box, size)] = cv2.GC_PR_FGD
    on, beside = _union(foreground, size), _union(background, size)
    if on.any() and (box is None or beside.any()):
        guess = _nearer(on, beside if beside.any() else _frame(size))
        hints[hints != cv2.GC_BGD] = cv2.GC_PR_BGD
        hints[guess & (hints == cv2.GC_PR_BGD)] = cv2.GC_PR_FGD
    hints[beside] = cv2.GC_BGD
    hints[on] = cv2.GC_FGD
    return hints


def _union(strokes: Sequence[Drawn], size: tuple[int, int]) -> NDArray[np.bool_]:
    there = np.zeros(size, np.bool_)
    for stroke in strokes:
        there |= _drawn(stroke, size)
    return there


def _frame(size: tuple[int, int]) -> NDArray[np.bool_]:
    """The picture's outermost pixels."""
    frame = np.ones(size, np.bool_)
    frame[1:-1, 1:-1] = False
    return frame


def _nearer(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a pixel is nearer to the one than to the other."""
    return _distance(one) < _distance(other)


def _distance(there: NDArray[np.bool_]) -> NDArray[np.float32]:
    away: Any = cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, 5)
    return away


def _inside(box: Box, size: tuple[int, int]) -> tuple[slice, slice]:
    """The box as rows and columns."""
    height, width = size
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(width, box.x + box.width), min(height, box.y + box.height)
    if left >= right or top >= bottom:
        given = f"{box.width}×{box.height} at {box.x},{box.y}"
        raise SettingsError(f"the box {given} holds nothing of the {width}×{height} picture")
    return slice(top, bottom), slice(left, right)


def _drawn(stroke: Drawn, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Where a stroke is, (H, W)."""
    if isinstance(stroke, np.ndarray):
        if stroke.shape != size:
            raise ImageError(
                f"the drawn strokes are {stroke.shape[1]}×{stroke.shape[0]} pixels and the picture"
                f" {size[1]}×{size[0]}; draw them on a copy of the picture"
            )
        return stroke
    for x, y in stroke:
        if not (0 <= x < size[1] and 0 <= y < size[0]):
            raise SettingsError(f"the point {x:g},{y:g} is outside the {size[1]}×{size[0]} picture")
    canvas: Any = np.zeros(size, np.uint8)
    points: list[Any] = np.rint(np.array(stroke)).astype(np.int32).tolist()
    radius = round(_WIDTH * max(size) / 2)
    for start, end in zip(points, points[1:] or points, strict=False):
        cv2.line(canvas, start, end, 1, 2 * radius + 1)
    return canvas > 0


def _shrunk(hints: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The hints at another size, at which thin strokes are still there."""
    marks: NDArray[Any] = cv2.resize(hints, (width, height), interpolation=cv2.INTER_NEAREST)
    for mark in (cv2.GC_BGD, cv2.GC_FGD):
        share = resize((hints == mark).astype(np.float32), width, height)
        marks[share > (0.5 if mark == cv2.GC_BGD else 0.1)] = mark
    return marks


def _grab(picture: Picture, hints: NDArray[np.uint8]) -> NDArray[np.float32]:
    """1 where the thing is, (h, w)."""
    cv2.setRNGSeed(0)
    marks: Any = hints.copy()
    behind, front = np.zeros((1, 65)), np.zeros((1, 65))
    whole = (0, 0, 1, 1)  # not looked at with GC_INIT_WITH_MASK
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.grabCut(bgr, marks, whole, behind, front, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    return ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.float32)
