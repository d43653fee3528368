"""How a year of the full-size wholesaler grows: in years, and in SKUs that nobody orders.

    python growth.py

Every case runs in a process of its own: CPU seconds to simulate and to measure, orders and lines per CPU
second of both together, and peak memory less that of a run of a week.
"""

import json
import resource
import subprocess
import sys
import time

CASES = [
    ("years", 1),
    ("years", 2),
    ("years", 5),
    ("years", 10),
    ("idle SKUs", 0),
    ("idle SKUs", 300),
    ("idle SKUs", 1000),
    ("idle SKUs", 2800),
]


def one(years: float, idle: int) -> dict[str, float]:
    """Simulate and measure the wholesaler for so many years, with so many SKUs more that nobody orders."""
    import simulator
    from simulator.engine.facts import LineOrdered, Ordered
    from simulator.replication.measure import measure
    from simulator.scenario.scenario import Scenario

    base = simulator.load("gift_wholesaler")
    source = json.loads(json.dumps(base.source, default=str))
    source["run"] |= {"start": base.run.start, "horizon": f"{years} years", "warm_up": 0}
    source["products"] |= {
        f"idle {n}": {"price": 5, "cost": 2, "popularity": 0, "group": next(iter(base.products.values())).group}
        for n in range(idle)
    }
    scenario = Scenario.model_validate(source)
    began = time.process_time()
    ledger = simulator.simulate(scenario)
    simulated = time.process_time()
    measure(ledger)
    done = time.process_time()
    orders = len(ledger.columns(Ordered)["at"])
    return {
        "orders": orders,
        "lines": len(ledger.columns(LineOrdered)["line"]),
        "simulate": simulated - began,
        "measure": done - simulated,
        "orders/s": orders / (done - began),
        "events/order": ledger.events / orders,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> None:
    if len(sys.argv) > 2:
        print(json.dumps(one(float(sys.argv[1]), int(sys.argv[2]))))
        return
    print("| what | | orders | lines | simulate s | measure s | orders/s | events/order | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for what, size in [("a week", 0), *CASES]:
        years, idle = (size, 0) if what == "years" else (1, size) if size or what == "idle SKUs" else (1 / 52, 0)
        done = subprocess.run([sys.executable, __file__, str(years), str(idle)], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        row = json.loads(done.stdout)
        print(
            f"| {what} | {size} | {row['orders']:,} | {row['lines']:,} | {row['simulate']:.2f} | {row['measure']:.2f}"
            f" "
            f"| {row['orders/s']:,.0f} | {row['events/order']:.2f} | {row['peak MB']:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
