"""The demand that a scenario expects: of each SKU at each site, and of each customer."""

from dataclasses import dataclass

import numpy as np

from simulator.model import once
from simulator.planning.sourcing_options import home_site, share_from
from simulator.rules.classifying import Sold, Turnover, turnover
from simulator.scenario.demand import Replayed, Resampled, Rhythm
from simulator.scenario.distributions import Quantity
from simulator.scenario.market import Basket, ChannelUse, Segment
from simulator.scenario.reading.order_history import Orders, own_orders
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import Demand

DAY = 24.0


@once
def expected_demand(scenario: Scenario, site: str | None = None) -> dict[str, Demand]:
    """Demand of each SKU at a site, or at all of them, in the long run; worked out once from the scenario's own market.

    Lines and units per hour; the variance of units per hour includes the over-dispersion of days
    and, averaged over the year, not the season.
    """
    size = len(scenario.products)
    lines, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    extra = np.zeros(size)
    for name, segment in scenario.market.segments.items():
        if not share_from(scenario, name, site):
            continue
        rate, m1, m2 = _segment_demand(scenario, name, segment, site)
        lines, first, second = lines + rate, first + rate * m1, second + rate * m2
        rhythm = getattr(segment.demand, "rhythm", None) or scenario.market.rhythm
        extra += day_factor(rhythm) ** 0.5 * rate * m1  # busy days are common to all segments
    safe = np.where(lines > 0, lines, 1.0)
    mean, square = first / safe, second / safe
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    variance = second + extra**2 * DAY
    least = np.array([product.step for product in scenario.products.values()])
    whole = np.maximum(mean, least)  # theory counts whole units: lines of half a unit are half as many lines
    return {
        sku: Demand(float(lines[i] * mean[i] / whole[i]), float(whole[i]), float(spread[i]), float(variance[i]))
        for i, sku in enumerate(scenario.products)
    }


def day_factor(rhythm: Rhythm | None) -> float:
    """Squared coefficient of variation of a day's rate, by weekday and from day to day."""
    if rhythm is None:
        return 0.0
    weekday = 0.0
    if rhythm.weekdays is not None:
        weights = np.array(rhythm.weekdays) / np.mean(rhythm.weekdays)
        weekday = float(np.var(weights)) / 7  # a week evens its own days out
    return float(rhythm.day_to_day**2 + weekday)


Moments = tuple[np.ndarray, np.ndarray, np.ndarray]


def _segment_demand(scenario: Scenario, name: str, segment: Segment, site: str | None) -> Moments:
    """Lines per hour at a site, mean and mean square of units per line, by SKU."""
    if isinstance(segment.demand, (Resampled, Replayed)):
        every, m1, m2 = _history_demand(scenario, name, segment)
        return every * share_from(scenario, name, site), m1, m2
    rate = order_rate(segment)
    uses = segment.channels or {next(iter(scenario.market.channels), ""): 1.0}
    size = len(scenario.products)
    lines, first, second = np.zeros(size), np.zeros(size), np.zeros(size)
    for channel, use in uses.items():
        if site not in (None, home_site(scenario, name, channel)):
            continue
        share = use if isinstance(use, float) else use.share
        basket = use.basket if isinstance(use, ChannelUse) and use.basket is not None else segment.basket
        assert basket is not None
        each, m1, m2 = _basket_demand(scenario, basket)
        lines, first, second = lines + share * each, first + share * each * m1, second + share * each * m2
    safe = np.where(lines > 0, lines, 1.0)
    return rate * lines, first / safe, second / safe


def order_rate(segment: Segment) -> float:
    """Orders per hour, where the demand does not come from a history at its own times."""
    return segment.demand.rate


def _basket_demand(scenario: Scenario, basket: Basket) -> Moments:
    """Lines per order, mean and mean square of units per line, by SKU."""
    skus = {sku: place for place, sku in enumerate(scenario.products)}
    lines, first, second = np.zeros(len(skus)), np.zeros(len(skus)), np.zeros(len(skus))
    if basket.orders is not None:
        total = sum(kind.share for kind in basket.orders)
        for kind in basket.orders:
            for sku, wanted in kind.lines.items():
                place, share = skus[sku], kind.share / total
                lines[place] += share
                first[place] += share * wanted.expected
                second[place] += share * (wanted.variance + wanted.expected**2)
        safe = np.where(lines > 0, lines, 1.0)
        return lines, first / safe, second / safe
    weights = basket.items or {sku: product.popularity for sku, product in scenario.products.items()}
    count = basket.lines.expected if basket.lines is not None else 1.0
    for sku, weight in weights.items():
        lines[skus[sku]] = count * weight / sum(weights.values())
    laws = basket.units_by_group or {}
    moments = {group: (law.expected, law.variance + law.expected**2) for group, law in laws.items()}
    if basket.units is not None:
        both = basket.units.expected, basket.units.variance + basket.units.expected**2
        moments = dict.fromkeys((product.group or "" for product in scenario.products.values()), both)
    for sku, place in skus.items():
        first[place], second[place] = moments.get(scenario.products[sku].group or "", (0.0, 0.0))
    return lines, first, second


def _history_demand(scenario: Scenario, name: str, segment: Segment) -> Moments:
    orders, mine = own_orders(scenario, name)
    days = float(np.ceil(orders.at.max() / DAY)) or 1.0
    chosen = orders.lines_of(mine)
    place = {sku: index for index, sku in enumerate(scenario.products)}
    sku = np.array([place[each] for each in orders.sku[chosen].tolist()], dtype=int)
    size, units = len(place), orders.units[chosen]
    count = np.bincount(sku, minlength=size).astype(float)
    scale = 1 / (days * DAY)
    if isinstance(segment.demand, Resampled):
        scale = segment.demand.orders / max(len(mine), 1)
    safe = np.maximum(count, 1.0)
    return count * scale, np.bincount(sku, units, size) / safe, np.bincount(sku, units**2, size) / safe


@dataclass(frozen=True)
class Worth:
    """What one order is expected to be worth: moments over a segment's orders."""

    units: float = 0.0
    margin: float = 0.0
    value: float = 0.0
    square: float = 0.0
    """Mean of the squared value."""

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(
            self.units + other.units, self.margin + other.margin, self.value + other.value, self.square + other.square
        )

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


def sold_to(scenario: Scenario, orders: Orders, mine: np.ndarray, place: np.ndarray) -> Sold:
    """The lines of some orders of a history, each belonging to a place."""
    counts = (orders.last - orders.first)[mine]
    rows = orders.lines_of(mine)
    products = [scenario.products[sku] for sku in orders.sku[rows].tolist()]
    listed = np.array([product.price for product in products], dtype=float)
    price = np.where(np.isnan(orders.price[rows]), listed, orders.price[rows])
    units, cost = orders.units[rows], np.array([product.cost for product in products], dtype=float)
    return Sold(place, np.repeat(orders.at[mine], counts), units, units * price, units * (price - cost))
