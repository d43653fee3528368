"""Who was in which class, and when: reviews inside the run change classes."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simulator.ledger import facts
from simulator.ledger.ledger import Ledger
from simulator.scenario.classes import customer_classes, product_classes


class Membership:
    """The classes of products or of customers, as indices into `labels`; -1 where there is none."""

    def __init__(
        self, labels: list[str], start: Sequence[str | None], moves: dict[str, np.ndarray], whose: str
    ) -> None:
        self.labels = labels
        self.start = np.array([labels.index(label) if label else -1 for label in start], dtype=int)
        ranked = np.lexsort((moves["at"], moves[whose]))
        self.who, self.when, self.became = (moves[name][ranked] for name in (whose, "at", "became"))

    def at(self, who: np.ndarray, when: np.ndarray) -> np.ndarray:
        """The class of each at its time; a review comes after the orders of the same instant."""
        if not len(self.who):
            same: np.ndarray = self.start[who]
            return same
        span = float(max(self.when.max(), when.max(initial=0.0))) + 1
        last = np.searchsorted(self.who * span + self.when, who * span + when, side="left") - 1
        moved = (last >= 0) & (self.who[last] == who)
        codes: np.ndarray = np.where(moved, self.became[last], self.start[who])
        return codes

    @cached_property
    def pairs(self) -> np.ndarray:
        """Each one and its class at the start, row by row, then every other class that it was in."""
        first = np.column_stack([np.arange(len(self.start)), self.start])
        moved = np.unique(np.column_stack([self.who, self.became]), axis=0)
        new = moved[moved[:, 1] != self.start[moved[:, 0]]]
        pairs: np.ndarray = np.vstack([first, new.astype(int)])
        return pairs

    def pair_of(self, who: np.ndarray, when: np.ndarray) -> np.ndarray:
        """The row in `pairs` of each at its time."""
        place = np.zeros((len(self.start), len(self.labels) + 1), dtype=int)  # no class is the last column
        place[self.pairs[:, 0], self.pairs[:, 1]] = np.arange(len(self.pairs))
        found: np.ndarray = place[who, self.at(who, when)]
        return found

    def longest(self, begin: float, end: float) -> np.ndarray:
        """The class in which each was for the longest part of a time."""
        if not len(self.who):
            return self.start
        cuts = np.unique(np.clip(np.concatenate([[begin], self.when, [end]]), begin, end))
        everyone, hours = np.arange(len(self.start)), np.zeros((len(self.start), len(self.labels) + 1))
        for low, high in pairwise(cuts.tolist()):
            hours[everyone, self.at(everyone, np.full(len(everyone), high))] += high - low
        most = hours.argmax(axis=1)
        found: np.ndarray = np.where(most == len(self.labels), -1, most)
        return found


def of_products(ledger: Ledger) -> Membership:
    """The classes of products: of the segmentation rule, or as the products give them."""
    rule, start = ledger.scenario.segmentation.products, product_classes(ledger.scenario)
    labels = list(rule.labels) if rule is not None else sorted({label for label in start if label})
    return Membership(labels, start, _moves(ledger, facts.SkuReclassified), "sku")


def of_customers(ledger: Ledger) -> Membership | None:
    """The classes of customers by the segmentation rule; None where they are those of the segments."""
    rule, start = ledger.scenario.segmentation.customers, customer_classes(ledger.scenario)
    if rule is None:
        return None
    names = [start[name] for name in ledger.customers]
    return Membership(list(rule.labels), names, _moves(ledger, facts.CustomerReclassified), "customer")


def _moves(ledger: Ledger, kind: type[NamedTuple]) -> dict[str, np.ndarray]:
    return ledger.columns(kind)
