from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.io import savemat

from stylecore.errors import ModelError
from stylecore.models.readers.preprocessing import Preprocessing
from stylecore.models.readers.weights import read_weights

MEAN = np.array([123.68, 116.779, 103.939])
COLOUR = MEAN.reshape(1, 1, 3)


def cell(items: list[object]) -> np.ndarray:
    made = np.empty((1, len(items)), object)
    for index, item in enumerate(items):
        made[0, index] = item
    return made


def layers(formats: SimpleNamespace) -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for kind, name in formats.architecture.sequence:
        layer: dict[str, object] = {"name": name, "type": kind}
        if kind == "conv":
            kernel, bias = formats.convolutions[name]
            layer["weights"] = cell([kernel.transpose(2, 3, 1, 0), bias])
        made.append(layer)
    top = {"name": "fc6", "type": "conv", "weights": cell([np.ones((7, 7)), np.ones(4)])}
    return [*made, {"name": "pool", "type": "pool"}, top]


def written(items: list[dict[str, object]], average: np.ndarray = COLOUR, **kind: bool) -> bytes:
    normalization = {"averageImage": average, "imageSize": [224, 224, 3]}
    old = {"normalization": normalization}
    content = {"layers": cell(items)} | (old if kind.get("old") else {"meta": old})
    out = io.BytesIO()
    savemat(out, {"net": content} if kind.get("net") else content, do_compression=True)
    return out.getvalue()


@pytest.mark.parametrize("kind", [{}, {"old": True}, {"net": True}])
@pytest.mark.parametrize("average", [COLOUR, np.full((8, 8, 3), MEAN)])
def test_kernels_and_mean_are_read(
    formats: SimpleNamespace,
    saved: Callable[..., Path],
    kind: dict[str, bool],
    average: np.ndarray,
) -> None:
    path = saved(written(layers(formats), average, **kind))
    weights = read_weights(path, architecture=formats.architecture)
    assert weights.preprocessing == Preprocessing("rgb", (123.68, 116.779, 103.939), (1, 1, 1))
    for layer, (kernel, bias) in formats.convolutions.items():
        np.testing.assert_array_equal(weights.convolutions[layer][0], kernel, strict=True)
        np.testing.assert_array_equal(weights.convolutions[layer][1], bias, strict=True)


def test_the_older_names_of_the_weights_are_known(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    items = layers(formats)
    for item in items:
        if "weights" in item:
            kernel, bias = item.pop("weights")[0]
            item |= {"filters": kernel, "biases": bias}
    weights = read_weights(saved(written(items)), architecture=formats.architecture)
    kernel, _ = weights.convolutions["conv1_2"]
    np.testing.assert_array_equal(kernel, formats.convolutions["conv1_2"][0])


@pytest.mark.parametrize(
    "average", [np.random.default_rng(0).random((8, 8, 3)), np.ones((8, 8)), np.full(3, np.nan)]
)
def test_another_mean_than_a_colour_is_refused(
    formats: SimpleNamespace, saved: Callable[..., Path], average: np.ndarray
) -> None:
    with pytest.raises(ModelError, match="mean colour"):
        read_weights(saved(written(layers(formats), average)), architecture=formats.architecture)


def test_the_first_difference_is_named(
    formats: SimpleNamespace, saved: Callable[..., Path]
) -> None:
    def refusal(items: list[dict[str, object]]) -> str:
        with pytest.raises(ModelError) as caught:
            read_weights(saved(written(items)), architecture=formats.architecture)
        return str(caught.value)

    items = layers(formats)
    assert "not tiny: 'relu' where conv1_1 should be" in refusal([items[1], items[0], *items[2:]])
    assert "not tiny: nothing where relu1_2 should be" in refusal(items[:3])
    assert "conv1_2 has weights that are no numbers" in refusal(
        [*items[:2], {"type": "conv"}, *items[3:]]
    )
    odd = items[2] | {"weights": cell([np.ones((5, 5, 4, 5)), np.ones(5)])}
    assert "kernel of conv1_2 is (5, 4, 5, 5), not (5, 4, 3, 3)" in refusal(
        [*items[:2], odd, *items[3:]]
    )


def test_a_file_of_other_variables_is_refused(saved: Callable[..., Path]) -> None:
    out = io.BytesIO()
    savemat(out, {"x": np.ones(3)})
    with pytest.raises(ModelError, match="MAT-file without layers"):
        read_weights(saved(out.getvalue()))
