"""Pictures and colour profiles made from nothing, by other means than the code under test."""

from __future__ import annotations

import io
import os
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

D65 = (0.3127, 0.3290)
PRIMARIES = {
    "sRGB": ([(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)], D65),
    "Display P3": ([(0.680, 0.320), (0.265, 0.690), (0.150, 0.060)], D65),
    "Adobe RGB": ([(0.64, 0.33), (0.21, 0.71), (0.15, 0.06)], D65),
    "ProPhoto": ([(0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)], (0.3457, 0.3585)),
}
_D50 = np.array([0.9642, 1.0, 0.8249])
_SRGB = (3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))


class Profiles:
    """Makes ICC profiles, and converts by them as Pillow does."""

    def matrix(
        self, name: str = "Display P3", gamma: float | None = None, para: Any = _SRGB
    ) -> bytes:
        """Primaries and curves: a power, or the parameters of a parametric curve."""
        primaries, white = PRIMARIES[name]
        curve = self.power(gamma) if gamma else self.parametric(*para)
        columns = {
            key: xyz(column)
            for key, column in zip(
                ("rXYZ", "gXYZ", "bXYZ"), adapted(primaries, white).T, strict=True
            )
        }
        return self.assembled("RGB ", {**columns, **dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve)})

    def grey(self, gamma: float, connection: str = "XYZ ") -> bytes:
        """A grey profile."""
        return self.assembled("GRAY", {"kTRC": self.power(gamma)}, connection)

    def tables(self, model: str) -> bytes:
        """A profile made of tables of 16 bits, for ``RGB `` or ``CMYK``, towards CIELAB."""
        channels = len(model.strip())
        grid = 5
        axes = np.meshgrid(*[np.linspace(0, 1, grid)] * channels, indexing="ij")
        ink = np.stack(axes, axis=-1)
        paper = ink**1.6 if model == "RGB " else (1 - ink[..., :3]) * (1 - ink[..., 3:])
        lightness = 100 * (paper @ [0.3, 0.6, 0.1])
        a, b = 60 * (paper[..., 0] - paper[..., 1]), 60 * (paper[..., 1] - paper[..., 2])
        lab = np.stack([lightness / 100 * 0xFF00, (a + 128) * 256, (b + 128) * 256], axis=-1)
        data = b"mft2\0\0\0\0" + struct.pack(">BBBx", channels, 3, grid)
        data += fixed(np.eye(3).ravel()) + struct.pack(">HH", 2, 2)
        data += struct.pack(">HH", 0, 65535) * channels
        data += np.clip(np.rint(lab), 0, 65535).astype(">u2").tobytes()
        data += struct.pack(">HH", 0, 65535) * 3
        return self.assembled(model, {"A2B0": data}, "Lab ", kind="prtr")

    def power(self, gamma: float) -> bytes:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"

    def sampled(self, values: Sequence[int]) -> bytes:
        return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *values)

    def parametric(self, kind: int, numbers: Sequence[float]) -> bytes:
        return b"para\0\0\0\0" + struct.pack(">HH", kind, 0) + fixed(np.array(numbers))

    def with_curve(self, curve: bytes) -> bytes:
        """sRGB's primaries with another curve."""
        return self.of(adapted(*PRIMARIES["sRGB"]), curve)

    def of(self, matrix: np.ndarray, curve: bytes) -> bytes:
        keys = ("rXYZ", "gXYZ", "bXYZ")
        tags = {key: xyz(column) for key, column in zip(keys, matrix.T, strict=True)}
        return self.assembled("RGB ", {**tags, **dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve)})

    def assembled(
        self, model: str, tags: dict[str, bytes], connection: str = "XYZ ", kind: str = "mntr"
    ) -> bytes:
        """Header, table and data of a profile of version 2."""
        name = b"made\0"
        desc = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(8 + 3 + 67)
        every = {"desc": desc, "cprt": b"text\0\0\0\0none\0", "wtpt": xyz(_D50), **tags}
        start, table, body = 132 + 12 * len(every), b"", b""
        for key, data in every.items():
            table += struct.pack(">4sII", key.encode(), start + len(body), len(data))
            body += data + bytes(-len(data) % 4)
        head = struct.pack(">I4sI", start + len(body), b"lcms", 0x02400000)
        head += f"{kind}{model}{connection}".encode()
        head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(_D50)
        return head.ljust(128, b"\0") + struct.pack(">I", len(every)) + table + body

    def shown(self, image: Image.Image, profile: bytes) -> np.ndarray:
        """What Pillow makes of a picture with a profile, as sRGB."""
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        converted: Any = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        return np.asarray(converted).astype(int)


def adapted(primaries: Sequence[tuple[float, float]], white: tuple[float, float]) -> np.ndarray:
    """Colorants as a profile stores them: XYZ under D50, adapted by Bradford's matrix."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    points = [np.array([x / y, 1, (1 - x - y) / y]) for x, y in (*primaries, white)]
    columns = np.stack(points[:3], axis=1)
    columns = columns * np.linalg.solve(columns, points[3])
    scale = np.diag((bradford @ _D50) / (bradford @ points[3]))
    return np.linalg.inv(bradford) @ scale @ bradford @ columns


def xyz(values: np.ndarray) -> bytes:
    return b"XYZ \0\0\0\0" + fixed(values)


def fixed(values: np.ndarray) -> bytes:
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)


@pytest.fixture(scope="session")
def profiles() -> Profiles:
    return Profiles()


@pytest.fixture(scope="session")
def picture() -> np.ndarray:
    """Asymmetric, smooth, with every hue: any turn, flip or swap of channels shows."""
    y, x = np.mgrid[0:40, 0:60]
    return np.stack([x * 4, y * 6, 128 + 0 * x], axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def alpha() -> np.ndarray:
    """As large as `picture`: clear at the top, and denser downwards."""
    y, _ = np.mgrid[0:40, 0:60]
    return np.where(y < 4, 0, y * 6).astype(np.uint8)


@pytest.fixture
def guarded(picture: np.ndarray) -> Iterator[Path]:
    """A folder of someone else's: one file that may not be read, nothing that may be written."""
    if not hasattr(os, "geteuid"):
        pytest.skip("no POSIX permissions here")
    with tempfile.TemporaryDirectory() as name:
        folder, me = Path(name), os.geteuid()
        Image.fromarray(picture).save(folder / "a.png")
        (folder / "a.png").chmod(0)
        folder.chmod(0o555)
        if me == 0:  # root may do everything
            os.seteuid(65534)
        yield folder
        os.seteuid(me)
        folder.chmod(0o755)
