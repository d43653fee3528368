"""Run reference workload W1 or W2 through the product, all KPIs on, and print one JSON line.

It takes the arguments of the reference programs (`--orders N | --years Y --seed S --runs R`), so that it can
be put beside them:

    python run_all.py --only simpy_bare --extra 'W1:product:PYTHON workload.py w1' \\
                                        --extra 'W2:product:PYTHON workload.py w2'

A run simulates, measures every KPI with every slice, and reads orders, fill rate, cost and cycle time from them.
W1's time unit is the day, W2's the hour. W2 runs for a time, not until its N-th order, so `orders` is what came.
"""

import argparse
import gc
import json
import resource
import statistics
import time
from pathlib import Path

import simulator
from simulator.engine.facts import Ordered
from simulator.replication.measure import measure
from simulator.scenario.scenario import Scenario

HERE = Path(__file__).parent
PER_UNIT_OF_TIME = {"w1": 24.0, "w2": 1.0}
RATE = {"w1": 20 / 24, "w2": 20.0}


def once(scenario: Scenario, unit: float) -> dict[str, float]:
    """One replication, simulated and measured; cost per unit of time."""
    ledger = simulator.simulate(scenario)
    found = measure(ledger).values
    weekly = float(found["total_cost"][""][0])
    return {
        "orders": len(ledger.columns(Ordered)["at"]),
        "fill_rate": float(found["order_fill_rate"][""][0]),
        "cost": weekly / 168 * unit,
        "cycle": float(found["order_cycle_time"][""][0]) / unit,
        "events": ledger.events,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=["w1", "w2"])
    parser.add_argument("--orders", type=int)
    parser.add_argument("--years", type=float)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    orders = asked.orders or int((asked.years or 1) * 8760 * RATE[asked.workload])
    horizon = f"run.horizon={orders / RATE[asked.workload]} h"
    unit = PER_UNIT_OF_TIME[asked.workload]
    rows, seconds = [], []
    for run in range(asked.runs):
        scenario = simulator.load(HERE / f"{asked.workload}.yaml", [horizon, f"run.seed={asked.seed + run}"])
        if not run:
            once(simulator.load(HERE / f"{asked.workload}.yaml", ["run.horizon=10 days"]), unit)  # imports
        gc.collect()
        began = time.process_time()
        rows.append(once(scenario, unit))
        seconds.append(time.process_time() - began)
    middle = sorted(seconds)[len(seconds) // 2]
    mean = {key: statistics.fmean(row[key] for row in rows) for key in rows[0]}
    if asked.workload == "w1":
        del mean["cycle"]
    print(
        json.dumps(
            {
                "impl": "product",
                "workload": asked.workload.upper(),
                "seconds": middle,
                "orders_per_s": rows[-1]["orders"] / middle,
                **mean,
                "orders": rows[-1]["orders"],
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "runs": asked.runs,
            }
        )
    )


if __name__ == "__main__":
    main()
