"""What classes are made from: value, margin and volume of each item or customer, and how they vary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from simulator.model import AnyOrder
from simulator.rules.family import OneOf, Rule
from simulator.rules.service_target import ServiceTarget
from simulator.units import Hours, Share

LETTERS, VARYING = "ABCDEF", "XYZ"


ABC_CUTS = (0.8, 0.95)
"""Shares of value at which A and B end."""


XYZ_CUTS = (0.5, 1.0)
"""Coefficients of variation of weekly demand at which X and Y end."""


TINY = 1e-9


def variation(periods: np.ndarray) -> np.ndarray:
    """Coefficient of variation of each row: standard deviation of its periods / their mean.

    It is infinite where nothing was wanted, and 0 where there is one period only.

    >>> variation(np.array([[4.0, 5, 6], [0, 9, 0], [0, 0, 0]])).round(2).tolist()
    [0.2, 1.73, inf]
    """
    mean = periods.mean(axis=1)
    spread = periods.std(axis=1, ddof=1) if periods.shape[1] > 1 else np.zeros(len(periods))
    found: np.ndarray = np.where(mean > 0, spread / np.where(mean > 0, mean, 1.0), np.inf)
    return found


@dataclass(frozen=True, slots=True)
class Turnover:
    """What items sold or customers bought over some time, one place for each, as a rule sees it."""

    value: np.ndarray
    """At selling price."""
    margin: np.ndarray
    """Value less cost of goods."""
    volume: np.ndarray
    """Units."""
    variation: np.ndarray
    """Coefficient of variation from period to period; infinite where nothing was wanted."""


@dataclass(frozen=True, slots=True)
class Sold:
    """Lines as they were ordered: whose each is, when, and what it is worth."""

    place: np.ndarray
    """Which item or customer, counted from 0."""
    at: np.ndarray
    """In hours."""
    units: np.ndarray
    value: np.ndarray
    margin: np.ndarray


def turnover(sold: Sold, size: int, begin: float, end: float, period: float, varies: np.ndarray) -> Turnover:
    """The turnover of `size` items or customers from `begin` to `end`.

    `varies` is what varies, by line: units or value. Whole periods are counted back from the end; what does not
    fill one is left out of the variation.
    """
    seen = (sold.at >= begin) & (sold.at <= end)
    place = sold.place[seen]
    value, margin, units = (np.bincount(place, amount[seen], size) for amount in (sold.value, sold.margin, sold.units))
    variation_ = np.zeros(size)
    if period:
        count = int((end - begin) / period + TINY)
        back = ((end - sold.at[seen]) // period).astype(int)
        whole = back < count
        cells = np.bincount(place[whole] * count + back[whole], varies[seen][whole], size * count)
        variation_ = variation(cells.reshape(size, count))
    return Turnover(value, margin, units, variation_)


def abc(amounts: np.ndarray, cuts: Sequence[float] = ABC_CUTS) -> list[str]:
    """A, B, C ... by rank: an item is A while all those before it make less than the first cut of the total.

    Equal amounts are in one class, whatever their order or names. What is worth nothing is in the last.

    >>> abc(np.array([5.0, 0, 80, 10, 5]))
    ['B', 'C', 'A', 'B', 'B']
    """
    worth = np.maximum(amounts, 0.0)
    ranked = np.sort(worth)[::-1]
    before = np.concatenate([[0.0], np.cumsum(ranked)])[np.searchsorted(-ranked, -worth, side="left")]
    total = float(ranked.sum())
    rank = sum((before >= (cut - TINY) * total).astype(int) for cut in cuts) if cuts else np.zeros(len(worth), int)
    last = len(cuts)
    return [LETTERS[place if amount > 0 else last] for place, amount in zip(rank.tolist(), worth.tolist(), strict=True)]


def xyz(variation: np.ndarray, cuts: Sequence[float] = XYZ_CUTS) -> list[str]:
    """X, Y, Z by coefficient of variation: X is below the first cut.

    >>> xyz(np.array([0.49, 0.5, 1.0, float("inf")]))
    ['X', 'Y', 'Z', 'Z']
    """
    return [VARYING[place] for place in np.searchsorted(np.array(cuts), variation, side="right").tolist()]


class SegmentationRule(Rule):
    """Decides in which class an item or a customer is, looking at what it has sold or bought.

    Without `review`, classes come from the demand that the scenario itself expects, and stay. With it they
    begin so and are made again at every interval, from the orders placed in the run until then.
    """

    review: Annotated[Hours, Field(gt=0)] | None = None
    """Time between reviews; never where left out."""
    window: Annotated[Hours, Field(gt=0)] | None = None
    """How long a time a review looks back on; the whole run so far where left out."""
    contracts: dict[str, str] = {}
    """Names with the class that is agreed for each, whatever the rule would say."""
    targets: Annotated[dict[str, ServiceTarget], AnyOrder()] = {}
    """For products: the target of a class, in place of the target of its SKUs' replenishment rules.

    A letter stands for all classes that begin with it, `default` for all the others."""

    @model_validator(mode="after")
    def _looks_back(self) -> "SegmentationRule":
        if self.window is not None and self.review is None:
            raise ValueError("window needs review: it says how long a time a review looks back on")
        spans = [span for span in (self.review, self.window) if span is not None]
        if spans and self.period and min(spans) < 2 * self.period:
            raise ValueError("variability needs two buckets to show: make review and window twice the bucket or more")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """Every class there is, the one that matters most first."""
        raise NotImplementedError

    @property
    def period(self) -> float:
        """Hours of the periods whose demand is compared; 0 where variability does not matter."""
        return 0.0

    def classify(self, turnover: Turnover) -> list[str]:
        """The class of each, contracts aside."""
        raise NotImplementedError

    def classes(self, names: Sequence[str], turnover: Turnover) -> list[str]:
        """The class of each by name: its contract's, else the rule's."""
        found = self.classify(turnover)
        return [self.contracts.get(name, label) for name, label in zip(names, found, strict=True)]

    def target(self, label: str) -> ServiceTarget | None:
        """The target of a class: its own, that of its letter, the default, or none."""
        return self.targets.get(label) or self.targets.get(label[:1]) or self.targets.get("default")


Classified = Annotated[SegmentationRule, OneOf()]


class ByRank(SegmentationRule):
    """Ranks items or customers by what they bring."""

    by: Literal["value", "margin", "volume"] = "value"
    """What is ranked: sales at selling price, sales less cost of goods, or units."""
    cuts: Annotated[tuple[Share, ...], Field(min_length=1, max_length=5)] = ABC_CUTS
    """Shares of the total at which A, B, ... end."""

    @model_validator(mode="after")
    def _rise(self) -> "ByRank":
        if not all(low < high for low, high in zip((0.0, *self.cuts), (*self.cuts, 1.0), strict=True)):
            raise ValueError("cuts: shares that rise, between 0 and 1, both left out, such as [0.8, 0.95]")
        return self

    def rank(self, turnover: Turnover) -> list[str]:
        """A, B, C ... of each."""
        amounts: np.ndarray = getattr(turnover, self.by)
        return abc(amounts, self.cuts)


class Abc(ByRank):
    """ABC: the few that bring 80 % are A, the next up to 95 % are B, the many others are C.

    An item is A while those that bring more than it make less than the first cut together; equal items
    are in one class, and what brings nothing is in the last.

    ```yaml
    rule: abc
    by: margin
    cuts: [0.8, 0.95]
    ```

    >>> sales = np.array([70.0, 20, 6, 4, 0])
    >>> Abc().classify(Turnover(value=sales, margin=sales / 2, volume=sales, variation=sales))
    ['A', 'A', 'B', 'C', 'C']
    """

    rule: Literal["abc"] = "abc"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(LETTERS[: len(self.cuts) + 1])

    def classify(self, turnover: Turnover) -> list[str]:
        return self.rank(turnover)


class AbcXyz(ByRank):
    """ABC by what it brings and XYZ by how it varies: AX is large and steady, CZ small and erratic.

    Variability is the coefficient of variation from week to week: below 0.5 X, below 1 Y, else Z. Of an item
    its units are looked at, of a customer the value of its orders.

    ```yaml
    rule: abc_xyz
    by: value
    cuts: [0.8, 0.95]
    xyz_cv: [0.5, 1.0]
    bucket: 1 week
    ```

    >>> import numpy as np
    >>> sales, cv = np.array([70.0, 20, 10]), np.array([0.2, 1.4, 0.7])
    >>> AbcXyz().classify(Turnover(value=sales, margin=sales, volume=sales, variation=cv))
    ['AX', 'AZ', 'BY']
    """

    rule: Literal["abc_xyz"] = "abc_xyz"
    xyz_cv: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1, max_length=2)] = XYZ_CUTS
    """Coefficients of variation at which X and Y end."""
    bucket: Annotated[Hours, Field(gt=0)] = 168.0
    """The periods whose demand is compared."""

    @model_validator(mode="after")
    def _vary(self) -> "AbcXyz":
        if list(self.xyz_cv) != sorted(set(self.xyz_cv)):
            raise ValueError("xyz_cv: coefficients of variation that rise, such as [0.5, 1.0]")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        varying = VARYING[: len(self.xyz_cv) + 1]
        return tuple(letter + vary for letter in LETTERS[: len(self.cuts) + 1] for vary in varying)

    @property
    def period(self) -> float:
        return self.bucket

    def classify(self, turnover: Turnover) -> list[str]:
        pairs = zip(self.rank(turnover), xyz(turnover.variation, self.xyz_cv), strict=True)
        return [letter + vary for letter, vary in pairs]


class ByContract(SegmentationRule):
    """By contract: those named in `contracts` are in the class agreed, all the others in one.

    ```yaml
    rule: contract
    contracts: {Miller & Sons: gold, Baker: silver}
    other: standard
    ```

    >>> rule = ByContract(contracts={"Miller & Sons": "gold", "Baker": "silver"}, other="standard")
    >>> rule.labels
    ('gold', 'silver', 'standard')
    """

    rule: Literal["contract"] = "contract"
    other: Annotated[str, Field(min_length=1)]
    """The class of those without a contract."""

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.contracts.values(), self.other)))

    def classify(self, turnover: Turnover) -> list[str]:
        return [self.other] * len(turnover.value)
