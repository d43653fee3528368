"""Satisfaction on the page and in the story of an order."""

import re
from html import unescape

import pytest

import simulator
from simulator.mechanisms.satisfaction.facts import Replied
from simulator.reports.page import assumed, page
from simulator.reports.story import tell


@pytest.fixture(scope="module")
def scenario():
    return simulator.load("what_if/survey", ["run.horizon=6 weeks"])


def test_the_page_tells_what_drives_satisfaction(scenario):
    html = page(simulator.run(scenario, replications=2, workers=1))
    section = re.search(r'<section id="satisfaction">.*?</section>', html, re.DOTALL)
    text = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[0])))
    for words in (
        "guests",
        "NPS of all",
        "surveyed",
        "standard error",
        "a star for its time",
        "−1.5",
        "The drivers explain",
    ):
        assert words in text
    assert "nothing comes" not in text  # nothing was ever short
    found = {path: why for path, value, why in assumed(scenario)}
    assert found["satisfaction.damaged"] == "default: Stars that damage takes. Assumption."
    assert "satisfaction.survey.response_rate" not in found
    assert "satisfaction.split" not in found  # measured


def test_the_story_tells_what_a_customer_answers(scenario):
    ledger = simulator.simulate(scenario)
    text = "\n".join(tell(ledger, ledger.of(Replied)[0].order))
    assert re.search(r"the customer would give \d stars, where such orders get \d\.\d\d", text)
    assert re.search(r"the customer answers: \d stars, \d+ of 10 points, ease \d of 7", text)
