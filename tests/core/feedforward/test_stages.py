"""Pictures in tiles, against the same network on the whole picture."""

from dataclasses import replace

import numpy as np
import pytest

from stylecore.engine.engines import choose_engine
from stylecore.errors import EngineError
from stylecore.feedforward.anatomy import anatomy_of
from stylecore.feedforward.opening import open_network
from stylecore.feedforward.reach import reaches_of
from stylecore.feedforward.stages import in_stages, runs_of
from stylecore.feedforward.summaries import Moments

FORMS = {
    "instance": {},
    "two blocks": {"blocks": 2},
    "means": {"norm": "means"},
    "no norm": {"norm": "none"},
    "noise of its own": {"noise": True},
    "channels last": {"last": True},
    "signed": {"levels": "signed"},
    "rounded sizes": {"any_size": False},
    "old operators": {"opset": 9, "listed": True, "any_size": False},
}


@pytest.fixture(scope="module")
def opened(feedforward, tmp_path_factory):
    """Networks by their forms, with what is inside of them."""
    folder, found = tmp_path_factory.mktemp("forms"), {}

    def opened(form):
        if form not in found:
            path = feedforward.build(folder / f"{len(found)}.onnx", **FORMS[form])
            network = open_network(path, choose_engine("cpu"))
            anatomy = anatomy_of(network)
            found[form] = network, anatomy, reaches_of(network, anatomy)
        return found[form]

    return opened


def noise(height, width):
    rng = np.random.default_rng(0)
    small = rng.uniform(0, 255, (1, 3, height, width // 2 + 1))
    return np.repeat(small, 2, axis=3)[..., :width].astype(np.float32)


def difference(found, network, most, side=64, size=(149, 131)):
    """The greatest, in levels of 0–255, between a picture in tiles and whole."""
    network, anatomy, reaches = found
    given = network.enter(network.padded(noise(*size)))
    whole = network.leave(network.run(given))
    cut = network.leave(in_stages(network, anatomy, reaches, given, side, most))
    assert cut.shape == whole.shape
    return np.abs(cut - whole).max()


@pytest.mark.parametrize("most", [np.inf, 149 * 131 * 20, 0], ids=["all kept", "some", "none"])
@pytest.mark.parametrize("form", FORMS)
def test_tiles_give_the_picture_of_the_whole(opened, form, most):
    found = opened(form)
    assert difference(found, found[0], most) < 0.01


@pytest.mark.parametrize("form", FORMS)
def test_openvino_runs_tiles_too(feedforward, tmp_path, form):
    """It reads no convolution of a value whose number of axes is not declared."""
    try:
        engine = choose_engine("openvino")
    except EngineError as error:
        pytest.skip(str(error))
    network = open_network(feedforward.build(tmp_path / "n.onnx", **FORMS[form]), engine)
    anatomy = anatomy_of(network)
    found = network, anatomy, reaches_of(network, anatomy)
    for most in (np.inf, 0):
        assert difference(found, network, most) < (0.01 if engine.precision == "fp32" else 12)


def test_without_its_own_noise_a_tile_would_differ(opened):
    network, anatomy, reaches = opened("noise of its own")
    silent = replace(network, about={})
    assert difference((silent, anatomy, reaches), network, np.inf, side=58) > 1


@pytest.mark.parametrize("size", [(64, 64), (65, 200), (97, 64), (200, 33)])
def test_whatever_the_size(opened, size):
    found = opened("instance")
    assert difference(found, found[0], np.inf, size=size) < 0.01


def test_tiles_that_read_too_little_would_differ(opened):
    network, anatomy, reaches = opened("instance")
    short = network, replace(anatomy, margin=0), [0] * len(reaches)
    assert difference(short, network, 0) > 0.5


def test_every_tile_of_every_stage_is_counted(opened):
    network, anatomy, reaches = opened("instance")
    seen = []
    given = network.enter(noise(130, 130))
    in_stages(network, anatomy, reaches, given, 64, np.inf, lambda: seen.append(1))
    assert len(seen) == runs_of(network, 130, 130, 64) == 4 * 6


def test_a_receptive_field_is_what_its_kernels_add_up_to(opened):
    # 5×5, then 3×3 at stride 2 and two 3×3 at a half, twice as wide each; 3×3 behind the doubling.
    _, anatomy, reaches = opened("instance")
    wanted = [2, 2 + 1, 3 + 2, 5 + 2, 7 + 1, 8 + 1]
    assert anatomy.step == 2
    for found, least in zip(reaches, wanted, strict=True):
        assert least <= found <= least + 1  # the next multiple of the step


def test_what_sees_everything_has_no_reach(feedforward, tmp_path):
    to = feedforward.Recorder(18, 0)
    x = to.convolution("image", 3, 3, 3)
    y = to("ReduceMax", x, to.constant([2, 3], np.int64), keepdims=1)  # no mean, so not known
    to("Sub", x, y, name="styled")
    path = feedforward.write(tmp_path / "max.onnx", to, "image", "styled", about=feedforward.OURS)
    network = open_network(path, choose_engine("cpu"))
    assert reaches_of(network, anatomy_of(network)) is None


def test_moments_are_those_of_the_whole():
    values = np.random.default_rng(0).normal(1e4, 1, (1, 5, 30, 20)).astype(np.float32)
    moments = Moments((2, 3))
    for part in (values[:, :, :7], values[:, :, 7:, :3], values[:, :, 7:, 3:]):
        moments.add(part)
    exact = values.astype(np.float64)
    np.testing.assert_allclose(moments.mean, exact.mean(axis=(2, 3), keepdims=True), rtol=1e-12)
    np.testing.assert_allclose(moments.variance, exact.var(axis=(2, 3), keepdims=True), rtol=1e-9)


def test_what_is_live_is_as_large_as_it_is(opened):
    network, anatomy, _ = opened("instance")
    first = network.graph.summaries[0].features
    assert anatomy.extents[first].bytes == 4 * 4  # 4 channels of float32 at full size
    assert anatomy.live[0] == (first,)
    deep = anatomy.live[2]  # in the block: what goes through it, and what goes around
    assert sum(anatomy.extents[name].bytes for name in deep) == 2 * 8 * 4 / 4
    # At full size a convolution has 4 channels behind and 4 in front, those padded.
    assert 8 * 4 <= anatomy.bytes <= 3 * 8 * 4
