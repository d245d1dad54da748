"""The objective, a step of training and their gradients against torch.

On the narrow network, and the objective on the real one.
"""

from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import onnx_ir as ir
import pytest
from onnx.reference import ReferenceEvaluator

from stylecore.engine.artefact import load_artefact
from stylecore.engine.engines import choose_engine
from stylecore.engine.sessions import Sessions
from stylecore.losses.table import terms_with
from stylecore.models.autodiff.tape import inline_functions
from stylecore.models.fetching.fetch import fetch
from stylecore.models.making.build import build_artefact
from stylecore.models.making.objective import TrunkSpec, objective_model
from stylecore.models.making.trunk import first_kernel, mean_in_rgb
from stylecore.models.networks.graphs import training_graphs
from stylecore.models.networks.sizes import NOISE, Shape
from stylecore.models.networks.weights import divided, first_weights
from stylecore.models.readers.weights import read_weights
from stylecore.models.training.judge import Judge
from stylecore.models.training.network import TrainedNetwork
from stylecore.pictures.tensors import to_tensor
from stylecore.scene import read_scene
from stylecore.settings import Settings

MARGIN = 8
STYLE = tuple(Settings().style_layers)


def torch_features(torch, x, weights, pooling):
    """VGG-19 as the paper draws it; blocks 1 and 2 have a mirrored margin that is cut off."""
    functional = torch.nn.functional
    halved = {"max": functional.max_pool2d, "average": functional.avg_pool2d}[pooling]
    assert weights.preprocessing.order == "bgr"
    mean = torch.tensor(weights.preprocessing.mean, dtype=x.dtype).view(1, 3, 1, 1)
    x = functional.pad(x.flip(1) - mean, [MARGIN + 1] * 4, mode="reflect")
    features = {}
    for name, (kernel, bias) in weights.convolutions.items():
        if name.endswith("_1") and name != "conv1_1":
            x = halved(x, 2)
        block, cut = int(name[4]), MARGIN >> (int(name[4]) - 1)
        if name == "conv3_1":
            x = x[:, :, cut:-cut, cut:-cut]
        kernel, bias = (torch.tensor(array, dtype=x.dtype) for array in (kernel, bias))
        x = torch.relu(functional.conv2d(x, kernel, bias, padding=0 if name == "conv1_1" else 1))
        features[name.replace("conv", "relu")] = x[:, :, cut:-cut, cut:-cut] if block < 3 else x
    return features


def gram(features):
    flat = features[0].flatten(1)
    return flat @ flat.T / flat.shape[1]


def torch_loss(torch, x, content, style, weights, settings, targets):
    """The loss of Gatys et al. with each term divided by its target's energy, in float64.

    By default deep layers count a quarter, and so does 1 − cos to the neighbours.
    """
    divided = settings.style_loss == "gram+nearest"
    of_x, of_content, of_style = (
        torch_features(torch, image, weights, settings.pooling) for image in (x, content, style)
    )
    target = of_content["relu4_2"]
    loss = settings.content_weight * ((of_x["relu4_2"] - target) ** 2).sum() / (target**2).sum()
    for layer in STYLE:
        wanted = gram(of_style[layer])
        distance = ((gram(of_x[layer]) - wanted) ** 2).sum() / (wanted**2).sum()
        share = (0.25 if layer in ("relu4_1", "relu5_1") else 1.0) if divided else 1.0
        loss = loss + share * settings.style_weight * distance / len(STYLE)
        if divided and layer not in ("relu1_1", "relu2_1"):
            neighbours = torch.tensor(targets[f"style.{layer}.nearest"], dtype=x.dtype)
            cosines = torch.nn.functional.cosine_similarity(of_x[layer], neighbours, dim=1)
            loss = loss + 0.25 * settings.style_weight * (1 - cosines).mean() / len(STYLE)
    variation = x.diff(dim=2).abs().sum() + x.diff(dim=3).abs().sum()
    return loss + settings.tv_weight * variation / (x.shape[2] * x.shape[3])


def direct_only(artefact):
    """The artefact as other engines than the CPU provider take it."""
    files = {name: sha for name, sha in artefact.manifest.files.items() if "winograd" not in name}
    return replace(artefact, manifest=replace(artefact.manifest, files=files))


@pytest.fixture
def compare(torch, objective_of, aim_at):
    """Gives the relative difference of an artefact's gradient from torch's in float64."""
    return partial(_compare, torch, objective_of, aim_at)


def _compare(torch, objective_of, aim_at, weights, artefact, settings, height, width):
    rng = np.random.default_rng(0)
    images = [
        rng.uniform(0, 255, (1, 3, *size)).astype(np.float32)
        for size in ((height, width), (height, width), (64, 48))
    ]
    x, content, style = images
    engine = choose_engine("cpu")
    objective = objective_of(artefact, engine)
    features = Sessions(artefact).features(engine)
    targets = aim_at(objective, features, artefact, content, [style], settings)
    loss, gradient = objective(x)
    x, content, style = (torch.tensor(image, dtype=torch.float64) for image in images)
    x.requires_grad_()
    wanted = torch_loss(torch, x, content, style, weights, settings, targets)
    wanted.backward()
    assert loss == pytest.approx(wanted.item(), rel=5e-5)
    difference = np.linalg.norm(gradient - x.grad.numpy())
    return difference / np.linalg.norm(x.grad.numpy())


FORMS = pytest.mark.parametrize(
    "form", [direct_only, lambda whole: whole], ids=["direct", "winograd"]
)


@FORMS
@pytest.mark.parametrize("size", [(48, 64), (53, 39)], ids=["even", "odd"])
def test_narrow_network(compare, narrow_weights, narrow_artefact, pooling, form, size):
    settings = Settings(pooling=pooling, tv_weight=0.01)
    assert compare(narrow_weights, form(narrow_artefact[pooling]), settings, *size) < 1e-5


@FORMS
def test_grams_alone(compare, narrow_weights, artefact_with, form):
    settings = Settings(style_loss="gram", tv_weight=0.01)
    assert compare(narrow_weights, form(artefact_with["gram"]), settings, 48, 64) < 1e-5


@pytest.mark.network
@FORMS
def test_real_network(compare, pooling, form, tmp_path):
    weights = read_weights(fetch("vgg19"))
    artefact = load_artefact(build_artefact(weights, tmp_path / "vgg19", pooling=pooling))
    assert compare(weights, form(artefact), Settings(pooling=pooling), 96, 128) < 1e-4


CROP = 48, 64
SHAPE = Shape((4, 6, 8), blocks=2)


@pytest.fixture
def step():
    """What a step of training looks at: content and style, noise, and a small network's weights."""
    rng = np.random.default_rng(0)
    height, width = CROP
    weights = first_weights(SHAPE, 0)
    return SimpleNamespace(
        settings=Settings(style_loss="gram", composition="style", size=width, tv_weight=0.01),
        content=rng.integers(0, 256, (height, width, 3), np.uint8),
        style=rng.integers(0, 256, (height, width, 3), np.uint8),
        noise=rng.normal(size=(1, NOISE, height // 4, width // 4)),
        weights=weights + 0.05 * rng.normal(size=weights.shape),
    )


@pytest.fixture
def torch_step(torch, painted_by_torch, step, narrow_weights):
    """The loss of a step and its gradient by the network's weights, in float64."""
    vector = torch.tensor(step.weights, requires_grad=True)
    parts = divided(step.weights, SHAPE)
    shares = vector.split([part.size for part in parts.values()])
    parameters = {
        name: share.view(part.shape)
        for (name, part), share in zip(parts.items(), shares, strict=True)
    }
    content, style = (
        torch.tensor(picture.transpose(2, 0, 1)[None].astype(np.float64))
        for picture in (step.content, step.style)
    )
    noise = torch.tensor(step.noise)
    styled = painted_by_torch(content, noise, parameters, SHAPE.blocks)
    loss = torch_loss(torch, styled, content, style, narrow_weights, step.settings, {})
    loss.backward()
    return loss.item(), vector.grad.numpy()


def judge_of(step, artefact):
    scene = read_scene(step.content, step.style, step.settings)
    return Judge(artefact, choose_engine("cpu"), scene)


def test_a_step_of_training(step, torch_step, artefact_with):
    network = TrainedNetwork(SHAPE, choose_engine("cpu"))
    image, judge = to_tensor(step.content), judge_of(step, artefact_with["gram"])
    styled = network.paint(step.weights, image, step.noise)
    units, cotangent = judge(styled, judge.targets(image))
    gradient = network.pull_back(cotangent) * (judge.losses["loss"] / units)
    loss, wanted = torch_step
    assert judge.losses["loss"] == pytest.approx(loss, rel=1e-4)
    assert np.linalg.norm(gradient - wanted) < 1e-3 * np.linalg.norm(wanted)


def test_a_step_of_training_in_float64(step, torch_step, artefact_with, narrow_weights):
    """The same graphs in double precision, by ONNX's own evaluator; the targets are rounded."""
    graphs = training_graphs(SHAPE, dtype=ir.DataType.DOUBLE)
    image = to_tensor(step.content).astype(np.float64)
    values = {"image": image, "noise": step.noise, "weights": step.weights}
    values |= evaluated(graphs.forward, values)
    judge = judge_of(step, artefact_with["gram"])
    targets = {**judge._style_targets(CROP), **judge.targets(to_tensor(step.content))}
    given = {name: value.astype(np.float64) for name, value in targets.items()}
    spec = spec_in_float64(narrow_weights)
    judged = evaluated(objective_model(spec), given | {"image": values["styled"]})
    values["cotangent"] = judged["gradient"]
    gradient = evaluated(graphs.pullback, values)["gradient"]
    loss, wanted = torch_step
    unit = loss / float(judged["loss"])
    assert np.log2(unit) == pytest.approx(round(np.log2(unit)), abs=1e-6)
    assert np.linalg.norm(gradient * unit - wanted) < 1e-5 * np.linalg.norm(wanted)


def evaluated(model, values):
    evaluator = ReferenceEvaluator(ir.serde.serialize_model(inline_functions(model)))
    found = evaluator.run(None, {name: values[name] for name in evaluator.input_names})
    return dict(zip(evaluator.output_names, found, strict=True))


def spec_in_float64(weights):
    tensors = {
        name: tuple(
            ir.tensor(np.ascontiguousarray(array, np.float64), name=f"{name}.{part}")
            for array, part in zip((kernel, bias), ("kernel", "bias"), strict=True)
        )
        for name, (kernel, bias) in weights.convolutions.items()
        if name not in ("conv5_2", "conv5_3", "conv5_4")
    }
    kernel = first_kernel(weights.convolutions["conv1_1"][0], weights.preprocessing)
    first = ir.tensor(np.ascontiguousarray(kernel, np.float64), name="conv1_1.kernel")
    tensors["conv1_1"] = first, tensors["conv1_1"][1]
    mean, content = mean_in_rgb(weights.preprocessing), Settings().all_content_layers
    return TrunkSpec(
        mean, tensors, content, STYLE, "average", ir.DataType.DOUBLE, terms=terms_with("gram")
    )
