from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stylecore.errors import ModelError
from stylecore.models.readers.preprocessing import CAFFE
from stylecore.models.readers.weights import read_weights

SCHEMES = {
    "first": ("{block}/{block}_W_1:0", "{block}/{block}_b_1:0"),
    "second": ("{block}/{block}/kernel:0", "{block}/{block}/bias:0"),
    "model": ("model_weights/{block}/{block}/kernel:0", "model_weights/{block}/{block}/bias:0"),
}


def written(formats: SimpleNamespace, scheme: str = "first", **changes: object) -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.create_group("input_1")
        for layer, (kernel, bias) in formats.convolutions.items():
            block = f"block{layer[4]}_conv{layer[6]}"
            kernel_name, bias_name = (name.format(block=block) for name in SCHEMES[scheme])
            file[kernel_name] = changes.get(layer, kernel.transpose(2, 3, 1, 0))
            if layer not in changes.get("unbiased", ()):
                file[bias_name] = bias
    return out.getvalue()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_kernels_are_turned_from_height_width_in_out(
    formats: SimpleNamespace, saved: Callable[..., Path], scheme: str
) -> None:
    weights = read_weights(saved(written(formats, scheme)), architecture=formats.architecture)
    assert weights.preprocessing == CAFFE
    assert weights.convolutions.keys() == formats.convolutions.keys()
    for layer, (kernel, bias) in formats.convolutions.items():
        np.testing.assert_array_equal(weights.convolutions[layer][0], kernel, strict=True)
        np.testing.assert_array_equal(weights.convolutions[layer][1], bias, strict=True)


def test_the_first_difference_is_named(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    channels_first = {"conv1_2": formats.convolutions["conv1_2"][0]}
    cases = {
        r"kernel of conv1_2 is \(3, 3, 5, 4\), not \(5, 4, 3, 3\)": channels_first,
        "the bias of conv2_1 is missing": {"unbiased": ["conv2_1"]},
        r"a convolution of shape \(9, 9\)": {"conv1_1": np.ones((9, 9), np.float32)},
        "conv1_1 holds int64, not floats": {"conv1_1": np.ones((3, 3, 3, 4), np.int64)},
    }
    for message, change in cases.items():
        with pytest.raises(ModelError, match=message):
            read_weights(saved(written(formats, **change)), architecture=formats.architecture)


def test_arrays_in_other_files_are_not_opened(
    formats: SimpleNamespace, saved: Callable[..., Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.h5"
    other.write_bytes(written(formats))
    path = tmp_path / "linked.h5"
    with h5py.File(path, "w") as file:
        file["block1_conv1"] = h5py.ExternalLink(str(other), "block1_conv1")
    with pytest.raises(ModelError, match="without VGG layers"):
        read_weights(path)
    with h5py.File(path, "w") as file:
        raw = [(str(other), 0, h5py.h5f.UNLIMITED)]
        file.create_dataset("block1_conv1/kernel:0", (3, 3, 3, 64), "f4", external=raw)
    with pytest.raises(ModelError, match="lie in other files"):
        read_weights(path)


def test_without_h5py_the_extra_is_named(
    saved: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ModelError, match=r"h5py is missing: pip install 'stylecore\[keras\]'"):
        read_weights(saved(b"\x89HDF\r\n\x1a\n" + bytes(99)))


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_gives_our_error_or_other_numbers(
    formats: SimpleNamespace, saved: Callable[..., Path], data: st.DataObject
) -> None:
    content = formats.damaged(written(formats), data)
    try:
        weights = read_weights(saved(content), architecture=formats.architecture)
    except ModelError as error:
        text = str(error)
    else:
        text = weights.source
    assert "\n" not in text
