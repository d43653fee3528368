"""Forecasts of the need for parts: from the units in service and their ages, and from what was needed before."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from math import nan
from typing import Any

import numpy as np

from simulator.lifecycle.world import World
from simulator.mechanisms.after_sales.cases import ProductTerms, Unit
from simulator.scenario.after_sales import PartsForecast
from simulator.units import exact


def start_forecasts(
    world: World,
    terms: PartsForecast,
    kinds: Iterable[ProductTerms],
    units: Mapping[int, Unit],
    needed: Sequence[int],
) -> None:
    """Forecast the need for every part at the beginning of each period, from the beginning of the run on."""
    horizon, clock, known = world.scenario.run.horizon, world.clock, list(kinds)
    counts = [deque[int](maxlen=terms.history) for _ in needed]
    before = list(needed)

    def forecast(event: Any) -> None:
        period: int = event.value
        now = clock.now
        for part, used in enumerate(counts):
            if period:
                used.append(needed[part] - before[part])
            before[part] = needed[part]
        expected = np.zeros(len(needed))
        of_kind: dict[int, list[Unit]] = {kind.sku: [] for kind in known}
        for unit in units.values():
            of_kind[unit.kind.sku].append(unit)
        for kind in known:
            mine = of_kind[kind.sku]
            if mine and kind.parts:
                ran = np.array([unit.running(now) for unit in mine])
                hours = np.minimum(terms.period, np.array([unit.withdrawn for unit in mine]) - now)
                failures = float(kind.expected(ran, np.maximum(hours, 0.0)).sum())
                for part, share in kind.parts:
                    expected[part] += share * failures
        until = exact((period + 1) * terms.period)
        for part, used in enumerate(counts):
            by_usage = sum(used) / len(used) if len(used) == terms.history else nan
            world.record.parts_forecasted((now, part, until, float(expected[part]), by_usage))
        if until < horizon:
            clock.call(until, forecast, period + 1)

    clock.call(0.0, forecast, 0)
