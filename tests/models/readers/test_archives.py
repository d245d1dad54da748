from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.errors import ModelError
from stylecore.models.readers.archives import read_archive
from stylecore.models.readers.preprocessing import CAFFE, TORCHVISION
from stylecore.models.readers.weights import read_weights

ARRAYS = {"a": np.arange(24, dtype=np.float32).reshape(2, 3, 4), "b": np.arange(5, dtype=np.uint8)}


def archive(formats: SimpleNamespace, **others: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("vgg/data.pkl", formats.state_pickle(ARRAYS))
        for key, array in enumerate(ARRAYS.values()):
            file.writestr(f"vgg/data/{key}", array.tobytes())
        for name, content in others.items():
            file.writestr(f"vgg/{name.replace('_', '.')}", content)
    return out.getvalue()


def values(content: bytes) -> dict[str, np.ndarray]:
    return {name: stored.read() for name, stored in read_archive(io.BytesIO(content)).items()}


def test_arrays_come_back_as_they_were_written(formats: SimpleNamespace) -> None:
    found = values(archive(formats, byteorder=b"little"))
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_a_script_and_another_byte_order_are_refused(formats: SimpleNamespace) -> None:
    with pytest.raises(ModelError, match="TorchScript archive; save the model's state_dict"):
        values(archive(formats, constants_pkl=b"x"))
    with pytest.raises(ModelError, match="big-endian"):
        values(archive(formats, byteorder=b"big"))


def test_an_archive_of_something_else_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("photograph.txt", "hello")
    with pytest.raises(ModelError, match="zip archive without weights"):
        values(out.getvalue())


def test_a_member_that_inflates_without_end_is_refused(formats: SimpleNamespace) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("vgg/data.pkl", bytes(50_000_000))
    assert len(out.getvalue()) < 100_000
    with pytest.raises(ModelError, match="claims 50000000 bytes"):
        values(out.getvalue())


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_damage_gives_our_error_or_other_numbers(
    formats: SimpleNamespace, data: st.DataObject
) -> None:
    try:
        found = values(formats.damaged(archive(formats), data))
    except ModelError:
        return
    assert sum(array.nbytes for array in found.values()) < 10_000


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("scheme", ["features", "layers"])
def test_what_torch_saves_computes_what_torch_computes(
    formats: SimpleNamespace, saved: Callable[..., Path], torch: Any, zipped: bool, scheme: str
) -> None:
    module = torch.nn.Sequential()
    for kind, name in formats.architecture.sequence:
        outputs, inputs = formats.architecture.kernels.get(name, (0, 0, 3, 3))[:2]
        made = {"relu": torch.nn.ReLU(), "pool": torch.nn.MaxPool2d(2)}
        module.append(
            torch.nn.Conv2d(inputs, outputs, 3, padding=1) if kind == "conv" else made[kind]
        )
    state = module.state_dict(prefix="features.")
    state["classifier.0.weight"] = torch.ones(7, 7)
    if scheme == "layers":
        names = {f"features.{i}": n for i, (_, n) in enumerate(formats.architecture.sequence)}
        state = {names[k.rpartition(".")[0]] + "." + k.rpartition(".")[2]: v
                 for k, v in state.items() if k.startswith("features")}  # fmt: skip
    out = io.BytesIO()
    torch.save(state, out, _use_new_zipfile_serialization=zipped)
    weights = read_weights(saved(out.getvalue()), architecture=formats.architecture)
    assert weights.preprocessing == (TORCHVISION if scheme == "features" else CAFFE)
    picture = np.random.default_rng(0).random((3, 9, 12), np.float32)
    with torch.no_grad():
        wanted = module(torch.from_numpy(picture)[None])[0].numpy()
    found = formats.features(weights.convolutions, picture)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_the_first_difference_of_another_depth_is_named(
    formats: SimpleNamespace, saved: Callable[..., Path], torch: Any
) -> None:
    tensors = formats.named(formats.convolutions, formats.architecture, "features")
    tensors["features.4.weight"] = tensors.pop("features.5.weight")
    tensors["features.4.bias"] = tensors.pop("features.5.bias")
    out = io.BytesIO()
    torch.save({name: torch.from_numpy(array) for name, array in tensors.items()}, out)
    with pytest.raises(ModelError, match="not tiny: conv2_1 is missing"):
        read_weights(saved(out.getvalue()), architecture=formats.architecture)
