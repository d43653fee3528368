"""What is drawn for units: of those sold, with the orders; of those in service at the start, all at once.

The numbers of a unit are its own: what is decided of others, or of its repairs, leaves its failures as they were.
"""

from collections.abc import Callable, Iterator
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.mechanisms.after_sales.cases import Luck, ProductTerms

if TYPE_CHECKING:
    from simulator.lifecycle.customer_draws import NewOrders
    from simulator.lifecycle.customer_segment import CustomerSegment


class NewUnit(NamedTuple):
    """A unit that will come into service when it is delivered."""

    number: int
    """Of the units of its segment and product that were drawn: its failures and repairs are drawn by it."""
    tier: int
    """Index into the service contracts; -1 where it has none."""
    chance: float
    """Of its first failure: exponential with mean 1."""
    after: float
    """Hours of installation."""
    lasts: float
    """Hours in service; infinite where it is not withdrawn."""


Sold = tuple[dict[int, Iterator[NewUnit | None]], dict[int, tuple[Luck, Luck]]]
"""By line the units to be delivered, None for those that come into service nowhere; and by product what failures and
repairs of its units are drawn from."""


class Draws:
    """Draws for the units of one product that a segment buys, each kind from a stream of its own."""

    def __init__(self, segment: "CustomerSegment", kind: ProductTerms) -> None:
        self.kind, self._count, name = kind, 0, f"{segment.drawn_as}: {kind.name}"
        self._rngs = [
            segment.streams.rng(f"{name}: {what}")
            for what in ("units sold", "first failures", "installation", "lives of units")
        ]
        each = segment.streams.each
        self.luck: tuple[Luck, Luck] = each(f"{name}: failures of units"), each(f"{name}: repairs of units")

    def units(self, counts: np.ndarray) -> Iterator[Iterator[NewUnit | None]]:
        """The units of some lines."""
        terms, size = self.kind.terms, int(counts.sum())
        chances, failures, installation, lives = self._rngs
        joins, tier = chances.random((size, 2)).T.tolist()
        first = failures.exponential(size=size).tolist()
        after = terms.installation.sample(installation, size).tolist()
        lasts = [inf] * size if terms.life is None else terms.life.sample(lives, size).tolist()
        found: list[NewUnit | None] = [
            NewUnit(self._count + place, self.kind.tier(tier[place]), first[place], after[place], lasts[place])
            if chance < terms.joins
            else None
            for place, chance in enumerate(joins)
        ]
        self._count += size
        ends = np.cumsum(counts).tolist()
        for begin, end in zip([0, *ends], ends, strict=False):
            yield iter(found[begin:end])


def draw(segment: "CustomerSegment") -> "Callable[[NewOrders], Sold]":
    """What draws the units of a segment's orders that come into service, and follows these orders."""
    section = segment.scenario.after_sales
    assert section is not None
    products = list(segment.scenario.products)
    kinds = [
        ProductTerms(section, products.index(name), name, each)
        for name, each in section.installed.items()
        if each.joins
    ]
    draws = {kind.sku: Draws(segment, kind) for kind in kinds}
    luck = {sku: each.luck for sku, each in draws.items()}

    def units(new: "NewOrders") -> Sold:
        wanted, found = new.bulk.wanted, dict[int, Iterator[NewUnit | None]]()
        for sku, each in draws.items():
            lines = np.flatnonzero(wanted.sku == sku)
            if len(lines):
                found.update(zip(lines.tolist(), each.units(wanted.units[lines].astype(int)), strict=True))
        if found:
            new.follow_lines(sorted(found))
        return found, luck

    return units


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
