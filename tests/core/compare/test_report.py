"""The report needs nothing but itself, and says what the runs say."""

import csv
import io
import json
import math
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from stylecore.compare.album import album_of
from stylecore.compare.markup import plain
from stylecore.compare.page import as_html
from stylecore.compare.plots import check_drawable, draw
from stylecore.compare.report import names_of
from stylecore.compare.summary import tables
from stylecore.compare.tables import as_csv, as_json
from stylecore.errors import StylecoreError

VOID = {"meta", "img", "input", "br"}


class Page(HTMLParser):
    """What a page is made of; it makes sure that all that is opened is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(page.decode())
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_its_files_are_known_before_there_is_anything_in_them(report, rules):
    assert list(report) == names_of(rules.scales)
    assert list(report)[-1] == "report.html"


def test_the_page_needs_no_network_and_no_file(report):
    page = Page(report["report.html"])
    for _, attributes in page.tags:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "data:").startswith("data:")
    assert not {"link", "iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    style_and_script = re.sub(rb"data:[\w/+]+;base64,[\w+/=]+", b"", report["report.html"])
    assert not re.search(rb"https?:|url\(|@import|fetch\(|XMLHttp", style_and_script)
    (policy,) = [one["content"] for tag, one in page.tags if one.get("http-equiv")]
    assert policy.startswith("default-src 'none'")


def test_the_page_shows_every_contender_in_every_table(report, comparison):
    found, _, _ = comparison
    page = Page(report["report.html"])
    for name in ("adam", "lbfgs", "projected-lbfgs"):
        assert page.text.count(name) >= 4
    for table in tables(found.runs, found.rules.contenders, found.rules.fractions):
        for row in table.rows:
            assert f"{row.delivered.median:.4g}" in page.text
    for words in ("At one scale, in equal evaluations", "Coarse to fine, in equal seconds"):
        assert words in page.text
    assert page.text.count("history_size=10") == 2 * 4
    assert "learning_rate3" not in page.text  # contenders have their own; it is none of all


def test_pictures_stand_beside_content_and_style_the_best_first(comparison):
    found, shelf, _ = comparison
    album = album_of(found, shelf)
    assert len(album.groups) == 2 * 2 * 2  # pairs, scales and budgets; the first start of each
    for group in album.groups:
        names = [one.name for one in group.pictures]
        assert names[:2] == ["content", "style"]
        assert sorted(names[2:]) == ["adam", "lbfgs", "projected-lbfgs"]
        losses = [float(re.search(r"loss ([\d.e+-]+)", one.text)[1]) for one in group.pictures[2:]]
        assert losses == sorted(losses)


def test_what_users_call_things_cannot_become_markup(comparison):
    found, shelf, _ = comparison
    evil = '<script>alert("x")</script>'
    pairs = tuple(replace(one, name=evil) for one in found.pairs[:1])
    contenders = [replace(found.rules.contenders[0], name=evil), *found.rules.contenders[1:]]
    runs = [replace(run, place=replace(run.place, pair=evil),
                    contender=evil if run.contender == "adam" else run.contender)
            for run in found.runs if run.place.pair == found.pairs[0].name]  # fmt: skip
    changed = replace(
        found,
        pairs=pairs,
        runs=tuple(runs),
        rules=replace(found.rules, contenders=contenders, scales=("single",)),
    )
    page = as_html(changed, draw(changed), album_of(changed, shelf))
    assert evil.encode() not in page
    assert Page(page).text.count(evil) > 4


def test_the_json_has_everything(report, comparison):
    found, _, _ = comparison
    given = json.loads(report["report.json"])
    assert len(given["runs"]) == len(found.runs)
    assert given["runs"][0]["curve"]["losses"]["loss"]
    assert given["rules"]["settings"]["steps"] == 8
    assert [one["budget"] for one in given["tables"]] == ["evaluations", "seconds"] * 2
    assert given["pairs"][0]["sha256"]["content"] == found.inputs[found.pairs[0].name]["content"]
    assert b"NaN" not in report["report.json"]
    assert b"Infinity" not in report["report.json"]


def test_the_csv_has_a_line_for_each_run(report, comparison):
    found, _, _ = comparison
    rows = list(csv.DictReader(io.StringIO(report["report.csv"].decode())))
    assert len(rows) == len(found.runs)
    one = rows[0]
    assert {"pair", "contender", "parameters", "evaluations", "own_seconds", "delivered_loss",
            "delivered_style", "evaluations_to_0.9", "seconds_to_0.5"} <= set(one)  # fmt: skip
    by_key = {(run.place.pair, str(run.place.start), run.place.scales, run.contender,
               run.budget is None): run for run in found.runs}  # fmt: skip
    for row in rows:
        run = by_key[row["pair"], row["start"], row["scales"], row["contender"],
                     row["budget"].endswith("evaluations")]  # fmt: skip
        assert float(row["delivered_loss"]) == run.loss
        assert int(row["evaluations"]) == run.evaluations
        assert float(row["seconds"]) == run.seconds


def test_losses_that_are_no_numbers_are_empty_and_null(comparison):
    found, _, _ = comparison
    nothing = dict.fromkeys(found.runs[0].delivered)
    runs = (replace(found.runs[0], delivered=nothing, running=None), *found.runs[1:])
    changed = replace(found, runs=runs, rules=replace(found.rules, scales=("single",)))
    assert json.loads(as_json(changed))["runs"][0]["delivered"]["loss"] is None
    rows = list(csv.DictReader(io.StringIO(as_csv(changed).decode())))
    assert "" in [row["delivered_loss"] for row in rows]
    draw(changed)


def test_plots_are_pictures_and_the_same_runs_give_the_same_ones(report, comparison):
    found, _, _ = comparison
    for name, data in report.items():
        if name.endswith(".png"):
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            assert picture.shape[0] > 400
            assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20
        if name.endswith(".svg"):
            assert b"evaluations" in data or b"seconds" in data
            assert all(one in data for one in (b">adam<", b">lbfgs<", b">projected-lbfgs<"))
    again = replace(found, rules=replace(found.rules, scales=("coarse",)))
    again = {f"plots/{one.name}.svg": one.svg for one in draw(again)}
    assert all(report[name] == svg for name, svg in again.items())


def test_a_term_without_weight_has_no_panel(report):
    assert b">content / least loss<" in report["plots/terms-single.svg"]
    assert b">tv / least loss<" not in report["plots/terms-single.svg"]


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(StylecoreError, match=r"pip install 'stylecore\[compare\]'"):
        check_drawable()


def test_few_places_other_machines_and_ends_of_rows_are_told_of(comparison, run_like):
    found, shelf, _ = comparison
    runs = [replace(run, machine=f"machine {i % 2}") for i, run in enumerate(found.runs)]
    changed = replace(found, runs=tuple(runs), rules=replace(found.rules, starts=1))
    text = Page(as_html(changed, [], album_of(changed, shelf))).text
    assert "fewer than 3 places" in text
    assert "Seconds do not compare: runs were made on machine 0 and machine 1" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.31419, "0.314"),
        (12.345, "12.3"),
        (999.7, "1000"),
        (1123.4, "1123"),
        (3e9, "3e+09"),
        (math.inf, "none"),
    ],
)
def test_numbers_are_written_as_they_are_read(value, text):
    assert plain(value, 3) == text
