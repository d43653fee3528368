"""How many orders are expected in each week of a run, by segment and channel, and what they hold."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.planning.sourcing_options import channel_shares, home_site
from simulator.scenario.demand import Replayed, Resampled, Rhythm, Scheduled
from simulator.scenario.distributions import Quantity
from simulator.scenario.market import Basket, ChannelUse, Segment
from simulator.scenario.reading.order_history import own_orders
from simulator.scenario.scenario import Run, Scenario
from simulator.units import DAY, WEEK

DRAWS = 100_000
"""So many orders are drawn where no formula says how many lines they have."""


@dataclass(frozen=True)
class Flow:
    """The orders of one segment in one channel."""

    segment: str
    channel: str
    """"" where there are no channels."""
    site: str
    """Which serves them where nothing is short."""
    orders: np.ndarray
    """Expected in each week."""
    lines: float
    """Mean of one order."""
    counts: np.ndarray
    """Lines of many orders, or of one where all have as many."""
    hours: np.ndarray
    """Share of a week's orders that comes in each of its hours."""
    regular: bool
    """Whether the times of the orders and what they hold are fixed beforehand."""


def week_edges(run: Run) -> np.ndarray:
    """Where the weeks of a run begin and the last one ends, in hours from its start; a rest at the end is left out.

    >>> week_edges(Run(horizon="17 days")).tolist(), week_edges(Run(horizon="3 days")).tolist()
    ([0.0, 168.0, 336.0], [0.0, 72.0])
    """
    weeks = int(run.horizon / WEEK + 1e-9)
    return np.arange(weeks + 1) * WEEK if weeks else np.array([0.0, run.horizon])


def daily_factor(rhythm: Rhythm, start: dt.date, days: int) -> np.ndarray:
    """Orders expected on each day of a run over those of the mean day: season, days of the week and trend."""
    dates = [start + dt.timedelta(days=day) for day in range(days)]
    factor: np.ndarray = (1 + rhythm.trend) ** (np.arange(days) / 365)
    if rhythm.weekdays is not None:
        weekday = np.array([date.weekday() for date in dates])
        factor = factor * (np.array(rhythm.weekdays) / np.mean(rhythm.weekdays))[weekday]
    if rhythm.months is not None:
        month = np.array([date.month - 1 for date in dates])
        factor = factor * (np.array(rhythm.months) / np.mean(rhythm.months))[month]
    return factor


def flows(scenario: Scenario) -> Iterator[Flow]:
    """The orders of every segment in each of its channels."""
    for name, segment in scenario.market.segments.items():
        for channel, share in channel_shares(scenario, segment).items():
            if isinstance(segment.demand, (Resampled, Replayed)):
                orders, counts = of_history(scenario, name, channel, share)
            else:
                counts = _line_counts(scenario, _basket(segment, channel))
                orders = share * orders_by_week(scenario, segment) * (counts > 0).mean()
            counts = counts[counts > 0]
            if not orders.any() or not len(counts):
                continue
            regular = isinstance(segment.demand, (Scheduled, Replayed)) and share >= 1
            rhythm = _rhythm(scenario, segment) if segment.demand.follows_rhythm else None
            days, hours = (rhythm.weekdays, rhythm.hours) if rhythm is not None else (None, None)
            week = np.outer(days or (1.0,) * 7, hours or (1.0,) * 24).ravel()
            yield Flow(
                segment=name,
                channel=channel,
                site=home_site(scenario, name, channel),
                orders=orders,
                lines=float(counts.mean()),
                counts=counts,
                hours=week / week.sum(),
                regular=regular and bool((counts == counts[0]).all()),
            )


def _rhythm(scenario: Scenario, segment: Segment) -> Rhythm | None:
    return getattr(segment.demand, "rhythm", None) or scenario.market.rhythm


def orders_by_week(scenario: Scenario, segment: Segment) -> np.ndarray:
    """Orders of a segment in each week."""
    edges, demand = week_edges(scenario.run), segment.demand
    if isinstance(demand, Scheduled):
        before: np.ndarray = np.maximum(np.ceil((edges - demand.first) / demand.every - 1e-9), 0.0)
        return np.diff(before)
    rhythm = _rhythm(scenario, segment) if demand.follows_rhythm else None
    if rhythm is None:
        return demand.rate * np.diff(edges)
    days = int(np.ceil(edges[-1] / DAY))
    so_far = np.concatenate([[0.0], np.cumsum(daily_factor(rhythm, scenario.run.start, days) * demand.rate * DAY)])
    return np.diff(np.interp(edges, np.arange(days + 1) * DAY, so_far))


def of_history(scenario: Scenario, name: str, channel: str, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Orders of a segment in a channel in each week, and the lines of each, where they come from a history.

    The channel that the history names counts where it is one of the segment's; the others are shared out.
    """
    segment, edges = scenario.market.segments[name], week_edges(scenario.run)
    history, mine = own_orders(scenario, name)
    named = history.channel[mine]
    own = named == channel
    weight = np.where(own, 1.0, share * ~np.isin(named, list(channel_shares(scenario, segment))))
    counts = (history.last - history.first)[mine]
    if isinstance(segment.demand, Resampled):
        orders = orders_by_week(scenario, segment) * weight.mean()
    else:
        orders = np.histogram(history.at[mine], edges, weights=weight)[0]
    chosen = weight > 0
    return orders, counts[chosen]


def line_mean(segment: Segment, channel: str) -> float:
    """Mean lines of an order in a channel, counting those of which nothing is wanted after all."""
    basket = _basket(segment, channel)
    if basket.orders is not None:
        shares = sum(kind.share for kind in basket.orders)
        return sum(kind.share * len(kind.lines) for kind in basket.orders) / shares
    return basket.lines.expected if basket.lines is not None else 1.0


def _basket(segment: Segment, channel: str) -> Basket:
    use = (segment.channels or {}).get(channel)
    basket = use.basket if isinstance(use, ChannelUse) and use.basket is not None else segment.basket
    assert basket is not None
    return basket


def _line_counts(scenario: Scenario, basket: Basket) -> np.ndarray:
    """Lines of many orders, 0 where nothing is wanted after all; of one order where all are alike."""
    rng = np.random.default_rng(0)
    if basket.orders is not None:
        shares = np.array([kind.share for kind in basket.orders])
        parts = np.round(np.cumsum(shares / shares.sum()) * DRAWS)
        picked = np.searchsorted(parts, np.arange(DRAWS), side="right")
        if len(shares) == 1 and not any(_may_be_nothing(law) for law in basket.orders[0].lines.values()):
            return np.array([float(len(basket.orders[0].lines))])
        found = np.zeros(DRAWS)
        for place, kind in enumerate(basket.orders):
            mine = picked == place
            found[mine] = sum((law.sample(rng, int(mine.sum())) > 0).astype(float) for law in kind.lines.values())
        return found
    laws = [basket.units] if basket.units is not None else list((basket.units_by_group or {}).values())
    nothing = any(law is not None and _may_be_nothing(law) for law in laws)
    if basket.lines is None and not nothing:
        return np.array([1.0])
    counts = basket.lines.sample(rng, DRAWS).astype(int) if basket.lines is not None else np.ones(DRAWS, dtype=int)
    if nothing and basket.units is not None:
        return rng.binomial(counts, float((basket.units.sample(rng, DRAWS) > 0).mean())).astype(float)
    found = counts.astype(float)
    mean = basket.lines.expected if basket.lines is not None else 1.0
    if not nothing and found.any():  # the mean is known
        found = found * (mean / found.mean())
    return found[:1] if (found == found[0]).all() else found


def _may_be_nothing(law: Quantity) -> bool:
    return bool((law.sample(np.random.default_rng(0), DRAWS) <= 0).any())
