"""The report: a settings file for each choice, a sheet, a page that needs nothing, and JSON."""

import json
import re
import shlex
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from stylecore.settingsfile import read_settings
from stylecore.tune.choices import choices_of
from stylecore.tune.portfolio import Portfolio
from stylecore.tune.report import DATA, NAMES, PAGE, SHEET, files_of


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
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def report(tmp_path_factory, tuned, search):
    folder = tmp_path_factory.mktemp("report")
    found, portfolio = tuned(folder, search), Portfolio(folder)
    return found, portfolio, files_of(found, portfolio)


def test_every_choice_has_a_file_that_makes_it(report, search):
    found, portfolio, files = report
    choices = choices_of(found, portfolio)
    assert set(files) == {*NAMES, *(f"choices/{one.name}.toml" for one in choices)}
    for one in choices:
        one.settings.write_bytes(files[f"choices/{one.name}.toml"])
        assert read_settings(one.settings) == search.settings_with(one.tried.values)
        words = shlex.split(one.command)
        assert words[:4] == ["stylecore", "stylize", str(found.content), str(found.style)]
        assert words[words.index("--settings") + 1] == str(one.settings)


def test_names_of_files_do_not_change_when_the_search_goes_on(tuned, search, report):
    found, portfolio, _ = report
    before = {one.tried.number: one.name for one in choices_of(found, portfolio)}
    more = choices_of(tuned(portfolio.folder, replace(search, trials=6)), portfolio)
    after = {one.tried.number: one.name for one in more}
    common = set(before) & set(after)
    assert common
    assert all(before[number] == after[number] for number in common)


def test_the_page_shows_all_and_fetches_nothing(report):
    found, portfolio, files = report
    page, choices = Page(files[PAGE]), choices_of(found, portfolio)
    sources = [given["src"] for tag, given in page.tags if tag == "img"]
    assert len(sources) == 2 + len(choices)
    assert all(one.startswith("data:image/jpeg;base64,") for one in sources)
    for one in choices:
        assert one.command in page.text
        assert one.tried.verdict.words in page.text
    assert not re.search(rb"https?://|<script", files[PAGE])
    (policy,) = (given["content"] for _, given in page.tags if "http-equiv" in given)
    assert "script" not in policy


def test_names_are_text_wherever_they_stand(report):
    found, portfolio, _ = report
    strange = replace(found, content=found.content.with_name("<b>&'s.png"))
    files = files_of(strange, portfolio)
    page = Page(files[PAGE])
    assert "<b>&'s × wave" in page.text
    assert all(shlex.split(one.command)[2].endswith("<b>&'s.png")
               for one in choices_of(strange, portfolio))  # fmt: skip


def test_the_sheet_has_a_panel_for_each(report):
    found, _, files = report
    sheet = cv2.imdecode(np.frombuffer(files[SHEET], np.uint8), cv2.IMREAD_COLOR)
    panels = 2 + len(found.choices)
    across = 3 if panels <= 9 else 4
    assert sheet.shape[1] > across * 240
    assert sheet.shape[0] > -(-panels // across) * 180


def test_a_picture_that_is_gone_leaves_its_place_empty(report):
    found, portfolio, files = report
    picture = choices_of(found, portfolio)[0].picture
    kept = picture.read_bytes()
    picture.unlink()
    again = files_of(found, portfolio)
    picture.write_bytes(kept)
    shapes = [
        cv2.imdecode(np.frombuffer(one[SHEET], np.uint8), cv2.IMREAD_COLOR).shape[1]
        for one in (files, again)
    ]
    assert shapes[0] == shapes[1]
    sources = [given["src"] for tag, given in Page(again[PAGE]).tags if tag == "img"]
    assert sources.count("") == 1


def test_programs_get_everything(report, search):
    found, _, files = report
    given = json.loads(files[DATA])
    assert given["search"]["trials"] == search.trials
    assert [one["number"] for one in given["trials"]] == [1, 2, 3, 4]
    assert given["trials"][0]["verdict"] == found.trials[0].verdict.as_dict()
    best = {one["number"] for one in given["trials"] if one["best"]}
    assert best == {one["number"] for one in given["choices"]}
    assert set(given["sha256"]) == {"content", "style"}
