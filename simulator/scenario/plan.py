"""The demand that a scenario expects of each SKU, from its own market."""

import numpy as np

from simulator.scenario.demand import Poisson, Renewal, Replayed, Resampled, Rhythm, Scheduled
from simulator.scenario.history import read_history
from simulator.scenario.market import Basket, ChannelUse, Segment
from simulator.scenario.scenario import Scenario
from simulator.scenario.sources import home_site, share_from
from simulator.theory.targets import Demand

DAY = 24.0


def expected_demand(scenario: Scenario, site: str | None = None) -> dict[str, Demand]:
    """Demand of each SKU at a site, or at all of them, in the long run; worked out once from the scenario's own market.

    Lines and units per hour; the variance of units per hour includes the over-dispersion of days
    and, averaged over the year, not the season.
    """
    kept: dict[str | None, dict[str, Demand]] = scenario.__dict__.setdefault("_expected", {})
    if site not in kept:
        kept[site] = _expected(scenario, site)
    return kept[site]


def _expected(scenario: Scenario, site: str | None) -> dict[str, Demand]:
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
    whole = np.maximum(mean, 1.0)  # theory counts whole units: lines of half a unit are half as many lines
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
    demand = segment.demand
    if isinstance(demand, (Poisson, Resampled)):
        return demand.orders
    if isinstance(demand, Renewal):
        return 1 / demand.gap.expected
    assert isinstance(demand, Scheduled)
    return 1 / demand.every


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
    assert scenario.market.history is not None
    orders = read_history(scenario.market.history)
    whole = scenario.market.history.columns.segment is None
    mine = orders.where((orders.segment == name) | whole)
    days = float(np.ceil(orders.at.max() / DAY)) or 1.0
    chosen = np.zeros(len(orders.sku), dtype=bool)
    for order in mine.tolist():
        chosen[orders.first[order] : orders.last[order]] = True
    place = {sku: index for index, sku in enumerate(scenario.products)}
    sku = np.array([place[each] for each in orders.sku[chosen].tolist()], dtype=int)
    size, units = len(place), orders.units[chosen]
    count = np.bincount(sku, minlength=size).astype(float)
    scale = 1 / (days * DAY)
    if isinstance(segment.demand, Resampled):
        scale = segment.demand.orders / max(len(mine), 1)
    safe = np.maximum(count, 1.0)
    return count * scale, np.bincount(sku, units, size) / safe, np.bincount(sku, units**2, size) / safe
