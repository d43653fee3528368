"""What each customer is expected to buy: the segment's orders, shared out by the customers' weights."""

from dataclasses import dataclass

import numpy as np

from simulator.policies.segmentation.turnover import Sold, Turnover, turnover
from simulator.scenario.demand import Replayed, Resampled
from simulator.scenario.distributions import Quantity
from simulator.scenario.history import Orders, read_history
from simulator.scenario.market import Basket, ChannelUse, Segment
from simulator.scenario.plan import DAY, day_factor, order_rate
from simulator.scenario.scenario import Scenario


@dataclass(frozen=True)
class Worth:
    """What one order is expected to be worth: moments over a segment's orders."""

    units: float = 0.0
    margin: float = 0.0
    value: float = 0.0
    square: float = 0.0
    """Mean of the squared value."""

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(self.units + other.units, self.margin + other.margin, self.value + other.value,
                     self.square + other.square)  # fmt: skip

    def priced(self, factor: float) -> "Worth":
        """The same at other prices."""
        margin = self.margin + (factor - 1) * self.value
        return Worth(self.units, margin, factor * self.value, factor**2 * self.square)

    def times(self, share: float) -> "Worth":
        return Worth(self.units * share, self.margin * share, self.value * share, self.square * share)


def customer_turnover(scenario: Scenario, period: float) -> tuple[list[str], Turnover]:
    """The customers by name, and what each is expected to buy in an hour, or has bought in a replayed history.

    The variation is that of the value of its orders from one period to the next.
    """
    rows: dict[str, np.ndarray] = {}
    for name, segment in scenario.market.segments.items():
        each = _replayed(scenario, name, period) if isinstance(segment.demand, Replayed) else _shared(scenario, name)
        for customer, row in each.items():
            rows[customer] = rows.get(customer, np.zeros(4)) + row
    value, margin, units, variance = np.array(list(rows.values())).reshape(-1, 4).T
    mean = np.where(value > 0, value, 1.0) * (period or 1.0)
    variation = np.where(value > 0, np.sqrt(variance * period) / mean, np.inf)
    return list(rows), Turnover(value, margin, units, variation)


def _shared(scenario: Scenario, name: str) -> dict[str, np.ndarray]:
    """Value, margin, units and variance of the value per hour of each customer of a segment."""
    segment = scenario.market.segments[name]
    rate, worth = order_rate(segment), _worth(scenario, name, segment)
    busy = day_factor(getattr(segment.demand, "rhythm", None) or scenario.market.rhythm) * DAY
    weights = segment.customer_weights(name)
    total, found = sum(weights.values()), {}
    for customer, weight in weights.items():
        orders = rate * weight / total
        value = orders * worth.value
        variance = orders * worth.square + busy * value**2
        found[customer] = np.array([value, orders * worth.margin, orders * worth.units, variance])
    return found


def _worth(scenario: Scenario, name: str, segment: Segment) -> Worth:
    if isinstance(segment.demand, Resampled):
        orders, mine = own_orders(scenario, name)
        sold = sold_to(scenario, orders, mine, np.repeat(np.arange(len(mine)), (orders.last - orders.first)[mine]))
        value = np.bincount(sold.place, sold.value, len(mine))
        count = max(len(mine), 1)
        return Worth(sold.units.sum(), sold.margin.sum(), value.sum(), float((value**2).sum())).times(1 / count)
    total, channels = Worth(), scenario.market.channels
    for channel, use in (segment.channels or {next(iter(channels), ""): 1.0}).items():
        share = use if isinstance(use, float) else use.share
        basket = use.basket if isinstance(use, ChannelUse) and use.basket is not None else segment.basket
        assert basket is not None
        factor = channels[channel].price if channel in channels else 1.0
        total += _basket_worth(scenario, basket).priced(factor).times(share)
    return total


def _basket_worth(scenario: Scenario, basket: Basket) -> Worth:
    if basket.orders is not None:
        kinds = sum(kind.share for kind in basket.orders)
        found = Worth()
        for kind in basket.orders:
            found += _several([_line(scenario, sku, law) for sku, law in kind.lines.items()]).times(kind.share / kinds)
        return found
    weights = basket.items or {sku: product.popularity for sku, product in scenario.products.items()}
    line, total = Worth(), sum(weights.values())
    for sku, weight in weights.items():
        law = basket.units or (basket.units_by_group or {}).get(scenario.products[sku].group or "")
        if law is not None and weight:
            line += _line(scenario, sku, law).times(weight / total)
    count = basket.lines
    mean, spread = (count.expected, count.variance) if count is not None else (1.0, 0.0)
    square = mean * (line.square - line.value**2) + (spread + mean**2) * line.value**2
    return Worth(mean * line.units, mean * line.margin, mean * line.value, square)


def _line(scenario: Scenario, sku: str, law: Quantity) -> Worth:
    product, units = scenario.products[sku], law.expected
    square = (law.variance + units**2) * product.price**2
    return Worth(units, units * (product.price - product.cost), units * product.price, square)


def _several(lines: list[Worth]) -> Worth:
    """An order of these lines, each drawn on its own."""
    value = sum(line.value for line in lines)
    variance = sum(line.square - line.value**2 for line in lines)
    return Worth(sum(line.units for line in lines), sum(line.margin for line in lines), value, variance + value**2)


def _replayed(scenario: Scenario, name: str, period: float) -> dict[str, np.ndarray]:
    """The same of customers in a history, from its first day to its last order or the end of the run."""
    orders, mine = own_orders(scenario, name)
    end = min(float(np.ceil((orders.at.max() + 1e-9) / DAY)) * DAY, scenario.run.horizon)
    known: dict[str, int] = {}
    for customer in [*scenario.market.segments[name].customer_weights(name), *orders.customer[mine].tolist()]:
        known.setdefault(customer or f"{name} guest", len(known))
    mine = mine[orders.at[mine] < end]
    places = np.array([known[each or f"{name} guest"] for each in orders.customer[mine].tolist()], dtype=int)
    sold = sold_to(scenario, orders, mine, np.repeat(places, (orders.last - orders.first)[mine]))
    found = turnover(sold, len(known), 0.0, end, period, sold.value)
    per_hour = np.array([found.value, found.margin, found.volume]) / end
    spread = np.where(found.value > 0, found.variation, 0.0) * per_hour[0]
    rows = np.vstack([per_hour, spread**2 * period])
    return {customer: rows[:, place] for customer, place in known.items()}


def own_orders(scenario: Scenario, name: str) -> tuple[Orders, np.ndarray]:
    """The history, and which of its orders are a segment's."""
    assert scenario.market.history is not None
    orders = read_history(scenario.market.history)
    whole = scenario.market.history.columns.segment is None
    return orders, orders.where((orders.segment == name) | whole)


def sold_to(scenario: Scenario, orders: Orders, mine: np.ndarray, place: np.ndarray) -> Sold:
    """The lines of some orders of a history, each belonging to a place."""
    counts = (orders.last - orders.first)[mine]
    rows = np.repeat(orders.first[mine] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    products = [scenario.products[sku] for sku in orders.sku[rows].tolist()]
    listed = np.array([product.price for product in products], dtype=float)
    price = np.where(np.isnan(orders.price[rows]), listed, orders.price[rows])
    units, cost = orders.units[rows], np.array([product.cost for product in products], dtype=float)
    return Sold(place, np.repeat(orders.at[mine], counts), units, units * price, units * (price - cost))
