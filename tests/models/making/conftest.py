"""The narrow network in float64, and what feeds its graphs."""

from types import SimpleNamespace

import numpy as np
import onnx_ir as ir
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.engine.session import Session
from stylecore.engine.targets import prepare_targets
from stylecore.losses.table import DEFAULT
from stylecore.models.making.objective import TrunkSpec
from stylecore.models.making.trunk import first_kernel, mean_in_rgb
from stylecore.settings import Settings

STYLE = tuple(Settings().style_layers)


def random_image(height, width, seed=0):
    image = np.random.default_rng(seed).uniform(0, 255, (1, 3, height, width))
    return image.astype(np.float32)


def in_float64(weights, pooling, winograd=(), terms=DEFAULT):
    """The same network as a float64 forward model."""
    tensors = {}
    for name, (kernel, bias) in weights.convolutions.items():
        if name in ("conv5_2", "conv5_3", "conv5_4"):
            continue
        if name == "conv1_1":
            kernel = first_kernel(kernel, weights.preprocessing)
        tensors[name] = tuple(
            ir.tensor(np.ascontiguousarray(array, np.float64), name=f"{name}.{part}")
            for part, array in (("kernel", kernel), ("bias", bias))
        )
    mean = mean_in_rgb(weights.preprocessing)
    return TrunkSpec(
        mean, tensors, ("relu4_2",), STYLE, pooling, ir.DataType.DOUBLE, winograd, terms
    )


def targets_for(artefact, height, width, settings):
    features = Session(artefact.path("features.onnx"), choose_engine("cpu"))
    content, style = random_image(height, width, 1), random_image(40, 56, 2)
    return prepare_targets(features, artefact.manifest, content, [style], settings)


def in_halves(guides):
    """Guides (2, h, w) of the left half and the right."""
    guides[0, :, guides.shape[2] // 2 :] = 0
    guides[1, :, : guides.shape[2] // 2] = 0
    return guides / guides.sum(axis=(1, 2), keepdims=True)


@pytest.fixture(scope="session")
def exact():
    """The functions above, by their names."""
    return SimpleNamespace(
        random_image=random_image,
        in_float64=in_float64,
        targets_for=targets_for,
        in_halves=in_halves,
    )
