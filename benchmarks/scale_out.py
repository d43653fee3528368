"""What many short replications cost beside the work itself: processes, the store, memory.

    python scale_out.py [--replications 1000] [--rounds 3]

The scenario takes about 20 ms a replication. Each round plays it one after the other in this process without
keeping anything (the ideal), then with two workers, or with one, into a store file. Start-up of the workers is left
out, as for any pool. What the store costs is the time spent writing to it, as a share of the whole with one worker.
Memory is that of a fresh process after 200 and after 2,000 replications.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import simulator
from simulator.experiments.executors import workforce
from simulator.experiments.replicate import Experiment, replicate
from simulator.experiments.samples import Block
from simulator.experiments.store import Store
from simulator.replication.measure import measure
from simulator.scenario.reading.load import parse
from simulator.scenario.scenario import Scenario

TEXT = """
name: Two items and a picker
run: {start: 2026-01-05, horizon: 160 days, warm_up: 5 days, seed: 8}
market:
  segments:
    shops: {demand: {rule: poisson, orders: 6 per day}, basket: {lines: {geometric: {mean: 2}}, units: 2}}
    guests: {demand: {rule: poisson, orders: 3 per day}, basket: {units: 1}}
products: {mug: {price: 3, cost: 1, popularity: 2}, lamp: {price: 9, cost: 4, popularity: 1}}
network:
  suppliers: {maker: {lead_time: {gamma: {mean: 4 days, cv: 0.3}}}}
  sites:
    store:
      stages: [{stage: picking, staff: 2, line_time: {exponential: {mean: 10 min}}}]
      stock: {default: {rule: reorder_point, target: {unit_fill_rate: 0.95}, cover: 1 week}}
service: {stockout: {rule: backorder, ship: units}, rules: [{promise: {rule: fixed, time: 1 day}}]}
costs: {holding: 20 % per year, replenishment_order: 20, order: 2}
"""
HERE = Path(__file__).parent


class Timed(Store):
    """A store that knows how long writing took."""

    seconds_writing = 0.0

    def add(self, experiment: int, blocks: Sequence[Block]) -> None:
        begun = time.perf_counter()
        super().add(experiment, blocks)
        self.seconds_writing += time.perf_counter() - begun


def ideal(scenario: Scenario, count: int) -> float:
    """Wall seconds of simulating and measuring alone."""
    begun = time.perf_counter()
    for number in range(count):
        measure(simulator.simulate(scenario, number))
    return time.perf_counter() - begun


def through(scenario: Scenario, count: int, workers: int, file: str) -> tuple[float, float]:
    """Wall seconds through the product once every worker has played, and those of them spent writing to the store."""
    with Timed(file) as store, workforce(workers) as crew:
        replicate(crew, [(Experiment(scenario, store), 2 * workers)])
        experiment, before = Experiment(scenario, store), store.seconds_writing
        begun = time.perf_counter()
        replicate(crew, [(experiment, 2 * workers + count)])
        return time.perf_counter() - begun, store.seconds_writing - before


def memory(count: int, workers: int = 2) -> float:
    """Peak resident megabytes of the main process after so many replications, estimates included."""
    program = (
        f"import resource, sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"if __name__ == '__main__':\n import simulator, scale_out\n"
        f" r = simulator.run(scale_out.parse(scale_out.TEXT), {count}, workers={workers}); list(r.estimates())\n"
        " print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "play.py").write_text(program)
        done = subprocess.run([sys.executable, f"{folder}/play.py"], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    scenario, count = parse(TEXT), asked.replications
    ideal(scenario, 3)
    found: dict[str, list[float]] = {"two workers": [], "one worker": []}
    each, writing = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(asked.rounds):
            for workers, name in ((2, "two workers"), (1, "one worker")):
                alone = ideal(scenario, count)
                each.append(alone / count)
                took, wrote = through(scenario, count, workers, os.path.join(folder, f"{turn}{workers}.db"))
                found[name].append(alone / took / workers)
                if workers == 1:
                    writing.append(wrote / took)
    print(f"{1000 * statistics.median(each):.1f} ms a replication; {count} replications, {asked.rounds} rounds")
    for name, shares in found.items():
        low, middle, high = min(shares), statistics.median(shares), max(shares)
        print(f"{name}: {100 * middle:.1f} % of ideal ({100 * low:.1f} to {100 * high:.1f})")
    print(f"writing to the store: {100 * statistics.median(writing):.2f} % of the time")
    few, many = memory(200), memory(2000)
    print(f"memory: {few:.0f} MB after 200 replications, {many:.0f} MB after 2,000")


if __name__ == "__main__":
    main()
