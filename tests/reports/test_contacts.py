"""Contacts on the page and in the story of an order."""

import re
from html import unescape

import pytest

import simulator
from simulator.mechanisms.communication.facts import Contacted
from simulator.reports.page import page
from simulator.reports.story import tell


@pytest.fixture(scope="module")
def scenario():
    return simulator.load("what_if/contacts_delay_alerts", ["run.horizon=6 weeks", "communication.asking.upset=0.5"])


def test_the_page_tells_why_customers_turn_to_the_company(scenario):
    html = page(simulator.run(scenario, replications=2, workers=1))
    section = re.search(r'<section id="contacts">.*?</section>', html, re.DOTALL)
    text = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[0])))
    for words in (
        "Contact channel",
        "phone",
        "mail",
        "where is my order",
        "ask where an order is",
        "were told in time",
    ):
        assert words in text
    assert "complaint" not in text  # nobody had reason to
    assert "answer themselves" not in text


def test_the_story_tells_what_was_told_and_asked(scenario):
    ledger = simulator.simulate(scenario)
    order = next(each.order for each in ledger.of(Contacted) if each.order)
    text = "\n".join(tell(ledger, order))
    assert "the customer is told: shipped" in text
    assert re.search("the customer turns to the company by (phone|mail|chat): where is my order", text)
    assert re.search("an agent of desk answers, for|the customer gives up waiting", text)
