"""What comes back: how much of what is sold, how long after, and how much of the line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.fitting.order_patterns import Cell, Window, lines_by_cell
from simulator.rules.classifying import abc, variation, xyz
from simulator.unit_steps import DECIMALS, NEAR

if TYPE_CHECKING:
    import pandas as pd


LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0)
DELIVERY = 1.5
"""Days from order to delivery, taken off the time from order to return: nights, and the transit that is assumed."""
ENOUGH = 20
"""Matched returns from which on a lag and a part are measured."""
ASSUMED_LAG: dict[str, Any] = {"lognormal": {"median": "10 days", "sigma": 1}}


@dataclass(frozen=True)
class Returns:
    """Return terms: rates by segment and channel, one lag and one part for all."""

    rates: dict[Cell, float]
    """Return lines / sold lines of the same weeks."""
    lag: Any
    """As a scenario writes it."""
    part: float
    matched: int
    """Return lines for which an earlier sale of the same SKU to the same customer is on file."""
    lines: int
    """All return lines."""
    units: float
    """Units of all return lines."""
    mean_lag: float
    """Days from delivery to return; nan where it is assumed."""


def fit_returns(
    sales: "pd.DataFrame", returns: "pd.DataFrame", window: Window, steps: Mapping[str, float] | None = None
) -> Returns:
    """Return terms. Each return line belongs to the last sale before it of the same SKU to the same customer."""
    sold, back = lines_by_cell(sales), lines_by_cell(returns)
    rates = {cell: min(count / sold[cell], 1.0) for cell, count in back.items() if cell in sold}
    total = len(returns), float(returns["units"].sum())
    found = _matched(sales, returns) if len(returns) else None
    if found is None or len(found) < ENOUGH:
        return Returns(rates, ASSUMED_LAG, 1.0, 0 if found is None else len(found), *total, float("nan"))
    after = ((found["time"] - found["sold"]).dt.total_seconds() / 86400).to_numpy()
    weights = 1 / np.maximum(1 - after / window.days, 0.2)
    days = np.maximum(after - DELIVERY, 0.0)
    bought, back_again = found["units_sold"].to_numpy(), found["units"].to_numpy()
    step = found["sku"].map(steps).to_numpy(dtype=float) if steps is not None else 1.0
    part = solve_part(bought / step, np.minimum(back_again / bought, 1.0))
    lag = {"empirical": {"quantiles": _quantiles(days, weights)}}
    return Returns(rates, lag, part, len(found), *total, float(np.average(days, weights=weights)))


def _matched(sales: "pd.DataFrame", returns: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    known = returns[returns["customer"] != ""].sort_values("time")
    bought = sales[["time", "customer", "sku", "units"]].sort_values("time", kind="stable")
    bought = bought.assign(sold=bought["time"]).rename(columns={"units": "units_sold"})
    found = pd.merge_asof(known, bought, on="time", by=["customer", "sku"])
    return found[found["sold"].notna()]


def _quantiles(days: np.ndarray, weights: np.ndarray) -> dict[str, str]:
    """Quantiles in days. A long lag is seen only where the sale fell early enough in the window, hence the weights."""
    ranked = np.argsort(days)
    level = (np.cumsum(weights[ranked]) - weights[ranked] / 2) / weights.sum()
    points = np.interp(LEVELS, level, days[ranked])
    points[0], points[-1] = days.min(), days.max()
    return {f"{level:g}": f"{round(point, 1):g} days" for level, point in zip(LEVELS, points.tolist(), strict=True)}


def solve_part(units: np.ndarray, parts: np.ndarray) -> float:
    """The largest share of a line to come back that, rounded up to whole units, is no more than observed on average.

    >>> solve_part(np.array([10, 10]), np.array([0.3, 0.7]))
    0.5
    """
    low, high = 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        if np.mean(np.ceil(units * middle - 1e-9) / units) <= parts.mean() + 1e-9:
            low = middle
        else:
            high = middle
    return float(f"{low:.3g}")


ADI, CV2 = 1.32, 0.49
"""Weeks between weeks with demand, and squared variation of their demand, that divide the four demand classes
(Syntetos, Boylan & Croston, J. Oper. Res. Soc. 56 (2005), 495-503)."""


def classify(sales: "pd.DataFrame", window: Window) -> "pd.DataFrame":
    """One row per SKU, the most valuable first: lines, units, value, price, `class` (AX ... CZ) and `demand_class`.

    `step` is the smallest quantity that it was sold in. Price is the mean of what was paid, weighted by units. Weeks
    are counted from the window's first day; a last week that is not whole is left out of the demand classes.
    """
    items = sales.assign(value=sales["units"] * sales["price"]).groupby("sku", sort=True)
    skus = items.agg(lines=("units", "size"), units=("units", "sum"), value=("value", "sum"))
    skus["step"] = [smallest(units.to_numpy()) for _, units in items["units"]]
    skus["price"] = skus["value"] / skus["units"]
    skus = skus.sort_values("value", ascending=False, kind="stable")
    weekly = _weekly(sales, window, list(skus.index))
    skus["abc"], skus["cv"] = abc(skus["value"].to_numpy()), variation(weekly)
    skus["class"] = skus["abc"] + xyz(skus["cv"].to_numpy())
    skus["demand_class"] = [demand_class(row) for row in weekly]
    return skus


def smallest(units: np.ndarray) -> float:
    """The smallest quantity of which all of some quantities are whole numbers: 1, a tenth, a hundredth ...

    >>> smallest(np.array([3.0, 1.0])), smallest(np.array([0.5, 1.25]))
    (1.0, 0.01)
    """
    digits = (each for each in range(DECIMALS) if (np.abs(np.round(units, each) - units) < NEAR).all())
    return float(f"1e-{next(digits, DECIMALS)}")


def _weekly(sales: "pd.DataFrame", window: Window, skus: list[str]) -> np.ndarray:
    weeks = max(window.days // 7, 1)
    place = {sku: row for row, sku in enumerate(skus)}
    week = ((sales["time"] - np.datetime64(window.first)).dt.days // 7).to_numpy()
    row = sales["sku"].map(place).to_numpy()
    weekly = np.zeros((len(skus), weeks))
    whole = week < weeks
    np.add.at(weekly, (row[whole], week[whole]), sales["units"].to_numpy()[whole])
    return weekly


def demand_class(weekly: np.ndarray) -> str:
    """Smooth, erratic, intermittent or lumpy.

    >>> demand_class(np.array([4, 5, 6, 5])), demand_class(np.array([0, 30, 0, 1]))
    ('smooth', 'lumpy')
    """
    some = weekly[weekly > 0]
    if not len(some):
        return "lumpy"
    seldom = len(weekly) / len(some) >= ADI
    uneven = (some.std() / some.mean()) ** 2 >= CV2
    return ("lumpy" if uneven else "intermittent") if seldom else ("erratic" if uneven else "smooth")
