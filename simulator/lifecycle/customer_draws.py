"""What is drawn for new orders: how long customers wait, what they would say, what breaks, what they will do.

All of it is drawn with the orders, each kind from a stream of its own, so that a change of policy leaves it as it was.
Mechanisms add what they draw, under their own names.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.facts import DAMAGED_IN
from simulator.engine.orders import ComesBack
from simulator.lifecycle.order_terms import Bulk, Known

if TYPE_CHECKING:
    from simulator.lifecycle.customer_segment import CustomerSegment

Faults = tuple[np.ndarray | float, np.ndarray | float]
"""Where each order gets damaged, and whether its documents are wrong."""


@dataclass
class NewOrders:
    """The orders of a block while they are drawn, and what mechanisms say of them."""

    bulk: Bulk
    known: Known
    number: int
    """Number of the first order."""
    line: int
    """Number of the first line."""
    starts: np.ndarray
    """First line of each order within the block, and the end of the last."""
    requested: np.ndarray
    """When each customer wants the goods; nan where nothing is requested."""
    promised: np.ndarray
    """Time of delivery promised beforehand; nan where it is made at order entry, or never."""
    damaged: np.ndarray | float
    """Where each order gets damaged: 1 + index into DAMAGED_IN; 0 where it does not."""
    misdocumented: np.ndarray | float
    """Whether the documents of each order are wrong."""
    rework: np.ndarray | None = None
    """Whether verification has something to put right with each order."""
    comes_back: dict[int, ComesBack] = field(default_factory=dict)
    """What will come back, by line."""
    followed: set[int] = field(default_factory=set)
    """The orders (by place) of which it matters what is on board of each shipment."""
    alive: bool = False
    """Whether any order needs more than goods from the shelf."""
    watched: bool = False
    """Whether somebody looks at how the customers fare."""
    undecided: bool = False
    """Whether customers decide, when they need something, if they come: see `hooks.needing`."""

    def follow_lines(self, lines: "list[int]") -> None:
        """Follow the orders of some lines."""
        self.followed.update((np.searchsorted(self.starts, lines, side="right") - 1).tolist())


class CustomerDraws:
    """Draws for the orders of one segment."""

    def __init__(self, segment: "CustomerSegment") -> None:
        self._source, self._segment, self._rng = segment, segment.segment, segment.streams_kept

    def answers(self, bulk: Bulk) -> dict[str, Any]:
        """What customers will say if they are asked, and through which channels they order where that matters."""
        size, wanted = len(bulk.at), bulk.wanted
        found: dict[str, Any] = {}
        if self._source.policy.negotiates:
            found["channels"] = list(map(self._source.channel_names.__getitem__, bulk.channel.tolist()))
        if self._source.policy.asks_customers:
            found["taste"] = self._rng("substitutes").random(len(wanted.sku)).tolist()
            found["choice"] = self._rng("choices").random(len(wanted.sku)).tolist()
        if self._segment.longest_wait is not None:
            found["longest_wait"] = self._segment.longest_wait.sample(self._rng("longest wait"), size).tolist()
            found["mood"] = self._rng("alternatives").random(size).tolist()
        return found

    def notice(self, size: int) -> np.ndarray:
        """How long after entry each customer wants the goods; nan where nothing is requested."""
        law = self._segment.requested
        return law.sample(self._rng("requested"), size) if law is not None else np.full(size, np.nan)

    def faults(self, channel: np.ndarray) -> Faults:
        """Where each order gets damaged (0: nowhere), and whether its documents are wrong."""
        size, (passed, wrong) = len(channel), self._sound
        if (passed == 1).all() and not wrong.any():
            return 0.0, 0.0
        chance = self._rng("faults").random((size, 2)).T
        place = (1 - passed[channel] <= chance[0][:, None]).sum(axis=1) + 1
        return np.where(place > len(DAMAGED_IN), 0, place), chance[1] < wrong[channel]

    @cached_property
    def _sound(self) -> tuple[np.ndarray, np.ndarray]:
        """By channel: share that is sound after each place where goods get damaged, and share of wrong documents."""
        qualities = [site.quality for site in self._source.reach.homes]
        damage = [[1 - getattr(each.damage_by_place, place) for place in DAMAGED_IN] for each in qualities]
        return np.cumprod(damage, axis=1), np.array([each.document_error for each in qualities])

    def patience(self, lines: int) -> list[float] | None:
        """How long each line's customer waits; below 0 for a customer who does not wait at all."""
        if self._segment.waits >= 1 and self._segment.patience is None:
            return None
        waits = self._rng("waits").random(lines) < self._segment.waits
        law = self._segment.patience
        patience = law.sample(self._rng("patience"), lines) if law is not None else np.full(lines, np.inf)
        return [time if stays else -1.0 for time, stays in zip(patience.tolist(), waits.tolist(), strict=True)]
