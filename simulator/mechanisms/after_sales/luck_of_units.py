"""The random numbers of units: each has its own, by the line by which it was sold, or its place at the start."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from simulator.mechanisms.after_sales.cases import Luck

if TYPE_CHECKING:
    from simulator.lifecycle.customer_draws import NewOrders
    from simulator.lifecycle.customer_segment import CustomerSegment

MOST_PER_LINE = 2**20
"""Units of one line that have random numbers of their own."""
Sold = tuple[Luck, Luck, Luck, int]
"""The random numbers of new units, their failures and their repairs; and the number of the block's first line."""


def draw(segment: "CustomerSegment") -> "Callable[[NewOrders], Sold]":
    """What follows the orders of a segment whose units join the installed base, and numbers their lines."""
    section = segment.scenario.after_sales
    assert section is not None
    products = list(segment.scenario.products)
    skus = [products.index(name) for name, each in section.installed.items() if each.joins]
    first, name = 0, segment.drawn_as
    luck = tuple(
        segment.streams.each(f"{name}: {what}") for what in ("units sold", "failures of units", "repairs of units")
    )

    def number(new: "NewOrders") -> Sold:
        nonlocal first
        mine, first = first, first + len(new.bulk.wanted.sku)
        lines = np.flatnonzero(np.isin(new.bulk.wanted.sku, skus)).tolist()
        if lines:
            new.follow_lines(lines)
        return (*luck, mine)  # type: ignore[return-value]

    return number


def longer(
    sample: Callable[[np.random.Generator, int], np.ndarray], rng: np.random.Generator, ages: np.ndarray
) -> np.ndarray:
    """Lives of units of some ages: each is drawn until it is longer than its age, a hundred times at most."""
    lives = sample(rng, len(ages))
    for _ in range(100):
        short = np.flatnonzero(lives <= ages)
        if not len(short):
            break
        lives[short] = sample(rng, len(short))
    return lives
