"""Contacts on the page and in the story of an order."""

import re
from html import unescape

import pytest

import simulator
from simulator.mechanisms.communication.facts import Contacted
from simulator.reports.page import assumed, page
from simulator.reports.story import tell


@pytest.fixture(scope="module")
def scenario():
    return simulator.load("what_if/contacts_delay_alerts", ["run.horizon=4 weeks", "communication.asking.upset=0.5"])


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


def test_defaults_that_are_assumed_stand_in_the_report(scenario):
    """Beside what the scenario itself says of its inputs; what it states is no default."""
    found = {path: (value, why) for path, value, why in assumed(scenario)}
    assert found["communication.asking.late"] == (
        "{0 h: 0.25 per day}",
        "default: The rate that is added so long after the date that the customer believes. Assumption: one late order "
        "in four a day.",
    )
    assert found["communication.channels.mail.redial_after"][0] == "30 min"
    assert "communication.asking.upset" not in found
    assert "service.rules[0].notify.detects" not in found
    assert "communication.asking" in found
