"""The tables that most KPIs are made of: lines and orders of the measured time, one array for each column."""

from dataclasses import dataclass

import numpy as np

from simulator.kpis.slices import Rows


@dataclass(frozen=True)
class Lines:
    """Lines of orders placed in the measured time that have asked for stock. Times in hours."""

    rows: Rows
    number: np.ndarray
    order: np.ndarray
    """Row in the orders table."""
    sku: np.ndarray
    units: np.ndarray
    price: np.ndarray
    at_once: np.ndarray
    """Units met at once."""
    backordered: np.ndarray
    lost: np.ndarray
    cancelled: np.ndarray
    replaced: np.ndarray
    """Units for which another item was given."""
    shipped: np.ndarray
    """Units allocated so far."""
    delivered: np.ndarray
    """Units delivered so far, of this item or another in its place."""


@dataclass(frozen=True)
class Orders:
    """Orders placed in the measured time. Times in hours."""

    rows: Rows
    number: np.ndarray
    asked: np.ndarray
    """Whether it has asked for stock with every line; at the end of the run some are still at the desk."""
    at: np.ndarray
    promised: np.ndarray
    """The date first promised; nan where there was no promise."""
    latest: np.ndarray
    """The date last promised."""
    requested: np.ndarray
    """When the customer wants it; nan where nothing was requested."""
    last: np.ndarray
    """Last delivery; nan if nothing was delivered."""
    complete: np.ndarray
    """Whether nothing is owed any more and something was delivered."""
    open: np.ndarray
    """Whether something is still owed or under way at the end of the run."""
    filled: np.ndarray
    """Whether every line was met at once from stock."""


class Choice:
    """Takes some rows of columns, without a copy where these are all."""

    def __init__(self, keep: np.ndarray) -> None:
        self._keep, self._all = keep, bool(keep.all())

    def __call__(self, column: np.ndarray) -> np.ndarray:
        return column if self._all else column[self._keep]
