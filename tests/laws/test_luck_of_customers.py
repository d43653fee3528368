"""A change of service policy leaves alone what customers want and what each would say if asked."""

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from scenes import FULL, play, played

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.engine.orders import Block
from simulator.replication.simulate import lay_out
from simulator.scenario.reading.load import parse

CHANGES = {
    "fair share": ("allocation: {rule: priority}", "allocation: {rule: fair_share}"),
    "rationing": (
        "allocation: {rule: priority}",
        "allocation: {rule: critical_level, levels: {2: 9}, cover: {3: 1 day}}",
    ),
    "no transfers": ("{rule: transship, keep: 5}, ", ""),
    "everybody waits": ("[{rule: cancel, if_later_than: 5 days}, {rule: backorder}]", "{rule: backorder}"),
    "longer promises": ("share: 0.9, orders: 50, start: 4 days", "share: 0.99, orders: 90, start: 9 days"),
    "no offers": ("alternatives: {partial: 0.3, item: 0.4, site: 0.5, date: 0.6}", "alternatives: {date: 1}"),
    "no express": ("express: {time: 1 day, if_late_by: 4 h}", "express: {time: 4 h}"),
    "no notice": ("repromise: {slack: 4 h}", "repromise: {slack: 2 days}"),
    "more overrides": ("rate: 0.1", "rate: 0.4"),
}
OUTCOMES = ((facts.Delivered, "at"), (facts.Allocated, "at"), (facts.Promised, "due"))
TEXT = FULL.replace("overrides: []", "overrides: [{rate: 0.1, when: {segment: shop}, treated_as: key}]").replace(
    "returns: {rate: 0.1,", "returns: {rate: 0.2,"
)


def changed(change: str) -> str:
    old, new = CHANGES[change]
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def blocks(text: str) -> Iterator[Block]:
    """The first blocks of orders of each segment, with the fates of their customers."""
    for source in lay_out(parse(text), 0).segments:
        yield from map(source.block, itertools.islice(source.bulks(), 2))


def wants(block: Block) -> list[object]:
    """What the orders of a block want."""
    return [block.times, block.starts, [shelf.number for shelf in block.shelves], block.units]


def fates(block: Block) -> list[object]:
    """What its customers would say."""
    return [block.patience, block.taste, block.choice, block.longest_wait, block.mood, block.work]


@pytest.mark.parametrize("change", CHANGES)
def test_a_policy_leaves_the_customers_as_they_were(change):
    pairs = list(zip(blocks(TEXT), blocks(changed(change)), strict=True))
    assert len(pairs) >= 3
    for before, after in pairs:
        assert wants(before) == wants(after)
        assert fates(before) == fates(after)
        same = [line for line in before.comes_back if line in after.comes_back]
        assert [before.comes_back[line] for line in same] == [after.comes_back[line] for line in same]


@pytest.mark.parametrize("change", CHANGES)
def test_a_policy_changes_what_happens_and_nothing_else(change):
    """The runs differ, and yet the same orders come."""
    before, after = played(TEXT), play(changed(change))
    said = [[ledger.columns(kind)[name].tolist() for kind, name in OUTCOMES] for ledger in (before, after)]
    assert said[0] != said[1]
    for column, values in before.columns(facts.LineOrdered).items():
        np.testing.assert_array_equal(values, after.columns(facts.LineOrdered)[column])
    for column in ("at", "segment", "channel", "customer", "damaged", "misdocumented"):
        one, other = (ledger.columns(facts.Ordered)[column] for ledger in (before, after))
        np.testing.assert_array_equal(one, other)


def test_a_higher_rate_of_overrides_treats_the_same_orders_and_more():
    few, many = (play(text).columns(facts.Ordered)["overridden"] for text in (TEXT, changed("more overrides")))
    assert (many >= few).all()
    assert many.sum() > 2 * few.sum()


def _answers(ledger: Ledger) -> dict[int, float]:
    """By order: whether the customer took the later date."""
    return {fact.order: fact.accepted for fact in ledger.of(facts.Offered) if facts.OFFERS[fact.kind] == "date"}


def test_who_takes_the_later_date_takes_it_under_another_stock_too():
    """Without other offers in between the answer is the customer's own."""
    text = TEXT.replace("alternatives: {item: 0.5, site: 0.5, date: 0.5}", "alternatives: {date: 0.5}")
    one, other = _answers(play(text)), _answers(play(text.replace("point: 20, quantity: 40", "point: 5, quantity: 20")))
    both = one.keys() & other.keys()
    assert len(both) > 20
    assert len(other) != len(one)
    assert all(one[order] == other[order] for order in both)


def test_a_new_segment_leaves_the_answers_of_the_others():
    new = """    newcomer:
      demand: {rule: poisson, orders: 3 per day}
      channels: {web: 1}
      basket: {units: 1}
      site: outlet
"""
    text = TEXT.replace("products:\n  s1", new + "products:\n  s1")
    assert text != TEXT
    before, after = ([block for block in blocks(each) if block.segment != "newcomer"] for each in (TEXT, text))
    for one, other in zip(before, after, strict=True):
        assert wants(one) == wants(other)
        assert fates(one) == fates(other)
