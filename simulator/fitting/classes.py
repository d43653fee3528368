"""What kind of item each SKU is: its value, and how its weekly demand moves."""

from typing import TYPE_CHECKING

import numpy as np

from simulator.fitting.arrivals import Window
from simulator.policies.segmentation.turnover import abc, variation, xyz

if TYPE_CHECKING:
    import pandas as pd

ADI, CV2 = 1.32, 0.49
"""Weeks between weeks with demand, and squared variation of their demand, that divide the four demand classes
(Syntetos, Boylan & Croston, J. Oper. Res. Soc. 56 (2005), 495-503)."""


def classify(sales: "pd.DataFrame", window: Window) -> "pd.DataFrame":
    """One row per SKU, the most valuable first: lines, units, value, price, `class` (AX ... CZ) and `demand_class`.

    Price is the mean of what was paid, weighted by units. Weeks are counted from the window's first day; a last
    week that is not whole is left out of the demand classes.
    """
    items = sales.assign(value=sales["units"] * sales["price"]).groupby("sku", sort=True)
    skus = items.agg(lines=("units", "size"), units=("units", "sum"), value=("value", "sum"))
    skus["price"] = skus["value"] / skus["units"]
    skus = skus.sort_values("value", ascending=False, kind="stable")
    weekly = _weekly(sales, window, list(skus.index))
    skus["abc"], skus["cv"] = abc(skus["value"].to_numpy()), variation(weekly)
    skus["class"] = skus["abc"] + xyz(skus["cv"].to_numpy())
    skus["demand_class"] = [demand_class(row) for row in weekly]
    return skus


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
