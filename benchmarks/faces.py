"""Whether the faces of a content are found in its results, and faces that it does not have.

    python -m venv faces && faces/bin/pip install 'mediapipe==0.10.14' 'numpy<2'
    faces/bin/python benchmarks/faces.py CONTENT RESULT...

MediaPipe's two detectors look (Bazarevsky et al. 2019, BlazeFace), which the wheel of this release
has within it. A face of the content is *kept* if one is found at the same place in the result, as
it is or in a part of it at twice the size; its score is beside it. One *elsewhere* is found in the
whole result with a score of 0.6 or more where the content has nothing that might be one.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

os.environ.setdefault("GLOG_minloglevel", "3")

SURE, KEPT, POSSIBLE, INVENTED = 0.5, 0.4, 0.2, 0.6
"""Scores: of a face that the content has, that a result keeps, that might be one, that is new."""

Box = tuple[float, float, float, float, float]
"""Left, top, width, height and score."""

Pixels = Any


def main() -> None:
    """Print a line for each result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("content", type=Path)
    parser.add_argument("result", type=Path, nargs="+")
    given = parser.parse_args()
    for path in given.result:
        result = read(path)
        content = cv2.resize(read(given.content), result.shape[1::-1], interpolation=cv2.INTER_AREA)
        kept, elsewhere = compare(content, result)
        scores = ", ".join(f"{score:.2f}" for score in kept) or "none"
        print(f"{path.stem:40} faces of the content: {scores}; elsewhere: {len(elsewhere)}")


def read(path: Path) -> Pixels:
    """RGB, 8 bits."""
    found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise SystemExit(f"{path}: no picture; give a PNG or JPEG file")
    return cv2.cvtColor(found, cv2.COLOR_BGR2RGB)


def compare(content: Pixels, result: Pixels) -> tuple[list[float], list[Box]]:
    """The score that each face of the content has in the result, 0 for none; and what is new."""
    faces = once(faces_in(content, SURE))
    seen = list(faces_at_two_sizes(result, KEPT))
    kept = [max((one[4] for one in seen if overlap(face, one) > 0.3), default=0) for face in faces]
    possible = list(faces_at_two_sizes(content, POSSIBLE))
    elsewhere = [
        one
        for one in once(faces_in(result, INVENTED))
        if not any(overlap(one, other) > 0.2 for other in possible)
    ]
    return kept, elsewhere


def faces_at_two_sizes(picture: Pixels, least: float) -> Iterator[Box]:
    """Those in the whole, and in nine overlapping quarters at twice the size."""
    yield from faces_in(picture, least)
    height, width = picture.shape[:2]
    for top in (0, height // 4, height // 2):
        for left in (0, width // 4, width // 2):
            part = picture[top : top + height // 2, left : left + width // 2]
            part = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
            for x, y, w, h, score in faces_in(part, least):
                yield x / 2 + left, y / 2 + top, w / 2, h / 2, score


def faces_in(picture: Pixels, least: float) -> Iterator[Box]:
    """What the detectors for near and for far faces find, in pixels."""
    import mediapipe  # of an environment of its own

    height, width = picture.shape[:2]
    for far in (0, 1):
        find = mediapipe.solutions.face_detection.FaceDetection(least, far)
        with find:
            for one in find.process(np.ascontiguousarray(picture)).detections or ():
                box = one.location_data.relative_bounding_box
                yield (
                    *(box.xmin * width, box.ymin * height, box.width * width, box.height * height),
                    float(one.score[0]),
                )


def once(boxes: Iterator[Box]) -> list[Box]:
    """Each face once, whichever detector found it."""
    found: list[Box] = []
    for box in boxes:
        if not any(overlap(box, other) > 0.3 for other in found):
            found.append(box)
    return found


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(0, across) * max(0, down)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


if __name__ == "__main__":
    main()
