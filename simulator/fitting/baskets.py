"""What an order holds: lines, and units of a line by group of SKUs, in each segment and channel."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.fitting.returns import Cell, lines_by_cell
from simulator.fitting.sizes import Sizes, cluster, fit_sizes

if TYPE_CHECKING:
    import pandas as pd

NAMES = {1: ("all",), 2: ("few", "many"), 3: ("few", "several", "many"), 4: ("few", "some", "several", "many"),
         5: ("few", "some", "several", "many", "bulk")}  # fmt: skip
"""Groups by their number, from few units in a line to many."""
RANKS = (*NAMES[1], *NAMES[5])
CLOSE = 0.01
"""Error of the mean order value, as a share, at which there are groups enough."""
ORDERS, LINES = 30, 20
"""So many are needed for a law of one's own; else the segment's, else the whole history's is taken."""


@dataclass(frozen=True)
class Basket:
    """Lines of an order, and units of a line by group."""

    lines: Sizes
    units: dict[str, Sizes]


@dataclass(frozen=True)
class Baskets:
    """Group of each SKU; baskets of the whole, of each segment and of each segment and channel."""

    groups: dict[str, str]
    whole: Basket
    segments: dict[str, Basket]
    cells: dict[Cell, Basket]


def fit_baskets(sales: "pd.DataFrame", skus: "pd.DataFrame") -> Baskets:
    """The baskets of a history; `skus` as `classify` gives them."""
    groups = choose_groups(sales, skus)
    sales = sales.assign(group=sales["sku"].map(groups))
    whole = _basket(sales, None)
    segments = {str(name): _basket(lines, whole) for name, lines in sales.groupby("segment")}
    cells = {
        (str(segment), str(channel)): _basket(lines, segments[str(segment)])
        for (segment, channel), lines in sales.groupby(["segment", "channel"])
    }
    return Baskets(groups, whole, segments, cells)


def _basket(lines: "pd.DataFrame", other: Basket | None) -> Basket:
    sizes = lines.groupby("order", sort=False).size().to_numpy()
    if other is not None and len(sizes) < ORDERS:
        return other
    units = {str(group): of["units"].to_numpy() for group, of in lines.groupby("group")}
    names = sorted(units, key=RANKS.index) if other is None else list(other.units)
    laws = {
        name: fit_sizes(units[name]) if other is None or len(units.get(name, ())) >= LINES else other.units[name]
        for name in names
    }
    return Basket(fit_sizes(sizes), laws)


def choose_groups(sales: "pd.DataFrame", skus: "pd.DataFrame") -> dict[str, str]:
    """Group of each SKU: the fewest groups (5 at most) that keep the mean order value within 1 %.

    SKUs are alike in units per line and in price: what is cheap sells by the dozen, so that one law for
    all would give dear items too many units and orders too high a value.
    """
    units = (skus["units"] / skus["lines"]).to_numpy()
    dear = skus["price"].where(skus["price"] > 0, 1.0).to_numpy()
    point = np.log(units) - np.log(dear) / 2
    ranked = np.argsort(point, kind="stable")
    lines = skus["lines"].to_numpy(dtype=float)
    best: tuple[float, dict[str, str]] = (np.inf, {})
    for number in range(1, min(5, len(skus)) + 1):
        group = np.empty(len(skus), dtype=int)
        group[ranked] = cluster(point[ranked], lines[ranked], number)
        named = dict(zip(skus.index, (NAMES[number][each] for each in _by_units(group, units, lines)), strict=True))
        error = abs(value_of(sales, skus, named) / float(skus["value"].sum() or 1.0) - 1)
        if error < best[0]:
            best = error, named
        if error <= CLOSE:
            break
    return best[1] or dict.fromkeys(skus.index, NAMES[1][0])


def _by_units(group: np.ndarray, units: np.ndarray, lines: np.ndarray) -> list[int]:
    """The groups numbered by their mean units of a line."""
    means = np.bincount(group, units * lines) / np.bincount(group, lines)
    rank: list[int] = np.argsort(np.argsort(means))[group].tolist()
    return rank


def value_of(sales: "pd.DataFrame", skus: "pd.DataFrame", groups: dict[str, str]) -> float:
    """Value of all sales, had every line of a segment and channel its SKU by popularity and its units by group."""
    of_sku = skus.index.map(groups)
    worth = (skus["price"] * skus["lines"] / skus["lines"].sum()).groupby(of_sku).sum()
    lines = sales[["segment", "channel", "units"]].assign(group=sales["sku"].map(groups))
    means = lines.groupby(["segment", "channel", "group"])["units"].mean().unstack().reindex(columns=worth.index)
    means = means.fillna(lines.groupby("group")["units"].mean())
    each = (means * worth).sum(axis=1)
    return sum(count * float(each[cell]) for cell, count in lines_by_cell(lines).items())
