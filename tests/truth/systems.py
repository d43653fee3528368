"""The two systems that most cases are: work that passes stages, and a shelf with a replenishment rule."""

QUEUE = """
name: Work that passes stages
run:
  start: 2026-01-05
  horizon: {horizon}
  warm_up: {warm_up}
  seed: {seed}
market:
  segments:
    all:
      demand: {{rule: poisson, orders: {orders}}}
      basket: {basket}
products: {{item: {{}}}}
network:
  calendars: {calendars}
  sites:
    office:
      stages: {stages}
service:
  rules: [{{promise: {{rule: fixed, time: {promise}}}}}]
"""
SHELF = """
name: A shelf
run:
  start: 2026-01-05
  horizon: {horizon}
  warm_up: {warm_up}
  seed: {seed}
market:
  segments:
    all:
      demand: {demand}
      basket: {basket}
      waits: {waits}
      {customers}
products: {{item: {{price: 1, cost: 1, step: {step}}}}}
network:
  suppliers: {{maker: {supplier}}}
  sites:
    store:
      stock: {{item: {stock}}}
service:
  stockout: {stockout}
  rules: {rules}
costs: {costs}
"""


def queue(
    *,
    seed: int,
    horizon: str,
    warm_up: str = "0 h",
    orders: str,
    stages: str,
    promise: str = "1 h",
    basket: str = "{units: 1}",
    calendars: str = "{}",
) -> str:
    """Poisson orders that pass the stages of one site; there is always stock."""
    return QUEUE.format(**locals())


def shelf(
    *,
    seed: int,
    horizon: str,
    warm_up: str = "0 h",
    demand: str,
    supplier: str,
    stock: str,
    basket: str = "{units: 1}",
    stockout: str = "{rule: backorder, ship: units}",
    promise: str = "1 day",
    waits: float = 1.0,
    customers: str = "",
    returns: str = "",
    costs: str = "{}",
    step: float = 1,
) -> str:
    """One item at one site without stages: what stock allows is delivered at once.

    Demand of any quantity is counted in small steps.
    """
    rules = f"[{{promise: {{rule: fixed, time: {promise}}}{returns and ', returns: ' + returns}}}]"
    return SHELF.format(**locals())


def poisson(rate: str) -> str:
    """Poisson orders."""
    return f"{{rule: poisson, orders: {rate}}}"


DAILY = "{rule: scheduled, every: 1 day, first: 0 h}"
"""One order at the start of every day."""
