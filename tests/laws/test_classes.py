"""Laws of classes: names and order do not matter, and neither do classes to what customers want."""

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scenes import EVERYTHING, play, played

from simulator.engine.facts import LineOrdered
from simulator.mechanisms.known import kinds
from simulator.mechanisms.segmentation.facts import CustomerReclassified, SkuReclassified
from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.replication.measure import measure
from simulator.rules.classifying import abc
from simulator.scenario.reading.load import parse

SEGMENTED = (
    EVERYTHING
    + """
segmentation:
  products: {rule: abc_xyz, review: 3 weeks, window: 3 weeks}
  customers: {rule: abc, by: margin, cuts: [0.2, 0.9], review: 2 weeks}
"""
)
AMOUNTS = st.lists(st.integers(0, 20), min_size=1, max_size=30)


@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_in_which_items_stand_does_not_matter(amounts, random):
    places = list(range(len(amounts)))
    random.shuffle(places)
    classes = abc(np.array(amounts, dtype=float))
    moved = abc(np.array([amounts[place] for place in places], dtype=float))
    assert moved == [classes[place] for place in places]


@given(AMOUNTS)
def test_more_is_never_less_important_and_equals_are_alike(amounts):
    ranked = sorted(zip(amounts, abc(np.array(amounts, dtype=float)), strict=True), reverse=True)
    assert [label for _, label in ranked] == sorted(label for _, label in ranked)
    assert len(set(ranked)) == len(set(amounts))


@given(AMOUNTS)
def test_the_first_class_brings_its_share(amounts):
    classes, total = abc(np.array(amounts, dtype=float)), sum(amounts)
    brings = sum(amount for amount, label in zip(amounts, classes, strict=True) if label == "A")
    assert brings >= 0.8 * total - 1e-9
    if total:
        smallest = min(amount for amount, label in zip(amounts, classes, strict=True) if label == "A")
        assert sum(amount for amount in amounts if amount > smallest) < 0.8 * total


def test_a_product_keeps_its_class_wherever_it_stands_and_whatever_it_is_called():
    data = yaml.safe_load(SEGMENTED)
    before = dict(zip(data["products"], product_classes(parse(SEGMENTED)), strict=True))
    turned = {name.replace("s4", "another"): data["products"][name] for name in reversed(data["products"])}
    text = yaml.safe_dump({**data, "products": turned}, sort_keys=False).replace("s4:", "another:")
    after = dict(zip(turned, product_classes(parse(text)), strict=True))
    assert {name.replace("s4", "another"): label for name, label in before.items()} == after
    assert len(set(before.values())) > 1


def test_classes_without_targets_change_no_more_than_how_the_run_is_told():
    plain, segmented = played(EVERYTHING), played(SEGMENTED)
    moves = (SkuReclassified, CustomerReclassified)
    assert sum(len(segmented.columns(kind)["at"]) for kind in moves) > 0
    for kind in kinds():
        if kind in moves:
            continue
        for name, column in plain.columns(kind).items():
            np.testing.assert_array_equal(column, segmented.columns(kind)[name])
    assert plain.events < segmented.events <= plain.events + 12


def test_a_target_by_class_leaves_what_customers_want_as_it_was():
    stock = SEGMENTED.replace("point: 140, quantity: 160", "quantity: 160, target: {unit_fill_rate: 0.9}")
    for old, new in (("horizon: 12 weeks", "horizon: 5 weeks"), ("      refresh: 2 weeks\n      record: 8\n", "")):
        assert old in stock
        stock = stock.replace(old, new)
    targets = ", targets: {A: {unit_fill_rate: 0.99}, default: {unit_fill_rate: 0.5}}"
    assert stock != SEGMENTED
    before, after = play(stock), play(stock.replace("window: 3 weeks", f"window: 3 weeks{targets}"))
    for name, column in before.columns(LineOrdered).items():
        np.testing.assert_array_equal(column, after.columns(LineOrdered)[name])
    assert before.opening.tolist() != after.opening.tolist()


@pytest.mark.parametrize("dimension", ["class", "customer_class"])
@pytest.mark.parametrize("kpi", ["revenue", "cost_to_serve", "margin", "lines_per_week"])
def test_amounts_of_classes_that_change_add_up_to_the_whole(kpi, dimension):
    values = measure(played(SEGMENTED)).values[kpi]
    assert values[dimension].sum() == pytest.approx(values[""][0])


def test_the_slice_of_a_customer_class_is_the_customers_in_it():
    """Without reviews the orders of a class are those of its customers; the orders of others are in other classes."""
    text = SEGMENTED.replace(", review: 2 weeks", "")
    ledger = play(text)
    values = measure(ledger).values["revenue"]
    of = customer_classes(parse(text))
    assert len(set(of.values())) > 1
    for place, label in enumerate("ABC"):
        mine = [of[name] == label for name in ledger.customers]
        assert values["customer_class"][place] == pytest.approx(values["customer"][mine].sum())
