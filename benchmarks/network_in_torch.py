"""The training step as torch runs it: the same network, objective and weights, eager, in fp32."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

import stylecore
from stylecore.models import fetch, read_weights
from stylecore.models.networks.layers import Layer, block, stem, tail
from stylecore.models.networks.sizes import MULTIPLE, NOISE, Shape
from stylecore.models.networks.weights import divided, first_weights
from stylecore.pictures.images import resize

MARGIN = 8
_LEAST_VARIANCE = 1e-5


def painted(image: Tensor, noise: Tensor, parameters: dict[str, Tensor], shape: Shape) -> Tensor:
    """What ``networks.painting`` records."""
    squares = functional.pixel_unshuffle((image - 127.5) / 127.5, MULTIPLE)
    # ONNX counts places within a square first, torch channels.
    pictures, _, height, width = squares.shape
    squares = squares.view(pictures, 3, MULTIPLE**2, height, width).transpose(1, 2)
    x = torch.cat([squares.reshape(pictures, -1, height, width), noise], 1)
    x = torch.relu(_layer(x, stem(shape), parameters))
    for index in range(1, shape.blocks + 1):
        first, second = block(shape, index)
        x = x + _layer(torch.relu(_layer(x, first, parameters)), second, parameters)
    *doublings, out = tail(shape)
    for layer in doublings:
        x = torch.relu(_layer(x, layer, parameters))
    return 127.5 + 127.5 * torch.tanh(_layer(x, out, parameters))


def _layer(x: Tensor, layer: Layer, parameters: dict[str, Tensor]) -> Tensor:
    if layer.enlarged:
        x = functional.interpolate(x, scale_factor=2, mode="nearest")
    x = functional.pad(x, [layer.kernel // 2] * 4, mode="reflect")
    learnt = [parameters[name] for name in layer.parameters]
    if not layer.normalised:
        return functional.conv2d(x, *learnt)
    kernel, gain, shift = learnt
    x = functional.conv2d(x, kernel)
    gain, shift = gain.flatten(), shift.flatten()
    return functional.instance_norm(x, weight=gain, bias=shift, eps=_LEAST_VARIANCE)


class Trunk:
    """VGG-19 with average pooling as far as relu5_1, with a mirrored margin in blocks 1 and 2."""

    def __init__(self, weights: stylecore.models.Weights) -> None:
        self._mean = torch.tensor(weights.preprocessing.mean).view(1, 3, 1, 1)
        self._convolutions = {
            name: tuple(map(torch.tensor, pair))
            for name, pair in weights.convolutions.items()
            if name[4] < "5" or name == "conv5_1"
        }

    def __call__(self, image: Tensor, last: str = "conv5_1") -> dict[str, Tensor]:
        """Features by layer."""
        x = functional.pad(image.flip(1) - self._mean, [MARGIN + 1] * 4, mode="reflect")
        features: dict[str, Tensor] = {}
        for name, (kernel, bias) in self._convolutions.items():
            if name.endswith("_1") and name != "conv1_1":
                x = functional.avg_pool2d(x, 2)
            block, cut = int(name[4]), MARGIN >> (int(name[4]) - 1)
            if name == "conv3_1":
                x = x[:, :, cut:-cut, cut:-cut]
            x = torch.relu(functional.conv2d(x, kernel, bias, padding=int(name != "conv1_1")))
            features[name.replace("conv", "relu")] = x[:, :, cut:-cut, cut:-cut] if block < 3 else x
            if name == last:
                break
        return features


class TorchTraining:
    """A training whose steps torch takes."""

    def __init__(
        self, shape: Shape, style: Path, settings: stylecore.Settings, side: int, batch: int
    ) -> None:
        vector = first_weights(shape, 0)
        self._shape, self._settings = shape, settings
        self._parameters = {
            name: torch.tensor(array).requires_grad_()
            for name, array in divided(vector, shape).items()
        }
        self._trunk = Trunk(read_weights(fetch("vgg19")))
        self._adam = torch.optim.Adam(self._parameters.values(), lr=1e-3)
        rng = np.random.default_rng(0)
        self._images = torch.tensor(rng.uniform(0, 255, (batch, 3, side, side)), dtype=torch.float)
        sides = batch, NOISE, side // MULTIPLE, side // MULTIPLE
        self._noise = torch.tensor(rng.normal(size=sides), dtype=torch.float)
        self._grams = self._of_style(style)

    def step(self) -> None:
        """Features of the photographs, the network forward, the loss, its gradient, Adam."""
        with torch.no_grad():
            wanted = self._trunk(self._images, "conv4_2")["relu4_2"]
        self._adam.zero_grad()
        styled = painted(self._images, self._noise, self._parameters, self._shape)
        self._loss(self._trunk(styled), wanted).backward()
        self._adam.step()

    def _loss(self, found: dict[str, Tensor], wanted: Tensor) -> Tensor:
        settings, pictures = self._settings, len(wanted)
        loss = torch.zeros(())
        for index in range(pictures):
            far = ((found["relu4_2"][index] - wanted[index]) ** 2).sum() / (
                wanted[index] ** 2
            ).sum()
            loss = loss + settings.content_weight * far / pictures
            for layer, gram in self._grams.items():
                off = ((_gram(found[layer][index]) - gram) ** 2).sum() / (gram**2).sum()
                loss = loss + off / len(self._grams) / pictures
        return loss

    def _of_style(self, style: Path) -> dict[str, Tensor]:
        side = self._settings.size
        picture = resize(stylecore.read_image(style), side, side * 3 // 4)
        image = torch.tensor(picture.transpose(2, 0, 1)[None].astype(np.float32))
        with torch.no_grad():
            found = self._trunk(image)
        return {layer: _gram(found[layer][0]) for layer in self._settings.style_layers}


def _gram(features: Tensor) -> Tensor:
    flat = features.flatten(1)
    return flat @ flat.T / flat.shape[1]
