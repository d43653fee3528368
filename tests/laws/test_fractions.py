"""Fractions of a unit behave as whole numbers of the smallest quantity of a product, to the last digit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import play

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.planning.stock_levels import sized_rules
from simulator.rules.replenishing import ReplenishmentRule
from simulator.scenario.quantities import counted
from simulator.scenario.reading.load import parse

SCALED = """
name: Everything by weight
run: {{start: 2026-01-05, horizon: 3 weeks, seed: {seed}}}
market:
  channels:
    shop: {{protected: {{units: {protected}}}}}
    web:
      record: {{sync: 6 h, accuracy: 0.5, error: {{poisson: {{mean: {small}, step: {one}}}}}, oversold: {oversold}}}
  segments:
    steady:
      demand: {{rule: scheduled, every: 5 h, first: 1 h}}
      basket: {{units: {steady}, items: {{p: 1}}}}
      channels: {{shop: 1}}
      site: near
      priority: 2
      patience: {patience}
    random:
      demand: {{rule: poisson, orders: 6 per day}}
      basket:
        lines: {{geometric: {{mean: 1.7}}}}
        units: {{poisson: {{mean: {mean}, minimum: {one}, step: {one}}}}}
      channels: {{web: 0.5, shop: 0.5}}
      site: near
      waits: 0.7
      priority: 3
    kinds:
      demand: {{rule: poisson, orders: 2 per day}}
      basket: {{orders: [{{share: 2, lines: {{p: {steady}, q: {one}}}}}, {{share: 1, lines: {{q: {large}}}}}]}}
      channels: {{shop: 1}}
      site: near
      requested: 12 h
      longest_wait: 1 day
products:
  p: {{price: {price}, cost: {cost}, step: {one}, substitutes: {{q: 0.6}}}}
  q: {{price: {price}, cost: {cost}, step: {one}}}
network:
  suppliers:
    maker: {{lead_time: {{gamma: {{mean: 20 h, cv: 0.6}}}}, crossing: false}}
    plant: {{lead_time: {{exponential: {{mean: 2 h}}}}, capacity: 1, cancellable: true}}
    next_door: {{lead_time: 0 h}}
  sites:
    near:
      stock: {{p: {{{rule}}}, q: {{{other}}}}}
      siblings: {{far: {between}}}
      returns: {{restock: 0.6, refurbish: 0.3, dispose: 0.1, refurbish_time: 3 h}}
    far:
      stock: {{default: {{rule: reorder_point, point: {large}, quantity: {mean}, supplier: maker}}}}
service:
  allocation: {{{allocation}}}
  stockout: {stockout}
  reservation: {{release: 2 h, allocate: hard, cancelled: 0.2}}
  rules:
    - when: {{segment: kinds}}
      promise: {{rule: available_to_promise, cycle: 1 h}}
      alternatives: {{partial: 0.5, item: 0.5, site: 0.5, date: 0.5}}
    - returns: {{rate: 0.4, part: 0.3, lag: {{exponential: {{mean: 1 day}}}}}}
"""
RULES = (
    "rule: base_stock, level: {level}, supplier: maker",
    "rule: base_stock, level: {level}, supplier: plant",
    "rule: base_stock, level: 0, supplier: next_door",
    "rule: reorder_point, point: {small}, quantity: {steady}, supplier: maker",
    "rule: reorder_point, point: {level}, quantity: {small}, multiples: false, supplier: maker",
    "rule: reorder_point, point: {small}, quantity: {large}, supplier: next_door, opening: {one}",
    "rule: reorder_point, cover: 30 h, point: {level}, supplier: maker",
    "rule: min_max, minimum: {small}, maximum: {level}, lot_size: {steady}, minimum_order: {large}, supplier: maker",
    "rule: periodic, level: {level}, every: 10 h, lot_size: {steady}, supplier: maker",
    "rule: min_max, cover: 2 days, minimum: {small}, supplier: maker",
)
ALLOCATIONS = (
    "rule: first_come",
    "rule: fair_share",
    "rule: smallest_first",
    "rule: margin",
    "rule: critical_level, levels: {{2: {one}, 3: {small}}}",
    "rule: critical_level, cover: {{2: 3 h, 3: 7 h}}",
)
STOCKOUTS = (
    "{{rule: backorder}}",
    "{{rule: backorder, ship: lines}}",
    "{{rule: backorder, ship: order}}",
    "{{rule: lost_sale, ship: units}}",
    "[{{rule: transship, keep: {small}}}, {{rule: substitute, part: true}}, {{rule: backorder}}]",
    "[{{rule: substitute, part: true}}, {{rule: transship}}, {{rule: expedite, time: 3 h}}, {{rule: lost_sale}}]",
    "{{rule: customer_choice, substitute: 0.5, wait: 0.3, nothing: 0.2, ship: units}}",
)
COUNTS = st.fixed_dictionaries(
    {
        "small": st.integers(2, 9),
        "steady": st.integers(1, 12),
        "mean": st.integers(3, 15),
        "large": st.integers(10, 40),
        "level": st.integers(20, 70),
        "protected": st.integers(1, 9),
    }
)


def written(count: int, step: str) -> str:
    """So many steps as a planner writes them, such as 0.3."""
    return f"{count * float(step):.10g}"


def scaled(counts: dict[str, int], words: dict[str, str], step: str) -> Ledger:
    """The system with all its quantities in steps of this size."""
    numbers = {name: written(count, step) for name, count in counts.items()} | {"one": step}
    numbers |= {"price": repr(10 / float(step)), "cost": repr(6 / float(step))}
    numbers |= {name: word.format(**numbers) for name, word in words.items()}
    return play(parse(SCALED.format(**numbers)))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    COUNTS,
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(RULES),
            "other": st.sampled_from(RULES),
            "allocation": st.sampled_from(ALLOCATIONS),
            "stockout": st.sampled_from(STOCKOUTS),
            "oversold": st.sampled_from(["cancel", "recover"]),
            "patience": st.sampled_from(["6 h", "3 days"]),
            "between": st.sampled_from(["0 h", "4 h"]),
            "seed": st.integers(1, 99).map(str),
        }
    ),
    st.sampled_from(["0.1", "0.001", "0.25", "0.125", "0.3", "0.07", "12", "0.000001", "1000"]),
)
def test_a_system_in_fractions_is_the_same_system_in_whole_units(counts, words, step):
    whole, fine = scaled(counts, words, "1"), scaled(counts, words, step)
    for kind in whole.kinds:
        for (name, mine), theirs in zip(whole.columns(kind).items(), fine.columns(kind).values(), strict=True):
            if name == "price":
                theirs = theirs * float(step)
                np.testing.assert_allclose(theirs, mine)
                continue
            if name == "units":
                written_as = [float(written(round(count), step)) for count in mine.tolist()]
                np.testing.assert_array_equal(theirs, written_as, err_msg=f"{kind.__name__}: {words}")
                continue
            np.testing.assert_array_equal(theirs, mine, err_msg=f"{kind.__name__}.{name}: {words}")


SIZED = """
name: A level from a target, by weight
run: {{horizon: 1 week}}
market:
  segments:
    all:
      demand: {{rule: poisson, orders: 6 per day}}
      basket: {{units: {{poisson: {{mean: {mean}, step: {step}}}}}}}
products: {{p: {{step: {step}}}}}
network:
  suppliers: {{s: {{lead_time: 2 days}}}}
  sites: {{w: {{stock: {{p: {{{rule}, lot_size: {lot}}}}}}}}}
"""


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        ("0.1", "rule: min_max, cover: 2 days, target: {unit_fill_rate: 0.8}"),
        ("0.001", "rule: periodic, every: 1 day, target: {cycle_service_level: 0.9}"),
        ("0.25", "rule: reorder_point, cover: 1 day, target: {line_fill_rate: 0.9}"),
        ("12", "rule: base_stock, target: {unit_fill_rate: 0.9}"),
    ],
)
def test_a_level_from_a_target_is_found_in_smallest_quantities(step, rule):
    def sized(step: str) -> ReplenishmentRule:
        text = SIZED.format(step=step, rule=rule, mean=written(3, step), lot=written(2, step))
        return sized_rules(parse(text), "w")["p"][1]

    whole, fine = sized("1"), sized(step)
    for name, key, count in counted(whole):
        assert key is None
        assert getattr(fine, name) == float(written(round(count), step)), name
    assert whole.highest > 3


def test_a_history_in_fractions(tmp_path):
    """Lines of 0.3 and 0.45 kg: played as they are where the smallest quantity allows, told where it does not."""
    file = tmp_path / "orders.csv"
    rows = "1,2026-01-05T09:00,p,0.3\n2,2026-01-06T09:00,p,0.45\n3,2026-01-07T09:00,p,0.30000000000000004\n"
    file.write_text("order,time,sku,units\n" + rows)
    text = f"""
name: A history by weight
run: {{start: 2026-01-05, horizon: 1 week}}
market: {{history: {{file: {file}}}, segments: {{all: {{demand: {{rule: replayed}}}}}}}}
products: {{p: {{step: STEP}}}}
network: {{suppliers: {{s: {{lead_time: 1 day}}}}, sites: {{w: {{stock: {{p: {{rule: base_stock, level: 3}}}}}}}}}}
"""
    ledger = play(parse(text.replace("STEP", "0.05")))
    assert ledger.columns(facts.Allocated)["units"].tolist() == [0.3, 0.45, 0.3]
    with pytest.raises(Exception, match=r"'p' is counted in steps of 0\.1; found 0\.45.*products\.p\.step: 0\.01"):
        play(parse(text.replace("STEP", "0.1")))
