"""What luck has in store for new orders: how long customers wait, what they would say, what breaks, what comes back.

All of it is drawn with the orders, each kind from a stream of its own, so that a change of policy leaves it as it was.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.facts import DAMAGED_IN
from simulator.engine.orders import Fate
from simulator.lifecycle.order_terms import Bulk, Known

if TYPE_CHECKING:
    from simulator.lifecycle.demand import Source


Faults = tuple[np.ndarray | float, np.ndarray | float]
"""Where each order gets damaged, and whether its documents are wrong."""


class Fates:
    """Draws the fates of the orders of one segment."""

    def __init__(self, source: "Source") -> None:
        self._source, self._segment, self._rng = source, source.segment, source.streams_kept
        # One stream of the same name for each return terms: a line has the same luck whichever of them are its own.
        self._lags = [source.streams.rng(f"{source.name}: return lags") for _ in source.offers.returns]

    def answers(self, bulk: Bulk, priced: bool) -> dict[str, Any]:
        """What customers will say if they are asked, and what else rules look at."""
        size, wanted = len(bulk.at), bulk.wanted
        found: dict[str, Any] = {}
        if self._source.policy.negotiates:
            found["channels"] = list(map(self._source.channel_names.__getitem__, bulk.channel.tolist()))
        if self._source.policy.asks_customers:
            found["taste"] = self._rng("substitutes").random(len(wanted.sku)).tolist()
            found["choice"] = self._rng("choices").random(len(wanted.sku)).tolist()
        if self._source.policy.looks_at_prices or priced:
            found["prices"] = wanted.price.tolist()
        if self._segment.longest_wait is not None:
            found["longest_wait"] = self._segment.longest_wait.sample(self._rng("longest wait"), size).tolist()
            found["mood"] = self._rng("alternatives").random(size).tolist()
        reservation = self._source.scenario.service.reservation
        if reservation is not None and reservation.cancelled and self._segment.requested is not None:
            found["withdrawal"] = self._rng("withdrawal").random(size).tolist()
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
        """How long each line's customer waits; whoever does not wait at all is below 0."""
        if self._segment.waits >= 1 and self._segment.patience is None:
            return None
        waits = self._rng("waits").random(lines) < self._segment.waits
        law = self._segment.patience
        patience = law.sample(self._rng("patience"), lines) if law is not None else np.full(lines, np.inf)
        return [time if stays else -1.0 for time, stays in zip(patience.tolist(), waits.tolist(), strict=True)]

    def returns(self, bulk: Bulk, known: Known, damaged: np.ndarray | float) -> dict[int, Fate]:
        """The lines that will come back, by line within the block; more of what arrives damaged."""
        if not self._source.offers.returns:
            return {}
        of_line = self._source.offers.return_terms(bulk, known)
        chance = self._rng("returns").random((len(of_line), 2)).T
        broken = np.repeat(np.broadcast_to(damaged, len(bulk.at)) > 0, bulk.wanted.counts)
        found: dict[int, Fate] = {}
        for place, terms in enumerate(self._source.offers.returns):
            lag = terms.lag.sample(self._lags[place], len(of_line))
            latest = np.inf if terms.window is None else terms.window
            rate = np.where(broken, terms.rate if terms.damaged is None else terms.damaged, terms.rate)
            for line in np.flatnonzero((of_line == place) & (chance[0] < rate) & (lag <= latest)).tolist():
                found[line] = Fate(float(lag[line]), terms.part, float(chance[1][line]))
        return found
