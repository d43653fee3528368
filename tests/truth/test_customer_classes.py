"""Shelves where customers are not alike: rationing, priority among those who wait, substitution.

Sources: Dekker, Hill, Kleijn and Teunter (2002) for rationing with lost sales; a Markov chain in the manner of
Deshpande, Cohen and Donohue (2003) for priority clearing; dynamic programming over stock states for substitution,
the choices of Mahajan and van Ryzin (2001).
"""

from math import e, exp

import numpy as np
import pytest
from truth.agreement import expect, play

from simulator.engine import facts
from simulator.engine.ledger import Ledger

DAY = 24.0
CLASSES = """
name: Classes of customers at one shelf
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: 40 days, seed: {seed}}}
market:
  segments:
    first: {{priority: 1, demand: {{rule: poisson, orders: {first} per day}}, basket: {{units: 1}}}}
    second: {{priority: 2, demand: {{rule: poisson, orders: {second} per day}}, basket: {{units: 1}}}}
products: {{item: {{}}}}
network:
  suppliers: {{maker: {{lead_time: {{exponential: {{mean: {lead} days}}}}}}}}
  sites: {{store: {{stock: {{item: {{rule: base_stock, level: {level}}}}}}}}}
service:
  allocation: {allocation}
  stockout: {stockout}
"""


def test_c01_the_last_units_are_kept_for_the_first_class():
    """C01 (birth-death): 2 and 3 demands/day, base stock 8, lost sales; class 2 is served only above 2 units."""
    text = CLASSES.format(
        seed=4001,
        horizon="3040 days",
        first=2,
        second=3,
        lead=1.2,
        level=8,
        stockout="{rule: lost_sale}",
        allocation="{rule: critical_level, levels: {2: 2}}",
    )
    expect(
        play(text, 20),
        {
            ("unit_fill_rate", "segment", "first"): 0.9756286121430688,
            ("unit_fill_rate", "segment", "second"): 0.6574466040109151,
            "on_hand": 3.291683556417339,
        },
    )


@pytest.mark.parametrize(("level", "first", "second"), [(1, 0.935, 0.773), (2, 0.964, 0.667), (3, 0.978, 0.554)])
def test_a_higher_critical_level_helps_the_first_class_and_costs_the_second_more(level, first, second):
    """Four demands a day each, base stock 10, lead time 1 day, lost sales: 0.878 for both without rationing.

    The birth-death chain on units outstanding: rate 8 below S - K of them, 4 from there on, death rate n.
    """
    weights = [1.0]
    for n in range(10):
        weights.append(weights[-1] * (8 if n < 10 - level else 4) / (n + 1))
    exact = [1 - weights[10] / sum(weights), sum(weights[: 10 - level]) / sum(weights)]
    assert exact == pytest.approx([first, second], abs=6e-4)  # the chain gives the published values
    text = CLASSES.format(
        seed=4011 + level,
        horizon="1540 days",
        first=4,
        second=4,
        lead=1,
        level=10,
        stockout="{rule: lost_sale}",
        allocation=f"{{rule: critical_level, levels: {{2: {level}}}}}",
    )
    expect(
        play(text, 20),
        {
            ("unit_fill_rate", "segment", "first"): exact[0],
            ("unit_fill_rate", "segment", "second"): exact[1],
            "unit_fill_rate": sum(exact) / 2,
        },
    )


@pytest.mark.long
def test_c03_those_who_wait_are_served_by_priority():
    """C03 (Markov chain): 1 and 3 demands/day, base stock 5, exponential lead times of 1.5 days, no rationing."""
    settings = {"seed": 4004, "horizon": "3040 days", "first": 1, "second": 3, "lead": 1.5, "level": 5}
    text = CLASSES.format(**settings, stockout="{rule: backorder}", allocation="{rule: priority}")
    expect(
        play(text, 20),
        {
            "on_hand": 0.5180592049232661,
            "backorders": 0.1522751062361383 + 1.3657840986871315,
            ("wait_time", "segment", "first"): DAY * 0.1522751062361383,
            ("wait_time", "segment", "second"): DAY * 0.45526136622904384,
            ("unit_fill_rate", "segment", "first"): 0.28505650031663055,
            ("unit_fill_rate", "segment", "second"): 0.28505650031663055,
        },
        within=0.03,
    )
    text = CLASSES.format(**settings, stockout="{rule: backorder}", allocation="{rule: first_come}")
    expect(play(text, 20), {"wait_time": DAY * 0.37951480123081704}, within=0.03)


SUBSTITUTES = """
name: Two products that stand in for each other
run: {{start: 2026-01-05, horizon: 1 day, seed: 4021}}
market:
  segments:
    all:
      demand: {{rule: scheduled, every: 5 h, first: 1 h}}
      basket:
        orders:
          - {{share: {wanted}, lines: {{a: 1}}}}
          - {{share: {wanted}, lines: {{b: 1}}}}
          - {{share: {nothing}, lines: {{a: 0}}}}
products:
  a: {{price: 9, cost: 5, substitutes: {{b: {accepted}}}}}
  b: {{price: 9, cost: 5, substitutes: {{a: {accepted}}}}}
network:
  suppliers: {{maker: {{lead_time: 9 weeks}}}}
  sites:
    store:
      stock: {{a: {{rule: base_stock, level: 0, opening: 2}}, b: {{rule: base_stock, level: 0, opening: 3}}}}
service: {{stockout: [{{rule: substitute}}, {{rule: lost_sale}}]}}
"""
EULER = 0.5772156649015329
NONE_BELOW = exp(-exp(1 - EULER))
"""Chance that a product's utility, 1 and a Gumbel with mean 0, is below 0."""


def sold(ledger: Ledger) -> dict[str, float]:
    """Units sold of the five in stock, the profit, and how many of the two products ran out."""
    count = sum(ledger.columns(kind)["units"].sum() for kind in (facts.Allocated, facts.Substituted))
    return {"sold": count, "profit": 9 * count - 25, "stockouts": float((ledger.closing["on_hand"] == 0).sum())}


@pytest.mark.parametrize(
    ("wanted", "nothing", "accepted", "exact"),
    [
        pytest.param(e, 1, e / (e + 1), (4.06339114115001, 11.570520270350087, 1.2528220149734886), id="mnl"),
        pytest.param(
            (1 - NONE_BELOW**2) / 2,
            NONE_BELOW**2,
            (1 - NONE_BELOW) / (1 + NONE_BELOW),
            (4.469678760922175, 15.22710884829958, 1.541299623670465),
            id="const0",
        ),
        pytest.param(0.5, 0, 1, (5.0, 20.0, 2.0), id="code"),
    ],
)
def test_p21_customers_take_another_product_of_their_choice(wanted, nothing, accepted, exact):
    """P21 (dynamic programming): 2 and 3 units, five customers; who finds the favourite gone may take the other.

    The favourite and whether the other is better than nothing follow from the utilities: under the multinomial logit
    the favourite is a, b or nothing with weights e, e, 1, and the other beats nothing with weights e, 1.
    """
    text = SUBSTITUTES.format(wanted=wanted, nothing=nothing, accepted=accepted)
    played = play(text, 600 if accepted < 1 else 20, facts=sold)  # nothing is left to chance where all take the other
    if accepted == 1:
        assert [np.unique(played[name]).tolist() for name in ("sold", "profit", "stockouts")] == [[5], [20], [2]]
    else:
        expect(played, dict(zip(("sold", "profit", "stockouts"), exact, strict=True)), within=0.03)
