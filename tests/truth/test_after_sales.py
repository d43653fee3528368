"""Machine repair, warranty and spare parts: closed forms, and integrals that are worked out here."""

import numpy as np
import pytest
from scipy.stats import poisson
from truth.agreement import expect, play

from simulator.engine.ledger import Ledger
from simulator.mechanisms.after_sales.facts import Failed, PartNeeded, PartRepaired, Restored

PLANT = """
name: machines that fail
run: {{start: 2026-01-05, horizon: {horizon}, warm_up: {warm_up}, seed: {seed}}}
market: {{segments: {{nobody: {{demand: {{rule: scheduled, every: 50 weeks, first: 1 h}},
  basket: {{lines: 1, units: 1}}}}}}}}
products: {{machine: {{price: 1, cost: 1}}}}
network: {{sites: {{plant: {{}}}}}}
after_sales:
  first_time_fix: 1
  installed: {{machine: {{joins: 0, {machine}}}}}
"""
WEEK = 168.0


def plant(machine: str, more: str = "", horizon: str = "2100 h", warm_up: str = "100 h", seed: int = 1) -> str:
    return PLANT.format(machine=machine, horizon=horizon, warm_up=warm_up, seed=seed) + more


def test_machine_repair():
    """M/M/2//20: a fixed number of machines and crews; birth and death give the availability."""
    machine = "base: 20, failure: {exponential: {mean: 100 h}}, repair: {exponential: {mean: 5 h}}"
    crew = "  technicians: {crew: {number: 2, travel: 0 h}}\n"
    expect(play(plant(machine, crew, "900 h"), 20), {"availability": 0.942363}, within=0.005)


def running(ledger: Ledger) -> dict[str, float]:
    """Shares of time in which all positions are filled, and failed units in the shop, after 100 h."""
    failed, back = ledger.columns(Failed)["at"], ledger.columns(Restored)["at"]
    at = np.concatenate([[100.0], failed, back, [ledger.until]])
    step = np.concatenate([[0], np.ones(len(failed)), -np.ones(len(back)), [0]])
    order = np.argsort(np.maximum(at, 100.0), kind="stable")
    times, down = np.maximum(at, 100.0)[order], np.cumsum(step[order])
    span = ledger.until - 100.0
    out = [(ledger.columns(kind)["at"], sign) for kind, sign in ((PartNeeded, 1), (PartRepaired, -1))]
    in_shop = sum(sign * (ledger.until - np.maximum(when, 100.0)).sum() for when, sign in out)
    return {"all run": float((np.diff(times) * (down[:-1] == 0)).sum() / span), "in shop": float(in_shop / span)}


def test_machines_with_spares_and_repairmen():
    """Ten positions, two spare units, two repairmen (Gross, Shortle, Thompson & Harris, section 2.7)."""
    machine = "base: 10, failure: {exponential: {mean: 50 h}}, repair: 0 h, parts: {unit: 1}"
    more = """  parts: {unit: {stock: {depot: 2}, repair: {time: {exponential: {mean: 8 h}}, shop: shop}}}
  shops: {shop: {servers: 2}}
"""
    exact = {
        "availability": 0.907834,
        "failures": 0.1815668 * WEEK,
        "repair_turnaround": 13.07615,
        "all run": 0.590046,
        "in shop": 2.374195,
    }
    expect(
        play(plant(machine, more), 20, running),
        exact,
        within=0.02,
        loose={"in shop": 0.05, "repair_turnaround": 0.05, "all run": 0.03},
    )


def test_a_fleet_with_spare_machines():
    """Fifty machines that work, three in reserve, three crews."""
    machine = "base: 50, failure: {exponential: {mean: 200 h}}, repair: 0 h, parts: {unit: 1}"
    more = """  parts: {unit: {stock: {depot: 3}, repair: {time: {exponential: {mean: 10 h}}, shop: shop}}}
  shops: {shop: {servers: 3}}
"""
    expect(play(plant(machine, more), 20), {"availability": 0.96171}, within=0.01)


MANY = "base: 1000, failure: {exponential: {mean: 1000 h}}, repair: 0 h, parts: "
"""So many that their failures are as good as Poisson, one an hour, however many are down."""


def test_spares_in_a_repairable_loop():
    """Palm: with Poisson failures and room for all in the shop, what is in repair is Poisson(4), whatever the law."""
    laws = {
        6: "{gamma: {mean: 4 h, cv: 0.5}}",
        7: "4 h",
        8: "{lognormal: {mean: 4 h, cv: 1}}",
        9: "{exponential: {mean: 4 h}}",
        10: "4 h",
    }
    parts = ", ".join(
        f"p{level}: {{stock: {{depot: {level}}}, repair: {{time: {law}}}}}" for level, law in laws.items()
    )
    needs = "{" + ", ".join(f"p{level}: 1" for level in laws) + "}"
    played = play(plant(MANY + needs, f"  parts: {{{parts}}}\n", "330 h", "30 h"), 20)
    fill = {6: 0.785, 7: 0.889, 8: 0.949, 9: 0.979, 10: 0.992}
    owed = {6: 0.195, 7: 0.085, 8: 0.034}
    exact = {("part_fill_rate", "part", f"p{level}"): poisson.cdf(level - 1, 4) for level in laws}
    assert {level: exact["part_fill_rate", "part", f"p{level}"] for level in laws} == pytest.approx(fill, abs=6e-4)
    waits = {("part_backorders", "part", f"p{level}"): value for level, value in owed.items()}
    expect(played, exact | waits, loose=dict(zip(waits, (0.12, 0.2, 0.4), strict=True)))


def test_condemned_parts_are_bought_anew():
    """Seven in ten are repaired in three weeks, the others bought in twelve: 0.8 a week make 4.56 in the pipeline."""
    machine = "base: 800, failure: {exponential: {mean: 1000 weeks}}, repair: 0 h, parts: {p: 1}"
    more = """  parts: {p: {stock: {depot: 7}, lead_time: 12 weeks,
    repair: {time: {gamma: {mean: 3 weeks, cv: 0.57735}}, condemned: 0.3}}}
"""
    played = play(plant(machine, more, "360 weeks", "60 weeks"), 20)
    expect(
        played,
        {"part_fill_rate": 0.823287, "part_backorders": 0.164536, "parts_bought": 0.24},
        within=0.025,
        loose={"part_backorders": 0.15, "parts_bought": 0.05},
    )


def test_a_depot_that_a_centre_replenishes():
    """Two levels, one for one: what the depot lacks is what the centre owes and what is needed while goods are on their
    way (exact for one depot; the mean is that of METRIC)."""
    centre, depot, repair, way = 3, 3, 3.0, 2.0
    needed = np.arange(60)
    in_repair, on_way = poisson.pmf(needed, repair), poisson.pmf(needed, way)
    owes = np.zeros(60)
    for many, chance in zip(needed, in_repair, strict=True):
        owes[max(many - centre, 0)] += chance
    lacks = np.convolve(owes, on_way)[:60]
    exact = {
        "part_fill_rate": lacks[:depot].sum(),
        "part_backorders": float((np.maximum(needed - depot, 0) * lacks).sum()),
    }
    more = """  parts: {p: {stock: {centre: 3, depot: 3}, repair: {time: {exponential: {mean: 3 h}}}}}
  places: {depot: {supplied_from: centre, transport: 2 h}, centre: {}}
  parts_from: {rule: home}
"""
    expect(play(plant(MANY + "{p: 1}", more, "330 h", "30 h"), 20), exact, within=0.03, loose={"part_backorders": 0.15})


FIRST_YEAR = "failure: {weibull: {shape: 1.5, scale: 900 days}}, repair: 0 h, warranty: 365 days, "


@pytest.mark.parametrize(("repair", "failures"), [("as_old", 0.258271), ("as_new", 0.245522)])
def test_failures_under_warranty(repair, failures):
    """Weibull lives: minimal repair is the hazard added up, repair by a new unit is the renewal function."""
    machine = f"base: 500, {FIRST_YEAR} after_repair: {repair}"
    played = play(plant(machine, horizon="365 days", warm_up="0 h"), 25)
    expect(played, {"failure_rate": failures, "warranty_claims": failures})


def renewals(shape: float, scale: float, age: float, until: float, steps: int = 1500) -> float:
    """Expected failures of a unit of some age, as good as new after each: the renewal equation, step by step."""
    times = np.linspace(0, until, steps + 1)
    new = 1 - np.exp(-((times / scale) ** shape))
    first = 1 - np.exp((age / scale) ** shape - ((times + age) / scale) ** shape)
    count = np.zeros(steps + 1)
    for step in range(1, steps + 1):  # of a new unit
        count[step] = new[step] + ((count[step - 1 :: -1] + count[step:0:-1]) / 2 * np.diff(new)[:step]).sum()
    middle = (count[:-1] + count[1:]) / 2
    return float(first[-1] + (middle[::-1] * np.diff(first)).sum())


def test_a_base_with_ages():
    """Units between 0 and 4 years old: what is left of a life depends on the age it has reached already."""
    shape, scale, year = 2.2, 700.0, 365.0
    law = f"failure: {{weibull: {{shape: {shape}, scale: {scale} days}}}}, repair: 0 h"
    ages = np.linspace(0, 4 * year, 2001)
    old = float(np.mean((((ages + year) / scale) ** shape) - ((ages / scale) ** shape)))
    some = np.linspace(0, 4 * year, 21)
    each = [renewals(shape, scale, age, year) for age in some]
    new = float(np.trapezoid(each, some) / (4 * year))
    for repair, exact, base in (("as_old", old, 60), ("as_new", new, 100)):
        machine = f"base: {base}, ages: {{uniform: {{low: 0 h, high: 4 years}}}}, {law}, after_repair: {repair}"
        expect(play(plant(machine, horizon="365 days", warm_up="0 h"), 20), {"failure_rate": exact}, within=0.04)
