"""Kinds of orders: segment, channel, class of customers, site, and the rule of the policy that decided."""

import numpy as np

from simulator.kpis.membership import Membership
from simulator.ledger.facts import Ordered
from simulator.ledger.ledger import Ledger


class Sources:
    """A source is one combination of these that occurs, so that cells stay few; the last one stands for none."""

    def __init__(self, ledger: Ledger, tiers: Membership | None) -> None:
        ordered, scenario = ledger.columns(Ordered), ledger.scenario
        self._cell: np.ndarray = ordered["segment"]
        self._codes = {"segment": np.arange(len(scenario.market.segments))}
        if scenario.market.channels:
            self._split("channel", ordered["channel"], len(scenario.market.channels))
        if tiers is not None:
            self._split("customer_class", tiers.at(ordered["customer"], ordered["at"]), len(tiers.labels))
        if len(scenario.network.sites) > 1:
            self._split("site", ordered["site"], len(scenario.network.sites))
        if scenario.service.rules:
            self._split("rule", ordered["rule"], len(scenario.service.rules))
        if scenario.service.borrows_targets:
            self._split("target", ordered["target"], len(scenario.service.rules))
        self.count = len(self._codes["segment"]) + 1
        self.of_order = np.concatenate([[self.count - 1], self._cell])
        """By order number; place 0 is none."""
        self.codes = {name: np.append(codes, -1) for name, codes in self._codes.items()}
        """By dimension, for each source; -1 where there is none."""

    def _split(self, dimension: str, codes: np.ndarray, size: int) -> None:
        """Tell the orders apart by one dimension more; codes are from -1 on."""
        wide = size + 1
        cell = self._cell * wide + (codes + 1)
        seen = np.flatnonzero(np.bincount(cell, minlength=len(self._codes["segment"]) * wide))
        place = np.zeros(len(self._codes["segment"]) * wide, dtype=np.int64)
        place[seen] = np.arange(len(seen))
        self._cell = place[cell]
        self._codes = {name: known[seen // wide] for name, known in self._codes.items()}
        self._codes[dimension] = seen % wide - 1
