"""Does a level that is computed from a target reach it? Played by the engine for a long time, over many combinations.

    python sizing.py                 the whole grid as a table
    python sizing.py --part 1/4      the first quarter of it
    python sizing.py NAME...         the combinations whose names hold one of these

A row: what is combined, the computed level, its method, the target, what the computation expects to reach, and what
the engine reaches, with its 95 % interval, all in per cent. A level is whole, so a target may be passed by a step.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import simulator
from simulator.planning.stock_levels import TargetError, sized_shelves

ENOUGH = 0.5
"""Points by which a target may be missed."""

TEXT = """
name: One shelf with a target
run: {{start: 2026-01-05, horizon: {weeks} weeks, warm_up: 52 weeks, seed: 1}}
market:
  {rhythm}
  segments: {segments}
products: {{item: {{price: 2, cost: 1}}{others}}}
network:
  suppliers: {{maker: {supplier}}}
  sites: {{store: {{stock: {{default: {{rule: base_stock, level: 100000}}, item: {rule}}}}}}}
service: {{stockout: {stockout}}}
"""

DEMANDS = {
    "Poisson": ("{rule: poisson, orders: 6 per day}", "{units: 1}", ""),
    "Poisson cases": ("{rule: poisson, orders: 2 per day}", "{units: 6}", ""),
    "Poisson lumps": ("{rule: poisson, orders: 2 per day}", "{units: {geometric: {mean: 5}}}", ""),
    "Poisson huge": ("{rule: poisson, orders: 1 per day}", "{units: {empirical: {values: {1: 8, 5: 3, 60: 1}}}}", ""),
    "daily": ("{rule: scheduled, every: 1 day, first: 9 h}", "{units: {normal: {mean: 40, sd: 12}}}", ""),
    "weekly": ("{rule: scheduled, every: 1 week, first: 0 h}", "{units: {negative_binomial: {mean: 50, sd: 20}}}", ""),
    "renewal": ("{rule: renewal, gap: {gamma: {mean: 6 h, cv: 0.3}}}", "{units: {uniform: {low: 1, high: 9}}}", ""),
    "bursts": ("{rule: renewal, gap: {gamma: {mean: 12 h, cv: 2}}}", "{units: 2}", ""),
    "rhythm": (
        "{rule: poisson, orders: 5 per day}",
        "{units: {poisson: {mean: 3, minimum: 1}}}",
        "rhythm: {weekdays: [3, 1, 1, 1, 2, 0, 0], day_to_day: 0.4}",
    ),
    "season": (
        "{rule: poisson, orders: 6 per day}",
        "{units: 1}",
        "rhythm: {months: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1.5, 2, 3]}",
    ),
}
SUPPLIES = {
    "fixed": "{lead_time: 5 days}",
    "gamma": "{lead_time: {gamma: {mean: 5 days, cv: 0.6}}}",
    "in sequence": "{crossing: false, lead_time: {gamma: {mean: 5 days, cv: 0.6}}}",
    "two kinds": "{lead_time: {mixture: [{share: 0.9, of: 3 days}, {share: 0.1, of: 20 days}]}}",
    "queue": "{capacity: 1, lead_time: {gamma: {mean: 8 h, cv: 0.5}}}",
}
RULES = {
    "r, Q": "{{rule: reorder_point, quantity: 80, target: {target}}}",
    "r, Q once": "{{rule: reorder_point, quantity: 70, multiples: false, target: {target}}}",
    "cover": "{{rule: reorder_point, cover: 10 days, lot_size: 12, target: {target}}}",
    "min-max": "{{rule: min_max, cover: 6 days, target: {target}}}",
    "maximum": "{{rule: min_max, maximum: 300, target: {target}}}",
    "R, S": "{{rule: periodic, every: 1 week, target: {target}}}",
    "R, S early": "{{rule: periodic, every: 1 week, before_demand: true, target: {target}}}",
    "R, s, S": "{{rule: periodic, every: 1 day, point: 60, target: {target}}}",
    "base stock": "{{rule: base_stock, target: {target}}}",
}
TARGETS = {
    "units": "unit_fill_rate",
    "lines": "line_fill_rate",
    "cycles": "cycle_service_level",
    "ready": "ready_rate",
    "in stock": "in_stock_probability",
}
CUSTOMERS = {
    "wait": ("", "{rule: backorder}"),
    "whole lines": ("", "{rule: backorder, ship: lines}"),
    "lost": ("", "{rule: lost_sale}"),
    "some wait": (", waits: 0.6, patience: {exponential: {mean: 4 days}}", "{rule: backorder}"),
}


class Combination(NamedTuple):
    """One row of the grid."""

    demand: str
    supply: str
    rule: str
    target: str
    value: float
    customers: str = "wait"

    @property
    def name(self) -> str:
        return ", ".join(map(str, self))

    def text(self, weeks: int) -> str:
        """The scenario."""
        demand, basket, rhythm = DEMANDS[self.demand]
        more, stockout = CUSTOMERS[self.customers]
        target = f"{{{TARGETS[self.target]}: {self.value}}}"
        return TEXT.format(
            weeks=weeks,
            rhythm=rhythm,
            segments=f"{{all: {{demand: {demand}, basket: {basket}{more}}}}}",
            others="",
            supplier=SUPPLIES[self.supply],
            rule=RULES[self.rule].format(target=target),
            stockout=stockout,
        )


def grid() -> Iterator[Combination]:
    """Every pair of a demand with a rule, the rest in turn; then what asks for more than turns give."""
    turns = zip(
        itertools.cycle(SUPPLIES), itertools.cycle(TARGETS), itertools.cycle([0.95, 0.9, 0.98]),
        itertools.cycle(["wait", "wait", "some wait", "wait", "whole lines", "wait", "lost"]), strict=False,
    )  # fmt: skip
    for (demand, rule), (supply, target, value, customers) in zip(
        itertools.product(DEMANDS, RULES), turns, strict=False
    ):
        yield Combination(demand, supply, rule, target, value, customers)
    for supply, target in itertools.product(("gamma", "in sequence"), TARGETS):
        yield Combination("Poisson", supply, "base stock", target, 0.9)


class Row(NamedTuple):
    """What came out."""

    level: float
    method: str
    expected: float
    reached: float
    low: float
    high: float

    def keeps(self, value: float) -> bool:
        """Whether the target is not missed by more than is allowed, as surely as the run can tell."""
        near = abs(self.reached - self.expected) - max(self.high - self.reached, self.reached - self.low)
        return self.high >= value - ENOUGH / 100 and near <= ENOUGH / 100


def play(combination: Combination, lines: int = 20_000, replications: int = 6) -> Row:
    """The level of a combination, and what the engine reaches with it."""
    per_week = {"Poisson": 42, "daily": 7, "weekly": 1, "renewal": 28, "rhythm": 35, "season": 42}
    weeks = min(52 + max(700, lines // per_week.get(combination.demand, 14)), 5200)
    weeks = 52 * round(weeks / 52)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "shelf.yaml"
        file.write_text(combination.text(weeks))
        scenario = simulator.load(str(file))
        shelf = sized_shelves(scenario, "store")["item"]
        found = simulator.run(scenario, replications=replications, workers=1).estimate(TARGETS[combination.target])
    level = shelf.up_to if shelf.point is None or shelf.rule.review else shelf.point
    return Row(level, shelf.method, shelf.reached, found.mean, found.low, found.high)


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--part", default="1/1", help="such as 2/4")
    told = parser.parse_args(arguments)
    part, parts = map(int, told.part.split("/"))
    chosen = [each for each in grid() if not told.names or any(name in each.name for name in told.names)]
    missed = 0
    print("| demand | lead time | rule | target | customers | level | method | expected | reached |")
    print("|---|---|---|---|---|---|---|---|---|")
    for each in chosen[part - 1 :: parts]:
        head = f"| {each.demand} | {each.supply} | {each.rule} | {each.target} {each.value:.0%} | {each.customers} "
        try:
            row = play(each)
        except TargetError as error:
            print(f"{head}| – | refused: {error.why.partition(': ')[2]} | – | – |", flush=True)
            continue
        missed += not row.keeps(each.value)
        print(
            f"{head}| {row.level:g} | {row.method} | {row.expected:.2%} "
            f"| {row.reached:.2%} ({row.low:.2%} to {row.high:.2%})"
            f"{'' if row.keeps(each.value) else ' **missed**'} |",
            flush=True,
        )
    print(f"\n{len(chosen[part - 1 :: parts])} combinations, {missed} missed", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
