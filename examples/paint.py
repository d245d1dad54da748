"""Paint the style pictures of this folder anew: ``python examples/paint.py [night ...]``."""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path

import cv2
import numpy as np

PICTURES = {"night": 92, "harbour": 92, "mist": 92, "wave": 92, "poster": 92}  # name: JPEG quality
SEED = 20260


def main() -> None:
    """Paint the named pictures, or all of them."""
    for name in sys.argv[1:] or PICTURES:
        begun = time.perf_counter()
        picture = importlib.import_module(name).paint(np.random.default_rng(SEED))
        path = Path(__file__).with_name(f"{name}.jpg")
        quality = [cv2.IMWRITE_JPEG_QUALITY, PICTURES[name]]
        cv2.imwrite(str(path), picture[..., ::-1], quality)
        print(f"{path.name}: {path.stat().st_size // 1000} kB, {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
