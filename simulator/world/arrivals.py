"""When orders arrive: blocks of times, drawn ahead of the clock."""

import datetime as dt
from collections.abc import Iterator

import numpy as np

from simulator.scenario.demand import DemandRule, Poisson, Renewal, Resampled, Rhythm, Scheduled
from simulator.scenario.scenario import Scenario
from simulator.world.streams import Streams

BLOCK = 512
"""Orders drawn at a time, about."""
Times = Iterator[np.ndarray]


def arrival_times(scenario: Scenario, segment: str, streams: Streams) -> Times:
    """Blocks of arrival times of a segment's orders, in hours, rising, until the horizon."""
    demand: DemandRule = scenario.market.segments[segment].demand
    rng = streams.rng(f"{segment}: arrivals")
    horizon = scenario.run.horizon
    if isinstance(demand, Scheduled):
        return _scheduled(demand, horizon)
    if isinstance(demand, Renewal):
        return _renewal(lambda size: demand.gap.sample(rng, size), horizon)
    if isinstance(demand, (Poisson, Resampled)):
        if not demand.orders:
            return iter(())
        rhythm = demand.rhythm or scenario.market.rhythm
        if rhythm is None:
            return _renewal(lambda size: rng.exponential(1 / demand.orders, size), horizon)
        rates = daily_rates(demand.orders, rhythm, scenario, streams)
        return _by_day(rates, rhythm, rng, horizon)
    raise TypeError(f"no arrivals for demand {demand.rule!r}")


def _scheduled(demand: Scheduled, horizon: float) -> Times:
    count = 0
    while demand.first + count * demand.every < horizon:
        times = demand.first + np.arange(count, count + BLOCK) * demand.every
        count += BLOCK
        yield times[times < horizon]


def _renewal(gaps, horizon: float) -> Times:  # type: ignore[no-untyped-def]
    now = 0.0
    while now < horizon:
        times = now + np.cumsum(gaps(BLOCK))
        now = float(times[-1])
        yield times[times < horizon]


def daily_rates(rate: float, rhythm: Rhythm, scenario: Scenario, streams: Streams) -> np.ndarray:
    """Expected orders of each day of the run, `rate` being the mean rate per hour.

    The day-to-day factor comes from one stream for the whole market, so that busy days are common.
    """
    days = int(np.ceil(scenario.run.horizon / 24))
    dates = [scenario.run.start + dt.timedelta(days=day) for day in range(days)]
    factor = (1 + rhythm.trend) ** (np.arange(days) / 365)
    if rhythm.weekdays is not None:
        weekday = np.array([date.weekday() for date in dates])
        factor = factor * (np.array(rhythm.weekdays) / np.mean(rhythm.weekdays))[weekday]
    if rhythm.months is not None:
        month = np.array([date.month - 1 for date in dates])
        factor = factor * (np.array(rhythm.months) / np.mean(rhythm.months))[month]
    if rhythm.day_to_day:
        shape = rhythm.day_to_day**-2
        factor = factor * streams.rng("market: day to day").gamma(shape, 1 / shape, days)
    return 24 * rate * factor


def _by_day(rates: np.ndarray, rhythm: Rhythm, rng: np.random.Generator, horizon: float) -> Times:
    weights = np.array(rhythm.hours if rhythm.hours is not None else (1.0,) * 24)
    levels = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    several = max(1, int(BLOCK / max(float(rates.mean()), 1e-9)))
    for first in range(0, len(rates), several):
        counts = rng.poisson(rates[first : first + several])
        days = np.repeat(np.arange(first, first + len(counts)), counts)
        hour = np.interp(rng.random(len(days)), levels, np.arange(25.0))
        times = np.sort(days * 24 + hour)
        yield times[times < horizon]
