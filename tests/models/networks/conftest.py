"""The network as torch has it, written from its equations."""

from __future__ import annotations

from functools import partial

import pytest


def painted(torch, image, noise, parameters, blocks):
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
    return partial(painted, torch)
