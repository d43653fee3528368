"""What common random numbers save: replications needed for a half width, independent against paired.

    python common_random_numbers.py [--replications 20]

The real wholesaler's 200 items with another target for their stock. Independent runs need (variance of one + variance
of the other) / variance of the paired differences times as many replications for an interval of the same width. The
factor is itself an estimate: from R pairs its logarithm is uncertain by about sqrt(2 / R).
"""

import argparse
import math

import simulator

TARGET = "network.sites.warehouse.stock.default.target.unit_fill_rate"
KPIS = ("unit_fill_rate", "line_fill_rate", "backorders", "on_time", "on_hand", "total_cost", "margin")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replications", type=int, default=20)
    asked = parser.parse_args()
    scenarios = [simulator.load("gift_wholesaler", [f"{TARGET}={level}"]) for level in (0.95, 0.98)]
    found = simulator.compare(scenarios, asked.replications, kpis=KPIS)
    print("| KPI | 0.95 | 0.98 less 0.95 | fewer replications by |\n|---|---|---|---|")
    for row in found.table.itertuples():
        half = (row.high - row.low) / 2
        print(f"| {row.kpi} | {row.base:.4g} | {row.difference:+.3g} (±{half:.2g}) | {row.saved:.1f} |")
    print(f"factors uncertain by x/ {math.exp(math.sqrt(2 / asked.replications)):.2f}")


if __name__ == "__main__":
    main()
