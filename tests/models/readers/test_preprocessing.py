from __future__ import annotations

import numpy as np
import pytest

from stylecore.models.readers.preprocessing import CAFFE, CAFFE_RGB, TORCHVISION, recognise

# Centre taps (blue, green, red) and biases of the Oxford group's conv1_1, first four filters.
TAPS = np.array(
    [
        [0.0894, 0.1049, 0.0995],
        [0.1855, 0.0894, -0.0610],
        [0.1528, 0.2393, 0.0745],
        [-0.3952, -0.4298, -0.4034],
    ]
)
BIAS = np.array([0.7302, 0.0649, 0.0343, 0.8260, 1.0])


def oxford() -> tuple[np.ndarray, np.ndarray]:
    kernel = np.random.default_rng(0).standard_normal((5, 3, 3, 3))
    kernel[:4, :, 1, 1] = TAPS
    return kernel, BIAS.copy()


def test_oxford_weights_are_recognised_in_either_order() -> None:
    kernel, bias = oxford()
    assert recognise(kernel, bias) == CAFFE
    assert recognise(kernel[:, ::-1], bias) == CAFFE_RGB


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_rescaled_and_rounded_copies_are_recognised(dtype: type) -> None:
    kernel, bias = oxford()
    scale = np.array([2.0, 0.01, 7.0, 1.0, 3.0])
    scaled = (kernel * scale[:, None, None, None]).astype(dtype)
    assert recognise(scaled, (bias * scale).astype(dtype)) == CAFFE


def test_other_weights_follow_torchvision() -> None:
    kernel, bias = oxford()
    assert recognise(-kernel, bias) == TORCHVISION
    assert recognise(kernel[:3], bias[:3]) == TORCHVISION
    assert recognise(np.zeros_like(kernel), np.zeros_like(bias)) == TORCHVISION


def test_torchvision_s_numbers_are_its_documented_ones() -> None:
    pixel = np.array([0.2, 0.5, 0.9])
    wanted = (pixel - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    found = (pixel * 255 - TORCHVISION.mean) * TORCHVISION.scale
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
