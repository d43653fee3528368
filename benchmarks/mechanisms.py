"""What each mechanism costs when it is switched on: SimPy events per order, and time against everything off.

    python mechanisms.py

Each case is `mechanisms.yaml` with one change. Times are CPU seconds of simulating and measuring together, the
median of some runs, each paired with a run of the plain scenario just before it.
"""

import statistics
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import simulator
from simulator.engine.facts import Ordered
from simulator.replication.measure import measure
from simulator.scenario.scenario import Scenario

HERE = Path(__file__).parent
FIXED = "promise: {rule: fixed, time: 24 h}"
KEY = f"{{name: key, when: {{segment: key}}, {FIXED}, priority: 1}}"
CENTRE = """{asking: {}, agents: {desk: {number: 2}},
          channels: {phone: {patience: {exponential: {mean: 3 min}}, redial: 0.5}, mail: {}}}"""
CASES = {
    "everything off": "",
    "rules by customer, value and class of product": f"""
        service.rules:
          - {{when: {{order_value: {{at_least: 40}}}}, {FIXED}}}
          - {{when: {{sku_class: C}}, {FIXED}}}
          - {{{FIXED}}}""",
    "overrides by sales, 10 %": f"""
        service:
          rules: [{KEY}, {{{FIXED}}}]
          overrides: [{{rate: 0.1, when: {{segment: small}}, treated_as: key}}]""",
    "allocation by priority": "service.allocation: {rule: priority}",
    "rationing by critical level": "service.allocation: {rule: critical_level, levels: {2: 40}}",
    "fair share": "service.allocation: {rule: fair_share}",
    "patience of waiting lines": "market.segments.small.patience: {exponential: {mean: 24 h}}",
    "substitutes": "service.stockout: [{rule: substitute}, {rule: backorder}]",
    "emergency supply": "service.stockout: [{rule: expedite, time: 6 h}, {rule: backorder}]",
    "transshipment": "service.stockout: [{rule: transship}, {rule: backorder}]",
    "promise: quantile of own record": "service.rules[0].promise: {rule: quantile, start: 24 h}",
    "promise: available to promise": "service.rules[0].promise: {rule: available_to_promise, cycle: 16 h}",
    "promise: capable to promise": "service.rules[0].promise: {rule: capable_to_promise, cycle: 16 h}",
    "new dates for lines that wait": "service.repromise: {slack: 2 h}",
    "customers who cannot wait, and alternatives": """
        market.segments.small.longest_wait: {uniform: {low: 12 h, high: 48 h}}
        service.rules[0].alternatives: {partial: 0.5, item: 0.5, site: 0.5, date: 0.5}""",
    "orders for later, set aside": """
        market.segments.key.requested: {uniform: {low: 1 h, high: 120 h}}
        service.reservation: {allocate: hard, release: 24 h, cancelled: 0.05}""",
    "a service-level agreement with alert": """
        service.contracts: {key: {covers: {segment: key}, metric: otif, target: 0.95, period: 1 week,
          penalty: {below: target, rate: 2 %, on: failures}, alert: {before: 2 days}}}""",
    "a source by stock, from two sites": """
        market.channels: {desk: {}, web: {source: {rule: in_turn, sites: [store, outlet]}}}""",
    "a stock record an hour old": "market.channels: {desk: {}, web: {record: {sync: 1 h}}}",
    "express transit for late orders": "service.rules[0].express: {time: 4 h}",
    "entry modes with 1 % errors of each kind": """
        network.entry_modes: {manual: {time: {exponential: {mean: 0.08 h}},
          errors: {item: 0.01, quantity: 0.01, address: 0.01, price: 0.01, document: 0.01}}}
        market.channels: {desk: {entry: manual}, web: {entry: manual}}""",
    "returns of 5 %, as they are simplest": "service.rules[0].returns: {rate: 0.05, lag: 2 days}",
    "returns of 5 %, with everything": """
        network.suppliers.maker.claims: {accepted: 0.8, time: 1 day}
        network.sites.store.quality: {picking_error: 0.01}
        network.sites.store.returns: {inspection: {time: 1 h}, refurbishing: {time: 2 h}}
        service.rules[0].returns: {rate: 0.05, late: 0.1, reasons: {changed_mind: 0.7, defective: 0.3}, lag: 2 days,
          authorisation: {time: 4 h, refused: 0.1}, transport: 1 day, refund: inspection, exchange: 0.1,
          fraud: {share: 0.1}, grades: {default: {as_new: 0.5, opened: 0.3, broken: 0.2}},
          disposition: {rule: by_grade, defective: supplier}}""",
    "credit holds, 3 %": "network.sites.store.stages[2].hold: {rate: 0.03, time: 4 h}",
    "picking in hourly waves": "network.sites.store.stages[3].waves: 1 h",
    "picking in batches of four": "network.sites.store.stages[3].batch: {orders: 4, within: 1 h}",
    "planned lead times refreshed weekly": """
        network.suppliers.maker.refresh: 1 week
        network.sites.store.stock.a: {rule: reorder_point, quantity: 900, target: {unit_fill_rate: 0.95}}""",
    "customers who ask, and a contact centre": f"""
        communication: {CENTRE}""",
    "the same with milestones and delay alerts": f"""
        service.rules[0].notify: {{rule: delay_alerts}}
        communication: {CENTRE}""",
    "units in service: 500 that fail, 10 % of those sold": """
        after_sales:
          installed:
            a: {base: 500, joins: 0.1, failure: {weibull: {shape: 1.5, scale: 90 days}}, parts: {part: 0.6}}
          technicians: {crew: {number: 3}}
          parts: {part: {stock: {depot: 5}, lead_time: 2 days}}""",
    "customers who remember": "goodwill: {default: {elasticity: 0, leaves_below: 0}}",
    "satisfaction, and a survey": "satisfaction: {survey: {}}",
    "classes of products reviewed weekly": """
        segmentation: {products: {rule: abc_xyz, by: value, bucket: 1 day, review: 1 week}}""",
}
"""What is changed, as a what-if would write it."""


def scenario(change: str) -> Scenario:
    """The plain scenario with one change."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.yaml"
        case.write_text(f"extends: {HERE / 'mechanisms.yaml'}\n{textwrap.dedent(change)}\n", encoding="utf-8")
        return simulator.load(case)


def once(case: Scenario) -> tuple[float, float]:
    """CPU seconds and SimPy events per order of one run, measured."""
    began = time.process_time()
    ledger = simulator.simulate(case)
    measure(ledger)
    return time.process_time() - began, ledger.events / len(ledger.columns(Ordered)["at"])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    plain = scenario("")
    once(plain)
    print("| switched on | events per order | time against off (quartiles) |\n|---|---|---|")
    for name, change in CASES.items():
        case = scenario(change)
        ratios = []
        for _ in range(rounds):
            base, _ = once(plain)
            seconds, events = once(case)
            ratios.append(seconds / base)
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"| {name} | {events:.2f} | {middle:.2f} ({low:.2f}–{high:.2f}) |", flush=True)


if __name__ == "__main__":
    main()
