"""Scenarios that several tests play, and the way to play them: audited."""

from copy import deepcopy
from functools import cache
from pathlib import Path

import simulator
from simulator.engine.ledger import Ledger
from simulator.replication.simulate import audit
from simulator.scenario.reading.load import parse
from simulator.scenario.scenario import Scenario

SHARED = Path(__file__).parents[2] / "shared"
"""Where the real order history lies, if it is there at all."""

EVERYTHING = """
name: Everything at once
run: {start: 2026-01-05, horizon: 12 weeks, warm_up: 2 weeks, seed: 1}
market:
  channels: {web: {}, account: {}}
  rhythm: {weekdays: [1.2, 1.1, 1, 1, 0.9, 0, 0], day_to_day: 0.3}
  segments:
    key:
      demand: {rule: poisson, orders: 20 per day}
      channels: {web: 0.2, account: 0.8}
      priority: 1
      patience: {exponential: {mean: 4 days}}
      waits: 0.8
      basket: {lines: {geometric: {mean: 4}}, units: {poisson: {mean: 3, minimum: 1}}}
    shop:
      demand: {rule: poisson, orders: 30 per day}
      channels: {web: {share: 1, basket: {lines: 2, units: {geometric: {mean: 2}}}}}
      priority: 2
      customers: 50
    standing:
      demand: {rule: scheduled, every: 1 day, first: 1 h}
      channels: {account: 1.0}
      basket: {orders: [{share: 1, lines: {s1: 2, s2: 1}}]}
products:
  s1: {price: 10, cost: 4, class: A}
  s2: {price: 8, cost: 3, class: A}
  s3: {price: 6, cost: 2, class: B}
  s4: {price: 4, cost: 1, class: B}
  s5: {price: 2, cost: 1, class: C}
network:
  calendars: {office: {days: mon-fri, hours: "08:00-17:00", closed: [2026-01-06]}}
  suppliers:
    importer:
      lead_time: {gamma: {mean: 7 days, cv: 0.4}}
      crossing: false
      changes: [{at: 4 weeks, factor: 1.3}, {at: 9 weeks, factor: 0.9}]
      planned: 6 days
      refresh: 2 weeks
      record: 8
    workshop: {lead_time: {exponential: {mean: 1 h}}, capacity: 1, cancellable: true}
  sites:
    warehouse:
      stages:
        - {stage: entry, staff: 2, calendar: office, time: {exponential: {mean: 5 min}}, cut_off: "15:00"}
        - {stage: credit, time: {exponential: {mean: 5 min}}}
        - {stage: scheduling, time: 1 h}
        - {stage: picking, staff: 3, calendar: office, time: 2 min, line_time: {gamma: {mean: 2 min, cv: 0.5}}}
        - {stage: shipping, departures: {at: ["16:00"], days: mon-fri}}
        - {stage: transit, time: {lognormal: {mean: 2 days, cv: 0.4}}}
      stock:
        default: {rule: reorder_point, supplier: importer, point: 140, quantity: 160}
        s1: {rule: base_stock, level: 40, supplier: workshop}
        s2: {rule: min_max, minimum: 120, maximum: 270, supplier: importer}
        s3: {rule: periodic, every: 1 week, level: 420, point: 260, supplier: importer, lot_size: 12}
        s4: {rule: periodic, every: 1 week, target: {unit_fill_rate: 0.7}, supplier: importer}
      returns:
        inspection: {time: 10 min, staff: 1, calendar: office}
        restock: 0.5
        refurbish: 0.3
        dispose: 0.2
        refurbish_time: 2 days
      quality: {damage: 0.02, document_error: 0.01}
service:
  rules:
    - when: {segment: key}
      promise: {rule: fixed, time: 3 days}
      stockout: {rule: backorder, ship: order}
      returns: {rate: 0.1, lag: {exponential: {mean: 5 days}}, part: 0.5}
    - when: {segment: shop}
      promise: {rule: fixed, time: 5 days}
      stockout: {rule: lost_sale}
      returns: {rate: 0.2, lag: 3 days}
    - promise: {rule: fixed, time: 4 days}
      stockout: {rule: backorder, ship: units}
costs:
  holding: 20 % per year
  replenishment_order: 35
  order: 4
  line: 0.80
  labour: 25
  backorder: 0.10 per unit per day
  lost_sale: 10 %
  returned_line: 5
  shipment: 6
  fixed: 1000 per week
"""
"""Every mechanism switched on, all rules in use, stock short enough to hurt."""

FULL = """
name: Promises, shortages, and who is served first
run: {start: 2026-01-05, horizon: 3 weeks, warm_up: 2 days, seed: 1}
market:
  channels: {web: {}, account: {}}
  segments:
    key:
      demand: {rule: poisson, orders: 12 per day}
      channels: {web: 0.2, account: 0.8}
      customers: 5
      priority: 1
      waits: 0.8
      patience: {exponential: {mean: 4 days}}
      longest_wait: {exponential: {mean: 6 days}}
      basket: {lines: {geometric: {mean: 3}}, units: {poisson: {mean: 3, minimum: 1}}}
      site: warehouse
    shop:
      demand: {rule: poisson, orders: 20 per day}
      channels: {web: 1.0}
      customers: 50
      priority: 2
      waits: 0.7
      longest_wait: {exponential: {mean: 8 days}}
      basket: {lines: 2, units: {geometric: {mean: 2}}}
      site: outlet
    standing:
      demand: {rule: scheduled, every: 1 day, first: 1 h}
      channels: {account: 1.0}
      priority: 3
      patience: 2 days
      basket: {orders: [{share: 1, lines: {s1: 4, s2: 2}}]}
      site: warehouse
products:
  s1: {price: 10, cost: 4, class: A, substitutes: {s2: 0.6, s3: 0.3}}
  s2: {price: 8, cost: 3, class: A, substitutes: {s1: 0.5}}
  s3: {price: 6, cost: 2, class: B, substitutes: {s4: 0.4}}
  s4: {price: 4, cost: 1, class: B}
  s5: {price: 2, cost: 1, class: C, substitutes: {s4: 0.9, s1: 0.1}}
network:
  calendars: {office: {days: mon-fri, hours: "08:00-17:00"}}
  suppliers:
    importer: {lead_time: {gamma: {mean: 4 days, cv: 0.4}}, crossing: false}
    workshop: {lead_time: {exponential: {mean: 2 h}}, capacity: 1, cancellable: true}
  sites:
    warehouse:
      siblings: {outlet: 5 h}
      stages:
        - {stage: entry, staff: 1, time: {exponential: {mean: 90 min}}}
        - {stage: picking, staff: 3, calendar: office, time: 2 min, line_time: 2 min}
        - {stage: transit, time: {lognormal: {mean: 2 days, cv: 0.4}}}
      stock: {default: {rule: min_max, minimum: 20, maximum: 60, supplier: importer}}
      returns: {restock: 0.7, dispose: 0.3}
    outlet:
      siblings: {warehouse: 8 h}
      stages: [{stage: transit, time: {exponential: {mean: 1 day}}}]
      stock: {default: {rule: reorder_point, point: 20, quantity: 40, supplier: importer}}
service:
  allocation: {rule: priority}
  repromise: {slack: 4 h}
  rules:
    - name: key A
      when: {segment: key, sku_class: A}
      promise: {rule: available_to_promise, cycle: 2 days}
    - name: key
      when: {segment: key}
      promise: {rule: quantile, share: 0.9, orders: 50, start: 4 days}
      stockout: [{rule: substitute}, {rule: transship, keep: 5}, {rule: expedite, time: 1 day}, {rule: backorder}]
      express: {time: 1 day, if_late_by: 4 h}
      alternatives: {partial: 0.3, item: 0.4, site: 0.5, date: 0.6}
      returns: {rate: 0.1, lag: 3 days}
    - name: shop
      when: {segment: shop}
      promise: {rule: capable_to_promise, cycle: 2 days, cut: 0.2}
      stockout: {rule: customer_choice, elsewhere: 0.31, substitute: 0.45, wait: 0.15, nothing: 0.09}
      alternatives: {item: 0.5, site: 0.5, date: 0.5}
    - name: rest
      promise: {rule: fixed, time: 3 days}
      stockout: [{rule: cancel, if_later_than: 5 days}, {rule: backorder}]
  overrides: []
costs: {expedited_unit: 1, express_shipment: 9, transshipped_unit: 0.5, override: 5}
"""
"""Promises, recovery from shortages and allocation at two sites that help each other, all at once."""

ONE_ITEM = """
name: One item
run: {start: 2026-01-05, horizon: 20 weeks, seed: 1}
market:
  segments:
    all: {demand: {rule: poisson, orders: 20 per day}, basket: {units: {poisson: {mean: 2, minimum: 1}}}}
products: {item: {price: 2, cost: 1}}
network:
  suppliers: {maker: {lead_time: {gamma: {mean: 5 days, cv: 0.5}}}}
  sites: {store: {stock: {item: {rule: min_max, minimum: 240, maximum: 640}}}}
"""


ENTRY_MODES = """  entry_modes:
    web: {time: 1 min, errors: {item: 0.02, quantity: 0.02, address: 0.02, price: 0.02, document: 0.02}}
    manual:
      time: {exponential: {mean: 6 min}}
      line_time: 30 s
      errors: {item: 0.05, quantity: 0.05, address: 0.05, price: 0.05, document: 0.05}
  sites:
    warehouse:"""
CHECKS = """
        - {stage: verification, staff: 1, calendar: office, time: 3 min, catches: 0.6, rework: 15 min, patience: 9 days}
        - {stage: credit, time: 5 min, hold: {rate: 0.05, time: {exponential: {mean: 5 h}}}}"""


def order_desk(
    entry: str = "places: 60, patience: {exponential: {mean: 30 h}}", picking: str = "", seed: int = 1
) -> str:
    """Everything at once, with an order desk that has everything too."""
    text = EVERYTHING.replace("horizon: 12 weeks", "horizon: 5 weeks").replace("seed: 1}", f"seed: {seed}}}")
    for old, new in (
        ("{web: {}, account: {}}", "{web: {entry: web}, account: {entry: manual}}"),
        ("  sites:\n    warehouse:", ENTRY_MODES),
        ('cut_off: "15:00"}', f'cut_off: "15:00", {entry}}}'),
        ("\n        - {stage: credit, time: {exponential: {mean: 5 min}}}", CHECKS),
        ("cv: 0.5}}}", f"cv: 0.5}}}}{picking}}}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def play(scenario: Scenario | str, replication: int = 0) -> Ledger:
    """One audited replication of a scenario or of its text."""
    loaded = parse(scenario) if isinstance(scenario, str) else scenario
    ledger = simulator.simulate(loaded, replication)
    audit(ledger)
    return ledger


_kept = cache(play)


def played(text: str, replication: int = 0) -> Ledger:
    """The same of a text, played once for all tests that want it; what one of them does to the facts is its own."""
    kept = _kept(text, replication)
    return deepcopy(kept, {id(kept.scenario): kept.scenario})
