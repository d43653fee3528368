"""How often 95 % intervals cover the truth, on systems whose values are known exactly.

    python coverage.py [--experiments 500] [--replications 20]

Each system is played `experiments x replications` times; every group of so many replications is one experiment,
with intervals as `simulator run` gives them. A share between 93 and 97 % is as it should be: of 500 experiments the
share itself is uncertain by +-1.9 points.
"""

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

import simulator
from simulator.experiments.intervals import Sample, interval
from simulator.scenario.reading.load import parse

SHELF = """
name: Base stock {level}, demand of 20 in a lead time
run: {{start: 2026-01-05, horizon: {days} days, warm_up: 8 days, seed: 5}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 20 per day}}, basket: {{units: 1}}}}}}}}
products: {{part: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {{lead_time: {{exponential: {{mean: 1 day}}}}}}}}
  sites: {{store: {{stock: {{part: {{rule: base_stock, level: {level}}}}}}}}}
service: {{stockout: {{rule: backorder, ship: units}}}}
"""
CARRIER = """
name: A carrier that keeps its promise but for one order in five hundred
run: {start: 2026-01-05, horizon: 30 days, warm_up: 0 h, seed: 7}
market: {segments: {all: {demand: {rule: poisson, orders: 5 per day}, basket: {units: 1}}}}
products: {part: {price: 2, cost: 1}}
network: {sites: {store: {stages: [{stage: transit, time: {exponential: {mean: 10 h}}}]}}}
service: {rules: [{promise: {rule: fixed, time: 62 h}}]}
"""
QUEUE = """
name: One clerk, busy 60 % of the time
run: {start: 2026-01-05, horizon: 6000 h, warm_up: 100 h, seed: 6}
market: {segments: {all: {demand: {rule: poisson, orders: 6 per day}, basket: {units: 1}}}}
products: {part: {price: 2, cost: 1}}
network: {sites: {store: {stages: [{stage: entry, staff: 1, time: {exponential: {mean: 2.4 h}}}]}}}
service: {rules: [{promise: {rule: fixed, time: 12 h}}]}
"""


@dataclass
class System:
    """A scenario and what is known of it: by KPI (and slice) the exact value."""

    text: str
    exact: dict[tuple[str, str, str], float]
    rare: bool = False
    """Whether so little happens in so few replications that no interval can be right; told apart."""


def systems() -> Iterator[System]:
    """Base stock is M/G/infinity: what is on order is Poisson with mean 20. The queue is M/M/1."""
    yield System(CARRIER, {("on_time", "", ""): 1 - math.exp(-6.2), ("order_cycle_time_p50", "", ""): 10 * math.log(2)})
    for level, days in ((18, 30), (25, 30), (34, 16)):
        on_order, mean = np.arange(200), 20.0
        chance = poisson.pmf(on_order, mean)
        fill, owed = float(poisson.cdf(level - 1, mean)), float(np.maximum(on_order - level, 0) @ chance)
        yield System(
            SHELF.format(level=level, days=days),
            {
                ("unit_fill_rate", "", ""): fill,
                ("line_fill_rate", "sku", "part"): fill,
                ("ready_rate", "", ""): fill,
                ("on_hand", "", ""): float(np.maximum(level - on_order, 0) @ chance),
                ("backorders", "", ""): owed,
                ("wait_time", "", ""): owed / 20 * 24,
                ("orders_per_week", "", ""): 140.0,
            },
            rare=level == 34,
        )
    arrive, serve = 0.25, 1 / 2.4
    left = serve - arrive
    yield System(
        QUEUE,
        {
            ("queue_time", "stage", "entry"): arrive / serve / left,
            ("utilisation", "stage", "entry"): arrive / serve,
            ("wait_probability", "stage", "entry"): arrive / serve,
            ("order_cycle_time", "", ""): 1 / left,
            ("order_cycle_time_p50", "", ""): math.log(2) / left,
            ("order_cycle_time_p95", "", ""): math.log(20) / left,
            ("on_time", "", ""): 1 - math.exp(-left * 12),
            ("queue_length", "stage", "entry"): arrive**2 / serve / left,
        },
    )


def covered(sample: Sample, exact: float, size: int) -> tuple[float, str, str]:
    """The share of experiments of `size` replications whose interval covers a value, how most were made, and how many
    of those do whose replications all agree: nothing was seen to fail in them."""
    hits, methods, count, agree = 0, [], len(sample.values) // size, []
    for at in range(count):
        cut = slice(at * size, (at + 1) * size)
        weights, trials = (None if part is None else part[cut] for part in (sample.weights, sample.trials))
        found = interval(Sample(sample.kind, sample.values[cut], weights, trials, sample.share))
        hits += found.low <= exact <= found.high
        if sample.share and np.ptp(sample.values[cut]) == 0:
            agree.append(found.low <= exact <= found.high)
        methods.append(found.method)
    return hits / count, max(set(methods), key=methods.count), f"{sum(agree)} of {len(agree)}" if agree else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiments", type=int, default=500)
    parser.add_argument("--replications", type=int, default=20)
    asked = parser.parse_args()
    every: list[float] = []
    print("| system | KPI | interval | 95 % intervals that cover | where all runs agree |\n|---|---|---|---|---|")
    for system in systems():
        scenario = parse(system.text)
        result = simulator.run(scenario, asked.experiments * asked.replications)
        for (kpi, by, label), exact in system.exact.items():
            share, method, agree = covered(result.sample(kpi, by, label), exact, asked.replications)
            if not system.rare:
                every.append(share)
            print(f"| {scenario.name} | {kpi} | {method} | {100 * share:.1f} % | {agree} |", flush=True)
    mean = 100 * np.mean(every)
    print(f"| all but the last shelf | {len(every)} measures of {asked.experiments} experiments | | {mean:.1f} % | |")


if __name__ == "__main__":
    main()
