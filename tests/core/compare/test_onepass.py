"""One pass of a network beside the optimisers: judged alike, kept, told of, and its worth."""

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

import stylecore
from stylecore.compare.album import album_of
from stylecore.compare.comparison import compare
from stylecore.compare.events import Ended
from stylecore.compare.onepass import networks_of, remarks
from stylecore.compare.page import as_html
from stylecore.compare.pairs import named_pairs
from stylecore.compare.plots import draw
from stylecore.compare.run import Curve
from stylecore.compare.shelf import Shelf
from stylecore.compare.tables import as_csv, as_json
from stylecore.compare.trial import NETWORK, Place
from stylecore.compare.worth import worth_of
from stylecore.engine.engines import choose_engine
from stylecore.errors import SettingsError
from stylecore.feedforward.opening import open_network
from stylecore.models.networks.product import About, product_file
from stylecore.models.networks.sizes import SHAPES
from stylecore.models.networks.weights import first_weights
from stylecore.pictures.images import read_image
from stylecore.pictures.tensors import to_picture, to_tensor
from stylecore.pyramid import Scale

TRAINED = {"content_weight": 0.2, "style_loss": "gram", "size": 512, "content_layers": {"x": 1.0}}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    about = About("tiny", "style", ["wave.png"], TRAINED, {})
    path = tmp_path_factory.mktemp("network") / "wave.onnx"
    path.write_bytes(product_file(first_weights(SHAPES["tiny"], 0), about))
    return open_network(path, choose_engine("cpu", 1))


@pytest.fixture(scope="module")
def passed(pairs, rules, painter, network, tmp_path_factory):
    """A comparison with a network at the first of two pairs, its shelf, and what was told of it."""
    shelf, events = Shelf(tmp_path_factory.mktemp("shelf") / "out"), []
    small = replace(rules, contenders=rules.contenders[:2], starts=1)
    given = {pairs[0].name: network}
    call = (pairs, small, painter, shelf)
    return compare(*call, events.append, networks=given), call, given, events


def test_it_passes_once_for_each_kind_of_scales_where_there_is_one(passed, pairs):
    found, _, _, events = passed
    assert [one.place for one in found.passes] == [
        Place(pairs[0].name, "single"),
        Place(pairs[0].name, "coarse"),
    ]
    assert all((one.contender, one.optimizer) == ("wave.onnx", NETWORK) for one in found.passes)
    ended = [one for one in events if isinstance(one, Ended)]
    assert [one.done for one in ended] == list(range(1, len(ended) + 1))
    assert ended[-1].total == len(ended)


def test_its_picture_is_what_it_paints_and_is_judged_as_all_others_are(
    passed, network, artefact_with
):
    found, (pairs, rules, _, shelf), _, _ = passed
    one = found.passes[0]
    assert (one.sizes, one.evaluations) == (((48, 36),), 0)
    assert one.seconds > 0
    content = pairs[0].scene(rules.settings).content_at(Scale(36, 48, 0))
    picture = read_image(shelf.picture(one))
    np.testing.assert_array_equal(picture, to_picture(network(np.clip(content, 0, 255))))
    objective = stylecore.objective_between(
        pairs[0].content, pairs[0].styles[0], model=artefact_with["gram"], settings=rules.settings
    )
    objective(to_tensor(picture.astype(np.float32)))
    assert one.loss == pytest.approx(objective.losses["loss"], rel=1e-5)


def test_it_is_kept_and_not_painted_again(passed):
    found, call, given, _ = passed
    events = []
    again = compare(*call, events.append, networks=given)
    assert not any(one.here for one in events if isinstance(one, Ended))
    assert again.passes == found.passes


def test_the_report_tells_of_it_everywhere(passed):
    found, (_, _, _, shelf), _, _ = passed
    plots = draw(found)
    page = as_html(found, plots, album_of(found, shelf)).decode()
    assert "One pass of a network" in page
    assert page.count("wave.onnx") > 4
    assert "was trained with content_weight 0.2, and is judged with 0.05" in page
    assert all(b"network, one pass" in plot.svg for plot in plots)
    given = json.loads(as_json(found))
    assert [one["optimizer"] for one in given["passes"]] == [NETWORK] * 2
    assert [one["network"] for one in given["worth"]] == ["wave.onnx"] * 2
    rows = list(csv.DictReader(io.StringIO(as_csv(found).decode())))
    assert [row["contender"] for row in rows if row["budget"] == "one pass"] == ["wave.onnx"] * 2


def test_without_one_the_report_says_nothing_of_networks(comparison):
    found, shelf, _ = comparison
    page = as_html(found, [], album_of(found, shelf)).decode()
    assert "One pass" not in page
    assert "dotted" not in page


def test_worth_is_where_running_losses_meet_its_loss(run_like):
    losses = (8.0, 4.0, 2.0, 1.0)
    curve = Curve((0,) * 4, (0.5, 1.0, 1.5, 2.0), {"loss": losses})
    runs = [run_like("adam", 1.0, curve=curve), run_like("lbfgs", 3.0, curve=Curve((), (), {}))]
    fast = run_like("n.onnx", 2.5, optimizer=NETWORK, seconds=0.1)
    (found,) = worth_of([fast], runs, ["adam", "lbfgs"])
    adam, never = found.overtaken
    assert (adam.evaluations, adam.seconds, adam.runs, adam.of) == (3, 1.5, 1, 1)
    assert found.speedup(adam) == pytest.approx(15)
    assert (never.runs, never.of) == (0, 1)
    assert math.isinf(never.evaluations)
    assert found.as_dict()["overtaken"][1]["evaluations"] is None


def test_worth_looks_at_its_own_pair_and_at_evaluations_alone(run_like):
    runs = [run_like("adam", 1.0, pair="b"), run_like("adam", 1.0, budget=2.0)]
    (found,) = worth_of([run_like("n.onnx", 2.0, optimizer=NETWORK)], runs, ["adam"])
    assert found.overtaken[0].of == 0


def test_networks_belong_to_styles_in_their_order(pictures, tmp_path):
    cat, dog, wave = (pictures[name] for name in ("cat", "dog", "wave"))
    pairs = named_pairs([(cat, [wave]), (cat, [dog]), (dog, [wave])])
    first, second = tmp_path / "1.onnx", tmp_path / "2.onnx"
    found = networks_of(pairs, [first, second])
    assert [found[pair.name] for pair in pairs] == [first, second, first]
    assert networks_of(pairs, []) == {}
    with pytest.raises(SettingsError, match=r"networks are 1, and styles 2; give a --network for"):
        networks_of(pairs, [first])


def test_it_is_said_what_a_network_was_trained_for(pairs, settings, network):
    said = remarks(pairs[0], network, settings)
    assert any("content_layers" in line for line in said)
    assert not any("style_loss" in line or "size" in line for line in said)
    other = replace(pairs[0], styles=(pairs[0].content,))
    assert "wave.onnx has learnt wave.png, not cat.png." in remarks(other, network, settings)
    strange = replace(network, about={"stylecore.settings": "[1"})
    assert remarks(pairs[0], strange, settings) == []


def test_of_weights_that_a_strength_decides_place_by_place_nothing_is_said(
    pairs, settings, network
):
    usual = replace(settings, content_weight=stylecore.Settings().content_weight)
    heavy = replace(network, about={"stylecore.settings": '{"content_weight": 9}'})
    assert any("content_weight 9" in line for line in remarks(pairs[0], heavy, usual))
    assert remarks(pairs[0], heavy, replace(usual, strength=0.5)) == []
