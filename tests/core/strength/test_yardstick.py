"""The yardstick against plain NumPy, and the same whatever a network compares of a style."""

import numpy as np
import pytest

from stylecore import Painter, Region, Settings, SettingsError, read_scene
from stylecore.pictures.tensors import to_tensor
from stylecore.pyramid import Scale
from stylecore.strength.grams import grams_of
from stylecore.strength.yardstick import Way, distance

RNG = np.random.default_rng(1)
LEFT = np.zeros((48, 64), np.float32)
LEFT[:, :32] = 1


def grams(count, channels=6, positions=9):
    features = RNG.random((count, channels, positions))
    return (features @ features.transpose(0, 2, 1)).astype(np.float32)


def by_hand(gram, wanted):
    """d, straight from its definition."""
    apart = np.linalg.norm(gram.astype(float) - wanted.astype(float))
    return apart / np.hypot(np.linalg.norm(gram), np.linalg.norm(wanted))


def test_a_distance_is_that_of_its_definition_for_each_region():
    some, others = grams(3), grams(3)
    expected = [by_hand(*pair) for pair in zip(some, others, strict=True)]
    assert distance(some, others) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_a_distance_is_between_0_and_1_and_has_no_units(scale):
    some, others = grams(50), grams(50)
    found = distance(some, others)
    assert ((found > 0) & (found < 1)).all()
    assert distance(scale * some, scale * others) == pytest.approx(found, rel=1e-4)
    assert (distance(some, some) == 0).all()


def test_what_has_nothing_in_common_is_as_far_as_can_be():
    one, other = np.zeros((2, 1, 4, 4), np.float32)
    one[0, 0, 0], other[0, 3, 3] = 5, 0.1
    assert distance(one, other) == pytest.approx([1.0])
    assert distance(one, np.zeros_like(one)) == pytest.approx([1.0])


def test_two_blacks_are_not_apart():
    nothing = np.zeros((1, 4, 4), np.float32)
    assert distance(nothing, nothing) == [0.0]


def test_a_balance_is_the_part_of_the_way_that_lies_behind():
    way = Way(content=0.8, farthest=0.2)
    assert [way.balance(one) for one in (0.8, 0.5, 0.2, 0.05, 0.95)] == pytest.approx(
        [0.0, 0.5, 1.0, 1.25, -0.25]
    )
    assert Way(0.3, 0.3).balance(0.3) == 1.0


def of_a_picture(painter, image):
    """Grams of the whole of a picture by layer, in plain sums of what the features graph shows."""
    manifest = painter.artefact.manifest
    return {layer: one[0] for layer, one in grams_of(
        painter._graphs.features, manifest, to_tensor(image)).items()}  # fmt: skip


def test_a_picture_is_as_far_as_its_layers_by_their_weights(painter, scene_of, pictures):
    layers = {"relu1_1": 1.0, "relu2_1": 0.0, "relu3_1": 2.0, "relu4_1": 1.0, "relu5_1": 4.0}
    scene = scene_of(style_layers=layers)
    styles = scene.at(Scale(48, 64, 0)).styles
    found, wanted = (
        of_a_picture(painter, pictures.other),
        of_a_picture(painter, styles[0][0].transpose(1, 2, 0)),
    )
    expected = sum(weight * by_hand(found[layer], wanted[layer])
                   for layer, weight in layers.items()) / 8  # fmt: skip
    assert painter.yardstick(scene)(to_tensor(pictures.other)) == pytest.approx(expected, rel=1e-5)


def test_the_style_itself_is_at_its_end_and_the_content_at_its_beginning(
    painter, scene_of, pictures
):
    yardstick = painter.yardstick(scene_of())
    assert yardstick(to_tensor(pictures.style)) == pytest.approx(0, abs=1e-5)
    assert yardstick(to_tensor(pictures.content)) == yardstick.content > 0.1


def test_it_is_the_same_for_every_style_loss(artefact_with, painter, scene_of, pictures):
    expected = painter.yardstick(scene_of())(to_tensor(pictures.other))
    for name, artefact in artefact_with.items():
        settings = Settings(size=64, style_loss=name, engine="cpu", threads=1)
        with Painter(artefact, settings) as other:
            scene = read_scene(pictures.content, pictures.style, settings)
            assert other.yardstick(scene)(to_tensor(pictures.other)) == pytest.approx(
                expected, rel=1e-4
            )


@pytest.mark.parametrize("name", ["gram", "nearest"])
def test_regions_count_by_their_weights(artefact_with, name, pictures):
    """Two regions with a style each: the mean of what each is by itself."""
    settings = Settings(size=64, style_loss=name, engine="cpu", threads=1, vanishing="warn")
    with Painter(artefact_with[name], settings) as painter:

        def measured(*regions):
            scene = read_scene(
                pictures.content, [pictures.style, pictures.other], settings, regions=list(regions)
            )
            return painter.yardstick(scene)(to_tensor(pictures.content[:, ::-1].copy()))

        one = measured(Region(LEFT, {0: None}))
        other = measured(Region(1 - LEFT, {1: None}))
        both = measured(Region(LEFT, {0: None}, 3.0), Region(1 - LEFT, {1: None}, 1.0))
        assert both == pytest.approx((3 * one + other) / 4, rel=1e-4)


def test_several_styles_are_one_blend(painter, scene_of, pictures):
    image, both = to_tensor(pictures.style), ("style", "other")
    alone = [painter.yardstick(scene_of(one))(image) for one in both]
    assert alone[0] < painter.yardstick(scene_of(*both, blend=(3, 1)))(image) < alone[1]
    assert painter.yardstick(scene_of(*both, blend=(1, 0)))(image) < 1e-4


def test_without_a_layer_that_counts_there_is_no_yardstick(painter, scene_of):
    layers = dict.fromkeys(Settings().style_layers, 0.0)
    with pytest.raises(SettingsError, match="no layer holds a style here"):
        painter.yardstick(scene_of(style_layers=layers))
