"""Customers on the page: who leaves and why."""

import re
from html import unescape

import simulator
from simulator.reports.page import assumed, page


def test_the_page_tells_who_leaves_and_why():
    changes = ["run.horizon=26 weeks", "goodwill.default.leaves_below=0.9"]
    scenario = simulator.load("what_if/goodwill_fill_90", changes)
    html = page(simulator.run(scenario, replications=2, workers=1))
    section = re.search(r'<section id="customers">.*?</section>', html, re.DOTALL)
    text = unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[0])))
    for words in ("cafes", "Stayed", "Lifetime value", "Customers who left after it", "late", "would have cost"):
        assert words in text
    assert "damaged" not in text  # nothing ever was
    found = {path: why for path, value, why in assumed(scenario)}
    assert found["goodwill.default.experience.short"].endswith("of which something never comes. Assumption.")
    assert not {"goodwill.default.leaves_below", "goodwill.default.experience.late"} & found.keys()  # stated
